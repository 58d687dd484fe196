#!/bin/bash
#
# make psql: psql on the demo's database.  Its server is started if it does not
# run, and stopped by the last psql that leaves.
#
set -u -o pipefail
. "$(dirname "$0")/server.sh"

GI_SERVER=$GI_HOME/demo GI_LASTING=yes
[ -d "$GI_SERVER" ] || gi_die "there is no demo database of this user and clone: make demo makes it"

# Each session shares lock 8; who can have it alone is the last.  Lock 7 makes
# coming and going one at a time.
exec 7>"$GI_HOME/psql.turn" 8>"$GI_HOME/psql.lock"
flock 7
if gi_server_running; then
	gi_server_environment
else
	gi_server_again
	touch "$GI_HOME/psql.started"
fi
flock -s 8
flock -u 7

leave() {
	local status=$?
	trap '' HUP INT TERM
	flock 7
	flock -u 8
	if [ -e "$GI_HOME/psql.started" ] && flock -n 8; then
		rm -f "$GI_HOME/psql.started"
		gi_server_stop
	fi
	exit $status
}
trap leave EXIT
trap 'exit 129' HUP
trap 'exit 143' TERM
# Ctrl-C ends a query of psql, not the session
trap : INT

export PGDATABASE=growth_index PGOPTIONS='-c search_path=growth_index,public'
if [ -t 0 ]; then
	gi_psql
else
	gi_psql -X -v ON_ERROR_STOP=1
fi
