-- Departments' uploads: what is taken, what is refused and why, and that
-- nothing is lost, altered or doubled.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
BEGIN;
SELECT no_plan();

INSERT INTO growth_index.department VALUES ('tax', '税务', 'Tax'), ('ip', '知识产权', 'Intellectual property');
INSERT INTO growth_index.indicator (code, data_type, department, valid_min, valid_max) VALUES
	('revenue', 'number', 'tax', 0, 1e12), ('profit', 'number', 'tax', NULL, NULL),
	('hightech', 'boolean', 'ip', NULL, NULL), ('honours', 'set', 'ip', NULL, NULL),
	('listed_on', 'date', 'ip', NULL, NULL), ('stage', 'text', NULL, NULL, NULL);
SELECT growth_index.credit_code_complete('91410100MA0000001') AS c1, growth_index.credit_code_complete('91410100MA0000002') AS c2,
	growth_index.credit_code_complete('91410100MA0000009') AS stranger \gset
INSERT INTO growth_index.enterprise (credit_code, name, industry, founded) VALUES
	(:'c1', '甲', 'C39', '2015-03-01'), (:'c2', '乙', NULL, NULL);
DELETE FROM growth_index.refresh_queue;

-- every kind of mistake, each with its reason
CREATE TEMP TABLE sent (line serial, code text, indicator text, value text, period text, department text, expected text);
INSERT INTO sent (code, indicator, value, period, department, expected) VALUES
	(:'c1', 'revenue', '1200.50', '2023-12-31', 'tax', NULL),
	('91410100MA000000I1', 'revenue', '1', '2023-12-31', 'tax', 'malformed_code'),
	(NULL, 'revenue', '1', '2023-12-31', 'tax', 'malformed_code'),
	('', 'revenue', '1', '2023-12-31', 'tax', 'malformed_code'),
	(:'stranger', 'revenue', '1', '2023-12-31', 'tax', 'unknown_enterprise'),
	(:'c1', 'revenues', '1', '2023-12-31', 'tax', 'unknown_indicator'),
	(:'c1', NULL, '1', '2023-12-31', 'tax', 'unknown_indicator'),
	(:'c1', 'revenue', '1', '2023-12-31', 'taxes', 'unknown_department'),
	(:'c1', 'revenue', '1', '2023-12-31', NULL, 'unknown_department'),
	(:'c1', 'revenue', '1', '2023-12-31', 'ip', 'foreign_indicator'),
	(:'c1', 'profit', '', '2023-12-31', 'tax', 'no_value'),
	(:'c1', 'profit', NULL, '2023-12-31', 'tax', 'no_value'),
	(:'c1', 'profit', '12,000.00', '2023-12-31', 'tax', 'wrong_type'),
	(:'c1', 'profit', '约三十', '2023-12-31', 'tax', 'wrong_type'),
	(:'c1', 'profit', 'NaN', '2023-12-31', 'tax', 'wrong_type'),
	(:'c1', 'profit', 'Infinity', '2023-12-31', 'tax', 'wrong_type'),
	(:'c1', 'profit', '0x10', '2023-12-31', 'tax', 'wrong_type'),
	(:'c1', 'profit', '1e999', '2023-12-31', 'tax', 'wrong_type'),
	(:'c1', 'profit', '1234567890123456', '2023-12-31', 'tax', 'wrong_type'),
	(:'c1', 'profit', '0.1234567890123456', '2023-12-31', 'tax', 'wrong_type'),
	(:'c1', 'profit', '-0.00123456789012345000', '2022-12-31', 'tax', NULL),
	(:'c1', 'profit', '123456789012345e10', '2021-12-31', 'tax', NULL),
	(:'c1', 'revenue', '-1', '2022-12-31', 'tax', 'out_of_range'),
	(:'c1', 'revenue', '1000000000001', '2022-12-31', 'tax', 'out_of_range'),
	(:'c1', 'revenue', '1000000000000', '2022-12-31', 'tax', NULL),
	(:'c1', 'profit', '1', '2023-02-29', 'tax', 'bad_period'),
	(:'c1', 'profit', '1', '2024-02-29', 'tax', NULL),
	(:'c1', 'profit', '1', '1900-02-29', 'tax', 'bad_period'),
	(:'c1', 'profit', '1', '2000-02-29', 'tax', NULL),
	(:'c1', 'profit', '1', '2023-04-31', 'tax', 'bad_period'),
	(:'c1', 'profit', '1', '2023/12/31', 'tax', 'bad_period'),
	(:'c1', 'profit', '1', '0000-12-31', 'tax', 'bad_period'),
	(:'c1', 'profit', '1', 'infinity', 'tax', 'bad_period'),
	(:'c1', 'profit', '1', NULL, 'tax', 'bad_period'),
	(:'c1', 'profit', '1', (current_date + 1)::text, 'tax', 'future_period'),
	(:'c2', 'profit', '1', current_date::text, 'tax', NULL),
	(:'c2', 'revenue', '1', '2023-12-31', 'tax', 'conflict'),
	(:'c2', 'revenue', '2', '2023-12-31', 'tax', 'conflict'),
	(:'c2', 'revenue', '7', '2022-12-31', 'tax', NULL),
	(:'c2', 'revenue', '7.0', '2022-12-31', 'tax', 'unchanged'),
	(:'c1', 'hightech', '是', '2023-12-31', 'ip', NULL),
	(:'c1', 'hightech', 'perhaps', '2022-12-31', 'ip', 'wrong_type'),
	(:'c1', 'honours', '["高新技术企业", "b\u4e2d\"]"]', '2023-12-31', 'ip', NULL),
	(:'c1', 'honours', 'x;y； z', '2022-12-31', 'ip', NULL),
	(:'c1', 'honours', '["a", 1]', '2021-12-31', 'ip', 'wrong_type'),
	(:'c1', 'honours', '["a"', '2021-12-31', 'ip', 'wrong_type'),
	(:'c1', 'honours', '["\ud800"]', '2021-12-31', 'ip', 'wrong_type'),
	(:'c1', 'honours', '["\u0000"]', '2021-12-31', 'ip', 'wrong_type'),
	(:'c1', 'honours', '[]', '2020-12-31', 'ip', NULL),
	(:'c1', 'listed_on', '2023-02-29', '2023-12-31', 'ip', 'wrong_type'),
	(:'c1', 'listed_on', '2023-02-28', '2023-12-31', 'ip', NULL),
	(:'c1', 'stage', 'guided "x" \ y', '2023-12-31', 'tax', NULL),
	(:'c1', 'stage', repeat('x', 10001), '2022-12-31', 'tax', 'wrong_type');
