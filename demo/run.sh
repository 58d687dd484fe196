#!/bin/bash
#
# The demo as a newcomer sees it.  Expects the demo's server to run, and the
# usual PGHOST, PGPORT, PGUSER and PGDATABASE to lead to an empty database of
# it; DATA names the folder of the real data sets, if it is there.
#
set -u -o pipefail
cd "$(dirname "$0")" || exit 1

export PGCLIENTENCODING=UTF8 PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning"
export PAGER=cat PSQL_PAGER=cat
picture=${PICTURE:-$PWD/portrait.svg}
begun=$SECONDS

if [ -t 1 ]; then
	bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
else
	bold='' dim='' plain=''
fi

scratch=$(mktemp -d)
running=
trap 'rm -rf "$scratch"' EXIT
trap '[ -n "$running" ] && kill "$running" 2>/dev/null; exit 130' INT TERM

heading() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
say() { printf '%s\n' "$*"; }

stop() {
	printf '\n\nThe demo stopped at: %s\n' "$1" >&2
	[ -s "$scratch/errors" ] && sed 's/^psql:[^:]*:[0-9]*: //' "$scratch/errors" >&2
	exit 1
}

now() { local t=${EPOCHREALTIME/[.,]/}; echo $((t / 1000)); }

# psql as all steps use it: stops at the first error, quiet, tables as we like them
sql() {
	psql -X -q -v ON_ERROR_STOP=1 -P border=1 -P footer=off -P null=– -v data="$data" "$@"
}

# step TEXT ARGS...: one piece of work behind one line, with its elapsed time;
# what it prints follows the line
step() {
	local text=$1 from=$(now) second=0
	shift
	printf '   %s … ' "$text"
	sql "$@" >"$scratch/output" 2>"$scratch/errors" &
	running=$!
	while kill -0 "$running" 2>/dev/null; do
		sleep 0.1
		if [ -t 1 ] && [ $((($(now) - from) / 1000)) -gt $second ]; then
			second=$((($(now) - from) / 1000))
			printf '\r   %s … %s%d s%s' "$text" "$dim" "$second" "$plain"
		fi
	done
	wait "$running" || stop "$text"
	running=
	[ -t 1 ] && printf '\r   %s … ' "$text"
	printf '%s%d.%d s%s\n' "$dim" $((($(now) - from) / 1000)) $((($(now) - from) / 100 % 10)) "$plain"
	cat "$scratch/output"
}

# show TEXT ARGS...: a question and its answer, a table
show() {
	local text=$1 from=$(now)
	shift
	sql "$@" >"$scratch/output" 2>"$scratch/errors" || stop "$text"
	printf '\n   %s  %s(%d ms)%s\n\n' "$text" "$dim" $(($(now) - from)) "$plain"
	sed 's/^/   /' "$scratch/output"
}
