SELECT r.run_by AS "run by", j.jobname AS "pg_cron job", to_char(r.enterprises, 'FM99,999') AS enterprises, r.batches, r.failed, r.state,
	round(extract(epoch FROM r.finished_at - r.started_at), 1) || ' s' AS took
FROM growth_index.refresh_run r LEFT JOIN cron.job_run_details d ON d.job_pid = r.pid LEFT JOIN cron.job j USING (jobid)
ORDER BY r.id DESC LIMIT 1;
