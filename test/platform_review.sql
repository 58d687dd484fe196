/*
 * Review of data by the enterprises, and what enterprises were before.
 */
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT no_plan();
INSERT INTO department (code) VALUES ('tax'), ('ip');
INSERT INTO indicator (code, department, valid_min) VALUES ('revenue', 'tax', 0), ('patents', 'ip', 0);
INSERT INTO enterprise (credit_code, name, industry, registered_zone, founded)
SELECT credit_code_complete('91410100MW' || lpad(n::text, 7, '0')), 'firm ' || n, 'C39', 'ZZHT', '2015-01-01' FROM generate_series(1, 3) AS n;
SELECT credit_code AS one FROM enterprise WHERE name = 'firm 1' \gset
SELECT credit_code AS two FROM enterprise WHERE name = 'firm 2' \gset
SELECT credit_code AS three FROM enterprise WHERE name = 'firm 3' \gset
INSERT INTO upload SELECT credit_code, 'revenue', '100', '2023-12-31', 'tax' FROM enterprise;
INSERT INTO upload SELECT credit_code, 'patents', '5', '2023-12-31', 'ip' FROM enterprise;
SELECT refresh_batch(100) \g /dev/null

/* ---- confirming and objecting ---- */
SELECT results_eq('SELECT DISTINCT confirmed_at IS NULL, changed, open_objections FROM data_review', 'VALUES (true, true, 0::bigint)', 'at first nobody has looked');
SELECT ok(confirm_data(:'one') > 0, 'an enterprise confirms its data');
SELECT results_eq(format('SELECT confirmed_at IS NULL, changed FROM data_review WHERE credit_code = %L', :'one'), 'VALUES (false, false)', 'which is seen');
SELECT is((SELECT profile FROM data_confirmation), profile_of(:'one'), 'with what it confirmed');
SELECT object_to_value(:'one', 'revenue', '2023-12-31', '少了一笔', '120') AS objection \gset
SELECT is(object_to_value(:'one', 'revenue', '2023-12-31', '少了一笔', '120'), :objection::bigint, 'the same objection again is the same');
SELECT throws_ok(format($$SELECT object_to_value(%L, 'revenue', '2023-12-31', 'else', '130')$$, :'one'), '55000', NULL, 'another has to wait');
SELECT throws_ok(format($$SELECT confirm_data(%L)$$, :'one'), '55000', NULL, 'and what is disputed is not confirmed');
SELECT throws_ok(format($$SELECT object_to_value(%L, 'revenue', '2022-12-31', 'x')$$, :'one'), 'P0002', NULL, 'what is not there is not objected to');
SELECT throws_ok(format($$SELECT object_to_value(%L, 'patents', '2023-12-31', 'x', 'many')$$, :'one'), '22023', '"many" is no value for indicator "patents"', 'a claim is a value');
SELECT throws_ok(format($$SELECT object_to_value(%L, 'patents', '2023-12-31', 'x', '5.0')$$, :'one'), '22023', '"5.0" is the value already of indicator "patents"', 'and another one');
SELECT throws_ok(format($$SELECT object_to_value(%L, 'patents', '2023-12-31', ' ')$$, :'one'), '22023', NULL, 'and has a reason');
/* one transaction may raise any number */
BEGIN;
SELECT object_to_value(:'one', 'patents', '2023-12-31', 'x', '6'), object_to_value(:'two', 'patents', '2023-12-31', 'x', '6') \g /dev/null
SELECT count(*) AS locks FROM pg_locks WHERE pid = pg_backend_pid() AND locktype <> 'relation' \gset
SELECT object_to_value(:'three', 'patents', '2023-12-31', 'x', '6'), object_to_value(:'three', 'revenue', '2023-12-31', 'x', '6') \g /dev/null
SELECT is((SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype <> 'relation'), :locks::bigint, 'an objection holds no lock in memory');
ROLLBACK;
SELECT is((answer_objection(:objection, true)).state, 'accepted', 'the department accepts');
SELECT is((answer_objection(:objection, true)).state, 'accepted', 'twice, by mistake');
SELECT results_eq(format('SELECT value, department FROM observation WHERE credit_code = %L AND indicator = ''revenue'' ORDER BY id', :'one'),
	$$VALUES ('100'::jsonb, 'tax'), ('120', 'tax')$$, 'which is one new observation, and the old one stays');
