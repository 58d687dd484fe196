/*
 * Proposals: from current matches to entitlements, once an occasion, of a
 * stacking group the highest (就高不就低), or the difference on an upgrade.
 */
CREATE FUNCTION growth_index.propose_entitlements(as_of date DEFAULT current_date) RETURNS bigint
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
	/* nothing may be quadratic where statistics are old */
	SET enable_nestloop = off
AS $$
DECLARE
	proposed bigint;
BEGIN
	/* one at a time, so that two do not fill the same group; nobody else waits for it */
	PERFORM pg_advisory_xact_lock(hashtextextended('growth_index.propose_entitlements', 0));
	/* whatever may have to give way to another match must not be confirmed meanwhile */
	PERFORM FROM growth_index.entitlement AS e
		JOIN growth_index.policy AS q ON q.code = e.policy AND q.version = e.version
	WHERE growth_index.standing(e.state) = 1 AND q.stacking_group IS NOT NULL
		AND EXISTS (SELECT FROM growth_index.policy_match AS m
			JOIN growth_index.policy AS p ON p.code = m.policy AND p.version = m.version
			WHERE m.until IS NULL AND m.decision = 'eligible' AND p.stacking_group = q.stacking_group
				AND p.code <> q.code AND m.credit_code OPERATOR(growth_index.=) e.credit_code)
	ORDER BY e.id FOR UPDATE OF e;

	WITH possible AS MATERIALIZED (
		/* most matches were had long ago: they go first, before anything is computed of them */
		SELECT m.credit_code, p.code, p.version
		FROM growth_index.policy_match AS m
			JOIN growth_index.policy AS p ON p.code = m.policy AND p.version = m.version
			JOIN growth_index.enterprise AS f ON f.credit_code OPERATOR(growth_index.=) m.credit_code AND f.status = 'active'
		WHERE m.until IS NULL AND m.decision = 'eligible' AND m.award > 0
			AND p.active AND p.mode IN ('none', 'click')
			AND propose_entitlements.as_of BETWEEN p.valid_from AND p.valid_to
			AND propose_entitlements.as_of BETWEEN p.apply_from AND p.apply_to
			AND NOT EXISTS (SELECT FROM growth_index.exclusion AS x
				WHERE x.credit_code OPERATOR(growth_index.=) m.credit_code AND x.list = ANY (p.excluded_by)
					AND propose_entitlements.as_of BETWEEN x.valid_from AND x.valid_to)
			AND NOT EXISTS (SELECT FROM growth_index.entitlement AS e
				WHERE e.credit_code OPERATOR(growth_index.=) m.credit_code AND e.policy = m.policy AND e.state <> 'superseded'
					/* the occasions that need no profile: occasion() */
					AND e.occasion = CASE p.period WHEN 'once' THEN 'once' WHEN 'yearly' THEN extract(year FROM propose_entitlements.as_of)::text END)
	), known AS MATERIALIZED (
		SELECT o.credit_code, p.code, p.version, p.stacking_group, k.profile, growth_index.occasion(p, k.profile, propose_entitlements.as_of) AS occasion,
			/* of most nothing counts: what had_this_year() and had_in_group() ask first is asked here */
			CASE WHEN p.cap_enterprise IS NOT NULL AND p.period = 'event' THEN growth_index.had_this_year(o.credit_code, p, propose_entitlements.as_of) END AS had,
			CASE WHEN p.pays_difference THEN growth_index.had_in_group(o.credit_code, p) END AS deducted
		FROM possible AS o
			JOIN growth_index.policy AS p ON p.code = o.code AND p.version = o.version
			JOIN growth_index.matching_profiles AS k ON k.credit_code OPERATOR(growth_index.=) o.credit_code
	), candidate AS MATERIALIZED (
		/* the match is as of its refresh: the award is that of the day */
		SELECT o.credit_code, o.code, o.version, o.stacking_group, o.occasion, o.had, o.deducted,
			least(d.amount, p.cap_enterprise - coalesce(o.had, 0)) - coalesce(o.deducted, 0) AS award
		FROM known AS o
			JOIN growth_index.policy AS p ON p.code = o.code AND p.version = o.version
			CROSS JOIN LATERAL growth_index.decide(p.criteria, p.award, o.profile, propose_entitlements.as_of, p.rounding, p.rounding_way) AS d
		WHERE d.decision = 'eligible' AND o.occasion IS NOT NULL AND NOT EXISTS (SELECT FROM growth_index.entitlement AS e
			WHERE e.credit_code OPERATOR(growth_index.=) o.credit_code AND e.policy = o.code AND e.occasion = o.occasion AND e.state <> 'superseded')
	), member AS MATERIALIZED (
		/* new ones, and those that were superseded and still match */
		SELECT e.id, c.credit_code, c.code, c.version, c.stacking_group, c.occasion, c.award, 0 AS standing, false AS settled, c.had, c.deducted
		FROM candidate AS c
			LEFT JOIN growth_index.entitlement AS e ON e.credit_code OPERATOR(growth_index.=) c.credit_code
				AND e.policy = c.code AND e.occasion = c.occasion
		WHERE c.award > 0 AND (e.id IS NULL OR e.state = 'superseded')
		UNION ALL
		SELECT e.id, e.credit_code, e.policy, e.version, q.stacking_group, e.occasion, e.award, growth_index.standing(e.state), e.state IN ('approved', 'paid'), NULL, nullif(e.deducted, 0)
		FROM growth_index.entitlement AS e
			JOIN growth_index.policy AS q ON q.code = e.policy AND q.version = e.version
		WHERE growth_index.standing(e.state) > 0 AND q.stacking_group IS NOT NULL
	), beaten AS MATERIALIZED (
		SELECT DISTINCT ON (m.credit_code, m.code, m.occasion) m.credit_code, m.code, m.occasion,
			CASE WHEN r.standing = 2 THEN format('policy "%s" of the group "%s" is confirmed', r.code, r.stacking_group)
				ELSE format('policy "%s" of the group "%s" gives %s yuan', r.code, r.stacking_group, r.award) END AS beaten_by
		FROM member AS m
			JOIN member AS r ON r.credit_code OPERATOR(growth_index.=) m.credit_code AND r.stacking_group = m.stacking_group
		WHERE m.standing < 2 AND r.code <> m.code AND growth_index.same_occasion(r.occasion, m.occasion)
			/* an upgrade gets the difference to what is paid: that does not stand in its way */
			AND NOT (r.settled AND m.deducted IS NOT NULL)
			/* by the confirmed one, else the highest, else the first by code */
			AND (r.standing = 2, r.award, m.code COLLATE "C") > (false, m.award, r.code COLLATE "C")
		ORDER BY m.credit_code, m.code, m.occasion, r.standing = 2 DESC, r.award DESC, r.code COLLATE "C"
	), decided AS MATERIALIZED (
		SELECT m.*, b.beaten_by
		FROM member AS m
			LEFT JOIN beaten AS b ON b.credit_code OPERATOR(growth_index.=) m.credit_code AND b.code = m.code AND b.occasion = m.occasion
		WHERE m.standing < 2
	), entered AS (
		INSERT INTO growth_index.entitlement AS e (credit_code, policy, version, occasion, award, deducted, state, reason, created_on)
		SELECT d.credit_code, d.code, d.version, d.occasion, d.award, coalesce(d.deducted, 0),
			CASE WHEN d.beaten_by IS NULL THEN 'matched' ELSE 'superseded' END, d.beaten_by, propose_entitlements.as_of
		FROM decided AS d
		WHERE d.id IS NULL
		ORDER BY d.credit_code USING OPERATOR(growth_index.<), d.code
		RETURNING e.id, e.credit_code, e.policy, e.version, e.award, e.deducted, NULL AS from_state, e.state, e.reason
	), moved AS (
		UPDATE growth_index.entitlement AS e
		SET state = CASE WHEN d.beaten_by IS NULL THEN 'matched' ELSE 'superseded' END, reason = d.beaten_by,
			version = d.version, award = d.award, deducted = coalesce(d.deducted, 0), changed_at = clock_timestamp(), revision = e.revision + 1
		FROM decided AS d JOIN growth_index.entitlement AS was ON was.id = d.id
		WHERE e.id = d.id AND e.state = was.state AND (d.standing = 0) = (d.beaten_by IS NULL)
		RETURNING e.id, e.credit_code, e.policy, e.version, e.award, e.deducted, was.state AS from_state, e.state, e.reason
	), told AS (
		INSERT INTO growth_index.entitlement_event (entitlement_id, step, from_state, to_state, actor, reason, inputs, as_of)
		SELECT t.id, CASE WHEN t.from_state IS NULL OR t.state = 'matched' THEN 'match' ELSE 'supersede' END, t.from_state, t.state,
			'system', t.reason, growth_index.decision_record(p, k.profile, c)
				|| jsonb_build_object('had', CASE WHEN p.cap_enterprise IS NOT NULL AND p.period = 'event' THEN growth_index.had_this_year(t.credit_code, p, propose_entitlements.as_of) END,
					'deducted', nullif(t.deducted, 0), 'awarded', t.award),
			propose_entitlements.as_of
		/* what was had is read as it was before this statement */
		FROM (SELECT * FROM entered UNION ALL SELECT * FROM moved) AS t
			JOIN growth_index.policy AS p ON p.code = t.policy AND p.version = t.version
			LEFT JOIN growth_index.matching_profiles AS k ON k.credit_code OPERATOR(growth_index.=) t.credit_code
			LEFT JOIN growth_index.score AS c ON c.credit_code OPERATOR(growth_index.=) t.credit_code
				AND c.scorecard = (SELECT growth_index.matching_scorecard())
		ORDER BY t.id
		RETURNING to_state
	)
	SELECT count(*) INTO proposed FROM told WHERE to_state = 'matched';
	RETURN proposed;
