/*
 * The example policies at their edges: just in, just out, missing, capped, out
 * of window.  What is expected was worked out from the text of the rules.
 */
SET search_path = growth_index, public;
SET client_min_messages = error;
SELECT no_plan();
\o /dev/null
\i examples/policies/policies.sql
\i examples/policies/policies.sql
\o
SELECT is((SELECT max(version) FROM policy), 1, 'run again it changes nothing');

CREATE TEMP TABLE edge (code text, n serial, profile jsonb, as_of date, decision text, amount numeric);
CREATE FUNCTION pg_temp.edges(code text, cases jsonb, as_of date DEFAULT '2022-06-01') RETURNS void LANGUAGE sql AS $$
	/* each case: [profile, amount], [profile, "undecided"] or [profile, "none"], and a date of its own if need be */
	INSERT INTO edge (code, profile, as_of, decision, amount)
	SELECT code, c -> 0, coalesce((c ->> 2)::date, as_of), CASE jsonb_typeof(c -> 1) WHEN 'number' THEN 'eligible' ELSE c ->> 1 END,
		CASE jsonb_typeof(c -> 1) WHEN 'number' THEN (c ->> 1)::numeric END
	FROM jsonb_array_elements(cases) AS c
$$;
\o /dev/null
SELECT pg_temp.edges('patent_grants', '[[{"invention_grants": 1, "dishonest": false, "registered_zone": "ZZHT"}, 2500], [{"invention_grants": 0, "dishonest": false, "registered_zone": "ZZHT"}, "none"],
	[{"invention_grants": 400, "dishonest": false, "registered_zone": "ZZHT"}, 1000000], [{"invention_grants": 401, "dishonest": false, "registered_zone": "ZZHT"}, 1000000], [{"invention_grants": 399, "dishonest": false, "registered_zone": "ZZHT"}, 997500],
	[{"invention_grants": 3, "dishonest": true, "registered_zone": "ZZHT"}, "none"], [{"invention_grants": 3, "registered_zone": "ZZHT"}, "undecided"], [{"invention_grants": 3, "dishonest": false, "registered_zone": "ZZ"}, "none"], [{"dishonest": false, "registered_zone": "ZZHT"}, "undecided"]]');
SELECT pg_temp.edges('listing', '[[{"listed": true, "listing_date": "2021-06-01", "board": "main"}, 5000000], [{"listed": true, "listing_date": "2021-05-31", "board": "main"}, "none"], [{"listed": true, "listing_date": "2022-05-31", "board": "star"}, 5000000],
	[{"listed": true, "listing_date": "2022-01-01", "board": "chinext"}, 3000000], [{"listed": true, "listing_date": "2022-01-01", "board": "hk"}, 1000000], [{"listed": true, "listing_date": "2022-01-01"}, 1000000], [{"listed": false, "listing_date": "2022-01-01", "board": "main"}, "none"],
	[{"listed": true, "board": "main"}, "undecided"], [{"listing_date": "2022-01-01", "board": "main"}, "undecided"]]');
SELECT pg_temp.edges('neeq', '[[{"neeq_listed": true, "neeq_date": "2021-06-01", "neeq_layer": "innovation"}, 800000], [{"neeq_listed": true, "neeq_date": "2021-05-31", "neeq_layer": "innovation"}, "none"], [{"neeq_listed": true, "neeq_date": "2022-01-01", "neeq_layer": "base"}, 500000],
	[{"neeq_listed": true, "neeq_date": "2022-01-01"}, 500000], [{"neeq_listed": false, "neeq_date": "2022-01-01"}, "none"], [{"neeq_date": "2022-01-01"}, "undecided"], [{"neeq_listed": true}, "undecided"], [{"neeq_listed": false}, "none"]]');
SELECT pg_temp.edges('refinancing', '[[{"listed": true, "refinanced": 0.01}, 0], [{"listed": true, "refinanced": 0}, "none"], [{"listed": true, "refinanced": 200000000}, 1000000], [{"listed": true, "refinanced": 200000001}, 1000000], [{"listed": true, "refinanced": 199999999}, 999999.995e0],
	[{"listed": true, "refinanced": 1}, 0.01], [{"listed": false, "refinanced": 5}, "none"], [{"refinanced": 5}, "undecided"], [{"listed": true}, "undecided"]]');
