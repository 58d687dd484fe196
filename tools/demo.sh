#!/bin/bash
#
# make demo: a new server, and demo/run.sh on its empty database growth_index.
# The server stops at the end and its files stay, for make psql; after a
# failure or Ctrl-C nothing stays.
#
set -u -o pipefail
. "$(dirname "$0")/server.sh"

gi_home
exec 8>"$GI_HOME/demo.lock"
flock -n 8 || gi_die "the demo of this clone is running already"
"$GI_TOOLS/setup.sh" && gi_step "Building" "$GI_TOOLS/build.sh" || exit 1
"$GI_TOOLS/clean-demo.sh" || exit 1

end() {
	local status=$?
	gi_server_end
	[ $status -eq 0 ] || "$GI_TOOLS/clean-demo.sh"
	exit $status
}
GI_KEEP=$GI_HOME/demo
gi_server_start max_wal_size=4GB
trap end EXIT
export PGDATABASE=growth_index PICTURE=${PICTURE:-$GI_ROOT/demo/out/portrait.svg}
mkdir -p "${PICTURE%/*}"
bash "$GI_ROOT/demo/run.sh"
