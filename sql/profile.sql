-- profile: input, output, binary, casts, operators, errors
SET search_path = growth_index, public;

-- what is written comes back, in one form
SELECT '{"revenue": 140000000, "hightech": true, "industry": "C39", "founded": "2015-03-01", "honours": ["高新技术企业"], "x": null}'::profile;
SELECT '{"b": 1.50, "a": -0.0, "B": 1e3, "é": 1e-3, "c": []}'::profile;
SELECT '{"a": 0.30000000000000004, "b": 123456789012345000000, "c": 1e300, "d": -1.5e-300, "e": 0.000001}'::profile;
SELECT '{"s": ["b", "a", "b", ""], "t": "2015-02-30", "u": "2015-02-28", "v": "a\"b\\c\n"}'::profile;
SELECT '{}'::profile;
SELECT '{"a": 1, "a": 2}'::profile AS last_one_stands;

-- errors
SELECT '[1]'::profile;
SELECT '3'::profile;
SELECT '{"a": {"b": 1}}'::profile;
SELECT '{"a": [1]}'::profile;
SELECT '{"a": 1234567890123456}'::profile;
SELECT '{"a": 1e1000}'::profile;
SELECT '{"": 1}'::profile;
SELECT ('{"' || repeat('x', 64) || '": 1}')::profile;
SELECT '{"a": 1'::profile;

-- jsonb and rows
SELECT profile('{"a": 1, "b": "x"}'::jsonb), '{"a": 1}'::profile::jsonb, '{"a": 2}'::jsonb::profile;
-- the document is the one that the text is, digit by digit
SELECT count(*), count(*) FILTER (WHERE p::jsonb::text = p::text::jsonb::text AND p::jsonb::profile = p) AS same
FROM (SELECT format('{"a": %s%se%s, "long_code": "%s", "b": true, "d": "19%s-02-%s", "set": ["x", "\u20ac %s", ""], "t": "\"\\ \t\u4e2d"}',
		CASE WHEN e % 2 = 0 THEN '-' END, m, e, e, 20 + abs(e), 10 + abs(e) % 18, m)::profile AS p
	FROM generate_series(-70, 60) AS e, unnest('{0,1,150,15.70,999999999999999,123456789.012345}'::text[]) AS m) AS t;
SELECT profile(t) FROM (SELECT 1::smallint AS a, 2.50::numeric AS b, 'x'::text AS c, true AS d,
	DATE '2020-01-01' AS e, ARRAY['z', NULL, 'y'] AS f, NULL::int AS g, 0.1::float8 AS h,
	TIMESTAMP '2020-02-03 04:05' AS i, 'AA'::rating AS j, '[1]'::jsonb -> 0 AS k) AS t;
SELECT profile(t) FROM (SELECT 'NaN'::float8 AS a) AS t;
SELECT profile(t) FROM (SELECT ARRAY[1] AS a) AS t;

-- a row gives what its JSON gives, byte for byte, whatever is NULL, empty or odd in it
CREATE TABLE rows AS SELECT CASE WHEN i % 3 > 0 THEN i * 0.05 END AS n, CASE WHEN i % 5 > 0 THEN (ARRAY['', 'x', '2020-01-01', '文字'])[1 + i % 4] END AS t, CASE WHEN i % 7 > 0 THEN DATE '2000-01-01' - i END AS "D",
	CASE WHEN i % 2 = 0 THEN (ARRAY['{}', '{b,a,b}', '{""}']::text[])[1 + i % 3:1 + i % 3] END AS nested, i % 4 = 0 AS b, i::smallint AS s, i * 1000000000000::bigint AS big, CASE WHEN i % 2 = 0 THEN i / 3.0::float8 END AS f,
	(ARRAY[0, -0.000000000000001, 123456789012345, 1e20, -99999999.99, 10000, 0.0001, 1e-20, 9999999999999.99, 12345678901234.5])[1 + i % 10]::numeric AS "é", CASE WHEN i % 6 > 0 THEN string_to_array(repeat('z,y', i % 3), ',') END AS a
FROM generate_series(1, 420) AS i;
ALTER TABLE rows DROP COLUMN nested;
ALTER TABLE rows ADD COLUMN later text DEFAULT 'here';
SELECT count(*), count(DISTINCT codes(profile(r))) AS shapes, count(*) FILTER (WHERE profile(r) = profile(to_jsonb(r)) AND profile(r)::text = profile(to_jsonb(r))::text
	AND profile(r) = (SELECT profile_agg(key, value) FROM jsonb_each(to_jsonb(r)))) AS same FROM rows AS r;
