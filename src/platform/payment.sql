/*
 * The steps of an entitlement, one function each, and the payments that they
 * end in.  All take the caller's key: the same call again gives the same answer.
 */
CREATE TABLE growth_index.payment (
	id				bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	entitlement_id	bigint NOT NULL,
	kind			text NOT NULL DEFAULT 'payment' CHECK (kind IN ('payment', 'refund')),
	credit_code		growth_index.credit_code NOT NULL,
	budget_code		text NOT NULL,
	amount			numeric(18,2) NOT NULL CHECK (amount > 0),
	paid_on			date NOT NULL,
	recorded_at		timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	UNIQUE (entitlement_id, kind)
);
COMMENT ON TABLE growth_index.payment IS 'Money that moved (append-only): at most one payment, and at most one refund of it, for an entitlement.';
COMMENT ON COLUMN growth_index.payment.id IS 'Number.';
COMMENT ON COLUMN growth_index.payment.entitlement_id IS 'Entitlement.';
COMMENT ON COLUMN growth_index.payment.kind IS 'payment: to the enterprise; refund: what was clawed back.';
COMMENT ON COLUMN growth_index.payment.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.payment.budget_code IS 'Budget.';
COMMENT ON COLUMN growth_index.payment.amount IS 'Amount in yuan, positive in both directions.';
COMMENT ON COLUMN growth_index.payment.paid_on IS 'As-of date of the payment.';
COMMENT ON COLUMN growth_index.payment.recorded_at IS 'When it was recorded.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.payment', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.payment_id_seq', '');
CREATE TRIGGER append_only
	BEFORE UPDATE OR DELETE OR TRUNCATE ON growth_index.payment
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_change();

CREATE FUNCTION growth_index.policy_version(code text, version integer) RETURNS growth_index.policy
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
	SELECT p FROM growth_index.policy AS p WHERE p.code = policy_version.code AND p.version = policy_version.version
$$;
COMMENT ON FUNCTION growth_index.policy_version(text, integer) IS 'A version of a policy.';

CREATE FUNCTION growth_index.review_entitlement(id bigint, actor text DEFAULT 'system', key text DEFAULT NULL,
	reason text DEFAULT NULL, as_of date DEFAULT current_date) RETURNS growth_index.entitlement
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF coalesce(actor, 'system') = 'system' AND EXISTS (
		SELECT FROM growth_index.entitlement AS e
			JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version
		WHERE e.id = review_entitlement.id AND (p.needs_person OR e.state IN ('objected', 'held')))
	THEN
		RAISE EXCEPTION 'entitlement % has to be reviewed by a person', id
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Name the reviewer as actor.';
	END IF;
	RETURN (growth_index.take_step(id, 'review', '{matched,objected,held}', 'reviewed', actor, key, reason, as_of)).entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.review_entitlement(bigint, text, text, text, date) IS
'matched, objected or held → reviewed: the case stands (审核). By a person, not system, where the policy needs one, and after an objection or a hold. Errors as take_step().';

CREATE FUNCTION growth_index.reject_entitlement(id bigint, actor text, reason text, key text DEFAULT NULL,
	as_of date DEFAULT current_date) RETURNS growth_index.entitlement
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
	SELECT (growth_index.take_step(id, 'reject', '{matched,reviewed,publicised,objected,held}', 'rejected', actor, key, reason, as_of)).entitlement
$$;
COMMENT ON FUNCTION growth_index.reject_entitlement(bigint, text, text, text, date) IS
'Before it is pushed, or where it is held → rejected. Errors as take_step().';

CREATE FUNCTION growth_index.publicise_entitlement(id bigint, actor text DEFAULT 'system', key text DEFAULT NULL,
	as_of date DEFAULT current_date) RETURNS growth_index.entitlement
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	taken record;
	publicised growth_index.entitlement;
BEGIN
	SELECT * INTO taken FROM growth_index.take_step(id, 'publicise', '{reviewed}', 'publicised', actor, key, NULL, as_of);
	IF NOT taken.done THEN
		RETURN taken.entitlement;
	END IF;
	UPDATE growth_index.entitlement AS e SET publicity_ends = CASE WHEN p.publicity_days > 0
		THEN growth_index.add_working_days(publicise_entitlement.as_of, p.publicity_days) END
	FROM growth_index.policy AS p
	WHERE p.code = e.policy AND p.version = e.version AND e.id = publicise_entitlement.id RETURNING e.* INTO publicised;
	RETURN publicised;
