#!/bin/bash
#
# Dump and restore: plain, custom, and parallel from a directory.  Every row of
# every table comes back once, nothing is queued or counted anew, rights and row
# level security hold, and the platform goes on where it was.
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
bin=${GI_BIN:?} here=${GI_ROOT:?}/test
scratch=$(mktemp -d)
copies=(gi_restored_plain gi_restored_custom gi_restored_parallel gi_restored_again)
trap 'rm -rf "$scratch"; for d in "${copies[@]}"; do "$bin/dropdb" --if-exists -f "$d"; done >/dev/null 2>&1' EXIT
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@" 2>&1; }

ok 'a platform at work' "$(sql -f "$here/at_work.psql" | grep ERROR)" ''
ok 'there is work in the queue, to stay there' "$(sql -c 'SELECT count(*) > 0 FROM growth_index.refresh_queue')" t

content() { sql -d "$1" -f "$here/content.psql"; }
policies() {
	sql -d "$1" -c 'SELECT polname, polrelid::regclass, polcmd, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) FROM pg_policy ORDER BY polname, polrelid::regclass::text'
}
before=$(content "$PGDATABASE")
policies=$(policies "$PGDATABASE")
ok 'the content can be compared' "$(grep -c . <<<"$before" | awk '{ print ($1 > 300) }')" 1

"$bin/pg_dump" -f "$scratch/plain.sql" && "$bin/pg_dump" -Fc -f "$scratch/custom" && "$bin/pg_dump" -Fd -j 4 -f "$scratch/directory"
ok 'it is dumped in three forms' $? 0
for d in "${copies[@]}"; do "$bin/createdb" -T template0 "$d"; done
ok 'plain: restored without an error' "$(psql -X -q -v ON_ERROR_STOP=1 -d gi_restored_plain -f "$scratch/plain.sql" 2>&1 | grep -E 'ERROR|WARNING')" ''
ok 'custom: restored without an error' "$("$bin/pg_restore" -e -d gi_restored_custom "$scratch/custom" 2>&1)" ''
ok 'parallel: restored without an error' "$("$bin/pg_restore" -j 4 -d gi_restored_parallel "$scratch/directory" 2>&1)" ''
for d in plain custom parallel; do
	after=$(content gi_restored_$d)
	ok "$d: every table, partition, guard, sequence and right is as it was" "$(diff <(echo "$before") <(echo "$after") | head -20)" ''
done
"$bin/pg_dump" -Fc -d gi_restored_parallel -f "$scratch/again" && "$bin/pg_restore" -e -d gi_restored_again "$scratch/again"
ok 'a dump of the restored one is the same again' "$(diff <(echo "$before") <(content gi_restored_again) | head -20)" ''

# pg_dump leaves policies to the extension: shut until they are made again
ok 'restored, a member sees nothing' "$(sql -d gi_restored_plain -c 'SET SESSION AUTHORIZATION gi_dumped' -c 'SELECT count(*) FROM growth_index.enterprise')" 0
ok 'the refresh job brings the policies back' "$(sql -d gi_restored_plain -c 'CALL growth_index.run_refresh_job()' -c 'SELECT growth_index.restore_rights()')" f
sql -d gi_restored_custom -c 'SELECT growth_index.create_roles()' >/dev/null
ok 'or create_roles()' "$(policies gi_restored_custom)" "$policies"
ok 'all of them' "$(policies gi_restored_plain)" "$policies"
sql -d gi_restored_parallel -c 'SELECT growth_index.create_roles()' >/dev/null

# it goes on where it was
goes_on() {
	sql -d "$1" <<'SQL'
SET client_min_messages = error;
SET search_path = growth_index, public;
SELECT outcome, count(*) FROM install_pack('local_12') GROUP BY 1 ORDER BY 1;
SELECT (upload_json('market', (SELECT jsonb_agg(jsonb_build_object('credit_code', credit_code::text, 'indicator', indicator, 'value', value, 'period_end', period_end))
	FROM observation WHERE indicator = 'dishonest'))).unchanged;
CALL refresh();
SELECT count(*) FROM refresh_queue;
SELECT count(*), sum(enterprises) FROM (SELECT score, sum(enterprises) AS enterprises FROM score_count GROUP BY score HAVING sum(enterprises) <> 0) AS s;
SELECT count(*) FROM enterprise_score AS s WHERE rank <> (SELECT 1 + count(*) FROM growth_index.score AS o WHERE o.scorecard = s.scorecard AND o.score > s.score);
SELECT state, count(*) FROM entitlement GROUP BY 1 ORDER BY 1;
SELECT count(*), sum(amount) FROM payment;
SELECT count(confirm_entitlement(id, credit_code, as_of => '2024-01-08')) FROM entitlement WHERE state = 'pushed';
SELECT step, entitlements, amount FROM advance_entitlements('2024-01-09') WHERE step IN ('approve', 'pay');
SELECT * FROM reconcile();
SELECT bool_and(audit_agrees(id)) FROM payment;
SET SESSION AUTHORIZATION gi_dumped;
SELECT name FROM growth_index.enterprise;
SQL
}
first=$(goes_on gi_restored_plain)
ok 'a restored platform goes on' "$(sed -n '$p' <<<"$first")" 'firm 7'
ok 'uploads that it knows are unchanged' "$(sed -n 2p <<<"$first")" 300
ok 'custom: goes on likewise' "$(goes_on gi_restored_custom)" "$first"
ok 'parallel: goes on likewise' "$(goes_on gi_restored_parallel)" "$first"
ok 'as the one that was never dumped does' "$(goes_on "$PGDATABASE")" "$first"
sql -c 'SELECT growth_index.remove_member('"'gi_dumped', 'enterprise'"')' >/dev/null
echo "1..$n"
