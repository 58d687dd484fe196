-- Weights that data and judgement give: against published results, and against
-- the same formulas in plain SQL.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT plan(56);
CREATE FUNCTION near(have float8[], want float8[], by float8) RETURNS boolean LANGUAGE sql AS $$
	SELECT cardinality(have) = cardinality(want) AND bool_and(h IS NOT DISTINCT FROM w OR abs(h - w) <= by)
	FROM unnest(have, want) AS u (h, w)
$$;

-- ---- AHP: two matrices of Saaty's, with the results that he printed ----
CREATE TABLE house AS SELECT (ahp(ARRAY[
	[1, 5, 3, 7, 6, 6, 1/3.0, 1/4.0], [1/5.0, 1, 1/3.0, 5, 3, 3, 1/5.0, 1/7.0],
	[1/3.0, 3, 1, 6, 3, 4, 6, 1/5.0], [1/7.0, 1/5.0, 1/6.0, 1, 1/3.0, 1/4.0, 1/7.0, 1/8.0],
	[1/6.0, 1/3.0, 1/3.0, 3, 1, 1/2.0, 1/5.0, 1/6.0], [1/6.0, 1/3.0, 1/4.0, 4, 2, 1, 1/5.0, 1/6.0],
	[3, 5, 1/6.0, 7, 5, 5, 1, 1/2.0], [4, 7, 5, 8, 6, 6, 2, 1]])).*;
SELECT is((SELECT ARRAY(SELECT round(w::numeric, 3) FROM unnest(weights) AS w) FROM house),
	'{0.173,0.054,0.188,0.018,0.031,0.036,0.167,0.333}'::numeric[], 'choosing a house: priorities');
SELECT is((SELECT round(eigenvalue::numeric, 3) FROM house), 9.669, 'its eigenvalue');
SELECT is((SELECT round(consistency_index::numeric, 3) FROM house), 0.238, 'its consistency index');
SELECT is((SELECT round(consistency_ratio::numeric, 3) FROM house), 0.169, 'its consistency ratio, told and not enforced');
CREATE TABLE nations AS SELECT (ahp(ARRAY[
	[1, 4, 9, 6, 6, 5, 5], [1/4.0, 1, 7, 5, 5, 3, 4], [1/9.0, 1/7.0, 1, 1/5.0, 1/5.0, 1/7.0, 1/5.0],
	[1/6.0, 1/5.0, 5, 1, 1, 1/3.0, 1/3.0], [1/6.0, 1/5.0, 5, 1, 1, 1/3.0, 1/3.0],
	[1/5.0, 1/3.0, 7, 3, 3, 1, 2], [1/5.0, 1/4.0, 5, 3, 3, 1/2.0, 1]])).*;
SELECT is((SELECT ARRAY(SELECT round(w::numeric, 3) FROM unnest(weights) AS w) FROM nations),
	'{0.427,0.230,0.021,0.052,0.052,0.123,0.094}'::numeric[], 'wealth of nations: priorities');
SELECT is((SELECT round(eigenvalue::numeric, 2) FROM nations), 7.61, 'its eigenvalue');
SELECT is((SELECT round(consistency_ratio::numeric, 2) FROM nations), 0.08, 'its consistency ratio');
-- a consistent matrix gives the weights that it was made of
SELECT ok(near(weights, '{0.5,0.3,0.15,0.05}', 1e-13) AND abs(eigenvalue - 4) < 1e-12 AND abs(consistency_ratio) < 1e-12, 'a consistent matrix')
FROM ahp((SELECT array_agg(r ORDER BY i) FROM (
	SELECT i, array_agg(a / b ORDER BY j) AS r FROM unnest('{0.5,0.3,0.15,0.05}'::float8[]) WITH ORDINALITY AS u (a, i),
		unnest('{0.5,0.3,0.15,0.05}'::float8[]) WITH ORDINALITY AS v (b, j) GROUP BY i) AS m));
