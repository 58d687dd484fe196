#!/bin/bash
#
# Policy sets and other sessions: a session that keeps a set compiled sees each
# change of the policies when it is committed, not before, and never what was
# rolled back; one snapshot gives one answer, also while a run over many subjects
# is under way; a cancelled run leaves the session and its sets in order.  First
# over rules of one's own, then over the platform's policies.
#
set -u
n=0
ok() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		printf 'not ok %d - %s\n#   have: %s\n#   want: %s\n' $n "$1" "${2:0:1200}" "${3:0:1200}"
	fi
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@" 2>&1; }

sql >/dev/null <<'SQL'
CREATE SCHEMA rules;
CREATE TABLE rules.rule (id int PRIMARY KEY, criteria growth_index.criteria NOT NULL);
CREATE TABLE rules.version (version bigint NOT NULL);
CREATE SEQUENCE rules.versions;
INSERT INTO rules.version VALUES (nextval('rules.versions'));
CREATE FUNCTION rules.changed() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN UPDATE rules.version SET version = nextval(''rules.versions''); RETURN NULL; END';
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON rules.rule
	FOR EACH STATEMENT EXECUTE FUNCTION rules.changed();
INSERT INTO rules.rule SELECT i, format('x >= %s', i)::growth_index.criteria FROM generate_series(1, 3) AS i;
-- the rules that hold where x is 2, in order
CREATE FUNCTION rules.asked() RETURNS text LANGUAGE sql STABLE AS $$
	SELECT array(SELECT unnest(growth_index.policy_set_keys('SELECT id, criteria FROM rules.rule', version, '{"x": 2}')) ORDER BY 1)::text
	FROM rules.version
$$;
CREATE TABLE rules.subject AS
SELECT i AS id, growth_index.profile(jsonb_build_object('x', i % 5)) AS profile FROM generate_series(1, 20000) AS i;
SQL

# Two sessions that stay: ask A|B "statement" gives what it answers, in one line.
mkfifo "$scratch/a" "$scratch/b" "$scratch/answers_a" "$scratch/answers_b"
for name in a b; do
	psql -X -q -A -t <"$scratch/$name" >"$scratch/answers_$name" 2>&1 &
done
exec {a_in}>"$scratch/a" {a_out}<"$scratch/answers_a"
exec {b_in}>"$scratch/b" {b_out}<"$scratch/answers_b"
# say and hear are its halves.
say() {
	local in=$a_in
	[ "$1" = B ] && in=$b_in
	printf '%s\n\\echo end of answer\n' "$2" >&"$in"
}
hear() {
	local out=$a_out line text=
	[ "$1" = B ] && out=$b_out
	while read -r -t 300 line <&"$out" && [ "$line" != 'end of answer' ]; do
		text="$text${text:+ }$line"
	done
	printf '%s' "$text"
}
ask() {
	say "$1" "$2"
	hear "$1"
}
# wait_until QUERY: until it answers t
wait_until() {
	local i
	for i in $(seq 3000); do
		[ "$(sql -c "$1")" = t ] && return
		sleep 0.1
	done
}

asked='SELECT rules.asked();'
ok 'A asks' "$(ask A "$asked")" '{1,2}'
ok 'B asks' "$(ask B "$asked")" '{1,2}'
ask A "BEGIN; UPDATE rules.rule SET criteria = 'x >= 0' WHERE id = 3;" >/dev/null
ok 'who changes a rule sees it' "$(ask A "$asked")" '{1,2,3}'
ok 'others do not, before it is committed' "$(ask B "$asked")" '{1,2}'
ask A 'ROLLBACK;' >/dev/null
ok 'what was rolled back is gone for who did it' "$(ask A "$asked")" '{1,2}'
ok '... and was never there for others' "$(ask B "$asked")" '{1,2}'
ask A "BEGIN; DELETE FROM rules.rule WHERE id = 1; SAVEPOINT s; UPDATE rules.rule SET criteria = 'x < 0' WHERE id = 2;" >/dev/null
ok 'within a savepoint' "$(ask A "$asked")" '{}'
ask A 'ROLLBACK TO s;' >/dev/null
ok 'a savepoint taken back' "$(ask A "$asked")" '{2}'
ask A "INSERT INTO rules.rule VALUES (4, 'x = 2'); COMMIT;" >/dev/null
ok 'committed, for who did it' "$(ask A "$asked")" '{2,4}'
ok '... and for others, at once' "$(ask B "$asked")" '{2,4}'

# one snapshot, one answer
ask B "BEGIN ISOLATION LEVEL REPEATABLE READ; $asked" >/dev/null
ask A 'DELETE FROM rules.rule;' >/dev/null
ok 'all rules deleted' "$(ask A "$asked")" '{}'
ask A "INSERT INTO rules.rule SELECT i, format('x >= %s', i % 5)::growth_index.criteria FROM generate_series(1, 2000) AS i;" >/dev/null
ok 'a new snapshot has the new rules' "$(ask A "SELECT cardinality(rules.asked()::text[]);")" '1200'
ok 'an old snapshot keeps its answer' "$(ask B "$asked")" '{2,4}'
ask B 'COMMIT;' >/dev/null
ok '... in the other session as well' "$(ask B "SELECT cardinality(rules.asked()::text[]);")" '1200'

