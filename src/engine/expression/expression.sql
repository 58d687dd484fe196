/*
 * criteria and formula: expressions in SQL's own syntax over the indicators of
 * a profile.  Both are stored as canonical text and differ in their result.
 */
CREATE TYPE growth_index.criteria;

CREATE FUNCTION growth_index.criteria_in(cstring) RETURNS growth_index.criteria
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.criteria_out(growth_index.criteria) RETURNS cstring
	AS 'MODULE_PATHNAME', 'expression_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.criteria_recv(internal) RETURNS growth_index.criteria
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.criteria_send(growth_index.criteria) RETURNS bytea
	AS 'MODULE_PATHNAME', 'expression_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE growth_index.criteria (
	INPUT = growth_index.criteria_in,
	OUTPUT = growth_index.criteria_out,
	RECEIVE = growth_index.criteria_recv,
	SEND = growth_index.criteria_send,
	INTERNALLENGTH = VARIABLE,
	STORAGE = extended
);
COMMENT ON TYPE growth_index.criteria IS
'An eligibility condition (申报条件) in SQL''s own boolean syntax over indicator codes, such as: hightech AND revenue BETWEEN 2e7 AND 4e8 AND rd_expense / revenue >= 0.05. Three-valued: what an unknown indicator leaves open is NULL. It is read by the server''s parser and a white list; it never runs as SQL. Known are AND, OR, NOT; = <> < <= > >=, [NOT] BETWEEN [SYMMETRIC], [NOT] IN, IS [NOT] NULL / TRUE / FALSE / UNKNOWN / DISTINCT FROM; [NOT] LIKE with a constant pattern [ESCAPE], also ANY or ALL of an array of them; = ANY (set), <> ALL (set), @>, <@, && and ARRAY[...] for sets of text; CASE, coalesce, nullif, least, greatest; + - * / % ^, abs, round, trunc, ceil, floor, sqrt, ln, log, exp, power, mod; DATE ''2019-01-31'', INTERVAL ''1 year 6 months 3 days'', date + and - both, date - date in days, as_of, age_in_months, EXTRACT and date_trunc of year, quarter, month (and day), EXTRACT(YEAR or MONTH FROM age(as_of, date)); length, strpos, left, right, substr, btrim, starts_with. An indicator''s type comes from its use. Numbers are decimals: 1/2 is 0.5. Text compares by bytes. Unknown, where SQL would raise an error: division by zero, the root of a negative number, the logarithm of what is not positive, 0 to a negative power, a negative number to a fraction, what exceeds numeric, a date outside of the years 1 to 9999; and exp or a fractional power above e^6000 and whole powers beyond 10^6000 or 10^-6000. Errors at input carry the position in the text.';

CREATE FUNCTION growth_index.criteria_text(growth_index.criteria) RETURNS text
	AS 'MODULE_PATHNAME', 'expression_to_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE CAST (growth_index.criteria AS text) WITH FUNCTION growth_index.criteria_text(growth_index.criteria) AS ASSIGNMENT;
CREATE FUNCTION growth_index.criteria(text) RETURNS growth_index.criteria
	AS 'MODULE_PATHNAME', 'criteria_from_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION growth_index.criteria(text) IS 'The criteria that the text states; errors as at input.';
CREATE CAST (text AS growth_index.criteria) WITH FUNCTION growth_index.criteria(text);

@COMPARISON criteria expression@

CREATE TYPE growth_index.formula;

CREATE FUNCTION growth_index.formula_in(cstring) RETURNS growth_index.formula
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.formula_out(growth_index.formula) RETURNS cstring
	AS 'MODULE_PATHNAME', 'expression_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.formula_recv(internal) RETURNS growth_index.formula
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.formula_send(growth_index.formula) RETURNS bytea
	AS 'MODULE_PATHNAME', 'expression_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE growth_index.formula (
	INPUT = growth_index.formula_in,
	OUTPUT = growth_index.formula_out,
	RECEIVE = growth_index.formula_recv,
	SEND = growth_index.formula_send,
	INTERNALLENGTH = VARIABLE,
	STORAGE = extended
);
COMMENT ON TYPE growth_index.formula IS
'An expression with a number as its result (计算公式): an award, a derived indicator, a growth rate, such as: least(patents_granted * 2500, 1000000). The same language as criteria.';

