/*
 * What moved a score, where the most is to be had, and how two cards differ.
 */
SET search_path = growth_index, public;
SELECT plan(26);
CREATE TEMP TABLE c AS SELECT '{"name": "c", "digits": {"points": 4, "score": 1}, "segment": "stage", "segments": ["small", "large"], "dimensions": [{"code": "d"}, {"code": "e"}],
	"indicators": [{"code": "x", "dimension": "d", "normalise": {"linear": [0, 3]}, "weight": {"small": 50, "large": 20}},
		{"code": "y", "dimension": "d", "normalise": {"bins": [[0, 20], [10, 60], [20, 100]]}, "weight": {"small": 30, "large": 30}, "missing": "reweight"},
		{"code": "f", "dimension": "e", "normalise": {"flag": true}, "weight": {"small": 15, "large": 30}},
		{"code": "n", "dimension": "e", "normalise": {"per_unit": {"points": 25, "cap": 4}}, "weight": {"small": 5, "large": 20}, "missing": "zero"}],
	"ratings": [{"grade": "A", "from": 50}]}'::scorecard AS card;

/* x 1 of 3: 16.6667; y in its second bin: 18; f: 0; n 2 of 4: 2.5 */
SELECT results_eq($$SELECT code, points_before, points_after, difference FROM c, score_change(card, '{"stage": "small", "x": 1, "y": 12, "f": false, "n": 2}', '{"stage": "small", "x": 2, "y": 12, "f": true, "n": 1}')$$,
	$$VALUES ('x', 16.6667::numeric, 33.3333::numeric, 16.6666::numeric), ('f', 0.0000, 15.0000, 15.0000), ('n', 2.5000, 1.2500, -1.2500), (NULL, NULL, NULL, -0.0166)$$, 'largest first, rounding last');
SELECT is((SELECT sum(difference) FROM c, score_change(card, '{"stage": "small", "x": 1, "y": 12, "f": false, "n": 2}', '{"stage": "small", "x": 2, "y": 12, "f": true, "n": 1}')), 67.6 - 37.2, 'sums to the difference');
SELECT results_eq($$SELECT code, points_before, points_after, difference FROM c, score_change(card, '{"stage": "small", "x": 3, "y": 25, "f": true, "n": 4}', '{"stage": "small", "x": 3, "f": true, "n": 4}')$$,
	$$VALUES ('x', 50.0000::numeric, 80.0000::numeric, 30.0000::numeric), ('y', 30.0000, NULL, -30.0000)$$, 'weight that is shared out moves another');
SELECT is((SELECT sum(difference) FROM c, score_change(card, '{"stage": "small", "x": 1, "y": 5, "f": true}', '{"stage": "large", "x": 1, "y": 5, "f": true}')),
	(SELECT score(card, '{"stage": "large", "x": 1, "y": 5, "f": true}') - score(card, '{"stage": "small", "x": 1, "y": 5, "f": true}') FROM c), 'another segment');
SELECT is_empty($$SELECT * FROM c, score_change(card, '{"stage": "small", "x": 1, "y": 5, "f": true}', '{"stage": "small", "x": 1.0, "y": 6, "f": true}')$$, 'nothing moved');
SELECT is_empty($$SELECT * FROM c, score_change(card, '{"stage": "small", "y": 5, "f": true}', '{"stage": "small", "x": 1, "y": 6, "f": true}')$$, 'one is not scored');
CREATE TEMP TABLE p AS SELECT i, profile(jsonb_strip_nulls(jsonb_build_object('stage', CASE WHEN i % 3 = 0 THEN 'large' ELSE 'small' END, 'x', (i * 37 % 100) / 33.0, 'y', CASE WHEN i % 5 > 0 THEN i * 7 % 30 END, 'f', i % 2 = 0, 'n', CASE WHEN i % 7 > 0 THEN i % 6 END))) AS p FROM generate_series(1, 60) AS i;
SELECT is((SELECT count(*) FROM c, p AS a, p AS b WHERE score(card, b.p) - score(card, a.p) IS DISTINCT FROM (SELECT coalesce(sum(difference), 0) FROM score_change(card, a.p, b.p))), 0::bigint, 'always sums to the difference');
SELECT is((SELECT count(*) FROM c, p AS a, p AS b WHERE score(card, b.p) <> score(card, a.p)) > 3000, true, '... of many');

