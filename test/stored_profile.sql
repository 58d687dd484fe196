-- The stored bytes of a profile: what docs/formats.md says of them, and a
-- reader that refuses a version or flags that it does not know.  A type of
-- bytes with the alignment of profile lets SQL see and write such bytes.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
SET search_path = growth_index, public;
SELECT plan(8);
CREATE SCHEMA stored;
CREATE TYPE stored.image;
CREATE FUNCTION stored.image_in(cstring) RETURNS stored.image IMMUTABLE STRICT LANGUAGE internal AS 'byteain';
CREATE FUNCTION stored.image_out(stored.image) RETURNS cstring IMMUTABLE STRICT LANGUAGE internal AS 'byteaout';
CREATE TYPE stored.image (INPUT = stored.image_in, OUTPUT = stored.image_out, ALIGNMENT = double, STORAGE = main);
CREATE CAST (stored.image AS profile) WITHOUT FUNCTION;
CREATE CAST (profile AS stored.image) WITHOUT FUNCTION;

-- all but the varlena header
CREATE FUNCTION stored.bytes(p profile) RETURNS bytea LANGUAGE sql AS $$ SELECT p::stored.image::text::bytea $$;
CREATE FUNCTION stored.profile(image bytea) RETURNS profile LANGUAGE sql AS $$ SELECT image::text::stored.image::growth_index.profile $$;

-- an unsigned number of so many bytes, the lowest first
CREATE FUNCTION stored.number(image bytea, at int, bytes int) RETURNS numeric LANGUAGE sql AS
	$$ SELECT sum(get_byte(image, at + i) * 256::numeric ^ i) FROM generate_series(0, bytes - 1) AS i $$;
-- bits of a word
CREATE FUNCTION stored.bits(word numeric, low int, bits int) RETURNS numeric LANGUAGE sql AS
	$$ SELECT mod(div(word, 2::numeric ^ low), 2::numeric ^ bits) $$;
CREATE FUNCTION stored.signed(v numeric, bits int) RETURNS numeric LANGUAGE sql AS
	$$ SELECT CASE WHEN v >= 2::numeric ^ (bits - 1) THEN v - 2::numeric ^ bits ELSE v END $$;
CREATE FUNCTION stored.text(image bytea, at bigint, len int) RETURNS text LANGUAGE sql AS
	$$ SELECT convert_from(substring(image FROM at::int + 1 FOR len), 'UTF8') $$;

-- the document's table, read as it stands; offsets there count from the header of four bytes
CREATE FUNCTION stored.decode(image bytea) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	count int := stored.number(image, 6 - 4, 2);
	shape int := 16 - 4 + 8 * count;
	code_at int := shape + count;
	code_len int;
	word numeric;
	low int;
	at bigint;
	members jsonb;
	result jsonb := '{}';
BEGIN
	IF get_byte(image, 4 - 4) <> 2 OR get_byte(image, 5 - 4) <> 0 THEN
		RETURN NULL;
	END IF;
	FOR i IN 0 .. count - 1 LOOP
		code_len := get_byte(image, shape + i);
		word := stored.number(image, 16 - 4 + 8 * i, 8);
		low := stored.bits(word, 3, 29);
		at := shape + stored.bits(word, 32, 32);
		result := result || jsonb_build_object(stored.text(image, code_at, code_len), CASE stored.bits(word, 0, 3)
			WHEN 0 THEN to_jsonb(trim_scale(stored.signed(stored.bits(word, 13, 51), 51) * power(10::numeric, stored.signed(stored.bits(word, 3, 10), 10))))
			WHEN 1 THEN to_jsonb(stored.bits(word, 3, 1) = 1)
			WHEN 2 THEN to_jsonb(stored.text(image, at, low))
			WHEN 3 THEN to_jsonb(DATE '2000-01-01' + stored.signed(stored.bits(word, 32, 32), 32)::int)
			WHEN 4 THEN '[]'::jsonb END);
		IF stored.bits(word, 0, 3) = 4 THEN
			members := '[]';
			FOR j IN 1 .. low LOOP
				members := members || to_jsonb(stored.text(image, at + 4, stored.number(image, at::int, 4)::int));
				at := at + 4 + stored.number(image, at::int, 4);
			END LOOP;
			result := result || jsonb_build_object(stored.text(image, code_at, code_len), members);
		END IF;
		code_at := code_at + code_len;
	END LOOP;
	RETURN result;
END $$;

