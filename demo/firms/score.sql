-- The engine alone, on anybody's tables: a row is a profile, the scorecard one
-- value.  No table of the platform is touched.
CREATE TABLE firm_card (data text PRIMARY KEY, card growth_index.scorecard);
\set card `cat firms/taiwan.json`
INSERT INTO firm_card VALUES ('taiwan', :'card');
\set card `cat firms/polish.json`
INSERT INTO firm_card VALUES ('polish', :'card');

CREATE TABLE firm_score AS
SELECT 'taiwan' AS data, t.firm_id, t.bankrupt, s.score, s.rating, s.coverage, s.status
FROM taiwan t, firm_card c, growth_index.score_status(c.card, growth_index.profile(t)) s
WHERE c.data = 'taiwan'
UNION ALL
SELECT 'polish', t.firm_id, t.bankrupt, s.score, s.rating, s.coverage, s.status
FROM polish t, firm_card c, growth_index.score_status(c.card, growth_index.profile(t)) s
WHERE c.data = 'polish';
ALTER TABLE firm_score ADD PRIMARY KEY (data, firm_id);
ANALYZE firm_score;

-- Area under the ROC curve by the rank sum: the chance that of a failed and a
-- surviving firm the failed one has the lower score; equal scores share ranks.
CREATE VIEW firm_auc AS
WITH ranked AS (
	SELECT data, bankrupt,
		rank() OVER (PARTITION BY data ORDER BY score)
			+ (count(*) OVER (PARTITION BY data, score) - 1) / 2.0 AS place
	FROM firm_score
	WHERE score IS NOT NULL AND bankrupt IS NOT NULL
), counted AS (
	SELECT data, sum(place) FILTER (WHERE NOT bankrupt) AS places,
		count(*) FILTER (WHERE bankrupt)::numeric AS failed,
		count(*) FILTER (WHERE NOT bankrupt)::numeric AS survived
	FROM ranked GROUP BY data
)
SELECT data, (places - survived * (survived + 1) / 2) / (failed * survived) AS auc
FROM counted;
