#!/bin/bash
#
# The benchmarks, on the server that the environment names: one line a figure,
#	BENCH <name> <ours> <theirs> <ratio>
# in milliseconds.  ONLY=score runs one part, SCALE=0.1 shrinks the tables.
#
set -eu -o pipefail
cd "$(dirname "$0")/.."

rows=$(awk -v s="${SCALE:-1}" 'BEGIN { printf "%d", 1000000 * s }')
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 -v rows="$rows" "$@"; }

sql -c 'DROP SCHEMA IF EXISTS bench CASCADE' 2>/dev/null
# the part size makes its own
if [ "${ONLY:-}" != size ]; then
	echo "making $rows enterprises with 32 indicators" >&2
	sql -f bench/data.sql -f bench/measure.sql
fi
for part in score criteria policy_set json_logic bulk sweep simulate zone refresh_one pay size duckdb; do
	# the scorecard's rivals are the scorecard's part
	case ${ONLY:-$part} in "$part") ;; score) [ "$part" = duckdb ] || continue ;; *) continue ;; esac
	if [ -d "bench/$part" ]; then
		bash "bench/$part/run.sh"
	else
		sql -f "bench/$part.sql"
	fi
done
