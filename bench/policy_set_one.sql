-- One size of policy_set.sql: :count policies, :asked profiles.
\ir policies.sql
SELECT format('SELECT sum(cardinality(growth_index.policy_set_keys(''SELECT id, criteria FROM bench.policy'', %s, profile))) FROM bench.asked WHERE id <= %s', :count, :asked) AS ours \gset
CREATE TABLE bench.path AS SELECT id, bench.jsonpath(criteria::text) AS path FROM bench.policy;
ANALYZE bench.path;
SELECT (:'ours' || ' AND id <= 5') AS check_ours \gset
SELECT count(*) AS expected FROM bench.asked AS a, bench.policy AS p WHERE a.id <= 5 AND growth_index.matches(p.criteria, a.profile) \gset
SELECT count(*) = :expected AS same FROM bench.asked AS a, bench.path AS p WHERE a.id <= 5 AND a.document @@ p.path \gset
:check_ours \gset found_
SELECT :'same'::boolean AND :found_sum = :expected AS same \gset
\if :same
\else
\warn policy_set: the set, matches() and jsonpath disagree
SELECT 1 / 0;
\endif
SELECT bench.ms(:'ours', 7) / :asked AS ours \gset
SELECT bench.ms('SELECT count(*) FROM bench.asked AS a, bench.path AS p WHERE a.id <= 5 AND a.document @@ p.path', 1) / 5 AS jsonpath \gset
SELECT bench.line_fine(format('policy_set_%sk/jsonpath', :count / 1000), :ours, :jsonpath);
DROP TABLE bench.policy, bench.path;
