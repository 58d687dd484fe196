-- Mutated binary images through the receive function of every type.  bytea
-- goes out of COPY BINARY as it is, so a file of bytea is a file of images:
-- each is read back as the type, and ends in a value or in an ordinary error.
-- FUZZ_ROUNDS (default 200) mutations of each valid image.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
SET search_path = growth_index, public;
\set rounds 200
\getenv rounds FUZZ_ROUNDS
SELECT plan(8);
SELECT setseed(0.31949);
CREATE SCHEMA fuzz;

CREATE TABLE fuzz.profile (v profile);
INSERT INTO fuzz.profile VALUES ('{"revenue": 140000000, "hightech": true, "industry": "C39", "founded": "2015-03-01", "honours": ["高新技术企业", "x"], "r": -1.5e-7}'), ('{}'), ('{"s": []}'),
	('{"t": "", "ü": "文", "e": 1e300, "f": 123456789012345, "g": -0.000000000000001}'), (profile((SELECT jsonb_object_agg('indicator_' || n, n) FROM generate_series(1, 300) AS n)));
CREATE TABLE fuzz.criteria (v criteria);
INSERT INTO fuzz.criteria VALUES ('hightech AND revenue BETWEEN 2e7 AND 4e8 AND rd_expense / revenue >= 0.05 AND industry IN (''C39'', ''I65'') AND ''高新技术企业'' = ANY (honours)'), ('"a b" IS UNKNOWN');
CREATE TABLE fuzz.formula (v formula);
INSERT INTO fuzz.formula VALUES ('CASE WHEN g >= 1 THEN least(round(x * 0.005, 2), 1000000) ELSE power(abs(y), 0.5) + ln(z) % 3 - age_in_months(founded) END');
CREATE TABLE fuzz.rating (v rating);
INSERT INTO fuzz.rating VALUES ('AA+'), ('D'), ('CCC-');
CREATE TABLE fuzz.credit_code (v credit_code);
INSERT INTO fuzz.credit_code VALUES ('91350100M000100Y43');
CREATE TABLE fuzz.scorecard (v scorecard);
INSERT INTO fuzz.scorecard VALUES ('{"name": "t", "segment": "CASE WHEN a > 1 THEN ''young'' ELSE ''old'' END", "segments": ["young", "old"], "dimensions": [{"code": "d", "name": "维度"}], "indicators": [{"code": "a", "dimension": "d", "value": "x / y", "normalise": {"linear": [0, 0.15]}, "weight": {"young": 40, "old": 30}}, {"code": "h", "dimension": "d", "normalise": {"set": {"x": 40}, "cap": 50}, "weight": {"young": 60, "old": 70}}], "ratings": [{"grade": "AAA", "from": 90}, {"grade": "C", "from": 0}]}');
CREATE TABLE fuzz.type (name text);
INSERT INTO fuzz.type VALUES ('profile'), ('criteria'), ('formula'), ('rating'), ('credit_code'), ('scorecard');

