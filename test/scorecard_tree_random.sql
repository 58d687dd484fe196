-- Random trees of dimensions over random profiles: score(), its definition, and its breakdown agree, with ties
-- made on purpose; a tree whose means are arithmetic is also held to plain numeric SQL.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = public, growth_index;
SELECT plan(8);
SELECT setseed(0.4714);
CREATE FUNCTION pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT choices[1 + floor(random() * cardinality(choices))::int] $$;
CREATE TABLE subject AS SELECT n, profile(x) AS p FROM generate_series(1, 200) AS n, LATERAL (SELECT
	CASE WHEN random() < 0.1 THEN NULL ELSE floor(random() * 40) / 4 END::numeric AS x1, CASE WHEN random() < 0.1 THEN NULL ELSE round(random()::numeric * 10, 3) END AS x2,
	floor(random() * 11)::numeric AS x3, CASE WHEN random() < 0.1 THEN NULL ELSE floor(random() * 11) END::numeric AS x4, floor(random() * 3)::numeric * 5 AS x5, round(random()::numeric * 12 - 1, 1) AS x6 WHERE n > 0) AS x;
-- dimensions a and b below top, c beside it, e a bonus; six indicators; weights are shares
CREATE FUNCTION random_tree(plain boolean) RETURNS scorecard LANGUAGE plpgsql AS $$
DECLARE
	kinds text[] := CASE WHEN plain THEN '{weighted}'::text[] ELSE '{weighted,geometric,harmonic,minimum,best}' END;
	w numeric[] := ARRAY(SELECT 1 + floor(random() * 9) FROM generate_series(1, 6));
	dims jsonb := '[]';
	d text;
BEGIN
	FOREACH d IN ARRAY '{top,a,b,c,e}'::text[] LOOP
		dims := dims || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('code', d, 'parent', CASE WHEN d IN ('a', 'b') THEN 'top' END, 'bonus', CASE WHEN d = 'e' THEN true END,
			'weight', 1 + floor(random() * 5), 'aggregate', CASE WHEN d <> 'e' THEN pick(VARIADIC kinds) END,
			'cap', CASE WHEN NOT plain AND random() < 0.3 THEN round((random() * 40)::numeric, 1) END)));
	END LOOP;
	RETURN jsonb_strip_nulls(jsonb_build_object('name', 't', 'weights', 'relative', 'digits', jsonb_build_object('points', floor(random() * 5) + 2, 'score', floor(random() * 3)),
		'aggregate', CASE WHEN plain THEN 'weighted' ELSE pick('weighted', 'geometric', 'harmonic', 'minimum') END,
		'cap', CASE WHEN NOT plain AND random() < 0.2 THEN 70 END, 'floor', CASE WHEN NOT plain AND random() < 0.2 THEN 12.5 END,
		'dimensions', dims, 'indicators', (SELECT jsonb_agg(jsonb_build_object('code', 'x' || i, 'dimension', ('{a,a,b,c,c,e}'::text[])[i], 'weight', w[i],
			'normalise', CASE WHEN i % 2 = 1 THEN '{"linear": [0, 10]}'::jsonb ELSE '{"bins": [[0, 12.5], [2.5, 40], [7, 100]]}' END, 'missing', CASE WHEN plain THEN 'zero' ELSE pick('zero', 'reweight', 'undecided', 'lowest') END)) FROM generate_series(1, 6) AS i)))::scorecard;
