-- Median of :rounds runs of a query, in milliseconds; in one backend, or by so many
-- workers that the planner may choose at its ordinary costs, the leader only gathering.
-- One worker alone it never chooses, and is told to.
CREATE FUNCTION bench.ms(query text, rounds integer DEFAULT 5, jit boolean DEFAULT false, workers integer DEFAULT 0)
	RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
	began timestamptz;
	times double precision[] := '{}';
BEGIN
	PERFORM set_config('max_parallel_workers_per_gather', workers::text, true),
		set_config('parallel_leader_participation', CASE WHEN workers > 0 THEN 'off' ELSE 'on' END, true);
	PERFORM set_config(CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'debug_parallel_query' ELSE 'force_parallel_mode' END,
		CASE WHEN workers = 1 THEN 'on' ELSE 'off' END, true);
	PERFORM set_config('jit', CASE WHEN jit THEN 'on' ELSE 'off' END, true);
	EXECUTE query;
	FOR i IN 1 .. rounds LOOP
		began := clock_timestamp();
		EXECUTE query;
		times := times || extract(epoch FROM clock_timestamp() - began)::double precision * 1000;
	END LOOP;
	RETURN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(times) AS t);
END $$;

-- One line: BENCH <name> <ours> <theirs> <ratio>
CREATE FUNCTION bench.line(name text, ours double precision, theirs double precision)
	RETURNS text LANGUAGE sql AS $$
	SELECT format('BENCH %s %s %s %s', name, round(ours::numeric, 1), round(theirs::numeric, 1),
				  round((ours / theirs)::numeric, 3))
$$;

-- The same where milliseconds are too coarse.
CREATE FUNCTION bench.line_fine(name text, ours double precision, theirs double precision)
	RETURNS text LANGUAGE sql AS $$
	SELECT format('BENCH %s %s %s %s', name, round(ours::numeric, 4), round(theirs::numeric, 2),
				  round((ours / theirs)::numeric, 5))
$$;
