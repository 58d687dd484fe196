-- Judging a model: discrimination against counting all pairs, calibration,
-- stability and migration against plain SQL.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT plan(31);
SELECT setseed(0.6645);
-- scores with many ties, and hardly any
CREATE TABLE subject AS
SELECT kind, i, random() < 0.3 AS failed,
	CASE kind WHEN 'grades' THEN floor(random() * 7) WHEN 'points' THEN round((random() * 100)::numeric, 2) ELSE random() END::float8 AS score
FROM generate_series(1, 700) AS i, unnest('{grades,points,none}'::text[]) AS kind;
UPDATE subject SET score = score * 0.6 WHERE failed AND i % 3 > 0;
INSERT INTO subject VALUES ('grades', 0, NULL, 5), ('grades', 0, true, NULL);

-- ---- discrimination ----
CREATE VIEW pairs AS
SELECT kind, avg(CASE WHEN a.score > b.score THEN 1 WHEN a.score = b.score THEN 0.5 ELSE 0 END) AS auc
FROM subject a JOIN subject b USING (kind) WHERE a.failed AND NOT b.failed AND a.score IS NOT NULL AND b.score IS NOT NULL GROUP BY kind;
SELECT results_eq($$SELECT kind, round(auc(score, failed), 12) FROM subject GROUP BY kind ORDER BY kind$$,
	$$SELECT kind, round(auc, 12) FROM pairs ORDER BY kind$$, 'AUC is what counting all pairs gives');
SELECT results_eq($$SELECT kind, round(gini(score, failed), 12) FROM subject GROUP BY kind ORDER BY kind$$,
	$$SELECT kind, round(2 * auc - 1, 12) FROM pairs ORDER BY kind$$, 'and so is Gini');
SELECT results_eq($$SELECT kind, auc(score, failed) + auc(score, NOT failed) FROM subject GROUP BY kind ORDER BY kind$$,
	$$SELECT kind, 1.0 FROM pairs ORDER BY kind$$, 'both directions make one');
SELECT results_eq($$SELECT kind, round(ks(score, failed), 12) FROM subject GROUP BY kind ORDER BY kind$$,
	$$SELECT kind, round(max(abs(f - s)), 12) FROM (
		SELECT kind, (SELECT avg((b.score <= a.score)::int) FROM subject b WHERE b.kind = a.kind AND b.failed) AS f,
			(SELECT avg((b.score <= a.score)::int) FROM subject b WHERE b.kind = a.kind AND NOT b.failed) AS s
		FROM subject a) AS x GROUP BY kind ORDER BY kind$$, 'KS is the widest gap of the two distributions');
SELECT is((SELECT (auc(s, o), gini(s, o), ks(s, o))::text FROM (VALUES (1, false), (2, true), (2, false), (3, true), (4, true)) AS v (s, o)),
	'(0.91666666666666666667,0.83333333333333333333,0.66666666666666666667)', 'by hand: 5.5 of 6 pairs, gap of 2 / 3');
SELECT is((SELECT (auc(i, i > 50), ks(i, i > 50), auc(-i, i > 50))::text FROM generate_series(1, 100) AS i),
	'(1.00000000000000000000,1.00000000000000000000,0.00000000000000000000)', 'a score that tells everything');
SELECT is((SELECT auc(7, i > 50) FROM generate_series(1, 100) AS i), 0.5, 'one that tells nothing');
SELECT ok((SELECT auc(i, true) IS NULL AND ks(i, false) IS NULL AND gini(i, true) IS NULL FROM generate_series(1, 5) AS i), 'one group only says nothing');
SELECT is((SELECT auc(1, NULL)), NULL, 'no row says nothing');
SELECT throws_ok($$SELECT auc('NaN', true)$$, '22023', NULL, 'a score that is no number');
SELECT is((SELECT auc(60 + i * 1e-13, i > 5) FROM generate_series(1, 10) AS i), 1.0, 'scores of 15 digits are told apart');
-- as a window, the rows come one by one
SELECT is((SELECT array_agg(round(a, 4) ORDER BY n) FROM (SELECT n, auc(s, o) OVER (ORDER BY n) AS a
	FROM (VALUES (1, 5, true), (2, 3, false), (3, 9, false), (4, 4, true)) AS v (n, s, o)) AS w), '{NULL,1.0000,0.5000,0.5000}', 'over a growing window');

