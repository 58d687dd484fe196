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
SELECT plan((count(*) + 1)::integer) FROM vector;
SELECT cmp_ok(count(*), '>=', 8::bigint, 'there are vectors') FROM vector;
SELECT CASE WHEN valid
	THEN is(code::growth_index.credit_code::text, code, code || ' is a code')
	ELSE throws_ok(format('SELECT %L::growth_index.credit_code', code), '22P02', NULL, code || ' is none')
	END
FROM vector;
SELECT * FROM finish();
\else
SELECT plan(1);
SELECT skip('the published credit codes are absent: ' || :'file', 1);
SELECT * FROM finish();
\endif
