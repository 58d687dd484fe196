-- The same in the set, and by matches(): all three must find as many.
CREATE TABLE bench.asked_rules AS SELECT id, profile FROM bench.profile WHERE id <= 1000;
\set ours 'SELECT sum(cardinality(growth_index.policy_set_keys(''SELECT id, criteria FROM bench.policy'', 1, profile))) FROM bench.asked_rules'
:ours \gset found_
SELECT :found_sum = :matches AND :matches = (SELECT count(*) FROM bench.asked_rules AS a, bench.policy AS p WHERE growth_index.matches(p.criteria, a.profile)) AS same \gset
\if :same
\else
\warn json_logic: the set, matches() and json-logic-engine disagree
SELECT 1 / 0;
\endif
SELECT bench.ms(:'ours', 7) / (SELECT count(*) FROM bench.asked_rules) AS ours \gset
SELECT bench.line_fine('policy_set_1k/json_logic', :ours, :theirs);
DROP TABLE bench.policy, bench.asked_rules;
