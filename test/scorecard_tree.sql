/*
 * Dimensions in dimensions: aggregates, caps, minima, bonus, shares; against the
 * same model in plain SQL over numeric, and as real schemes use them.
 * TREE_CARDS (default 120) random trees, each with 12 profiles.
 */
SET search_path = growth_index, public;
SET client_min_messages = warning;
\set cards 120
\getenv cards TREE_CARDS
SELECT plan(57);
SELECT setseed(0.2718);
CREATE SCHEMA tree;

/* ---- the model in plain SQL ---- */
CREATE FUNCTION tree.weight(card jsonb, item jsonb) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	own numeric;
BEGIN
	IF item ? 'weight' THEN
		RETURN item -> 'weight';
	END IF;
	-- absolute: what the members have, the best alone
	SELECT CASE WHEN item ->> 'aggregate' = 'best' THEN max(tree.weight(card, m)) ELSE sum(tree.weight(card, m)) END INTO own
	FROM (SELECT i AS m FROM jsonb_array_elements(card -> 'indicators') AS i WHERE i ->> 'dimension' = item ->> 'code'
		UNION ALL SELECT d FROM jsonb_array_elements(card -> 'dimensions') AS d WHERE d ->> 'parent' = item ->> 'code') AS x;
	RETURN coalesce(own, 0);
