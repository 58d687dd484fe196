/*
 * Years that are made, detached, and put back.
 */
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT no_plan();
INSERT INTO department (code) VALUES ('tax');
INSERT INTO indicator (code, department) VALUES ('revenue', 'tax'), ('profit', 'tax');
INSERT INTO enterprise (credit_code, name, industry)
SELECT credit_code_complete('91410100MW' || lpad(n::text, 7, '0')), 'firm ' || n, 'C39' FROM generate_series(1, 20) AS n;
CREATE FUNCTION pg_temp.years() RETURNS text[] LANGUAGE sql AS $$
	SELECT array_agg(inhrelid::regclass::text ORDER BY inhrelid::regclass::text) FROM pg_inherits WHERE inhparent = 'observation'::regclass
$$;
INSERT INTO upload SELECT credit_code, 'revenue', 100 * y, y || '-12-31', 'tax' FROM enterprise, generate_series(2018, 2022) AS y;
SELECT is(add_observation_years(2017, 2019), 3, 'a partition is made for each year');
SELECT is(add_observation_years(2018, 2020), 1, 'that has none');
SELECT is(pg_temp.years(), '{observation_2017,observation_2018,observation_2019,observation_2020,observation_other}', 'the others are in one');
SELECT results_eq('SELECT tableoid::regclass::text, count(*) FROM observation GROUP BY 1 ORDER BY 1',
	$$VALUES ('observation_2018', 20::bigint), ('observation_2019', 20), ('observation_2020', 20), ('observation_other', 40)$$, 'what was there of it is moved into it');
INSERT INTO upload SELECT credit_code, 'revenue', 7, '2018-12-31', 'tax' FROM enterprise WHERE name LIKE 'firm 1%';
SELECT is((SELECT count(*) FROM observation_2018), 31::bigint, 'what comes after goes into it');
/* the last that is known of these is of 2018 */
INSERT INTO upload SELECT credit_code, 'profit', substr(name, 6), m || '-30', 'tax' FROM enterprise, unnest('{2018-06,2018-11}'::text[]) AS m;
/* of this one nothing is known of the years between */
INSERT INTO enterprise (credit_code, name) VALUES (credit_code_complete('91410100MW0000021'), 'late');
INSERT INTO upload SELECT credit_code, 'revenue', y, y || '-12-31', 'tax' FROM enterprise, generate_series(2018, 2021, 3) AS y WHERE name = 'late';
SELECT refresh_batch(100) \g /dev/null
CREATE FUNCTION pg_temp.profiles() RETURNS TABLE (code text, day date, profile text) LANGUAGE sql AS $$
	SELECT credit_code::text, d, profile_of(credit_code, d)::text FROM enterprise, unnest('{2017-12-31,2019-12-31,2020-06-30,2022-12-31,NULL}'::date[]) AS d
$$;
CREATE TEMP TABLE before AS SELECT * FROM pg_temp.profiles();
CREATE TEMP TABLE all_rows AS SELECT * FROM observation;

/* ---- detached ---- */
SELECT is(archive_year(2018), 51::bigint, 'a year is detached, but for what is the last of its kind');
SELECT is((SELECT count(*) FROM observation_2018), 51::bigint, 'a table of its own');
SELECT is(pg_temp.years(), '{observation_2017,observation_2018_kept,observation_2019,observation_2020,observation_other}', 'and a partition no more');
SELECT bag_eq('SELECT indicator, period_end FROM observation_2018_kept', $$SELECT 'profit' COLLATE "C", DATE '2018-11-30' FROM generate_series(1, 20) UNION ALL SELECT 'revenue', '2018-12-31'$$,
	'what was not replaced by the end of the next year stays');
SELECT bag_eq('SELECT * FROM observation_2018 UNION ALL SELECT * FROM observation', 'SELECT * FROM all_rows', 'no row is lost or doubled');
SELECT bag_eq('SELECT * FROM pg_temp.profiles()', 'SELECT * FROM before', 'no profile of a day before it or later than the next year changes');
SELECT is((SELECT count(*) FROM refresh_queue), 0::bigint, 'so nothing has to be refreshed');
SELECT throws_ok('SELECT archive_year(2018)', '55000', 'year 2018 is archived already', 'not twice');
SELECT throws_ok('SELECT archive_year(extract(year FROM current_date)::integer)', '22023', NULL, 'nor a year that is not over');
SELECT is(add_observation_years(2018, 2018), 0, 'no partition is made for a year that is archived');

/* ---- what could rest on it ---- */
SELECT throws_ok('SELECT profile_of(credit_code, DATE ''2019-12-30'') FROM enterprise', '55000', 'the profile for 2019-12-30 rests on values of 2018, which are archived',
	'a profile that could rest on it is refused, not given without it');