SELECT is((SELECT (weights, consistency_index, random_index, consistency_ratio)::text FROM ahp('{{1}}')), '({1},0,0,0)', 'one criterion');
SELECT is((SELECT ARRAY(SELECT round(w::numeric, 12) FROM unnest(weights) AS w) FROM ahp('{{1,4},{0.25,1}}')), '{0.8,0.2}', 'two criteria');
SELECT ok(consistency_ratio IS NULL AND random_index IS NULL AND cardinality(weights) = 16, 'no random index above 15 criteria')
FROM ahp((SELECT array_agg(array_fill(1.0::float8, ARRAY[16])) FROM generate_series(1, 16)));
SELECT throws_ok($$SELECT ahp('{{1,2,3},{0.5,1,1}}')$$, '2202E', 'a pairwise matrix has to be square, of 1 to 100 rows', 'not square');
SELECT throws_ok($$SELECT ahp('{1,2}')$$, '2202E', 'a pairwise matrix has to be square, of 1 to 100 rows', 'no matrix');
SELECT throws_ok($$SELECT ahp('{}')$$, '2202E', 'a pairwise matrix has to be square, of 1 to 100 rows', 'an empty array');
SELECT throws_ok($$SELECT ahp('{{1,3},{0.33,1}}')$$, '22023', 'the pairwise matrix is not reciprocal: row 1, column 2 is 3, and row 2, column 1 is 0.33', 'not reciprocal');
SELECT ok(near(weights, '{0.75,0.25}', 0.01), 'rounded judgements, with a tolerance') FROM ahp('{{1,3},{0.33,1}}', 0.02);
SELECT throws_ok($$SELECT ahp('{{2,3},{0.333333333,1}}')$$, '22023', NULL, 'a diagonal that is not 1');
SELECT throws_ok($$SELECT ahp('{{1,-3},{-0.333333333,1}}')$$, '22023', 'row 1, column 2 of the pairwise matrix is -3: expected a number above 0', 'not positive');
SELECT throws_ok($$SELECT ahp('{{1,Infinity},{0,1}}')$$, '22023', NULL, 'not finite');
SELECT throws_ok($$SELECT entropy_weights('{1,-Infinity}')$$, '22023', 'cannot compute statistics of -Infinity', 'a number of a row that is not finite');
SELECT throws_ok($$SELECT ahp('{{1,NULL},{1,1}}')$$, '22004', NULL, 'NULL in it');
SELECT throws_ok($$SELECT ahp('{{1,1e308,1e308,1e308},{1e-308,1,1e308,1e308},{1e-308,1e-308,1,1e308},{1e-308,1e-308,1e-308,1}}')$$, '22003', NULL, 'judgements that are none end in an error');

-- ---- entropy and CRITIC against the formulas in SQL ----
SELECT setseed(0.389);
CREATE TABLE subject AS
SELECT i, ARRAY[random() * 100, floor(random() * 4) * 25, 40, 50 + random() * 1e-6, power(random(), 6) * 100,
	CASE WHEN random() < 0.2 THEN 0 ELSE random() END]::float8[] AS r
FROM generate_series(1, 500) AS i;
UPDATE subject SET r[5] = r[1] * 0.7 + r[5] * 0.3;
CREATE VIEW cell AS SELECT i, j, x::numeric AS x FROM subject, unnest(r) WITH ORDINALITY AS u (x, j);

SELECT ok(near((SELECT entropy_weights(r) FROM subject), (
	WITH p AS (SELECT j, x / sum(x) OVER (PARTITION BY j) AS p, count(*) OVER (PARTITION BY j) AS n FROM cell),
	e AS (SELECT j, 1 + sum(CASE WHEN p > 0 THEN p * ln(p) ELSE 0 END) / ln(max(n)) AS d FROM p GROUP BY j)
	SELECT array_agg((d / (SELECT sum(d) FROM e))::float8 ORDER BY j) FROM e), 1e-13), 'entropy as in numeric SQL');
