/*
 * The steps of an entitlement, one function each.  All take the caller's key
 * (the same call again gives the same answer) and the revision that the caller
 * has seen.  They run as the owner, for who may take the step: step_actor().
 * Another day than today is for who may act for anybody.
 */
CREATE FUNCTION growth_index.review_entitlement(id bigint, actor text DEFAULT 'system', key text DEFAULT NULL,
	reason text DEFAULT NULL, as_of date DEFAULT current_date, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present growth_index.entitlement := growth_index.lock_entitlement(id);
	policy growth_index.policy := growth_index.policy_version(present.policy, present.version);
	taken record;
BEGIN
	IF coalesce(actor, 'system') = 'system' AND (policy.needs_person OR policy.four_eyes
		OR present.state IN ('objected', 'held') OR growth_index.contested(present.credit_code, policy)) AND growth_index.caller_is_trusted()
	THEN
		RAISE EXCEPTION 'entitlement % has to be reviewed by a person', id
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Name the reviewer as actor.';
	END IF;
	taken := growth_index.take_step(present, policy, 'review', '{matched,objected,held}', 'reviewed', actor, key, reason, as_of,
		growth_index.decision_inputs(present.credit_code, policy), seen);
	RETURN taken.entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.review_entitlement(bigint, text, text, text, date, integer) IS
'matched, objected or held → reviewed: the case stands (审核). By a person, not system, where the policy needs one or four eyes, where data that it reads is contested, and after an objection or a hold. Errors as take_step().';

CREATE FUNCTION growth_index.reject_entitlement(id bigint, actor text, reason text, key text DEFAULT NULL,
	as_of date DEFAULT current_date, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present growth_index.entitlement := growth_index.lock_entitlement(id);
	taken record;
BEGIN
	taken := growth_index.take_step(present, growth_index.policy_version(present.policy, present.version),
		'reject', '{matched,reviewed,publicised,objected,held}', 'rejected', actor, key, reason, as_of, NULL, seen);
	RETURN taken.entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.reject_entitlement(bigint, text, text, text, date, integer) IS
'Before it is pushed, or where it is held → rejected. Errors as take_step().';

CREATE FUNCTION growth_index.publicise_entitlement(id bigint, actor text DEFAULT 'system', key text DEFAULT NULL,
	as_of date DEFAULT current_date, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present growth_index.entitlement := growth_index.lock_entitlement(id);
	policy growth_index.policy := growth_index.policy_version(present.policy, present.version);
	ends date := CASE WHEN policy.publicity_days > 0 THEN growth_index.add_working_days(as_of, policy.publicity_days) END;
	taken record;
BEGIN
	taken := growth_index.take_step(present, policy, 'publicise', '{reviewed}', 'publicised', actor, key, NULL, as_of,
		jsonb_build_object('publicity_ends', ends), seen, until => ends);
	RETURN taken.entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.publicise_entitlement(bigint, text, text, date, integer) IS
'reviewed → publicised (公示) for the policy''s number of working days. Errors as take_step().';

CREATE FUNCTION growth_index.object_entitlement(id bigint, actor text, reason text, key text DEFAULT NULL,
	as_of date DEFAULT current_date, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present growth_index.entitlement := growth_index.lock_entitlement(id);
	taken record;
BEGIN
	taken := growth_index.take_step(present, growth_index.policy_version(present.policy, present.version),
		'object', '{publicised}', 'objected', actor, key, reason, as_of, NULL, seen);
	RETURN taken.entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.object_entitlement(bigint, text, text, text, date, integer) IS
'publicised → objected (异议): it waits until somebody reviews or rejects it. Errors as take_step().';

CREATE FUNCTION growth_index.push_entitlement(id bigint, actor text DEFAULT 'system', key text DEFAULT NULL,
	as_of date DEFAULT current_date, confirm_within integer DEFAULT NULL, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present growth_index.entitlement := growth_index.lock_entitlement(id);
	policy growth_index.policy := growth_index.policy_version(present.policy, present.version);
	last date := as_of + coalesce(confirm_within, policy.confirm_days);
	taken record;
BEGIN
	taken := growth_index.take_step(present, policy, 'push', '{publicised}', 'pushed', actor, key, NULL, as_of,
		jsonb_build_object('expires_on', last), seen, until => last);
	IF taken.done AND present.publicity_ends >= as_of THEN
		RAISE EXCEPTION 'entitlement % is publicised until %', id, present.publicity_ends
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'It is pushed when the publicity has ended.';
	END IF;
	RETURN taken.entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.push_entitlement(bigint, text, text, date, integer, integer) IS
'publicised → pushed to the enterprise, when the publicity has ended; it can confirm within so many days (NULL: those of the policy). Errors as take_step().';

CREATE FUNCTION growth_index.only_its_own(entitlement growth_index.entitlement, credit_code growth_index.credit_code) RETURNS void
LANGUAGE plpgsql STABLE
AS $$
BEGIN
	IF credit_code IS NULL OR entitlement.credit_code OPERATOR(growth_index.<>) credit_code THEN
		RAISE EXCEPTION 'entitlement % is not one of enterprise %', entitlement.id, credit_code USING ERRCODE = 'insufficient_privilege';
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.only_its_own(growth_index.entitlement, growth_index.credit_code) IS 'Internal: error 42501 where the entitlement is another enterprise''s.';
REVOKE ALL ON FUNCTION growth_index.only_its_own(growth_index.entitlement, growth_index.credit_code) FROM PUBLIC;

CREATE FUNCTION growth_index.confirm_entitlement(id bigint, credit_code growth_index.credit_code,
	key text DEFAULT NULL, actor text DEFAULT NULL, as_of date DEFAULT current_date, seen integer DEFAULT NULL)
	RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present growth_index.entitlement := growth_index.lock_entitlement(id);
	policy growth_index.policy;
	taken record;
	obstacle text;
BEGIN
	PERFORM growth_index.only_its_own(present, credit_code);
	policy := growth_index.policy_version(present.policy, present.version);
	taken := growth_index.take_step(present, policy, 'confirm', '{pushed}', 'confirmed',
		coalesce(actor, 'enterprise ' || credit_code::text), key, NULL, as_of, NULL, seen);
	IF NOT taken.done THEN
		RETURN taken.entitlement;
	END IF;
	IF present.expires_on < as_of THEN
		RAISE EXCEPTION 'entitlement % could be confirmed until %', id, present.expires_on
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	IF policy.stacking_group IS NOT NULL THEN
		PERFORM growth_index.lock_money(format('group %s of %s', policy.stacking_group, credit_code));
		obstacle := growth_index.rival(credit_code, present.policy, policy.stacking_group, present.occasion, present.deducted);
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
DECLARE
	present growth_index.entitlement := growth_index.lock_entitlement(id);
	taken record;
BEGIN
	PERFORM growth_index.only_its_own(present, credit_code);
	taken := growth_index.take_step(present, growth_index.policy_version(present.policy, present.version),
		'decline', '{pushed}', 'declined', 'enterprise ' || credit_code::text, key, reason, as_of, NULL, seen);
	RETURN taken.entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.decline_entitlement(bigint, growth_index.credit_code, text, text, date, integer) IS
'pushed → declined, by the enterprise itself. Errors as confirm_entitlement().';

/* why an entitlement is not due any more, or NULL; what is not known to be due is not */
CREATE FUNCTION growth_index.no_longer_due(entitlement growth_index.entitlement, policy growth_index.policy, profile growth_index.profile, as_of date) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	obstacle text := growth_index.barred(entitlement.credit_code, policy, as_of);
	award numeric;
BEGIN
	IF obstacle IS NOT NULL THEN
		RETURN 'the enterprise is ' || obstacle;
	ELSIF policy.judged_at = 'event' THEN
		RETURN NULL;
	ELSIF profile IS NULL THEN
		RETURN 'nothing is known of the enterprise';
	ELSIF growth_index.matches(policy.criteria, profile, as_of) IS NOT TRUE THEN
		RETURN (SELECT string_agg(c.clause || CASE WHEN c.satisfied IS NULL THEN ': unknown' ELSE ': not satisfied' END, '; ')
			FROM growth_index.explain(policy.criteria, profile, as_of) AS c
			WHERE c.satisfied IS NOT TRUE);
	END IF;
	award := growth_index.amount_in_yuan(policy.award, profile, as_of, policy.rounding, policy.rounding_way);
	IF award > policy.cap_enterprise THEN
		award := policy.cap_enterprise;
	END IF;
	RETURN CASE WHEN award IS NULL THEN 'the award is not known any more'
		WHEN award < entitlement.award + entitlement.deducted THEN format('the award would be %s yuan now', award - entitlement.deducted) END;
END
$$;
COMMENT ON FUNCTION growth_index.no_longer_due(growth_index.entitlement, growth_index.policy, growth_index.profile, date) IS
'As no_longer_due(entitlement, as_of), by a policy and a profile that are given.';

CREATE FUNCTION growth_index.no_longer_due(entitlement growth_index.entitlement, as_of date) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN growth_index.no_longer_due(entitlement, growth_index.policy_version(entitlement.policy, entitlement.version),
		growth_index.matching_profile(entitlement.credit_code), as_of);
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
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	of_enterprise := growth_index.enterprise_year_cap();
	IF of_enterprise IS NOT NULL THEN
		of_enterprise := of_enterprise - coalesce((SELECT sum(a.committed + a.paid)
			FROM growth_index.entitlement AS e JOIN growth_index.entitlement_account AS a ON a.entitlement_id = e.id
			WHERE e.credit_code OPERATOR(growth_index.=) left_of_year.credit_code AND e.state IN ('approved', 'paid')
				AND extract(year FROM e.approved_on) = extract(year FROM left_of_year.as_of)), 0);
	END IF;
	of_policy := policy.cap_year;
	IF of_policy IS NOT NULL THEN
		of_policy := of_policy - coalesce((SELECT y.amount FROM growth_index.policy_year AS y
			WHERE y.policy = (left_of_year.policy).code AND y.year = extract(year FROM left_of_year.as_of)), 0);
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.left_of_year(growth_index.credit_code, growth_index.policy, date) IS
'What the caps of a calendar year leave, in yuan: of_enterprise over all policies, of_policy over all enterprises; NULL: no cap. Counts what was approved in that year and stands: what was clawed back is free again.';

/* who approves one at a time under a cap waits for who else does; nobody else waits */
CREATE FUNCTION growth_index.lock_caps(capped boolean) RETURNS boolean
LANGUAGE plpgsql
AS $$
BEGIN
	IF NOT capped AND growth_index.enterprise_year_cap() IS NULL THEN
		RETURN false;
	END IF;
	PERFORM growth_index.lock_money('caps');
	RETURN true;
END
$$;
COMMENT ON FUNCTION growth_index.lock_caps(boolean) IS 'Internal: one at a time approves under caps of the year; false: there are none.';
REVOKE ALL ON FUNCTION growth_index.lock_caps(boolean) FROM PUBLIC;

CREATE FUNCTION growth_index.check_four_eyes(id bigint, actor text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
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
REVOKE ALL ON FUNCTION growth_index.check_four_eyes(bigint, text) FROM PUBLIC;

/*
 * What a budget has to have left for an approval out of it.  First come: enough
 * for those who confirmed before and wait for money.  Else all who have confirmed
 * are served in their order, or none by itself.
 */
CREATE FUNCTION growth_index.wanted_of_budget(entitlement growth_index.entitlement, policy growth_index.policy, given numeric, part numeric, left_over numeric)
	RETURNS numeric
LANGUAGE plpgsql STABLE
	/* the largest that waits comes from entitlement_waiting, also by a plan that was made when nobody did */
	SET enable_sort = off
AS $$
BEGIN
	IF policy.allocation <> 'first_come' THEN
		RETURN (SELECT sum(e.award) FROM growth_index.entitlement AS e WHERE e.policy = (wanted_of_budget.policy).code AND e.state = 'confirmed');
	END IF;
	/* mostly the largest of all that wait would fit */
	IF (SELECT e.award FROM growth_index.entitlement AS e WHERE e.policy = (wanted_of_budget.policy).code AND e.state = 'confirmed'
			ORDER BY e.award DESC LIMIT 1) * part / given <= left_over THEN
		RETURN part;
	END IF;
	RETURN greatest(part, (SELECT max(e.award) * part / given FROM growth_index.entitlement AS e
		WHERE e.policy = (wanted_of_budget.policy).code AND e.state = 'confirmed'
			AND (e.changed_at, e.id) < ((wanted_of_budget.entitlement).changed_at, (wanted_of_budget.entitlement).id)));
END
$$;
COMMENT ON FUNCTION growth_index.wanted_of_budget(growth_index.entitlement, growth_index.policy, numeric, numeric, numeric) IS
'Internal: what a budget has to have left, in yuan, so that an entitlement is approved by itself with a part of what is given.';
REVOKE ALL ON FUNCTION growth_index.wanted_of_budget(growth_index.entitlement, growth_index.policy, numeric, numeric, numeric) FROM PUBLIC;

/* what one approval gives, before anything is written: less than the award under a cap, or an error where the money does not suffice */
CREATE FUNCTION growth_index.grant_of(entitlement growth_index.entitlement, policy growth_index.policy, as_of date) RETURNS numeric
LANGUAGE plpgsql
AS $$
DECLARE
	given numeric := entitlement.award;
	caps record;
	part record;
	left_over numeric;
	wanted numeric;
BEGIN
	IF growth_index.lock_caps(policy.cap_year IS NOT NULL) THEN
		caps := growth_index.left_of_year(entitlement.credit_code, policy, as_of);
		given := least(given, caps.of_enterprise);
		IF given <= 0 OR given > caps.of_policy THEN
			RAISE EXCEPTION 'the cap of the year does not suffice for entitlement %', entitlement.id
				USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = format('The award is %s yuan; what is left: %s.', entitlement.award,
					concat_ws(', ', caps.of_enterprise || ' for the enterprise', caps.of_policy || ' for the policy'));
		END IF;
	END IF;
	FOR part IN SELECT * FROM growth_index.budget_parts(policy, given) LOOP
		left_over := NULL;
		SELECT b.amount - b.committed INTO left_over FROM growth_index.budget AS b WHERE b.code = part.budget_code FOR UPDATE;
		wanted := growth_index.wanted_of_budget(entitlement, policy, given, part.amount, left_over);
		IF (wanted <= left_over) IS NOT TRUE THEN
			RAISE EXCEPTION 'budget "%" does not suffice for entitlement %', coalesce(part.budget_code, '(none)'), entitlement.id
				USING ERRCODE = 'object_not_in_prerequisite_state',
					DETAIL = format('%s yuan are wanted%s; %s are left.', round(wanted, 2), CASE WHEN policy.allocation <> 'first_come' THEN ' by all who confirmed'
						WHEN wanted > part.amount THEN ' by one who confirmed before' ELSE '' END, coalesce(left_over, 0)),
					HINT = CASE policy.allocation WHEN 'first_come' THEN 'It waits until the budget has more.'
						ELSE format('advance_entitlements() allocates what there is (%s).', policy.allocation) END;
		END IF;
	END LOOP;
	RETURN given;
END
$$;
COMMENT ON FUNCTION growth_index.grant_of(growth_index.entitlement, growth_index.policy, date) IS
'Internal: what the approval of one entitlement gives, in yuan, with its budgets locked. Error 55000 where a budget or a cap of the year does not suffice.';
REVOKE ALL ON FUNCTION growth_index.grant_of(growth_index.entitlement, growth_index.policy, date) FROM PUBLIC;

CREATE FUNCTION growth_index.approve_entitlement(id bigint, actor text DEFAULT 'system', key text DEFAULT NULL,
	as_of date DEFAULT current_date, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present growth_index.entitlement := growth_index.lock_entitlement(id);
	policy growth_index.policy := growth_index.policy_version(present.policy, present.version);
	profile growth_index.profile;
	obstacle text;
	given numeric;
	decided jsonb;
	taken record;
BEGIN
	IF present.state = 'confirmed' THEN
		actor := growth_index.step_actor(present, policy, 'approve', actor, as_of);
		profile := growth_index.matching_profile(present.credit_code);
		obstacle := growth_index.no_longer_due(present, policy, profile, as_of);
		IF obstacle IS NULL THEN
			IF policy.four_eyes THEN
				PERFORM growth_index.check_four_eyes(id, actor);
			END IF;
			given := growth_index.grant_of(present, policy, as_of);
		END IF;
		decided := growth_index.decision_inputs(present.credit_code, policy, profile);
		IF obstacle IS NULL THEN
			decided := decided || jsonb_build_object('granted', given, 'allocation', policy.allocation);
		END IF;
	END IF;
	taken := growth_index.take_step(present, policy, 'approve', '{confirmed}', CASE WHEN obstacle IS NULL THEN 'approved' ELSE 'held' END,
		actor, key, obstacle, as_of, decided, seen, given);
	IF taken.done AND obstacle IS NULL THEN
		INSERT INTO growth_index.ledger (kind, budget_code, amount, entitlement_id, as_of)
		SELECT 'commit', p.budget_code, p.amount, present.id, approve_entitlement.as_of FROM growth_index.budget_parts(policy, given) AS p;
	END IF;
	RETURN taken.entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.approve_entitlement(bigint, text, text, date, integer) IS
'confirmed → approved: criteria and award are checked again on the as-of date (→ held with the reason where it is not due any more), and the award, or what the caps of the year leave of it, is committed in the budgets. Errors: 55000 where a budget or a cap does not suffice, or a person has to approve, 42501 where the approver was the reviewer and the policy asks for four eyes, and as take_step().';

CREATE FUNCTION growth_index.pay_entitlement(id bigint, actor text DEFAULT 'system', key text DEFAULT NULL,
	as_of date DEFAULT current_date, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present growth_index.entitlement := growth_index.lock_entitlement(id);
	policy growth_index.policy := growth_index.policy_version(present.policy, present.version);
	part record;
	parts jsonb := '[]';
	instalments text;
	later bigint := 0;
	decided jsonb;
	taken record;
BEGIN
	IF present.state = 'approved' THEN
		FOR part IN SELECT * FROM growth_index.parts_due(present, policy, as_of) AS d ORDER BY d.instalment, d.budget_code LOOP
			IF part.due THEN
				parts := parts || jsonb_build_object('instalment', part.instalment, 'budget', part.budget_code, 'attempt', part.attempt, 'amount', part.amount);
			ELSE
				later := later + 1;
			END IF;
		END LOOP;
		IF parts = '[]' AND NOT growth_index.taken_before(id, 'pay', growth_index.step_actor(present, policy, 'pay', actor, as_of), key, NULL) THEN
			RAISE EXCEPTION 'no part of entitlement % is due', id
				USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = format('%s more fall due on their milestones.', later);
		END IF;
		decided := jsonb_build_object('parts', parts);
		IF policy.instalments IS NOT NULL THEN
			decided := decided || growth_index.decision_inputs(present.credit_code, policy);
			instalments := (SELECT string_agg(DISTINCT p.part ->> 'instalment', ', ') FROM jsonb_array_elements(parts) AS p(part));
		END IF;
	END IF;
	taken := growth_index.take_step(present, policy, 'pay', '{approved}', CASE WHEN later > 0 THEN 'approved' ELSE 'paid' END, actor, key,
		'instalment ' || instalments, as_of, decided, seen);
	IF taken.done THEN
		/* what the step says, and nothing else */
		INSERT INTO growth_index.payment (entitlement_id, credit_code, budget_code, instalment, attempt, amount, paid_on)
		SELECT present.id, present.credit_code, p.budget, p.instalment, p.attempt, p.amount, as_of
		FROM jsonb_to_recordset(parts) AS p(instalment integer, budget text, attempt integer, amount numeric);
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
