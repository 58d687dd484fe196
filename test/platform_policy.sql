/*
 * Policies, products and matching: versions that stay, decisions that say what
 * is missing, and matches that follow the data by their differences.
 */
SET search_path = growth_index, public;
SET client_min_messages = error;
SELECT plan(45);

INSERT INTO department (code) VALUES ('bureau');
INSERT INTO indicator (code, data_type) VALUES ('revenue', 'number'), ('invention_grants', 'number'),
	('dishonest', 'boolean'), ('listed', 'boolean'), ('listing_date', 'date'), ('board', 'text'), ('honours', 'set');
CREATE TEMP TABLE firm AS
SELECT n, growth_index.credit_code_complete('91410100MB' || lpad(n::text, 7, '0')) AS code FROM generate_series(1, 8) AS n;
INSERT INTO enterprise (credit_code, name, industry, registered_zone, founded)
SELECT code, 'firm ' || n, 'C39', CASE WHEN n = 8 THEN 'elsewhere' ELSE 'ZZHT' END, date '2015-01-01' FROM firm;
CREATE TEMP TABLE known (n int, indicator text, value jsonb);
INSERT INTO known VALUES
	(1, 'invention_grants', '3'), (1, 'dishonest', 'false'), (1, 'revenue', '30000000'),
	(2, 'invention_grants', '3'),								/* dishonest unknown */
	(3, 'dishonest', 'false'),									/* grants unknown */
	(4, 'invention_grants', '3'), (4, 'dishonest', 'true'),
	(5, 'invention_grants', '0'), (5, 'dishonest', 'false'),
	(6, 'invention_grants', '1000'), (6, 'dishonest', 'false'),
	(7, 'invention_grants', '0'),								/* fails whatever dishonest is */
	(8, 'invention_grants', '9'), (8, 'dishonest', 'false');
INSERT INTO observation (credit_code, indicator, value, period_end)
SELECT f.code, k.indicator, k.value, current_date - 10 FROM known AS k JOIN firm AS f USING (n);

/* ---- entering and amending ---- */
SELECT is(add_policy('patent', 'invention_grants > 0 AND NOT dishonest AND registered_zone = ''ZZHT''',
	'least(invention_grants * 2500.005, 1000000)', title_en => 'patents', department => 'bureau'), 1, 'a policy begins with version 1');
SELECT is(add_policy('patent', 'invention_grants>0 and NOT dishonest and registered_zone=''ZZHT''',
	'least(invention_grants*2500.005, 1000000)', title_en => 'patents', department => 'bureau'), 1, 'the same content in other words is no new version');
SELECT is((SELECT count(*) FROM policy), 1::bigint, 'and no new row');
SELECT throws_ok($$UPDATE policy SET criteria = 'revenue > 1'$$, '23001', NULL, 'criteria of a version do not change');
SELECT throws_ok($$UPDATE policy SET award = '1'$$, '23001', NULL, 'nor does its award');
SELECT throws_ok($$UPDATE policy SET period = 'once', stacking_group = 'g'$$, '23001', NULL, 'nor its rules');
SELECT throws_ok($$SELECT add_policy('', 'revenue > 1', '1')$$, '23514', NULL, 'a policy has a code');
SELECT throws_ok($$SELECT add_policy('p', 'revenue > 1', '1', mode => 'maybe')$$, '23514', NULL, 'a mode that there is');
SELECT throws_ok($$SELECT add_policy('p', 'revenue > 1', '1', period => 'weekly')$$, '23514', NULL, 'a period that there is');
SELECT throws_ok($$SELECT add_policy('p', 'revenue > 1', '1', valid_from => '2022-02-01', valid_to => '2022-01-01')$$, '23514', NULL, 'validity that begins before it ends');
SELECT throws_like($$SELECT add_policy('p', 'revenue >', '1')$$, '%', 'criteria that can be read');

