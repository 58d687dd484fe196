/*
 * The audit of one payment from its events alone, on every path that money
 * takes: plain, capped, in instalments, the difference on an upgrade, returned
 * by the bank, clawed back, refunded; and what is tampered with does not agree.
 */
SET search_path = growth_index, public;
SET client_min_messages = error;
SELECT no_plan();

INSERT INTO indicator (code) VALUES ('grants'), ('board'), ('plant'), ('unread');
CREATE TEMP TABLE firm AS
SELECT n, growth_index.credit_code_complete('91410100MX' || lpad(n::text, 7, '0')) AS code FROM generate_series(1, 3) AS n;
INSERT INTO enterprise (credit_code, name) SELECT code, 'firm ' || n FROM firm;
CREATE FUNCTION pg_temp.learn(n int, indicator text, value jsonb, known date DEFAULT '2026-01-31') RETURNS void LANGUAGE sql AS $$
	INSERT INTO growth_index.observation (credit_code, indicator, value, period_end) SELECT code, $2, $3, known FROM firm WHERE firm.n = $1;
	SELECT growth_index.refresh_enterprise(code) FROM firm WHERE firm.n = $1;
$$;
CREATE FUNCTION pg_temp.round_of(day date) RETURNS void LANGUAGE sql AS $$
	SELECT growth_index.advance_entitlements(day);
	SELECT growth_index.advance_entitlements(day + 1);
	SELECT growth_index.confirm_entitlement(id, credit_code, as_of => day + 1) FROM growth_index.entitlement WHERE state = 'pushed';
	SELECT growth_index.advance_entitlements(day + 2);
$$;
/* the last payment of a policy, its audit by item */
CREATE FUNCTION pg_temp.payment(policy text) RETURNS bigint LANGUAGE sql AS $$
	SELECT max(p.id) FROM growth_index.payment AS p JOIN growth_index.entitlement AS e ON e.id = p.entitlement_id WHERE e.policy = $1 AND p.kind = 'payment'