CREATE FUNCTION growth_index.formula_text(growth_index.formula) RETURNS text
	AS 'MODULE_PATHNAME', 'expression_to_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE CAST (growth_index.formula AS text) WITH FUNCTION growth_index.formula_text(growth_index.formula) AS ASSIGNMENT;
CREATE FUNCTION growth_index.formula(text) RETURNS growth_index.formula
	AS 'MODULE_PATHNAME', 'formula_from_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION growth_index.formula(text) IS 'The formula that the text states; errors as at input.';
CREATE CAST (text AS growth_index.formula) WITH FUNCTION growth_index.formula(text);

@COMPARISON formula expression@

/* ---- evaluation ---- */
CREATE FUNCTION growth_index.expression_support(internal) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION growth_index.expression_support(internal) IS
'For the planner: a constant criteria or formula over a whole row, as a row or as profile(t), is given the columns that it reads and nothing else.';
CREATE FUNCTION growth_index.matches_columns(criteria growth_index.criteria, as_of date, VARIADIC columns "any") RETURNS boolean
	AS 'MODULE_PATHNAME', 'columns_matches' LANGUAGE C STABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION growth_index.matches_columns(growth_index.criteria, date, "any") IS
'What the planner makes of matches(criteria, t): the values of the indicators that the criteria reads, in the order in which its text names them first. To be seen in EXPLAIN; call matches(). Error 22023 where the number of values is another.';
CREATE FUNCTION growth_index.evaluate_columns(formula growth_index.formula, as_of date, VARIADIC columns "any") RETURNS numeric
	AS 'MODULE_PATHNAME', 'columns_evaluate' LANGUAGE C STABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION growth_index.evaluate_columns(growth_index.formula, date, "any") IS
'What the planner makes of evaluate(formula, t), as matches_columns() for matches(criteria, t).';
CREATE FUNCTION growth_index.matches(criteria growth_index.criteria, profile growth_index.profile,
									 as_of date DEFAULT NULL) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20 SUPPORT growth_index.expression_support;
COMMENT ON FUNCTION growth_index.matches(growth_index.criteria, growth_index.profile, date) IS
'Does the profile satisfy the criteria on the as-of date? NULL: undecided, because an indicator that decides is unknown, or criteria or profile is NULL. Without as_of, everything that reads as_of is unknown. The answer is the one that numeric arithmetic gives.';
CREATE FUNCTION growth_index.matches(criteria growth_index.criteria, subject record,
									 as_of date DEFAULT NULL) RETURNS boolean
	AS 'MODULE_PATHNAME', 'record_matches' LANGUAGE C STABLE PARALLEL SAFE COST 30 SUPPORT growth_index.expression_support;
COMMENT ON FUNCTION growth_index.matches(growth_index.criteria, record, date) IS
'Does a row satisfy the criteria? As matches(criteria, profile(t), as_of), but only the columns that the criteria reads are looked at: for a table of one''s own, such as SELECT * FROM firm AS t WHERE growth_index.matches(''revenue >= 20000000'', t). A column''s name is the indicator''s code. STABLE, since the text of some types depends on settings.';
CREATE FUNCTION growth_index.profile_matches(growth_index.profile, growth_index.criteria) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 SUPPORT growth_index.expression_support;
CREATE OPERATOR growth_index.@@ (
	FUNCTION = growth_index.profile_matches,
	LEFTARG = growth_index.profile, RIGHTARG = growth_index.criteria,
	RESTRICT = contsel, JOIN = contjoinsel);
