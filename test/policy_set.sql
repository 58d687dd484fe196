-- A set of criteria gives what each of them gives alone: random criteria of all
-- kinds over profiles with gaps, ties and values of other types, one by one and
-- in blocks; what is kept follows versions, snapshots and users.
-- SET_CRITERIA (default 400) times SET_PROFILES (default 700).
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = growth_index, public;
\set criteria 400
\set profiles 700
\getenv criteria SET_CRITERIA
\getenv profiles SET_PROFILES
SELECT plan(36);
SELECT setseed(0.3141);
CREATE SCHEMA sets;

CREATE FUNCTION sets.one(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE
	AS 'SELECT choices[1 + floor(random() * cardinality(choices))::int]';

CREATE FUNCTION sets.number() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT sets.one('0', '1', '2.5', '3', '7', '10', '0.1', '-4', '99.99', '0.05', '1234567890.123456789', floor(random() * 20)::text, round(random()::numeric, 3)::text)
$$;

CREATE FUNCTION sets.leaf() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT CASE floor(random() * 16)::int
		WHEN 0 THEN format('%s %s %s', sets.one('a', 'b', 'c'), sets.one('=', '<>', '<', '<=', '>', '>='), sets.number())
		WHEN 1 THEN format('%s %s %s', sets.number(), sets.one('=', '<>', '<', '<=', '>', '>='), sets.one('a', 'b', 'c'))
		WHEN 2 THEN format('%s %sBETWEEN %s%s AND %s', sets.one('a', 'b', 'c'), sets.one('', 'NOT '), sets.one('', 'SYMMETRIC '), sets.number(), sets.number())
		WHEN 3 THEN format('%s %sIN (%s, %s, %s)', sets.one('a', 'b', 'c'), sets.one('', 'NOT '), sets.number(), sets.number(), sets.number())
		WHEN 4 THEN format('%s %sIN (''%s'', ''%s'')', sets.one('t', 'u'), sets.one('', 'NOT '), sets.one('C1', 'C39', 'C3911', 'D'), sets.one('C1', 'C40', ''))
		WHEN 5 THEN format('%s %s ''%s''', sets.one('t', 'u'), sets.one('=', '<>', '<', '>='), sets.one('C1', 'C39', 'C4', 'Z'))
		WHEN 6 THEN format('%s %sLIKE ''%s''', sets.one('t', 'u'), sets.one('', 'NOT '), sets.one('C39%', 'C%', '%9', 'C_', 'C39', 'C\\%'))
		WHEN 7 THEN sets.one('f', 'g', 'f = g', 'f IS NOT TRUE', 'g IS NULL', 'f IS UNKNOWN')
		WHEN 8 THEN format('a %s b %s %s', sets.one('+', '-', '*', '/'), sets.one('<', '>=', '=', '<>'), sets.number())
		WHEN 9 THEN format('a / c %s %s', sets.one('<', '>=', '='), sets.one('0.05', '1', '0.333333333333333', '2.5', '0.1'))
		WHEN 10 THEN format('d %s DATE ''20%s-0%s-01''', sets.one('<', '>=', '=', '<>'), 10 + floor(random() * 15)::int, 1 + floor(random() * 9)::int)
		WHEN 11 THEN format('d %s as_of - INTERVAL ''%s months''', sets.one('<', '>='), floor(random() * 60)::int)
		WHEN 12 THEN format('age_in_months(d) %s %s', sets.one('<', '>='), floor(random() * 120)::int)
		WHEN 13 THEN format('%s = ANY (s)', sets.one('''x''', '''y''', 't'))
		WHEN 14 THEN sets.one('a < b', 'a = c', 'coalesce(a, b) >= 3', 's @> ARRAY[''x'']', 'cardinality(s) > 1', 'true', 'NULL', 'a IS NULL', 'a > 3 IS TRUE')
		ELSE format('round(a / 3, 2) %s %s', sets.one('=', '<', '>='), sets.one('0.33', '1', '3.33')) END
$$;

CREATE FUNCTION sets.condition(depth int) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	n int := 2 + floor(random() * 3)::int;
	parts text[] := '{}';
BEGIN
	IF depth = 0 OR random() < 0.3 THEN
		RETURN CASE WHEN random() < 0.2 THEN 'NOT (' || sets.leaf() || ')' ELSE sets.leaf() END;
	END IF;
	FOR i IN 1 .. n LOOP
		parts := parts || ('(' || sets.condition(depth - 1) || ')');
	END LOOP;
	RETURN CASE WHEN random() < 0.15 THEN 'NOT ' ELSE '' END || '(' || array_to_string(parts, sets.one(' AND ', ' AND ', ' OR ')) || ')';
END $$;

CREATE TABLE sets.policy AS SELECT i AS id, sets.condition(1 + i % 3)::criteria AS criteria FROM generate_series(1, :criteria) AS i;
CREATE TABLE sets.subject AS
SELECT n AS id, profile(jsonb_strip_nulls(jsonb_build_object(
	'a', CASE WHEN random() < 0.85 THEN sets.number()::numeric(30, 9) END, 'b', CASE WHEN random() < 0.85 THEN trim_scale(sets.number()::numeric(20, 3)) END,
	'c', CASE WHEN random() < 0.05 THEN '"text"' WHEN random() < 0.85 THEN to_jsonb(floor(random() * 12)) END,
	't', CASE WHEN random() < 0.85 THEN sets.one('C1', 'C39', 'C3911', 'C4', 'C40', 'D', '', 'Z') END, 'u', CASE WHEN random() < 0.8 THEN to_jsonb(sets.one('C39', 'C', '2015-03-01')) WHEN random() < 0.5 THEN '7' END,
	'f', CASE WHEN random() < 0.85 THEN random() < 0.5 END, 'g', CASE WHEN random() < 0.7 THEN to_jsonb(random() < 0.5) WHEN random() < 0.2 THEN '1' END,
	'd', CASE WHEN random() < 0.85 THEN DATE '2010-01-01' + floor(random() * 500)::int * 11 END,
	's', CASE WHEN random() < 0.85 THEN (ARRAY['[]', '["x"]', '["x", "y"]', '["C39"]'])[1 + floor(random() * 4)::int]::jsonb END))) AS profile
FROM (SELECT n FROM generate_series(1, :profiles) AS n) AS rows;

CREATE TABLE sets.expected AS
SELECT s.id AS subject, p.id AS policy, matches(p.criteria, s.profile, DATE '2022-06-01') AS eligible FROM sets.subject AS s, sets.policy AS p;
DELETE FROM sets.expected WHERE NOT eligible;
CREATE TABLE sets.single AS
SELECT s.id AS subject, m.key::int AS policy, m.eligible FROM sets.subject AS s,
	policy_set_match('SELECT id, criteria FROM sets.policy', 1, s.profile, DATE '2022-06-01') AS m;
CREATE TABLE sets.block AS
SELECT subject::int, key::int AS policy, eligible FROM
	policy_set_match_all('SELECT id, criteria FROM sets.policy', 1, 'SELECT id, profile FROM sets.subject', DATE '2022-06-01');
SELECT cmp_ok((SELECT count(*) FROM sets.expected WHERE eligible), '>', :criteria::bigint * :profiles / 20, 'many match');
SELECT cmp_ok((SELECT count(*) FROM sets.expected WHERE eligible IS NULL), '>', :criteria::bigint * :profiles / 20, 'many are undecided');
SELECT is((SELECT count(*) FROM (TABLE sets.expected EXCEPT ALL TABLE sets.single) AS d), 0::bigint, 'one profile: nothing is left out');
SELECT is((SELECT count(*) FROM (TABLE sets.single EXCEPT ALL TABLE sets.expected) AS d), 0::bigint, 'one profile: nothing is too much');
SELECT is((SELECT count(*) FROM (TABLE sets.expected EXCEPT ALL TABLE sets.block) AS d), 0::bigint, 'blocks: nothing is left out');
SELECT is((SELECT count(*) FROM (TABLE sets.block EXCEPT ALL TABLE sets.expected) AS d), 0::bigint, 'blocks: nothing is too much');
SELECT diag(format('%s: %s, %s', e.eligible, criteria, profile)) FROM (TABLE sets.expected EXCEPT TABLE sets.single) AS e JOIN sets.policy AS p ON p.id = policy JOIN sets.subject AS s ON s.id = subject LIMIT 3;
SELECT is((SELECT count(*) FROM sets.subject AS s, unnest(policy_set_keys('SELECT id, criteria FROM sets.policy', 1, s.profile, DATE '2022-06-01')) AS k),
	(SELECT count(*) FROM sets.expected WHERE eligible), 'the keys are the eligible ones');
SELECT is((SELECT count(*) FROM (SELECT key::int, eligible, undecided FROM policy_set_count('SELECT id, criteria FROM sets.policy', 1, 'SELECT id, profile FROM sets.subject', DATE '2022-06-01')
	EXCEPT SELECT p.id, count(*) FILTER (WHERE eligible), count(*) FILTER (WHERE policy IS NOT NULL AND eligible IS NULL) FROM sets.policy AS p LEFT JOIN sets.expected AS e ON policy = p.id GROUP BY p.id) AS d),
	0::bigint, 'counts');
SELECT is((SELECT count(*) FROM policy_set_match_all('SELECT id, criteria FROM sets.policy', 1, 'SELECT id, profile FROM sets.subject WHERE id % 2 = 0') AS a)
	+ (SELECT count(*) FROM policy_set_match_all('SELECT id, criteria FROM sets.policy', 1, 'SELECT id, profile FROM sets.subject WHERE id % 2 = 1') AS b),
	(SELECT count(*) FROM policy_set_match_all('SELECT id, criteria FROM sets.policy', 1, 'SELECT id, profile FROM sets.subject') AS c), 'two halves are the whole');
SELECT is((SELECT count(*) FROM sets.subject AS s, policy_set_match('SELECT id, criteria FROM sets.policy', 1, s.profile) AS m),
	(SELECT count(*) FROM sets.subject AS s, sets.policy AS p WHERE matches(p.criteria, s.profile) IS NOT FALSE), 'without a date');

SELECT is((SELECT count(*) FROM (SELECT * FROM sets.expected WHERE eligible IS NULL AND (subject + policy) % 7 = 0 LIMIT 4000) AS e
	JOIN sets.policy AS p ON p.id = policy JOIN sets.subject AS s ON s.id = subject
	WHERE undecided_by(p.criteria, s.profile, DATE '2022-06-01') IS DISTINCT FROM ARRAY(SELECT DISTINCT m COLLATE "C" FROM explain(p.criteria, s.profile, DATE '2022-06-01') AS x,
		unnest(x.missing) AS m WHERE x.satisfied IS NULL ORDER BY 1)), 0::bigint, 'what leaves them open is what explain() says');

-- the set says the same of itself, where its clauses are those of explain()
CREATE TABLE sets.told AS
SELECT s.id AS subject, m.key::int AS policy, m.eligible, m.missing FROM sets.subject AS s,
	policy_set_undecided('SELECT id, criteria FROM sets.policy', 1, s.profile, DATE '2022-06-01') AS m WHERE s.id % 4 = 0;
SELECT is((SELECT count(*) FROM (SELECT subject, policy, eligible FROM sets.told EXCEPT ALL SELECT * FROM sets.single WHERE subject % 4 = 0) AS d) + (SELECT count(*) FROM sets.single WHERE subject % 4 = 0),
	(SELECT count(*) FROM sets.told), 'the same policies');
SELECT is((SELECT count(*) FROM sets.told AS t JOIN sets.policy AS p ON p.id = policy JOIN sets.subject AS s ON s.id = subject
	WHERE t.missing <> undecided_by(p.criteria, s.profile, DATE '2022-06-01') OR t.missing IS NOT NULL AND t.eligible), 0::bigint, 'and what leaves them open');
SELECT cmp_ok((SELECT count(t.missing) FROM sets.told AS t), '>', (SELECT count(*) / 3 FROM sets.told WHERE eligible IS NULL), 'of many at least');
SELECT results_eq($$SELECT key, missing FROM policy_set_undecided('SELECT c, c FROM unnest(ARRAY[''NOT (a AND b > 1)'', ''a OR b > 1 AND c > 1'', ''a OR x > 1 AND (b > 1 OR c > 5)'', ''a OR x > 1 AND c / b > 1'', ''a OR x > 1 AND b > 1 OR NOT (y IN (1, 2) OR c > 1)'', ''b / c > 1 AND b > 2 AND (a OR z = 1)'', ''x > 1 AND coalesce(y, 0) >= 0'', ''coalesce(y, 0) > 1 OR x > 1'']) AS c', NULL, '{"b": 3, "c": 0}') ORDER BY key COLLATE "C"$$,
	$$VALUES ('NOT (a AND b > 1)', '{a}'::text[]), ('a OR b > 1 AND c > 1', '{a}'), ('a OR x > 1 AND (b > 1 OR c > 5)', NULL), ('a OR x > 1 AND b > 1 OR NOT (y IN (1, 2) OR c > 1)', '{a,x,y}'), ('a OR x > 1 AND c / b > 1', NULL), ('b / c > 1 AND b > 2 AND (a OR z = 1)', '{a,z}'), ('coalesce(y, 0) > 1 OR x > 1', '{x,y}'), ('x > 1 AND coalesce(y, 0) >= 0', '{x}')$$, 'what is missing, and of whom it is not told');

-- more constants than one column holds, and the edges among them
CREATE TABLE sets.many AS SELECT i AS id, format('x >= %s', i)::criteria AS criteria FROM generate_series(1, 70000) AS i;
SELECT is((SELECT array_agg(eligible ORDER BY x) FROM (SELECT x, (SELECT count(*) FROM policy_set_match('SELECT id, criteria FROM sets.many', 1, profile(jsonb_build_object('x', x)))) AS eligible
	FROM unnest(ARRAY[0, 0.5, 1, 29999.99, 30000, 30001, 69999.5, 70000, 1e9]::numeric[]) AS x) AS c), '{0,0,1,29999,30000,30001,69999,70000,70000}'::bigint[], '70,000 constants of one indicator');
SELECT is((SELECT count(*) FROM policy_set_match('SELECT id, criteria FROM sets.many', 1, '{}') WHERE eligible IS NULL), 70000::bigint, '... and none known');
SELECT is((SELECT policies FROM policy_set_cached() WHERE source LIKE '%many%'), 70000, 'what is kept is reported');
-- equal constants are one, however many policies name them
CREATE TABLE sets.equal AS SELECT i AS id, 't IN (''C1'', ''C2'', ''C39'')'::criteria AS criteria FROM generate_series(1, 20000) AS i;
SELECT is(cardinality(policy_set_keys('SELECT id, criteria FROM sets.equal', 1, '{"t": "C2"}')), 20000, '20,000 equal policies');
SELECT is((SELECT predicates FROM policy_set_cached() WHERE source LIKE '%equal%'), 1, '... have one predicate');
SET growth_index.policy_set_memory = '1MB';
SELECT is((SELECT count(*) FROM policy_set_match('SELECT 1, ''a''', 1, '{"a": true}')), 1::bigint, 'with little memory');
SELECT is((SELECT count(*) FROM policy_set_cached()), 1::bigint, 'what was unused for longest goes');
RESET growth_index.policy_set_memory;
SELECT is((SELECT count(*) FROM policy_set_match('SELECT 1, ''a'' WHERE false', 1, '{"a": true}')), 0::bigint, 'an empty set');
SELECT is((SELECT count(*) FROM policy_set_match_all('SELECT 1, ''a''', 2, 'SELECT id, profile FROM sets.subject WHERE false')), 0::bigint, 'no subjects');
SELECT is((SELECT count(*) FROM policy_set_match('SELECT 1, ''a''', 1, NULL)), 0::bigint, 'nothing is known of NULL');

-- versions: what is kept under one is not read again, without one it always is
CREATE TABLE sets.live (id int, criteria criteria);
INSERT INTO sets.live VALUES (1, 'a');
CREATE FUNCTION sets.live(version bigint) RETURNS text[] LANGUAGE sql STABLE
	AS $$ SELECT growth_index.policy_set_keys('SELECT id, criteria FROM sets.live', version, '{"a": true, "b": true}') $$;
SELECT is(sets.live(1), '{1}', 'version 1');
BEGIN;
INSERT INTO sets.live VALUES (2, 'b');
SELECT is(array_length(sets.live(2), 1), 2, 'version 2, not yet committed');
ROLLBACK;
SELECT is(sets.live(3), '{1}', 'what was rolled back is not seen');
SELECT is(sets.live(NULL), '{1}', 'without a version it is read each time');
SELECT is((SELECT count(*) FROM policy_set_cached() WHERE source LIKE '%live%'), 1::bigint, 'earlier versions go');
CREATE ROLE sets_reader;
GRANT USAGE ON SCHEMA sets, growth_index TO sets_reader;
SET ROLE sets_reader;
SELECT throws_ok($$SELECT sets.live(3)$$, '42501', NULL, 'another user does not see what is kept');
RESET ROLE;

-- errors
SELECT throws_ok($$SELECT * FROM policy_set_match('SELECT 1', 1, '{}')$$, '42804', 'source of a policy set must have two columns');
SELECT throws_ok($$SELECT * FROM policy_set_match('DROP TABLE sets.live', 1, '{}')$$, '42P11', 'source of a policy set must be a query');
SELECT throws_ok($$SELECT * FROM policy_set_match('SELECT 1, ''a +''', 1, '{}')$$, '42601', NULL, 'criteria that do not read');
SELECT throws_ok($$SELECT * FROM policy_set_match('SELECT 1, NULL::text', 1, '{}')$$, '22004', 'key and criteria of a policy set must not be null');
SELECT throws_ok($$SELECT * FROM policy_set_match_all('SELECT 1, ''a''', 1, 'SELECT 1, 2')$$, '42804', 'subjects must be a query of a key and a profile');
SELECT * FROM finish();
DROP OWNED BY sets_reader;
DROP ROLE sets_reader;
