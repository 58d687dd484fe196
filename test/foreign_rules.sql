/*
 * Rules of other countries' benefits as policies: nothing in the engine knows
 * an enterprise.  SNAP (United States, fiscal year 2024, 48 states), the earned
 * income tax credit (tax year 2024) and Universal Credit (Great Britain,
 * 2025-26).  Expected figures are those that the offices publish or that were
 * worked out on paper from the regulations; random households are held against
 * the regulations written out step by step in PL/pgSQL.
 */
SET search_path = growth_index, public;
SET client_min_messages = error;
SELECT no_plan();

INSERT INTO indicator (code, data_type)
SELECT c, 'number' FROM unnest('{people, earned, unearned, dependent_care, medical, shelter, resources,
	children, agi, investment_income, age, capital, rent, children_before_2017, disabled_children}'::text[]) AS c
UNION ALL SELECT c, 'boolean' FROM unnest('{elderly_or_disabled, categorical, joint, couple, student, limited_capability, carer}'::text[]) AS c
UNION ALL SELECT 'residence', 'text';

/* ---- SNAP: 7 CFR 273.9 and 273.10, figures from October 2023 to September 2024 ---- */
\set snap_gross '(earned + unearned)'
\set snap_standard '(CASE WHEN people <= 3 THEN 198 WHEN people = 4 THEN 208 WHEN people = 5 THEN 244 ELSE 279 END)'
\set snap_medical '(CASE WHEN elderly_or_disabled THEN greatest(medical - 35, 0) ELSE 0 END)'
\set snap_before_shelter '(earned * 0.8 + unearned - ':snap_standard' - ':snap_medical' - dependent_care)'
SELECT format('greatest(%s, 0)', :'snap_before_shelter') AS snap_counted \gset
SELECT format('(CASE WHEN elderly_or_disabled THEN greatest(shelter - %s / 2, 0) ELSE least(greatest(shelter - %s / 2, 0), 672) END)', :'snap_counted', :'snap_counted') AS snap_shelter \gset
SELECT format('greatest(%s - %s, 0)', :'snap_counted', :'snap_shelter') AS snap_net \gset
\set snap_most '(CASE people WHEN 1 THEN 291 WHEN 2 THEN 535 WHEN 3 THEN 766 WHEN 4 THEN 973 WHEN 5 THEN 1155 WHEN 6 THEN 1386 WHEN 7 THEN 1532 ELSE 1751 + (people - 8) * 219 END)'
SELECT format('greatest(%s - ceil(0.3 * %s), CASE WHEN people <= 2 THEN 23 ELSE 0 END)', :'snap_most', :'snap_net') AS snap_award \gset
SELECT format($f$people >= 1
	AND (elderly_or_disabled OR categorical OR %s <= CASE people WHEN 1 THEN 1580 WHEN 2 THEN 2137 WHEN 3 THEN 2694 WHEN 4 THEN 3250 WHEN 5 THEN 3807 WHEN 6 THEN 4364 WHEN 7 THEN 4921 ELSE 5478 + (people - 8) * 557 END)
	AND (categorical OR %s <= CASE people WHEN 1 THEN 1215 WHEN 2 THEN 1644 WHEN 3 THEN 2072 WHEN 4 THEN 2500 WHEN 5 THEN 2929 WHEN 6 THEN 3357 WHEN 7 THEN 3785 ELSE 4214 + (people - 8) * 429 END)
	AND (categorical OR resources <= CASE WHEN elderly_or_disabled THEN 4250 ELSE 2750 END)
	AND %s > 0$f$, :'snap_gross', :'snap_net', :'snap_award') AS snap_criteria \gset
SELECT add_policy('snap', :'snap_criteria', :'snap_award', title_en => 'Supplemental Nutrition Assistance Program', legal_source => '7 CFR 273.9, 273.10; cost of living adjustments of fiscal year 2024',
	valid_from => '2023-10-01', valid_to => '2024-09-30') \g /dev/null

