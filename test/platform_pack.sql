/*
 * Packs: what comes with the extension, from one zone to another, and twice.
 */
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT no_plan();

SELECT throws_ok($$SELECT install_pack('none')$$, '42704', 'there is no pack "none"', 'an unknown pack');
SELECT bag_eq($$SELECT kind, outcome, count(*) FROM install_pack('national_18') GROUP BY 1, 2$$,
	$$VALUES ('department', 'added', 7::bigint), ('indicator', 'added', 21), ('scorecard', 'version 1', 1)$$, 'the national pack: departments, raw indicators, scorecard');
SELECT bag_eq($$SELECT kind, outcome, count(*) FROM install_pack('national_18') GROUP BY 1, 2$$,
	$$VALUES ('department', 'there', 7::bigint), ('indicator', 'there', 21), ('scorecard', 'there', 1)$$, 'installed again it changes nothing');
SELECT bag_eq($$SELECT outcome, count(*) FROM install_pack('pilot_20') WHERE kind = 'indicator' GROUP BY 1$$,
	$$VALUES ('there', 21::bigint), ('added', 2)$$, 'the pilot adds its own');
SELECT bag_eq($$SELECT outcome, count(*) FROM install_pack('local_12') WHERE kind = 'indicator' GROUP BY 1$$,
	$$VALUES ('there', 23::bigint), ('added', 11)$$, 'and the zone its own');
SELECT results_eq($$SELECT version, active, jsonb_array_length(card::jsonb -> 'indicators') FROM scorecard_version WHERE code = 'innovation' ORDER BY version$$,
	$$VALUES (1, false, 18), (2, false, 20), (3, true, 32)$$, 'scorecards of 18, 20 and 20 + 12 indicators');
SELECT install_pack('national_18') \g /dev/null
SELECT is((SELECT version FROM scorecard_version WHERE active), 3, 'installing an earlier one again takes no scorecard out of force');
\set example `cat examples/scorecards/innovation_20n.json`
SELECT ok((SELECT card OPERATOR(growth_index.=) :'example'::scorecard FROM scorecard_version WHERE active), 'the 20+N of the packs is the one of the examples');
SELECT is_empty($$SELECT name FROM shipped_pack WHERE NOT document ->> 'source' LIKE 'default of growth_index, to be checked against the official text%'
	UNION ALL SELECT code FROM indicator WHERE NOT source LIKE 'default%' OR pack IS NULL
	UNION ALL SELECT version::text FROM scorecard_version WHERE NOT (card::jsonb ->> 'source_en' LIKE 'default%' AND card::jsonb ->> 'source' LIKE '%默认值%')$$, 'all of it says that it is a default');
SELECT results_eq($$SELECT core, count(*) FROM indicator GROUP BY core ORDER BY core$$, 'VALUES (false, 11::bigint), (true, 23)', 'what is local is marked');
SELECT is_empty($$SELECT c.version, i FROM scorecard_version AS c, unnest(indicators(c.card)) AS i
	WHERE i NOT IN ('founded') AND NOT EXISTS (SELECT FROM indicator WHERE code = i)$$, 'every indicator that a scorecard reads is in the catalogue');
