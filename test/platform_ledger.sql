/*
 * The ledger: balanced, append-only, and the only thing that moves a budget;
 * what is tampered with behind the guards is found by reconcile().
 */
SET search_path = growth_index, public;
SET client_min_messages = error;
SELECT no_plan();

INSERT INTO indicator (code, data_type) VALUES ('grants', 'number'), ('dishonest', 'boolean');
CREATE TEMP TABLE firm AS
SELECT n, growth_index.credit_code_complete('91410100ML' || lpad(n::text, 7, '0')) AS code FROM generate_series(1, 10) AS n;
INSERT INTO enterprise (credit_code, name) SELECT code, 'firm ' || n FROM firm;
CREATE FUNCTION pg_temp.firm(n int) RETURNS growth_index.credit_code LANGUAGE sql AS 'SELECT code FROM firm WHERE firm.n = $1';
CREATE FUNCTION pg_temp.id(n int) RETURNS bigint LANGUAGE sql AS
	'SELECT id FROM growth_index.entitlement WHERE credit_code OPERATOR(growth_index.=) pg_temp.firm($1)';
INSERT INTO observation (credit_code, indicator, value, period_end) SELECT code, 'grants', to_jsonb(n), '2026-03-31' FROM firm;
SELECT refresh_batch(100) \g /dev/null

/* ---- a budget ---- */
INSERT INTO budget (code, amount) VALUES ('b', 1000), ('spare', 0);
SELECT results_eq($$SELECT kind, debit, credit, amount FROM ledger$$, $$VALUES ('appropriate', 'available', 'appropriation', 1000.00)$$, 'a budget is booked when it is made');
UPDATE budget SET amount = 900 WHERE code = 'b';
UPDATE budget SET amount = 950 WHERE code = 'b';
SELECT results_eq($$SELECT account, balance FROM account_balance WHERE budget_code = 'b' ORDER BY 1$$, $$VALUES ('appropriation', -950.00), ('available', 950.00)$$, 'and when it changes');
SELECT throws_ok($$INSERT INTO growth_index.budget (code, amount, committed, paid) VALUES ('x', 10, 5, 5)$$, '23001', NULL, 'it begins with nothing spent');
SELECT throws_ok($$UPDATE growth_index.budget SET committed = 10 WHERE code = 'b'$$, '23001', NULL, 'what is committed is not set by hand');
SELECT throws_ok($$UPDATE growth_index.budget SET committed = 10, paid = 10 WHERE code = 'b'$$, '23001', NULL, 'nor what is paid');
UPDATE budget SET code = 'extra', amount = 5 WHERE code = 'spare';
SELECT results_eq($$SELECT sum(balance) FROM account_balance WHERE account = 'available' AND budget_code IN ('spare', 'extra')$$, 'VALUES (5.00)', 'a new code takes its money along');
DELETE FROM budget WHERE code = 'extra';
SELECT results_eq($$SELECT balance FROM account_balance WHERE account = 'available' AND budget_code = 'extra'$$, 'VALUES (0.00)', 'and none is left when it goes');

