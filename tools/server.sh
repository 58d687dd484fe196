#
# server.sh: a private PostgreSQL server, for the commands of this project.
#
#     . tools/server.sh               sets GI_ROOT (the clone), GI_HOME (its
#                                     working folder under /var/tmp), GI_BIN
#     gi_server_start [name=value…]   a new server in a folder of its own, all
#                                     gone when the script ends, however it ends
#     gi_server_stop [mode]           fast (default), smart, or immediate: a crash
#     gi_server_again [name=value…]   start the stopped server again
#     gi_psql [arguments]             psql against it; also PGHOST, PGPORT, PGUSER
#     GI_KEEP=folder                  (before the start) a folder that stays
#
# It listens on a Unix socket in its own folder and nowhere else, so it stands
# beside any other server.  Databases: postgres and growth_index, the latter
# being pg_cron's.  The extension is read from a copy of the staged build.
#
GI_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
GI_TOOLS=$GI_ROOT/tools
GI_BIN=/usr/lib/postgresql/${PG_MAJOR:-15}/bin
GI_HOME=/var/tmp/growth_index-$(id -u)-$(printf '%s' "$GI_ROOT" | cksum | cut -d' ' -f1)
GI_STAGE=$GI_HOME/stage
GI_SERVER=
GI_LASTING=
GI_AS=()
# a server refuses to run as root
[ "$(id -u)" -eq 0 ] && GI_AS=(runuser -u postgres --)
export GI_ROOT GI_TOOLS GI_BIN

gi_die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# Run as the server's user, from a folder that any user can be in.
gi_as() {
	(cd / && "${GI_AS[@]}" "$@")
}

# The working folder; one that somebody else has put there is not used.
gi_home() {
	mkdir -p "$GI_HOME" && [ -O "$GI_HOME" ] && [ ! -L "$GI_HOME" ] ||
		gi_die "$GI_HOME belongs to another user"
	chmod 755 "$GI_HOME"
}

gi_psql() {
	"$GI_BIN/psql" "$@"
}

gi_server_running() {
	gi_as "$GI_BIN/pg_ctl" -D "$GI_SERVER/data" status >/dev/null 2>&1
}

# Lead libpq to the server in the folder.
gi_server_environment() {
	export PGHOST=$GI_SERVER PGPORT=5432 PGUSER=postgres PGDATABASE=${PGDATABASE:-postgres}
	unset PGSERVICE PGHOSTADDR PGOPTIONS PGPASSWORD PGPASSFILE PGSSLMODE
}

gi_server_create() {
	local destdir=
	if [ -n "${GI_KEEP:-}" ]; then
		GI_SERVER=$GI_KEEP GI_LASTING=yes
		mkdir -m 700 "$GI_SERVER"
	else
		GI_SERVER=$(mktemp -d /tmp/growth_index.XXXXXX) GI_LASTING=
	fi || gi_die "cannot create a folder for the server"
	[ -d "$GI_STAGE" ] && cp -r "$GI_STAGE" "$GI_SERVER/stage" && destdir=yes
	[ ${#GI_AS[@]} -gt 0 ] && chown -R postgres: "$GI_SERVER"
	{
		gi_as "$GI_BIN/initdb" -D "$GI_SERVER/data" -A trust -U postgres -E UTF8 \
			--locale=C.UTF-8 --no-sync
		echo 'CREATE DATABASE growth_index' |
			gi_as "$GI_BIN/postgres" --single -F -D "$GI_SERVER/data" postgres
	} >"$GI_SERVER/creation.log" 2>&1 || {
		cat "$GI_SERVER/creation.log" >&2
		gi_die "cannot create a server"
	}
	gi_as tee -a "$GI_SERVER/data/postgresql.conf" >/dev/null <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$GI_SERVER'
		unix_socket_permissions = 0700
		${destdir:+extension_destdir = '$GI_SERVER/stage'}
		shared_preload_libraries = 'pg_cron'
		cron.database_name = 'growth_index'
		cron.host = '$GI_SERVER'
		max_worker_processes = 16
		lc_messages = 'C'
	CONF
	[ -n "$GI_LASTING" ] || gi_as tee -a "$GI_SERVER/data/postgresql.conf" >/dev/null <<-CONF
		fsync = off
		timezone = 'UTC'
	CONF
}

# Start the stopped server; its settings are joined by those given.
gi_server_again() {
	local setting
	for setting in "$@"; do
		printf "%s = '%s'\n" "${setting%%=*}" "${setting#*=}"
	done | gi_as tee -a "$GI_SERVER/data/postgresql.conf" >/dev/null
	gi_as "$GI_BIN/pg_ctl" -D "$GI_SERVER/data" -l "$GI_SERVER/log" -t 120 -w start >/dev/null 2>&1 || {
		tail -20 "$GI_SERVER/log" >&2
		gi_die "the server did not start"
	}
	gi_server_environment
}

gi_server_stop() {
	[ -n "$GI_SERVER" ] && gi_server_running || return 0
	gi_as "$GI_BIN/pg_ctl" -D "$GI_SERVER/data" -m "${1:-fast}" -w stop >/dev/null 2>&1
}

# What the end of a script does, whatever ended it.
gi_server_end() {
	local status=$?
	trap '' INT TERM
	if [ -n "$GI_SERVER" ]; then
		gi_server_stop "$([ -n "$GI_LASTING" ] && echo fast || echo immediate)"
		[ -n "$GI_LASTING" ] || rm -rf "$GI_SERVER"
	fi
	return $status
}

gi_server_traps() {
	trap gi_server_end EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

gi_server_start() {
	gi_server_traps
	gi_server_create
	gi_server_again "$@"
}