END $$;
CREATE FUNCTION tree.counts(card jsonb, item jsonb, p jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	IF tree.weight(card, item) = 0 THEN
		RETURN false;
	ELSIF item ? 'normalise' THEN
		RETURN p ? (item ->> 'code') OR item ->> 'missing' <> 'reweight';
	END IF;
	RETURN EXISTS (SELECT FROM jsonb_array_elements(card -> 'indicators') AS i WHERE i ->> 'dimension' = item ->> 'code' AND tree.counts(card, i, p))
		OR EXISTS (SELECT FROM jsonb_array_elements(card -> 'dimensions') AS d WHERE d ->> 'parent' = item ->> 'code' AND tree.counts(card, d, p));
END $$;
-- points of an indicator, a dimension or (no code) the whole that is worth above / below at 100
CREATE FUNCTION tree.points(card jsonb, item jsonb, p jsonb, above numeric, below numeric) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	digits int := card #> '{digits,points}';
	aggregate text := coalesce(item ->> 'aggregate', 'weighted');
	present numeric := 0;
	result numeric := 0;
	value numeric;
	m record;
	values_ numeric[] := '{}';
	nums numeric[] := '{}';
	dens numeric[] := '{}';
	weights numeric[] := '{}';
	got numeric;
	bonus numeric := 0;
	best numeric;
BEGIN
	IF item ? 'normalise' THEN
		value := least(greatest(coalesce((p ->> (item ->> 'code'))::numeric, 0), 0), 100);
		RETURN least(round(value * above / (below * 100), digits), round((item ->> 'cap')::numeric, digits));
	END IF;
	FOR m IN SELECT x.item AS item, tree.weight(card, x.item) AS weight, tree.counts(card, x.item, p) AS counts, coalesce((x.item ->> 'bonus')::boolean, false) AS bonus
		FROM (SELECT i AS item FROM jsonb_array_elements(card -> 'indicators') AS i WHERE i ->> 'dimension' = item ->> 'code'
			UNION ALL SELECT d FROM jsonb_array_elements(card -> 'dimensions') AS d WHERE d ->> 'parent' IS NOT DISTINCT FROM item ->> 'code') AS x LOOP
		IF aggregate = 'best' THEN
			present := greatest(present, m.weight);
		ELSIF m.counts AND NOT m.bonus THEN
			present := present + m.weight;
		END IF;
	END LOOP;
	FOR m IN SELECT x.item AS item, tree.weight(card, x.item) AS weight, coalesce((x.item ->> 'bonus')::boolean, false) AS bonus, x.item ? 'normalise' AS leaf
		FROM (SELECT i AS item FROM jsonb_array_elements(card -> 'indicators') AS i WHERE i ->> 'dimension' = item ->> 'code'
			UNION ALL SELECT d FROM jsonb_array_elements(card -> 'dimensions') AS d WHERE d ->> 'parent' IS NOT DISTINCT FROM item ->> 'code') AS x
		WHERE tree.counts(card, x.item, p) LOOP
		IF m.bonus THEN
			bonus := bonus + tree.points(card, m.item, p, m.weight, 1);
			CONTINUE;
		END IF;
		got := tree.points(card, m.item, p, above * m.weight, below * present);
		result := result + got;
		best := greatest(best, got);
		value := CASE WHEN m.leaf THEN least(greatest(coalesce((p ->> (m.item ->> 'code'))::numeric, 0), 0), 100)
			ELSE got * 100 * below * present / (above * m.weight) END;
		values_ := values_ || value;
		nums := nums || CASE WHEN m.leaf THEN value ELSE got * 100 * below * present END;
		dens := dens || CASE WHEN m.leaf THEN 1 ELSE above * m.weight END;
		weights := weights || m.weight;
	END LOOP;
	result := CASE
		WHEN cardinality(values_) = 0 OR aggregate = 'weighted' THEN result
		WHEN aggregate = 'best' THEN best
		WHEN aggregate = 'minimum' THEN (SELECT round(n * above / (d * below * 100), digits) FROM unnest(values_, nums, dens) AS u (v, n, d) ORDER BY v LIMIT 1)
		ELSE round((CASE
			WHEN 0 >= (SELECT min(v) FROM unnest(values_) AS v) THEN 0
			WHEN aggregate = 'geometric' THEN (SELECT round(exp(sum(w * ln(v)) / sum(w)), 12) FROM unnest(values_, weights) AS u (v, w))
			ELSE (SELECT round(sum(w) / sum(w / v), 12) FROM unnest(values_, weights) AS u (v, w)) END) * above / (below * 100), digits) END
		+ bonus + CASE WHEN item ? 'name' THEN round(coalesce((item ->> 'initial')::numeric, 0), digits) ELSE 0 END;
	result := least(result, round((item ->> 'cap')::numeric, digits));
	RETURN CASE WHEN result < (item ->> 'floor')::numeric THEN round((item ->> 'floor')::numeric, digits) ELSE result END;
END $$;

/* ---- random trees ---- */
CREATE FUNCTION tree.one(VARIADIC choices anyarray) RETURNS anyelement LANGUAGE sql VOLATILE
	AS 'SELECT choices[1 + floor(random() * cardinality(choices))::int]';
CREATE FUNCTION tree.num(VARIADIC choices numeric[]) RETURNS numeric LANGUAGE sql VOLATILE
	AS 'SELECT choices[1 + floor(random() * cardinality(choices))::int]';
CREATE FUNCTION tree.maybe(share float8, value jsonb) RETURNS jsonb LANGUAGE sql VOLATILE AS 'SELECT CASE WHEN random() < share THEN value ELSE ''{}'' END';
CREATE FUNCTION tree.card() RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	relative boolean := random() < 0.5;
	ndims int := 1 + floor(random() * 8);
	card jsonb := jsonb_build_object('name', 'tree', 'digits', jsonb_build_object('points', tree.num(6, 2, 1, 4), 'score', 1));
	dims jsonb := '[]';
	items jsonb := '[]';
BEGIN
	FOR d IN 0 .. ndims - 1 LOOP
		dims := dims || jsonb_build_array(jsonb_build_object('code', 'd' || d)
			|| CASE WHEN d > 1 AND random() < 0.6 THEN jsonb_build_object('parent', 'd' || floor(random() * d)) WHEN d > 0 AND random() < 0.2 THEN '{"bonus": true}' ELSE '{}' END
			|| CASE WHEN relative THEN jsonb_build_object('weight', tree.num(1, 2, 3, 0.5, 7, CASE WHEN d > 1 THEN 0 ELSE 1 END)) ELSE '{}' END
			|| tree.maybe(0.6, jsonb_build_object('aggregate', tree.one('best'::text, 'geometric', 'harmonic', 'minimum')))
			|| tree.maybe(0.3, jsonb_build_object('cap', tree.num(5, 12.5, 0.33, 3))));
	END LOOP;
	FOR i IN 0 .. 3 + floor(random() * 12)::int LOOP
		items := items || jsonb_build_array(jsonb_build_object('code', 'i' || i, 'dimension', 'd' || CASE WHEN i = 0 THEN 0 ELSE floor(random() * ndims) END,
			'normalise', '{"linear": [0, 100]}'::jsonb, 'weight', tree.num(1, 5, 10, 2.5, 3, CASE WHEN i > 0 THEN 0 ELSE 1 END), 'missing', tree.one('reweight'::text, 'zero', 'reweight'))
			|| tree.maybe(0.1, jsonb_build_object('cap', tree.num(2, 0.5, 10))));
	END LOOP;
	card := card || jsonb_build_object('dimensions', dims, 'indicators', items) || tree.maybe(0.4, jsonb_build_object('aggregate', tree.one('geometric'::text, 'harmonic', 'minimum')))
		|| tree.maybe(0.2, '{"cap": 80}') || tree.maybe(0.2, '{"floor": 3.25}') || tree.maybe(0.2, '{"initial": 4}') || CASE WHEN relative THEN '{"weights": "relative"}' ELSE '{}' END::jsonb;
	RETURN card || jsonb_build_object('total', CASE WHEN relative THEN tree.num(100::numeric, 1, 60)
		ELSE (SELECT sum(tree.weight(card, d)) FROM jsonb_array_elements(dims) AS d WHERE NOT d ? 'parent' AND NOT d ? 'bonus') END);
END $$;
-- a card none of whose dimensions at the top has weight is refused; take others
CREATE TABLE tree.card AS SELECT n, card FROM (SELECT n, tree.card() AS card FROM generate_series(1, :cards) AS n) AS c
WHERE (card ->> 'total')::numeric > 0 AND EXISTS (SELECT FROM jsonb_array_elements(card -> 'dimensions') AS d WHERE NOT d ? 'parent' AND NOT d ? 'bonus' AND
	tree.counts(card, d, (SELECT jsonb_object_agg(i ->> 'code', 1) FROM jsonb_array_elements(card -> 'indicators') AS i)));
CREATE TABLE tree.subject AS SELECT n, (SELECT jsonb_strip_nulls(jsonb_object_agg('i' || i, CASE floor(random() * 10 + 0 * n)::int
	WHEN 0 THEN NULL WHEN 1 THEN NULL WHEN 2 THEN 0 WHEN 3 THEN 100 WHEN 4 THEN 50 WHEN 5 THEN round((random() * 100)::numeric) WHEN 6 THEN -5 ELSE trim_scale(round((random() * 100)::numeric, 3)) END))
	FROM generate_series(0, 15) AS i) AS p FROM generate_series(1, 12) AS n;
CREATE TABLE tree.result AS
SELECT c.n, c.card, s.p, score(c.card::scorecard, s.p::profile) AS ours, score_exact(c.card::scorecard, s.p::profile) AS exact, d.*,
	CASE WHEN EXISTS (SELECT FROM jsonb_array_elements(c.card -> 'dimensions') AS i WHERE NOT i ? 'parent' AND tree.counts(c.card, i, s.p)) THEN
		tree.points(c.card, c.card - 'code', s.p, (c.card ->> 'total')::numeric, 1) END AS oracle
FROM tree.card AS c, tree.subject AS s, LATERAL (
	SELECT sum(points) FILTER (WHERE level IN ('indicator', 'adjustment')) AS leaves, max(points) FILTER (WHERE level = 'total') AS whole,
		sum(points) FILTER (WHERE level = 'dimension' AND parent IS NULL OR level = 'adjustment' AND dimension IS NULL) AS top
	FROM score_detail(c.card::scorecard, s.p::profile)) AS d;
SELECT ok((SELECT count(*) > 8 * :cards FROM tree.result), 'so many scores');
SELECT ok((SELECT count(*) > 50 FROM tree.result WHERE card::text LIKE '%geometric%' AND oracle > 0), '... of means that are not 0');
SELECT is((SELECT count(*) FROM tree.result WHERE ours IS DISTINCT FROM exact), 0::bigint, 'fast and exact agree');
SELECT is((SELECT count(*) FROM tree.result WHERE exact IS DISTINCT FROM round(oracle, 1)), 0::bigint, 'both are what plain SQL says');
SELECT diag(format('%s, plain SQL %s, card %s, profile %s', exact, oracle, card, p)) FROM tree.result WHERE exact IS DISTINCT FROM round(oracle, 1) OR ours IS DISTINCT FROM exact LIMIT 2;
SELECT is((SELECT count(*) FROM tree.result WHERE exact IS NOT NULL AND whole IS DISTINCT FROM oracle), 0::bigint, '... to the last digit of the points');
SELECT diag(format('%s, plain SQL %s, card %s, profile %s', whole, oracle, card, p)) FROM tree.result WHERE exact IS NOT NULL AND whole IS DISTINCT FROM oracle LIMIT 2;
SELECT is((SELECT count(*) FROM tree.result WHERE leaves <> whole), 0::bigint, 'indicators and adjustments sum to the whole');
SELECT is((SELECT count(*) FROM tree.result AS r WHERE r.n % 2 = 0 AND (SELECT array_agg(ROW(d.code, d.name, d.parent, d.points, d.possible, d.share)::text) FROM score_detail(r.card::scorecard, r.p::profile) AS d WHERE d.level = 'dimension')
	IS DISTINCT FROM (SELECT array_agg(ROW(d.*)::text) FROM score_dimensions(r.card::scorecard, r.p::profile) AS d)), 0::bigint, 'the dimensions alone are those of the breakdown');
SELECT is((SELECT count(*) FROM tree.result WHERE top <> whole), 0::bigint, '... so do the dimensions at the top');
SELECT is((SELECT count(*) FROM tree.card WHERE card::scorecard::text::scorecard <> card::scorecard OR card::scorecard::jsonb <> card::scorecard::text::jsonb), 0::bigint, 'canonical text reads back');
SELECT is((SELECT count(*) FROM tree.result AS a JOIN tree.result AS b USING (n) WHERE b.ours - a.ours IS DISTINCT FROM
	(SELECT coalesce(sum(difference), 0) FROM score_change(a.card::scorecard, a.p::profile, b.p::profile)) AND a.ours IS NOT NULL AND b.ours IS NOT NULL AND n % 10 = 0), 0::bigint, 'a change sums to the difference');
SELECT is((SELECT count(*) FROM tree.result AS r, LATERAL improve(card::scorecard, p::profile) AS i, LATERAL (SELECT sum(points) AS points FROM score_detail(card::scorecard, (p || jsonb_build_object(i.code, 100))::profile) WHERE level = 'total') AS t
	WHERE n % 10 = 0 AND exact IS NOT NULL AND i.gain <> t.points - r.whole), 0::bigint, 'an improvement keeps its promise');

/* ---- innovative SMEs: bins, the best class of intellectual property, minima, a bypass ---- */
\set sme `cat examples/scorecards/innovative_sme.json`
CREATE TEMP TABLE sme AS SELECT :'sme'::scorecard AS card,
	'{"rd_expense": 5, "revenue": 100, "inventions": 2, "utility_models": 9, "copyrights": 9, "revenue_prior": 86, "debt_ratio": 0.55, "main_share": 0.7, "science_award_date": "2015-01-01", "hightech_valid": false, "provincial_rd_body": false, "equity_raised_3y": 0}'::profile AS p;
SELECT results_eq($$SELECT level, code, points, parent FROM sme, score_detail(card, p) WHERE level <> 'indicator'$$,
	$$VALUES ('total', NULL, 100::numeric, NULL), ('dimension', 'innovation', 40, NULL), ('dimension', 'ip', 20, 'innovation'), ('adjustment', 'best', -25, NULL), ('dimension', 'growth', 30, NULL), ('dimension', 'special', 30, NULL)$$,
	'of intellectual property the best class alone counts');
SELECT is((SELECT score(card, p - 'inventions') FROM sme), 95::numeric, '... then the next one');
SELECT is((SELECT score(card, p || '{"inventions": 0, "utility_models": 0, "copyrights": 0}') FROM sme), 80::numeric, '... or none');
SELECT is((SELECT array_agg(score(card, p || jsonb_build_object('rd_expense', x)::profile) ORDER BY x) FROM sme, unnest(ARRAY[4.99, 3, 2.99, 0.99]) AS x), '{80,90,95,95}', 'bins hold their lower edge');
SELECT ok((SELECT passes(card, p) FROM sme), 'everything reached');
SELECT ok((SELECT NOT passes(card, p || '{"main_share": 0.69}', '2024-11-25') AND score(card, p || '{"main_share": 0.69}') = 80 FROM sme), '80 points, and a minimum that is not reached');
SELECT is((SELECT rating(card, p || '{"main_share": 0.69}') FROM sme), 'B', '... is no higher than the pass rule says');
SELECT is((SELECT rating(card, p || '{"main_share": 0.69, "hightech_valid": true}') FROM sme), 'AA', '... unless a bypass is met');
SELECT ok((SELECT passes(card, '{"science_award_date": "2021-11-25"}', '2024-11-25') AND NOT passes(card, '{"science_award_date": "2021-11-24", "hightech_valid": false, "provincial_rd_body": false, "equity_raised_3y": 4999999}', '2024-11-25') FROM sme), 'an award within three years');
SELECT is((SELECT passes(card, '{"hightech_valid": false}') FROM sme), NULL, 'not known to be bypassed');
SELECT results_eq($$SELECT s.score, s.passed FROM sme, score_status(card, p || '{"main_share": 0.69, "equity_raised_3y": 5000000}') AS s$$, $$VALUES (80::numeric, true)$$, 'score_status says it too');
SELECT results_eq($$SELECT code, gain, in_all FROM sme, improve(card, p || '{"inventions": 0, "rd_expense": 2}')$$, $$VALUES ('rd', 10::numeric, 10::numeric), ('class_1', 5, 15)$$, 'what a better alternative takes away is not promised');

/* ---- gazelles: alternatives over several years ---- */
\set gazelle `cat examples/scorecards/gazelle.json`
CREATE TEMP TABLE gazelle AS SELECT :'gazelle'::scorecard AS card;
SELECT results_eq($$SELECT passes(card, v.p::profile, '2024-01-01') FROM gazelle, (VALUES
	('{"revenue": 17280000, "revenue_3y_ago": 10000000, "revenue_1y_ago": 17000000, "founded": "2010-01-01"}'), ('{"revenue": 17279999, "revenue_3y_ago": 10000000, "revenue_1y_ago": 17000000, "founded": "2010-01-01"}'),
	('{"revenue": 500000000, "founded": "2019-01-01"}'), ('{"revenue": 999999999, "founded": "2015-01-01"}'), ('{"revenue": 1000000000, "founded": "2014-01-01"}')) AS v(p)$$,
	$$VALUES (true), (false), (true), (false), (true)$$, 'one path is enough');
SELECT is((SELECT passes(card, '{}') FROM gazelle), NULL, 'nothing known');

/* ---- shares of shares, and who is absent ---- */
CREATE TEMP TABLE idx AS SELECT '{"name": "index", "weights": "relative", "digits": {"points": 4, "score": 4}, "dimensions": [{"code": "a", "weight": 1}, {"code": "b", "weight": 2}, {"code": "b1", "parent": "b", "weight": 1}, {"code": "b2", "parent": "b", "weight": 3}],
	"indicators": [{"code": "x", "dimension": "a", "normalise": {"linear": [0, 100]}, "weight": 1, "missing": "reweight"}, {"code": "y", "dimension": "a", "normalise": {"linear": [0, 100]}, "weight": 1, "missing": "reweight"},
	{"code": "z", "dimension": "b1", "normalise": {"linear": [0, 100]}, "weight": 9, "missing": "reweight"}, {"code": "w", "dimension": "b2", "normalise": {"linear": [0, 100]}, "weight": 5, "missing": "reweight"}]}'::scorecard AS card;
