-- Each view as a reader asks it: name and ms, the middle of three.
SET search_path = growth_index, public;
CREATE FUNCTION pg_temp.ms(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	began	timestamptz;
	times	numeric[] := '{}';
BEGIN
	FOR i IN 1 .. 3 LOOP
		began := clock_timestamp();
		EXECUTE query;
		times := times || extract(epoch FROM clock_timestamp() - began) * 1000;
	END LOOP;
	RETURN (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(times) AS t);
END $$;
SELECT credit_code AS one FROM enterprise OFFSET 500 LIMIT 1 \gset
SELECT v.name || ' ' || pg_temp.ms(v.query)
FROM (VALUES ('headline', 'SELECT * FROM headline'),
	('enterprise_score_top', $$SELECT * FROM enterprise_score WHERE scorecard = 'innovation' ORDER BY score DESC NULLS LAST LIMIT 100$$),
	('enterprise_score_page', $$SELECT * FROM enterprise_score WHERE scorecard = 'innovation' ORDER BY score DESC NULLS LAST OFFSET 10000 LIMIT 100$$),
	('enterprise_score_one', format('SELECT * FROM enterprise_score WHERE credit_code = %L', :'one')),
	('score_history_one', format('SELECT * FROM score_history WHERE credit_code = %L', :'one')),
	('dimension_score_one', format('SELECT * FROM dimension_score WHERE credit_code = %L', :'one')),
	('dimension_score_industry', 'SELECT d.dimension, avg(d.share) FROM dimension_score AS d JOIN enterprise AS e ON e.credit_code = d.credit_code WHERE e.industry = ''C20'' GROUP BY d.dimension'),
	('indicator_of_all', 'SELECT count(*), avg(evaluate(''revenue'', profile)) FROM enterprise_profile'),
	('indicator_latest_one', format('SELECT * FROM indicator_latest WHERE credit_code = %L', :'one')),
	('rating_distribution', 'SELECT * FROM rating_distribution'),
	('policy_reach', 'SELECT * FROM policy_reach'),
	('benefit_summary', 'SELECT * FROM benefit_summary'),
	('financing_summary', 'SELECT * FROM financing_summary'),
	('data_quality', 'SELECT * FROM data_quality'),
	('data_review_one', format('SELECT * FROM data_review WHERE credit_code = %L', :'one')),
	('job_health', 'SELECT * FROM job_health'),
	('cockpit', 'SELECT cockpit()')) AS v(name, query);
