#!/bin/bash
#
# Install the Debian packages that build, demo and tests need, and only those
# that are missing.  Nothing that runs is touched: no cluster is made, and no
# PostgreSQL service started, stopped or restarted, not even by an upgrade.
#
#     tools/setup.sh [package…]      these as well
#     PG_MAJOR=n                     PostgreSQL's major version (default 15)
#
set -u -o pipefail

export PG_MAJOR=${PG_MAJOR:-15}
packages=(
	gcc libc6-dev make
	"postgresql-$PG_MAJOR" "postgresql-client-$PG_MAJOR" "postgresql-server-dev-$PG_MAJOR"
	"postgresql-$PG_MAJOR-cron" "postgresql-$PG_MAJOR-pgtap" libtap-parser-sourcehandler-pgtap-perl
	"$@"
)

# The packages of the list that are not installed.
missing_packages() {
	local p
	for p in "${packages[@]}"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || echo "$p"
	done
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "setup: this is no Debian; install by hand what stands for: ${packages[*]}" >&2
	exit 1
fi
mapfile -t missing < <(missing_packages)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" != 0 ]; then
	if command -v sudo >/dev/null && sudo -v; then
		exec sudo -- env PG_MAJOR="$PG_MAJOR" bash "$0" "$@"
	fi
	echo "setup: these packages are missing, and installing them takes root or sudo:" >&2
	echo "    apt-get install --no-install-recommends ${missing[*]}" >&2
	exit 1
fi

# one setup at a time; the one before may have done our work
exec 9>/run/lock/growth_index-setup && flock 9
mapfile -t missing < <(missing_packages)
[ ${#missing[@]} -eq 0 ] && exit 0

# What keeps the packages' scripts from making and starting servers, for as long as this runs.
no_cluster=/etc/postgresql-common/createcluster.d/growth_index.conf
policy=/usr/sbin/policy-rc.d
scratch=$(mktemp -d)
undo() {
	rm -rf "$scratch"
	rm -f "$no_cluster"
	if grep -qs 'growth_index setup' "$policy"; then
		rm -f "$policy"
	fi
	rmdir --ignore-fail-on-non-empty /etc/postgresql-common/createcluster.d /etc/postgresql-common 2>/dev/null
}
trap undo EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM

mkdir -p "${no_cluster%/*}"
echo 'create_main_cluster = false' >"$no_cluster"
if [ ! -e "$policy" ]; then
	cat >"$policy" <<'POLICY'
#!/bin/sh
# growth_index setup: PostgreSQL's services stay as they are while packages come in
case "$1" in --quiet) shift ;; esac
case "$1" in postgresql*) exit 101 ;; esac
exit 0
POLICY
	chmod 755 "$policy"
fi

# Install; what apt says is shown only when it fails.
install_missing() {
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
		-o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold \
		"${missing[@]}" </dev/null >"$scratch/install" 2>&1 9>&-
}
begun=$SECONDS
echo "Installing ${missing[*]}"
if ! install_missing; then
	apt-get update -o DPkg::Lock::Timeout=300 </dev/null >"$scratch/update" 2>&1
	if ! install_missing; then
		cat "$scratch/update" "$scratch/install" >&2
		echo "setup: apt-get could not install ${missing[*]} (PG_MAJOR chooses another PostgreSQL)" >&2
		exit 1
	fi
fi
echo "Installed ${#missing[@]} packages in $((SECONDS - begun)) s"
