-- score() and rating() against their definition over cards of every kind: all
-- normalisers, formulas, sums, odd numbers of digits, weights that round badly,
-- constants that are huge, tiny or close together, and profiles with gaps,
-- ties, values of the wrong type and numbers at the ends of the range.
-- FAST_CARDS (default 60) times FAST_PROFILES (default 120) scores.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = growth_index, public;
\set cards 60
\set profiles 120
\getenv cards FAST_CARDS
\getenv profiles FAST_PROFILES
SELECT plan(24);
CREATE SCHEMA stress;
SELECT setseed(0.4242);

CREATE FUNCTION stress.one(VARIADIC choices anyarray) RETURNS anyelement LANGUAGE sql VOLATILE
	AS 'SELECT choices[1 + floor(random() * cardinality(choices))::int]';

CREATE FUNCTION stress.num(VARIADIC choices numeric[]) RETURNS numeric LANGUAGE sql VOLATILE
	AS 'SELECT choices[1 + floor(random() * cardinality(choices))::int]';

-- a number of the kind that scoring meets, or should survive
CREATE FUNCTION stress.number() RETURNS numeric LANGUAGE sql VOLATILE AS $$
	SELECT CASE floor(random() * 12)::int
		WHEN 0 THEN round((random() * 2e8)::numeric, 2)
		WHEN 1 THEN round((random() - 0.2)::numeric, 4)
		WHEN 2 THEN floor(random() * 12)::numeric / 8
		WHEN 3 THEN floor(random() * 40)::numeric - 5
		WHEN 4 THEN round((random() * 2)::numeric, (random() * 15)::int)
		WHEN 5 THEN stress.num(0, 1, 2, 0.5, 0.15, 0.05, 100, -1, 1e5, 1e8, 0.333333333333333)
		WHEN 6 THEN stress.num(1e-12, 1e-300, 1e300, -1e300, 999999999999999, 1e22, 123456789.1, 1e-21)
		WHEN 7 THEN 123456789.1 + round((random() * 0.2)::numeric, 6)
		ELSE round(exp(random() * 20)::numeric, stress.one(0, 0, 2, 6))
	END
$$;

CREATE TABLE stress.subject AS
SELECT n, profile(o) || CASE WHEN n % 7 = 0 THEN '{"a": "text", "f": 1, "t": 5, "s": true}' ELSE '{}' END::profile AS p
FROM generate_series(1, :profiles) AS n,
	LATERAL (SELECT jsonb_strip_nulls(jsonb_build_object(
		'a', CASE WHEN random() < 0.9 THEN trim_scale(stress.number() + 0 * n) END, 'b', CASE WHEN random() < 0.9 THEN trim_scale(stress.number()) END,
		'c', CASE WHEN random() < 0.9 THEN trim_scale(stress.number()) END, 'd', CASE WHEN random() < 0.9 THEN floor(random() * 30) END,
		'f', CASE WHEN random() < 0.9 THEN random() < 0.5 END, 't', CASE WHEN random() < 0.9 THEN stress.one('x'::text, 'y', 'z') END,
		's', CASE WHEN random() < 0.9 THEN (ARRAY['["p"]', '["p", "q"]', '[]', '["q", "r", "other"]'])[1 + floor(random() * 4)::int]::jsonb END,
		'stage', CASE WHEN random() < 0.97 THEN stress.one('small'::text, 'large') END)) AS o) AS j;

CREATE FUNCTION stress.indicator(k int, summed boolean) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	low numeric := trim_scale(stress.number());
	high numeric := low + trim_scale(abs(stress.number()) + stress.num(0.1, 1, 64, 0.000000001, 1e9));
	value text := stress.one('a'::text, 'b', 'c', 'd', 'a', 'b', 'a / b', 'c - b', 'a * b + 1', 'd * 0.1', 'a - a', 'round(b, 1)', 'coalesce(a, b)');
	points numeric := stress.num(5, 12.5, 0.1, 33.333333, 100, 1e-9, 7e7);
	norm jsonb;