SELECT is(add_policy('nobody', 'unheard_of > 1', '1'), 1, 'a policy that reads an indicator that nobody delivers is accepted');
INSERT INTO institution (code, name_en) VALUES ('bank', 'Bank');
SELECT is(add_product('loan', 'bank', 'invention_grants > 0', 'least(invention_grants * 10000, 50000)', rate => 0.0385), 1, 'a product');
SELECT is(add_product('loan', 'bank', 'invention_grants > 0', 'least(invention_grants * 10000, 50000)', rate => 0.0385), 1, 'the same product');
SELECT is(add_product('loan', 'bank', 'invention_grants > 0', 'least(invention_grants * 10000, 50000)', rate => 0.04), 2, 'at another rate it is another version');
SELECT throws_ok($$SELECT add_product('x', 'no bank', 'revenue > 1', '1')$$, '23503', NULL, 'a product has an institution that there is');
SELECT throws_ok($$UPDATE product SET credit = '1'$$, '23001', NULL, 'the terms of a version do not change');

/* ---- matches ---- */
SELECT is((SELECT failed FROM refresh_batch(1000)), 0::bigint, 'all are refreshed');
CREATE VIEW pg_temp.now_matched AS
SELECT f.n, m.decision, m.award, m.missing FROM policy_match AS m
	JOIN firm AS f ON f.code OPERATOR(growth_index.=) m.credit_code
WHERE m.until IS NULL AND m.policy = 'patent';
SELECT results_eq('SELECT n, decision, award FROM pg_temp.now_matched WHERE decision = ''eligible'' ORDER BY n',
	$$VALUES (1, 'eligible', 7500.02::numeric), (6, 'eligible', 1000000.00)$$, 'eligible: rounded to 0.01, capped');
SELECT results_eq('SELECT n, decision, missing FROM pg_temp.now_matched WHERE decision <> ''eligible'' ORDER BY n',
	$$VALUES (2, 'undecided', '{dishonest}'::text[]), (3, 'undecided', '{invention_grants}')$$, 'undecided: with what is missing');
SELECT is((SELECT count(*) FROM pg_temp.now_matched WHERE n IN (4, 5, 7, 8)), 0::bigint, 'who fails one clause is not matched, whatever is unknown');
SELECT results_eq($$SELECT f.n, m.credit FROM product_match AS m JOIN firm AS f ON f.code OPERATOR(growth_index.=) m.credit_code
	WHERE m.until IS NULL AND m.decision = 'eligible' ORDER BY 1$$,
	$$VALUES (1, 30000.00::numeric), (2, 30000.00), (4, 30000.00), (6, 50000.00), (8, 50000.00)$$, 'products likewise');

/* the two directions and the stored matches say the same */
SELECT results_eq($$SELECT f.n, m.decision, m.award, m.missing FROM match_enterprises('patent') AS m
		JOIN firm AS f ON f.code OPERATOR(growth_index.=) m.credit_code ORDER BY 1$$,
	'SELECT n, decision, award, missing FROM pg_temp.now_matched ORDER BY n', 'match_enterprises agrees');
SELECT results_eq($$SELECT f.n, m.decision, m.award, m.missing FROM firm AS f, match_policies(f.code) AS m
		WHERE m.policy = 'patent' ORDER BY 1$$,
	'SELECT n, decision, award, missing FROM pg_temp.now_matched ORDER BY n', 'match_policies agrees');
SELECT results_eq($$SELECT decision, award FROM match_policies('{"invention_grants": 2, "dishonest": false, "registered_zone": "ZZHT"}'::profile) WHERE policy = 'patent'$$,
	$$VALUES ('eligible', 5000.01::numeric)$$, 'match_policies takes a profile');
SELECT results_eq($$SELECT satisfied FROM explain_match((SELECT code FROM firm WHERE n = 2), 'patent')$$,
	$$VALUES (true), (NULL), (true)$$, 'explain_match decides clause by clause');
SELECT results_eq($$SELECT satisfied FROM explain_match((SELECT code FROM firm WHERE n = 8), 'patent')$$,
	$$VALUES (true), (true), (false)$$, 'and says which clause fails');
SELECT throws_ok($$SELECT * FROM match_enterprises('no such')$$, 'P0002', NULL, 'a policy that there is not');

