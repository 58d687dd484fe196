-- Shaped trees of dimensions over members that are compared with peers: score(), its definition, its breakdown
-- and window functions of plain SQL agree.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = public, growth_index;
SELECT plan(18);
SELECT setseed(0.1739);

-- ties, gaps, small groups, some without an industry
CREATE TABLE firm AS
SELECT i, CASE WHEN random() < 0.95 THEN 'C' || floor(power(random(), 3) * 12) END AS industry, CASE WHEN random() < 0.9 THEN floor(random() * 40) / 4 END::numeric AS x1,
	CASE WHEN random() < 0.9 THEN round((random() * 1e6)::numeric, 2) END AS x2, floor(power(random(), 3) * 11)::numeric AS x3, CASE WHEN random() < 0.9 THEN round((random() * 12 - 1)::numeric, 1) END AS x4
FROM generate_series(1, 400) AS i;
CREATE TABLE subject AS SELECT f.*, profile(v) AS p FROM firm f, LATERAL (SELECT f.industry, f.x1, f.x2, f.x3, f.x4) AS v;

-- ---- random trees ----
CREATE FUNCTION pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT choices[1 + floor(random() * cardinality(choices))::int] $$;
-- dimensions a and b below top, c beside it, e a bonus
CREATE FUNCTION random_tree() RETURNS scorecard LANGUAGE plpgsql AS $$
DECLARE
	dims jsonb := '[]';
	members jsonb := '[]';
	d text;
	kind text;
BEGIN
	FOREACH d IN ARRAY '{top,a,b,c,e}'::text[] LOOP
		dims := dims || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('code', d, 'parent', CASE WHEN d IN ('a', 'b') THEN 'top' END, 'bonus', CASE WHEN d = 'e' THEN true END,
			'weight', 1 + floor(random() * 5), 'aggregate', CASE WHEN d <> 'e' THEN pick('weighted', 'geometric', 'harmonic', 'minimum', 'best') END, 'cap', CASE WHEN random() < 0.3 THEN round((random() * 40)::numeric, 1) END)));
	END LOOP;
	FOR n IN 1..8 LOOP
		kind := pick('minmax', 'zscore', 'rank', 'percentile', 'leader', 'bins');
		members := members || jsonb_build_array(jsonb_build_object('code', 'i' || n, 'value', 'x' || 1 + n % 4, 'dimension', ('{a,a,b,b,c,c,c,e}'::text[])[n], 'weight', 1 + floor(random() * 9),
			'missing', pick('zero', 'reweight', 'undecided', 'lowest', 'median', 'mean'), 'normalise', CASE kind WHEN 'bins' THEN '{"bins": [[0, 12.5], [2.5, 40], [7, 100]]}'::jsonb
				ELSE jsonb_build_object(kind, jsonb_build_object('group', CASE WHEN random() < 0.7 THEN '["industry"]' ELSE '[]' END::jsonb, 'direction', pick('more', 'less')) || CASE WHEN random() < 0.3 THEN '{"winsorise": [0.05, 0.95]}' ELSE '{}' END::jsonb) END));
	END LOOP;
	RETURN jsonb_strip_nulls(jsonb_build_object('name', 't', 'weights', 'relative', 'digits', jsonb_build_object('points', floor(random() * 5) + 2, 'score', floor(random() * 3)), 'aggregate', pick('weighted', 'geometric', 'harmonic', 'minimum'),
		'cap', CASE WHEN random() < 0.2 THEN 70 END, 'floor', CASE WHEN random() < 0.2 THEN 12.5 END, 'dimensions', dims, 'indicators', members));
END $$;
CREATE TABLE tree AS SELECT k, random_tree() AS card FROM generate_series(1, 40) AS k;
CREATE TABLE fitted AS SELECT k, f FROM tree, LATERAL (SELECT fit(card, p) AS f FROM subject) AS u;
CREATE TABLE scored (k int, i int, s numeric, exact numeric, digits int, total numeric, parts numeric, adjusted bigint);
-- a constant each, which is compiled once
SELECT format('INSERT INTO scored SELECT %s, i, score(%L, p), score_exact(%2$L, p), %s, total, parts, adjusted FROM subject, LATERAL (SELECT max(points) FILTER (WHERE level = ''total'') AS total,
	sum(points) FILTER (WHERE level IN (''indicator'', ''adjustment'')) AS parts, count(*) FILTER (WHERE level = ''adjustment'') AS adjusted FROM score_detail(%2$L, p)) AS d', k, f, coalesce((f::jsonb #>> '{digits,score}')::int, 2)) FROM fitted \gexec
SELECT is((SELECT count(*) FROM scored), 16000::bigint, '40 trees by 400 profiles');
SELECT is((SELECT count(*) FROM scored WHERE s IS DISTINCT FROM exact), 0::bigint, 'score() is the definition');
SELECT cmp_ok((SELECT count(s) FROM scored), '>', 8000::bigint, 'most are scored');
SELECT cmp_ok((SELECT count(DISTINCT s) FROM scored), '>', 1500::bigint, '... differently');
SELECT is((SELECT count(*) FROM scored WHERE parts <> total OR round(total, digits) <> s), 0::bigint, 'the breakdown sums to the score');
SELECT cmp_ok((SELECT count(*) FROM scored WHERE adjusted > 0), '>', 8000::bigint, '... which means, bests and caps have changed');
SELECT is((SELECT count(*) FROM fitted WHERE f::text::scorecard <> f OR scorecard(f::jsonb) <> f), 0::bigint, 'the fitted documents read back');

