-- How many rows the planner expects of a match follows the numbers of policies,
-- products and enterprises, as of the last ANALYZE.
SET search_path = growth_index, public;
SET client_min_messages = error;
SELECT plan(20);

CREATE FUNCTION pg_temp.expected(call text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) SELECT * FROM growth_index.' || call INTO plan;
	RETURN plan #>> '{0,Plan,Plan Rows}';
END $$;
/* rows as tables are filled in bulk: nothing of the estimate asks what is in them */
CREATE FUNCTION pg_temp.fill(firms int, policies int, products int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO growth_index.enterprise_profile (credit_code, profile, as_of, computed_at)
	SELECT growth_index.credit_code_complete('91410100MR' || lpad(n::text, 7, '0')), '{}', current_date, now() FROM generate_series(1, firms) AS n ON CONFLICT DO NOTHING;
	INSERT INTO growth_index.policy (code, version, criteria, award) SELECT 'p' || n, 1, 'a > 0', '1' FROM generate_series(1, policies) AS n ON CONFLICT DO NOTHING;
	INSERT INTO growth_index.product (code, version, institution, criteria, credit) SELECT 'q' || n, 1, 'bank', 'a > 0', '1' FROM generate_series(1, products) AS n ON CONFLICT DO NOTHING;
	ANALYZE growth_index.enterprise_profile, growth_index.policy, growth_index.product;
END $$;
SET session_replication_role = replica;

SELECT is(pg_temp.expected($$match_policies('{}'::growth_index.profile)$$), 50::numeric, 'never analyzed, policies count as a thousand');
SELECT is(pg_temp.expected('match_all()'), 50000::numeric, 'and pairs of a policy and an enterprise as a million');

SELECT pg_temp.fill(2000, 400, 100) \g /dev/null
SELECT is(pg_temp.expected($$match_policies('{}'::growth_index.profile)$$), 20::numeric, 'policies of a profile');
SELECT is(pg_temp.expected($$match_policies('x')$$), 20::numeric, 'of a credit code as text');
SELECT is(pg_temp.expected($$match_policies(NULL::growth_index.credit_code)$$), 20::numeric, 'of a credit code');
SELECT is(pg_temp.expected($$match_products('{}'::growth_index.profile)$$), 5::numeric, 'products');
SELECT is(pg_temp.expected($$match_enterprises('p1')$$), 100::numeric, 'enterprises of a policy');
SELECT is(pg_temp.expected('match_all()'), 40000::numeric, 'all of all');
SELECT is(pg_temp.expected($$near_misses('x'::text)$$), 40::numeric, 'enterprises that nearly have a policy');
SELECT is(pg_temp.expected($$near_misses('x'::text, most => 7)$$), 7::numeric, 'no more than are asked for');
SELECT is(pg_temp.expected($$near_misses('x'::text, most => (random() * 7)::int)$$), 40::numeric, 'which may not be known before');
SELECT is(pg_temp.expected($$near_misses(NULL::growth_index.credit_code)$$), 8::numeric, 'policies that an enterprise nearly has');

SELECT pg_temp.fill(20000, 4000, 1000) \g /dev/null
SELECT is(pg_temp.expected($$match_policies('{}'::growth_index.profile)$$), 200::numeric, 'of ten times the policies ten times as many');
SELECT is(pg_temp.expected($$match_products('{}'::growth_index.profile)$$), 50::numeric, 'and of products');
SELECT is(pg_temp.expected($$match_enterprises('p1')$$), 1000::numeric, 'and of enterprises');
SELECT is(pg_temp.expected('match_all()'), 4000000::numeric, 'and of pairs a hundred times');
SELECT is(pg_temp.expected($$near_misses('x'::text)$$), 100::numeric, 'nearly: not beyond the hundred of the default');

/* former versions are no policies in force */
UPDATE policy SET active = false WHERE code <> 'p1';
VACUUM ANALYZE policy;
SELECT is(pg_temp.expected($$match_policies('{}'::growth_index.profile)$$), 1::numeric, 'versions that are not in force do not count');
SELECT is(pg_temp.expected('match_all()'), 1000::numeric, 'nor for pairs');
RESET session_replication_role;
SELECT is((SELECT count(*) FROM match_policies('{"a": 1}'::profile)), 1::bigint, 'and the match itself is what it is');
SELECT * FROM finish();