BEGIN
	CASE floor(random() * 9)::int
		WHEN 0, 1 THEN norm := jsonb_build_object('linear', CASE WHEN random() < 0.5 THEN jsonb_build_array(low, high) ELSE jsonb_build_array(high, low) END);
		WHEN 2 THEN
			low := abs(low) + stress.num(1, 1e-9, 1e-200, 1e5);
			norm := jsonb_build_object('log', jsonb_build_array(low, low * stress.num(1.0001, 2, 1000, 1e9)));
		WHEN 3 THEN norm := jsonb_build_object('bins', jsonb_build_array(jsonb_build_array(CASE WHEN random() < 0.5 THEN low - 1 END, points),
			jsonb_build_array(low, 37.5), jsonb_build_array(high, stress.num(100, -20, 99.9999995))));
		WHEN 4 THEN norm := jsonb_build_object('bins', (SELECT jsonb_agg(jsonb_build_array(low + i, i * 2.5) ORDER BY i) FROM generate_series(1, 40) AS i));
		WHEN 5 THEN norm := jsonb_build_object('per_unit', CASE floor(random() * 4)::int
			WHEN 0 THEN jsonb_build_object('points', points) WHEN 1 THEN jsonb_build_object('cap', abs(low) + 1)
			WHEN 2 THEN jsonb_build_object('points', -points, 'cap', 20) ELSE jsonb_build_object('points', points, 'cap', stress.num(20, 7, 2.5, 1e6)) END);
		WHEN 6 THEN
			value := stress.one('f'::text, 'a > b', 'f AND d >= 3');
			norm := jsonb_build_object('flag', stress.one('true'::text, '[80, 12.5]', '[-30, 33.3333333333]')::jsonb);
		WHEN 7 THEN
			value := stress.one('t'::text, 'CASE WHEN f THEN t ELSE ''x'' END');
			norm := '{"category": {"x": 100, "y": 33.3333333333}, "else": 1}';
		ELSE
			value := 's';
			norm := stress.one('{"set": {"p": 40, "q": 0.1, "r": 66.6}}'::text, '{"set": {"p": 0.1, "q": 0.2, "r": -7}, "cap": 0.3}',
				'{"set": {"p": 40, "q": -3}, "best": true}', '{"set": {"p": 1e300, "q": -1e300, "r": 5}}')::jsonb;
	END CASE;
	RETURN jsonb_build_object('code', 'i' || k, 'dimension', 'd' || k % 3, 'value', value, 'normalise', norm, 'missing',
		stress.one('zero'::text, 'zero', 'reweight', 'reweight', 'reweight', 'lowest', CASE WHEN random() < 0.2 THEN 'undecided' ELSE 'zero' END));
END $$;

CREATE FUNCTION stress.card() RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	count int := 3 + floor(random() * 20)::int;
	summed boolean := random() < 0.2;
	digits int := stress.one(6, 6, 6, 2, 0, 1, 9);
	total numeric := stress.num(100, 100, 1, 1000, 0.3);
	small numeric[];
	large numeric[];
	items jsonb := '[]';
	item jsonb;
BEGIN
	-- weights with a few decimals, some of them zero; the last one takes the rest
	SELECT array_agg(w), array_agg(CASE WHEN random() < 0.2 THEN 0 ELSE w END) INTO small, large
	FROM (SELECT round((total / count * (0.1 + random() * 0.8))::numeric, stress.one(1, 2, 4)) AS w FROM generate_series(1, count)) AS x;
	small[count] := total - (SELECT sum(w) FROM unnest(small[1:count - 1]) AS w);
	large[count] := total - (SELECT sum(w) FROM unnest(large[1:count - 1]) AS w);
	FOR k IN 1 .. count LOOP
		item := stress.indicator(k, summed);
		IF NOT summed THEN
			item := item || jsonb_build_object('weight', jsonb_build_object('small', small[k], 'large', large[k]));
		END IF;
		items := items || jsonb_build_array(item);
	END LOOP;
	RETURN jsonb_build_object('name', 'random', 'total', total, 'coverage', stress.num(0, 0, 0.5, 0.7, 1), 'indicators', items,
		'aggregate', CASE WHEN summed THEN 'sum' ELSE 'weighted' END, 'digits', jsonb_build_object('points', digits, 'score', least(digits, stress.one(0, 2, 2, 6))),
		'segment', stress.one('stage'::text, 'CASE WHEN d >= 10 THEN ''large'' ELSE ''small'' END'), 'segments', '["small", "large"]'::jsonb,
		'dimensions', '[{"code": "d0"}, {"code": "d1"}, {"code": "d2"}]'::jsonb,
		'ratings', jsonb_build_array('{"grade": "AAA", "from": 1e30}'::jsonb, jsonb_build_object('grade', 'A', 'from', total * 0.6),
			jsonb_build_object('grade', 'B', 'from', total * 0.299999999), '{"grade": "C", "from": -1000.005}'::jsonb));
