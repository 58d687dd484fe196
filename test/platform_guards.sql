/*
 * What must never happen, whoever tries: a second payment, a budget that goes
 * away under its payments, a past score that changes, one bad row that stops
 * every refresh.
 */
SET search_path = growth_index, public;
SET client_min_messages = error;
SELECT no_plan();

INSERT INTO department VALUES ('tax');
INSERT INTO indicator (code, data_type, department) VALUES ('revenue', 'number', 'tax'), ('honours', 'set', 'tax');
CREATE TEMP TABLE firm AS
SELECT n, growth_index.credit_code_complete('91410100MG' || lpad(n::text, 7, '0')) AS code FROM generate_series(1, 5) AS n;
CREATE FUNCTION pg_temp.firm(n int) RETURNS growth_index.credit_code LANGUAGE sql AS 'SELECT code FROM firm WHERE firm.n = $1';
INSERT INTO enterprise (credit_code, name, founded) SELECT code, 'firm ' || n, '2015-01-01' FROM firm;
SELECT add_scorecard('innovation', '{"name": "t", "dimensions": [{"code": "d"}], "indicators": [{"code": "revenue", "dimension": "d", "normalise": {"linear": [0, 1000]}, "weight": 60, "missing": "zero"}, {"code": "age", "value": "age_in_months(founded)", "dimension": "d", "normalise": {"linear": [0, 1000]}, "weight": 40}], "ratings": [{"grade": "AAA", "from": 50}, {"grade": "C", "from": 0}]}');
INSERT INTO budget (code, amount) VALUES ('b', 100), ('unused', 100);
SELECT add_policy('p', 'revenue > 0', '60', budget_code => 'b', publicity_days => 0, period => 'once');
INSERT INTO upload SELECT code, 'revenue', '500', '2023-12-31', 'tax' FROM firm;
SELECT refresh_batch(1000);

/* ---- money ---- */
SELECT propose_entitlements('2024-01-02');
SELECT advance_entitlements('2024-01-02');
SELECT id AS one FROM entitlement WHERE credit_code OPERATOR(growth_index.=) pg_temp.firm(1) \gset
SELECT confirm_entitlement(:one, pg_temp.firm(1), as_of => '2024-01-03');
SELECT approve_entitlement(:one, as_of => '2024-01-03');
SELECT throws_ok($$DELETE FROM growth_index.entitlement$$, '23001', NULL, 'an entitlement does not go away, to come back and be paid again');
SELECT throws_ok($$TRUNCATE growth_index.entitlement$$, '23001', NULL, 'not by TRUNCATE either');
SELECT throws_ok($$DELETE FROM growth_index.budget WHERE code = 'b'$$, '23001', NULL, 'a budget that money is committed from stays');
SELECT throws_ok($$UPDATE growth_index.budget SET code = 'c' WHERE code = 'b'$$, '23001', NULL, 'under its code');
SELECT throws_ok($$TRUNCATE growth_index.budget$$, '23001', NULL, 'and is not truncated');
SELECT lives_ok($$UPDATE growth_index.budget SET amount = 120 WHERE code = 'b'$$, 'its amount can change');
SELECT lives_ok($$DELETE FROM growth_index.budget WHERE code = 'unused'$$, 'an unused one can go');
SELECT is((pay_entitlement(:one, as_of => '2024-01-03')).state, 'paid', 'paid');

/* ---- versions ---- */
SELECT throws_ok($$UPDATE growth_index.scorecard_version SET card = '{"name": "x", "dimensions": [{"code": "d"}], "indicators": [{"code": "revenue", "dimension": "d", "normalise": {"linear": [0, 1]}, "weight": 100}]}'$$,
	'23001', NULL, 'a version of a scorecard does not change');
SELECT throws_ok($$DELETE FROM growth_index.scorecard_version$$, '23001', NULL, 'nor go away');
SELECT throws_ok($$TRUNCATE growth_index.scorecard_version$$, '23001', NULL, 'nor by TRUNCATE');
SELECT throws_ok($$TRUNCATE growth_index.policy$$, '23001', NULL, 'nor do policies');
SELECT throws_ok($$TRUNCATE growth_index.product$$, '23001', NULL, 'nor products');

