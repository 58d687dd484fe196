/*
 * credit_code against real and invalid codes that others have published,
 * read where they lie (GI_DATA names the folder).
 */
\getenv data GI_DATA
\if :{?data}
\else
	\set data '../shared/data'
\endif
\set file :data '/cn_uscc/uscc_vectors.csv'
\set there `[ -r "${GI_DATA:-../shared/data}/cn_uscc/uscc_vectors.csv" ] && echo true || echo false`
\if :there
CREATE TEMP TABLE vector (code text, valid boolean);
\set copy '\\copy vector FROM ' :'file' ' (FORMAT csv, HEADER)'
:copy
SELECT plan((count(*) + count(*) FILTER (WHERE valid) + 2)::integer) FROM vector;
SELECT cmp_ok(count(*), '>=', 8::bigint, 'there are vectors') FROM vector;
SELECT CASE WHEN valid
	THEN is(code::growth_index.credit_code::text, code, code || ' is a code')
	ELSE throws_ok(format('SELECT %L::growth_index.credit_code', code), '22P02', NULL, code || ' is none')
	END
FROM vector;

/*
 * Every valid code with one character changed, dropped or added: by each
 * printable one of ASCII, some controls, and characters of more bytes that look
 * like a digit or a capital.
 */
CREATE TEMP TABLE stranger AS
SELECT chr(n) AS c FROM generate_series(1, 126) AS n
UNION ALL SELECT c FROM unnest(ARRAY['０', '１', '９', 'Ａ', 'Х', 'А', 'é', '一', '😀', E'\u00a0', E'\u200b', E'\u0661']) AS c;
CREATE TEMP TABLE corruption AS
SELECT code, overlay(code PLACING c FROM place FOR 1) AS corrupt
FROM vector, generate_series(1, 18) AS place, stranger WHERE valid AND substr(code, place, 1) <> c
UNION SELECT code, overlay(code PLACING '' FROM place FOR 1) FROM vector, generate_series(1, 18) AS place WHERE valid
UNION SELECT code, overlay(code PLACING c FROM place FOR 0) FROM vector, generate_series(1, 19) AS place, stranger WHERE valid;
CREATE FUNCTION pg_temp.outcome(code text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM code::growth_index.credit_code;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
SELECT is_empty(format('SELECT corrupt FROM corruption WHERE code = %L AND (growth_index.credit_code_is_valid(corrupt) OR pg_temp.outcome(corrupt) <> ''22P02'')', code),
	(SELECT format('each of the %s corruptions of one character of %s is refused', count(*), v.code) FROM corruption AS c WHERE c.code = v.code))
FROM vector AS v WHERE valid;
SELECT ok((SELECT count(*) >= (SELECT count(*) FROM vector WHERE valid) * 18 * 30 FROM corruption WHERE corrupt ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'), 'those that only the check character tells are among them');
SELECT * FROM finish();
\else
SELECT plan(1);
SELECT skip('the published credit codes are absent: ' || :'file', 1);
SELECT * FROM finish();
\endif
