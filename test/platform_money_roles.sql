/*
 * The steps of a benefit from each role's own session: an enterprise confirms
 * its own, a department decides on its own policies, nobody else does either.
 */
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT no_plan();

INSERT INTO department (code) VALUES ('tax'), ('ip');
INSERT INTO indicator (code) VALUES ('grants');
INSERT INTO enterprise (credit_code, name) SELECT credit_code_complete('91410100MT' || lpad(n::text, 7, '0')), 'firm ' || n FROM generate_series(1, 3) AS n;
SELECT credit_code AS one FROM enterprise WHERE name = 'firm 1' \gset
SELECT credit_code AS two FROM enterprise WHERE name = 'firm 2' \gset
INSERT INTO observation (credit_code, indicator, value, period_end) SELECT credit_code, 'grants', '3', '2025-12-31' FROM enterprise;
INSERT INTO budget (code, amount) VALUES ('b', 1000);
SELECT add_policy('patents', 'grants > 0', 'grants * 10', department => 'ip', needs_person => true, four_eyes => true, publicity_days => 1, budget_code => 'b') \g /dev/null
SELECT add_policy('taxes', 'grants > 0', '5', department => 'tax', publicity_days => 0, budget_code => 'b') \g /dev/null
SELECT add_policy('applied', 'grants > 0', '7', department => 'tax', mode => 'apply', period => 'once', budget_code => 'b') \g /dev/null
SELECT refresh_batch(10), propose_entitlements(current_date - 10) \g /dev/null
SELECT create_roles() \g /dev/null
CREATE FUNCTION pg_temp.login(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN EXECUTE format('CREATE ROLE %I LOGIN', name); END IF;
END $$;
SELECT pg_temp.login('gi_m_' || r) FROM unnest('{ip,ip2,tax,one,two,analyst,app,admin,bank}'::text[]) AS r \g /dev/null
INSERT INTO institution (code) VALUES ('bank');
SELECT add_member('gi_m_ip', 'department', 'ip'), add_member('gi_m_ip2', 'department', 'ip'), add_member('gi_m_tax', 'department', 'tax'), add_member('gi_m_one', 'enterprise', :'one'),
	add_member('gi_m_two', 'enterprise', :'two'), add_member('gi_m_analyst', 'analyst'), add_member('gi_m_app', 'app'), add_member('gi_m_admin', 'admin'), add_member('gi_m_bank', 'institution', 'bank') \g /dev/null
GRANT USAGE ON SCHEMA public TO PUBLIC;
SELECT id AS first FROM entitlement WHERE policy = 'patents' AND credit_code::text = :'one' \gset
SELECT id AS second FROM entitlement WHERE policy = 'patents' AND credit_code::text = :'two' \gset
SELECT id AS taxes FROM entitlement WHERE policy = 'taxes' AND credit_code::text = :'one' \gset

/* ---- who sees what ---- */
SET SESSION AUTHORIZATION gi_m_ip;
SELECT results_eq('SELECT DISTINCT policy FROM growth_index.entitlement', ARRAY['patents'], 'a department sees what its policies give');
SELECT is((SELECT count(*) FROM growth_index.entitlement_event), 3::bigint, 'with its events');
SET SESSION AUTHORIZATION gi_m_one;
SELECT results_eq('SELECT DISTINCT credit_code::text FROM growth_index.entitlement', ARRAY[:'one'], 'an enterprise sees its own');
SELECT is((SELECT count(*) FROM growth_index.entitlement_event), 2::bigint, 'with its events');
SELECT throws_ok('SELECT * FROM growth_index.ledger', '42501', NULL, 'but not the books');
SET SESSION AUTHORIZATION gi_m_bank;
SELECT throws_ok('SELECT * FROM growth_index.entitlement', '42501', NULL, 'an institution sees none');
SET SESSION AUTHORIZATION gi_m_analyst;
SELECT is((SELECT count(*) FROM growth_index.entitlement), 6::bigint, 'an analyst sees all');
SELECT throws_ok(format('SELECT growth_index.review_entitlement(%s)', :first), '42501', NULL, 'and decides on nothing');

/* ---- a department ---- */
SET SESSION AUTHORIZATION gi_m_tax;
SELECT throws_ok(format('SELECT growth_index.review_entitlement(%s, NULL)', :first), '42501', NULL, 'another department does not review');
SELECT throws_ok(format('SELECT growth_index.withdraw_entitlement(%s, NULL, ''x'')', :first), '42501', NULL, 'nor withdraw');
SET SESSION AUTHORIZATION gi_m_ip;
SELECT throws_ok(format('SELECT growth_index.review_entitlement(%s, ''wang'')', :first), '42501', NULL, 'nobody signs with another name');
SELECT throws_ok(format('SELECT growth_index.review_entitlement(%s, NULL, as_of => current_date - 1)', :first), '42501', NULL, 'nor as of another day');
SELECT is((growth_index.review_entitlement(:first, NULL, 'r1')).state, 'reviewed', 'its own department does');
SELECT is((SELECT actor || ' ' || role FROM growth_index.entitlement_event WHERE key = 'r1'), 'gi_m_ip gi_m_ip', 'and is named');
SELECT is((growth_index.publicise_entitlement(:first)).state, 'publicised', 'it publicises');
SELECT throws_ok(format('SELECT growth_index.push_entitlement(%s)', :first), '55000', NULL, 'and waits for the end of the publicity');
SELECT throws_ok(format('SELECT growth_index.push_entitlement(%s, as_of => current_date + 30)', :first), '42501', NULL, 'which no other date makes shorter');
RESET SESSION AUTHORIZATION;
SELECT push_entitlement(:first, as_of => current_date + 30) \g /dev/null
SET SESSION AUTHORIZATION gi_m_ip;
SELECT throws_ok(format('SELECT growth_index.confirm_entitlement(%s, %L)', :first, :'one'), '42501', NULL, 'it does not confirm');
SELECT throws_ok(format('UPDATE growth_index.entitlement SET state = ''paid'' WHERE id = %s', :first), '42501', NULL, 'nor writes past the steps');
SELECT throws_ok('UPDATE growth_index.budget SET amount = 1e9', '42501', NULL, 'nor gives itself money');
SELECT throws_ok('SELECT growth_index.advance_entitlements()', '42501', NULL, 'nor runs the day');

/* ---- an enterprise ---- */
SET SESSION AUTHORIZATION gi_m_two;
SELECT throws_ok(format('SELECT growth_index.confirm_entitlement(%s, %L)', :first, :'one'), '42501', NULL, 'an enterprise does not confirm for another');
SELECT throws_ok(format('SELECT growth_index.confirm_entitlement(%s, %L)', :first, :'two'), '42501', NULL, 'nor takes another''s');
SELECT throws_ok(format('SELECT growth_index.apply_for(''applied'', %L)', :'one'), '42501', NULL, 'nor applies for another');
SELECT throws_ok(format('SELECT growth_index.propose_entitlement(%L, ''applied'')', :'two'), '42501', NULL, 'nor proposes what it likes');
SELECT is((growth_index.apply_for('applied', key => 'mine')).state, 'matched', 'it applies for itself');
RESET SESSION AUTHORIZATION;
SELECT advance_entitlements(), advance_entitlements() \g /dev/null
SELECT id AS of_two FROM entitlement WHERE policy = 'taxes' AND credit_code::text = :'two' \gset
SET SESSION AUTHORIZATION gi_m_two;
SELECT throws_ok(format('SELECT growth_index.confirm_entitlement(%s, %L, as_of => current_date - 1)', :of_two, :'two'), '42501', NULL, 'and confirms when it does, so that no last day and no list of exclusion is gone round');
SELECT throws_ok(format('SELECT growth_index.decline_entitlement(%s, %L, as_of => current_date - 1)', :of_two, :'two'), '42501', NULL, 'or declines');
SELECT is((growth_index.confirm_entitlement(:of_two, :'two', 'key of two')).state, 'confirmed', 'as of today');
SET SESSION AUTHORIZATION gi_m_one;
SELECT throws_ok(format($$SELECT growth_index.confirm_entitlement(%s, %L, 'key of two')$$, :taxes, :'one'), '23505', 'key "key of two" was used for another call', 'a key that is guessed');
\ir told.psql
SELECT is_empty(format($$SELECT pg_temp.told(c) FROM unnest(ARRAY[
		'SELECT growth_index.confirm_entitlement(%1$s, ''%2$s'', ''key of two'')', 'SELECT growth_index.apply_for(''applied'', ''%2$s'', ''mine'')',
		'SELECT growth_index.confirm_entitlement(%3$s, ''%2$s'')', 'SELECT growth_index.decline_entitlement(%3$s, ''%2$s'')']) AS c
	WHERE pg_temp.told(c) ~ '%4$s|%3$s yuan|confirmed|matched|done'$$, :taxes, :'one', :of_two, :'two'), 'tells nothing of whose it is, nor does a number');
SET SESSION AUTHORIZATION gi_m_two;
SET SESSION AUTHORIZATION gi_m_app;
SELECT throws_ok(format('SELECT growth_index.confirm_entitlement(%s, %L)', :first, :'one'), '42501', NULL, 'the app acts for nobody');
BEGIN;
SELECT growth_index.act_for(:'one') \g /dev/null
SELECT is((growth_index.confirm_entitlement(:first, :'one', 'c1', 'Li Wei')).state, 'confirmed', 'before it says for whom');
COMMIT;
SET SESSION AUTHORIZATION gi_m_one;
SELECT is((SELECT actor || ' ' || role FROM growth_index.entitlement_event WHERE key = 'c1'), 'Li Wei gi_m_app', 'who clicked is on record, and through what');
SELECT throws_ok(format('SELECT growth_index.approve_entitlement(%s)', :first), '42501', NULL, 'an enterprise approves nothing');

/* ---- four eyes ---- */
SET SESSION AUTHORIZATION gi_m_ip;
SELECT throws_ok(format('SELECT growth_index.approve_entitlement(%s, NULL)', :first), '42501', NULL, 'who reviewed does not approve');
SELECT throws_ok(format('SELECT growth_index.approve_entitlement(%s, ''gi_m_ip2'')', :first), '42501', NULL, 'not in another''s name either');
SET SESSION AUTHORIZATION gi_m_ip2;
SELECT is((growth_index.approve_entitlement(:first, NULL)).state, 'approved', 'a colleague does');
SELECT is((growth_index.pay_entitlement(:first, NULL)).state, 'paid', 'and it is paid');
SELECT is((SELECT count(*) FROM growth_index.payment), 1::bigint, 'the department sees the payment');
SET SESSION AUTHORIZATION gi_m_two;
SELECT is((SELECT count(*) FROM growth_index.payment), 0::bigint, 'another enterprise does not');

/* ---- an admin ---- */
SET SESSION AUTHORIZATION gi_m_admin;
SELECT lives_ok('SELECT growth_index.advance_entitlements()', 'an admin runs the day');
SELECT lives_ok('UPDATE growth_index.budget SET amount = 2000', 'appropriates');
SELECT is_empty('SELECT * FROM growth_index.reconcile()', 'and proves the books');
SELECT growth_index.set_bank_account('budget', 'b', 'fiscal', '123456789', '102491002873'), growth_index.set_bank_account('enterprise', :'one', 'firm 1', '987654321', '102491002873') \g /dev/null
SELECT growth_index.make_payment_file('f') AS file \gset
SELECT payment_id AS paid FROM growth_index.payment_order JOIN growth_index.payment AS p ON p.id = payment_id WHERE p.entitlement_id = :first \gset
SELECT growth_index.take_bank_result(reference, 'paid') FROM growth_index.payment_order \g /dev/null
SET SESSION AUTHORIZATION gi_m_ip2;
SELECT throws_ok(format('SELECT growth_index.return_payment(%s, NULL, ''it has not come'')', :paid), '42501', format('payment %s is paid, as the bank says', :paid), 'a department has nothing paid twice');
SET SESSION AUTHORIZATION gi_m_admin;
SELECT throws_ok('UPDATE growth_index.budget SET paid = 0', '23001', NULL, 'but does not write them');
SELECT throws_ok(format('%s growth_index.%s%s', v, t, CASE v WHEN 'UPDATE' THEN ' SET ' || CASE t WHEN 'payment' THEN 'amount = 1' WHEN 'ledger' THEN 'amount = 1' ELSE 'reason = NULL' END
	WHEN 'INSERT INTO' THEN ' DEFAULT VALUES' ELSE '' END), '42501', NULL, format('%s %s', v, t))
FROM unnest('{ledger,payment,entitlement,entitlement_event}'::text[]) AS t, unnest('{INSERT INTO,UPDATE,DELETE FROM,TRUNCATE}'::text[]) AS v;
CREATE TEMP TABLE step_stone (i int);
CREATE FUNCTION pg_temp.by_the_back_door() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE growth_index.budget SET committed = 0, paid = 0; RETURN NULL; END';
CREATE TRIGGER back_door AFTER INSERT ON step_stone FOR EACH ROW EXECUTE FUNCTION pg_temp.by_the_back_door();
SELECT throws_ok('INSERT INTO step_stone VALUES (1)', '23001', NULL, 'nor does a trigger of one''s own');
CREATE OR REPLACE FUNCTION pg_temp.by_the_back_door() RETURNS trigger LANGUAGE plpgsql AS
	E'BEGIN UPDATE growth_index.budget SET committed = 0, paid = 0 /*\nPL/pgSQL function growth_index.book() line 1 at SQL statement\n*/; RETURN NULL; END';
SELECT throws_ok('INSERT INTO step_stone VALUES (1)', '23001', NULL, 'nor one that writes the ledger''s name into its statement');
SELECT throws_ok('DROP TRIGGER back_door ON step_stone; ALTER TABLE step_stone ADD kind text DEFAULT ''commit'', ADD budget_code text DEFAULT ''b'';
	CREATE TRIGGER forged AFTER INSERT ON step_stone REFERENCING NEW TABLE AS booked FOR EACH STATEMENT EXECUTE FUNCTION growth_index.book();
	INSERT INTO step_stone VALUES (1)', '42501', NULL, 'nor the ledger''s on a table of one''s own');
SELECT is_empty('SELECT * FROM growth_index.reconcile()', 'the books agree');
SET SESSION AUTHORIZATION gi_m_two;
CREATE TEMP TABLE decoy (scorecard text, rating growth_index.rating, industry text, score numeric, policy text, code text, version integer, active boolean, credit_code growth_index.credit_code);
SELECT throws_ok(format('CREATE TRIGGER forged AFTER INSERT ON decoy REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION %s', f), '42501', NULL, f || ': no trigger of the platform is put on a table of one''s own')
FROM (SELECT p.oid::regprocedure::text FROM pg_proc AS p WHERE p.pronamespace = 'growth_index'::regnamespace AND p.prorettype = 'trigger'::regtype AND p.prosecdef ORDER BY 1) AS t(f);
RESET SESSION AUTHORIZATION;
SELECT remove_member('gi_m_' || m, k) FROM (VALUES ('ip', 'department'), ('ip2', 'department'), ('tax', 'department'), ('one', 'enterprise'), ('two', 'enterprise'),
	('analyst', 'analyst'), ('app', 'app'), ('admin', 'admin'), ('bank', 'institution')) AS t(m, k) \g /dev/null
SELECT * FROM finish();
