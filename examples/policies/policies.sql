/*
 * Rules of a zone's benefits without application, of other published measures,
 * and of four loan products.  Run it again and nothing changes.
 */
\set default 'default, to be checked against the official text'
\set listing2020 'listing policy of a high-tech zone (2020)'
\set zone2019 'Zhengzhou high-tech zone (2019)'
\set finance2025 'ten measures for technology finance, Zhengzhou high-tech zone, draft for comment (October 2025)'

INSERT INTO growth_index.budget (code, title, amount)
VALUES ('innovation', '创新发展资金', 400000000), ('listing', '企业上市扶持资金', 60000000), ('city', '市级配套资金', 100000000)
ON CONFLICT DO NOTHING;

SELECT count(growth_index.add_policy(code, criteria::growth_index.criteria, award::growth_index.formula,
	title_zh => title_zh, title_en => title_en, department => 'innovation', kind => kind, legal_source => source,
	period => period, event_indicator => event, stacking_group => stacking, cap_enterprise => cap, budget_code => budget,
	valid_from => coalesce(valid_from::date, '-infinity'), valid_to => coalesce(valid_to::date, 'infinity'),
	pays_difference => coalesce(difference, false), instalments => instalments::jsonb, cost_shares => shares::jsonb)) AS policies
FROM (VALUES
	/* the first list without application */
	('patent_grants', '国内发明专利授权奖励', 'Domestic patent grants', 'reward', :'default', 'yearly', NULL, NULL, 1000000, 'innovation', NULL, NULL, NULL::boolean, NULL, NULL,
		$$invention_grants > 0 AND NOT dishonest AND registered_zone = 'ZZHT'$$,
		$$least(invention_grants * 2500, 1000000)$$),
	('listing', '企业上市奖励', 'Listing reward', 'reward', :'default', 'once', NULL, 'listing', NULL, 'listing', NULL, NULL, NULL, NULL, NULL,
		$$listed AND listing_date >= as_of - INTERVAL '1 year'$$,
		$$CASE board WHEN 'main' THEN 5000000 WHEN 'star' THEN 5000000 WHEN 'chinext' THEN 3000000 ELSE 1000000 END$$),
	('neeq', '新三板挂牌奖励', 'NEEQ reward', 'reward', :'default', 'once', NULL, 'listing', NULL, 'listing', NULL, NULL, NULL, NULL, NULL,
		$$neeq_listed AND neeq_date >= as_of - INTERVAL '1 year'$$,
		$$CASE neeq_layer WHEN 'innovation' THEN 800000 ELSE 500000 END$$),
	('refinancing', '上市企业再融资奖励', 'Refinancing reward', 'reward', :'default', 'event', 'refinanced_on', NULL, NULL, 'listing', NULL, NULL, NULL, NULL, NULL,
		$$listed AND refinanced > 0$$, $$least(refinanced * 0.005, 1000000)$$),
	('high_growth', '高成长企业奖励', 'High growth reward', 'reward', :'default', 'yearly', NULL, NULL, NULL, 'innovation', NULL, NULL, NULL, NULL, NULL,
		$$revenue >= 20000000 AND (revenue - revenue_prior) / revenue_prior >= 0.3 AND rd_expense / revenue >= 0.03$$,
		$$CASE WHEN (revenue - revenue_prior) / revenue_prior >= 1 THEN 500000
			WHEN (revenue - revenue_prior) / revenue_prior >= 0.5 THEN 300000 ELSE 100000 END$$),
	/* talent and R&D */
	('rd_subsidy', '研发投入补助', 'R&D subsidy', 'subsidy', :'default', 'yearly', NULL, NULL, NULL, 'innovation', NULL, NULL, NULL, NULL, NULL,
		$$rd_expense > rd_expense_prior AND '高新技术企业' = ANY (honours) AND NOT dishonest$$,
		$$least((rd_expense - rd_expense_prior) * 0.1, 500000)$$),
	('talent_subsidy', '引进人才补贴', 'Talent subsidy', 'talent', :'default', 'yearly', NULL, NULL, NULL, 'innovation', NULL, NULL, NULL, NULL, NULL,
		$$postgraduates_hired >= 1 AND insured_staff >= postgraduates_hired$$, $$least(postgraduates_hired * 10000, 200000)$$),
	/* published measures */
	('ip_loan_interest', '知识产权质押贷款贴息', 'Interest of loans pledged by intellectual property', 'loan discount', :'finance2025', 'yearly', NULL, NULL, 100000, 'innovation', NULL, NULL, NULL, NULL, NULL,
		$$ip_loan_interest_paid > 0$$, $$least(ip_loan_interest_paid * 0.3, 100000)$$),
	('technology_branch', '新设科技支行奖励', 'Technology branches of banks', 'reward', :'finance2025', 'event', 'branch_founded_on', NULL, NULL, 'innovation', NULL, NULL, NULL, NULL, NULL,
		$$technology_branches_founded >= 1$$, $$technology_branches_founded * 200000$$),
	('venture_holding', '创投机构持有奖励', 'Venture funds that hold for two years', 'reward', :'finance2025', 'event', 'invested_on', NULL, 1000000, 'innovation', NULL, NULL, NULL, NULL, NULL,
		$$invested > 0 AND invested_on <= as_of - INTERVAL '2 years'$$,
		$$least(invested * CASE WHEN angel_stage THEN 0.03 ELSE 0.02 END, 1000000)$$),
	('listing_2020', '企业首发上市奖励', 'First listing', 'reward', :'listing2020', 'once', NULL, 'listing_2020', NULL, 'listing', '2020-01-01', '2022-12-31', true, NULL, NULL,
		$$listed AND listing_date >= DATE '2020-01-01'$$, $$6000000$$),
	('neeq_2020', '新三板挂牌分层奖励', 'NEEQ by layer', 'reward', :'listing2020', 'once', NULL, 'listing_2020', NULL, 'listing', '2020-01-01', '2022-12-31', true,
		'[{"share": 0.25, "title": "on the change to a joint-stock company"}, {"share": 0.75, "when": "neeq_listed", "title": "on quotation"}]', NULL,
		$$neeq_layer IN ('base', 'innovation', 'select') AND joint_stock_on >= DATE '2020-01-01'$$,
		$$CASE neeq_layer WHEN 'select' THEN 4000000 WHEN 'innovation' THEN 2000000 ELSE 1000000 END$$),
	('refinancing_2020', '再融资投入奖励', 'Refinancing invested', 'reward', :'listing2020', 'event', 'refinanced_on', NULL, NULL, 'listing', '2020-01-01', '2022-12-31', NULL, NULL, NULL,
		$$refinanced > 0 AND refinanced_invested > 0 AND refinanced_on >= as_of - INTERVAL '2 years'$$,
		$$least(least(refinanced, refinanced_invested) * 0.01, 1000000)$$),
	('equity_2020', '股权融资奖励', 'Equity financing', 'reward', :'listing2020', 'event', 'equity_raised_on', NULL, NULL, 'listing', '2020-01-01', '2022-12-31', NULL, NULL, NULL,
		$$equity_raised > 0$$, $$least(equity_raised * 0.03, 1000000)$$),
	('gazelle_2019', '瞪羚独角兽培育奖励', 'Gazelles and unicorns', 'reward', :'zone2019', 'once', NULL, 'gazelle', NULL, 'innovation', NULL, NULL, true, NULL, NULL,
		$$growth_class IN ('potential gazelle', 'gazelle', 'seed unicorn', 'quasi unicorn', 'unicorn')$$,
		$$CASE growth_class WHEN 'unicorn' THEN 5000000 WHEN 'quasi unicorn' THEN 3000000 WHEN 'seed unicorn' THEN 1500000
			WHEN 'gazelle' THEN 800000 ELSE 500000 END$$),
	('gazelle_alternatives', '瞪羚企业认定', 'Gazelle by any of three ways', 'certification', 'Guangzhou Huangpu, certification of gazelles', 'yearly', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
		$$(revenue_base >= 10000000 AND revenue / revenue_base >= power(1.2, 3) AND revenue > revenue_prior)
			OR (age_in_months(founded) <= 60 AND revenue >= 500000000)
			OR (age_in_months(founded) <= 120 AND revenue >= 1000000000)$$, $$0$$),
	('fixed_assets', '工业项目固定资产补助', 'Fixed assets of a project', 'subsidy', 'a county; city and county bear half each', 'event', 'project_accepted_on', NULL, NULL, 'innovation', NULL, NULL, NULL, NULL,
		'{"innovation": 0.5, "city": 0.5}', $$project_fixed_assets >= 30000000$$, $$least(project_fixed_assets * 0.05, 10000000)$$),
	('venture_investment', '创投机构新增投资奖励', 'New investments of venture funds', 'reward', 'published measures for venture funds', 'yearly', NULL, NULL, 1000000, 'innovation', NULL, NULL, NULL, NULL, NULL,
		$$new_investment >= 5000000$$, $$least(100000 + floor((new_investment - 5000000) / 3000000) * 50000, 1000000)$$),
	('zone_support', '高新区高质量发展支持对象', 'Who is supported at all', 'certification', 'Zhengzhou high-tech zone, measures for high-quality development (February 2022), articles 1-2', 'yearly', NULL, NULL, NULL, NULL, '2022-02-01', NULL, NULL, NULL, NULL,
		$$registered_in_zone AND taxed_in_zone AND counted_in_zone AND NOT (major_accident OR labour_dispute OR dishonest OR severe_penalty)
			AND revenue > 0 AND tax_paid > 0 AND insured_staff > 0 AND NOT restricted_class AND NOT individual_agreement$$, $$0$$)
) AS p(code, title_zh, title_en, kind, source, period, event, stacking, cap, budget, valid_from, valid_to, difference, instalments, shares, criteria, award) \gset