SELECT throws_ok(format('SELECT answer_objection(%s, false, ''no'')', :objection), '55000', NULL, 'an answer is not taken back');
SELECT refresh_batch(100) \g /dev/null
SELECT results_eq(format('SELECT changed, open_objections, accepted_objections FROM data_review WHERE credit_code = %L', :'one'), 'VALUES (true, 0::bigint, 1::bigint)', 'its data is another than it confirmed');
SELECT object_to_value(:'two', 'patents', '2023-12-31', 'not ours') AS objection \gset
SELECT throws_ok(format('SELECT answer_objection(%s, false)', :objection), '22023', NULL, 'a rejection says why');
SELECT is((answer_objection(:objection, false, 'the register says so')).state, 'rejected', 'and leaves the value');
SELECT is((SELECT count(*) FROM observation WHERE credit_code = :'two'), 2::bigint, 'as it is');
SELECT object_to_value(:'two', 'patents', '2023-12-31', 'not ours, see the register') AS objection \gset
SELECT throws_ok(format('SELECT answer_objection(%s, true, NULL, ''-1'')', :objection), '22023', NULL, 'a correction is checked as an upload is');
SELECT answer_objection(:objection, true) \g /dev/null
SELECT ok(NOT profile_of(:'two') ? 'patents', 'a value can be taken back');
SELECT object_to_value(:'two', 'revenue', '2023-12-31', 'x', '1') AS objection \gset
SELECT throws_ok(format('SELECT withdraw_objection(%s, %L)', :objection, :'one'), '42501', NULL, 'nobody withdraws another''s objection');
SELECT is((withdraw_objection(:objection, :'two')).state, 'withdrawn', 'it withdraws its own');
SELECT throws_ok('UPDATE data_objection SET reason = ''y''', '23001', NULL, 'objections do not change');
SELECT throws_ok('DELETE FROM data_objection', '23001', NULL, 'nor go');
SELECT throws_ok('DELETE FROM data_confirmation', '23001', NULL, 'nor do confirmations');
SELECT throws_ok('SELECT answer_objection(999, true)', 'P0002', 'objection 999 does not exist', 'an unknown objection');

