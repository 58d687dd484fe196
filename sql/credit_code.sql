--
-- credit_code: check character, errors, order, indexes, binary form
--
SET search_path = public, growth_index;

-- input and output
SELECT '91410100MA4000001N'::credit_code;
SELECT credit_code_complete('91410100MA4000001');
SELECT credit_code_complete('91410100MA4000001')::text, length(credit_code_complete('91410100MA4000001')::text);
SELECT credit_code_division(credit_code_complete('91410100MA4000001'));

-- what is wrong is said, and where
SELECT ''::credit_code;
SELECT '91410100MA4000001'::credit_code;
SELECT '91410100MA40000010'::credit_code;
SELECT '91410100MA4000001000'::credit_code;
SELECT '91410100ma4000001X'::credit_code;
SELECT '91410100MI4000001X'::credit_code;
SELECT '91410100M 4000001X'::credit_code;
SELECT ' 91410100MA400000'::credit_code;
SELECT '91410100MA400000１X'::credit_code;
SELECT credit_code_complete('91410100MA400000');
SELECT credit_code_complete('91410100MA400000O');
SELECT credit_code_complete(NULL), credit_code_is_valid(NULL), credit_code_is_valid('');

-- codes: each character of the alphabet, weights of all places
CREATE TABLE codes AS
SELECT credit_code_complete('91' || (410100 + i % 7) || 'MA' ||
	(SELECT string_agg(substr('0123456789ABCDEFGHJKLMNPQRTUWXY', 1 + (i * 13745671::bigint / (31 ^ k)::bigint % 31)::integer, 1), '' ORDER BY k)
	 FROM generate_series(0, 6) AS k)) AS code
FROM generate_series(1, 2000) AS i;
SELECT count(*) = count(DISTINCT code) AS distinct_codes FROM codes;
SELECT count(DISTINCT right(code::text, 1)) AS check_characters FROM codes;
SELECT count(*) FROM codes WHERE code::text::credit_code <> code OR NOT credit_code_is_valid(code::text);

-- every change of one character is refused: 18 places, 30 other characters
SELECT count(*) AS changed, count(*) FILTER (WHERE credit_code_is_valid(overlay(code PLACING c FROM place FOR 1))) AS accepted
FROM (SELECT code::text FROM codes LIMIT 20) AS few, generate_series(1, 18) AS place,
	regexp_split_to_table('0123456789ABCDEFGHJKLMNPQRTUWXY', '') AS c
WHERE substr(code, place, 1) <> c;
-- and every exchange of two neighbours that differ
SELECT count(*) > 200 AS exchanged, count(*) FILTER (WHERE credit_code_is_valid(
		overlay(code PLACING reverse(substr(code, place, 2)) FROM place FOR 2))) AS accepted
FROM (SELECT code::text FROM codes LIMIT 20) AS few, generate_series(1, 17) AS place
WHERE substr(code, place, 1) <> substr(code, place + 1, 1);

-- the order is that of the bytes, and the comparisons agree with it
SELECT count(*) AS wrong
FROM (SELECT code FROM codes LIMIT 60) a, (SELECT code FROM codes LIMIT 60) b,
	LATERAL (SELECT a.code::text COLLATE "C", b.code::text COLLATE "C") AS t(x, y)
WHERE (a.code < b.code) <> (x < y) OR (a.code <= b.code) <> (x <= y) OR (a.code = b.code) <> (x = y)
	OR (a.code <> b.code) <> (x <> y) OR (a.code >= b.code) <> (x >= y) OR (a.code > b.code) <> (x > y)
	OR credit_code_cmp(a.code, b.code) <> CASE WHEN x < y THEN -1 WHEN x > y THEN 1 ELSE 0 END
	OR (a.code = b.code AND credit_code_hash_extended(a.code, 7) <> credit_code_hash_extended(b.code, 7));

-- indexes
ALTER TABLE codes ADD PRIMARY KEY (code);
INSERT INTO codes VALUES (credit_code_complete('91410100MA4000001'));
INSERT INTO codes VALUES (credit_code_complete('91410100MA4000001'));
ANALYZE codes;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT code FROM codes WHERE code = credit_code_complete('91410101MA2222222');
EXPLAIN (COSTS OFF) SELECT code FROM codes ORDER BY code LIMIT 3;
SELECT (SELECT code::text FROM codes ORDER BY code LIMIT 1) = (SELECT min(code::text COLLATE "C") FROM codes) AS first_is_least;
CREATE INDEX codes_hash ON codes USING hash (code);
ALTER TABLE codes DROP CONSTRAINT codes_pkey;
EXPLAIN (COSTS OFF) SELECT code FROM codes WHERE code = credit_code_complete('91410101MA2222222');
SELECT count(*) FROM (SELECT code AS c FROM codes) AS t, LATERAL (SELECT 1 FROM codes WHERE code = c OFFSET 0) AS found;
RESET enable_seqscan;
RESET enable_bitmapscan;

-- a column takes 18 bytes, no header
SELECT pg_column_size(code) FROM codes LIMIT 1;

-- the binary form comes back as it went
CREATE TABLE returned (code credit_code);
\getenv folder PG_ABS_BUILDDIR
\set file :folder '/results/credit_code.bin'
\set out '\\copy codes TO ' :'file' ' (FORMAT binary)'
\set back '\\copy returned FROM ' :'file' ' (FORMAT binary)'
:out
:back
SELECT count(*) FROM returned;
TABLE codes EXCEPT TABLE returned;

-- a wrong code is refused in the binary form too
CREATE TABLE raw (b text);
\set out '\\copy raw TO ' :'file' ' (FORMAT binary)'
INSERT INTO raw VALUES ('91410100MA40000010');
:out
:back
UPDATE raw SET b = '91410100MA4000001';
:out
:back
UPDATE raw SET b = '';
:out
:back

DROP TABLE codes, returned, raw;
