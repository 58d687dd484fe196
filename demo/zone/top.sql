SELECT s.rank, left(s.name, 20) AS enterprise, s.industry, s.segment AS stage, s.score, s.rating,
	(SELECT count(*) FROM growth_index.policy_match m WHERE m.credit_code = s.credit_code AND m.until IS NULL AND m.decision = 'eligible') AS policies,
	(SELECT count(*) FROM growth_index.product_match m WHERE m.credit_code = s.credit_code AND m.until IS NULL AND m.decision = 'eligible') AS loans
FROM growth_index.enterprise_score s
WHERE s.scorecard = 'innovation'
ORDER BY s.rank, s.credit_code
LIMIT 10;
