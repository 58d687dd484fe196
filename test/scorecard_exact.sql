-- Random scorecards over random profiles: score(), its definition
-- score_exact(), its breakdown, and the same model as plain numeric SQL agree in
-- every case, ties made on purpose included.  The SQL divides once, last, and decides
-- the rounding by the remainder.
-- SCORE_CARDS (default 40) times SCORE_PROFILES (default 500) scores.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = growth_index, public;
\set cards 40
\set profiles 500
\getenv cards SCORE_CARDS
\getenv profiles SCORE_PROFILES
SELECT plan(11);
CREATE SCHEMA oracle;
SELECT setseed(0.6637);

CREATE TABLE oracle.subject AS
SELECT row_number() OVER () AS n,
	CASE WHEN random() < 0.1 THEN NULL ELSE round((random() * 20)::numeric, (random() * 3)::int) END AS a,
	CASE WHEN random() < 0.1 THEN NULL ELSE floor(random() * 8)::numeric / 8 END AS b,
	CASE WHEN random() < 0.1 THEN NULL ELSE floor(random() * 12)::numeric - 2 END AS c,
	CASE WHEN random() < 0.1 THEN NULL ELSE random() < 0.5 END AS f,
	CASE WHEN random() < 0.1 THEN NULL ELSE (ARRAY['x', 'y', 'z'])[1 + floor(random() * 3)::int] END AS t,
	(ARRAY['small', 'large'])[1 + floor(random() * 2)::int] AS stage
FROM generate_series(1, :profiles);
-- a profile keeps no trailing zeros: nor do the columns
UPDATE oracle.subject SET a = trim_scale(a), b = trim_scale(b), c = trim_scale(c);
ALTER TABLE oracle.subject ADD COLUMN p profile;
UPDATE oracle.subject SET p = (SELECT profile(x) FROM (SELECT a, b, c, f, t, stage) AS x);

-- n / d, half away from zero
CREATE FUNCTION oracle.rounded(n numeric, d numeric, digits int) RETURNS numeric LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
	units numeric := div(abs(n) * (10 ^ digits)::numeric, d);
	rest numeric := abs(n) * (10 ^ digits)::numeric - units * d;
BEGIN
	IF rest + rest >= d THEN
		units := units + 1;
	END IF;
	RETURN round(sign(n) * units / (10 ^ digits)::numeric, digits);
END $$;

-- one random indicator: its JSON, its normalised value as SQL, by what that is to be divided, its lowest one
CREATE FUNCTION oracle.indicator(OUT value text, OUT norm jsonb, OUT sql text, OUT below numeric, OUT lowest numeric) LANGUAGE plpgsql AS $$
DECLARE
	column_name text := (ARRAY['a', 'b', 'c', 'a / b', 'c - b', 'a * b'])[1 + floor(random() * 6)::int];
	x text := replace(column_name, ' / b', ' / nullif(b, 0)');
	low numeric := floor(random() * 5) - 1;
	high numeric := low + (ARRAY[1, 3, 8, 0.15, 64])[1 + floor(random() * 5)::int];
	points numeric := (ARRAY[5, 12.5, 0.1, 33.333333])[1 + floor(random() * 4)::int];
BEGIN
	value := column_name;
	lowest := 0;
	below := 1;
	CASE floor(random() * 7)::int
		WHEN 0 THEN
			norm := jsonb_build_object('linear', jsonb_build_array(low, high));
			below := high - low;
			sql := format('least(greatest((%1$s - %2$s) * 100, 0), 100 * %3$s) + 0 * (%1$s)', x, '(' || low || ')::numeric', below);
		WHEN 1 THEN
			norm := jsonb_build_object('linear', jsonb_build_array(high, low));
			below := high - low;
			sql := format('least(greatest((%2$s - (%1$s)) * 100, 0), 100 * %3$s) + 0 * (%1$s)', x, '(' || high || ')::numeric', below);
		WHEN 2 THEN
			norm := jsonb_build_object('bins', jsonb_build_array(jsonb_build_array(NULL, 10), jsonb_build_array(low, 37.5), jsonb_build_array(high, 100)));
			sql := format('CASE WHEN %1$s >= %3$s THEN 100 WHEN %1$s >= %2$s THEN 37.5 ELSE 10 END + 0 * (%1$s)', x, low, high);
			lowest := 10;
		WHEN 3 THEN
			norm := jsonb_build_object('per_unit', jsonb_build_object('points', points, 'cap', 7));
			sql := format('greatest(least(%s, 7), 0) * %s + 0 * (%1$s)', x, points);
		WHEN 4 THEN
			below := (ARRAY[3, 7, 11, 13])[1 + floor(random() * 4)::int];
			norm := jsonb_build_object('per_unit', jsonb_build_object('cap', below));
			sql := format('greatest(least(%1$s, %2$s), 0) * 100 + 0 * (%1$s)', x, below);
		WHEN 5 THEN
			value := 'f';
			norm := '{"flag": [80, 12.5]}';
			sql := 'CASE f WHEN true THEN 80::numeric WHEN false THEN 12.5 END';
			lowest := 12.5;
		ELSE
			value := 't';
			norm := '{"category": {"x": 100, "y": 33.3}, "else": 1}';
			sql := 'CASE WHEN t = ''x'' THEN 100::numeric WHEN t = ''y'' THEN 33.3 WHEN t IS NOT NULL THEN 1 END';
			lowest := 1;
	END CASE;
