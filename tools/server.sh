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
#     PG_MAJOR=n                      (of the caller's) PostgreSQL's major version: 15
#     gi_step "text" command...       one line for a piece of work, with its time
#
# It listens on a Unix socket in its own folder and nowhere else, so it stands
# beside any other server.  Databases: postgres and growth_index, the latter
# being pg_cron's (cron.database_name): it can be created in no other.  The
# extension is read from a copy of the staged build (tools/build.sh).  A root
# user's server runs as postgres and may not read the clone: \copy, not COPY.
#
# the caller's own PGHOST, PGSERVICE and so on lead elsewhere; ours are handed down
if [ -z "${GI_ROOT:-}" ]; then
	for v in ${!PG@}; do
		[ "$v" = PG_MAJOR ] || unset "$v"
	done
fi
GI_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
GI_TOOLS=$GI_ROOT/tools
PG_MAJOR=${PG_MAJOR:-15}
GI_BIN=/usr/lib/postgresql/$PG_MAJOR/bin
GI_HOME=/var/tmp/growth_index-$(id -u)-$(printf '%s' "$GI_ROOT" | cksum | cut -d' ' -f1)-$PG_MAJOR
GI_STAGE=$GI_HOME/stage
GI_SERVER=
GI_LASTING=
GI_AS=()
# a server refuses to run as root
[ "$(id -u)" -eq 0 ] && GI_AS=(runuser -u postgres --)
export GI_ROOT GI_TOOLS GI_BIN PG_MAJOR

gi_die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# What the command prints is shown only if it fails.
gi_step() {
	local text=$1 from=${EPOCHREALTIME/[.,]/} output
	shift
	printf '%s ... ' "$text"
	if ! output=$("$@" 2>&1); then
		printf 'failed\n%s\n' "$output"
		return 1
	fi
	from=$(((${EPOCHREALTIME/[.,]/} - from) / 100000))
	printf '%d.%d s\n' $((from / 10)) $((from % 10))
}

# Run as the server's user, from a folder that any user can be in, and hold none
# of the caller's locks: a server outlives its caller.
gi_as() {
	(cd / && "${GI_AS[@]}" "$@" 7>&- 8>&- 9>&-)
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
}

# The settings by which a server finds the staged build: Debian's own until 17, the server's since.
gi_stage_settings() {
	local system=/postgresql/$PG_MAJOR
	if [ "$PG_MAJOR" -ge 18 ]; then
		echo "extension_control_path = '$GI_SERVER/stage/usr/share$system:\$system'"
	else
		echo "extension_destdir = '$GI_SERVER/stage'"
	fi
	echo "dynamic_library_path = '$GI_SERVER/stage/usr/lib$system/lib:\$libdir'"
}

gi_server_create() {
	local settings=
	if [ -n "${GI_KEEP:-}" ]; then
		GI_SERVER=$GI_KEEP GI_LASTING=yes
		mkdir -m 700 "$GI_SERVER"
	else
		GI_SERVER=$(mktemp -d /tmp/growth_index.XXXXXX) GI_LASTING=
	fi || gi_die "cannot create a folder for the server"
	if [ -d "$GI_STAGE" ]; then
		flock -s "$GI_HOME/build.lock" cp -r "$GI_STAGE" "$GI_SERVER/stage" || gi_die "cannot copy the build"
		settings=$(gi_stage_settings)
	fi
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
		$settings
		shared_preload_libraries = 'pg_cron'
		cron.database_name = 'growth_index'
		cron.use_background_workers = on
		max_worker_processes = 24
		max_wal_size = 2GB
		lc_messages = 'C'
	CONF
	# a container's /dev/shm may be too small for parallel queries
	[ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -gt 1000000 ] 2>/dev/null ||
		echo "dynamic_shared_memory_type = mmap" |
		gi_as tee -a "$GI_SERVER/data/postgresql.conf" >/dev/null
	[ -n "$GI_LASTING" ] || gi_as tee -a "$GI_SERVER/data/postgresql.conf" >/dev/null <<-CONF
		fsync = off
		timezone = 'UTC'
	CONF
}

# As the server's user, and so that the memory it has had stays with it (GI_MALLOC): a fresh
# page is dear on some virtual machines.
gi_memory() {
	if [ -n "${GI_MALLOC:-}" ]; then
		set -- env MALLOC_TRIM_THRESHOLD_=500000000 MALLOC_MMAP_THRESHOLD_=500000000 MALLOC_TOP_PAD_=4000000 "$@"
	fi
	gi_as "$@"
}

# Start the stopped server; its settings are joined by those given.
gi_server_again() {
	local setting
	for setting in "$@"; do
		printf "%s = '%s'\n" "${setting%%=*}" "${setting#*=}"
	done | gi_as tee -a "$GI_SERVER/data/postgresql.conf" >/dev/null
	gi_memory "$GI_BIN/pg_ctl" -D "$GI_SERVER/data" -l "$GI_SERVER/log" -t 300 -w start >/dev/null 2>&1 || {
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
	trap '' HUP INT TERM
	if [ -n "$GI_SERVER" ]; then
		gi_server_stop "$([ -n "$GI_LASTING" ] && echo fast || echo immediate)"
		[ -n "$GI_LASTING" ] || rm -rf "$GI_SERVER"
	fi
	return $status
}

gi_server_traps() {
	trap gi_server_end EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

gi_server_start() {
	PGDATABASE=postgres
	gi_server_traps
	gi_server_create
	gi_server_again "$@"
}
