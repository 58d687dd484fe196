-- criteria and formula: language, canonical text, three values, errors
SET search_path = growth_index, public;

-- canonical text: brackets only where they are needed
SELECT t::criteria FROM (VALUES
	('hightech AND revenue BETWEEN 2e7 AND 4e8 AND rd_expense / revenue >= 0.05 AND industry IN (''C39'',''I65'') AND ''高新技术企业'' = ANY (honours) AND NOT dishonest'),
	('a AND (b AND c) OR (d)'), ('NOT (a OR b) AND NOT NOT c'), ('((x)) + (y * z) > -(-w)'),
	('x - (y - z) <> (x - y) - z'), ('x / (y * z) = 1/2'), ('a IS NOT TRUE AND (x > 1) IS UNKNOWN'),
	('x IS NOT DISTINCT FROM NULL'), ('x NOT BETWEEN SYMMETRIC 3 AND 1'), ('t NOT LIKE ''C39%'' AND u LIKE ''a\_b'''),
	('s @> ARRAY[''p'',''q''] AND s && ARRAY[''r'']'), ('t <> ALL (s)'), ('研发费用 > 1 AND "Select" = 1 AND "select" > 2 AND "a b" = 3'),
	('listing_date >= as_of - INTERVAL ''1 year 30 days'' AND age_in_months(founded) > 24'),
	('founded >= ''2019-01-01'' AND founded < DATE ''2020-01-01'''), ('x != 1 AND y = +5 AND z = -5'),
	('CASE stage WHEN ''a'' THEN x > 1 ELSE false END'), ('coalesce(x, y, 0) > 1 AND nullif(x, 0) IS NULL'),
	('x % 3 = mod(y, 2) AND pow(x, 2) > ceiling(y)'), ('t = ''it''''s''')) AS v(t);
SELECT t::formula FROM (VALUES
	('least(patents_granted * 2500, 1000000)'), ('CASE WHEN revenue_growth >= 1 THEN 500000 WHEN revenue_growth >= 0.5 THEN 300000 ELSE 100000 END'),
	('(revenue - revenue_prior) / revenue_prior'), ('a - -+0 + -+-1.50 * - + - 2'), ('1_'::text || 'x')) AS v(t) WHERE t NOT LIKE '1%';
SELECT indicators('b > a AND as_of > c'::criteria), indicators('1 + 1'::formula);

-- decimals decide
SELECT matches('0.1 + 0.2 = 0.3', '{}'), matches('1 / 2 = 0.5', '{}'),
	matches('rd_expense / revenue >= 0.05', '{"rd_expense": 5, "revenue": 100}'),
	matches('rd_expense / revenue >= 0.05', '{"rd_expense": 4.9999999999999, "revenue": 100}');
SELECT evaluate('1 / 3', '{}'), evaluate('round(2.5)', '{}'), evaluate('round(-2.5)', '{}'), evaluate('7 % 3', '{}'),
	evaluate('sqrt(2)', '{}'), evaluate('power(2, 0.5)', '{}'), evaluate('ln(10)', '{}'), evaluate('log(1000)', '{}');

-- where SQL would raise an error, the value is unknown
SELECT evaluate('1 / x', '{"x": 0}'), evaluate('x % 0', '{"x": 1}'), evaluate('ln(x)', '{"x": 0}'), evaluate('sqrt(x)', '{"x": -1}'),
	evaluate('power(0, -1)', '{}'), evaluate('power(-1, 0.5)', '{}'), evaluate('exp(10000)', '{}'), evaluate('power(10, 10000)', '{}'),
	matches('1 / x > 0 OR x = 0', '{"x": 0}');

-- for money, the least of something unknown is unknown
SELECT evaluate('least(x * 0.005, 1000000)', '{}') AS as_sql, evaluate_strict('least(x * 0.005, 1000000)', '{}') AS strict,
	evaluate_strict('least(coalesce(x, 0) * 0.005, 1000000)', '{}') AS said, evaluate_strict('greatest(x, 1)', '{"x": 3}') AS known;

