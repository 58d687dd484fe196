SELECT initcap(s.data) AS firms, to_char(count(*), 'FM99,999') AS number, to_char(count(s.score), 'FM99,999') AS scored,
	count(*) - count(s.score) AS "not scored", count(*) FILTER (WHERE s.coverage < 1) AS "with gaps",
	to_char(count(s.bankrupt), 'FM99,999') AS "outcome known", count(*) FILTER (WHERE s.bankrupt) AS bankrupt,
	round(a.auc, 3) AS "AUC"
FROM firm_score s JOIN firm_auc a USING (data)
GROUP BY s.data, a.auc ORDER BY s.data DESC;
