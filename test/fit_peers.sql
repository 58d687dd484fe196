-- Peers: what fit() freezes, and the scores that it gives, against window
-- functions, aggregates and percentile_cont() of plain SQL.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT plan(43);
SELECT setseed(0.4242);

-- ties, gaps, negative numbers, groups of all sizes, some without a group
CREATE TABLE firm AS
SELECT i, 'C' || floor(power(random(), 3) * 30) AS industry, CASE WHEN random() < 0.9 THEN (ARRAY['start-up', 'growth', 'stable'])[1 + floor(random() * 3)] END AS stage,
	CASE WHEN random() < 0.9 THEN round((random() * 100 - 20)::numeric, 2) END AS x, CASE WHEN random() < 0.8 THEN floor(power(random(), 4) * 20)::numeric END AS n, round((random() * 1e9)::numeric, 2) AS y
FROM generate_series(1, 3000) AS i;
CREATE TABLE p AS SELECT f.*, profile(v) AS profile FROM firm AS f, LATERAL (SELECT f.industry, f.stage, f.x, f.n, f.y) AS v;

-- a card of one indicator whose score is its normalised value
CREATE FUNCTION one(value text, normalise jsonb, more jsonb DEFAULT '{}') RETURNS scorecard LANGUAGE sql AS $$
	SELECT jsonb_build_object('name', 'one', 'digits', '{"points": 9, "score": 9}'::jsonb, 'dimensions', '[{"code": "d"}]'::jsonb,
		'indicators', jsonb_build_array(jsonb_build_object('code', 'i', 'dimension', 'd', 'value', value, 'weight', 100, 'normalise', normalise) || more))::scorecard
$$;
CREATE FUNCTION fitted(value text, normalise jsonb, more jsonb DEFAULT '{}') RETURNS scorecard LANGUAGE sql AS $$
	SELECT fit(one(value, normalise, more), profile) FROM p
$$;

-- ---- against SQL ----
CREATE FUNCTION differ(normalise jsonb, wanted text, value text DEFAULT 'x') RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE card text := fitted(value, normalise); result bigint;
BEGIN
	EXECUTE format('SELECT count(*) FROM (SELECT round(100 * (%s), 9) AS w, score(%L, profile) AS s, score_exact(%2$L, profile) AS e FROM p WHERE %s IS NOT NULL) AS t WHERE w IS DISTINCT FROM s OR s IS DISTINCT FROM e', wanted, card, value) INTO result;
	RETURN result;
