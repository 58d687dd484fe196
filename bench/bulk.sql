-- bulk_*/sql: a hundred thousand profiles against 1,000 and 10,000 policies,
-- counted by policy; and each policy as a WHERE over the wide table, of which
-- fifty are timed and the rest inferred, since each is one scan.
CREATE TABLE bench.bulk AS SELECT id, profile FROM bench.profile WHERE id <= 100000;
CREATE TABLE bench.bulk_wide AS SELECT * FROM bench.wide WHERE id <= 100000;
VACUUM (ANALYZE) bench.bulk;
VACUUM (ANALYZE) bench.bulk_wide;

-- the sum of count(*) over the first n policies, each a statement of its own
CREATE FUNCTION bench.count_by_sql(n int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	p record;
	one bigint;
	total bigint := 0;
BEGIN
	FOR p IN SELECT criteria::text AS criteria FROM bench.policy ORDER BY id LIMIT n LOOP
		EXECUTE 'SELECT count(*) FROM bench.bulk_wide WHERE ' || p.criteria INTO one;
		total := total + one;
	END LOOP;
	RETURN total;
END $$;

\set count 1000
\ir bulk_one.sql
\set count 10000
\ir bulk_one.sql