/* ---- each in its own session ---- */
SELECT create_roles() \g /dev/null
CREATE FUNCTION pg_temp.login(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN EXECUTE format('CREATE ROLE %I LOGIN', name); END IF;
END $$;
SELECT pg_temp.login('gi_' || r) FROM unnest('{tax,ip,firm}'::text[]) AS r \g /dev/null
SELECT add_member('gi_tax', 'department', 'tax'), add_member('gi_ip', 'department', 'ip'), add_member('gi_firm', 'enterprise', :'three') \g /dev/null
SET SESSION AUTHORIZATION gi_firm;
SELECT lives_ok(format('SELECT growth_index.confirm_data(%L)', :'three'), 'an enterprise confirms its own data');
SELECT throws_ok(format('SELECT growth_index.confirm_data(%L)', :'one'), '42501', format('role "gi_firm" does not act for enterprise %s', :'one'), 'and nobody else''s');
SELECT throws_ok(format($$SELECT growth_index.object_to_value(%L, 'revenue', '2023-12-31', 'spy', '1')$$, :'one'), '42501', NULL, 'nor objects to another''s');
SELECT growth_index.object_to_value(:'three', 'revenue', '2023-12-31', 'more', '200') AS objection \gset
SELECT throws_ok(format('SELECT growth_index.answer_objection(%s, true)', :objection), '42501', NULL, 'it does not answer itself');
SELECT results_eq('SELECT DISTINCT credit_code::text FROM growth_index.data_objection', ARRAY[:'three'], 'and sees its own objections');
SET SESSION AUTHORIZATION gi_ip;
SELECT throws_ok(format('SELECT growth_index.answer_objection(%s, true)', :objection), '42501', 'role "gi_ip" does not act for department "tax"', 'nor does a department answer for another');
SELECT is_empty($$SELECT * FROM growth_index.data_objection WHERE department = 'tax'$$, 'or see what it is asked');
SET SESSION AUTHORIZATION gi_tax;
SELECT is((growth_index.answer_objection(:objection, true)).answered_by, 'gi_tax', 'the department that delivers does');
RESET SESSION AUTHORIZATION;
SELECT is(profile_of(:'three') ->> 'revenue', '200', 'and the value is corrected');
SELECT is((SELECT uploader FROM upload_receipt ORDER BY upload_id DESC LIMIT 1), 'gi_tax', 'in its name');
SELECT remove_member('gi_tax', 'department'), remove_member('gi_ip', 'department'), remove_member('gi_firm', 'enterprise') \g /dev/null

/* ---- what enterprises were ---- */
SELECT clock_timestamp() AS before \gset
UPDATE enterprise SET industry = 'I65', name_en = 'x' WHERE name = 'firm 1';
UPDATE enterprise SET founded = '2016-01-01' WHERE name = 'firm 1';
BEGIN;
SET LOCAL growth_index.changed_on = '2022-07-01';
UPDATE enterprise SET registered_zone = 'AYHT' WHERE name = 'firm 1';
COMMIT;
SELECT results_eq('SELECT attribute, value, changed_on FROM enterprise_former ORDER BY id',
	$$VALUES ('industry', 'C39', current_date), ('founded', '2015-01-01', '-infinity'), ('registered_zone', 'ZZHT', '2022-07-01')$$, 'what goes is written down, and no more');
SELECT is(profile_of(:'one') - 'revenue' - 'patents', '{"founded": "2016-01-01", "industry": "I65", "registered_zone": "AYHT"}', 'today');
SELECT is(profile_of(:'one', current_date - 1) - 'revenue' - 'patents', '{"founded": "2016-01-01", "industry": "C39", "registered_zone": "AYHT"}', 'yesterday, as known today');
SELECT is(profile_of(:'one', '2022-06-30') - 'revenue' - 'patents', '{"founded": "2016-01-01", "industry": "C39", "registered_zone": "ZZHT"}', 'before it moved');
SELECT is(profile_of(:'one', NULL, :'before') - 'revenue' - 'patents', '{"founded": "2015-01-01", "industry": "C39", "registered_zone": "ZZHT"}', 'as it was known before the changes');
SELECT ok(profile_of(:'one', NULL, '2000-01-01') IS NULL, 'before anything was known');
SELECT results_eq($$SELECT i.old = n.profile FROM (SELECT profile AS old FROM score_history WHERE false) AS i, enterprise_profile AS n$$, 'SELECT true WHERE false', 'no score was given without a scorecard');
SELECT throws_ok($$SET growth_index.changed_on = '2999-01-01'; UPDATE growth_index.enterprise SET industry = 'A'$$, '22023', NULL, 'a change of the future is entered then');
RESET growth_index.changed_on;
SELECT throws_ok('DELETE FROM enterprise_former', '23001', NULL, 'what was does not change');
DELETE FROM enterprise WHERE name = 'firm 2';
SELECT is(profile_of(:'two', NULL, :'before') ->> 'industry', 'C39', 'an enterprise that went can be looked up as it was');
SELECT ok(NOT profile_of(:'two') ? 'industry', 'but is no more');
SELECT add_scorecard('innovation', '{"name": "t", "dimensions": [{"code": "d"}], "indicators": [{"code": "age", "value": "age_in_months(founded)", "dimension": "d", "normalise": {"linear": [0, 1000]}, "weight": 100}]}') \g /dev/null
SELECT refresh_all() \g /dev/null
SELECT refresh_batch(100) \g /dev/null
SELECT pg_sleep(0.01) \g /dev/null
UPDATE enterprise SET founded = '2001-01-01', industry = NULL;
SELECT refresh_batch(100) \g /dev/null
SELECT is_empty($$SELECT h.id FROM score_history AS h
	WHERE profile_of(h.credit_code, h.as_of, h.computed_at) IS DISTINCT FROM h.profile$$, 'every score can be given again from the observations and what its enterprise was');
SELECT * FROM finish();
