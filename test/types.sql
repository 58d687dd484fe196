-- What every type has: order, groups, distinct values, joins by hash and by
-- merge, and indexes that the planner uses for =, <, ORDER BY and joins.
\set ON_ERROR_STOP on
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET search_path = growth_index, public;
SET client_min_messages = error;
SELECT plan(8 * 6 + 1);
CREATE SCHEMA sample;
CREATE TABLE sample.type (name text, value text);		-- one of 200 values, by $1
INSERT INTO sample.type VALUES
	('rating', $$(ARRAY['AAA', 'AA', 'A', 'BBB', 'BB', 'B', 'CCC', 'CC', 'C'])[1 + i %% 9] || (ARRAY['+', '', '-'])[1 + i %% 3]$$),
	('credit_code', $$growth_index.credit_code_complete('9135010' || (i %% 2) || 'M' || lpad(i::text, 8, '0'))$$),
	('profile', $$jsonb_build_object('a', i %% 100, 'b', repeat('x', i %% 3))$$), ('criteria', $$format('a > %%s', i)$$), ('formula', $$format('a * %%s', i)$$),
	('scorecard', $$format('{"name": "t%%s", "dimensions": [{"code": "d", "name": "d"}], "indicators": [{"code": "a", "dimension": "d", "normalise": {"linear": [0, 1]}, "weight": 100}], "ratings": [{"grade": "AAA", "from": 0}]}', i)$$);
CREATE FUNCTION sample.make(type text, value text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format(format('CREATE TABLE sample.%%1$I AS SELECT i AS id, (%s)::text::growth_index.%%1$I AS v FROM generate_series(1, 200) AS i, generate_series(1, 3)', value), type);
	EXECUTE format('CREATE INDEX ON sample.%I (v)', type);
	EXECUTE format('CREATE INDEX ON sample.%I USING hash (v)', type);
	EXECUTE format('ANALYZE sample.%I', type);
END $$;
SELECT count(sample.make(name, value)) FROM sample.type \g /dev/null
CREATE FUNCTION sample.plan(query text, VARIADIC settings text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	all_lines text := '';
	setting text;
BEGIN
	FOREACH setting IN ARRAY settings LOOP
		PERFORM set_config('enable_' || setting, 'off', true);
	END LOOP;
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		all_lines := all_lines || line || E'\n';
	END LOOP;
	FOREACH setting IN ARRAY settings LOOP
		PERFORM set_config('enable_' || setting, 'on', true);
	END LOOP;
	RETURN all_lines;
END $$;
CREATE FUNCTION sample.number(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
BEGIN
	EXECUTE query INTO n;
	RETURN n;
END $$;
\set one 'format($$(SELECT v FROM sample.%I WHERE id = 77 LIMIT 1)$$, name)'
SELECT alike(sample.plan(format('SELECT v FROM sample.%I WHERE v OPERATOR(growth_index.=) %s', name, :one), 'seqscan', 'bitmapscan'), '%Index%Scan using%v_idx%', name || ': = uses an index') FROM sample.type;
SELECT alike(sample.plan(format('SELECT v FROM sample.%I WHERE v OPERATOR(growth_index.<) %s', name, :one), 'seqscan', 'bitmapscan'), '%Index%Scan using%Index Cond: (v < %', name || ': < uses an index') FROM sample.type;
SELECT alike(sample.plan(format('SELECT v FROM sample.%I ORDER BY v LIMIT 3', name), 'seqscan', 'sort'), '%Index%Scan using%', name || ': ORDER BY uses an index') FROM sample.type;
SELECT alike(sample.plan(format('SELECT v, count(*) FROM sample.%I GROUP BY v', name), 'sort', 'indexscan', 'indexonlyscan'), '%HashAggregate%', name || ': GROUP BY can hash') FROM sample.type;
SELECT alike(sample.plan(format('SELECT count(*) FROM sample.%1$I AS a JOIN sample.%1$I AS b USING (v)', name), 'hashjoin', 'nestloop'), '%Merge Join%', name || ': joins can merge') FROM sample.type;
-- the same groups by sorting, by hashing, and by text
SELECT is(sample.number(format('SELECT count(*) FROM (SELECT v, count(*) FROM sample.%I GROUP BY v) AS g', name)), sample.number(format('SELECT count(DISTINCT v::text) FROM sample.%I', name)), name || ': equal values are one group') FROM sample.type;
SELECT is(sample.number(format('SELECT count(*) FROM sample.%1$I AS a JOIN sample.%1$I AS b USING (v)', name)), sample.number(format('SELECT sum(n * n) FROM (SELECT count(*) AS n FROM sample.%I GROUP BY v::text) AS g', name)), name || ': a join finds all pairs') FROM sample.type;
SELECT is(sample.number(format('SELECT count(*) FROM (SELECT v, lag(v) OVER (ORDER BY v) AS w FROM sample.%I) AS o WHERE NOT (w OPERATOR(growth_index.<=) v AND v OPERATOR(growth_index.>=) w)', name)), 0::bigint, name || ': the order is kept') FROM sample.type;
SELECT is((SELECT count(*) FROM pg_opclass AS c JOIN pg_am AS m ON m.oid = opcmethod JOIN pg_type AS t ON t.oid = opcintype JOIN sample.type AS s ON s.name = typname
	WHERE t.typnamespace = 'growth_index'::regnamespace AND opcdefault AND amname IN ('btree', 'hash')), 12::bigint, 'each type has its classes for btree and hash as defaults');
SELECT * FROM finish();
