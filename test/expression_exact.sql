-- Random expressions over random profiles: every decision must be the one that
-- the server itself takes over numeric columns.  For half of the pairs a number
-- is compared with what it is itself for this profile, rounded to the 15 digits
-- of an indicator, or with that plus or minus one in the last place.
-- EXACT_EXPRESSIONS (default 500) times EXACT_PROFILES (default 200) decisions,
-- others with another EXACT_SEED (between -1 and 1); `make exact` runs ten million.
\set ON_ERROR_STOP on
\set QUIET on
\pset format unaligned
\pset tuples_only on
\set expressions 500
\set profiles 200
\set seed 0.2022
\getenv expressions EXACT_EXPRESSIONS
\getenv profiles EXACT_PROFILES
\getenv seed EXACT_SEED
SET search_path = growth_index, public;
SELECT plan(6);

CREATE SCHEMA oracle;
-- SQL raises an error here; the engine says unknown
CREATE FUNCTION oracle.div(numeric, numeric) RETURNS numeric IMMUTABLE LANGUAGE sql
	AS 'SELECT CASE WHEN $2 <> 0 THEN $1 / $2 END';
CREATE FUNCTION oracle.mod(numeric, numeric) RETURNS numeric IMMUTABLE LANGUAGE sql
	AS 'SELECT CASE WHEN $2 <> 0 THEN $1 % $2 END';
CREATE FUNCTION oracle.root(numeric) RETURNS numeric IMMUTABLE LANGUAGE sql
	AS 'SELECT CASE WHEN $1 >= 0 THEN sqrt($1) END';
CREATE FUNCTION oracle.ln(numeric) RETURNS numeric IMMUTABLE LANGUAGE sql
	AS 'SELECT CASE WHEN $1 > 0 THEN ln($1) END';

CREATE FUNCTION oracle.log(numeric, numeric) RETURNS numeric IMMUTABLE LANGUAGE sql
	AS 'SELECT CASE WHEN $1 > 0 AND $2 > 0 AND $1 <> 1 THEN log($1, $2) END';
CREATE FUNCTION oracle.log(numeric) RETURNS numeric IMMUTABLE LANGUAGE sql
	AS 'SELECT CASE WHEN $1 > 0 THEN log($1) END';
CREATE FUNCTION oracle.exp(numeric) RETURNS numeric IMMUTABLE LANGUAGE sql
	AS 'SELECT CASE WHEN $1 < 6000 THEN exp($1) END';
CREATE FUNCTION oracle.power(numeric, numeric) RETURNS numeric IMMUTABLE LANGUAGE sql
	AS 'SELECT CASE WHEN $1 = 0 THEN CASE WHEN $2 >= 0 THEN power($1, $2) END
			WHEN $2 <> floor($2) THEN CASE WHEN $1 > 0 AND ln($1) * $2 < 6000 THEN power($1, $2) END
			WHEN abs(log(abs($1)) * $2) <= 6000 THEN power($1, $2) END';

-- how many places after the point a number of 15 digits has
CREATE FUNCTION oracle.places(v numeric) RETURNS int IMMUTABLE LANGUAGE sql AS $$
	SELECT CASE WHEN abs(v) >= 1 THEN 15 - length(split_part(abs(v)::text, '.', 1)) ELSE 15 + length((regexp_match(abs(v)::text, '^0\.?(0*)'))[1]) END
$$;
-- v as an indicator can have it, or one in its last place beside
CREATE FUNCTION oracle.near(v numeric, step int) RETURNS numeric IMMUTABLE LANGUAGE plpgsql AS $$
DECLARE
	places int := oracle.places(v);
BEGIN
	IF v = 0 THEN
		RETURN step * 1e-15;
	ELSIF places NOT BETWEEN 0 AND 400 THEN
		RETURN NULL;
	END IF;
	v := round(v, places);
	RETURN trim_scale(v + step * power(10::numeric, - oracle.places(v)));
END $$;

CREATE TYPE oracle.pair AS (ours text, theirs text);

