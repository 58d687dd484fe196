-- Random expressions over random profiles, many of them ties made on purpose:
-- every decision must be the one that the server itself takes over numeric
-- columns.  EXACT_EXPRESSIONS (default 150) times EXACT_PROFILES (default 400)
-- decisions; `make exact` runs ten million.
\set ON_ERROR_STOP on
\set QUIET on
\pset format unaligned
\pset tuples_only on
\set expressions 150
\set profiles 400
\getenv expressions EXACT_EXPRESSIONS
\getenv profiles EXACT_PROFILES
SET search_path = growth_index, public;
SELECT plan(4);

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

CREATE FUNCTION oracle.log(numeric) RETURNS numeric IMMUTABLE LANGUAGE sql
	AS 'SELECT CASE WHEN $1 > 0 THEN log($1) END';
CREATE FUNCTION oracle.exp(numeric) RETURNS numeric IMMUTABLE LANGUAGE sql
	AS 'SELECT CASE WHEN $1 < 6000 THEN exp($1) END';
CREATE FUNCTION oracle.power(numeric, numeric) RETURNS numeric IMMUTABLE LANGUAGE sql
	AS 'SELECT CASE WHEN $1 = 0 THEN CASE WHEN $2 >= 0 THEN power($1, $2) END
			WHEN $2 <> floor($2) THEN CASE WHEN $1 > 0 AND ln($1) * $2 < 6000 THEN power($1, $2) END
			WHEN abs(log(abs($1)) * $2) <= 6000 THEN power($1, $2) END';

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
	kind int := floor(random() * CASE WHEN depth <= 0 THEN 3 ELSE 18 END);
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
			RETURN (format('%s(%s, 1)', c, a.ours), format('%s(%s, 1)', c, a.theirs));
		WHEN 12 THEN
			c := (array['abs', 'ceil', 'floor', 'round'])[1 + floor(random() * 4)::int];
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
	op text;
BEGIN
	op := (array['=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM'])[1 + floor(random() * 7)::int];
	IF random() < 0.2 AND depth > 0 THEN
		a := oracle.condition(depth - 1);
		b := oracle.condition(depth - 1);
		op := (array['AND', 'OR'])[1 + floor(random() * 2)::int];
		RETURN (format('(NOT %s %s %s)', a.ours, op, b.ours), format('(NOT %s %s %s)', a.theirs, op, b.theirs));
	ELSIF random() < 0.2 THEN
		x := oracle.number(0);
		RETURN (format('(%s BETWEEN %s AND %s)', a.ours, b.ours, x.ours),
				format('(%s BETWEEN %s AND %s)', a.theirs, b.theirs, x.theirs));
	ELSIF random() < 0.1 THEN
		x := oracle.number(0);
		RETURN (format('(%s NOT BETWEEN SYMMETRIC %s AND %s)', a.ours, b.ours, x.ours),
				format('(%s NOT BETWEEN SYMMETRIC %s AND %s)', a.theirs, b.theirs, x.theirs));
	ELSIF random() < 0.1 THEN
		op := (array['IN', 'NOT IN'])[1 + floor(random() * 2)::int];
		RETURN (format('(%s %s (%s, 0.3, a))', a.ours, op, b.ours), format('(%s %s (%s, 0.3, a))', a.theirs, op, b.theirs));
	ELSIF random() < 0.1 THEN
		RETURN (format('((%s) IS NULL)', a.ours), format('((%s) IS NULL)', a.theirs));
	END IF;
	RETURN (format('(%s %s %s)', a.ours, op, b.ours), format('(%s %s %s)', a.theirs, op, b.theirs));
END $$;

SELECT setseed(0.2022);
CREATE TABLE oracle.subject AS
SELECT CASE WHEN random() < 0.05 THEN NULL ELSE oracle.constant()::numeric END AS a,
	   CASE WHEN random() < 0.05 THEN NULL ELSE round((random() * 100)::numeric, (random() * 4)::int) END AS b,
	   CASE WHEN random() < 0.05 THEN NULL ELSE floor(random() * 5)::numeric / 10 END AS c,
	   CASE WHEN random() < 0.05 THEN NULL ELSE oracle.constant()::numeric + (random() < 0.3)::int * 1e-12 END AS d
FROM generate_series(1, :profiles);
-- a profile keeps 15 digits and no trailing zeros: so do the columns that it is
-- compared with (the scale of a quotient depends on those of its operands)
UPDATE oracle.subject s SET a = (x ->> 'a')::numeric, b = (x ->> 'b')::numeric,
	c = (x ->> 'c')::numeric, d = (x ->> 'd')::numeric
FROM (SELECT ctid, growth_index.profile(subject) AS x FROM oracle.subject) o WHERE o.ctid = s.ctid;
ALTER TABLE oracle.subject ADD COLUMN p growth_index.profile;
UPDATE oracle.subject SET p = (SELECT growth_index.profile(x) FROM (SELECT a, b, c, d) x);

CREATE TABLE oracle.difference (ours text, theirs text, subjects bigint);
CREATE TABLE oracle.total (decisions bigint, failed bigint, round_trips bigint);

CREATE FUNCTION oracle.run(expressions int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	e oracle.pair;
	wrong bigint;
	decisions bigint := 0;
	failed bigint := 0;
	unstable bigint := 0;
BEGIN
	FOR i IN 1 .. expressions LOOP
		e := oracle.condition(2);
		BEGIN
			EXECUTE format('SELECT count(*) FILTER (WHERE growth_index.matches(%L::growth_index.criteria, p)
								IS DISTINCT FROM (%s)) FROM oracle.subject', e.ours, e.theirs) INTO wrong;
			decisions := decisions + (SELECT count(*) FROM oracle.subject);
			IF wrong > 0 THEN
				INSERT INTO oracle.difference VALUES (e.ours, e.theirs, wrong);
			END IF;
		EXCEPTION WHEN numeric_value_out_of_range THEN
			failed := failed + 1;
		END;
		IF e.ours::growth_index.criteria::text::growth_index.criteria <> e.ours::growth_index.criteria THEN
			unstable := unstable + 1;
		END IF;
	END LOOP;
	INSERT INTO oracle.total VALUES (decisions, failed, unstable);
END $$;
SELECT oracle.run(:expressions);

SELECT is((SELECT count(*) FROM oracle.difference), 0::bigint, 'no decision differs from numeric SQL');
SELECT diag(ours || '  <>  ' || theirs || '  for ' || subjects) FROM oracle.difference LIMIT 10;
SELECT is((SELECT round_trips FROM oracle.total), 0::bigint, 'canonical text reads back to the same criteria');
SELECT ok((SELECT failed * 20 <= :expressions FROM oracle.total), 'numeric SQL itself overflows rarely');
SELECT ok((SELECT decisions > 0 FROM oracle.total),
		  (SELECT format('%s decisions compared; %s %% of them were taken again in numeric', t.decisions,
				  round(100.0 * d.exact / d.taken, 2)) FROM oracle.total AS t, growth_index.decisions() AS d));
SELECT finish();