/* ---- earned income tax credit: 26 USC 32, figures of Rev. Proc. 2023-34 ---- */
\set eitc_rate '(CASE children WHEN 0 THEN 0.0765 WHEN 1 THEN 0.34 WHEN 2 THEN 0.4 ELSE 0.45 END)'
\set eitc_out '(CASE children WHEN 0 THEN 0.0765 WHEN 1 THEN 0.1598 ELSE 0.2106 END)'
\set eitc_most '(CASE children WHEN 0 THEN 632 WHEN 1 THEN 4213 WHEN 2 THEN 6960 ELSE 7830 END)'
\set eitc_from '(CASE WHEN children = 0 THEN 10330 ELSE 22720 END + CASE WHEN joint THEN 6920 ELSE 0 END)'
SELECT format('(least(earned * %s, %s) - %s * greatest(greatest(earned, agi) - %s, 0))', :'eitc_rate', :'eitc_most', :'eitc_out', :'eitc_from') AS eitc_award \gset
SELECT add_policy('eitc', format('earned > 0 AND investment_income <= 11600 AND (children >= 1 OR age BETWEEN 25 AND 64) AND %s > 0', :'eitc_award')::criteria, :'eitc_award',
	title_en => 'Earned income tax credit', legal_source => '26 USC 32; Rev. Proc. 2023-34', valid_from => '2024-01-01', valid_to => '2024-12-31') \g /dev/null

/* ---- Universal Credit: SI 2013/376, monthly rates of 2025-26 ---- */
\set uc_standard '(CASE WHEN couple THEN CASE WHEN age < 25 THEN 497.55 ELSE 628.10 END ELSE CASE WHEN age < 25 THEN 316.98 ELSE 400.14 END END)'
\set uc_children '(CASE WHEN children = 0 THEN 0 ELSE CASE WHEN children_before_2017 >= 1 THEN 339.00 ELSE 292.81 END + 292.81 * (greatest(least(children, 2), children_before_2017) - 1) END)'
\set uc_needs '(CASE WHEN limited_capability THEN 423.27 WHEN carer THEN 201.68 ELSE 0 END)'
\set uc_allowance '(CASE WHEN children = 0 AND NOT limited_capability THEN 0 WHEN rent > 0 THEN 411 ELSE 684 END)'
\set uc_tariff '(4.35 * ceil(greatest(capital - 6000, 0) / 250))'
SELECT format('(%s + %s + disabled_children * 158.76 + %s + rent - 0.55 * greatest(earned - %s, 0) - unearned - %s)', :'uc_standard', :'uc_children', :'uc_needs', :'uc_allowance', :'uc_tariff') AS uc_award \gset
SELECT add_policy('universal_credit', format('residence IN (''England'', ''Wales'', ''Scotland'') AND age >= 18 AND age < 66 AND NOT student AND capital <= 16000 AND %s >= 0.01', :'uc_award')::criteria, :'uc_award',
	title_en => 'Universal Credit', legal_source => 'SI 2013/376; benefit rates 2025 to 2026', valid_from => '2025-04-07', valid_to => '2026-04-05') \g /dev/null

SELECT is((SELECT count(*) FROM policy WHERE active AND can_hold(criteria)), 3::bigint, 'three foreign rules are entered');

/* ---- at their edges: what is known changes the household before it ---- */
CREATE TEMP TABLE household (policy text, known jsonb, decision text, award numeric, missing text[], why text, as_of date);
CREATE FUNCTION pg_temp.households(policy text, as_of date, base jsonb, cases jsonb) RETURNS void LANGUAGE sql AS $$
	/* each case: [changes, award | "none" | [what is missing], why]; a change to null makes unknown */
	INSERT INTO household
	SELECT policy, jsonb_strip_nulls(base || (c -> 0)),
		CASE jsonb_typeof(c -> 1) WHEN 'number' THEN 'eligible' WHEN 'string' THEN 'none' ELSE 'undecided' END,
		CASE jsonb_typeof(c -> 1) WHEN 'number' THEN (c ->> 1)::numeric END,
		CASE jsonb_typeof(c -> 1) WHEN 'array' THEN ARRAY(SELECT jsonb_array_elements_text(c -> 1)) END, c ->> 2, coalesce((c ->> 3)::date, as_of)
	FROM jsonb_array_elements(cases) AS c
