#!/bin/bash
#
# Uploads of several sessions at once: whatever the isolation level, and whoever
# comes first, a value that is known is not recorded twice.
#
set -u
n=0
ok() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		printf 'not ok %d - %s\n#   have: %s\n#   want: %s\n' $n "$1" "${2:0:1500}" "${3:0:1500}"
	fi
}
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 -v VERBOSITY=verbose "$@" 2>&1; }
values() { sql -c 'SELECT count(*), count(DISTINCT (credit_code, indicator, period_end)) FROM growth_index.observation'; }

sql >/dev/null <<'SQL'
SET search_path = growth_index, public;
INSERT INTO department (code) VALUES ('tax'), ('ip');
INSERT INTO indicator (code, department) VALUES ('revenue', 'tax'), ('patents', 'ip'), ('shared', NULL);
INSERT INTO enterprise (credit_code, name) SELECT credit_code_complete('91410100MA' || lpad(i::text, 7, '0')), i FROM generate_series(1, 50) AS i;
CREATE FUNCTION public.send(d text, i text, y integer) RETURNS bigint LANGUAGE sql AS $$
	SELECT (growth_index.upload_json(d, (SELECT jsonb_agg(jsonb_build_object('credit_code', credit_code::text, 'indicator', i, 'value', 1,
		'period_end', y || '-12-31')) FROM growth_index.enterprise))).accepted
$$;
SQL
# together LEVEL DEPARTMENT INDICATOR YEAR: a session takes its snapshot, this one
# uploads and commits, the session uploads; prints what it said
together() {
	local said
	coproc other { psql -X -q -A -t -v ON_ERROR_STOP=1 -v VERBOSITY=verbose 2>&1; }
	printf '%s\n' "BEGIN ISOLATION LEVEL $1;" 'SELECT count(*) FROM growth_index.observation;' "\\echo there" >&"${other[1]}"
	while read -r said <&"${other[0]}"; do [ "$said" = there ] && break; done
	sql -c "SELECT send('tax', '$3', $4)" >/dev/null
	printf '%s\n' "SELECT send('$2', '$3', $4);" 'COMMIT;' '\q' >&"${other[1]}"
	grep -oE '^[0-9]+$|ERROR:  [0-9A-Z]{5}' <&"${other[0]}"
	wait "$other_PID" 2>/dev/null
}
ok 'read committed: the second finds all known' "$(together 'READ COMMITTED' tax revenue 2019 2>/dev/null)" 0
ok 'repeatable read: it has to try again' "$(together 'REPEATABLE READ' tax revenue 2020 2>/dev/null)" 'ERROR:  40001'
ok 'serializable: likewise' "$(together SERIALIZABLE tax revenue 2021 2>/dev/null)" 'ERROR:  40001'
ok 'an indicator of no department, by two' "$(together 'REPEATABLE READ' ip shared 2022 2>/dev/null)" 'ERROR:  40001'
ok 'departments do not hinder each other' "$(together 'REPEATABLE READ' ip patents 2023 2>/dev/null)" 50
ok 'no value twice' "$(values)" '250|250'

# many at once, at every level
for level in 'read committed' 'repeatable read' serializable; do
	for i in 1 2 3; do
		sql -c "SET default_transaction_isolation = '$level'" -c "SELECT send('tax', 'revenue', 2010)" -c "SELECT send('ip', 'shared', 2010)" \
			-c "SELECT send('tax', 'shared', 2010)" | grep ERROR | grep -v 40001 &
	done
done
wait
ok 'nor of many sessions' "$(sql -c "SELECT count(DISTINCT (credit_code, indicator)) = count(*) AND count(*) >= 50 FROM growth_index.observation WHERE period_end = '2010-12-31'")" t

# years are archived between uploads
coproc other { psql -X -q -A -t -v ON_ERROR_STOP=1 2>&1; }
printf '%s\n' 'BEGIN;' "SELECT send('tax', 'revenue', 2018);" "\\echo there" >&"${other[1]}"
while read -r said <&"${other[0]}"; do [ "$said" = there ] && break; done
archive=$(mktemp)
sql -c 'SELECT growth_index.archive_year(2018)' >"$archive" &
archiver=$!
for _ in $(seq 1200); do
	[ "$(sql -c "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%archive_year%' AND wait_event_type = 'Lock'")" -gt 0 ] && break
	sleep 0.1
done
printf '%s\n' 'COMMIT;' '\q' >&"${other[1]}"
wait "$other_PID" 2>/dev/null
wait $archiver
ok 'what was sent before a year is archived is archived' "$(cat "$archive")" 50
rm -f "$archive"
# after LEVEL YEAR: a session takes its snapshot, the year is archived, the session uploads a value of it
after() {
	coproc other { psql -X -q -A -t -v ON_ERROR_STOP=1 -v VERBOSITY=verbose 2>&1; }
	printf '%s\n' "BEGIN ISOLATION LEVEL $1;" 'SELECT count(*) FROM growth_index.department;' "\\echo there" >&"${other[1]}"
	while read -r said <&"${other[0]}"; do [ "$said" = there ] && break; done
	sql -c "SELECT growth_index.archive_year($2)" >/dev/null
	printf '%s\n' "SELECT send('tax', 'revenue', $2);" 'COMMIT;' '\q' >&"${other[1]}"
	grep -oE '^[0-9]+$|ERROR:  [0-9A-Z]{5}' <&"${other[0]}"
	wait "$other_PID" 2>/dev/null
}
ok 'after it, nothing of it is taken' "$(after 'READ COMMITTED' 2019 2>/dev/null)" 0
ok 'repeatable read: it has to try again' "$(after 'REPEATABLE READ' 2020 2>/dev/null)" 'ERROR:  40001'
ok 'so that no value is there twice' "$(sql -c "SELECT count(*), count(DISTINCT (credit_code, period_end)) FROM
	(SELECT credit_code, period_end FROM growth_index.observation_2018 UNION ALL SELECT credit_code, period_end FROM growth_index.observation_2019
	UNION ALL SELECT credit_code, period_end FROM growth_index.observation_2020 UNION ALL SELECT credit_code, period_end FROM growth_index.observation WHERE indicator = 'revenue') AS v")" \
	"$(sql -c "SELECT n, n FROM (SELECT 150 + count(*) AS n FROM growth_index.observation WHERE indicator = 'revenue') AS v")"
echo "1..$n"
