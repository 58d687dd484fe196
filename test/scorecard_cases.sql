-- The normaliser "cases", the initial score and reason codes, against the same CASE in plain SQL.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT plan(34);
CREATE FUNCTION card_of(normalise text, rest text DEFAULT '', head text DEFAULT '') RETURNS scorecard LANGUAGE sql AS $$
	SELECT format('{"name": "n", "aggregate": "sum", "digits": {"points": 3, "score": 3}, "dimensions": [{"code": "k"}], "indicators": [{"code": "i", "dimension": "k", "normalise": %s %s}] %s}', normalise, rest, head)::scorecard
$$;
SELECT setseed(0.3);
CREATE TABLE subject AS SELECT i, a, b, t, profile(x) AS p FROM generate_series(1, 600) AS i, LATERAL (SELECT
	CASE WHEN i % 7 = 0 THEN NULL ELSE trim_scale(round((random() * 40 - 10)::numeric, i % 3)) END AS a, CASE WHEN i % 5 = 0 THEN NULL ELSE floor(random() * 6)::numeric END AS b,
	CASE WHEN i % 4 > 0 THEN (ARRAY['x', 'y', 'z'])[1 + i % 3] END AS t) AS x;
CREATE TABLE model AS SELECT card_of($${"cases": [{"when": "a > 20 AND t = 'x'", "points": -7.25}, {"when": "a / b >= 2", "points": "a / b"}, {"when": "t <> 'y'", "points": "b * 1.5 - 20"}, {"when": "a IS NULL", "points": 4}]}$$, '', ', "initial": -1.5') AS card,
	card_of($${"cases": [{"when": "a > 20 AND t = 'x'", "points": -7.25}, {"when": "a / b >= 2", "points": "a / b"}, {"when": "t <> 'y'", "points": "b * 1.5 - 20"}, {"when": "a IS NULL", "points": 4}], "else": 9}$$, ', "missing": "zero"') AS other;
CREATE VIEW plain AS SELECT *, CASE WHEN a > 20 AND t = 'x' THEN -7.25 WHEN a / nullif(b, 0) >= 2 THEN a / b WHEN t <> 'y' THEN b * 1.5 - 20 WHEN a IS NULL THEN 4 END AS v,
	a > 20 AND t = 'x' OR a / nullif(b, 0) >= 2 OR t <> 'y' OR a IS NULL AS any_case FROM subject;
SELECT is((SELECT count(*) FROM plain, model WHERE score(card, p) IS DISTINCT FROM round(v, 3) - 1.5), 0::bigint, 'the first case that is true, from the initial score; where none is, no score');
SELECT is((SELECT count(*) FROM plain, model WHERE score(other, p) IS DISTINCT FROM round(CASE WHEN any_case IS TRUE THEN coalesce(v, 0) ELSE 9 END, 3)), 0::bigint, 'else; points that are unknown follow the rule for missing values');
SELECT is((SELECT count(*) FROM plain, model WHERE score(card, p) IS DISTINCT FROM score_exact(card, p) OR score(other, p) IS DISTINCT FROM score_exact(other, p)), 0::bigint, 'fast and exact agree');
SELECT ok((SELECT count(DISTINCT v) > 50 AND count(*) > count(v) FROM plain), 'there is something to tell apart');
SELECT is((SELECT count(*) FROM subject, model, LATERAL (SELECT sum(points) FILTER (WHERE level = 'indicator') AS parts, max(points) FILTER (WHERE level = 'total') AS total FROM score_detail(card, p)) AS d
	WHERE total IS DISTINCT FROM coalesce(parts, 0) - 1.5 OR (score(card, p) IS NOT NULL AND score(card, p) <> total)), 0::bigint, 'the breakdown and the initial score add up');
