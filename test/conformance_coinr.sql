-- The methods of composite indices on ten indicators of 51 countries, as COINr gives them:
-- moments and quantiles, normalisations, means, Copeland and Borda.  The methods as described:
-- minimum to maximum; sample standard deviation (n - 1); ranks in ascending order, ties sharing
-- the smaller place; percentile rank (rank - 1) / (n - 1); a mean skips what is absent and
-- rescales the weights.  Needs asem_index of the data folder ($GI_DATA); skipped where it is not there.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = public, growth_index;
\set there `test -r "$GI_DATA/asem_index/coinr_methods/input.csv" && echo 1 || echo 0`
\if :there
SELECT * FROM no_plan();
\set name input
\set file asem_index/coinr_methods/input.csv
\ir table.psql
\set name stats
\set file asem_index/coinr_methods/stats.csv
\ir table.psql
\set name indicator
\set file asem_index/coinr_methods/indicators.csv
\ir table.psql
\set name aggregate
\set file asem_index/coinr_methods/aggregates_from_minmax_1_100.csv
\ir table.psql
\set name minmax_0_100
\set file asem_index/coinr_methods/norm_minmax_0_100.csv
\ir table.psql
\set name minmax_0_1
\set file asem_index/coinr_methods/norm_minmax_0_1.csv
\ir table.psql
\set name minmax_1_100
\set file asem_index/coinr_methods/norm_minmax_1_100.csv
\ir table.psql
\set name borda
\set file asem_index/coinr_methods/norm_borda.csv
\ir table.psql
\set name rank
\set file asem_index/coinr_methods/norm_rank.csv
\ir table.psql
\set name percentile_rank
\set file asem_index/coinr_methods/norm_percentile_rank.csv
\ir table.psql
\set name zscore_0_1
\set file asem_index/coinr_methods/norm_zscore_mean0_sd1.csv
\ir table.psql
\set name zscore_10_2
\set file asem_index/coinr_methods/norm_zscore_mean10_sd2.csv
\ir table.psql
\set name dist2max
\set file asem_index/coinr_methods/norm_dist2max.csv
\ir table.psql
\set name fracmax
\set file asem_index/coinr_methods/norm_fracmax.csv
\ir table.psql

-- one row a country and indicator
CREATE FUNCTION long(source regclass) RETURNS TABLE (country text, code text, x numeric) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format($q$SELECT r ->> 'uCode', key, value::numeric
		FROM (SELECT to_jsonb(s) AS r FROM %s AS s) AS j, jsonb_each_text(r) WHERE key <> 'uCode'$q$, source);
END $$;
CREATE TABLE raw AS SELECT * FROM long('input') WHERE x IS NOT NULL;
SELECT is((SELECT count(*) FROM raw), 502::bigint, '51 countries by ten indicators, less eight that are absent');
-- both sides have the 15 digits that doubles have
CREATE FUNCTION close(have float8, want text) RETURNS boolean LANGUAGE sql AS $$
	SELECT have IS NOT DISTINCT FROM want::float8 OR abs(have - want::float8) <= 2e-14 * greatest(1, abs(want::float8))
$$;

-- ---- moments and quantiles ----
SELECT ok(close(skewness(x::float8), s.skew) AND close(kurtosis(x::float8), s.kurt), format('skewness and kurtosis: %s', code))
FROM raw JOIN stats s ON s.indicator = code GROUP BY code, s.skew, s.kurt ORDER BY code;
SELECT is((SELECT count(*) FROM (SELECT code, avg(x)::float8 AS mean, stddev_samp(x)::float8 AS sd, percentile_cont('{0,0.05,0.25,0.5,0.75,0.95,1}'::float8[]) WITHIN GROUP (ORDER BY x::float8) AS q FROM raw GROUP BY code) AS r
	JOIN stats s ON s.indicator = code WHERE close(r.mean, s.mean) AND close(r.sd, s.sd) AND close(q[1], s.min) AND close(q[2], s.p05) AND close(q[3], s.q25) AND close(q[4], s.median)
	AND close(q[5], s.q75) AND close(q[6], s.p95) AND close(q[7], s.max)), 10::bigint, 'mean, deviation and quantiles are the server''s own');

-- ---- minimum to maximum, in a card ----
CREATE FUNCTION card_of(weights text) RETURNS scorecard LANGUAGE sql AS $$
	SELECT jsonb_build_object('name', 'coinr', 'digits', '{"points": 9, "score": 9}'::jsonb, 'total', sum(weight), 'dimensions', '[{"code": "all"}]'::jsonb,
		'indicators', jsonb_agg(jsonb_build_object('code', code, 'dimension', 'all', 'normalise', jsonb_build_object('linear', jsonb_build_array(low, high)),
			'weight', weight, 'missing', 'reweight') ORDER BY code))::scorecard
	FROM (SELECT r.code, min(x) AS low, max(x) AS high, CASE weights WHEN 'equal' THEN 1 ELSE max(i.weight_w)::numeric END AS weight
		FROM raw r JOIN indicator AS i ON i.indicator = r.code GROUP BY r.code) AS w
