-- Mutated texts through the input of every type: each ends in a value or in an
-- ordinary error (classes 22, 42, 54, 0A), never in an internal one; a value
-- reads back from its text and evaluates without an error.
-- FUZZ_ROUNDS (default 400) mutations of each valid text.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
SET search_path = growth_index, public;
\set rounds 400
\getenv rounds FUZZ_ROUNDS
SELECT plan(4);
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
	('scorecard', '{"name": "t", "coverage": 0.5, "segment": "CASE WHEN age_in_months(founded) <= 60 THEN ''young'' ELSE ''old'' END", "segments": ["young", "old"], "dimensions": [{"code": "d", "name": "维度"}], "indicators": [{"code": "a", "dimension": "d", "value": "x / y", "normalise": {"linear": [0, 0.15]}, "weight": {"young": 40, "old": 30}, "missing": "reweight"}, {"code": "b", "dimension": "d", "normalise": {"bins": [[null, 0], [5, 100]]}, "weight": 30}, {"code": "h", "dimension": "d", "normalise": {"set": {"x": 40}, "cap": 50}, "weight": {"young": 30, "old": 40}, "missing": "zero"}], "ratings": [{"grade": "AAA", "from": 90}, {"grade": "C", "from": 0}], "overrides": [{"when": "dishonest", "at_most": "C"}]}');

-- one random change, and sometimes another
CREATE FUNCTION fuzz.mutate(t text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	piece text := (ARRAY['', '(', ')', '''', '"', '{', '}', '[', ',', ':', '0', '9', '-', '.', 'e9', '1e999', '99999999999999999999', ' AND ', ' NOT ', '/0', '%', '\', '$1', ';', '--', '/*', '::int', 'NULL', 'true', '，', '𝟙', E'\x01', repeat('(', 300), repeat('[', 300), repeat('a', 70), repeat('-', 200), 'x'])[1 + floor(random() * 37)::int];
	i int := 1 + floor(random() * length(t))::int;
	n int := floor(random() * random() * 12)::int;
BEGIN
	t := CASE floor(random() * 4)::int
		WHEN 0 THEN left(t, i - 1) || substr(t, i + n)
		WHEN 1 THEN left(t, i - 1) || piece || substr(t, i)
		WHEN 2 THEN left(t, i - 1) || piece || substr(t, i + n)
		ELSE left(t, i) || substr(t, greatest(1, i - n)) END;
	RETURN CASE WHEN random() < 0.3 AND length(t) < 5000 THEN fuzz.mutate(t) ELSE t END;
END $$;

CREATE TABLE fuzz.outcome (type text, input text, state text, message text);
CREATE TABLE fuzz.subject (p profile);
INSERT INTO fuzz.subject VALUES ('{}'), ('{"x": 0, "y": 0, "z": 0, "a": 0, "b": -1, "c": 1e300, "g": 1, "d": 1e15, "e": 1, "revenue": 0, "rd_expense": 1, "founded": "2020-02-29", "s": [], "h": ["x"], "t": "ab%"}'),
	('{"x": "text", "revenue": true, "hightech": 1, "founded": 5, "honours": "x", "stage": "a", "industry": ["C39"], "dishonest": "2020-01-01"}');

CREATE FUNCTION fuzz.try(type text, input text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	again text;
	step text := 'input';
BEGIN
	EXECUTE format('SELECT ($1::growth_index.%1$I)::text::growth_index.%1$I::text', type) INTO again USING input;
	step := 'round trip';
	EXECUTE format('SELECT CASE WHEN $1::growth_index.%1$I OPERATOR(growth_index.=) $2::growth_index.%1$I THEN NULL ELSE $2 END', type)
		INTO again USING input, again;
	IF again IS NOT NULL THEN
		INSERT INTO fuzz.outcome VALUES (type, input, 'differs', again);
	END IF;
	step := 'use';
	IF type IN ('criteria', 'formula', 'scorecard') THEN
		EXECUTE format('SELECT count(growth_index.%s($1::growth_index.%I, p, d)) FROM fuzz.subject, (VALUES (NULL::date), (DATE ''2026-01-31'')) AS v(d)',
			CASE type WHEN 'criteria' THEN 'matches' WHEN 'formula' THEN 'evaluate' ELSE 'score' END, type) USING input;
	END IF;
	INSERT INTO fuzz.outcome VALUES (type, input, 'value', NULL);
EXCEPTION WHEN OTHERS THEN
	INSERT INTO fuzz.outcome VALUES (type, input, CASE step WHEN 'input' THEN SQLSTATE ELSE step || ' ' || SQLSTATE END, SQLERRM);
END $$;
SET statement_timeout = '240s';
SELECT count(fuzz.try(type, fuzz.mutate(valid))) AS tried FROM fuzz.seed, generate_series(1, :rounds) \gset

SELECT is((SELECT count(*) FROM fuzz.outcome WHERE state !~ '^(value|22...|42...|54...|0A...)$'), 0::bigint, 'each ends in a value or in an ordinary error');
SELECT diag(format('%s %s: %s <- %s', type, state, message, left(input, 300))) FROM fuzz.outcome WHERE state !~ '^(value|22...|42...|54...|0A...)$' LIMIT 10;
SELECT is((SELECT count(DISTINCT type) FROM fuzz.outcome WHERE state = 'value'), 6::bigint, 'some of every type are values');
SELECT is((SELECT count(DISTINCT type) FROM fuzz.outcome WHERE state <> 'value'), 6::bigint, 'some of every type are refused');
SELECT is((SELECT count(*) FROM fuzz.outcome), (SELECT count(*) * :rounds FROM fuzz.seed), 'none is lost');
SELECT * FROM finish();