END $$;

CREATE TABLE stress.result (n bigint, ours numeric, exact numeric, rating rating, digits int, card jsonb, p profile,
	score numeric, grade rating, segment text, coverage numeric, status text, missing text[], passed boolean);
CREATE FUNCTION stress.run(cards int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	c jsonb;
BEGIN
	FOR i IN 1 .. cards LOOP
		c := stress.card();
		EXECUTE format('INSERT INTO stress.result
			SELECT n, score(%1$L, p), score_exact(%1$L, p), rating(%1$L, p), %2$s, %1$L, p, s.*
			FROM stress.subject, score_status(%1$L, p) AS s', c, c #> '{digits,score}');
	END LOOP;
END $$;
SELECT stress.run(:cards);

SELECT is((SELECT count(*) FROM stress.result WHERE ours IS DISTINCT FROM exact OR scale(ours) IS DISTINCT FROM scale(exact)), 0::bigint, 'fast and exact agree');
SELECT diag(format('profile %s: %s, exact %s, card %s', n, ours, exact, card)) FROM stress.result WHERE ours IS DISTINCT FROM exact LIMIT 3;
SELECT is((SELECT count(*) FROM stress.result WHERE score IS DISTINCT FROM exact OR grade IS DISTINCT FROM rating OR (status = 'scored') <> (exact IS NOT NULL)),
	0::bigint, 'score_status has the same score and grade');
-- the breakdown is the definition's: what score_status says must follow from it
CREATE TABLE stress.detail AS
SELECT r.*, d.* FROM stress.result AS r, LATERAL (
	SELECT round(sum(points), digits) AS parts, coalesce(array_agg(code ORDER BY substr(code, 2)::int) FILTER (WHERE gap), '{}') AS gaps,
		coalesce(sum(w) FILTER (WHERE NOT gap OR rule = 'zero'), 0) / max(all_of) AS known, bool_or(gap AND rule = 'undecided') AS open
	FROM (SELECT d.code, d.points, d.missing AND coalesce(d.weight, 1) > 0 AS gap, coalesce(d.weight, 1) AS w, i ->> 'missing' AS rule,
			CASE r.card ->> 'aggregate' WHEN 'sum' THEN jsonb_array_length(r.card -> 'indicators') ELSE (r.card ->> 'total')::numeric END AS all_of
		FROM score_detail(r.card::scorecard, r.p) AS d JOIN jsonb_array_elements(r.card -> 'indicators') AS i ON i ->> 'code' = d.code
		WHERE d.level = 'indicator') AS x) AS d
WHERE r.n % 5 = 0 AND r.segment IS NOT NULL;
SELECT is((SELECT count(*) FROM stress.detail WHERE missing <> gaps OR coverage <> round(known, 4) OR (status = 'undecided') <> open
	OR (status = 'low_coverage' AND known >= (card ->> 'coverage')::numeric AND parts IS NOT NULL) OR (status = 'scored' AND known < (card ->> 'coverage')::numeric)),
	0::bigint, 'score_status has what is missing, the coverage and the status');
SELECT is((SELECT count(*) FROM stress.result AS r WHERE r.n % 7 = 0 AND (SELECT array_agg(ROW(d.code, d.name, d.parent, d.points, d.possible, d.share)::text) FROM score_detail(r.card::scorecard, r.p) AS d WHERE d.level = 'dimension')
	IS DISTINCT FROM (SELECT array_agg(ROW(d.*)::text) FROM score_dimensions(r.card::scorecard, r.p) AS d)), 0::bigint, 'the dimensions alone are those of the breakdown, to the scale of their numbers');
SELECT is((SELECT count(DISTINCT status) FROM stress.detail), 3::bigint, 'every status occurs');
SELECT is((SELECT count(*) FROM stress.result WHERE rating IS DISTINCT FROM rate(card::scorecard, exact)), 0::bigint, 'rating is the grade of the score');
SELECT is((SELECT count(*) FROM stress.detail WHERE exact IS NOT NULL AND parts IS DISTINCT FROM exact), 0::bigint, 'the breakdown adds up');
SELECT ok((SELECT count(ours) * 3 > count(*) FROM stress.result), 'enough of them are scored');
SELECT is((SELECT count(*) FROM (SELECT DISTINCT card FROM stress.result) AS c WHERE card::scorecard::text::scorecard <> card::scorecard),
	0::bigint, 'canonical text reads back to the same card');

/* ---- cases that were wrong once, or easily are ---- */
CREATE FUNCTION stress.small(norm text, value text DEFAULT 'x', more text DEFAULT '', head text DEFAULT '') RETURNS scorecard LANGUAGE sql AS $$
	SELECT format('{"name": "small", %s "dimensions": [{"code": "d"}], "indicators": [{"code": "i", "dimension": "d", "value": %s, "normalise": %s, "weight": 100%s}]}',
		head, to_json(value), norm, more)::scorecard
$$;
SELECT is((SELECT count(*) FILTER (WHERE score(c, p) IS DISTINCT FROM score_exact(c, p)) FROM
	(SELECT stress.small('{"linear": [123456789.1, 123456789.2]}', head => '"digits": {"points": 6, "score": 6},') AS c) AS card,
	(SELECT profile(jsonb_build_object('x', 123456789.1 + i * 0.000001)) AS p FROM generate_series(0, 99999, 97) AS i) AS s), 0::bigint,
	'ends of a line that lie close together');
SELECT is((SELECT count(*) FILTER (WHERE score(c, p) IS DISTINCT FROM score_exact(c, p)) FROM
	(VALUES (stress.small('{"log": [1e-200, 1.0001]}', head => '"digits": {"points": 9, "score": 9},')),
		(stress.small('{"log": [1e-12, 1]}', value => 'x * 3 - 2.99999', head => '"digits": {"points": 9, "score": 9},'))) AS card(c),
	(SELECT profile(jsonb_build_object('x', 1 - i * 0.0000001)) AS p FROM generate_series(0, 2000) AS i) AS s), 0::bigint,
	'logarithms far from one, and of differences');
-- ties made on purpose: every second value lies in the middle of two roundings
SELECT is((SELECT count(*) FILTER (WHERE score(c, p) IS DISTINCT FROM round(x * 100 / range, 0) OR score(c, p) IS DISTINCT FROM score_exact(c, p))
	FROM (SELECT range, stress.small(format('{"linear": [0, %s]}', range), head => '"digits": {"points": 0, "score": 0},') AS c FROM unnest(ARRAY[3, 7, 0.3, 0.7, 1.1, 49]) AS range) AS card,
	LATERAL (SELECT trim_scale(k * range / 200) AS x, profile(jsonb_build_object('x', trim_scale(k * range / 200))) AS p FROM generate_series(1, 199, 2) AS k) AS s),
	0::bigint, 'values that lie in the middle of a line''s roundings');
SELECT is((SELECT count(*) FILTER (WHERE score(c, p) IS DISTINCT FROM round(x * points, 0) OR score(c, p) IS DISTINCT FROM score_exact(c, p))
	FROM (SELECT points, stress.small(format('{"per_unit": {"points": %s, "cap": 1000}}', points), head => '"digits": {"points": 0, "score": 0},') AS c FROM unnest(ARRAY[0.1, 0.3, 0.7, 1.1]) AS points) AS card,
	(SELECT k * 5 AS x, profile(jsonb_build_object('x', k * 5)) AS p FROM generate_series(1, 199, 2) AS k) AS s),
	0::bigint, 'units whose points lie in the middle');
SELECT is((SELECT count(*) FILTER (WHERE score(c, p) IS DISTINCT FROM score_exact(c, p)) FROM
	(SELECT i, format('{"name": "set", "digits": {"points": 1, "score": 1}, "dimensions": [{"code": "d"}], "indicators": [{"code": "x", "dimension": "d", "normalise": {"set": {"a": 0.%s1, "b": 0.%s4, "c": %s}}, "weight": 100}]}', i, i, i)::scorecard AS c FROM generate_series(0, 9) AS i) AS card,
	unnest(ARRAY['{"x": ["a", "b"]}', '{"x": ["a", "b", "c"]}', '{"x": ["a", "c"]}']::profile[]) AS p), 0::bigint, 'members whose points sum to a middle');
-- one indicator of two is left out: the other's share makes it whole again
SELECT is((SELECT count(*) FILTER (WHERE score(c, p) IS DISTINCT FROM x + 0.5 OR score(c, p) IS DISTINCT FROM score_exact(c, p))
	FROM (SELECT format('{"name": "rest", "digits": {"points": 0, "score": 0}, "dimensions": [{"code": "d"}], "indicators": [
		{"code": "x", "dimension": "d", "normalise": {"linear": [0, 100]}, "weight": %s}, {"code": "y", "dimension": "d", "normalise": {"linear": [0, 1]}, "weight": %s, "missing": "reweight"}]}',
		w / 10, 100 - w / 10)::scorecard AS c FROM generate_series(3::numeric, 997, 71) AS w) AS card,
	(SELECT k + 0.5 AS x, profile(jsonb_build_object('x', k + 0.5)) AS p FROM generate_series(0, 99, 3) AS k) AS s), 0::bigint, 'shares whose points lie in the middle');
