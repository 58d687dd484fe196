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
		SELECT e.id, CASE r.step WHEN 'publicise' THEN growth_index.add_working_days(advance_step.as_of, nullif(p.publicity_days, 0)) ELSE e.publicity_ends END AS publicity_ends,
			CASE r.step WHEN 'push' THEN advance_step.as_of + p.confirm_days ELSE e.expires_on END AS expires_on
		FROM growth_index.entitlement AS e
			JOIN rule AS r ON e.state = r.source
			JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version
			LEFT JOIN growth_index.enterprise AS f ON f.credit_code OPERATOR(growth_index.=) e.credit_code
		WHERE (r.step = 'expire' OR f.status = 'active' AND NOT EXISTS (SELECT FROM growth_index.exclusion AS x
				WHERE x.credit_code OPERATOR(growth_index.=) e.credit_code AND x.list = ANY (p.excluded_by) AND advance_step.as_of BETWEEN x.valid_from AND x.valid_to))
			AND CASE r.step
			WHEN 'review' THEN NOT p.needs_person AND NOT p.four_eyes AND NOT growth_index.contested(e.credit_code, p)
			WHEN 'push' THEN e.publicity_ends < advance_step.as_of OR e.publicity_ends IS NULL
			WHEN 'expire' THEN e.expires_on < advance_step.as_of
			ELSE true END
		FOR UPDATE OF e SKIP LOCKED
	), moved AS (
		UPDATE growth_index.entitlement AS e
		SET state = r.target, reason = r.reason, changed_at = clock_timestamp(), revision = e.revision + 1,
			publicity_ends = y.publicity_ends, expires_on = y.expires_on
		FROM ready AS y, rule AS r
		WHERE e.id = y.id
		RETURNING e, r.source, r.target, r.reason
	), told AS (
		INSERT INTO growth_index.entitlement_event (entitlement_id, step, from_state, to_state, actor, reason, inputs, as_of)
		SELECT (m.e).id, advance_step.step, m.source, m.target, 'system', m.reason,
			growth_index.step_record(m.e) || CASE advance_step.step WHEN 'review' THEN growth_index.decision_record(p, k.profile, c)
				WHEN 'publicise' THEN jsonb_build_object('publicity_ends', (m.e).publicity_ends)
				WHEN 'push' THEN jsonb_build_object('expires_on', (m.e).expires_on) ELSE '{}' END, advance_step.as_of
		FROM moved AS m JOIN growth_index.policy AS p ON p.code = (m.e).policy AND p.version = (m.e).version
			LEFT JOIN growth_index.matching_profiles AS k ON advance_step.step = 'review' AND k.credit_code OPERATOR(growth_index.=) (m.e).credit_code
			LEFT JOIN growth_index.score AS c ON advance_step.step = 'review' AND c.credit_code OPERATOR(growth_index.=) (m.e).credit_code
				AND c.scorecard = (SELECT growth_index.matching_scorecard())
		ORDER BY (m.e).id
	)
	SELECT count(*), coalesce(sum((m.e).award), 0), 0::bigint FROM moved AS m
$$;
COMMENT ON FUNCTION growth_index.advance_step(text, date) IS
'Internal: review, publicise, push or expire of all entitlements that are ready for it: how many, and yuan.';

/*
 * All that book for many lock as who books for one: the caps, then the budgets
 * by code, so that two never wait for each other in a circle.
 */
CREATE FUNCTION growth_index.lock_budgets() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM growth_index.lock_caps(EXISTS (SELECT FROM growth_index.policy AS p WHERE p.cap_year IS NOT NULL));
	PERFORM FROM growth_index.budget AS b ORDER BY b.code FOR UPDATE;
END
$$;
COMMENT ON FUNCTION growth_index.lock_budgets() IS 'Internal: locks all budgets, and the caps of the year where there are any, to the end of the transaction.';
REVOKE ALL ON FUNCTION growth_index.lock_budgets() FROM PUBLIC;