END
$$;
COMMENT ON FUNCTION growth_index.publicise_entitlement(bigint, text, text, date) IS
'reviewed → publicised (公示) for the policy''s number of working days. Errors as take_step().';

CREATE FUNCTION growth_index.object_entitlement(id bigint, actor text, reason text, key text DEFAULT NULL,
	as_of date DEFAULT current_date) RETURNS growth_index.entitlement
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
	SELECT (growth_index.take_step(id, 'object', '{publicised}', 'objected', actor, key, reason, as_of)).entitlement
$$;
COMMENT ON FUNCTION growth_index.object_entitlement(bigint, text, text, text, date) IS
'publicised → objected (异议): it waits until somebody reviews or rejects it. Errors as take_step().';

CREATE FUNCTION growth_index.push_entitlement(id bigint, actor text DEFAULT 'system', key text DEFAULT NULL,
	as_of date DEFAULT current_date, confirm_within integer DEFAULT 60) RETURNS growth_index.entitlement
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	taken record;
	pushed growth_index.entitlement;
BEGIN
	SELECT * INTO taken FROM growth_index.take_step(id, 'push', '{publicised}', 'pushed', actor, key, NULL, as_of);
	IF NOT taken.done THEN
		RETURN taken.entitlement;
	END IF;
	IF (taken.entitlement).publicity_ends >= as_of THEN
		RAISE EXCEPTION 'entitlement % is publicised until %', id, (taken.entitlement).publicity_ends
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'It is pushed when the publicity has ended.';
	END IF;
	UPDATE growth_index.entitlement AS e SET expires_on = push_entitlement.as_of + confirm_within
	WHERE e.id = push_entitlement.id RETURNING e.* INTO pushed;
	RETURN pushed;
END
$$;
COMMENT ON FUNCTION growth_index.push_entitlement(bigint, text, text, date, integer) IS
'publicised → pushed to the enterprise, when the publicity has ended; it can confirm within so many days. Errors as take_step().';

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
	key text DEFAULT NULL, actor text DEFAULT NULL, as_of date DEFAULT current_date) RETURNS growth_index.entitlement
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	taken record;
BEGIN
	PERFORM growth_index.only_its_own(id, credit_code);
	SELECT * INTO taken FROM growth_index.take_step(id, 'confirm', '{pushed}', 'confirmed',
		coalesce(actor, 'enterprise ' || credit_code::text), key, NULL, as_of);
	IF taken.done AND (taken.entitlement).expires_on < as_of THEN
		RAISE EXCEPTION 'entitlement % could be confirmed until %', id, (taken.entitlement).expires_on
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	RETURN taken.entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.confirm_entitlement(bigint, growth_index.credit_code, text, text, date) IS
'pushed → confirmed, by the enterprise itself (意愿确认). Errors: 42501 for another enterprise''s, 55000 after the last day, and as take_step().';

CREATE FUNCTION growth_index.decline_entitlement(id bigint, credit_code growth_index.credit_code,
	reason text DEFAULT NULL, key text DEFAULT NULL, as_of date DEFAULT current_date) RETURNS growth_index.entitlement
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM growth_index.only_its_own(id, credit_code);
	RETURN (growth_index.take_step(id, 'decline', '{pushed}', 'declined', 'enterprise ' || credit_code::text, key, reason, as_of)).entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.decline_entitlement(bigint, growth_index.credit_code, text, text, date) IS
'pushed → declined, by the enterprise itself. Errors as confirm_entitlement().';

