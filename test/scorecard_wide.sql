-- Cards of many bare indicators, which the wide registers score where the
-- processor has them: with all that it has, with AVX2 alone, without, and by the definition, over
-- values on the edges, between two roundings, with many decimals, missing, and
-- of another kind.  WIDE_CARDS (default 40) times WIDE_PROFILES (default 300).
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = growth_index, public;
\set cards 40
\set profiles 300
\getenv cards WIDE_CARDS
\getenv profiles WIDE_PROFILES
SELECT plan(7);
SELECT setseed(0.1717);

CREATE FUNCTION pg_temp.one(VARIADIC choices anyarray) RETURNS anyelement LANGUAGE sql VOLATILE
	AS 'SELECT choices[1 + floor(random() * cardinality(choices))::int]';

CREATE FUNCTION pg_temp.normaliser() RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT CASE floor(random() * 5)::int
		WHEN 0 THEN jsonb_build_object('linear', pg_temp.one('[0, 3]'::jsonb, '[5, -1]', '[0.1, 0.7]', '[-100000, 100000000]', '[0, 64]'))
		WHEN 1 THEN jsonb_build_object('per_unit', pg_temp.one('{"points": 5, "cap": 20}'::jsonb, '{"cap": 3}', '{"points": 0.3}'))
		WHEN 2 THEN jsonb_build_object('bins', pg_temp.one('[[null, 5], [0, 20], [0.03, 40], [0.05, 60], [0.5, 100]]'::jsonb,
			'[[100000, 20], [1000000, 40]]', '[[-3, 1], [-2, 2], [-1, 3], [0, 4], [1, 5], [2, 6], [3, 70]]', '[[0.000000000001, 10], [900000000000000, 90]]',
			(SELECT jsonb_agg(jsonb_build_array(i * 0.125, i) ORDER BY i) FROM generate_series(1, 16) AS i)))
		ELSE jsonb_build_object('flag', pg_temp.one('true'::jsonb, '[10, 90]', '[100, 33.3]')) END
$$;

-- flags are the codes f…, numbers x…
CREATE TEMP TABLE card AS
SELECT k, jsonb_build_object('name', 'wide', 'total', sum(w), 'digits', jsonb_build_object('points', pg_temp.one(0, 2, 6), 'score', 0),
	'dimensions', '[{"code": "d"}, {"code": "e"}]'::jsonb,
	'indicators', jsonb_agg(jsonb_build_object('code', CASE WHEN n ? 'flag' THEN 'f' ELSE 'x' END || i, 'dimension', pg_temp.one('d'::text, 'e'),
		'normalise', n, 'weight', w, 'missing', pg_temp.one('zero'::text, 'reweight', 'reweight', 'lowest', 'zero')) ORDER BY i))::scorecard AS card
FROM generate_series(1, :cards) AS k,
	LATERAL (SELECT i, pg_temp.normaliser() AS n, pg_temp.one(VARIADIC ARRAY[1, 2.5, 4.05, 0.333, 7]) AS w
			 FROM generate_series(1, 8 + k % 23 + 0 * k) AS i) AS indicators
GROUP BY k;

CREATE FUNCTION pg_temp.value() RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT to_jsonb(CASE floor(random() * 7)::int
		WHEN 0 THEN pg_temp.one(VARIADIC ARRAY[0, 3, 5, -1, 0.03, 0.05, 0.5, 1e5, 1e6, 1e8, 0.125, 0.7, 0.1])
		WHEN 1 THEN pg_temp.one(VARIADIC ARRAY[0.0299999999999, 0.05000000000001, 99999.99, 1000000.01, 899999999999999, 1e-12, 9e-13, 1e-300, 1e300, -1e300])
		WHEN 2 THEN trim_scale(round(random()::numeric * 3, 2))
		WHEN 3 THEN floor(random() * 40)::numeric / 200
		WHEN 4 THEN trim_scale(round(random()::numeric, (random() * 15)::int))
		WHEN 5 THEN floor(random() * 30)::numeric
		ELSE trim_scale(round((random() * 1e8)::numeric, 2)) END)
$$;

CREATE TEMP TABLE subject AS
SELECT n, profile(jsonb_object_agg(code, CASE WHEN random() < 0.01 THEN '"text"'::jsonb WHEN code LIKE 'f%' THEN to_jsonb(random() < 0.5) ELSE pg_temp.value() END)) AS p
FROM generate_series(1, :profiles) AS n, (SELECT c || i AS code FROM generate_series(1, 30) AS i, unnest('{x,f}'::text[]) AS c) AS codes
WHERE random() < CASE WHEN n % 3 = 0 OR code = 'f1' THEN 1 ELSE 0.9 END
GROUP BY n;

SET growth_index.simd = on;
CREATE TEMP TABLE wide AS SELECT k, n, score(card, p) AS score, rating(card, p) AS rating FROM card, subject;
SET growth_index.simd = avx2;
CREATE TEMP TABLE half AS SELECT k, n, score(card, p) AS score, rating(card, p) AS rating FROM card, subject;
SET growth_index.simd = off;
CREATE TEMP TABLE narrow AS SELECT k, n, score(card, p) AS score, rating(card, p) AS rating FROM card, subject;
CREATE TEMP TABLE exact AS SELECT k, n, score_exact(card, p) AS score FROM card, subject;
SELECT is((SELECT count(*) FROM wide), :cards::bigint * :profiles, 'all are scored');
SELECT cmp_ok((SELECT count(DISTINCT score) FROM wide), '>', 20::bigint, 'with many different scores');
SELECT is((SELECT count(*) FROM wide JOIN exact USING (k, n) WHERE wide.score IS DISTINCT FROM exact.score), 0::bigint, 'wide registers agree with the definition');
SELECT is((SELECT count(*) FROM half JOIN exact USING (k, n) WHERE half.score IS DISTINCT FROM exact.score), 0::bigint, 'so do those of AVX2');
SELECT is((SELECT count(*) FROM narrow JOIN exact USING (k, n) WHERE narrow.score IS DISTINCT FROM exact.score), 0::bigint, 'so does the way without them');
SELECT is((SELECT count(*) FROM wide JOIN narrow USING (k, n) WHERE wide.rating IS DISTINCT FROM narrow.rating), 0::bigint, 'and their ratings agree');
SELECT is((SELECT count(*) FROM half JOIN narrow USING (k, n) WHERE half.rating IS DISTINCT FROM narrow.rating), 0::bigint, 'all three');
SELECT * FROM finish();
