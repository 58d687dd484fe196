#!/bin/bash
#
# kill -9 of a refresh in the middle: the next one ends with the same result as
# one that was never disturbed.  Two at once share the work.
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

# everything that a refresh should have left: wrong profiles, wrong scores,
# doubled or missing history, rows still queued
state() {
	sql <<'SQL'
SET search_path = growth_index, public;
SELECT (SELECT count(*) FROM enterprise_profile), count(*),
	count(*) FILTER (WHERE p.profile IS DISTINCT FROM profile_of(e.credit_code, current_date)),
	count(*) FILTER (WHERE s.score IS DISTINCT FROM score(c.card, p.profile, current_date)),
	count(*) FILTER (WHERE h.n IS DISTINCT FROM 1),
	(SELECT count(*) FROM refresh_queue), (SELECT count(*) FROM refresh_error)
FROM enterprise AS e
	LEFT JOIN enterprise_profile AS p USING (credit_code)
	LEFT JOIN growth_index.score AS s USING (credit_code)
	LEFT JOIN (SELECT credit_code, count(*) AS n FROM score_history GROUP BY credit_code) AS h USING (credit_code),
	scorecard_version AS c;
SQL
}

sql >/dev/null <<'SQL'
INSERT INTO growth_index.department VALUES ('tax');
INSERT INTO growth_index.indicator (code, department) SELECT 'n' || i, 'tax' FROM generate_series(1, 30) AS i;
INSERT INTO growth_index.enterprise (credit_code, name)
SELECT growth_index.credit_code_complete('91410100MA' || lpad(i::text, 7, '0')), i FROM generate_series(1, 3000) AS i;
SELECT growth_index.add_scorecard('innovation', '{"name": "test", "dimensions": [{"code": "d", "name": "D"}], "indicators": [{"code": "n1", "name": "N", "dimension": "d", "normalise": {"linear": [0, 3000]}, "weight": 100}], "ratings": [{"grade": "AAA", "from": 50}, {"grade": "C", "from": 0}]}');
INSERT INTO growth_index.upload
SELECT credit_code, 'n' || i, name::integer * i, '2023-12-31', 'tax' FROM growth_index.enterprise, generate_series(1, 30) AS i;
SQL

# one batch after another is killed in the middle
for _ in 1 2 3; do
	psql -X -q -c "SET application_name = 'victim'" -c 'CALL growth_index.refresh(batch_size => 25)' >/dev/null 2>&1 &
	client=$!
	victim=
	for _ in $(seq 200); do
		victim=$(sql -c "SELECT r.pid FROM growth_index.refresh_run AS r JOIN pg_stat_activity AS a USING (pid)
			WHERE r.state = 'running' AND r.batches > 5 AND a.application_name = 'victim'")
		[[ $victim =~ ^[0-9]+$ ]] && break
		sleep 0.02
	done
	[[ $victim =~ ^[0-9]+$ ]] && kill -9 "$victim"
	wait $client
	for _ in $(seq 300); do
		[ "$(sql -c 'SELECT 1')" = 1 ] && break
		sleep 0.1
	done
done
ok 'kills left work undone' "$(sql -c 'SELECT count(*) > 0 FROM growth_index.refresh_queue')" t
ok 'and work done' "$(sql -c 'SELECT count(*) > 0 FROM growth_index.score')" t
sql -c 'CALL growth_index.refresh(batch_size => 25)'
ok 'the next refresh ends as if undisturbed' "$(state)" '3000|3000|0|0|0|0|0'
ok 'the killed runs are known as interrupted' "$(sql -c "SELECT string_agg(state, ' ' ORDER BY id) FROM growth_index.refresh_run")" \
	'interrupted interrupted interrupted done'
ok 'the planner knew of what a refresh had written before it ended' "$(sql -c "SELECT reltuples > 0 FROM pg_class WHERE oid = 'growth_index.score_history'::regclass")" t

# two at once
sql -c 'TRUNCATE growth_index.refresh_run' -c 'SELECT growth_index.refresh_all()' >/dev/null
sql -c 'CALL growth_index.refresh(batch_size => 50)' &
one=$!
sql -c 'CALL growth_index.refresh(batch_size => 50)' &
wait $one $!
ok 'two refreshes share the work' "$(sql -c "SELECT count(*), sum(enterprises), sum(failed), bool_and(state = 'done' AND enterprises > 0) FROM growth_index.refresh_run")" '2|3000|0|t'
ok 'and do it once' "$(state)" '3000|3000|0|0|0|0|0'
echo "1..$n"
