-- examples/scorecards/haikou_ranks.json: a composite of ranks, and who may be among the first ten, against plain SQL.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = public, growth_index;
SELECT plan(15);
SELECT setseed(0.2021);
\set card `cat examples/scorecards/haikou_ranks.json`
CREATE TABLE firm AS SELECT i, v.*, profile(v) AS p FROM generate_series(1, 500) AS i, LATERAL (SELECT round((1e6 * exp(random() * 6 + 0 * i))::numeric, 2) AS revenue_prior, floor(random() * 60) * 5 AS employees,
	round((random() * 3e6)::numeric, -3) AS rd_expense, floor(power(random(), 3) * 30) AS inventions, round((random() * 1e7)::numeric, 2) AS tax_paid, random() AS r) AS u,
	LATERAL (SELECT round(revenue_prior * (0.7 + u.r)::numeric, 2) AS revenue, revenue_prior, employees::numeric, rd_expense, inventions::numeric, tax_paid) AS v;
SELECT fit(:'card'::scorecard, p) AS fitted FROM firm \gset
CREATE TABLE ours AS SELECT i, s.score, s.passed, score_exact(:'fitted', p) AS exact, rank() OVER (PARTITION BY s.passed ORDER BY s.score DESC) AS place FROM firm, score_status(:'fitted', p) AS s;
-- the sum of ranks, each as often as it weighs; the city's mean growth
CREATE TABLE theirs AS
SELECT i, sum_of_ranks, may, rank() OVER (PARTITION BY may ORDER BY sum_of_ranks) AS place FROM (SELECT i, 2 * rank() OVER (ORDER BY revenue DESC) + rank() OVER (ORDER BY employees DESC) + 2 * rank() OVER (ORDER BY g DESC) + 2 * rank() OVER (ORDER BY rd_expense DESC)
	+ rank() OVER (ORDER BY inventions DESC) + 2 * rank() OVER (ORDER BY tax_paid DESC) AS sum_of_ranks, g > 0 AND g >= avg(g) OVER () AS may FROM (SELECT *, revenue / revenue_prior - 1 AS g FROM firm) AS f) AS r;
SELECT is((SELECT count(*) FROM ours JOIN theirs USING (i) WHERE passed = may), 500::bigint, 'those pass who grow, and no less than the city');
SELECT is((SELECT array_agg(may ORDER BY may) FROM (SELECT DISTINCT may FROM theirs) AS m), '{f,t}', '... some do, some do not');
SELECT is((SELECT count(*) FROM ours JOIN theirs USING (i) WHERE may AND ours.place = theirs.place), (SELECT count(*) FROM theirs WHERE may), 'they stand in the order of the sum of ranks');
SELECT is((SELECT count(*) FROM ours JOIN theirs USING (i) WHERE may AND score = round((10 * 500 - sum_of_ranks) * 10.0 / 499, 6)), (SELECT count(*) FROM theirs WHERE may), 'the score is that sum, as a share of the best');
SELECT is((SELECT array_agg(i ORDER BY ours.place, i) FROM ours WHERE passed AND place <= 10), (SELECT array_agg(i ORDER BY place, i) FROM theirs WHERE may AND place <= 10), 'the first ten');
SELECT is((SELECT count(*) FROM ours WHERE score IS DISTINCT FROM exact), 0::bigint, 'fast as by definition');
SELECT cmp_ok((SELECT max((10 * 500 - sum_of_ranks) * 10.0 / 499 - score) FROM ours JOIN theirs USING (i) WHERE NOT may), '<', 0.05, 'who may not, loses hundredths');
SELECT is((SELECT count(*) FROM firm, LATERAL (SELECT sum(points) FILTER (WHERE level IN ('indicator', 'adjustment')) AS parts, max(points) FILTER (WHERE level = 'total') AS total FROM score_detail(:'fitted', p)) AS d WHERE parts <> total), 0::bigint, 'the breakdown sums to the score');

