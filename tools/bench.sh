#!/bin/bash
#
# make bench: a new server, and bench/run.sh on its database growth_index, which
# has the extension and pg_cron.  ONLY and SCALE are the bench's own.
#
set -u -o pipefail
. "$(dirname "$0")/server.sh"

"$GI_TOOLS/setup.sh" && gi_step "Building" "$GI_TOOLS/build.sh" || exit 1
# a measurement should not be one of the disk: a quarter of the memory, 3 GB at most
buffers=$(awk '/^MemTotal/ { m = int($2 / 4096); print m < 3072 ? m : 3072 }' /proc/meminfo)
gi_server_start shared_buffers="${buffers}MB" max_wal_size=16GB
export PGDATABASE=growth_index
gi_psql -X -q -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION pg_cron' -c 'CREATE EXTENSION growth_index' || exit 1
bash "$GI_ROOT/bench/run.sh" || exit 1

# two workers once more where the table is read through the system's cache, with the server's own default
case ${ONLY:-score} in
score)
	gi_server_stop && gi_server_again shared_buffers=128MB || exit 1
	cd "$GI_ROOT" && gi_psql -X -q -A -t -v ON_ERROR_STOP=1 -v suffix=_128MB -f bench/workers.sql
	;;
esac
