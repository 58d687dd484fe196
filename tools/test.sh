#!/bin/bash
#
# All tests, on a private server: pg_regress (sql/), pgTAP (test/*.sql, each
# file in a database of its own) and scenarios (test/scenario/*.sh).  The last
# line is "N passed, N failed"; what is skipped is named.
#
#     tools/test.sh [name…]      only the tests of these names, e.g. rating
#     tools/test.sh exact        ten million decisions against numeric SQL
#     TEST_JOBS=n                files at once (default: the processors, at most 4)
#     TEST_MINUTES=n             after so long no file is begun (default 30); those
#                                that are left out are named
#
# A test whose first lines say `requires: pg_cron`, or whose name starts with
# cron_, runs in the database growth_index, which has pg_cron.  Tests that make
# roles, which all databases share, and scenarios run one at a time.
#
set -u -o pipefail
. "$(dirname "$0")/server.sh"

"$GI_TOOLS/setup.sh" && "$GI_TOOLS/build.sh" || exit 1
# what is written is thrown away, and a slow machine shall not compile plans
GI_MALLOC=yes
gi_server_start max_connections=60 jit=off full_page_writes=off max_wal_size=256MB \
	min_wal_size=128MB wal_writer_delay=10s bgwriter_delay=10s
scratch=$GI_SERVER/scratch
limit=900 # seconds for one file
jobs=${TEST_JOBS:-$(nproc)}
[ "$jobs" -le 4 ] || jobs=4
end=$((SECONDS + ${TEST_MINUTES:-30} * 60))
show=     # yes: show what passed as well
if [ "$*" = exact ]; then
	set -- expression_exact
	limit=7200
	show=yes
	export EXACT_EXPRESSIONS=${EXACT_EXPRESSIONS:-5000} EXACT_PROFILES=${EXACT_PROFILES:-2000}
fi
mkdir -p "$scratch/results"

export GI_DATA=${GI_DATA:-${GI_ROOT%/*}/shared/data}
export PGTZ=UTC PGDATESTYLE='ISO, YMD' PGCLIENTENCODING=UTF8
passed=0 failed=0 skipped=()
only=" $* "

# Is the test asked for?
wanted() {
	[ "$only" = '  ' ] || [[ $only == *" $1 "* ]]
}

report() {
	printf '%-34s %s\n' "$1" "$2"
}

# tap NAME STATUS FILE SECONDS: count the lines of a TAP test, show what is not well
tap() {
	local ok notok plan skip todo
	ok=$(grep '^ok ' "$3" | grep -civE '# *skip')
	notok=$(grep -cE '^not ok ' "$3")
	plan=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$3" | head -1)
	while read -r skip; do
		skipped+=("$1: $skip")
	done < <(grep -iE '^ok .*# *skip|^1\.\.0 *# *skip' "$3")
	# a known defect, marked as such, is not a failure
	todo=$(grep -ciE '^not ok .*# *todo' "$3")
	ok=$((ok + todo)) notok=$((notok - todo))
	if [ "$2" -ne 0 ] && [ $notok -eq 0 ]; then
		notok=1
		echo "not ok - ended with status $2" >>"$3"
	elif [ -n "$plan" ] && [ "$(grep -cE '^(not )?ok ' "$3")" -ne "$plan" ]; then
		notok=$((notok + 1))
		echo "not ok - planned $plan tests, ran $(grep -cE '^(not )?ok ' "$3")" >>"$3"
	elif ! grep -qE '^(not )?ok |^1\.\.0' "$3"; then
		notok=1
		echo "not ok - no test ran" >>"$3"
	fi
	passed=$((passed + ok)) failed=$((failed + notok))
	if [ $((ok + notok)) -eq 0 ]; then
		report "$1" "skipped"
	elif [ $notok -eq 0 ]; then
		report "$1" "$(printf '%3d passed %4d s' $ok "$4")"
		[ -z "$show" ] || sed -n 's/^ok [0-9]* - /    /p' "$3"
	else
		report "$1" "$(printf '%3d passed %4d s, %d FAILED' $ok "$4" $notok)"
		grep -vE '^ok |^1\.\.' "$3" | tail -60 | sed 's/^/    /'
	fi
}

fresh_database() {
	gi_psql -X -q -d postgres -c "CREATE DATABASE \"$1\" TEMPLATE \"$2\""
}

drop_database() {
	gi_psql -X -q -d postgres -c "DROP DATABASE IF EXISTS \"$1\" WITH (FORCE)"
}

create_extensions() {
	local database=$1
	shift
	gi_psql -X -q -v ON_ERROR_STOP=1 -d "$database" -c "$(printf 'CREATE EXTENSION %s;' "$@")"
}

# database_for FILE TEMPLATE: sets $database to a fresh one
database_for() {
	database=test_$(basename "${1%.*}")
	if [[ $database == test_cron_* ]] || head -n 20 "$1" | grep -q 'requires: pg_cron'; then
		# pg_cron can be in this one only; its launcher ends with the database
		# and comes back with the server
		database=growth_index
		drop_database "$database"
		fresh_database "$database" "$2" && create_extensions "$database" pg_cron &&
			gi_server_stop && gi_server_again
	else
		fresh_database "$database" "$2"
	fi
}

# run FILE TEMPLATE COMMAND…: the test in a database of its own; its output,
# status and seconds are left beside each other for judge()
run() {
	local file=$1 output=$scratch/${1##*/} status=1 from=$SECONDS
	if database_for "$file" "$2" >"$output.tap" 2>&1; then
		shift 2
		(cd "$GI_ROOT" && PGDATABASE=$database timeout --foreground $limit "$@" "$file") >"$output.tap" 2>&1
		status=$?
		[ $status -ne 124 ] || echo "stopped after $limit s" >>"$output.tap"
	fi
	drop_database "$database" >/dev/null 2>&1
	echo "$status $((SECONDS - from))" >"$output.status"
}