/* revenue first crosses a step: each of them once */
SELECT count(growth_index.add_policy('revenue_step_' || step, format('revenue >= %s AND coalesce(revenue_most_before, 0) < %s', bound, bound)::growth_index.criteria,
	amount::text::growth_index.formula, title_zh => format('营业收入首次突破%s万元', bound / 10000), title_en => format('Revenue first reaches %s million yuan', bound / 1000000),
	department => 'innovation', legal_source => 'published step rule', period => 'once', budget_code => 'innovation')) AS steps
FROM (VALUES (1, 10000000, 100000), (2, 20000000, 200000), (3, 50000000, 500000), (4, 100000000, 1000000)) AS s(step, bound, amount) \gset

INSERT INTO growth_index.institution (code, name_zh, name_en, kind) VALUES
	('webank', '深圳前海微众银行', 'WeBank', 'bank'), ('cib', '兴业银行郑州分行', 'Industrial Bank, Zhengzhou branch', 'bank'),
	('zzbank', '郑州银行', 'Bank of Zhengzhou', 'bank'),
	('ccb_tech', '中国建设银行郑州科技支行', 'China Construction Bank, Zhengzhou technology branch', 'bank')
ON CONFLICT DO NOTHING;
SELECT count(growth_index.add_product(code, institution, criteria::growth_index.criteria, credit::growth_index.formula,
	title_zh => title_zh, title_en => title_en, source => :'default')) AS products
FROM (VALUES
	('technology_loan', 'webank', '科创贷', 'Technology and innovation loan',
		$$score >= 55 AND invention_applications >= 1$$, $$least(100000 + score * 20000, 3000000)$$),
	('subsidy_loan', 'cib', '补贴贷', 'Subsidy loan', $$subsidy_due > 0$$, $$least(subsidy_due * 0.7, 2000000)$$),
	('hightech_loan', 'zzbank', '高企E贷', 'High-tech enterprise E-loan',
		$$'高新技术企业' = ANY (honours) AND age_in_months(founded) >= 24 AND score >= 60$$, $$least(revenue * 0.1, 5000000)$$),
	('support_loan', 'ccb_tech', '科技支持贷', 'Technology support loan',
		$$revenue BETWEEN 20000000 AND 400000000 AND rd_expense / revenue >= 0.05 AND score >= 70$$, $$least(revenue * 0.15, 20000000)$$)
) AS p(code, institution, title_zh, title_en, criteria, credit) \gset