SELECT is_empty($$SELECT s.name, seg, sum(coalesce(i -> 'weight' ->> seg, i ->> 'weight')::numeric)
	FROM shipped_pack AS s, jsonb_array_elements(document #> '{block,indicators}') AS i, unnest('{start-up,growth,stable}'::text[]) AS seg
	GROUP BY 1, 2 HAVING sum(CASE jsonb_typeof(i -> 'weight') WHEN 'object' THEN i -> 'weight' ->> seg ELSE i ->> 'weight' END::numeric) <> 100$$,
	'the weights of a block sum to 100 in each stage');

/* from here to another zone */
INSERT INTO department VALUES ('water', '水务局', 'Water');
INSERT INTO indicator (code, department, data_type, core, name_zh) VALUES ('water_used', 'water', 'number', false, '用水量');
SELECT throws_ok($$SELECT export_pack('x', '{none}')$$, '42704', 'no indicator belongs to pack "none"', 'what is not there is not exported');
SELECT throws_ok($$SELECT export_pack('x', NULL, '{none}')$$, '42704', NULL, 'nor a scorecard that is not in force');
SELECT is(jsonb_array_length(export_pack('x', '{pilot_20}', '{}') -> 'indicators'), 2, 'a pack can be exported alone');
SELECT is(export_pack('x', '{pilot_20}', '{}') #>> '{departments,0,code}', 'ip', 'with the departments of its indicators');
SELECT export_pack('zhengzhou') AS zone \gset
SELECT bag_eq(format('SELECT kind, outcome, count(*) FROM install_pack(%L::jsonb) GROUP BY 1, 2', :'zone'),
	$$VALUES ('department', 'there', 8::bigint), ('indicator', 'there', 35), ('scorecard', 'there', 1)$$, 'a zone''s own export is no news to it');
CREATE TEMP TABLE kept AS SELECT to_jsonb(i) AS i FROM indicator AS i;
DELETE FROM indicator;
DELETE FROM department;
SELECT bag_eq(format('SELECT kind, outcome, count(*) FROM install_pack(%L::jsonb) GROUP BY 1, 2', replace(:'zone', '"code": "innovation"', '"code": "anyang"')),
	$$VALUES ('department', 'added', 8::bigint), ('indicator', 'added', 35), ('scorecard', 'version 1', 1)$$, 'another zone gets all of it');
SELECT bag_eq('SELECT to_jsonb(i) - ''{pack,source}''::text[] FROM indicator AS i', 'SELECT i - ''{pack,source}''::text[] FROM kept', 'as it was');
SELECT ok((SELECT a.card OPERATOR(growth_index.=) b.card FROM scorecard_version AS a, scorecard_version AS b
	WHERE a.code = 'anyang' AND b.code = 'innovation' AND b.active), 'with the same scorecard');

/* what a zone has changed stands; what does not fit is refused */
UPDATE indicator SET valid_max = 5 WHERE code = 'standards';
SELECT results_eq($$SELECT outcome FROM install_pack('local_12') WHERE code = 'standards'$$, ARRAY['kept'], 'the zone''s own definition stands');
SELECT is((SELECT valid_max FROM indicator WHERE code = 'standards'), 5::numeric, 'and is not overwritten');
UPDATE indicator SET data_type = 'text', valid_min = NULL, valid_max = NULL WHERE code = 'standards';
SELECT throws_ok($$SELECT install_pack('local_12')$$, '42804', 'indicator "standards" is a text here, and a number in pack "local_12"', 'another type is refused');
SELECT throws_ok($$SELECT install_pack('[]'::jsonb)$$, '22023', 'this is no pack: it is no JSON object', 'an array is no pack');
SELECT throws_ok($$SELECT install_pack('{}'::jsonb)$$, '22023', 'this is no pack: "pack", its name, is missing', 'nor is what has no name');
SELECT throws_ok($$SELECT install_pack('{"pack": "p", "indicator": []}'::jsonb)$$, '22023', 'this is no pack: it has a member "indicator"', 'a misspelt member is said');
SELECT throws_ok($$SELECT install_pack('{"pack": "p", "indicators": [{"code": "a"}, {}]}'::jsonb)$$, '22023', 'this is no pack: indicator 2 has no "code"', 'an indicator without a code');
SELECT throws_ok($$SELECT install_pack('{"pack": "p", "indicators": [{"code": "a", "units": 1}]}'::jsonb)$$, '22023', 'this is no pack: indicator "a" has a member "units"', 'a misspelt column');
SELECT throws_ok($$SELECT install_pack('{"pack": "p", "requires": ["q"]}'::jsonb)$$, '55000', 'pack "p" needs pack "q", which is not installed', 'what it needs');
SELECT throws_ok($$SELECT install_pack('{"pack": "p", "indicators": [{"code": "a", "department": "zz"}]}'::jsonb)$$, '23503', NULL, 'a department that neither has');
SELECT throws_ok($$SELECT install_pack('{"pack": "p", "scorecards": [{"code": "s", "card": {"parts": [{"pack": "q", "points": 100}]}}]}'::jsonb)$$, '22023', NULL, 'a part without a block');
SELECT throws_ok($$SELECT install_pack(NULL::jsonb)$$, '22023', NULL, 'nothing is no pack');
SELECT * FROM finish();
