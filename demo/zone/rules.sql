/*
 * The rules of the zone: the policies of the first list of
 * benefits without application, the loan products, the institutions.  All
 * weights, bounds and amounts are defaults of this project, to be checked
 * against the official texts, and say so.  Growth rates and shares stand in the
 * criteria as formulas over what the departments upload.
 */
\set default 'default, to be checked against the official text'

INSERT INTO growth_index.budget (code, title, amount) VALUES
	('innovation', '创新发展资金', 400000000), ('listing', '企业上市扶持资金', 60000000);

SELECT count(growth_index.add_policy(code, criteria::growth_index.criteria, award::growth_index.formula,
	title_zh => title_zh, title_en => title_en, department => department, kind => 'reward', legal_source => :'default',
	mode => 'none', period => period, event_indicator => CASE period WHEN 'event' THEN 'refinanced_on' END,
	stacking_group => stacking_group, cap_enterprise => cap, budget_code => budget)) AS policies
FROM (VALUES
	('patent_grants', '国内发明专利授权奖励', 'Domestic patent grants', 'innovation', 'yearly', NULL, 1000000, 'innovation',
		$$invention_grants > 0 AND NOT dishonest AND registered_zone = 'ZZHT'$$,
		$$least(invention_grants * 2500, 1000000)$$),
	('listing', '企业上市奖励', 'Listing reward', 'innovation', 'once', 'listing', NULL, 'listing',
		$$listed AND listing_date >= as_of - INTERVAL '1 year'$$,
		$$CASE board WHEN 'main' THEN 5000000 WHEN 'star' THEN 5000000 WHEN 'chinext' THEN 3000000 ELSE 1000000 END$$),
	('neeq', '新三板挂牌奖励', 'NEEQ reward', 'innovation', 'once', 'listing', NULL, 'listing',
		$$neeq_listed AND neeq_date >= as_of - INTERVAL '1 year'$$,
		$$CASE neeq_layer WHEN 'innovation' THEN 800000 ELSE 500000 END$$),
	('refinancing', '上市企业再融资奖励', 'Refinancing reward', 'innovation', 'event', NULL, NULL, 'listing',
		$$listed AND refinanced >= 10000000$$,
		$$least(refinanced * 0.005, 1000000)$$),
	('high_growth', '高成长企业奖励', 'High growth reward', 'innovation', 'yearly', NULL, NULL, 'innovation',
		$$revenue >= 20000000 AND (revenue - revenue_prior) / revenue_prior >= 0.3 AND rd_expense / revenue >= 0.03$$,
		$$CASE WHEN (revenue - revenue_prior) / revenue_prior >= 1 THEN 500000
			WHEN (revenue - revenue_prior) / revenue_prior >= 0.5 THEN 300000 ELSE 100000 END$$)
) AS p(code, title_zh, title_en, department, period, stacking_group, cap, budget, criteria, award) \gset

INSERT INTO growth_index.institution (code, name_zh, name_en, kind) VALUES
	('webank', '深圳前海微众银行', 'WeBank', 'bank'),
	('cib', '兴业银行郑州分行', 'Industrial Bank, Zhengzhou branch', 'bank'),
	('zzbank', '郑州银行', 'Bank of Zhengzhou', 'bank'),
	('ccb_tech', '中国建设银行郑州科技支行', 'China Construction Bank, Zhengzhou technology branch', 'bank');
/* the other 158 are made up */
INSERT INTO growth_index.institution (code, name_zh, name_en, kind)
SELECT 'i' || to_char(n, 'FM000'), a.zh || b.zh || k.zh, initcap(a.en || b.en) || ' ' || k.en, k.kind
FROM generate_series(1, 158) AS n
	JOIN zone.syllable a ON a.place = 1 AND a.i = (n * 7) % 40
	JOIN zone.syllable b ON b.place = 2 AND b.i = (n * 11 + n / 40) % 40
	JOIN (VALUES (0, '村镇银行', 'Rural Bank', 'bank'), (1, '创业投资基金', 'Venture Fund', 'fund'),
		(2, '股权投资基金', 'Equity Fund', 'fund'), (3, '融资担保有限公司', 'Guarantee Co., Ltd.', 'guarantor'),
		(4, '小额贷款有限公司', 'Microcredit Co., Ltd.', 'bank'), (5, '融资租赁有限公司', 'Leasing Co., Ltd.', 'leasing'),
		(6, '证券营业部', 'Securities', 'securities'), (7, '财产保险支公司', 'Insurance', 'insurer')
	) AS k(i, zh, en, kind) ON k.i = n % 8;

SELECT count(growth_index.add_product(code, institution, criteria::growth_index.criteria, credit::growth_index.formula,
	title_zh => title_zh, title_en => title_en, source => :'default')) AS products
FROM (VALUES
	('technology_loan', 'webank', '科创贷', 'Technology and innovation loan',
		$$score >= 55 AND invention_applications >= 1$$, $$least(100000 + score * 20000, 3000000)$$),
	('subsidy_loan', 'cib', '补贴贷', 'Subsidy loan',
		$$subsidy_due > 0$$, $$least(subsidy_due * 0.7, 2000000)$$),
	('hightech_loan', 'zzbank', '高企E贷', 'High-tech enterprise E-loan',
		$$'高新技术企业' = ANY (honours) AND age_in_months(founded) >= 24 AND score >= 60$$, $$least(revenue * 0.1, 5000000)$$),
	('support_loan', 'ccb_tech', '科技支持贷', 'Technology support loan',
		$$revenue BETWEEN 20000000 AND 400000000 AND rd_expense / revenue >= 0.05 AND score >= 70$$,
		$$least(revenue * 0.15, 20000000)$$)
) AS p(code, institution, title_zh, title_en, criteria, credit) \gset