# rules change while a run is under way: every rule of one remainder has the same count
counts="SELECT string_agg(DISTINCT format('%s:%s', key::int % 5, eligible), ' ' ORDER BY format('%s:%s', key::int % 5, eligible)) FROM rules.version,
	growth_index.policy_set_count('SELECT id, criteria FROM rules.rule', version, 'SELECT id, profile FROM rules.subject') AS c;"
say B "$counts"
for i in 1 2 3 4 5; do
	sql -c "UPDATE rules.rule SET criteria = CASE WHEN $i % 2 = 1 THEN 'x < -1' ELSE format('x >= %s', id % 5) END::growth_index.criteria"
done
text=$(hear B)
case $text in
	'0:20000 1:16000 2:12000 3:8000 4:4000' | '0:0 1:0 2:0 3:0 4:0') whole=yes ;;
	*) whole=$text ;;
esac
ok 'a run sees one state of the rules' "$whole" yes

# a run over very many pairs is cancelled
sql -c "UPDATE rules.rule SET criteria = 'x >= 0 AND y IS NULL'::growth_index.criteria" >/dev/null
pid=$(ask B 'SELECT pg_backend_pid();')
say B "SELECT count(*) FROM generate_series(1, 1000000) AS again, rules.version,
	LATERAL growth_index.policy_set_count('SELECT id, criteria FROM rules.rule', version + 0 * again, 'SELECT id, profile FROM rules.subject') AS c;"
wait_until "SELECT state = 'active' AND query LIKE '%again%' FROM pg_stat_activity WHERE pid = $pid"
ok 'cancel is taken' "$(sql -c "SELECT pg_cancel_backend($pid)")" t
# where it was just then, is no matter
text=$(hear B)
ok 'the run ends by it' "${text%% CONTEXT:*}" 'ERROR:  canceling statement due to user request'
ok 'and the session goes on' "$(ask B "SELECT sum(eligible) FROM rules.version, growth_index.policy_set_count('SELECT id, criteria FROM rules.rule', version, 'SELECT id, profile FROM rules.subject');")" 40000000
ok 'what it keeps is one version' "$(ask B "SELECT count(*) FROM growth_index.policy_set_cached() WHERE source = 'SELECT id, criteria FROM rules.rule';")" 1

# ---- the platform's policies ----
matched="SELECT string_agg(policy || version || ' ' || award, ', ' ORDER BY policy) FROM growth_index.match_policies('{\"x\": 2}'::growth_index.profile);"
policy() { printf "SELECT growth_index.add_policy('%s', '%s', '%s');" "$1" "$2" "$3"; }
both="SET client_min_messages = error;"
ask A "$both" >/dev/null
ask B "$both" >/dev/null
ok 'no policies' "$(ask B "$matched")" ''
ask A "BEGIN; $(policy P 'x >= 1' 100)" >/dev/null
ok 'a policy, for who enters it' "$(ask A "$matched")" 'P1 100.00'
ok '... not yet for others' "$(ask B "$matched")" ''
ask A 'COMMIT;' >/dev/null
ok '... committed, for all' "$(ask A "$matched") $(ask B "$matched")" 'P1 100.00 P1 100.00'
ask A "BEGIN; $(policy P 'x >= 1' 200)" >/dev/null
ok 'a version amended' "$(ask A "$matched")" 'P2 200.00'
ok '... is in force for nobody else' "$(ask B "$matched")" 'P1 100.00'
ask A 'ROLLBACK;' >/dev/null
ok '... and after ROLLBACK for nobody' "$(ask A "$matched") $(ask B "$matched")" 'P1 100.00 P1 100.00'
ask A "BEGIN; SAVEPOINT s; $(policy P 'x >= 3' 300)" >/dev/null
ok 'within a savepoint' "$(ask A "$matched")" ''
ask A 'ROLLBACK TO s;' >/dev/null
ok 'taken back' "$(ask A "$matched")" 'P1 100.00'
ask A "$(policy Q 'x = 2' 1)" >/dev/null
ok '... and another entered after it' "$(ask A "$matched")" 'P1 100.00, Q1 1.00'
ask A "SAVEPOINT s; $(policy Q 'x = 3' 2)" >/dev/null
ok '... and amended once more' "$(ask A "$matched")" 'P1 100.00'
ask A 'ROLLBACK TO s; COMMIT;' >/dev/null
ok 'what is committed is what was not taken back' "$(ask A "$matched"); $(ask B "$matched")" 'P1 100.00, Q1 1.00; P1 100.00, Q1 1.00'

