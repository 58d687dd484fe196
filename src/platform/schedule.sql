/*
 * Schedule: the jobs that keep the platform fresh, by pg_cron where it is
 * there.  Nothing else of the extension needs it.
 */

/* one run of a job at a time; by hand, refresh() may run beside it */
CREATE FUNCTION growth_index.job_lock(job text) RETURNS boolean
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
	SELECT pg_try_advisory_lock(hashtextextended('growth_index job ' || job, 0))
$$;
COMMENT ON FUNCTION growth_index.job_lock(text) IS 'Takes the session''s lock of a job; false where another session runs it.';

/* a session that was cut short by an error keeps its lock, and with it every later run away */
CREATE FUNCTION growth_index.job_skipped(job text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	lock_key	bigint := hashtextextended('growth_index job ' || job, 0);
	holder		record;
BEGIN
	SELECT a.pid, a.usename, a.state_change INTO holder
	FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
	WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
		AND l.classid::bigint = (lock_key >> 32) & 4294967295 AND l.objid::bigint = lock_key & 4294967295 AND a.state LIKE 'idle%';
	IF FOUND THEN
		RAISE EXCEPTION 'the % job is kept from running by an idle session', job
			USING ERRCODE = 'object_in_use', DETAIL = format('Process %s of role "%s" holds its lock, and has been idle since %s.', holder.pid, holder.usename, holder.state_change),
				HINT = format('End that session, or: SELECT pg_terminate_backend(%s).', holder.pid);
	END IF;
	RAISE NOTICE 'the % job is running in another session: skipped', job;
END
$$;
COMMENT ON FUNCTION growth_index.job_skipped(text) IS 'Internal: says that a job runs in another session; error 55006 where that session is idle, which is not to be taken for a success.';

CREATE FUNCTION growth_index.job_unlock(job text) RETURNS boolean
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
	SELECT pg_advisory_unlock(hashtextextended('growth_index job ' || job, 0))
$$;
COMMENT ON FUNCTION growth_index.job_unlock(text) IS 'Gives the session''s lock of a job back.';

CREATE PROCEDURE growth_index.run_refresh_job()
LANGUAGE plpgsql
AS $$
BEGIN
	IF NOT growth_index.job_lock('refresh') THEN
		PERFORM growth_index.job_skipped('refresh');
		RETURN;
	END IF;
	PERFORM growth_index.restore_rights();
	CALL growth_index.refresh();
	IF growth_index.fit_scorecards(unfitted_only => true) OPERATOR(pg_catalog.>) 0 THEN
		COMMIT;
		CALL growth_index.refresh();
	END IF;
	PERFORM growth_index.refresh_peers('1 hour');
	PERFORM growth_index.job_unlock('refresh');
END
$$;
COMMENT ON PROCEDURE growth_index.run_refresh_job() IS 'What the job "growth_index refresh" does: refresh(), fit_scorecards() of what was not fitted yet, and each hour refresh_peers(); nothing where the job is running already; error 55006 where a session keeps its lock that does nothing.';

CREATE PROCEDURE growth_index.run_daily_job()
LANGUAGE plpgsql
AS $$
BEGIN
	IF NOT growth_index.job_lock('daily') THEN
		PERFORM growth_index.job_skipped('daily');
		RETURN;
	END IF;
	PERFORM growth_index.prepare_years();
	COMMIT;
	/* ages, and what is valid from or until a day, change without new data */
	PERFORM growth_index.refresh_all();
	COMMIT;
	CALL growth_index.refresh();
	/* by the profiles of the new day */
	IF growth_index.fit_scorecards() OPERATOR(pg_catalog.>) 0 THEN
		COMMIT;
		CALL growth_index.refresh();
	END IF;
	PERFORM growth_index.advance_entitlements(CURRENT_DATE);
	COMMIT;
	PERFORM growth_index.fold_counts();
	PERFORM growth_index.refresh_peers();
	PERFORM growth_index.forget_runs();
	PERFORM growth_index.job_unlock('daily');
END
$$;
COMMENT ON PROCEDURE growth_index.run_daily_job() IS 'What the job "growth_index daily" does: the partitions of observation (prepare_years()), refresh of every enterprise for the new day, fit_scorecards() and the scores that follow from it, the day''s steps of benefits, and the retention of run logs; nothing where the job is running already; error 55006 where a session keeps its lock that does nothing.';

CREATE FUNCTION growth_index.has_cron() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron')
$$;
COMMENT ON FUNCTION growth_index.has_cron() IS 'Is pg_cron installed in this database?';

CREATE FUNCTION growth_index.need_cron() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	home	text;
	here	text := current_database();
BEGIN
	IF growth_index.has_cron() THEN
		IF NOT has_schema_privilege('cron', 'USAGE') THEN
			RAISE EXCEPTION 'role "%" may not use pg_cron', CURRENT_USER
				USING ERRCODE = 'insufficient_privilege', HINT = format('GRANT USAGE ON SCHEMA cron TO %I, by a superuser.', CURRENT_USER);
		END IF;
		RETURN;
	END IF;
	/* a setting that a superuser sees: to others it is there, by the error */
	BEGIN
		home := current_setting('cron.database_name', true);
	EXCEPTION WHEN insufficient_privilege THEN
		home := '';
	END;
	RAISE EXCEPTION 'pg_cron is not installed in database "%"', here
		USING ERRCODE = 'object_not_in_prerequisite_state',
			DETAIL = CASE WHEN home IS NULL THEN 'The server has not loaded pg_cron.'
				WHEN home = '' THEN 'The server has loaded pg_cron; a superuser sees for which database: SHOW cron.database_name.'
				ELSE format('The server runs pg_cron in database "%s".', home) END,
			HINT = CASE WHEN home IS NULL
				THEN format('Install the package postgresql-%s-cron, set shared_preload_libraries = ''pg_cron'' and cron.database_name = %L, restart the server, then CREATE EXTENSION pg_cron.',
					current_setting('server_version_num')::integer / 10000, here)
				WHEN home = here THEN 'CREATE EXTENSION pg_cron.'
				/* names of its own: those without are of the other database, where it has the platform too */
				ELSE format('In %s, with CREATE EXTENSION pg_cron there: SELECT cron.schedule_in_database(%L, ''* * * * *'', ''CALL growth_index.run_refresh_job()'', %L), and SELECT cron.schedule_in_database(%L, ''10 0 * * *'', ''CALL growth_index.run_daily_job()'', %3$L).',
					CASE home WHEN '' THEN 'that database' ELSE format('database "%s"', home) END, 'growth_index refresh of ' || here, here, 'growth_index daily of ' || here)
				END || ' Any other scheduler can run CALL growth_index.run_refresh_job() each minute, and CALL growth_index.run_daily_job() each day.';
END
$$;
COMMENT ON FUNCTION growth_index.need_cron() IS 'Raises 55000 with a hint where pg_cron is not installed in this database, 42501 where the role may not use it.';

/* dynamic: the names of pg_cron are resolved only where it is there */
CREATE FUNCTION growth_index.cron_jobs(OUT job_id bigint, OUT job text, OUT schedule text, OUT command text,
									   OUT active boolean, OUT last_status text, OUT last_message text,
									   OUT last_started_at timestamptz, OUT last_finished_at timestamptz,
									   OUT last_success_at timestamptz, OUT failures bigint)
RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 2 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT growth_index.has_cron() OR NOT has_schema_privilege('cron', 'USAGE') THEN
		RETURN;
	END IF;
	RETURN QUERY EXECUTE $jobs$
		SELECT j.jobid, j.jobname::text, j.schedule, j.command, j.active, l.status, l.return_message, l.start_time, l.end_time,
			s.last_success_at, s.failures
		FROM cron.job AS j
			LEFT JOIN LATERAL (
				SELECT d.status, d.return_message, d.start_time, d.end_time
				FROM cron.job_run_details AS d
				WHERE d.jobid = j.jobid
				ORDER BY d.runid DESC LIMIT 1) AS l ON true
			LEFT JOIN LATERAL (
				SELECT max(d.end_time) FILTER (WHERE d.status = 'succeeded') AS last_success_at,
					count(*) FILTER (WHERE d.status = 'failed' AND d.start_time > now() - interval '24 hours') AS failures
				FROM cron.job_run_details AS d
				WHERE d.jobid = j.jobid) AS s ON true
		WHERE j.jobname IN ('growth_index refresh', 'growth_index daily')
			AND j.database = current_database()
		ORDER BY j.jobname DESC
	$jobs$;
END
$$;
COMMENT ON FUNCTION growth_index.cron_jobs() IS 'The jobs of this database in pg_cron with their last run; no rows where pg_cron is not installed, or the owner of the extension may not use it. failures: of the last 24 hours.';
REVOKE ALL ON FUNCTION growth_index.cron_jobs() FROM PUBLIC;

CREATE FUNCTION growth_index.schedule_jobs(schedule text DEFAULT '* * * * *',
										   OUT job_id bigint, OUT job text, OUT runs_at text, OUT command text)
RETURNS SETOF record
LANGUAGE plpgsql SECURITY DEFINER ROWS 2 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM growth_index.need_cron();
	/* by name and role: a job that is there is changed, not doubled, nor beside that of another role */
	EXECUTE 'SELECT cron.unschedule(j.jobid) FROM cron.job AS j
		WHERE j.jobname IN (''growth_index refresh'', ''growth_index daily'') AND j.database = current_database() AND j.username <> CURRENT_USER';
	EXECUTE 'SELECT cron.schedule($1, $2, $3)'
	USING 'growth_index refresh', schedule, 'CALL growth_index.run_refresh_job()';
	EXECUTE 'SELECT cron.schedule($1, $2, $3)'
	USING 'growth_index daily', '10 0 * * *', 'CALL growth_index.run_daily_job()';
	RETURN QUERY
	SELECT c.job_id, c.job, c.schedule, c.command FROM growth_index.cron_jobs() AS c;
END
$$;
COMMENT ON FUNCTION growth_index.schedule_jobs(text) IS
'Schedules the jobs of this database in pg_cron, as the owner of the extension, whoever calls: "growth_index refresh" by the given cron line (default: every minute) and "growth_index daily" at 00:10; both in the time zone of pg_cron, which is GMT unless cron.timezone says otherwise. Called again it changes the jobs that are there. For the owner, superusers and admins. Errors: 55000 with a hint where pg_cron is not installed in this database, 42501 where the owner may not use it.';
REVOKE ALL ON FUNCTION growth_index.schedule_jobs(text) FROM PUBLIC;

CREATE FUNCTION growth_index.unschedule_jobs() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	job		record;
	removed	bigint := 0;
BEGIN
	PERFORM growth_index.need_cron();
	FOR job IN SELECT c.job_id FROM growth_index.cron_jobs() AS c LOOP
		EXECUTE 'SELECT cron.unschedule($1)' USING job.job_id;
		removed := removed + 1;
	END LOOP;
	RETURN removed;
END
$$;
COMMENT ON FUNCTION growth_index.unschedule_jobs() IS 'Removes the jobs of this database from pg_cron; how many there were. Errors as schedule_jobs().';
REVOKE ALL ON FUNCTION growth_index.unschedule_jobs() FROM PUBLIC;

CREATE FUNCTION growth_index.forget_runs(keep interval DEFAULT '30 days') RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	forgotten	bigint;
BEGIN
	DELETE FROM growth_index.refresh_run WHERE state <> 'running' AND started_at < now() - keep;
	GET DIAGNOSTICS forgotten = ROW_COUNT;
	IF growth_index.has_cron() AND has_schema_privilege('cron', 'USAGE') THEN
		EXECUTE 'DELETE FROM cron.job_run_details WHERE end_time < now() - $1
			AND jobid IN (SELECT job_id FROM growth_index.cron_jobs())' USING keep;
	END IF;
	RETURN forgotten;
END
$$;
COMMENT ON FUNCTION growth_index.forget_runs(interval) IS 'Removes ended runs that began longer ago than keep from refresh_run, and those of the jobs from pg_cron''s log; how many went from refresh_run.';

CREATE VIEW growth_index.job_health AS
SELECT n.job, c.job IS NOT NULL AS scheduled, c.schedule, c.active, c.last_status, c.last_message,
	c.last_started_at, c.last_success_at, coalesce(c.failures, 0) AS failures,
	q.backlog, q.lag, r.running, r.last_refresh_at, f.set_aside
FROM (VALUES ('growth_index refresh'), ('growth_index daily')) AS n(job)
	LEFT JOIN growth_index.cron_jobs() AS c ON c.job = n.job
	/* of a million that wait, from the index: half the time of counting and looking for the first in one */
	CROSS JOIN (SELECT (SELECT count(*) FROM (SELECT DISTINCT credit_code FROM growth_index.refresh_queue) AS w) AS backlog,
		clock_timestamp() - (SELECT min(queued_at) FROM growth_index.refresh_queue) AS lag) AS q
	CROSS JOIN (SELECT count(*) FILTER (WHERE state = 'running') AS running, max(finished_at) AS last_refresh_at
		FROM growth_index.refresh_run) AS r
	CROSS JOIN (SELECT count(*) AS set_aside FROM growth_index.refresh_error) AS f;
COMMENT ON VIEW growth_index.job_health IS 'Is the platform fresh? One row for each job, whether it is scheduled or not, and whether pg_cron is there or not.';
COMMENT ON COLUMN growth_index.job_health.job IS 'Name of the job in pg_cron.';
COMMENT ON COLUMN growth_index.job_health.scheduled IS 'Is it in pg_cron for this database, as far as the owner of the extension sees? What pg_cron of another database does here is not seen.';
COMMENT ON COLUMN growth_index.job_health.schedule IS 'Its cron line; NULL: not scheduled.';
COMMENT ON COLUMN growth_index.job_health.active IS 'Does pg_cron run it?';
COMMENT ON COLUMN growth_index.job_health.last_status IS 'Status of its last run in pg_cron: succeeded, failed, or running, in which case the next one waits for it.';
COMMENT ON COLUMN growth_index.job_health.last_message IS 'What its last run returned: the error, where it failed.';
COMMENT ON COLUMN growth_index.job_health.last_started_at IS 'Begin of its last run.';
COMMENT ON COLUMN growth_index.job_health.last_success_at IS 'End of its last run that succeeded.';
COMMENT ON COLUMN growth_index.job_health.failures IS 'Runs of the last 24 hours that failed.';
COMMENT ON COLUMN growth_index.job_health.backlog IS 'Enterprises that wait for a refresh.';
COMMENT ON COLUMN growth_index.job_health.lag IS 'How long the first of them has waited; NULL: none waits.';
COMMENT ON COLUMN growth_index.job_health.running IS 'Refreshes that run, or that died since the last one began.';
COMMENT ON COLUMN growth_index.job_health.last_refresh_at IS 'End of the last refresh that found anything to do, whoever called it.';
COMMENT ON COLUMN growth_index.job_health.set_aside IS 'Enterprises in refresh_error.';
