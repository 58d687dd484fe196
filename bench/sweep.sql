-- one_policy/scan: who of all profiles has one policy; sweep/scan: its reach at
-- twenty thresholds.  Both against the plain scan of the profiles.
SELECT bench.ms($$SELECT count(profile) FROM bench.profile$$) AS scan \gset
SELECT bench.ms($$SELECT count(*) FROM bench.profile WHERE growth_index.matches('money_1 >= 1000000 AND ratio_1 >= 0.03 AND NOT dishonest AND count_1 >= 2', profile)$$) AS one \gset
SELECT bench.line('one_policy/scan', :one, :scan);
-- what sweep_draft() does over the enterprises, over this table
SELECT bench.ms($$
	SELECT growth_index.sweep_ranks('money_1', 'least(money_1 * 0.01, 500000)',
		ARRAY(SELECT i * 5000000::numeric FROM generate_series(1, 20) AS i), profile, NULL, NULL, 0.01, 'half_up')
	FROM bench.profile WHERE growth_index.matches('ratio_1 >= 0.5 AND NOT dishonest AND count_1 >= 2', profile)$$) AS sweep \gset
SELECT bench.line('sweep/scan', :sweep, :scan);