CREATE TABLE stored.subject (n int, document jsonb, p profile);
INSERT INTO stored.subject (n, document)
VALUES (1, '{"revenue": 140000000, "hightech": true, "dishonest": false, "industry": "C39", "founded": "2015-03-01", "old": "1949-10-01", "honours": ["x", "高新技术企业"], "ratio": -1.5e-7, "none": [], "empty": "", "营业收入": 0.05}'),
	(2, '{}'), (3, '{"largest": 999999999999999, "least": -999999999999999, "e": 1e20, "zero": 0}'),
	(4, (SELECT jsonb_object_agg('indicator_' || lpad(i::text, 4, '0'), CASE i % 3 WHEN 0 THEN to_jsonb(i * 0.37) WHEN 1 THEN to_jsonb('text ' || i) ELSE to_jsonb(i % 2 = 0) END) FROM generate_series(1, 300) AS i));
UPDATE stored.subject SET p = document::profile;

SELECT results_eq('SELECT n, stored.decode(stored.bytes(p)) FROM stored.subject ORDER BY n', 'SELECT n, document FROM stored.subject ORDER BY n', 'the stored bytes say what the documentation reads in them');
-- the shape: what is left of an image of booleans, which have no heap
SELECT is((SELECT substring(b FROM 8 - 4 + 1 FOR 8) FROM stored.bytes('{"a": true, "bc": false, "ü": true}') AS b),
	substring(sha256('\x010202' || convert_to('abcü', 'UTF8')) FOR 8), 'the fingerprint is that of the shape');
SELECT is((SELECT substring(b FROM 16 - 4 + 3 * 8 + 1) FROM stored.bytes('{"a": true, "bc": false, "ü": true}') AS b), '\x010202' || convert_to('abcü', 'UTF8'), 'the shape ends the image');
SELECT is(stored.profile(stored.bytes(p)), p, 'the same bytes are the same profile') FROM stored.subject WHERE n = 1;
SELECT ok(pg_column_size(s::profile) <= 700, format('a profile of 32 indicators with codes of 12 characters takes %s bytes', pg_column_size(s::profile)))
FROM (SELECT jsonb_object_agg('code_' || lpad(i::text, 7, '0'), CASE WHEN i < 29 THEN to_jsonb(i * 123456.78) WHEN i < 31 THEN '"C39"' ELSE to_jsonb(true) END) FROM generate_series(1, 32) AS i) AS v(s);

-- stored by another version, or with flags: in a table, as it would lie there
CREATE TABLE stored.other (what text, p profile);
INSERT INTO stored.other
SELECT format('version %s', v), stored.profile(set_byte(stored.bytes('{"a": 1, "t": "x", "s": ["y"]}'), 4 - 4, v)) FROM unnest(ARRAY[0, 1, 3, 127, 128, 255]) AS v
UNION ALL SELECT format('flags %s', f), stored.profile(set_byte(stored.bytes('{"a": 1, "t": "x", "s": ["y"]}'), 5 - 4, f)) FROM unnest(ARRAY[1, 2, 128, 255]) AS f
UNION ALL SELECT 'known', '{"a": 1, "t": "x", "s": ["y"]}';
CREATE TABLE stored.reader (call text);
INSERT INTO stored.reader VALUES ('p::text'), ('jsonb(p)'), ('profile_send(p)'), ('p -> ''a'''), ('p ? ''a'''), ('p || ''{}''::profile'), ('''{}''::profile || p'), ('p - ''a'''),
	('p @> ''{"a": 1}''::profile'), ('''{"a": 1}''::profile @> p'), ('p = p'), ('p < ''{}''::profile'), ('profile_hash(p)'), ('p @@ ''a > 0'''), ('matches(''a > 0'', p)'),
	('evaluate(''a'', p)'), ('(explain(''a > 0'', p)).*'), ('(nearest(''a > 2'', p)).*'), 
	('score(''{"name": "x", "dimensions": [{"code": "d"}], "indicators": [{"code": "a", "dimension": "d", "normalise": {"linear": [0, 2]}, "weight": 100}]}''::scorecard, p, DATE ''2024-01-01'')');
CREATE FUNCTION stored.outcome(what text, call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SELECT %s FROM stored.other WHERE what = %L', call, what);
	RETURN 'read';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT is((SELECT count(*) FROM stored.other), 11::bigint, 'images of other versions are stored');
SELECT is_empty($$ SELECT call, what, stored.outcome(what, call) FROM stored.other, stored.reader WHERE what <> 'known' AND stored.outcome(what, call) NOT LIKE 'XX001 unknown profile format%' $$, 'no reader takes a version or flags that it does not know');
SELECT is_empty($$ SELECT call, stored.outcome(what, call) FROM stored.other, stored.reader WHERE what = 'known' AND stored.outcome(what, call) <> 'read' $$, 'and all read the present one');
SELECT finish();
