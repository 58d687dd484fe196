-- scorecard: the document, its canonical text, strict errors, scores, ratings, breakdown
SET search_path = growth_index, public;
\set VERBOSITY default

-- a card with everything that has a default left out, and one with all of it said
SELECT $${"indicators": [{"normalise": {"linear": [0, 0.150]}, "weight": 1.0e2, "dimension": "t", "code": "rd"}],
	"dimensions": [{"code": "t"}], "name": "least"}$$::scorecard;
SELECT $${"name": "all", "name_en": "all", "source": "default", "total": 10, "digits": {"points": 4, "score": 1}, "coverage": 0.70,
	"aggregate": "weighted", "segment": "case when age_in_months(founded)<=60 then 'start-up' else 'stable' end", "segments": ["start-up", "stable"],
	"dimensions": [{"name": "技术创新", "code": "t", "name_en": "Technology"}, {"code": "g"}],
	"indicators": [
		{"code": "rd_intensity", "name": "研发强度", "name_en": "R&D", "dimension": "t", "value": "(rd_expense)/revenue", "normalise": {"linear": [0, 0.15]}, "weight": {"stable": 1.50, "start-up": 2}, "missing": "reweight"},
		{"code": "patents", "dimension": "t", "value": "patents", "normalise": {"per_unit": {"cap": 20, "points": 5}}, "weight": {"stable": 2, "start-up": 2}, "missing": "zero"},
		{"code": "revenue", "dimension": "g", "normalise": {"log": [1e6, 2e9]}, "weight": 1, "missing": "undecided"},
		{"code": "growth", "dimension": "g", "normalise": {"bins": [[null, 0], [0, 5e1], [0.10, 100]]}, "weight": {"stable": 3, "start-up": 2.5}, "missing": "lowest"},
		{"code": "listed", "dimension": "g", "normalise": {"flag": [100, 0]}, "weight": 1},
		{"code": "stage", "dimension": "g", "normalise": {"category": {"filed": 60, "listed": 100}, "else": 0}, "weight": 0.5},
		{"code": "honours", "dimension": "g", "normalise": {"set": {"高新技术企业": 40, "小巨人": 60}, "cap": 100, "best": false}, "weight": 1}],
	"ratings": [{"grade": "AA+", "from": 9}, {"grade": "B", "from": 5.0}, {"grade": "C", "from": 0}],
	"overrides": [{"when": "credit_record='dishonest'", "at_most": "C"}, {"at_least": "B", "when": "listed"}]}$$::scorecard AS card \gset
\pset format unaligned
SELECT :'card';
\pset format aligned
SELECT :'card'::jsonb::scorecard = :'card'::scorecard AS by_jsonb, (:'card'::scorecard)::jsonb = :'card'::jsonb AS same_document,
	(:'card'::scorecard)::text = :'card' AS as_text, indicators(:'card'::scorecard);
SELECT * FROM scorecard_items(:'card'::scorecard) LIMIT 4;
SELECT count(DISTINCT c), count(*) FROM (VALUES (:'card'::scorecard), (:'card'::scorecard), ('{"name": "a", "dimensions": [{"code": "d"}], "indicators": [{"code": "x", "dimension": "d", "normalise": {"flag": true}, "weight": 100}]}')) AS v(c);
CREATE TEMP TABLE binary_copy (c scorecard);
INSERT INTO binary_copy VALUES (:'card');
SELECT scorecard_send(c) = convert_to(c::text, 'UTF8') FROM binary_copy;

-- one score by hand: 2 * 0.06 / 0.15 + 2 * 10 / 20 + 0 (under the goalpost) + 2.5 (highest bin) + 0 (not listed) + 0.5 * 60 % + 1 * 40 % = 5.0
SELECT '{"rd_expense": 6, "revenue": 100, "patents": 10, "growth": 0.1, "listed": false, "stage": "filed", "honours": ["高新技术企业", "x"], "founded": "2020-01-01"}'::profile AS p \gset
SELECT score(:'card', :'p', '2024-01-01'), score_exact(:'card', :'p', '2024-01-01'), rating(:'card', :'p', '2024-01-01'), score(:'card', :'p') AS without_date,
	rate(:'card', 9), rate(:'card', 8.9999), rate(:'card', 5), rate(:'card', -1), rate(:'card', 'NaN');