COMMENT ON OPERATOR growth_index.@@ (growth_index.profile, growth_index.criteria) IS
'does the profile satisfy the criteria? (as matches() without as-of date)';
CREATE FUNCTION growth_index.evaluate(formula growth_index.formula, profile growth_index.profile,
									  as_of date DEFAULT NULL) RETURNS numeric
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 SUPPORT growth_index.expression_support;
COMMENT ON FUNCTION growth_index.evaluate(growth_index.formula, growth_index.profile, date) IS
'The number that the formula gives for the profile, as plain numeric SQL would; NULL where it is unknown, or where SQL would raise an error (division by zero, overflow, root or logarithm of what has none).';
CREATE FUNCTION growth_index.evaluate(formula growth_index.formula, subject record,
									  as_of date DEFAULT NULL) RETURNS numeric
	AS 'MODULE_PATHNAME', 'record_evaluate' LANGUAGE C STABLE PARALLEL SAFE COST 100 SUPPORT growth_index.expression_support;
COMMENT ON FUNCTION growth_index.evaluate(growth_index.formula, record, date) IS
'The number that the formula gives for a row, as evaluate(formula, profile(t), as_of), but only the columns that the formula reads are looked at.';
CREATE FUNCTION growth_index.evaluate_strict(formula growth_index.formula, profile growth_index.profile,
											 as_of date DEFAULT NULL) RETURNS numeric
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION growth_index.evaluate_strict(growth_index.formula, growth_index.profile, date) IS
'As evaluate(), but least and greatest of something unknown are unknown, where SQL passes over it: an award of least(share * 0.005, 1000000) must not become the cap because the share is missing. Say coalesce(x, 0) where a missing value has a meaning.';
CREATE FUNCTION growth_index.amount_in_yuan(formula growth_index.formula, profile growth_index.profile, as_of date,
											unit numeric DEFAULT 0.01, way text DEFAULT 'half_up') RETURNS numeric
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION growth_index.amount_in_yuan(growth_index.formula, growth_index.profile, date, numeric, text) IS
'What a formula gives in yuan, as evaluate_strict() computes it and rounded() rounds it. NULL where it is unknown; where it is below 0, or 1e15 and more, which is a mistake of the formula; and where formula, profile, unit or way is NULL. Errors: as rounded().';
CREATE FUNCTION growth_index.indicators(growth_index.criteria) RETURNS text[]
	AS 'MODULE_PATHNAME', 'expression_indicators' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION growth_index.indicators(growth_index.criteria) IS
'The codes of the indicators that the criteria reads, in byte order; as_of is not among them.';
CREATE FUNCTION growth_index.indicators(growth_index.formula) RETURNS text[]
	AS 'MODULE_PATHNAME', 'expression_indicators' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION growth_index.indicators(growth_index.formula) IS
'The codes of the indicators that the formula reads, in byte order; as_of is not among them.';
CREATE FUNCTION growth_index.explain(criteria growth_index.criteria, profile growth_index.profile,
									 as_of date DEFAULT NULL,
									 OUT clause text, OUT satisfied boolean, OUT actual text,
									 OUT required text, OUT gap numeric, OUT missing text[])
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'expression_explain' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 5;
COMMENT ON FUNCTION growth_index.explain(growth_index.criteria, growth_index.profile, date) IS
'Why the profile satisfies the criteria or not: one row for each clause that AND joins, in their order. satisfied: true, false, or NULL for undecided; actual: the indicators that the clause reads, with their values; required: what the clause asks of its left side; gap: how far a comparison of numbers or dates is from being satisfied, in the unit of its left side (of dates: in days), 0 where it is or stands exactly at what it has to pass, NULL where that cannot be said; missing: indicators that the clause needs and that are unknown, or of another type.';

CREATE FUNCTION growth_index.undecided_by(criteria growth_index.criteria, profile growth_index.profile, as_of date)
	RETURNS text[]
	AS 'MODULE_PATHNAME', 'expression_undecided_by' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 400;
COMMENT ON FUNCTION growth_index.undecided_by(growth_index.criteria, growth_index.profile, date) IS
'The indicators that leave the criteria undecided: what is missing in those clauses of explain() that are, each code once, in byte order. Empty where none is, and for criteria or a profile of NULL.';

CREATE FUNCTION growth_index.unmet_clause(criteria growth_index.criteria, profile growth_index.profile, as_of date)
	RETURNS integer
	AS 'MODULE_PATHNAME', 'expression_unmet_clause' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION growth_index.unmet_clause(growth_index.criteria, growth_index.profile, date) IS
