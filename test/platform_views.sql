/*
 * Views: what they say is what the tables say, counted the slow way; and their
 * types and names, on which others rely.
 */
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT no_plan();
INSERT INTO department (code) VALUES ('d');
INSERT INTO indicator (code, department) VALUES ('a', 'd'), ('b', 'd'), ('never', 'd');
INSERT INTO enterprise (credit_code, name, industry)
SELECT credit_code_complete('91410100MW' || lpad(n::text, 7, '0')), 'firm ' || n, 'C39' FROM generate_series(1, 60) AS n;
SELECT add_scorecard('innovation', '{"name": "t", "dimensions": [{"code": "x"}], "indicators": [{"code": "a", "dimension": "x", "normalise": {"linear": [0, 10]}, "weight": 60, "missing": "undecided"}, {"code": "b", "dimension": "x", "normalise": {"linear": [0, 10]}, "weight": 40, "missing": "zero"}], "ratings": [{"grade": "A", "from": 50}, {"grade": "C", "from": 0}]}') \g /dev/null
SELECT add_scorecard('second', '{"name": "u", "dimensions": [{"code": "x"}], "indicators": [{"code": "b", "dimension": "x", "normalise": {"linear": [0, 10]}, "weight": 100, "missing": "zero"}]}') \g /dev/null

SELECT add_scorecard('third', '{"name": "w", "dimensions": [{"code": "x"}], "indicators": [{"code": "b", "dimension": "x", "normalise": {"linear": [0, 10]}, "weight": 100}], "ratings": [{"grade": "A", "from": 20}, {"grade": "B", "from": 0}]}') \g /dev/null
SELECT add_policy('p' || i, format('a >= %s', i)::criteria, 'a * 1000') FROM generate_series(1, 4) AS i \g /dev/null
CREATE TEMP VIEW rated AS
SELECT s.scorecard, s.rating, count(*) AS enterprises, round(count(*) / sum(count(*)) OVER (PARTITION BY s.scorecard), 4) AS share,
	round(avg(s.score), 2) AS average_score
FROM growth_index.score AS s WHERE s.rating IS NOT NULL GROUP BY s.scorecard, s.rating;

/* after each of many changes the counts are those of the tables */
CREATE FUNCTION pg_temp.wrong() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT 'rank ' || s.credit_code::text FROM growth_index.enterprise_score AS s
	WHERE s.rank IS DISTINCT FROM (SELECT CASE WHEN s.score IS NOT NULL THEN 1 + count(*) END FROM growth_index.score AS o
		WHERE o.scorecard = s.scorecard AND o.score > s.score)
	UNION ALL
	SELECT 'known ' || q.indicator FROM growth_index.data_quality AS q
	WHERE (q.known, q.known + q.unknown) IS DISTINCT FROM (SELECT (count(*) FILTER (WHERE p.profile OPERATOR(growth_index.?) q.indicator), count(*))
		FROM growth_index.enterprise_profile AS p)
	UNION ALL
	SELECT 'rating ' || x.rating::text FROM ((TABLE growth_index.rating_distribution EXCEPT TABLE pg_temp.rated) UNION ALL
		(TABLE pg_temp.rated EXCEPT TABLE growth_index.rating_distribution)) AS x
	UNION ALL
	SELECT 'reach ' || q.policy FROM growth_index.policy_reach AS q
	WHERE (q.eligible, q.undecided, q.award_total) IS DISTINCT FROM (SELECT (count(*) FILTER (WHERE m.decision = 'eligible'),
			count(*) FILTER (WHERE m.decision = 'undecided'), coalesce(sum(m.award) FILTER (WHERE m.decision = 'eligible'), 0))
		FROM growth_index.policy_match AS m WHERE m.policy = q.policy AND m.version = q.version AND m.until IS NULL)
	UNION ALL
	SELECT 'industry ' || coalesce(i ->> 'industry', '-') FROM jsonb_array_elements(nullif(growth_index.cockpit() -> 'industries', 'null')) AS i
	WHERE ((i ->> 'enterprises')::bigint, (i ->> 'average')::numeric) IS DISTINCT FROM (SELECT (count(*), round(avg(s.score), 1))
		FROM growth_index.score AS s JOIN growth_index.enterprise AS e ON e.credit_code OPERATOR(growth_index.=) s.credit_code
		WHERE s.scorecard = 'innovation' AND s.score IS NOT NULL AND left(e.industry, 3) IS NOT DISTINCT FROM i ->> 'industry')
	UNION ALL
	SELECT 'headline' FROM growth_index.headline AS h
	WHERE (h.rated_enterprises, h.scored_enterprises) IS DISTINCT FROM (SELECT (count(DISTINCT s.credit_code) FILTER (WHERE s.rating IS NOT NULL),
		count(*) FILTER (WHERE s.scorecard = 'innovation' AND s.status = 'scored')) FROM growth_index.score AS s)
