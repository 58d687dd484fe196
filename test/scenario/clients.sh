#!/bin/bash
#
# The views through real clients: psql, node-postgres, and PostGraphile, which
# makes a GraphQL interface of what it finds in the schema.  The packages are
# installed into a folder that goes when the test ends; without npm or network
# the test is skipped.
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
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@" 2>&1; }

sql >/dev/null <<'SQL'
SET client_min_messages = error;
SET search_path = growth_index, public;
SELECT install_pack('local_12');
INSERT INTO institution (code) VALUES ('bank');
INSERT INTO enterprise (credit_code, name, industry, registered_zone, founded, certified_on)
SELECT credit_code_complete('91410100MA' || lpad(i::text, 7, '0')), 'firm ' || i, 'C39', 'ZZHT', '2012-01-01', '2020-01-01' FROM generate_series(1, 20) AS i;
SELECT add_policy('grant', 'revenue > 0', '5000.50');
INSERT INTO upload SELECT e.credit_code, i.code, 1000000 * substr(name, 6)::integer, '2023-12-31', i.department
FROM enterprise AS e, indicator AS i WHERE i.data_type = 'number' AND i.valid_max >= 1e10;
SELECT create_roles();
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gi_bi') THEN CREATE ROLE gi_bi LOGIN; END IF; END $$;
SELECT add_member('gi_bi', 'analyst');
INSERT INTO financing_event (credit_code, kind, amount, happened_on) SELECT credit_code, 'debt', 1000.25, '2024-01-31' FROM enterprise WHERE name = 'firm 1';
CALL refresh();
SELECT propose_entitlements('2024-01-05');
SQL

# ---- psql ----
views='headline enterprise_score score_history dimension_score indicator_latest rating_distribution policy_reach benefit_summary financing_summary data_quality data_review job_health'
for v in $views; do
	ok "psql: $v has rows" "$(sql -c "SELECT count(*) > 0 FROM growth_index.$v")" t
done
ok 'psql: CSV' "$(sql --csv -c "SELECT name, rank, missing IS NOT NULL FROM growth_index.enterprise_score WHERE rank = 1")" 'firm 20,1,t'
ok 'numbers are numeric or whole, days are dates' "$(sql -c "SELECT DISTINCT format_type(a.atttypid, NULL) FROM pg_attribute AS a
	WHERE a.attrelid = ANY (ARRAY(SELECT ('growth_index.' || v)::regclass FROM unnest(string_to_array('$views', ' ')) AS v)) AND a.attnum > 0
		AND format_type(a.atttypid, NULL) IN ('double precision', 'real', 'money', 'timestamp without time zone')")" ''
# as a BI tool asks: a login of its own, the schema named, no settings
bi() { sql -U gi_bi -c "$1"; }
ok 'a BI login: one enterprise' "$(bi "SELECT name FROM growth_index.enterprise_score WHERE credit_code = (SELECT credit_code FROM growth_index.enterprise_score WHERE rank = 1)")" 'firm 20'
ok 'a BI login: by a literal, and by rating' "$(bi "SELECT count(*) FROM growth_index.enterprise_score WHERE credit_code <> '$(sql -c "SELECT credit_code FROM growth_index.enterprise WHERE name = 'firm 1'")' AND rating >= 'D'")" 19
ok 'a BI login: views joined' "$(bi 'SELECT count(*) > 20 FROM growth_index.enterprise_score JOIN growth_index.dimension_score USING (credit_code, scorecard)')" t

if ! command -v npm >/dev/null; then
	echo "ok $((n + 1)) - node clients # skip npm is not installed"
	echo "1..$((n + 1))"
	exit
fi
if ! timeout 180 npm install --silent --no-audit --no-fund --no-save --cache "$scratch/cache" --prefix "$scratch" pg@8 postgraphile@4 >"$scratch/npm.log" 2>&1; then
	echo "ok $((n + 1)) - node clients # skip npm cannot install pg and postgraphile"
	echo "1..$((n + 1))"
	exit
fi

