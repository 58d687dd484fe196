\echo
SELECT s.data AS "firms of", count(*) AS firms, count(s.score) AS scored, count(*) - count(s.score) AS "not scored",
	count(*) FILTER (WHERE s.coverage < 1) AS "with gaps",
	count(s.bankrupt) AS "outcome known", count(*) FILTER (WHERE s.bankrupt) AS bankrupt, round(a.auc, 3) AS "AUC"
FROM firm_score s JOIN firm_auc a USING (data)
GROUP BY s.data, a.auc ORDER BY s.data DESC;
\echo
\echo 'Bankrupt firms by grade (of those whose outcome is known):'
\echo
SELECT rating AS grade,
	count(bankrupt) FILTER (WHERE data = 'taiwan') AS "Taiwan firms",
	count(*) FILTER (WHERE data = 'taiwan' AND bankrupt) AS bankrupt,
	round(100 * avg(bankrupt::integer) FILTER (WHERE data = 'taiwan'), 1) || ' %' AS "default rate",
	rpad(repeat('█', round(30 * avg(bankrupt::integer) FILTER (WHERE data = 'taiwan'))::integer), 18) AS " ",
	count(bankrupt) FILTER (WHERE data = 'polish') AS "Polish firms",
	count(*) FILTER (WHERE data = 'polish' AND bankrupt) AS bankrupt,
	round(100 * avg(bankrupt::integer) FILTER (WHERE data = 'polish'), 1) || ' %' AS "default rate",
	rpad(repeat('█', round(30 * avg(bankrupt::integer) FILTER (WHERE data = 'polish'))::integer), 5) AS "  "
FROM firm_score
WHERE rating IS NOT NULL
GROUP BY rating ORDER BY rating DESC;