END $$;
SELECT is(differ('{"percentile": true}', '(rank() OVER (ORDER BY x) - 1)::numeric / (count(*) OVER () - 1)'), 0::bigint, 'percentile is percent_rank()');
SELECT is(differ('{"percentile": true}', '(rank() OVER (ORDER BY n) - 1)::numeric / (count(*) OVER () - 1)', 'n'), 0::bigint, '... with ties');
SELECT is(differ('{"percentile": {"direction": "less"}}', '(rank() OVER (ORDER BY n DESC) - 1)::numeric / (count(*) OVER () - 1)', 'n'), 0::bigint, '... less being better');
SELECT is(differ('{"percentile": {"group": ["industry"], "least": 1}}', '(rank() OVER (PARTITION BY industry ORDER BY n) - 1)::numeric / greatest(count(*) OVER (PARTITION BY industry) - 1, 1)', 'n'), 0::bigint, '... within an industry, of one member too');
SELECT is(differ('{"rank": {"group": ["industry"], "least": 1}}', 'CASE count(*) OVER (PARTITION BY industry) WHEN 1 THEN 1 ELSE (count(*) OVER (PARTITION BY industry) - rank() OVER (PARTITION BY industry ORDER BY n DESC))::numeric / (count(*) OVER (PARTITION BY industry) - 1) END', 'n'), 0::bigint, 'rank is rank() from the best');
SELECT is(differ('{"rank": {"direction": "less"}}', '(count(*) OVER () - rank() OVER (ORDER BY n))::numeric / (count(*) OVER () - 1)', 'n'), 0::bigint, '... less being better');
SELECT is(differ('{"minmax": {"group": ["industry"], "least": 1}}', 'coalesce((x - min(x) OVER (PARTITION BY industry)) / nullif(max(x) OVER (PARTITION BY industry) - min(x) OVER (PARTITION BY industry), 0), 0.5)'), 0::bigint, 'min-max within an industry');
SELECT is(differ('{"minmax": {"direction": "less", "range": [10, 90]}}', '0.1 + 0.8 * (max(x) OVER () - x) / (max(x) OVER () - min(x) OVER ())'), 0::bigint, '... less being better, in a range');
SELECT is(differ('{"leader": {"group": ["industry"], "least": 1}}', 'CASE WHEN y >= max(y) OVER (PARTITION BY industry) THEN 1 ELSE y / max(y) OVER (PARTITION BY industry) END', 'y'), 0::bigint, 'distance to the leader');
SELECT is(differ('{"leader": {"direction": "less"}}', 'min(y) OVER () / y', 'y'), 0::bigint, '... who has the least');
-- mean and deviation are kept to 15 digits
SELECT cmp_ok((SELECT max(abs(score(c, profile) - (x - m) / s)) FROM p, fitted('x', '{"zscore": {"scale": [0, 1], "clamp": false}}') AS c, (SELECT avg(x) AS m, stddev_samp(x) AS s FROM p) AS t), '<', 0.00000001, 'z-score, not clamped');
SELECT cmp_ok((SELECT max(abs(score(c, profile) - least(greatest(50 + 10 * (m - n) / s, 0), 100))) FROM p, fitted('n', '{"zscore": {"direction": "less"}}') AS c, (SELECT avg(n) AS m, stddev_samp(n) AS s FROM p) AS t), '<', 0.00000001, '... clamped, less being better');
SELECT is((SELECT (c::jsonb #>> '{fitted,i,0,mean}', c::jsonb #>> '{fitted,i,0,sd}')::text FROM fitted('x', '{"zscore": true}') AS c),
	(SELECT (round(avg(x), 15 - length(trunc(avg(x))::text))::text, round(sqrt((count(x) * sum(x * x) - sum(x) ^ 2) / (count(x) * (count(x) - 1))), 15 - 2)::text)::text FROM p), 'mean and deviation to 15 digits');

-- ---- winsorised ----
CREATE TABLE q AS SELECT round(percentile_cont(0.05) WITHIN GROUP (ORDER BY x)::numeric, 9) AS low, round(percentile_cont(0.9) WITHIN GROUP (ORDER BY x)::numeric, 9) AS high FROM p;
SELECT is((SELECT (round((c::jsonb #>> '{fitted,i,0,min}')::numeric, 9), round((c::jsonb #>> '{fitted,i,0,max}')::numeric, 9))::text FROM fitted('x', '{"minmax": {"winsorise": [0.05, 0.9]}}') AS c),
	(SELECT (low, high)::text FROM q), 'the quantiles are those of percentile_cont(), R''s type 7');
SELECT cmp_ok((SELECT max(abs(score(c, profile) - 100 * (greatest(least(x, high), low) - low) / (high - low))) FROM p, q, fitted('x', '{"minmax": {"winsorise": [0.05, 0.9], "clamp": false}}') AS c), '<', 0.0000001, 'min-max of what is winsorised');
SELECT cmp_ok((SELECT max(abs(score(c, profile) - (50 + 10 * (greatest(least(x, high), low) - m) / s))) FROM p, q, fitted('x', '{"zscore": {"winsorise": [0.05, 0.9]}}') AS c,
	(SELECT avg(greatest(least(x, high), low)) AS m, stddev_samp(greatest(least(x, high), low)) AS s FROM p, q WHERE x IS NOT NULL) AS t), '<', 0.000001, 'z-score of what is winsorised');
SELECT is((SELECT count(*) FROM (SELECT score(c, profile) AS s, round(100 * (rank() OVER (ORDER BY greatest(least(x, high), low)) - 1)::numeric / (count(*) OVER () - 1), 9) AS w FROM p, q, fitted('x', '{"percentile": {"winsorise": [0.05, 0.9]}}') AS c WHERE x IS NOT NULL) AS t WHERE s <> w), 0::bigint, 'percentile of what is winsorised');
SELECT is((SELECT fit(one('x', '{"minmax": {"winsorise": [0, 1]}}'), profile) FROM p)::text, fitted('x', '{"minmax": true}')::text, 'all shares is as good as none');

-- ---- falling back ----
CREATE VIEW by_group AS SELECT industry, stage, count(x) AS members FROM p GROUP BY GROUPING SETS ((industry, stage), (industry), ());
SELECT is((SELECT count(*) FROM (SELECT (SELECT s.reason FROM score_detail(c, profile) AS s WHERE s.level = 'indicator') AS reason,
		(SELECT count(x) FROM p AS o WHERE o.industry = p.industry) AS wide, (SELECT count(x) FROM p AS o WHERE o.industry = p.industry AND o.stage = p.stage) AS narrow, industry, stage
	FROM p, fitted('x', '{"percentile": {"group": ["industry", "stage"], "least": 12}}') AS c WHERE x IS NOT NULL AND i <= 500) AS t
	WHERE reason IS DISTINCT FROM CASE WHEN stage IS NULL AND wide >= 12 THEN format('stage unknown: compared with %s', industry)
		WHEN narrow >= 12 THEN NULL WHEN wide >= 12 THEN format('fewer than 12 peers in %s, %s: compared with %1$s', industry, stage)
		ELSE format('fewer than 12 peers in %s: compared with all', concat_ws(', ', industry, stage)) END), 0::bigint, 'the breakdown says what a group fell back to, and why');
SELECT is((SELECT count(*) FROM p, fitted('x', '{"percentile": {"group": ["industry"], "least": 200}}') AS c, fitted('x', '{"percentile": true}') AS all_of
	WHERE (SELECT count(x) FROM p AS o WHERE o.industry = p.industry) < 200 AND score(c, profile) IS DISTINCT FROM score(all_of, profile)), 0::bigint, 'and the score is that of the parent group');

-- ---- the ends ----
SELECT is((SELECT array_agg(score(c, format('{"x": %s}', x)::profile) ORDER BY x) FROM fitted('x', '{"percentile": true}') AS c, unnest('{-1000,1000}'::int[]) AS x), '{0.000000000,100.000000000}', 'outside of what was fitted');
CREATE TABLE lone AS SELECT m, (SELECT fit(one('x', jsonb_build_object(m, CASE m WHEN 'zscore' THEN '{}' ELSE '{"least": 1}' END::jsonb)), v.p) FROM (VALUES ('{"x": 5}'::profile)) AS v (p)) AS card FROM unnest('{minmax,zscore,rank,percentile,leader}'::text[]) AS m;
SELECT is((SELECT string_agg(format('%s %s', m, (SELECT string_agg(round(score(card, format('{"x": %s}', x)::profile), 1)::text, ' ' ORDER BY x) FROM generate_series(4, 6) AS x)), ', ' ORDER BY m) FROM lone),
	'leader 80.0 100.0 100.0, minmax 0.0 50.0 100.0, percentile 0.0 0.0 100.0, rank 0.0 100.0 100.0, zscore 50.0 50.0 50.0', 'a peer group of one: below, the same, above');
SELECT is((SELECT count(*) FROM lone, generate_series(4, 6) AS x WHERE score(card, format('{"x": %s}', x)::profile) IS DISTINCT FROM score_exact(card, format('{"x": %s}', x)::profile)), 0::bigint, '... fast as by definition');
SELECT is((SELECT string_agg(format('%s %s', m, round(score((SELECT fit(one('x', jsonb_build_object(m, true)), format('{"x": 7, "k": %s}', k)::profile) FROM generate_series(1, 9) AS k), '{"x": 7}'), 1)), ', ' ORDER BY m) FROM lone),
	'leader 100.0, minmax 50.0, percentile 0.0, rank 100.0, zscore 50.0', 'all equal');
SELECT is((SELECT (c::jsonb -> 'fitted', score(c, '{"z": 1}'), (SELECT reason FROM score_detail(c, '{"z": 1}') WHERE level = 'indicator'))::text FROM fitted('z', '{"percentile": true}') AS c), '("{""i"": []}",,"missing: undecided; nobody to be compared with")', 'an indicator that nobody has');
SELECT is((SELECT (score(c, '{"z": 1}'), score(c, '{}'))::text FROM fitted('z', '{"percentile": true}', '{"missing": "zero"}') AS c), '(0.000000000,0.000000000)', '... follows the rule for what is missing');

-- ---- missing values ----
SELECT is((SELECT count(*) FROM p JOIN (SELECT stage, percentile_cont(0.5) WITHIN GROUP (ORDER BY x)::numeric AS m FROM p WHERE stage IS NOT NULL GROUP BY stage) AS g USING (stage), fitted('x', '{"linear": [-20, 80]}', '{"missing": "median", "peers": {"group": ["stage"]}}') AS c
	WHERE abs(score(c, profile) - (coalesce(x, m) + 20)) > 1e-8 OR score(c, profile) <> score_exact(c, profile)), 0::bigint, 'the median of the peers');
SELECT is((SELECT count(*) FROM p, (SELECT avg(n) AS m FROM p) AS g, fitted('n', '{"bins": [[0, 1], [0.5, 2], [1, 3], [2, 4], [5, 9]]}', '{"missing": "mean"}') AS c
	WHERE score(c, profile) <> CASE WHEN coalesce(n, m) < 0.5 THEN 1 WHEN coalesce(n, m) < 1 THEN 2 WHEN coalesce(n, m) < 2 THEN 3 WHEN coalesce(n, m) < 5 THEN 4 ELSE 9 END OR score(c, profile) <> score_exact(c, profile)), 0::bigint, 'the mean of everybody');
SELECT is((SELECT array_agg(DISTINCT round(score(c, profile))) FROM p, fitted('x', '{"percentile": {"group": ["stage"]}}', '{"missing": "median"}') AS c WHERE x IS NULL), '{50}', 'the median is in the middle');

-- ---- one value, in any order ----
SELECT set_config('test.card', jsonb_build_object('name', 'many', 'dimensions', '[{"code": "d"}]'::jsonb, 'indicators', jsonb_agg(jsonb_build_object('code', m || v || k, 'dimension', 'd', 'value', v, 'weight', 2, 'missing', 'reweight',
	'normalise', jsonb_build_object(m, jsonb_build_object('group', ('{"1": ["industry"], "2": ["industry", "stage"]}'::jsonb) -> k::text, 'direction', CASE k WHEN 1 THEN 'more' ELSE 'less' END)))))::scorecard::text, false) IS NOT NULL AS set
FROM unnest('{minmax,zscore,rank,percentile,leader}'::text[]) AS m, unnest('{x,n,y,"x / (n + 1)",ln(y)}'::text[]) AS v, generate_series(1, 2) AS k \gset
SELECT fit(current_setting('test.card')::scorecard, profile) AS fitted FROM p \gset
SELECT is(:'fitted'::scorecard::text, :'fitted', 'a fitted card is canonical');
SELECT is(scorecard(jsonb(:'fitted'::scorecard))::text, :'fitted', '... through jsonb too');
SELECT is((SELECT fit(current_setting('test.card')::scorecard, profile) FROM (SELECT profile FROM p ORDER BY random()) AS t)::text, :'fitted', 'the order of the rows does not matter');
SELECT is((SELECT fit(:'fitted'::scorecard, profile) FROM p)::text, :'fitted', 'fitting again replaces');
SELECT is((SELECT count(*) FROM p WHERE score(:'fitted', profile) IS DISTINCT FROM score_exact(:'fitted', profile)), 0::bigint, 'fast as by definition, of members');
SELECT is((SELECT count(*) FROM (SELECT profile(v) AS profile FROM generate_series(1, 3000) AS i, LATERAL (SELECT 'C' || i % 40 AS industry, 'growth' AS stage, round((random() * 120 - 30)::numeric, 3) AS x, i % 30 AS n, i * 4e5 AS y) AS v) AS o
	WHERE score(:'fitted', profile) IS DISTINCT FROM score_exact(:'fitted', profile)), 0::bigint, '... and of others');
CREATE TABLE big AS SELECT profile(v) AS profile, v.x FROM generate_series(1, 30000) AS i, LATERAL (SELECT round(exp(random() * 20)::numeric, 2) AS x, 'C' || i % 2 AS industry) AS v;
CREATE TABLE serial AS SELECT fit(one('x', '{"percentile": {"group": ["industry"]}}'), profile) AS card FROM big;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
ALTER TABLE big SET (parallel_workers = 2);
CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE line text; result text := ''; BEGIN FOR line IN EXECUTE 'EXPLAIN ' || query LOOP result := result || line || E'\n'; END LOOP; RETURN result; END $$;
SELECT matches(plan_of(format('SELECT fit(%L::scorecard, profile) FROM big', one('x', '{"percentile": {"group": ["industry"]}}'))), 'Partial Aggregate', 'workers take part');
SELECT format('SELECT fit(%L::scorecard, profile)::text AS parallel FROM big', one('x', '{"percentile": {"group": ["industry"]}}')) AS query \gset
:query \gset
SELECT is(:'parallel', (SELECT card::text FROM serial), '... and find the same');
-- above 10,000 members: at most 0.1 percentile point
SELECT cmp_ok((SELECT max(abs(score(card, profile) - w)) FROM (SELECT profile, 100 * (rank() OVER (PARTITION BY profile ->> 'industry' ORDER BY x) - 1)::numeric / (count(*) OVER (PARTITION BY profile ->> 'industry') - 1) AS w FROM big) AS t, serial), '<=', 0.1, 'a large group is within 0.1 percentile point');
SELECT cmp_ok((SELECT max(cardinality(string_to_array(g ->> 'values', ' '))) FROM serial, jsonb_array_elements(card::jsonb #> '{fitted,i}') AS g), '<', 2100, '... with about a thousand values');

-- ---- errors ----
SELECT throws_ok(format('SELECT score(%L, ''{"x": 1}'')', one('x', '{"percentile": true}')), '55000', NULL, 'not fitted, not scored');
SELECT throws_ok(format('SELECT fit(c, ''{}'') FROM (VALUES (%L::scorecard), (%L)) AS v (c)', one('x', '{"rank": true}'), one('y', '{"rank": true}')), '22023', 'fit() was given different scorecards', 'one card at a time');
SELECT is((SELECT fit(one('x', '{"rank": true}'), NULL) FROM p), NULL, 'nobody, nothing');
SELECT is((SELECT fit(one('x', '{"linear": [0, 1]}'), profile) FROM p)::text, one('x', '{"linear": [0, 1]}')::text, 'nothing to fit');
SELECT * FROM finish();