-- ---- against SQL: two dimensions of peers each, and how they come together ----
CREATE FUNCTION shaped(top text, inner_kind text, cap text DEFAULT '') RETURNS scorecard LANGUAGE sql AS $$
	SELECT fit(c, p) FROM subject, (SELECT format('{"name": "s", "weights": "relative", "digits": {"points": 9, "score": 9}, "aggregate": "%s", "dimensions": [{"code": "a", "weight": 1, "aggregate": "%s"%s}, {"code": "b", "weight": 3}], "indicators": [
		{"code": "i", "value": "x3", "dimension": "a", "weight": 1, "normalise": {"percentile": {"group": ["industry"], "least": 1}}}, {"code": "j", "value": "x2", "dimension": "a", "weight": 1, "normalise": {"minmax": true}, "missing": "lowest"},
		{"code": "k", "value": "x3", "dimension": "b", "weight": 1, "normalise": {"leader": {"range": [10, 90]}}}]}', top, inner_kind, cap)::scorecard AS c) AS u
$$;
-- a profile without an industry is compared with everybody, as a member of whom it was counted
CREATE TABLE peer AS
SELECT i, p, 100.0 * CASE WHEN industry IS NULL THEN wide ELSE narrow END AS i1, coalesce(100 * (x2 - low) / (high - low), 0) AS j1, 10 + 80 * x3 / most AS k1 FROM (SELECT *, (rank() OVER (PARTITION BY industry ORDER BY x3) - 1)::numeric / greatest(count(*) OVER (PARTITION BY industry) - 1, 1) AS narrow,
	(rank() OVER (ORDER BY x3) - 1)::numeric / (count(*) OVER () - 1) AS wide, min(x2) OVER () AS low, max(x2) OVER () AS high, max(x3) OVER () AS most FROM subject) AS s;
CREATE FUNCTION differ(card scorecard, wanted text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE result bigint;
BEGIN
	EXECUTE format('SELECT count(*) FROM (SELECT (%s)::numeric AS w, score(%L, p) AS s, score_exact(%2$L, p) AS e FROM peer) AS t WHERE abs(w - s) > 0.000000005 OR s IS NULL OR s IS DISTINCT FROM e', wanted, card) INTO result;
	RETURN result;
END $$;
SELECT is(differ(shaped('weighted', 'weighted'), '((i1 + j1) / 2 + 3 * k1) / 4'), 0::bigint, 'arithmetic');
SELECT is(differ(shaped('weighted', 'minimum'), '(least(i1, j1) + 3 * k1) / 4'), 0::bigint, 'the weakest of peers');
SELECT is(differ(shaped('weighted', 'best'), '(greatest(i1, j1) + 3 * k1) / 4'), 0::bigint, 'the best of peers');
SELECT is(differ(shaped('weighted', 'geometric'), '(CASE WHEN least(i1, j1) <= 0 THEN 0 ELSE sqrt(i1 * j1) END + 3 * k1) / 4'), 0::bigint, 'geometric');
SELECT is(differ(shaped('weighted', 'harmonic'), '(CASE WHEN least(i1, j1) <= 0 THEN 0 ELSE 2 / (1 / i1 + 1 / j1) END + 3 * k1) / 4'), 0::bigint, 'harmonic');
SELECT is(differ(shaped('weighted', 'weighted', ', "cap": 7.5'), 'least((i1 + j1) / 8, 7.5) + 3 * k1 / 4'), 0::bigint, 'capped');
SELECT is(differ(shaped('minimum', 'weighted'), 'least((i1 + j1) / 2, k1)'), 0::bigint, 'the weakest dimension');
SELECT is(differ(shaped('harmonic', 'best'), 'CASE WHEN greatest(i1, j1) <= 0 THEN 0 ELSE 4 / (1 / greatest(i1, j1) + 3 / k1) END'), 0::bigint, 'harmonic over the best');
SELECT is(differ(shaped('geometric', 'best'), 'CASE WHEN greatest(i1, j1) <= 0 THEN 0 ELSE exp(ln(greatest(i1, j1)) / 4 + 3 * ln(k1) / 4) END'), 0::bigint, 'geometric over the best');

-- ---- a change, and what there is to gain, of a fitted tree ----
SELECT shaped('geometric', 'best') AS card \gset
SELECT is((SELECT count(*) FROM peer a JOIN peer b ON b.i = a.i + 1 WHERE score(:'card', b.p) - score(:'card', a.p) <> (SELECT coalesce(sum(difference), 0) FROM score_change(:'card', a.p, b.p))), 0::bigint, 'a change sums to the difference');
SELECT is((SELECT count(*) FROM subject, LATERAL improve(:'card', p) AS g WHERE g.gain IS NULL OR g.gain < 0), 0::bigint, 'gains are gains');
SELECT * FROM finish();
