-- policy_set_*/jsonpath: one profile against 1,000, 10,000 and 100,000 policies,
-- in milliseconds a profile, with the same policies as jsonpath over jsonb.
-- The set is compiled before; the first answer is compared with matches().
CREATE TABLE bench.asked AS SELECT id, profile, growth_index.jsonb(profile) AS document FROM bench.profile WHERE id <= 1000;
ANALYZE bench.asked;

-- the criteria as jsonpath: the generator's forms, and nothing else
CREATE FUNCTION bench.jsonpath(criteria text) RETURNS jsonpath LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	path text := criteria;
	part text[];
BEGIN
	FOR part IN SELECT regexp_matches(criteria, '(\w+ (?:NOT )?IN \(([^)]*)\))', 'g') LOOP
		path := replace(path, part[1], (SELECT CASE WHEN part[1] LIKE '% NOT IN %' THEN '!' ELSE '' END || '(' ||
			string_agg(split_part(part[1], ' ', 1) || ' == "' || btrim(m, ''' ') || '"', ' || ') || ')' FROM regexp_split_to_table(part[2], ',') AS m));
	END LOOP;
	path := regexp_replace(path, '(\w+) BETWEEN (\S+) AND ([-0-9.]+)', '(\1 >= \2 && \1 <= \3)', 'g');
	path := regexp_replace(path, 'DATE ''([-0-9]+)''', '"\1"', 'g');
	path := regexp_replace(path, '\m(flag_\d)\M', '(\1 == true)', 'g');
	path := replace(replace(replace(path, ' AND ', ' && '), ' OR ', ' || '), 'NOT ', '!');
	path := regexp_replace(path, '!\(', '!(', 'g');
	RETURN regexp_replace(path, '\m(money|ratio|count|flag|industry|stage|founded)', '$.\1', 'g')::jsonpath;
END $$;

\set count 1000
\set asked 1000
\ir policy_set_one.sql
\set count 10000
\set asked 200
\ir policy_set_one.sql
\set count 100000
\set asked 30
\ir policy_set_one.sql