/* ---- a transaction ---- */
SELECT throws_ok($$INSERT INTO growth_index.entitlement_account VALUES (1, 'b', 1, 1, 1)$$, '23001', NULL, 'what stands for an entitlement is not set by hand either');
SELECT throws_ok($$INSERT INTO growth_index.policy_year VALUES ('p', 2026, 1)$$, '23001', NULL, 'nor what a policy gave in a year');
SELECT throws_ok($$INSERT INTO growth_index.ledger (kind, budget_code, debit, amount, as_of) VALUES ('reduce', 'b', 'paid', 1, '2026-01-01')$$, '428C9', NULL, 'accounts follow from the kind');
SELECT throws_ok($$INSERT INTO growth_index.ledger (kind, budget_code, amount, as_of) VALUES ('gift', 'b', 1, '2026-01-01')$$, '23514', NULL, 'there are no other kinds');
SELECT throws_ok($$INSERT INTO growth_index.ledger (kind, budget_code, amount, as_of) VALUES ('appropriate', 'b', -1, '2026-01-01')$$, '23514', NULL, 'nor negative amounts');
SELECT throws_ok($$INSERT INTO growth_index.ledger (kind, budget_code, amount, as_of) VALUES ('commit', 'b', 1, '2026-01-01')$$, '23514', NULL, 'nor commitments for nobody');
SELECT throws_ok($$INSERT INTO growth_index.ledger (kind, budget_code, amount, entitlement_id, as_of) VALUES ('commit', 'none', 1, 1, '2026-01-01')$$, '23503', NULL, 'nor from a budget that there is not');
SELECT throws_ok($$INSERT INTO growth_index.ledger (kind, budget_code, amount, entitlement_id, as_of) VALUES ('commit', 'b', 1, 77, '2026-01-01')$$, '23514', NULL, 'nor for an entitlement that there is not');

/* ---- no path round the steps ---- */
SELECT add_policy('p', 'grants > 0', 'grants * 100', budget_code => 'b', publicity_days => 0, period => 'once') \g /dev/null
SELECT refresh_all() \g /dev/null
SELECT refresh_batch(100) \g /dev/null
SELECT advance_entitlements('2026-04-01') \g /dev/null
SELECT throws_ok(format($$INSERT INTO growth_index.payment (entitlement_id, credit_code, budget_code, amount, paid_on) VALUES (%s, %L, 'b', 100, '2026-04-01')$$, pg_temp.id(1), pg_temp.firm(1)),
	'23514', NULL, 'no payment without a commitment');
SELECT throws_ok(format($$INSERT INTO growth_index.ledger (kind, budget_code, amount, entitlement_id, as_of) VALUES ('commit', 'b', 100, %s, '2026-04-01')$$, pg_temp.id(1)),
	'23514', format('entitlement %s was not confirmed: nothing is paid for it', pg_temp.id(1)), 'nor a commitment without a confirmation');
SELECT throws_ok(format($$INSERT INTO growth_index.entitlement_event (entitlement_id, step, from_state, to_state, actor, as_of) VALUES (%s, 'confirm', 'matched', 'confirmed', 'x', '2026-04-01')$$, pg_temp.id(1)),
	'23514', NULL, 'no step leads from the match to the confirmation');
SELECT throws_ok(format($$INSERT INTO growth_index.entitlement_event (entitlement_id, step, from_state, to_state, actor, as_of) VALUES (%1$s, 'confirm', 'pushed', 'confirmed', 'x', '2026-04-01');
	UPDATE growth_index.entitlement SET state = 'approved', granted = award, approved_on = '2026-04-01' WHERE id = %1$s;
	INSERT INTO growth_index.ledger (kind, budget_code, amount, entitlement_id, as_of) VALUES ('commit', 'b', 100, %1$s, '2026-04-01')$$, pg_temp.id(1)),
	'23514', format('the events of entitlement %s do not lead to what is booked for it', pg_temp.id(1)), 'nor is a state of any use that no step led to');
SELECT throws_ok(format('UPDATE growth_index.entitlement SET %s WHERE id = %s', c, pg_temp.id(1)), '23001', NULL, c || ': what was matched stays')
FROM unnest('{"award = 200","policy = ''q''","version = 2","occasion = ''2030''","granted = 100, approved_on = ''2026-04-01''"}'::text[]) AS c;
SELECT throws_ok(format($$INSERT INTO growth_index.ledger (kind, budget_code, amount, entitlement_id, as_of) VALUES ('release', 'b', 1, %s, '2026-04-01')$$, pg_temp.id(1)),
	'23514', NULL, 'nothing is released that is not committed');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree');
