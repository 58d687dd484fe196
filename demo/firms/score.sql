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

-- Area under the ROC curve: the chance that of a failed and a surviving firm the
-- failed one has the lower score; equal scores count half.
CREATE VIEW firm_auc AS
SELECT data, growth_index.auc(score, NOT bankrupt) AS auc FROM firm_score GROUP BY data;