SELECT is(score(card_of('{"cases": [{"when": "false", "points": 1}, {"when": "true", "points": 2}, {"when": "true", "points": 3}]}'), '{}'), 2.000, 'constants as conditions');
SELECT is(score(card_of('{"cases": [{"when": "a > 1", "points": 5}, {"when": "a <= 1", "points": -4}]}', ', "missing": "lowest"'), '{}'), -4.000, 'the lowest points of all cases');
SELECT is(card_of('{"else": 1.50, "cases": [{"reason": "R", "points": " b*2", "when": "(a>1)"}]}', ', "reason": "Q", "baseline": 3.0', ', "reasons": "below", "initial": 0')::text,
	'{"name": "n", "digits": {"points": 3, "score": 3}, "aggregate": "sum", "dimensions": [{"code": "k"}], "indicators": [{"code": "i", "dimension": "k", "normalise": {"cases": [{"when": "a > 1", "points": "b * 2", "reason": "R"}], "else": 1.5}, "baseline": 3, "reason": "Q"}]}',
	'the canonical text');
SELECT is((SELECT count(*) FROM model WHERE card::text::scorecard = card AND jsonb(other)::scorecard = other), 1::bigint, 'which reads back to the same card');
SELECT is((SELECT array_agg(reason ORDER BY n) FROM unnest(ARRAY['{"a": 2}', '{"a": 0, "b": 1}', '{"b": 0}', '{}']) WITH ORDINALITY AS u (p, n), LATERAL (SELECT reason FROM score_detail(card_of($${"cases": [{"when": "a > 1", "points": 1, "reason": "R"}, {"when": "b = 1", "points": 2}]}$$, ', "reason": "Q"'), p::profile) WHERE level = 'indicator') AS d),
	'{R,Q,"missing: undecided","missing: undecided"}', 'the reason of the case, else of the indicator');
