SELECT p.code AS policy, e.clause, left(substring(e.actual FROM ' = ([^,]*)'), 12) AS actual,
	CASE WHEN e.satisfied THEN 'yes' WHEN NOT e.satisfied THEN 'no' ELSE 'unknown: lacks ' || array_to_string(e.missing, ', ') END AS satisfied
FROM growth_index.policy p, growth_index.explain_match(:'star', p.code) e
WHERE p.active AND p.code IN ('patent_grants', 'high_growth', 'listing')
ORDER BY array_position('{patent_grants,high_growth,listing}'::text[], p.code);