SELECT pg_temp.edges('high_growth', '[[{"revenue": 26000000, "revenue_prior": 20000000, "rd_expense": 780000}, 100000], [{"revenue": 26000000, "revenue_prior": 20000001, "rd_expense": 780000}, "none"], [{"revenue": 26000000, "revenue_prior": 20000000, "rd_expense": 779999}, "none"],
	[{"revenue": 30000000, "revenue_prior": 20000000, "rd_expense": 900000}, 300000], [{"revenue": 29999999, "revenue_prior": 20000000, "rd_expense": 900000}, 100000], [{"revenue": 40000000, "revenue_prior": 20000000, "rd_expense": 1200000}, 500000], [{"revenue": 20000000, "revenue_prior": 15000000, "rd_expense": 600000}, 100000],
	[{"revenue": 19999999, "revenue_prior": 10000000, "rd_expense": 600000}, "none"], [{"revenue": 26000000, "revenue_prior": 0, "rd_expense": 780000}, "undecided"], [{"revenue": 26000000, "rd_expense": 780000}, "undecided"]]');
SELECT pg_temp.edges('rd_subsidy', '[[{"rd_expense": 1000001, "rd_expense_prior": 1000000, "honours": ["高新技术企业"], "dishonest": false}, 0.1], [{"rd_expense": 1000000, "rd_expense_prior": 1000000, "honours": ["高新技术企业"], "dishonest": false}, "none"],
	[{"rd_expense": 6000000, "rd_expense_prior": 1000000, "honours": ["高新技术企业"], "dishonest": false}, 500000], [{"rd_expense": 6000010, "rd_expense_prior": 1000000, "honours": ["高新技术企业"], "dishonest": false}, 500000], [{"rd_expense": 5999990, "rd_expense_prior": 1000000, "honours": ["高新技术企业"], "dishonest": false}, 499999],
	[{"rd_expense": 2000000, "rd_expense_prior": 1000000, "honours": ["小巨人"], "dishonest": false}, "none"], [{"rd_expense": 2000000, "rd_expense_prior": 1000000, "dishonest": false}, "undecided"], [{"rd_expense": 2000000, "rd_expense_prior": 1000000, "honours": ["高新技术企业"], "dishonest": true}, "none"],
	[{"rd_expense": 2000000, "honours": ["高新技术企业"], "dishonest": false}, "undecided"]]');
SELECT pg_temp.edges('talent_subsidy', '[[{"postgraduates_hired": 1, "insured_staff": 1}, 10000], [{"postgraduates_hired": 0, "insured_staff": 1}, "none"], [{"postgraduates_hired": 2, "insured_staff": 1}, "none"], [{"postgraduates_hired": 20, "insured_staff": 20}, 200000],
	[{"postgraduates_hired": 21, "insured_staff": 50}, 200000], [{"postgraduates_hired": 19, "insured_staff": 50}, 190000], [{"insured_staff": 50}, "undecided"], [{"postgraduates_hired": 1}, "undecided"]]');
SELECT pg_temp.edges('ip_loan_interest', '[[{"ip_loan_interest_paid": 0.1}, 0.03], [{"ip_loan_interest_paid": 0}, "none"], [{"ip_loan_interest_paid": 333333.33}, 100000], [{"ip_loan_interest_paid": 333333.3}, 99999.99], [{"ip_loan_interest_paid": 333334}, 100000], [{"ip_loan_interest_paid": -1}, "none"],
	[{}, "undecided"], [{"ip_loan_interest_paid": 100000}, 30000]]');
SELECT pg_temp.edges('technology_branch', '[[{"technology_branches_founded": 1}, 200000], [{"technology_branches_founded": 0}, "none"], [{"technology_branches_founded": 2}, 400000], [{"technology_branches_founded": 10}, 2000000], [{}, "undecided"], [{"technology_branches_founded": "one"}, "undecided"],
	[{"technology_branches_founded": 0.5}, "none"], [{"technology_branches_founded": 3}, 600000]]');