-- the known weight is exactly the required one, which doubles say of few of these
SELECT is((SELECT count(*) FILTER (WHERE s.status <> 'scored') FROM generate_series(1, 59, 4) AS a, generate_series(2, 39, 3) AS b, LATERAL score_status(format(
	'{"name": "edge", "total": 1, "coverage": %s, "dimensions": [{"code": "d"}], "indicators": [{"code": "a", "dimension": "d", "normalise": {"linear": [0, 1]}, "weight": %s, "missing": "reweight"},
	{"code": "b", "dimension": "d", "normalise": {"linear": [0, 1]}, "weight": %s, "missing": "reweight"}, {"code": "c", "dimension": "d", "normalise": {"linear": [0, 1]}, "weight": %s}]}',
	1 - (a + b) / 100.0, a / 100.0, b / 100.0, 1 - (a + b) / 100.0)::scorecard, '{"c": 1}') AS s), 0::bigint, 'a coverage of exactly what is required');
SELECT is(score(stress.small('{"set": {"a": 1e300, "b": -1e300, "c": 1}}'), '{"x": ["a", "b", "c"]}'), 1.00, 'members of a set that nearly cancel');
SELECT is((SELECT points FROM score_detail(stress.small('{"per_unit": {"points": -5, "cap": 3}}', more => ', "missing": "lowest"'), '{}') WHERE level = 'indicator'),
	-15::numeric, 'the lowest of a deduction');
