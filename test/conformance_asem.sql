-- The ASEM Sustainable Connectivity index: 51 countries, 49 indicators, 8 pillars, two sub-indices, from the raw
-- values through every stage to the published scores and ranks.  The method as described: amounts over their
-- denominators; the mean of the country's group (Europe, Asia) for what is absent; while the skewness is beyond 2
-- and the kurtosis above 3.5 the outermost value is winsorised, at most six, else logarithms; minimum to maximum,
-- 0 to 100, by direction; arithmetic means, level by level.
-- Needs asem_index of the data folder ($GI_DATA); skipped where it is not there.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = public, growth_index;
\set there `test -r "$GI_DATA/asem_index/stage_raw.csv" && echo 1 || echo 0`
\if :there
SELECT * FROM no_plan();
\set name meta
\set file asem_index/asem_imeta.csv
\ir table.psql
\set name idata
\set file asem_index/asem_idata.csv
\ir table.psql
\set name structure
\set file asem_index/structure.csv
\ir table.psql
\set name weight
\set file asem_index/weights.csv
\ir table.psql
\set name stage_raw
\set file asem_index/stage_raw.csv
\ir table.psql
\set name stage_denominated
\set file asem_index/stage_denominated.csv
\ir table.psql
\set name stage_imputed
\set file asem_index/stage_imputed.csv
\ir table.psql
\set name stage_treated
\set file asem_index/stage_treated.csv
\ir table.psql
\set name stage_normalised
\set file asem_index/stage_normalised.csv
\ir table.psql
\set name stage_aggregated
\set file asem_index/stage_aggregated.csv
\ir table.psql
\set name treatment
\set file asem_index/treatment_TreatSummary.csv
\ir table.psql
\set name flag
\set file asem_index/treatment_TreatFlags.csv
\ir table.psql
\set name result
\set file asem_index/results_score_2dp.csv
\ir table.psql
\set name result_rank
\set file asem_index/results_rank.csv
\ir table.psql

CREATE FUNCTION long(source regclass) RETURNS TABLE (country text, code text, x numeric) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format($q$SELECT r ->> 'UnitCode', key, value::numeric
		FROM (SELECT to_jsonb(s) AS r FROM %s AS s) AS j, jsonb_each_text(r) WHERE key NOT IN ('UnitCode', 'UnitName', 'Year') AND key NOT LIKE 'Group%%'$q$, source);
END $$;
CREATE FUNCTION close(have numeric, want numeric) RETURNS boolean LANGUAGE sql AS $$ SELECT have IS NOT DISTINCT FROM want OR abs(have - want) <= 2e-14 * greatest(1, abs(want)) $$;
CREATE TABLE meta_of AS SELECT "iCode" AS code, "Direction"::int AS direction, "Denominator" AS denominator, "Parent" AS parent FROM meta WHERE "Type" = 'Indicator';

-- ---- denominated: by a formula each ----
-- The source is inconsistent in one denominator: the stages were made with a GDP of ten digits (Austria
-- 390.7999911), the inputs have fifteen (390.799991147468), which moves 429 values by up to 5e-10 of themselves.
CREATE TABLE country AS
SELECT r."UnitCode" AS country, r."Group_EurAsia" AS area,
	profile((SELECT jsonb_object_agg(key, value::numeric) FROM jsonb_each_text(to_jsonb(r)) WHERE key IN (SELECT code FROM meta_of) AND value IS NOT NULL)
		|| jsonb_build_object('Area', i."Area"::numeric, 'Energy', i."Energy"::numeric, 'Population', i."Population"::numeric, 'printed', i."GDP"::numeric, 'GDP', round(gdp, 9 - floor(log(gdp))::int))) AS p
FROM stage_raw r JOIN idata i ON i."uCode" = r."UnitCode", LATERAL (SELECT i."GDP"::numeric AS gdp) AS g;
CREATE TABLE denominated AS
SELECT country, area, code, denominator, evaluate(CASE WHEN denominator IS NULL THEN quote_ident(code) ELSE format('%I / %I', code, denominator) END::formula, p) AS x,
	evaluate(CASE denominator WHEN 'GDP' THEN format('%I / printed', code) END::formula, p) AS of_printed
FROM country, meta_of;
SELECT is((SELECT count(*) FROM denominated d JOIN long('stage_denominated') AS s USING (country, code) WHERE close(d.x, s.x)), 2499::bigint, 'denominated: 51 countries by 49 indicators');
SELECT is((SELECT count(*) FROM denominated d JOIN long('stage_denominated') AS s USING (country, code) WHERE denominator = 'GDP' AND NOT close(of_printed, s.x)), 429::bigint, 'the GDP of the inputs would give others');
SELECT ok((SELECT max(abs(of_printed / nullif(s.x, 0) - 1)) < 5e-10 FROM denominated d JOIN long('stage_denominated') AS s USING (country, code)), 'in the tenth digit');
SELECT is((SELECT string_agg(country || ' ' || code, ', ' ORDER BY code) FROM denominated d JOIN long('stage_raw') AS s USING (country, code) WHERE d.x IS NULL AND s.x IS NOT NULL), 'LAO Elec, LAO Gas',
	'absent is what was, and what is over something absent: Laos has no consumption of energy');