SELECT results_eq($$SELECT code, gain, next_value, round(next_gain, 4), in_all, reaches FROM c, improve(card, '{"stage": "small", "x": 1, "y": 12, "f": false, "n": 2}', 80)$$,
	$$VALUES ('x', 33.3333::numeric, 3::numeric, 33.3333::numeric, 33.3333::numeric, false), ('f', 15.0000, NULL, NULL, 48.3333, true), ('y', 12.0000, 20, 12.0000, 60.3333, true), ('n', 2.5000, 3, 1.2500, 62.8333, true)$$, 'most to gain first');
SELECT is((SELECT next_value FROM c, improve(card, '{"stage": "small", "x": 3, "y": 2, "f": true, "n": 4}') WHERE code = 'y'), 10::numeric, 'the next bin, not the best');
SELECT is_empty($$SELECT * FROM c, improve(card, '{"stage": "small", "x": 3, "y": 20, "f": true, "n": 4}')$$, 'nothing to gain at the top');
SELECT is((SELECT score(card, profile(jsonb_build_object('stage', 'small', 'x', 1, 'y', 20, 'f', false, 'n', 2))) - score(card, '{"stage": "small", "x": 1, "y": 12, "f": false, "n": 2}') FROM c), 12.0, 'the gain is what the value brings');
SELECT is((SELECT reaches FROM c, improve(card, '{"stage": "small", "x": 1, "y": 12, "f": false, "n": 2}') LIMIT 1), NULL, 'no target, no answer');

/* a missing value: from what it counts as */
SELECT results_eq($$SELECT code, gain, next_value, next_gain FROM c, improve(card, '{"stage": "small", "x": 3, "y": 20, "f": true}')$$, $$VALUES ('n', 5.0000::numeric, 1::numeric, 1.2500::numeric)$$, 'a first unit of what is missing and counts as zero');
CREATE FUNCTION one(normalise text, missing text DEFAULT 'zero') RETURNS scorecard LANGUAGE sql AS $$
	SELECT format('{"name": "o", "dimensions": [{"code": "d"}], "indicators": [{"code": "x", "dimension": "d", "weight": 100, "missing": "%s", "normalise": %s}]}', missing, normalise)::scorecard $$;
SELECT results_eq($$SELECT n, m, p::text, i.gain, i.next_value, i.next_gain FROM (VALUES (1, 'zero', '{"bins": [[0, 100], [0.55, 50], [0.75, 0]]}', '{"x": 0.6}'), (2, 'zero', '{"bins": [[null, 100], [3, 50]]}', '{"x": 7}'), (3, 'zero', '{"bins": [[0, 20], [5, 90]]}', '{}'),
	(4, 'lowest', '{"bins": [[null, 33.3333333], [2, 40]]}', '{}'), (5, 'zero', '{"per_unit": {"points": -5, "cap": 3}}', '{"x": 7}'), (6, 'lowest', '{"per_unit": {"points": -5, "cap": 3}}', '{}'), (7, 'undecided', '{"per_unit": {"points": 2}}', '{}'),
	(8, 'zero', '{"bins": [[1, -20], [3, -10]]}', '{"x": 2}'), (9, 'zero', '{"set": {"a": -5}, "best": true}', '{"x": ["a"]}'), (10, 'zero', '{"cases": [{"when": "x > 2", "points": -20}], "else": 0}', '{"x": 3}'), (11, 'zero', '{"linear": [0, 1.00000000000000001]}', '{"x": 0}')) AS v(n, m, c, p), improve(one(c, m), p::profile) AS i ORDER BY n$$,
	$$VALUES (1, 'zero', '{"x": 0.6}', 50.000000, 0.54, 50.000000), (2, 'zero', '{"x": 7}', 50.000000, 2, 50.000000), (3, 'zero', '{}', 90.000000, 0, 20.000000), (4, 'lowest', '{}', 6.666667, 2, 6.666667), (5, 'zero', '{"x": 7}', 15.000000, 2, 5.000000), (6, 'lowest', '{}', 15.000000, 2, 5.000000),
		(7, 'undecided', '{}', 2.000000, 1, 2.000000), (8, 'zero', '{"x": 2}', 20.000000, 3, 10.000000), (9, 'zero', '{"x": ["a"]}', 5.000000, NULL, NULL), (10, 'zero', '{"x": 3}', 20.000000, NULL, NULL), (11, 'zero', '{"x": 0}', 100.000000, NULL, NULL)$$, 'into lower bins, fewer units, out of what costs points; no value that a profile would round');