-- ---- stability ----
SELECT is(round(psi('{50,50}'::bigint[], '{40,60}')::numeric, 10), 0.0405465108, 'PSI by hand');
SELECT is(psi('{10,20,30}'::bigint[], '{20,40,60}'), 0::float8, 'the same shares');
SELECT is(round(psi('{50,50,0,0}'::bigint[], '{50,49,1,0}')::numeric, 10),
	round((0 + -0.01 * ln(0.98) + (0.01 - 0.005) * ln(2.0))::numeric, 10), 'an empty class counts half a subject, one empty twice nothing');
SELECT is(psi('{0,0}'::bigint[], '{1,2}'), NULL, 'an empty period');
CREATE TABLE period AS
SELECT i, i > 1000 AS recent, (CASE WHEN i % 4 = 0 THEN 20 ELSE round((random() * 80)::numeric, 1) END + CASE WHEN i > 1000 THEN 6 ELSE 0 END)::float8 AS score
FROM generate_series(1, 2500) AS i;
-- the classes of the definition, by plain SQL
CREATE FUNCTION class_counts(classes int, OUT base bigint[], OUT recent bigint[]) LANGUAGE sql AS $$
	WITH ordered AS (SELECT score, row_number() OVER (ORDER BY score) - 1 AS place, count(*) OVER () AS n FROM period WHERE NOT recent),
	edge AS (SELECT DISTINCT score FROM ordered WHERE place IN (SELECT k * n / classes FROM generate_series(1, classes - 1) AS k)),
	classed AS (SELECT p.recent, (SELECT count(*) FROM edge e WHERE e.score <= p.score) AS class FROM period p)
	SELECT array_agg((SELECT count(*) FROM classed c WHERE c.class = k AND NOT recent) ORDER BY k),
		array_agg((SELECT count(*) FROM classed c WHERE c.class = k AND recent) ORDER BY k)
	FROM generate_series(0, (SELECT count(*) FROM edge)) AS k
$$;
SELECT ok(abs((SELECT psi(score, recent) FROM period) - psi(c.base, c.recent)) < 1e-12, 'PSI of scores, ten classes')
FROM class_counts(10) AS c;
SELECT ok(abs((SELECT psi(score, recent, 20) FROM period) - psi(c.base, c.recent)) < 1e-12, 'PSI of scores, twenty classes, of which ties make fewer')
FROM class_counts(20) AS c;
SELECT cmp_ok((SELECT cardinality(base) FROM class_counts(20)), '<', 20, 'there are such ties');
SELECT is((SELECT psi(5, i > 3) FROM generate_series(1, 9) AS i), 0::float8, 'one score for all is stable');
SELECT is((SELECT psi(i, false) FROM generate_series(1, 9) AS i), NULL, 'without a later period');
SELECT throws_ok($$SELECT psi(i, i > 3, 1) FROM generate_series(1, 9) AS i$$, '22023', 'the number of classes has to be 2 to 1000, not 1', 'one class');
SELECT throws_ok($$SELECT psi(i, i > 3, 0) FROM generate_series(1, 9) AS i$$, '22023', 'the number of classes has to be 2 to 1000, not 0', 'no class is not the default');
SELECT throws_ok($$SELECT psi('{10,5}', '{4,-1}'::bigint[])$$, '22023', 'class 2 of the later period has -1 subjects', 'less than nobody');

-- ---- grades ----
CREATE TABLE rated AS
SELECT i, b.grade AS before, a.grade AS after, random() < 0.02 * b.place AS failed
FROM (SELECT i, 1 + floor(random() * 28)::int AS x, 1 + floor(random() * 28)::int AS y FROM generate_series(1, 3000) AS i) AS s
JOIN (SELECT row_number() OVER (ORDER BY g DESC) AS place, g AS grade FROM (
	SELECT (c || n)::rating AS g FROM unnest('{AAA,AA,A,BBB,BB,B,CCC,CC,C}'::text[]) AS c, unnest('{+,-,""}'::text[]) AS n UNION ALL SELECT 'D') AS all_grades) AS b ON b.place = x