SELECT level, dimension, code, raw, normalised, weight, points, possible, share, missing, reason FROM score_detail(:'card', :'p', '2024-01-01');
SELECT * FROM score_status(:'card', :'p', '2024-01-01');
-- overrides in their order, unknown ones do not apply
SELECT o, rating(:'card', :'p'::profile || o, '2024-01-01') FROM (VALUES ('{}'::profile), ('{"credit_record": "dishonest"}'), ('{"listed": true}'), ('{"credit_record": "dishonest", "listed": true}')) AS v(o);
-- what is missing: left out, zero, lowest, undecided
SELECT o, s.* FROM (VALUES ('rd_expense'), ('patents'), ('growth'), ('stage'), ('founded')) AS v(o), score_status(:'card', :'p'::profile - o, '2024-01-01') AS s;
SELECT code, points, missing, reason FROM score_detail(:'card', :'p'::profile - 'rd_expense' - 'patents' - 'growth', '2024-01-01') WHERE level = 'indicator' AND missing;
SELECT score(:'card', NULL), score(NULL, :'p'), rating(:'card', NULL), (SELECT count(*) FROM score_detail(NULL, :'p')), (SELECT count(*) FROM score_status(:'card', NULL));
-- a sum of points has no weights
SELECT '{"name": "sum", "aggregate": "sum", "total": 100, "dimensions": [{"code": "d"}], "indicators": [
	{"code": "a", "dimension": "d", "normalise": {"bins": [[0, 5], [0.02, 10], [0.05, 20]]}, "missing": "zero"},
	{"code": "b", "dimension": "d", "normalise": {"per_unit": {"points": 2.5}}, "missing": "reweight"},
	{"code": "c", "dimension": "d", "normalise": {"set": {"x": 20, "y": 15}, "best": true}}]}'::scorecard AS sum \gset
SELECT p, score(:'sum', p), s.coverage, s.status, s.missing FROM (VALUES ('{"a": 0.05, "b": 3, "c": ["x", "y"]}'::profile), ('{"a": 0.04999, "c": []}'), ('{"a": -1, "b": -1, "c": ["z"]}'), ('{"c": ["y"]}'), ('{}')) AS v(p), score_status(:'sum', p) AS s;

-- what is wrong is an error that names the path
CREATE FUNCTION pg_temp.reject(path text[], value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	base jsonb := '{"name": "t", "segment": "stage", "segments": ["small", "large"], "dimensions": [{"code": "d"}, {"code": "e"}],
		"indicators": [{"code": "x", "dimension": "d", "normalise": {"linear": [0, 1]}, "weight": 60},
			{"code": "y", "dimension": "e", "normalise": {"bins": [[0, 1], [1, 2]]}, "weight": {"small": 40, "large": 40}}],
		"ratings": [{"grade": "A", "from": 60}, {"grade": "B", "from": 0}], "overrides": [{"when": "x > 1", "at_most": "B"}]}';
	state text;
	message text;
	context text;
BEGIN
	base := CASE WHEN value IS NULL THEN base #- path ELSE jsonb_set(base, path, value::jsonb) END;
	PERFORM base::growth_index.scorecard;
	RETURN 'accepted';
EXCEPTION WHEN others THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, context = PG_EXCEPTION_CONTEXT;
	RETURN state || ' ' || message || coalesce(' | ' || nullif(concat_ws(' | ', substring(context FROM 'expression "[^\n]*'), substring(context FROM '[^\n]* of the scorecard')), ''), '');
