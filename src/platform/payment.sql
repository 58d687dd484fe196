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

/* one system step of all that are ready for it, in a fixed order; what fails is left and told */
CREATE FUNCTION growth_index.advance_step(step text, as_of date, OUT entitlements bigint, OUT amount numeric, OUT held_back bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	ready record;
	result growth_index.entitlement;
	used_up text[] := '{}';
BEGIN
	entitlements := 0;
	amount := 0;
	held_back := 0;
	FOR ready IN
		SELECT e.id, e.award, p.budget_code
		FROM growth_index.entitlement AS e
			JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version
		WHERE CASE advance_step.step
			WHEN 'review' THEN e.state = 'matched' AND NOT p.needs_person
			WHEN 'publicise' THEN e.state = 'reviewed'
			WHEN 'push' THEN e.state = 'publicised' AND (e.publicity_ends < advance_step.as_of OR e.publicity_ends IS NULL)
			WHEN 'expire' THEN e.state = 'pushed' AND e.expires_on < advance_step.as_of
			WHEN 'approve' THEN e.state = 'confirmed'
			WHEN 'pay' THEN e.state = 'approved' END
		ORDER BY e.changed_at, e.id
		/* never waits for a step that somebody else is taking: it comes next time */
		FOR UPDATE OF e SKIP LOCKED
	LOOP
		/* first come, first served: who is behind one that has to wait for money waits as well */
		IF step = 'approve' AND ready.budget_code = ANY (used_up) THEN
			held_back := held_back + 1;
			CONTINUE;
		END IF;
		BEGIN
			CASE step
				WHEN 'review' THEN result := growth_index.review_entitlement(ready.id, as_of => advance_step.as_of);
				WHEN 'publicise' THEN result := growth_index.publicise_entitlement(ready.id, as_of => advance_step.as_of);
				WHEN 'push' THEN result := growth_index.push_entitlement(ready.id, as_of => advance_step.as_of);
				WHEN 'expire' THEN result := (growth_index.take_step(ready.id, 'expire', '{pushed}', 'expired', 'system', NULL, 'not confirmed in time', as_of)).entitlement;
				WHEN 'approve' THEN result := growth_index.approve_entitlement(ready.id, as_of => advance_step.as_of);
				ELSE result := growth_index.pay_entitlement(ready.id, as_of => advance_step.as_of);
			END CASE;
			IF result.state = 'held' THEN
				held_back := held_back + 1;
			ELSE
				entitlements := entitlements + 1;
				amount := amount + ready.award;
			END IF;
		EXCEPTION WHEN object_not_in_prerequisite_state THEN
			/* the budget does not suffice: it stays where it is */
			held_back := held_back + 1;
			used_up := used_up || ready.budget_code;
		END;
	END LOOP;
END
$$;
COMMENT ON FUNCTION growth_index.advance_step(text, date) IS
'Internal: one step (review, publicise, push, expire, approve or pay) of all entitlements that are ready for it, those first that have waited longest; when a budget does not suffice for one, those behind it wait as well. held_back: those that stay where they are, since the budget does not suffice, or are held.';

CREATE FUNCTION growth_index.advance_entitlements(as_of date DEFAULT current_date, OUT step text,
	OUT entitlements bigint, OUT amount numeric, OUT held_back bigint) RETURNS SETOF record
LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	step := 'match';
	entitlements := growth_index.propose_entitlements(as_of);
	RETURN NEXT;
	FOREACH step IN ARRAY '{review,publicise,push,expire,approve,pay}'::text[] LOOP
		SELECT a.entitlements, a.amount, a.held_back INTO entitlements, amount, held_back
		FROM growth_index.advance_step(step, as_of) AS a;
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION growth_index.advance_entitlements(date) IS
'The system''s part of a day: proposes entitlements from matches, reviews those that need no person, publicises, pushes those whose publicity has ended, lets expire what was not confirmed, approves and pays what was. One row a step: how many, and yuan. Run again on the same day it does what has become ready since.';
