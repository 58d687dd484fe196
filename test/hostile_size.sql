-- Inputs that are deep, long or large: each ends soon, in a value or in an
-- ordinary error, and in bounded memory.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
SET search_path = growth_index, public;
SELECT plan(6);
CREATE SCHEMA fuzz;
CREATE TABLE fuzz.outcome (name text, state text, message text);
CREATE PROCEDURE fuzz.try(name text, query text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
	INSERT INTO fuzz.outcome VALUES (name, 'value', NULL);
EXCEPTION WHEN OTHERS OR query_canceled THEN
	INSERT INTO fuzz.outcome VALUES (name, SQLSTATE, left(SQLERRM, 200));
END $$;
-- the most memory that this backend has had, in MB; NULL where the system does not say
CREATE FUNCTION fuzz.peak() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	RETURN (regexp_match(pg_read_file('/proc/self/status'), 'VmHWM:\s+(\d+) kB'))[1]::bigint / 1024;
EXCEPTION WHEN OTHERS THEN
	RETURN NULL;
END $$;
-- name, SQL that makes the input, how it ends
CREATE TABLE fuzz.input (name text, query text, state text);
INSERT INTO fuzz.input SELECT name, format('SELECT (%s)::growth_index.%s', input, type), state FROM (VALUES
	('10,000 brackets', 'criteria', $$repeat('(', 10000) || 'a' || repeat(')', 10000)$$, '42601'), ('1,000 brackets', 'criteria', $$repeat('(', 1000) || 'a' || repeat(')', 1000)$$, 'value'),
	('10,000 brackets, not closed', 'criteria', $$repeat('(', 10000) || 'a'$$, '42601'), ('10,000 NOT', 'criteria', $$repeat('NOT ', 10000) || 'a'$$, '42601'), ('1,000 NOT', 'criteria', $$repeat('NOT ', 1000) || 'a'$$, 'value'),
	('10,000 signs', 'formula', $$repeat('- ', 10000) || '1'$$, '42601'), ('3,000 sums', 'formula', $$'x' || repeat(' + 1', 3000)$$, 'value'), ('100,000 sums', 'formula', $$'x' || repeat(' + 1', 100000)$$, '54001'),
	('10,000 calls', 'formula', $$repeat('abs(', 10000) || 'x' || repeat(')', 10000)$$, '42601'), ('1,000 CASE', 'formula', $$repeat('CASE WHEN a THEN ', 1000) || '1' || repeat(' END', 1000)$$, 'value'),
	('40 CASE of CASE', 'criteria', $$'1 = ' || repeat('CASE WHEN p = q THEN 1 ELSE 2 END + ', 40) || '1'$$, 'value'), ('60 coalesce', 'criteria', $$'1 < ' || repeat('coalesce(nullif(x, 1), ', 60) || '1' || repeat(')', 60)$$, '54000'), ('5 coalesce', 'criteria', $$'1 < ' || repeat('coalesce(nullif(x, 1), ', 5) || '1' || repeat(')', 5)$$, 'value'), ('30 IS DISTINCT FROM', 'criteria', $$repeat('(', 30) || 'a' || repeat(' IS DISTINCT FROM b)', 30)$$, '54000'),
	('50,000 AND', 'criteria', $$'a' || repeat(' AND a', 49999)$$, 'value'), ('200,000 AND', 'criteria', $$'a' || repeat(' AND a', 160000)$$, '54000'), ('a long text', 'criteria', $$repeat('x', 1048577)$$, '54000'),
	('99,000 members', 'criteria', $$'x IN (1' || repeat(', 22', 98998) || ')'$$, 'value'), ('a chain of equals', 'criteria', $$(SELECT string_agg(format('a%s = a%s', i, i + 1), ' AND ') || ' AND a5001 = 1' FROM generate_series(1, 5000) AS i)$$, 'value'),
	('another chain', 'criteria', $$'a5001 = 1 AND ' || (SELECT string_agg(format('a%s = a%s', i, i + 1), ' AND ' ORDER BY i DESC) FROM generate_series(1, 5000) AS i)$$, 'value'),
	('a long comment', 'criteria', $$'a /*' || repeat('x *', 100000) || '*/'$$, 'value'), ('nested comments', 'criteria', $$'a ' || repeat('/* ', 100000)$$, '42601'), ('100,000 /*', 'criteria', $$'a ' || repeat('/*', 100000)$$, '42601'), ('a million +', 'criteria', $$'a ' || repeat('+', 1000000)$$, '42601'), ('a quote that never ends', 'criteria', $$'a = ''' || repeat('x', 500000)$$, '42601'),
	('10,000 digits', 'formula', $$repeat('9', 10000)$$, '22003'), ('200,000 digits', 'formula', $$repeat('9', 200000)$$, '22003'), ('1e131071', 'formula', $$'1e131071'$$, '22003'), ('1e-16383', 'formula', $$'1e-16383'$$, '22003'), ('1e99999999999', 'formula', $$'1e99999999999'$$, '22003'),
	('10,000 arrays', 'profile', $$repeat('[', 10000)$$, '22P02'), ('10,000 objects', 'profile', $$repeat('{"a":', 10000)$$, '22P02'), ('10,000 closed objects', 'profile', $$repeat('{"a":', 10000) || '1' || repeat('}', 10000)$$, '(22P02|54001)'),
	('500,000 digits', 'profile', $$'{"a": ' || repeat('9', 500000) || '}'$$, '22003'), ('1e100000', 'profile', $$'{"a": 1e100000}'$$, '22003'), ('1e-100000', 'profile', $$'{"a": 1e-100000}'$$, '22003'), ('1e9999999999', 'profile', $$'{"a": 1e9999999999}'$$, '22003'),
	('10,000 indicators', 'profile', $$(SELECT jsonb_object_agg('i' || i, i)::text FROM generate_series(1, 10000) AS i)$$, 'value'), ('10,001 indicators', 'profile', $$(SELECT jsonb_object_agg('i' || i, i)::text FROM generate_series(1, 10001) AS i)$$, '54000'),
	('200,000 times one indicator', 'profile', $$'{' || repeat('"a": 1, ', 200000) || '"a": 2}'$$, 'value'), ('a set of 100,000', 'profile', $$'{"s": ' || (SELECT jsonb_agg(i::text)::text FROM generate_series(1, 100000) AS i) || '}'$$, 'value'),
	('a text of 1 MB', 'profile', $$'{"t": "' || repeat('x', 1048576) || '"}'$$, 'value'), ('a longer text', 'profile', $$'{"t": "' || repeat('x', 1048577) || '"}'$$, '54000'), ('70 texts of 1 MB', 'profile', $$(SELECT jsonb_object_agg('t' || i, repeat('x', 1048576))::text FROM generate_series(1, 70) AS i)$$, '54000'),
	('10,000 objects in a card', 'scorecard', $$repeat('{"name":', 10000)$$, '22P02'), ('1 MB in JSON', 'scorecard', $$'{"name": "' || repeat('x', 1000000) || '"}'$$, '22...'), ('1 MB as rating', 'rating', $$repeat('A', 1000000)$$, '22P02'), ('1 MB as credit code', 'credit_code', $$repeat('9', 1000000)$$, '22P02')) AS v(name, type, input, state);
-- and what is costly to decide
INSERT INTO fuzz.input VALUES
	('a pattern of many %', $$SELECT growth_index.matches(('t LIKE ''' || repeat('%a', 200) || '%b''')::growth_index.criteria, growth_index.profile(jsonb_build_object('t', repeat('a', 20000))))$$, 'value'),
	('a product of huge numbers', $$SELECT growth_index.evaluate(('ln(' || repeat('power(10.1, 5900) * ', 30) || '1)')::growth_index.formula, '{}')$$, 'value'),
	('a power that overflows', $$SELECT growth_index.evaluate('power(x, 5999.123) + power(x, 1e15) + exp(x * 1000) + power(power(x, 5999), 5999)', '{"x": 9.87654321012345}')$$, 'value'),
	('a power that underflows', $$SELECT growth_index.evaluate('power(x, -5999.123) + exp(-x * 1000) + power(x, -5999)', '{"x": 9.87654321012345}')$$, 'value'),
	('900 quotients', $$SELECT growth_index.evaluate(('1' || repeat(' / x', 900))::growth_index.formula, '{"x": 1.23456789012345e-300}')$$, 'value'),
	('900 products', $$SELECT growth_index.evaluate(('x' || repeat(' * x', 900))::growth_index.formula, '{"x": 1.23456789012345e-300}')$$, 'value'),
	('the ends of mod and log', $$SELECT growth_index.evaluate('mod(x, y) + log(1.00000000000001, x) + log(1 + y, x) + sqrt(y)', '{"x": 1e500, "y": 1e-500}')$$, 'value'),
	('a nearest of 60 products', $$SELECT count(*) FROM growth_index.nearest((SELECT string_agg(format('a%s * a%s + a%s > %s', i % 50, i * 7 % 50, i * 3 % 50, i), ' AND ') FROM generate_series(1, 60) AS i)::growth_index.criteria, (SELECT growth_index.profile(jsonb_object_agg('a' || i, 0.5)) FROM generate_series(0, 49) AS i))$$, 'value'),
	('a nearest of 500 alternatives', $$SELECT count(*) FROM growth_index.nearest((SELECT string_agg(format('(x > %s AND x < %s)', i, i), ' OR ') FROM generate_series(1, 500) AS i)::growth_index.criteria, '{"x": 1}')$$, 'value'),
	('a nearest of 2,000 sums', $$SELECT count(*) FROM growth_index.nearest(('x' || repeat(' + 0.1', 2000) || ' > 1e6')::growth_index.criteria, '{"x": 1}')$$, 'value'),
	('a nearest of 10 calls', $$SELECT count(*) FROM growth_index.nearest((repeat('abs(least(y, ', 10) || 'x' || repeat('))', 10) || ' > 1e6')::growth_index.criteria, '{"x": 1, "y": 1}')$$, 'value'),
	('an explain of 2,000 sums', $$SELECT count(*) FROM growth_index.explain(('x' || repeat(' + 0.1', 2000) || ' > 1e6')::growth_index.criteria, '{"x": 1}')$$, 'value'),
	('a million values of one code', $$SELECT growth_index.profile_agg('c' || i % 100, i) FROM generate_series(1, 1000000) AS i$$, 'value');
SET statement_timeout = '120s';
SELECT format('CALL fuzz.try(%L, %L)', name, query) FROM fuzz.input
\gexec
RESET statement_timeout;
SELECT is((SELECT count(*) FROM fuzz.outcome), (SELECT count(*) FROM fuzz.input), 'each input has ended');
SELECT is_empty($$ SELECT i.name, o.state, i.state, o.message FROM fuzz.input AS i JOIN fuzz.outcome AS o ON o.name = i.name WHERE o.state !~ ('^(' || i.state || ')$') $$, 'and as it should');
SELECT ok(coalesce(fuzz.peak() < 1200, true), 'in less than 1,200 MB');
-- work that follows is as before: nothing has been left behind
SELECT is((SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'growth_index%'), 0::bigint, 'no memory is left behind');
SELECT ok(growth_index.matches('a AND b'::criteria, '{"a": true, "b": true}'::profile), 'and the session goes on');
SELECT is((SELECT count(DISTINCT name) FROM fuzz.input), (SELECT count(*) FROM fuzz.input), 'no two have one name');
SELECT diag(format('peak %s MB', fuzz.peak()));
SELECT * FROM finish();