SELECT is((SELECT indicators(card) FROM model), '{a,b,t}', 'what the cases read');
SELECT is(score('{"name": "n", "initial": 10, "dimensions": [{"code": "k"}], "indicators": [{"code": "i", "dimension": "k", "weight": 100, "normalise": {"cases": [{"when": "a > 1", "points": 30}], "else": 4}}]}', '{"a": 2}'), 40.00, 'a weighted card may have them too');
CREATE FUNCTION wrong(message text, card text, name text) RETURNS text LANGUAGE sql AS $$ SELECT throws_ok(format('SELECT card_of(%s)', card), '22023', 'invalid scorecard: ' || message, name) $$;
SELECT wrong('indicators[0].normalise must have 1 to 1000 cases', $$'{"cases": []}'$$, 'no case');
SELECT wrong('indicators[0].normalise.cases[0].when is missing', $$'{"cases": [{"points": 1}]}'$$, 'no condition');
SELECT wrong('indicators[0].normalise.cases[1].points is missing', $$'{"cases": [{"when": "a > 1", "points": 1}, {"when": "true"}]}'$$, 'no points');
SELECT wrong('indicators[0].normalise.cases[0].then is not known', $$'{"cases": [{"when": "a > 1", "points": 1, "then": 1}]}'$$, 'an unknown key');
SELECT wrong('indicators[0].value has no place where there are cases', $$'{"cases": [{"when": "a > 1", "points": 1}]}', ', "value": "a"'$$, 'a value beside the cases');
SELECT wrong('indicators[0].baseline must be a number', $$'{"flag": true}', ', "baseline": "x"'$$, 'a baseline that is no number');
SELECT wrong('reasons must be "below" or "above"', $$'{"flag": true}', '', ', "reasons": "up"'$$, 'another way of reasons');
SELECT throws_ok($$SELECT card_of('{"cases": [{"when": "a + 1", "points": 1}]}')$$, '42804', NULL, 'a condition that is none');
SELECT throws_ok($$SELECT card_of('{"cases": [{"when": "a > 1", "points": "t = ''x''"}]}')$$, '42804', NULL, 'points that are none');
-- one value cannot be two things
CREATE FUNCTION read_as(places text, head text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM format('{"name": "n", "aggregate": "sum", "dimensions": [{"code": "k"}], %s "indicators": [{"code": "x", "dimension": "k", "normalise": {"linear": [0, 1]}}, {"code": "y", "dimension": "k", %s}]}', head, places)::scorecard;
	RETURN 'accepted';
EXCEPTION WHEN invalid_parameter_value THEN
	RETURN SQLERRM;
END $$;
SELECT results_eq($$SELECT read_as(p, h) FROM (VALUES (1, '"value": "x", "normalise": {"category": {"a": 1}}', ''), (2, '"normalise": {"cases": [{"when": "x", "points": 1}]}', ''), (3, '"normalise": {"rank": {"group": ["x"]}}', ''),
	(4, '"normalise": {"flag": true}', '"overrides": [{"when": "''a'' = ANY (x)", "at_most": "B"}],'), (5, '"normalise": {"flag": true}', '"segment": "x", "segments": ["a", "b"],'), (6, '"value": "age_in_months(x)", "normalise": {"linear": [0, 1]}', ''), (7, '"value": "x IS NULL AND y > z - x AND founded - listed > 9 AND listed > DATE ''2000-01-01''", "normalise": {"flag": true}', '')) AS v(n, p, h) ORDER BY n$$,
	$$VALUES ('invalid scorecard: indicators[1].value reads "x" as a text, but indicators[0].value as a number'), ('invalid scorecard: indicators[1].normalise.cases[0].when reads "x" as a boolean, but indicators[0].value as a number'), ('invalid scorecard: indicators[1].normalise.rank.group[0] reads "x" as a text, but indicators[0].value as a number'),
	('invalid scorecard: overrides[0].when reads "x" as a set, but indicators[0].value as a number'), ('invalid scorecard: indicators[0].value reads "x" as a number, but segment as a text'), ('invalid scorecard: indicators[1].value reads "x" as a date, but indicators[0].value as a number'), ('accepted')$$, 'a code that is read as two things');
SELECT is(score('{"name": "n", "aggregate": "sum", "dimensions": [{"code": "k"}], "indicators": [{"code": "x", "dimension": "k", "value": "a - b", "normalise": {"linear": [0, 100]}}, {"code": "y", "dimension": "k", "value": "a", "normalise": {"category": {"2020-03-01": 5}}}, {"code": "z", "dimension": "k", "value": "a >= DATE ''2020-03-01''", "normalise": {"flag": true}}]}',
	'{"a": "2020-03-01", "b": "2020-02-01"}'), 134.00, '... and dates, which are read as days apart and as texts too');
SELECT results_eq($$SELECT t.code, t.types FROM indicator_types('{"name": "n", "segment": "stage", "segments": ["a", "b"], "dimensions": [{"code": "k"}], "indicators": [{"code": "x", "dimension": "k", "value": "a - b", "normalise": {"linear": [0, 100]}, "weight": {"a": 50, "b": 60}},
	{"code": "y", "dimension": "k", "value": "a >= DATE ''2020-03-01'' AND k", "normalise": {"flag": true}, "weight": {"a": 40, "b": 30}}, {"code": "titles", "dimension": "k", "normalise": {"set": {"t": 10}}, "weight": 10}]}') AS t ORDER BY t.code$$,
	$$VALUES ('a', '{date}'::text[]), ('b', '{number,date}'), ('k', '{boolean}'), ('stage', '{text,date}'), ('titles', '{set}')$$, '... and it is told what they can be');
-- weights of 24ths: half of them is a half
SELECT is((SELECT array_agg(score(format('{"name": "r", "weights": "relative", "coverage": %s, "dimensions": [{"code": "d", "weight": 1}], "indicators": [%s]}', c,
		(SELECT string_agg(format('{"code": "x%s", "dimension": "d", "weight": %s, "normalise": {"linear": [0, 10]}, "missing": "reweight"}', n, w), ', ') FROM unnest('{10,2,5,2,5}'::int[]) WITH ORDINALITY AS u (w, n)))::scorecard,
		'{"x2": 1, "x3": 2, "x5": 3}') ORDER BY c) FROM unnest('{0.5,0.5000000001}'::numeric[]) AS c), '{22.50,NULL}', 'coverage that is just reached');