SELECT is((SELECT points FROM score_detail(stress.small('{"set": {"a": -5, "b": 10, "c": -1}}', more => ', "missing": "lowest"'), '{}') WHERE level = 'indicator'),
	-6::numeric, 'the lowest of a set with deductions');
SELECT is((SELECT missing FROM score_status('{"name": "t", "segment": "''a''", "segments": ["a", "b"], "dimensions": [{"code": "d"}], "indicators": [
	{"code": "x", "dimension": "d", "normalise": {"linear": [0, 1]}, "weight": 100}, {"code": "y", "dimension": "d", "normalise": {"linear": [0, 1]}, "weight": 0, "missing": "reweight"}]}',
	'{"x": 0.5}')), '{}'::text[], 'what has no weight is not missing');
SELECT is(stress.small('{"linear": [0, 1]}', value => 'i'), '{"name": "small", "dimensions": [{"code": "d"}], "indicators": [{"code": "i", "dimension": "d", "normalise": {"linear": [0, 1]}, "weight": 100}]}',
	'a value that is its own code is the default');
SELECT is((SELECT raw FROM score_detail(stress.small('{"set": {"a": 5}}', value => 'CASE WHEN true THEN x END'), '{"x": ["a", "b"]}') WHERE level = 'indicator'),
	'["a", "b"]', 'a set that comes from an expression is shown');

-- one call site, one card after the other
CREATE FUNCTION stress.after_each_other() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	card scorecard;
	x profile := '{"x": 1}';
	s numeric;
	r rating;
	result text := '';
BEGIN
	FOR i IN 1 .. 4 LOOP
		card := stress.small(format('{"linear": [0, %s]}', i), head => '"ratings": [{"grade": "A", "from": 40}],');
		s := growth_index.score(card, x);
		r := growth_index.rating(card, x);
		result := result || s || r || ' ';
	END LOOP;
	RETURN result;
END $$;
SELECT is(stress.after_each_other(), '100.00A 50.00A 33.33D 25.00D ', 'PL/pgSQL that changes the card');
SELECT is((SELECT array_agg(score(c, '{"x": 1}') ORDER BY i) FROM (SELECT i, stress.small(format('{"linear": [0, %s]}', 1 + i % 3)) AS c FROM generate_series(0, 5) AS i) AS cards),
	'{100.00,50.00,33.33,100.00,50.00,33.33}', 'a card for each row');
SELECT * FROM finish();