SELECT confirm_entitlement(pg_temp.id(n), pg_temp.firm(n), as_of => '2026-04-02') FROM generate_series(1, 4) AS n \g /dev/null
SELECT throws_ok(format($$INSERT INTO growth_index.ledger (kind, budget_code, amount, entitlement_id, as_of)
	SELECT 'commit', 'b', e.award, e.id, '2026-04-02' FROM growth_index.entitlement AS e WHERE e.id = ANY ('%s')$$,
	(SELECT array_agg(pg_temp.id(n)) FROM generate_series(1, 4) AS n)), '23514', NULL, 'no budget is overspent, by whatever statement');
SELECT advance_entitlements('2026-04-03') \g /dev/null
SELECT results_eq($$SELECT account, balance FROM account_balance WHERE budget_code = 'b' ORDER BY 1$$,
	$$VALUES ('appropriation', -950.00), ('available', 350.00), ('committed', 0.00), ('paid', 600.00)$$, 'three are paid, the fourth waits');
SELECT throws_ok(format($$INSERT INTO growth_index.payment (entitlement_id, credit_code, budget_code, attempt, amount, paid_on) VALUES (%s, %L, 'b', 2, 100, '2026-04-01')$$, pg_temp.id(1), pg_temp.firm(1)),
	'23514', NULL, 'no second payment');
SELECT throws_ok($$UPDATE growth_index.budget SET amount = 599.99 WHERE code = 'b'$$, '23514', NULL, 'no budget below what is committed');
SELECT results_eq($$SELECT count(*), count(DISTINCT transaction), sum(amount) FROM ledger_entry$$, $$SELECT 2 * count(*), count(*), 0.00 FROM ledger$$, 'two entries a transaction, which sum to zero');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree');

