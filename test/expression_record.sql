-- Criteria and formulas over rows of tables.  A constant one is planned as a
-- call over the columns that it reads: the answers are those of profile(t), and
-- where a row may be NULL as a whole, or is grouped by, it stays a row.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
SET search_path = growth_index, public;
SELECT plan(26);
CREATE SCHEMA rows;
CREATE DOMAIN rows.share AS numeric CHECK (VALUE < 1000);
CREATE TYPE rows.stage AS ENUM ('start-up', 'growth');
CREATE TABLE rows.firm (id int PRIMARY KEY, gone text, n numeric, i int, big bigint, f float8, share rows.share, flag boolean, t text, v varchar(20), c char(4), d date, at timestamp,
	s text[], j jsonb, stage rows.stage, "营业收入" numeric, double_i int GENERATED ALWAYS AS (i * 2) STORED);
ALTER TABLE rows.firm DROP COLUMN gone;
INSERT INTO rows.firm (id, n, i, big, f, share, flag, t, v, c, d, at, s, j, stage, "营业收入")
SELECT g, CASE WHEN g % 7 <> 0 THEN g * 0.1 END, CASE WHEN g % 5 <> 0 THEN g % 11 - 5 END, g::bigint * 1000000000, g / 3.0::float8, g % 100 * 0.01, CASE g % 3 WHEN 0 THEN true WHEN 1 THEN false END,
	CASE g % 4 WHEN 0 THEN 'C' || g WHEN 1 THEN '2020-02-01' WHEN 2 THEN '文' END, 'v' || g % 3, 'c' || g % 10, DATE '2020-01-01' + g, TIMESTAMP '2020-01-01 23:59' + g * INTERVAL '1 day',
	CASE g % 3 WHEN 0 THEN '{}' WHEN 1 THEN ARRAY['p', 'q'] ELSE ARRAY['q', NULL] END, CASE g % 4 WHEN 0 THEN '1.5' WHEN 1 THEN '"x"' WHEN 2 THEN '["p"]' ELSE 'true' END::jsonb,
	CASE g % 3 WHEN 0 THEN 'start-up' WHEN 1 THEN 'growth' END::rows.stage, g * 1e5
FROM generate_series(1, 400) AS g;

CREATE TABLE rows.criteria (c criteria);
INSERT INTO rows.criteria VALUES ('n >= 0.7'), ('n / i > 0.5 AND i <> 0'), ('big BETWEEN 5000000000 AND 7e10'), ('f = 0.333333333333333'), ('f * 3 = id'), ('share >= 0.05 AND flag'), ('NOT flag'), ('flag IS UNKNOWN'),
	('t LIKE ''C1%'''), ('t = ''文'''), ('v IN (''v1'', ''v2'')'), ('c = ''c1'''), ('d >= DATE ''2020-03-01'''), ('at = d'), ('''p'' = ANY (s)'), ('s @> ARRAY[''q'']'), ('cardinality(s) = 0'), ('j > 1'), ('j = ''x'''),
	('stage = ''growth'''), ('"营业收入" > 1e6 AND double_i > 3'), ('absent IS NULL'), ('absent > 1 OR n > 3'), ('gone IS NULL'), ('ctid IS NULL AND tableoid IS NULL'), ('as_of - d > 30'), ('age_in_months(d) >= 3 AND n > 1'), ('true'), ('t IS NULL AND n IS NULL');
