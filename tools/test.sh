#!/bin/bash
#
# All tests, on a private server: pg_regress (sql/), pgTAP (test/*.sql, each
# file in a database of its own) and scenarios (test/scenario/*.sh).  The last
# line is "N passed, N failed"; what is skipped is named.
#
#     tools/test.sh [name…]      only the tests of these names, e.g. rating
#
set -u -o pipefail
. "$(dirname "$0")/server.sh"

"$GI_TOOLS/setup.sh" && "$GI_TOOLS/build.sh" || exit 1
gi_server_start max_connections=60
scratch=$GI_SERVER/scratch
mkdir -p "$scratch/results"

export GI_DATA=${GI_DATA:-$(cd "$GI_ROOT/../shared/data" 2>/dev/null && pwd)}
export PGTZ=UTC PGDATESTYLE='ISO, YMD' PGCLIENTENCODING=UTF8
passed=0 failed=0 skipped=()
only=" $* "

# Is the test asked for?
wanted() {
	[ "$only" = '  ' ] || [[ $only == *" $1 "* ]]
}

report() {
	printf '%-42s %s\n' "$1" "$2"
}

# tap NAME STATUS FILE: count the lines of a TAP test, show what is not well
tap() {
	local ok notok plan skip
	ok=$(grep -c '^ok ' "$3")
	notok=$(grep -cE '^not ok ' "$3")
	plan=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$3" | head -1)
	while read -r skip; do
		skipped+=("$1: $skip")
	done < <(grep -iE '^ok .*# *skip|^1\.\.0 *# *skip' "$3")
	# a known defect, marked as such, is not a failure
	local todo=$(grep -ciE '^not ok .*# *todo' "$3")
	ok=$((ok + todo)) notok=$((notok - todo))
	if [ "$2" -ne 0 ] && [ $notok -eq 0 ]; then
		notok=1
		echo "not ok - ended with status $2" >>"$3"
	elif [ -n "$plan" ] && [ $((ok + notok)) -ne "$plan" ]; then
		notok=$((notok + 1))
		echo "not ok - planned $plan tests, ran $((ok + notok - 1))" >>"$3"
	elif [ $((ok + notok)) -eq 0 ] && [ "$plan" != 0 ]; then
		notok=1
		echo "not ok - no test ran" >>"$3"
	fi
	passed=$((passed + ok)) failed=$((failed + notok))
	if [ $notok -eq 0 ]; then
		report "$1" "$ok passed"
	else
		report "$1" "$ok passed, $notok FAILED"
		grep -vE '^ok |^1\.\.' "$3" | tail -60 | sed 's/^/    /'
	fi
}

fresh_database() {
	gi_psql -X -q -d postgres -c "CREATE DATABASE \"$1\" TEMPLATE \"$2\""
}

drop_database() {
	gi_psql -X -q -d postgres -c "DROP DATABASE IF EXISTS \"$1\" WITH (FORCE)"
}

# the databases from which those of the tests are made
for kind in plain tap; do
	fresh_database "$kind" template0
	gi_psql -X -q -v ON_ERROR_STOP=1 -d $kind -c 'CREATE EXTENSION growth_index' || gi_die "CREATE EXTENSION failed"
done
gi_psql -X -q -v ON_ERROR_STOP=1 -d tap -c 'CREATE EXTENSION pgtap' || exit 1
gi_psql -X -q -v ON_ERROR_STOP=1 -d growth_index -c 'CREATE EXTENSION pg_cron; CREATE EXTENSION growth_index' || exit 1

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

for file in "$GI_ROOT"/test/*.sql; do
	name=$(basename "$file" .sql)
	[ -e "$file" ] && wanted "$name" || continue
	fresh_database "test_$name" tap
	(cd "$GI_ROOT" && gi_psql -X -A -t -q -P pager=off -v ON_ERROR_STOP=1 -d "test_$name" -f "$file") \
		>"$scratch/$name.tap" 2>&1
	tap "test/$name" $? "$scratch/$name.tap"
	drop_database "test_$name"
done

for file in "$GI_ROOT"/test/scenario/*.sh; do
	name=$(basename "$file" .sh)
	[ -e "$file" ] && wanted "$name" || continue
	case $name in
		cron_*) database=growth_index ;;
		*) database=scenario_$name; fresh_database "$database" plain ;;
	esac
	(cd "$GI_ROOT" && PGDATABASE=$database bash "$file") >"$scratch/$name.tap" 2>&1
	tap "scenario/$name" $? "$scratch/$name.tap"
	[ "$database" = growth_index ] || drop_database "$database"
done

for name in "${skipped[@]}"; do
	echo "skipped  $name"
done
[ $((passed + failed)) -gt 0 ] || gi_die "there is no test of that name"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
