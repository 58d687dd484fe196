-- sensitivity(): its spread of ranks against the same trials put together by hand.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT plan(32);
CREATE TABLE model (kind text, card scorecard);
INSERT INTO model VALUES
('weighted', '{"name": "w", "segment": "stage", "segments": ["s", "g"], "dimensions": [{"code": "d"}], "indicators": [
	{"code": "a", "dimension": "d", "normalise": {"linear": [0, 80]}, "weight": {"s": 30, "g": 20}},
	{"code": "b", "dimension": "d", "normalise": {"log": [1, 1000]}, "weight": 40},
	{"code": "c", "dimension": "d", "normalise": {"bins": [[null, 10], [20, 40], [30, 60], [70, 100]]}, "weight": {"s": 10, "g": 20}},
	{"code": "e", "dimension": "d", "normalise": {"per_unit": {"cap": 8}}, "weight": 15, "missing": "zero"},
	{"code": "f", "dimension": "d", "normalise": {"flag": true}, "weight": {"s": 5, "g": 5}}]}'),
('sum', '{"name": "s", "aggregate": "sum", "dimensions": [{"code": "d"}], "indicators": [
	{"code": "a", "dimension": "d", "normalise": {"bins": [[0, 3], [40, 12.5]]}},
	{"code": "e", "dimension": "d", "normalise": {"per_unit": {"points": 2, "cap": 5}}},
	{"code": "f", "dimension": "d", "normalise": {"flag": [20, -5]}},
	{"code": "t", "dimension": "d", "normalise": {"category": {"x": 9, "y": 4}, "else": 1}},
	{"code": "m", "dimension": "d", "normalise": {"set": {"x": 9, "y": 4}, "cap": 10}}]}');
SELECT setseed(0.17);
CREATE TABLE firm AS
SELECT i, 'firm ' || i AS id, profile(x) AS profile FROM generate_series(1, 40) AS i, LATERAL (
	SELECT (ARRAY['s', 'g'])[1 + i % 2] AS stage, CASE WHEN i = 7 THEN NULL ELSE round((random() * 100)::numeric, 1) END AS a,
		round(exp(random() * 7)::numeric, 2) AS b, round((random() * 100)::numeric) AS c, floor(random() * 10)::numeric AS e,
		random() < 0.5 AS f, (ARRAY['x', 'y', 'z'])[1 + i % 3] AS t, (ARRAY['{x}', '{x,y}', '{}'])[1 + i % 3]::text[] AS m) AS x;
CREATE VIEW gathered AS SELECT array_agg(id ORDER BY i) AS ids, array_agg(profile ORDER BY i) AS profiles FROM firm;