SELECT pg_temp.edges('venture_holding', '[[{"invested": 1000000, "invested_on": "2020-06-01", "angel_stage": false}, 20000], [{"invested": 1000000, "invested_on": "2020-06-02", "angel_stage": false}, "none"], [{"invested": 1000000, "invested_on": "2020-05-01", "angel_stage": true}, 30000], [{"invested": 50000000, "invested_on": "2020-05-01", "angel_stage": false}, 1000000],
	[{"invested": 50000050, "invested_on": "2020-05-01", "angel_stage": false}, 1000000], [{"invested": 33333333, "invested_on": "2020-05-01", "angel_stage": true}, 999999.99], [{"invested": 0, "invested_on": "2020-05-01", "angel_stage": false}, "none"], [{"invested": 1000000, "invested_on": "2020-05-01"}, 20000], [{"invested": 1000000, "angel_stage": true}, "undecided"]]');
SELECT pg_temp.edges('listing_2020', '[[{"listed": true, "listing_date": "2020-01-01"}, 6000000], [{"listed": true, "listing_date": "2019-12-31"}, "none"], [{"listed": false, "listing_date": "2021-01-01"}, "none"], [{"listed": true}, "undecided"], [{"listing_date": "2021-01-01"}, "undecided"],
	[{"listed": true, "listing_date": "2021-01-01"}, 6000000, "2022-12-31"], [{"listed": true, "listing_date": "2021-01-01"}, "none", "2023-01-01"], [{"listed": true, "listing_date": "2020-01-01"}, 6000000, "2020-01-01"], [{"listed": true, "listing_date": "2020-01-01"}, "none", "2019-12-31"]]');
SELECT pg_temp.edges('neeq_2020', '[[{"neeq_layer": "base", "joint_stock_on": "2020-01-01"}, 1000000], [{"neeq_layer": "innovation", "joint_stock_on": "2020-01-01"}, 2000000], [{"neeq_layer": "select", "joint_stock_on": "2020-01-01"}, 4000000], [{"neeq_layer": "select", "joint_stock_on": "2019-12-31"}, "none"], [{"neeq_layer": "other", "joint_stock_on": "2020-01-01"}, "none"],
	[{"joint_stock_on": "2020-01-01"}, "undecided"], [{"neeq_layer": "base"}, "undecided"], [{"neeq_layer": "base", "joint_stock_on": "2020-01-01"}, "none", "2023-01-01"]]');
SELECT pg_temp.edges('refinancing_2020', '[[{"refinanced": 1000000, "refinanced_invested": 1000000, "refinanced_on": "2020-06-01"}, 10000], [{"refinanced": 1000000, "refinanced_invested": 1000000, "refinanced_on": "2020-05-31"}, "none"], [{"refinanced": 1000000, "refinanced_invested": 400000, "refinanced_on": "2021-06-01"}, 4000], [{"refinanced": 1000000, "refinanced_invested": 2000000, "refinanced_on": "2021-06-01"}, 10000],
	[{"refinanced": 100000000, "refinanced_invested": 100000000, "refinanced_on": "2021-06-01"}, 1000000], [{"refinanced": 100000100, "refinanced_invested": 100000100, "refinanced_on": "2021-06-01"}, 1000000], [{"refinanced": 1000000, "refinanced_invested": 0, "refinanced_on": "2021-06-01"}, "none"], [{"refinanced": 1000000, "refinanced_on": "2021-06-01"}, "undecided"], [{"refinanced": 1000000, "refinanced_invested": 5}, "undecided"]]');
