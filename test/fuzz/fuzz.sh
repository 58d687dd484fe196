#!/bin/bash
#
# Coverage-guided fuzzing of the types, in a private server (see README.md).
#
#     test/fuzz/fuzz.sh [seconds [libFuzzer's options…]]      default 60
#
# Ends with status 0 when nothing was found.  The corpus stays from run to run.
#
set -u -o pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
. "$here/../../tools/server.sh"

seconds=${1:-60}
shift
clang=${CLANG:-$(command -v clang-14 || command -v clang)}
[ -n "$clang" ] || gi_die "clang is missing: install clang-14"
driver=$("$clang" -print-file-name="libclang_rt.fuzzer_no_main-$(uname -m).a")
[ -e "$driver" ] || driver=$(ls "$("$clang" -print-resource-dir)"/lib/linux/libclang_rt.fuzzer_no_main-*.a 2>/dev/null | head -1)
[ -e "$driver" ] || gi_die "libFuzzer is missing: install libclang-rt-14-dev"

gi_home
fuzz=$GI_HOME/fuzz
corpus=$fuzz/corpus found=$fuzz/found
mkdir -p "$fuzz/tree" "$corpus" "$found"

# the extension with coverage, undefined behaviour as a trap, and the driver
build() {
	rm -rf "$fuzz/tree/src" "$fuzz/stage"
	(cd "$GI_ROOT" && tar -cf - src Makefile growth_index.control) | tar -xf - -C "$fuzz/tree" &&
		cp "$here/fuzz.c" "$fuzz/tree/src/" &&
		env -u MAKEFLAGS make -s -C "$fuzz/tree" -j "$(nproc)" install PG_CONFIG="$GI_BIN/pg_config" \
			CC="$clang" with_llvm=no PG_CPPFLAGS="-I$fuzz/tree/src -isystem $("$GI_BIN/pg_config" --includedir-server)" \
			COPT="-O1 -g -fsanitize=fuzzer-no-link,undefined -fsanitize-undefined-trap-on-error -fno-sanitize=alignment" \
			SHLIB_LINK="$driver -lstdc++ -lm" DESTDIR="$fuzz/stage"
}
gi_step "build with $clang" build || exit 1

GI_STAGE=$fuzz/stage
gi_server_start jit=off
gi_psql -X -q -v ON_ERROR_STOP=1 -d postgres <<-'SQL' || exit 1
	CREATE EXTENSION growth_index;
	CREATE FUNCTION fuzz_run(text[]) RETURNS int AS '$libdir/growth_index' LANGUAGE C STRICT;
SQL
work=$GI_SERVER/fuzz
mkdir -p "$work/corpus" "$work/found"
cp "$here"/seeds/* "$corpus"/* "$work/corpus/" 2>/dev/null
# images, as the send functions make them
gi_psql -X -At -d postgres <<-'SQL' | while read -r name image; do
	SELECT 'P' || n, encode('P' || growth_index.profile_send(p::growth_index.profile), 'hex')
	FROM (VALUES (1, '{"x": 140000000, "a": true, "t": "C39", "d": "2015-03-01", "h": ["高新技术企业", "x"], "z": -1.5e-7}'), (2, '{}')) AS v(n, p);
	SELECT 'R', encode('R' || growth_index.rating_send('AA+'), 'hex');
SQL
	image=${name#*|} name=${name%%|*}
	printf '%b' "$(sed 's/../\\x&/g' <<<"$image")" >"$work/corpus/$name"
done
[ ${#GI_AS[@]} -eq 0 ] || chown -R postgres: "$work"
cp "$here/words.dict" "$work/" && chmod 644 "$work/words.dict"

options=
for option in "-max_total_time=$seconds" -max_len=4096 -timeout=20 -report_slow_units=20 -rss_limit_mb=3000 -print_final_stats=1 \
	"-artifact_prefix=$work/found/" "-dict=$work/words.dict" "$@" "$work/corpus"; do
	options+=,\'$option\'
done
echo "fuzzing for $seconds s; corpus in $corpus"
# the driver ends the session; its report is in the server's log
gi_psql -X -q -d postgres -c "SELECT fuzz_run(ARRAY['fuzz'$options])" >/dev/null 2>&1
cp -n "$work"/corpus/* "$corpus/" 2>/dev/null
cp -n "$work"/found/* "$found/" 2>/dev/null
grep -aE '^(#[0-9]+.*(DONE|INITED)|stat::|fuzz:|SUMMARY|==[0-9]+==|MS:|artifact|Done)' "$GI_SERVER/log" | tail -40
grep -aqE '^Done ' "$GI_SERVER/log" && [ -z "$(ls -A "$work/found")" ] || {
	tail -30 "$GI_SERVER/log"
	gi_die "something was found; the input is in $found"
}