# judge FILE: count and report a test that has run
judge() {
	local name=${1#"$GI_ROOT/test/"} status seconds
	read -r status seconds <"$scratch/${1##*/}.status"
	tap "${name%.*}" "${status:-1}" "$scratch/${1##*/}.tap" "${seconds:-0}"
}

# Is there time for another file?  If not, it is named as left out.
in_time() {
	local name=${1#"$GI_ROOT/test/"}
	[ $SECONDS -lt $end ] || { skipped+=("${name%.*}: ${TEST_MINUTES:-30} minutes are over (TEST_MINUTES)") && false; }
}

# collect: wait for one of the tests that run at once, and report it
declare -A running=()
collect() {
	local pid
	wait -n -p pid "${!running[@]}"
	judge "${running[$pid]}"
	unset "running[$pid]"
}

# Does the test use what all databases share?
alone() {
	[[ $1 == */cron_* ]] || grep -qE 'create_roles|CREATE (ROLE|USER)|requires: pg_cron' "$1"
}

psql_file=("$GI_BIN/psql" -X -A -t -q -P pager=off -v ON_ERROR_STOP=1 -f)

# A machine that needs long for a plain count gets smaller random samples; what
# the tests decide is the same.
probe=${EPOCHREALTIME/[.,]/}
gi_psql -X -q -d postgres -o /dev/null -c 'SELECT count(*) FROM generate_series(1, 3000000)'
if [ $((${EPOCHREALTIME/[.,]/} - probe)) -gt 1500000 ] && [ -z "$show" ]; then
	echo "a slow machine: random samples are small"
	export GI_SLOW=yes
	for sample in EXACT_PROFILES=20 SCORE_CARDS=5 SCORE_PROFILES=40 \
		FAST_CARDS=15 FAST_PROFILES=40 WIDE_CARDS=5 WIDE_PROFILES=1500 TREE_CARDS=20 SET_CRITERIA=80 SET_PROFILES=60 \
		FUZZ_ROUNDS=40 NEAREST_ROUNDS=100 YEAR_FIRMS=60 YEAR_AUDITS=60 PAY_LOAD=40 PAY_KILLS=2; do
		name=${sample%%=*}
		[ -n "${!name:-}" ] || export "$sample"
	done
fi

# the databases from which those of the tests are made
fresh_database plain template0 && create_extensions plain growth_index || gi_die "CREATE EXTENSION failed"
fresh_database tap plain && create_extensions tap pgtap || exit 1

names=()
for file in "$GI_ROOT"/sql/*.sql; do
	name=$(basename "$file" .sql)
	[ -e "$file" ] && wanted "$name" && names+=("$name")
done
if [ ${#names[@]} -gt 0 ]; then
	fresh_database regress plain
	"$("$GI_BIN/pg_config" --pgxs | sed 's,/makefiles/pgxs.mk$,,')/test/regress/pg_regress" \
		--use-existing --inputdir="$GI_ROOT" --outputdir="$scratch" --bindir="$GI_BIN" \
		--dbname=regress "${names[@]}" >"$scratch/regress.log" 2>&1
	for name in "${names[@]}"; do
		if grep -qE "^(test +$name +\.\.\. ok|ok [0-9]+ .*[ -]$name )" "$scratch/regress.log"; then
			passed=$((passed + 1))
			report "sql/$name" "1 passed"
		else
			failed=$((failed + 1))
			report "sql/$name" "FAILED"
		fi
	done
	if [ -s "$scratch/regression.diffs" ]; then
		sed 's/^/    /' "$scratch/regression.diffs"
	elif ! grep -qE 'All [0-9]+ tests passed' "$scratch/regress.log"; then
		cat "$scratch/regress.log"
	fi
fi

single=()
for file in "$GI_ROOT"/test/*.sql; do
	wanted "$(basename "$file" .sql)" || continue
	if alone "$file"; then
		single+=("$file")
	elif in_time "$file"; then
		[ ${#running[@]} -lt "$jobs" ] || collect
		run "$file" tap "${psql_file[@]}" &
		running[$!]=$file
	fi
done
while [ ${#running[@]} -gt 0 ]; do
	collect
done
for file in "${single[@]}"; do
	in_time "$file" && run "$file" tap "${psql_file[@]}" && judge "$file"
done
for file in "$GI_ROOT"/test/scenario/*.sh; do
	wanted "$(basename "$file" .sh)" && in_time "$file" && run "$file" plain bash && judge "$file"
done

for name in "${skipped[@]}"; do
	echo "skipped  $name"
done
[ $((passed + failed + ${#skipped[@]})) -gt 0 ] || gi_die "there is no test of that name"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
