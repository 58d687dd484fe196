-- the same card with another rule for one indicator: a scorecard is a value
WITH other AS MATERIALIZED (
	SELECT jsonb_set(card::jsonb, '{indicators}', (SELECT jsonb_agg(CASE i->>'code' WHEN 'interest_cover'
		THEN i || jsonb_build_object('missing', rule) ELSE i END) FROM jsonb_array_elements(card::jsonb->'indicators') AS i))::growth_index.scorecard AS card, rule
	FROM firm_card, (VALUES ('lowest'), ('reweight')) AS r(rule)
	WHERE data = 'polish'
), scored AS MATERIALIZED (
	SELECT o.rule, p.bankrupt, growth_index.score(o.card, growth_index.profile(p)) AS score
	FROM other o, polish p
), ranked AS (
	SELECT rule, bankrupt, rank() OVER (PARTITION BY rule ORDER BY score)
		+ (count(*) OVER (PARTITION BY rule, score) - 1) / 2.0 AS place
	FROM scored WHERE score IS NOT NULL
), counted AS (
	SELECT rule, sum(place) FILTER (WHERE NOT bankrupt) AS places,
		count(*) FILTER (WHERE bankrupt)::numeric AS failed, count(*) FILTER (WHERE NOT bankrupt)::numeric AS survived
	FROM ranked GROUP BY rule
)
SELECT CASE rule WHEN 'lowest' THEN 'lowest: who cannot show cover gets none (as above)' ELSE 'reweight: left out, weight shared' END AS "missing",
	round((places - survived * (survived + 1) / 2) / (failed * survived), 3) AS "AUC"
FROM counted ORDER BY rule;