SELECT lives_ok($$INSERT INTO growth_index.upload SELECT code, indicator, value, period, department FROM sent ORDER BY line$$,
	'an upload with every kind of mistake is taken');
SELECT currval('growth_index.upload_receipt_upload_id_seq') AS upload \gset

SELECT is_empty('SELECT * FROM growth_index.upload', 'the upload table keeps nothing');
SELECT results_eq(
	format('SELECT line, credit_code, indicator, value, period_end, department, reason_code FROM growth_index.upload_error WHERE upload_id = %s ORDER BY line', :upload),
	$$SELECT line::bigint, code, indicator, value, period, department, expected FROM sent WHERE expected <> 'unchanged' ORDER BY line$$,
	'each bad row is kept as sent, with its line and its reason');
SELECT is_empty('SELECT * FROM growth_index.upload_error WHERE reason IS NULL OR reason = ''''', 'each reason has its words');
SELECT results_eq(
	format('SELECT line FROM growth_index.observation WHERE upload_id = %s ORDER BY line', :upload),
	'SELECT line::bigint FROM sent WHERE expected IS NULL ORDER BY line', 'each good row is an observation, with its line');
SELECT results_eq(
	format('SELECT department, uploader = session_user, rows, accepted, unchanged, refused FROM growth_index.upload_receipt WHERE upload_id = %s', :upload),
	$$SELECT NULL::text, true, count(*), count(*) FILTER (WHERE expected IS NULL), count(*) FILTER (WHERE expected = 'unchanged'),
		count(*) FILTER (WHERE expected <> 'unchanged') FROM sent$$, 'the receipt adds up');
SELECT results_eq(
	$$SELECT indicator COLLATE "default", period_end, value::text FROM growth_index.observation
		WHERE credit_code OPERATOR(growth_index.=) growth_index.credit_code_complete('91410100MA0000001') AND line NOT IN (27, 29) ORDER BY line$$,
	$$VALUES ('revenue', '2023-12-31'::date, '1200.50'), ('profit', '2022-12-31', '-0.00123456789012345000'),
		('profit', '2021-12-31', '1234567890123450000000000'), ('revenue', '2022-12-31', '1000000000000'),
		('hightech', '2023-12-31', 'true'), ('honours', '2023-12-31', '["高新技术企业", "b中\"]"]'),
		('honours', '2022-12-31', '["x", "y", "z"]'), ('honours', '2020-12-31', '[]'),
		('listed_on', '2023-12-31', '"2023-02-28"'), ('stage', '2023-12-31', '"guided \"x\" \\ y"')$$,
	'values keep what was written');
SELECT results_eq('SELECT DISTINCT credit_code::text FROM growth_index.refresh_queue ORDER BY 1',
	format('VALUES (%L), (%L)', :'c1', :'c2'), 'the enterprises of the upload are queued');
SELECT is((SELECT count(*) FROM growth_index.refresh_queue), 2::bigint, 'each once');

-- the same again
INSERT INTO growth_index.upload SELECT code, indicator, value, period, department FROM sent ORDER BY line;
SELECT is((SELECT count(*) FROM growth_index.refresh_queue), 2::bigint, 'what changes nothing queues nobody');
SELECT is((SELECT (accepted, unchanged)::text FROM growth_index.upload_receipt ORDER BY upload_id DESC LIMIT 1),
	(SELECT (0, count(*))::text FROM sent WHERE expected IS NULL OR expected = 'unchanged'), 'the same upload again finds all unchanged');
SELECT is((SELECT count(*) FROM growth_index.observation), (SELECT count(*) FROM sent WHERE expected IS NULL), 'and adds no observation');

-- a correction, and what was known before
SELECT pg_sleep(0.01);
SELECT clock_timestamp() AS before \gset
SELECT pg_sleep(0.01);
SELECT is((growth_index.upload_json('tax', jsonb_build_array(jsonb_build_object(
	'credit_code', :'c1', 'indicator', 'revenue', 'value', 1300, 'period_end', '2023-12-31')))).accepted, 1::bigint, 'a correction is accepted');
SELECT is(growth_index.profile_of(:'c1') OPERATOR(growth_index.->>) 'revenue', '1300', 'the value recorded last stands');
SELECT is(growth_index.profile_of(:'c1', NULL, :'before') OPERATOR(growth_index.->>) 'revenue', '1200.5', 'the value as it was known before can be had');
SELECT is(growth_index.profile_of(:'c1', '2022-12-31') OPERATOR(growth_index.->>) 'revenue', '1000000000000', 'and the value as of an earlier day');
SELECT is(growth_index.profile_of(:'c1') OPERATOR(growth_index.->>) 'industry', 'C39', 'columns of the enterprise join the profile');
SELECT is(growth_index.profile_of(:'c1')::jsonb ->> 'founded', '2015-03-01', 'dates too');
SELECT is((growth_index.upload_json('tax', jsonb_build_array(jsonb_build_object(
	'credit_code', :'c1', 'indicator', 'revenue', 'value', '1200.50', 'period_end', '2023-12-31')))).accepted, 1::bigint,
	'the first value again, after a correction, is a correction');

-- JSON
SELECT results_eq(format($$SELECT department, rows, accepted, refused FROM growth_index.upload_json('ip', jsonb_build_array(
	jsonb_build_object('credit_code', %1$L, 'indicator', 'hightech', 'value', true, 'period_end', '2023-12-31'),
	jsonb_build_object('credit_code', %1$L, 'indicator', 'honours', 'value', '["a"]'::jsonb, 'period_end', '2023-12-31'),
	jsonb_build_object('credit_code', %1$L, 'indicator', 'listed_on', 'value', null, 'period_end', '2023-12-31'), 1))$$, :'c2'),
	$$VALUES ('ip', 4::bigint, 2::bigint, 2::bigint)$$, 'JSON of every type, and what is no record');
SELECT results_eq($$SELECT department, rows FROM growth_index.upload_json('ip', '[]')$$, $$VALUES (NULL::text, 0::bigint)$$, 'an empty upload has a receipt');
SELECT throws_ok($$SELECT growth_index.upload_json('ip', '{}')$$, '22023', NULL, 'records have to be an array');
SELECT results_eq($$SELECT accepted, refused FROM growth_index.upload_json('ip', '["x", null, 7]')$$, $$VALUES (0::bigint, 3::bigint)$$, 'of what is no object none goes in');
SELECT results_eq('SELECT value FROM growth_index.upload_error WHERE upload_id = (SELECT max(upload_id) FROM growth_index.upload_receipt) ORDER BY line',
	$$VALUES ('"x"'), ('null'), ('7')$$, 'and none is lost');

-- reasons that say how to mend it
UPDATE growth_index.indicator SET name_zh = '营业收入', unit = 'CNY' WHERE code = 'revenue';
INSERT INTO growth_index.upload VALUES (left(:'c1', 17) || '1', 'revenue', '1', '2023-12-31', 'tax'), (lower(:'c1'), 'revenue', '1', '2023-12-31', 'tax'),
	(' ' || :'c1', 'revenue', '1', '2023-12-31', 'tax'), (left(:'c1', 17), 'revenue', '1', '2023-12-31', 'tax'),
	(:'c1', '营业收入', '1', '2023-12-31', 'tax'), (:'c1', 'Revenue ', '1', '2023-12-31', 'tax'), (:'c1', 'revenue', '-1', '2023-12-31', 'tax');
SELECT results_eq('SELECT reason FROM growth_index.upload_error WHERE upload_id = (SELECT max(upload_id) FROM growth_index.upload_receipt) ORDER BY line', format($$VALUES
	('"%s1" is no unified social credit code: its check character would be "%s"'), ('"%s" is no unified social credit code: it has a "m", where digits and capitals stand, but not I, O, S, V and Z'),
	('" %s" is no unified social credit code: it has spaces around it'), ('"%1$s" is no unified social credit code: it has 17 characters, not 18'),
	('there is no indicator "营业收入"; the code is "revenue"'), ('there is no indicator "Revenue "; the code is "revenue"'),
	('-1 is not in the valid range: at least 0, at most 1000000000000 CNY')$$, left(:'c1', 17), right(:'c1', 1), lower(:'c1'), :'c1'), 'a reason says what would be right');
UPDATE growth_index.indicator SET name_zh = NULL, unit = NULL WHERE code = 'revenue';

-- append-only
SELECT throws_ok('UPDATE growth_index.observation SET value = ''1''', '23001', NULL, 'observations are not updated');
SELECT throws_ok('DELETE FROM growth_index.observation', '23001', NULL, 'nor deleted');
SELECT throws_ok('TRUNCATE growth_index.observation', '23001', NULL, 'nor truncated');