SELECT is((SELECT w[3] FROM (SELECT entropy_weights(r) AS w FROM subject) AS s), 0::float8, 'a column without a difference has no weight');
SELECT ok((SELECT w[4] > 0 AND w[4] < 1e-12 FROM (SELECT entropy_weights(r) AS w FROM subject) AS s), 'one with hardly any has hardly any');
-- by hand: shares (1/4, 3/4) have e = 0.8112781244591328, (1/2, 1/2) have 1, (1/10, 9/10) have 0.4689955935892812
SELECT ok(near((SELECT entropy_weights(r) FROM (VALUES ('{1,5,1}'::float8[]), ('{3,5,9}')) AS v (r)),
	ARRAY[0.1887218755408672 / 0.719726281951586, 0, 0.5310044064107188 / 0.719726281951586], 1e-14), 'two rows, by hand');
SELECT ok(near((SELECT critic_weights(r) FROM subject), (
	WITH d AS (SELECT j, stddev_samp(x::float8) AS d FROM cell GROUP BY j HAVING min(x) < max(x)),
	r AS (SELECT a.j, sum(1 - c) AS conflict FROM (
		SELECT a.j, b.j AS k, corr(a.x::float8, b.x::float8) AS c FROM cell a JOIN cell b USING (i)
		WHERE a.j <> 3 AND b.j <> 3 GROUP BY 1, 2) AS a GROUP BY a.j),
	w AS (SELECT j, d * conflict AS w FROM d JOIN r USING (j) UNION ALL SELECT 3, 0)
	SELECT array_agg(w / (SELECT sum(w) FROM w) ORDER BY j) FROM w), 1e-9), 'CRITIC as in SQL');
SELECT ok(near((SELECT correlation(r) FROM subject)::float8[], (
	SELECT array_agg(c ORDER BY j, k) FROM (
		SELECT a.j, b.j AS k, CASE WHEN a.j <> 3 AND b.j <> 3 THEN corr(a.x::float8, b.x::float8) END AS c
		FROM cell a JOIN cell b USING (i) GROUP BY 1, 2) AS pair), 1e-7), 'correlation as SQL''s corr()');
SELECT is((SELECT array_agg((first, second)::text ORDER BY ord) FROM correlation_table('{a,b,c}', '{{1,0.2,-0.9},{0.2,1,NULL},{-0.9,NULL,1}}')
	WITH ORDINALITY AS t (first, second, correlation, ord)), '{"(a,c)","(a,b)","(b,c)"}', 'as rows, the closest first');
SELECT ok(abs((SELECT cronbach_alpha(r) FROM subject) - (
	SELECT 6 / 5.0 * (1 - (SELECT sum(v) FROM (SELECT var_samp(x) AS v FROM cell GROUP BY j) AS c)
		/ (SELECT var_samp(t) FROM (SELECT sum(x) AS t FROM cell GROUP BY i) AS s))))  < 1e-10, 'Cronbach''s alpha as in SQL');
SELECT is((SELECT round(cronbach_alpha(ARRAY[i, i, i])::numeric, 12) FROM generate_series(1, 5) AS i), 1.0, 'the same asked three times');
SELECT ok((SELECT entropy_weights(r) IS NULL AND critic_weights(r) IS NULL AND correlation(r) IS NULL AND cronbach_alpha(r) IS NULL
	FROM (VALUES ('{1,2}'::float8[]), (NULL), ('{NULL,3}')) AS v (r)), 'one row that counts says nothing');
SELECT ok((SELECT entropy_weights(r) IS NULL AND critic_weights(r) IS NULL AND cronbach_alpha(r) IS NULL
	FROM (VALUES ('{1,2}'::float8[]), ('{1,2}')) AS v (r)), 'nor do rows without a difference');
SELECT throws_ok($$SELECT entropy_weights(r) FROM (VALUES ('{1,2}'::float8[]), ('{1,-2}')) AS v (r)$$, '22023',
	'entropy weights need numbers that are not negative, column 2 has -2', 'a negative number');
SELECT ok((SELECT bool_and(critic_weights IS NULL) FROM (SELECT critic_weights(r) FROM (VALUES (1, '{0.1,0.3}'::float8[]), (1, '{0.2,0.6}'), (1, '{0.7,2.1}'),
	(2, '{1,5}'), (2, '{2,5}')) AS v (n, r) GROUP BY n) AS w), 'where nothing conflicts, rounding does not make weights');
