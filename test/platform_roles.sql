/*
 * Roles and rows: what each group role may do, tried in its own session, and
 * what it may not.
 */
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT no_plan();

INSERT INTO department (code) VALUES ('tax'), ('ip');
INSERT INTO indicator (code, department) VALUES ('revenue', 'tax'), ('patents', 'ip');
INSERT INTO enterprise (credit_code, name, founded)
SELECT credit_code_complete('91410100MR' || lpad(n::text, 7, '0')), 'firm ' || n, '2015-01-01' FROM generate_series(1, 4) AS n;
INSERT INTO institution (code) VALUES ('bank'), ('fund');
SELECT credit_code AS one FROM enterprise WHERE name = 'firm 1' \gset
SELECT credit_code AS two FROM enterprise WHERE name = 'firm 2' \gset
SELECT add_scorecard('innovation', '{"name": "t", "dimensions": [{"code": "d"}], "indicators": [{"code": "revenue", "dimension": "d", "normalise": {"linear": [0, 1000]}, "weight": 60, "missing": "zero"}, {"code": "patents", "dimension": "d", "normalise": {"linear": [0, 10]}, "weight": 40, "missing": "zero"}], "ratings": [{"grade": "AAA", "from": 50}, {"grade": "C", "from": 0}]}') \g /dev/null
SELECT add_policy('p', 'revenue > 0', '60') \g /dev/null
INSERT INTO upload SELECT credit_code, 'revenue', 100 * substr(name, 6)::integer, '2023-12-31', 'tax' FROM enterprise;
INSERT INTO upload SELECT credit_code, 'patents', '5', '2023-12-31', 'ip' FROM enterprise;
SELECT refresh_batch(100) \g /dev/null
SELECT give_consent(:'one', 'bank', 'loan', current_date + 30) AS consent \gset
SELECT give_consent(:'two', 'bank', 'loan', current_date + 30, scope => 'score') \g /dev/null

/* ---- making them ---- */
SELECT results_eq('SELECT create_roles()', ARRAY['growth_index_admin', 'growth_index_department', 'growth_index_analyst',
	'growth_index_enterprise', 'growth_index_institution', 'growth_index_app'], 'six group roles');
