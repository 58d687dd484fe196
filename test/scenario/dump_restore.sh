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
bin=${GI_BIN:?}
scratch=$(mktemp -d)
copies=(gi_restored_plain gi_restored_custom gi_restored_parallel gi_restored_again)
trap 'rm -rf "$scratch"; for d in "${copies[@]}"; do "$bin/dropdb" --if-exists -f "$d"; done >/dev/null 2>&1' EXIT
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@" 2>&1; }

ok 'a platform at work' "$(sql <<'SQL' | grep ERROR
SET client_min_messages = error;
SET search_path = growth_index, public;
SELECT install_pack('local_12');
INSERT INTO department VALUES ('own', '本区', 'Own');
INSERT INTO indicator (code, department, core) VALUES ('own_one', 'own', false);
INSERT INTO institution (code) VALUES ('bank');
INSERT INTO budget (code, amount) VALUES ('b', 1e7);
INSERT INTO enterprise (credit_code, name, industry, registered_zone, founded)
SELECT credit_code_complete('91410100MA' || lpad(i::text, 7, '0')), 'firm ' || i, 'C39', 'ZZHT', '2012-01-01' FROM generate_series(1, 300) AS i;
SELECT add_policy('grant', 'revenue > 0 AND NOT dishonest', 'least(revenue * 0.001, 5000)', budget_code => 'b', publicity_days => 0);
SELECT add_product('loan', 'bank', 'score >= 10', 'score * 1000');
INSERT INTO upload SELECT e.credit_code, i.code, 1000000 + substr(name, 6)::integer * 1000, '2023-12-31', i.department
FROM enterprise AS e, indicator AS i WHERE i.data_type = 'number' AND i.valid_max >= 1e10;
INSERT INTO upload SELECT credit_code, 'dishonest', 'false', '2023-12-31', 'market' FROM enterprise;
INSERT INTO upload SELECT credit_code, 'honours', '高新技术企业;专精特新', '2023-12-31', 'science' FROM enterprise;
INSERT INTO upload VALUES ('bad', 'revenue', '1', '2023-12-31', 'tax');
INSERT INTO upload SELECT credit_code, 'revenue', '5', '2019-12-31', 'tax' FROM enterprise;
SELECT archive_year(2019);
CALL refresh(batch_size => 100);
SELECT refresh_peers();
SELECT propose_entitlements('2024-01-05');
SELECT advance_entitlements('2024-01-05');
SELECT count(confirm_entitlement(id, credit_code, as_of => '2024-01-06')) FROM entitlement WHERE id % 2 = 0 AND state = 'pushed';
SELECT advance_entitlements('2024-01-07');
SELECT confirm_data(credit_code) FROM enterprise WHERE name < 'firm 2';
SELECT object_to_value(credit_code, 'revenue', '2023-12-31', 'x', '1') FROM enterprise WHERE name LIKE 'firm 2%';
UPDATE enterprise SET industry = 'I65' WHERE name LIKE 'firm 3%';
INSERT INTO financing_event (credit_code, kind, amount, happened_on) SELECT credit_code, 'debt', 1000, '2024-01-01' FROM enterprise WHERE name < 'firm 15';
SELECT create_roles();
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gi_dumped') THEN CREATE ROLE gi_dumped LOGIN; END IF; END $$;
SELECT add_member('gi_dumped', 'enterprise', (SELECT credit_code::text FROM enterprise WHERE name = 'firm 7'));
SQL
)" ''
ok 'there is work in the queue, to stay there' "$(sql -c 'SELECT count(*) > 0 FROM growth_index.refresh_queue')" t

# every row of every table of the schema, in an order of its own; what the
# extension brings (rights, packs) as well: none of it may come twice.  Locks, and
# the mark of the first booking, are this database's own.
content() {
	sql -d "$1" <<'SQL'
SELECT format('SELECT %L, count(*), md5(string_agg(md5(t::text), '''' ORDER BY md5(t::text))) FROM growth_index.%I AS t;', relname, relname)
FROM pg_class WHERE relnamespace = 'growth_index'::regnamespace AND relkind IN ('r', 'p') AND relname NOT IN ('books_open', 'money_lock', 'upload_turn') ORDER BY relname
\gexec
SELECT format('SELECT %L, last_value, is_called FROM growth_index.%I;', relname, relname)
FROM pg_class WHERE relnamespace = 'growth_index'::regnamespace AND relkind = 'S' ORDER BY relname
\gexec
SELECT relname, relrowsecurity, (SELECT array_agg(x::text ORDER BY x::text) FROM unnest(relacl) AS x) FROM pg_class
WHERE relnamespace = 'growth_index'::regnamespace AND relkind IN ('r', 'p', 'v', 'S') ORDER BY relname;
SELECT p.oid::regprocedure, (SELECT array_agg(x::text ORDER BY x::text) FROM unnest(proacl) AS x) FROM pg_proc AS p
WHERE pronamespace = 'growth_index'::regnamespace ORDER BY p.oid::regprocedure::text COLLATE "C";
SQL
}
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
	ok "$d: every table, sequence and right is as it was" "$(diff <(echo "$before") <(echo "$after") | head -20)" ''
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
SELECT (upload_json('tax', (SELECT jsonb_agg(jsonb_build_object('credit_code', credit_code::text, 'indicator', indicator, 'value', value, 'period_end', period_end))
	FROM observation WHERE indicator = 'revenue'))).unchanged;
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