$$;
\o /dev/null
SELECT pg_temp.households('snap', '2024-03-01', '{"people": 4, "earned": 0, "unearned": 0, "dependent_care": 0, "medical": 0, "shelter": 0, "resources": 0, "elderly_or_disabled": false, "categorical": false}', '[
	[{}, 973, "no income: the greatest allotment of four"],
	[{"earned": 3250}, 255, "gross just within: 2600 - 208 = 2392, of which 718 are expected"],
	[{"earned": 3250.01}, "none", "gross just beyond"],
	[{"earned": 3250.01, "categorical": true}, 255, "who gets cash aid passes the tests of income: 2392.008 x 0.3 = 717.6"],
	[{"earned": 1500, "unearned": 550, "dependent_care": 361, "shelter": 700}, 651, "1200 + 550 - 208 - 361 = 1181; 700 - 590.5 = 109.5; of 1071.5 322 are expected"],
	[{"shelter": 3000, "earned": 2000}, 757, "shelter capped: 1392 - 672 = 720, 216 expected"],
	[{"shelter": 3000, "earned": 2000, "elderly_or_disabled": true}, 973, "not capped for the elderly"],
	[{"resources": 2750}, 973, "resources just within"],
	[{"resources": 2750.01}, "none", "resources just beyond"],
	[{"resources": 4250, "elderly_or_disabled": true}, 973, "more for the elderly"],
	[{"resources": 4250.01, "elderly_or_disabled": true}, "none", "but not that much"],
	[{"people": 1, "unearned": 1413, "elderly_or_disabled": true}, 23, "net 1215: the least allotment of one person"],
	[{"people": 1, "unearned": 1413.01, "elderly_or_disabled": true}, "none", "net just beyond"],
	[{"people": 1, "unearned": 1448, "medical": 70, "elderly_or_disabled": true}, 23, "medical costs above 35 count"],
	[{"people": 1, "unearned": 1448, "medical": 69, "elderly_or_disabled": true}, "none", "less of them"],
	[{"people": 9, "unearned": 279}, 1970, "a ninth person: 1751 + 219"],
	[{"people": 9, "unearned": 4922}, 577, "net 4643, just within for nine"], [{"people": 9, "unearned": 4922.01}, "none", "just beyond"],
	[{"earned": null}, ["earned"], "earnings unknown"],
	[{"resources": null}, ["resources"], "resources unknown"],
	[{"resources": null, "categorical": true}, 973, "unknown, but not asked"],
	[{"resources": 99999, "earned": null}, "none", "unknown, but it does not matter"],
	[{}, "none", "the year is over", "2024-10-01"]]');
SELECT pg_temp.households('eitc', '2024-12-31', '{"children": 0, "joint": false, "earned": 8260, "agi": 0, "investment_income": 0, "age": 40}', '[
	[{}, 631.89, "0.0765 x 8260"], [{"earned": 8262}, 632, "the plateau"], [{"earned": 10330}, 632, "its end"],
	[{"earned": 10331}, 631.92, "one dollar into the phase-out"],
	[{"earned": 18591}, 0.03, "the last dollar"], [{"earned": 18592}, "none", "the published limit is passed"],
	[{"children": 1, "earned": 49084}, 0.03, "one child"], [{"children": 1, "earned": 49085}, "none", "and beyond"],
	[{"children": 2, "earned": 55768}, 0.09, "two"], [{"children": 2, "earned": 55769}, "none", "and beyond"],
	[{"children": 3, "earned": 59899}, 0.10, "three"], [{"children": 3, "earned": 59900}, "none", "and beyond"],
	[{"children": 3, "earned": 66819, "joint": true}, 0.10, "filing jointly"], [{"children": 3, "earned": 66820, "joint": true}, "none", "and beyond"], [{"earned": 25511, "joint": true}, 0.03, "jointly, without a child"], [{"earned": 25512, "joint": true}, "none", "and beyond"],
	[{"children": 1, "earned": 20000, "agi": 30000}, 3049.66, "the larger of the two incomes counts: 4213 - 0.1598 x 7280"],
	[{"age": 25}, 631.89, "25"], [{"age": 24}, "none", "24"], [{"age": 65}, "none", "65"], [{"age": 24, "children": 1}, 2808.40, "with a child at any age"],
	[{"investment_income": 11600}, 631.89, "investments just within"], [{"investment_income": 11600.01}, "none", "just beyond"],
	[{"age": null}, ["age"], "age unknown"], [{"age": null, "children": 2}, 3304, "but with children it is not asked"], [{"earned": 0}, "none", "nothing earned"]]');