CREATE TEMP TABLE before AS SELECT polname, polrelid, polcmd, pg_get_expr(polqual, polrelid) AS q FROM pg_policy;
SELECT create_roles() \g /dev/null
SELECT results_eq('SELECT polname, polrelid, polcmd, pg_get_expr(polqual, polrelid) FROM pg_policy ORDER BY 1, 2', 'SELECT * FROM before ORDER BY 1, 2', 'made again they are the same');
CREATE FUNCTION pg_temp.login(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN EXECUTE format('CREATE ROLE %I LOGIN', name); END IF;
END $$;
SELECT pg_temp.login('gi_' || r) FROM unnest('{admin,tax,ip,analyst,firm,bank,fund,app,nobody,"odd \"name"}'::text[]) AS r \g /dev/null
SELECT throws_ok($$SELECT add_member('gi_tax', 'department', 'none')$$, '23503', 'there is no department "none"', 'nobody acts for a department that is not there');
SELECT throws_ok($$SELECT add_member('gi_tax', 'guest')$$, '22023', NULL, 'there are six kinds');
SELECT throws_ok($$SELECT add_member('gi_admin', 'admin', 'x')$$, '22023', NULL, 'an admin acts for nobody in particular');
SELECT throws_ok($$SELECT add_member('gi_unknown', 'analyst')$$, '42704', NULL, 'a role has to be there');
SELECT add_member('gi_admin', 'admin'), add_member('gi_tax', 'department', 'tax'), add_member('gi_ip', 'department', 'ip'),
	add_member('gi_analyst', 'analyst'), add_member('gi_firm', 'enterprise', :'one'), add_member('gi_bank', 'institution', 'bank'),
	add_member('gi_fund', 'institution', 'fund'), add_member('gi_app', 'app'), add_member('gi_odd "name', 'enterprise', :'two') \g /dev/null
GRANT USAGE ON SCHEMA public TO PUBLIC;

/* ---- what is granted is what is listed, and no more ---- */
SELECT is_empty($$
	SELECT r.rolname, c.relname, p.privilege
	FROM pg_roles AS r, pg_class AS c, unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS p(privilege)
	WHERE r.rolname LIKE 'growth\_index\_%' AND c.relnamespace = 'growth_index'::regnamespace AND c.relkind IN ('r', 'p', 'v')
		AND has_table_privilege(r.oid, c.oid, p.privilege)
		AND NOT EXISTS (SELECT FROM role_privilege AS g WHERE g.object = c.relname AND g.privilege = p.privilege
			AND pg_has_role(r.oid, (SELECT oid FROM pg_roles WHERE rolname = g.role), 'USAGE'))$$, 'no role has more on a relation than role_privilege says');
SELECT is_empty($$SELECT role, object, privilege FROM role_privilege
	WHERE privilege NOT IN ('EXECUTE', 'USAGE') AND NOT has_table_privilege(role, format('growth_index.%I', object), privilege)
		OR privilege = 'EXECUTE' AND NOT has_function_privilege(role, format('growth_index.%s', object), privilege)$$, 'and none has less');
SELECT is_empty($$SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'growth_index'::regnamespace AND c.relkind IN ('r', 'p')
	AND NOT c.relrowsecurity AND EXISTS (SELECT FROM role_privilege AS g WHERE g.object = c.relname AND g.rows IS NOT NULL)$$, 'conditions on rows are in force');
SELECT is_empty($$SELECT r.name, p.oid::regprocedure FROM pg_proc AS p, (VALUES ('public'), ('growth_index_admin'), ('growth_index_app'), ('growth_index_department')) AS r(name)
	WHERE p.pronamespace = 'growth_index'::regnamespace AND p.prorettype = 'trigger'::regtype AND has_function_privilege(r.name, p.oid, 'EXECUTE')$$,
	'a trigger function is nobody''s: on a table of one''s own it would run as the owner, on rows of one''s choice');
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc AS p
	WHERE p.pronamespace = 'growth_index'::regnamespace AND p.prosecdef AND NOT p.proconfig::text LIKE '%search_path=pg_catalog, pg_temp%'$$,
	'what runs as its owner has a search_path of its own');
SELECT bag_eq($$SELECT p.proname::text FROM pg_proc AS p
	WHERE p.pronamespace = 'growth_index'::regnamespace AND p.prosecdef
		AND has_function_privilege('gi_nobody', p.oid, 'EXECUTE')$$,
	$$VALUES ('current_department'), ('current_institution'), ('current_enterprise'), ('consented_enterprises'), ('caller_is_trusted')$$, 'and nothing of it is for everybody but who the caller is');

/* ---- nobody ---- */
SET SESSION AUTHORIZATION gi_nobody;
SELECT is(credit_code_is_valid(:'one'), true, 'anybody can use the types');
SELECT throws_ok('SELECT * FROM growth_index.enterprise', '42501', NULL, 'but sees no table');
SELECT throws_ok('SELECT * FROM growth_index.membership', '42501', NULL, 'nor who acts for whom');
SELECT throws_ok($$SELECT growth_index.add_member('gi_nobody', 'admin')$$, '42501', NULL, 'and lets nobody in');
SELECT throws_ok(format('SELECT growth_index.act_for(%L)', :'one'), '42501', NULL, 'nor acts for whom it likes');
SET growth_index.acting_for = '91410100MR0000001X';
SELECT is(growth_index.current_enterprise(), NULL, 'not by setting the setting either');
RESET growth_index.acting_for;