-- values of few digits, so that sums and products of them often tie
CREATE FUNCTION oracle.constant() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT (array['0', '1', '2', '3', '0.1', '0.2', '0.3', '0.05', '0.15', '0.5', '1.5', '2.5',
				  '10', '100', '0.01', '0.333333333333333', '-1', '-0.5', '7', '60',
				  '0.1000000000000001', '123456.789', '1e15', '1e-9', '1e-200', '-750'])[1 + floor(random() * 26)::int]
$$;

-- a random number expression: in our language, and as SQL over numeric columns
CREATE FUNCTION oracle.number(depth int) RETURNS oracle.pair LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	a oracle.pair;
	b oracle.pair;
	c text;
	kind int := floor(random() * CASE WHEN depth <= 0 THEN 3 ELSE 23 END);
BEGIN
	IF kind < 2 THEN
		c := (array['a', 'b', 'c', 'd'])[1 + floor(random() * 4)::int];
		RETURN (c, c);
	ELSIF kind = 2 THEN
		c := oracle.constant();
		RETURN ('(' || c || ')', '(' || c || '::numeric)');
	END IF;
	a := oracle.number(depth - 1);
	b := oracle.number(depth - 1);
	CASE kind
		WHEN 3, 4 THEN RETURN (format('(%s + %s)', a.ours, b.ours), format('(%s + %s)', a.theirs, b.theirs));
		WHEN 5, 6 THEN RETURN (format('(%s - %s)', a.ours, b.ours), format('(%s - %s)', a.theirs, b.theirs));
		WHEN 7, 8 THEN RETURN (format('(%s * %s)', a.ours, b.ours), format('(%s * %s)', a.theirs, b.theirs));
		WHEN 9 THEN RETURN (format('(%s / %s)', a.ours, b.ours), format('oracle.div(%s, %s)', a.theirs, b.theirs));
		WHEN 10 THEN RETURN (format('(%s %% %s)', a.ours, b.ours), format('oracle.mod(%s, %s)', a.theirs, b.theirs));
		WHEN 11 THEN
			c := (array['round', 'trunc'])[1 + floor(random() * 2)::int];
			b.ours := (array['1', '0', '2', '6', '-1', '14'])[1 + floor(random() * 6)::int];
			RETURN (format('%s(%s, %s)', c, a.ours, b.ours), format('%s(%s, %s)', c, a.theirs, b.ours));
		WHEN 12 THEN
			c := (array['abs', 'ceil', 'floor', 'round', 'trunc', 'ceiling'])[1 + floor(random() * 6)::int];
			RETURN (format('%s(%s)', c, a.ours), format('%s(%s)', c, a.theirs));
		WHEN 13 THEN
			c := (array['least', 'greatest', 'coalesce', 'nullif'])[1 + floor(random() * 4)::int];
			RETURN (format('%s(%s, %s)', c, a.ours, b.ours), format('%s(%s, %s)', c, a.theirs, b.theirs));
		WHEN 14 THEN RETURN (format('(CASE WHEN %s > %s THEN a ELSE %s END)', a.ours, b.ours, b.ours),
							 format('(CASE WHEN %s > %s THEN a ELSE %s END)', a.theirs, b.theirs, b.theirs));
		WHEN 15 THEN RETURN (format('sqrt(%s)', a.ours), format('oracle.root(%s)', a.theirs));
		WHEN 16 THEN
			c := (array['ln', 'log', 'exp'])[1 + floor(random() * 3)::int];
			RETURN (format('%s(%s)', c, a.ours), format('oracle.%s(%s)', c, a.theirs));
		WHEN 17 THEN RETURN (format('mod(%s, %s)', a.ours, b.ours), format('oracle.mod(%s, %s)', a.theirs, b.theirs));
		WHEN 18 THEN RETURN (format('log(%s, %s)', a.ours, b.ours), format('oracle.log(%s, %s)', a.theirs, b.theirs));
		WHEN 19 THEN
			c := (array['b', 'c', '-2', '(1.0 / 3)'])[1 + floor(random() * 4)::int];
			RETURN CASE WHEN random() < 0.5 THEN (format('(%s ^ %s)', a.ours, c), format('oracle.power(%s, %s)', a.theirs, c))::oracle.pair
				ELSE (format('pow(%s, %s)', a.ours, c), format('oracle.power(%s, %s)', a.theirs, c))::oracle.pair END;
		WHEN 20 THEN RETURN (format('(CASE %s WHEN %s THEN b WHEN c THEN %s END)', a.ours, b.ours, a.ours),
							 format('(CASE %s WHEN %s THEN b WHEN c THEN %s END)', a.theirs, b.theirs, a.theirs));
		WHEN 21 THEN
			c := (array['least', 'greatest', 'coalesce'])[1 + floor(random() * 3)::int];
			RETURN (format('%s(d, %s, %s, 0.3)', c, a.ours, b.ours), format('%s(d, %s, %s, 0.3)', c, a.theirs, b.theirs));
		ELSE
			c := (array['2', '3', '0.5', '-1', '0', '1.25'])[1 + floor(random() * 6)::int];
			RETURN (format('-power(%s, %s)', a.ours, c), format('(- oracle.power(%s, %s))', a.theirs, c));
	END CASE;