END $$;
CREATE TABLE tree AS SELECT g AS k, g % 3 = 0 AS plain, random_tree(g % 3 = 0) AS card FROM generate_series(1, 60) AS g;
CREATE TABLE scored AS SELECT k, n, plain, card, p, score(card, p) AS s, score_exact(card, p) AS exact FROM tree, subject;
SELECT is((SELECT count(*) FROM scored), 12000::bigint, '60 trees by 200 profiles');
SELECT is((SELECT count(*) FROM scored WHERE s IS DISTINCT FROM exact), 0::bigint, 'score() is the definition');
SELECT cmp_ok((SELECT count(DISTINCT s) FROM scored), '>', 2000::bigint, 'of many values');
SELECT is((SELECT count(*) FROM scored, LATERAL (SELECT sum(points) FILTER (WHERE level IN ('indicator', 'adjustment')) AS parts, max(points) FILTER (WHERE level = 'total') AS total FROM score_detail(card, p)) AS d
	WHERE s IS NOT NULL AND n <= 40 AND (parts <> total OR round(total, scale(s)) <> s)), 0::bigint, 'the breakdown sums to the score');
-- arithmetic means in plain SQL: shares of shares, of the total of 100, rounded where the points are; a bonus is worth its weight in points
CREATE FUNCTION plain_score(doc jsonb, p profile) RETURNS numeric LANGUAGE sql AS $$
	WITH d AS (SELECT x ->> 'code' AS code, x ->> 'parent' AS parent, (x ->> 'weight')::numeric AS w, coalesce(x ->> 'bonus', 'false')::boolean AS bonus FROM jsonb_array_elements(doc -> 'dimensions') AS x),
	i AS (SELECT x ->> 'code' AS code, x ->> 'dimension' AS dimension, (x ->> 'weight')::numeric AS w, (p::jsonb ->> (x ->> 'code'))::numeric AS v, x -> 'normalise' ? 'linear' AS line FROM jsonb_array_elements(doc -> 'indicators') AS x),
	share AS (SELECT i.code, i.v, i.line, i.w * d.w * coalesce(u.w, 1) AS above, sum(i.w) OVER (PARTITION BY i.dimension)
			* CASE WHEN d.bonus THEN 100 WHEN d.parent IS NULL THEN (SELECT sum(w) FROM d AS o WHERE o.parent IS NULL AND NOT o.bonus) ELSE (SELECT sum(w) FROM d AS o WHERE o.parent = d.parent) * (SELECT sum(w) FROM d AS o WHERE o.parent IS NULL AND NOT o.bonus) END AS below
		FROM i JOIN d ON d.code = i.dimension LEFT JOIN d AS u ON u.code = d.parent)
	SELECT round(sum(round(CASE WHEN v IS NULL THEN 0 WHEN line THEN least(greatest(v * 10, 0), 100) WHEN v >= 7 THEN 100 WHEN v >= 2.5 THEN 40 WHEN v >= 0 THEN 12.5 ELSE 0 END * above / below, coalesce((doc #>> '{digits,points}')::int, 6))), coalesce((doc #>> '{digits,score}')::int, 2)) FROM share
$$;
SELECT is((SELECT count(*) FROM scored WHERE plain AND s IS DISTINCT FROM plain_score(card::jsonb, p)), 0::bigint, 'arithmetic trees: plain numeric SQL has the same scores');
SELECT is((SELECT count(*) FROM scored WHERE plain AND s IS NOT NULL), 4000::bigint, '4,000 of them');
-- in parallel and in another order the same
CREATE TABLE many AS SELECT n, p FROM subject, generate_series(1, 10);
CREATE TABLE serial AS SELECT k, sum(score(card, p)) AS s, count(score(card, p)) AS c FROM tree, many WHERE k <= 6 GROUP BY k;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
SELECT is((SELECT count(*) FROM (SELECT k, sum(score(card, p)) AS s, count(score(card, p)) AS c FROM tree, (SELECT p FROM many ORDER BY n DESC) AS m WHERE k <= 6 GROUP BY k) AS two JOIN serial USING (k) WHERE two.s IS NOT DISTINCT FROM serial.s AND two.c = serial.c), 6::bigint, 'in parallel, and in another order');
SELECT ok((SELECT count(*) FILTER (WHERE card::jsonb ? 'cap') > 3 AND count(*) FILTER (WHERE card::jsonb ? 'floor') > 3 FROM tree), 'some have limits');
SELECT * FROM finish();
