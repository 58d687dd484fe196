-- Random conditions over texts, dates, sets and booleans: the same text is
-- given to the engine and, as plain SQL over columns of these types, to the
-- server itself; both must answer alike for every subject.
-- LANGUAGE_EXPRESSIONS (default 1600) conditions over 60 subjects.
\set ON_ERROR_STOP on
\set QUIET on
\pset format unaligned
\pset tuples_only on
\set expressions 1600
\getenv expressions LANGUAGE_EXPRESSIONS
SET search_path = growth_index, public;
SELECT plan(8);
SELECT setseed(0.1959);
CREATE SCHEMA oracle;
CREATE FUNCTION oracle.one_of(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS
	$$ SELECT choices[1 + floor(random() * cardinality(choices))::int] $$;
-- completed months, by the server's own age()
CREATE FUNCTION oracle.months(as_of date, d date) RETURNS numeric LANGUAGE sql IMMUTABLE AS
	$$ SELECT EXTRACT(YEAR FROM age(as_of, d)) * 12 + EXTRACT(MONTH FROM age(as_of, d)) $$;

CREATE FUNCTION oracle.term(type text, depth int) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	deep boolean := depth > 0 AND random() < 0.6;
	k int := floor(random() * 9);
BEGIN
	IF deep AND k = 0 THEN
		RETURN format('CASE WHEN %s THEN %s WHEN %s THEN %s ELSE %s END', oracle.term('boolean', depth - 1), oracle.term(type, depth - 1),
			oracle.term('boolean', 0), oracle.term(type, 0), oracle.term(type, 0));
	ELSIF deep AND k = 1 THEN
		RETURN format('coalesce(%s, %s)', oracle.term(type, depth - 1), oracle.term(type, 0));
	ELSIF deep AND k = 2 AND type <> 'set' THEN
		RETURN format('nullif(%s, %s)', oracle.term(type, depth - 1), oracle.term(type, 0));
	ELSIF deep AND k = 3 AND type IN ('text', 'date', 'number') THEN
		RETURN format('%s(%s, %s)', oracle.one_of('least', 'greatest'), oracle.term(type, depth - 1), oracle.term(type, 0));
	ELSIF type = 'text' THEN
		RETURN CASE WHEN NOT deep THEN oracle.one_of('t', 'u', '''C39''', '''中文字''', '''''', '''a%_\''')
			WHEN k = 4 THEN format('left(%s, %s)', oracle.term('text', depth - 1), oracle.one_of('0', '2', '-1', '100'))
			WHEN k = 5 THEN format('right(%s, %s)', oracle.term('text', depth - 1), oracle.one_of('0', '1', '-2'))
			WHEN k = 6 THEN format('substr(%s, %s, %s)', oracle.term('text', depth - 1), oracle.one_of('0', '1', '-1', '3'), oracle.one_of('0', '2', '9'))
			WHEN k = 7 THEN format('substring(%s FROM %s)', oracle.term('text', depth - 1), oracle.one_of('0', '2', '-3'))
			ELSE format('TRIM(%s)', oracle.term('text', depth - 1)) END;
	ELSIF type = 'date' THEN
		RETURN CASE WHEN NOT deep THEN oracle.one_of('d', 'e', 'as_of', 'DATE ''2024-02-29''')
			WHEN k < 6 THEN format('(d %s %s)', oracle.one_of('+', '-'), oracle.one_of('0', '30', '366'))
			ELSE format('CAST_DATE(%s %s INTERVAL %s)', oracle.term('date', depth - 1), oracle.one_of('+', '-'),
				oracle.one_of('''1 year''', '''1 month''', '''2 years -1 month 3 days''', '''13'' MONTH', '''-1'' YEAR')) END;
	ELSIF type = 'set' THEN
		RETURN oracle.one_of('s', 'r', 'ARRAY[''p'', ''q'']', 'ARRAY[''中文字'']::text[]', 'ARRAY[''C39'', ''p'']');
	ELSIF type = 'number' THEN
		RETURN CASE WHEN NOT deep THEN oracle.one_of('x', 'y', '0', '2', '-1.5', '2020')
			WHEN k = 4 THEN oracle.one_of(format('EXTRACT(%s FROM %s)', oracle.one_of('YEAR', 'QUARTER', 'MONTH', 'DAY'), oracle.term('date', depth - 1)),
				format('EXTRACT(%s FROM age(as_of, %s))', oracle.one_of('YEAR', 'MONTH'), oracle.one_of('d', 'e')), 'date_part(''year'', age(as_of, d))')
			WHEN k = 5 THEN format('(%s - %s)', oracle.one_of('d', 'e', 'as_of'), oracle.one_of('d', 'e', 'DATE ''2020-01-31'''))
			WHEN k = 6 THEN format('%s(%s)', oracle.one_of('length', 'char_length'), oracle.term('text', depth - 1))
			WHEN k = 7 THEN oracle.one_of(format('strpos(%s, %s)', oracle.term('text', depth - 1), oracle.term('text', 0)),
				format('position(%s IN %s)', oracle.term('text', 0), oracle.term('text', 0)), format('cardinality(%s)', oracle.term('set', 0)))
			WHEN k = 8 THEN format('age_in_months(%s)', oracle.one_of('d', 'e'))
			ELSE format('(%s %s %s)', oracle.term('number', depth - 1), oracle.one_of('+', '-', '*'), oracle.term('number', 0)) END;
	END IF;
	RETURN CASE WHEN NOT deep THEN oracle.one_of('h', 'g', 'true', 'false', '(h = g)', '(h < g)')
		WHEN k < 5 THEN format('(%s %s %s)', oracle.term('boolean', depth - 1), oracle.one_of('AND', 'OR'), oracle.term('boolean', depth - 1))
		WHEN k = 5 THEN format('(NOT %s)', oracle.term('boolean', depth - 1))
		WHEN k = 6 THEN format('((%s) IS %s%s)', oracle.term('boolean', depth - 1), oracle.one_of('', 'NOT '), oracle.one_of('TRUE', 'FALSE', 'UNKNOWN', 'NULL'))
		ELSE oracle.clause(depth - 1) END;
END $$;
CREATE FUNCTION oracle.clause(depth int) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	type text := oracle.one_of('text', 'date', 'number', 'set', 'boolean');
	a text := oracle.term(type, depth);
	b text := oracle.term(type, depth);
	t text := oracle.term('text', depth);
	patterns text := 'ARRAY[''C3_'', ''%文%'', ''a\%%'', '''']';
BEGIN
	IF type = 'set' THEN
		RETURN oracle.one_of(format('(%s @> %s)', a, b), format('(%s <@ %s)', a, b), format('(%s && %s)', a, b), format('(%s = ANY (%s))', t, a), format('(%s <> ALL (%s))', t, a));
	ELSIF type = 'text' AND random() < 0.4 THEN
		RETURN format(oracle.one_of('(%s LIKE ''C3_'')', '(%s NOT LIKE ''%%文%%'')', '(%s LIKE ''%%a\%%\_%%\\'')', '(starts_with(%s, ''a%%''))', '(%s ^@ ''C3'')', '(%s IN (''C39'', ''a'', NULL))', '(%s IN (''C39'', ''q'', ''中文字''))', '(%s <> ''中文字'')', '(%s LIKE ''%%!%%!_%%'' ESCAPE ''!'')', '(%s NOT LIKE ''%%\'' ESCAPE '''')',
			'(%s LIKE ANY (' || replace(patterns, '%', '%%') || '))', '(%s NOT LIKE ALL (' || replace(patterns, '%', '%%') || '))', '(%s LIKE ALL (ARRAY[''C%%'', ''%%9'']))', '(%s NOT LIKE ALL (ARRAY[''%%文%%'', ''Z%%'']))', '(%s NOT LIKE ANY (ARRAY[''C%%'', ''%%9'']))'), t);
	ELSIF type = 'number' AND random() < 0.2 THEN
		RETURN format(oracle.one_of('(%s = ANY (ARRAY[1, 2.5, 0]))', '(%s <> ALL (ARRAY[0::numeric, 3::int, 2020]))', '(%s NOT IN (0, 2, 4))'), a);
	ELSIF type = 'date' AND random() < 0.2 THEN
		RETURN format('(%s >= date_trunc(%L, %s))', a, oracle.one_of('year', 'Quarter', 'month'), b);
	ELSIF random() < 0.3 THEN
		RETURN format('(%s %sBETWEEN %s %s AND %s)', a, oracle.one_of('', 'NOT '), oracle.one_of('', 'SYMMETRIC'), b, oracle.term(type, 0));
	ELSIF random() < 0.2 THEN
		RETURN format('(%s %s)', a, oracle.one_of('IS NULL', 'IS NOT NULL'));
	END IF;
	RETURN format('(%s %s %s)', a, oracle.one_of('=', '<>', '!=', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'), b);
END $$;

CREATE TABLE oracle.subject AS
SELECT CASE WHEN random() < 0.85 THEN oracle.one_of('0', '2', '-1.5', '3', '2020')::numeric END AS x, CASE WHEN random() < 0.85 THEN floor(random() * 5)::numeric END AS y,
	CASE WHEN random() < 0.85 THEN oracle.one_of('C39', 'C391', '中文字', '文', '', ' a ', 'a%_\', 'p') END AS t, CASE WHEN random() < 0.85 THEN oracle.one_of('C39', 'Z', '中', 'a%b', 'q') END AS u,
	CASE WHEN random() < 0.85 THEN DATE '2019-12-28' + floor(random() * 1600)::int END AS d, CASE WHEN random() < 0.85 THEN oracle.one_of('2024-02-29', '2023-01-31', '2020-12-31')::date END AS e,
	CASE WHEN random() < 0.85 THEN oracle.one_of('{}', '{p}', '{p,q}', '{C39,中文字}')::text[] END AS s, CASE WHEN random() < 0.85 THEN oracle.one_of('{}', '{q,r}', '{p,q,C39}')::text[] END AS r,
	CASE WHEN random() < 0.85 THEN random() < 0.5 END AS h, CASE WHEN random() < 0.85 THEN random() < 0.5 END AS g, CASE WHEN random() < 0.9 THEN DATE '2023-01-31' + floor(random() * 800)::int END AS as_of
FROM generate_series(1, 60);
ALTER TABLE oracle.subject ADD COLUMN p growth_index.profile;
UPDATE oracle.subject SET p = (SELECT growth_index.profile(v) FROM (SELECT x, y, t, u, d, e, s, r, h, g) AS v);

CREATE TABLE oracle.outcome (ours text, theirs text, wrong bigint, decided bigint, stable boolean, problem text);
CREATE FUNCTION oracle.run(expressions int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	ours text;
	theirs text;
	wrong bigint;
	decided bigint;
	-- what chance writes seldom
	written text[] := ARRAY['starts_with(t, ''C3'')', 'NOT starts_with(u, ''a%'')', 'starts_with(left(t, 2), ''中文'')', 'position(''3'' IN t) = 2', 'position(u IN t) > 0', 'position('''' IN t) = 1',
		'as_of - d > 365', 'as_of - d BETWEEN x AND 2020', 'CASE t WHEN ''C39'' THEN h WHEN u THEN g ELSE x = 2 END', 'd BETWEEN ''2020-01-01'' AND ''2021-06-30''', '''p'' = ANY (s) AND NOT ''q'' = ANY (r)', 't IS NOT NULL AND u ISNULL'];
BEGIN
	FOR i IN 1 .. expressions LOOP
		ours := CASE WHEN i <= cardinality(written) THEN written[i] WHEN i % 2 = 0 THEN oracle.term('boolean', 3) ELSE oracle.clause(2) END;
		-- nothing declares an indicator's type: this does
		ours := '(true OR d = DATE ''2020-01-01'' OR e = d OR x = 1 OR y = 1 OR t = ''x'' OR u = t OR h OR g OR s @> r) AND ' || ours;
		-- a date and an interval make a timestamp in SQL: it is taken back to a date
		theirs := regexp_replace(replace(replace(ours, 'CAST_DATE', 'date'), 'age_in_months(', 'oracle.months(as_of, '), 'INTERVAL ''(-?\d+)'' (YEAR|MONTH)', 'INTERVAL ''\1 \2''', 'g');
		ours := replace(ours, 'CAST_DATE', '');
		BEGIN
			EXECUTE format('SELECT count(*) FILTER (WHERE growth_index.matches(%L::growth_index.criteria, p, as_of) IS DISTINCT FROM (%s)),
				count(*) FILTER (WHERE (%2$s) IS NOT NULL) FROM oracle.subject', ours, theirs) INTO wrong, decided;
			INSERT INTO oracle.outcome VALUES (ours, theirs, wrong, decided, ours::growth_index.criteria::text::growth_index.criteria = ours::growth_index.criteria);
		EXCEPTION WHEN OTHERS THEN
			INSERT INTO oracle.outcome VALUES (ours, theirs, NULL, NULL, NULL, SQLERRM);
		END;
	END LOOP;
END $$;
SELECT oracle.run(:expressions);
SELECT is_empty('SELECT ours, theirs, problem FROM oracle.outcome WHERE problem IS NOT NULL LIMIT 10', 'each is SQL to both');
SELECT is_empty('SELECT ours, wrong FROM oracle.outcome WHERE wrong > 0 LIMIT 10', 'no decision differs from that of the server');
SELECT is_empty('SELECT ours, ours::criteria::text FROM oracle.outcome WHERE NOT stable LIMIT 10', 'canonical text reads back to the same criteria');
SELECT ok((SELECT sum(decided) > count(*) * 20 FROM oracle.outcome), (SELECT format('%s conditions, %s decisions', count(*), sum(decided)) FROM oracle.outcome));
SELECT is_empty($$ SELECT word FROM unnest(ARRAY['EXTRACT', 'age(as_of', 'ESCAPE', 'date_trunc', 'SYMMETRIC', 'LIKE ANY', 'NOT LIKE ALL', 'starts_with', '^@', 'position', 'substring', 'substr(', 'TRIM', 'left',
	'right', 'cardinality', '@>', '<@', '&&', '= ANY', '<> ALL', 'UNKNOWN', 'IS NOT DISTINCT', 'age_in_months', 'INTERVAL', 'CASE', 'coalesce', 'nullif', 'greatest', '::text[]',
	'::int', 'NOT IN', 'length', 'as_of - d', '''13'' MONTH']) AS word WHERE (SELECT count(*) FROM oracle.outcome WHERE strpos(substr(ours, 100), word) > 0) < 3 $$, 'every part of the language is among them');
/* what was settled as a date is not made a number by a default, again and again */
SET statement_timeout = '120s';
SELECT is('(NULL + 1) + INTERVAL ''3'' MONTH > a'::criteria::text, 'NULL + 1 + INTERVAL ''3 months'' > a', 'a sum of nothing known, as a date');
SELECT is('coalesce(NULL, NULL) + INTERVAL ''3'' MONTH > a'::criteria::text, 'coalesce(NULL, NULL) + INTERVAL ''3 months'' > a', 'a choice of nothing known, as a date');
/* more of them in one query than are kept compiled, some of which read what none before did */
SELECT results_eq($$SELECT count(*), count(matches), min(i) FILTER (WHERE matches), max(i) FILTER (WHERE matches)
	FROM (SELECT i, matches(format('x%s >= %s', i % 30 + (i > 21000)::integer * 100, 42900 - 2 * i)::criteria, '{"x7": 41086, "x110": 880}') FROM generate_series(1, 21030) AS i) AS s$$,
	$$VALUES (21030::bigint, 701::bigint, 907, 21010)$$, 'each of thousands of criteria is decided by itself');
SELECT * FROM finish();