SELECT pg_temp.households('universal_credit', '2025-06-01', '{"residence": "Wales", "age": 30, "couple": false, "student": false, "children": 0, "children_before_2017": 0, "disabled_children": 0, "limited_capability": false, "carer": false, "rent": 0, "earned": 0, "unearned": 0, "capital": 0}', '[
	[{}, 400.14, "single, 25 and over"], [{"age": 24}, 316.98, "under 25"], [{"couple": true}, 628.10, "a couple"], [{"couple": true, "age": 24}, 497.55, "a couple under 25"],
	[{"age": 18}, 316.98, "of age"], [{"age": 17}, "none", "not of age"], [{"age": 65}, 400.14, "not yet a pensioner"], [{"age": 66}, "none", "a pensioner"],
	[{"capital": 6000}, 400.14, "capital that is left out"], [{"capital": 6000.01}, 395.79, "each part of 250 counts as 4.35"], [{"capital": 6250}, 395.79, "one part"], [{"capital": 6250.01}, 391.44, "two"],
	[{"capital": 16000}, 226.14, "40 parts"], [{"capital": 16000.01}, "none", "too much capital"],
	[{"earned": 100}, 345.14, "no work allowance without a child: 55 % of all"],
	[{"children": 1, "earned": 684}, 692.95, "work allowance without rent"], [{"children": 1, "earned": 784}, 637.95, "100 above it"],
	[{"children": 1, "earned": 411, "rent": 500}, 1192.95, "the lower one with rent"], [{"children": 1, "earned": 511, "rent": 500}, 1137.95, "100 above it"],
	[{"children": 3}, 985.76, "the third child born since 2017 gets nothing"], [{"children": 3, "children_before_2017": 3}, 1324.76, "born before: each"], [{"children": 2, "disabled_children": 1}, 1144.52, "a disabled child"],
	[{"limited_capability": true, "carer": true}, 823.41, "only the higher of the two"], [{"carer": true}, 601.82, "a carer"],
	[{"unearned": 400.13}, 0.01, "a penny is paid"], [{"unearned": 400.14}, "none", "nothing is not"],
	[{"residence": "Northern Ireland"}, "none", "elsewhere"], [{"residence": null}, ["residence"], "residence unknown"],
	[{"student": true}, "none", "a student"], [{"student": null, "capital": null}, ["capital", "student"], "two unknown"], [{"student": true, "capital": null}, "none", "one would do"],
	[{}, "none", "before the rates are in force", "2025-04-06"]]');
\o
SELECT is(coalesce(m.decision, 'none') || coalesce(' ' || CASE m.decision WHEN 'eligible' THEN m.award END, '') || coalesce(' ' || nullif(m.missing, '{}')::text, ''),
	h.decision || coalesce(' ' || round(h.award, 2), '') || coalesce(' ' || h.missing::text, ''), h.policy || ': ' || h.why)
FROM household AS h LEFT JOIN LATERAL match_policies(h.known::profile, h.as_of) AS m ON m.policy = h.policy;
SELECT is((SELECT min(n) FROM (SELECT count(*) AS n FROM household GROUP BY policy) AS c) >= 20, true, 'twenty cases of each at least');

/* ---- random households against the regulations, step by step ---- */
SELECT setseed(0.5) \g /dev/null
CREATE TEMP TABLE random_household AS
SELECT n AS id, 1 + floor(random() * 10)::int AS people, floor(random() * 400000 * random()) / 100 AS earned, floor(random() * 200000 * random()) / 100 AS unearned,
	floor(random() * 400)::numeric AS dependent_care, floor(random() * 200)::numeric AS medical, floor(random() * 2500)::numeric AS shelter,
	250 * floor(random() * 80)::numeric + floor(random() * 3) / 100 AS resources, random() < 0.3 AS elderly_or_disabled, random() < 0.1 AS categorical,
	floor(random() * 5)::int AS children, floor(random() * 60000)::numeric AS agi, floor(random() * 15000)::numeric AS investment_income, 16 + floor(random() * 55)::int AS age,
	250 * floor(random() * 70)::numeric + floor(random() * 3) / 100 AS capital, CASE WHEN random() < 0.5 THEN 0 ELSE floor(random() * 900)::numeric END AS rent,
	floor(random() * 3)::int AS children_before_2017, floor(random() * 2)::int AS disabled_children, random() < 0.5 AS joint, random() < 0.5 AS couple,
	random() < 0.1 AS student, random() < 0.2 AS limited_capability, random() < 0.2 AS carer, (ARRAY['England', 'Wales', 'Scotland', 'Northern Ireland'])[1 + floor(random() * 4)::int] AS residence