/* ---- a department ---- */
SET SESSION AUTHORIZATION gi_tax;
SELECT is(growth_index.current_department(), 'tax', 'a department is known by its role');
SELECT results_eq('SELECT DISTINCT department FROM growth_index.observation', ARRAY['tax'], 'it sees its own values');
SELECT is((SELECT count(*) FROM growth_index.indicator_latest), 4::bigint, 'in the views too');
SELECT is((growth_index.upload_json('tax', jsonb_build_array(jsonb_build_object('credit_code', :'one', 'indicator', 'revenue', 'value', 150, 'period_end', '2023-12-31')))).accepted, 1::bigint, 'it delivers by JSON');
INSERT INTO growth_index.upload (credit_code, indicator, value, period_end) VALUES (:'one', 'revenue', '160', '2023-12-31');
INSERT INTO growth_index.upload VALUES (:'one', 'patents', '9', '2023-12-31', 'ip'), (:'one', 'patents', '9', '2023-12-31', 'tax');
SELECT results_eq('SELECT department, uploader, accepted, refused FROM growth_index.upload_receipt ORDER BY upload_id DESC LIMIT 2',
	$$VALUES (NULL, 'gi_tax', 0::bigint, 2::bigint), ('tax', 'gi_tax', 1, 0)$$, 'and by rows, for itself where no department is named');
SELECT results_eq('SELECT reason_code, reason FROM growth_index.upload_error ORDER BY line',
	$$VALUES ('other_department', 'role "gi_tax" acts for department "tax", not for department "ip"'), ('foreign_indicator', 'indicator "patents" is delivered by department "ip", not by "tax"')$$,
	'but neither for another nor another''s indicators');
SELECT throws_ok(format($$INSERT INTO growth_index.observation (credit_code, indicator, value, period_end) VALUES (%L, 'revenue', '1', '2023-12-31')$$, :'one'), '42501', NULL, 'and not past the upload');
SELECT throws_ok('SELECT * FROM growth_index.score', '42501', NULL, 'it sees no score');
SELECT throws_ok('SELECT * FROM growth_index.policy_match', '42501', NULL, 'no match');
SELECT throws_ok('UPDATE growth_index.indicator SET department = ''tax''', '42501', NULL, 'and takes over no indicator');
SET SESSION AUTHORIZATION gi_ip;
SELECT is((SELECT count(*) FROM growth_index.upload_error), 0::bigint, 'another department does not see what was refused it');

/* ---- an analyst ---- */
SET SESSION AUTHORIZATION gi_analyst;
SELECT is((SELECT count(*) FROM growth_index.enterprise_score), 4::bigint, 'an analyst sees all scores');
SELECT is((SELECT sum(enterprises) FROM growth_index.rating_distribution), 4::numeric, 'and all ratings');
SELECT matches(growth_index.cockpit_html('en'), '<b>4</b>', 'and the cockpit');
SELECT throws_ok('UPDATE growth_index.score SET score = 100', '42501', NULL, 'but writes none');
SELECT throws_ok(format($$INSERT INTO growth_index.upload VALUES (%L, 'revenue', '1', '2023-12-31', 'tax')$$, :'one'), '42501', NULL, 'and delivers nothing');
SELECT throws_ok($$SELECT growth_index.add_scorecard('x', '{}')$$, NULL, NULL, 'nor puts a scorecard in force');