END $$;

-- one random card with 6 indicators in 2 dimensions, and its score as one query
CREATE FUNCTION oracle.card(OUT card jsonb, OUT query text) LANGUAGE plpgsql AS $$
DECLARE
	weights numeric[] := '{10, 20, 12.5, 17.5, 30, 10}';
	others numeric[] := '{25, 5, 20, 0, 15.25, 34.75}';
	rules text[] := '{zero,reweight,lowest,undecided}';
	i record;
	items jsonb := '[]';
	rows text := '';
	rule text;
	coverage numeric := (ARRAY[0, 0.5, 0.7, 1])[1 + floor(random() * 4)::int];
	digits int := (ARRAY[6, 2])[1 + floor(random() * 2)::int];
BEGIN
	FOR k IN 1 .. 6 LOOP
		SELECT * INTO i FROM oracle.indicator();
		rule := rules[1 + floor(random() * CASE WHEN random() < 0.3 THEN 4 ELSE 3 END)::int];
		items := items || jsonb_build_array(jsonb_build_object('code', 'i' || k, 'dimension', CASE WHEN k <= 3 THEN 'd1' ELSE 'd2' END,
			'value', i.value, 'normalise', i.norm, 'weight', jsonb_build_object('small', weights[k], 'large', others[k]), 'missing', rule));
		rows := rows || format('%s(%s, %s, CASE stage WHEN ''small'' THEN %s ELSE %s END::numeric, (%s)::numeric, %s::numeric, %L, %s::numeric)',
			CASE WHEN k > 1 THEN ', ' ELSE '' END, k, CASE WHEN k <= 3 THEN 1 ELSE 2 END, weights[k], others[k], i.sql, i.below, rule, i.lowest);
	END LOOP;
	card := jsonb_build_object('name', 'random', 'segment', 'stage', 'segments', '["small", "large"]'::jsonb, 'coverage', coverage,
		'digits', jsonb_build_object('points', digits, 'score', least(digits, 2)),
		'dimensions', '[{"code": "d1"}, {"code": "d2"}]'::jsonb, 'indicators', items);
	query := format($q$
		WITH item AS (SELECT * FROM (VALUES %s) AS v(k, d, w, x, below, rule, lowest) WHERE w > 0),
		part AS (SELECT *, x IS NULL AND rule = 'reweight' AS left_out,
			CASE WHEN x IS NOT NULL THEN x WHEN rule = 'zero' THEN 0 WHEN rule = 'lowest' THEN lowest * below END AS v FROM item),
		dim AS (SELECT d, sum(w) AS whole, coalesce(sum(w) FILTER (WHERE NOT left_out), 0) AS present FROM part GROUP BY d),
		total AS (SELECT sum(whole) FILTER (WHERE present > 0) AS available FROM dim)
		SELECT CASE WHEN bool_or(x IS NULL AND rule = 'undecided') THEN NULL
			WHEN coalesce(sum(w) FILTER (WHERE x IS NOT NULL OR rule = 'zero'), 0) / 100 < %s THEN NULL
			WHEN bool_and(left_out) THEN NULL
			ELSE round(sum(oracle.rounded(v * w * whole, below * present * nullif(available, 0), %s))
				FILTER (WHERE NOT left_out), %s) END
		FROM part JOIN dim USING (d) CROSS JOIN total$q$, rows, coverage, digits, least(digits, 2));
END $$;