FROM generate_series(1, 3000) AS n;
UPDATE random_household SET children_before_2017 = least(children, children_before_2017), disabled_children = least(children, disabled_children),
	unearned = CASE WHEN id % 3 = 0 THEN 0 ELSE unearned END, earned = CASE WHEN id % 7 = 0 THEN 0 ELSE earned END;

CREATE FUNCTION pg_temp.snap(h random_household) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	greatest_allotments numeric[] := '{291,535,766,973,1155,1386,1532,1751}';
	income numeric; shelter_deduction numeric; allotment numeric;
BEGIN
	allotment := greatest_allotments[least(h.people, 8)] + 219 * greatest(h.people - 8, 0);
	/* 130 % of the poverty guidelines of 2023, a month; the ninth person and more have a step of their own */
	IF NOT (h.elderly_or_disabled OR h.categorical) AND h.earned + h.unearned > ceil(1.3 * (14580 + 5140 * (least(h.people, 8) - 1)) / 12.0) + 557 * greatest(h.people - 8, 0) THEN
		RETURN NULL;
	END IF;
	income := h.earned - h.earned / 5 + h.unearned;
	income := income - (ARRAY[198, 198, 198, 208, 244, 279])[least(h.people, 6)];
	IF h.elderly_or_disabled AND h.medical > 35 THEN
		income := income - (h.medical - 35);
	END IF;
	income := income - h.dependent_care;
	IF income < 0 THEN
		income := 0;
	END IF;
	shelter_deduction := h.shelter - income * 0.5;
	IF shelter_deduction > 672 AND NOT h.elderly_or_disabled THEN
		shelter_deduction := 672;
	END IF;
	IF shelter_deduction > 0 THEN
		income := income - shelter_deduction;
	END IF;
	IF income < 0 THEN
		income := 0;
	END IF;
	IF NOT h.categorical AND (income > ceil((14580 + 5140 * (least(h.people, 8) - 1)) / 12.0) + 429 * greatest(h.people - 8, 0)
		OR h.resources > (CASE WHEN h.elderly_or_disabled THEN 4250 ELSE 2750 END)) THEN
		RETURN NULL;
	END IF;
	allotment := allotment - ceil(income * 3 / 10);
	IF h.people IN (1, 2) AND allotment < 23 THEN
		allotment := 23;
	END IF;
	RETURN CASE WHEN allotment > 0 THEN allotment END;
END $$;

CREATE FUNCTION pg_temp.eitc(h random_household) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	class int := 1 + least(h.children, 3);
	credit numeric; income numeric := h.earned;
BEGIN
	IF h.earned <= 0 OR h.investment_income > 11600 OR (h.children = 0 AND (h.age < 25 OR h.age >= 65)) THEN
		RETURN NULL;
	END IF;
	credit := h.earned * (ARRAY[7.65, 34, 40, 45])[class] / 100;
	IF credit > (ARRAY[632, 4213, 6960, 7830])[class] THEN
		credit := (ARRAY[632, 4213, 6960, 7830])[class];
	END IF;
	IF h.agi > income THEN
		income := h.agi;
	END IF;
	income := income - CASE class WHEN 1 THEN CASE WHEN h.joint THEN 17250 ELSE 10330 END ELSE CASE WHEN h.joint THEN 29640 ELSE 22720 END END;
	IF income > 0 THEN
		credit := credit - income * (ARRAY[7.65, 15.98, 21.06, 21.06])[class] / 100;
	END IF;
	RETURN CASE WHEN credit > 0 THEN round(credit, 2) END;
END $$;

