/*
 * Rules of other benefit systems, said in the same language: what was expected
 * was worked out by hand from the rules as they are published.  Where a system
 * counts by household, a profile is one household.
 */
SET search_path = growth_index, public;
SET client_min_messages = error;
SELECT no_plan();

CREATE TEMP TABLE rule (code text, criteria criteria, award formula);
INSERT INTO rule VALUES
	/* SNAP, 48 states, October 2023: gross income up to 130 %, net up to 100 % of poverty; 30 % of net income is expected; least 23 dollars for one or two */
	('snap', 'size BETWEEN 1 AND 4 AND (elderly OR gross <= CASE size WHEN 1 THEN 1580 WHEN 2 THEN 2137 WHEN 3 THEN 2694 ELSE 3250 END)
		AND greatest(gross - 0.2 * earned - CASE WHEN size <= 3 THEN 198 ELSE 208 END, 0) <= CASE size WHEN 1 THEN 1215 WHEN 2 THEN 1644 WHEN 3 THEN 2072 ELSE 2500 END',
	'greatest(CASE size WHEN 1 THEN 291 WHEN 2 THEN 535 WHEN 3 THEN 766 ELSE 973 END
		- ceil(0.3 * greatest(gross - 0.2 * earned - CASE WHEN size <= 3 THEN 198 ELSE 208 END, 0)), CASE WHEN size <= 2 THEN 23 ELSE 0 END)'),
	/* UK child benefit 2024-25, a week: 25.60 the eldest, 16.95 each other; taken back 1 % for each 200 pounds above 60,000 a year */
	('child_benefit', 'children >= 1 AND resident AND NOT opted_out',
	'(25.60 + 16.95 * (children - 1)) * 52 * (1 - least(greatest(floor((highest_income - 60000) / 200), 0), 100) / 100)'),
	/* UK state pension age check by birth date: 66 for those born from 6 October 1954 to 5 April 1960 */
	('state_pension', 'born BETWEEN DATE ''1954-10-06'' AND DATE ''1960-04-05'' AND age_in_months(born) >= 66 * 12 AND qualifying_years >= 10',
	'least(qualifying_years, 35) / 35 * 221.20'),
	/* US earned income credit 2023, one child, single: phased in at 34 %, most 3,995, phased out at 15.98 % above 21,560 */
	('eitc', 'earned > 0 AND investment_income <= 11000 AND earned < 46560',
	'greatest(least(0.34 * earned, 3995) - 0.1598 * greatest(earned - 21560, 0), 0)'),
	/* Australian R&D tax incentive since July 2021: the company's tax rate (25 % for base rate entities) and, below a turnover of 20 million dollars, 18.5 points;
	   else 8.5 points up to 2 % of all expenses and 16.5 above; what exceeds 150 million has the tax rate alone */
	('au_rd', 'company AND registered AND (rd >= 20000 OR research_provider)',
	'CASE WHEN turnover < 20e6 THEN 0.185 * least(rd, 150e6)
		ELSE 0.085 * least(rd, 150e6, 0.02 * expenses) + 0.165 * greatest(least(rd, 150e6) - 0.02 * expenses, 0) END
		+ CASE WHEN turnover < 50e6 AND passive_share <= 0.8 THEN 0.25 ELSE 0.3 END * rd'),
	/* US SBA 7(a) loan guarantee: 85 % up to 150,000 dollars, 75 % above, 50 % of an express loan; loans up to 5 million, 500,000 express; 3.75 million guaranteed to one borrower */
	('sba_7a', 'for_profit AND in_us AND NOT delinquent AND loan > 0 AND loan <= CASE WHEN express THEN 500000 ELSE 5000000 END
		AND (small_by_industry OR (net_worth <= 15000000 AND average_income <= 5000000)) AND guaranteed < 3750000',
	'least(loan * CASE WHEN express THEN 0.5 WHEN loan <= 150000 THEN 0.85 ELSE 0.75 END, 3750000 - guaranteed)');
CREATE FUNCTION pg_temp.given(rule text, subject profile, as_of date DEFAULT '2024-05-01') RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN m THEN 'award ' || coalesce(round(evaluate_strict(award, subject, as_of), 2)::text, 'unknown') WHEN m IS NULL THEN 'undecided' ELSE 'none' END
	FROM rule, LATERAL (SELECT matches(criteria, subject, as_of) AS m) AS x WHERE code = given.rule
$$;
SELECT is(pg_temp.given(code, subject::profile), want, format('%s %s', code, subject)) FROM (VALUES
	('snap', '{"size": 1, "elderly": false, "gross": 0, "earned": 0}', 'award 291.00'),
	('snap', '{"size": 1, "elderly": false, "gross": 1580, "earned": 1580}', 'award 23.00'),
	('snap', '{"size": 1, "elderly": false, "gross": 1580.01, "earned": 1580.01}', 'none'),
	('snap', '{"size": 1, "elderly": false, "gross": 1413, "earned": 0}', 'award 23.00'),
	('snap', '{"size": 1, "elderly": false, "gross": 1413.01, "earned": 0}', 'none'),
	('snap', '{"size": 3, "elderly": false, "gross": 1200, "earned": 1000}', 'award 525.00'),
	('snap', '{"size": 4, "elderly": true, "gross": 3385, "earned": 3385}', 'award 223.00'),
	('snap', '{"size": 1, "gross": 1700, "earned": 1700}', 'undecided'),
	('snap', '{"size": 1, "gross": 100, "earned": 0}', 'award 291.00'),
	('snap', '{"size": 9, "elderly": false, "gross": 0, "earned": 0}', 'none'),
	('child_benefit', '{"children": 1, "resident": true, "opted_out": false, "highest_income": 60000}', 'award 1331.20'),
	('child_benefit', '{"children": 2, "resident": true, "opted_out": false, "highest_income": 60199}', 'award 2212.60'),
	('child_benefit', '{"children": 2, "resident": true, "opted_out": false, "highest_income": 60200}', 'award 2190.47'),
	('child_benefit', '{"children": 2, "resident": true, "opted_out": false, "highest_income": 80000}', 'award 0.00'),
	('child_benefit', '{"children": 0, "resident": true, "opted_out": false, "highest_income": 1}', 'none'),
	('child_benefit', '{"children": 2, "resident": true, "highest_income": 1}', 'undecided'),
	('child_benefit', '{"children": 2, "resident": true, "opted_out": true}', 'none'),
	('child_benefit', '{"children": 2, "resident": true, "opted_out": false}', 'award unknown'),
	('state_pension', '{"born": "1958-05-01", "qualifying_years": 35}', 'award 221.20'),
	('state_pension', '{"born": "1958-05-02", "qualifying_years": 35}', 'none'),
	('state_pension', '{"born": "1958-05-01", "qualifying_years": 10}', 'award 63.20'),
	('state_pension', '{"born": "1958-05-01", "qualifying_years": 9}', 'none'),
	('state_pension', '{"born": "1954-10-05", "qualifying_years": 40}', 'none'),
	('state_pension', '{"born": "1954-10-06", "qualifying_years": 40}', 'award 221.20'),
	('state_pension', '{"qualifying_years": 40}', 'undecided'),
	('eitc', '{"earned": 10000, "investment_income": 0}', 'award 3400.00'),
	('eitc', '{"earned": 11750, "investment_income": 11000}', 'award 3995.00'),
	('eitc', '{"earned": 21560, "investment_income": 0}', 'award 3995.00'),
	('eitc', '{"earned": 31560, "investment_income": 0}', 'award 2397.00'),
	('eitc', '{"earned": 46560, "investment_income": 0}', 'none'),
	('eitc', '{"earned": 10000, "investment_income": 11000.01}', 'none'),
	('eitc', '{"earned": 0, "investment_income": 0}', 'none'),
	('eitc', '{"earned": 10000}', 'undecided'),
	('au_rd', '{"company": true, "registered": true, "rd": 20000, "research_provider": false, "turnover": 19999999.99, "passive_share": 0.1}', 'award 8700.00'),
	('au_rd', '{"company": true, "registered": true, "rd": 19999.99, "research_provider": false, "turnover": 19999999.99, "passive_share": 0.1}', 'none'),
	('au_rd', '{"company": true, "registered": true, "rd": 19999.99, "research_provider": true, "turnover": 19999999.99, "passive_share": 0.1}', 'award 8700.00'),
	('au_rd', '{"company": true, "registered": true, "rd": 19999.99, "turnover": 19999999.99}', 'undecided'),
	('au_rd', '{"company": true, "registered": true, "rd": 100000, "turnover": 1000000, "passive_share": 0.8}', 'award 43500.00'),
	('au_rd', '{"company": true, "registered": true, "rd": 100000, "turnover": 1000000, "passive_share": 0.8001}', 'award 48500.00'),
	('au_rd', '{"company": true, "registered": true, "rd": 1000000, "turnover": 20000000, "passive_share": 0, "expenses": 50000000}', 'award 335000.00'),
	('au_rd', '{"company": true, "registered": true, "rd": 1000001, "turnover": 20000000, "passive_share": 0, "expenses": 50000000}', 'award 335000.42'),
	('au_rd', '{"company": true, "registered": true, "rd": 3000000, "turnover": 49999999.99, "passive_share": 0, "expenses": 100000000}', 'award 1085000.00'),
	('au_rd', '{"company": true, "registered": true, "rd": 3000000, "turnover": 50000000, "passive_share": 0, "expenses": 100000000}', 'award 1235000.00'),
	('au_rd', '{"company": true, "registered": true, "rd": 150000000, "turnover": 1, "passive_share": 0}', 'award 65250000.00'),
	('au_rd', '{"company": true, "registered": true, "rd": 150000001, "turnover": 1, "passive_share": 0}', 'award 65250000.25'),
	('au_rd', '{"company": true, "registered": true, "rd": 160000000, "turnover": 1e9, "passive_share": 0, "expenses": 1e9}', 'award 71150000.00'),
	('au_rd', '{"company": true, "registered": true, "rd": 160000000, "turnover": 1e10, "passive_share": 0, "expenses": 1e10}', 'award 60750000.00'),
	('au_rd', '{"company": true, "registered": true, "rd": 1000000, "turnover": 20000000, "passive_share": 0}', 'award unknown'),
	('au_rd', '{"company": false, "registered": true, "rd": 1000000}', 'none'),
	('sba_7a', '{"for_profit": true, "in_us": true, "delinquent": false, "express": false, "loan": 150000, "small_by_industry": true, "guaranteed": 0}', 'award 127500.00'),
	('sba_7a', '{"for_profit": true, "in_us": true, "delinquent": false, "express": false, "loan": 150000.01, "small_by_industry": true, "guaranteed": 0}', 'award 112500.01'),
	('sba_7a', '{"for_profit": true, "in_us": true, "delinquent": false, "express": false, "loan": 5000000, "small_by_industry": true, "guaranteed": 0}', 'award 3750000.00'),
	('sba_7a', '{"for_profit": true, "in_us": true, "delinquent": false, "express": false, "loan": 5000000.01, "small_by_industry": true, "guaranteed": 0}', 'none'),
	('sba_7a', '{"for_profit": true, "in_us": true, "delinquent": false, "express": false, "loan": 0, "small_by_industry": true, "guaranteed": 0}', 'none'),
	('sba_7a', '{"for_profit": true, "in_us": true, "delinquent": false, "express": true, "loan": 500000, "small_by_industry": true, "guaranteed": 0}', 'award 250000.00'),
	('sba_7a', '{"for_profit": true, "in_us": true, "delinquent": false, "express": true, "loan": 500000.01, "small_by_industry": true, "guaranteed": 0}', 'none'),
	('sba_7a', '{"for_profit": true, "in_us": true, "delinquent": false, "express": false, "loan": 100000, "small_by_industry": true, "guaranteed": 3700000}', 'award 50000.00'),
	('sba_7a', '{"for_profit": true, "in_us": true, "delinquent": false, "express": false, "loan": 100000, "small_by_industry": true, "guaranteed": 3750000}', 'none'),
	('sba_7a', '{"for_profit": true, "in_us": true, "delinquent": false, "express": false, "loan": 100000, "small_by_industry": false, "net_worth": 15000000, "average_income": 5000000, "guaranteed": 0}', 'award 85000.00'),
	('sba_7a', '{"for_profit": true, "in_us": true, "delinquent": false, "express": false, "loan": 100000, "small_by_industry": false, "net_worth": 15000000.01, "average_income": 5000000, "guaranteed": 0}', 'none'),
	('sba_7a', '{"for_profit": true, "in_us": true, "delinquent": false, "express": false, "loan": 100000, "net_worth": 15000000.01, "guaranteed": 0}', 'undecided'),
	('sba_7a', '{"for_profit": true, "in_us": true, "delinquent": false, "express": false, "loan": 100000, "small_by_industry": true}', 'undecided'),
	('sba_7a', '{"for_profit": true, "in_us": true, "delinquent": true, "loan": 100000}', 'none')) AS t(code, subject, want);
/* the set says what each rule alone says */
SELECT is((SELECT array_agg(key || CASE WHEN eligible THEN '' ELSE ' perhaps' END ORDER BY key) FROM policy_set_match('SELECT code, criteria FROM pg_temp.rule', NULL,
	'{"size": 1, "elderly": false, "gross": 100, "earned": 100, "investment_income": 0, "children": 0, "resident": true, "opted_out": false, "born": "1990-01-01", "qualifying_years": 5}', DATE '2024-05-01')),
	'{au_rd perhaps,eitc,sba_7a perhaps,snap}', 'who has what');

/* for one policy an index on a computed indicator serves, the criteria decide */
CREATE TABLE household AS
SELECT i AS id, profile(jsonb_build_object('gross', i % 5000, 'earned', 0, 'size', 1, 'elderly', false)) AS profile FROM generate_series(1, 20000) AS i;
CREATE INDEX household_gross ON household (evaluate('gross', profile, NULL));
ANALYZE household;
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		plan := plan || line || E'\n';
	END LOOP;
	RETURN plan;
END $$;
SELECT matches(pg_temp.plan_of($$SELECT id FROM household WHERE evaluate('gross', profile, NULL) <= 20 AND profile @@ 'gross <= 20 AND NOT elderly'$$), 'Index.*household_gross', 'the index is used');
SELECT is((SELECT count(*) FROM household WHERE evaluate('gross', profile, NULL) <= 20 AND profile @@ 'gross <= 20 AND NOT elderly'),
	(SELECT count(*) FROM household WHERE profile @@ 'gross <= 20 AND NOT elderly'), 'and changes nothing');
SELECT * FROM finish();
