-- bulk_*/sql: how many of 100,000 enterprises does each of 1,000 and 10,000
-- policies reach?  By policy_set_count() over profiles, and by SQL over a wide
-- table of float8, one scan for 1,000 policies (of 10,000 the first thousand are
-- timed, for a tenth of what all take).  The counts of those must be the same,
-- and those of all policies over the first twentieth of the enterprises.
SET check_function_bodies = off;
SELECT least(:rows, 100000) AS subjects \gset
CREATE TABLE bench.bulk_wide AS SELECT * FROM bench.wide WHERE id <= :subjects;
DO $$
BEGIN
	EXECUTE (SELECT 'ALTER TABLE bench.bulk_wide ' || string_agg(format('ALTER %I TYPE float8', attname), ', ')
		FROM pg_attribute WHERE attrelid = 'bench.bulk_wide'::regclass AND attnum > 0 AND atttypid = 'numeric'::regtype);
END $$;
CREATE TABLE bench.bulk_profile AS SELECT * FROM bench.profile WHERE id <= :subjects;
VACUUM (ANALYZE) bench.bulk_wide;
VACUUM (ANALYZE) bench.bulk_profile;

-- The counts of a thousand policies, by SQL, as an array.
CREATE FUNCTION bench.sql_counts(lowest int, subjects bigint) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT 'SELECT ARRAY[' || string_agg(format('count(*) FILTER (WHERE %s)', criteria), ', ' ORDER BY id)
		|| '] FROM bench.bulk_wide WHERE id <= ' || subjects
	FROM bench.policy WHERE id BETWEEN lowest AND lowest + 999
$$;

-- ... and of all policies, by the set
CREATE FUNCTION bench.set_counts(subjects bigint) RETURNS bigint[] LANGUAGE sql STABLE AS $$
	SELECT array_agg(eligible ORDER BY key::int)
	FROM growth_index.policy_set_count('SELECT id, criteria FROM bench.policy', (SELECT count(*) FROM bench.policy),
		'SELECT id, profile FROM bench.bulk_profile WHERE id <= ' || subjects)
$$;

CREATE FUNCTION bench.bulk(name text, subjects bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	policies int := (SELECT count(*) FROM bench.policy);
	found bigint[] := bench.set_counts(subjects);
	few bigint[] := bench.set_counts(subjects / 20);
	expected bigint[];
	began timestamptz;
	theirs double precision;
BEGIN
	SET LOCAL max_parallel_workers_per_gather = 0;
	SET LOCAL jit = off;
	began := clock_timestamp();
	EXECUTE bench.sql_counts(1, subjects) INTO expected;
	theirs := extract(epoch FROM clock_timestamp() - began) * policies;
	IF expected IS DISTINCT FROM found[:1000] THEN
		RAISE EXCEPTION '%: the counts differ from those of SQL', name;
	END IF;
	FOR lowest IN 1 .. policies BY 1000 LOOP
		EXECUTE bench.sql_counts(lowest, subjects / 20) INTO expected;
		IF expected IS DISTINCT FROM few[lowest : lowest + 999] THEN
			RAISE EXCEPTION '%: counts of the policies from % on differ from those of SQL', name, lowest;
		END IF;
	END LOOP;
	RETURN bench.line(name || '/sql', bench.ms(format('SELECT bench.set_counts(%s)', subjects), 3), theirs);
END $$;

\set count 1000
\ir policies.sql
SELECT bench.bulk('bulk_1k', :subjects);

DROP TABLE bench.policy;

\set count 10000
\ir policies.sql
SELECT bench.bulk('bulk_10k', :subjects);
DROP TABLE bench.policy;
