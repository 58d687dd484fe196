/*
 * A draft before it is issued: reach, cost, what each clause does, winners and
 * losers, thresholds; and the near misses of what is in force.  The figures are
 * worked by hand from the ten firms below.
 */
SET search_path = growth_index, public;
SET client_min_messages = error;
SELECT plan(128);

INSERT INTO indicator (code, data_type) VALUES ('revenue', 'number'), ('rd_expense', 'number'), ('employees', 'number'),
	('dishonest', 'boolean'), ('stage', 'text'), ('honours', 'set');
CREATE TEMP TABLE firm AS
SELECT growth_index.credit_code_complete('91410100MB' || lpad(n::text, 7, '0')) AS code, x.*
FROM (VALUES
	(1, 10, 1.0, 50, false, 'small', 'C39'), (2, 20, 1.0, 60, false, 'small', 'C39'), (3, 30, 3.0, 70, false, 'small', 'I65'),
	(4, 40, 1.0, 80, true, 'large', 'I65'), (5, 50, 2.5, 90, false, 'large', 'C39'), (6, 60, 6.0, 100, NULL, 'large', 'C39'),
	(7, 70, NULL, 110, false, 'large', 'I65'), (8, 80, 4.0, 120, false, 'large', 'C39'), (9, NULL, 9.0, 130, false, 'small', NULL), (10, 20, 0.9, 140, false, 'small', NULL)
	) AS x(n, revenue, rd_expense, employees, dishonest, stage, industry);
INSERT INTO enterprise (credit_code, name, industry) SELECT code, 'firm ' || n, industry FROM firm;
INSERT INTO observation (credit_code, indicator, value, period_end)
SELECT code, key, value, current_date - 10 FROM firm, jsonb_each(jsonb_strip_nulls(to_jsonb(firm) - '{n,code,industry}'::text[]));
SELECT is((SELECT failed FROM refresh_batch(1000)), 0::bigint, 'all are refreshed');

/* revenue >= 20, rd share >= 5 %, not dishonest: 2, 3, 5, 8 (10 has 4.5 %); 6 and 7 lack something, 9 lacks revenue */
\set criteria '''revenue >= 20 AND rd_expense / revenue >= 0.05 AND NOT dishonest'''
\set award '''least(revenue * 100, 6000)'''
CREATE TEMP TABLE draft AS SELECT * FROM simulate_policy(:criteria, :award, size => 'CASE WHEN employees >= 90 THEN 2 ELSE 1 END');
SELECT results_eq($$SELECT enterprises, amount FROM draft WHERE aspect = 'eligible'$$, $$VALUES (4::bigint, 16000.00)$$, 'reach and cost');
SELECT results_eq($$SELECT enterprises FROM draft WHERE aspect = 'undecided'$$, $$VALUES (3::bigint)$$, 'undecided');
SELECT results_eq($$SELECT item, enterprises FROM draft WHERE aspect = 'undecided by' ORDER BY 1$$, $$VALUES ('dishonest', 1::bigint), ('rd_expense', 1), ('revenue', 1)$$, 'by what');
SELECT results_eq($$SELECT item, enterprises, amount FROM draft WHERE aspect = 'by industry' ORDER BY 1$$, $$VALUES ('C39', 3::bigint, 13000.00), ('I65', 1, 3000.00)$$, 'by industry');
SELECT results_eq($$SELECT item, enterprises, amount FROM draft WHERE aspect = 'by stage' ORDER BY 1$$, $$VALUES ('large', 2::bigint, 11000.00), ('small', 2, 5000.00)$$, 'by stage');
SELECT results_eq($$SELECT item, enterprises, amount FROM draft WHERE aspect = 'by size' ORDER BY 1$$, $$VALUES ('1', 2::bigint, 5000.00), ('2', 2, 11000.00)$$, 'by size');
SELECT results_eq($$SELECT item, enterprises FROM draft WHERE aspect = 'without clause' ORDER BY 1$$,
	$$VALUES ('NOT dishonest', 1::bigint), ('rd_expense / revenue >= 0.05', 2), ('revenue >= 20', 1)$$, 'what each clause keeps out: 6; 7 and 10; 1');
SELECT results_eq($$SELECT aspect, enterprises, amount FROM simulate_policy($$ || quote_literal(:criteria) || $$, '5000', cap_enterprise => 3000) WHERE aspect IN ('eligible', 'before cap') ORDER BY 1$$,
	$$VALUES ('before cap', 4::bigint, 20000.00), ('eligible', 4, 12000.00)$$, 'a cap');
SELECT results_eq($$SELECT aspect, enterprises, amount FROM simulate_policy('revenue >= 20', 'rd_expense * 100') WHERE aspect IN ('eligible', 'no amount') ORDER BY 1$$,
	$$VALUES ('eligible', 7::bigint, 1840.00), ('no amount', 1, NULL)$$, 'who has an award that is unknown is not eligible');

SELECT results_eq($$SELECT aspect, enterprises, amount FROM simulate_policy('revenue >= 20', 'rd_expense * 100', cap_enterprise => 500) WHERE aspect IN ('eligible', 'before cap') ORDER BY 1$$,
	$$VALUES ('before cap', 7::bigint, 1840.00), ('eligible', 7, 1740.00)$$, 'the cap is nobody''s whose award is unknown');
