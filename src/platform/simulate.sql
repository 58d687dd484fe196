/*
 * Before a policy is issued: whom a draft would reach, what it would cost, what
 * each clause does, and who wins or loses against what is in force.
 */
CREATE FUNCTION growth_index.clauses_without(criteria growth_index.criteria, OUT clause text,
	OUT rest growth_index.criteria) RETURNS SETOF record
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2000 ROWS 5 SET search_path = pg_catalog, pg_temp
AS $$
	WITH parts AS (
		SELECT x.clause, x.n
		FROM growth_index.explain(clauses_without.criteria, '{}'::growth_index.profile) WITH ORDINALITY AS x(clause, s, a, r, g, m, n)
	)
	SELECT p.clause, coalesce((SELECT string_agg(format('(%s)', o.clause), ' AND ' ORDER BY o.n) FROM parts AS o WHERE o.n <> p.n), 'true')::growth_index.criteria
	FROM parts AS p ORDER BY p.n
$$;
COMMENT ON FUNCTION growth_index.clauses_without(growth_index.criteria) IS
'Each clause that AND joins, and the criteria without it.';

CREATE FUNCTION growth_index.warn_of_draft(criteria growth_index.criteria, award growth_index.formula) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM growth_index.warn_of_unknown_indicators('the draft', growth_index.indicators(criteria) || growth_index.indicators(award));
	PERFORM growth_index.warn_of_other_types('the draft', criteria);
	PERFORM growth_index.warn_of_contradictions('the draft', criteria);
	PERFORM growth_index.warn_of_tiers('the draft', criteria, award);
END
$$;
COMMENT ON FUNCTION growth_index.warn_of_draft(growth_index.criteria, growth_index.formula) IS 'Warns of what add_policy() would warn of in criteria and award.';

/* a draft is held to what add_policy() would take */
CREATE FUNCTION growth_index.check_cap(cap_enterprise numeric) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT (cap_enterprise >= 0 AND cap_enterprise < 'infinity') THEN
		RAISE EXCEPTION 'cap_enterprise must be 0 yuan or more, not %', cap_enterprise
			USING ERRCODE = 'invalid_parameter_value', HINT = 'NULL means that there is no cap.';
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.check_cap(numeric) IS 'Error 22023 where a cap is below 0, or no number. NULL, no cap, is none of these.';

CREATE FUNCTION growth_index.simulate_policy(criteria growth_index.criteria, award growth_index.formula,
	as_of date DEFAULT current_date, against text DEFAULT NULL, cap_enterprise numeric DEFAULT NULL,
	stacking_group text DEFAULT NULL, size growth_index.formula DEFAULT NULL, stage text DEFAULT 'stage',
	rounding numeric DEFAULT 0.01, rounding_way text DEFAULT 'half_up',
	OUT aspect text, OUT item text, OUT enterprises bigint, OUT amount numeric) RETURNS SETOF record
LANGUAGE plpgsql STABLE COST 10000000 ROWS 50 SET search_path = pg_catalog, pg_temp SET jit = off SET work_mem = '64MB'
AS $$
DECLARE
	former growth_index.policy;
	award_codes text[] := growth_index.indicators(award);
	no_amount integer := (SELECT -1 - count(*) FROM growth_index.explain(criteria, '{}'::growth_index.profile));
