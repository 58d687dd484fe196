/*
 * reconcile() finds what is done behind the guards: each fault is planted, with
 * the guard dropped that would have refused it, and has to be named.
 */
SET search_path = growth_index, public;
SET client_min_messages = error;
SELECT no_plan();

INSERT INTO indicator (code) VALUES ('grants'), ('tier');
CREATE TEMP TABLE firm AS
SELECT n, growth_index.credit_code_complete('91410100MX' || lpad(n::text, 7, '0')) AS code FROM generate_series(1, 8) AS n;
INSERT INTO enterprise (credit_code, name) SELECT code, 'firm ' || n FROM firm;
INSERT INTO observation (credit_code, indicator, value, period_end) SELECT code, 'grants', to_jsonb(n), '2026-03-31' FROM firm;
INSERT INTO observation (credit_code, indicator, value, period_end) SELECT code, 'tier', '1', '2026-03-31' FROM firm WHERE n = 1;
INSERT INTO budget (code, amount) VALUES ('b', 5000), ('idle', 100);
SELECT add_policy('p', 'grants > 0', 'grants * 100', budget_code => 'b', publicity_days => 0, period => 'once'),
	add_policy('low', 'tier > 0', '50', budget_code => 'b', publicity_days => 0, period => 'once', stacking_group => 'g', pays_difference => true),
	add_policy('high', 'tier > 1', '80', budget_code => 'b', publicity_days => 0, period => 'once', stacking_group => 'g', pays_difference => true),
	add_policy('grave', 'tier > 0', '10', budget_code => 'b', publicity_days => 0, period => 'once', four_eyes => true) \g /dev/null
CALL refresh();
CREATE FUNCTION pg_temp.day(day date) RETURNS void LANGUAGE sql AS $$
	SELECT growth_index.advance_entitlements(day);
	SELECT growth_index.review_entitlement(id, 'wang', as_of => day) FROM growth_index.entitlement WHERE state = 'matched' AND policy = 'grave';
	SELECT growth_index.advance_entitlements(day + 1);
	SELECT growth_index.confirm_entitlement(id, credit_code, as_of => day + 1) FROM growth_index.entitlement WHERE state = 'pushed';
	SELECT growth_index.advance_entitlements(day + 2);
	SELECT growth_index.approve_entitlement(id, 'sun', as_of => day + 2) FROM growth_index.entitlement WHERE state = 'confirmed' AND policy = 'grave';
	SELECT growth_index.advance_entitlements(day + 2);
$$;
SELECT pg_temp.day('2026-04-01'), pg_temp.day('2026-04-08') \g /dev/null
INSERT INTO observation (credit_code, indicator, value, period_end) SELECT code, 'tier', '2', '2026-04-30' FROM firm WHERE n = 1;
CALL refresh();
SELECT pg_temp.day('2026-05-04') \g /dev/null
SELECT set_bank_account('budget', 'b', 'fiscal', '123456789', '102491002873'), set_bank_account('enterprise', code::text, 'firm ' || n, '98765432' || n, '102491002873') FROM firm WHERE n < 4 \g /dev/null
SELECT make_payment_file('f', '2026-05-08') AS file \gset
SELECT take_bank_result(reference, CASE amount WHEN 200 THEN 'failed' ELSE 'paid' END) FROM payment_order WHERE amount < 300 \g /dev/null
SELECT advance_entitlements('2026-05-11') \g /dev/null
SELECT claw_back_entitlement(id, 'wang', 'moved', as_of => '2026-05-12') FROM entitlement WHERE award = 800 \g /dev/null
SELECT is((SELECT string_agg(state || ' ' || n, ', ' ORDER BY state) FROM (SELECT state, count(*) AS n FROM entitlement GROUP BY 1) AS t), 'clawed_back 1, paid 10', 'an ordinary spring');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree');