-- a large upload
INSERT INTO growth_index.indicator (code, department) SELECT 'n' || i, 'tax' FROM generate_series(1, 20) AS i;
INSERT INTO growth_index.enterprise (credit_code, name)
SELECT growth_index.credit_code_complete('91410100MB' || lpad(i::text, 7, '0')), i FROM generate_series(1, 1000) AS i;
INSERT INTO growth_index.upload
SELECT credit_code, 'n' || i, i, '2023-12-31', 'tax' FROM growth_index.enterprise, generate_series(1, 20) AS i WHERE name <> '甲' AND name <> '乙';
SELECT results_eq('SELECT rows, accepted FROM growth_index.upload_receipt ORDER BY upload_id DESC LIMIT 1',
	'VALUES (20000::bigint, 20000::bigint)', 'a large upload after small ones');

-- numbers as files have them, against a pattern and the server's own numeric
SELECT setseed(0.4);
CREATE TEMP TABLE written AS
SELECT DISTINCT string_agg(substr('0123456789000.eE+-', 1 + floor(random() * 18)::integer, 1), '') AS value
FROM generate_series(1, 20000) AS i, LATERAL generate_series(1, 1 + i % 24) AS n WHERE i > 0 GROUP BY i
UNION SELECT v FROM unnest('{"",.,-,+.5,5.,.5e1,1e,1e123,1e+9,-0,0.0,000000000000000000007,123456789012345,1234567890123456,123456789012345000,0.00123456789012345," 1","1 ",１,NaN,Infinity,0x10,1_0,1e5e5}'::text[]) AS v
UNION SELECT repeat('0', 99) || '1' UNION SELECT repeat('0', 100) || '1' UNION SELECT '1' || repeat('0', 99);
SELECT is_empty($$ SELECT value, growth_index.plain_number(value) FROM written
	WHERE growth_index.plain_number(value)::text IS DISTINCT FROM CASE WHEN value ~ '^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9][0-9]?)?$' AND length(value) <= 100
		AND length(btrim(translate(regexp_replace(value, '[eE].*', ''), '+-.', ''), '0')) <= 15 THEN value::numeric END::text $$,
	'a plain number is what its pattern says, and has the value that numeric gives it');
SELECT cmp_ok((SELECT count(*) FROM written WHERE growth_index.plain_number(value) IS NOT NULL), '>', 1000::bigint, 'many of them are numbers');

SELECT * FROM finish();
ROLLBACK;