/* ---- an enterprise ---- */
SET SESSION AUTHORIZATION gi_firm;
SELECT results_eq('SELECT name FROM growth_index.enterprise', ARRAY['firm 1'], 'an enterprise sees itself');
SELECT results_eq('SELECT DISTINCT credit_code::text FROM growth_index.observation', ARRAY[:'one'], 'its values');
SELECT results_eq('SELECT credit_code::text FROM growth_index.score', ARRAY[:'one'], 'its score');
SELECT results_eq('SELECT credit_code::text, rank FROM growth_index.enterprise_score', format('VALUES (%L, 4::bigint)', :'one'), 'with its rank among all');
SELECT results_eq('SELECT credit_code::text FROM growth_index.policy_match', ARRAY[:'one'], 'its matches');
SELECT is(growth_index.portrait(:'one') ->> 'name', 'firm 1', 'its portrait');
SELECT is(growth_index.portrait(:'one') -> 'rank' ->> 'place', '4', 'with the same rank');
SELECT is(growth_index.portrait(:'two'), NULL, 'and nobody else''s');
SELECT is(growth_index.profile_of(:'two'), NULL, 'not by a function either');
SELECT is((SELECT count(*) FROM growth_index.match_enterprises('p')), 1::bigint, 'nor by another');
SELECT is((SELECT certified_enterprises FROM growth_index.headline), 0::bigint, 'the headline is for all');
CREATE FUNCTION pg_temp.spy(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS 'BEGIN RAISE EXCEPTION ''seen %'', $1; END';
SELECT throws_ok('SELECT * FROM growth_index.enterprise WHERE pg_temp.spy(name)', 'P0001', 'seen firm 1', 'a condition of its own is tried on its own rows alone');
SELECT throws_ok('SELECT * FROM growth_index.membership', '42501', NULL, 'it does not see who acts for whom');
SELECT throws_ok(format('UPDATE growth_index.enterprise SET founded = current_date WHERE credit_code = %L', :'one'), '42501', NULL, 'and does not change itself');
SELECT throws_ok(format('SELECT growth_index.refresh_enterprise(%L)', :'one'), '42501', NULL, 'nor its score');
SELECT throws_ok('SELECT * FROM growth_index.budget', '42501', NULL, 'nor sees the budgets');
SELECT throws_ok(format('SELECT growth_index.act_for(%L)', :'two'), '42501', NULL, 'it acts for no other');
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION "gi_odd ""name";
SELECT results_eq('SELECT name FROM growth_index.enterprise', ARRAY['firm 2'], 'whatever its role is called');
RESET SESSION AUTHORIZATION;
SET ROLE gi_firm;
SELECT results_eq('SELECT name FROM growth_index.enterprise', ARRAY['firm 1'], 'and however it came to it');
RESET ROLE;

/* ---- an institution ---- */
SET SESSION AUTHORIZATION gi_bank;
SELECT is_empty('SELECT * FROM growth_index.enterprise', 'an institution sees nobody before it asks');
SELECT results_eq('SELECT credit_code::text FROM growth_index.consent_in_force ORDER BY 1', ARRAY[:'one', :'two'], 'but who consented');
BEGIN;
SELECT ok(allowed, 'it asks, for a purpose') FROM growth_index.ask_access(:'one', 'profile', 'loan');
SELECT is_empty('SELECT * FROM growth_index.enterprise', 'what could be rolled back is not answered');
COMMIT;
SELECT ok(allowed, 'it asks for another') FROM growth_index.ask_access(:'two', 'score', 'loan');
SELECT ok(NOT allowed, 'not for what was not consented to') FROM growth_index.ask_access(:'two', 'profile', 'loan');
SELECT results_eq('SELECT name FROM growth_index.enterprise ORDER BY name', ARRAY['firm 1', 'firm 2'], 'then it sees who consented');
SELECT results_eq('SELECT credit_code::text FROM growth_index.score ORDER BY 1', ARRAY[:'one', :'two'], 'their scores');
SELECT results_eq('SELECT DISTINCT credit_code::text FROM growth_index.observation', ARRAY[:'one'], 'and the values of those whose consent says so');
SELECT is(growth_index.profile_of(:'two') OPERATOR(growth_index.?) 'revenue', false, 'no value of the other');
SELECT throws_ok('SELECT * FROM growth_index.policy_match', '42501', NULL, 'and no match');
SET SESSION AUTHORIZATION gi_fund;
SELECT is_empty('SELECT * FROM growth_index.enterprise', 'another sees nobody');
RESET SESSION AUTHORIZATION;
SELECT revoke_consent(:consent, :'one') \g /dev/null
SET SESSION AUTHORIZATION gi_bank;
SELECT results_eq('SELECT name FROM growth_index.enterprise', ARRAY['firm 2'], 'a consent that is revoked ends at once');

/* ---- the app ---- */
SET SESSION AUTHORIZATION gi_app;
SELECT is_empty('SELECT * FROM growth_index.enterprise', 'the app sees nobody');
BEGIN;
SELECT growth_index.act_for(:'two') \g /dev/null
SELECT results_eq('SELECT name FROM growth_index.enterprise', ARRAY['firm 2'], 'before it says for whom it acts');
COMMIT;
SELECT is_empty('SELECT * FROM growth_index.enterprise', 'and that ends with its transaction');

/* ---- an admin ---- */
SET SESSION AUTHORIZATION gi_admin;
SELECT is((SELECT count(*) FROM growth_index.enterprise), 4::bigint, 'an admin sees all');
SELECT lives_ok('SELECT growth_index.refresh_all()', 'queues');
CALL growth_index.refresh();
SELECT is((SELECT state FROM growth_index.refresh_run ORDER BY id DESC LIMIT 1), 'done', 'refreshes');
CALL growth_index.run_refresh_job();
CALL growth_index.run_daily_job();
SELECT is((SELECT count(*) FROM growth_index.job_health), 2::bigint, 'runs the jobs and sees how they are');
SELECT lives_ok('SELECT growth_index.fold_counts(), growth_index.refresh_peers()', 'folds counts');
SELECT lives_ok($$SELECT growth_index.install_pack('pilot_20')$$, 'installs a pack');
SELECT lives_ok($$SELECT growth_index.add_member('gi_nobody', 'analyst')$$, 'lets others in');
SELECT throws_ok('DELETE FROM growth_index.score_history', '23001', NULL, 'and does not change the past');
SELECT throws_ok('UPDATE growth_index.role_right SET rows = NULL', '42501', NULL, 'nor the rights');
RESET SESSION AUTHORIZATION;
SELECT ok(remove_member('gi_nobody', 'analyst'), 'who was let in can be shown out');
SELECT ok(remove_member('gi_firm', 'enterprise'), 'and no longer acts for anybody');
SET SESSION AUTHORIZATION gi_nobody;
SELECT throws_ok('SELECT * FROM growth_index.score', '42501', NULL, 'it sees no more');
RESET SESSION AUTHORIZATION;
/* since 16 a membership is its grantor's to take back */
SELECT add_member('gi_nobody', 'analyst') \g /dev/null
SET SESSION AUTHORIZATION gi_admin;
SELECT ok(growth_index.remove_member('gi_nobody', 'analyst'), 'an admin shows out whom the owner let in');
RESET SESSION AUTHORIZATION;
GRANT growth_index_analyst TO gi_nobody;
SELECT create_roles() \g /dev/null
SET SESSION AUTHORIZATION gi_admin;
SELECT ok(growth_index.remove_member('gi_nobody', 'analyst'), 'and whom an upgrade has brought, once the roles were made again');
SET SESSION AUTHORIZATION gi_nobody;
SELECT throws_ok('SELECT * FROM growth_index.score', '42501', NULL, 'who sees no more');
RESET SESSION AUTHORIZATION;
SELECT CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'GRANT growth_index_analyst TO gi_nobody WITH INHERIT FALSE, SET FALSE' ELSE 'SELECT' END AS apart \gset
:apart;
SELECT create_roles() \g /dev/null
SET SESSION AUTHORIZATION gi_nobody;
SELECT throws_ok('SELECT * FROM growth_index.score', '42501', NULL, 'nor does who was let in on terms of his own, where there are such');
RESET SESSION AUTHORIZATION;
REVOKE growth_index_analyst FROM gi_nobody;
SELECT remove_member('gi_' || m, k) FROM (VALUES ('tax', 'department'), ('ip', 'department'), ('admin', 'admin'), ('analyst', 'analyst'),
	('bank', 'institution'), ('fund', 'institution'), ('app', 'app'), ('odd "name', 'enterprise')) AS t(m, k) \g /dev/null
SELECT * FROM finish();