DROP TABLE rows;

-- operators
SELECT p -> 'a', p ->> 'a', p -> 'none', p ->> 't', p ->> 'd', p -> 's', p ->> 's'
FROM (SELECT '{"a": 1.5, "t": "x y", "d": "2020-01-01", "s": ["p"]}'::profile AS p) AS x;
SELECT p ? 'a', p ? 'z', p - 'a', p - 'z', p || '{"a": 2, "c": 3}', codes(p)
FROM (SELECT '{"a": 1, "b": ["q", "r"], "t": "text"}'::profile AS p) AS x;

SELECT p @> '{"a": 1}' AS yes, p @> '{"a": 2}' AS other_value, p @> '{"z": 1}' AS absent, p @> '{}' AS nothing,
	p @> '{"b": ["r", "q"], "t": "text"}' AS heap, '{"t": "text"}' <@ p AS contained, '{"t": "tex"}' <@ p AS shorter
FROM (SELECT '{"a": 1, "b": ["q", "r"], "t": "text"}'::profile AS p) AS x;
SELECT * FROM diff('{"a": 1, "b": ["q"], "c": "x", "e": true}', '{"a": 1.0, "b": ["q", "r"], "d": "2020-01-01", "e": false}');
SELECT * FROM diff('{}', '{"a": 1}');

-- equality is that of the values; the order is total
SELECT '{"a": 1, "b": 2}'::profile = '{"b": 2.0, "a": 1}'::profile AS equal,
	'{"a": 1}'::profile <> '{"a": 2}'::profile AS unequal;
SELECT count(*) FROM (SELECT DISTINCT p FROM (VALUES ('{"a": 1}'::profile), ('{"a": 1.0}'), ('{"a": "1"}')) AS v(p)) AS d;
SELECT p, count(*) FROM (VALUES ('{"a": 1}'::profile), ('{"a": 1.0}'), ('{"a": "1"}')) AS v(p) GROUP BY p ORDER BY p;

-- aggregate, serial and in parallel
SELECT profile_agg(code, value) FROM (VALUES ('b', 1.5), ('a', NULL), ('c', 3)) AS v(code, value);
SELECT profile_agg(code, value ORDER BY n) FROM (VALUES (1, 'a', '1'::jsonb), (2, 'a', '"x"'), (3, 'b', 'null')) AS v(n, code, value);
SELECT profile_agg('a', 1) FROM generate_series(1, 0);
SELECT profile_agg(NULL, 1);
CREATE TABLE observed AS SELECT 'i' || n % 50 AS code, (n % 50)::numeric AS value FROM generate_series(1, 20000) AS n;
ANALYZE observed;
SELECT profile_agg(code, value) AS serial FROM observed \gset
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT profile_agg(code, value) FROM observed;
SELECT profile_agg(code, value) = :'serial'::profile AS parallel_is_serial FROM observed;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- size: 32 indicators with codes of 12 characters
SELECT pg_column_size(profile_agg('indicator_' || lpad(n::text, 2, '0'), n * 1.5)) < 700 AS under_700_bytes
FROM generate_series(1, 32) AS n;

CREATE TABLE stored AS SELECT profile_agg('indicator_' || lpad(n::text, 2, '0'), n * 1.5) AS p FROM generate_series(1, 32) AS n, generate_series(1, 100) AS row GROUP BY row;
SELECT max(pg_column_size(p)) < 700 AS under_700_bytes, pg_relation_size(reltoastrelid) AS toasted FROM stored, pg_class AS c WHERE c.oid = 'stored'::regclass GROUP BY reltoastrelid;
DROP TABLE stored;
-- of many values of few codes the last stand, and only they are kept
SELECT profile_agg('c' || i % 3, i ORDER BY i) FROM generate_series(1, 50000) AS i;

-- binary round trip, and hostile images
CREATE TABLE sent (p profile);
INSERT INTO sent VALUES ('{"a": 1.5, "b": true, "c": "x", "d": "2020-01-01", "e": ["p", "q"], "f": -1e20}'), ('{}');
\getenv folder PG_ABS_BUILDDIR
\set file :folder '/results/profile.bin'
\set out '\\copy sent TO ' :'file' ' (FORMAT binary)'
:out
CREATE TABLE received (p profile);
\set back '\\copy received FROM ' :'file' ' (FORMAT binary)'
:back
SELECT count(*) FROM sent JOIN received USING (p);
SELECT encode(profile_send('{"a": 1.5}'), 'hex');
DROP TABLE observed, sent, received;
