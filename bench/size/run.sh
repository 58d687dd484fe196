#!/bin/bash
#
# size/*: a million enterprises with 32 indicators each through the platform.
#	upload/copy		departments' files by COPY into upload (checked, kept,
#				queued, with receipts), against COPY of the same rows into a
#				plain table with the columns and the key of observation
#	size/refresh		profiles, scores, ratings and matches of all, against the
#				scores and matches alone, by the engine
#	size/upload_memory	most memory (MB) of a session that sends a million lines,
#				against one that sends a quarter of a million
#	size/refresh_memory	most memory (MB) of the refresh, against that of its first
#				quarter, in which it has analyzed its tables: it does not
#				grow with the work
#	size/view_*		a view as a reader asks it, against a second
#
set -eu -o pipefail
rows=$(awk -v s="${SCALE:-1}" 'BEGIN { printf "%d", 1000000 * s }')
here=$(dirname "$0")
home=$PGDATABASE
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"; PGDATABASE=$home psql -X -q -c "DROP DATABASE IF EXISTS bench_size WITH (FORCE)"' EXIT
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
line() { awk -v name="$1" -v ours="$2" -v theirs="$3" 'BEGIN { printf "BENCH %s %.4f %.4f %.4f\n", name, ours, theirs, ours / theirs }'; }
# ms COMMAND…: sets $ms to the time that it took
ms() {
	local from=${EPOCHREALTIME/[.,]/}
	"$@"
	ms=$(awk -v u=$((${EPOCHREALTIME/[.,]/} - from)) 'BEGIN { print u / 1000 }')
}
# memory NAME COMMAND…: writes the session's own memory, MB, to $scratch/NAME, a line a sample
memory() {
	local name=$1 client pid
	shift
	PGAPPNAME=$name "$@" &
	client=$!
	: >"$scratch/$name"
	while kill -0 $client 2>/dev/null; do
		pid=${pid:-$(sql -c "SELECT pid FROM pg_stat_activity WHERE application_name = '$name'")}
		awk '/^RssAnon/ { print $2 / 1024 }' "/proc/${pid:-none}/status" >>"$scratch/$name" 2>/dev/null || true
		sleep 0.2
	done
	wait $client
}
most() { sort -n | tail -1; }

sql -c 'DROP DATABASE IF EXISTS bench_size WITH (FORCE)' -c 'CREATE DATABASE bench_size'
export PGDATABASE=bench_size
sql -v n="$rows" -f "$here/fill.sql"

# ---- upload: files of a million lines ----
step=31250 plain=0 upload=0
for ((first = 1; first <= rows; first += step)); do
	last=$((first + step - 1 < rows ? first + step - 1 : rows))
	sql -c "\\copy (SELECT credit_code, indicator, json, period_end, department FROM public.lines($first, $last)) TO '$scratch/plain.csv' (FORMAT csv)" \
		-c "\\copy (SELECT credit_code, indicator, value, period_end, department FROM public.lines($first, $last)) TO '$scratch/upload.csv' (FORMAT csv)"
	ms sql -c "\\copy public.plain (credit_code, indicator, value, period_end, department) FROM '$scratch/plain.csv' (FORMAT csv)"
	plain=$(awk -v a="$plain" -v b="$ms" 'BEGIN { print a + b }')
	ms memory upload sql -c "\\copy growth_index.upload FROM '$scratch/upload.csv' (FORMAT csv)"
	upload=$(awk -v a="$upload" -v b="$ms" 'BEGIN { print a + b }')
	cat "$scratch/upload" >>"$scratch/uploads"
done
[ "$(sql -c "SELECT sum(accepted) = 32 * $rows AND sum(refused) = 0 FROM growth_index.upload_receipt")" = t ] || { echo 'the upload did not do its work' >&2; exit 1; }
sql -c 'DROP TABLE public.plain' -c 'VACUUM (ANALYZE)'
awk -v r="$rows" -v u="$upload" -v p="$plain" 'BEGIN { printf "upload: %.0f rows/s, COPY into a plain table: %.0f rows/s\n", r * 32 / u * 1000, r * 32 / p * 1000 }' >&2
line upload/copy "$upload" "$plain"
head -n 250000 "$scratch/upload.csv" >"$scratch/small.csv"
memory small sql -c "\\copy growth_index.upload FROM '$scratch/small.csv' (FORMAT csv)"
line size/upload_memory "$(most <"$scratch/uploads")" "$(most <"$scratch/small")"

# ---- the refresh of all ----
ms memory refresh sql -c 'CALL growth_index.refresh()'
refresh=$ms
[ "$(sql -c "SELECT count(*) = $rows AND (SELECT count(*) FROM growth_index.refresh_queue) = 0 AND (SELECT count(*) FROM growth_index.refresh_error) = 0
	FROM growth_index.score WHERE status = 'scored'")" = t ] || { echo 'the refresh did not do its work' >&2; exit 1; }
sql -c 'VACUUM (ANALYZE)' -c 'SELECT growth_index.fold_counts()' -c 'SELECT growth_index.refresh_peers()' >/dev/null
engine=$(sql -f "$here/engine.sql")
awk -v r="$rows" -v u="$refresh" 'BEGIN { printf "refresh: %.0f enterprises/s\n", r / u * 1000 }' >&2
line size/refresh "$refresh" "$engine"
line size/refresh_memory "$(most <"$scratch/refresh")" "$(head -n $(($(wc -l <"$scratch/refresh") / 4 + 5)) "$scratch/refresh" | most)"

# ---- the views ----
sql -f "$here/views.sql" | while read -r name ours; do
	line "size/view_$name" "$ours" 1000
done