END
$$;
COMMENT ON FUNCTION growth_index.propose_entitlements(date) IS
'Makes an entitlement of every current eligible match of a policy without application that an active enterprise has not had on this occasion. Of a stacking group only the highest award goes forward (就高不就低; ties by code), the others are superseded: a lower one that is not confirmed yet gives way to a higher one that comes later, and comes back when the higher one falls. What is confirmed stays. Events of one year share the policy''s cap. Where the policy pays differences, what was paid in the group is taken off the award instead. Enterprises on a list of exclusion are passed over. Returns how many go forward.';
REVOKE ALL ON FUNCTION growth_index.propose_entitlements(date) FROM PUBLIC;

/* the same call again? raises 23505 where the key stands for another */
CREATE FUNCTION growth_index.proposed_before(key text, credit_code growth_index.credit_code, policy text) RETURNS growth_index.entitlement
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	made growth_index.entitlement;
	step text;
BEGIN
	SELECT e.* INTO made FROM growth_index.entitlement_event AS v JOIN growth_index.entitlement AS e ON e.id = v.entitlement_id
	WHERE v.key = proposed_before.key;
	SELECT v.step INTO step FROM growth_index.entitlement_event AS v WHERE v.key = proposed_before.key;
	IF step <> 'match' OR made.credit_code OPERATOR(growth_index.<>) credit_code OR made.policy <> policy THEN
		RAISE EXCEPTION 'key "%" was used for another call', key
			USING ERRCODE = 'unique_violation', HINT = 'A key stands for one call: take a new one.';
	END IF;
	RETURN made;