SELECT results_eq($$SELECT f.n, unmet_clause($$ || quote_literal(:criteria) || $$, p.profile, current_date) FROM firm AS f JOIN matching_profiles AS p ON p.credit_code = f.code ORDER BY 1$$,
	$$VALUES (1, 1), (2, 0), (3, 0), (4, NULL), (5, 0), (6, -3), (7, -2), (8, 0), (9, -4), (10, 2)$$, 'the one clause that is not met');
SELECT is((SELECT count(*) FROM firm AS f JOIN matching_profiles AS p ON p.credit_code = f.code, unnest(ARRAY['revenue > 60', 'dishonest', 'dishonest AND revenue > 10', 'NOT dishonest AND rd_expense > 2 AND honours IS NOT NULL', 'nothing > 1 AND rd_expense > 2 AND dishonest']::criteria[]) AS c
	WHERE matches(c, p.profile) IS DISTINCT FROM CASE WHEN unmet_clause(c, p.profile, NULL) = 0 THEN true WHEN unmet_clause(c, p.profile, NULL) < 0 THEN NULL ELSE false END), 0::bigint, 'it says what matches() says');
/* stage > 1 makes stage a number, which it is for nobody; by itself, stage = stage is true of texts too */
SELECT is(clauses_apart('stage = stage AND stage > 1 AND NOT dishonest'), '{2}', 'a clause that the others have their types from');
SELECT results_eq($$SELECT item, enterprises FROM simulate_policy('stage = stage AND stage > 1 AND NOT dishonest', '1') WHERE aspect = 'without clause' ORDER BY 1$$,
	$$VALUES ('NOT dishonest', 0::bigint), ('stage = stage', 0), ('stage > 1', 8)$$, 'what is left without it is read by itself');

/* against what is in force: revenue >= 30 and honest, 2000 each: 3, 5, 7, 8 */
SELECT is(add_policy('former', 'revenue >= 30 AND NOT dishonest', '3000', stacking_group => 'g'), 1, 'a policy in force');
SELECT results_eq($$SELECT aspect, enterprises, amount FROM simulate_policy($$ || quote_literal(:criteria) || $$, $$ || quote_literal(:award) || $$, against => 'former')
	WHERE aspect IN ('gained', 'lost', 'more', 'less', 'as before') ORDER BY 1$$,
	$$VALUES ('as before', 1::bigint, 0.00), ('gained', 1, 2000.00), ('lost', 1, -3000.00), ('more', 2, 5000.00)$$, 'winners and losers');
SELECT results_eq($$SELECT aspect, enterprises, amount FROM simulate_policy('revenue >= 80', '5000', against => 'former', cap_enterprise => 4000) WHERE aspect IN ('gained', 'lost', 'more') ORDER BY 1$$,
	$$VALUES ('lost', 3::bigint, -9000.00), ('more', 1, 1000.00)$$, 'who loses it has nothing left, under a cap too');
SELECT is((SELECT failed FROM refresh_batch(1000)), 0::bigint, 'matched again');
SELECT results_eq($$SELECT enterprises, amount FROM simulate_policy($$ || quote_literal(:criteria) || $$, $$ || quote_literal(:award) || $$, stacking_group => 'g') WHERE aspect = 'after stacking'$$,
	$$VALUES (3::bigint, 7000.00)$$, 'the higher of two: 2 has 2,000 more, 5 has 2,000, 8 has 3,000');
SELECT throws_ok($$SELECT * FROM simulate_policy('revenue > 1', '1', against => 'nothing')$$, 'P0002', NULL, 'against a policy that is not in force');
SELECT throws_ok($$SELECT * FROM simulate_policy(NULL, '1')$$, '22004', NULL, 'a draft needs criteria');
SELECT throws_ok($$SELECT * FROM simulate_policy('revenue > (SELECT 1)', '1')$$, '0A000', NULL, 'criteria that are none');

/* thresholds: ties count where the comparison says so */
SELECT results_eq($$SELECT * FROM sweep_draft('revenue >= 20 AND NOT dishonest', 'revenue', 'revenue', '{10,20,20.5,80,81}')$$,
	$$VALUES (10::numeric, 7::bigint, 280.00), (20, 6, 270.00), (20.5, 4, 230.00), (80, 1, 80.00), (81, 0, 0)$$, 'from a threshold on');
SELECT results_eq($$SELECT threshold, enterprises FROM sweep_draft('revenue > 20 AND NOT dishonest', '1', 'revenue', '{80,10,20}')$$, $$VALUES (10::numeric, 6::bigint), (20, 4), (80, 0)$$, 'above a threshold, sorted');
SELECT results_eq($$SELECT threshold, enterprises FROM sweep_draft('NOT dishonest AND revenue <= 20', '1', 'revenue', '{9,10,20}')$$, $$VALUES (9::numeric, 0::bigint), (10, 1), (20, 3)$$, 'up to a threshold');
SELECT results_eq($$SELECT threshold, enterprises FROM sweep_draft('NOT dishonest AND revenue < 20', '1', 'revenue', '{10,20,21}')$$, $$VALUES (10::numeric, 0::bigint), (20, 1), (21, 3)$$, 'below a threshold');
SELECT results_eq($$SELECT threshold, enterprises, amount FROM sweep_draft('rd_expense / revenue >= 0.01 AND NOT dishonest', '2000', 'rd_expense/revenue', '{0.05,0.1,0.045}', cap_enterprise => 1000)$$,
	$$VALUES (0.045::numeric, 6::bigint, 6000::numeric), (0.05, 5, 5000), (0.1, 2, 2000)$$, 'of a computed number, at exactly 5 and 10 %');
