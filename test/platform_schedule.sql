-- Scheduling where pg_cron is not in the database.  With pg_cron: scenario/cron_refresh.sh.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap;
SELECT no_plan();

SELECT throws_ok('SELECT growth_index.schedule_jobs()', '55000',
	format('pg_cron is not installed in database "%s"', current_database()), 'schedule_jobs() says what is missing');
SELECT throws_ok('SELECT growth_index.unschedule_jobs()', '55000', NULL, 'so does unschedule_jobs()');
CREATE FUNCTION hint_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE hint text;
BEGIN
	EXECUTE statement;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN hint;
END $$;
SELECT matches(hint_of('SELECT growth_index.schedule_jobs()'), 'cron\.schedule_in_database|CREATE EXTENSION pg_cron', 'with a hint how to get it');
SELECT matches(hint_of('SELECT growth_index.schedule_jobs()'), 'CALL growth_index.run_refresh_job\(\)', 'and what another scheduler can run');
SELECT results_eq('SELECT job, scheduled, backlog FROM growth_index.job_health ORDER BY job DESC',
	$$VALUES ('growth_index refresh', false, 0::bigint), ('growth_index daily', false, 0::bigint)$$, 'job_health works without it');

INSERT INTO growth_index.enterprise (credit_code, name) VALUES (growth_index.credit_code_complete('91410100MA0000001'), '甲');
SELECT results_eq('SELECT backlog, lag > ''0'' FROM growth_index.job_health', 'VALUES (1::bigint, true), (1, true)', 'and shows the backlog and how long it has waited');
CALL growth_index.run_refresh_job();
SELECT results_eq('SELECT backlog, lag, last_refresh_at IS NOT NULL, running FROM growth_index.job_health',
	'VALUES (0::bigint, NULL::interval, true, 0::bigint), (0, NULL, true, 0)', 'the job can be called without it');
SELECT results_eq('SELECT growth_index.job_lock(''refresh''), growth_index.job_unlock(''refresh'')', 'VALUES (true, true)', 'and leaves no lock behind');
CALL growth_index.run_daily_job();
SELECT is((SELECT count(*) FROM growth_index.refresh_run), 2::bigint, 'the daily job refreshes every enterprise');

UPDATE growth_index.refresh_run SET started_at = started_at - interval '40 days' WHERE id = (SELECT min(id) FROM growth_index.refresh_run);
SELECT is(growth_index.forget_runs('30 days'), 1::bigint, 'old runs are forgotten');

SELECT * FROM finish();