BEGIN
	IF criteria IS NULL OR award IS NULL OR rounding IS NULL OR rounding_way IS NULL THEN
		RAISE EXCEPTION 'criteria, award and rounding must not be null' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM growth_index.check_cap(cap_enterprise);
	IF against IS NOT NULL THEN
		former := growth_index.policy_in_force(against);
	END IF;
	PERFORM growth_index.warn_of_draft(criteria, award);
	RETURN QUERY
	/*
	 * One pass decides, and sums up what it finds: few rows, however many enterprises; OFFSET 0 has
	 * everything computed once.  An award that is none is one more thing that is not met.
	 */
	WITH summed AS MATERIALIZED (
		SELECT f.unmet, f.industry_value, f.stage_value, f.size_value, f.lacking, c.versus, count(*) AS enterprises,
			sum(a.award_amount) AS award_amount,
			sum(CASE WHEN simulate_policy.cap_enterprise IS NOT NULL THEN f.formula_amount END) AS formula_amount,
			count(CASE WHEN simulate_policy.stacking_group IS NOT NULL AND a.award_amount > coalesce(f.other_amount, 0) THEN 1 END) AS stacked,
			sum(CASE WHEN simulate_policy.stacking_group IS NOT NULL AND a.award_amount > coalesce(f.other_amount, 0) THEN a.award_amount - coalesce(f.other_amount, 0) END) AS stacked_amount,
			sum(CASE WHEN against IS NOT NULL THEN coalesce(a.award_amount, 0) - coalesce(a.was_amount, 0) END) AS difference
		FROM (SELECT d.unmet, d.amount AS formula_amount, d.former_amount, d.other_amount,
				CASE WHEN d.amount IS NOT NULL THEN d.profile OPERATOR(growth_index.->>) 'industry' END AS industry_value,
				CASE WHEN d.amount IS NOT NULL THEN d.profile OPERATOR(growth_index.->>) simulate_policy.stage END AS stage_value,
				CASE WHEN d.amount IS NOT NULL THEN growth_index.evaluate(simulate_policy.size, d.profile, simulate_policy.as_of)::text END AS size_value,
				CASE WHEN d.unmet = no_amount THEN CASE WHEN growth_index.evaluate_strict(simulate_policy.award, d.profile, simulate_policy.as_of) IS NULL
						THEN ARRAY(SELECT c FROM unnest(award_codes) AS c WHERE NOT d.profile OPERATOR(growth_index.?) c) END
					WHEN d.unmet < 0 THEN growth_index.undecided_by(simulate_policy.criteria, d.profile, simulate_policy.as_of) END AS lacking
			FROM (SELECT k.profile, k.unmet, k.former_amount,
					CASE WHEN k.unmet = 0 THEN growth_index.amount_in_yuan(simulate_policy.award, k.profile,
						simulate_policy.as_of, simulate_policy.rounding, simulate_policy.rounding_way) END AS amount,
					CASE WHEN k.unmet = 0 AND simulate_policy.stacking_group IS NOT NULL THEN
						(SELECT max(o.award) FROM growth_index.policy_match AS o
							JOIN growth_index.policy AS p ON p.code = o.policy AND p.version = o.version
						WHERE o.until IS NULL AND o.decision = 'eligible' AND o.credit_code OPERATOR(growth_index.=) k.credit_code
							AND p.stacking_group = simulate_policy.stacking_group AND p.code IS DISTINCT FROM against) END AS other_amount
				FROM (SELECT m.credit_code, m.profile, growth_index.unmet_condition(simulate_policy.criteria, simulate_policy.award, m.profile,
							simulate_policy.as_of, simulate_policy.rounding, simulate_policy.rounding_way) AS unmet,
						CASE WHEN against IS NOT NULL AND growth_index.matches(former.criteria, m.profile, simulate_policy.as_of)
							THEN growth_index.amount_in_yuan(former.award, m.profile, simulate_policy.as_of, former.rounding, former.rounding_way) END AS former_amount
					FROM (SELECT m.credit_code, m.profile FROM growth_index.matching_profiles AS m OFFSET 0) AS m
					OFFSET 0) AS k
				WHERE k.unmet IS NOT NULL OR k.former_amount IS NOT NULL
				OFFSET 0) AS d) AS f
			CROSS JOIN LATERAL (SELECT CASE WHEN f.formula_amount > simulate_policy.cap_enterprise THEN simulate_policy.cap_enterprise ELSE f.formula_amount END AS award_amount,
				CASE WHEN f.former_amount > former.cap_enterprise THEN former.cap_enterprise ELSE f.former_amount END AS was_amount) AS a
			CROSS JOIN LATERAL (SELECT CASE WHEN against IS NOT NULL THEN CASE
				WHEN a.award_amount IS NULL THEN CASE WHEN a.was_amount IS NOT NULL THEN 'lost' END WHEN a.was_amount IS NULL THEN 'gained'
				WHEN a.award_amount > a.was_amount THEN 'more' WHEN a.award_amount < a.was_amount THEN 'less' ELSE 'as before' END END AS versus) AS c
		GROUP BY 1, 2, 3, 4, 5, 6
	), reached AS (
		SELECT coalesce(sum(s.enterprises), 0)::bigint AS enterprises,
			coalesce(sum(s.award_amount), 0) AS award_amount, coalesce(sum(s.formula_amount), 0) AS formula_amount,
			coalesce(sum(s.stacked), 0)::bigint AS stacked, coalesce(sum(s.stacked_amount), 0) AS stacked_amount
		FROM summed AS s WHERE s.unmet = 0
	), lines AS (
		SELECT 1 AS place, 'eligible' AS aspect, NULL::text AS item, r.enterprises, r.award_amount AS amount FROM reached AS r
		UNION ALL
		SELECT 2, 'no amount', NULL, coalesce(sum(s.enterprises), 0)::bigint, NULL FROM summed AS s WHERE s.unmet = no_amount
		UNION ALL
		SELECT 3, 'before cap', NULL, r.enterprises, r.formula_amount FROM reached AS r WHERE simulate_policy.cap_enterprise IS NOT NULL
		UNION ALL
		SELECT 4, 'after stacking', simulate_policy.stacking_group, r.stacked, r.stacked_amount FROM reached AS r WHERE simulate_policy.stacking_group IS NOT NULL
		UNION ALL
		SELECT 5, 'undecided', NULL, coalesce(sum(s.enterprises), 0)::bigint, NULL FROM summed AS s WHERE s.unmet < 0
		UNION ALL
		SELECT 6, 'undecided by', i, sum(s.enterprises)::bigint, NULL FROM summed AS s, unnest(s.lacking) AS i GROUP BY i
		UNION ALL
		SELECT 7, 'by industry', s.industry_value, sum(s.enterprises)::bigint, sum(s.award_amount) FROM summed AS s WHERE s.unmet = 0 GROUP BY 3
		UNION ALL
		SELECT 8, 'by stage', s.stage_value, sum(s.enterprises)::bigint, sum(s.award_amount) FROM summed AS s WHERE s.unmet = 0 GROUP BY 3
		UNION ALL
		SELECT 9, 'by size', s.size_value, sum(s.enterprises)::bigint, sum(s.award_amount)
		FROM summed AS s WHERE s.unmet = 0 AND simulate_policy.size IS NOT NULL GROUP BY 3
		UNION ALL
		SELECT 11, s.versus, against, sum(s.enterprises)::bigint, sum(s.difference) FROM summed AS s WHERE s.versus IS NOT NULL GROUP BY 2
		UNION ALL
		/* a clause that gives the others their types is left out of criteria of their own */
		SELECT 10, 'without clause', c.clause, CASE WHEN c.n = ANY (growth_index.clauses_apart(simulate_policy.criteria))
				THEN (SELECT count(*) FROM growth_index.matching_profiles AS m WHERE growth_index.unmet_condition(c.rest, simulate_policy.award, m.profile,
					simulate_policy.as_of, simulate_policy.rounding, simulate_policy.rounding_way) = 0) - (SELECT r.enterprises FROM reached AS r)
				ELSE (SELECT coalesce(sum(s.enterprises), 0)::bigint FROM summed AS s WHERE abs(s.unmet) = c.n) END, NULL
		FROM growth_index.clauses_without(simulate_policy.criteria) WITH ORDINALITY AS c(clause, rest, n)
	)
	SELECT l.aspect, l.item, l.enterprises, l.amount FROM lines AS l
	ORDER BY l.place, l.enterprises DESC, l.item;