ask B "BEGIN ISOLATION LEVEL REPEATABLE READ; $matched" >/dev/null
ask A "$(policy P 'x >= 5' 100)" >/dev/null
ok 'a later change' "$(ask A "$matched")" 'Q1 1.00'
ok 'an old snapshot does not see it' "$(ask B "$matched")" 'P1 100.00, Q1 1.00'
ok 'nor can anything be changed in it' "$(ask B "$(policy R 'x = 2' 1)" | grep -c 'ERROR:  could not serialize access')" 1
ask B 'ROLLBACK;' >/dev/null
ok '... and after it all is as committed' "$(ask B "$matched")" 'Q1 1.00'

# two enter policies at the same time, and keep what they enter compiled
ask A "BEGIN; $(policy S 'x = 2' 1) $matched" >/dev/null
say B "BEGIN; $(policy T 'x = 2' 1) $matched COMMIT;"
wait_until "SELECT count(*) = 1 FROM pg_stat_activity WHERE pid = $pid AND wait_event_type = 'Lock'"
ask A 'COMMIT;' >/dev/null
ok 'the second waits and sees what the first entered' "$(hear B)" '1 Q1 1.00, S1 1.00, T1 1.00'
ok '... and the first what the second did' "$(ask A "$matched")" 'Q1 1.00, S1 1.00, T1 1.00'
ok 'many policies take one lock' "$(ask A "BEGIN; SELECT count(growth_index.add_policy('many' || i, 'x < 0', '1')) FROM generate_series(1, 50) AS i;
	SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'; ROLLBACK;")" '50 1'

# all enterprises: the halves of two sessions, changes meanwhile, a cancelled run
sql >/dev/null <<'SQL'
SET session_replication_role = replica;
INSERT INTO growth_index.enterprise (credit_code, name)
SELECT growth_index.credit_code_complete('91410100MA' || lpad(i::text, 7, '0')), 'firm ' || i FROM generate_series(1, 6000) AS i;
INSERT INTO growth_index.enterprise_profile (credit_code, profile, as_of, computed_at)
SELECT growth_index.credit_code_complete('91410100MA' || lpad(i::text, 7, '0')), growth_index.profile(jsonb_build_object('x', i % 5)), current_date, now()
FROM generate_series(1, 6000) AS i;
ANALYZE growth_index.enterprise_profile;
CREATE TABLE rules.whole AS SELECT * FROM growth_index.match_all(DATE '2024-06-01');
SQL
half="CREATE TABLE rules.half_%s AS SELECT m.* FROM (SELECT credit_code AS middle FROM growth_index.enterprise_profile ORDER BY credit_code OFFSET 2500 LIMIT 1) AS p,
	LATERAL growth_index.match_all(DATE '2024-06-01', %s) AS m;"
say A "$(printf "$half" a 'NULL, middle')"
say B "$(printf "$half" b 'middle, NULL')"
ok 'two halves are made' "$(hear A)$(hear B)" ''
ok 'two sessions of half the enterprises each find what one finds' "$(sql -c 'SELECT count(*) FROM
	((TABLE rules.half_a UNION ALL TABLE rules.half_b) EXCEPT ALL TABLE rules.whole) AS d')/$(sql -c 'SELECT count(*) FROM
	(TABLE rules.whole EXCEPT ALL (TABLE rules.half_a UNION ALL TABLE rules.half_b)) AS d') of $(sql -c 'SELECT count(*) FROM rules.whole')" '0/0 of 3600'

# S and T are always amended together, to what the same enterprises have
found="SELECT string_agg(format('%s %s', version, n), ' / ' ORDER BY policy) FROM
	(SELECT policy, version, count(*) AS n FROM growth_index.match_all() WHERE policy IN ('S', 'T') GROUP BY policy, version) AS m;"
say B "$found"
for i in 1 2 3 4 5; do
	sql -c "SET client_min_messages = error; BEGIN; $(policy S "x >= $i % 3" $i) $(policy T "x >= $i % 3" $i) COMMIT" >/dev/null
done
text=$(hear B)
ok 'a run over all sees one state of the policies' "$([ -n "$text" ] && [ "${text% / *}" = "${text#* / }" ] && echo one)" one
ok '... and the next one the last' "$(ask B "$found")" '6 3600 / 6 3600'
say B "SELECT count(*) FROM generate_series(1, 1000000) AS once_more, LATERAL growth_index.match_all(current_date + 0 * once_more);"
wait_until "SELECT state = 'active' AND query LIKE '%once_more%' FROM pg_stat_activity WHERE pid = $pid"
ok 'cancel is taken' "$(sql -c "SELECT pg_cancel_backend($pid)")" t
text=$(hear B)
ok 'the run over all ends by it' "${text%% CONTEXT:*}" 'ERROR:  canceling statement due to user request'
ok 'the next one is right' "$(ask B "$found")" '6 3600 / 6 3600'
echo '\q' >&"$a_in"
echo '\q' >&"$b_in"
echo "1..$n"