END
$$;
COMMENT ON FUNCTION growth_index.proposed_before(text, growth_index.credit_code, text) IS 'Internal: the entitlement that was made under this key; NULL: none. Error 23505 where the key was used for anything else.';

/* who may have a policy as of a day, beside its criteria: an active enterprise, within the window, on no list */
CREATE FUNCTION growth_index.refuse_proposal(credit_code growth_index.credit_code, policy growth_index.policy, as_of date) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	obstacle text := growth_index.excluded(credit_code, policy.excluded_by, as_of);
BEGIN
	IF NOT EXISTS (SELECT FROM growth_index.enterprise AS f
			WHERE f.credit_code OPERATOR(growth_index.=) refuse_proposal.credit_code AND f.status = 'active') THEN
		RAISE EXCEPTION 'there is no active enterprise %', credit_code USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	IF (as_of BETWEEN policy.apply_from AND policy.apply_to) IS NOT TRUE THEN
		RAISE EXCEPTION 'policy "%" can be applied for from % to %', policy.code, policy.apply_from, policy.apply_to
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	IF obstacle IS NOT NULL THEN
		RAISE EXCEPTION 'enterprise % is %', credit_code, obstacle
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Table growth_index.exclusion has it.';
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.refuse_proposal(growth_index.credit_code, growth_index.policy, date) IS 'Internal: error 55000 where an enterprise is not active, the day is outside of the application window, or the enterprise is on a list of exclusion of the policy.';