SELECT pg_temp.edges('equity_2020', '[[{"equity_raised": 1}, 0.03], [{"equity_raised": 0}, "none"], [{"equity_raised": 33333333}, 999999.99], [{"equity_raised": 33333334}, 1000000], [{"equity_raised": 10000000}, 300000], [{}, "undecided"], [{"equity_raised": 1}, "none", "2023-01-01"], [{"equity_raised": -5}, "none"]]');
SELECT pg_temp.edges('gazelle_2019', '[[{"growth_class": "potential gazelle"}, 500000], [{"growth_class": "gazelle"}, 800000], [{"growth_class": "seed unicorn"}, 1500000], [{"growth_class": "quasi unicorn"}, 3000000], [{"growth_class": "unicorn"}, 5000000], [{"growth_class": "Gazelle"}, "none"], [{"growth_class": ""}, "none"], [{}, "undecided"]]');
SELECT pg_temp.edges('gazelle_alternatives', '[[{"revenue_base": 10000000, "revenue": 17280000, "revenue_prior": 17000000, "founded": "2000-01-01"}, 0], [{"revenue_base": 10000000, "revenue": 17279999, "revenue_prior": 17000000, "founded": "2000-01-01"}, "none"], [{"revenue_base": 9999999, "revenue": 17280000, "revenue_prior": 17000000, "founded": "2000-01-01"}, "none"],
	[{"revenue_base": 10000000, "revenue": 17280000, "revenue_prior": 17280000, "founded": "2000-01-01"}, "none"], [{"revenue_base": 400000000, "revenue": 500000000, "revenue_prior": 600000000, "founded": "2017-06-01"}, 0], [{"revenue_base": 400000000, "revenue": 500000000, "revenue_prior": 600000000, "founded": "2017-04-30"}, "none"],
	[{"revenue_base": 900000000, "revenue": 1000000000, "revenue_prior": 2000000000, "founded": "2012-06-01"}, 0], [{"revenue_base": 900000000, "revenue": 1000000000, "revenue_prior": 2000000000, "founded": "2012-04-30"}, "none"], [{"revenue": 500000000, "founded": "2020-01-01"}, 0], [{"revenue": 17280000, "founded": "2000-01-01"}, "undecided"]]');
SELECT pg_temp.edges('fixed_assets', '[[{"project_fixed_assets": 30000000}, 1500000], [{"project_fixed_assets": 29999999.99}, "none"], [{"project_fixed_assets": 200000000}, 10000000], [{"project_fixed_assets": 200000020}, 10000000], [{"project_fixed_assets": 199999980}, 9999999], [{}, "undecided"], [{"project_fixed_assets": true}, "undecided"], [{"project_fixed_assets": 100000000}, 5000000]]');
SELECT pg_temp.edges('venture_investment', '[[{"new_investment": 5000000}, 100000], [{"new_investment": 4999999}, "none"], [{"new_investment": 7999999}, 100000], [{"new_investment": 8000000}, 150000], [{"new_investment": 11000000}, 200000], [{"new_investment": 59000000}, 1000000], [{"new_investment": 58999999}, 950000], [{"new_investment": 500000000}, 1000000], [{}, "undecided"]]');
SELECT pg_temp.edges('zone_support', jsonb_agg(jsonb_build_array(jsonb_strip_nulls('{"registered_in_zone": true, "taxed_in_zone": true, "counted_in_zone": true, "major_accident": false, "labour_dispute": false, "dishonest": false, "severe_penalty": false, "revenue": 1, "tax_paid": 0.01, "insured_staff": 1, "restricted_class": false, "individual_agreement": false}'::jsonb || change), expected)))
	FROM (VALUES ('{}'::jsonb, '0'::jsonb), ('{"counted_in_zone": false}', '"none"'), ('{"taxed_in_zone": null}', '"undecided"'), ('{"major_accident": true}', '"none"'), ('{"labour_dispute": null}', '"undecided"'), ('{"labour_dispute": null, "severe_penalty": true}', '"none"'),
		('{"revenue": 0}', '"none"'), ('{"insured_staff": 0}', '"none"'), ('{"individual_agreement": true}', '"none"')) AS c(change, expected);
SELECT pg_temp.edges('zone_support', '[[{"registered_in_zone": true, "taxed_in_zone": true, "counted_in_zone": true, "major_accident": false, "labour_dispute": false, "dishonest": false, "severe_penalty": false, "revenue": 1, "tax_paid": 1, "insured_staff": 1, "restricted_class": false, "individual_agreement": false}, "none", "2022-01-31"]]');
SELECT pg_temp.edges('revenue_step_1', '[[{"revenue": 10000000}, 100000], [{"revenue": 9999999.99}, "none"], [{"revenue": 15000000, "revenue_most_before": 9999999}, 100000], [{"revenue": 15000000, "revenue_most_before": 10000000}, "none"], [{}, "undecided"], [{"revenue_most_before": 20000000}, "none"], [{"revenue": 1e12}, 100000], [{"revenue": 0}, "none"]]');
SELECT pg_temp.edges('revenue_step_2', '[[{"revenue": 20000000}, 200000], [{"revenue": 19999999.99}, "none"], [{"revenue": 20000000, "revenue_most_before": 19999999}, 200000], [{"revenue": 20000001, "revenue_most_before": 20000000}, "none"], [{"revenue": 1e12}, 200000], [{}, "undecided"], [{"revenue_most_before": 20000000}, "none"], [{"revenue": true}, "undecided"]]');
SELECT pg_temp.edges('revenue_step_3', '[[{"revenue": 50000000}, 500000], [{"revenue": 49999999.99}, "none"], [{"revenue": 50000000, "revenue_most_before": 49999999}, 500000], [{"revenue": 50000001, "revenue_most_before": 50000000}, "none"], [{"revenue": 1e12}, 500000], [{}, "undecided"], [{"revenue_most_before": 50000000}, "none"], [{"revenue": true}, "undecided"]]');
SELECT pg_temp.edges('revenue_step_4', '[[{"revenue": 100000000}, 1000000], [{"revenue": 99999999}, "none"], [{"revenue": 100000000, "revenue_most_before": 99999999}, 1000000], [{"revenue": 100000000, "revenue_most_before": 100000000}, "none"], [{"revenue": 300000000, "revenue_most_before": 0}, 1000000], [{}, "undecided"], [{"revenue_most_before": 100000001}, "none"], [{"revenue": "much"}, "undecided"]]');