END
$$;
COMMENT ON FUNCTION growth_index.simulate_policy(growth_index.criteria, growth_index.formula, date, text, numeric, text, growth_index.formula, text, numeric, text) IS
'What a draft of a policy would do to all enterprises, as of their last refresh. rounding and rounding_way: as of table policy. Rows: aspect, item, enterprises, amount in yuan. eligible: how many match_enterprises() would call so, and the cost after cap_enterprise; no amount: those of the undecided who fulfil the criteria, but whose award is none as amount_in_yuan() says; before cap; after stacking: those who would have more by it than by the other policies of stacking_group, and what that adds to the cost (就高不就低); undecided, and undecided by each missing indicator (an enterprise can count for several); by industry; by stage, an indicator of that name; by size, a formula such as CASE WHEN employees >= 300 THEN 3 ELSE 1 END; without clause: how many more would be eligible without it; gained, lost, more, less, as before: against the version in force of the policy against, amount being the difference. Warns of what add_policy() would warn of in criteria and award. Errors: P0002 where that is not in force, 22004 where criteria, award or rounding are NULL, 22023 where cap_enterprise is below 0.';

CREATE FUNCTION growth_index.bound_of(criteria growth_index.criteria, indicator text, OUT comparison text,
	OUT bound numeric, OUT rest growth_index.criteria, OUT place integer) RETURNS record
LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	term text := indicator::growth_index.formula::text;
	bounds integer;
BEGIN
	SELECT count(*) OVER (), m.parts[1], m.parts[2]::numeric, c.rest, c.n INTO bounds, comparison, bound, rest, place
	FROM growth_index.clauses_without(criteria) WITH ORDINALITY AS c(clause, rest, n)
		CROSS JOIN LATERAL (SELECT regexp_match(substr(c.clause, length(term) + 1), '^ (>=|>|<=|<) (-?[0-9.]+)$') AS parts) AS m
	WHERE starts_with(c.clause, term || ' ') AND m.parts IS NOT NULL;
	IF bounds IS DISTINCT FROM 1 THEN
		RAISE EXCEPTION 'criteria have % clauses that compare % with a bound', coalesce(bounds, 0), term
			USING ERRCODE = 'invalid_parameter_value', DETAIL = criteria::text,
				HINT = format('Among the clauses that AND joins there must be one such as %s >= 5.', term);
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.bound_of(growth_index.criteria, text) IS
'The one clause that compares an indicator, or a number computed of some, with a constant by >=, >, <= or <: comparison, constant, the criteria without it, and its place among the clauses, from 1. Error 22023 where there is none or more than one.';