/* one match on its way, under the lock that propose_entitlements() takes */
CREATE FUNCTION growth_index.enter_entitlement(credit_code growth_index.credit_code, rule growth_index.policy, as_of date, actor text, key text)
	RETURNS growth_index.entitlement
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	profile growth_index.profile := growth_index.matching_profile(credit_code);
	due record;
	made growth_index.entitlement;
	had numeric;
	obstacle text;
BEGIN
	PERFORM growth_index.refuse_proposal(credit_code, rule, as_of);
	SELECT d.* INTO due FROM growth_index.decide(rule.criteria, rule.award, profile, as_of, rule.rounding, rule.rounding_way) AS d
	WHERE as_of BETWEEN rule.valid_from AND rule.valid_to;
	IF due.decision IS DISTINCT FROM 'eligible' THEN
		RAISE EXCEPTION 'enterprise % is not known to be eligible for policy "%"', credit_code, rule.code
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'explain_match() tells what fails or is missing.';
	END IF;
	had := growth_index.had_this_year(credit_code, rule, as_of);
	made.occasion := growth_index.occasion(rule, profile, as_of);
	made.deducted := coalesce(growth_index.had_in_group(credit_code, rule), 0);
	made.award := CASE WHEN rule.cap_enterprise IS NULL THEN due.amount
		ELSE least(due.amount, rule.cap_enterprise - coalesce(had, 0)) END - made.deducted;
	IF made.occasion IS NULL OR made.award <= 0 THEN
		RAISE EXCEPTION 'there is nothing for enterprise % in policy "%"', credit_code, rule.code
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = CASE WHEN made.occasion IS NULL THEN 'The event is not known.' ELSE 'The award is 0, or the cap is used up.' END;
	END IF;
	obstacle := growth_index.rival(credit_code, rule.code, rule.stacking_group, made.occasion, made.deducted);
	IF obstacle IS NOT NULL THEN
		RAISE EXCEPTION 'policy "%" excludes another that enterprise % has confirmed', rule.code, credit_code
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = obstacle || '.';
	END IF;
	INSERT INTO growth_index.entitlement (credit_code, policy, version, occasion, award, deducted, created_on)
	VALUES (credit_code, rule.code, rule.version, made.occasion, made.award, made.deducted, as_of)
	RETURNING * INTO made;
	INSERT INTO growth_index.entitlement_event (entitlement_id, step, to_state, actor, key, inputs, as_of)
	VALUES (made.id, 'match', 'matched', actor, key, growth_index.decision_inputs(credit_code, rule)
			|| jsonb_build_object('had', had, 'deducted', nullif(made.deducted, 0), 'awarded', made.award), as_of);
	RETURN made;
END
$$;
COMMENT ON FUNCTION growth_index.enter_entitlement(growth_index.credit_code, growth_index.policy, date, text, text) IS 'Internal: the entitlement of one enterprise to one policy, with its event. Errors as propose_entitlement().';
REVOKE ALL ON FUNCTION growth_index.enter_entitlement(growth_index.credit_code, growth_index.policy, date, text, text) FROM PUBLIC;

