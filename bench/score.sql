-- score/*: the scorecard over profiles, against the plain scan of their table
-- and against the same model as hand-written SQL.
\i bench/float8.sql
\i bench/model.sql
SELECT card AS card FROM bench.card \gset
SELECT bench.ms($$SELECT count(profile) FROM bench.profile$$) AS scan \gset
SELECT bench.ms(format($$SELECT count(*) FILTER (WHERE growth_index.score(%L, profile) >= 60) FROM bench.profile$$, :'card')) AS ours \gset
SELECT least(bench.ms(bench.query('float8'), 3), bench.ms(bench.query('float8'), 3, true)) AS float8 \gset
SELECT bench.ms(bench.query('numeric'), 1) AS numeric \gset
SELECT bench.line('score/scan', :ours, :scan);
SELECT bench.line('score/sql_float8', :ours, :float8);
SELECT bench.line('score/sql_numeric', :ours, :numeric);
-- the same answer as numeric SQL, or the figures mean nothing
SELECT format('SELECT %s::bigint = (%s) AS same', '(SELECT count(*) FILTER (WHERE growth_index.score(' || quote_literal(:'card') || ', profile) >= 60) FROM bench.profile)', bench.query('numeric')) AS check \gset
:check \gset
\if :same
\else
\warn score: the scorecard and numeric SQL disagree
SELECT 1 / 0;
\endif

\set suffix ''
\i bench/workers.sql

-- one enterprise by key, scored with its breakdown, against the fetch of its profile alone
ALTER TABLE bench.profile ADD PRIMARY KEY (id);
CREATE FUNCTION bench.by_key(query text, rounds integer DEFAULT 2000) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
	began timestamptz;
	times double precision[] := '{}';
	highest integer := (SELECT max(id) FROM bench.profile);
BEGIN
	FOR i IN 1 .. rounds LOOP
		began := clock_timestamp();
		EXECUTE query USING 1 + (i * 7919) % highest;
		times := times || extract(epoch FROM clock_timestamp() - began)::double precision * 1000;
	END LOOP;
	RETURN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(times) AS t);
END $$;
SELECT bench.line_fine('score_detail_by_key/fetch', bench.by_key('SELECT d.* FROM bench.profile, bench.card, growth_index.score_detail(card, profile) AS d WHERE id = $1'),
	bench.by_key('SELECT profile FROM bench.profile WHERE id = $1'));
