-- Scores, ratings and matches of all profiles, by the engine: ms.
\set from 'clock_timestamp()'
SET search_path = growth_index, public;
SELECT :from AS began \gset
SELECT count(s.score) FROM enterprise_profile AS p, scorecard_version AS c, LATERAL score_status(c.card, p.profile, current_date) AS s WHERE c.active \g /dev/null
SELECT count(*) FROM matching_profiles AS m, (SELECT criteria FROM policy WHERE active UNION ALL SELECT criteria FROM product WHERE active) AS o
WHERE matches(o.criteria, m.profile, current_date) \g /dev/null
SELECT extract(epoch FROM clock_timestamp() - :'began') * 1000;
