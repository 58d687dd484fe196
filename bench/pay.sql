-- pay/*: one benefit taken to the money by single calls, against as many
-- transactions of one inserted row; and a day's run, confirmed to paid, against
-- 2,000 a second.  With fsync, as money wants it.
SET search_path = growth_index, public;
SET client_min_messages = warning;
ALTER SYSTEM SET fsync = on;
SELECT pg_reload_conf() \g /dev/null
INSERT INTO indicator (code, data_type) VALUES ('bench_award', 'number');
INSERT INTO enterprise (credit_code, name)
SELECT credit_code_complete('91410100MY' || lpad(i::text, 7, '0')), 'firm ' || i FROM generate_series(1, 10200) AS i;
INSERT INTO observation (credit_code, indicator, value, period_end)
SELECT credit_code, 'bench_award', to_jsonb(100 + hashint4(substr(name, 6)::integer) % 50), current_date - 1 FROM enterprise WHERE name LIKE 'firm %';
INSERT INTO budget (code, amount) VALUES ('bench', 1e9);
SELECT add_policy('bench', 'bench_award > 0', 'bench_award', period => 'once', publicity_days => 0, budget_code => 'bench') \g /dev/null
CALL refresh();
VACUUM (ANALYZE);
SELECT propose_entitlements(current_date - 1) \g /dev/null
CREATE TABLE bench.row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, entitlement bigint, step text, happened_at timestamptz DEFAULT clock_timestamp());

-- 200 by single calls: 6 calls each, each a transaction
CREATE TABLE bench.single AS SELECT id, credit_code FROM entitlement WHERE policy = 'bench' ORDER BY id LIMIT 200;
SELECT clock_timestamp() AS began \gset
\o /dev/null
SELECT format('INSERT INTO bench.row (entitlement, step) VALUES (%s, %L)', id, step) FROM bench.single, unnest('{a,b,c,d,e,f}'::text[]) AS step ORDER BY id, step \gexec
\o
SELECT extract(epoch FROM clock_timestamp() - :'began'::timestamptz) * 1000 AS inserts, clock_timestamp() AS began \gset
\o /dev/null
SELECT format(call, id, credit_code) FROM bench.single, unnest(ARRAY['SELECT growth_index.review_entitlement(%s, key => ''r %1$s'')', 'SELECT growth_index.publicise_entitlement(%s, key => ''u %1$s'')',
	'SELECT growth_index.push_entitlement(%s, key => ''s %1$s'')', 'SELECT growth_index.confirm_entitlement(%s, %L, ''c %1$s'')',
	'SELECT growth_index.approve_entitlement(%s, ''sun'', ''a %1$s'')', 'SELECT growth_index.pay_entitlement(%s, ''cashier'', ''p %1$s'')']) WITH ORDINALITY AS c(call, n)
ORDER BY id, n \gexec
\o
SELECT extract(epoch FROM clock_timestamp() - :'began'::timestamptz) * 1000 AS calls \gset
SELECT count(*) = 200 AS paid FROM bench.single JOIN entitlement AS e USING (id) WHERE e.state = 'paid' \gset
\if :paid
SELECT bench.line('pay/empty_transaction', :calls / 200, :inserts / 200);
\else
\warn pay: not all were paid
SELECT 1 / 0;
\endif

-- 10,000 in batch: confirmed → approved → paid
SELECT advance_entitlements(current_date - 1), advance_entitlements(current_date) \g /dev/null
SELECT count(confirm_entitlement(id, credit_code, 'c ' || id)) AS confirmed FROM entitlement WHERE policy = 'bench' AND state = 'pushed' \gset
VACUUM (ANALYZE);
SELECT clock_timestamp() AS began \gset
SELECT advance_entitlements(current_date) \g /dev/null
SELECT extract(epoch FROM clock_timestamp() - :'began'::timestamptz) * 1000 AS batch \gset
SELECT count(*) = 10200 AND NOT EXISTS (SELECT FROM reconcile()) AS paid FROM entitlement WHERE policy = 'bench' AND state = 'paid' \gset
\if :paid
SELECT bench.line('pay/batch_2000_a_second', :batch, :confirmed / 2.0);
\else
\warn pay: not all were paid, or the books do not agree
SELECT 1 / 0;
\endif
ALTER SYSTEM RESET fsync;
SELECT pg_reload_conf() \g /dev/null
-- the scenario of the tests, at its full size: 16 sessions, 10,000 benefits
SELECT greatest(:rows / 100, 100) AS load \gset
\setenv PAY_LOAD :load
\setenv PAY_KILLS 10
\! bash test/scenario/pay_load.sh | grep -vE '^ok|^1\.\.' >&2
