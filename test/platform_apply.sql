/*
 * Applications from each role's own session: an enterprise applies for itself,
 * the department of the policy for any, within the window, once; what follows is
 * the way of every entitlement.
 */
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT no_plan();

INSERT INTO department (code) VALUES ('tax'), ('ip');
INSERT INTO indicator (code) VALUES ('grants');
INSERT INTO enterprise (credit_code, name) SELECT credit_code_complete('91410100MY' || lpad(n::text, 7, '0')), 'firm ' || n FROM generate_series(1, 4) AS n;
SELECT credit_code AS one FROM enterprise WHERE name = 'firm 1' \gset
SELECT credit_code AS two FROM enterprise WHERE name = 'firm 2' \gset
SELECT credit_code AS poor FROM enterprise WHERE name = 'firm 3' \gset
SELECT credit_code AS gone FROM enterprise WHERE name = 'firm 4' \gset
INSERT INTO observation (credit_code, indicator, value, period_end)
SELECT credit_code, 'grants', CASE name WHEN 'firm 3' THEN '0' ELSE '3' END::jsonb, '2021-12-31' FROM enterprise;
INSERT INTO budget (code, amount) VALUES ('b', 100000);
SELECT add_policy('applied', 'grants > 0', 'grants * 10', department => 'tax', mode => 'apply', period => 'once', budget_code => 'b', publicity_days => 0),
	add_policy('clicked', 'grants > 0', '5', department => 'tax', mode => 'click', period => 'once', budget_code => 'b'),
	add_policy('free', 'grants > 0', '5', department => 'tax', mode => 'none', period => 'once', budget_code => 'b', valid_to => '2000-01-01'),
	add_policy('yearly', 'grants > 0', '5', department => 'ip', mode => 'apply', period => 'yearly', budget_code => 'b'),
	add_policy('open', 'grants > 0', '7', department => 'ip', mode => 'apply', period => 'once', budget_code => 'b', apply_from => current_date, apply_to => current_date),
	add_policy('over', 'grants > 0', '7', department => 'ip', mode => 'apply', period => 'once', budget_code => 'b', apply_to => current_date - 1),
	add_policy('early', 'grants > 0', '7', department => 'ip', mode => 'apply', period => 'once', budget_code => 'b', apply_from => current_date + 1) \g /dev/null
