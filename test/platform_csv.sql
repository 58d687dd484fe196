-- CSV files as text: every kind of mistake of a line is refused alone, with its number.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SELECT no_plan();
INSERT INTO growth_index.department (code) VALUES ('tax'), ('ip');
INSERT INTO growth_index.indicator (code, data_type, department, valid_min) VALUES ('revenue', 'number', 'tax', 0), ('profit', 'number', 'tax', NULL),
	('note', 'text', NULL, NULL), ('honours', 'set', 'ip', NULL);
SELECT growth_index.credit_code_complete('91410100MA0000001') AS c1, growth_index.credit_code_complete('91410100MA0000002') AS c2 \gset
INSERT INTO growth_index.enterprise (credit_code, name) VALUES (:'c1', '甲'), (:'c2', '乙');

/* ---- records ---- */
SELECT results_eq($$SELECT fields, sent FROM growth_index.csv_records(E'a,b\r\n"x","y ""z"", w"\nc,\r"two\nlines",""\r\n,\n\n1 "2",3\nd,"e\nf,g\n"h"i,j\n"k", "l"\n"open\nlast,one\n\n\n')$$,
	$$VALUES ('{a,b}'::text[], 'a,b'), ('{x,"y \"z\", w"}', '"x","y ""z"", w"'), ('{c,NULL}', 'c,'), (ARRAY[E'two\nlines', ''], E'"two\nlines",""'),
		('{NULL,NULL}', ','), ('{}', ''), (NULL, '1 "2",3'), (NULL, 'd,"e'), ('{f,g}', 'f,g'), (NULL, '"h"i,j'), (NULL, '"k", "l"'), (NULL, '"open'), ('{last,one}', 'last,one')$$,
	'records: quotes, ends of lines of each system, marks amiss that spoil no other line');
SELECT is_empty($$SELECT * FROM growth_index.csv_records('') WHERE sent <> ''$$, 'of nothing, nothing');
SELECT results_eq($$SELECT n, cardinality(fields) FROM growth_index.csv_records('"' || repeat(E'a,b\n', 20000)) WITH ORDINALITY AS r(fields, sent, n) WHERE n < 3$$,
	$$VALUES (1::bigint, NULL::integer), (2, 2)$$, 'a mark that is never closed spoils its own line alone');

/* a random table goes there and back */
SELECT setseed(0.5) \g /dev/null
CREATE TEMP TABLE cell AS
SELECT r, c, CASE WHEN random() < 0.9 THEN (SELECT string_agg((ARRAY['a', '"', ',', E'\n', ' ', '中', '1', '""'])[1 + floor(random() * 8)::integer], '')
	FROM generate_series(1, 1 + floor(random() * 6)::integer + 0 * r * c)) END AS value
FROM generate_series(1, 500) AS r, generate_series(1, 4) AS c;
CREATE TEMP TABLE written AS
SELECT string_agg(line, E'\r\n' ORDER BY r) AS file FROM (SELECT r, string_agg(coalesce('"' || replace(value, '"', '""') || '"', ''), ',' ORDER BY c) AS line FROM cell GROUP BY r) AS l;
SELECT results_eq('SELECT fields FROM written, growth_index.csv_records(file)', 'SELECT array_agg(value ORDER BY c) FROM cell GROUP BY r ORDER BY r', 'what is written is read');

/* ---- a file with every kind of mistake ---- */
SELECT E'\uFEFFcredit_code,"indicator",value, Period_End \r\n'
	|| :'c1' || E',revenue,1200.50,2023-12-31\r\n'			/* 1: good */
	|| :'c1' || E',revenue,1300\r\n'							/* 2: too few */
	|| :'c1' || E',revenue,1,300,2022-12-31\r\n'				/* 3: too many */
	|| :'c1' || E',"note","two, ""quoted""\r\nlines",2023-12-31\r\n'	/* 4: good */
	|| :'c1' || E',note,5" disks,2022-12-31\r\n'				/* 5: marks amiss */
	|| E'\r\n'													/* 6: empty */
	|| E'nonsense,revenue,1,2023-12-31\r\n'					/* 7: no code */
	|| :'c2' || E',revenue,,2023-12-31\r\n'					/* 8: no value */
	|| :'c2' || E',revenue,-1,2023-12-31\r\n'					/* 9: out of range */
	|| :'c2' || E',revenue,many,2023-12-31\r\n'				/* 10: wrong type */
	|| :'c2' || E',revenue,1,2023-13-31\r\n'					/* 11: no date */
	|| :'c2' || E',honours,a;b,2023-12-31\r\n'				/* 12: another department's */
	|| :'c2' || E',what,1,2023-12-31\r\n'						/* 13: no indicator */
	|| :'c2' || E',profit,1,2023-12-31\r\n'					/* 14, 15: conflict */
	|| :'c2' || E',profit,2,2023-12-31\r\n'
	|| :'c2' || E',profit,3,2022-12-31\r\n'					/* 16: good */
	|| :'c2' || E',profit,3.0,2022-12-31\r\n'					/* 17: the same again */
	|| E',,,\r\n'												/* 18: empty fields */
	|| :'c2' || E',"note,open,2022-12-31\r\n'					/* 19: never closed */
	|| :'c2' || E',profit,4,2021-12-31'						/* 20: good, without an end of line */
	AS file \gset
