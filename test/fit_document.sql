-- The parts of a scorecard's document that speak of peers, and the plain
-- normalisers beside them: what is kept, what is refused and where.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT plan(76);

CREATE FUNCTION card_of(normalise jsonb, more jsonb DEFAULT '{}', fitted jsonb DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_strip_nulls(jsonb_build_object('name', 'c', 'digits', '{"points": 9, "score": 9}'::jsonb, 'dimensions', '[{"code": "d"}]'::jsonb,
		'indicators', jsonb_build_array(jsonb_build_object('code', 'x', 'dimension', 'd', 'weight', 100, 'normalise', normalise) || more), 'fitted', fitted))
$$;
CREATE FUNCTION kept(normalise jsonb, more jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$ SELECT (scorecard(card_of(normalise, more))::jsonb #> '{indicators,0,normalise}')::text $$;
CREATE FUNCTION refused(at text, message text, normalise jsonb, more jsonb DEFAULT '{}', fitted jsonb DEFAULT NULL) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT throws_ok(format('SELECT scorecard(%L::jsonb)', card_of(normalise, more, fitted)), '22023', 'invalid scorecard: ' || at || ' ' || message, at || ' ' || message)
$$;

-- ---- plain normalisers ----
SELECT is(kept('{"goalposts": [20, 85]}'), '{"linear": [20, 85]}', 'goalposts are linear');
SELECT is(kept('{"goalposts": [100, 75000], "log": true}'), '{"log": [100, 75000]}', '... or logarithmic');
SELECT is(round(score(scorecard(card_of('{"goalposts": [100, 75000], "log": true}')), '{"x": 18440}'), 1), 78.8, 'an income index as the Human Development Report computes it');
SELECT is(kept('{"linear": [0, 10], "clamp": true}'), '{"linear": [0, 10]}', 'clamped is the default');
SELECT is((SELECT array_agg(score(c, format('{"x": %s}', x)::profile)::int ORDER BY x) FROM scorecard(card_of('{"linear": [0, 10], "clamp": false}')) AS c, unnest('{-5,0,5,25}'::int[]) AS x), '{-50,0,50,250}', 'not clamped: the line goes on');
SELECT is((SELECT array_agg(score(c, format('{"x": %s}', x)::profile) ORDER BY x) FROM scorecard(card_of('{"logistic": {"middle": 3, "slope": 2}}')) AS c, unnest('{-1e6,2,3,4,1e6}'::numeric[]) AS x),
	(SELECT array_agg(round(100 / (1 + exp(-2 * (x - 3))), 9) ORDER BY n) FROM unnest('{-1000,2,3,4,1000}'::numeric[]) WITH ORDINALITY AS u (x, n)), 'the logistic curve');
SELECT is((SELECT count(*) FROM generate_series(-2000, 2000) AS i, scorecard(card_of('{"logistic": {"middle": 0.5, "slope": -0.7}}')) AS c, scorecard(card_of('{"linear": [-3, 7.1], "clamp": false}')) AS o, LATERAL (SELECT format('{"x": %s}', i / 37.0)::profile AS p) AS t
	WHERE score(c, p) IS DISTINCT FROM score_exact(c, p) OR score(o, p) IS DISTINCT FROM score_exact(o, p)), 0::bigint, 'fast as by definition');
SELECT refused('indicators[0].normalise.goalposts', 'must be two positive numbers, the smaller first', '{"goalposts": [0, 1], "log": true}');
SELECT refused('indicators[0].normalise.log', 'must be true or false', '{"goalposts": [0, 1], "log": [1, 2]}');
SELECT refused('indicators[0].normalise.clamp', 'must be true or false', '{"linear": [0, 1], "clamp": 1}');
SELECT refused('indicators[0].normalise.clamp', 'is not known', '{"bins": [[0, 1]], "clamp": false}');
SELECT refused('indicators[0].normalise.logistic', 'must be an object with middle and slope', '{"logistic": [1, 2]}');
SELECT refused('indicators[0].normalise.logistic.slope', 'is missing', '{"logistic": {"middle": 1}}');
SELECT refused('indicators[0].normalise.logistic.slope', 'must not be 0', '{"logistic": {"middle": 1, "slope": 0}}');
SELECT refused('indicators[0].missing', 'must not be "lowest" where nothing is the lowest', '{"linear": [0, 1], "clamp": false}', '{"missing": "lowest"}');

-- ---- rules ----
SELECT is(kept('{"percentile": {}}'), '{"percentile": true}', 'without options');
SELECT is(kept('{"percentile": {"group": [], "least": 5, "direction": "more", "winsorise": [0, 1], "range": [0, 100]}}'), '{"percentile": true}', 'defaults are left out');
SELECT is(kept('{"zscore": {"scale": [50, 10], "clamp": true}}'), '{"zscore": true}', '... of the z-score too');
SELECT is(kept('{"minmax": {"clamp": false, "range": [1, 5], "winsorise": [0.010, 0.99], "direction": "less", "least": 30, "group": ["\"stage\"", "left(industry,1)"]}}'),
	'{"minmax": {"clamp": false, "group": ["stage", "left(industry, 1)"], "least": 30, "range": [1, 5], "direction": "less", "winsorise": [0.01, 0.99]}}', 'the others are canonical');
SELECT is((scorecard(card_of('{"flag": true}'))::jsonb #> '{indicators,0,peers}')::text, NULL, 'no peers where nothing asks for them');
SELECT is((scorecard(card_of('{"log": [1, 2]}', '{"missing": "mean", "peers": {"least": 5}}'))::jsonb #> '{indicators,0}') ? 'peers', false, 'everybody is the default');
SELECT refused('indicators[0].normalise.rank', 'must be true or an object of options', '{"rank": [1]}');
SELECT refused('indicators[0].normalise.rank', 'must be true or an object of options', '{"rank": false}');
SELECT refused('indicators[0].normalise.rank', 'is not known', '{"rank": true, "minmax": true}');
SELECT refused('indicators[0].normalise.rank.clamp', 'is not known', '{"rank": {"clamp": true}}');
SELECT refused('indicators[0].normalise.zscore.range', 'is not known', '{"zscore": {"range": [0, 1]}}');
SELECT refused('indicators[0].normalise.zscore.scale[1]', 'must be positive', '{"zscore": {"scale": [50, -1]}}');
SELECT refused('indicators[0].normalise.leader.scale', 'is not known', '{"leader": {"scale": [0, 1]}}');
SELECT refused('indicators[0].normalise.rank.group', 'must be an array of formulas', '{"rank": {"group": "stage"}}');
SELECT refused('indicators[0].normalise.rank.group[1]', 'must be a text', '{"rank": {"group": ["stage", 1]}}');
SELECT refused('indicators[0].normalise.rank.group', 'has more than 8 formulas', '{"rank": {"group": ["a","b","c","d","e","f","g","h","i"]}}');
SELECT throws_ok(format('SELECT scorecard(%L::jsonb)', card_of('{"rank": {"group": ["a + 1"]}}')), '42804', NULL, 'a group is named by texts');
SELECT refused('indicators[0].normalise.rank.least', 'must be a whole number from 1 to 1000000', format('{"rank": {"least": %s}}', n)::jsonb) FROM unnest('{0,1.5,1000001,-3}'::numeric[]) AS n;
SELECT refused('indicators[0].normalise.rank.direction', 'must be "more" or "less"', '{"rank": {"direction": "up"}}');
SELECT refused('indicators[0].normalise.rank.winsorise', 'must be two shares from 0 to 1, the smaller first', format('{"rank": {"winsorise": %s}}', w)::jsonb) FROM unnest('{"[-0.1, 1]","[0.9, 0.1]","[0, 1.1]"}'::text[]) AS w;
SELECT refused('indicators[0].normalise.rank.winsorise', 'must be an array of two numbers', '{"rank": {"winsorise": [0.1]}}');
SELECT refused('indicators[0].normalise.rank.range', 'must be two different numbers', '{"rank": {"range": [1, 1]}}');
SELECT refused('indicators[0].missing', 'must not be "lowest" where nothing is the lowest', '{"minmax": {"clamp": false}}', '{"missing": "lowest"}');
SELECT refused('indicators[0].missing', 'must not be "median" where the value is no number', n, '{"missing": "median"}') FROM unnest(ARRAY['{"flag": true}', '{"category": {"a": 1}}', '{"set": {"a": 1}}', '{"cases": [{"when": "x > 1", "points": 1}]}']::jsonb[]) AS n;
SELECT refused('indicators[0].peers', 'has no place where missing is not "median" or "mean"', '{"linear": [0, 1]}', '{"peers": true}');
SELECT refused('indicators[0].peers', 'has no place where the normaliser names them', '{"rank": true}', '{"peers": true, "missing": "mean"}');
SELECT refused('indicators[0].peers.direction', 'is not known', '{"linear": [0, 1]}', '{"peers": {"direction": "less"}, "missing": "mean"}');

SELECT is((SELECT array_agg(normaliser_top(n)) FROM unnest(ARRAY['{"rank": true}', '{"minmax": {"range": [5, 1]}}', '{"zscore": true}']::jsonb[]) AS n), '{100,5,100}', 'the most that can be had');

-- ---- what is frozen ----
SELECT lives_ok(format('SELECT scorecard(%L::jsonb)', card_of('{"percentile": {"group": ["g"], "least": 2}}', fitted => '{"x": [{"members": 8, "values": "-1.5 0*3 ~2 7 9"}, {"group": ["a"], "members": 2, "values": "0 7"}]}')), 'a frozen distribution');
SELECT is(scorecard(card_of('{"percentile": true}', fitted => '{"x": [{"members": 3, "values": "-1.50*1 0.0 70"}]}'))::jsonb #>> '{fitted,x,0,values}', '-1.5 0 70', 'in canonical form');
SELECT is((SELECT array_agg(round(score(c, format('{"x": %s}', x)::profile), 1) ORDER BY x) FROM scorecard(card_of('{"percentile": true}', fitted => '{"x": [{"members": 11, "values": "0 ~4 5*2 ~3 10"}]}')) AS c, unnest('{-1,0,3,5,7,10,11}'::int[]) AS x), '{0.0,0.0,30.0,50.0,80.0,100.0,100.0}', 'between two values that were kept: half of those in between');
SELECT refused('fitted', 'has no place where nothing is compared with peers', '{"linear": [0, 1]}', fitted => '{"x": []}');
SELECT refused('fitted', 'must be an object', '{"rank": true}', fitted => '[]');
SELECT refused('fitted.y', 'is not known', '{"rank": true}', fitted => '{"x": [], "y": []}');
SELECT refused('fitted.x', 'is missing', '{"rank": true}', fitted => '{}');
SELECT refused('fitted.x', 'must be an array of groups', '{"rank": true}', fitted => '{"x": {}}');
SELECT refused('fitted.x[0]', 'must be an object', '{"rank": true}', fitted => '{"x": [1]}');
SELECT refused('fitted.x[0].members', 'is missing', '{"rank": true}', fitted => '{"x": [{"values": "1"}]}');
SELECT refused('fitted.x[0].members', 'must be a whole number from 1 to 2147483647', '{"rank": true}', fitted => '{"x": [{"members": 0, "values": "1"}]}');
SELECT refused('fitted.x[0].group', 'has no place in the first, which is everybody', '{"rank": {"group": ["g"]}}', fitted => '{"x": [{"group": ["a"], "members": 5, "values": "1*5"}]}');
SELECT refused('fitted.x[1].group', 'is missing', '{"rank": true}', fitted => '{"x": [{"members": 1, "values": "1"}, {"members": 1, "values": "1"}]}');
SELECT refused('fitted.x[1].group', 'must be an array of 1 to 1 texts', '{"rank": {"group": ["g"]}}', fitted => '{"x": [{"members": 5, "values": "1*5"}, {"group": ["a", "b"], "members": 5, "values": "1*5"}]}');
SELECT refused('fitted.x[2]', 'must come after the one before: by depth, then by the bytes of the texts', '{"rank": {"group": ["g"]}}', fitted => '{"x": [{"members": 5, "values": "1*5"}, {"group": ["b"], "members": 5, "values": "1*5"}, {"group": ["a"], "members": 5, "values": "1*5"}]}');
SELECT refused('fitted.x[1].members', 'must be 5 at least', '{"rank": {"group": ["g"]}}', fitted => '{"x": [{"members": 5, "values": "1*5"}, {"group": ["b"], "members": 4, "values": "1*4"}]}');
SELECT refused('fitted.x[0].min', 'is not known', '{"rank": true}', fitted => '{"x": [{"members": 1, "values": "1", "min": 1}]}');
SELECT refused('fitted.x[0].sd', 'is missing', '{"zscore": true}', fitted => '{"x": [{"members": 1, "mean": 1}]}');
SELECT refused('fitted.x[0].sd', 'must not be negative', '{"zscore": true}', fitted => '{"x": [{"members": 1, "mean": 1, "sd": -1}]}');
SELECT refused('fitted.x[0].max', 'must not be less than min', '{"minmax": true}', fitted => '{"x": [{"members": 1, "min": 1, "max": 0}]}');
SELECT refused('fitted.x[0].values', 'must be of as many as there are members: 3', '{"rank": true}', fitted => format('{"x": [{"members": 3, "values": "%s"}]}', v)::jsonb) FROM unnest('{1 2,1 2*3 4,1 ~1 2 3}'::text[]) AS v;
SELECT refused('fitted.x[0].values', 'has a value of more than 15 digits', '{"rank": true}', fitted => '{"x": [{"members": 1, "values": "1.234567890123456"}]}');
CREATE FUNCTION values_error(v text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM scorecard(card_of('{"rank": true}', fitted => jsonb_build_object('x', jsonb_build_array(jsonb_build_object('members', 3, 'values', v))))); RETURN 'none'; EXCEPTION WHEN invalid_parameter_value THEN RETURN SQLERRM; END $$;
SELECT is((SELECT string_agg(v, '|') FROM unnest(ARRAY['', ' 1 2 3', '1 2  3', '1 2 3 ', '3 2 1', '1 1 1', '~1 2 3', '1 2 ~1', '1 ~0 2 3', '1 ~1 ~1 3', '1*0 2 3', '1* 2', '1. 2 3', '.1 2 3', '1e1 2 3', '- 2 3', '+1 2 3', 'NaN 2 3', '1,2 3', '1*99999999999 2', '1 ~99999999999 2', '1*-1 2 3']) AS v
	WHERE values_error(v) NOT LIKE 'invalid scorecard: fitted.x[0].values must be %'), NULL, 'values that are none');
SELECT * FROM finish();