SELECT is((SELECT array_agg(reaches ORDER BY t) FROM unnest('{33.4,33.5}'::numeric[]) AS t, improve('{"name": "o", "digits": {"points": 2, "score": 1}, "dimensions": [{"code": "d"}], "indicators": [{"code": "x", "dimension": "d", "weight": 33.36, "normalise": {"flag": [100, 40]}}, {"code": "y", "dimension": "d", "weight": 66.64, "normalise": {"flag": [0, -1]}}]}', '{"x": false, "y": true}', t)), '{true,false}', 'a target is reached by the score as it rounds');

SELECT throws_ok(format('SELECT score_sum_if(one(''{"linear": [0, 1]}''), ''{}'', NULL, ''{x}'', %L, %L)', n, v), '22023', m, m) FROM (VALUES ('{NaN}', NULL, 'the normalised values have NaN at place 1'), ('{NULL}', '{-Infinity}', 'the numbers have infinity at place 1')) AS v(n, v, m);
SELECT throws_ok($$SELECT score_sum_if(one('{"flag": true}'), '{}', NULL, '{x}', '{NULL}', '{1}')$$, '22023', 'indicator "x" does not normalise a number', 'a number for a flag');

/* whatever is promised holds once it is in the profile, and nothing better was left out: all normalisers, rules and aggregates */
CREATE FUNCTION pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS 'SELECT choices[1 + floor(random() * cardinality(choices))::int]';
SELECT setseed(0.77);
CREATE FUNCTION random_card() RETURNS scorecard LANGUAGE sql VOLATILE AS $$
	SELECT jsonb_build_object('name', 'r', 'total', 300, 'weights', 'relative', 'aggregate', pick('weighted', 'weighted', 'geometric'), 'digits', jsonb_build_object('points', pick('0', '2', '6', '12')::int, 'score', 0),
		'dimensions', jsonb_build_array('{"code": "d", "weight": 1}'::jsonb, jsonb_build_object('code', 'e', 'weight', 2, 'aggregate', pick('weighted', 'best', 'minimum', 'harmonic'))),
		'indicators', (SELECT jsonb_agg(jsonb_build_object('code', code, 'dimension', pick('d', 'e'), 'weight', 20 + 20 * n, 'normalise', norm::jsonb, 'missing', pick(VARIADIC rules)) || pick('{}', '{}', '{"cap": 17.5}')::jsonb)
			FROM (VALUES (1, 'x1', pick('{"linear": [3, 11]}', '{"linear": [11, 3]}', '{"log": [2, 20]}', '{"logistic": {"middle": 7, "slope": 0.5}}'), '{zero,reweight,lowest,undecided,median}'::text[]),
				(2, 'x2', pick('{"bins": [[0, 33.3333333333333], [4, 66.6666666666667], [9.5, 100]]}', '{"bins": [[null, 100], [6, -50.5], [8, 20]]}', '{"bins": [[2, -10], [5, -30]]}', '{"per_unit": {"cap": 7}}'), '{zero,reweight,lowest,undecided,mean}'),
				(3, 'x3', pick('{"per_unit": {"points": 2.5}}', '{"per_unit": {"points": -7, "cap": 4.5}}', '{"per_unit": {"points": 7, "cap": 3}}', '{"per_unit": {"cap": 11}}'), '{zero,reweight,lowest,undecided,median}'),
				(4, 'x4', pick('{"flag": true}', '{"flag": [10, 60.5]}', '{"category": {"a": 30, "b": 70}}', '{"category": {"a": 30}, "else": 40}', '{"set": {"a": 30, "b": 90}}', '{"set": {"a": -30, "b": -9}, "best": true}', '{"set": {"a": 30, "b": 20}, "best": true, "cap": 25}'), '{zero,reweight,lowest,undecided}'),
				(5, 'x5', pick('{"percentile": {"direction": "less"}}', '{"percentile": {"winsorise": [0.2, 0.8]}}', '{"zscore": {"scale": [50, 20]}}', '{"minmax": {"range": [90, 10]}}', '{"rank": {"group": ["g"], "least": 3}}', '{"leader": true}'), '{zero,reweight,undecided,median}')) AS v(n, code, norm, rules)))::scorecard
$$;
CREATE TEMP TABLE firm AS SELECT i, profile(jsonb_strip_nulls(jsonb_build_object('g', pick('u', 'v', NULL), 'x1', CASE WHEN random() < 0.8 THEN floor(random() * 30) / 2 END, 'x2', CASE WHEN random() < 0.8 THEN floor(random() * 24 - 2) / 2 END,
	'x3', CASE WHEN random() < 0.8 THEN floor(random() * 10 - 1) END, 'x5', CASE WHEN random() < 0.9 THEN floor(random() * 12) END, 'x4', pick('true', 'false', '"a"', '"b"', '["a"]', '["b"]', '[]', '["a", "b", "c"]', NULL)::jsonb))) AS p FROM generate_series(1, 30) AS i;
