-- fit/duckdb: the engine's figure beside the rival's, :theirs milliseconds.
SELECT jsonb_build_object('name', 'fit', 'dimensions', '[{"code": "d"}]'::jsonb, 'indicators',
	jsonb_agg(jsonb_build_object('code', code, 'dimension', 'd', 'weight', 12.5,
		'normalise', '{"percentile": {"group": ["industry"]}}'::jsonb)))::growth_index.scorecard AS card
FROM (SELECT kind || '_' || n AS code FROM unnest('{money,ratio}'::text[]) AS kind, generate_series(1, 4) AS n) AS c \gset
SELECT bench.ms(format($$SELECT growth_index.fit(%L::growth_index.scorecard, profile) FROM bench.profile$$, :'card'), 3) AS ours \gset
CREATE TEMP TABLE fitted AS SELECT growth_index.fit(:'card'::growth_index.scorecard, profile) AS card FROM bench.profile;
-- the first indicator's percentiles in one industry, or the figure means nothing
SELECT bool_and(abs(s - w) <= 0.1) AS same FROM (
	SELECT (SELECT d.normalised FROM growth_index.score_detail(f.card, growth_index.profile(x)) AS d WHERE d.code = 'money_1') AS s, x.w
	FROM fitted AS f, (SELECT *, 100 * percent_rank() OVER (PARTITION BY industry ORDER BY money_1) AS w FROM bench.wide ORDER BY id LIMIT 3) AS x) AS t \gset
\if :same
SELECT bench.line('fit/duckdb', :ours, :theirs);
\else
\warn fit/duckdb: the percentiles are not those of percent_rank()
SELECT 1 / 0;
\endif