SELECT results_eq($$SELECT threshold, enterprises, amount FROM sweep('former', 'revenue', '{30,60}')$$, $$VALUES (30::numeric, 4::bigint, 12000.00), (60, 2, 6000.00)$$, 'of a policy in force');
SELECT throws_ok($$SELECT * FROM sweep_draft('revenue >= 1 AND revenue >= 2', '1', 'revenue', '{1}')$$, '22023', NULL, 'two bounds');
SELECT throws_ok($$SELECT * FROM sweep_draft('revenue >= 1', '1', 'revenue', '{1,NULL}')$$, '22023', NULL, 'a threshold that is none');

/* the same as numeric SQL, where doubles do not decide: ties of cents, caps, long thresholds */
CREATE TEMP TABLE odd AS
SELECT profile(jsonb_build_object('x', round((random() * 10)::numeric, 2), 'y', round((random() * 1000)::numeric, 3), 'big', (i * 1e12)::numeric)) AS p FROM generate_series(1, 3000) AS i;
SELECT is((SELECT r[1 + 2 * 1] || ' ' || r[2 + 2 * 2] FROM (SELECT sweep_ranks('x', 'y / 8', '{5}', p, NULL, NULL, 0.01, 'half_up') AS r FROM odd) AS s),
	(SELECT count(*) FILTER (WHERE evaluate('x', p) = 5) || ' ' || sum(round(evaluate('y / 8', p), 2)) FILTER (WHERE evaluate('x', p) > 5) FROM odd), 'sums of cents');
SELECT is((SELECT r[2] FROM (SELECT sweep_ranks('x / 3', 'y * 0.125', '{100}', p, NULL, 61.555, 0.01, 'half_up') AS r FROM odd) AS s),
	(SELECT sum(round(least(evaluate('y * 0.125', p), 61.555), 2)) FROM odd), 'a cap that has more decimals than cents');
SELECT is((SELECT r[1] || ' ' || r[6] FROM (SELECT sweep_ranks('big * 1.000001', 'big * y', '{1000000000000.00000001, 2999999999999999.5}', p, NULL, NULL, 0.01, 'half_up') AS r FROM odd) AS s),
	(SELECT count(*) FILTER (WHERE evaluate('big * 1.000001', p) < 1000000000000.00000001 AND evaluate('big * y', p) < 1e15) || ' ' || sum(round(evaluate('big * y', p), 2))
		FILTER (WHERE evaluate('big * 1.000001', p) BETWEEN 1000000000000.00000002 AND 2999999999999999.4 AND evaluate('big * y', p) < 1e15) FROM odd), 'large numbers');

/* near misses: who fails one clause, and the least that would do */
SELECT set_eq($$SELECT name, failing FROM near_misses('former')$$,
	$$VALUES ('firm 2', '{"revenue >= 30"}'::text[]), ('firm 10', '{"revenue >= 30"}'), ('firm 1', '{"revenue >= 30"}'), ('firm 4', '{"NOT dishonest"}')$$, 'the near misses of a policy');
SELECT results_eq($$SELECT m.policy, m.failing, (m.changes -> 0 ->> 'needed')::numeric, m.award FROM firm, near_misses(code) AS m WHERE n = 2$$,
	$$VALUES ('former', '{"revenue >= 30"}'::text[], 30::numeric, 3000.00)$$, 'and of an enterprise, with the award');
SELECT is_empty($$SELECT * FROM firm, near_misses(code) WHERE n = 3$$, 'who is eligible misses nothing');
SELECT is((SELECT count(*) FROM near_misses('former', most => 2)), 2::bigint, 'at most so many');
SELECT throws_ok($$SELECT * FROM near_misses('nothing')$$, 'P0002', NULL, 'of a policy that is not in force');
SELECT is((SELECT count(*) FROM near_misses('former', most => 0)), 0::bigint, 'at most nobody');
SELECT throws_ok($$SELECT * FROM near_misses('former', most => -1)$$, '22023', 'most must be 0 or more, not -1', 'less than nobody');
SELECT throws_ok($$SELECT m.* FROM firm, near_misses(code, most_failing => -1) AS m$$, '22023', 'most_failing must be 0 or more, not -1', 'fewer than no clause');
SELECT throws_ok(format('SELECT * FROM %s', call), state, NULL, call) FROM (VALUES ('simulate_policy(''revenue > 1'', ''1'', cap_enterprise => -1)', '22023'), ('simulate_policy(''revenue > 1'', ''1'', cap_enterprise => ''NaN'')', '22023'),
	('sweep_draft(''revenue > 1'', ''1'', ''revenue'', ''{1}'', cap_enterprise => -1)', '22023'), ('sweep_draft(NULL, ''1'', ''revenue'', ''{1}'')', '22004'), ('sweep_draft(''revenue > 1'', ''1'', NULL, ''{1}'')', '22004'), ('sweep_draft(''revenue > 1'', NULL, ''revenue'', ''{1}'')', '22004'),
	('sweep_draft(''revenue > 1'', ''1'', ''revenue'', ''{}'')', '22023'), ('sweep_draft(''revenue > 1'', ''1'', ''revenue'', NULL)', '22023'), ('sweep_draft(''revenue > 1'', ''1'', ''revenue'', ''{1,NaN}'')', '22023'), ('sweep_draft(''revenue > 1'', ''1'', ''revenue'', ''{{1,2},{3,NULL}}'')', '22023'),
	('sweep_draft(''revenue > 1'', ''1'', ''revenue'', ''{1}'', ''infinity'')', '22008'), ('simulate_policy(''revenue > 1'', ''1'', ''-infinity'')', '22008'), ('near_misses(''former'', ''infinity'')', '22008'), ('match_policies(''{}''::profile, ''infinity'')', '22008'), ('match_enterprises(''former'', ''-infinity'')', '22008')) AS t(call, state);