END $$;

CREATE FUNCTION oracle.condition(depth int) RETURNS oracle.pair LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	a oracle.pair := oracle.number(depth);
	b oracle.pair := oracle.number(depth);
	x oracle.pair;
	op text := (array['=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'])[1 + floor(random() * 8)::int];
	k int := floor(random() * 14);
BEGIN
	IF k < 3 AND depth > 0 THEN
		a := oracle.condition(depth - 1);
		b := oracle.condition(depth - 1);
		op := (array['AND', 'OR'])[1 + floor(random() * 2)::int];
		RETURN (format('(NOT %s %s %s)', a.ours, op, b.ours), format('(NOT %s %s %s)', a.theirs, op, b.theirs));
	ELSIF k IN (3, 4) THEN
		x := oracle.number(0);
		op := (array['BETWEEN', 'NOT BETWEEN SYMMETRIC'])[k - 2];
		RETURN (format('(%s %s %s AND %s)', a.ours, op, b.ours, x.ours), format('(%s %s %s AND %s)', a.theirs, op, b.theirs, x.theirs));
	ELSIF k = 5 THEN
		op := (array['IN', 'NOT IN'])[1 + floor(random() * 2)::int];
		RETURN (format('(%s %s (%s, 0.3, a))', a.ours, op, b.ours), format('(%s %s (%s, 0.3, a))', a.theirs, op, b.theirs));
	ELSIF k = 6 THEN
		op := (array['IS NULL', 'IS NOT NULL'])[1 + floor(random() * 2)::int];
		RETURN (format('((%s) %s)', a.ours, op), format('((%s) %s)', a.theirs, op));
	ELSIF k IN (7, 8) THEN
		op := (array['IS TRUE', 'IS NOT FALSE', 'IS UNKNOWN', 'IS NOT UNKNOWN'])[1 + floor(random() * 4)::int];
		RETURN (format('((%s > %s) %s)', a.ours, b.ours, op), format('((%s > %s) %s)', a.theirs, b.theirs, op));
	ELSIF k = 9 THEN
		op := (array['= ANY', '<> ALL'])[1 + floor(random() * 2)::int];
		RETURN (format('(%s %s (ARRAY[0.3, 2, 0]))', a.ours, op), format('(%s %s (ARRAY[0.3, 2, 0]))', a.theirs, op));
	END IF;
	RETURN (format('(%s %s %s)', a.ours, op, b.ours), format('(%s %s %s)', a.theirs, op, b.theirs));
END $$;