CREATE TEMP TABLE product_edge (code text, n serial, profile jsonb, decision text, amount numeric);
INSERT INTO product_edge (code, profile, decision, amount) VALUES
	('technology_loan', '{"score": 55, "invention_applications": 1}', 'eligible', 1200000), ('technology_loan', '{"score": 54.99, "invention_applications": 1}', NULL, NULL), ('technology_loan', '{"score": 55, "invention_applications": 0}', NULL, NULL), ('technology_loan', '{"score": 100, "invention_applications": 9}', 'eligible', 2100000),
	('technology_loan', '{"invention_applications": 9}', 'undecided', NULL), ('technology_loan', '{"score": 60}', 'undecided', 1300000), ('technology_loan', '{"score": 10}', NULL, NULL), ('technology_loan', '{"score": 145, "invention_applications": 1}', 'eligible', 3000000),
	('subsidy_loan', '{"subsidy_due": 0.01}', 'eligible', 0.01), ('subsidy_loan', '{"subsidy_due": 0}', NULL, NULL), ('subsidy_loan', '{"subsidy_due": 2857142.85}', 'eligible', 2000000), ('subsidy_loan', '{"subsidy_due": 2857142}', 'eligible', 1999999.4), ('subsidy_loan', '{"subsidy_due": 3000000}', 'eligible', 2000000), ('subsidy_loan', '{}', 'undecided', NULL), ('subsidy_loan', '{"subsidy_due": -1}', NULL, NULL), ('subsidy_loan', '{"subsidy_due": 100}', 'eligible', 70),
	('hightech_loan', '{"honours": ["高新技术企业"], "founded": "2020-06-01", "score": 60, "revenue": 1000}', 'eligible', 100), ('hightech_loan', '{"honours": ["高新技术企业"], "founded": "2020-06-02", "score": 60, "revenue": 1000}', NULL, NULL), ('hightech_loan', '{"honours": ["高新技术企业"], "founded": "2010-06-01", "score": 59.99, "revenue": 1000}', NULL, NULL), ('hightech_loan', '{"honours": [], "founded": "2010-06-01", "score": 60, "revenue": 1000}', NULL, NULL),
	('hightech_loan', '{"honours": ["高新技术企业"], "founded": "2010-06-01", "score": 60, "revenue": 50000000}', 'eligible', 5000000), ('hightech_loan', '{"honours": ["高新技术企业"], "founded": "2010-06-01", "score": 60, "revenue": 50000001}', 'eligible', 5000000), ('hightech_loan', '{"honours": ["高新技术企业"], "founded": "2010-06-01", "score": 60}', 'undecided', NULL), ('hightech_loan', '{"founded": "2010-06-01", "score": 60, "revenue": 10}', 'undecided', 1),
	('support_loan', '{"revenue": 20000000, "rd_expense": 1000000, "score": 70}', 'eligible', 3000000), ('support_loan', '{"revenue": 19999999, "rd_expense": 1000000, "score": 70}', NULL, NULL), ('support_loan', '{"revenue": 20000000, "rd_expense": 999999, "score": 70}', NULL, NULL), ('support_loan', '{"revenue": 20000000, "rd_expense": 1000000, "score": 69.99}', NULL, NULL), ('support_loan', '{"revenue": 400000000, "rd_expense": 20000000, "score": 70}', 'eligible', 20000000), ('support_loan', '{"revenue": 400000001, "rd_expense": 30000000, "score": 70}', NULL, NULL), ('support_loan', '{"revenue": 133333334, "rd_expense": 30000000, "score": 70}', 'eligible', 20000000), ('support_loan', '{"revenue": 20000000, "score": 70}', 'undecided', 3000000);