-- ---- the cards of the trials ----
CREATE TABLE trial AS SELECT kind, card, t, varied(card, 42, t, 0.3, 0.5) AS v FROM model, generate_series(1, 200) AS t;
SELECT is((SELECT count(DISTINCT v) FROM trial), 400::bigint, 'each trial has a card of its own');
SELECT is((SELECT count(*) FROM model WHERE varied(card, 42, 0) = card), 2::bigint, 'trial 0 is the card itself');
SELECT is((SELECT count(*) FROM model WHERE varied(card, 42, 5, 0, 0) = card), 2::bigint, 'and so is a trial without spread');
SELECT is((SELECT count(*) FROM trial WHERE varied(card, 42, t, 0.3, 0.5) <> v), 0::bigint, 'the same seed, the same card');
SELECT is((SELECT count(*) FROM trial WHERE varied(card, 43, t, 0.3, 0.5) = v), 0::bigint, 'another seed, another card');
CREATE VIEW weight AS
SELECT t, o.segment, o.code, o.weight AS old, n.weight AS new
FROM trial, scorecard_items(card) AS o JOIN LATERAL scorecard_items(v) AS n USING (code, segment) WHERE kind = 'weighted';
SELECT is((SELECT count(*) FROM (SELECT sum(new) AS s FROM weight GROUP BY t, segment) AS g WHERE s = 100), 400::bigint, 'weights sum to the total in every segment and trial');
-- before rescaling a factor is 0.7 to 1.3, so two of them are apart by 1.3 / 0.7 at most
SELECT ok((SELECT max(r) <= 1.3 / 0.7 AND max(r) > 1.5 FROM (SELECT max(new / old) / min(new / old) AS r FROM weight GROUP BY t, segment) AS g), 'they vary as far as is said, and no further');
SELECT is((SELECT count(*) FROM (SELECT max(new / old) - min(new / old) AS d FROM weight WHERE code = 'b' GROUP BY t) AS g WHERE d = 0), 0::bigint, 'each segment is rescaled for itself');
SELECT ok((SELECT bool_and(low BETWEEN -20 AND 20 AND high BETWEEN 60 AND 100) AND max(low) > 15 AND min(low) < -15 AND max(high) > 95 AND min(high) < 65
	FROM (SELECT (jsonb(v) #>> '{indicators,0,normalise,linear,0}')::numeric AS low, (jsonb(v) #>> '{indicators,0,normalise,linear,1}')::numeric AS high
		FROM trial WHERE kind = 'weighted') AS g), 'goalposts move by a quarter of their distance at spread 0.5');
SELECT ok((SELECT bool_and(low BETWEEN 0.177 AND 5.63 AND high BETWEEN 177 AND 5630)
	FROM (SELECT (jsonb(v) #>> '{indicators,1,normalise,log,0}')::numeric AS low, (jsonb(v) #>> '{indicators,1,normalise,log,1}')::numeric AS high
		FROM trial WHERE kind = 'weighted') AS g), 'those of a logarithm by a quarter of its distance');
SELECT ok((SELECT bool_and(jsonb(v) #> '{indicators,2,normalise,bins,0}' = '[null, 10]' AND e1 BETWEEN 17.5 AND 22.5 AND e2 BETWEEN 27.5 AND 32.5 AND e3 BETWEEN 60 AND 80)
	AND count(DISTINCT e1) = 200
	FROM (SELECT v, (jsonb(v) #>> '{indicators,2,normalise,bins,1,0}')::numeric AS e1, (jsonb(v) #>> '{indicators,2,normalise,bins,2,0}')::numeric AS e2,
		(jsonb(v) #>> '{indicators,2,normalise,bins,3,0}')::numeric AS e3 FROM trial WHERE kind = 'weighted') AS g), 'edges of bins by a quarter of the way to the nearer one');
SELECT ok((SELECT bool_and((jsonb(v) #>> '{indicators,3,normalise,per_unit,cap}')::numeric BETWEEN 6 AND 10) FROM trial WHERE kind = 'weighted'), 'caps by a quarter of themselves');
SELECT ok((SELECT bool_and(abs((n #>> '{0,normalise,bins,1,1}')::numeric / (n #>> '{0,normalise,bins,0,1}')::numeric - 12.5 / 3) < 1e-9)
	AND bool_and((n #>> '{2,normalise,flag,0}')::numeric / (n #>> '{2,normalise,flag,1}')::numeric = -4)
	AND bool_and((n #>> '{3,normalise,category,x}')::numeric / (n #>> '{3,normalise,else}')::numeric = 9)
	AND bool_and((n #>> '{4,normalise,set,x}')::numeric / coalesce(n #>> '{4,normalise,cap}', '100')::numeric = 0.9)
	AND bool_and((n #>> '{1,normalise,per_unit,points}')::numeric BETWEEN 1.4 AND 2.6) AND stddev((n #>> '{1,normalise,per_unit,points}')::numeric) > 0.2
	FROM (SELECT jsonb(v) -> 'indicators' AS n FROM trial WHERE kind = 'sum') AS g), 'in a sum the points of an indicator vary together');
SELECT ok(s.v #>> '{cases,1,points}' = format('b * %s', s.v ->> 'else') AND (s.v #>> '{cases,0,points}')::numeric = 4 * (s.v ->> 'else')::numeric AND s.v ->> 'else' <> '1', 'and those of cases, formulas too')
FROM (SELECT jsonb(varied('{"name": "c", "aggregate": "sum", "dimensions": [{"code": "d"}], "indicators": [{"code": "a", "dimension": "d", "normalise":
	{"cases": [{"when": "f", "points": 4}, {"when": "true", "points": "b"}], "else": 1}}]}', 42, 1)) #> '{indicators,0,normalise}' AS v) AS s;
SELECT throws_ok($$SELECT varied(card, 1, 1, 1.5) FROM model$$, '22023', 'spread of 1.5 for weights, 0 for edges', 'too wide a spread of weights');
SELECT throws_ok($$SELECT varied(card, 1, 1, 0.5, 1) FROM model$$, '22023', NULL, 'too wide a spread of edges');
SELECT is((SELECT varied(card, 1, NULL) FROM model LIMIT 1), NULL, 'NULL of a NULL');
-- the numbers behind it are even
SELECT ok((SELECT abs(avg(u) - 0.5) < 0.005 AND abs(stddev(u) - sqrt(1 / 12.0)) < 0.005 AND min(u) >= 0 AND max(u) < 1 AND abs(corr(u, v)) < 0.02
	FROM (SELECT statistics_uniform(1, i, 1) AS u, statistics_uniform(1, i, 2) AS v FROM generate_series(1, 20000) AS i) AS s), 'even numbers');

-- ---- the spread of ranks ----
CREATE TABLE spread AS SELECT kind, s.* FROM model, gathered, sensitivity(card, ids, profiles, 200, 42, 0.3, 0.5) AS s;
SELECT results_eq($$SELECT kind, id, round(median, 6), round(low, 6), round(high, 6), best, worst, scored FROM spread WHERE scored > 0 ORDER BY kind, id$$,
	$$SELECT kind, id, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY place)::numeric, 6), round(percentile_cont(0.05) WITHIN GROUP (ORDER BY place)::numeric, 6),
		round(percentile_cont(0.95) WITHIN GROUP (ORDER BY place)::numeric, 6), min(place)::bigint, max(place)::bigint, count(*)
	FROM (SELECT kind, id, t, 1 + count(*) FILTER (WHERE other > own) AS place FROM (
		SELECT a.kind, a.t, a.id, a.s AS own, b.s AS other FROM (SELECT kind, t, id, score_exact(v, profile) AS s FROM trial, firm) AS a
			JOIN (SELECT kind, t, score_exact(v, profile) AS s FROM trial, firm) AS b USING (kind, t) WHERE a.s IS NOT NULL) AS pair
		GROUP BY kind, t, id) AS ranked GROUP BY kind, id ORDER BY kind, id$$, 'the spread is that of the trials, put together by hand');
SELECT results_eq($$SELECT id, score, rank FROM spread WHERE kind = 'weighted' AND score IS NOT NULL ORDER BY rank, id$$,
	$$SELECT id, s, rank() OVER (ORDER BY s DESC) FROM (SELECT id, score(card, profile) AS s FROM firm, model WHERE kind = 'weighted') AS x WHERE s IS NOT NULL ORDER BY 3, 1$$,
	'score and rank are the card''s own');
SELECT is((SELECT (score, rank, median, best, scored)::text FROM spread WHERE kind = 'weighted' AND id = 'firm 7'), '(,,,,0)', 'one without a score has no rank');
SELECT ok((SELECT bool_and(best <= low AND low <= median AND median <= high AND high <= worst) AND max(worst - best) > 5 FROM spread), 'in order, and it does spread');
SELECT is((SELECT count(*) FROM model, gathered, sensitivity(card, ids, profiles, 20, 1, 0, 0) WHERE best <> rank OR worst <> rank), 0::bigint, 'without spread there is none');
SELECT throws_ok($$SELECT sensitivity(card, ids || 'x'::text, profiles) FROM model, gathered$$, '22023', '41 ids for 40 profiles', 'one id too many');
SELECT is((SELECT count(*) FROM gathered, sensitivity(NULL, ids, profiles)), 0::bigint, 'nothing of no card');

-- ---- trees: what the card fixes stays fixed ----
CREATE TABLE tree AS SELECT kind, card::scorecard AS card FROM (VALUES
('absolute', '{"name": "a", "dimensions": [{"code": "d"}, {"code": "e", "aggregate": "best"}, {"code": "more", "bonus": true}], "indicators": [
	{"code": "a", "dimension": "d", "normalise": {"linear": [0, 10]}, "weight": 50}, {"code": "b", "dimension": "d", "normalise": {"linear": [0, 10]}, "weight": 30},
	{"code": "c", "dimension": "e", "normalise": {"linear": [0, 10]}, "weight": 20}, {"code": "f", "dimension": "e", "normalise": {"linear": [0, 10]}, "weight": 15},
	{"code": "g", "dimension": "more", "normalise": {"linear": [0, 10]}, "weight": 6}, {"code": "h", "dimension": "more", "normalise": {"linear": [0, 10]}, "weight": 4}]}'),
('relative', '{"name": "r", "weights": "relative", "dimensions": [{"code": "d", "weight": 2}, {"code": "e", "weight": 1}], "indicators": [
	{"code": "a", "dimension": "d", "normalise": {"linear": [0, 10]}, "weight": 1}, {"code": "b", "dimension": "d", "normalise": {"linear": [0, 10]}, "weight": 1}, {"code": "c", "dimension": "e", "normalise": {"linear": [0, 10]}, "weight": 1}]}')) AS v (kind, card);
CREATE TABLE tried AS SELECT kind, t, i.* FROM tree, generate_series(1, 100) AS t, scorecard_items(varied(card, 7, t, 0.4)) AS i;
SELECT is((SELECT array_agg(DISTINCT (c, f)) FROM (SELECT max(weight) FILTER (WHERE code = 'c') AS c, max(weight) FILTER (WHERE code = 'f') AS f FROM tried WHERE kind = 'absolute' GROUP BY t) AS g)::text, '{"(20,15)"}', 'weights of which the best counts stay');
SELECT is((SELECT array_agg(DISTINCT (d, m)) FROM (SELECT sum(weight) FILTER (WHERE dimension = 'd') AS d, sum(weight) FILTER (WHERE dimension = 'more') AS m FROM tried WHERE kind = 'absolute' GROUP BY t) AS g)::text, '{"(80.000000000,10.000000000)"}', 'the sums of what adds up and of the bonus too');
SELECT is((SELECT count(DISTINCT weight) FROM tried WHERE kind = 'absolute' AND code = 'g'), 100::bigint, 'within the bonus they vary');
SELECT ok((SELECT bool_and(x BETWEEN 2 * 0.6 / 1.4 AND 2 * 1.4 / 0.6) AND max(x) > 3 AND min(x) < 1.2 FROM (SELECT sum(possible) FILTER (WHERE dimension = 'd') / sum(possible) FILTER (WHERE dimension = 'e') AS x FROM tried WHERE kind = 'relative' GROUP BY t) AS g), 'shares of dimensions vary as far as is said');

-- ---- other normalisers and aggregates: each trial draws a card ----
CREATE TABLE pair AS SELECT '{"name": "p", "dimensions": [{"code": "d"}], "indicators": [{"code": "x", "dimension": "d", "normalise": {"linear": [0, 10]}, "weight": 50}, {"code": "y", "dimension": "d", "normalise": {"linear": [0, 10]}, "weight": 50}]}'::scorecard AS card,
	'{"name": "p", "aggregate": "geometric", "dimensions": [{"code": "d", "aggregate": "geometric"}], "indicators": [{"code": "x", "dimension": "d", "normalise": {"linear": [0, 10]}, "weight": 50}, {"code": "y", "dimension": "d", "normalise": {"linear": [0, 10]}, "weight": 50}]}'::scorecard AS other,
	'{one,two}'::text[] AS ids, ARRAY['{"x": 9, "y": 1}', '{"x": 4, "y": 4}']::profile[] AS profiles;
SELECT is((SELECT array_agg((id, rank, best, worst, scored)::text ORDER BY id) FROM pair, sensitivity(card, ids, profiles, 200, 3, 0, 0, NULL, ARRAY[other])), '{"(one,1,1,2,200)","(two,2,1,2,200)"}', 'a geometric mean turns the ranks round, where it is drawn');
SELECT is((SELECT array_agg(worst ORDER BY id) FROM pair, sensitivity(card, ids, profiles, 200, 3, 0, 0)), '{1,2}', 'the card alone does not');
SELECT ok((SELECT count(*) BETWEEN 70 AND 130 FROM generate_series(1, 200) AS t WHERE statistics_uniform(3, t, 0) < 0.5), 'both are drawn about as often');
SELECT * FROM finish();