SELECT throws_ok($$SELECT critic_weights(r) FROM (VALUES ('{1,2}'::float8[]), ('{1,2,3}')) AS v (r)$$, '2202E',
	'a row has 3 numbers, the rows before it have 2', 'rows of different lengths');
SELECT throws_ok($$SELECT correlation('{1,NaN}'::float8[])$$, '22023', NULL, 'a number that is none');

-- ---- into a scorecard ----
SELECT is(round_weights('{1,1,1}'), '{33.3334,33.3333,33.3333}', 'rounded weights sum to the total');
SELECT is((SELECT array_agg(DISTINCT (SELECT sum(w) FROM unnest(round_weights(r[1:2] || r[5], 100, 2)) AS w)) FROM subject), '{100.00}', 'whatever they are');
SELECT is(round_weights('{0,0.25,0.75}', 30, 1), '{0,7.5,22.5}', 'in proportion');
SELECT throws_ok($$SELECT round_weights('{0,0}')$$, '22012', 'weights sum to 0', 'weights that are all zero');
SELECT throws_ok(format('SELECT round_weights(%L)', w), '22023', 'weight 2 is ' || m || ': expected a number from 0 on', 'a weight of ' || m) FROM (VALUES ('{1,NaN}', 'NaN'), ('{1,-0.5}', '-0.5'), ('{1,NULL}', 'NULL')) AS v(w, m);
SELECT throws_ok($$SELECT round_weights('{1,1}', 100.001, 2)$$, '22023', 'a total of 100.001 has more than 2 digits', 'a total that no rounded weights sum to');
SELECT throws_ok($$SELECT * FROM correlation_table('{a}', '{{1,0.5},{0.5,1}}')$$, '2202E', '1 codes for correlations of 2 rows and 2 columns', 'codes of other columns');
\set card '{"name": "c", "segment": "stage", "segments": ["s", "g"], "dimensions": [{"code": "d"}, {"code": "e"}], "indicators": [{"code": "b", "dimension": "e", "normalise": {"linear": [0, 10]}, "weight": 30}, {"code": "a", "dimension": "d", "normalise": {"linear": [0, 50]}, "weight": {"s": 70, "g": 70}}]}'
SELECT is(indicator_codes(:'card'), '{b,a}', 'codes in the document''s order');
SELECT is(normalised_values(:'card', '{"stage": "s", "a": 10, "b": 3}'), '{30,20}', 'normalised values in the same order');
SELECT is(normalised_values(:'card', '{"stage": "s", "a": 10}'), '{NULL,20}', 'a missing one is NULL');
SELECT is(jsonb(with_weights(:'card', '{1,2}')), jsonb_set(jsonb_set(jsonb(:'card'::scorecard), '{indicators,0,weight}', '33.3333'),
	'{indicators,1,weight}', '66.6667'), 'weights for all segments');
SELECT is(jsonb(with_weights(:'card', '{1,3}', 0, 'g')) #>> '{indicators,0,weight}', '{"g": 25, "s": 30}', 'weights for one segment');
SELECT throws_ok(format($$SELECT with_weights(%L, '{1,2,3}')$$, :'card'), '22023', '3 weights for 2 indicators', 'too many weights');
SELECT throws_ok(format($$SELECT with_weights(%L, '{1,-2}')$$, :'card'), '22023', 'a weight has to be a number, not negative', 'a negative weight');
SELECT throws_ok(format($$SELECT with_weights(%L, '{1,2}', 4, 'x')$$, :'card'), '22023', 'the card has no segment "x"', 'an unknown segment');
SELECT throws_ok($$SELECT with_weights('{"name": "n", "aggregate": "sum", "dimensions": [{"code": "d"}], "indicators": [{"code": "a", "dimension": "d", "normalise": {"flag": true}}]}', '{1}')$$,
	'22023', 'a card whose aggregate is sum has no weights', 'a card without weights');
SELECT is(with_weights(:'card', NULL), NULL, 'NULL of a NULL');
SELECT * FROM finish();
