#!/bin/bash
#
# make clean-demo: stop the demo's server and remove all that the demo has made.
#
set -u -o pipefail
. "$(dirname "$0")/server.sh"

GI_SERVER=$GI_HOME/demo
if [ -d "$GI_SERVER" ]; then
	gi_server_stop immediate
	rm -rf "$GI_SERVER"
fi
rm -f "$GI_HOME"/psql.*
rm -rf "$GI_ROOT/demo/out"
