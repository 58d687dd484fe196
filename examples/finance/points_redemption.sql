/*
 * Points redemption (积分兑换): what an enterprise gets for its points.  Nothing
 * new is needed for it: honours, rewards and services are policies whose
 * criteria read the score, credit is a product whose formula does.  All tiers
 * and amounts are defaults of this project, to be replaced by a zone's own.
 *
 *     psql -f examples/finance/points_redemption.sql     (the extension, and a
 *     scorecard under the name innovation, are there)
 */
INSERT INTO growth_index.budget (code, title, amount) VALUES ('points', '积分兑换专项', 5000000) ON CONFLICT DO NOTHING;
INSERT INTO growth_index.institution (code, name_zh, name_en, kind) VALUES ('points_bank', '积分合作银行', 'Partner bank of the points', 'bank') ON CONFLICT DO NOTHING;

-- honours: what the plaque and the ceremony cost; once
SELECT growth_index.add_policy('points_honour', 'score >= 90', '2000', '创新积分领军企业称号', 'Honour: leading enterprise by points',
	kind => 'honour', mode => 'none', period => 'once', budget_code => 'points', publicity_days => 5) AS points_honour;

-- rewards by tier, every year; who climbs within the year waits for the next
SELECT growth_index.add_policy('points_reward', 'score >= 60',
	'CASE WHEN score >= 90 THEN 100000 WHEN score >= 80 THEN 50000 WHEN score >= 70 THEN 20000 ELSE 10000 END',
	'创新积分奖励', 'Reward by points', kind => 'reward', mode => 'click', period => 'yearly', budget_code => 'points',
	publicity_days => 5, allocation => 'score') AS points_reward;

-- services: vouchers for testing and consulting, 100 yuan for a point above 50
SELECT growth_index.add_policy('points_voucher', 'score > 50', 'least((score - 50) * 100, 4000)', '创新券', 'Service voucher by points',
	kind => 'service', mode => 'click', period => 'yearly', budget_code => 'points', publicity_days => 0) AS points_voucher;

-- credit: 30,000 yuan for a point, at a lower bound of 55
SELECT growth_index.add_product('points_loan', 'points_bank', 'score >= 55', 'least(score * 30000, 3000000)', '积分贷', 'Loan by points',
	rate => 0.0405, term_months => 12, source => 'default, to be replaced by the bank''s own') AS points_loan;