/* why an entitlement is not due any more, or NULL; what is not known to be due is not */
CREATE FUNCTION growth_index.no_longer_due(entitlement growth_index.entitlement, as_of date) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN f.status IS DISTINCT FROM 'active' THEN 'the enterprise is ' || coalesce(f.status, 'not known')
		WHEN k.profile IS NULL THEN 'nothing is known of the enterprise'
		WHEN growth_index.matches(p.criteria, k.profile, as_of) IS NOT TRUE THEN (
			SELECT string_agg(x.clause || CASE WHEN x.satisfied IS NULL THEN ': unknown' ELSE ': not satisfied' END, '; ')
			FROM growth_index.explain(p.criteria, k.profile, as_of) AS x
			WHERE x.satisfied IS NOT TRUE)
		WHEN n.award IS NULL THEN 'the award is not known any more'
		WHEN n.award < entitlement.award THEN format('the award would be %s yuan now', n.award) END
	FROM growth_index.policy_version(entitlement.policy, entitlement.version) AS p
		LEFT JOIN growth_index.enterprise AS f ON f.credit_code OPERATOR(growth_index.=) entitlement.credit_code
		CROSS JOIN LATERAL (SELECT growth_index.matching_profile(entitlement.credit_code)) AS k(profile)
		CROSS JOIN LATERAL (SELECT round(growth_index.evaluate_strict(p.award, k.profile, as_of), 2)) AS u(award)
		CROSS JOIN LATERAL (SELECT CASE WHEN u.award > p.cap_enterprise THEN p.cap_enterprise ELSE u.award END) AS n(award)
$$;
COMMENT ON FUNCTION growth_index.no_longer_due(growth_index.entitlement, date) IS
'Why an entitlement is not due as of a day, by the version of the policy that it was matched under: the enterprise is not active, or not known; the clauses that it does not satisfy any more; the award has become lower. NULL: it is due.';

CREATE FUNCTION growth_index.approve_entitlement(id bigint, actor text DEFAULT 'system', key text DEFAULT NULL,
	as_of date DEFAULT current_date) RETURNS growth_index.entitlement
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present growth_index.entitlement;
	policy growth_index.policy;
	obstacle text;
	taken record;
BEGIN
	SELECT e.* INTO present FROM growth_index.entitlement AS e WHERE e.id = approve_entitlement.id FOR UPDATE;
	policy := growth_index.policy_version(present.policy, present.version);
	obstacle := CASE WHEN present.state = 'confirmed' THEN growth_index.no_longer_due(present, as_of) END;
	IF obstacle IS NOT NULL THEN
		RETURN (growth_index.take_step(id, 'approve', '{confirmed}', 'held', actor, key, obstacle, as_of,
			growth_index.decision_inputs(present.credit_code, policy))).entitlement;
	END IF;
	SELECT * INTO taken FROM growth_index.take_step(id, 'approve', '{confirmed}', 'approved', actor, key, NULL, as_of,
		growth_index.decision_inputs(present.credit_code, policy));
	IF NOT taken.done THEN
		RETURN taken.entitlement;
	END IF;
	UPDATE growth_index.budget AS b SET committed = b.committed + (taken.entitlement).award
	WHERE b.code = policy.budget_code AND b.committed + (taken.entitlement).award <= b.amount;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'budget "%" does not suffice for entitlement %', coalesce(policy.budget_code, '(none)'), id
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = format('The award is %s yuan; %s are left.', (taken.entitlement).award,
					coalesce((SELECT b.amount - b.committed FROM growth_index.budget AS b WHERE b.code = policy.budget_code), 0));
	END IF;
	RETURN taken.entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.approve_entitlement(bigint, text, text, date) IS
'confirmed → approved: criteria and award are checked again on the as-of date (→ held with the reason where it is not due any more), and the award is committed in the policy''s budget. Errors: 55000 where the budget does not suffice, and as take_step().';

CREATE FUNCTION growth_index.pay_entitlement(id bigint, actor text DEFAULT 'system', key text DEFAULT NULL,
	as_of date DEFAULT current_date) RETURNS growth_index.entitlement
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	taken record;
	budget text;
BEGIN
	SELECT * INTO taken FROM growth_index.take_step(id, 'pay', '{approved}', 'paid', actor, key, NULL, as_of);
	IF NOT taken.done THEN
		RETURN taken.entitlement;
	END IF;
	budget := (growth_index.policy_version((taken.entitlement).policy, (taken.entitlement).version)).budget_code;
	INSERT INTO growth_index.payment (entitlement_id, credit_code, budget_code, amount, paid_on)
	VALUES (id, (taken.entitlement).credit_code, budget, (taken.entitlement).award, as_of);
	UPDATE growth_index.budget AS b SET paid = b.paid + (taken.entitlement).award WHERE b.code = budget;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'budget "%" of entitlement % is not there', coalesce(budget, '(none)'), id
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	RETURN taken.entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.pay_entitlement(bigint, text, text, date) IS
'approved → paid: one payment, once. Errors as take_step().';