/* (60 + 30) / 2 / 3 + (40 + 3 * 80) / 4 * 2 / 3 = 15 + 46.6667 */
SELECT is((SELECT score(card, '{"x": 60, "y": 30, "z": 40, "w": 80}') FROM idx), 61.6667, 'means of means');
SELECT is((SELECT score(card, '{"x": 60, "z": 40, "w": 80}') FROM idx), 66.6667, 'without one indicator'); /* 60 / 3 + 46.6667 */
SELECT is((SELECT score(card, '{"x": 60, "y": 30, "z": 40}') FROM idx), 41.6667, 'without a dimension'); /* 15 + 40 * 2 / 3 */
SELECT is((SELECT score(card, '{"x": 60, "y": 30}') FROM idx), 45.0000, 'without a branch');
SELECT results_eq($$SELECT code, round(possible, 4), dimensions FROM idx, scorecard_items(card)$$, $$VALUES ('x', 16.6667, '{a}'::text[]), ('y', 16.6667, '{a}'), ('z', 16.6667, '{b,b1}'), ('w', 50.0000, '{b,b2}')$$, 'items say what each is worth');
SELECT is((SELECT score(jsonb_set(card::jsonb, '{digits}', '{"points": 0, "score": 0}')::scorecard, '{"x": 15, "y": 15, "z": 0, "w": 1}') FROM idx), 7::numeric, 'ties of shares round half away from zero'); /* 2.5 + 2.5 + 0 + 0.5 */

