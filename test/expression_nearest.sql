-- nearest(): random criteria over random profiles.  What it proposes must make
-- the profile satisfy the criteria by matches() itself; it must propose nothing
-- where they match already; and on a small grid no cheaper change may exist.
-- NEAREST_ROUNDS (default 1500) pairs of criteria and profile.
\set ON_ERROR_STOP on
\set QUIET on
\pset format unaligned
\pset tuples_only on
\set rounds 1500
\getenv rounds NEAREST_ROUNDS
SET search_path = growth_index, public;
SELECT plan(12);
SELECT setseed(0.39);
CREATE SCHEMA near;

CREATE FUNCTION near.one_of(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS
	$$ SELECT choices[1 + floor(random() * cardinality(choices))::int] $$;
CREATE FUNCTION near.clause() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	op text := near.one_of('=', '<>', '<', '<=', '>', '>=');
	n text := near.one_of('0', '5', '-3', '0.05', '12.5', '2e7', '1000');
	x text := near.one_of('x', 'y', 'z');
BEGIN
	RETURN CASE floor(random() * 16)::int
		WHEN 0 THEN near.one_of('h', 'NOT h', 'h IS NOT TRUE', 'h IS UNKNOWN', 'h = g', '(x > 1) = h')
		WHEN 1 THEN format('t %s %L', near.one_of('=', '<>', '>=', '<='), near.one_of('C39', 'I65', 'B'))
		WHEN 2 THEN near.one_of('t IN (''C39'', ''I65'')', 't NOT IN (''C39'', ''I65'')', 't LIKE ''C3_%''', 't NOT LIKE ''C%''')
		WHEN 3 THEN near.one_of('''p'' = ANY (s)', '''p'' <> ALL (s)', 's @> ARRAY[''p'', ''q'']', 's && ARRAY[''r'', ''q'']', 't = ANY (s)', 'NOT s && ARRAY[''p'', ''z'']')
		WHEN 4 THEN near.one_of('d >= as_of - INTERVAL ''1 year''', 'age_in_months(d) BETWEEN 24 AND 60', 'd < DATE ''2020-01-01''', 'e > d', 'e - d >= 100', 'd + 30 <= e')
		WHEN 5 THEN format('%s BETWEEN %s AND %s', x, n, n || ' + 10')
		WHEN 6 THEN format('%s NOT BETWEEN SYMMETRIC %s AND 3', x, n)
		WHEN 7 THEN format('%s IN (1, 7, %s)', x, n)
		WHEN 8 THEN format('%s / %s %s %s', x, near.one_of('x', 'y', 'z'), op, n)
		WHEN 9 THEN format('%s * 0.3 + %s %s %s', x, near.one_of('x', 'y', 'z'), op, n)
		WHEN 10 THEN format('(%1$s - y) / y %2$s 0.3', near.one_of('x', 'z'), op)
		WHEN 11 THEN format('%s(%s) %s %s', near.one_of('abs', 'sqrt', 'round', 'floor', 'exp', 'ln'), x, op, n)
		WHEN 12 THEN format('least(%s, 100) %s coalesce(%s, 2)', x, op, near.one_of('x', 'y', 'z'))
		WHEN 13 THEN format('CASE WHEN h THEN %s > 5 WHEN t = ''B'' THEN true ELSE %s < 3 END', x, near.one_of('x', 'y', 'z'))
		WHEN 14 THEN format('%s %s', near.one_of('x', 't', 'd', 's', 'h', 'x + y'), near.one_of('IS NULL', 'IS NOT NULL'))
		ELSE format('%s %s %s', x, op, n) END;
END $$;
CREATE FUNCTION near.criteria(depth int) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN CASE WHEN depth = 0 OR random() < 0.2 THEN near.clause()
		WHEN random() < 0.15 THEN format('NOT (%s)', near.criteria(depth - 1))
		WHEN random() < 0.05 THEN format('(%s) IS NOT FALSE', near.criteria(depth - 1))
		ELSE format('(%s) %s (%s)', near.criteria(depth - 1), near.one_of('AND', 'AND', 'OR'), near.criteria(depth - 1)) END;
END $$;
-- a value is as often of the wrong type, or absent, as data are
CREATE FUNCTION near.profile() RETURNS profile LANGUAGE sql VOLATILE AS $$
	SELECT profile(coalesce(jsonb_object_agg(code, value) FILTER (WHERE random() < 0.85), '{}'))
	FROM (VALUES ('x', to_jsonb(near.one_of('0', '5', '4.999', '-7', '1000', '1e20', '0.00001')::numeric)), ('y', to_jsonb(round((random() * 100)::numeric, 2))),
		('z', CASE WHEN random() < 0.05 THEN '"text"' ELSE to_jsonb(floor(random() * 20)) END), ('h', to_jsonb(random() < 0.5)), ('g', 'true'),
		('t', to_jsonb(near.one_of('C39', 'A', '', '2020-01-01'))), ('s', near.one_of('[]', '["p"]', '["q", "z"]', '"p"')::jsonb),
		('d', to_jsonb(DATE '2018-02-27' + floor(random() * 3000)::int)), ('e', '"2024-02-29"')) AS v(code, value) $$;

CREATE TABLE near.tried AS
SELECT n, c, p, as_of, matches(c, p, as_of) AS before
FROM (SELECT n, near.criteria(2)::criteria AS c, near.profile() AS p, CASE WHEN n % 10 > 0 THEN DATE '2026-01-31' END AS as_of
	FROM generate_series(1, :rounds) AS n) AS x;
CREATE TABLE near.answer AS
SELECT t.n, a.* FROM near.tried AS t, LATERAL nearest(c, p, as_of) WITH ORDINALITY AS a;
CREATE VIEW near.after AS
SELECT t.*, matches(c, profile(jsonb(p) - array_agg(code) || jsonb_object_agg(code, new)), as_of) AS after
FROM near.tried AS t JOIN near.answer AS a USING (n) WHERE code IS NOT NULL GROUP BY t.n, c, p, as_of, before;

SELECT ok((SELECT count(*) FROM near.after) > :rounds / 3, 'many are changed');
SELECT is_empty('SELECT c, p, as_of FROM near.after WHERE after IS NOT TRUE', 'what is proposed makes the profile match');
SELECT is_empty('SELECT c, p FROM near.tried WHERE before IS NOT TRUE AND n NOT IN (SELECT n FROM near.answer)', 'whatever does not match gets an answer');
SELECT is_empty('SELECT c, p FROM near.tried JOIN near.answer USING (n) WHERE before', 'what matches gets none');
SELECT is_empty('SELECT * FROM near.answer WHERE (code IS NULL) = (reason IS NULL) OR (code IS NULL) <> (required IS NULL) OR old IS NOT DISTINCT FROM new AND code IS NOT NULL',
	'a row is a change or a reason');
SELECT is_empty('SELECT n FROM near.answer AS a JOIN near.answer AS b USING (n) WHERE a.ordinality < b.ordinality AND (a.relative > b.relative OR a.code = b.code OR a.reason IS NOT NULL AND b.code IS NOT NULL)',
	'smallest relative change first, each indicator once, reasons without changes');
-- each change is needed: without one of the rows the profile does not match
SELECT is_empty($$
	SELECT c, p, a.code, a.new FROM near.after AS t JOIN near.answer AS a USING (n)
	WHERE matches(c, (SELECT profile(jsonb(p) - array_agg(b.code) || jsonb_object_agg(b.code, b.new)) FROM near.answer AS b WHERE b.n = a.n AND b.code <> a.code), as_of)
	$$, 'no row can be left out');

-- conditions over small whole numbers: all pairs of values are tried.  plain:
-- each clause asks something of one number, and the least is found for certain.
CREATE FUNCTION near.small(depth int, plain boolean) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN CASE WHEN depth > 0 THEN format('(%s) %s (%s)', near.small(depth - 1, plain), near.one_of('AND', 'AND', 'OR'), near.small(depth - 1, plain))
		WHEN NOT plain AND random() < 0.3 THEN format('%s + %s %s %s', near.one_of('a', 'b'), near.one_of('a', 'b', 'a * b'), near.one_of('<=', '>='), 2 + floor(random() * 16))
		WHEN NOT plain AND random() < 0.2 THEN format('a %s b', near.one_of('<=', '>=', '=', '<>'))
		ELSE format('%s %s %s', near.one_of('a', 'b'), near.one_of('<=', '>=', '=', '<>'), floor(random() * 10)) END;
END $$;
CREATE TABLE near.few AS
SELECT n, plain, near.small(2, plain)::criteria AS c, floor(random() * 13) AS a, floor(random() * 13) AS b
FROM generate_series(1, 300) AS n, (VALUES (false), (true)) AS v(plain);
CREATE TABLE near.found AS
SELECT n, plain, c, p, sum(relative) AS cost, count(code) AS changes
FROM near.few AS f, LATERAL (SELECT profile(x) AS p FROM (SELECT f.a, f.b) AS x) AS y, LATERAL nearest(c, p)
WHERE NOT matches(c, p) GROUP BY n, plain, c, p;
-- the least over all pairs of whole numbers, as the comment on relative defines it
CREATE TABLE near.least AS
SELECT n, plain, min(CASE WHEN a = i THEN 0 ELSE abs(a - i) / greatest(abs(a), abs(i)) END + CASE WHEN b = j THEN 0 ELSE abs(b - j) / greatest(abs(b), abs(j)) END) AS cost
FROM near.few AS f, generate_series(-1, 25) AS i, generate_series(-1, 25) AS j, LATERAL (SELECT profile(x) AS p FROM (SELECT i AS a, j AS b) AS x) AS y
WHERE matches(c, p) GROUP BY n, plain;
CREATE VIEW near.compared AS SELECT f.*, l.cost AS least FROM near.found AS f JOIN near.least AS l USING (n, plain);
SELECT ok((SELECT count(*) FILTER (WHERE plain) > 50 AND count(*) FILTER (WHERE NOT plain) > 50 FROM near.compared), 'many of the small ones are changed');
SELECT is_empty('SELECT c, p, cost, least FROM near.compared WHERE plain AND (changes = 0 OR cost > least + 1e-5)', 'where each clause asks something of one number, none is cheaper');
SELECT is_empty('SELECT c, p, least FROM near.compared WHERE changes = 0', 'where there is a way, one is found');
SELECT ok((SELECT count(*) FILTER (WHERE cost > least + 1e-5) * 10 <= count(*) FROM near.compared WHERE NOT plain),
	(SELECT format('of %s answers %s are dearer than the least of all pairs of whole numbers, by %s at most', count(*), count(*) FILTER (WHERE cost > least + 1e-5),
		round(max(cost - least::numeric), 3)) FROM near.compared WHERE NOT plain));
-- nothing says of what type they are; and sets of which none but some members may be
SELECT is_empty($$
	SELECT c, p FROM (VALUES ('x <> y', '{"x": 3}'), ('x <> y', '{"x": 3, "y": 3}'), ('x < y', '{"y": 0.5}'), ('x <> y', '{"y": "2024-02-29"}'),
		('x <> y', '{"x": "a", "y": "a"}'), ('x <> y', '{"x": true}'), ('s <@ ARRAY[''p'', ''q'']', '{"s": ["p", "z"]}'), ('s <@ ARRAY[''p'']', '{"s": ["z"]}'),
		('NOT (s <@ ARRAY[''p''])', '{"s": ["p"]}'), ('NOT (s <@ ARRAY[''p''])', '{}')) AS v (c, p)
	WHERE matches(c::criteria, profile(p::jsonb || coalesce((SELECT jsonb_object_agg(code, new) FROM nearest(c::criteria, p::profile) WHERE code IS NOT NULL), '{}'))) IS NOT TRUE
	$$, 'a value is found where the criteria name none');
SELECT * FROM finish();