END $$;
SELECT path, value, pg_temp.reject(path::text[], value) FROM (VALUES
	('{nane}', '1'), ('{name}', NULL), ('{name}', '5'), ('{name}', '""'), ('{source}', '[]'),
	('{total}', '0'), ('{total}', '"100"'), ('{total}', '99'), ('{digits}', '6'), ('{digits}', '{"point": 6}'), ('{digits}', '{"points": 13}'),
	('{digits}', '{"points": 1.5}'), ('{digits}', '{"points": 1, "score": 2}'), ('{coverage}', '1.01'), ('{coverage}', '-0.1'), ('{aggregate}', '"mean"'),
	('{aggregate}', '"sum"'), ('{segment}', NULL), ('{segments}', NULL), ('{segments}', '[]'), ('{segments}', '["small", "small"]'), ('{segments}', '["small", 5]'),
	('{segments}', '["small", ""]'), ('{segment}', '"x + 1"'), ('{dimensions}', NULL), ('{dimensions}', '[]'), ('{dimensions}', '{}'), ('{dimensions,0}', '"d"'),
	('{dimensions,0,code}', NULL), ('{dimensions,1,code}', '"d"'), ('{dimensions,0,weight}', '1'), ('{indicators}', '[]'), ('{indicators,1,code}', '"x"'),
	('{indicators,1,dimension}', '"f"'), ('{indicators,0,dimension}', NULL), ('{indicators,0,value}', '"rd_expense /"'), ('{indicators,0,value}', '"x > 1"'),
	('{indicators,0,value}', '"(SELECT 1)"'), ('{indicators,0,value}', '"pg_sleep(1)"'), ('{indicators,0,value}', '5'), ('{indicators,0,normalise}', NULL),
	('{indicators,0,normalise}', '{}'), ('{indicators,0,normalise}', '[]'), ('{indicators,0,normalise}', '{"linear": [0, 1], "log": [1, 2]}'),
	('{indicators,0,normalise}', '{"rank": []}'), ('{indicators,0,normalise,linear}', '[1, 1]'), ('{indicators,0,normalise,linear}', '[1]'),
	('{indicators,0,normalise,linear}', '[0, "1"]'), ('{indicators,0,normalise}', '{"log": [0, 1]}'), ('{indicators,0,normalise}', '{"log": [2, 1]}'),
	('{indicators,1,normalise,bins}', '[]'), ('{indicators,1,normalise,bins}', '[[0, 1], [0, 2]]'), ('{indicators,1,normalise,bins}', '[[0, 1], [null, 2]]'),
	('{indicators,1,normalise,bins}', '[[0, 1], [1]]'), ('{indicators,1,normalise,bins}', '[[0, 1], ["1", 2]]'), ('{indicators,1,normalise,bins}', '[[0, 1], [1, null]]'),
	('{indicators,1,normalise}', '{"per_unit": {}}'), ('{indicators,1,normalise}', '{"per_unit": 5}'), ('{indicators,1,normalise}', '{"per_unit": {"cap": 0}}'),
	('{indicators,1,normalise}', '{"per_unit": {"points": -1}}'), ('{indicators,1,normalise}', '{"per_unit": {"point": 1}}'), ('{indicators,1,normalise}', '{"flag": false}'),
	('{indicators,1,normalise}', '{"category": {}}'), ('{indicators,1,normalise}', '{"category": {"a": "1"}}'), ('{indicators,1,normalise}', '{"category": {"a": 1}, "otherwise": 1}'),
	('{indicators,1,normalise}', '{"set": {"a": 1}, "cap": 0}'), ('{indicators,1,normalise}', '{"set": {"a": 1}, "best": 1}'), ('{indicators,0,weight}', NULL),
	('{indicators,0,weight}', '-1'), ('{indicators,1,weight,large}', '-1'), ('{indicators,1,weight,large}', NULL), ('{indicators,1,weight,medium}', '1'),
	('{indicators,1,weight,large}', '39.99'), ('{indicators,0,weight}', '"60"'), ('{indicators,0,missing}', '"skip"'), ('{indicators,0,missing}', '1'),
	('{ratings,0,grade}', '"E"'), ('{ratings,1,grade}', '"A"'), ('{ratings,1,from}', '60'), ('{ratings,1,from}', NULL), ('{ratings,0,to}', '1'),
	('{overrides,0,when}', '"x + 1"'), ('{overrides,0,when}', NULL), ('{overrides,0,at_least}', '"C"'), ('{overrides,0,at_most}', NULL), ('{overrides,0,at_most}', '"Z"'),
	('{indicators,0,value}', '"x / 2"'), ('{indicators,0,weight}', '{"small": 60, "large": 60}')) AS v(path, value);
SELECT 'null'::scorecard;
SELECT '[]'::scorecard;
SELECT '5'::jsonb::scorecard;
SELECT '{"name": '::scorecard;
SELECT ''::scorecard;
-- a key that is not known: the hint has those that are
SELECT '{"name": "x", "dimensions": [{"code": "d", "wieght": 1}], "indicators": []}'::scorecard;
-- what nobody has is no error, but it is said
\set peers '{"name": "x", "dimensions": [{"code": "d"}], "indicators": [{"code": "a", "dimension": "d", "normalise": {"minmax": {"least": 1}}, "weight": 60}, {"code": "typo", "dimension": "d", "normalise": {"rank": true}, "missing": "zero", "weight": 40}]}'
SELECT score(fit(:'peers', p), '{"a": 3}') FROM (VALUES ('{"a": 1}'::profile), ('{"a": 3}')) AS v (p);
SELECT fit(:'peers', p) IS NULL AS nothing FROM (VALUES ('{"a": 1}'::profile)) AS v (p) WHERE false;
-- limits
SELECT jsonb_build_object('name', 'many', 'dimensions', '[{"code": "d"}]'::jsonb, 'indicators', (SELECT jsonb_agg(jsonb_build_object('code', 'x' || i)) FROM generate_series(1, 1001) AS i))::scorecard;
SELECT length(jsonb_build_object('name', 'many', 'dimensions', '[{"code": "d"}]'::jsonb, 'indicators', (SELECT jsonb_agg(jsonb_build_object('code', 'x' || i, 'dimension', 'd', 'weight', 0.1,
	'normalise', '{"flag": true}'::jsonb)) FROM generate_series(1, 1000) AS i))::scorecard::text);
SELECT score(:'card', :'p', 'infinity');