/* ---- means ---- */
CREATE FUNCTION tree.mean(kind text, more text DEFAULT '') RETURNS scorecard LANGUAGE sql AS $$
	SELECT format('{"name": "m", "aggregate": "%s", "digits": {"points": 4, "score": 4}, %s "dimensions": [{"code": "a"}, {"code": "b"}], "indicators": [
		{"code": "x", "dimension": "a", "normalise": {"linear": [0, 100]}, "weight": 50}, {"code": "y", "dimension": "b", "normalise": {"linear": [0, 100]}, "weight": 50}]}', kind, more)::scorecard
$$;
SELECT is(score(tree.mean('geometric'), '{"x": 16, "y": 25}'), 20.0000, 'geometric: the root of 16 * 25');
SELECT is(score(tree.mean('harmonic'), '{"x": 30, "y": 60}'), 40.0000, 'harmonic: 2 / (1/30 + 1/60)');
SELECT is(score(tree.mean('minimum'), '{"x": 30, "y": 60}'), 30.0000, 'minimum');
SELECT is(score(tree.mean('arithmetic'), '{"x": 30, "y": 60}'), 45.0000, 'arithmetic is weighted');
SELECT is(tree.mean('arithmetic'), tree.mean('weighted'), '... and is the same card');
SELECT is(score(tree.mean('geometric'), '{"x": 0, "y": 60}') + score(tree.mean('harmonic'), '{"x": 0, "y": 60}'), 0.0000, 'a value of 0 makes the mean 0');
SELECT results_eq($$SELECT level, code, points, reason FROM score_detail(tree.mean('geometric'), '{"x": 16, "y": 25}') WHERE level IN ('total', 'adjustment')$$,
	$$VALUES ('total', NULL, 20.0000, NULL), ('adjustment', 'geometric', -0.5000, 'geometric mean instead of the sum')$$, 'what the mean takes away');