-- three values
SELECT a, b, matches('a AND b', p) AS "and", matches('a OR b', p) AS "or", matches('NOT a', p) AS "not", matches('a = b', p) AS "="
FROM (VALUES (true), (false), (NULL)) AS x(a), (VALUES (true), (false), (NULL)) AS y(b),
	LATERAL (SELECT profile(r) AS p FROM (SELECT a, b) AS r) AS z ORDER BY a, b;
SELECT matches('x IN (1, 2)', '{"x": 3}'), matches('x IN (1, NULL)', '{"x": 3}'), matches('x NOT IN (1, 2)', '{}'),
	matches('''a'' = ANY (s)', '{"s": []}'), matches('''a'' = ANY (s)', '{}'), matches('''a'' <> ALL (s)', '{"s": ["b"]}'),
	matches('x IS NULL', '{}'), matches('x > 1', '{"x": "text"}') AS other_type_is_unknown;

-- dates: as_of is an argument
SELECT matches('listing_date >= as_of - INTERVAL ''1 year''', '{"listing_date": "2025-11-23"}', '2026-11-23'),
	matches('listing_date >= as_of - INTERVAL ''1 year''', '{"listing_date": "2025-11-22"}', '2026-11-23'),
	matches('listing_date >= as_of - INTERVAL ''1 year''', '{"listing_date": "2025-11-23"}') AS without_as_of;
SELECT evaluate('age_in_months(d)', '{"d": "2024-01-31"}', '2024-02-29'), evaluate('age_in_months(d)', '{"d": "2024-01-31"}', '2024-03-31'),
	evaluate('as_of - d', '{"d": "2024-01-31"}', '2024-02-29'), matches('d + INTERVAL ''1 month'' = DATE ''2024-02-29''', '{"d": "2024-01-31"}'),
	matches('d + 30 > as_of', '{"d": "2024-01-31"}', '2024-02-29');
SELECT matches('t LIKE ''C39%''', '{"t": "C3911"}'), matches('t LIKE ''_文%''', '{"t": "中文字"}'), matches('t LIKE ''%b%a''', '{"t": "abba"}'),
	matches('t LIKE ''50\%''', '{"t": "50%"}');

-- rules as the policies of a zone state them
CREATE TABLE stated (name text, rule criteria, award formula);
INSERT INTO stated VALUES
	('domestic patent grants', 'invention_grants > 0 AND NOT dishonest AND registered_zone = ''ZZHT''', 'least(invention_grants * 2500, 1000000)'),
	('listing', 'listed AND listing_date >= as_of - INTERVAL ''1 year''', 'CASE board WHEN ''main'' THEN 5000000 WHEN ''star'' THEN 5000000 WHEN ''chinext'' THEN 3000000 ELSE 1000000 END'),
	('NEEQ', 'neeq_listed AND neeq_date >= as_of - INTERVAL ''1 year''', 'CASE neeq_layer WHEN ''innovation'' THEN 800000 ELSE 500000 END'),
	('refinancing', 'listed AND refinanced > 0', 'least(refinanced * 0.005, 1000000)'),
	('high growth', 'revenue >= 20000000 AND revenue_growth >= 0.3 AND rd_intensity >= 0.03', 'CASE WHEN revenue_growth >= 1 THEN 500000 WHEN revenue_growth >= 0.5 THEN 300000 ELSE 100000 END'),
	('高企E贷', '''高新技术企业'' = ANY (honours) AND age_in_months(founded) >= 24 AND score >= 60', 'least(revenue * 0.1, 5000000)'),
	('科创贷', 'score >= 55 AND invention_applications >= 1', 'least(100000 + score * 20000, 3000000)'),
	('科技支持贷', 'revenue BETWEEN 20000000 AND 400000000 AND rd_intensity >= 0.05 AND score >= 70', 'least(revenue * 0.15, 20000000)'),
	('growth rate', '(revenue - revenue_prior) / revenue_prior > 0', '(revenue - revenue_prior) / revenue_prior'),
	('stage', 'age_in_months(founded) <= 60 AND revenue < 20000000', 'CASE WHEN age_in_months(founded) <= 60 AND revenue < 20000000 THEN 1 WHEN age_in_months(founded) > 120 OR revenue >= 400000000 THEN 3 ELSE 2 END'),
	('gazelle', 'revenue_base >= 10000000 AND power(revenue / revenue_base, 1.0 / 3) - 1 >= 0.2 AND revenue > revenue_prior OR age_in_months(founded) <= 60 AND revenue >= 500000000 OR age_in_months(founded) <= 120 AND revenue >= 1000000000', '0'),
	('innovative SME, by points', 'CASE WHEN rd_expense / revenue >= 0.05 THEN 20 WHEN rd_expense / revenue >= 0.03 THEN 15 WHEN rd_expense / revenue >= 0.02 THEN 10 WHEN rd_expense / revenue >= 0.01 THEN 5 ELSE 0 END + CASE WHEN debt_ratio <= 0.55 THEN 10 WHEN debt_ratio <= 0.75 THEN 5 ELSE 0 END >= 25', '20'),
	('interest on pledged loans', 'NOT coalesce(abnormal_operation, false) AND ip_loan_interest > 0', 'least(ip_loan_interest * 0.3, 100000)'),
	('venture fund', 'investment_held_months >= 24', 'least(investment * CASE WHEN ''angel'' = ANY (tags) THEN 0.03 ELSE 0.02 END, 1000000)'),
	('new investment, stepwise', 'new_investment >= 5000000', 'least(100000 + 50000 * floor((new_investment - 5000000) / 3000000), 1000000)'),
	('industry', 'industry LIKE ''C39%'' OR industry IN (''I64'', ''I65'') AND NOT honours && ARRAY[''失信'']', '1');
SELECT name, matches(rule, p, '2026-11-23'), evaluate(award, p, '2026-11-23')
FROM stated, (VALUES ('{"invention_grants": 100, "dishonest": false, "registered_zone": "ZZHT", "listed": true, "listing_date": "2025-11-23", "board": "star", "refinanced": 123456789.5, "revenue": 140000000, "revenue_prior": 70000000, "revenue_base": 81018518.52,
	"revenue_growth": 1, "rd_intensity": 0.05, "rd_expense": 7000000, "honours": ["高新技术企业"], "founded": "2016-02-29", "score": 69.95, "invention_applications": 3, "debt_ratio": 0.75, "ip_loan_interest": 333333.33,
	"investment_held_months": 24, "investment": 1e7, "tags": ["angel"], "new_investment": 8000000, "industry": "I65"}'::profile)) AS v(p) ORDER BY name COLLATE "C";
-- at exactly 5 %, a yuan below, and a fen
SELECT matches('rd_expense / revenue >= 0.05', p) AS at, evaluate('rd_expense / revenue', p) FROM (VALUES ('{"rd_expense": 7000000, "revenue": 140000000}'::profile), ('{"rd_expense": 6999999, "revenue": 140000000}'), ('{"rd_expense": 6999999.99, "revenue": 140000000}'), ('{"rd_expense": 0.05, "revenue": 1}')) AS v(p);
DROP TABLE stated;

-- errors say where
SELECT 'hightech AND'::criteria;
SELECT ''::criteria;
SELECT 'a, b'::criteria;
-- what is often written, but is not SQL
SELECT 'rd_expense / revenue >= 5% AND a'::criteria;
SELECT 'revenue ≥ x'::criteria;
SELECT 'a > 1 || b > 1'::criteria;
SELECT 'a > 1 && b > 1'::criteria;
SELECT 'a == 1'::criteria;
SELECT 'x; DROP TABLE enterprise'::criteria;
SELECT 'a > (SELECT 1)'::criteria;
SELECT 'pg_sleep(10) > 1'::criteria;
SELECT 'a::int > 1'::criteria;
SELECT 'a > 1 AND a = ''x'''::criteria;
SELECT 'revenue'::formula AS bare, 'revenue > 1'::formula;
SELECT 'revenue + 1'::criteria;
SELECT 'current_date > founded'::criteria;
SELECT 't.a > 1'::criteria;
SELECT 'a LIKE b'::criteria;
SELECT 'a = $1'::criteria;
SELECT 'founded > DATE ''2019-02-30'''::criteria;
SELECT 'founded > as_of - INTERVAL ''1 hour'''::criteria;
SELECT 'founded > ''2020/1/1'''::criteria;
SELECT 'founded > ''2024-02-30'''::criteria;
SELECT 'least(a，b) > 1'::criteria;
SELECT 'industry = ‘C39’'::criteria;
SELECT '"a（b）" > 1'::criteria;
SELECT 'round(x, y) > 1'::criteria;
SELECT 's > ARRAY[''a'']'::criteria;
SELECT 'count(*) > 1'::criteria;
\set VERBOSITY terse
SELECT (repeat('(', 20000) || 'a' || repeat(')', 20000))::criteria;
SELECT ('1 = ' || repeat('1', 2000))::criteria;
SELECT (repeat('x', 64) || ' > 1')::criteria;
\set VERBOSITY default

SELECT 'founded > 2019-01-01'::criteria;
SELECT 'founded > 2019/1/31'::criteria;
SELECT '2019 - 1 - 1 > x AND 2019-1 > x AND 20190-1-1 > x'::criteria;
SELECT 'revenue => 1'::criteria;
-- other spellings of SQL come to the plain ones
SELECT t::criteria FROM (VALUES
	('founded + INTERVAL ''3 years'' >= as_of AND founded >= as_of - INTERVAL ''3'' YEAR'), ('EXTRACT(YEAR FROM founded) >= 2019'), ('date_part(''year'', founded) = extract(''YEAR'' FROM as_of) - 1'),
	('listing_date >= date_trunc(''year'', as_of)'), ('left(industry, 3) = ''C39'' AND right(industry, 1) = ''1'''), ('substring(industry FROM 1 FOR 3) = ''C39'' AND substr(industry, 2) = ''39'''),
	('starts_with(industry, ''C3_9%'') OR industry ^@ ''C39'''), ('position(''39'' IN industry) > 0 AND strpos(industry, ''39'') = 2'), ('length(name) > 3 AND char_length(TRIM(name)) > 2'),
	('a OR industry LIKE ANY (ARRAY[''C39%'', ''I65%'']) OR b'), ('a AND industry NOT LIKE ALL (ARRAY[''C39%'', ''I65%''])'), ('x = ANY (ARRAY[1, 2, 3]) AND y <> ALL (ARRAY[1.5])'), ('t = ANY (ARRAY[''a'', ''b''])'),
	('t = ''C39''::text AND s @> ARRAY[''a'']::text[] AND x > 0.05::numeric AND y = 5::int AND d > ''2020-01-01''::date AND CAST(''2020-01-01'' AS date) < d')) AS v(t);
SELECT t::criteria FROM (VALUES ('t LIKE ''a!%b\'' ESCAPE ''!'' AND t NOT LIKE ''a\'' ESCAPE '''''), ('x ^ 2 >= 4 AND -x ^ 2 ^ 3 > 0'), ('EXTRACT(YEAR FROM age(as_of, birth)) >= 18 AND date_part(''month'', age(as_of, birth)) = 0')) AS v(t);
SELECT matches('t LIKE ''100!%%'' ESCAPE ''!''', '{"t": "100%!"}'), matches('x ^ 2 = 6.25', '{"x": -2.5}'),
	matches('EXTRACT(YEAR FROM age(as_of, birth)) >= 18', '{"birth": "2008-11-26"}', '2026-11-25') AS a_day_before, matches('EXTRACT(YEAR FROM age(as_of, birth)) >= 18', '{"birth": "2008-11-25"}', '2026-11-25') AS at_18;
-- many constants: by halving, as one by one
SELECT count(*) FILTER (WHERE matches(long_list, p)) AS "of 100", count(*) FILTER (WHERE matches(long_list, p) IS DISTINCT FROM (i % 3 = 0)) AS wrong, count(*) FILTER (WHERE matches(codes, p) IS DISTINCT FROM (i % 7 = 0)) AS wrong_codes
FROM (SELECT ('x IN (' || string_agg((n * 0.3)::text, ', ') || ')')::criteria AS long_list, ('t IN (' || string_agg(quote_literal('企业代码' || n * 7), ', ') || ')')::criteria AS codes FROM generate_series(0, 99) AS n) AS c,
	generate_series(0, 297) AS i, LATERAL (SELECT profile(v) AS p FROM (SELECT i * 0.1 AS x, '企业代码' || i AS t) AS v) AS s;
-- a date less a date is days, also where only their values say that they are dates
SELECT matches('as_of - founded >= 730', '{"founded": "2020-01-01"}', '2022-01-01'), matches('b - a <= 365', '{"a": "2020-01-01", "b": "2020-12-31"}'), matches('b - a <= 365', '{"a": "2020-01-01", "b": 5}');
SELECT actual, satisfied, missing FROM explain('b - a <= 365', '{"a": "2020-01-01", "b": "2020-12-31"}');
-- what other languages call otherwise
SELECT 'rond(a) > 1'::criteria;
SELECT 'a[1] > 1'::criteria;
\set VERBOSITY terse
SELECT 't LIKE ''a'' ESCAPE ''ab'''::criteria;
SELECT 'ltrim(t) = ''a'''::criteria;
SELECT '(a, b) IN ((1, 2))'::criteria;
SELECT 't COLLATE "C" = ''a'''::criteria;
SELECT 'starts_with(a, b)'::criteria;
SELECT 'extract(hour FROM a) = 1'::criteria;
\set VERBOSITY default
SELECT 'year(founded) > 2019'::criteria;
SELECT 'age(founded) > INTERVAL ''2 years'''::criteria;
SELECT 'as_of - founded >= INTERVAL ''2 years'''::criteria;
SELECT 'sum(a) > 2019'::criteria;
-- what an old minor release says of it ends in half a character
DO $$ DECLARE hint text; BEGIN
	PERFORM 'revenue >= 2000万'::criteria;
EXCEPTION WHEN syntax_error THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RAISE NOTICE '%', hint;
END $$;
SELECT 't ILIKE ''a'''::criteria;
SELECT 's && ''{a}'''::criteria;
SELECT 'a = 1 AND !b'::criteria;

-- settings do not change a meaning
SET standard_conforming_strings = off;
SET quote_all_identifiers = on;
SELECT E't = ''a\\b'''::criteria;
RESET standard_conforming_strings;
RESET quote_all_identifiers;

-- why
SELECT * FROM explain('revenue >= 20000000 AND rd_expense / revenue >= 0.05 AND NOT dishonest AND industry IN (''C39'') AND x BETWEEN 1 AND 2',
	'{"revenue": 1.8e7, "rd_expense": 9e5, "industry": "C39", "x": 5, "dishonest": "no"}');
SELECT * FROM explain('a OR b', '{"a": false}');
-- a gap is in the unit of the left side, of dates in days
SELECT clause, satisfied, gap FROM explain('age >= 18 AND founded <= as_of - INTERVAL ''2 years'' AND 100 < x AND listed BETWEEN DATE ''2026-01-01'' AND DATE ''2026-06-30'' AND ratio NOT BETWEEN 1 AND 2 AND y / z < 0.1',
	'{"age": 17.5, "founded": "2025-01-15", "x": 100, "listed": "2026-07-03", "ratio": 1, "y": 1, "z": 8}', '2026-11-23');

-- values compare, group and travel
SELECT c, count(*) FROM (VALUES ('a>1'::criteria), ('( a > 1.0 )'), ('a > 2')) AS v(c) GROUP BY c ORDER BY c;
CREATE TABLE rule (c criteria PRIMARY KEY, f formula);
INSERT INTO rule VALUES ('a > 1', 'b * 2'), ('t = ''x''', '1');
\getenv folder PG_ABS_BUILDDIR
\set file :folder '/results/expression.bin'
\set out '\\copy rule TO ' :'file' ' (FORMAT binary)'
:out
CREATE TABLE rule_copy (LIKE rule);
\set back '\\copy rule_copy FROM ' :'file' ' (FORMAT binary)'
:back
SELECT count(*) FROM rule JOIN rule_copy USING (c, f);
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM rule WHERE c = 'a > 1';
RESET enable_seqscan;
DROP TABLE rule, rule_copy;

-- a call site in PL/pgSQL sees many criteria
DO $$
DECLARE
	c criteria;
	r record;
	answers text := '';
	answer boolean;
BEGIN
	FOR r IN SELECT format('x > %s', i)::criteria AS c FROM generate_series(0, 3) AS i LOOP
		c := r.c;
		answer := matches(c, '{"x": 1}');
		answers := answers || c || ': ' || answer || '; ';
	END LOOP;
	RAISE NOTICE '%', answers;
END $$;

-- the least that would be enough
SELECT * FROM nearest('revenue >= 20000000 AND rd_expense / revenue >= 0.05 AND NOT dishonest AND industry IN (''C39'', ''I65'') AND staff BETWEEN 1 AND 2',
	'{"revenue": 1.8e7, "rd_expense": 899999.5, "industry": "C38", "staff": 5, "dishonest": true}');
SELECT code, new, required, relative FROM nearest('''高新技术企业'' = ANY (honours) AND NOT ''x'' = ANY (honours) AND a > 0.05 AND b IS NOT NULL', '{"honours": ["x", "y"], "a": 0.0499}');
SELECT code, new, required, change FROM nearest('listing_date >= as_of - INTERVAL ''1 year'' AND age_in_months(founded) >= 24', '{"founded": "2025-01-15"}', '2026-11-23');
SELECT code, new, required FROM nearest('industry LIKE ''C39%'' OR score >= 60', '{"industry": "I65", "score": 59.95}');
SELECT code, reason FROM nearest('a > 10 AND a < 5 AND b > 1 AND age_in_months(founded) >= 24 AND as_of < DATE ''2020-01-01'' AND r / s > 0.1',
	'{"a": 7, "founded": "2026-01-15"}', '2026-11-23', '{founded}');
SELECT count(*) AS satisfied FROM nearest('a > 1', '{"a": 2}');
SELECT count(*) AS nothing_given FROM nearest('a > 1', NULL);

-- a row of anybody's table, directly
CREATE TABLE firm AS SELECT i AS id, (i * 1.5)::numeric AS revenue, i % 2 = 0 AS hightech, (ARRAY['C39', 'I65', '2020-01-01', ''])[1 + i % 4] AS industry, DATE '2020-01-01' + i AS founded, ARRAY['p', 'q'] AS honours,
	i::float8 / 3 AS f, CASE WHEN i % 5 > 0 THEN i END AS x, 'AA'::rating AS r, repeat('long ', i)::varchar AS name FROM generate_series(1, 200) AS i;
SELECT c, count(*) FILTER (WHERE matches(c, t, d)), count(*) FILTER (WHERE matches(c, t, d) IS DISTINCT FROM matches(c, profile(t), d)) AS wrong
FROM firm AS t, (VALUES (NULL), (DATE '2022-01-01')) AS v(d), (VALUES ('revenue >= 100'::criteria), ('hightech AND industry = ''C39'''), ('industry IN (''I65'', '''') AND x IS NULL'), ('''p'' = ANY (honours) AND f > 0.3'), ('age_in_months(founded) > 3'),
	('nothing > 1'), ('nothing IS NULL AND r = ''AA'''), ('industry < ''D'' OR name LIKE ''%long long%'''), ('industry = DATE ''2020-01-01''')) AS w(c) GROUP BY c ORDER BY c;
SELECT sum(evaluate('revenue / 3', t)) = sum(revenue / 3) AS evaluated FROM firm AS t;
SELECT matches('f1 >= 1', ROW(1)), matches('a > 1', ROW(1)), matches('a > 1', NULL::firm), matches('a > 1', '{"a": 2}') AS a_literal_is_a_profile;
-- what the criteria does not read may be anything
SELECT matches('a > 1', t) FROM (SELECT 'NaN'::numeric AS b, 2 AS a) AS t;
SELECT matches('a > 1', t) FROM (SELECT 'NaN'::numeric AS a) AS t;
SELECT matches('a > 1', t, 'infinity') FROM (SELECT 1 AS a) AS t;
-- one call site, rows of several types
SELECT matches('a > 1', r) FROM (SELECT ROW(1)::record AS r UNION ALL (SELECT t FROM (SELECT 2 AS a) AS t) UNION ALL (SELECT t FROM (SELECT 'x' AS b, 1.5 AS a) AS t)) AS u;
DROP TABLE firm;
