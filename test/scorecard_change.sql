/*
 * What moved a score, where the most is to be had, and how two cards differ.
 */
SET search_path = growth_index, public;
SELECT plan(17);
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

SELECT is_empty('SELECT * FROM c, scorecard_diff(card, card)', 'equal cards');
SELECT results_eq($$SELECT d.* FROM c, scorecard_diff(card, jsonb_set(jsonb_set(card::jsonb, '{indicators,0,weight,large}', '25'), '{indicators,3,weight,large}', '15')::scorecard) AS d$$,
	$$VALUES ('indicators[n].weight.large', '20'::jsonb, '15'::jsonb), ('indicators[x].weight.large', '20', '25')$$, 'weights, by the codes of their indicators');
SELECT results_eq($$SELECT d.path, d.after FROM c, scorecard_diff(card, jsonb_set(card::jsonb, '{indicators,1,normalise,bins,1,0}', '11')::scorecard) AS d$$,
	$$VALUES ('indicators[y].normalise.bins', '[[0, 20], [11, 60], [20, 100]]'::jsonb)$$, 'bins as a whole');
SELECT results_eq($$SELECT d.path FROM c, scorecard_diff(card, jsonb_set(card::jsonb, '{ratings}', '[{"grade": "A", "from": 50}, {"grade": "B", "from": 40}]')::scorecard) AS d$$,
	$$VALUES ('ratings[B].from')$$, 'a grade that is new');
SELECT * FROM finish();