/* stage > 1 makes stage a number in all clauses, whichever is looked at: of a text nothing is known */
SELECT is(add_policy('typed', 'stage = stage AND coalesce(stage, revenue) > 1 AND NOT dishonest', '1'), 1, 'a policy whose clauses give each other their types');
SELECT is((SELECT count(*) FROM near_misses('typed')) + (SELECT count(*) FROM firm, near_misses(code) AS m WHERE policy = 'typed' AND failing <> '{"NOT dishonest"}'), 0::bigint, 'nobody fails what is not known of him');
SELECT results_eq($$SELECT enterprises FROM sweep('typed', 'coalesce(stage, revenue)', '{1}') UNION ALL SELECT count(*) FROM match_enterprises('typed') WHERE decision = 'eligible'$$, $$VALUES (0::bigint), (0)$$, 'nor has it by a sweep');
SELECT is(add_policy('long', (SELECT string_agg(format('(revenue > %s OR employees > %s)', 1000 + i, 30 + i), ' AND ' ORDER BY i) FROM generate_series(1, 240) AS i)::criteria, '1'), 1, 'a policy of hundreds of clauses');
SELECT is((SELECT count(*) FROM firm, near_misses(code)) > 0 AND (SELECT count(*) FROM near_misses('long')) >= 0, true, 'does not keep the others from being looked at');
SELECT results_eq($$SELECT fixed, changes -> 0 ->> 'indicator' FROM unnest('{"{a}","{b}","{c}"}'::text[]) AS f, LATERAL (SELECT f::text[] AS fixed) AS x, near_miss('(a - b) / b >= 0.3 AND c > 0', '{"a": 100, "b": 100, "c": 1}', '2026-01-01', fixed)$$,
	$$VALUES ('{a}'::text[], 'b'::text), ('{b}', 'a'), ('{c}', 'a')$$, 'what should stay does');
SELECT is((SELECT changes -> 0 ->> 'needed' FROM near_miss('(a - b) / b >= 0.3', '{"a": 100, "b": 100}', '2026-01-01', '{a,b}')), '130', 'where nothing else will do, it changes');
UPDATE indicator SET direction = 'neutral' WHERE code = 'rd_expense';
SELECT is(add_policy('growing', 'revenue / rd_expense >= 11', '1'), 1, 'a policy that reads it');
SELECT is((SELECT array_agg(DISTINCT changes -> 0 ->> 'indicator') FROM near_misses('growing')), '{revenue}', 'a neutral number stays');
SELECT ok((SELECT count(*) > 0 AND bool_and(m.changes -> 0 ->> 'indicator' = 'revenue') FROM firm, near_misses(code) AS m WHERE policy = 'growing'), 'and for an enterprise');

/* all at once says what one by one says */
SELECT set_eq('SELECT credit_code::text, policy, version, decision, award, missing FROM match_all()',
	'SELECT f.code::text, m.policy, m.version, m.decision, m.award, m.missing FROM firm AS f, match_policies(f.code) AS m', 'match_all agrees');

SELECT set_eq(format($$SELECT credit_code::text, policy, award FROM match_all(before_code => %1$L) UNION ALL SELECT credit_code::text, policy, award FROM match_all(from_code => %1$L)$$, half.code),
	'SELECT credit_code::text, policy, award FROM match_all()', 'two halves are the whole')
FROM (SELECT code FROM firm ORDER BY code USING OPERATOR(growth_index.<) OFFSET 4 LIMIT 1) AS half;
SELECT is((SELECT count(*) FROM match_all(from_code => half.code, before_code => half.code)), 0::bigint, 'from a code until before it there is nobody')
FROM (SELECT code FROM firm ORDER BY code USING OPERATOR(growth_index.<) OFFSET 4 LIMIT 1) AS half;
SELECT isnt((SELECT count(*) FROM match_all(before_code => half.code)), (SELECT count(*) FROM match_all()), 'half is less than all')
FROM (SELECT code FROM firm ORDER BY code USING OPERATOR(growth_index.<) OFFSET 4 LIMIT 1) AS half;
SELECT is((SELECT count(*) FROM match_all(NULL)), 0::bigint, 'no day, no match');