-- the three ways, by call: planned over columns, over a row that is no constant's, and over a profile that is kept
CREATE FUNCTION rows.answers(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format('SELECT string_agg(coalesce((%s)::text, ''-''), '' '' ORDER BY r.id) FROM rows.firm AS r, (SELECT profile(r) AS p, r.id FROM rows.firm AS r OFFSET 0) AS kept WHERE kept.id = r.id', call) INTO result;
	RETURN result;
END $$;
SELECT is_empty($$ SELECT c FROM rows.criteria WHERE rows.answers(format('matches(%L::criteria, p, ''2020-06-01'')', c)) <> rows.answers(format('matches(%L::criteria, r, ''2020-06-01'')', c)) $$, 'columns alone decide as the profile does');
SELECT is_empty($$ SELECT c FROM rows.criteria WHERE rows.answers(format('matches(%L::criteria, p)', c)) <> rows.answers(format('profile(r) @@ %L::criteria', c)) $$, 'and where a profile is asked for');
SELECT is_empty($$ SELECT c FROM rows.criteria WHERE rows.answers(format('matches(%L::criteria, p, ''2020-06-01'')', c)) <> rows.answers(format('matches((SELECT %L::criteria OFFSET 0), r, ''2020-06-01'')', c)) $$, 'and a row, of criteria that is no constant');
SELECT is_empty($$ SELECT f FROM unnest(ARRAY['n * 1.1 + i', 'round(n / i, 2)', 'f', 'share + double_i + "营业收入"', 'least(n, absent)', 'age_in_months(d)', 'j * 2', 'cardinality(s)']) AS f
	WHERE rows.answers(format('evaluate(%L::formula, p, ''2020-06-01'')', f)) <> rows.answers(format('evaluate(%L::formula, r, ''2020-06-01'')', f)) OR rows.answers(format('evaluate(%L::formula, p)', f)) <> rows.answers(format('evaluate(%L::formula, profile(r))', f)) $$, 'a formula gives the same number');

-- what is planned
CREATE FUNCTION rows.planned(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	line text;
	result boolean := false;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || query LOOP
		result := result OR line ~ '(matches|evaluate)_columns';
	END LOOP;
	RETURN result;
END $$;
SELECT ok(rows.planned($$ SELECT id FROM rows.firm AS r WHERE matches('n > 3', r) $$) AND rows.planned($$ SELECT flag, count(*) FILTER (WHERE profile(r) @@ 'n > 3') FROM rows.firm AS r GROUP BY flag $$)
	AND rows.planned($$ SELECT evaluate('n', r) FROM rows.firm AS r $$) AND rows.planned($$ SELECT matches('n > 3', x) FROM (SELECT n, i + 1 AS i FROM rows.firm) AS x $$)
	AND rows.planned($$ UPDATE rows.firm AS r SET i = 1 WHERE matches('n > 3', r) $$), 'a constant over a row is planned over columns');
SELECT is((SELECT string_agg(id::text, ' ' ORDER BY id) FROM (SELECT id, n * 2 AS n FROM rows.firm WHERE id < 20) AS x WHERE matches('n > 3', x)), '16 17 18 19', 'so is a row that a subquery makes');
SELECT is((SELECT string_agg(a::text, ' ' ORDER BY a) FROM rows.firm AS r (a, n) WHERE a < 40 AND matches('n > 3', r)), (SELECT string_agg(id::text, ' ' ORDER BY id) FROM rows.firm WHERE id < 40 AND n > 3), 'a column has the name of its table, as in profile(r)');
SELECT results_eq($$ SELECT g, matches('n IS NULL', r), profile(r) @@ 'n IS NULL' FROM generate_series(398, 402) AS g LEFT JOIN rows.firm AS r ON r.id = g ORDER BY g $$,
	$$ VALUES (398, false, false), (399, true, true), (400, false, false), (401, NULL::boolean, NULL::boolean), (402, NULL, NULL) $$, 'no row is no answer');
SELECT results_eq($$ SELECT g, s.m FROM generate_series(399, 401) AS g LEFT JOIN (SELECT id, matches('n IS NULL', r) AS m FROM rows.firm AS r) AS s ON s.id = g ORDER BY g $$, $$ VALUES (399, true), (400, false), (401, NULL::boolean) $$, 'also where a subquery is joined');
SELECT is((SELECT count(*) FROM (SELECT r, matches('n > 3', r) FROM rows.firm AS r GROUP BY r, matches('n > 3', r)) AS g), 400::bigint, 'a row that is grouped by stays one');
SELECT is((SELECT string_agg(format('%s:%s', m, count), ' ' ORDER BY m) FROM (SELECT matches('flag', r) AS m, count(*) FROM rows.firm AS r GROUP BY 1) AS g), (SELECT string_agg(format('%s:%s', flag, count), ' ' ORDER BY flag) FROM (SELECT flag, count(*) FROM rows.firm GROUP BY 1) AS g), 'so where the answer is');
SELECT is((SELECT count(*) FROM (SELECT r, matches('n > 3', r) FROM rows.firm AS r GROUP BY ROLLUP (r)) AS g WHERE matches IS NULL), 1 + (SELECT count(*) FILTER (WHERE n IS NULL) FROM rows.firm), 'and with grouping sets');

-- a row spelled out as a table's, which 18 does where there are virtual columns
CREATE TABLE rows.made (gone int, n numeric, t text);
ALTER TABLE rows.made DROP COLUMN gone;
SELECT ok(rows.planned($$ SELECT id FROM rows.firm AS r WHERE matches('n > 3 AND t IS NULL', ROW(i, t)::rows.made) $$), 'a row of a table''s type is planned over its fields');
SELECT is((SELECT string_agg(id::text, ' ' ORDER BY id) FROM rows.firm WHERE id < 50 AND matches('n > 3 AND t IS NOT NULL AND absent IS NULL', ROW(i, t)::rows.made)), (SELECT string_agg(id::text, ' ' ORDER BY id) FROM rows.firm WHERE id < 50 AND i > 3 AND t IS NOT NULL), 'by the names of that');
SELECT current_setting('server_version_num')::integer >= 180000 AS has_virtual \gset
\if :has_virtual
ALTER TABLE rows.made ADD COLUMN twice numeric GENERATED ALWAYS AS (n * 2) VIRTUAL;
\else
ALTER TABLE rows.made ADD COLUMN twice numeric GENERATED ALWAYS AS (n * 2) STORED;
\endif
INSERT INTO rows.made VALUES (1), (2), (3);
SELECT ok(rows.planned($$ SELECT FROM rows.made AS r WHERE matches('twice > 3', r) $$), 'so a table with virtual columns');
SELECT is((SELECT string_agg(n::text, ' ' ORDER BY n) FROM rows.made AS r WHERE matches('twice > 3 AND n < 3', r)), '2', 'which are computed');
SELECT is((SELECT count(*) FROM generate_series(1, 4) AS g LEFT JOIN rows.made AS r ON r.n = g WHERE matches('twice IS NULL', r) IS NULL), 1::bigint, 'and whose row is none where none is joined');
-- children, whose columns stand elsewhere
CREATE TABLE rows.parent (n numeric, t text);
CREATE TABLE rows.child (x int, t text, n numeric);
ALTER TABLE rows.child INHERIT rows.parent;
INSERT INTO rows.parent VALUES (1, 'p'), (5, 'p');
INSERT INTO rows.child VALUES (5, 'c', 2), (1, 'c', 6);
SELECT results_eq($$ SELECT t, n FROM rows.parent AS p WHERE matches('n > 3 AND x IS NULL', p) ORDER BY t $$, $$ VALUES ('c', 6::numeric), ('p', 5) $$, 'a child is read as its parent');
-- rows that change
SELECT results_eq($$ WITH u AS (UPDATE rows.parent AS p SET n = n + 10 WHERE matches('n > 5', p) RETURNING n, matches('n > 15', p)) SELECT * FROM u $$, $$ VALUES (16::numeric, true) $$, 'WHERE reads the old row, RETURNING the new one');
CREATE UNIQUE INDEX ON rows.parent (n);
SELECT results_eq($$ WITH u AS (INSERT INTO rows.parent VALUES (5, 'new'), (1, 'new') ON CONFLICT (n) DO UPDATE SET t = excluded.t || matches('n > 3', excluded)::text RETURNING t) SELECT * FROM u $$, $$ VALUES ('newtrue'), ('newfalse') $$, 'so ON CONFLICT');
-- a plan that is kept
PREPARE kept AS SELECT count(*) FROM rows.parent AS p WHERE matches('n >= 5', p);
CREATE TEMP TABLE counted (n bigint);
\set QUIET on
EXECUTE kept \gset before_
ALTER TABLE rows.parent RENAME n TO m;
EXECUTE kept \gset after_
SELECT is(format('%s %s', :before_count, :after_count), '2 0', 'a kept plan follows a column that is renamed');
CREATE TYPE rows.pair AS (a int, b int);
SET plan_cache_mode = force_generic_plan;
PREPARE spelled(int) AS SELECT matches('a > 1', ROW($1, 0)::rows.pair) AS a;
EXECUTE spelled(5) \gset before_
ALTER TYPE rows.pair RENAME ATTRIBUTE a TO c;
ALTER TYPE rows.pair RENAME ATTRIBUTE b TO a;
EXECUTE spelled(5) \gset after_
RESET plan_cache_mode;
SELECT is(format('%s %s', :'before_a', :'after_a'), 't f', 'so it does where the row is spelled out');
-- limits, and calls by hand
SELECT ok(NOT rows.planned(format('SELECT matches(%L, r) FROM rows.firm AS r', 'n > 0 AND ' || string_agg('x' || i || ' > 0', ' AND '))) AND NOT rows.planned('SELECT matches(''true'', r) FROM rows.firm AS r'), 'more columns than a function can have stay a row') FROM generate_series(1, 120) AS i;
SELECT is((SELECT count(*) FROM rows.firm AS r WHERE matches(format('n > 0 OR %s', (SELECT string_agg('x' || i || ' > 0', ' OR ') FROM generate_series(1, 120) AS i))::criteria, r)), (SELECT count(*) FROM rows.firm WHERE n > 0), 'and are read');
SELECT throws_ok($$ SELECT matches_columns('a > b', NULL, 1) $$, '22023', NULL, 'too few columns are refused');
SELECT throws_ok($$ SELECT count(*) FROM rows.firm AS r WHERE matches('n > as_of - as_of', r, 'infinity') $$, '22008', NULL, 'so is an as-of date that is none');
SELECT finish();
