-- The first :count policies of policies.awk that 0.1 to 10 % of a sample of the
-- enterprises fulfil, into bench.policy.
CREATE TABLE bench.draft (id int GENERATED ALWAYS AS IDENTITY, criteria text);
\set drawn :count * 3
SELECT :drawn AS drawn \gset
\setenv drawn :drawn
\copy bench.draft (criteria) FROM PROGRAM 'awk -v count=$drawn -f bench/policies.awk' WITH (DELIMITER E'\x01')
CREATE TABLE bench.policy AS
SELECT row_number() OVER (ORDER BY d.id)::int AS id, d.criteria::growth_index.criteria AS criteria
FROM growth_index.policy_set_count('SELECT id, criteria FROM bench.draft', NULL,
	 'SELECT id, profile FROM bench.profile WHERE id <= 4000') AS c
JOIN bench.draft AS d ON d.id = c.key::int
WHERE c.eligible BETWEEN 4 AND 400
ORDER BY d.id LIMIT :count;
DROP TABLE bench.draft;
ALTER TABLE bench.policy ADD PRIMARY KEY (id);
ANALYZE bench.policy;
