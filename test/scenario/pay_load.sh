#!/bin/bash
#
# Money under load and faults: 16 sessions confirm, approve and pay the same
# entitlements, from a budget that suffices for 60 %, while backends are killed
# (kill -9) and the server is stopped in immediate mode and recovers.  What was
# acknowledged is there, nothing is paid twice, nothing overspent, and the books
# agree.  PAY_LOAD is the number of entitlements, PAY_KILLS that of the kills.
#
set -u
. "$(dirname "$0")/../../tools/server.sh"
load=${PAY_LOAD:-160} kills=${PAY_KILLS:-3} sessions=16
scratch=$(mktemp -d)
gi_server_start fsync=on max_connections=60 restart_after_crash=on
trap 'gi_server_end; rm -rf "$scratch"' EXIT
n=0
ok() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		printf 'not ok %d - %s\n#   have: %s\n#   want: %s\n' $n "$1" "$2" "$3"
	fi
}
sql() { gi_psql -X -q -A -t -v ON_ERROR_STOP=1 "$@" 2>&1; }
wait_for_server() {
	for _ in {1..600}; do
		[ "$(sql -c 'SELECT 1')" = 1 ] && return
		sleep 0.1
	done
	echo "Bail out! the server does not come back"
	exit 1
}

sql -c 'CREATE EXTENSION growth_index' >/dev/null
sql -v load="$load" <<'SQL' >/dev/null
SET search_path = growth_index, public;
SET client_min_messages = warning;
INSERT INTO indicator (code, data_type) VALUES ('award', 'number');
INSERT INTO enterprise (credit_code, name)
SELECT credit_code_complete('91410100MP' || lpad(i::text, 7, '0')), 'firm ' || i FROM generate_series(1, :load) AS i;
INSERT INTO observation (credit_code, indicator, value, period_end)
SELECT credit_code, 'award', to_jsonb(100 + 7 * (substr(name, 6)::integer % 91)), current_date - 1 FROM enterprise;
INSERT INTO budget (code, amount)
SELECT 'short', round(0.6 * sum((value #>> '{}')::numeric), 2) FROM observation;
SELECT add_policy('p', 'award > 0', 'award', period => 'once', publicity_days => 0, budget_code => 'short');
CALL refresh();
SELECT advance_entitlements(current_date - 1);
SELECT advance_entitlements(current_date);
SQL
ok 'all are pushed' "$(sql -c "SELECT count(*) FROM growth_index.entitlement WHERE state = 'pushed'")" "$load"

# One session: every entitlement in an order of its own, through all steps, each
# call a transaction.  Half of the sessions share their keys, as retries do.
# What the server has acknowledged is written down, by psql.
session() {
	local key=shared
	[ $(($1 % 2)) -eq 0 ] || key=own$1
	while [ ! -e "$scratch/done$1" ]; do
		sql -v key="$key" >"$scratch/calls$1" 2>/dev/null <<-'SQL' || { sleep 0.2; continue; }
			SELECT format($$SELECT 'confirm %1$s' FROM growth_index.confirm_entitlement(%1$s, '%2$s', 'c %3$s %1$s');
			SELECT state || ' %1$s' FROM growth_index.approve_entitlement(%1$s, 'sun', 'a %3$s %1$s');
			SELECT state || ' %1$s' FROM growth_index.pay_entitlement(%1$s, 'cashier', 'p %3$s %1$s');$$, id, credit_code, :'key')
			FROM growth_index.entitlement ORDER BY state = 'paid', random();
		SQL
		gi_psql -X -q -A -t -f "$scratch/calls$1" >>"$scratch/told$1" 2>>"$scratch/errors$1" && touch "$scratch/done$1"
		wait_for_server
	done
}
jobs=()
for ((i = 1; i <= sessions; i++)); do
	session $i &
	jobs+=($!)
done

# faults, while the sessions work
killed=0
for ((i = 1; i <= kills; i++)); do
	sleep 1
	victim=$(sql -c "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND query ~ 'entitlement\(' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1")
	if [[ $victim =~ ^[0-9]+$ ]] && kill -9 "$victim"; then
		killed=$((killed + 1))
	fi
	wait_for_server
done
gi_server_stop immediate
gi_server_again
ok 'backends were killed in their work' "$([ $killed -gt 0 ] && echo yes)" yes
wait "${jobs[@]}"
ok 'every session came to its end' "$(ls "$scratch"/done* | wc -l)" $sessions
ok 'the server went through recovery' "$(grep -c 'automatic recovery in progress' "$GI_SERVER/log" | awk -v k=$killed '{ print ($1 >= k + 1) ? "yes" : $1 " times" }')" yes

# the daily run of two sessions at once takes what is left
for _ in 1 2 3; do
	sql -c 'SELECT growth_index.advance_entitlements()' >/dev/null &
	one=$!
	sql -c 'SELECT growth_index.advance_entitlements()' >/dev/null
	wait $one
done

cat "$scratch"/told* | sort -u >"$scratch/told"
ok 'no acknowledged step is lost' "$(sql -v told="$(cat "$scratch/told")" <<'SQL'
SELECT count(*) FROM regexp_split_to_table(:'told', E'\n') AS t(line)
WHERE line ~ '^(confirm|approved|paid) ' AND NOT EXISTS (SELECT FROM growth_index.entitlement_event AS v
	WHERE v.entitlement_id = split_part(line, ' ', 2)::bigint
		AND v.to_state = CASE split_part(line, ' ', 1) WHEN 'confirm' THEN 'confirmed' ELSE split_part(line, ' ', 1) END);
SQL
)" 0
ok 'and many were acknowledged' "$(grep -c '^paid' "$scratch/told" | awk '{ print ($1 > 0) ? "yes" : "no" }')" yes
ok 'all are confirmed, once' "$(sql -c "SELECT count(*), count(DISTINCT entitlement_id) FROM growth_index.entitlement_event WHERE to_state = 'confirmed'")" "$load|$load"
ok 'nothing is paid twice' "$(sql -c 'SELECT count(*) FROM (SELECT FROM growth_index.payment GROUP BY entitlement_id HAVING count(*) > 1) AS t')" 0
ok 'the budget is not overspent, and used' "$(sql -c 'SELECT paid = committed, paid <= amount, paid > amount - 730 FROM growth_index.budget')" 't|t|t'
ok 'who is not paid waits' "$(sql -c "SELECT string_agg(DISTINCT state, ' ' ORDER BY state) FROM growth_index.entitlement")" 'confirmed paid'
ok 'the books agree' "$(sql -c 'SELECT * FROM growth_index.reconcile()')" ''
ok 'each payment can be computed again' "$(sql -c 'SELECT count(*) FROM growth_index.payment WHERE NOT growth_index.audit_agrees(id)')" 0
ok 'what was refused, was refused for its state' "$(grep -h ERROR: "$scratch"/errors* | sed 's/.*ERROR: *//; s/[0-9]\{1,\}/N/g' |
	grep -vE '^entitlement N is (already [a-z]+$|[a-z]+: it cannot be)|^budget "short" does not suffice|^terminating' | sort | uniq -c)" ''
echo "1..$n"
