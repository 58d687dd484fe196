/*
 * Years that are detached, and put back.
 */
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT no_plan();
INSERT INTO department (code) VALUES ('tax');
INSERT INTO indicator (code, department) VALUES ('revenue', 'tax'), ('profit', 'tax');
INSERT INTO enterprise (credit_code, name, industry)
SELECT credit_code_complete('91410100MW' || lpad(n::text, 7, '0')), 'firm ' || n, 'C39' FROM generate_series(1, 20) AS n;
INSERT INTO upload SELECT credit_code, 'revenue', 100 * y, y || '-12-31', 'tax' FROM enterprise, generate_series(2018, 2022) AS y;
INSERT INTO upload SELECT credit_code, 'revenue', 7, '2018-12-31', 'tax' FROM enterprise WHERE name LIKE 'firm 1%';
/* the last that is known of these is of 2018 */
INSERT INTO upload SELECT credit_code, 'profit', substr(name, 6), m || '-30', 'tax' FROM enterprise, unnest('{2018-06,2018-11}'::text[]) AS m;
SELECT refresh_batch(100) \g /dev/null
CREATE TEMP TABLE before AS SELECT credit_code, profile_of(credit_code) AS p, profile_of(credit_code, '2019-12-31') AS p19 FROM enterprise;
CREATE TEMP TABLE all_rows AS SELECT * FROM observation;

SELECT is(archive_year(2018), 51::bigint, 'a year is detached, but for what is the last of its kind');
SELECT is((SELECT count(*) FROM observation_2018), 51::bigint, 'into a table of its own');
SELECT results_eq('SELECT indicator, count(*) FROM observation WHERE period_end < ''2019-01-01'' GROUP BY 1', $$VALUES ('profit' COLLATE "C", 20::bigint)$$, 'the last stays');
SELECT is_empty('SELECT credit_code FROM before WHERE profile_of(credit_code) IS DISTINCT FROM p OR profile_of(credit_code, ''2019-12-31'') IS DISTINCT FROM p19', 'no profile of a later day changes');
SELECT is((SELECT count(*) FROM refresh_queue), 0::bigint, 'so nothing has to be refreshed');
SELECT throws_ok('SELECT archive_year(2018)', '55000', 'year 2018 is archived already', 'not twice');
SELECT throws_ok('SELECT archive_year(extract(year FROM current_date)::integer)', '22023', NULL, 'nor a year that is not over');
INSERT INTO upload SELECT credit_code, 'revenue', 201800, '2018-12-31', 'tax' FROM enterprise WHERE name = 'firm 2';
SELECT results_eq('SELECT reason_code, reason FROM upload_error', $$VALUES ('archived_period', 'the year of 2018-12-31 is archived')$$, 'what is sent of it again is refused, not doubled');
SELECT throws_ok('DELETE FROM observation', '23001', NULL, 'observations are as append-only as before');
SELECT is(restore_year(2018), 51::bigint, 'a year is put back');
SELECT bag_eq('SELECT * FROM observation', 'SELECT * FROM all_rows', 'as it was');
SELECT ok(to_regclass('growth_index.observation_2018') IS NULL AND NOT EXISTS (SELECT FROM observation_archive), 'and its table is gone');
SELECT throws_ok('SELECT restore_year(2018)', '55000', 'year 2018 is not archived here', 'not twice either');
SELECT create_roles() \g /dev/null
SELECT archive_year(2019) \g /dev/null
SET SESSION AUTHORIZATION growth_index_admin;
SET growth_index.archiving = 'on';
SELECT throws_ok('DELETE FROM growth_index.observation', '23001', NULL, 'nobody else deletes by the setting');
RESET growth_index.archiving;
SELECT is(growth_index.restore_year(2019), 20::bigint, 'an admin archives and restores');
RESET SESSION AUTHORIZATION;
SELECT * FROM finish();