'What keeps a profile from the criteria, if it is one clause: 0 where it fulfils them; the number, from 1 in the order of explain(), of the only clause that does not hold, negative where that is undecided; beyond the number of clauses, and negative, where several are undecided and none is false. So criteria are fulfilled at 0 and undecided below it. NULL where a clause is false and another does not hold either, and for criteria or a profile of NULL.';
CREATE FUNCTION growth_index.unmet_condition(criteria growth_index.criteria, formula growth_index.formula, profile growth_index.profile,
		as_of date, unit numeric DEFAULT 0.01, way text DEFAULT 'half_up')
	RETURNS integer
	AS 'MODULE_PATHNAME', 'expression_unmet_condition' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION growth_index.unmet_condition(growth_index.criteria, growth_index.formula, growth_index.profile, date, numeric, text) IS
'As unmet_clause(), with one more condition behind the clauses: that amount_in_yuan() of formula, profile, as_of, unit and way is not NULL, else it is undecided. So 0 is what matching calls eligible. NULL for NULL in another argument than as_of as well. Errors: as rounded().';
CREATE FUNCTION growth_index.clauses_apart(criteria growth_index.criteria) RETURNS integer[]
	AS 'MODULE_PATHNAME', 'expression_clauses_apart' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2000;
COMMENT ON FUNCTION growth_index.clauses_apart(growth_index.criteria) IS
'The numbers, from 1 in the order of explain(), of the clauses that give an indicator of another clause its type: without x > 5, the criteria x = y AND x > 5 compare texts too. What the others say without such a clause is not what they say beside it. Nearly always {}. NULL for NULL.';

CREATE FUNCTION growth_index.nearest(criteria growth_index.criteria, profile growth_index.profile,
									 as_of date DEFAULT NULL, fixed text[] DEFAULT '{}',
									 OUT code text, OUT old jsonb, OUT new jsonb, OUT required text,
									 OUT change numeric, OUT relative numeric, OUT reason text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'expression_nearest' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20000 ROWS 3;
COMMENT ON FUNCTION growth_index.nearest(growth_index.criteria, growth_index.profile, date, text[]) IS
'The least changes of indicators that would make the profile satisfy the criteria, smallest relative change first: one row an indicator, all of them together are needed. code; old and new value (NULL: unknown); required: what the criteria asks of the indicator when the other rows are done; change: new - old, in the indicator''s unit, or days; relative: the change against the larger of both numbers, 365 days for dates, the larger set for sets; 1 for any other change and for a value where none was. The sum of relative over the rows is what is made small. No row: the criteria is satisfied, or criteria or profile is NULL. One row with reason alone for each group of clauses that no such changes satisfy. Indicators in fixed are not changed. A number is changed to the first value that will do of its own decimals, where it is compared itself also of the decimals of the constants; of finer ones where those do not reach. A number that is not negative becomes so only where it is itself compared, or where nothing else will do. Each answer is the evaluator''s own: the profile with the new values satisfies the criteria. A clause that depends on an indicator neither rising nor falling throughout may have a nearer value than the one that is found.';

CREATE FUNCTION growth_index.decisions(OUT taken bigint, OUT exact bigint) RETURNS record
	AS 'MODULE_PATHNAME', 'expression_decisions' LANGUAGE C VOLATILE PARALLEL RESTRICTED;
COMMENT ON FUNCTION growth_index.decisions() IS
'How many conditions this session has decided since it began, and how many of them were too close for machine numbers and were decided again in numeric. Parallel workers count for themselves.';

CREATE FUNCTION growth_index.tiers(formula growth_index.formula, OUT part integer, OUT tier integer,
	OUT condition text, OUT amount text) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'formula_tiers' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 4;
COMMENT ON FUNCTION growth_index.tiers(growth_index.formula) IS
'The tiers of a formula, in order: the branches of each CASE that stands in no other, part counting the CASEs and tier the branches; condition as criteria (NULL: ELSE), amount as a formula or whatever the branch is. CASE x WHEN v is given as x = v. No row for a formula without CASE, and for NULL.';
