-- What the rival runs, as one JSON document: the tables that it makes of
-- :folder/wide.csv and weight.csv, and the queries.  The model is bench.model,
-- in doubles and in decimals; of both ways the faster one counts.
SET search_path = pg_catalog;
SELECT to_regclass('bench.model') IS NULL AS alone \gset
\if :alone
\i bench/float8.sql
\i bench/model.sql
\endif

-- an indicator's points times 100, in decimals: a straight line is a quotient,
-- which DuckDB computes in doubles, rounded as the card says
CREATE OR REPLACE FUNCTION bench.decimal_points(m bench.model) RETURNS text LANGUAGE sql AS $$
	SELECT CASE m.kind
		WHEN 'linear' THEN format('CAST(round(%s * CAST(w%s AS DOUBLE), 4) AS DECIMAL(12,4))',
			bench.normalised(m, 'DOUBLE'), m.n)
		WHEN 'count' THEN format('least(%s, 20) * 5 * w%s', m.code, m.n)
		ELSE format('%s * w%s', bench.normalised(m, 'DECIMAL(7,4)'), m.n)
	END
$$;
CREATE OR REPLACE FUNCTION bench.duckdb_score(type text) RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT count(*) FROM (SELECT %s AS score FROM wide_%s JOIN weight_%2$s USING (stage)) WHERE score >= %s',
		CASE type WHEN 'decimal' THEN string_agg(bench.decimal_points(m), ' + ' ORDER BY n)
			ELSE string_agg(format('%s * w%s / 100', bench.normalised(m, 'DOUBLE'), n), ' + ' ORDER BY n) END,
		/* score rounded to 2 digits >= 60, in hundredths of a point */
		type, CASE type WHEN 'decimal' THEN '5999.5' ELSE '60' END)
	FROM bench.model m
$$;
-- the percentiles of eight indicators within their industries, read by a sum each
CREATE OR REPLACE FUNCTION bench.duckdb_fit(type text) RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT %s FROM (SELECT %s FROM wide_%s)', string_agg(format('sum(%s_%s)', kind, n), ' + '),
		string_agg(format('percent_rank() OVER (PARTITION BY industry ORDER BY %s_%s) AS %1$s_%2$s', kind, n), ', '), type)
	FROM unnest('{money,ratio}'::text[]) AS kind, generate_series(1, 4) AS n
$$;
-- a column's type with the rival
CREATE OR REPLACE FUNCTION bench.duckdb_column(name text, type text) RETURNS text LANGUAGE sql AS $$
	SELECT name || '::' || CASE
		WHEN name LIKE 'money%' THEN CASE type WHEN 'decimal' THEN 'DECIMAL(18,2)' ELSE 'DOUBLE' END
		WHEN name LIKE 'ratio%' THEN CASE type WHEN 'decimal' THEN 'DECIMAL(10,4)' ELSE 'DOUBLE' END
		WHEN name LIKE 'count%' THEN CASE type WHEN 'decimal' THEN 'INTEGER' ELSE 'DOUBLE' END
		WHEN name LIKE 'flag%' OR name = 'dishonest' THEN 'BOOLEAN'
		WHEN name IN ('industry', 'stage') THEN name
		WHEN name = 'founded' THEN 'DATE'
		WHEN name = 'id' THEN 'BIGINT'
		ELSE CASE type WHEN 'decimal' THEN 'DECIMAL(5,2)' ELSE 'DOUBLE' END
	END || ' AS ' || name
$$;

SELECT jsonb_build_object(
	'setup', (
		SELECT jsonb_build_array(
			format('CREATE TABLE wide AS SELECT * FROM read_csv(%L, all_varchar = true)', :'folder' || '/wide.csv'),
			format('CREATE TABLE weight AS SELECT * FROM read_csv(%L, all_varchar = true)', :'folder' || '/weight.csv'),
			'CREATE TYPE stage AS ENUM (SELECT DISTINCT stage FROM wide)',
			'CREATE TYPE industry AS ENUM (SELECT DISTINCT industry FROM wide)')
		|| (SELECT jsonb_agg(format('CREATE TABLE %s_%s AS SELECT %s FROM %1$s', relname, type, columns))
			FROM (SELECT relname, type, string_agg(bench.duckdb_column(attname, type), ', ' ORDER BY attnum) AS columns
				  FROM unnest('{double,decimal}'::text[]) AS type,
					   (SELECT replace(c.relname, '_numeric', '') AS relname, attname::text, attnum
						FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
						WHERE attrelid IN ('bench.wide'::regclass, 'bench.weight_numeric'::regclass) AND attnum > 0 AND NOT attisdropped) AS a
				  GROUP BY relname, type) AS t)
		|| '["DROP TABLE wide", "DROP TABLE weight"]'),
	'queries', jsonb_build_object(
		'score_double', bench.duckdb_score('double'),
		'score_decimal', bench.duckdb_score('decimal'),
		'fit_double', bench.duckdb_fit('double'),
		'fit_decimal', bench.duckdb_fit('decimal')));
