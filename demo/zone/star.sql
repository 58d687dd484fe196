-- an enterprise of the pilot (it has figures of earlier years) that two policies reach
SELECT s.credit_code
FROM growth_index.score s JOIN zone.firm f USING (credit_code)
WHERE f.n % 20 = 0 AND s.score IS NOT NULL
	AND (SELECT count(*) FROM growth_index.policy_match m
		WHERE m.credit_code = s.credit_code AND m.until IS NULL AND m.decision = 'eligible' AND m.policy IN ('high_growth', 'patent_grants')) = 2
ORDER BY s.score DESC, s.credit_code
LIMIT 1;
