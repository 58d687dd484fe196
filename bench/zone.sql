-- zone/*: the demo's zone of 6,800 enterprises through the
-- platform: upload, refresh (profiles, scores, ratings, matches), and what of
-- that is the engine's.
SET search_path = growth_index, public;
SET client_min_messages = warning;
\o /dev/null
\cd demo
\i zone/enterprises.sql
\i zone/figures.sql
\i zone/catalogue.sql
\i zone/rules.sql
\i zone/uploads.sql
\cd ..
CALL refresh();
\o

INSERT INTO upload (credit_code, indicator, value, period_end, department)
SELECT credit_code, indicator, value, period_end, department FROM zone.line ORDER BY department, line;
SELECT clock_timestamp() AS began \gset
CALL refresh();
SELECT extract(epoch FROM clock_timestamp() - :'began'::timestamptz) * 1000 AS refresh \gset
VACUUM (ANALYZE);

SELECT bench.ms($$SELECT count(profile) FROM growth_index.enterprise_profile$$) AS scan \gset
SELECT bench.ms($$SELECT count(growth_index.score(c.card, p.profile, current_date)), count(growth_index.rating(c.card, p.profile, current_date))
	FROM growth_index.enterprise_profile AS p, growth_index.scorecard_version AS c WHERE c.active AND c.code = 'innovation'$$)
	+ bench.ms($$WITH m AS MATERIALIZED (SELECT profile FROM growth_index.matching_profiles)
	SELECT count(*) FILTER (WHERE growth_index.matches(o.criteria, m.profile, current_date))
	FROM (SELECT criteria FROM growth_index.policy WHERE active UNION ALL SELECT criteria FROM growth_index.product WHERE active) AS o,
		m$$) AS engine \gset
SELECT bench.line('zone/score_and_match', :engine, :scan);
SELECT bench.line('zone/refresh', :refresh, :engine);
