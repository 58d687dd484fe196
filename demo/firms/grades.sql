WITH grade AS (
	SELECT rating, data, count(bankrupt) AS firms, count(*) FILTER (WHERE bankrupt) AS bankrupt, avg(bankrupt::integer) AS rate
	FROM firm_score
	WHERE rating IS NOT NULL
	GROUP BY rating, data
)
SELECT rating AS grade,
	t.firms AS "Taiwan", t.bankrupt, to_char(100 * t.rate, '990.0 %') AS "default rate", rpad(repeat('█', round(24 * t.rate)::integer), 14) AS " ",
	p.firms AS "Poland", p.bankrupt, to_char(100 * p.rate, '990.0 %') AS "default rate", rpad(repeat('█', round(24 * p.rate)::integer), 4) AS "  "
FROM (SELECT * FROM grade WHERE data = 'taiwan') AS t FULL JOIN (SELECT * FROM grade WHERE data = 'polish') AS p USING (rating)
ORDER BY rating DESC;
