#!/bin/bash
#
# pg_cron really runs the refresh: scheduled by one call, in the right
# database, once at a time.  Takes up to two minutes.
# requires: pg_cron
#
set -u
n=0
ok() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		printf 'not ok %d - %s\n#   have: %s\n#   want: %s\n' $n "$1" "$2" "$3"
	fi
}
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@" 2>&1; }

sql >/dev/null <<'SQL'
SET client_min_messages = warning;
INSERT INTO growth_index.department VALUES ('tax');
INSERT INTO growth_index.indicator (code, department) VALUES ('revenue', 'tax');
INSERT INTO growth_index.enterprise (credit_code, name)
SELECT growth_index.credit_code_complete('91410100MA' || lpad(i::text, 7, '0')), i FROM generate_series(1, 500) AS i;
SELECT growth_index.add_scorecard('innovation', '{"name": "test", "dimensions": [{"code": "d", "name": "D"}], "indicators": [{"code": "revenue", "name": "R", "dimension": "d", "normalise": {"linear": [0, 500]}, "weight": 100}], "ratings": [{"grade": "AAA", "from": 50}, {"grade": "C", "from": 0}]}');
CALL growth_index.refresh();
SQL
ok 'two jobs are scheduled' "$(sql -c "SELECT string_agg(job || ' ' || runs_at, ', ') FROM growth_index.schedule_jobs()")" \
	'growth_index refresh * * * * *, growth_index daily 10 0 * * *'
ok 'and again, changed, not doubled' "$(sql -c "SELECT count(*) FROM growth_index.schedule_jobs('*/2 * * * *')" -c "SELECT string_agg(schedule, ', ' ORDER BY jobid) FROM cron.job")" \
	"$(printf '2\n*/2 * * * *, 10 0 * * *')"
sql -c 'SELECT growth_index.schedule_jobs()' >/dev/null
ok 'a job that is running is skipped' "$(
	sql -c "SELECT growth_index.job_lock('refresh')" -c 'SELECT pg_sleep(2)' >/dev/null &
	sleep 1
	sql -c 'CALL growth_index.run_refresh_job()' | grep -c 'skipped'
	wait
)" 1
ok 'a refresh by hand runs beside it' "$(
	sql -c "SELECT growth_index.job_lock('refresh')" -c 'SELECT pg_sleep(2)' >/dev/null &
	sleep 1
	sql -c 'SELECT growth_index.refresh_all()' -c 'CALL growth_index.refresh()' -c 'SELECT count(*) FROM growth_index.refresh_queue' | tail -1
	wait
)" 0

sql >/dev/null <<'SQL'
INSERT INTO growth_index.upload SELECT credit_code, 'revenue', name, '2023-12-31', 'tax' FROM growth_index.enterprise;
SQL
ok 'an upload queues its enterprises' "$(sql -c 'SELECT backlog FROM growth_index.job_health LIMIT 1')" 500
for _ in $(seq 130); do
	[ "$(sql -c "SELECT backlog = 0 AND last_success_at > (SELECT max(received_at) FROM growth_index.upload_receipt)
		FROM growth_index.job_health WHERE job = 'growth_index refresh'")" = t ] && break
	sleep 1
done
ok 'pg_cron refreshes them' "$(sql -c "SELECT count(*), count(*) FILTER (WHERE rating::text = 'AAA') FROM growth_index.score WHERE score IS NOT NULL")" '500|251'
ok 'its run is in the run table' "$(sql -c 'SELECT state, enterprises FROM growth_index.refresh_run ORDER BY id DESC LIMIT 1')" 'done|500'
ok 'the job is well' "$(sql -c "SELECT scheduled, active, last_status, failures, backlog FROM growth_index.job_health WHERE job = 'growth_index refresh'")" \
	't|t|succeeded|0|0'
ok 'the jobs are removed' "$(sql -c 'SELECT growth_index.unschedule_jobs()' -c 'SELECT count(*) FROM cron.job')" "$(printf '2\n0')"
echo "1..$n"