/* whoever is not active any more or came onto a list of exclusion gets no further: what is open is held, what was committed is free */
CREATE FUNCTION growth_index.advance_hold(as_of date, OUT entitlements bigint, OUT amount numeric, OUT held_back bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	stopped bigint[];
BEGIN
	WITH ready AS MATERIALIZED (
		SELECT e.id, growth_index.barred(e, advance_hold.as_of) AS obstacle
		FROM growth_index.entitlement AS e
			JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version
			LEFT JOIN growth_index.enterprise AS f ON f.credit_code OPERATOR(growth_index.=) e.credit_code
		WHERE e.state IN ('matched', 'reviewed', 'publicised', 'pushed', 'confirmed', 'approved')
			AND (f.status IS DISTINCT FROM 'active' OR EXISTS (SELECT FROM growth_index.exclusion AS x WHERE x.credit_code OPERATOR(growth_index.=) e.credit_code
				AND x.list = ANY (p.excluded_by) AND advance_hold.as_of BETWEEN x.valid_from AND x.valid_to))
			/* what is paid in part is a case for a claw-back */
			AND NOT EXISTS (SELECT FROM growth_index.payment_standing AS s WHERE s.entitlement_id = e.id)
		FOR UPDATE OF e SKIP LOCKED
	), moved AS (
		UPDATE growth_index.entitlement AS e
		SET state = 'held', reason = 'the enterprise is ' || y.obstacle, granted = NULL, approved_on = NULL, changed_at = clock_timestamp(), revision = e.revision + 1
		FROM ready AS y JOIN growth_index.entitlement AS was ON was.id = y.id
		WHERE e.id = y.id
		RETURNING e.id, was.state AS from_state, e.reason, e.award, was
	), told AS (
		INSERT INTO growth_index.entitlement_event (entitlement_id, step, from_state, to_state, actor, reason, inputs, as_of)
		SELECT m.id, 'hold', m.from_state, 'held', 'system', m.reason, growth_index.step_record(m.was), advance_hold.as_of FROM moved AS m ORDER BY m.id
	)
	SELECT count(*), coalesce(sum(m.award), 0), count(*), array_agg(m.id) INTO entitlements, amount, held_back, stopped FROM moved AS m;
	IF stopped IS NULL THEN
		RETURN;
	END IF;
	/* approvals follow in the same transaction: what is locked for a release goes before nothing of theirs */
	PERFORM growth_index.lock_budgets();
	INSERT INTO growth_index.ledger (kind, budget_code, amount, entitlement_id, as_of)
	SELECT 'release', b.budget_code, b.balance, s.id, advance_hold.as_of
	FROM unnest(stopped) AS s(id) CROSS JOIN LATERAL growth_index.entitlement_balance(s.id) AS b
	WHERE b.account = 'committed' AND b.balance > 0 ORDER BY s.id;
END
$$;
COMMENT ON FUNCTION growth_index.advance_hold(date) IS 'Internal: holds all that is open, and not paid in part, of enterprises that are not active or on a list of exclusion of the policy.';

/* of those that are confirmed, who is not due any more is held */
CREATE FUNCTION growth_index.hold_not_due(ready bigint[], as_of date) RETURNS bigint
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
	WITH due AS MATERIALIZED (
		/* most are due: why not is asked of the others only */
		SELECT e.id, e.credit_code, e.policy, e.version,
			CASE WHEN (f.status = 'active' AND NOT EXISTS (SELECT FROM growth_index.exclusion AS x
						WHERE x.credit_code OPERATOR(growth_index.=) e.credit_code AND x.list = ANY (p.excluded_by) AND as_of BETWEEN x.valid_from AND x.valid_to)
					AND (p.judged_at = 'event' OR growth_index.matches(p.criteria, k.profile, as_of)
						AND n.award >= e.award + e.deducted AND (p.cap_enterprise IS NULL OR p.cap_enterprise >= e.award + e.deducted))) IS NOT TRUE
				THEN coalesce(growth_index.no_longer_due(e, as_of), 'it is not known to be due') END AS obstacle
		FROM growth_index.entitlement AS e
			JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version
			LEFT JOIN growth_index.enterprise AS f ON f.credit_code OPERATOR(growth_index.=) e.credit_code
			LEFT JOIN growth_index.matching_profiles AS k ON k.credit_code OPERATOR(growth_index.=) e.credit_code
			CROSS JOIN LATERAL growth_index.amount_in_yuan(p.award, k.profile, as_of, p.rounding, p.rounding_way) AS n(award)
		WHERE e.id = ANY (ready)
	), moved AS (
		UPDATE growth_index.entitlement AS e SET state = 'held', reason = d.obstacle, changed_at = clock_timestamp(), revision = e.revision + 1
		FROM due AS d WHERE d.id = e.id AND d.obstacle IS NOT NULL
		RETURNING e
	), told AS (
		INSERT INTO growth_index.entitlement_event (entitlement_id, step, from_state, to_state, actor, reason, inputs, as_of)
		SELECT (m.e).id, 'approve', 'confirmed', 'held', 'system', (m.e).reason,
			growth_index.step_record(m.e) || growth_index.decision_inputs((m.e).credit_code, p), as_of
		FROM moved AS m JOIN growth_index.policy AS p ON p.code = (m.e).policy AND p.version = (m.e).version
		ORDER BY (m.e).id
	)
	SELECT count(*) FROM moved
$$;
COMMENT ON FUNCTION growth_index.hold_not_due(bigint[], date) IS 'Internal: of these confirmed entitlements, those that no_longer_due() speaks of go to held; how many.';
REVOKE ALL ON FUNCTION growth_index.hold_not_due(bigint[], date) FROM PUBLIC;

/* confirmed → approved with these amounts, and the commitment, for all at once */
CREATE FUNCTION growth_index.approve_listed(ids bigint[], grants numeric[], as_of date) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
	WITH given AS MATERIALIZED (
		SELECT * FROM unnest(ids, grants) WITH ORDINALITY AS g(id, amount, n)
	), moved AS (
		UPDATE growth_index.entitlement AS e
		SET state = 'approved', granted = g.amount, approved_on = approve_listed.as_of, reason = NULL, changed_at = clock_timestamp(), revision = e.revision + 1
		FROM given AS g WHERE e.id = g.id AND e.state = 'confirmed'
		RETURNING e.id, e.credit_code, e.policy, e.version, e.award, e.granted, g.n
	), committed AS (
		INSERT INTO growth_index.ledger (kind, budget_code, amount, entitlement_id, as_of)
		SELECT 'commit', q.budget_code, q.amount, m.id, approve_listed.as_of
		FROM moved AS m JOIN growth_index.policy AS p ON p.code = m.policy AND p.version = m.version
			CROSS JOIN LATERAL growth_index.budget_parts(p, m.granted) AS q
		ORDER BY m.n, q.budget_code
	)
	INSERT INTO growth_index.entitlement_event (entitlement_id, step, from_state, to_state, actor, inputs, as_of)
	SELECT m.id, 'approve', 'confirmed', 'approved', 'system', growth_index.decision_record(p, k.profile, c)
		|| jsonb_build_object('awarded', m.award, 'granted', m.granted, 'allocation', p.allocation), approve_listed.as_of
	FROM moved AS m JOIN growth_index.policy AS p ON p.code = m.policy AND p.version = m.version
		LEFT JOIN growth_index.matching_profiles AS k ON k.credit_code OPERATOR(growth_index.=) m.credit_code
		LEFT JOIN growth_index.score AS c ON c.credit_code OPERATOR(growth_index.=) m.credit_code
			AND c.scorecard = (SELECT growth_index.matching_scorecard())
	ORDER BY m.n
$$;
COMMENT ON FUNCTION growth_index.approve_listed(bigint[], numeric[], date) IS 'Internal: approves these confirmed entitlements with these amounts, in this order, and commits them.';
REVOKE ALL ON FUNCTION growth_index.approve_listed(bigint[], numeric[], date) FROM PUBLIC;

CREATE FUNCTION growth_index.advance_approval(as_of date, OUT entitlements bigint, OUT amount numeric, OUT held_back bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	ready bigint[];
	plan record;
	more record;
	codes text[];
	lefts numeric[];
BEGIN
	SELECT array_agg(y.id) INTO ready
	FROM (SELECT e.id FROM growth_index.entitlement AS e
			JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version
		WHERE e.state = 'confirmed' AND NOT p.four_eyes FOR UPDATE OF e SKIP LOCKED) AS y;
	entitlements := 0;
	amount := 0;
	held_back := 0;
	IF ready IS NULL THEN
		RETURN;
	END IF;
	PERFORM growth_index.hold_not_due(ready, as_of);
	PERFORM growth_index.lock_budgets();
	SELECT array_agg(b.code ORDER BY b.code), array_agg(b.amount - b.committed ORDER BY b.code) INTO codes, lefts FROM growth_index.budget AS b;
	SELECT * INTO plan FROM growth_index.allocate_in_order(ready, as_of, codes, lefts);
	PERFORM growth_index.approve_listed(plan.ids, plan.grants, as_of);
	SELECT * INTO more FROM growth_index.allocate_in_proportion(ready, as_of, plan.codes, plan.lefts);
	/* what was approved at once, under a cap, is passed over here */
	IF more.ids IS NOT NULL THEN
		PERFORM growth_index.approve_listed(more.ids, more.grants, as_of);
	END IF;
	SELECT coalesce(cardinality(plan.ids || more.ids), 0), coalesce(sum(g), 0) INTO entitlements, amount FROM unnest(plan.grants || more.grants) AS g;
	held_back := cardinality(ready) - entitlements;
END
$$;
COMMENT ON FUNCTION growth_index.advance_approval(date) IS
'Internal: approve_entitlement() of all that are confirmed, by the allocation of their policies: first those that are served first come, in the order of confirmation, then those by score, then the proportional ones whose round is complete. When a budget does not suffice for one, those behind it wait as well. held_back: those that wait for money, and those that went to held since they are not due any more.';

CREATE FUNCTION growth_index.advance_payment(as_of date, OUT entitlements bigint, OUT amount numeric, OUT held_back bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM growth_index.lock_budgets();
	WITH ready AS MATERIALIZED (
		SELECT e, p
		FROM growth_index.entitlement AS e
			JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version
			JOIN growth_index.enterprise AS f ON f.credit_code OPERATOR(growth_index.=) e.credit_code AND f.status = 'active'
		WHERE e.state = 'approved' AND NOT EXISTS (SELECT FROM growth_index.exclusion AS x
			WHERE x.credit_code OPERATOR(growth_index.=) e.credit_code AND x.list = ANY (p.excluded_by)
				AND advance_payment.as_of BETWEEN x.valid_from AND x.valid_to)
		FOR UPDATE OF e SKIP LOCKED
	), part AS MATERIALIZED (
		/* whatever was paid of these has come back, and some of it may have been clawed back */
		SELECT (y.e).id, (y.e).credit_code, 1 AS instalment, (y.p).budget_code, CASE WHEN r.times > 0 THEN (SELECT a.committed FROM growth_index.entitlement_account AS a
				WHERE a.entitlement_id = (y.e).id AND a.budget_code = (y.p).budget_code) ELSE (y.e).granted END AS amount, true AS due, NULL AS parts,
			1 + coalesce(r.times, 0)::integer AS attempt
		FROM ready AS y
			LEFT JOIN (SELECT q.entitlement_id, count(*) AS times FROM growth_index.payment AS q WHERE q.kind = 'return' GROUP BY q.entitlement_id) AS r
				ON r.entitlement_id = (y.e).id
		WHERE (y.p).instalments IS NULL AND (y.p).cost_shares IS NULL
		UNION ALL
		SELECT (y.e).id, (y.e).credit_code, d.instalment, d.budget_code, d.amount, d.due, 'instalment ' || d.instalment, d.attempt
		FROM ready AS y CROSS JOIN LATERAL growth_index.parts_due(y.e, y.p, advance_payment.as_of) AS d
		WHERE (y.p).instalments IS NOT NULL OR (y.p).cost_shares IS NOT NULL
	), moved AS (
		UPDATE growth_index.entitlement AS e
		SET state = CASE WHEN y.complete THEN 'paid' ELSE 'approved' END, reason = y.parts, changed_at = clock_timestamp(), revision = e.revision + 1
		FROM (SELECT t.id, bool_and(t.due) AS complete, string_agg(DISTINCT t.parts, ', ') FILTER (WHERE t.due) AS parts,
				jsonb_agg(jsonb_build_object('instalment', t.instalment, 'budget', t.budget_code, 'attempt', t.attempt, 'amount', t.amount)
					ORDER BY t.instalment, t.budget_code) FILTER (WHERE t.due) AS paid
			FROM part AS t GROUP BY t.id HAVING bool_or(t.due)) AS y
		WHERE y.id = e.id
		RETURNING e, y.paid
	), paid AS (
		INSERT INTO growth_index.payment (entitlement_id, credit_code, budget_code, instalment, attempt, amount, paid_on)
		SELECT t.id, t.credit_code, t.budget_code, t.instalment, t.attempt, t.amount, advance_payment.as_of
		/* all of them moved: they are locked */
		FROM part AS t WHERE t.due ORDER BY t.id, t.instalment, t.budget_code
		RETURNING payment.amount
	), told AS (
		INSERT INTO growth_index.entitlement_event (entitlement_id, step, from_state, to_state, actor, reason, inputs, as_of)
		SELECT (m.e).id, 'pay', 'approved', (m.e).state, 'system', (m.e).reason,
			growth_index.step_record(m.e) || jsonb_build_object('parts', m.paid)
				|| CASE WHEN p.instalments IS NOT NULL THEN growth_index.decision_inputs((m.e).credit_code, p) ELSE '{}' END, advance_payment.as_of
		FROM moved AS m JOIN growth_index.policy AS p ON p.code = (m.e).policy AND p.version = (m.e).version ORDER BY (m.e).id
	)
	SELECT (SELECT count(*) FROM moved), coalesce(sum(p.amount), 0), 0 INTO entitlements, amount, held_back FROM paid AS p;
END
$$;
COMMENT ON FUNCTION growth_index.advance_payment(date) IS 'Internal: pay_entitlement() of all that are approved, as far as their parts are due, and their enterprises active and on no list of exclusion.';

CREATE FUNCTION growth_index.advance_entitlements(as_of date DEFAULT current_date, OUT step text,
	OUT entitlements bigint, OUT amount numeric, OUT held_back bigint) RETURNS SETOF record
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
BEGIN
	step := 'match';
	entitlements := growth_index.propose_entitlements(as_of);
	RETURN NEXT;
	step := 'hold';
	SELECT a.entitlements, a.amount, a.held_back INTO entitlements, amount, held_back FROM growth_index.advance_hold(as_of) AS a;
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
'The system''s part of a day: proposes entitlements from matches, holds those of excluded enterprises, reviews those that need no person, publicises, pushes those whose publicity has ended, lets expire what was not confirmed, approves and pays what was. One row a step: how many, and yuan. Run again on the same day it does what has become ready since.';
REVOKE ALL ON FUNCTION growth_index.advance_step(text, date) FROM PUBLIC;
REVOKE ALL ON FUNCTION growth_index.advance_hold(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION growth_index.advance_approval(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION growth_index.advance_payment(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION growth_index.advance_entitlements(date) FROM PUBLIC;