SELECT throws_ok('SELECT profile_of(credit_code, DATE ''2018-01-01'') FROM enterprise', '55000', NULL, 'from the first day of the year');
SELECT throws_ok('SELECT profile_of(credit_code, NULL, (SELECT min(recorded_at) FROM all_rows)) FROM enterprise', '55000', NULL, 'and before what replaced it was known');
SELECT is_empty('SELECT name FROM enterprise WHERE profile_of(credit_code, NULL, clock_timestamp()) IS DISTINCT FROM profile_of(credit_code)
	OR profile_of(credit_code, NULL, (SELECT min(recorded_at) FROM all_rows) - interval ''1 s'') IS NOT NULL', 'not after it, nor before the year itself was');
SELECT results_eq($$SELECT archived_year(d), archived_year(d, now() - interval '1 year'), archived_year(d, now() + interval '1 day')
		FROM unnest('{2017-12-31,2018-01-01,2019-12-30,2019-12-31}'::date[]) AS d$$,
	'VALUES (NULL::integer, NULL::integer, NULL::integer), (2018, NULL, 2018), (2018, NULL, 2018), (NULL, NULL, NULL)', 'which can be asked beforehand');
SELECT add_scorecard('innovation', '{"name": "points", "dimensions": [{"code": "d", "name": "D"}],
	"indicators": [{"code": "revenue", "name": "R", "dimension": "d", "normalise": {"linear": [0, 1000000]}, "weight": 100, "missing": "zero"}],
	"ratings": [{"grade": "C", "from": 0}]}') \g /dev/null
SELECT refresh_all(), refresh_batch(100) \g /dev/null
SELECT is((SELECT array_agg(h ->> 'date' ORDER BY h ->> 'date') FROM enterprise AS e, jsonb_array_elements(portrait(e.credit_code) -> 'history') AS h WHERE e.name = 'firm 1' AND h ? 'replayed'),
	'{2019-12-31,2020-12-31,2021-12-31,2022-12-31}', 'a portrait leaves out what cannot be replayed');

/* ---- as append-only as before ---- */
INSERT INTO upload SELECT credit_code, 'revenue', 201800, '2018-12-31', 'tax' FROM enterprise WHERE name = 'firm 2';
SELECT results_eq('SELECT reason_code, reason FROM upload_error', $$VALUES ('archived_period', 'the year of 2018-12-31 is archived')$$, 'what is sent of it again is refused, not doubled');
SELECT throws_ok(format(s, t), '23001', NULL, format('%s: refused', format(s, t)))
FROM unnest('{observation,observation_2018,observation_2018_kept,observation_2019,observation_other}'::text[]) AS t,
	unnest('{DELETE FROM %s,UPDATE %s SET line = 1,TRUNCATE %s}'::text[]) AS s;
SELECT create_roles() \g /dev/null
SELECT is_empty($$SELECT t, r.rolname FROM unnest(pg_temp.years() || '{observation_2018}'::text[]) AS t, pg_roles AS r
	WHERE r.rolname LIKE 'growth\_index\_%' AND has_table_privilege(r.oid, t, 'SELECT,INSERT,UPDATE,DELETE,TRUNCATE')$$, 'nobody reaches rows beside the policies of observation');

/* ---- put back, with what was corrected meanwhile ---- */
INSERT INTO observation (credit_code, indicator, value, period_end, department) SELECT credit_code, 'profit', '77', '2018-11-30', 'tax' FROM enterprise WHERE name = 'firm 3';
INSERT INTO all_rows SELECT * FROM observation ORDER BY id DESC LIMIT 1;
SELECT is(restore_year(2018), 51::bigint, 'a year is put back');
SELECT bag_eq('SELECT * FROM observation', 'SELECT * FROM all_rows', 'as it was');
SELECT is(pg_temp.years(), '{observation_2017,observation_2018,observation_2019,observation_2020,observation_other}', 'as a partition again');
SELECT ok(to_regclass('growth_index.observation_2018_kept') IS NULL AND NOT EXISTS (SELECT FROM observation_archive), 'and what stood in its place is gone');
SELECT is((SELECT profile_of(credit_code, DATE '2018-12-31') ->> 'profit' FROM enterprise WHERE name = 'firm 3'), '77', 'its profiles can be given again');
SELECT throws_ok('SELECT restore_year(2018)', '55000', 'year 2018 is not archived here', 'not twice');
SELECT is(archive_year(2021), 20::bigint, 'also a year that had no partition');

SELECT archive_year(2019) \g /dev/null
SET SESSION AUTHORIZATION growth_index_admin;
SET growth_index.archiving = 'on';
SELECT throws_ok('DELETE FROM growth_index.observation', '23001', NULL, 'nobody else deletes by the setting');
RESET growth_index.archiving;
SELECT is(growth_index.restore_year(2019), 20::bigint, 'an admin archives and restores');
SELECT ok(growth_index.prepare_years() >= 2, 'the daily job makes years ahead, and those that have values');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT count(*) FROM observation_other), 0::bigint, 'so that nothing stays outside of them');
SELECT is(prepare_years(), 0, 'once');
SELECT * FROM finish();