/* what is saved is looked at */
CREATE FUNCTION pg_temp.warnings(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
BEGIN
	EXECUTE statement;
	RETURN 'none';
END $$;
SELECT is(can_hold('revenue > 5 AND revenue < 3'), false, 'a contradiction is found');
SELECT is((SELECT bool_and(can_hold(c)) FROM unnest(ARRAY['revenue >= 5 AND revenue <= 5', 'revenue > 5 OR revenue < 3', 'stage = ''a'' AND NOT dishonest', 'a AND NOT a OR b']::criteria[]) AS c), true, 'what can hold is not called one');
SELECT is((SELECT bool_or(can_hold(c)) FROM unnest(ARRAY['revenue >= 5 AND NOT revenue >= 5', 'stage = ''a'' AND stage = ''b''', 'dishonest AND NOT dishonest', 'rd_expense / revenue > 1 AND rd_expense / revenue BETWEEN 0 AND 1', 'stage IN (''a'', ''b'') AND stage LIKE ''c%''']::criteria[]) AS c), false, 'contradictions of all kinds');
SELECT is((SELECT array_agg(c::text) FROM unnest(ARRAY['false', '1 > 2', 'x = NULL', 'x > 5 AND x IS NULL', 'h AND h IS NULL', 'x IS NULL AND x IS NOT NULL', '''a'' = ANY (s) AND ''a'' <> ALL (s)', 'x > y AND x <= y', 'x = y AND x <> y',
	't LIKE ''%a'' AND t NOT LIKE ''%a''', 'd > DATE ''2024-02-29'' AND d < DATE ''2024-03-01''', 'd > as_of AND d <= as_of']::criteria[]) AS c WHERE can_hold(c)), NULL, 'contraries, and what holds for nobody');
SELECT is((SELECT array_agg(c::text) FROM unnest(ARRAY['true', '1 < 2 AND x > 1', 'x > 5 AND y IS NULL', 'x > 5 OR x IS NULL', 'x IS NULL', 'x IS NOT NULL AND x > 5', '''a'' = ANY (s) AND ''b'' <> ALL (s)', 'x >= y AND x <= y', 'x <> y AND x >= y',
	'd > DATE ''2024-02-28'' AND d < DATE ''2024-03-01''', 'd >= DATE ''2024-02-29'' AND d < DATE ''2024-03-01''', 'false OR x > 1', '1 > 2 OR x > 1', 'x = NULL OR x IS NULL']::criteria[]) AS c WHERE NOT can_hold(c)), NULL, 'what only looks like that');
SELECT is((SELECT count(*) FROM tier_faults('true', 'CASE WHEN founded <= DATE ''2020-01-31'' THEN 1 WHEN founded >= DATE ''2020-02-01'' THEN 2 END')), 0::bigint, 'no gap between two days');
SELECT is((SELECT bool_or(can_hold(c)) FROM unnest(ARRAY['(a >= 1 OR b >= 1) AND a < 1 AND b < 1', 'x > 5 AND (x < 3 OR y) AND NOT y', '(a OR b) AND (NOT a OR b) AND NOT b']::criteria[]) AS c), false, 'no branch of an OR is left');
SELECT is((SELECT bool_and(can_hold(c)) FROM unnest(ARRAY['(a >= 1 OR b >= 1) AND a < 1', 'x > 5 AND (x < 3 OR y)', '(a OR b) AND (NOT a OR b) AND b', '(x = 1 OR x = 2) AND x >= 2']::criteria[]) AS c), true, 'one branch is');
SELECT is(can_hold((SELECT string_agg(format('(NOT a%s OR a%s)', i, i + 1), ' AND ' ORDER BY i DESC) || ' AND a1 AND NOT a51' FROM generate_series(1, 50) AS i)::criteria), false, 'one follows from the other, fifty times');
SELECT isnt(can_hold((SELECT string_agg(format('(NOT a%s OR a%s)', i, i + 1), ' AND ' ORDER BY i DESC) || ' AND a1' FROM generate_series(1, 3000) AS i)::criteria), NULL, '... three thousand times');
SELECT results_eq($$SELECT tier, condition, amount FROM tiers('least(CASE board WHEN ''main'' THEN 5 ELSE 1 END, 3)')$$,
	$$VALUES (1, '(board) = (''main'')', '5'), (2, NULL, '1')$$, 'the tiers of a formula');
SELECT is((SELECT count(*) FROM tiers('revenue * 2')), 0::bigint, 'a formula without tiers');
SELECT is((SELECT string_agg(fault, ' ' ORDER BY fault) FROM tier_faults(c::criteria, f::formula)), want, what) FROM (VALUES
	('x > 0', 'CASE WHEN x >= 10 THEN 2 WHEN x >= 5 THEN 1 ELSE 0 END', NULL, 'tiers one within the other, and the rest'),
	('x >= 5', 'CASE WHEN x >= 10 THEN 2 WHEN x >= 5 THEN 1 END', NULL, 'tiers that cover what the criteria let in'),
	('x >= 4', 'CASE WHEN x >= 10 THEN 2 WHEN x >= 5 THEN 1 END', 'gap', 'a gap below'),
	('x >= 0 AND x <= 20', 'CASE WHEN x <= 10 THEN 1 WHEN x > 11 THEN 2 END', 'gap', 'a gap between'),
	('x >= 0 AND x <= 20', 'CASE WHEN x < 10 THEN 1 WHEN x > 10 THEN 2 END', 'gap', 'a gap of one point'),
	('x >= 0 AND x <= 20', 'CASE WHEN x BETWEEN 0 AND 10 THEN 1 WHEN x BETWEEN 10 AND 20 THEN 2 END', 'overlap', 'two tiers at one point'),
	('x >= 0', 'CASE WHEN x >= 5 THEN 1 WHEN x >= 10 THEN 2 ELSE 0 END', 'unreachable', 'the wrong order'),
	('x >= 5', 'CASE WHEN x >= 10 THEN 2 WHEN x >= 5 THEN 1 ELSE 0 END', 'unreachable', 'an ELSE for nobody'),
	('true', 'CASE layer WHEN ''base'' THEN 1 WHEN ''select'' THEN 2 END', 'gap', 'other values of a text'),
	('layer IN (''base'', ''select'')', 'CASE layer WHEN ''base'' THEN 1 WHEN ''select'' THEN 2 END', NULL, 'no other values of a text'),
	('a', 'CASE WHEN b THEN 1 WHEN c THEN 2 ELSE 0 END', NULL, 'tiers of different things')) AS t(c, f, want, what);
CREATE FUNCTION pg_temp.heard(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL client_min_messages = warning;
	EXECUTE statement;
	RETURN 'saved';
END $$;
SELECT is(pg_temp.heard($$SELECT add_policy('tiered', 'revenue >= 4', 'CASE WHEN revenue >= 10 THEN 2 WHEN revenue >= 5 THEN 1 END')$$), 'saved', 'a warning does not keep a policy from being saved');

/* an award that is none: below 0, a quadrillion, unknown; by hand */
SELECT is(amount_in_yuan(f::formula, '{"x": 1}', NULL, unit, way), want, format('%s in units of %s, %s', f, unit, way)) FROM (VALUES
	('x * 2.005', 0.01, 'half_up', 2.01), ('-x / 1000', 0.01, 'half_up', 0.00), ('-x / 1000', 0.01, 'down', NULL), ('-x', 0.01, 'half_up', NULL), ('x / 0', 1, 'up', NULL), ('y', 1, 'up', NULL), ('least(y, 5)', 1, 'up', NULL),
	('999999999999999.99 * x', 0.01, 'half_up', 999999999999999.99), ('999999999999999.995 * x', 0.01, 'half_up', NULL), ('999999999999999.995 * x', 1, 'down', 999999999999999.00), ('x * 1e15', 0.01, 'half_up', NULL), ('x', 1e15, 'up', NULL)) AS t(f, unit, way, want);
SELECT is((SELECT array_agg(f::text || unit || way) FROM unnest(ARRAY['x', '-x', 'x - 1', '1e15 * x', '1e15 * x - 0.005', '1e15 * x - 0.006', '9e14 * x', '0.004 - x / 125', 'x / 0', 'y', 'x - x']::formula[]) AS f, unnest(ARRAY[0.01, 1, 1e15]) AS unit, unnest(ARRAY['half_up', 'down', 'up']) AS way
	WHERE unmet_condition('true', f, '{"x": 1}', NULL, unit, way) IS DISTINCT FROM CASE WHEN amount_in_yuan(f, '{"x": 1}', NULL, unit, way) IS NULL THEN -2 ELSE 0 END), NULL, 'whether there is an amount');
SELECT results_eq($$SELECT unmet_condition(c::criteria, f::formula, '{"a": 1, "b": 2}', NULL) FROM (VALUES ('a = 1 AND b = 2', 'a'), ('a = 1 AND b = 2', '-a'), ('a = 1 AND b = 3', 'a'), ('a = 1 AND b = 3', 'x'), ('a = 1 AND x', 'a'), ('y AND x', 'a'), ('a = 1 AND x', 'x'), ('y AND x', 'y'), ('a = 2 AND b = 3', 'a'), ('x AND b = 3', 'a'), ('b = 3 AND x', 'a')) AS t(c, f)$$,
	'VALUES (0), (-3), (2), (NULL), (-2), (-4), (-4), (-4), (NULL), (NULL), (NULL)', 'the one condition that is not met, of criteria and award');
/* ten thousand codes and more: a call site's criteria start anew, and with them the award */
SELECT is((SELECT count(*) FROM generate_series(0, 240) AS n WHERE unmet_condition(CASE WHEN n > 200 THEN 'a > ' || n
	ELSE (SELECT string_agg(format('q%s > 0', n * 51 + i), ' OR ') FROM generate_series(0, 50) AS i) END::criteria, 'b', '{"a": 1000, "b": 2}', NULL) = 0), 40::bigint, 'an award beside criteria of ten thousand indicators');
SELECT throws_ok($$SELECT amount_in_yuan('1', '{}', NULL, 0.001)$$, '22023', NULL, 'a tenth of a cent is no unit');

/* matching, simulation and sweep say the same of everybody, whatever the award comes to */
SELECT setseed(0.271);
SET session_replication_role = replica;
WITH made AS (
	SELECT credit_code_complete('91410100MC' || lpad(n::text, 7, '0')) AS code, profile(jsonb_strip_nulls(jsonb_build_object(
		'a', CASE WHEN random() < 0.85 THEN floor(random() * 12) - 3 END, 'b', CASE WHEN random() < 0.85 THEN round((random() * 9)::numeric, 3) - 3 END, 'c', CASE WHEN random() < 0.8 THEN to_jsonb(floor(random() * 3)) WHEN random() < 0.3 THEN '"text"' END,
		'big', CASE WHEN random() < 0.9 THEN 10 ^ floor(random() * 19) END, 'f', CASE WHEN random() < 0.8 THEN random() < 0.5 END, 'industry', CASE WHEN random() < 0.8 THEN 'C' || floor(random() * 3) END))) AS p
	FROM generate_series(1, 120) AS n), entered AS (INSERT INTO enterprise (credit_code, name) SELECT code, code::text FROM made)
INSERT INTO enterprise_profile (credit_code, profile, as_of, computed_at) SELECT code, p, current_date, now() FROM made;
RESET session_replication_role;
CREATE FUNCTION pg_temp.one(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS 'SELECT choices[1 + floor(random() * cardinality(choices))::int]';
CREATE TEMP TABLE random_policy AS
SELECT 'r' || n AS code, (pg_temp.one('a >= 1', 'a > -2 AND a <= 7', '(a >= 0 OR b > 1)') || ' AND ' || pg_temp.one('b <= 4', 'NOT f', '(f OR c > 0)', 'b < a', 'c IS NOT NULL') || pg_temp.one('', ' AND big >= 10', ' AND b / c > -1', ' AND industry IN (''C0'', ''C1'')'))::criteria AS criteria,
	pg_temp.one('a * 100', 'b * 333.335', 'big', '-big', 'big * b', '1e3 * a / c', 'least(a * 10, b * 20)', 'coalesce(b, 0) * 50', 'CASE WHEN a > 2 THEN 500 WHEN b > 0 THEN -500 END', 'a - 1')::formula AS award,
	pg_temp.one(NULL, NULL, '0', '99.99', '1000')::numeric AS cap, pg_temp.one('0.01', '1', '100')::numeric AS unit, pg_temp.one('half_up', 'down', 'up') AS way
FROM generate_series(1, 60) AS n;
SELECT is((SELECT count(add_policy(code, criteria, award, cap_enterprise => cap, rounding => unit, rounding_way => way)) FROM random_policy), 60::bigint, 'random policies');
/* by numeric SQL alone */
CREATE TEMP TABLE said AS
SELECT r.code, m.credit_code::text AS firm, m.profile, CASE WHEN matches(r.criteria, m.profile, current_date) IS NULL OR x.amount IS NULL THEN 'undecided' ELSE 'eligible' END AS decision, least(x.amount, CASE WHEN x.amount IS NOT NULL THEN r.cap END) AS award
FROM random_policy AS r, matching_profiles AS m,
	LATERAL (SELECT CASE WHEN v >= 0 AND v < 1e15 THEN v END FROM (SELECT rounded(evaluate_strict(r.award, m.profile, current_date), r.unit, r.way)) AS y(v)) AS x(amount)
WHERE matches(r.criteria, m.profile, current_date) IS NOT FALSE;
SELECT ok((SELECT count(*) FILTER (WHERE decision = 'eligible') > 500 AND count(*) FILTER (WHERE decision = 'undecided' AND matches((SELECT criteria FROM random_policy AS r WHERE r.code = said.code), profile, current_date)) > 500 FROM said), 'of both kinds many');
SELECT set_eq($$SELECT credit_code::text, policy, decision, award FROM match_all() WHERE policy LIKE 'r%'$$, 'SELECT firm, code, decision, award FROM said', 'matching');
SELECT set_eq($$SELECT m.credit_code::text, x.policy, x.decision, x.award FROM matching_profiles AS m, match_policies(m.profile) AS x WHERE x.policy LIKE 'r%'$$, 'SELECT firm, code, decision, award FROM said', 'matching one by one');
SELECT set_eq($$SELECT m.credit_code::text, code, m.decision, m.award FROM random_policy, match_enterprises(code) AS m$$, 'SELECT firm, code, decision, award FROM said', 'matching policy by policy');
SELECT set_eq($$SELECT m.credit_code::text, code, CASE WHEN bool_and(x.satisfied IS TRUE) THEN true END FROM matching_profiles AS m, random_policy AS r, explain_match(m.credit_code, r.code) AS x WHERE r.code < 'r3' GROUP BY 1, 2 HAVING bool_and(x.satisfied IS NOT FALSE)$$,
	$$SELECT firm, code, CASE decision WHEN 'eligible' THEN true END FROM said WHERE code < 'r3'$$, 'and explained');
SELECT is((SELECT count(*) FROM match_all() AS a JOIN random_policy AS r ON r.code = a.policy AND r.code < 'r3'
	WHERE a.decision = 'undecided' AND a.missing <> (SELECT coalesce(array_agg(DISTINCT m COLLATE "C" ORDER BY m COLLATE "C"), '{}') FROM explain_match(a.credit_code, r.code) AS x, unnest(x.missing) AS m
		WHERE x.satisfied IS NULL AND (x.required <> 'an amount' OR NOT EXISTS (SELECT FROM explain_match(a.credit_code, r.code) AS y WHERE y.satisfied IS NULL AND y.required <> 'an amount')))), 0::bigint, 'with what is missing');
SELECT is(add_policy('brief', 'revenue >= 30', 'rd_expense - 2', valid_from => current_date - 30, valid_to => current_date + 30), 1, 'a policy of two months');
SELECT results_eq($$SELECT n, x.clause, x.satisfied, x.gap, x.missing FROM firm, (VALUES (1, 31), (3, 0), (3, -32), (4, 0), (7, 0)) AS t(f, d), explain_match(code, 'brief', current_date + d) AS x WHERE n = f AND x.satisfied IS NOT TRUE ORDER BY n, x.clause COLLATE "C"$$,
	format($$VALUES (1, 'as_of <= DATE ''%1$s''', false, 1::numeric, '{}'::text[]), (1, 'rd_expense - 2', NULL, NULL, '{}'), (1, 'revenue >= 30', false, 20, '{}'),
		(3, 'as_of >= DATE ''%2$s''', false, 2, '{}'), (4, 'rd_expense - 2', NULL, NULL, '{}'), (7, 'rd_expense - 2', NULL, NULL, '{rd_expense}')$$, current_date + 30, current_date - 30), 'outside of its validity, and where it gives nothing');
SELECT results_eq($$SELECT d, (SELECT count(*) > 0 FROM near_misses('brief', current_date + d)), (SELECT count(*) > 0 FROM firm, near_misses(code, current_date + d) WHERE policy = 'brief'), (SELECT count(*) > 0 FROM match_enterprises('brief', current_date + d)) FROM unnest(ARRAY[-31, -30, 30, 31]) AS d$$,
	'VALUES (-31, false, false, false), (-30, true, true, true), (30, true, true, true), (31, false, false, false)', 'nobody nearly has what nobody can have that day');
CREATE TEMP TABLE simulated AS
SELECT r.code, s.*
FROM random_policy AS r, simulate_policy(r.criteria, r.award, against => 'r1', cap_enterprise => r.cap, rounding => r.unit, rounding_way => r.way) AS s;
SELECT set_eq($$SELECT code, aspect, enterprises, amount FROM simulated WHERE aspect IN ('eligible', 'undecided')$$,
	$$SELECT r.code, d.decision, count(s.firm), CASE d.decision WHEN 'eligible' THEN coalesce(sum(s.award), 0) END
	FROM random_policy AS r CROSS JOIN (VALUES ('eligible'), ('undecided')) AS d(decision) LEFT JOIN said AS s ON s.code = r.code AND s.decision = d.decision GROUP BY r.code, d.decision$$, 'simulation');
SELECT set_eq($$SELECT code, item, enterprises FROM simulated WHERE aspect = 'undecided by'$$,
	$$SELECT m.policy, i, count(*) FROM match_all() AS m, unnest(m.missing) AS i WHERE m.policy LIKE 'r%' GROUP BY m.policy, i$$, 'and what is missing');
SELECT set_eq($$SELECT code, item, enterprises, amount FROM simulated WHERE aspect = 'by industry'$$,
	$$SELECT code, profile ->> 'industry', count(*), sum(award) FROM said WHERE decision = 'eligible' GROUP BY 1, 2$$, 'and industries');
SELECT set_eq($$SELECT code, item, enterprises FROM simulated WHERE aspect = 'without clause'$$,
	$$SELECT r.code, c.clause, count(CASE WHEN d.decision = 'eligible' THEN 1 END) - (SELECT count(*) FROM said AS s WHERE s.code = r.code AND s.decision = 'eligible')
	FROM random_policy AS r CROSS JOIN clauses_without(r.criteria) AS c CROSS JOIN matching_profiles AS m LEFT JOIN LATERAL decide(c.rest, r.award, m.profile, current_date, r.unit, r.way) AS d ON true GROUP BY r.code, c.clause$$, 'and what each clause keeps out');
SELECT set_eq($$SELECT code, aspect, enterprises, amount FROM simulated WHERE aspect IN ('gained', 'lost', 'more', 'less', 'as before')$$,
	$$SELECT r.code, CASE WHEN s.award IS NULL THEN 'lost' WHEN w.award IS NULL THEN 'gained' WHEN s.award > w.award THEN 'more' WHEN s.award < w.award THEN 'less' ELSE 'as before' END, count(*), sum(coalesce(s.award, 0) - coalesce(w.award, 0))
	FROM random_policy AS r CROSS JOIN matching_profiles AS m LEFT JOIN said AS s ON s.code = r.code AND s.decision = 'eligible' AND s.firm = m.credit_code::text LEFT JOIN said AS w ON w.code = 'r1' AND w.decision = 'eligible' AND w.firm = m.credit_code::text
	WHERE s.award IS NOT NULL OR w.award IS NOT NULL GROUP BY 1, 2$$, 'and who wins and loses');
SELECT set_eq($$SELECT code, s.enterprises, s.amount FROM random_policy, sweep_draft((criteria::text || ' AND coalesce(a, 0) + 100 >= 1')::criteria, award, 'coalesce(a, 0) + 100', '{2}', cap_enterprise => cap, rounding => unit, rounding_way => way) AS s$$,
	$$SELECT code, enterprises, amount FROM simulated WHERE aspect = 'eligible'$$, 'a sweep');
SELECT * FROM finish();
