#!/bin/bash
#
# Restored into a new server: by a superuser who brought the roles along, and by
# the ordinary owner of a database, where there are no roles yet.  Every row is
# there once, nothing fires or is queued anew; then all three platforms, the old
# one and the two restored, live the same days, and stay row for row the same.
# In the end pg_upgrade takes the new server over into another.
#
. "$(dirname "$0")/../../tools/server.sh"
n=0
ok() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		printf 'not ok %d - %s\n#   have: %s\n#   want: %s\n' $n "$1" "${2:0:1500}" "${3:0:1500}"
	fi
}
here=$GI_ROOT/test old=$PGHOST database=$PGDATABASE
sql() { gi_psql -X -q -A -t -v ON_ERROR_STOP=1 "$@" 2>&1; }
# where PLATFORM: the arguments of psql that lead to it
where() {
	case $1 in
	old) echo "-h $old -d $database" ;;
	*) echo "-h $GI_SERVER -d $1" ;;
	esac
}

ok 'a platform at work' "$(sql -f "$here/at_work.psql" | grep ERROR)" ''
gi_server_start max_connections=20
dump=$(mktemp -d)
trap 'rm -rf "$dump"; gi_server_end' EXIT
# shellcheck disable=SC2046
{
	"$GI_BIN/pg_dump" $(where old) -Fc -f "$dump/custom" &&
		"$GI_BIN/pg_dumpall" -h "$old" --roles-only | grep -vE '^(CREATE|ALTER) ROLE postgres\b' >"$dump/roles.sql"
}
ok 'is dumped, and the roles of its server' $? 0

# the ordinary owner first: his server knows none of the roles
sql -d postgres -c 'CREATE ROLE zone LOGIN SUPERUSER' -c 'CREATE DATABASE owned OWNER zone TEMPLATE template0'
sql -d owned -U zone -c 'CREATE EXTENSION growth_index' -c 'ALTER ROLE zone NOSUPERUSER CREATEROLE'
"$GI_BIN/pg_restore" -l "$dump/custom" | grep -vE ' (SCHEMA|EXTENSION) - growth_index ' >"$dump/list"
ok 'the owner of the extension restores without being a superuser' \
	"$("$GI_BIN/pg_restore" -e -h "$GI_SERVER" -U zone -d owned -L "$dump/list" --no-owner --no-privileges "$dump/custom" 2>&1)" ''
ok 'and makes the roles himself' "$(sql -d owned -U zone -c 'SELECT count(*) FROM growth_index.create_roles()')" 6
sql -d owned -c 'ALTER ROLE zone NOCREATEROLE'
ok 'which he may ask for again, now that they are there, if he can make no role' "$(sql -d owned -U zone -c 'SELECT count(*) FROM growth_index.create_roles()')" 6
ok 'roles are brought along' "$(sed 's/^CREATE ROLE growth_index_.*/SET client_min_messages = warning;/' "$dump/roles.sql" | sql -d postgres)" ''
ok 'a superuser restores' "$(gi_psql -X -q -d postgres -c 'CREATE DATABASE restored TEMPLATE template0' &&
	"$GI_BIN/pg_restore" -e -h "$GI_SERVER" -d restored "$dump/custom" 2>&1)" ''

# shellcheck disable=SC2046
content() { sql $(where "$1") -f "$here/content.psql"; }
before=$(content old)
ok 'every table, sequence and right is as it was' "$(diff <(echo "$before") <(content restored) | head -20)" ''
rows() { grep -vE '\{|^(restore_|.*\(.*\)\|$)' <<<"$1"; }
ok 'for the ordinary owner too: every table and sequence' "$(diff <(rows "$before") <(rows "$(content owned)") | head -20)" ''

# the jobs make the policies again that pg_dump leaves out, and life goes on; what
# it says, and every row, but for times, processes and who is logged in
# shellcheck disable=SC2046
life() {
	sql $(where "$1") -U "${2:-postgres}" -f "$here/lives_on.psql"
	sql $(where "$1") -U gi_dumped -c 'SELECT name FROM growth_index.enterprise'
}
first=$(life old)
ok 'the old one goes on' "$(grep -c ERROR <<<"$first"), $(tail -n 1 <<<"$first")" '0, firm 7'
ok 'the restored one likewise' "$(diff <(echo "$first") <(life restored))" ''
ok 'that of the ordinary owner likewise' "$(diff <(echo "$first") <(life owned zone))" ''
# shellcheck disable=SC2046
sql $(where old) -c "SELECT growth_index.remove_member('gi_dumped', 'enterprise')" >/dev/null

# pg_upgrade makes each object of the extension by itself, and functions before what orders the types
before=$(content restored)
gi_server_stop
gi_as "$GI_BIN/initdb" -D "$GI_SERVER/new" -A trust -U postgres -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null
gi_as cp "$GI_SERVER/data/postgresql.conf" "$GI_SERVER/new"
# shellcheck disable=SC2016
upgrade=$(gi_as bash -c 'cd "$1" && "$2/pg_upgrade" -b "$2" -B "$2" -d data -D new -U postgres --link --no-sync &&
	mv data old && mv new data' - "$GI_SERVER" "$GI_BIN" 2>&1) && upgrade=
ok 'pg_upgrade takes the databases over' "$(tail -n 12 <<<"$upgrade")" ''
gi_server_again
# AND is flattened where its text is read again
ok 'with every table, partition, guard, sequence and right' "$(diff <(tr -d '()' <<<"$before") <(content restored | tr -d '()') | head -20)" ''
ok 'and their members see what they saw' "$(sql -d restored -U gi_dumped -c 'SELECT name FROM growth_index.enterprise')" 'firm 7'
echo "1..$n"
