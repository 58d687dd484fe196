# terminal.sh: how the demo talks.  Sourced by run.sh.

if [ -t 1 ]; then
	bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m' clear=$'\r\e[K'
else
	bold='' dim='' plain='' clear=''
fi
scratch=$(mktemp -d) || exit 1
chmod 755 "$scratch"
running=
trap 'rm -rf "$scratch"' EXIT
trap '[ -z "$running" ] || kill "$running" 2>/dev/null; echo; exit 130' INT TERM HUP

now() { local t=${EPOCHREALTIME/[.,]/}; echo $((t / 1000)); }
seconds() { printf '%d.%d s' $(($1 / 1000)) $(($1 / 100 % 10)); }
heading() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
say() { printf '   %s\n' "$*"; }

# What an error leaves behind: the step, and what the server said of it.
stop() {
	printf '\n\nThe demo stopped at: %s\n' "$1" >&2
	[ ! -s "$scratch/errors" ] || cat "$scratch/errors" >&2
	exit 1
}

# psql for all steps: quiet, ends at the first error, tables as they are to look.
sql() {
	psql -X -q -v ON_ERROR_STOP=1 -v data="$data" -v scratch="$scratch" \
		-P border=1 -P footer=off -P null=– -P pager=off -P linestyle=unicode "$@"
}

# step TEXT ARGUMENTS…: a piece of work, one line with its elapsed time.
step() {
	local text=$1 from second=0 t
	from=$(now)
	shift
	printf '   %s …' "$text"
	sql "$@" >"$scratch/output" 2>"$scratch/errors" </dev/null &
	running=$!
	while [ -t 1 ] && kill -0 "$running" 2>/dev/null; do
		sleep 0.1
		t=$((($(now) - from) / 1000))
		if [ $t -gt $second ]; then
			second=$t
			printf '%s   %s … %s%d s%s' "$clear" "$text" "$dim" $t "$plain"
		fi
	done
	wait "$running" || stop "$text"
	running=
	[ -z "$clear" ] || printf '%s   %s' "$clear" "$text"
	printf '  %s%s%s\n' "$dim" "$(seconds $(($(now) - from)))" "$plain"
	cat "$scratch/output"
}

# show TEXT ARGUMENTS…: a question, how long the answer took, the answer.
show() {
	local text=$1 from
	from=$(now)
	shift
	sql "$@" >"$scratch/output" 2>"$scratch/errors" </dev/null || stop "$text"
	printf '\n   %s  %s%d ms%s\n' "$text" "$dim" $(($(now) - from)) "$plain"
	sed 's/^\(.\)/   \1/; s/ *$//; ${/^$/d}' "$scratch/output"
}

# pg_cron starts the job at the full minute; say how the backlog goes meanwhile.
wait_for_refresh() {
	local from backlog running_since told=-15 waited rest
	from=$(now)
	while true; do
		waited=$((($(now) - from) / 1000))
		IFS='|' read -r backlog running_since < <(sql -At -f zone/backlog.sql 2>"$scratch/errors") || stop 'Waiting for the refresh'
		[ "$backlog" = 0 ] && break
		if [ $waited -gt 180 ]; then
			sql -x -c 'TABLE growth_index.job_health' >"$scratch/errors" 2>&1
			stop "waiting for pg_cron to run the refresh: $backlog enterprises are still queued after $waited s"
		fi
		rest=$((60 - 10#$(date +%S)))
		if [ -n "$running_since" ]; then
			rest='refreshing'
		else
			rest="pg_cron starts in $rest s"
		fi
		if [ -n "$clear" ]; then
			printf '%s   %s enterprises are queued; %s' "$clear" "$backlog" "$rest"
		elif [ $((waited - told)) -ge 15 ]; then
			told=$waited
			say "$backlog enterprises are queued; $rest"
		fi
		sleep 0.5
	done
	printf '%s   The queue is empty.  %s%s%s\n' "$clear" "$dim" "$(seconds $(($(now) - from)))" "$plain"
}