-- ---- on the line ----
CREATE FUNCTION city(VARIADIC growth numeric[]) RETURNS scorecard LANGUAGE sql AS $$
	SELECT fit(c, format('{"revenue_prior": 100, "revenue": %s}', 100 + g)::profile) FROM (SELECT current_setting('test.card')::scorecard AS c) AS u, unnest(growth) AS g
$$;
SELECT set_config('test.card', :'card', false) IS NOT NULL AS set \gset
CREATE FUNCTION may(card scorecard, growth numeric) RETURNS boolean LANGUAGE sql AS $$ SELECT passes(card, format('{"revenue_prior": 100, "revenue": %s}', 100 + growth)::profile) $$;
SELECT ok(may(city(10, 20, 30), 20), 'the mean itself is enough');
SELECT ok(NOT may(city(10, 20, 30), 19.9999999), 'just below it is not');
SELECT ok(NOT may(city(-10, -20, -30), -10), 'above a mean that falls: growth is not positive');
SELECT ok(NOT may(city(-10, -20, -30), 0), '... nor is 0');
SELECT ok(may(city(5, 5, 5), 5), 'all grow the same');
SELECT is(passes(city(10, 20, 30), '{"revenue": 5}'), NULL, 'growth unknown: undecided');
-- ---- a published table: the decathlon's points by its formulas, truncated, and who holds the first places of the lists, with the marks of each ----
SELECT format('{"name": "decathlon", "aggregate": "sum", "digits": {"points": 0, "score": 0}, "dimensions": [{"code": "track"}, {"code": "field"}], "indicators": [%s]}',
	string_agg(format('{"code": "%s", "dimension": "%s", "value": "trunc(%s * power(%s, %s))", "normalise": {"linear": [0, 100], "clamp": false}}', code, place, a, CASE place WHEN 'track' THEN b || ' - ' || code ELSE code || ' - ' || b END, c), ', ' ORDER BY n)) AS decathlon
FROM (VALUES (1, 'sprint', 'track', 25.4347, 18, 1.81), (2, 'long_jump', 'field', 0.14354, 220, 1.4), (3, 'shot', 'field', 51.39, 1.5, 1.05), (4, 'high_jump', 'field', 0.8465, 75, 1.42), (5, 'm400', 'track', 1.53775, 82, 1.81),
	(6, 'hurdles', 'track', 5.74352, 28.5, 1.92), (7, 'discus', 'field', 12.91, 4, 1.1), (8, 'pole_vault', 'field', 0.2797, 100, 1.35), (9, 'javelin', 'field', 10.14, 7, 1.08), (10, 'm1500', 'track', 0.03768, 480, 1.85)) AS v(n, code, place, a, b, c) \gset
CREATE TABLE mark AS SELECT m.who, profile(m) AS p FROM (VALUES ('Mayer 2018', 10.55, 780, 16.00, 205, 48.42, 13.75, 50.54, 545, 71.90, 276.11), ('Eaton 2015', 10.23, 788, 14.52, 201, 45.00, 13.69, 43.34, 520, 63.63, 257.52),
	('Sebrle 2001', 10.64, 811, 15.33, 212, 47.79, 13.92, 47.92, 480, 70.16, 261.98)) AS m(who, sprint, long_jump, shot, high_jump, m400, hurdles, discus, pole_vault, javelin, m1500);
SELECT results_eq(format($$SELECT who, score(%1$L, p), rank() OVER (ORDER BY score(%1$L, p) DESC), (SELECT array_agg(points::int ORDER BY array_position(indicator_codes(%1$L), code)) FROM score_detail(%1$L, p) WHERE level = 'indicator') FROM mark ORDER BY 2 DESC$$, :'decathlon'),
	$$VALUES ('Mayer 2018', 9126::numeric, 1::bigint, '{963,1010,851,850,889,1007,882,1051,918,705}'::int[]), ('Eaton 2015', 9045, 2, '{1040,1030,760,813,1060,1015,733,972,793,829}'), ('Sebrle 2001', 9026, 3, '{942,1089,810,915,919,985,827,849,892,798}')$$, 'each event, the total and the rank are those of the lists');
SELECT * FROM finish();
