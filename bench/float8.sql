-- the same in float8: what a hand-written model without exactness reads
DO $$
BEGIN
	EXECUTE (SELECT 'CREATE TABLE bench.wide_float8 AS SELECT '
		|| string_agg(attname || CASE WHEN atttypid = 'numeric'::regtype THEN '::float8 AS ' || attname ELSE '' END,
					  ', ' ORDER BY attnum) || ' FROM bench.wide'
		FROM pg_attribute WHERE attrelid = 'bench.wide'::regclass AND attnum > 0 AND NOT attisdropped);
END $$;
VACUUM (ANALYZE) bench.wide_float8;