SELECT is(score(tree.mean('geometric', '"floor": 25, '), '{"x": 16, "y": 25}'), 25.0000, 'a floor');
SELECT is(score(tree.mean('weighted', '"cap": 25, '), '{"x": 30, "y": 60}'), 25.0000, 'a cap');
SELECT results_eq($$SELECT code, points, reason FROM score_detail(tree.mean('weighted', '"cap": 25, "initial": 2, '), '{"x": 30, "y": 60}') WHERE level = 'adjustment'$$, $$VALUES ('initial', 2.0000, 'everybody has them'), ('cap', -22.0000, 'capped at 25')$$, '... and what it takes away');

/* ---- a bonus above the total ---- */
CREATE TEMP TABLE bonus AS SELECT '{"name": "b", "coverage": 0.5, "dimensions": [{"code": "core"}, {"code": "plus", "bonus": true, "cap": 20}], "indicators": [{"code": "x", "dimension": "core", "normalise": {"linear": [0, 100]}, "weight": 100},
	{"code": "s", "dimension": "plus", "normalise": {"per_unit": {"cap": 3}}, "weight": 15, "missing": "zero"}, {"code": "u", "dimension": "plus", "normalise": {"flag": true}, "weight": 15, "missing": "reweight"}]}'::scorecard AS card;
