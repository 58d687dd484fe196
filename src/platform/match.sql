/*
 * Matching: which policies and products an enterprise can have, and who can
 * have a policy.  Everything is decided by matches(), or by a policy set, which
 * says the same, and evaluate(); a row is eligible, or undecided with what is
 * missing.
 */

CREATE FUNCTION growth_index.lacking(codes text[], profile growth_index.profile) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(array_agg(c ORDER BY c COLLATE "C"), '{}') FROM unnest(codes) AS c
	WHERE NOT profile OPERATOR(growth_index.?) c
$$;
COMMENT ON FUNCTION growth_index.lacking(text[], growth_index.profile) IS 'Those of the codes that the profile does not know, in byte order.';

/* inlined by the planner, as decide() is: no SET clause, so everything is qualified */
CREATE FUNCTION growth_index.decided(eligible boolean, criteria growth_index.criteria, formula growth_index.formula,
	profile growth_index.profile, as_of date, rounding numeric DEFAULT 0.01, rounding_way text DEFAULT 'half_up', lacks text[] DEFAULT NULL,
	OUT decision text, OUT amount numeric, OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
AS $$
	SELECT CASE WHEN eligible AND a.amount IS NOT NULL THEN 'eligible' ELSE 'undecided' END, a.amount,
		CASE WHEN eligible IS NULL
			THEN coalesce(lacks, growth_index.undecided_by(criteria, profile, as_of))
			WHEN a.amount IS NULL AND growth_index.evaluate_strict(formula, profile, as_of) IS NULL
			THEN growth_index.lacking(growth_index.indicators(formula), profile)
			ELSE '{}' END
	FROM (SELECT growth_index.amount_in_yuan(formula, profile, as_of, rounding, rounding_way) AS amount OFFSET 0) AS a
	WHERE eligible IS NOT FALSE
$$;
COMMENT ON FUNCTION growth_index.decided(boolean, growth_index.criteria, growth_index.formula, growth_index.profile, date, numeric, text, text[]) IS
'As decide(), where it is known already whether the profile fulfils the criteria: eligible, NULL for undecided, as policy_set_match() says it; and lacks, what is missing then, as policy_set_undecided() says it. Criteria are read only to say what is missing where lacks is NULL.';

CREATE FUNCTION growth_index.decide(criteria growth_index.criteria, formula growth_index.formula,
	profile growth_index.profile, as_of date, rounding numeric DEFAULT 0.01, rounding_way text DEFAULT 'half_up',
	OUT decision text, OUT amount numeric, OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
AS $$
	SELECT d.decision, d.amount, d.missing
	FROM growth_index.decided(growth_index.matches(criteria, profile, as_of), criteria, formula, profile, as_of, rounding, rounding_way) AS d
$$;
COMMENT ON FUNCTION growth_index.decide(growth_index.criteria, growth_index.formula, growth_index.profile, date, numeric, text) IS
'One row, or none where the profile fails the criteria: decision eligible or undecided, the amount of the formula in yuan, as rounded() rounds it, and the indicators that are missing. An amount below 0, or of 1e15 yuan and more, is a mistake of the formula: undecided, with no amount (see amount_in_yuan()).';

/*
 * How many rows a match returns follows the tables: a support function reads the
 * statistics of what its name says, and ROWS are those of a thousand (rows.c).
 * Never analyzed, a table counts as a thousand rows.
 */
CREATE FUNCTION growth_index.rows_of_policy_active(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'rows_of_relations' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.rows_of_product_active(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'rows_of_relations' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.rows_of_enterprise_profile(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'rows_of_relations' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.most_rows_of_enterprise_profile(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'rows_of_relations_at_most' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_index.rows_of_policy_active_and_enterprise_profile(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'rows_of_relations' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION growth_index.rows_of_policy_active(internal) IS 'Planner support: as many rows in proportion to the policies in force as ROWS says of a thousand.';
COMMENT ON FUNCTION growth_index.rows_of_product_active(internal) IS 'Planner support: as many rows in proportion to the products in force as ROWS says of a thousand.';
COMMENT ON FUNCTION growth_index.rows_of_enterprise_profile(internal) IS 'Planner support: as many rows in proportion to the enterprises as ROWS says of a thousand.';
COMMENT ON FUNCTION growth_index.most_rows_of_enterprise_profile(internal) IS 'Planner support: as rows_of_enterprise_profile(), and no more than the last argument, an integer, says.';
COMMENT ON FUNCTION growth_index.rows_of_policy_active_and_enterprise_profile(internal) IS 'Planner support: as many rows in proportion to the pairs of a policy in force and an enterprise as ROWS says of a thousand.';

CREATE FUNCTION growth_index.match_policies(profile growth_index.profile, as_of date DEFAULT current_date,
	OUT policy text, OUT version integer, OUT title_zh text, OUT title_en text, OUT decision text,
	OUT award numeric, OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 1000 ROWS 50 SUPPORT growth_index.rows_of_policy_active SET search_path = pg_catalog, pg_temp SET work_mem = '64MB'
AS $$
	SELECT p.code, p.version, p.title_zh, p.title_en, d.decision, CASE WHEN d.amount > p.cap_enterprise THEN p.cap_enterprise ELSE d.amount END, d.missing
	/* in the order in which they lie, more or less: of tens of thousands each would be a page of its own */
	FROM (SELECT * FROM growth_index.policy_set_undecided('SELECT code, criteria FROM growth_index.policy WHERE active',
			growth_index.policy_version(), match_policies.profile, match_policies.as_of) ORDER BY key COLLATE "C") AS s
		JOIN growth_index.policy AS p ON p.code = s.key AND p.active
		CROSS JOIN LATERAL growth_index.decided(s.eligible, p.criteria, p.award, match_policies.profile, match_policies.as_of, p.rounding, p.rounding_way, s.missing) AS d
	WHERE match_policies.as_of BETWEEN p.valid_from AND p.valid_to
	ORDER BY d.decision, 6 DESC NULLS LAST, p.code
$$;
COMMENT ON FUNCTION growth_index.match_policies(growth_index.profile, date) IS
'The policies in force that the profile is eligible for, or undecided about (with what is missing); award in yuan, after the policy''s cap. Eligible ones first, the highest award first.';

CREATE FUNCTION growth_index.match_policies(credit_code growth_index.credit_code, as_of date DEFAULT current_date,
	OUT policy text, OUT version integer, OUT title_zh text, OUT title_en text, OUT decision text,
	OUT award numeric, OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 1000 ROWS 50 SUPPORT growth_index.rows_of_policy_active SET search_path = pg_catalog, pg_temp
AS $$
	SELECT * FROM growth_index.match_policies(growth_index.matching_profile(match_policies.credit_code), match_policies.as_of)
$$;
COMMENT ON FUNCTION growth_index.match_policies(growth_index.credit_code, date) IS
'As match_policies(profile, as_of), for an enterprise as of its last refresh. No row where it was never refreshed.';

/* so that a literal is taken for a credit code */
CREATE FUNCTION growth_index.match_policies(credit_code text, as_of date DEFAULT current_date,
	OUT policy text, OUT version integer, OUT title_zh text, OUT title_en text, OUT decision text,
	OUT award numeric, OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 1000 ROWS 50 SUPPORT growth_index.rows_of_policy_active SET search_path = pg_catalog, pg_temp
AS $$
	SELECT * FROM growth_index.match_policies(match_policies.credit_code::growth_index.credit_code, match_policies.as_of)
$$;
COMMENT ON FUNCTION growth_index.match_policies(text, date) IS 'As match_policies(credit_code, as_of), for a credit code as text. Error 22P02 where it is none.';

CREATE FUNCTION growth_index.match_products(profile growth_index.profile, as_of date DEFAULT current_date,
	OUT product text, OUT version integer, OUT institution text, OUT title_zh text, OUT title_en text,
	OUT decision text, OUT credit numeric, OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 1000 ROWS 50 SUPPORT growth_index.rows_of_product_active SET search_path = pg_catalog, pg_temp SET work_mem = '64MB'
AS $$
	SELECT p.code, p.version, p.institution, p.title_zh, p.title_en, d.decision, d.amount, d.missing
	/* in the order in which they lie, more or less: of tens of thousands each would be a page of its own */
	FROM (SELECT * FROM growth_index.policy_set_undecided('SELECT code, criteria FROM growth_index.product WHERE active',
			growth_index.policy_version(), match_products.profile, match_products.as_of) ORDER BY key COLLATE "C") AS s
		JOIN growth_index.product AS p ON p.code = s.key AND p.active
		CROSS JOIN LATERAL growth_index.decided(s.eligible, p.criteria, p.credit, match_products.profile, match_products.as_of, lacks => s.missing) AS d
	WHERE match_products.as_of BETWEEN p.valid_from AND p.valid_to
	ORDER BY d.decision, d.amount DESC NULLS LAST, p.code
$$;
COMMENT ON FUNCTION growth_index.match_products(growth_index.profile, date) IS
'The products in force that the profile is eligible for, or undecided about; credit in yuan.';

CREATE FUNCTION growth_index.match_products(credit_code growth_index.credit_code, as_of date DEFAULT current_date,
	OUT product text, OUT version integer, OUT institution text, OUT title_zh text, OUT title_en text,
	OUT decision text, OUT credit numeric, OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 1000 ROWS 50 SUPPORT growth_index.rows_of_product_active SET search_path = pg_catalog, pg_temp
AS $$
	SELECT * FROM growth_index.match_products(growth_index.matching_profile(match_products.credit_code), match_products.as_of)
$$;
COMMENT ON FUNCTION growth_index.match_products(growth_index.credit_code, date) IS
'As match_products(profile, as_of), for an enterprise as of its last refresh.';

/* so that a literal is taken for a credit code */
CREATE FUNCTION growth_index.match_products(credit_code text, as_of date DEFAULT current_date,
	OUT product text, OUT version integer, OUT institution text, OUT title_zh text, OUT title_en text,
	OUT decision text, OUT credit numeric, OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 1000 ROWS 50 SUPPORT growth_index.rows_of_product_active SET search_path = pg_catalog, pg_temp
AS $$
	SELECT * FROM growth_index.match_products(match_products.credit_code::growth_index.credit_code, match_products.as_of)
$$;
COMMENT ON FUNCTION growth_index.match_products(text, date) IS 'As match_products(credit_code, as_of), for a credit code as text. Error 22P02 where it is none.';

CREATE FUNCTION growth_index.policy_in_force(code text) RETURNS growth_index.policy
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_policy growth_index.policy;
BEGIN
	SELECT * INTO found_policy FROM growth_index.policy AS p WHERE p.code = policy_in_force.code AND p.active;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no policy "%" is in force', code USING ERRCODE = 'no_data_found',
			HINT = CASE WHEN growth_index.credit_code_is_valid(code) THEN 'This is a credit code: as that of an enterprise it is written with ::growth_index.credit_code.'
				ELSE 'Table growth_index.policy lists policies and their versions.' END;
	END IF;
	RETURN found_policy;
END
$$;
COMMENT ON FUNCTION growth_index.policy_in_force(text) IS 'The version of a policy that is in force. Error P0002 where there is none.';

/* compiling the query takes longer than a scan, and cannot be cancelled: no JIT, here and in what follows */
CREATE FUNCTION growth_index.match_enterprises(policy text, as_of date DEFAULT current_date,
	OUT credit_code growth_index.credit_code, OUT name text, OUT decision text, OUT award numeric,
	OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE STRICT COST 100000 ROWS 50 SUPPORT growth_index.rows_of_enterprise_profile SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
	WITH everyone AS MATERIALIZED (SELECT m.credit_code, m.profile FROM growth_index.matching_profiles AS m)
	SELECT m.credit_code, e.name, d.decision, CASE WHEN d.amount > p.cap_enterprise THEN p.cap_enterprise ELSE d.amount END, d.missing
	FROM growth_index.policy_in_force(match_enterprises.policy) AS p
		CROSS JOIN everyone AS m
		CROSS JOIN LATERAL growth_index.decide(p.criteria, p.award, m.profile, match_enterprises.as_of, p.rounding, p.rounding_way) AS d
		JOIN growth_index.enterprise AS e ON e.credit_code OPERATOR(growth_index.=) m.credit_code
	WHERE match_enterprises.as_of BETWEEN p.valid_from AND p.valid_to
	ORDER BY d.decision, 4 DESC NULLS LAST, m.credit_code USING OPERATOR(growth_index.<)
$$;
COMMENT ON FUNCTION growth_index.match_enterprises(text, date) IS
'The enterprises that are eligible for a policy, or undecided, as of their last refresh; award in yuan. Error P0002 where the policy is not in force.';

CREATE FUNCTION growth_index.match_all(as_of date DEFAULT current_date,
	from_code growth_index.credit_code DEFAULT NULL, before_code growth_index.credit_code DEFAULT NULL,
	OUT credit_code growth_index.credit_code, OUT policy text, OUT version integer, OUT decision text,
	OUT award numeric, OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL RESTRICTED COST 1000000 ROWS 50 SUPPORT growth_index.rows_of_policy_active_and_enterprise_profile SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
	SELECT m.credit_code, p.code, p.version, d.decision, CASE WHEN d.amount > p.cap_enterprise THEN p.cap_enterprise ELSE d.amount END, d.missing
	FROM growth_index.policy_set_match_all('SELECT code, criteria FROM growth_index.policy WHERE active',
			growth_index.policy_version(), concat_ws(' AND ', 'SELECT credit_code, profile FROM growth_index.matching_profiles WHERE true',
				'credit_code OPERATOR(growth_index.>=) ' || quote_literal(match_all.from_code::text) || '::growth_index.credit_code',
				'credit_code OPERATOR(growth_index.<) ' || quote_literal(match_all.before_code::text) || '::growth_index.credit_code'),
			match_all.as_of) AS s
		JOIN growth_index.policy AS p ON p.code = s.key AND p.active AND match_all.as_of BETWEEN p.valid_from AND p.valid_to
		JOIN growth_index.matching_profiles AS m ON m.credit_code OPERATOR(growth_index.=) s.subject::growth_index.credit_code
		CROSS JOIN LATERAL growth_index.decided(s.eligible, p.criteria, p.award, m.profile, match_all.as_of, p.rounding, p.rounding_way) AS d
$$;
COMMENT ON FUNCTION growth_index.match_all(date, growth_index.credit_code, growth_index.credit_code) IS
'All enterprises, as of their last refresh, against all policies in force: a row for each that is eligible or undecided, in no order; award in yuan, after the policy''s cap. from_code and before_code: only enterprises from this code on, and before that one, so that sessions can share the work; NULL: no bound. One snapshot is seen throughout. No rows for an as_of of NULL. policy_set_count() and policy_set_match_all() give counts and pairs without awards.';

CREATE FUNCTION growth_index.explain_match(credit_code growth_index.credit_code, policy text,
	as_of date DEFAULT current_date, OUT clause text, OUT satisfied boolean, OUT actual text,
	OUT required text, OUT gap numeric, OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE STRICT COST 1000 ROWS 5 SET search_path = pg_catalog, pg_temp
AS $$
	WITH asked AS MATERIALIZED (
		SELECT p.criteria, p.award, p.rounding, p.rounding_way, p.valid_from, p.valid_to, growth_index.matching_profile(explain_match.credit_code) AS profile
		FROM growth_index.policy_in_force(explain_match.policy) AS p
	)
	SELECT x.* FROM asked AS q, growth_index.explain(q.criteria, q.profile, explain_match.as_of) AS x
	UNION ALL
	/* what keeps matching from calling it eligible although each clause is satisfied */
	SELECT 'as_of ' || v.required, false, 'as_of = ' || explain_match.as_of, v.required, abs(v.days)::numeric, '{}'
	FROM asked AS q, LATERAL (SELECT format('>= DATE %L', q.valid_from), q.valid_from - explain_match.as_of WHERE explain_match.as_of < q.valid_from
		UNION ALL SELECT format('<= DATE %L', q.valid_to), explain_match.as_of - q.valid_to WHERE explain_match.as_of > q.valid_to) AS v(required, days)
	WHERE q.profile IS NOT NULL
	UNION ALL
	SELECT q.award::text, NULL, growth_index.evaluate_strict(q.award, q.profile, explain_match.as_of)::text, 'an amount', NULL,
		CASE WHEN growth_index.evaluate_strict(q.award, q.profile, explain_match.as_of) IS NULL THEN growth_index.lacking(growth_index.indicators(q.award), q.profile) ELSE '{}' END
	FROM asked AS q
	WHERE q.profile IS NOT NULL AND growth_index.amount_in_yuan(q.award, q.profile, explain_match.as_of, q.rounding, q.rounding_way) IS NULL
$$;
COMMENT ON FUNCTION growth_index.explain_match(growth_index.credit_code, text, date) IS
'Why an enterprise is eligible for a policy or not: the rows of explain() for its criteria; one that is not satisfied where as_of is outside of the policy''s validity (gap in days); and one that is undecided where the award is none as amount_in_yuan() says (clause: its formula, actual: what it gives, missing: its unknown indicators). So it is eligible where all rows are satisfied. No row where it was never refreshed. Error P0002 where the policy is not in force.';

/*
 * Near misses: who fails a policy, but not by much.  What is looked at fails
 * few clauses; nearest() says what would have to change, and proves it.
 */
CREATE FUNCTION growth_index.neutral_numbers() RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(array_agg(i.code), '{}') FROM growth_index.indicator AS i WHERE i.data_type = 'number' AND i.direction = 'neutral'
$$;
COMMENT ON FUNCTION growth_index.neutral_numbers() IS 'The codes of the numbers that the catalogue calls neutral, such as the figures of the year before: nobody strives to change them.';

CREATE FUNCTION growth_index.near_miss(criteria growth_index.criteria, profile growth_index.profile, as_of date, fixed text[] DEFAULT '{}',
	OUT failing text[], OUT missing text[], OUT changes jsonb, OUT distance numeric) RETURNS record
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 30000 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	impossible bigint := 1;
BEGIN
	/* plpgsql keeps its plans from call to call; what should stay is changed only where nothing else will do */
	FOR free IN CASE fixed WHEN '{}' THEN 1 ELSE 0 END .. 1 LOOP
		SELECT jsonb_agg(jsonb_build_object('indicator', x.code, 'now', x.old, 'needed', x.new, 'required', x.required, 'change', x.change)
				ORDER BY x.relative DESC, x.code), sum(x.relative), count(x.reason) INTO changes, distance, impossible
		FROM growth_index.nearest(near_miss.criteria, near_miss.profile, near_miss.as_of, CASE free WHEN 1 THEN '{}' ELSE near_miss.fixed END) AS x;
		EXIT WHEN impossible = 0;
	END LOOP;
	IF impossible > 0 THEN
		changes := NULL;
		distance := NULL;
		RETURN;
	END IF;
	SELECT array_agg(x.clause) FILTER (WHERE NOT x.satisfied), growth_index.undecided_by(near_miss.criteria, near_miss.profile, near_miss.as_of)
	INTO failing, missing
	FROM growth_index.explain(near_miss.criteria, near_miss.profile, near_miss.as_of) AS x;
END
$$;
COMMENT ON FUNCTION growth_index.near_miss(growth_index.criteria, growth_index.profile, date, text[]) IS
'How a profile misses criteria: the clauses that fail, the indicators that are missing, the least changes that would do, largest first (array of {"indicator", "now", "needed", "required", "change"}), and their sum as shares of the values (see nearest()). Indicators in fixed are changed only where nothing else will do. All NULL where no changes do.';

/* pair by pair: of two clauses one holds */
CREATE FUNCTION growth_index.all_but_one(criteria growth_index.criteria) RETURNS growth_index.criteria
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20000 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (WITH clause AS MATERIALIZED (
			SELECT x.clause AS text, row_number() OVER () AS n, count(*) OVER () AS clauses
			FROM growth_index.explain(all_but_one.criteria, '{}'::growth_index.profile, NULL) AS x)
		/* the pairs of a hundred clauses are more than an expression may have */
		SELECT coalesce(string_agg(format('((%s) OR (%s))', a.text, b.text), ' AND '), 'true')
		FROM clause AS a JOIN clause AS b ON a.n < b.n AND a.clauses <= 50)::growth_index.criteria;
END
$$;
COMMENT ON FUNCTION growth_index.all_but_one(growth_index.criteria) IS 'Criteria that a profile fulfils which fails at most one of the clauses of explain(), and that are open where no more than one is failed and others are open. All their clauses are in it, so each is read as in the criteria. Of more than 50 clauses: true, which leaves nobody out.';

CREATE FUNCTION growth_index.near_misses(credit_code growth_index.credit_code, as_of date DEFAULT current_date,
	most_failing integer DEFAULT 1, OUT policy text, OUT title_zh text, OUT title_en text, OUT failing text[],
	OUT missing text[], OUT changes jsonb, OUT distance numeric, OUT award numeric) RETURNS SETOF record
LANGUAGE plpgsql STABLE STRICT COST 100000 ROWS 20 SUPPORT growth_index.rows_of_policy_active SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
DECLARE
	wanted growth_index.profile := growth_index.matching_profile(near_misses.credit_code);
	neutral text[] := growth_index.neutral_numbers();
	/* such a set takes 7 kB a policy: of too many it would push the policies' own out of memory */
	by_set boolean := most_failing <= 1 AND (SELECT count(*) FROM growth_index.policy AS p WHERE p.active) <= 10000;
	nearly text[];
BEGIN
	IF most_failing < 0 THEN
		RAISE EXCEPTION 'most_failing must be 0 or more, not %', most_failing USING ERRCODE = 'invalid_parameter_value';
	END IF;
	/* of thousands of policies most fail in more: one look into the session's set leaves those that do not */
	IF by_set THEN
		SELECT array_agg(s.key) INTO nearly
		FROM growth_index.policy_set_match('SELECT code, growth_index.all_but_one(criteria) FROM growth_index.policy WHERE active',
			growth_index.policy_version(), wanted, near_misses.as_of) AS s;
	END IF;
	RETURN QUERY
	SELECT p.code, p.title_zh, p.title_en, n.failing, n.missing, n.changes, n.distance,
		CASE WHEN a.amount > p.cap_enterprise THEN p.cap_enterprise ELSE a.amount END
	FROM growth_index.policy AS p
		CROSS JOIN (SELECT wanted AS profile) AS m
		CROSS JOIN LATERAL growth_index.near_miss(p.criteria, m.profile, near_misses.as_of, neutral) AS n
		CROSS JOIN LATERAL growth_index.amount_in_yuan(p.award, m.profile OPERATOR(growth_index.||)
			(SELECT growth_index.profile(jsonb_object_agg(c ->> 'indicator', c -> 'needed')) FROM jsonb_array_elements(n.changes) AS c),
			near_misses.as_of, p.rounding, p.rounding_way) AS a(amount)
	WHERE p.active AND (NOT by_set OR p.code = ANY (nearly)) AND near_misses.as_of BETWEEN p.valid_from AND p.valid_to
		AND NOT growth_index.matches(p.criteria, m.profile, near_misses.as_of)
		AND (SELECT count(*) FROM growth_index.explain(p.criteria, m.profile, near_misses.as_of) AS x WHERE NOT x.satisfied) <= most_failing
		AND n.changes IS NOT NULL
	ORDER BY n.distance, p.code;
END
$$;
COMMENT ON FUNCTION growth_index.near_misses(growth_index.credit_code, date, integer) IS
'The policies in force and valid on as_of that an enterprise fails in most_failing clauses at most, nearest first: which clauses fail, the indicators that are missing, the least changes that would make it eligible (see near_miss(); numbers that the catalogue calls neutral, such as the year before, stay where they can), their distance, and the award in yuan that it would then have, NULL where that is not known. No row where it was never refreshed. Error 22023 where most_failing is below 0.';

CREATE FUNCTION growth_index.near_misses(policy text, as_of date DEFAULT current_date, most integer DEFAULT 100,
	OUT credit_code growth_index.credit_code, OUT name text, OUT failing text[], OUT missing text[],
	OUT changes jsonb, OUT distance numeric) RETURNS SETOF record
LANGUAGE plpgsql STABLE STRICT COST 1000000 ROWS 20 SUPPORT growth_index.most_rows_of_enterprise_profile SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
DECLARE
	p growth_index.policy := growth_index.policy_in_force(near_misses.policy);
	neutral text[] := growth_index.neutral_numbers();
BEGIN
	IF most < 0 THEN
		RAISE EXCEPTION 'most must be 0 or more, not %', most USING ERRCODE = 'invalid_parameter_value';
	END IF;
	/* all clauses but one hold: that is decided for everyone, the rest for those alone */
	RETURN QUERY
	SELECT m.credit_code, e.name, n.failing, n.missing, n.changes, n.distance
	FROM growth_index.matching_profiles AS m
		JOIN growth_index.enterprise AS e ON e.credit_code OPERATOR(growth_index.=) m.credit_code
		CROSS JOIN LATERAL growth_index.near_miss(p.criteria, m.profile, near_misses.as_of, neutral) AS n
	WHERE near_misses.as_of BETWEEN p.valid_from AND p.valid_to
		AND growth_index.unmet_clause(p.criteria, m.profile, near_misses.as_of) > 0
		AND n.changes IS NOT NULL
	ORDER BY n.distance, m.credit_code USING OPERATOR(growth_index.<)
	LIMIT most;
END
$$;
COMMENT ON FUNCTION growth_index.near_misses(text, date, integer) IS
'The enterprises that fail one clause of a policy in force and valid on as_of, and satisfy all others, nearest first, at most so many: which clause fails, the least changes that would make them eligible (as for an enterprise), and their distance. A credit code is no policy: cast it, near_misses(''…''::growth_index.credit_code). Errors: P0002 where the policy is not in force, 22023 where most is below 0.';

/*
 * Current and former matches.  A match that changes (another version, award or
 * decision) is closed and opened anew; nothing is deleted.
 */
CREATE TABLE growth_index.policy_match (
	credit_code	growth_index.credit_code NOT NULL,
	policy		text NOT NULL,
	version		integer NOT NULL,
	decision	text NOT NULL CHECK (decision IN ('eligible', 'undecided')),
	award		numeric(18,2),
	missing		text[] NOT NULL DEFAULT '{}',
	since		timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	until		timestamptz
);
CREATE UNIQUE INDEX policy_match_current ON growth_index.policy_match (credit_code, policy) WHERE until IS NULL;
CREATE INDEX policy_match_policy ON growth_index.policy_match (policy) WHERE until IS NULL;
COMMENT ON TABLE growth_index.policy_match IS 'Which policies each enterprise is eligible for or undecided about, now (until is NULL) and formerly; kept by refresh().';
COMMENT ON COLUMN growth_index.policy_match.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.policy_match.policy IS 'Policy.';
COMMENT ON COLUMN growth_index.policy_match.version IS 'Version of the policy.';
COMMENT ON COLUMN growth_index.policy_match.decision IS 'eligible, or undecided since something is missing.';
COMMENT ON COLUMN growth_index.policy_match.award IS 'Award in yuan, after the policy''s cap.';
COMMENT ON COLUMN growth_index.policy_match.missing IS 'Indicators that are missing.';
COMMENT ON COLUMN growth_index.policy_match.since IS 'When the match was found as it is.';
COMMENT ON COLUMN growth_index.policy_match.until IS 'When it ceased to be so; NULL: it holds.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.policy_match', '');

CREATE TABLE growth_index.product_match (
	credit_code	growth_index.credit_code NOT NULL,
	product		text NOT NULL,
	version		integer NOT NULL,
	decision	text NOT NULL CHECK (decision IN ('eligible', 'undecided')),
	credit		numeric(18,2),
	missing		text[] NOT NULL DEFAULT '{}',
	since		timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	until		timestamptz
);
CREATE UNIQUE INDEX product_match_current ON growth_index.product_match (credit_code, product) WHERE until IS NULL;
COMMENT ON TABLE growth_index.product_match IS 'Which products each enterprise is eligible for or undecided about, now and formerly; kept by refresh().';
COMMENT ON COLUMN growth_index.product_match.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.product_match.product IS 'Product.';
COMMENT ON COLUMN growth_index.product_match.version IS 'Version of the product.';
COMMENT ON COLUMN growth_index.product_match.decision IS 'eligible, or undecided since something is missing.';
COMMENT ON COLUMN growth_index.product_match.credit IS 'Credit in yuan.';
COMMENT ON COLUMN growth_index.product_match.missing IS 'Indicators that are missing.';
COMMENT ON COLUMN growth_index.product_match.since IS 'When the match was found as it is.';
COMMENT ON COLUMN growth_index.product_match.until IS 'When it ceased to be so; NULL: it holds.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.product_match', '');

CREATE FUNCTION growth_index.refresh_policy_matches(codes growth_index.credit_code[], as_of date) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
	/* a plan for arrays of any length is quadratic in a table without statistics */
	SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
	current_matches growth_index.policy_match[];
BEGIN
	/* each profile is put together once, not once a policy */
	WITH listed AS MATERIALIZED (
		SELECT m.credit_code, m.profile FROM growth_index.matching_profiles AS m
		WHERE m.credit_code OPERATOR(growth_index.=) ANY (codes)
	)
	SELECT array_agg((m.credit_code, p.code, p.version, d.decision, CASE WHEN d.amount > p.cap_enterprise THEN p.cap_enterprise ELSE d.amount END,
			d.missing, clock_timestamp(), NULL)::growth_index.policy_match) INTO current_matches
	FROM listed AS m
		CROSS JOIN LATERAL growth_index.policy_set_undecided('SELECT code, criteria FROM growth_index.policy WHERE active',
			growth_index.policy_version(), m.profile, refresh_policy_matches.as_of) AS s
		JOIN growth_index.policy AS p ON p.code = s.key AND p.active
		CROSS JOIN LATERAL growth_index.decided(s.eligible, p.criteria, p.award, m.profile, refresh_policy_matches.as_of, p.rounding, p.rounding_way, s.missing) AS d
	WHERE refresh_policy_matches.as_of BETWEEN p.valid_from AND p.valid_to;
	/* what no longer holds as it was */
	UPDATE growth_index.policy_match AS old SET until = clock_timestamp()
	WHERE old.until IS NULL AND old.credit_code OPERATOR(growth_index.=) ANY (codes)
		AND NOT EXISTS (SELECT FROM unnest(current_matches) AS new
			WHERE new.credit_code OPERATOR(growth_index.=) old.credit_code AND new.policy = old.policy
				AND (new.version, new.decision, new.award, new.missing)
					IS NOT DISTINCT FROM (old.version, old.decision, old.award, old.missing));
	INSERT INTO growth_index.policy_match
	SELECT new.* FROM unnest(current_matches) AS new
	/* the codes once more: or it is all current matches that are looked through */
	WHERE NOT EXISTS (SELECT FROM growth_index.policy_match AS old
		WHERE old.until IS NULL AND old.credit_code OPERATOR(growth_index.=) ANY (codes)
			AND old.credit_code OPERATOR(growth_index.=) new.credit_code AND old.policy = new.policy);
END
$$;

CREATE FUNCTION growth_index.refresh_product_matches(codes growth_index.credit_code[], as_of date) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
	/* a plan for arrays of any length is quadratic in a table without statistics */
	SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
	current_matches growth_index.product_match[];
BEGIN
	WITH listed AS MATERIALIZED (
		SELECT m.credit_code, m.profile FROM growth_index.matching_profiles AS m
		WHERE m.credit_code OPERATOR(growth_index.=) ANY (codes)
	)
	SELECT array_agg((m.credit_code, p.code, p.version, d.decision, d.amount,
			d.missing, clock_timestamp(), NULL)::growth_index.product_match) INTO current_matches
	FROM listed AS m
		CROSS JOIN LATERAL growth_index.policy_set_undecided('SELECT code, criteria FROM growth_index.product WHERE active',
			growth_index.policy_version(), m.profile, refresh_product_matches.as_of) AS s
		JOIN growth_index.product AS p ON p.code = s.key AND p.active
		CROSS JOIN LATERAL growth_index.decided(s.eligible, p.criteria, p.credit, m.profile, refresh_product_matches.as_of, lacks => s.missing) AS d
	WHERE refresh_product_matches.as_of BETWEEN p.valid_from AND p.valid_to;
	UPDATE growth_index.product_match AS old SET until = clock_timestamp()
	WHERE old.until IS NULL AND old.credit_code OPERATOR(growth_index.=) ANY (codes)
		AND NOT EXISTS (SELECT FROM unnest(current_matches) AS new
			WHERE new.credit_code OPERATOR(growth_index.=) old.credit_code AND new.product = old.product
				AND (new.version, new.decision, new.credit, new.missing)
					IS NOT DISTINCT FROM (old.version, old.decision, old.credit, old.missing));
	INSERT INTO growth_index.product_match
	SELECT new.* FROM unnest(current_matches) AS new
	/* the codes once more: or it is all current matches that are looked through */
	WHERE NOT EXISTS (SELECT FROM growth_index.product_match AS old
		WHERE old.until IS NULL AND old.credit_code OPERATOR(growth_index.=) ANY (codes)
			AND old.credit_code OPERATOR(growth_index.=) new.credit_code AND old.product = new.product);
END
$$;

CREATE FUNCTION growth_index.refresh_matches(codes growth_index.credit_code[], as_of date) RETURNS void
LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM growth_index.refresh_policy_matches(codes, as_of);
	PERFORM growth_index.refresh_product_matches(codes, as_of);
END
$$;
COMMENT ON FUNCTION growth_index.refresh_matches(growth_index.credit_code[], date) IS
'Brings policy_match and product_match of these enterprises up to date: only differences are written. refresh() calls it with the enterprises locked.';
COMMENT ON FUNCTION growth_index.refresh_policy_matches(growth_index.credit_code[], date) IS 'The part of refresh_matches() for policies.';
COMMENT ON FUNCTION growth_index.refresh_product_matches(growth_index.credit_code[], date) IS 'The part of refresh_matches() for products.';

CREATE FUNCTION growth_index.close_matches() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE growth_index.policy_match AS m SET until = clock_timestamp()
	FROM gone WHERE m.until IS NULL AND m.credit_code OPERATOR(growth_index.=) gone.credit_code;
	UPDATE growth_index.product_match AS m SET until = clock_timestamp()
	FROM gone WHERE m.until IS NULL AND m.credit_code OPERATOR(growth_index.=) gone.credit_code;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.close_matches() IS 'Trigger: closes the matches of deleted enterprises.';
CREATE TRIGGER close_matches
	AFTER DELETE ON growth_index.enterprise
	REFERENCING OLD TABLE AS gone
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.close_matches();
