#!/bin/bash
#
# score/duckdb, fit/duckdb: the same model, and percentiles within industries, in
# DuckDB, on one thread, over tables of its own.
# It is installed from the lock file
# into a folder that goes when this ends.  Part of bench/run.sh, which has made
# the enterprises on the server that the environment names.
#
set -eu -o pipefail

skip() {
	echo "score/duckdb is skipped: $1" >&2
	exit 0
}
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }

command -v node >/dev/null && command -v npm >/dev/null || skip 'it needs node and npm'
folder=$(mktemp -d "${TMPDIR:-/var/tmp}/growth_index_duckdb.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' HUP INT TERM
cp bench/duckdb/package.json bench/duckdb/package-lock.json bench/duckdb/rival.mjs "$folder"
(cd "$folder" && npm install --no-audit --no-fund --ignore-scripts --loglevel=error) >"$folder/install.log" 2>&1 || {
	tail -5 "$folder/install.log" >&2
	skip 'npm could not install DuckDB'
}

sql -v folder="$folder" -f bench/duckdb/queries.sql >"$folder/plan.json"
sql -c '\copy bench.wide TO '"'$folder/wide.csv'"' (FORMAT csv, HEADER)' \
	-c '\copy bench.weight_numeric TO '"'$folder/weight.csv'"' (FORMAT csv, HEADER)'
(cd "$folder" && node rival.mjs plan.json) >"$folder/figures"

# figure NAME COLUMN: of a line of the rival's
figure() { awk -v name="$1" -v column="$2" '$1 == name { print $column }' "$folder/figures"; }
sql -v double="$(figure score_double 2)" -v decimal="$(figure score_decimal 2)" \
	-v above="$(figure score_decimal 3)" -v loose="$(figure score_double 3)" -f bench/duckdb/compare.sql
sql -v theirs="$(printf '%s\n' "$(figure fit_double 2)" "$(figure fit_decimal 2)" | sort -g | head -1)" -f bench/duckdb/fit.sql