SELECT is((SELECT score(card, '{"x": 100, "s": 3, "u": true}') FROM bonus), 120.00, 'above 100, up to the cap of the bonus');
SELECT is((SELECT score(card, '{"x": 100, "s": 1}') FROM bonus), 110.00, 'the weight of what is left out stays in the bonus');
SELECT results_eq($$SELECT s.score, s.coverage FROM bonus, score_status(card, '{"x": 50}') AS s$$, $$VALUES (50.00, 1.0000)$$, 'a bonus does not count in the coverage');
SELECT results_eq($$SELECT level, code, difference FROM bonus, score_change(card, '{"x": 90, "s": 0, "u": true}', '{"x": 90, "s": 3, "u": true}') AS c$$, $$VALUES ('indicator', 's', 15.000000), ('adjustment', 'cap', -10.000000)$$, 'a change names the cap');

/* ---- wrong documents ---- */
CREATE FUNCTION tree.wrong(dimensions text, head text DEFAULT '', weight text DEFAULT '"weight": 100') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM format('{"name": "w", %s "dimensions": %s, "indicators": [{"code": "x", "dimension": "a", "normalise": {"flag": true}, %s}]}', head, dimensions, weight)::scorecard;
	RETURN 'accepted';
EXCEPTION WHEN invalid_parameter_value THEN
	RETURN SQLERRM;
