#!/bin/bash
#
# A private server stands beside another and leaves nothing behind, however the
# script that opened it ends.
#
. "$(dirname "$0")/../../tools/server.sh"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
count=0

ok() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else echo "not ok $count - $2"; fi
}

# A script that opens a server, writes its folder down, and then does as told.
cat >"$scratch/script" <<'SCRIPT'
. "$GI_ROOT/tools/server.sh"
gi_server_start
gi_psql -X -q -c 'CREATE TABLE here ()'
echo "$GI_SERVER" >"$1"
eval "$2"
SCRIPT

# leaves_nothing SIGNAL STATUS [COMMAND]
leaves_nothing() {
	local signal=$1 expected=$2 command=${3:-'sleep 10 & wait'} pid status server
	rm -f "$scratch/server"
	# a background job ignores SIGINT; this script must not
	perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' bash "$scratch/script" "$scratch/server" "$command" &
	pid=$!
	for _ in {1..300}; do
		[ -s "$scratch/server" ] && break
		sleep 0.1
	done
	[ "$signal" = none ] || kill -s "$signal" $pid
	wait $pid
	status=$?
	server=$(cat "$scratch/server")
	[ $status -eq "$expected" ] && [ -n "$server" ] && [ ! -e "$server" ] &&
		! grep -qsF "$server" /proc/[0-9]*/cmdline
	ok $? "$4: status $expected, no folder and no process is left"
}

leaves_nothing none 0 'exit 0' 'a script that ends'
leaves_nothing none 3 'exit 3' 'a script that fails'
leaves_nothing INT 130 '' 'Ctrl-C'
leaves_nothing TERM 143 '' 'kill'
leaves_nothing HUP 129 '' 'a closed terminal'

(
	outer=$PGHOST
	gi_server_start
	[ "$PGHOST" != "$outer" ] &&
		[ "$(gi_psql -X -A -t -c 'SHOW listen_addresses' -c 'SHOW unix_socket_directories')" = $'\n'"$GI_SERVER" ] &&
		[ "$(gi_psql -X -A -t -h "$outer" -c 'SHOW unix_socket_directories')" = "$outer" ]
)
ok $? 'two servers stand side by side, each on its own socket only'
[ "$(gi_psql -X -A -t -c 'SELECT 1')" = 1 ]
ok $? 'the first still answers'
echo "1..$count"