/* ---- a past score comes out the same ---- */
UPDATE enterprise SET founded = '2020-01-01' WHERE credit_code OPERATOR(growth_index.=) pg_temp.firm(2);
INSERT INTO upload VALUES (pg_temp.firm(3)::text, 'revenue', '900', '2023-12-31', 'tax');
SELECT refresh_batch(1000);
SELECT is((SELECT count(*) FROM score_history), 7::bigint, 'two more scores were given');
SELECT is_empty($$SELECT h.id FROM growth_index.score_history AS h
	JOIN growth_index.scorecard_version AS c ON c.code = h.scorecard AND c.version = h.version
	WHERE growth_index.score(c.card, h.profile, h.as_of) IS DISTINCT FROM h.score
		OR growth_index.rating(c.card, h.profile, h.as_of)::text IS DISTINCT FROM h.rating::text$$,
	'each score of the history can be given again, from what was known then');

/* ---- enterprises ---- */
SELECT throws_ok(format($$UPDATE growth_index.enterprise SET credit_code = %L WHERE name = 'firm 4'$$, credit_code_complete('91410100MG0000099')),
	'23001', NULL, 'an enterprise keeps its code');
SELECT throws_ok($$TRUNCATE growth_index.enterprise$$, '23001', NULL, 'enterprises are not truncated');
DELETE FROM enterprise WHERE name = 'firm 5';
SELECT is((SELECT eligible FROM policy_reach WHERE policy = 'p'), 4::bigint, 'a deleted enterprise is reached no more');
SELECT is((SELECT count(*) FROM policy_match WHERE credit_code OPERATOR(growth_index.=) pg_temp.firm(5) AND until IS NOT NULL), 1::bigint, 'its match is closed, not deleted');

/* ---- one bad row, one bad formula ---- */
SELECT throws_ok(format($$INSERT INTO growth_index.observation (credit_code, indicator, value, period_end) VALUES (%L, repeat('x', 64), '1', '2023-12-31')$$, pg_temp.firm(1)),
	'23514', NULL, 'a name that no profile can hold is no observation');
SELECT throws_ok(format($$INSERT INTO growth_index.observation (credit_code, indicator, value, period_end) VALUES (%L, 'revenue', '{}', '2023-12-31')$$, pg_temp.firm(1)),
	'23514', NULL, 'nor is a value that is an object');
SELECT add_policy('huge', 'revenue > 0', 'revenue * 1e30');
SELECT refresh_batch(1000);
SELECT is_empty('SELECT * FROM growth_index.refresh_error', 'an award out of all measure sets nobody aside');
SELECT results_eq($$SELECT DISTINCT decision, award FROM growth_index.policy_match WHERE policy = 'huge'$$,
	$$VALUES ('undecided', NULL::numeric)$$, 'it is undecided');
INSERT INTO observation (credit_code, indicator, value, period_end) VALUES (pg_temp.firm(1), 'revenue', '[1]', '2023-12-31');
INSERT INTO upload VALUES (pg_temp.firm(2)::text, 'revenue', '600', '2023-12-31', 'tax');
SELECT refresh_batch(1000);
SELECT is((SELECT count(*) FROM refresh_error), 1::bigint, 'one that fails is set aside');
SELECT is((SELECT profile ->> 'revenue' FROM enterprise_profile WHERE credit_code OPERATOR(growth_index.=) pg_temp.firm(2)), '600', 'the others go on');
SELECT ok(NOT refresh_must_stop('42622') AND refresh_must_stop('42P01') AND refresh_must_stop('40P01'), 'a name too long is the enterprise''s matter, a missing table is not');

/* ---- sets ---- */
SELECT results_eq($$SELECT value_of(v, 'set')::text FROM unnest('{a;b,a；b；,"a; b ;c",a;;b,;," ","；"}'::text[]) AS v$$,
	$$VALUES ('["a", "b"]'), ('["a", "b"]'), ('["a", "b", "c"]'), (NULL), (NULL), (NULL), (NULL)$$, 'a set has no empty member');
SELECT * FROM finish();
