#!/bin/bash
#
# Two sessions at once, at each isolation level: confirming twice, approving from
# a budget or under a cap that suffices for one, two of a stacking group, paying
# twice, and booking by hand from two budgets.  One goes through, the other is
# refused or told to try again (40001, 40P01); then the books agree.  And the
# daily run, or a file for the bank, beside single calls: neither waits for the
# other in a circle, and what is returned is not ordered.
#
set -u
export PGOPTIONS='-c search_path=growth_index,public -c client_min_messages=error'
n=0
ok() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		printf 'not ok %d - %s\n#   have: %s\n#   want: %s\n' $n "$1" "${2:0:1500}" "${3:0:1500}"
	fi
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@" 2>&1; }

sql >/dev/null <<'SQL'
INSERT INTO indicator (code) VALUES ('a');
INSERT INTO enterprise (credit_code, name) SELECT credit_code_complete('91410100MW' || lpad(i::text, 7, '0')), 'firm ' || i FROM generate_series(1, 12) AS i;
INSERT INTO observation (credit_code, indicator, value, period_end) SELECT credit_code, 'a', '1', current_date - 30 FROM enterprise;
INSERT INTO budget (code, amount) VALUES ('ample', 1e6), ('other', 1e6), ('one', 100);
SELECT add_policy('p', 'a > 0', '100', period => 'once', publicity_days => 0, budget_code => 'ample');
SELECT add_policy('tight', 'a > 0', '100', period => 'once', publicity_days => 0, budget_code => 'one');
SELECT add_policy('capped', 'a > 0', '100', period => 'once', publicity_days => 0, budget_code => 'ample', cap_year => 100);
SELECT add_policy('left', 'a > 0', '100', period => 'once', publicity_days => 0, budget_code => 'ample', stacking_group => 'g', mode => 'apply');
SELECT add_policy('right', 'a > 0', '90', period => 'once', publicity_days => 0, budget_code => 'ample', stacking_group => 'g', mode => 'apply');
SELECT add_policy('shared', 'a > 0', '100', period => 'once', publicity_days => 0, cost_shares => '{"ample": 0.5, "other": 0.5}');
CALL refresh();
SELECT advance_entitlements(current_date - 1);
SELECT advance_entitlements(current_date);
SQL
firm() { sql -c "SELECT credit_code FROM enterprise WHERE name = 'firm $1'"; }
id() { sql -c "SELECT id FROM entitlement WHERE policy = '$2' AND credit_code = '$(firm "$1")'"; }

# race LEVEL CALL CALL: the first holds its transaction open until the second
# waits or has ended; what the two gave, sorted
race() {
	local level=$1 first second
	mkfifo "$scratch/hold"
	{
		echo "BEGIN ISOLATION LEVEL $level;"
		echo "SELECT count(*) > 0 FROM entitlement;"
		cat "$scratch/hold"
	} | psql -X -q -A -t -v VERBOSITY=verbose >"$scratch/first" 2>&1 &
	first=$!
	exec 7>"$scratch/hold"
	# the second takes its snapshot before the first has written
	mkfifo "$scratch/hold2"
	{
		echo "BEGIN ISOLATION LEVEL $level;"
		echo "SELECT count(*) > 0 FROM entitlement;"
		echo "SELECT pg_sleep(0);"
		cat "$scratch/hold2"
	} | psql -X -q -A -t -v VERBOSITY=verbose >"$scratch/second" 2>&1 &
	second=$!
	exec 8>"$scratch/hold2"
	until [ -s "$scratch/first" ] && [ -s "$scratch/second" ]; do sleep 0.05; done
	printf "%s;\nSELECT 'done';\n" "$2" >&7
	until grep -qE 'done|ERROR' "$scratch/first"; do sleep 0.05; done
	printf "%s;\nCOMMIT;\nSELECT 'done';\n" "$3" >&8
	exec 8>&-
	for _ in {1..20}; do
		[ "$(sql -c "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")" = 0 ] || break
		kill -0 $second 2>/dev/null || break
		sleep 0.05
	done
	echo 'COMMIT;' >&7
	exec 7>&-
	wait $first $second
	rm "$scratch/hold" "$scratch/hold2"
	cat "$scratch/first" "$scratch/second" | sed -n 's/^.*ERROR:  \([0-9A-Z]\{5\}\):.*/\1/p' | grep -v 25P02 | sort | tr '\n' ' '
}
# refused, or told to try again: which of both depends on the level
verdict() {
	case $1 in '55000 ' | '40001 ' | '23514 ' | '42501 ') echo 'one refused' ;; '') echo 'both through' ;; *) echo "$1" ;; esac
}

