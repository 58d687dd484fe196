-- One size of bulk.sql: :count policies.
\ir policies.sql
SELECT format('SELECT sum(eligible) FROM growth_index.policy_set_count(''SELECT id, criteria FROM bench.policy'', %s, ''SELECT id, profile FROM bench.bulk'') AS c', 1000000 + :count) AS ours \gset
SELECT bench.count_by_sql(50) = (SELECT sum(c.eligible) FROM growth_index.policy_set_count('SELECT id, criteria FROM bench.policy WHERE id <= 50', NULL, 'SELECT id, profile FROM bench.bulk') AS c) AS same \gset
\if :same
\else
\warn bulk: the set and SQL disagree
SELECT 1 / 0;
\endif
SELECT bench.ms(:'ours', 3) AS ours \gset
SELECT bench.ms('SELECT bench.count_by_sql(50)', 1) * :count / 50 AS sql \gset
SELECT bench.line(format('bulk_%sk/sql', :count / 1000), :ours, :sql);
DROP TABLE bench.policy;