-- ---- imputed: the mean of the group ----
CREATE TABLE imputed AS SELECT country, area, code, coalesce(x, avg(x) OVER (PARTITION BY code, area)) AS x FROM denominated;
SELECT is((SELECT count(*) FROM imputed d JOIN long('stage_imputed') AS s USING (country, code) WHERE close(d.x, s.x)), 2499::bigint, 'imputed by the group''s mean');

-- ---- treated ----
CREATE TABLE treated_column AS
SELECT code, countries, (treat_outliers(x, 6)).* FROM (SELECT code, array_agg(country ORDER BY country) AS countries, array_agg(x::float8 ORDER BY country) AS x FROM imputed GROUP BY code) AS g;
CREATE TABLE treated AS SELECT code, u.country, u.x::numeric AS x FROM treated_column, unnest(countries, treated) AS u (country, x);
SELECT is((SELECT count(*) FROM treated_column c JOIN treatment t ON t."IndCode" = c.code WHERE c.low = t."Low"::int AND c.high = t."High"::int AND NOT logarithm), 49::bigint, 'as many values are winsorised, at the same ends');
SELECT is((SELECT count(*) FROM treated d JOIN long('stage_treated') AS s USING (country, code) WHERE close(d.x, s.x)), 2499::bigint, 'treated');
SELECT is((SELECT count(*) FROM (SELECT t.code, t.country, t.x <> i.x::float8::numeric AS moved FROM treated t JOIN imputed i USING (country, code)) AS m
	JOIN LATERAL (SELECT to_jsonb(f) ->> m.code AS said FROM flag f WHERE f."UnitCode" = m.country) AS f ON moved = (said <> 'No')), 2499::bigint, 'it is the same values');

-- ---- one card: four levels, each the mean of its members ----
CREATE TABLE card AS
SELECT jsonb_build_object('name', 'ASEM Sustainable Connectivity', 'weights', 'relative', 'digits', '{"points": 12, "score": 12}'::jsonb,
	'dimensions', (SELECT jsonb_agg(d ORDER BY level DESC, code) FROM (
		SELECT m."Level" AS level, m."iCode" AS code, jsonb_strip_nulls(jsonb_build_object('code', m."iCode", 'name', m."iName", 'parent', m."Parent", 'weight', w."Weight"::numeric)) AS d
		FROM meta m JOIN weight w ON w."Code" = m."iCode" WHERE m."Type" = 'Aggregate') AS a),
	'indicators', (SELECT jsonb_agg(jsonb_build_object('code', code, 'dimension', parent, 'weight', w."Weight"::numeric, 'normalise', jsonb_build_object('linear',
			CASE direction WHEN 1 THEN jsonb_build_array(low, high) ELSE jsonb_build_array(high, low) END)) ORDER BY code)
		FROM (SELECT code, parent, direction, min(x) AS low, max(x) AS high FROM treated JOIN meta_of USING (code) GROUP BY 1, 2, 3) AS i JOIN weight w ON w."Code" = code))::scorecard AS card;
CREATE TABLE subject AS SELECT country, profile_agg(code, to_jsonb(x)) AS p FROM treated GROUP BY country;
SELECT is((SELECT array_agg(DISTINCT "IndCode" ORDER BY "IndCode") FROM structure s WHERE "Agg1" <> (SELECT dimensions[3] FROM card, scorecard_items(card) WHERE code = "IndCode")), NULL, 'the structure is the published one');
CREATE TABLE detail AS SELECT country, d.level, coalesce(d.code, 'Index') AS code, d.normalised, d.points, d.possible FROM subject, card, score_detail(card, p) AS d;
SELECT is((SELECT count(*) FROM subject, card, unnest(indicator_codes(card), normalised_values(card, p)) AS v (code, x) JOIN long('stage_normalised') AS s USING (code) WHERE s.country = subject.country AND close(v.x::numeric, s.x)), 2499::bigint, 'normalised');
-- a dimension's value is its share of what was possible
CREATE TABLE value AS SELECT country, code, points * 100 / possible AS x FROM detail WHERE level = 'dimension';
SELECT is((SELECT count(*) FROM value v JOIN long('stage_aggregated') AS s USING (country, code) WHERE abs(v.x - s.x) <= 3e-11), 51 * 11::bigint, 'pillars, sub-indices and index');
SELECT is((SELECT count(*) FROM subject, card, long('stage_aggregated') AS s WHERE s.country = subject.country AND s.code = 'Index' AND abs(score(card, p) - s.x) <= 6e-12), 51::bigint, 'the score is the index');
SELECT is((SELECT count(*) FROM value v JOIN result r ON r."UnitCode" = country WHERE round(v.x, 2) = (to_jsonb(r) ->> code)::numeric), 51 * 11::bigint, 'the published table, to its two decimals');
-- ranks are taken on what is printed
SELECT is((SELECT count(*) FROM (SELECT country, code, rank() OVER (PARTITION BY code ORDER BY round(x, 2) DESC) AS place FROM value) AS v JOIN result_rank r ON r."UnitCode" = country
	WHERE place = (to_jsonb(r) ->> code)::int), 51 * 11::bigint, 'the published ranks');
SELECT * FROM finish();
\else
SELECT '1..0 # skip needs asem_index in the data folder';
\endif