CREATE FUNCTION pg_temp.found_after(tampering text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	found text[];
BEGIN
	BEGIN
		EXECUTE (SELECT string_agg(format('ALTER TABLE growth_index.%I DISABLE TRIGGER USER;', t), ' ')
			FROM unnest('{ledger,payment,entitlement,entitlement_event,entitlement_account,policy_year,budget,payment_file,payment_order,payment_result}'::text[]) AS t);
		EXECUTE tampering;
		SELECT array_agg(DISTINCT r.finding) INTO found FROM growth_index.reconcile() AS r;
		RAISE EXCEPTION USING ERRCODE = 'GI999';
	EXCEPTION WHEN SQLSTATE 'GI999' THEN
		RETURN coalesce(found, '{}');
	END;
END $$;
/* what is planted, and what has to be named; more may be */
CREATE TEMP TABLE planted (tampering text, finding text);
INSERT INTO planted VALUES
	('ALTER TABLE growth_index.ledger ALTER credit DROP EXPRESSION; UPDATE growth_index.ledger SET credit = ''paid'' WHERE kind = ''commit''', 'a transaction does not balance'),
	('ALTER TABLE growth_index.ledger DROP CONSTRAINT ledger_amount; UPDATE growth_index.ledger SET amount = - amount WHERE kind = ''reduce'' OR id = (SELECT min(id) FROM growth_index.ledger WHERE kind = ''pay'')', 'a transaction does not balance'),
	('UPDATE growth_index.budget SET paid = paid - 1 WHERE code = ''b''', 'a budget differs from its ledger'),
	('UPDATE growth_index.budget SET amount = 9000 WHERE code = ''b''', 'a budget differs from its ledger'),
	('INSERT INTO growth_index.ledger (kind, budget_code, amount, as_of) VALUES (''reduce'', ''b'', 4000, ''2026-01-01'')', 'a budget is overspent'),
	('UPDATE growth_index.entitlement_account SET paid = paid + 1 WHERE paid = 300', 'an account of an entitlement differs from the ledger'),
	('UPDATE growth_index.policy_year SET amount = amount + 1', 'a year of a policy differs from its entitlements'),
	('UPDATE growth_index.payment SET amount = amount + 1 WHERE amount = 300', 'a payment is not booked as it is'),
	('DELETE FROM growth_index.payment WHERE amount = 300', 'a booking has no payment'),
	('INSERT INTO growth_index.payment (entitlement_id, credit_code, budget_code, attempt, amount, paid_on)
		SELECT entitlement_id, credit_code, budget_code, 9, amount, paid_on FROM growth_index.payment WHERE amount = 300', 'a part was paid twice'),
	('DELETE FROM growth_index.entitlement_event WHERE to_state = ''confirmed''', 'a payment has no confirmed entitlement'),
	('UPDATE growth_index.payment SET credit_code = (SELECT credit_code FROM growth_index.payment WHERE amount = 400) WHERE amount = 300', 'a payment has no confirmed entitlement'),
	('DELETE FROM growth_index.entitlement_event WHERE step = ''pay''', 'no step made a payment'),
	('INSERT INTO growth_index.ledger (kind, budget_code, amount, entitlement_id, as_of) SELECT ''claw_back'', ''b'', 1, id, ''2026-05-12'' FROM growth_index.entitlement WHERE award = 300', 'what came back, or is owed back, is not what the steps say'),
	('DELETE FROM growth_index.entitlement_event WHERE step = ''return''', 'what came back, or is owed back, is not what the steps say'),
	('UPDATE growth_index.ledger SET amount = 1000 WHERE kind = ''pay'' AND amount = 300', 'an entitlement is overspent'),
	('INSERT INTO growth_index.ledger (kind, budget_code, amount, entitlement_id, as_of) SELECT ''commit'', ''b'', 1, id, ''2026-05-01'' FROM growth_index.entitlement WHERE award = 300', 'an entitlement is overspent'),
	('UPDATE growth_index.entitlement SET state = ''pushed'' WHERE award = 300', 'the state of an entitlement and its money differ'),
	('DELETE FROM growth_index.entitlement_event WHERE step = ''review''', 'the events of an entitlement do not follow each other'),
	('UPDATE growth_index.entitlement SET state = ''clawed_back'' WHERE award = 300', 'an entitlement is not where its events lead'),
	('DELETE FROM growth_index.entitlement WHERE award = 300', 'events of an entitlement that is not there'),
	('UPDATE growth_index.entitlement SET award = 301 WHERE award = 300', 'an award is not the one that was matched'),
	('UPDATE growth_index.entitlement SET granted = 299 WHERE award = 300', 'a grant is not the one that was approved'),
	('ALTER TABLE growth_index.entitlement DROP CONSTRAINT entitlement_credit_code_policy_occasion_key;
		INSERT INTO growth_index.entitlement (credit_code, policy, version, occasion, award, created_on) SELECT credit_code, policy, version, occasion, award, created_on FROM growth_index.entitlement WHERE award = 300', 'an occasion was had twice'),
	('UPDATE growth_index.entitlement SET deducted = 0 WHERE policy = ''high''', 'two of a stacking group are paid'),
	('UPDATE growth_index.payment_order SET amount = amount + 1 WHERE amount = 300', 'an order is not what was paid'),
	('DELETE FROM growth_index.payment_order WHERE amount = 300', 'a file is not the sum of its orders'),
	('UPDATE growth_index.payment_result SET result = ''failed'' WHERE reference = (SELECT reference FROM growth_index.payment_order WHERE amount = 100)', 'the bank could not pay what stands as paid'),
	('DELETE FROM growth_index.payment_result WHERE result = ''failed''', 'a payment was returned while the bank had it'),
	('UPDATE growth_index.entitlement_event SET actor = ''wang'' WHERE step = ''approve'' AND entitlement_id = (SELECT id FROM growth_index.entitlement WHERE policy = ''grave'')', 'one person reviewed and approved');
SELECT ok(p.finding = ANY (pg_temp.found_after(p.tampering)), p.finding || ': ' || left(p.tampering, 90)) FROM planted AS p;
SELECT is_empty('SELECT * FROM reconcile()', 'nothing of it has stayed');
SELECT results_eq($$SELECT DISTINCT m[1] COLLATE "C" FROM regexp_matches((SELECT prosrc FROM pg_proc WHERE proname = 'reconcile'), E'\n\tSELECT ''([^'']+)'',', 'g') AS m ORDER BY 1$$,
	'SELECT DISTINCT finding COLLATE "C" FROM planted ORDER BY 1', 'every finding that there is was planted');

/* ---- and nothing leaves for the bank that it finds a fault with ---- */
SELECT set_bank_account('enterprise', code::text, 'firm ' || n, '98765432' || n, '102491002873') FROM firm WHERE n IN (4, 5) \g /dev/null
SELECT results_eq('SELECT amount FROM payment_to_order WHERE lacks = '''' ORDER BY 1', 'VALUES (200.00), (400), (500)', 'three wait');
BEGIN;
ALTER TABLE budget DISABLE TRIGGER USER;
UPDATE budget SET paid = paid - 100 WHERE code = 'b';
SELECT coalesce(make_payment_file('tampered')::text, 'no file') AS tampered \gset
ROLLBACK;
SELECT is(:'tampered'::text, 'no file', 'none goes from a budget that is not what its ledger says');
BEGIN;
ALTER TABLE entitlement DISABLE TRIGGER USER;
UPDATE entitlement SET award = 401 WHERE award = 400;
SELECT make_payment_file('in part') AS part \gset
SELECT string_agg(amount::text, ' ' ORDER BY amount) AS ordered FROM payment_order WHERE file_id = :part \gset
ROLLBACK;
SELECT is(:'ordered'::text, '200.00 500.00', 'of the others, all but the one with a fault');
SELECT * FROM finish();