$$;
CREATE TABLE card AS SELECT weights, card_of(weights) AS card FROM unnest('{equal,w}'::text[]) AS weights;
CREATE TABLE country AS SELECT country, profile_agg(code, to_jsonb(x)) AS p FROM raw GROUP BY country;
CREATE TABLE normal AS SELECT country, code, x FROM country, card, unnest(indicator_codes(card), normalised_values(card, p)) AS v (code, x) WHERE weights = 'equal';
SELECT is((SELECT count(*) FROM long('minmax_0_100') AS m JOIN normal n USING (country, code) WHERE close(n.x, m.x::text)), 510::bigint, 'minimum to maximum, 0 to 100');
SELECT is((SELECT count(*) FROM long('minmax_0_1') AS m JOIN normal n USING (country, code) WHERE close(n.x / 100, m.x::text)), 510::bigint, 'minimum to maximum, 0 to 1');
SELECT is((SELECT count(*) FROM long('minmax_1_100') AS m JOIN normal n USING (country, code) WHERE close(1 + n.x * 0.99, m.x::text)), 510::bigint, 'minimum to maximum, 1 to 100');

-- ---- the same, and the rest, by cards that fit() makes ----
-- A card that states no bounds, fitted over the countries.  Its program's percentile rank is ours,
-- (rank - 1) / (n - 1), and ascending ranks and Borda's counts are that on other ends.  What it calls
-- distance to the maximum, 1 - (max - x) / (max - min), is minimum to maximum; our leader is its
-- fraction of the maximum, x / max.
CREATE TABLE method (source text, normalise text);
INSERT INTO method VALUES
	('minmax_0_1', '{"minmax": {"range": [0, 1]}}'), ('minmax_0_100', '{"minmax": true}'), ('minmax_1_100', '{"minmax": {"range": [1, 100]}}'),
	('zscore_0_1', '{"zscore": {"scale": [0, 1], "clamp": false}}'), ('zscore_10_2', '{"zscore": {"scale": [10, 2], "clamp": false}}'),
	('percentile_rank', '{"percentile": {"range": [0, 1]}}'), ('rank', '{"percentile": {"range": [1, members]}}'), ('rank', '{"rank": {"direction": "less", "range": [members, 1]}}'),
	('borda', '{"percentile": {"range": [0, others]}}'), ('dist2max', '{"minmax": {"range": [0, 1]}}'), ('fracmax', '{"leader": {"range": [0, 1]}}');
CREATE TABLE compared AS
SELECT m.*, v.code, v.country, v.x FROM method m, LATERAL (
	SELECT fit(c, p) AS f FROM country, (SELECT scorecard(jsonb(card) || jsonb_build_object('indicators', (SELECT jsonb_agg(i || jsonb_build_object('normalise',
			replace(replace(m.normalise, 'members', n::text), 'others', (n - 1)::text)::jsonb)) FROM jsonb_array_elements(jsonb(card) -> 'indicators') AS i,
			LATERAL (SELECT count(*) AS n FROM raw WHERE code = i ->> 'code') AS r))) AS c FROM card WHERE weights = 'equal') AS u) AS w,
	LATERAL (SELECT country, code, x FROM country, unnest(indicator_codes(f), normalised_values(f, p)) AS u (code, x)) AS v;
CREATE TABLE normalised_as (source text, country text, code text, x numeric);
SELECT format('INSERT INTO normalised_as SELECT %L, * FROM long(%1$L)', source) FROM (SELECT DISTINCT source FROM method) AS s \gexec
SELECT is((SELECT count(*) FROM compared c JOIN normalised_as n USING (source, country, code) WHERE c.source = m.source AND c.normalise = m.normalise AND close(c.x, n.x::text)), 510::bigint,
	format('%s, fitted: %s', source, normalise)) FROM method AS m ORDER BY source, normalise;