/* ---- guards, also where triggers are off ---- */
SELECT throws_ok(format('%s growth_index.%s', v, t), '23001', NULL, format('%s of %s is refused', v, t))
FROM unnest('{ledger,payment,entitlement_event}'::text[]) AS t, unnest('{DELETE FROM,TRUNCATE}'::text[]) AS v;
SELECT throws_ok('UPDATE growth_index.ledger SET amount = 1', '23001', NULL, 'so is UPDATE');
SET session_replication_role = replica;
SELECT throws_ok('UPDATE growth_index.ledger SET amount = 1', '23001', NULL, 'a superuser without triggers as well');
SELECT throws_ok('DELETE FROM growth_index.payment', '23001', NULL, 'for payments');
SELECT throws_ok('DELETE FROM growth_index.entitlement_event', '23001', NULL, 'and events');
SELECT throws_ok('DELETE FROM growth_index.books_open', '23001', NULL, 'nor is it forgotten that the books are open');
SELECT throws_ok('UPDATE growth_index.policy SET award = ''1''', '23001', NULL, 'policies do not change');
SELECT throws_ok('UPDATE growth_index.budget SET amount = 1e9', '23001', NULL, 'and nothing is written that no ledger books: a budget');
SELECT throws_ok('INSERT INTO growth_index.payment (entitlement_id, credit_code, budget_code, attempt, amount, paid_on)
	SELECT entitlement_id, credit_code, budget_code, 2, amount, paid_on FROM growth_index.payment', '23001', NULL, 'a payment');
SELECT throws_ok('UPDATE growth_index.entitlement SET state = ''confirmed''', '23001', NULL, 'a state');
RESET session_replication_role;
/* the settings of a restore */
SET check_function_bodies = off;
SET row_security = off;
SELECT throws_ok('INSERT INTO growth_index.payment (entitlement_id, credit_code, budget_code, attempt, amount, paid_on)
	SELECT entitlement_id, credit_code, budget_code, 2, amount, paid_on FROM growth_index.payment', '23514', NULL, 'who plays a restore books all the same');
SELECT throws_ok('INSERT INTO growth_index.entitlement_account VALUES (-1, ''b'', 1, 1, 1)', '23001', NULL, 'and sets no balance');
RESET check_function_bodies;
RESET row_security;
SET CONSTRAINTS ALL DEFERRED;
SELECT throws_ok('UPDATE growth_index.budget SET amount = 1 WHERE code = ''b''', '23514', 'budget "b" cannot be lowered to 1.00 yuan: 600.00 are committed', 'no constraint waits for the end of a transaction');
SELECT throws_ok('DO ''BEGIN BEGIN UPDATE growth_index.budget SET amount = 1; EXCEPTION WHEN raise_exception THEN NULL; END; END''', '23514', NULL, 'nor for that of a subtransaction');

/* ---- the audit of a payment ---- */
SELECT is((SELECT count(*) FROM payment WHERE audit_agrees(id)), 3::bigint, 'each payment can be computed again from its events');
SELECT results_eq(format('SELECT item, expected, found FROM audit_payment(%s) WHERE item LIKE ''the a%%''', (SELECT id FROM payment WHERE entitlement_id = pg_temp.id(3))),
	$$VALUES ('the award, computed again', '300.00', '300.00'), ('the amount paid', '300.00', '300.00')$$, 'to the yuan');
SELECT is(audit_agrees(-1), false, 'a payment that there is not agrees with nothing');
INSERT INTO observation (credit_code, indicator, value, period_end) VALUES (pg_temp.firm(3), 'grants', '1', '2026-03-31');
SELECT add_policy('p', 'grants > 100', 'grants', budget_code => 'b', period => 'once') \g /dev/null
SELECT refresh_batch(100) \g /dev/null
SELECT is((SELECT count(*) FROM payment WHERE audit_agrees(id)), 3::bigint, 'whatever data and policy have become since');

/* ---- claw-back after a correction ---- */
INSERT INTO observation_archive (year, relation, rows, holds_from) VALUES (2026, 'observation_2026', 1, '2027-12-31');
SELECT is_empty('SELECT * FROM wrongly_paid()', 'nothing is said to be wrong because its data are archived');
DELETE FROM observation_archive;
SELECT results_eq('SELECT entitlement_id, paid, due, excess FROM wrongly_paid()', format('VALUES (%s::bigint, 300.00, 100.00, 200.00)', pg_temp.id(3)), 'the correction shows what was not due');
SELECT throws_ok(format($$SELECT growth_index.claw_back_entitlement(%s, 'wang', 'false data', amount => 301)$$, pg_temp.id(3)), '22003', NULL, 'no more than was paid');
SELECT is((claw_back_entitlement(pg_temp.id(3), 'wang', 'grants were 1, not 3', 'cb', amount => 200)).state, 'paid', 'a part is clawed back');
SELECT is_empty('SELECT * FROM wrongly_paid()', 'then what is paid is due');
SELECT is((SELECT balance FROM account_balance WHERE budget_code = 'b' AND account = 'receivable'), 200.00, 'it is receivable');
SELECT refund_entitlement(pg_temp.id(3), 'cashier', 'r1', amount => 50), refund_entitlement(pg_temp.id(3), 'cashier', 'r1', amount => 50),
	refund_entitlement(pg_temp.id(3), 'cashier', 'r2') \g /dev/null
SELECT throws_ok(format($$SELECT growth_index.refund_entitlement(%s, 'cashier', 'r3')$$, pg_temp.id(3)), '22003', NULL, 'refunded in full');
SELECT results_eq($$SELECT account, balance FROM account_balance WHERE budget_code = 'b' ORDER BY 1$$,
	$$VALUES ('appropriation', -950.00), ('available', 550.00), ('committed', 0.00), ('paid', 400.00), ('receivable', 0.00)$$, 'and free for others');
SELECT is((claw_back_entitlement(pg_temp.id(2), 'wang', 'left the zone', 'cb2')).state, 'clawed_back', 'all of it');
SELECT is((claw_back_entitlement(pg_temp.id(2), 'wang', 'left the zone', 'cb2')).state, 'clawed_back', 'once');
SELECT is((SELECT balance FROM account_balance WHERE budget_code = 'b' AND account = 'receivable'), 200.00, 'and not again');
SELECT is_empty('SELECT * FROM reconcile()', 'the books agree');
SELECT * FROM finish();