CREATE FUNCTION growth_index.withdraw_entitlement(id bigint, actor text, reason text, key text DEFAULT NULL,
	as_of date DEFAULT current_date) RETURNS growth_index.entitlement
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before growth_index.entitlement;
	taken record;
BEGIN
	SELECT e.* INTO before FROM growth_index.entitlement AS e WHERE e.id = withdraw_entitlement.id FOR UPDATE;
	SELECT * INTO taken FROM growth_index.take_step(id, 'withdraw',
		'{matched,reviewed,publicised,objected,pushed,confirmed,held,approved}', 'withdrawn', actor, key, reason, as_of);
	IF taken.done AND before.state = 'approved' THEN
		UPDATE growth_index.budget AS b SET committed = b.committed - before.award
		WHERE b.code = (growth_index.policy_version(before.policy, before.version)).budget_code;
	END IF;
	RETURN taken.entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.withdraw_entitlement(bigint, text, text, text, date) IS
'Whatever is not paid → withdrawn (撤回); what was committed for it is free again. Errors as take_step().';

CREATE FUNCTION growth_index.claw_back_entitlement(id bigint, actor text, reason text, key text DEFAULT NULL,
	as_of date DEFAULT current_date) RETURNS growth_index.entitlement
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	taken record;
	refunded growth_index.payment;
BEGIN
	SELECT * INTO taken FROM growth_index.take_step(id, 'claw_back', '{paid}', 'clawed_back', actor, key, reason, as_of);
	IF NOT taken.done THEN
		RETURN taken.entitlement;
	END IF;
	SELECT p.* INTO STRICT refunded FROM growth_index.payment AS p WHERE p.entitlement_id = claw_back_entitlement.id AND p.kind = 'payment';
	INSERT INTO growth_index.payment (entitlement_id, kind, credit_code, budget_code, amount, paid_on)
	VALUES (id, 'refund', refunded.credit_code, refunded.budget_code, refunded.amount, as_of);
	UPDATE growth_index.budget AS b SET paid = b.paid - refunded.amount, committed = b.committed - refunded.amount
	WHERE b.code = refunded.budget_code;
	RETURN taken.entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.claw_back_entitlement(bigint, text, text, text, date) IS
'paid → clawed_back (追回): the refund is recorded and the budget is free again. Errors as take_step().';

/*
 * The system's steps, each for all that are ready for it at once.  Rows that
 * somebody else works on are passed over: they come next time.
 */
CREATE FUNCTION growth_index.advance_step(step text, as_of date, OUT entitlements bigint, OUT amount numeric, OUT held_back bigint)
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
	WITH rule AS (
		SELECT * FROM (VALUES ('review', 'matched', 'reviewed', NULL), ('publicise', 'reviewed', 'publicised', NULL),
			('push', 'publicised', 'pushed', NULL), ('expire', 'pushed', 'expired', 'not confirmed in time')) AS r(step, source, target, reason)
		WHERE r.step = advance_step.step
	), ready AS MATERIALIZED (
		SELECT e.id, p.publicity_days
		FROM growth_index.entitlement AS e
			JOIN rule AS r ON e.state = r.source
			JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version
		WHERE CASE r.step
			WHEN 'review' THEN NOT p.needs_person
			WHEN 'push' THEN e.publicity_ends < advance_step.as_of OR e.publicity_ends IS NULL
			WHEN 'expire' THEN e.expires_on < advance_step.as_of
			ELSE true END
		FOR UPDATE OF e SKIP LOCKED
	), moved AS (
		UPDATE growth_index.entitlement AS e
		SET state = r.target, reason = r.reason, changed_at = clock_timestamp(),
			publicity_ends = CASE WHEN r.step <> 'publicise' THEN e.publicity_ends WHEN y.publicity_days > 0
				THEN growth_index.add_working_days(advance_step.as_of, y.publicity_days) END,
			expires_on = CASE WHEN r.step = 'push' THEN advance_step.as_of + 60 ELSE e.expires_on END
		FROM ready AS y, rule AS r
		WHERE e.id = y.id
		RETURNING e.id, e.award, r.source, r.target, r.reason
	), told AS (
		INSERT INTO growth_index.entitlement_event (entitlement_id, step, from_state, to_state, actor, reason, as_of)
		SELECT m.id, advance_step.step, m.source, m.target, 'system', m.reason, advance_step.as_of FROM moved AS m ORDER BY m.id
	)
	SELECT count(*), coalesce(sum(m.award), 0), 0::bigint FROM moved AS m