CREATE FUNCTION pg_temp.universal_credit(h random_household) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	credit numeric; allowance numeric := 0; parts int := 0;
BEGIN
	IF h.residence = 'Northern Ireland' OR h.age NOT BETWEEN 18 AND 65 OR h.student OR h.capital > 16000 THEN
		RETURN NULL;
	END IF;
	credit := CASE WHEN h.couple AND h.age < 25 THEN 497.55 WHEN h.couple THEN 628.10 WHEN h.age < 25 THEN 316.98 ELSE 400.14 END;
	FOR child IN 1 .. h.children LOOP		/* the eldest first */
		IF child = 1 AND h.children_before_2017 > 0 THEN
			credit := credit + 339;
		ELSIF child <= 2 OR child <= h.children_before_2017 THEN
			credit := credit + 292.81;
		END IF;
	END LOOP;
	FOR child IN 1 .. h.disabled_children LOOP
		credit := credit + 158.76;
	END LOOP;
	IF h.limited_capability THEN
		credit := credit + 423.27;
	ELSIF h.carer THEN
		credit := credit + 201.68;
	END IF;
	credit := credit + h.rent;
	IF h.children > 0 OR h.limited_capability THEN
		allowance := 684;
		IF h.rent > 0 THEN
			allowance := 411;
		END IF;
	END IF;
	IF h.earned > allowance THEN
		credit := credit - (h.earned - allowance) * 55 / 100;
	END IF;
	WHILE 6000 + 250 * parts < h.capital LOOP
		parts := parts + 1;
	END LOOP;
	credit := credit - h.unearned - 4.35 * parts;
	RETURN CASE WHEN credit >= 0.01 THEN round(credit, 2) END;
END $$;

CREATE TEMP TABLE due AS
SELECT h.id, d.policy, d.award FROM random_household AS h CROSS JOIN LATERAL (VALUES ('snap', pg_temp.snap(h)), ('eitc', pg_temp.eitc(h)), ('universal_credit', pg_temp.universal_credit(h))) AS d(policy, award) WHERE d.award IS NOT NULL;
SELECT is((SELECT count(*) FROM (SELECT policy FROM due GROUP BY policy HAVING count(*) BETWEEN 300 AND 2700) AS c), 3::bigint, 'each is due to some and not to others');
CREATE TEMP TABLE given AS
SELECT h.id, m.policy, m.award FROM random_household AS h CROSS JOIN (VALUES ('2024-04-01'::date), ('2025-06-01')) AS d(as_of) CROSS JOIN LATERAL match_policies(profile(h), d.as_of) AS m
WHERE m.decision = 'eligible' AND (m.policy = 'universal_credit') = (d.as_of = '2025-06-01');
SELECT is_empty('(TABLE due EXCEPT TABLE given) UNION ALL (TABLE given EXCEPT TABLE due)', 'one household at a time: who, and how much to the penny');
SELECT is_empty($$SELECT s.key, s.subject::integer AS id FROM policy_set_match_all('SELECT code, criteria FROM growth_index.policy WHERE active', policy_version(), 'SELECT h.id, growth_index.profile(h) FROM pg_temp.random_household AS h') AS s
	EXCEPT SELECT policy, id FROM due$$, 'in bulk: nobody too many');
SELECT is((SELECT count(*) FROM policy_set_match_all('SELECT code, criteria FROM growth_index.policy WHERE active', policy_version(), 'SELECT h.id, growth_index.profile(h) FROM pg_temp.random_household AS h')),
	(SELECT count(*) FROM due), 'and nobody too few');

/* ---- what is asked of a household that is just beyond, and what holds once it is done ---- */
SELECT results_eq($$SELECT n.code, n.old, n.new FROM nearest((SELECT criteria FROM policy WHERE code = 'universal_credit'), '{"residence": "Wales", "age": 30, "couple": false, "student": false, "children": 0, "children_before_2017": 0, "disabled_children": 0, "limited_capability": false, "carer": false, "rent": 0, "earned": 0, "unearned": 0, "capital": 16250}') AS n$$,
	$$VALUES ('capital', '16250'::jsonb, '16000'::jsonb)$$, 'the least change: the capital to its bound');
SELECT * FROM finish();