CREATE TABLE oracle.result (n bigint, ours numeric, exact numeric, theirs numeric, parts numeric, card jsonb);
CREATE FUNCTION oracle.run(cards int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	c record;
BEGIN
	FOR i IN 1 .. cards LOOP
		SELECT * INTO c FROM oracle.card();
		EXECUTE format('INSERT INTO oracle.result
			SELECT n, growth_index.score(%1$L, p), growth_index.score_exact(%1$L, p), (%2$s),
				(SELECT round(sum(points), least(%3$s, 2)) FROM growth_index.score_detail(%1$L, p) WHERE level = ''indicator''), %1$L
			FROM oracle.subject', c.card, c.query, c.card -> 'digits' -> 'points');
	END LOOP;
END $$;
SELECT oracle.run(:cards);

SELECT is((SELECT count(*) FROM oracle.result WHERE ours IS DISTINCT FROM exact), 0::bigint, 'fast and exact agree');
SELECT is((SELECT count(*) FROM oracle.result WHERE ours IS DISTINCT FROM theirs), 0::bigint, 'the same as numeric SQL');
SELECT diag(format('profile %s: %s, SQL %s, card %s', n, ours, theirs, card)) FROM oracle.result WHERE ours IS DISTINCT FROM theirs LIMIT 5;
SELECT is((SELECT count(*) FROM oracle.result WHERE ours IS NOT NULL AND ours IS DISTINCT FROM parts), 0::bigint, 'the breakdown adds up');
SELECT ok((SELECT count(*) FILTER (WHERE ours IS NOT NULL) * 4 > count(*) FROM oracle.result), 'enough of them are scored');
SELECT is((SELECT count(*) FROM (SELECT DISTINCT card FROM oracle.result) AS c
	WHERE card::scorecard::text::jsonb::scorecard <> card::scorecard), 0::bigint, 'canonical text reads back to the same card');

-- ties of quotients that have no end: nine indicators of the same weight, whose points are x * weight / cap
CREATE TABLE oracle.tie AS
SELECT cap, quarters, x, digits, (numerator / (4 * cap) + 1) / 2 * 9 / (10 ^ digits)::numeric AS score,
	jsonb_build_object('name', 'tie', 'total', quarters * 9 / 4.0, 'digits', jsonb_build_object('points', digits, 'score', digits), 'dimensions', '[{"code": "d"}]'::jsonb,
		'indicators', (SELECT jsonb_agg(jsonb_build_object('code', 'i' || i, 'dimension', 'd', 'weight', quarters / 4.0, 'value', CASE i % 4 WHEN 0 THEN 'y' WHEN 3 THEN 'x + 0' ELSE 'x' END,
			'normalise', CASE i % 4 WHEN 0 THEN jsonb_build_object('linear', jsonb_build_array(cap, 0)) WHEN 1 THEN jsonb_build_object('per_unit', jsonb_build_object('cap', cap))
				ELSE jsonb_build_object('linear', jsonb_build_array(0, cap)) END)) FROM generate_series(1, 9) AS i))::scorecard AS card,
	profile(jsonb_build_object('x', x, 'y', cap - x)) AS p
FROM generate_series(3, 30) AS cap, generate_series(1, 60) AS quarters, generate_series(1, 29) AS x, generate_series(0, 1) AS digits,
	LATERAL (SELECT 2 * x * quarters * (10 ^ digits)::int AS numerator) AS n
WHERE x < cap AND numerator % (8 * cap) = 4 * cap;
SELECT cmp_ok((SELECT count(*) FROM oracle.tie), '>', 500::bigint, 'so many ties');
SELECT is((SELECT count(*) FROM oracle.tie WHERE score_exact(card, p) <> score), 0::bigint, 'a tie is one, whether its quotient ends or not');
SET growth_index.simd = off;
SELECT is((SELECT count(*) FROM oracle.tie WHERE score(card, p) <> score), 0::bigint, '... one indicator after the other');
SET growth_index.simd = avx2;
SELECT is((SELECT count(*) FROM oracle.tie WHERE score(card, p) <> score), 0::bigint, '... four at once');
RESET growth_index.simd;
SELECT is((SELECT count(*) FROM oracle.tie WHERE score(card, p) <> score), 0::bigint, '... and as the machine has it');
SELECT is((SELECT count(*) FROM oracle.tie, LATERAL (SELECT sum(points) AS points FROM score_detail(card, p) WHERE level = 'indicator') AS d WHERE d.points <> score), 0::bigint, 'and in the breakdown');
SELECT * FROM finish();
