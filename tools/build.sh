#!/bin/bash
#
# Build the extension and stage it for the private servers.  It is built in a
# copy of the sources outside of the clone, so that the clone may belong to
# anybody, and may be built by two users.  Arguments go to make.
#
set -u -o pipefail
. "$(dirname "$0")/server.sh"

gi_home
exec 9>"$GI_HOME/build.lock"
flock 9

build=$GI_HOME/build
mkdir -p "$build"
# what has left the clone leaves the copy too
(cd "$build" && find src -type f \( -name '*.c' -o -name '*.h' -o -name '*.sql' -o -name '*.sql.in' \) 2>/dev/null) |
	while read -r file; do
		[ -e "$GI_ROOT/$file" ] || rm -f "$build/$file" "$build/${file%.*}.o"
	done
rm -f "$build"/growth_index--*.sql
(cd "$GI_ROOT" && find src -type f \( -name '*.c' -o -name '*.h' -o -name '*.sql' -o -name '*.sql.in' \)) |
	(cd "$GI_ROOT" && tar -cf - -T - Makefile growth_index.control) |
	tar -xf - -C "$build" --no-same-owner 2>/dev/null || gi_die "cannot copy the sources"

gi_make() {
	# neither the caller's make nor its flags
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$build" -j "$(nproc)" \
		PG_CONFIG="$GI_BIN/pg_config" with_llvm=no COPT="${COPT--Werror}" "$@"
}

gi_make "$@" all >"$GI_HOME/build.log" 2>&1 || {
	cat "$GI_HOME/build.log" >&2
	gi_die "the build failed"
}
rm -rf "$GI_STAGE.new"
gi_make "$@" install DESTDIR="$GI_STAGE.new" >>"$GI_HOME/build.log" 2>&1 || {
	cat "$GI_HOME/build.log" >&2
	gi_die "the installation failed"
}
rm -rf "$GI_STAGE" && mv "$GI_STAGE.new" "$GI_STAGE" && chmod -R a+rX "$GI_STAGE"
