/*
 * Matching: which policies and products an enterprise can have, and who can
 * have a policy.  Everything is decided by matches() and evaluate(); a row is
 * eligible, or undecided with what is missing.
 */

CREATE FUNCTION growth_index.lacking(codes text[], profile growth_index.profile) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(array_agg(c ORDER BY c), '{}') FROM unnest(codes) AS c
	WHERE NOT profile OPERATOR(growth_index.?) c
$$;
COMMENT ON FUNCTION growth_index.lacking(text[], growth_index.profile) IS 'Those of the codes that the profile does not know.';

CREATE FUNCTION growth_index.undecided_by(criteria growth_index.criteria, profile growth_index.profile, as_of date)
	RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2000 SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(array_agg(DISTINCT m ORDER BY m), '{}')
	FROM growth_index.explain(criteria, profile, as_of) AS e, unnest(e.missing) AS m
	WHERE e.satisfied IS NULL
$$;
COMMENT ON FUNCTION growth_index.undecided_by(growth_index.criteria, growth_index.profile, date) IS 'The indicators that leave the criteria undecided.';

/* inlined by the planner: no SET clause, so everything is qualified */
CREATE FUNCTION growth_index.decide(criteria growth_index.criteria, formula growth_index.formula,
	profile growth_index.profile, as_of date,
	OUT decision text, OUT amount numeric, OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
AS $$
	SELECT CASE WHEN growth_index.matches(criteria, profile, as_of)
				AND pg_catalog.abs(growth_index.evaluate_strict(formula, profile, as_of)) OPERATOR(pg_catalog.<) 1e15
			THEN 'eligible' ELSE 'undecided' END,
		CASE WHEN pg_catalog.abs(growth_index.evaluate_strict(formula, profile, as_of)) OPERATOR(pg_catalog.<) 1e15
			THEN pg_catalog.round(growth_index.evaluate_strict(formula, profile, as_of), 2) END,
		CASE WHEN growth_index.matches(criteria, profile, as_of) IS NULL
			THEN growth_index.undecided_by(criteria, profile, as_of)
			WHEN growth_index.evaluate_strict(formula, profile, as_of) IS NULL
			THEN growth_index.lacking(growth_index.indicators(formula), profile)
			ELSE '{}' END
	WHERE growth_index.matches(criteria, profile, as_of) IS NOT FALSE
$$;
COMMENT ON FUNCTION growth_index.decide(growth_index.criteria, growth_index.formula, growth_index.profile, date) IS
'One row, or none where the profile fails the criteria: decision eligible or undecided, the amount of the formula in yuan (two decimals), and the indicators that are missing. An amount of 1e15 yuan and more is a mistake of the formula: undecided, with no amount.';

CREATE FUNCTION growth_index.match_policies(profile growth_index.profile, as_of date DEFAULT current_date,
	OUT policy text, OUT version integer, OUT title_zh text, OUT title_en text, OUT decision text,
	OUT award numeric, OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
	SELECT p.code, p.version, p.title_zh, p.title_en, d.decision, CASE WHEN d.amount > p.cap_enterprise THEN p.cap_enterprise ELSE d.amount END, d.missing
	FROM growth_index.policy AS p,
		LATERAL growth_index.decide(p.criteria, p.award, match_policies.profile, match_policies.as_of) AS d
	WHERE p.active AND match_policies.as_of BETWEEN p.valid_from AND p.valid_to
	ORDER BY d.decision, 6 DESC NULLS LAST, p.code
$$;
COMMENT ON FUNCTION growth_index.match_policies(growth_index.profile, date) IS
'The policies in force that the profile is eligible for, or undecided about (with what is missing); award in yuan, after the policy''s cap. Eligible ones first, the highest award first.';

CREATE FUNCTION growth_index.match_policies(credit_code growth_index.credit_code, as_of date DEFAULT current_date,
	OUT policy text, OUT version integer, OUT title_zh text, OUT title_en text, OUT decision text,
	OUT award numeric, OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
	SELECT * FROM growth_index.match_policies(growth_index.matching_profile(match_policies.credit_code), match_policies.as_of)
$$;
COMMENT ON FUNCTION growth_index.match_policies(growth_index.credit_code, date) IS
'As match_policies(profile, as_of), for an enterprise as of its last refresh. No row where it was never refreshed.';

/* so that a literal is taken for a credit code */
CREATE FUNCTION growth_index.match_policies(credit_code text, as_of date DEFAULT current_date,
	OUT policy text, OUT version integer, OUT title_zh text, OUT title_en text, OUT decision text,
	OUT award numeric, OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
	SELECT * FROM growth_index.match_policies(match_policies.credit_code::growth_index.credit_code, match_policies.as_of)
$$;
COMMENT ON FUNCTION growth_index.match_policies(text, date) IS 'As match_policies(credit_code, as_of), for a credit code as text. Error 22P02 where it is none.';

CREATE FUNCTION growth_index.match_products(profile growth_index.profile, as_of date DEFAULT current_date,
	OUT product text, OUT version integer, OUT institution text, OUT title_zh text, OUT title_en text,
	OUT decision text, OUT credit numeric, OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
	SELECT p.code, p.version, p.institution, p.title_zh, p.title_en, d.decision, d.amount, d.missing
	FROM growth_index.product AS p,
		LATERAL growth_index.decide(p.criteria, p.credit, match_products.profile, match_products.as_of) AS d
	WHERE p.active AND match_products.as_of BETWEEN p.valid_from AND p.valid_to
	ORDER BY d.decision, d.amount DESC NULLS LAST, p.code
$$;
COMMENT ON FUNCTION growth_index.match_products(growth_index.profile, date) IS
'The products in force that the profile is eligible for, or undecided about; credit in yuan.';

CREATE FUNCTION growth_index.match_products(credit_code growth_index.credit_code, as_of date DEFAULT current_date,
	OUT product text, OUT version integer, OUT institution text, OUT title_zh text, OUT title_en text,
	OUT decision text, OUT credit numeric, OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
	SELECT * FROM growth_index.match_products(growth_index.matching_profile(match_products.credit_code), match_products.as_of)
$$;
COMMENT ON FUNCTION growth_index.match_products(growth_index.credit_code, date) IS
'As match_products(profile, as_of), for an enterprise as of its last refresh.';

/* so that a literal is taken for a credit code */
CREATE FUNCTION growth_index.match_products(credit_code text, as_of date DEFAULT current_date,
	OUT product text, OUT version integer, OUT institution text, OUT title_zh text, OUT title_en text,
	OUT decision text, OUT credit numeric, OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 10 SET search_path = pg_catalog, pg_temp
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
			HINT = 'Table growth_index.policy lists policies and their versions.';
	END IF;
	RETURN found_policy;
END
$$;
COMMENT ON FUNCTION growth_index.policy_in_force(text) IS 'The version of a policy that is in force. Error P0002 where there is none.';

CREATE FUNCTION growth_index.match_enterprises(policy text, as_of date DEFAULT current_date,
	OUT credit_code growth_index.credit_code, OUT name text, OUT decision text, OUT award numeric,
	OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE STRICT COST 100000 ROWS 1000 SET search_path = pg_catalog, pg_temp
AS $$
	WITH everyone AS MATERIALIZED (SELECT m.credit_code, m.profile FROM growth_index.matching_profiles AS m)
	SELECT m.credit_code, e.name, d.decision, CASE WHEN d.amount > p.cap_enterprise THEN p.cap_enterprise ELSE d.amount END, d.missing
	FROM growth_index.policy_in_force(match_enterprises.policy) AS p
		CROSS JOIN everyone AS m
		CROSS JOIN LATERAL growth_index.decide(p.criteria, p.award, m.profile, match_enterprises.as_of) AS d
		JOIN growth_index.enterprise AS e ON e.credit_code OPERATOR(growth_index.=) m.credit_code
	WHERE match_enterprises.as_of BETWEEN p.valid_from AND p.valid_to
	ORDER BY d.decision, 4 DESC NULLS LAST, m.credit_code USING OPERATOR(growth_index.<)
$$;
COMMENT ON FUNCTION growth_index.match_enterprises(text, date) IS
'The enterprises that are eligible for a policy, or undecided, as of their last refresh; award in yuan. Error P0002 where the policy is not in force.';

CREATE FUNCTION growth_index.explain_match(credit_code growth_index.credit_code, policy text,
	as_of date DEFAULT current_date, OUT clause text, OUT satisfied boolean, OUT actual text,
	OUT required text, OUT gap numeric, OUT missing text[]) RETURNS SETOF record
LANGUAGE sql STABLE STRICT COST 1000 ROWS 5 SET search_path = pg_catalog, pg_temp
AS $$
	SELECT x.*
	FROM growth_index.policy_in_force(explain_match.policy) AS p,
		growth_index.explain(p.criteria, growth_index.matching_profile(explain_match.credit_code), explain_match.as_of) AS x
$$;
COMMENT ON FUNCTION growth_index.explain_match(growth_index.credit_code, text, date) IS
'Why an enterprise is eligible for a policy or not: the rows of explain() for its criteria. Error P0002 where the policy is not in force.';

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
	FROM growth_index.policy AS p
		CROSS JOIN listed AS m
		CROSS JOIN LATERAL growth_index.decide(p.criteria, p.award, m.profile, refresh_policy_matches.as_of) AS d
	WHERE p.active AND refresh_policy_matches.as_of BETWEEN p.valid_from AND p.valid_to;
	/* what no longer holds as it was */
	UPDATE growth_index.policy_match AS old SET until = clock_timestamp()
	WHERE old.until IS NULL AND old.credit_code OPERATOR(growth_index.=) ANY (codes)
		AND NOT EXISTS (SELECT FROM unnest(current_matches) AS new
			WHERE new.credit_code OPERATOR(growth_index.=) old.credit_code AND new.policy = old.policy
				AND (new.version, new.decision, new.award, new.missing)
					IS NOT DISTINCT FROM (old.version, old.decision, old.award, old.missing));
	INSERT INTO growth_index.policy_match
	SELECT new.* FROM unnest(current_matches) AS new
	WHERE NOT EXISTS (SELECT FROM growth_index.policy_match AS old
		WHERE old.until IS NULL AND old.credit_code OPERATOR(growth_index.=) new.credit_code AND old.policy = new.policy);
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
	FROM growth_index.product AS p
		CROSS JOIN listed AS m
		CROSS JOIN LATERAL growth_index.decide(p.criteria, p.credit, m.profile, refresh_product_matches.as_of) AS d
	WHERE p.active AND refresh_product_matches.as_of BETWEEN p.valid_from AND p.valid_to;
	UPDATE growth_index.product_match AS old SET until = clock_timestamp()
	WHERE old.until IS NULL AND old.credit_code OPERATOR(growth_index.=) ANY (codes)
		AND NOT EXISTS (SELECT FROM unnest(current_matches) AS new
			WHERE new.credit_code OPERATOR(growth_index.=) old.credit_code AND new.product = old.product
				AND (new.version, new.decision, new.credit, new.missing)
					IS NOT DISTINCT FROM (old.version, old.decision, old.credit, old.missing));
	INSERT INTO growth_index.product_match
	SELECT new.* FROM unnest(current_matches) AS new
	WHERE NOT EXISTS (SELECT FROM growth_index.product_match AS old
		WHERE old.until IS NULL AND old.credit_code OPERATOR(growth_index.=) new.credit_code AND old.product = new.product);
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
