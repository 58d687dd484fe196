/*
 * Proofs for the auditor: that the books agree, and that a payment follows
 * from the events on record.
 */
CREATE FUNCTION growth_index.reconcile(OUT finding text, OUT budget_code text, OUT entitlement_id bigint,
	OUT expected text, OUT found text) RETURNS SETOF record
LANGUAGE sql STABLE COST 100000 ROWS 10 SET search_path = pg_catalog, pg_temp
	/* all against all, whatever statistics say: never a loop in a loop */
	SET enable_nestloop = off SET jit = off
AS $$
	WITH account AS MATERIALIZED (
		SELECT b.budget_code, sum(b.balance) FILTER (WHERE b.account = 'appropriation') AS appropriation,
			coalesce(sum(b.balance) FILTER (WHERE b.account = 'available'), 0) AS available,
			coalesce(sum(b.balance) FILTER (WHERE b.account = 'committed'), 0) AS committed,
			coalesce(sum(b.balance) FILTER (WHERE b.account = 'paid'), 0) AS paid,
			coalesce(sum(b.balance) FILTER (WHERE b.account = 'receivable'), 0) AS receivable
		FROM growth_index.account_balance AS b GROUP BY b.budget_code
	), benefit AS MATERIALIZED (
		SELECT l.entitlement_id,
			sum(CASE l.kind WHEN 'commit' THEN l.amount WHEN 'release' THEN - l.amount WHEN 'pay' THEN - l.amount WHEN 'return' THEN l.amount ELSE 0 END) AS committed,
			sum(CASE l.kind WHEN 'pay' THEN l.amount WHEN 'return' THEN - l.amount WHEN 'claw_back' THEN - l.amount WHEN 'waive' THEN l.amount ELSE 0 END) AS paid,
			sum(CASE l.kind WHEN 'pay' THEN l.amount WHEN 'return' THEN - l.amount ELSE 0 END) AS paid_out,
			sum(CASE l.kind WHEN 'claw_back' THEN l.amount WHEN 'waive' THEN - l.amount WHEN 'refund' THEN - l.amount ELSE 0 END) AS receivable
		FROM growth_index.ledger AS l WHERE l.entitlement_id IS NOT NULL GROUP BY l.entitlement_id
	), told AS MATERIALIZED (
		SELECT v.id, v.entitlement_id, v.step, v.from_state, v.to_state, v.actor,
			lag(v.to_state) OVER w AS before, row_number() OVER w AS n, lead(v.id) OVER w IS NULL AS last
		FROM growth_index.entitlement_event AS v WINDOW w AS (PARTITION BY v.entitlement_id ORDER BY v.id)
	)
	/* ---- the books ---- */
	SELECT 'a transaction does not balance', l.budget_code, l.entitlement_id, format('%s: %s to %s', l.kind, k.credit, k.debit),
		format('%s: %s to %s, %s yuan', l.kind, l.credit, l.debit, l.amount)
	FROM growth_index.ledger AS l
		LEFT JOIN (VALUES ('appropriate', 'available', 'appropriation'), ('reduce', 'appropriation', 'available'), ('commit', 'committed', 'available'),
			('release', 'available', 'committed'), ('pay', 'paid', 'committed'), ('return', 'committed', 'paid'),
			('claw_back', 'receivable', 'paid'), ('waive', 'paid', 'receivable'), ('refund', 'available', 'receivable')) AS k(kind, debit, credit) ON k.kind = l.kind
	WHERE (l.debit = k.debit AND l.credit = k.credit AND l.amount > 0) IS NOT TRUE
	UNION ALL
	SELECT 'a budget differs from its ledger', coalesce(b.code, a.budget_code), NULL,
		format('amount %s, committed %s, paid %s', coalesce(- a.appropriation, 0), coalesce(a.committed + a.paid + a.receivable, 0), coalesce(a.paid, 0)),
		format('amount %s, committed %s, paid %s', coalesce(b.amount, 0), coalesce(b.committed, 0), coalesce(b.paid, 0))
	FROM growth_index.budget AS b FULL JOIN account AS a ON a.budget_code = b.code
	WHERE (coalesce(b.amount, 0), coalesce(b.committed, 0), coalesce(b.paid, 0))
		<> (coalesce(- a.appropriation, 0), coalesce(a.committed + a.paid + a.receivable, 0), coalesce(a.paid, 0))
	UNION ALL
	SELECT 'a budget is overspent', a.budget_code, NULL, 'no account below 0',
		format('available %s, committed %s, paid %s, receivable %s', a.available, a.committed, a.paid, a.receivable)
	FROM account AS a WHERE least(a.available, a.committed, a.paid, a.receivable) < 0
	UNION ALL
	SELECT 'an account of an entitlement differs from the ledger', coalesce(a.budget_code, l.budget_code), coalesce(a.entitlement_id, l.entitlement_id),
		format('committed %s, paid %s, receivable %s', l.committed, l.paid, l.receivable), format('committed %s, paid %s, receivable %s', a.committed, a.paid, a.receivable)
	FROM growth_index.entitlement_account AS a
		FULL JOIN (SELECT e.entitlement_id, e.budget_code, coalesce(sum(e.amount) FILTER (WHERE e.account = 'committed'), 0) AS committed,
				coalesce(sum(e.amount) FILTER (WHERE e.account = 'paid'), 0) AS paid, coalesce(sum(e.amount) FILTER (WHERE e.account = 'receivable'), 0) AS receivable
			FROM growth_index.ledger_entry AS e WHERE e.entitlement_id IS NOT NULL GROUP BY e.entitlement_id, e.budget_code) AS l
			ON l.entitlement_id = a.entitlement_id AND l.budget_code = a.budget_code
	WHERE (a.committed, a.paid, a.receivable) IS DISTINCT FROM (l.committed, l.paid, l.receivable)
	UNION ALL
	SELECT 'a year of a policy differs from its entitlements', NULL, NULL, format('%s in %s: %s', coalesce(y.policy, s.policy), coalesce(y.year, s.year), coalesce(s.amount, 0)), coalesce(y.amount, 0)::text
	FROM growth_index.policy_year AS y
		FULL JOIN (SELECT e.policy, extract(year FROM e.approved_on)::integer AS year, sum(a.committed + a.paid) AS amount
			FROM growth_index.entitlement AS e JOIN growth_index.entitlement_account AS a ON a.entitlement_id = e.id
			WHERE e.approved_on IS NOT NULL GROUP BY 1, 2) AS s ON s.policy = y.policy AND s.year = y.year
	WHERE coalesce(y.amount, 0) <> coalesce(s.amount, 0)
	/* ---- payments ---- */
	UNION ALL
	SELECT 'a payment is not booked as it is', p.budget_code, p.entitlement_id, format('%s %s', p.kind, p.amount),
		coalesce(format('%s %s', l.kind, l.amount), 'nothing')
	FROM growth_index.payment AS p LEFT JOIN growth_index.ledger AS l ON l.payment_id = p.id
	WHERE (l.kind, l.amount, l.budget_code, l.entitlement_id) IS DISTINCT FROM
		(CASE p.kind WHEN 'payment' THEN 'pay' ELSE p.kind END, p.amount, p.budget_code, p.entitlement_id)
	UNION ALL
	SELECT 'a booking has no payment', l.budget_code, l.entitlement_id, 'payment ' || l.payment_id, 'none'
	FROM growth_index.ledger AS l
	WHERE l.payment_id IS NOT NULL AND NOT EXISTS (SELECT FROM growth_index.payment AS p WHERE p.id = l.payment_id)
	UNION ALL
	SELECT 'a part was paid twice', s.budget_code, s.entitlement_id, 'instalment ' || s.instalment || ' once', count(*)::text
	FROM growth_index.payment_standing AS s GROUP BY s.budget_code, s.entitlement_id, s.instalment HAVING count(*) > 1
	UNION ALL
	SELECT 'a payment has no confirmed entitlement', p.budget_code, p.entitlement_id, 'an event "confirm" of enterprise ' || p.credit_code::text, 'none'
	FROM growth_index.payment AS p LEFT JOIN growth_index.entitlement AS e ON e.id = p.entitlement_id
	WHERE p.kind = 'payment' AND (e.credit_code OPERATOR(growth_index.=) p.credit_code IS NOT TRUE
		OR NOT EXISTS (SELECT FROM told AS t WHERE t.entitlement_id = p.entitlement_id AND t.to_state = 'confirmed'))
	UNION ALL
	SELECT 'no step made a payment', p.budget_code, p.entitlement_id, 'an event "pay" with this part', 'none'
	FROM growth_index.payment AS p
		LEFT JOIN (SELECT v.entitlement_id, q.instalment, q.budget, q.attempt, q.amount
			FROM growth_index.entitlement_event AS v
				CROSS JOIN LATERAL jsonb_to_recordset(v.inputs -> 'parts') AS q(instalment integer, budget text, attempt integer, amount numeric)
			WHERE v.step = 'pay') AS m
			ON (m.entitlement_id, m.instalment, m.budget, m.attempt, m.amount) = (p.entitlement_id, p.instalment, p.budget_code, p.attempt, p.amount)
	WHERE p.kind = 'payment' AND m.entitlement_id IS NULL
	UNION ALL
	SELECT 'what came back, or is owed back, is not what the steps say', NULL, coalesce(s.entitlement_id, l.entitlement_id),
		format('%s %s', coalesce(s.kind, l.kind), coalesce(s.amount, 0)), coalesce(l.amount, 0)::text
	FROM (SELECT v.entitlement_id, k.kind, sum(k.amount) AS amount
			FROM growth_index.entitlement_event AS v
				LEFT JOIN growth_index.payment AS p ON v.step = 'return' AND p.id = (v.inputs ->> 'payment')::bigint
				CROSS JOIN LATERAL (VALUES (v.step, CASE v.step WHEN 'return' THEN p.amount ELSE (v.inputs ->> 'amount')::numeric END),
					('waive', CASE v.step WHEN 'return' THEN (v.inputs ->> 'released')::numeric END)) AS k(kind, amount)
			WHERE v.step IN ('return', 'claw_back', 'refund') GROUP BY v.entitlement_id, k.kind) AS s
		FULL JOIN (SELECT b.entitlement_id, b.kind, sum(b.amount) AS amount FROM growth_index.ledger AS b
			WHERE b.kind IN ('return', 'claw_back', 'waive', 'refund') GROUP BY b.entitlement_id, b.kind) AS l
			ON l.entitlement_id = s.entitlement_id AND l.kind = s.kind
	WHERE coalesce(s.amount, 0) <> coalesce(l.amount, 0)
	/* ---- entitlements ---- */
	UNION ALL
	SELECT 'an entitlement is overspent', NULL, b.entitlement_id, format('at most %s', coalesce(e.granted, 0)),
		format('committed %s, paid %s, receivable %s', b.committed, b.paid, b.receivable)
	FROM benefit AS b LEFT JOIN growth_index.entitlement AS e ON e.id = b.entitlement_id
	WHERE least(b.committed, b.paid, b.receivable) < 0 OR (b.committed + b.paid_out <= e.granted OR b.committed + b.paid_out = 0) IS NOT TRUE
	UNION ALL
	SELECT 'the state of an entitlement and its money differ', NULL, e.id,
		format('%s with %s granted', e.state, coalesce(e.granted, 0)), format('committed %s, paid %s', coalesce(b.committed, 0), coalesce(b.paid, 0))
	FROM growth_index.entitlement AS e LEFT JOIN benefit AS b ON b.entitlement_id = e.id
		/* what was given up of the present grant */
		LEFT JOIN (SELECT v.entitlement_id, sum((v.inputs ->> 'released')::numeric) AS released FROM growth_index.entitlement_event AS v
			WHERE v.step IN ('claw_back', 'return') AND NOT EXISTS (SELECT FROM told AS t WHERE t.entitlement_id = v.entitlement_id AND t.step = 'approve' AND t.id > v.id)
			GROUP BY v.entitlement_id) AS g ON g.entitlement_id = e.id
	WHERE CASE e.state
		WHEN 'approved' THEN coalesce(b.committed, 0) > 0 AND b.committed + b.paid_out + coalesce(g.released, 0) = e.granted
		WHEN 'paid' THEN b.committed = 0 AND b.paid > 0
		WHEN 'clawed_back' THEN b.committed = 0 AND b.paid = 0
		ELSE coalesce(b.committed, 0) = 0 AND coalesce(b.paid, 0) = 0 END IS NOT TRUE
	UNION ALL
	SELECT 'the events of an entitlement do not follow each other', NULL, t.entitlement_id, coalesce(t.before, 'nothing'), coalesce(t.from_state, 'nothing')
	FROM told AS t WHERE t.from_state IS DISTINCT FROM t.before
	UNION ALL
	SELECT 'an entitlement is not where its events lead', NULL, e.id, coalesce(t.to_state, 'no event'), e.state
	FROM growth_index.entitlement AS e LEFT JOIN told AS t ON t.entitlement_id = e.id AND t.last
	WHERE t.to_state IS DISTINCT FROM e.state
	UNION ALL
	SELECT 'events of an entitlement that is not there', NULL, t.entitlement_id, 'an entitlement', 'none'
	FROM told AS t WHERE t.n = 1 AND NOT EXISTS (SELECT FROM growth_index.entitlement AS e WHERE e.id = t.entitlement_id)
	UNION ALL
	SELECT 'an award is not the one that was matched', NULL, e.id, m.awarded::text, e.award::text
	FROM growth_index.entitlement AS e
		JOIN (SELECT DISTINCT ON (v.entitlement_id) v.entitlement_id, (v.inputs ->> 'awarded')::numeric AS awarded FROM growth_index.entitlement_event AS v
			WHERE v.step = 'match' ORDER BY v.entitlement_id, v.id DESC) AS m ON m.entitlement_id = e.id
	WHERE e.state <> 'superseded' AND m.awarded IS DISTINCT FROM e.award
	UNION ALL
	SELECT 'a grant is not the one that was approved', NULL, e.id, a.granted::text, e.granted::text
	FROM growth_index.entitlement AS e
		LEFT JOIN LATERAL (SELECT (v.inputs ->> 'granted')::numeric AS granted FROM growth_index.entitlement_event AS v
			WHERE v.entitlement_id = e.id AND v.step = 'approve' AND v.to_state = 'approved' ORDER BY v.id DESC LIMIT 1) AS a ON true
	WHERE e.granted IS NOT NULL AND a.granted IS DISTINCT FROM e.granted
	UNION ALL
	SELECT 'an occasion was had twice', NULL, max(e.id), 'once', count(*)::text
	FROM growth_index.entitlement AS e GROUP BY e.credit_code, e.policy, e.occasion HAVING count(*) > 1
	UNION ALL
	SELECT 'two of a stacking group are paid', NULL, e.id, format('the difference to policy "%s"', o.policy), e.award::text
	FROM growth_index.entitlement AS e
		JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version
		JOIN growth_index.entitlement AS o ON o.credit_code OPERATOR(growth_index.=) e.credit_code
		JOIN growth_index.policy AS q ON q.code = o.policy AND q.version = o.version AND q.stacking_group = p.stacking_group
	WHERE e.state IN ('approved', 'paid') AND o.state IN ('approved', 'paid') AND o.policy <> e.policy
		AND growth_index.same_occasion(e.occasion, o.occasion) AND e.id > o.id AND e.deducted = 0
	/* ---- the bank ---- */
	UNION ALL
	SELECT 'an order is not what was paid', p.budget_code, p.entitlement_id, p.amount::text, o.amount::text
	FROM growth_index.payment_order AS o LEFT JOIN growth_index.payment AS p ON p.id = o.payment_id AND p.kind = 'payment'
	WHERE p.amount IS DISTINCT FROM o.amount
	UNION ALL
	SELECT 'a file is not the sum of its orders', NULL, NULL, format('file %s: %s payments, %s yuan', f.id, count(o.amount), coalesce(sum(o.amount), 0)),
		format('%s payments, %s yuan', f.payments, f.amount)
	FROM growth_index.payment_file AS f LEFT JOIN growth_index.payment_order AS o ON o.file_id = f.id
	GROUP BY f.id, f.payments, f.amount HAVING (count(o.amount), coalesce(sum(o.amount), 0)) <> (f.payments, f.amount)
	UNION ALL
	SELECT 'the bank could not pay what stands as paid', p.budget_code, p.entitlement_id, 'returned', 'paid'
	FROM growth_index.payment_result AS r
		JOIN growth_index.payment_order AS o ON o.reference = r.reference
		JOIN growth_index.payment_standing AS p ON p.id = o.payment_id
	WHERE r.result = 'failed'
	UNION ALL
	SELECT 'a payment was returned while the bank had it', p.budget_code, p.entitlement_id, 'an answer of the bank', 'none'
	FROM growth_index.payment_order AS o JOIN growth_index.payment AS p ON p.id = o.payment_id
	WHERE NOT EXISTS (SELECT FROM growth_index.payment_result AS r WHERE r.reference = o.reference)
		AND NOT EXISTS (SELECT FROM growth_index.payment_standing AS s WHERE s.id = p.id)
	UNION ALL
	SELECT 'one person reviewed and approved', NULL, a.entitlement_id, 'two persons', a.actor
	FROM told AS a
		JOIN growth_index.entitlement AS e ON e.id = a.entitlement_id
		JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version AND p.four_eyes
	WHERE a.step = 'approve' AND a.to_state = 'approved' AND (a.actor = 'system' OR EXISTS (SELECT FROM told AS r
		WHERE r.entitlement_id = a.entitlement_id AND r.step = 'review' AND r.actor = a.actor))