$$;
CREATE FUNCTION pg_temp.inputs(policy text, item text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT a.inputs FROM growth_index.audit_payment(pg_temp.payment($1)) AS a WHERE a.item LIKE $2 || '%'
$$;
CREATE FUNCTION pg_temp.found(policy text, item text) RETURNS text LANGUAGE sql AS $$
	SELECT a.found FROM growth_index.audit_payment(pg_temp.payment($1)) AS a WHERE a.item LIKE $2 || '%'
$$;

INSERT INTO budget (code, amount) VALUES ('county', 100000), ('city', 100000);
SELECT add_policy('plain', 'grants > 2', 'grants * 100', cap_enterprise => 750, budget_code => 'city', publicity_days => 0),
	add_policy('quoted', 'board >= 1', '500', period => 'once', stacking_group => 'm', pays_difference => true, budget_code => 'city', publicity_days => 0),
	add_policy('listed', 'board >= 2', '2000', period => 'once', stacking_group => 'm', pays_difference => true, budget_code => 'city', publicity_days => 0),
	add_policy('plant', 'plant > 0', 'plant', period => 'once', cost_shares => '{"county": 0.5, "city": 0.5}', publicity_days => 0,
		instalments => '[{"share": 0.5}, {"share": 0.5, "when": "plant >= 200"}]') \g /dev/null
SELECT pg_temp.learn(1, 'unread', '7'), pg_temp.learn(1, 'grants', '9'), pg_temp.learn(2, 'board', '1'), pg_temp.learn(3, 'plant', '100') \g /dev/null
SELECT pg_temp.round_of('2026-03-02') \g /dev/null
SELECT pg_temp.learn(2, 'board', '2', '2026-02-28'), pg_temp.learn(3, 'plant', '200', '2026-02-28') \g /dev/null
SELECT pg_temp.round_of('2026-04-01') \g /dev/null

/* ---- plain ---- */
SELECT results_eq(format('SELECT item FROM audit_payment(%s)', pg_temp.payment('plain')), $$VALUES ('the payment is on record'), ('each event follows the one before'), ('the criteria were satisfied at the match'),
	('and at approval'), ('the award, computed again'), ('what was granted is within the award'), ('the amount paid'), ('the step that paid it'), ('the ledger'), ('what has come back since')$$, 'the items of an audit');
SELECT is(pg_temp.inputs('plain', 'the award'), '{"award": "grants * 100", "values": {"grants": 9}, "cap": 750, "as_of": "2026-03-02"}', 'the award: its formula, the cap, and of all values those that were read');
SELECT is(pg_temp.found('plain', 'the award'), '750.00', 'which give 900, and 750 under the cap');
SELECT is(pg_temp.inputs('plain', 'the criteria') - '{as_of,version}'::text[], '{"policy": "plain", "criteria": "grants > 2", "values": {"grants": 9}}', 'the criteria and what they read');
SELECT is((SELECT string_agg(s ->> 'step' || ' by ' || (s ->> 'actor'), ', ' ORDER BY n) FROM jsonb_array_elements(pg_temp.inputs('plain', 'each event')) WITH ORDINALITY AS t(s, n) WHERE s ->> 'step' IN ('match', 'confirm', 'approve')),
	(SELECT 'match by system, confirm by enterprise ' || code::text || ', approve by system' FROM firm WHERE n = 1), 'who did what');
SELECT is(pg_temp.found('plain', 'what has'), 'returned 0.00, clawed back 0.00, refunded 0.00', 'nothing has come back');

/* ---- the others ---- */
SELECT is(pg_temp.inputs('listed', 'the award') -> 'deducted', '500', 'an upgrade: what was deducted');
SELECT is(pg_temp.found('listed', 'the amount'), '1500.00', 'and the difference');
SELECT is(pg_temp.inputs('plant', 'the amount') - 'instalments', '{"granted": 100, "cost_shares": {"city": 0.5, "county": 0.5}}', 'an instalment: the grant, and who bears what');
SELECT is(pg_temp.inputs('plant', 'the step') -> 'when', '"plant >= 200"', 'on its milestone');
SELECT is(pg_temp.inputs('plant', 'the step') #> '{profile,plant}', '200', 'and the value that reached it');
SELECT is_empty('SELECT id FROM payment WHERE NOT audit_agrees(id)', 'all agree');

/* ---- returned, paid anew, clawed back in part, refunded ---- */
SELECT return_payment(pg_temp.payment('plain'), 'bank', 'no such account', as_of => '2026-05-04'), pg_temp.payment('plain') AS first \gset
SELECT is(pg_temp.found('plain', 'what has'), 'returned 750.00, clawed back 0.00, refunded 0.00', 'returned');
SELECT pay_entitlement(entitlement_id, 'cashier', as_of => '2026-05-05') FROM payment WHERE id = :first \g /dev/null
SELECT is(pg_temp.found('plain', 'what has'), 'returned 0.00, clawed back 0.00, refunded 0.00', 'the new payment stands');
SELECT claw_back_entitlement(entitlement_id, 'auditor', '8 grants, not 9', as_of => '2026-06-01', amount => 50),
	refund_entitlement(entitlement_id, 'cashier', as_of => '2026-06-20', amount => 20) FROM payment WHERE id = :first \g /dev/null
SELECT claw_back_entitlement(entitlement_id, 'auditor', 'it never ran', as_of => '2026-06-01') FROM payment WHERE id = pg_temp.payment('plant') \g /dev/null
SELECT is(pg_temp.found('plain', 'what has'), 'returned 0.00, clawed back 50.00, refunded 20.00', 'clawed back in part, and refunded in part');
SELECT is(pg_temp.inputs('plain', 'what has') #>> '{0,reason}', '8 grants, not 9', 'and why');
SELECT is(pg_temp.found('plant', 'what has'), 'returned 0.00, clawed back 100.00, refunded 0.00', 'clawed back as a whole');
SELECT is_empty('SELECT id FROM payment WHERE kind = ''payment'' AND NOT audit_agrees(id)', 'all agree');

/* ---- tampering shows ---- */
CREATE FUNCTION pg_temp.disagrees(tampering text, policy text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	items text;
BEGIN
	ALTER TABLE growth_index.entitlement_event DISABLE TRIGGER USER;
	ALTER TABLE growth_index.ledger DISABLE TRIGGER USER;
	EXECUTE tampering;
	SELECT string_agg(a.item, '; ') INTO items FROM growth_index.audit_payment(pg_temp.payment(policy)) AS a WHERE NOT a.agrees;
	RAISE EXCEPTION USING ERRCODE = 'GI999';
EXCEPTION WHEN SQLSTATE 'GI999' THEN
	RETURN items;
END $$;
SELECT is(pg_temp.disagrees($$UPDATE growth_index.ledger SET amount = 49 WHERE kind = 'claw_back' AND amount = 50$$, 'plain'), 'what has come back since', 'a claw-back of another amount');
SELECT is(pg_temp.disagrees($$UPDATE growth_index.entitlement_event SET inputs = jsonb_set(inputs, '{profile,grants}', '4') WHERE step = 'match'$$, 'plain'), 'the award, computed again; what was granted is within the award', 'another profile');
SELECT is(pg_temp.disagrees($$DELETE FROM growth_index.entitlement_event WHERE step = 'confirm'$$, 'listed'), 'each event follows the one before', 'no confirmation');
SELECT is(pg_temp.disagrees($$UPDATE growth_index.entitlement_event SET inputs = jsonb_set(inputs, '{profile,plant}', '150') WHERE step = 'pay'$$, 'plant'), 'the step that paid it, on plant >= 200', 'a milestone that was not reached');
SELECT * FROM finish();
