-- Mutated texts through the input of every type: each ends in a value or in an
-- ordinary error (classes 22, 42, 54, 0A), never in an internal one; a value
-- reads back from its text and evaluates without an error, unless it is a
-- scorecard that has to be fitted first (55000).
-- FUZZ_ROUNDS (default 300) mutations of each valid text.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
SET search_path = growth_index, public;
\set rounds 300
\getenv rounds FUZZ_ROUNDS
SELECT plan(5);
CREATE SCHEMA fuzz;
SELECT setseed(0.1949);

CREATE TABLE fuzz.seed (type text, valid text);
INSERT INTO fuzz.seed VALUES
	('profile', '{"revenue": 140000000, "hightech": true, "industry": "C39", "founded": "2015-03-01", "honours": ["高新技术企业", "x"], "r": -1.5e-7}'),
	('criteria', 'hightech AND revenue BETWEEN 2e7 AND 4e8 AND rd_expense / revenue >= 0.05 AND industry IN (''C39'', ''I65'') AND ''高新技术企业'' = ANY (honours) AND NOT dishonest'),
	('criteria', 'CASE stage WHEN ''a'' THEN x > 1 ELSE t LIKE ''%b_\%'' END OR listing_date >= as_of - INTERVAL ''1 year 3 days'' OR s @> ARRAY[''p''] IS NOT UNKNOWN'),
	('formula', 'CASE WHEN g >= 1 THEN least(round(x * 0.005, 2), 1000000) ELSE power(abs(y), 0.5) + ln(z) % 3 - age_in_months(founded) END'),
	('formula', 'coalesce(nullif(a, 0), sqrt(b) / exp(c), cardinality(s)) * -(trunc(d, -2) + log(2, e))'),
	('rating', 'AA＋'), ('rating', 'BBB-'),
	('credit_code', '91350100M000100Y43'),
	('scorecard', '{"name": "t", "coverage": 0.5, "segment": "CASE WHEN age_in_months(founded) <= 60 THEN ''young'' ELSE ''old'' END", "segments": ["young", "old"], "dimensions": [{"code": "d", "name": "维度"}], "indicators": [{"code": "a", "dimension": "d", "value": "x / y", "normalise": {"linear": [0, 0.15]}, "weight": {"young": 40, "old": 30}, "missing": "reweight"}, {"code": "b", "dimension": "d", "normalise": {"bins": [[null, 0], [5, 100]]}, "weight": 30}, {"code": "h", "dimension": "d", "normalise": {"set": {"x": 40}, "cap": 50}, "weight": {"young": 30, "old": 40}, "missing": "zero"}], "ratings": [{"grade": "AAA", "from": 90}, {"grade": "C", "from": 0}], "overrides": [{"when": "dishonest", "at_most": "C"}]}'),
	('scorecard', '{"name": "p", "dimensions": [{"code": "d"}], "indicators": [{"code": "x", "dimension": "d", "normalise": {"percentile": {"group": ["stage", "left(t, 1)"], "least": 2, "winsorise": [0.01, 0.9]}}, "weight": 40, "missing": "median"}, {"code": "y", "dimension": "d", "value": "y / e", "normalise": {"zscore": {"direction": "less", "scale": [50, 20]}}, "weight": 30}, {"code": "z", "dimension": "d", "normalise": {"linear": [0, 9], "clamp": false}, "weight": 20, "missing": "mean", "peers": {"group": ["stage"]}}, {"code": "a", "dimension": "d", "normalise": {"logistic": {"middle": 1, "slope": -0.5}}, "weight": 10}], "fitted": {"x": [{"members": 9, "median": 3, "values": "-1.5 0*3 ~2 7 9*2"}, {"group": ["a"], "members": 3, "median": 0, "values": "0*3"}, {"group": ["a", "b"], "members": 2, "median": 0.5, "values": "0 1"}], "y": [{"members": 4, "mean": 2.5, "sd": 1.29099444873581}], "z": [{"members": 1, "mean": 8}]}}');