$$;
SELECT is_empty('SELECT pg_temp.wrong()', 'nothing is known of nobody');
INSERT INTO upload SELECT credit_code, 'a', substr(name, 6)::integer % 7, '2020-12-31', 'd' FROM enterprise WHERE substr(name, 6)::integer % 4 > 0;
CALL refresh(batch_size => 7);
SELECT is_empty('SELECT pg_temp.wrong()', 'ranks and what is known, at first');
INSERT INTO upload SELECT credit_code, 'b', substr(name, 6)::integer % 5, '2020-12-31', 'd' FROM enterprise WHERE substr(name, 6)::integer % 3 > 0;
CALL refresh(batch_size => 11);
SELECT is_empty('SELECT pg_temp.wrong()', 'after more is known');
INSERT INTO observation (credit_code, indicator, value, period_end) SELECT credit_code, 'a', 'null', '2020-12-31' FROM enterprise WHERE name LIKE 'firm 1%';
SELECT refresh_batch(100) \g /dev/null
SELECT is_empty('SELECT pg_temp.wrong()', 'after values are taken back');
SELECT cmp_ok((SELECT sum(eligible) FROM policy_reach), '>', 0::numeric, 'policies reach some');
UPDATE enterprise SET industry = CASE WHEN name LIKE '%3' THEN 'I651' END WHERE name LIKE 'firm 3%';
CALL refresh();
SELECT is_empty('SELECT pg_temp.wrong()', 'after enterprises went to other industries');
SELECT add_policy('p1', 'a >= 2', 'a * 2000') \g /dev/null
SELECT is((SELECT eligible FROM policy_reach WHERE policy = 'p1'), 0::bigint, 'a new version reaches nobody before a refresh');
SELECT refresh_all() \g /dev/null
CALL refresh();
SELECT is_empty('SELECT pg_temp.wrong()', 'after a new version of a policy');
DELETE FROM enterprise WHERE name LIKE 'firm 2%';
SELECT is_empty('SELECT pg_temp.wrong()', 'after enterprises went');
UPDATE scorecard_version SET active = false WHERE code = 'second';
SELECT refresh_all() \g /dev/null
CALL refresh();
SELECT is_empty('SELECT pg_temp.wrong()', 'after a scorecard is taken out of force');
SELECT is_empty($$SELECT * FROM enterprise_score WHERE scorecard = 'second'$$, 'which ranks nobody any more');
CREATE TEMP TABLE sums AS SELECT scorecard, score, sum(enterprises) FROM score_count GROUP BY 1, 2 HAVING sum(enterprises) <> 0;
SELECT fold_counts() \g /dev/null
SELECT bag_eq('SELECT scorecard, score, enterprises::numeric FROM score_count', 'SELECT * FROM sums', 'folded, the sums are the same, a row each');
SELECT is_empty('SELECT pg_temp.wrong()', 'and so is what is read from the counts');
SELECT is((SELECT count(*) FROM score_tally), (SELECT count(*) FROM (SELECT DISTINCT scorecard, rating, industry FROM score_tally) AS t), 'a row each of ratings and industries');
SELECT is((SELECT count(*) FROM match_tally), (SELECT count(*) FROM (SELECT DISTINCT policy, version, decision FROM match_tally) AS t), 'and of matches');
DELETE FROM policy_match WHERE policy = 'p3';
DELETE FROM growth_index.score WHERE scorecard = 'third';
SELECT is_empty('SELECT pg_temp.wrong()', 'after an administrator took rows away');
SELECT throws_ok('TRUNCATE growth_index.policy_match', '23001', NULL, 'matches are not truncated past their tally');
SELECT results_eq('SELECT DISTINCT known, unknown, coverage FROM data_quality WHERE indicator = ''never''', 'SELECT 0::bigint, count(*), 0.0000 FROM enterprise_profile', 'what nobody has is known of nobody');
SELECT throws_ok('TRUNCATE growth_index.score', '23001', NULL, 'scores are not truncated past their counts');
SELECT throws_ok('TRUNCATE growth_index.enterprise_profile', '23001', NULL, 'nor are profiles');

/* ---- names and types ---- */
SELECT is_empty($$SELECT v FROM unnest('{enterprise_score,score_history,dimension_score,indicator_latest,rating_distribution,policy_reach,benefit_summary,
	financing_summary,data_quality,data_review,headline,job_health}'::text[]) AS v WHERE to_regclass('growth_index.' || v) IS NULL$$, 'the views are there');
SELECT is_empty($$SELECT c.relname, a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
	WHERE c.relnamespace = 'growth_index'::regnamespace AND c.relkind = 'v' AND col_description(c.oid, a.attnum) IS NULL$$, 'each column of a view says what it is');
SELECT is_empty($$SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
	WHERE c.relnamespace = 'growth_index'::regnamespace AND c.relkind = 'v'
		AND a.atttypid IN ('float8'::regtype, 'float4'::regtype, 'timestamp'::regtype, 'money'::regtype, 'oid'::regtype, 'unknown'::regtype)$$, 'and is no float, nor a time without its zone');
SELECT is_empty($$SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'growth_index'::regnamespace AND c.relkind = 'v'
	AND c.relname IN ('enterprise_score', 'dimension_score', 'indicator_latest', 'rating_distribution', 'policy_reach', 'data_quality', 'data_review', 'matching_profiles',
		'benefit_summary', 'financing_summary')
	AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)$$, 'views on enterprises show each role its own rows');
SELECT * FROM finish();