f=0
for level in 'READ COMMITTED' 'REPEATABLE READ' 'SERIALIZABLE'; do
	f=$((f + 1))
	a=$(firm $((2 * f))) b=$(firm $((2 * f + 1)))
	p=$(id $((2 * f)) p)
	ok "$level: confirmed by two sessions at once, one is refused" "$(verdict "$(race "$level" "SELECT confirm_entitlement($p, '$a', 'one $f')" "SELECT confirm_entitlement($p, '$a', 'two $f')")")" 'one refused'
	ok "$level: and it is confirmed once" "$(sql -c "SELECT count(*) FROM entitlement_event WHERE entitlement_id = $p AND to_state = 'confirmed'")" 1
	sql -c "SELECT approve_entitlement($p, 'sun')" >/dev/null
	ok "$level: paid by two sessions at once, one is refused" "$(verdict "$(race "$level" "SELECT pay_entitlement($p, 'one')" "SELECT pay_entitlement($p, 'two')")")" 'one refused'
	ok "$level: and it is paid once" "$(sql -c "SELECT count(*) FROM payment WHERE entitlement_id = $p")" 1

	for policy in tight capped; do
		x=$(id $((2 * f)) $policy) y=$(id $((2 * f + 1)) $policy)
		sql -c "SELECT confirm_entitlement($x, '$a'), confirm_entitlement($y, '$b')" >/dev/null
		ok "$level: $policy: two approvals at once, one is refused" "$(verdict "$(race "$level" "SELECT approve_entitlement($x, 'sun')" "SELECT approve_entitlement($y, 'sun')")")" 'one refused'
		ok "$level: $policy: what there is, is given once" "$(sql -c "SELECT sum(granted) FROM entitlement WHERE policy = '$policy' AND state = 'approved'")" 100.00
		sql -c "SELECT withdraw_entitlement(id, 'sun', 'next') FROM entitlement WHERE policy = '$policy' AND state IN ('approved', 'confirmed')" >/dev/null
	done

	for policy in left right; do
		sql -c "SELECT push_entitlement(id) FROM (SELECT (publicise_entitlement(id)).id FROM (SELECT (review_entitlement(id)).id FROM propose_entitlement('$a', '$policy') AS e) AS r) AS u" >/dev/null
	done
	ok "$level: two of a stacking group at once, one is refused" "$(verdict "$(race "$level" "SELECT confirm_entitlement($(id $((2 * f)) left), '$a')" "SELECT confirm_entitlement($(id $((2 * f)) right), '$a')")")" 'one refused'

	s=$(id $((2 * f)) shared)
	sql -c "SELECT confirm_entitlement($s, '$a')" >/dev/null
	sql -c "SELECT approve_entitlement($s, 'sun')" >/dev/null
	ok "$level: approved, and withdrawn by another: one after the other" "$(verdict "$(race "$level" "SELECT pay_entitlement($s, 'sun')" "SELECT withdraw_entitlement($s, 'sun', 'x')")")" 'one refused'
	sql -c "UPDATE budget SET amount = committed + 10 WHERE code = 'other'" >/dev/null
	ok "$level: a budget is lowered while it is committed" "$(verdict "$(race "$level" "SELECT approve_entitlement(id, 'sun') FROM confirm_entitlement($(id $((2 * f + 1)) p), '$b')" "UPDATE budget SET amount = committed WHERE code = 'ample'")")" "$([ "$level" = 'READ COMMITTED' ] && echo 'both through' || echo 'one refused')"
	sql -c "UPDATE budget SET amount = 1e6 WHERE code <> 'one'" >/dev/null
	ok "$level: the books agree" "$(sql -c 'SELECT * FROM reconcile()')" ''
	ok "$level: within every budget" "$(sql -c 'SELECT bool_and(paid <= committed AND committed <= amount) FROM budget')" t
done

