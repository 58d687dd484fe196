#!/bin/bash
#
# Policy sets and other sessions: a session that keeps a set compiled sees each
# change of the policies when it is committed, not before, and never what was
# rolled back; one snapshot gives one answer, also while a run over many subjects
# is under way; a cancelled run leaves the session and its sets in order.
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
ask() {
	local in=$a_in out=$a_out line text=
	[ "$1" = B ] && in=$b_in out=$b_out
	printf '%s\n\\echo end of answer\n' "$2" >&"$in"
	while read -r -t 120 line <&"$out" && [ "$line" != 'end of answer' ]; do
		text="$text${text:+ }$line"
	done
	printf '%s' "$text"
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
printf '%s\n\\echo end of answer\n' "$counts" >&"$b_in"
for i in 1 2 3 4 5; do
	sql -c "UPDATE rules.rule SET criteria = CASE WHEN $i % 2 = 1 THEN 'x < -1' ELSE format('x >= %s', id % 5) END::growth_index.criteria"
done
text=
while read -r -t 120 line <&"$b_out" && [ "$line" != 'end of answer' ]; do
	text="$text${text:+ }$line"
done
case $text in
	'0:20000 1:16000 2:12000 3:8000 4:4000' | '0:0 1:0 2:0 3:0 4:0') whole=yes ;;
	*) whole=$text ;;
esac
ok 'a run sees one state of the rules' "$whole" yes

# a run over very many pairs is cancelled
sql -c "UPDATE rules.rule SET criteria = 'x >= 0 AND y IS NULL'::growth_index.criteria" >/dev/null
pid=$(ask B 'SELECT pg_backend_pid();')
printf '%s\n\\echo end of answer\n' "SELECT count(*) FROM generate_series(1, 1000000) AS again, rules.version,
	LATERAL growth_index.policy_set_count('SELECT id, criteria FROM rules.rule', version + 0 * again, 'SELECT id, profile FROM rules.subject') AS c;" >&"$b_in"
for i in $(seq 300); do
	[ "$(sql -c "SELECT state FROM pg_stat_activity WHERE pid = $pid AND query LIKE '%again%'")" = active ] && break
	sleep 0.1
done
ok 'cancel is taken' "$(sql -c "SELECT pg_cancel_backend($pid)")" t
text=
while read -r -t 120 line <&"$b_out" && [ "$line" != 'end of answer' ]; do
	text="$text${text:+ }$line"
done
ok 'the run ends by it' "$text" 'ERROR:  canceling statement due to user request'
ok 'and the session goes on' "$(ask B "SELECT sum(eligible) FROM rules.version, growth_index.policy_set_count('SELECT id, criteria FROM rules.rule', version, 'SELECT id, profile FROM rules.subject');")" 40000000
ok 'what it keeps is one version' "$(ask B "SELECT count(*) FROM growth_index.policy_set_cached() WHERE source = 'SELECT id, criteria FROM rules.rule';")" 1
echo '\q' >&"$a_in"
echo '\q' >&"$b_in"
echo "1..$n"