CREATE FUNCTION growth_index.sweep_draft(criteria growth_index.criteria, award growth_index.formula, indicator text,
	thresholds numeric[], as_of date DEFAULT current_date, cap_enterprise numeric DEFAULT NULL,
	rounding numeric DEFAULT 0.01, rounding_way text DEFAULT 'half_up',
	OUT threshold numeric, OUT enterprises bigint, OUT amount numeric) RETURNS SETOF record
LANGUAGE plpgsql STABLE COST 10000000 ROWS 20 SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
DECLARE
	bound record;
	apart boolean;
	sorted numeric[] := ARRAY(SELECT DISTINCT t FROM unnest(thresholds) AS t ORDER BY t);
BEGIN
	IF criteria IS NULL OR award IS NULL OR indicator IS NULL OR rounding IS NULL OR rounding_way IS NULL THEN
		RAISE EXCEPTION 'criteria, award, indicator and rounding must not be null' USING ERRCODE = 'null_value_not_allowed';
	ELSIF sorted = '{}' OR EXISTS (SELECT FROM unnest(sorted) AS t WHERE t IS NULL OR t IN ('NaN', 'infinity', '-infinity')) THEN
		RAISE EXCEPTION 'thresholds must be an array of numbers, without NULL' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM growth_index.check_cap(cap_enterprise);
	bound := growth_index.bound_of(criteria, indicator);
	/* where the bound gives the others their types, they are read beside it */
	apart := bound.place = ANY (growth_index.clauses_apart(criteria));
	PERFORM growth_index.warn_of_draft(criteria, award);
	/* one pass: who satisfies all the rest falls below, on or between the thresholds */
	RETURN QUERY
	WITH fallen AS MATERIALIZED (
		SELECT growth_index.sweep_ranks(sweep_draft.indicator::growth_index.formula, sweep_draft.award, sorted, m.profile,
			sweep_draft.as_of, sweep_draft.cap_enterprise, sweep_draft.rounding, sweep_draft.rounding_way) AS r
		FROM growth_index.matching_profiles AS m
		WHERE CASE WHEN apart THEN abs(growth_index.unmet_clause(sweep_draft.criteria, m.profile, sweep_draft.as_of)) IN (0, bound.place)
			ELSE growth_index.matches(bound.rest, m.profile, sweep_draft.as_of) END
	)
	SELECT sorted[n], coalesce(sum(f.r[2 * rank + 1]), 0)::bigint, coalesce(sum(f.r[2 * rank + 2]), 0)
	FROM fallen AS f CROSS JOIN generate_subscripts(sorted, 1) AS n
		CROSS JOIN generate_series(0, 2 * cardinality(sorted)) AS rank
	WHERE CASE bound.comparison
		WHEN '>=' THEN rank >= 2 * n - 1
		WHEN '>' THEN rank >= 2 * n
		WHEN '<' THEN rank < 2 * n - 1
		ELSE rank < 2 * n END
	GROUP BY n ORDER BY n;
END
$$;
COMMENT ON FUNCTION growth_index.sweep_draft(growth_index.criteria, growth_index.formula, text, numeric[], date, numeric, numeric, text) IS
'Reach and cost of a draft at each of several thresholds, in one pass over the enterprises as of their last refresh: threshold, how many are eligible with it in place of the bound that the criteria compare the indicator with, and the sum of their awards in yuan after cap_enterprise. indicator: a code, or an expression such as rd_expense / revenue, that is compared with a constant in one clause. Warns as simulate_policy() does. Errors: 22023 where it is not, where thresholds are none or hold NULL, or where cap_enterprise is below 0, 22004 where another argument than as_of and cap_enterprise is NULL.';

CREATE FUNCTION growth_index.sweep(policy text, indicator text, thresholds numeric[], as_of date DEFAULT current_date,
	OUT threshold numeric, OUT enterprises bigint, OUT amount numeric) RETURNS SETOF record
LANGUAGE sql STABLE COST 10000000 ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.* FROM growth_index.policy_in_force(sweep.policy) AS p,
		growth_index.sweep_draft(p.criteria, p.award, sweep.indicator, sweep.thresholds, sweep.as_of, p.cap_enterprise, p.rounding, p.rounding_way) AS s
$$;
COMMENT ON FUNCTION growth_index.sweep(text, text, numeric[], date) IS 'As sweep_draft(), for a policy in force. Error P0002 where it is not.';
