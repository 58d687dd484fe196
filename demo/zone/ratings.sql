SELECT rating, enterprises, to_char(100 * share, '990.0 %') AS share, average_score AS "average score",
	repeat('█', round(100 * share)::integer) AS " "
FROM growth_index.rating_distribution
WHERE scorecard = 'innovation'
ORDER BY rating DESC;
