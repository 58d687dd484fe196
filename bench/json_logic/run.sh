#!/bin/bash
#
# policy_set_1k/json_logic: one profile against 1,000 policies, in milliseconds,
# with the same policies compiled by json-logic-engine.  It is installed from the
# lock file into a folder that goes when this ends.  Part of bench/run.sh, which
# has made the enterprises on the server that the environment names.
#
set -eu -o pipefail

skip() {
	echo "policy_set_1k/json_logic is skipped: $1" >&2
	exit 0
}
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }

command -v node >/dev/null && command -v npm >/dev/null || skip 'it needs node and npm'
folder=$(mktemp -d "${TMPDIR:-/var/tmp}/growth_index_json_logic.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' HUP INT TERM
cp bench/json_logic/package.json bench/json_logic/package-lock.json bench/json_logic/rival.mjs "$folder"
(cd "$folder" && npm install --no-audit --no-fund --ignore-scripts --loglevel=error) >"$folder/install.log" 2>&1 || {
	tail -5 "$folder/install.log" >&2
	skip 'npm could not install json-logic-engine'
}

sql -v count=1000 -f bench/policies.sql
sql -c 'SELECT criteria FROM bench.policy ORDER BY id' >"$folder/policies"
sql -c 'SELECT growth_index.jsonb(profile) FROM bench.profile WHERE id <= 1000 ORDER BY id' >"$folder/profiles"
read -r theirs matches < <(cd "$folder" && node rival.mjs policies profiles)
sql -v theirs="$theirs" -v matches="$matches" -f bench/json_logic/compare.sql