CREATE TEMP TABLE chosen AS SELECT n, (SELECT fit(r.card, f.p) FROM firm AS f) AS card FROM (SELECT n, random_card() AS card FROM generate_series(1, 15) AS n) AS r;
CREATE FUNCTION total(card scorecard, p profile) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT points FROM score_detail(card, p) WHERE level = 'total' $$;
CREATE FUNCTION unknown(card scorecard, p profile, at text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT missing FROM score_detail(card, p) WHERE level = 'indicator' AND code = at $$;
CREATE TEMP TABLE best AS SELECT s.*, b.points AS most, unknown(s.card, s.p, s.at) AND s.rule = 'reweight' AS left_out
	FROM (SELECT c.n, f.i, c.card, f.p, v.* FROM chosen AS c JOIN firm AS f ON f.i % 5 = c.n % 5, LATERAL (SELECT i.code AS at, i.normaliser AS norm, i.missing AS rule FROM scorecard_items(c.card) AS i) AS v) AS s,
		LATERAL (SELECT t.p, total(s.card, s.p || t.p) AS points FROM (SELECT jsonb_build_object(s.at, x)::profile AS p FROM
			(SELECT to_jsonb(g) AS x FROM unnest('{-1e9,-1,0,1,2,2.5,3,4,4.5,5,6,7,7.5,8,9,9.5,11,20,1e9}'::numeric[]) AS g WHERE s.at <> 'x4' UNION ALL SELECT unnest('{true,false,"\"a\"","\"b\"","\"c\"",[],"[\"a\"]","[\"b\"]","[\"a\", \"b\"]"}'::jsonb[]) WHERE s.at = 'x4') AS g) AS t
			WHERE NOT unknown(s.card, s.p || t.p, s.at) ORDER BY 2 DESC LIMIT 1) AS b;
CREATE TEMP TABLE told AS SELECT s.*, i.*, round(total(s.card, s.p), 12) AS now FROM (SELECT DISTINCT n, i AS firm, card, p FROM best) AS s, LATERAL improve(s.card, s.p, 150) AS i;
SELECT cmp_ok(count(*), '>', 120::bigint, 'many improvements') FROM told WHERE next_value IS NOT NULL;
SELECT is(count(*), 0::bigint, '... of which each next value brings what is promised') FROM told
	WHERE total(card, p || jsonb_build_object(code, next_value)::profile) - now <> next_gain OR score(card, p || jsonb_build_object(code, next_value)::profile) <> round(now + next_gain);
SELECT is(count(*), 0::bigint, '... and the best of all values no more and no less, but for units without end')
	FROM best AS b LEFT JOIN told AS t ON (t.n, t.firm, t.code) = (b.n, b.i, b.at) WHERE b.most - total(b.card, b.p) IS DISTINCT FROM t.gain AND NOT (t.gain IS NULL AND (b.most <= total(b.card, b.p) OR b.left_out))
		AND NOT (b.norm ? 'per_unit' AND b.norm #> '{per_unit,cap}' IS NULL AND t.gain = t.next_gain);

SELECT is_empty('SELECT * FROM c, scorecard_diff(card, card)', 'equal cards');
SELECT results_eq($$SELECT d.* FROM c, scorecard_diff(card, jsonb_set(jsonb_set(card::jsonb, '{indicators,0,weight,large}', '25'), '{indicators,3,weight,large}', '15')::scorecard) AS d$$,
	$$VALUES ('indicators[n].weight.large', '20'::jsonb, '15'::jsonb), ('indicators[x].weight.large', '20', '25')$$, 'weights, by the codes of their indicators');
SELECT results_eq($$SELECT d.path, d.after FROM c, scorecard_diff(card, jsonb_set(card::jsonb, '{indicators,1,normalise,bins,1,0}', '11')::scorecard) AS d$$,
	$$VALUES ('indicators[y].normalise.bins', '[[0, 20], [11, 60], [20, 100]]'::jsonb)$$, 'bins as a whole');
SELECT results_eq($$SELECT d.path FROM c, scorecard_diff(card, jsonb_set(card::jsonb, '{ratings}', '[{"grade": "A", "from": 50}, {"grade": "B", "from": 40}]')::scorecard) AS d$$,
	$$VALUES ('ratings[B].from')$$, 'a grade that is new');
SELECT * FROM finish();