-- ---- arithmetic, geometric and harmonic means of 1 to 100, and their ranks ----
-- a line that gives 1 at the minimum and 100 at the maximum starts 1 / 99 of their distance below
CREATE TABLE mean AS
SELECT weights, aggregate, country, score(c, p) AS mean, rank() OVER (PARTITION BY weights, aggregate ORDER BY score(c, p) DESC) AS place
FROM card, unnest('{weighted,geometric,harmonic}'::text[]) AS aggregate, country, LATERAL (
	SELECT scorecard(jsonb(card) - 'total' || jsonb_build_object('weights', 'relative', 'digits', '{"points": 12, "score": 12}'::jsonb,
		'dimensions', jsonb_build_array(jsonb_build_object('code', 'all', 'weight', 1, 'aggregate', aggregate)),
		'indicators', (SELECT jsonb_agg(i || jsonb_build_object('normalise', jsonb_build_object('linear', jsonb_build_array(low - (high - low) / 99, high))) ORDER BY i ->> 'code')
			FROM jsonb_array_elements(jsonb(card) -> 'indicators') AS i, LATERAL (SELECT (i #>> '{normalise,linear,0}')::numeric AS low, (i #>> '{normalise,linear,1}')::numeric AS high) AS l))) AS c OFFSET 0) AS v;
CREATE TABLE published AS SELECT "uCode" AS country, key, value FROM aggregate a, jsonb_each_text(to_jsonb(a)) WHERE key <> 'uCode';
SELECT is((SELECT count(*) FROM mean m JOIN published p ON p.country = m.country AND p.key = format('%smean_%s', left(replace(aggregate, 'weighted', 'a'), 1), weights)
	WHERE m.aggregate = kind AND m.weights = w.weights AND abs(m.mean - value::numeric) <= 6e-12), 51::bigint,
	format('%s mean, weights %s: to the twelve decimals of a score', kind, w.weights))
FROM unnest('{weighted,geometric,harmonic}'::text[]) AS kind, unnest('{equal,w}'::text[]) AS w (weights);
SELECT is((SELECT count(*) FROM mean m JOIN published p ON p.country = m.country AND p.key = 'rank_amean_' || weights WHERE aggregate = 'weighted' AND m.weights = w.weights AND place::text = value), 51::bigint, format('ranks of the arithmetic mean, weights %s', w.weights))
FROM unnest('{equal,w}'::text[]) AS w (weights);

-- ---- Copeland and Borda ----
CREATE TABLE gathered AS SELECT array_agg(country ORDER BY country) AS countries, array_agg(normalised_values(card, p) ORDER BY country) AS scores FROM country, card WHERE weights = 'equal';
CREATE TABLE won AS SELECT c.* FROM gathered, unnest(countries, copeland(scores)) AS c (country, won);
-- The published table is inconsistent where a connection speed is absent (BGD, BRN, KAZ, KHM, LAO,
-- MMR, MNG, PAK): its program adds up what the first of two countries is better in, and gives the
-- rest to the second, which so wins what nobody knows; another order of countries, another table.
CREATE TABLE place AS SELECT n, "uCode" AS country FROM (SELECT row_number() OVER () AS n, "uCode" FROM aggregate) AS a;
CREATE TABLE pair AS
SELECT a.country, b.country AS other, p.n < q.n AS first, count(*) FILTER (WHERE a.x IS NULL OR b.x IS NULL) AS absent,
	sum(CASE WHEN a.x > b.x THEN 1 WHEN a.x = b.x THEN 0.5 ELSE 0 END) AS better, sum(CASE WHEN a.x < b.x THEN 1 WHEN a.x = b.x THEN 0.5 ELSE 0 END) AS worse
FROM normal a JOIN normal b USING (code), place p, place q WHERE a.country <> b.country AND p.country = a.country AND q.country = b.country GROUP BY 1, 2, 3;
CREATE TABLE theirs AS SELECT country, sum(sign(CASE WHEN first THEN better - 5 ELSE 5 - worse END)) AS won, sum(sign(CASE WHEN first THEN better - 5 ELSE 5 - worse END) - sign(better - worse)) AS unfair,
	sum(absent) AS absent FROM pair GROUP BY country;
SELECT is((SELECT count(*) FROM theirs JOIN aggregate a ON a."uCode" = country WHERE won = copeland_equal::int), 51::bigint, 'Copeland''s score: the published table gives absent values to the second country');
SELECT is((SELECT count(*) FROM won JOIN theirs USING (country) JOIN aggregate a ON a."uCode" = country WHERE won.won = copeland_equal::int - unfair), 51::bigint, 'here they count for neither');
SELECT is((SELECT count(*) FROM won JOIN aggregate a ON a."uCode" = country WHERE won = copeland_equal::int), 33::bigint, 'which changes 18 countries');
SELECT is((SELECT sum(won) FROM won), 0::bigint, 'what one wins another loses');
-- each indicator for itself: a column of the published table
CREATE TABLE counted AS
SELECT c.country, g.code, c.count FROM (SELECT code, array_agg(country ORDER BY country) AS countries, array_agg(ARRAY[x]::float8[] ORDER BY country) AS scores FROM raw GROUP BY code) AS g,
	unnest(countries, growth_index.borda(scores)) AS c (country, count);
SELECT is((SELECT count(*) FROM counted c JOIN long('borda') AS b USING (country, code) WHERE c.count = b.x), 502::bigint, 'Borda''s counts');
SELECT is((SELECT count(*) FROM counted c JOIN long('rank') AS b USING (country, code) WHERE c.count + 1 = b.x), 502::bigint, 'ranks are one more');
SELECT is((SELECT count(*) FROM gathered, unnest(countries, growth_index.borda(scores)) AS c (country, count) JOIN (SELECT country, sum(x) AS s FROM long('borda') GROUP BY country) AS b USING (country) WHERE c.count = b.s),
	51::bigint, 'and the composite is their sum');
SELECT * FROM finish();
\else
SELECT '1..0 # skip needs asem_index in the data folder';
\endif