SELECT refresh_batch(10) \g /dev/null
UPDATE enterprise SET status = 'cancelled' WHERE name = 'firm 4';
SELECT create_roles() \g /dev/null
CREATE FUNCTION pg_temp.login(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN EXECUTE format('CREATE ROLE %I LOGIN', name); END IF;
END $$;
SELECT pg_temp.login('gi_y_' || r) FROM unnest('{tax,ip,one,two,poor,gone,analyst,app,bank,nobody}'::text[]) AS r \g /dev/null
INSERT INTO institution (code) VALUES ('bank');
SELECT add_member('gi_y_tax', 'department', 'tax'), add_member('gi_y_ip', 'department', 'ip'), add_member('gi_y_one', 'enterprise', :'one'),
	add_member('gi_y_two', 'enterprise', :'two'), add_member('gi_y_poor', 'enterprise', :'poor'), add_member('gi_y_gone', 'enterprise', :'gone'),
	add_member('gi_y_analyst', 'analyst'), add_member('gi_y_app', 'app'), add_member('gi_y_bank', 'institution', 'bank') \g /dev/null
GRANT USAGE ON SCHEMA public TO PUBLIC;

SELECT is(propose_entitlements(current_date), 2::bigint, 'of what is not without application the click alone is proposed');
SELECT is((SELECT count(*) FROM entitlement WHERE policy <> 'clicked'), 0::bigint, 'nothing that has to be applied for');

/* ---- an enterprise ---- */
SET SESSION AUTHORIZATION gi_y_one;
SELECT is((growth_index.apply_for('applied', key => 'k1')).award, 30.00, 'an enterprise applies for itself');
SELECT is((growth_index.apply_for('applied', key => 'k1')).state, 'matched', 'again it is the same application');
SELECT is((SELECT count(*) FROM growth_index.entitlement WHERE policy = 'applied'), 1::bigint, 'entered once');
SELECT is((SELECT step || ' ' || actor || ' ' || role FROM growth_index.entitlement_event WHERE key = 'k1'), 'match enterprise ' || :'one' || ' gi_y_one', 'with who applied');
SELECT throws_ok($$SELECT growth_index.apply_for('applied')$$, '23505', NULL, 'once is once');
SELECT throws_ok($$SELECT growth_index.apply_for('yearly', key => 'k1')$$, '23505', NULL, 'a key stands for one call');
SELECT throws_ok(format('SELECT growth_index.apply_for(''yearly'', %L)', :'two'), '42501', NULL, 'it does not apply for another');
SELECT throws_ok($$SELECT growth_index.apply_for('yearly', NULL)$$, '42501', NULL, 'nor for nobody');
SELECT throws_ok($$SELECT growth_index.apply_for('free')$$, '55000', 'policy "free" needs no application', 'what needs no application is not applied for');
SELECT throws_ok($$SELECT growth_index.apply_for('clicked')$$, '23505', NULL, 'what was proposed is there already');
SELECT throws_ok($$SELECT growth_index.apply_for('nothing')$$, 'P0002', NULL, 'a policy that there is');
SELECT is((growth_index.apply_for('open')).award, 7.00, 'on the only day of the window');
SELECT throws_like($$SELECT growth_index.apply_for('over')$$, 'policy "over" can be applied for from -infinity to %', 'not after it');
SELECT throws_ok($$SELECT growth_index.apply_for('early')$$, '55000', NULL, 'nor before');
SELECT throws_ok($$SELECT growth_index.apply_for('over', as_of => current_date - 1)$$, '42501', NULL, 'and does not date it back');
SELECT throws_ok($$SELECT growth_index.apply_for('early', as_of => current_date + 1)$$, '42501', NULL, 'nor forward');
SELECT throws_ok(format('SELECT growth_index.propose_entitlement(%L, ''over'', current_date - 1)', :'one'), '42501', NULL, 'by no other way either');
SELECT throws_ok($$SELECT growth_index.enter_entitlement(NULL, NULL, NULL, NULL, NULL)$$, '42501', NULL, 'nor past the checks');
SET SESSION AUTHORIZATION gi_y_poor;
SELECT throws_ok($$SELECT growth_index.apply_for('applied')$$, '55000', NULL, 'who is not eligible');
SET SESSION AUTHORIZATION gi_y_gone;
SELECT throws_ok($$SELECT growth_index.apply_for('applied')$$, '55000', NULL, 'or not active, applies in vain');

/* ---- the app, for the user that it has verified ---- */
SET SESSION AUTHORIZATION gi_y_app;
SELECT throws_ok($$SELECT growth_index.apply_for('yearly')$$, '42501', NULL, 'the app applies for nobody');
BEGIN;
SELECT growth_index.act_for(:'one') \g /dev/null
SELECT is((growth_index.apply_for('yearly', key => 'k2', actor => 'Li Wei')).policy, 'yearly', 'before it says for whom');
SELECT throws_ok(format('SELECT growth_index.apply_for(''yearly'', %L)', :'two'), '42501', NULL, 'and then for nobody else');
COMMIT;

/* ---- a department ---- */
SET SESSION AUTHORIZATION gi_y_tax;
SELECT is((growth_index.apply_for('applied', :'two', 'k3')).state, 'matched', 'a department enters an application for its own policy');
SELECT is((SELECT actor || ' ' || role FROM growth_index.entitlement_event WHERE key = 'k3'), 'gi_y_tax gi_y_tax', 'as itself');
SELECT throws_ok(format('SELECT growth_index.apply_for(''yearly'', %L)', :'two'), '42501', NULL, 'not for another''s');
SELECT throws_ok(format('SELECT growth_index.apply_for(''applied'', %L, actor => ''wang'')', :'two'), '42501', NULL, 'nor in another name');
SELECT throws_ok(format('SELECT growth_index.apply_for(''applied'', %L, as_of => current_date - 1)', :'two'), '42501', NULL, 'nor for another day');

/* ---- nobody else ---- */
SET SESSION AUTHORIZATION gi_y_analyst;
SELECT throws_ok(format('SELECT growth_index.apply_for(''yearly'', %L)', :'two'), '42501', NULL, 'an analyst does not apply');
SET SESSION AUTHORIZATION gi_y_bank;
SELECT throws_ok(format('SELECT growth_index.apply_for(''yearly'', %L)', :'two'), '42501', NULL, 'nor an institution');
SET SESSION AUTHORIZATION gi_y_nobody;
SELECT throws_ok(format('SELECT growth_index.apply_for(''yearly'', %L)', :'two'), '42501', NULL, 'nor who is nobody');
RESET SESSION AUTHORIZATION;

/* ---- what follows ---- */
INSERT INTO exclusion (credit_code, list, reason, valid_from) VALUES (:'two', 'penalty', 'no. 7', current_date);
SELECT throws_like(format('SELECT apply_for(''yearly'', %L)', :'two'), '%on the list "penalty"%', 'who is on a list gets nothing by applying');
SELECT is((apply_for('over', :'one', as_of => current_date - 1)).policy, 'over', 'who may act for anybody enters what came in in time');
SELECT throws_ok(format('SELECT propose_entitlement(%L, ''early'')', :'one'), '55000', NULL, 'but a window is one for all');
SELECT id FROM entitlement WHERE policy = 'applied' AND credit_code::text = :'one' \gset
SELECT review_entitlement(:id), publicise_entitlement(:id), push_entitlement(:id, as_of => current_date + 1) \g /dev/null
SELECT throws_ok(format('SELECT apply_for(''applied'', %L, ''k3'')', :'one'), '23505', NULL, 'a key of another enterprise');
SET SESSION AUTHORIZATION gi_y_one;
SELECT is((growth_index.apply_for('applied', key => 'k1')).state, 'pushed', 'the same call later shows how far it is');
SELECT is((growth_index.confirm_entitlement(:id, :'one', 'c1')).state, 'confirmed', 'it goes the way of every entitlement');
SELECT throws_ok($$SELECT growth_index.apply_for('applied', key => 'c1')$$, '23505', NULL, 'the key of a step is none of an application');
RESET SESSION AUTHORIZATION;
SELECT is((pay_entitlement((approve_entitlement(:id)).id)).state, 'paid', 'to the money');
SELECT remove_member('gi_y_' || m, k) FROM (VALUES ('tax', 'department'), ('ip', 'department'), ('one', 'enterprise'), ('two', 'enterprise'), ('poor', 'enterprise'),
	('gone', 'enterprise'), ('analyst', 'analyst'), ('app', 'app'), ('bank', 'institution')) AS t(m, k) \g /dev/null
SELECT * FROM finish();