CREATE FUNCTION growth_index.propose_entitlement(credit_code growth_index.credit_code, policy text,
	as_of date DEFAULT current_date, actor text DEFAULT NULL, key text DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rule growth_index.policy := growth_index.policy_in_force(policy);
	made growth_index.entitlement;
BEGIN
	PERFORM growth_index.require_enterprise(credit_code);
	PERFORM pg_advisory_xact_lock(hashtextextended('growth_index.propose_entitlements', 0));
	made := growth_index.proposed_before(key, credit_code, rule.code);
	IF made.id IS NULL THEN
		made := growth_index.enter_entitlement(credit_code, rule, as_of, coalesce(actor, 'enterprise ' || credit_code::text), key);
	END IF;
	RETURN made;
END
$$;
COMMENT ON FUNCTION growth_index.propose_entitlement(growth_index.credit_code, text, date, text, text) IS
'Makes the entitlement of one enterprise to one policy of any mode, as of any day in its application window: for who may act for anybody; an enterprise applies by apply_for(). Errors: 42501 for another enterprise, P0002 policy not in force, 55000 not active, outside of the window, not eligible, excluded, nothing due, or another of the stacking group is confirmed, 23505 had on this occasion before, or a key that stands for another call. Stacking is settled by the next propose_entitlements().';
REVOKE ALL ON FUNCTION growth_index.propose_entitlement(growth_index.credit_code, text, date, text, text) FROM PUBLIC;

/* who applies: the enterprise, or the department whose policy it is, for it */
CREATE FUNCTION growth_index.applicant(credit_code growth_index.credit_code, department text, as_of date, actor text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF growth_index.caller_is_trusted() THEN
		RETURN coalesce(actor, 'enterprise ' || credit_code::text);
	END IF;
	IF growth_index.current_department() = department THEN
		IF actor <> growth_index.caller() THEN
			RAISE EXCEPTION 'role "%" does not act as "%"', growth_index.caller(), actor
				USING ERRCODE = 'insufficient_privilege', HINT = 'Leave the actor out: it is the role itself.';
		END IF;
		actor := growth_index.caller();
	ELSE
		PERFORM growth_index.require_enterprise(credit_code);
	END IF;
	IF as_of IS DISTINCT FROM current_date THEN
		RAISE EXCEPTION 'role "%" applies as of today, not of %', growth_index.caller(), coalesce(as_of::text, 'no day')
			USING ERRCODE = 'insufficient_privilege', HINT = 'Leave as_of out: what counts is the day on which it comes in.';
	END IF;
	RETURN coalesce(actor, 'enterprise ' || credit_code::text);
END
$$;
COMMENT ON FUNCTION growth_index.applicant(growth_index.credit_code, text, date, text) IS 'Internal: the actor of an application to be recorded. Error 42501 for who acts neither for the enterprise nor for the department of the policy, nor for anybody, and for another day than today.';

CREATE FUNCTION growth_index.apply_for(policy text, credit_code growth_index.credit_code DEFAULT growth_index.current_enterprise(),
	key text DEFAULT NULL, actor text DEFAULT NULL, as_of date DEFAULT current_date) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rule growth_index.policy := growth_index.policy_in_force(policy);
	made growth_index.entitlement;
BEGIN
	actor := growth_index.applicant(credit_code, rule.department, as_of, actor);
	PERFORM pg_advisory_xact_lock(hashtextextended('growth_index.propose_entitlements', 0));
	made := growth_index.proposed_before(key, credit_code, rule.code);
	IF made.id IS NOT NULL THEN
		RETURN made;
	END IF;
	IF rule.mode NOT IN ('apply', 'click') THEN
		RAISE EXCEPTION 'policy "%" needs no application', rule.code
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Who is eligible gets it proposed by propose_entitlements().';
	END IF;
	RETURN growth_index.enter_entitlement(credit_code, rule, as_of, actor, key);
END
$$;
COMMENT ON FUNCTION growth_index.apply_for(text, growth_index.credit_code, text, text, date) IS
'An enterprise applies for a policy of mode apply or click (申报): its entitlement is matched, and goes on as any other. credit_code: by default the enterprise for which the caller acts. The department of the policy can enter an application for it, as itself. key: the same call again gives the same entitlement. as_of: another day than today is for who may act for anybody. Errors: 42501 for another enterprise or day, P0002 policy not in force, 55000 a policy without application, and where propose_entitlement() refuses: outside of the application window, not active, not eligible, excluded, nothing due; 23505 had on this occasion before, or a key that stands for another call.';
REVOKE ALL ON FUNCTION growth_index.apply_for(text, growth_index.credit_code, text, text, date) FROM PUBLIC;
INSERT INTO growth_index.role_right (roles, privileges, objects) VALUES
	('{department,enterprise,app}', '{EXECUTE}', '{"apply_for(text,growth_index.credit_code,text,text,date)"}');