CREATE TEMP TABLE mistake (line bigint, reason_code text);
INSERT INTO mistake VALUES (2, 'malformed_line'), (3, 'malformed_line'), (5, 'malformed_line'), (6, 'malformed_line'), (7, 'malformed_code'), (8, 'no_value'),
	(9, 'out_of_range'), (10, 'wrong_type'), (11, 'bad_period'), (12, 'foreign_indicator'), (13, 'unknown_indicator'), (14, 'conflict'), (15, 'conflict'),
	(18, 'malformed_code'), (19, 'malformed_line');
SELECT is(u.department || ' ' || (rows, accepted, unchanged, refused)::text, 'tax (20,4,1,15)', 'the receipt adds up') FROM growth_index.upload_csv('tax', :'file') AS u;
SELECT results_eq('SELECT line, reason_code FROM growth_index.upload_error ORDER BY line', 'SELECT * FROM mistake ORDER BY line', 'each bad line has its number and reason');
SELECT results_eq('SELECT line, sent FROM growth_index.upload_error WHERE sent IS NOT NULL ORDER BY line',
	format('VALUES (2::bigint, %1$L || '',revenue,1300''), (3, %1$L || '',revenue,1,300,2022-12-31''), (5, %1$L || '',note,5" disks,2022-12-31''), (6, ''''), (19, %2$L || '',"note,open,2022-12-31'')', :'c1', :'c2'),
	'and those that are no rows are kept as sent');
SELECT results_eq('SELECT line, reason FROM growth_index.upload_error WHERE line IN (2, 3, 6) ORDER BY 1',
	$$VALUES (2::bigint, 'the line has 3 fields, the header has 4'), (3, 'the line has 5 fields, the header has 4'), (6, 'the line is empty')$$, 'with the reason in words');
SELECT results_eq('SELECT line, value #>> ''{}'' FROM growth_index.observation ORDER BY line',
	$$VALUES (1::bigint, '1200.50'), (4, E'two, "quoted"\nlines'), (16, '3'), (20, '4')$$, 'good lines are in, as written');
SELECT is((accepted, unchanged, refused)::text, '(0,5,15)', 'the same file again changes nothing') FROM growth_index.upload_csv('tax', :'file');
SELECT is(count(*), 4::bigint, 'nor adds an observation') FROM growth_index.observation;
SELECT is((rows, accepted, department)::text, '(3,2,)', 'departments by a column of the file, columns in another order') FROM growth_index.upload_csv(NULL,
	E'department,period_end,value,credit_code,indicator\nip,2023-12-31,a;b,' || :'c1' || E',honours\ntax,2023-12-31,7,' || :'c1' || E',profit\ntax,2023-12-31,7');
SELECT is((rows, accepted, refused)::text, '(0,0,0)', 'a header alone is an upload of nothing') FROM growth_index.upload_csv('tax', E'credit_code,indicator,value,period_end\n');

SELECT throws_ok(format('SELECT growth_index.upload_csv(%L, %L)', d, f), '22023', 'the first line of the file does not name the columns', why)
FROM (VALUES ('tax', '', 'no file'), ('tax', NULL, 'NULL'), ('tax', 'a,b,c,d', 'other names'), ('tax', 'credit_code,indicator,value', 'one missing'),
	('tax', 'credit_code,indicator,value,period_end,period_end', 'one twice'), ('tax', 'credit_code,indicator,value,period_end,', 'one without a name'),
	('tax', 'credit_code,indicator,value,period_end,department', 'departments said twice'), (NULL, 'credit_code,indicator,value,period_end', 'no department'),
	('tax', 'credit_code,indicator,"value,period_end', 'marks amiss')) AS t(d, f, why);

/* ---- who may ---- */
SELECT growth_index.create_roles() \g /dev/null
CREATE ROLE gi_csv_tax; CREATE ROLE gi_csv_other;
SELECT growth_index.add_member('gi_csv_tax', 'department', 'tax') \g /dev/null
SET ROLE gi_csv_tax;
SELECT E'credit_code,indicator,value,period_end\n' || :'c1' || E',revenue,9,2020-12-31\n' || :'c1' || ',revenue' AS file \gset
SELECT accepted AS a, refused AS r, uploader AS who FROM growth_index.upload_csv('tax', :'file') \gset
SELECT refused AS other FROM growth_index.upload_csv('ip', :'file') \gset
SELECT count(*) AS seen FROM growth_index.upload_error WHERE sent IS NOT NULL AND upload_id > (SELECT max(upload_id) - 2 FROM growth_index.upload_receipt) \gset
RESET ROLE;
SELECT is(:a || ' ' || :r || ' ' || :'who', '1 1 gi_csv_tax', 'a department uploads its file');
SELECT is(:other, 2, 'and none for another department');
SELECT is(:seen, 2, 'and sees which lines were refused');
SELECT throws_ok($$SET LOCAL ROLE gi_csv_other; SELECT growth_index.upload_csv('tax', 'x')$$, '42501', NULL, 'a stranger may not');
SELECT growth_index.remove_member('gi_csv_tax', 'department') \g /dev/null
DROP ROLE gi_csv_tax; DROP ROLE gi_csv_other;
SELECT * FROM finish();
