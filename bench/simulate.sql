-- simulate/scan: a draft over all enterprises, with what each clause does;
-- sweep_draft/scan: its reach at twenty thresholds.  Both against the plain scan of
-- the enterprises' profiles, and the reach against a count of its own.
\set QUIET on
BEGIN;
-- the profiles of the bench become those of enterprises, for as long as this lasts
SET LOCAL session_replication_role = replica;
INSERT INTO growth_index.enterprise (credit_code, name)
SELECT growth_index.credit_code_complete('91410100MA' || lpad(id::text, 7, '0')), 'firm ' || id FROM bench.profile;
INSERT INTO growth_index.enterprise_profile (credit_code, profile, as_of, computed_at)
SELECT growth_index.credit_code_complete('91410100MA' || lpad(id::text, 7, '0')), profile, current_date, now() FROM bench.profile;
SET LOCAL session_replication_role = origin;
ANALYZE growth_index.enterprise_profile;
\set criteria 'money_1 >= 20000000 AND ratio_1 >= 0.5 AND NOT dishonest AND count_1 >= 2'
\set award 'least(money_1 * 0.01, 500000)'
SELECT set_config('bench.criteria', :'criteria', true), set_config('bench.award', :'award', true) \gset ignored_
SELECT s.enterprises = (SELECT count(*) FROM bench.profile WHERE growth_index.matches(:'criteria'::growth_index.criteria, profile))
	AND s.enterprises = w.enterprises AND s.amount = w.amount AND s.enterprises > 0 AS same
FROM growth_index.simulate_policy(:'criteria', :'award') AS s,
	growth_index.sweep_draft(:'criteria', :'award', 'money_1', '{20000000}') AS w
WHERE s.aspect = 'eligible' \gset
\if :same
\else
	DO $$ BEGIN RAISE EXCEPTION 'simulation, sweep and count differ'; END $$;
\endif
SELECT bench.ms($$SELECT count(profile) FROM growth_index.matching_profiles$$) AS scan \gset
SELECT bench.ms($$SELECT * FROM growth_index.simulate_policy(current_setting('bench.criteria')::growth_index.criteria,
	current_setting('bench.award')::growth_index.formula)$$) AS simulation \gset
SELECT bench.line('simulate/scan', :simulation, :scan);
SELECT bench.ms($$SELECT * FROM growth_index.sweep_draft(current_setting('bench.criteria')::growth_index.criteria,
	current_setting('bench.award')::growth_index.formula, 'money_1', ARRAY(SELECT i * 5000000::numeric FROM generate_series(1, 20) AS i))$$) AS sweep \gset
SELECT bench.line('sweep_draft/scan', :sweep, :scan);
ROLLBACK;
