#!/bin/bash
#
# make docs: docs/reference.md from the comments of the installed extension, in
# the order of the files that declare it, and the table of privileges in
# docs/security.md.  What has no comment is told.
#
set -u -o pipefail
. "$(dirname "$0")/server.sh"

"$GI_TOOLS/setup.sh" && gi_step "Building" "$GI_TOOLS/build.sh" || exit 1
gi_server_start
export PGDATABASE=growth_index

# The install script says before each file which one it is (Makefile).  Each of
# these lines becomes a function, by whose place the objects are told apart; its
# body is the file's name and the first sentence of the comment that it opens with.
script=$(echo "$GI_SERVER"/stage/usr/share/postgresql/*/extension/growth_index--*.sql)
part() {
	local intro
	intro=$(sed -n '/^\/\*/,/\*\//{s/^\/\*//; s/\*\/.*//; s/^ *\*\{0,1\} *//; p}; /\*\//q' "$GI_ROOT/$1" | tr '\n' ' ' |
		sed 's/^ *//; s/^[a-z_ ]*: *//; s/\([^.][.]\) .*/\1/; s/ *$//')
	printf 'CREATE FUNCTION growth_index."part:%s"() RETURNS void LANGUAGE plpgsql AS $part$%s:%s$part$;\n' \
		"$1" "$(basename "$1" .sql)" "$intro"
}
{
	echo 'SET LOCAL check_function_bodies = off;'
	while IFS= read -r line; do
		case $line in
			'/* src/'*.sql' */') file=${line#'/* '}; part "${file%' */'}" ;;
			*) printf '%s\n' "$line" ;;
		esac
	done <"$script"
} >"$GI_SERVER/parts.sql" && cp "$GI_SERVER/parts.sql" "$script" || exit 1

gi_psql -X -q -v ON_ERROR_STOP=1 -c 'CREATE EXTENSION growth_index' || exit 1
mkdir -p "$GI_ROOT/docs"
gi_psql -X -q -f "$GI_TOOLS/reference.sql" >"$GI_SERVER/reference.md" || exit 1
cp "$GI_SERVER/reference.md" "$GI_ROOT/docs/reference.md"
gi_psql -X -q -A -t -f "$GI_TOOLS/reference_entries.sql" \
	-c "SELECT 'without a comment: ' || object FROM uncommented ORDER BY 1" >&2
echo "docs/reference.md: $(grep -c '^\*\*\|^- `' "$GI_ROOT/docs/reference.md") entries"

gi_psql -X -q -A -t -f "$GI_TOOLS/privileges.sql" >"$GI_SERVER/privileges.md" || exit 1
awk -v rows="$GI_SERVER/privileges.md" '
	/^\| role \| privilege \| on \|$/ { print; getline; print; while ((getline row < rows) > 0) print row; inside = 1; next }
	inside && /^\|/ { next }
	{ inside = 0; print }' "$GI_ROOT/docs/security.md" >"$GI_SERVER/security.md" &&
	cp "$GI_SERVER/security.md" "$GI_ROOT/docs/security.md"