-- one random change, and sometimes another
CREATE FUNCTION fuzz.mutate(t text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	piece text := (ARRAY['', '(', ')', '''', '"', '{', '}', '[', ',', ':', '0', '9', '-', '.', 'e9', '1e999', '99999999999999999999', ' AND ', ' NOT ', '/0', '%', '\', '$1', ';', '--', '/*', '::int', 'NULL', 'true', '，', '𝟙', E'\x01', repeat('(', 300), repeat('[', 300), repeat('a', 70), repeat('-', 200), 'x'])[1 + floor(random() * 37)::int];
	i int := 1 + floor(random() * length(t))::int;
	n int := floor(random() * random() * 12)::int;
BEGIN
	t := CASE floor(random() * 6)::int
		WHEN 0 THEN left(t, i - 1) || substr(t, i + n)
		WHEN 1 THEN left(t, i - 1) || piece || substr(t, i)
		WHEN 2 THEN left(t, i - 1) || piece || substr(t, i + n)
		-- a splice of two valid ones, and any characters at all
		WHEN 3 THEN left(t, i) || (SELECT substr(valid, 1 + floor(random() * length(valid))::int) FROM fuzz.seed ORDER BY random() LIMIT 1)
		WHEN 4 THEN CASE WHEN random() < 0.3 THEN (SELECT string_agg(chr(CASE WHEN random() < 0.7 THEN 1 + floor(random() * 126)::int ELSE 160 + floor(random() * 55000)::int END), '') FROM generate_series(1, 1 + floor(random() * 40)::int)) ELSE left(t, i) || chr(1 + floor(random() * 55000)::int) || substr(t, i + n) END
		ELSE left(t, i) || substr(t, greatest(1, i - n)) END;
	RETURN CASE WHEN random() < 0.3 AND length(t) < 5000 THEN fuzz.mutate(t) ELSE t END;
END $$;

CREATE TABLE fuzz.outcome (type text, input text, state text, message text);
CREATE TABLE fuzz.subject (p profile);
INSERT INTO fuzz.subject VALUES ('{}'), ('{"x": 0, "y": 0, "z": 0, "a": 0, "b": -1, "c": 1e300, "g": 1, "d": 1e15, "e": 1, "revenue": 0, "rd_expense": 1, "founded": "2020-02-29", "s": [], "h": ["x"], "t": "ab%"}'),
	('{"x": "text", "revenue": true, "hightech": 1, "founded": 5, "honours": "x", "stage": "a", "industry": ["C39"], "dishonest": "2020-01-01"}');
-- what accepted values of a type are used for
CREATE TABLE fuzz.use (type text, query text);
INSERT INTO fuzz.use SELECT type, format('SELECT count(*) FROM fuzz.subject, (VALUES (NULL::date), (DATE ''2026-01-31'')) AS v(d), LATERAL (%s) AS r', query)
FROM (VALUES ('criteria', 'SELECT growth_index.matches($1::growth_index.criteria, p, d)'), ('criteria', 'SELECT * FROM growth_index.explain($1::growth_index.criteria, p, d)'),
	('criteria', 'SELECT * FROM growth_index.nearest($1::growth_index.criteria, p, d)'), ('formula', 'SELECT growth_index.evaluate($1::growth_index.formula, p, d), growth_index.evaluate_strict($1::growth_index.formula, p, d)'),
	('scorecard', 'SELECT growth_index.score($1::growth_index.scorecard, p, d)'), ('profile', 'SELECT growth_index.score(c, $1::growth_index.profile, d) FROM fuzz.card'),
	('profile', 'SELECT growth_index.matches(c, $1::growth_index.profile, d), growth_index.diff(p, $1::growth_index.profile), p || $1::growth_index.profile FROM fuzz.rule')) AS v(type, query);
CREATE TABLE fuzz.card AS SELECT valid::scorecard AS c FROM fuzz.seed WHERE type = 'scorecard';
CREATE TABLE fuzz.rule AS SELECT valid::criteria AS c FROM fuzz.seed WHERE type = 'criteria';

CREATE PROCEDURE fuzz.try(type text, input text) LANGUAGE plpgsql AS $$
DECLARE
	again text;
	step text := '';
	use text;
BEGIN
	EXECUTE format('SELECT ($1::growth_index.%1$I)::text::growth_index.%1$I::text', type) INTO again USING input;
	step := 'round trip ';
	EXECUTE format('SELECT CASE WHEN $1::growth_index.%1$I OPERATOR(growth_index.=) $2::growth_index.%1$I THEN NULL ELSE $2 END', type)
		INTO again USING input, again;
	IF again IS NOT NULL THEN
		INSERT INTO fuzz.outcome VALUES (type, input, 'differs', again);
	END IF;
	FOR use IN SELECT query FROM fuzz.use AS u WHERE u.type = try.type LOOP
		step := use || ' ';
		EXECUTE use USING input;
	END LOOP;
	INSERT INTO fuzz.outcome VALUES (type, input, 'value', NULL);
EXCEPTION WHEN OTHERS OR query_canceled THEN
	INSERT INTO fuzz.outcome VALUES (type, input, step || SQLSTATE, SQLERRM);
END $$;
-- each input has a statement, and a time limit, of its own
SET statement_timeout = '120s';
SELECT format('CALL fuzz.try(%L, %L)', type, fuzz.mutate(valid)) FROM fuzz.seed, generate_series(1, CASE WHEN type IN ('rating', 'credit_code') THEN :rounds / 2 ELSE :rounds END)
\gexec
-- bytes that are no text at all, through COPY
SELECT current_setting('data_directory') || '/fuzz.txt' AS file \gset
CREATE PROCEDURE fuzz.try_bytes(type text, input bytea, file text) LANGUAGE plpgsql AS $$
DECLARE
	lo oid := lo_from_bytea(0, input);
BEGIN
	PERFORM lo_export(lo, file), lo_unlink(lo);
	EXECUTE format('CREATE TABLE fuzz.bytes (v growth_index.%I)', type);
	BEGIN
		EXECUTE format('COPY fuzz.bytes FROM %L (ENCODING ''UTF8'')', file);
		INSERT INTO fuzz.outcome VALUES (type, input::text, 'value', NULL);
	EXCEPTION WHEN OTHERS OR query_canceled THEN
		INSERT INTO fuzz.outcome VALUES (type, input::text, SQLSTATE, SQLERRM);
	END;
	DROP TABLE fuzz.bytes;
END $$;
SELECT format('CALL fuzz.try_bytes(%L, %L, %L)', type, overlay(convert_to(replace(valid, '\', '\\'), 'UTF8') PLACING bad FROM 1 + floor(random() * octet_length(valid))::int), :'file')
FROM fuzz.seed, unnest(ARRAY['\xff', '\xc3', '\xe4b8', '\xeda080', '\xf8888080', '\xc080', '\x00', '\x1a']::bytea[]) AS bad
\gexec
RESET statement_timeout;

SELECT is_empty('SELECT type, state, message, left(input, 300) FROM fuzz.outcome WHERE state !~ ''^(value|22...|42...|54...|0A...|SELECT.* 55000)$'' LIMIT 10', 'each ends in a value or in an ordinary error');
SELECT is((SELECT count(DISTINCT type) FROM fuzz.outcome WHERE state = 'value'), 6::bigint, 'some of every type are values');
SELECT is((SELECT count(DISTINCT type) FROM fuzz.outcome WHERE state <> 'value'), 6::bigint, 'some of every type are refused');
SELECT is((SELECT count(DISTINCT type) FROM fuzz.outcome WHERE state = '22021'), 6::bigint, 'invalid UTF-8 is refused for every type');
SELECT ok((SELECT count(*) >= (SELECT count(*) FROM fuzz.seed) * :rounds * 0.8 FROM fuzz.outcome),
	(SELECT format('%s inputs, %s of them values, %s kinds of error', count(*), count(*) FILTER (WHERE state = 'value'), count(DISTINCT state) - 1) FROM fuzz.outcome));
SELECT * FROM finish();