-- out and in: each value comes back as it was
SELECT current_setting('data_directory') || '/fuzz.bin' AS file \gset
CREATE FUNCTION fuzz.round_trip(type text, file text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	differ bigint;
BEGIN
	EXECUTE format('CREATE TABLE fuzz.back (v growth_index.%I)', type);
	EXECUTE format('COPY fuzz.%I TO %L (FORMAT binary)', type, file);
	EXECUTE format('COPY fuzz.back FROM %L (FORMAT binary)', file);
	EXECUTE format('SELECT count(*) FROM (TABLE fuzz.%I EXCEPT ALL TABLE fuzz.back) AS d', type) INTO differ;
	EXECUTE format('SELECT %s + abs((SELECT count(*) FROM fuzz.%I) - (SELECT count(*) FROM fuzz.back))', differ, type) INTO differ;
	DROP TABLE fuzz.back;
	RETURN differ;
END $$;
SELECT is_empty(format('SELECT name FROM fuzz.type WHERE fuzz.round_trip(name, %L) <> 0', :'file'), 'values of all types come back from COPY BINARY as they were');

-- the images, as the send functions make them
CREATE TABLE fuzz.image (type text, n int, image bytea);
INSERT INTO fuzz.image SELECT 'profile', row_number() OVER (), profile_send(v) FROM fuzz.profile UNION ALL SELECT 'criteria', row_number() OVER (), criteria_send(v) FROM fuzz.criteria
UNION ALL SELECT 'formula', row_number() OVER (), formula_send(v) FROM fuzz.formula UNION ALL SELECT 'rating', row_number() OVER (), rating_send(v) FROM fuzz.rating
UNION ALL SELECT 'credit_code', row_number() OVER (), credit_code_send(v) FROM fuzz.credit_code UNION ALL SELECT 'scorecard', row_number() OVER (), scorecard_send(v) FROM fuzz.scorecard;

CREATE FUNCTION fuzz.random_bytes(n int) RETURNS bytea LANGUAGE sql VOLATILE AS
	$$ SELECT coalesce(decode(string_agg(lpad(to_hex(floor(random() * 256)::int), 2, '0'), ''), 'hex'), '') FROM generate_series(1, n) $$;
-- a random change: bytes, lengths and counts that lie, ends cut off, parts of other images
CREATE FUNCTION fuzz.mutate(image bytea) RETURNS bytea LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	len int := length(image);
	at int := floor(random() * (len + 1));
	n int := floor(random() * random() * 12);
	pieces bytea[] := ARRAY['\x00', '\xff', '\xffffffff', '\x7fffffff', '\x80000000', '\x00000000', '\x0000000000000000', '\x7fffffffffffffff', '\x8000000000000000', '\xffff', '\x0200', '\xc3', '\xe9ab', '\xf0908080', '\xeda080', '\xc080',
		'\x27', '\x28', '\x22', '\x00000001', '\x00000004', '\x03', '\x05', '\x41', '\x00038d7ea4c68000'];
	piece bytea := pieces[1 + floor(random() * cardinality(pieces))::int];
BEGIN
	CASE floor(random() * 9)::int
		WHEN 0 THEN image := CASE WHEN at < len THEN set_byte(image, at, floor(random() * 256)::int) ELSE image || '\x00' END;
		WHEN 1 THEN image := CASE WHEN at < len THEN set_bit(image, at::bigint * 8 + floor(random() * 8)::int, floor(random() * 2)::int) ELSE '' END;
		WHEN 2 THEN image := substring(image FOR at);
		WHEN 3 THEN image := image || fuzz.random_bytes(1 + n);
		WHEN 4 THEN image := substring(image FOR at) || piece || substring(image FROM at + 1 + length(piece));
		WHEN 5 THEN image := substring(image FOR at) || piece || substring(image FROM at + 1);
		WHEN 6 THEN image := substring(image FOR at) || substring(image FROM at + 1 + n);
		WHEN 7 THEN image := substring(image FOR at) || substring((SELECT i.image FROM fuzz.image AS i ORDER BY random() LIMIT 1) FROM 1 + floor(random() * 40)::int);
		ELSE image := CASE WHEN random() < 0.3 THEN fuzz.random_bytes(floor(random() * 60)::int) ELSE substring(image FOR at) || substring(image FROM greatest(1, at - n)) END;
	END CASE;
	RETURN CASE WHEN random() < 0.4 AND length(image) < 5000 THEN fuzz.mutate(image) ELSE image END;
END $$;

CREATE TABLE fuzz.outcome (type text, image bytea, state text, message text);
CREATE TABLE fuzz.out (image bytea);
CREATE PROCEDURE fuzz.try(type text, image bytea, file text) LANGUAGE plpgsql AS $$
DECLARE
	step text := '';
	text_form text;
BEGIN
	TRUNCATE fuzz.out;
	INSERT INTO fuzz.out VALUES (image);
	EXECUTE format('COPY fuzz.out TO %L (FORMAT binary)', file);
	BEGIN
		EXECUTE format('COPY fuzz.%I FROM %L (FORMAT binary)', type, file);
		-- what was taken is a value: it prints, reads back, is equal to itself, and is sent again
		step := 'use ';
		EXECUTE format('SELECT v::text FROM fuzz.%I WHERE v OPERATOR(growth_index.=) v::text::growth_index.%1$I AND growth_index.%1$s_send(v) IS NOT NULL ORDER BY ctid DESC LIMIT 1', type) INTO text_form;
		INSERT INTO fuzz.outcome VALUES (type, image, CASE WHEN text_form IS NULL THEN 'differs' ELSE 'value' END, text_form);
	EXCEPTION WHEN OTHERS OR query_canceled THEN
		INSERT INTO fuzz.outcome VALUES (type, image, step || SQLSTATE, SQLERRM);
	END;
	EXECUTE format('TRUNCATE fuzz.%I', type);
END $$;
-- each image has a statement, and a time limit, of its own
SET statement_timeout = '120s';
SELECT format('CALL fuzz.try(%L, %L, %L)', type, CASE WHEN n = 0 THEN image ELSE fuzz.mutate(image) END, :'file')
FROM (SELECT type, image, generate_series(0, CASE WHEN type IN ('rating', 'credit_code') THEN :rounds / 2 ELSE :rounds END) AS n FROM fuzz.image) AS i
\gexec
-- a profile's numbers in other than their one form, its codes and members out of order
SELECT format('CALL fuzz.try(''profile'', %L, %L)', image, :'file') FROM (VALUES
	('\x01000100000001610000000000000000640001'::bytea), ('\x010001000000016100000000000000000afffe'), ('\x0100010000000161000000000000000000fffe'), ('\x01000100000001610000038d7ea4c680000000'), ('\x0100010000000161007fffffffffffffff7fff'),
	('\x01000200000001620101000000016101010000'), ('\x0100020000000161010100000001610100'), ('\x0100010000000161040000000200000001620000000161'), ('\x0100010000000161020000000a323032302d30312d3031'), ('\x010001000000016104000000020000000161000000016100'),
	('\x01000100000001610102'), ('\x01000100000001610580'), ('\x010001000000016103ffffffff'), ('\x0100010000000161037fffffff'), ('\x02000000000000'), ('\x01ffff')) AS v(image)
\gexec
RESET statement_timeout;

SELECT is_empty($$ SELECT type, image, state, message FROM fuzz.outcome WHERE state !~ '^(value|22...|42...|54...|0A...|08P01)$' LIMIT 10 $$, 'each image ends in a value or in an ordinary error');
SELECT is((SELECT count(DISTINCT type) FROM fuzz.outcome WHERE state = 'value'), 6::bigint, 'some of every type are values');
SELECT is((SELECT count(DISTINCT type) FROM fuzz.outcome WHERE state <> 'value'), 6::bigint, 'some of every type are refused');
SELECT ok((SELECT count(*) >= 2 * :rounds FROM fuzz.outcome WHERE type = 'profile'), (SELECT format('%s images, %s of them values, %s kinds of error', count(*), count(*) FILTER (WHERE state = 'value'), count(DISTINCT state) - 1) FROM fuzz.outcome));
SELECT is((SELECT array_agg(DISTINCT type ORDER BY type) FROM fuzz.outcome WHERE state = '22021'), ARRAY['credit_code', 'criteria', 'formula', 'profile', 'scorecard'], 'invalid UTF-8 is refused as such');
SELECT ok((SELECT bool_and(state <> 'value') FROM fuzz.outcome AS o WHERE type IN ('rating', 'credit_code') AND length(image) <> CASE type WHEN 'rating' THEN 2 ELSE 18 END), 'images of another length are refused');
-- images that are no canonical form are refused, not repaired in silence
SELECT is_empty($$ SELECT image, message FROM fuzz.outcome WHERE type = 'profile' AND state = 'value' AND profile_send(message::profile) <> image LIMIT 10 $$, 'a profile is received in its canonical form alone');
SELECT * FROM finish();