JOIN (SELECT row_number() OVER (ORDER BY g) AS place, g AS grade FROM (
	SELECT (c || n)::rating AS g FROM unnest('{AAA,AA,A,BBB,BB,B,CCC,CC,C}'::text[]) AS c, unnest('{+,-,""}'::text[]) AS n UNION ALL SELECT 'D') AS all_grades) AS a ON a.place = y;
INSERT INTO rated VALUES (0, NULL, 'A', true), (0, 'A', NULL, NULL);
SELECT results_eq($$SELECT grade, subjects, events, rate FROM unnest((SELECT calibration(before, failed) FROM rated)) AS c$$,
	$$SELECT before, count(*), count(*) FILTER (WHERE failed), round(avg(failed::int), 6) FROM rated
		WHERE before IS NOT NULL AND failed IS NOT NULL GROUP BY before ORDER BY before DESC$$, 'calibration: counts and rates');
SELECT results_eq($$SELECT grade, rate_up_to, share, out_of_order FROM unnest((SELECT calibration(before, failed) FROM rated)) AS c$$,
	$$SELECT before, round((SELECT avg(failed::int) FROM rated r WHERE r.before >= g.before), 6), round(n / sum(n) OVER (), 6),
		coalesce(rate < lag(rate) OVER (ORDER BY before DESC), false)
		FROM (SELECT before, count(*) AS n, avg(failed::int) AS rate FROM rated WHERE before IS NOT NULL AND failed IS NOT NULL GROUP BY before) AS g
		ORDER BY before DESC$$, 'calibration: shares, what is reached up to a grade, and order');
-- Wilson's interval, computed elsewhere: 1 of 2 and 10 of 50
SELECT is((SELECT array_agg((grade, rate_low, rate_high, woe)::text) FROM unnest((SELECT calibration(g::rating, o) FROM (
	SELECT 'A' AS g, i = 1 AS o FROM generate_series(1, 2) AS i UNION ALL SELECT 'B', i <= 10 FROM generate_series(1, 50) AS i UNION ALL SELECT 'C', true) AS s)) AS c),
	'{"(A,0.094531,0.905469,-1.228665)","(B,0.112438,0.330371,0.157629)","(C,0.206549,1.000000,)"}', 'calibration: interval and weight of evidence');
SELECT results_eq($$SELECT * FROM unnest((SELECT migration_matrix(before, after) FROM rated)) AS m$$,
	$$SELECT before, after, count(*), round(count(*) / sum(count(*)) OVER (PARTITION BY before), 6), notches(after, before)
		FROM rated WHERE before IS NOT NULL AND after IS NOT NULL GROUP BY before, after ORDER BY before DESC, after DESC$$, 'migration matrix');
SELECT is((SELECT migration_matrix(before, after) FROM rated WHERE false), NULL, 'no rows, no matrix');
SELECT ok(abs((SELECT psi(before, failed) FROM rated) - (SELECT psi(array_agg(s), array_agg(f)) FROM (
	SELECT count(*) FILTER (WHERE NOT failed) AS s, count(*) FILTER (WHERE failed) AS f FROM rated WHERE before IS NOT NULL GROUP BY before) AS g)) < 1e-12, 'PSI of grades');
-- two workers count their shares and put them together
CREATE TABLE many AS SELECT r.before, r.after, r.failed FROM rated r, generate_series(1, 40);
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
CREATE TABLE two AS SELECT migration_matrix(before, after) AS m, calibration(before, failed) AS c FROM many;
SET max_parallel_workers_per_gather = 0;
SELECT ok((SELECT two.m = one.m AND two.c = one.c FROM two, (SELECT migration_matrix(before, after) AS m, calibration(before, failed) AS c FROM many) AS one),
	'two workers count as one');
SELECT * FROM finish();