SELECT setseed(:seed);
CREATE TABLE oracle.subject AS
SELECT CASE WHEN random() < 0.05 THEN NULL ELSE oracle.constant()::numeric END AS a,
	   CASE WHEN random() < 0.05 THEN NULL ELSE round((random() * 100)::numeric, (random() * 4)::int) END AS b,
	   CASE WHEN random() < 0.05 THEN NULL ELSE floor(random() * 5)::numeric / 10 END AS c,
	   CASE WHEN random() < 0.05 THEN NULL ELSE oracle.constant()::numeric + (random() < 0.3)::int * 1e-12 END AS d
FROM generate_series(1, :profiles);
ALTER TABLE oracle.subject ADD COLUMN number serial;
-- a profile keeps 15 digits and no trailing zeros: so do the columns that it is
-- compared with (the scale of a quotient depends on those of its operands)
UPDATE oracle.subject s SET a = (x ->> 'a')::numeric, b = (x ->> 'b')::numeric,
	c = (x ->> 'c')::numeric, d = (x ->> 'd')::numeric
FROM (SELECT ctid, growth_index.profile(subject) AS x FROM oracle.subject) o WHERE o.ctid = s.ctid;
-- what a rule asks most often: an indicator, or a quotient of two, against constants that some subjects just reach
CREATE FUNCTION oracle.plain_rule() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	term text := (array['a', 'b', 'c', 'd', 'a / b', 'd / b', 'a / c', 'c / d'])[1 + floor(random() * 8)::int];
	op text := (array['<', '<=', '>', '>=', '=', '<>'])[1 + floor(random() * 6)::int];
	k numeric[];
BEGIN
	EXECUTE format('SELECT array_agg(oracle.near(v, (3 * random())::int - 1)) FROM (SELECT oracle.div((%s)::numeric, (%s)::numeric) AS v FROM oracle.subject ORDER BY random() LIMIT 20) AS s WHERE v IS NOT NULL',
		split_part(term, ' / ', 1), coalesce(nullif(split_part(term, ' / ', 2), ''), '1')) INTO k;
	k := array_remove(k, NULL) || 0.3;
	RETURN CASE floor(random() * 4)::int WHEN 0 THEN format('%s %s %s', term, op, k[1]) WHEN 1 THEN format('%s %s %s', k[1], op, term)
		WHEN 2 THEN format('%s %s BETWEEN %s AND %s', term, (array['', 'NOT'])[1 + floor(random() * 2)::int], least(k[1], k[2]), greatest(k[1], k[2]))
		ELSE format('%s %s (%s)', term, (array['IN', 'NOT IN'])[1 + floor(random() * 2)::int], array_to_string(k[:1 + (random() * 19)::int], ', ')) END;
END $$;

-- a number against k, which is near to it
CREATE FUNCTION oracle.tie(n oracle.pair) RETURNS oracle.pair LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	op text := (array['=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM'])[1 + floor(random() * 7)::int];
	form text := CASE floor(random() * 10)::int WHEN 0 THEN '(#) - k %s 0' WHEN 1 THEN 'k BETWEEN # AND # + b' WHEN 2 THEN '(#) NOT IN (a, k)' WHEN 3 THEN 'k + b %s (#) + b' WHEN 4 THEN 'round(#, 6) %s k' ELSE '(#) %s k' END;
BEGIN
	form := replace(form, '%s', op);
	RETURN (replace(form, '#', n.ours), replace(form, '#', n.theirs));
END $$;

CREATE TABLE oracle.difference (ours text, theirs text, subjects bigint);
CREATE TABLE oracle.tried (ours text, kind text, decisions bigint, near bigint, stable boolean);

