#!/bin/bash
#
# The tutorials, and the example of the READMEs, run as they stand: every block of
# SQL, in order, in one session, gives the text that is printed below it.  TUTORIAL_WRITE=yes prints what the
# blocks give instead, into $1.got.
#
set -u
cd "$(dirname "$0")/../.." || exit 1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
n=0
# without blanks at the end of lines, counts of rows, and empty lines at the end
plain() { sed -E 's/ *$//; /^\([0-9]+ rows?\)$/d' "$1" | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'; }
database=$PGDATABASE
for language in en zh readme_en readme_zh; do
	case $language in en) page=docs/tutorial.md ;; zh) page=docs/tutorial.zh.md ;; readme_en) page=README.md ;; *) page=README.zh.md ;; esac
	mkdir "$scratch/$language"
	# block N: N.sql, and N.want where a block of text follows
	awk -v dir="$scratch/$language" '
		/^## (The platform in|十行)/ { exit }	# those need the demo
		/^```sql$/ { block++; out = dir "/" block ".sql"; printf "" > out; next }
		/^```text$/ { out = dir "/" block ".want"; printf "" > out; next }
		/^```$/ { if (out) close(out); out = ""; next }
		out { print > out }
		END { print block + 0 > (dir "/blocks") }' "$page"
	blocks=$(cat "$scratch/$language/blocks")
	psql -X -q -d postgres -c "CREATE DATABASE \"${database}_$language\" TEMPLATE template0" >/dev/null 2>&1
	for ((i = 1; i <= blocks; i++)); do
		printf '\\o %s/%s.got\n\\i %s/%s.sql\n' "$scratch/$language" $i "$scratch/$language" $i
	done >"$scratch/$language/all"
	PGTZ=Asia/Shanghai psql -X -q -v ON_ERROR_STOP=1 -P pager=off -d "${database}_$language" -f "$scratch/$language/all" >"$scratch/$language/log" 2>&1
	status=$?
	n=$((n + 1))
	if [ $status -eq 0 ] && [ "$blocks" -gt 0 ]; then
		echo "ok $n - $page: $blocks blocks run"
	else
		echo "not ok $n - $page: $blocks blocks run"
		sed 's/^/# /' "$scratch/$language/log" | tail -5
	fi
	for ((i = 1; i <= blocks; i++)); do
		[ -e "$scratch/$language/$i.want" ] || continue
		n=$((n + 1))
		if diff <(plain "$scratch/$language/$i.want") <(plain "$scratch/$language/$i.got") >"$scratch/diff" 2>&1; then
			echo "ok $n - block $i gives what is printed"
		else
			echo "not ok $n - block $i gives what is printed"
			sed 's/^/# /' "$scratch/diff"
		fi
	done
	[ -z "${TUTORIAL_WRITE:-}" ] || { mkdir -p "$TUTORIAL_WRITE" && cp -r "$scratch/$language" "$TUTORIAL_WRITE/"; }
	psql -X -q -d postgres -c "DROP DATABASE IF EXISTS \"${database}_$language\" WITH (FORCE)" >/dev/null 2>&1
done
# both follow the same enterprise: they have the same SQL, but for its words
n=$((n + 1))
if [ "$(cat "$scratch"/{en,readme_en}/blocks)" = "$(cat "$scratch"/{zh,readme_zh}/blocks)" ]; then
	echo "ok $n - both languages have the same blocks"
else
	echo "not ok $n - both languages have the same blocks"
fi
echo "1..$n"