$$;
COMMENT ON FUNCTION growth_index.reconcile() IS
'Proves the books: transactions balance, budgets are what their ledger says, budget ≥ commitments ≥ payments, each payment is booked once and has its confirmed entitlement, what came back or is owed back is what the steps say, entitlements stand where their events and their money say, awards and grants are those that were decided, and what went to the bank is what was paid. A row for each finding, with its budget and entitlement, what was to be expected and what was found; no row: all agree.';
REVOKE ALL ON FUNCTION growth_index.reconcile() FROM PUBLIC;

CREATE FUNCTION growth_index.of_record(record jsonb, keys text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
	SELECT jsonb_object_agg(k, record -> k ORDER BY k) FROM unnest(keys) AS k WHERE record -> k <> 'null'
$$;
COMMENT ON FUNCTION growth_index.of_record(jsonb, text[]) IS 'Internal: these members of a record, those that are null left out; NULL: none.';
REVOKE ALL ON FUNCTION growth_index.of_record(jsonb, text[]) FROM PUBLIC;

/* a profile has hundreds of indicators; a decision reads a few */
CREATE FUNCTION growth_index.values_read(inputs jsonb) RETURNS jsonb
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
	SELECT jsonb_object_agg(k, inputs -> 'profile' -> k ORDER BY k)
	FROM (SELECT unnest(growth_index.indicators((inputs ->> 'criteria')::growth_index.criteria))
		UNION SELECT unnest(growth_index.indicators((inputs ->> 'award')::growth_index.formula))) AS r(k)
$$;
COMMENT ON FUNCTION growth_index.values_read(jsonb) IS 'Internal: of the profile that an event kept, what its criteria and its award formula read; null: unknown then.';
REVOKE ALL ON FUNCTION growth_index.values_read(jsonb) FROM PUBLIC;

/*
 * The audit of one payment, from the events alone: neither the policy's table
 * nor the profile of today are read.
 */
CREATE FUNCTION growth_index.audit_payment(payment_id bigint, OUT item text, OUT expected text, OUT found text, OUT agrees boolean, OUT inputs jsonb)
	RETURNS SETOF record
LANGUAGE sql STABLE ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
	WITH paid AS MATERIALIZED (
		SELECT p.* FROM growth_index.payment AS p WHERE p.id = audit_payment.payment_id AND p.kind = 'payment'
	), event AS MATERIALIZED (
		SELECT v.* FROM paid AS p JOIN growth_index.entitlement_event AS v ON v.entitlement_id = p.entitlement_id AND v.happened_at <= p.recorded_at
	), matched AS MATERIALIZED (
		SELECT v.inputs, v.as_of FROM event AS v WHERE v.to_state = 'matched' ORDER BY v.id DESC LIMIT 1
	), approved AS MATERIALIZED (
		SELECT v.inputs, v.as_of, v.id FROM event AS v WHERE v.to_state = 'approved' AND v.step = 'approve' ORDER BY v.id DESC LIMIT 1
	), spent AS MATERIALIZED (
		/* the step that paid this part: in a batch it is written a moment after the payment */
		SELECT v.inputs, v.as_of FROM paid AS p
			JOIN growth_index.entitlement_event AS v ON v.entitlement_id = p.entitlement_id AND v.step = 'pay'
				AND v.inputs -> 'parts' @> jsonb_build_array(jsonb_build_object('instalment', p.instalment, 'budget', p.budget_code, 'attempt', p.attempt, 'amount', p.amount))
		ORDER BY v.id DESC LIMIT 1
	), again AS MATERIALIZED (
		/* least() passes over what is NULL, so each is capped only where there is a cap */
		SELECT m.inputs ->> 'policy' AS policy, (m.inputs ->> 'version')::integer AS version,
			growth_index.matches((a.inputs ->> 'criteria')::growth_index.criteria, (a.inputs -> 'profile')::text::growth_index.profile, a.as_of) AS due_then,
			growth_index.matches((m.inputs ->> 'criteria')::growth_index.criteria, (m.inputs -> 'profile')::text::growth_index.profile, m.as_of) AS due_first,
			CASE WHEN n.amount IS NOT NULL THEN least(n.amount, (m.inputs ->> 'cap')::numeric - coalesce((m.inputs ->> 'had')::numeric, 0)) END
				- coalesce((m.inputs ->> 'deducted')::numeric, 0) AS award,
			/* of all that was known, what was read */
			m.inputs || jsonb_build_object('values', growth_index.values_read(m.inputs), 'as_of', m.as_of) AS matched,
			a.inputs || jsonb_build_object('values', growth_index.values_read(a.inputs), 'as_of', a.as_of) AS approved,
			(a.inputs ->> 'granted')::numeric AS granted, a.inputs ->> 'judged_at' AS judged_at,
			a.inputs -> 'cost_shares' AS cost_shares, a.inputs -> 'instalments' AS instalments, a.inputs ->> 'budget' AS budget
		FROM approved AS a, matched AS m
			CROSS JOIN LATERAL growth_index.amount_in_yuan((m.inputs ->> 'award')::growth_index.formula, (m.inputs -> 'profile')::text::growth_index.profile, m.as_of,
				(m.inputs ->> 'rounding')::numeric, m.inputs ->> 'rounding_way') AS n(amount)
	), step AS (
		SELECT string_agg(v.to_state, ' → ' ORDER BY v.id) FILTER (WHERE v.to_state IN ('matched', 'reviewed', 'publicised', 'pushed', 'confirmed', 'approved', 'paid')) AS way,
			bool_and(v.from_state IS NOT DISTINCT FROM v.before) AS chained,
			jsonb_agg(jsonb_strip_nulls(jsonb_build_object('event', v.id, 'step', v.step, 'to', v.to_state, 'actor', v.actor, 'role', v.role,
				'reason', v.reason, 'as_of', v.as_of)) ORDER BY v.id) AS told
		FROM (SELECT e.*, lag(e.to_state) OVER (ORDER BY e.id) AS before FROM event AS e) AS v
	), back AS (
		/* a return is of this payment, the others of the entitlement */
		SELECT v.id, v.step, v.actor, v.reason, v.as_of, CASE v.step WHEN 'return' THEN p.amount ELSE (v.inputs ->> 'amount')::numeric END AS amount
		FROM paid AS p JOIN growth_index.entitlement_event AS v ON v.entitlement_id = p.entitlement_id
		WHERE v.step IN ('claw_back', 'refund') OR v.step = 'return' AND (v.inputs ->> 'payment')::bigint = p.id
		UNION ALL
		SELECT v.id, 'waive', v.actor, v.reason, v.as_of, (v.inputs ->> 'released')::numeric
		FROM paid AS p JOIN growth_index.entitlement_event AS v ON v.entitlement_id = p.entitlement_id
		WHERE v.step = 'return' AND (v.inputs ->> 'released')::numeric > 0
	), booked AS (
		SELECT l.kind, l.amount FROM paid AS p JOIN growth_index.ledger AS l ON l.entitlement_id = p.entitlement_id
		WHERE l.kind IN ('claw_back', 'waive', 'refund') OR EXISTS (SELECT FROM growth_index.payment AS q WHERE q.id = l.payment_id AND q.kind = 'return'
			AND (q.instalment, q.budget_code, q.attempt) = (p.instalment, p.budget_code, p.attempt))
	), since AS (
		SELECT format('returned %s, clawed back %s, refunded %s', t.returned, t.clawed_back, t.refunded) AS told, format('returned %s, clawed back %s, refunded %s', b.returned, b.clawed_back, b.refunded) AS booked
		FROM (SELECT round(coalesce(sum(k.amount) FILTER (WHERE k.step = 'return'), 0), 2) AS returned, round(coalesce(sum(CASE k.step WHEN 'claw_back' THEN k.amount WHEN 'waive' THEN - k.amount END), 0), 2) AS clawed_back,
				round(coalesce(sum(k.amount) FILTER (WHERE k.step = 'refund'), 0), 2) AS refunded FROM back AS k) AS t,
			(SELECT round(coalesce(sum(k.amount) FILTER (WHERE k.kind = 'return'), 0), 2) AS returned, round(coalesce(sum(CASE k.kind WHEN 'claw_back' THEN k.amount WHEN 'waive' THEN - k.amount END), 0), 2) AS clawed_back,
				round(coalesce(sum(k.amount) FILTER (WHERE k.kind = 'refund'), 0), 2) AS refunded FROM booked AS k) AS b
	), part AS (
		/* what is paid anew is no more than what a claw-back left */
		SELECT least(q.amount, (SELECT sum(growth_index.moved('committed', l.debit, l.credit, l.amount)) FROM growth_index.ledger AS l
				WHERE l.entitlement_id = p.entitlement_id AND l.budget_code = p.budget_code
					AND l.id < (SELECT b.id FROM growth_index.ledger AS b WHERE b.payment_id = p.id))) AS amount, q.due_when
		FROM again AS g, paid AS p
			CROSS JOIN LATERAL growth_index.payment_parts(jsonb_populate_record(NULL::growth_index.policy, jsonb_build_object(
				'budget_code', g.budget, 'cost_shares', nullif(g.cost_shares, 'null'), 'instalments', nullif(g.instalments, 'null'))), g.granted) AS q
		WHERE q.instalment = p.instalment AND q.budget_code = p.budget_code
	)
	SELECT 'the payment is on record', 'payment ' || audit_payment.payment_id, coalesce((SELECT 'payment ' || p.id FROM paid AS p), 'none'), EXISTS (SELECT FROM paid),
		(SELECT jsonb_build_object('entitlement', p.entitlement_id, 'enterprise', p.credit_code::text, 'instalment', p.instalment, 'attempt', p.attempt, 'budget', p.budget_code, 'paid_on', p.paid_on) FROM paid AS p)
	UNION ALL
	SELECT 'each event follows the one before', 'matched → … → confirmed → … → approved', s.way,
		coalesce(s.chained AND s.way LIKE 'matched%confirmed%approved%', false), s.told FROM step AS s
	UNION ALL
	SELECT 'the criteria were satisfied at the match', 'true', coalesce(g.due_first::text, 'unknown'), coalesce(g.due_first, false),
		growth_index.of_record(g.matched, '{policy,version,criteria,values,score,as_of}') FROM again AS g
	UNION ALL
	SELECT 'and at approval' || CASE WHEN g.judged_at = 'event' THEN ' (not asked: judged at the event)' ELSE '' END, 'true',
		coalesce(g.due_then::text, 'unknown'), coalesce(g.due_then, false) OR g.judged_at = 'event',
		growth_index.of_record(g.approved, '{policy,version,criteria,judged_at,values,score,as_of}') FROM again AS g
	UNION ALL
	SELECT 'the award, computed again', g.award::text, e.award::text, (g.award = e.award) IS TRUE,
		growth_index.of_record(g.matched, '{award,values,cap,had,deducted,as_of}')
	FROM again AS g, paid AS p JOIN growth_index.entitlement AS e ON e.id = p.entitlement_id
	UNION ALL
	SELECT 'what was granted is within the award', 'at most ' || g.award, g.granted::text, (g.granted > 0 AND g.granted <= g.award) IS TRUE,
		growth_index.of_record(g.approved, '{granted,allocation,as_of}') FROM again AS g
	UNION ALL
	SELECT 'the amount paid', (SELECT q.amount::text FROM part AS q), p.amount::text, ((SELECT q.amount FROM part AS q) = p.amount) IS TRUE,
		(SELECT growth_index.of_record(g.approved, '{granted,budget,cost_shares,instalments}') FROM again AS g) FROM paid AS p
	UNION ALL
	SELECT 'the step that paid it' || coalesce(', on ' || q.due_when, ''), 'due',
		CASE WHEN s.as_of IS NULL THEN 'no such step' WHEN d.due THEN 'due' ELSE 'not due' END, coalesce(d.due, false),
		growth_index.of_record(s.inputs || jsonb_build_object('as_of', s.as_of, 'when', q.due_when), '{when,profile,parts,as_of}')
	FROM paid AS p LEFT JOIN part AS q ON true LEFT JOIN spent AS s ON true
		CROSS JOIN LATERAL (SELECT s.as_of = p.paid_on AND (q.due_when IS NULL
			OR growth_index.matches(q.due_when::growth_index.criteria, (s.inputs -> 'profile')::text::growth_index.profile, s.as_of))) AS d(due)
	UNION ALL
	SELECT 'the ledger', 'pay ' || p.amount, coalesce(l.kind || ' ' || l.amount, 'nothing'), (l.kind = 'pay' AND l.amount = p.amount) IS TRUE,
		jsonb_build_object('transaction', l.id, 'debit', l.debit, 'credit', l.credit, 'budget', l.budget_code, 'as_of', l.as_of, 'booked_by', l.booked_by)
	FROM paid AS p LEFT JOIN growth_index.ledger AS l ON l.payment_id = p.id
	UNION ALL
	SELECT 'what has come back since', s.told, s.booked, s.told = s.booked,
		(SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('event', k.id, 'step', k.step, 'actor', k.actor, 'reason', k.reason, 'amount', k.amount, 'as_of', k.as_of)) ORDER BY k.id) FROM back AS k)
	FROM since AS s WHERE EXISTS (SELECT FROM paid)
$$;
COMMENT ON FUNCTION growth_index.audit_payment(bigint) IS
'Replays the decision of one payment from its events alone: criteria and award are computed again from the texts and the profile that the events kept, and the amount from what was granted. A row for each item, with what was to be expected, what is found, whether they agree, and the inputs that it was computed from: the steps with their actors, the criteria, the award formula and the values that they read, caps and deductions, parts, and what was returned, clawed back or refunded since.';
REVOKE ALL ON FUNCTION growth_index.audit_payment(bigint) FROM PUBLIC;

CREATE FUNCTION growth_index.audit_agrees(payment_id bigint) RETURNS boolean
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
	SELECT bool_and(a.agrees) AND count(*) = 10 FROM growth_index.audit_payment(audit_agrees.payment_id) AS a
$$;
COMMENT ON FUNCTION growth_index.audit_agrees(bigint) IS 'Do all items of audit_payment() agree? False as well where the payment or its events are not on record.';
REVOKE ALL ON FUNCTION growth_index.audit_agrees(bigint) FROM PUBLIC;
