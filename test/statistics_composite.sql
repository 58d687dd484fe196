-- Shape and outliers, ways of putting indicators together that compare subjects, weights of evidence:
-- against published numbers, by hand, and by trying what should be the best.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT * FROM no_plan();

-- ---- shape: the example in a spreadsheet's manual of SKEW and KURT ----
SELECT is((SELECT ARRAY[round(skewness(x)::numeric, 6), round(kurtosis(x)::numeric, 7)] FROM unnest('{3,4,5,2,3,4,5,6,4,7}'::float8[]) AS x), '{0.359543,-0.1517996}', 'skewness and kurtosis as a spreadsheet has them');
SELECT is((SELECT skewness(x) FROM unnest('{1,2,3}'::float8[]) AS x), 0::float8, 'symmetric');
SELECT ok((SELECT skewness(x) IS NULL AND kurtosis(x) IS NULL FROM unnest('{5,5,5,5,NULL}'::float8[]) AS x), 'no shape where all are the same');
SELECT ok((SELECT skewness(x) IS NOT NULL AND kurtosis(x) IS NULL FROM unnest('{1,2,4}'::float8[]) AS x), 'no kurtosis of three');
SELECT is((SELECT skewness(NULL)), NULL, 'nothing of nothing');
SELECT throws_ok($$SELECT skewness('Infinity')$$, '22023', NULL, 'a number that is not finite');
SELECT is((SELECT round(skewness(1e9 + x)::numeric, 4) FROM unnest('{3,4,5,2,3,4,5,6,4,7}'::float8[]) AS x), 0.3595, 'far from 0');

-- ---- outliers ----
SELECT is((SELECT (treated, low, high, logarithm)::text FROM treat_outliers('{1,2,3,4,5,NULL,6,7,1000}')), '("{1,2,3,4,5,NULL,6,7,7}",0,1,f)', 'one high value is pulled in, and NULL stays');
SELECT is((SELECT (treated, low, high, logarithm)::text FROM treat_outliers('{-1000,1,2,3,4,5,6,7}')), '("{1,1,2,3,4,5,6,7}",1,0,f)', 'a low one too');
SELECT is((SELECT treated FROM treat_outliers('{4,1,3,2}')), '{4,1,3,2}', 'nothing to do');
SELECT is((SELECT (logarithm, low + high, array_agg(round(x::numeric, 6) ORDER BY n))::text FROM treat_outliers('{0,1,2,3,4,5,6,7,8,1000}', 0), unnest(treated) WITH ORDINALITY AS u (x, n) GROUP BY logarithm, low, high),
	format('(t,0,"{%s}")', (SELECT string_agg(round(ln(x + 10.0), 6)::text, ',' ORDER BY n) FROM unnest('{0,1,2,3,4,5,6,7,8,1000}'::int[]) WITH ORDINALITY AS u (x, n))), 'beyond the number allowed: logarithms from the minimum');
SELECT is((SELECT array_agg(round(x::numeric, 6) ORDER BY n) FROM treat_outliers('{0,-1,-2,-3,-4,-5,-6,-7,-8,-1000}', 0), unnest(treated) WITH ORDINALITY AS u (x, n)),
	(SELECT array_agg(round(-ln(x + 10.0), 6) ORDER BY n) FROM unnest('{0,1,2,3,4,5,6,7,8,1000}'::int[]) WITH ORDINALITY AS u (x, n)), 'mirrored for a tail of low values');
SELECT is((SELECT treated FROM treat_outliers('{}')), '{}', 'of no values');
SELECT throws_ok($$SELECT treat_outliers('{1,2}', -1)$$, '22023', NULL, 'a negative limit');

-- ---- Copeland and Borda ----
-- a beats b in two of three, b beats c, c beats a: a circle; d loses to all
SELECT is(copeland('{{3,1,2},{2,3,1},{1,2,3},{0,0,0}}'), '{1,1,1,-3}', 'a circle, by hand');
SELECT is(copeland('{{3,1},{1,3}}'), '{0,0}', 'a draw');
SELECT is(copeland('{{3,1,1},{1,3,3}}', '{0.3,0.1,0.2}'), '{0,0}', 'decimal weights that balance are a draw');
SELECT is(copeland('{{3,1},{1,3}}', '{2,1}'), '{1,-1}', 'weights decide');
SELECT is(copeland('{{3,NULL},{1,9}}'), '{1,-1}', 'what one does not know counts for neither');
SELECT is(borda('{{3,1,2},{2,3,1},{1,2,3},{0,0,0}}'), '{6,6,6,0}', 'Borda, by hand');
SELECT is(borda('{{5,1},{5,2},{7,NULL}}', '{2,10}'), '{0,10,4}', 'ties share the smaller place, weights count, the unknown counts nothing');
SELECT is(copeland('{}'), '{}', 'nobody');
SELECT is(copeland(NULL), NULL, 'NULL of a NULL');
SELECT throws_ok($$SELECT copeland('{1,2}')$$, '2202E', NULL, 'no rows');
SELECT throws_ok($$SELECT copeland('{{1,2}}', '{1}')$$, '22023', '1 weights for rows of 2 numbers', 'too few weights');
SELECT throws_ok($$SELECT borda('{{1,2}}', '{1,-1}')$$, '22023', NULL, 'a negative weight');
SELECT throws_ok($$SELECT borda('{{1,NaN}}')$$, '22023', NULL, 'no number');