/* ---- only differences are written ---- */
CREATE TEMP TABLE before AS SELECT ctid AS place, xmin::text AS writer, m.* FROM policy_match AS m;
SELECT lives_ok($$SELECT refresh_matches((SELECT array_agg(code) FROM firm), current_date)$$, 'again');
SELECT is((SELECT count(*) FROM policy_match AS m JOIN before AS b ON b.place = m.ctid AND b.writer = m.xmin::text),
	(SELECT count(*) FROM before), 'nothing is written where nothing changed');
SELECT is((SELECT count(*) FROM policy_match), (SELECT count(*) FROM before), 'nothing is added');

INSERT INTO observation (credit_code, indicator, value, period_end)
SELECT code, 'dishonest', CASE n WHEN 1 THEN 'true' ELSE 'false' END::jsonb, current_date - 5 FROM firm WHERE n IN (1, 2);
INSERT INTO observation (credit_code, indicator, value, period_end)
SELECT code, 'invention_grants', '4', current_date - 5 FROM firm WHERE n = 6;
SELECT is((SELECT enterprises FROM refresh_batch(1000)), 3::bigint, 'the changed ones are refreshed');
SELECT results_eq($$SELECT n, decision, CASE decision WHEN 'eligible' THEN award END FROM pg_temp.now_matched ORDER BY n$$,
	$$VALUES (2, 'eligible', 7500.02::numeric), (3, 'undecided', NULL), (6, 'eligible', 10000.02)$$, 'won, lost and changed');
SELECT is((SELECT count(*) FROM policy_match WHERE policy = 'patent' AND until IS NOT NULL), 3::bigint, 'former matches are kept, closed');
SELECT is((SELECT count(*) FROM (SELECT FROM policy_match WHERE until IS NULL GROUP BY credit_code, policy HAVING count(*) > 1) AS x), 0::bigint, 'one current match of a policy');

/* ---- an amendment ---- */
SELECT is(add_policy('patent', 'invention_grants > 3', 'invention_grants * 1000'), 2, 'an amendment is a new version');
SELECT is((SELECT array_agg(version ORDER BY version) FILTER (WHERE active) FROM policy WHERE code = 'patent'), '{2}', 'and alone in force');
SELECT cmp_ok((SELECT enterprises FROM refresh_batch(1000)), '=', 8::bigint, 'all are matched again');
SELECT results_eq($$SELECT f.n, m.version, m.decision, m.award FROM policy_match AS m JOIN firm AS f ON f.code OPERATOR(growth_index.=) m.credit_code
	WHERE m.until IS NULL AND m.policy = 'patent' AND m.decision = 'eligible' ORDER BY 1$$,
	$$VALUES (6, 2, 'eligible', 4000.00::numeric), (8, 2, 'eligible', 9000.00)$$, 'by the new rule');

/* ---- validity ---- */
SELECT is((SELECT count(*) FROM match_policies('{"revenue": 5}'::profile, '2022-06-30') WHERE policy = 'dated'), 0::bigint, 'nothing of it yet');
SELECT is(add_policy('dated', 'revenue > 1', '100', valid_from => '2022-01-01', valid_to => '2022-06-30'), 1, 'a policy with a time');
SELECT results_eq($$SELECT d::date FROM (VALUES (date '2021-12-31'), ('2022-01-01'), ('2022-06-30'), ('2022-07-01')) AS v(d),
		match_policies('{"revenue": 5}'::profile, d) AS m WHERE m.policy = 'dated' ORDER BY 1$$,
	$$VALUES (date '2022-01-01'), (date '2022-06-30')$$, 'is in force from its first to its last day');

/* ---- an award that needs what is not known is not decided ---- */
SELECT is(add_policy('blind', 'listed', 'least(revenue * 0.5, 1000000)'), 1, 'criteria that do not ask for what the award needs');
SELECT results_eq($$SELECT decision, award, missing FROM match_policies('{"listed": true}'::profile) WHERE policy = 'blind'$$,
	$$VALUES ('undecided', NULL::numeric, '{revenue}'::text[])$$, 'an unknown amount is not the cap');
SELECT results_eq($$SELECT decision, award, missing FROM match_policies('{"listed": true, "revenue": 10}'::profile) WHERE policy = 'blind'$$,
	$$VALUES ('eligible', 5.00::numeric, '{}'::text[])$$, 'a known one is');

SELECT * FROM finish();