# What frees one budget and then books in another, beside a payment from both, in
# the budgets' order.  A third session has the second budget until both wait.
sql >/dev/null <<'SQL'
SELECT add_policy('late', 'a > 0', '10', period => 'once', publicity_days => 0, budget_code => 'other');
CALL refresh();
SELECT advance_entitlements(current_date);
SQL
# hold N SQL: a session that has done so in a transaction; release N: its end
declare -A held
hold() {
	mkfifo "$scratch/hold$1"
	sql -c '\o /dev/null' -c '\set VERBOSITY sqlstate' -f "$scratch/hold$1" >"$scratch/held$1" &
	held[$1]=$!
	eval "exec $1>\"$scratch/hold$1\""
	echo "BEGIN; $2; SELECT pg_advisory_lock($1);" >&"$1"
	until [ "$(sql -c "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1")" = 1 ]; do sleep 0.05; done
}
release() {
	printf 'COMMIT;\n\\q\n' >&"$1"
	eval "exec $1>&-"
	wait "${held[$1]}"
	rm "$scratch/hold$1"
}
# until so many sessions wait for a lock, or that one has ended
until_waiting() {
	until [ "$(sql -c "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")" -ge "$1" ]; do
		kill -0 "$2" 2>/dev/null || break
		sleep 0.05
	done
}
# beside CALL ID: the call, and the payment of the shared entitlement of that number
beside() {
	local first second
	hold 7 "SELECT code FROM budget WHERE code = 'other' FOR UPDATE"
	sql -c '\set VERBOSITY verbose' -c "$1" >"$scratch/first" &
	first=$!
	until_waiting 1 $first
	sql -c '\set VERBOSITY verbose' -c "SELECT pay_entitlement($2, 'sun')" >"$scratch/second" &
	second=$!
	until_waiting 2 $second
	release 7
	wait $first $second
	grep -h ERROR "$scratch/first" "$scratch/second"
}
x=$(id 10 late) a=$(firm 10) s=$(id 11 shared) b=$(firm 11)
sql -c "SELECT confirm_entitlement($x, '$a'), confirm_entitlement($s, '$b')" -c "SELECT approve_entitlement($x, 'sun'), approve_entitlement($s, 'sun')" \
	-c "INSERT INTO exclusion (credit_code, list, reason, valid_from) VALUES ('$a', 'dishonest', 'no. 1', current_date)" >/dev/null
ok 'the daily run holds a benefit of an excluded enterprise while another is paid' "$(beside 'SELECT advance_entitlements()' $s)" ''
ok 'one is held, the other paid' "$(sql -c "SELECT policy, state FROM entitlement WHERE id IN ($x, $s) ORDER BY 1")" $'late|held\nshared|paid'

x=$(id 12 shared) a=$(firm 12) s=$(id 9 shared) b=$(firm 9)
sql -c "SELECT confirm_entitlement($x, '$a'), confirm_entitlement($s, '$b')" -c "SELECT approve_entitlement($x, 'sun'), approve_entitlement($s, 'sun')" -c "SELECT pay_entitlement($x, 'sun')" \
	-c "SELECT return_payment(id, 'bank', 'no such account') FROM payment WHERE entitlement_id = $x AND budget_code = 'other'" >/dev/null
ok 'what is paid in part is clawed back while another is paid' "$(beside "SELECT claw_back_entitlement($x, 'sun', 'moved away')" $s)" ''
ok 'one is owed back, the other paid' "$(sql -c "SELECT entitlement_id = $s, sum(committed), sum(paid), sum(receivable) FROM entitlement_account WHERE entitlement_id IN ($x, $s) GROUP BY 1 ORDER BY 1")" $'f|0.00|0.00|50.00\nt|0.00|100.00|0.00'

# A file of payments waits for one of its entitlements; meanwhile another is paid,
# and its payment is being returned: that one is not in the file.
x=$(id 8 p) a=$(firm 8) s=$(id 9 p) b=$(firm 9)
sql -c "SELECT set_bank_account('budget', 'ample', 'fiscal', '123456789', '102491002873'), set_bank_account('enterprise', '$a', 'firm 8', '987654328', '102491002873'),
	set_bank_account('enterprise', '$b', 'firm 9', '987654329', '102491002873')" \
	-c "SELECT confirm_entitlement($x, '$a'), confirm_entitlement($s, '$b')" -c "SELECT approve_entitlement($x, 'sun'), approve_entitlement($s, 'sun')" -c "SELECT pay_entitlement($x, 'sun')" >/dev/null
hold 7 "SELECT id FROM entitlement WHERE id = $x FOR UPDATE"
sql -c "SELECT make_payment_file('while one is returned')" >"$scratch/file" &
file=$!
until_waiting 1 $file
sql -c "SELECT pay_entitlement($s, 'sun')" >/dev/null
hold 8 "SELECT return_payment(id, 'bank', 'no such account') FROM payment WHERE entitlement_id = $s"
release 7
wait $file
release 8
ok 'no payment is ordered that is being returned' "$(sql -c "SELECT p.entitlement_id FROM payment_order AS o JOIN payment AS p ON p.id = o.payment_id WHERE p.entitlement_id IN ($x, $s)")" "$x"