SELECT is((SELECT array_agg(s.coverage ORDER BY n) FROM unnest('{0,0.12344,0.12345}'::numeric[]) WITH ORDINALITY AS u (c, n), score_status(format('{"name": "r", "total": 100000000000003629, "coverage": %s, "dimensions": [{"code": "d"}], "indicators": [
	{"code": "x", "dimension": "d", "weight": 12345000000000448, "normalise": {"flag": true}}, {"code": "y", "dimension": "d", "weight": 87655000000003181, "normalise": {"flag": true}, "missing": "reweight"}]}', c)::scorecard, '{"x": true}') AS s),
	'{0.1234,0.1234,0.1234}', 'coverage that is shown is rounded once');
-- quotients that have no end are divided once, last
SELECT is((SELECT array_agg(score_exact(format('{"name": "r", "total": %s, "digits": {"points": %s, "score": %2$s}, "dimensions": [{"code": "d"}], "indicators": [{"code": "x", "dimension": "d", "weight": %1$s, "normalise": %3$s}]}', w, d, n)::scorecard, '{"x": 2}') ORDER BY k)
	FROM (VALUES (1, 13.75, 0, '{"linear": [0, 11]}'), (2, 13.75, 0, '{"per_unit": {"cap": 11}}'), (3, 13.75, 0, '{"linear": [11, 0]}'), (4, 11, 0, '{"linear": [4, 15], "clamp": false}'), (5, 13.75, 0, '{"linear": [4, 15], "clamp": false}'),
		(6, 1e15, 12, '{"linear": [0, 6]}'), (7, 13.75, 0, '{"linear": [0, 11.000000000000000000000000000001]}')) AS v (k, w, d, n)), '{3,3,11,-2,-3,333333333333333.333333333333,2}', 'ties on paper are ties');
SELECT is((SELECT (next_value, next_gain)::text FROM improve('{"name": "r", "total": 13.75, "digits": {"points": 0, "score": 0}, "dimensions": [{"code": "d"}], "indicators": [{"code": "x", "dimension": "d", "weight": 13.75, "normalise": {"per_unit": {"cap": 11}}}]}', '{"x": 1}')), '(2,2)', '... where one unit more is promised as well');
SELECT is((SELECT next_value FROM improve('{"name": "r", "digits": {"points": 0, "score": 0}, "dimensions": [{"code": "d"}], "indicators": [{"code": "x", "dimension": "d", "weight": 100, "normalise": {"bins": [[1, 33.4], [5, 80]]}}]}', '{"x": 2}')), 5::numeric, '... and the own bin is not the next one');
-- nothing is stated twice
CREATE FUNCTION doubled(document text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM document::scorecard;
	RETURN 'accepted';
EXCEPTION WHEN invalid_parameter_value THEN
	RETURN SQLERRM;
END $$;
SELECT is(doubled('{"name": "r", "total": 100, "total": 1}'), 'invalid scorecard: total is there twice', 'a key twice');
SELECT is(doubled('{"name": "r", "indicators": [{"code": "a"}, {"code": "x", "normalise": {"category": {"p": 1, "\u0070": 2}}}]}'), 'invalid scorecard: indicators[1].normalise.category.p is there twice', '... somewhere within, written otherwise');
SELECT is(doubled('{"name": "r", "x": [[], [{}, [{"a": [1, {"b": 1}], "c": {}, "a": 2}]]]}'), 'invalid scorecard: x[1][1][0].a is there twice', '... in arrays of arrays');
SELECT is(doubled(card_of('{"category": {"p": 1, "q": 2}}')::text), 'accepted', 'the same key in two objects');
SELECT throws_ok($$SELECT ('{"x":' || repeat('[', 200000))::scorecard$$, '54001', NULL, 'brackets without end');
SELECT * FROM finish();
