-- One model, 24 of the 32 indicators scored: 8 in bins, 8 clamped linear, 4
-- capped counts, 4 flags; three dimensions, three stages of weights.  From this
-- one table come the scorecard and both hand-written queries.
CREATE TABLE bench.model (
	n integer PRIMARY KEY, code text, dimension text, kind text,
	start_up numeric, growth numeric, stable numeric
);
INSERT INTO bench.model
SELECT n, code, (ARRAY['technology', 'operation', 'auxiliary'])[1 + n % 3], kind,
	4.25 - 0.01 * (n % 5), 4.10 + 0.02 * (n % 4), 4.00 + 0.03 * (n % 6)
FROM unnest(ARRAY[
	'money_1', 'money_2', 'money_3', 'money_4', 'ratio_1', 'ratio_2', 'ratio_3', 'ratio_4',
	'money_5', 'money_6', 'money_7', 'money_8', 'ratio_5', 'ratio_6', 'ratio_7', 'ratio_8',
	'count_1', 'count_2', 'count_3', 'count_4', 'flag_1', 'flag_2', 'flag_3', 'flag_4'])
	WITH ORDINALITY AS c(code, n),
	LATERAL (SELECT CASE WHEN n <= 8 THEN 'bins' WHEN n <= 16 THEN 'linear'
		WHEN n <= 20 THEN 'count' ELSE 'flag' END) AS k(kind);
-- the last one takes what is left of 100
UPDATE bench.model SET
	start_up = start_up + 100 - (SELECT sum(start_up) FROM bench.model),
	growth = growth + 100 - (SELECT sum(growth) FROM bench.model),
	stable = stable + 100 - (SELECT sum(stable) FROM bench.model)
WHERE n = 24;

-- weights as plain columns of each type, a row a stage: the rival pays no cast
DO $$
DECLARE
	type text;
BEGIN
	FOREACH type IN ARRAY '{numeric,float8}'::text[] LOOP
		EXECUTE (SELECT format('CREATE TABLE bench.weight_%s AS SELECT %L::text AS stage, %s UNION ALL SELECT %L, %s UNION ALL SELECT %L, %s', type,
			'start-up', string_agg(format('%s::%s AS w%s', start_up, type, n), ', ' ORDER BY n),
			'growth', string_agg(format('%s::%s', growth, type), ', ' ORDER BY n),
			'stable', string_agg(format('%s::%s', stable, type), ', ' ORDER BY n)) FROM bench.model);
		EXECUTE format('ANALYZE bench.weight_%s', type);
	END LOOP;
END $$;

CREATE TABLE bench.card AS
SELECT jsonb_build_object('name', 'bench', 'segment', 'stage',
	'segments', '["start-up", "growth", "stable"]'::jsonb,
	'dimensions', '[{"code": "technology"}, {"code": "operation"}, {"code": "auxiliary"}]'::jsonb,
	'indicators', jsonb_agg(jsonb_build_object('code', code, 'dimension', dimension,
		'normalise', CASE
			WHEN kind = 'bins' AND code LIKE 'money%' THEN '{"bins": [[100000, 20], [1000000, 40], [5000000, 60], [20000000, 80], [100000000, 100]]}'::jsonb
			WHEN kind = 'bins' THEN '{"bins": [[0, 20], [0.03, 40], [0.05, 60], [0.15, 80], [0.5, 100]]}'
			WHEN kind = 'linear' AND code LIKE 'money%' THEN '{"linear": [100000, 100000000]}'
			WHEN kind = 'linear' THEN '{"linear": [-0.1, 0.5]}'
			WHEN kind = 'count' THEN '{"per_unit": {"points": 5, "cap": 20}}'
			ELSE '{"flag": true}' END,
		'weight', jsonb_build_object('start-up', start_up, 'growth', growth, 'stable', stable)) ORDER BY n),
	'ratings', '[{"grade": "AAA", "from": 90}, {"grade": "AA", "from": 80}, {"grade": "A", "from": 70},
		{"grade": "BBB", "from": 60}, {"grade": "BB", "from": 50}, {"grade": "B", "from": 40},
		{"grade": "CCC", "from": 30}, {"grade": "CC", "from": 20}, {"grade": "C", "from": 0}]'::jsonb
	)::growth_index.scorecard AS card
FROM bench.model;

-- the normalised value of an indicator, as somebody would write it by hand
CREATE FUNCTION bench.normalised(m bench.model, type text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE
		WHEN m.kind = 'bins' AND m.code LIKE 'money%' THEN replace(format('CASE WHEN %1$s >= 100000000 THEN 100# WHEN %1$s >= 20000000 THEN 80# WHEN %1$s >= 5000000 THEN 60# WHEN %1$s >= 1000000 THEN 40# WHEN %1$s >= 100000 THEN 20# ELSE 0# END', m.code), '#', '::' || type)
		WHEN m.kind = 'bins' THEN replace(format('CASE WHEN %1$s >= 0.5# THEN 100# WHEN %1$s >= 0.15# THEN 80# WHEN %1$s >= 0.05# THEN 60# WHEN %1$s >= 0.03# THEN 40# WHEN %1$s >= 0# THEN 20# ELSE 0# END', m.code), '#', '::' || type)
		WHEN m.kind = 'linear' AND m.code LIKE 'money%' THEN format('least(greatest((%1$s - 100000) * 100 / 99900000, 0), 100)', m.code)
		WHEN m.kind = 'linear' THEN replace(format('least(greatest((%1$s + 0.1#) * 100 / 0.6#, 0), 100)', m.code), '#', '::' || type)
		WHEN m.kind = 'count' THEN format('least(%1$s, 20) * 5', m.code)
		ELSE format('CASE WHEN %1$s THEN 100::%2$s ELSE 0::%2$s END', m.code, type)
	END
$$;

-- the score of a row as one SQL expression, the weights joined to it as columns
CREATE FUNCTION bench.query(type text) RETURNS text LANGUAGE sql AS $$
	SELECT format('SELECT count(*) FROM (SELECT %s AS score FROM bench.%s JOIN bench.weight_%s USING (stage) OFFSET 0) AS s WHERE score >= 60',
		CASE type
			WHEN 'numeric' THEN 'round(' || string_agg(format('round(%s * w%s / 100, 6)', bench.normalised(m, type), n), ' + ' ORDER BY n) || ', 2)'
			ELSE string_agg(format('%s * w%s / 100', bench.normalised(m, type), n), ' + ' ORDER BY n)
		END,
		CASE type WHEN 'numeric' THEN 'wide' ELSE 'wide_float8' END, type)
	FROM bench.model m
$$;