\o
CREATE TEMP VIEW came AS
SELECT e.*, coalesce(m.decision, 'none') AS got, m.award FROM edge AS e LEFT JOIN LATERAL match_policies(e.profile::profile, e.as_of) AS m ON m.policy = e.code
UNION ALL
SELECT e.code, e.n, e.profile, '2022-06-01', coalesce(e.decision, 'none'), e.amount, coalesce(m.decision, 'none'), m.credit FROM product_edge AS e LEFT JOIN LATERAL match_products(e.profile::profile, '2022-06-01') AS m ON m.product = e.code;
SELECT is((SELECT count(*) FROM came WHERE code = p.code AND (decision <> got OR (decision = 'eligible' AND round(amount, 2) IS DISTINCT FROM award))), 0::bigint, format('%s: %s cases', p.code, p.cases))
FROM (SELECT code, count(*) AS cases FROM came GROUP BY code) AS p ORDER BY 1;
SELECT diag(format('%s of %s: %s %s, not %s %s', c.code, c.profile, c.got, c.award, c.decision, c.amount)) FROM came AS c WHERE decision <> got OR (decision = 'eligible' AND round(amount, 2) IS DISTINCT FROM award);
SELECT is((SELECT count(*) FROM (SELECT code FROM policy UNION ALL SELECT code FROM product) AS p WHERE (SELECT count(*) FROM came WHERE came.code = p.code) < 8), 0::bigint, 'eight cases each at least');
SELECT is_empty('SELECT p.code, f.* FROM policy AS p, tier_faults(p.criteria, p.award) AS f', 'their tiers have no gaps and no overlaps');

/* stacked: of listing and NEEQ the higher one alone; what stands in no group stands beside it */
INSERT INTO budget (code, amount) SELECT DISTINCT budget_code, 1e9 FROM policy WHERE budget_code IS NOT NULL ON CONFLICT DO NOTHING;
CREATE TEMP TABLE firm AS SELECT n, growth_index.credit_code_complete('91410100MD' || lpad(n::text, 7, '0')) AS code FROM generate_series(1, 3) AS n;
INSERT INTO enterprise (credit_code, name, registered_zone) SELECT code, 'firm ' || n, 'ZZHT' FROM firm;
\o /dev/null
INSERT INTO observation (credit_code, indicator, value, period_end)
SELECT f.code, v.indicator, v.value, current_date - 10 FROM firm AS f JOIN (VALUES
	(1, 'listed', 'true'::jsonb), (1, 'listing_date', to_jsonb(current_date - 100)), (1, 'board', '"main"'), (1, 'neeq_listed', 'true'), (1, 'neeq_date', to_jsonb(current_date - 100)), (1, 'neeq_layer', '"innovation"'), (1, 'invention_grants', '2'), (1, 'dishonest', 'false'),
	(2, 'listed', 'false'), (2, 'neeq_listed', 'true'), (2, 'neeq_date', to_jsonb(current_date - 100)), (2, 'neeq_layer', '"innovation"'),
	(3, 'listed', 'true'), (3, 'listing_date', to_jsonb(current_date - 100)), (3, 'board', '"main"')) AS v(n, indicator, value) USING (n);
SELECT refresh_enterprise(code) FROM firm;
SELECT propose_entitlements();
\o
SELECT results_eq($$SELECT f.n, e.policy, e.award FROM entitlement AS e JOIN firm AS f ON f.code OPERATOR(growth_index.=) e.credit_code
		WHERE e.policy IN ('listing', 'neeq', 'patent_grants') AND growth_index.standing(e.state) > 0 ORDER BY 1, 2$$,
	$$VALUES (1, 'listing', 5000000::numeric), (1, 'patent_grants', 5000), (2, 'neeq', 800000), (3, 'listing', 5000000)$$, 'stacked: the higher of the two');
SELECT * FROM finish();
