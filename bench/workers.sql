-- score_two_workers/*: two parallel workers against one, and against the backend
-- alone.  The leader only gathers, so that two workers are two processes.  It is
-- for a table of the size at which the planner takes two by itself, at its
-- ordinary costs; :suffix tells apart the runs of servers with other settings.
CREATE OR REPLACE FUNCTION bench.workers_planned(query text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
	RETURN (SELECT (regexp_match(plan::text, '"Workers Planned": ([0-9]+)'))[1]::integer);
END $$;
SELECT format($$SELECT count(*) FILTER (WHERE growth_index.score(%L, profile) >= 60) FROM bench.profile$$, card) AS query FROM bench.card \gset
SELECT bench.workers_planned(:'query') >= 2 AS planned \gset
\if :planned
SELECT bench.ms(:'query', 7, false, 2) AS two \gset
SELECT bench.line('score_two_workers' || :'suffix' || '/one', :two, bench.ms(:'query', 7, false, 1));
SELECT bench.line('score_two_workers' || :'suffix' || '/backend', :two, bench.ms(:'query', 7));
-- what two workers bring the plain scan: each is a new process that has yet to map the shared memory
SELECT bench.line('scan_two_workers' || :'suffix' || '/backend', bench.ms($$SELECT count(profile) FROM bench.profile$$, 7, false, 2),
	bench.ms($$SELECT count(profile) FROM bench.profile$$, 7));
\else
\warn score_two_workers is skipped: the planner takes no two workers for a table of this size
\endif
