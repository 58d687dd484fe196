#!/bin/bash
#
# What a policy maker is told at once: of indicators that nobody delivers, of
# values of another type, of criteria that nobody can fulfil, of tiers that leave
# gaps; when a policy or a product is entered, and already when a draft is tried.
#
set -u
n=0
ok() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		printf 'not ok %d - %s\n#   have: %s\n#   want: %s\n' $n "$1" "${2:0:1200}" "${3:0:1200}"
	fi
}
# what the statement warns of, in one line
warned() {
	psql -X -q -A -t -v ON_ERROR_STOP=1 -c 'SET search_path = growth_index, public' -c "$1" 2>&1 >/dev/null |
		sed -n 's/^\(WARNING\|ERROR\): *//p' | paste -sd ';'
}

psql -X -q -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
INSERT INTO growth_index.indicator (code, data_type) VALUES ('revenue', 'number'), ('honours', 'set');
INSERT INTO growth_index.institution (code) VALUES ('bank');
SQL
ok 'nothing to tell of' "$(warned "SELECT add_policy('fine', 'revenue >= 5', 'revenue * 0.1')")" ''
ok 'an indicator that is not there' "$(warned "SELECT add_policy('a', 'revenues >= 5', '10')")" \
	'policy "a" reads indicators that are not in the catalogue: revenues'
ok '... in the award' "$(warned "SELECT add_policy('b', 'revenue >= 5', 'patents * 10')")" \
	'policy "b" reads indicators that are not in the catalogue: patents'
ok '... of the event' "$(warned "SELECT add_policy('c', 'revenue >= 5', '10', period => 'event', event_indicator => 'listed_on')")" \
	'policy "c" reads indicators that are not in the catalogue: listed_on'
ok '... of a product' "$(warned "SELECT add_product('d', 'bank', 'revenues >= 5', '10')")" \
	'product "d" reads indicators that are not in the catalogue: revenues'
ok '... of a draft' "$(warned "SELECT * FROM simulate_policy('revenues >= 5', 'patents')")" \
	'the draft reads indicators that are not in the catalogue: patents, revenues'
ok '... of thresholds that are tried' "$(warned "SELECT * FROM sweep_draft('revenues >= 5', '10', 'revenues', '{1,2}')")" \
	'the draft reads indicators that are not in the catalogue: revenues'
ok 'a text that is a number in the catalogue' "$(warned "SELECT add_policy('e', 'revenue = ''much''', '10')")" \
	'policy "e" needs values of another type than the catalogue has: revenue (number)'
ok '... for a scorecard, in whatever segment' "$(warned "SELECT add_scorecard('s', '{\"name\": \"s\", \"segment\": \"honours\", \"segments\": [\"a\", \"b\"], \"dimensions\": [{\"code\": \"k\"}], \"indicators\": [{\"code\": \"x\", \"dimension\": \"k\", \"value\": \"revenue\", \"normalise\": {\"flag\": true}, \"weight\": 100}]}')")" \
	'scorecard "s" needs values of another type than the catalogue has: honours (set, not text or date), revenue (number, not boolean)'
ok 'clauses that contradict each other' "$(warned "SELECT add_policy('f', 'revenue >= 5 AND revenue < 4', '10')")" \
	'policy "f" can be had by nobody: its criteria contradict themselves'
ok '... of a draft' "$(warned "SELECT * FROM simulate_policy('revenue >= 5 AND revenue < 4', '10')")" \
	'the draft can be had by nobody: its criteria contradict themselves'
ok 'tiers that leave a gap' "$(warned "SELECT add_policy('g', 'revenue > 0', 'CASE WHEN revenue < 10 THEN 1 WHEN revenue > 10 THEN 2 END')")" \
	'the tiers of policy "g" leave a gap'
ok '... of a draft' "$(warned "SELECT * FROM simulate_policy('revenue > 0', 'CASE WHEN revenue < 10 THEN 1 WHEN revenue > 10 THEN 2 END')")" \
	'the tiers of the draft leave a gap'
ok 'tiers that overlap' "$(warned "SELECT add_policy('h', 'revenue BETWEEN 0 AND 20', 'CASE WHEN revenue BETWEEN 0 AND 10 THEN 1 WHEN revenue BETWEEN 10 AND 20 THEN 2 END')")" \
	'two tiers of policy "h" overlap'
ok 'a budget that is not there' "$(warned "SELECT add_policy('i', 'revenue >= 5', '10', budget_code => 'none')")" \
	'policy "i" is paid from a budget that is not there: none'
ok 'what the language does not know is refused' "$(warned "SELECT add_policy('j', 'pg_sleep(revenue) = 1', '10')")" \
	'function pg_sleep is not known to expressions'
ok 'and nothing of it stays' "$(psql -X -A -t -c "SELECT count(*) FROM growth_index.policy WHERE code = 'j'")" 0
echo "1..$n"