# Two files of the bank's answers with the same failures, in another order each; a
# third session has the budget until both wait.  Then a report beside one answer.
loads() {
	printf '%s,failed,\n' "$@" | sql -c '\set VERBOSITY verbose' -c '\copy bank_answer FROM pstdin (FORMAT csv)'
}
sql -c "INSERT INTO bank_account (owner_kind, owner, holder, account, bank) SELECT 'enterprise', credit_code, name, '987654300', '102491002873' FROM enterprise" \
	-c "SELECT confirm_entitlement(id, credit_code) FROM entitlement WHERE policy = 'late' AND state = 'pushed'" -c "SELECT advance_entitlements()" \
	-c "SELECT set_bank_account('budget', 'other', 'fiscal', '123456788', '102491002873'), make_payment_file('many', budget_code => 'other')" >/dev/null
mapfile -t r < <(sql -c "SELECT o.reference FROM payment_order AS o JOIN payment_file AS f ON f.id = o.file_id WHERE f.key = 'many' ORDER BY o.payment_id")
hold 7 "SELECT code FROM budget WHERE code = 'other' FOR UPDATE"
loads "${r[0]}" "${r[1]}" "${r[2]}" >"$scratch/first" &
first=$!
until_waiting 1 $first
loads "${r[2]}" "${r[1]}" "${r[0]}" >"$scratch/second" &
second=$!
until_waiting 2 $second
release 7
wait $first $second
ok 'two files of answers in another order' "$(cat "$scratch/first" "$scratch/second")" ''
hold 7 "SELECT code FROM budget WHERE code = 'other' FOR UPDATE"
sql -c '\set VERBOSITY verbose' -c "SELECT failed, known FROM take_bank_report(format('<Document><CstmrPmtStsRpt><TxInfAndSts><OrgnlEndToEndId>%s</OrgnlEndToEndId><TxSts>RJCT</TxSts></TxInfAndSts></CstmrPmtStsRpt></Document>', '${r[3]}')::xml)" >"$scratch/first" &
first=$!
until_waiting 1 $first
sql -c '\set VERBOSITY verbose' -c "SELECT take_bank_result('${r[3]}', 'failed')" >"$scratch/second" &
second=$!
until_waiting 2 $second
release 7
wait $first $second
ok 'a report beside one answer' "$(cat "$scratch/first" "$scratch/second")" $'1|0\nf'
# what has gone to the bank since a transaction took its snapshot is neither returned nor clawed back there
sql -c "SELECT advance_entitlements()" >/dev/null
for call in "return_payment(p.id, 'clerk', 'not yet out')" "claw_back_entitlement(p.entitlement_id, 'clerk', 'moved away')"; do
	p=$(sql -c "SELECT max(payment_id) FROM payment_to_order WHERE budget_code = 'other' AND lacks = ''")
	hold 7 "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
	sql -c "SELECT make_payment_file('out ${call%%(*}', budget_code => 'other')" >/dev/null
	echo "SELECT $call FROM payment AS p WHERE p.id = $p;" >&7
	release 7
	ok "${call%%(*}, in an older snapshot than the order" "$(grep -o 'ERROR.*' "$scratch/held7") $(sql -c "SELECT count(*) FROM payment_standing WHERE id = $p")" 'ERROR:  40001 1'
	sql -c "SELECT take_bank_result(reference, 'failed') FROM payment_order AS o WHERE NOT EXISTS (SELECT FROM payment_result AS r WHERE r.reference = o.reference)" -c 'SELECT advance_entitlements()' >/dev/null
done
# an account that changes while a file is made is not ordered to unless it lacks nothing
p=$(sql -c "SELECT max(payment_id) FROM payment_to_order WHERE budget_code = 'other' AND lacks = ''") a=$(sql -c "SELECT credit_code FROM payment WHERE id = $p")
hold 7 "SELECT lock_money('payment files')"
sql -c "SELECT make_payment_file('swapped', budget_code => 'other')" >"$scratch/file" &
file=$!
until_waiting 1 $file
sql -c "SELECT set_bank_account('enterprise', '$a', 'a friend', '666666666', '102491002873')" >/dev/null
release 7
wait $file
ok 'no order goes to an account of another holder' "$(sql -c "SELECT c.holder FROM payment_order AS o JOIN bank_account AS c ON c.id = o.creditor WHERE o.payment_id = $p" -c "SELECT lacks FROM payment_to_order WHERE payment_id = $p")" \
	"$(sql -c "SELECT format('the account is held by \"a friend\", the enterprise is \"%s\"', name) FROM enterprise WHERE credit_code = '$a'")"
ok 'what failed is returned, once' "$(sql -c "SELECT count(*) FROM payment AS p JOIN payment_order AS o ON o.payment_id = p.id JOIN payment AS q USING (entitlement_id, instalment, budget_code, attempt) WHERE q.kind = 'return' AND o.reference IN ('${r[0]}', '${r[1]}', '${r[2]}', '${r[3]}')")" 4
ok 'the books agree' "$(sql -c 'SELECT * FROM reconcile()')" ''
echo "1..$n"
