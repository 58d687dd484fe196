CREATE FUNCTION growth_index.policy_set_match(source text, version bigint, profile growth_index.profile,
		as_of date DEFAULT NULL, OUT key text, OUT eligible boolean)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'policy_set_match' LANGUAGE C STABLE PARALLEL RESTRICTED COST 1000 ROWS 100;
COMMENT ON FUNCTION growth_index.policy_set_match(text, bigint, growth_index.profile, date) IS
'Which criteria of a set a profile fulfils. source: a query of two columns, key and criteria; it is read with the caller''s snapshot, rights and search_path, compiled into a common structure, and kept by the session under source and version. version: a number that names the content, another one for each change, never used again (take it from a sequence, in the transaction that changes the criteria); NULL: compiled anew for each call. Rows: key; eligible: true, or NULL where a missing indicator leaves it open; what is not fulfilled has no row. A profile of NULL has no rows. Errors: source is no query of two columns, NULL in one, criteria that do not read.';

CREATE FUNCTION growth_index.policy_set_undecided(source text, version bigint, profile growth_index.profile,
		as_of date DEFAULT NULL, OUT key text, OUT eligible boolean, OUT missing text[])
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'policy_set_undecided' LANGUAGE C STABLE PARALLEL RESTRICTED COST 1000 ROWS 100;
COMMENT ON FUNCTION growth_index.policy_set_undecided(text, bigint, growth_index.profile, date) IS
'As policy_set_match(), with what is missing where a row is left open, as undecided_by() says it: an array of codes in byte order; NULL where undecided_by() has to be asked, since an AND within an OR computes with indicators or has an OR within it, and where eligible is true. Much quicker than parsing thousands of criteria for it.';

CREATE FUNCTION growth_index.policy_set_keys(source text, version bigint, profile growth_index.profile,
		as_of date DEFAULT NULL)
	RETURNS text[]
	AS 'MODULE_PATHNAME', 'policy_set_keys' LANGUAGE C STABLE PARALLEL RESTRICTED COST 1000;
COMMENT ON FUNCTION growth_index.policy_set_keys(text, bigint, growth_index.profile, date) IS
'The keys of all criteria of a set that a profile fulfils, in no order; those left open by a missing indicator are not among them. The quickest way to ask about one profile. source and version: see policy_set_match().';

CREATE FUNCTION growth_index.policy_set_match_all(source text, version bigint, subjects text,
		as_of date DEFAULT NULL, OUT subject text, OUT key text, OUT eligible boolean)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'policy_set_match_all' LANGUAGE C STABLE PARALLEL RESTRICTED COST 1000000 ROWS 100000
	SET jit = off;
COMMENT ON FUNCTION growth_index.policy_set_match_all(text, bigint, text, date) IS
'All subjects against all criteria of a set. subjects: a query of two columns, a key and a profile; narrow it with WHERE to share the work between sessions. source and version: see policy_set_match(). Subjects are taken 512 at a time, so memory does not grow with their number. Rows: subject, key of the criteria, eligible: true, or NULL where a missing indicator leaves it open. One snapshot is seen throughout. Errors: as policy_set_match(), and a profile that is NULL.';

CREATE FUNCTION growth_index.policy_set_count(source text, version bigint, subjects text,
		as_of date DEFAULT NULL, OUT key text, OUT eligible bigint, OUT undecided bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'policy_set_count' LANGUAGE C STABLE PARALLEL RESTRICTED COST 1000000 ROWS 1000
	SET jit = off;
COMMENT ON FUNCTION growth_index.policy_set_count(text, bigint, text, date) IS
'How many subjects fulfil each criteria of a set, and how many could if what is missing were known: policy_set_match_all(), counted. A row a criteria, also where both counts are 0.';

CREATE FUNCTION growth_index.policy_set_cached(OUT source text, OUT version bigint, OUT policies integer,
		OUT predicates integer, OUT bytes bigint, OUT build_ms double precision, OUT used bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'policy_set_cached' LANGUAGE C VOLATILE PARALLEL RESTRICTED ROWS 5;
COMMENT ON FUNCTION growth_index.policy_set_cached() IS
'The policy sets that this session keeps compiled: source and version, number of policies, of different predicates (comparisons of one indicator, computed number or condition), bytes of memory, milliseconds that compiling took, and how often it was used. The setting growth_index.policy_set_memory (kB, default 524288) bounds the sum: the longest unused sets go first.';

CREATE FUNCTION growth_index.can_hold(criteria growth_index.criteria) RETURNS boolean
	AS 'MODULE_PATHNAME', 'can_hold' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION growth_index.can_hold(growth_index.criteria) IS
'False where criteria contradict themselves: joined by AND, they ask one indicator (or computed number) for what no value is, such as x > 5 AND x < 3 or x > 5 AND x IS NULL, leave no branch of an OR, such as x > 5 AND (x < 3 OR y) AND NOT y, or hold for nobody, such as false or x = NULL. True where no such contradiction is found; what different indicators, or one and as_of, have to do with each other is not looked for. NULL for NULL.';

CREATE FUNCTION growth_index.sweep_transition(internal, growth_index.formula, growth_index.formula, numeric[],
		growth_index.profile, date, numeric, numeric, text) RETURNS internal
	AS 'MODULE_PATHNAME', 'sweep_transition' LANGUAGE C IMMUTABLE COST 200;
COMMENT ON FUNCTION growth_index.sweep_transition(internal, growth_index.formula, growth_index.formula, numeric[], growth_index.profile, date, numeric, numeric, text) IS 'Internal: of the aggregate sweep_ranks().';
CREATE FUNCTION growth_index.sweep_final(internal) RETURNS numeric[]
	AS 'MODULE_PATHNAME', 'sweep_final' LANGUAGE C IMMUTABLE;
COMMENT ON FUNCTION growth_index.sweep_final(internal) IS 'Internal: of the aggregate sweep_ranks().';
CREATE AGGREGATE growth_index.sweep_ranks(value growth_index.formula, amount growth_index.formula, thresholds numeric[],
		profile growth_index.profile, as_of date, cap numeric, unit numeric, way text) (
	SFUNC = growth_index.sweep_transition, STYPE = internal, FINALFUNC = growth_index.sweep_final);
COMMENT ON AGGREGATE growth_index.sweep_ranks(growth_index.formula, growth_index.formula, numeric[], growth_index.profile, date, numeric, numeric, text) IS
'How many profiles lie below, on and between thresholds of a value, and what their amounts sum to, each rounded as by rounded(), and capped (cap NULL: not): with n different thresholds in ascending order, an array of 2 (2 n + 1) numbers: count and sum below the first, on it, between it and the second, on that, and so on. Value, amount, thresholds, as_of, cap, unit and way are those of the first row. A profile counts nowhere whose value is unknown, or whose amount is none as amount_in_yuan() says. NULL without rows. Exact: numeric decides what doubles do not. Errors: 22004 where value, amount, thresholds, unit or way are NULL, 22023 where a threshold is, and as rounded().';