# ---- node-postgres ----
cat >"$scratch/pg.js" <<'JS'
const { Client } = require('pg');
(async () => {
	const client = new Client();
	await client.connect();
	const one = async (text, values) => (await client.query(text, values)).rows[0];
	const line = (...x) => console.log(x.join(' '));
	const h = await one('SELECT * FROM growth_index.headline');
	line(h.certified_enterprises, h.debt_raised, typeof h.debt_raised);
	const s = await one('SELECT * FROM growth_index.enterprise_score WHERE rank = $1', [1]);
	line(s.name, s.credit_code, typeof s.score, typeof s.rating, Array.isArray(s.missing), s.founded instanceof Date, s.rank);
	line((await one('SELECT name FROM growth_index.enterprise_score WHERE credit_code = $1', [s.credit_code])).name);
	line((await one("SELECT count(*) FROM growth_index.enterprise_score WHERE rating >= $1", ['D'])).count);
	const p = await one('SELECT growth_index.portrait($1) AS portrait', [s.credit_code]);
	line(p.portrait.name, p.portrait.rank.place, p.portrait.dimensions.length > 0);
	const r = await one('SELECT * FROM growth_index.upload_json($1, $2)', ['tax', JSON.stringify([
		{ credit_code: s.credit_code, indicator: 'revenue', value: 123456.78, period_end: '2024-12-31' },
		{ credit_code: 'x', indicator: 'revenue', value: 1, period_end: '2024-12-31' }])]);
	line(r.accepted, r.refused);
	try { await client.query('SELECT * FROM growth_index.enterprise WHERE credit_code = $1', ['91410100MA000000']); line('taken'); } catch (e) { line(e.code); }
	await client.end();
})().catch(e => { console.log('failed:', e.message); process.exit(1); });
JS
firm=$(sql -c "SELECT credit_code FROM growth_index.enterprise WHERE name = 'firm 20'")
export NODE_PATH=$scratch/node_modules
# the operators of the types are in the schema, as in make psql
export PGOPTIONS='-c search_path=growth_index,public'
have=$(cd "$scratch" && timeout 60 node pg.js 2>&1)
ok 'node-postgres: figures, as text where they are exact' "$(sed -n 1p <<<"$have")" '20 1000.25 string'
ok 'node-postgres: a row of a view' "$(sed -n 2p <<<"$have")" "firm 20 $firm string string true true 1"
ok 'node-postgres: found by its code as a parameter' "$(sed -n 3p <<<"$have")" 'firm 20'
ok 'node-postgres: ratings compare as ratings' "$(sed -n 4p <<<"$have")" 20
ok 'node-postgres: a portrait is an object' "$(sed -n 5p <<<"$have")" 'firm 20 1 true'
ok 'node-postgres: an upload and its receipt' "$(sed -n 6p <<<"$have")" '1 1'
ok 'node-postgres: an error by its code' "$(sed -n 7p <<<"$have")" '22P02'

# ---- PostGraphile ----
cat >"$scratch/graphql.js" <<'JS'
const { Pool } = require('pg');
const { createPostGraphileSchema, withPostGraphileContext } = require('postgraphile');
const { graphql } = require('graphql');
const { PgQueryProceduresPlugin, PgComputedColumnsPlugin } = require('graphile-build-pg');
(async () => {
	const pgPool = new Pool();
	const schema = await createPostGraphileSchema(pgPool, ['growth_index'], { disableDefaultMutations: true, dynamicJson: true, ignoreRBAC: true,
		/* relations, not functions: some have the names of tables */
		skipPlugins: [PgQueryProceduresPlugin, PgComputedColumnsPlugin],
		/* it leaves out what belongs to an extension unless it is told */
		graphileBuildOptions: { pgIncludeExtensionResources: true } });
	const ask = query => withPostGraphileContext({ pgPool }, context => graphql(schema, query, null, { ...context }));
	const answer = await ask(`{
		allHeadlines { nodes { certifiedEnterprises financingTotal } }
		allEnterpriseScores(condition: { rank: "1" }) { nodes { creditCode name score rating founded } }
		allRatingDistributions { totalCount }
		allDataQualities(first: 2, orderBy: COVERAGE_ASC) { nodes { indicator coverage } }
		enterpriseByCreditCode(creditCode: "${process.argv[2]}") { name status }
	}`);
	if (answer.errors) console.log('failed:', answer.errors.map(e => e.message).join('; '));
	else {
		const d = answer.data, s = d.allEnterpriseScores.nodes[0];
		console.log(d.allHeadlines.nodes[0].certifiedEnterprises, d.allHeadlines.nodes[0].financingTotal);
		console.log(s.name, s.creditCode, typeof s.rating, s.founded);
		console.log(d.allRatingDistributions.totalCount > 0, d.allDataQualities.nodes.length);
		console.log(d.enterpriseByCreditCode.name);
		console.log((schema.getType('EnterpriseScore').getFields().score.description || '').slice(0, 6));
	}
	await pgPool.end();
})().catch(e => { console.log('failed:', e.message); process.exit(1); });
JS
have=$(cd "$scratch" && timeout 120 node graphql.js "$firm" 2>/dev/null)
ok 'GraphQL: the headline' "$(sed -n 1p <<<"$have")" '20 1000.25'
ok 'GraphQL: a score, its rating and date' "$(sed -n 2p <<<"$have")" "firm 20 $firm string 2012-01-01"
ok 'GraphQL: counts and orders' "$(sed -n 3p <<<"$have")" 'true 2'
ok 'GraphQL: a table by its key' "$(sed -n 4p <<<"$have")" 'firm 20'
ok 'GraphQL: comments become its documentation' "$(sed -n 5p <<<"$have")" 'Points'
echo "1..$n"
