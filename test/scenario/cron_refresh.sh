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
sql -c 'SELECT growth_index.create_roles()' -c 'CREATE ROLE gi_boss LOGIN' -c "SELECT growth_index.add_member('gi_boss', 'admin')" >/dev/null
ok 'an admin schedules the same jobs, of the owner' "$(sql -U gi_boss -c 'SELECT count(*) FROM growth_index.schedule_jobs()' -c 'SELECT count(*) FROM growth_index.job_health WHERE scheduled')
$(sql -c 'SELECT count(*), min(username) FROM cron.job')" "$(printf '2\n2\n2|postgres')"
sql -c "SELECT growth_index.remove_member('gi_boss', 'admin')" -c 'DROP ROLE gi_boss' >/dev/null
# beside STATE COMMAND…: run it while a session that is active, or idle, has the lock of the job
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkfifo "$scratch/input"
beside() {
	local state=$1 seen=
	shift
	PGAPPNAME=holder sql <"$scratch/input" >/dev/null &
	{
		echo "DO \$\$ BEGIN WHILE NOT growth_index.job_lock('refresh') LOOP PERFORM pg_sleep(0.1); END LOOP; END \$\$;"
		[ "$state" = idle ] || echo 'SELECT pg_sleep(600);'
		until [ "$seen" = t ]; do
			seen=$(sql -c "SELECT a.state = '$state' AND (a.state = 'idle' OR a.query LIKE 'SELECT pg_sleep%')
				FROM pg_stat_activity AS a JOIN pg_locks AS l ON l.pid = a.pid AND l.locktype = 'advisory' WHERE a.application_name = 'holder'")
		done
		"$@" >"$scratch/output" 2>&1
		sql -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holder'" >/dev/null
	} >"$scratch/input"
	wait
	cat "$scratch/output"
}
sql -c 'SELECT growth_index.unschedule_jobs()' >/dev/null
ok 'a job that is running is skipped' "$(beside active sql -c 'CALL growth_index.run_refresh_job()' | grep -c 'NOTICE.*skipped')" 1
ok 'but what an idle session keeps from running is no success' "$(beside idle sql -c '\set VERBOSITY sqlstate' -c 'CALL growth_index.run_refresh_job()')" 'ERROR:  55006'
ok 'a refresh by hand runs beside it' \
	"$(beside active sql -c 'SELECT growth_index.refresh_all()' -c 'CALL growth_index.refresh()' -c 'SELECT count(*) FROM growth_index.refresh_queue' | tail -1)" 0
sql -c 'SELECT growth_index.schedule_jobs()' >/dev/null

sql >/dev/null <<'SQL'
INSERT INTO growth_index.upload SELECT credit_code, 'revenue', name, '2023-12-31', 'tax' FROM growth_index.enterprise;
SELECT cron.schedule('growth_index daily', '* * * * *', 'SELECT 1 / 0');
SQL
ok 'an upload queues its enterprises' "$(sql -c 'SELECT backlog FROM growth_index.job_health LIMIT 1')" 500
# at one moment, before the next minute sets either of them to work again
well="growth_index refresh|t|t|succeeded|f||0|t
growth_index daily|t|t|failed|t|t|0|"
for _ in $(seq 400); do
	health=$(sql -c "SELECT job, scheduled, active, last_status, failures > 0, last_message LIKE '%division by zero%' OR NULL, backlog,
		last_success_at > (SELECT max(received_at) FROM growth_index.upload_receipt) FROM growth_index.job_health ORDER BY job DESC")
	[ "$health" = "$well" ] && break
	sleep 1
done
ok 'the job is well; one that fails is told, with its error' "$health" "$well"
ok 'pg_cron refreshes them' "$(sql -c "SELECT count(*), count(*) FILTER (WHERE rating::text = 'AAA') FROM growth_index.score WHERE score IS NOT NULL")" '500|251'
ok 'its run is in the run table' "$(sql -c 'SELECT state, enterprises FROM growth_index.refresh_run ORDER BY id DESC LIMIT 1')" 'done|500'
ok 'the jobs are removed' "$(sql -c 'SELECT growth_index.unschedule_jobs()' -c 'SELECT count(*) FROM cron.job')" "$(printf '2\n0')"
echo "1..$n"