-- ---- benefit of the doubt: (2, 1) and (1, 2) span the frontier; (1, 1) is at 2 / 3 of it, and of (3, 3) at 1 / 3 ----
SELECT is((SELECT array_agg(round(value::numeric, 9) ORDER BY subject) FROM benefit_of_doubt('{{2,1},{1,2},{1,1}}')), '{1,1,0.666666667}', 'by hand');
SELECT is((SELECT array_agg(round(value::numeric, 9) ORDER BY subject) FROM benefit_of_doubt('{{3,3},{1,1},{3,0},{0,0}}')), '{1,0.333333333,1,0}', 'with one above all');
SELECT is((SELECT round(value::numeric, 9) FROM benefit_of_doubt('{{3,3},{1,1},{3,0},{0,0}}', 0.5, 0.5) WHERE subject = 3), 0.5, 'equal shares leave no doubt');
-- against a search over a grid of weights
SELECT setseed(0.31);
CREATE TABLE judged AS SELECT array_agg(ARRAY[a, b]) AS rows FROM (SELECT 0.2 + random() AS a, 0.2 + random() AS b FROM generate_series(1, 30)) AS r;
CREATE TABLE tried AS SELECT k, max(w * rows[k][1] + (1 - w) * rows[k][2]) FILTER (WHERE false) AS none,
	max((w * rows[k][1] + (1 - w) * rows[k][2]) / (SELECT max(w * rows[i][1] + (1 - w) * rows[i][2]) FROM generate_series(1, 30) AS i)) AS best
FROM judged, generate_series(1, 30) AS k, LATERAL (SELECT 0.3 + g * 0.0004 AS w FROM generate_series(0, 1000) AS g) AS grid GROUP BY k;
SELECT ok((SELECT bool_and(value >= best - 1e-9 AND value - best < 1e-3) FROM judged, benefit_of_doubt(rows, 0.3, 0.7) AS b JOIN tried ON k = subject), 'no weights on a grid of a thousand do better, and some nearly as well');
SELECT throws_ok($$SELECT benefit_of_doubt('{{1,2},{3,-1}}')$$, '22023', NULL, 'a negative number');
SELECT throws_ok($$SELECT benefit_of_doubt('{{1,2},{3,NULL}}')$$, '22004', NULL, 'an unknown one');
SELECT throws_ok($$SELECT benefit_of_doubt('{{1,2}}', 0.6)$$, '22023', 'no 2 weights have shares of 0.6 to 1', 'impossible shares');

-- ---- weights of evidence: Good's own kind of table, by hand ----
-- 90 without, 10 with; class a has 60 and 2, b has 30 and 8
CREATE TABLE firm AS SELECT CASE WHEN i <= 62 THEN 'a' ELSE 'b' END AS class, i IN (1, 2) OR i > 92 AS failed FROM generate_series(1, 100) AS i;
SELECT is((SELECT array_agg((class, subjects, events, round(woe::numeric, 9))::text) FROM unnest((SELECT woe_table(class, failed) FROM firm)) AS w),
	ARRAY[format('(a,62,2,%s)', round(ln((60 / 90.0) / (2 / 10.0)), 9)), format('(b,38,8,%s)', round(ln((30 / 90.0) / (8 / 10.0)), 9))], 'two classes, by hand');
SELECT is((SELECT round(information_value(class, failed)::numeric, 9) FROM firm), round((60 / 90.0 - 2 / 10.0) * ln((60 / 90.0) / (2 / 10.0)) + (30 / 90.0 - 8 / 10.0) * ln((30 / 90.0) / (8 / 10.0)), 9), 'information value');
SELECT is((SELECT round(woe::numeric, 9) FROM unnest((SELECT woe_table(i::text, i = 1) FROM generate_series(1, 3) AS i)) AS w WHERE class = '1'), round(ln((0.5 / 2) / (1 / 1.0)), 9), 'an empty one counts half a subject');
SELECT ok((SELECT woe_table(class, true) IS NULL AND information_value(class, false) IS NULL FROM firm), 'one outcome only says nothing');
SELECT ok((SELECT woe_table(NULL, failed) IS NULL FROM firm), 'nor do unknown classes');
SELECT ok((SELECT sum(abs(a.woe - b.woe::float8)) < 1e-5 FROM (SELECT g.class, w.woe FROM unnest((SELECT woe_table(class, failed) FROM firm)) AS w JOIN (VALUES ('a', 'A'), ('b', 'B')) AS g (class, grade) ON g.class = w.class) AS a
	JOIN unnest((SELECT calibration(upper(class)::rating, failed) FROM firm)) AS b ON b.grade::text = upper(a.class)), 'calibration() has the same of grades');
SELECT is((SELECT count(*) FROM unnest((SELECT woe_table((i % 5000)::text, i % 7 = 0) FROM generate_series(1, 50000) AS i)) AS w WHERE subjects = 10), 5000::bigint, 'many classes');
-- 20 points double the odds, 600 at 50 to 1: Siddiqi's example, factor 28.8539 and offset 487.1229
SELECT is((SELECT ARRAY[round(factor::numeric, 4), round(base::numeric, 4)] FROM points_scale(600, 1 / 50.0, 20)), '{28.8539,487.1229}', 'the scale of points, as published');
SELECT throws_ok(format('SELECT points_scale(600, %L, 20)', odds), '2201E', 'odds of ' || odds || ': expected a number above 0', 'odds of ' || odds) FROM unnest('{0,-1,NaN,Infinity}'::text[]) AS odds;
SELECT * FROM finish();
