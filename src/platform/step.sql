/*
 * The steps of an entitlement, one function each.  All take the caller's key
 * (the same call again gives the same answer) and the revision that the caller
 * has seen.  They run as the owner, for who may take the step: step_actor().
 */
CREATE FUNCTION growth_index.review_entitlement(id bigint, actor text DEFAULT 'system', key text DEFAULT NULL,
	reason text DEFAULT NULL, as_of date DEFAULT current_date, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present growth_index.entitlement;
	rule growth_index.policy;
	decided jsonb;
BEGIN
	SELECT e.* INTO present FROM growth_index.entitlement AS e WHERE e.id = review_entitlement.id FOR UPDATE;
	IF FOUND THEN
		rule := growth_index.policy_version(present.policy, present.version);
		IF coalesce(actor, 'system') = 'system' AND growth_index.caller_is_trusted() AND (rule.needs_person OR rule.four_eyes
			OR present.state IN ('objected', 'held') OR growth_index.contested(present.credit_code, rule))
		THEN
			RAISE EXCEPTION 'entitlement % has to be reviewed by a person', id
				USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Name the reviewer as actor.';
		END IF;
		decided := growth_index.decision_inputs(present.credit_code, rule);
	END IF;
	RETURN (growth_index.take_step(id, 'review', '{matched,objected,held}', 'reviewed', actor, key, reason, as_of, decided, seen)).entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.review_entitlement(bigint, text, text, text, date, integer) IS
'matched, objected or held → reviewed: the case stands (审核). By a person, not system, where the policy needs one or four eyes, where data that it reads is contested, and after an objection or a hold. Errors as take_step().';

CREATE FUNCTION growth_index.reject_entitlement(id bigint, actor text, reason text, key text DEFAULT NULL,
	as_of date DEFAULT current_date, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT (growth_index.take_step(id, 'reject', '{matched,reviewed,publicised,objected,held}', 'rejected', actor, key, reason, as_of, NULL, seen)).entitlement
$$;
COMMENT ON FUNCTION growth_index.reject_entitlement(bigint, text, text, text, date, integer) IS
'Before it is pushed, or where it is held → rejected. Errors as take_step().';

CREATE FUNCTION growth_index.publicise_entitlement(id bigint, actor text DEFAULT 'system', key text DEFAULT NULL,
	as_of date DEFAULT current_date, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	taken record;
	ends date;
	publicised growth_index.entitlement;
BEGIN
	SELECT CASE WHEN p.publicity_days > 0 THEN growth_index.add_working_days(publicise_entitlement.as_of, p.publicity_days) END INTO ends
	FROM growth_index.entitlement AS e JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version
	WHERE e.id = publicise_entitlement.id;
	SELECT * INTO taken FROM growth_index.take_step(id, 'publicise', '{reviewed}', 'publicised', actor, key, NULL, as_of,
		jsonb_build_object('publicity_ends', ends), seen);
	IF NOT taken.done THEN
		RETURN taken.entitlement;
	END IF;
	UPDATE growth_index.entitlement AS e SET publicity_ends = ends WHERE e.id = publicise_entitlement.id RETURNING e.* INTO publicised;
	RETURN publicised;
END
$$;
COMMENT ON FUNCTION growth_index.publicise_entitlement(bigint, text, text, date, integer) IS
'reviewed → publicised (公示) for the policy''s number of working days. Errors as take_step().';

CREATE FUNCTION growth_index.object_entitlement(id bigint, actor text, reason text, key text DEFAULT NULL,
	as_of date DEFAULT current_date, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT (growth_index.take_step(id, 'object', '{publicised}', 'objected', actor, key, reason, as_of, NULL, seen)).entitlement
$$;
COMMENT ON FUNCTION growth_index.object_entitlement(bigint, text, text, text, date, integer) IS
'publicised → objected (异议): it waits until somebody reviews or rejects it. Errors as take_step().';

CREATE FUNCTION growth_index.push_entitlement(id bigint, actor text DEFAULT 'system', key text DEFAULT NULL,
	as_of date DEFAULT current_date, confirm_within integer DEFAULT NULL, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	taken record;
	last date;
	pushed growth_index.entitlement;
BEGIN
	SELECT push_entitlement.as_of + coalesce(confirm_within, p.confirm_days) INTO last
	FROM growth_index.entitlement AS e JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version
	WHERE e.id = push_entitlement.id;
	SELECT * INTO taken FROM growth_index.take_step(id, 'push', '{publicised}', 'pushed', actor, key, NULL, as_of,
		jsonb_build_object('expires_on', last), seen);
	IF NOT taken.done THEN
		RETURN taken.entitlement;
	END IF;
	IF (taken.entitlement).publicity_ends >= as_of THEN
		RAISE EXCEPTION 'entitlement % is publicised until %', id, (taken.entitlement).publicity_ends
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'It is pushed when the publicity has ended.';
	END IF;
	UPDATE growth_index.entitlement AS e SET expires_on = last WHERE e.id = push_entitlement.id RETURNING e.* INTO pushed;
	RETURN pushed;
END
$$;
COMMENT ON FUNCTION growth_index.push_entitlement(bigint, text, text, date, integer, integer) IS
'publicised → pushed to the enterprise, when the publicity has ended; it can confirm within so many days (NULL: those of the policy). Errors as take_step().';

CREATE FUNCTION growth_index.only_its_own(id bigint, credit_code growth_index.credit_code) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF EXISTS (SELECT FROM growth_index.entitlement AS e WHERE e.id = only_its_own.id
			AND (only_its_own.credit_code IS NULL OR e.credit_code OPERATOR(growth_index.<>) only_its_own.credit_code)) THEN
		RAISE EXCEPTION 'entitlement % is not one of enterprise %', id, credit_code USING ERRCODE = 'insufficient_privilege';
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.only_its_own(bigint, growth_index.credit_code) IS 'Error 42501 where the entitlement is another enterprise''s.';

CREATE FUNCTION growth_index.confirm_entitlement(id bigint, credit_code growth_index.credit_code,
	key text DEFAULT NULL, actor text DEFAULT NULL, as_of date DEFAULT current_date, seen integer DEFAULT NULL)
	RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	taken record;
	grp text;
	obstacle text;
BEGIN
	PERFORM growth_index.only_its_own(id, credit_code);
	SELECT * INTO taken FROM growth_index.take_step(id, 'confirm', '{pushed}', 'confirmed',
		coalesce(actor, 'enterprise ' || credit_code::text), key, NULL, as_of, NULL, seen);
	IF taken.done AND (taken.entitlement).expires_on < as_of THEN
		RAISE EXCEPTION 'entitlement % could be confirmed until %', id, (taken.entitlement).expires_on
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	IF NOT taken.done THEN
		RETURN taken.entitlement;
	END IF;
	grp := (growth_index.policy_version((taken.entitlement).policy, (taken.entitlement).version)).stacking_group;
	IF grp IS NOT NULL THEN
		PERFORM growth_index.lock_money(format('group %s of %s', grp, credit_code));
		obstacle := growth_index.rival(credit_code, (taken.entitlement).policy, grp, (taken.entitlement).occasion, (taken.entitlement).deducted);
		IF obstacle IS NOT NULL THEN
			RAISE EXCEPTION 'entitlement % excludes another that is confirmed', id
				USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = obstacle || '.';
		END IF;
	END IF;
	RETURN taken.entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.confirm_entitlement(bigint, growth_index.credit_code, text, text, date, integer) IS
'pushed → confirmed, by the enterprise itself (意愿确认). Errors: 42501 for another enterprise''s, 55000 after the last day, or where another of the stacking group is confirmed, and as take_step().';

CREATE FUNCTION growth_index.decline_entitlement(id bigint, credit_code growth_index.credit_code,
	reason text DEFAULT NULL, key text DEFAULT NULL, as_of date DEFAULT current_date, seen integer DEFAULT NULL)
	RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM growth_index.only_its_own(id, credit_code);
	RETURN (growth_index.take_step(id, 'decline', '{pushed}', 'declined', 'enterprise ' || credit_code::text, key, reason, as_of, NULL, seen)).entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.decline_entitlement(bigint, growth_index.credit_code, text, text, date, integer) IS
'pushed → declined, by the enterprise itself. Errors as confirm_entitlement().';

/* why an entitlement is not due any more, or NULL; what is not known to be due is not */
CREATE FUNCTION growth_index.no_longer_due(entitlement growth_index.entitlement, as_of date) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* planned once a session; a function of SQL is planned at each call */
	RETURN (SELECT CASE WHEN x.reason IS NOT NULL THEN 'the enterprise is ' || x.reason
		WHEN p.judged_at = 'event' THEN NULL
		WHEN k.profile IS NULL THEN 'nothing is known of the enterprise'
		WHEN growth_index.matches(p.criteria, k.profile, as_of) IS NOT TRUE THEN (
			SELECT string_agg(c.clause || CASE WHEN c.satisfied IS NULL THEN ': unknown' ELSE ': not satisfied' END, '; ')
			FROM growth_index.explain(p.criteria, k.profile, as_of) AS c
			WHERE c.satisfied IS NOT TRUE)
		WHEN n.award IS NULL THEN 'the award is not known any more'
		WHEN n.award < entitlement.award + entitlement.deducted THEN format('the award would be %s yuan now', n.award - entitlement.deducted) END
	FROM growth_index.policy_version(entitlement.policy, entitlement.version) AS p
		CROSS JOIN LATERAL growth_index.barred(entitlement, as_of) AS x(reason)
		CROSS JOIN LATERAL (SELECT growth_index.matching_profile(entitlement.credit_code)) AS k(profile)
		CROSS JOIN LATERAL (SELECT growth_index.rounded(growth_index.evaluate_strict(p.award, k.profile, as_of), p.rounding, p.rounding_way)) AS u(award)
		CROSS JOIN LATERAL (SELECT CASE WHEN u.award > p.cap_enterprise THEN p.cap_enterprise ELSE u.award END) AS n(award));
END
$$;
COMMENT ON FUNCTION growth_index.no_longer_due(growth_index.entitlement, date) IS
'Why an entitlement is not due as of a day, by the version of the policy that it was matched under: the enterprise is not active, not known, or on a list of exclusion; and, unless the policy judges at the event, the clauses that it does not satisfy any more, or the award that has become lower. NULL: it is due.';

/* the year's cap over all policies, for one enterprise: a setting of the zone */
CREATE FUNCTION growth_index.enterprise_year_cap() RETURNS numeric
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* planned once a session; a function of SQL is planned at each call */
	RETURN (SELECT (SELECT value::numeric FROM growth_index.setting WHERE name = 'enterprise_year_cap'));
END
$$;
COMMENT ON FUNCTION growth_index.enterprise_year_cap() IS 'Most that an enterprise is approved in a calendar year over all policies, in yuan: the setting enterprise_year_cap; NULL: no cap.';

/* what is left under the caps of the year: of the enterprise, and of the policy */
CREATE FUNCTION growth_index.left_of_year(credit_code growth_index.credit_code, policy growth_index.policy, as_of date,
	OUT of_enterprise numeric, OUT of_policy numeric)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN cap.amount IS NOT NULL THEN cap.amount - coalesce((SELECT sum(a.committed + a.paid)
			FROM growth_index.entitlement AS e JOIN growth_index.entitlement_account AS a ON a.entitlement_id = e.id
			WHERE e.credit_code OPERATOR(growth_index.=) left_of_year.credit_code AND e.state IN ('approved', 'paid')
				AND extract(year FROM e.approved_on) = extract(year FROM left_of_year.as_of)), 0) END,
		CASE WHEN (policy).cap_year IS NOT NULL THEN (policy).cap_year - coalesce((SELECT sum(a.committed + a.paid)
			FROM growth_index.entitlement AS e JOIN growth_index.entitlement_account AS a ON a.entitlement_id = e.id
			WHERE e.policy = (left_of_year.policy).code AND e.state IN ('approved', 'paid')
				AND extract(year FROM e.approved_on) = extract(year FROM left_of_year.as_of)), 0) END
	FROM (SELECT growth_index.enterprise_year_cap()) AS cap(amount)
$$;
COMMENT ON FUNCTION growth_index.left_of_year(growth_index.credit_code, growth_index.policy, date) IS
'What the caps of a calendar year leave, in yuan: of_enterprise over all policies, of_policy over all enterprises; NULL: no cap. Counts what was approved in that year and stands: what was clawed back is free again.';

/* who approves one at a time under a cap waits for who else does; nobody else waits */
CREATE FUNCTION growth_index.lock_caps(capped boolean) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
	SELECT growth_index.lock_money('caps') WHERE capped OR growth_index.enterprise_year_cap() IS NOT NULL
$$;
COMMENT ON FUNCTION growth_index.lock_caps(boolean) IS 'Internal: one at a time approves under caps of the year.';

CREATE FUNCTION growth_index.check_four_eyes(id bigint, actor text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	actor := CASE WHEN growth_index.caller_is_trusted() THEN coalesce(actor, 'system') ELSE growth_index.caller() END;
	IF actor = 'system' THEN
		RAISE EXCEPTION 'entitlement % has to be approved by a person', id
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Name the approver as actor.';
	END IF;
	IF EXISTS (SELECT FROM growth_index.entitlement_event AS v
		WHERE v.entitlement_id = check_four_eyes.id AND v.step = 'review' AND check_four_eyes.actor IN (v.actor, v.role)) THEN
		RAISE EXCEPTION '"%" reviewed entitlement %: somebody else has to approve it', actor, id USING ERRCODE = 'insufficient_privilege';
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.check_four_eyes(bigint, text) IS 'Four eyes: error 55000 where no person approves, 42501 where the approver reviewed it as well.';

/* what one approval gives, before anything is written: less than the award under a cap, or an error where the money does not suffice */
CREATE FUNCTION growth_index.grant_of(entitlement growth_index.entitlement, policy growth_index.policy, as_of date) RETURNS numeric
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	given numeric;
	caps record;
	short record;
BEGIN
	PERFORM growth_index.lock_caps(policy.cap_year IS NOT NULL);
	SELECT * INTO caps FROM growth_index.left_of_year(entitlement.credit_code, policy, as_of);
	given := least(entitlement.award, caps.of_enterprise);
	IF given <= 0 OR given > caps.of_policy THEN
		RAISE EXCEPTION 'the cap of the year does not suffice for entitlement %', entitlement.id
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = format('The award is %s yuan; %s are left for the enterprise, %s for the policy.',
				entitlement.award, coalesce(caps.of_enterprise::text, 'any'), coalesce(caps.of_policy::text, 'any'));
	END IF;
	PERFORM FROM growth_index.budget AS b WHERE b.code = policy.budget_code OR policy.cost_shares OPERATOR(pg_catalog.?) b.code ORDER BY b.code FOR UPDATE;
	SELECT p.budget_code, p.amount, b.amount - b.committed AS left_over, w.amount AS wanted INTO short
	FROM (SELECT q.budget_code, sum(q.amount) AS amount FROM growth_index.payment_parts(policy, given) AS q GROUP BY q.budget_code) AS p
		LEFT JOIN growth_index.budget AS b ON b.code = p.budget_code
		/*
		 * First come: after those who confirmed before and wait for money.  Else
		 * all who have confirmed are served in their order, or none by itself.
		 */
		CROSS JOIN LATERAL (SELECT CASE WHEN policy.allocation <> 'first_come' THEN (
				SELECT sum(e.award) FROM growth_index.entitlement AS e WHERE e.policy = policy.code AND e.state = 'confirmed')
			WHEN (SELECT max(e.award) FROM growth_index.entitlement AS e WHERE e.policy = policy.code AND e.state = 'confirmed')
				* p.amount / given <= b.amount - b.committed THEN p.amount
			ELSE greatest(p.amount, (SELECT max(e.award) * p.amount / given FROM growth_index.entitlement AS e WHERE e.policy = policy.code
				AND e.state = 'confirmed' AND (e.changed_at, e.id) < (entitlement.changed_at, entitlement.id))) END) AS w(amount)
	WHERE (w.amount <= b.amount - b.committed) IS NOT TRUE
	ORDER BY p.budget_code LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'budget "%" does not suffice for entitlement %', coalesce(short.budget_code, '(none)'), entitlement.id
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = format('%s yuan are wanted%s; %s are left.', round(short.wanted, 2), CASE WHEN policy.allocation <> 'first_come' THEN ' by all who confirmed'
					WHEN short.wanted > short.amount THEN ' by one who confirmed before' ELSE '' END,
					coalesce(short.left_over, 0)),
				HINT = CASE policy.allocation WHEN 'first_come' THEN 'It waits until the budget has more.'
					ELSE format('advance_entitlements() allocates what there is (%s).', policy.allocation) END;
	END IF;
	RETURN given;
END
$$;
COMMENT ON FUNCTION growth_index.grant_of(growth_index.entitlement, growth_index.policy, date) IS
'Internal: what the approval of one entitlement gives, in yuan, with its budgets locked. Error 55000 where a budget or a cap of the year does not suffice.';

CREATE FUNCTION growth_index.approve_entitlement(id bigint, actor text DEFAULT 'system', key text DEFAULT NULL,
	as_of date DEFAULT current_date, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present growth_index.entitlement;
	policy growth_index.policy;
	obstacle text;
	given numeric;
	taken record;
BEGIN
	SELECT e.* INTO present FROM growth_index.entitlement AS e WHERE e.id = approve_entitlement.id FOR UPDATE;
	policy := growth_index.policy_version(present.policy, present.version);
	IF present.state = 'confirmed' THEN
		PERFORM growth_index.step_actor(present, 'approve', actor);
		obstacle := growth_index.no_longer_due(present, as_of);
		IF policy.four_eyes AND obstacle IS NULL THEN
			PERFORM growth_index.check_four_eyes(id, actor);
		END IF;
		IF obstacle IS NOT NULL THEN
			RETURN (growth_index.take_step(id, 'approve', '{confirmed}', 'held', actor, key, obstacle, as_of,
				growth_index.decision_inputs(present.credit_code, policy), seen)).entitlement;
		END IF;
		given := growth_index.grant_of(present, policy, as_of);
	END IF;
	SELECT * INTO taken FROM growth_index.take_step(id, 'approve', '{confirmed}', 'approved', actor, key, NULL, as_of,
		growth_index.decision_inputs(present.credit_code, policy) || jsonb_build_object('granted', given, 'allocation', policy.allocation), seen);
	IF NOT taken.done THEN
		RETURN taken.entitlement;
	END IF;
	UPDATE growth_index.entitlement AS e SET granted = given, approved_on = approve_entitlement.as_of WHERE e.id = approve_entitlement.id RETURNING e.* INTO present;
	INSERT INTO growth_index.ledger (kind, budget_code, amount, entitlement_id, as_of)
	SELECT 'commit', p.budget_code, sum(p.amount), approve_entitlement.id, approve_entitlement.as_of
	FROM growth_index.payment_parts(policy, given) AS p GROUP BY p.budget_code ORDER BY p.budget_code;
	RETURN present;
END
$$;
COMMENT ON FUNCTION growth_index.approve_entitlement(bigint, text, text, date, integer) IS
'confirmed → approved: criteria and award are checked again on the as-of date (→ held with the reason where it is not due any more), and the award, or what the caps of the year leave of it, is committed in the budgets. Errors: 55000 where a budget or a cap does not suffice, or a person has to approve, 42501 where the approver was the reviewer and the policy asks for four eyes, and as take_step().';

CREATE FUNCTION growth_index.pay_entitlement(id bigint, actor text DEFAULT 'system', key text DEFAULT NULL,
	as_of date DEFAULT current_date, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present growth_index.entitlement;
	policy growth_index.policy;
	taken record;
	now_due bigint;
	later bigint := 0;
	instalments text;
	decided jsonb;
BEGIN
	SELECT e.* INTO present FROM growth_index.entitlement AS e WHERE e.id = pay_entitlement.id FOR UPDATE;
	policy := growth_index.policy_version(present.policy, present.version);
	IF present.state = 'approved' THEN
		SELECT count(*) FILTER (WHERE d.due), count(*) FILTER (WHERE NOT d.due),
			string_agg(DISTINCT d.instalment::text, ', ') FILTER (WHERE d.due),
			jsonb_build_object('parts', jsonb_agg(jsonb_build_object('instalment', d.instalment, 'budget', d.budget_code, 'attempt', d.attempt, 'amount', d.amount)
				ORDER BY d.instalment, d.budget_code) FILTER (WHERE d.due)) INTO now_due, later, instalments, decided
		FROM growth_index.parts_due(present, policy, as_of) AS d;
		IF now_due = 0 AND NOT growth_index.taken_before(id, 'pay', growth_index.step_actor(present, 'pay', actor), key, NULL) THEN
			RAISE EXCEPTION 'no part of entitlement % is due', id
				USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = format('%s more fall due on their milestones.', later);
		END IF;
		IF policy.instalments IS NOT NULL THEN
			decided := decided || growth_index.decision_inputs(present.credit_code, policy);
		END IF;
	END IF;
	SELECT * INTO taken FROM growth_index.take_step(id, 'pay', '{approved}', CASE WHEN later > 0 THEN 'approved' ELSE 'paid' END, actor, key,
		CASE WHEN policy.instalments IS NOT NULL THEN 'instalment ' || instalments END, as_of, decided, seen);
	IF taken.done THEN
		INSERT INTO growth_index.payment (entitlement_id, credit_code, budget_code, instalment, attempt, amount, paid_on)
		SELECT present.id, present.credit_code, d.budget_code, d.instalment, d.attempt, d.amount, as_of
		FROM growth_index.parts_due(present, policy, as_of) AS d WHERE d.due ORDER BY d.instalment, d.budget_code;
	END IF;
	RETURN taken.entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.pay_entitlement(bigint, text, text, date, integer) IS
'approved → paid: each part once, when it is due; it stays approved until the last instalment is paid. Errors: 55000 where no part is due, and as take_step().';

REVOKE ALL ON FUNCTION growth_index.review_entitlement(bigint, text, text, text, date, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION growth_index.reject_entitlement(bigint, text, text, text, date, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION growth_index.publicise_entitlement(bigint, text, text, date, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION growth_index.object_entitlement(bigint, text, text, text, date, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION growth_index.push_entitlement(bigint, text, text, date, integer, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION growth_index.confirm_entitlement(bigint, growth_index.credit_code, text, text, date, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION growth_index.decline_entitlement(bigint, growth_index.credit_code, text, text, date, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION growth_index.approve_entitlement(bigint, text, text, date, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION growth_index.pay_entitlement(bigint, text, text, date, integer) FROM PUBLIC;
INSERT INTO growth_index.role_right (roles, privileges, objects) VALUES
	('{enterprise,app}', '{EXECUTE}', '{"confirm_entitlement(bigint,growth_index.credit_code,text,text,date,integer)",
		"decline_entitlement(bigint,growth_index.credit_code,text,text,date,integer)"}'),
	('{department}', '{EXECUTE}', '{"review_entitlement(bigint,text,text,text,date,integer)",
		"reject_entitlement(bigint,text,text,text,date,integer)",
		"publicise_entitlement(bigint,text,text,date,integer)",
		"object_entitlement(bigint,text,text,text,date,integer)",
		"push_entitlement(bigint,text,text,date,integer,integer)",
		"approve_entitlement(bigint,text,text,date,integer)",
		"pay_entitlement(bigint,text,text,date,integer)"}');