END $$;
SELECT is(tree.wrong('[{"code": "a", "parent": "b"}]'), 'invalid scorecard: dimensions[0].parent names no dimension: "b"', 'no such parent');
SELECT is(tree.wrong('[{"code": "a", "parent": "b"}, {"code": "b", "parent": "a"}]'), 'invalid scorecard: dimensions[0].parent leads back to itself, or is more than 32 deep', 'a circle');
SELECT is(tree.wrong('[{"code": "a", "bonus": true, "parent": "b"}, {"code": "b"}]'), 'invalid scorecard: dimensions[0].bonus has a place only where there is no parent', 'a bonus within');
SELECT is(tree.wrong('[{"code": "a", "aggregate": "mean"}]'), 'invalid scorecard: dimensions[0].aggregate must be one of weighted (or arithmetic), geometric, harmonic, minimum and best', 'no such aggregate');
SELECT is(tree.wrong('[{"code": "a", "aggregate": "minimum"}]', '"aggregate": "sum",', '"missing": "zero"'), 'invalid scorecard: dimensions[0].aggregate must be "best" or left out where the card''s aggregate is "sum"', 'a mean of points');
SELECT is(tree.wrong('[{"code": "a"}]', '"weights": "relative",'), 'invalid scorecard: dimensions[0].weight is missing', 'a share that is not stated');
SELECT is(tree.wrong('[{"code": "a", "bonus": true}]'), 'invalid scorecard: indicators have weights that sum to 0, not to the total of 100', 'nothing but a bonus');
SELECT is(tree.wrong('[{"code": "a"}]', '"pass": {"bypass": ["x"]},'), 'invalid scorecard: pass must have from, or a dimension a minimum', 'nothing to pass');
SELECT is(tree.wrong('[{"code": "a"}]', '"floor": 2, "cap": 1,'), 'invalid scorecard: floor must not be above the cap', 'a floor above the cap');
SELECT is(tree.wrong('[{"code": "a"}]', '"pass": {"from": 60, "bypass": "x"},'), 'invalid scorecard: pass.bypass must be an array of conditions', 'a bypass that is no list');
SELECT is(tree.wrong((SELECT jsonb_agg(jsonb_build_object('code', CASE n WHEN 0 THEN 'a' ELSE 'd' || n END) || CASE WHEN n < 40 THEN jsonb_build_object('parent', 'd' || n + 1) ELSE '{}' END) FROM generate_series(0, 40) AS n)::text),
	'invalid scorecard: dimensions[0].parent leads back to itself, or is more than 32 deep', 'too deep');
SELECT throws_ok($$SELECT to_pmml(tree.mean('geometric'))$$, '0A000', 'PMML cannot say: aggregate "geometric"', 'PMML has no such mean');
SELECT * FROM finish();