CREATE FUNCTION oracle.run(expressions int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	e oracle.pair;
	n oracle.pair;
	wrong bigint;
	decisions bigint;
	near bigint;
	kind text;
BEGIN
	FOR i IN 1 .. expressions LOOP
		kind := CASE WHEN i % 12 < 9 THEN 'tie' WHEN i % 12 = 9 THEN 'plain' ELSE 'any' END;
		n := oracle.number(2);
		e := CASE kind WHEN 'tie' THEN oracle.tie(n) WHEN 'any' THEN oracle.condition(2) END;
		IF kind = 'plain' THEN
			e.ours := oracle.plain_rule();
			e.theirs := regexp_replace(e.ours, '(\w) / (\w)', 'oracle.div(\1, \2)');
		END IF;
		BEGIN
			-- as a profile, or as the row that it is
			EXECUTE format('SELECT count(*) FILTER (WHERE growth_index.matches(%L::growth_index.criteria, %s) IS DISTINCT FROM (%s)), count(*), count(k) FROM (SELECT a, b, c, d, %s AS k FROM oracle.subject OFFSET 0) AS s',
				e.ours, CASE WHEN i % 10 = 0 THEN 's' ELSE 'growth_index.profile(s)' END, e.theirs,
				CASE kind WHEN 'tie' THEN format('oracle.near(%s, number %% 3 - 1)', n.theirs) ELSE 'NULL::numeric' END) INTO wrong, decisions, near;
			IF wrong > 0 THEN
				INSERT INTO oracle.difference VALUES (e.ours, e.theirs, wrong);
			END IF;
			INSERT INTO oracle.tried VALUES (e.ours, kind, decisions, near, e.ours::growth_index.criteria::text::growth_index.criteria = e.ours::growth_index.criteria);
		EXCEPTION WHEN numeric_value_out_of_range THEN
			INSERT INTO oracle.tried VALUES (e.ours, 'failed', 0, 0, true);
		END;
	END LOOP;
END $$;
SELECT oracle.run(:expressions);

-- the functions that the language has, by its own account
CREATE FUNCTION oracle.known() RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	hint text;
BEGIN
	PERFORM 'no_such_function(1)'::growth_index.formula;
EXCEPTION WHEN undefined_function THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN regexp_split_to_array(regexp_replace(hint, '^Known are |\.$', '', 'g'), ', | and ');
END $$;

SELECT is((SELECT count(*) FROM oracle.difference), 0::bigint, 'no decision differs from numeric SQL');
SELECT diag(ours || '  <>  ' || theirs || '  for ' || subjects) FROM oracle.difference LIMIT 10;
SELECT is_empty('SELECT ours FROM oracle.tried WHERE NOT stable', 'canonical text reads back to the same criteria');
SELECT ok((SELECT count(*) FILTER (WHERE kind = 'failed') * 20 <= count(*) FROM oracle.tried), 'numeric SQL itself overflows rarely');
SELECT ok((SELECT sum(near) > 0.5 * sum(decisions) FROM oracle.tried),
		  (SELECT format('%s decisions compared, %s of them ties or one in the last place away; %s %% were taken again in numeric', sum(t.decisions), sum(t.near),
				  (SELECT round(100.0 * exact / taken, 2) FROM growth_index.decisions())) FROM oracle.tried AS t));
-- those of other types are compared in expression_language
SELECT is_empty($$ SELECT name FROM unnest(oracle.known()) AS name WHERE name <> ALL (ARRAY['age_in_months', 'extract', 'date_trunc', 'cardinality', 'length', 'strpos', 'left', 'right', 'substr', 'btrim', 'starts_with'])
	AND NOT EXISTS (SELECT FROM oracle.tried WHERE kind <> 'failed' AND strpos(ours, name || '(') > 0) $$, 'every function of numbers is among them');
SELECT is_empty($$ SELECT op FROM unnest(ARRAY['+', '-', '*', '/', '%', '^', '=', '<>', '<', '<=', '>', '>=', 'IN', 'NOT IN', 'BETWEEN', 'NOT BETWEEN SYMMETRIC', 'IS NULL', 'IS NOT NULL', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM', 'IS TRUE', 'IS NOT FALSE',
	'IS UNKNOWN', 'IS NOT UNKNOWN', 'AND', 'OR', '= ANY', '<> ALL']) AS op WHERE NOT EXISTS (SELECT FROM oracle.tried WHERE kind <> 'failed' AND strpos(translate(ours, '()', '  ') || ' ', ' ' || op || ' ') > 0) $$, 'and every operator');
SELECT finish();