$$;
COMMENT ON FUNCTION growth_index.advance_step(text, date) IS
'Internal: review, publicise, push or expire of all entitlements that are ready for it: how many, and yuan.';

CREATE FUNCTION growth_index.advance_approval(as_of date, OUT entitlements bigint, OUT amount numeric, OUT held_back bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	ready bigint[];
	held bigint;
BEGIN
	SELECT array_agg(y.id) INTO ready
	FROM (SELECT e.id FROM growth_index.entitlement AS e WHERE e.state = 'confirmed' FOR UPDATE SKIP LOCKED) AS y;

	WITH due AS MATERIALIZED (
		/* most are due: why not is asked of the others only */
		SELECT e.id, e.credit_code, e.policy, e.version,
			CASE WHEN (f.status = 'active' AND growth_index.matches(p.criteria, k.profile, advance_approval.as_of)
					AND n.award >= e.award AND (p.cap_enterprise IS NULL OR p.cap_enterprise >= e.award)) IS NOT TRUE
				THEN coalesce(growth_index.no_longer_due(e, advance_approval.as_of), 'it is not known to be due') END AS obstacle
		FROM growth_index.entitlement AS e
			JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version
			LEFT JOIN growth_index.enterprise AS f ON f.credit_code OPERATOR(growth_index.=) e.credit_code
			LEFT JOIN growth_index.matching_profiles AS k ON k.credit_code OPERATOR(growth_index.=) e.credit_code
			CROSS JOIN LATERAL (SELECT round(growth_index.evaluate_strict(p.award, k.profile, advance_approval.as_of), 2)) AS n(award)
		WHERE e.id = ANY (ready)
	), moved AS (
		UPDATE growth_index.entitlement AS e SET state = 'held', reason = d.obstacle, changed_at = clock_timestamp()
		FROM due AS d WHERE d.id = e.id AND d.obstacle IS NOT NULL
		RETURNING e.id, e.credit_code, e.policy, e.version, e.reason
	), told AS (
		INSERT INTO growth_index.entitlement_event (entitlement_id, step, from_state, to_state, actor, reason, inputs, as_of)
		SELECT m.id, 'approve', 'confirmed', 'held', 'system', m.reason, growth_index.decision_inputs(m.credit_code, p), advance_approval.as_of
		FROM moved AS m JOIN growth_index.policy AS p ON p.code = m.policy AND p.version = m.version
		ORDER BY m.id
	)
	SELECT count(*) INTO held FROM moved;

	/* all budgets in one order, so that two never wait for each other in a circle */
	PERFORM FROM growth_index.budget AS b ORDER BY b.code FOR UPDATE;
	/* first come, first served: who is behind one that has to wait for money waits as well */
	WITH due AS MATERIALIZED (
		SELECT e.id, e.credit_code, e.award, p, p.budget_code, b.amount - b.committed AS left_over,
			sum(e.award) OVER (PARTITION BY p.budget_code ORDER BY e.changed_at, e.id) AS up_to_here
		FROM growth_index.entitlement AS e
			JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version
			JOIN growth_index.budget AS b ON b.code = p.budget_code
		WHERE e.id = ANY (ready) AND e.state = 'confirmed'
	), moved AS (
		UPDATE growth_index.entitlement AS e SET state = 'approved', reason = NULL, changed_at = clock_timestamp()
		FROM due AS d WHERE d.id = e.id AND d.up_to_here <= d.left_over
		RETURNING e.id, e.credit_code, e.award, d.p, d.budget_code, d.up_to_here
	), committed AS (
		UPDATE growth_index.budget AS b SET committed = b.committed + m.award
		FROM (SELECT budget_code, sum(award) AS award FROM moved GROUP BY budget_code) AS m
		WHERE b.code = m.budget_code
	), told AS (
		INSERT INTO growth_index.entitlement_event (entitlement_id, step, from_state, to_state, actor, inputs, as_of)
		SELECT m.id, 'approve', 'confirmed', 'approved', 'system', growth_index.decision_record(m.p, k.profile, c), advance_approval.as_of
		FROM moved AS m
			LEFT JOIN growth_index.matching_profiles AS k ON k.credit_code OPERATOR(growth_index.=) m.credit_code
			LEFT JOIN growth_index.score AS c ON c.credit_code OPERATOR(growth_index.=) m.credit_code
				AND c.scorecard = (SELECT growth_index.matching_scorecard())
		ORDER BY m.budget_code, m.up_to_here
	)
	SELECT count(*), coalesce(sum(award), 0) INTO entitlements, amount FROM moved;
	held_back := coalesce(cardinality(ready), 0) - entitlements;
END
$$;
COMMENT ON FUNCTION growth_index.advance_approval(date) IS
'Internal: approve_entitlement() of all that are confirmed, in the order of confirmation. When a budget does not suffice for one, those behind it wait as well. held_back: those that wait for money, and those that went to held since they are not due any more.';

CREATE FUNCTION growth_index.advance_payment(as_of date, OUT entitlements bigint, OUT amount numeric, OUT held_back bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM growth_index.budget AS b ORDER BY b.code FOR UPDATE;
	WITH ready AS MATERIALIZED (
		SELECT e.id, p.budget_code
		FROM growth_index.entitlement AS e
			JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version
			JOIN growth_index.budget AS b ON b.code = p.budget_code
		WHERE e.state = 'approved'
		FOR UPDATE OF e SKIP LOCKED
	), moved AS (
		UPDATE growth_index.entitlement AS e SET state = 'paid', reason = NULL, changed_at = clock_timestamp()
		FROM ready AS y WHERE y.id = e.id
		RETURNING e.id, e.credit_code, e.award, y.budget_code
	), paid AS (
		INSERT INTO growth_index.payment (entitlement_id, credit_code, budget_code, amount, paid_on)
		SELECT m.id, m.credit_code, m.budget_code, m.award, advance_payment.as_of FROM moved AS m ORDER BY m.id
	), spent AS (
		UPDATE growth_index.budget AS b SET paid = b.paid + m.award
		FROM (SELECT budget_code, sum(award) AS award FROM moved GROUP BY budget_code) AS m
		WHERE b.code = m.budget_code
	), told AS (
		INSERT INTO growth_index.entitlement_event (entitlement_id, step, from_state, to_state, actor, as_of)
		SELECT m.id, 'pay', 'approved', 'paid', 'system', advance_payment.as_of FROM moved AS m ORDER BY m.id
	)
	SELECT count(*), coalesce(sum(award), 0), 0 INTO entitlements, amount, held_back FROM moved;
END
$$;
COMMENT ON FUNCTION growth_index.advance_payment(date) IS 'Internal: pay_entitlement() of all that are approved.';

CREATE FUNCTION growth_index.advance_entitlements(as_of date DEFAULT current_date, OUT step text,
	OUT entitlements bigint, OUT amount numeric, OUT held_back bigint) RETURNS SETOF record
LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	step := 'match';
	entitlements := growth_index.propose_entitlements(as_of);
	RETURN NEXT;
	FOREACH step IN ARRAY '{review,publicise,push,expire}'::text[] LOOP
		SELECT a.entitlements, a.amount, a.held_back INTO entitlements, amount, held_back
		FROM growth_index.advance_step(step, as_of) AS a;
		RETURN NEXT;
	END LOOP;
	step := 'approve';
	SELECT a.entitlements, a.amount, a.held_back INTO entitlements, amount, held_back FROM growth_index.advance_approval(as_of) AS a;
	RETURN NEXT;
	step := 'pay';
	SELECT a.entitlements, a.amount, a.held_back INTO entitlements, amount, held_back FROM growth_index.advance_payment(as_of) AS a;
	RETURN NEXT;
END
$$;
COMMENT ON FUNCTION growth_index.advance_entitlements(date) IS
'The system''s part of a day: proposes entitlements from matches, reviews those that need no person, publicises, pushes those whose publicity has ended, lets expire what was not confirmed, approves and pays what was. One row a step: how many, and yuan. Run again on the same day it does what has become ready since.';
