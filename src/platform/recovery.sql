/*
 * Ways back: what is withdrawn, what the bank could not pay, what is clawed
 * back (追回) and refunded.
 */
/* withdrawn or held: what was committed and not paid is free again */
CREATE FUNCTION growth_index.put_aside(id bigint, step text, allowed text[], to_state text, actor text, reason text, key text, as_of date, seen integer)
	RETURNS growth_index.entitlement
LANGUAGE plpgsql
AS $$
DECLARE
	present growth_index.entitlement := growth_index.lock_entitlement(id);
	taken record;
BEGIN
	taken := growth_index.take_step(present, growth_index.policy_version(present.policy, present.version), step, allowed, to_state, actor, key, reason, as_of, NULL, seen);
	IF taken.done THEN
		/* told to nobody who may not take the step */
		IF present.state = 'approved' AND EXISTS (SELECT FROM growth_index.payment_standing AS s WHERE s.entitlement_id = put_aside.id) THEN
			RAISE EXCEPTION 'entitlement % is paid in part', id
				USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'claw_back_entitlement() takes it back.';
		END IF;
		INSERT INTO growth_index.ledger (kind, budget_code, amount, entitlement_id, as_of)
		SELECT 'release', b.budget_code, b.balance, put_aside.id, put_aside.as_of
		FROM growth_index.entitlement_balance(put_aside.id) AS b
		WHERE b.account = 'committed' AND b.balance > 0 ORDER BY b.budget_code;
	END IF;
	RETURN taken.entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.put_aside(bigint, text, text[], text, text, text, text, date, integer) IS
'Internal: a step that ends or halts an entitlement, and books what is committed for it back into its budgets. Errors: 55000 where some of it is paid, and as take_step().';
REVOKE ALL ON FUNCTION growth_index.put_aside(bigint, text, text[], text, text, text, text, date, integer) FROM PUBLIC;

CREATE FUNCTION growth_index.withdraw_entitlement(id bigint, actor text, reason text, key text DEFAULT NULL,
	as_of date DEFAULT current_date, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN growth_index.put_aside(id, 'withdraw', '{matched,reviewed,publicised,objected,pushed,confirmed,held,approved}', 'withdrawn', actor, reason, key, as_of, seen);
END
$$;
COMMENT ON FUNCTION growth_index.withdraw_entitlement(bigint, text, text, text, date, integer) IS
'Whatever is not paid → withdrawn (撤回); what was committed for it is free again. Errors as take_step().';

CREATE FUNCTION growth_index.hold_entitlement(id bigint, actor text, reason text, key text DEFAULT NULL,
	as_of date DEFAULT current_date, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN growth_index.put_aside(id, 'hold', '{matched,reviewed,publicised,pushed,confirmed,approved}', 'held', actor, reason, key, as_of, seen);
END
$$;
COMMENT ON FUNCTION growth_index.hold_entitlement(bigint, text, text, text, date, integer) IS
'Whatever is open → held, with the reason, until a person reviews, rejects or withdraws it; what was committed for it is free again. Errors as take_step().';

/* whether money that the bank has an order for is there, its answer says */
CREATE FUNCTION growth_index.refuse_unanswered(entitlement_id bigint, payment_id bigint DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
	unanswered bigint;
BEGIN
	/* an older snapshot shows no order that was made since */
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		PERFORM growth_index.lock_money('payment files');
	END IF;
	SELECT min(o.payment_id) INTO unanswered
	FROM growth_index.payment AS p JOIN growth_index.payment_order AS o ON o.payment_id = p.id
	WHERE p.entitlement_id = refuse_unanswered.entitlement_id AND p.id = coalesce(refuse_unanswered.payment_id, p.id)
		AND NOT EXISTS (SELECT FROM growth_index.payment_result AS r WHERE r.reference = o.reference);
	IF unanswered IS NOT NULL THEN
		RAISE EXCEPTION 'payment % is with the bank, which has not answered', unanswered
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'take_bank_result() takes its answer, and returns what failed.';
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.refuse_unanswered(bigint, bigint) IS 'Internal: error 55000 where a payment of an entitlement, or this one, is ordered and the bank has not answered; 40001 where anything was ordered since an older snapshot was taken.';
REVOKE ALL ON FUNCTION growth_index.refuse_unanswered(bigint, bigint) FROM PUBLIC;

/* what was claimed while the budget had no account had gone out, and goes out no more when it gets one */
CREATE FUNCTION growth_index.paid_otherwise(payment_id bigint, entitlement_id bigint, budget_code text) RETURNS boolean
LANGUAGE sql STABLE
AS $$
	SELECT EXISTS (SELECT FROM growth_index.ledger AS l
		WHERE l.entitlement_id = paid_otherwise.entitlement_id AND l.budget_code = paid_otherwise.budget_code AND l.kind = 'claw_back'
			AND l.id > (SELECT b.id FROM growth_index.ledger AS b WHERE b.payment_id = paid_otherwise.payment_id)
			AND l.booked_at < coalesce((SELECT min(d.entered_at) FROM growth_index.bank_account AS d
				WHERE d.owner_kind = 'budget' AND d.owner = paid_otherwise.budget_code), 'infinity'))
$$;
COMMENT ON FUNCTION growth_index.paid_otherwise(bigint, bigint, text) IS 'Internal: was a payment, by its number, entitlement and budget, clawed back, or a part of what is paid with it, before its budget had a bank account?';
REVOKE ALL ON FUNCTION growth_index.paid_otherwise(bigint, bigint, text) FROM PUBLIC;

/* money of a budget that pays by file stays there until the bank says that it is paid */
CREATE FUNCTION growth_index.in_transit(entitlement_id bigint, OUT payment_id bigint, OUT budget_code text, OUT amount numeric) RETURNS SETOF record
LANGUAGE sql STABLE ROWS 1
AS $$
	SELECT s.id, s.budget_code, s.amount
	FROM growth_index.payment_standing AS s
		LEFT JOIN growth_index.payment_order AS o ON o.payment_id = s.id
	WHERE s.entitlement_id = in_transit.entitlement_id AND CASE
		WHEN o.payment_id IS NULL THEN EXISTS (SELECT FROM growth_index.bank_account AS d WHERE d.owner_kind = 'budget' AND d.owner = s.budget_code)
			AND NOT growth_index.paid_otherwise(s.id, s.entitlement_id, s.budget_code)
		ELSE NOT EXISTS (SELECT FROM growth_index.payment_result AS r WHERE r.reference = o.reference) END
$$;
COMMENT ON FUNCTION growth_index.in_transit(bigint) IS 'Internal: the payments of an entitlement that wait for a file of their budget, or for the bank''s answer.';
REVOKE ALL ON FUNCTION growth_index.in_transit(bigint) FROM PUBLIC;

/*
 * Claw-back: what was paid, or a part of it, is owed back; what of it was
 * committed and not yet paid is free again.  The money itself is free when it
 * has come: refund_entitlement().  Nothing is claimed that has not gone out: what
 * waits for the bank is returned, and what is left of it paid anew.
 */
CREATE FUNCTION growth_index.claw_back_entitlement(id bigint, actor text, reason text, key text DEFAULT NULL,
	as_of date DEFAULT current_date, amount numeric DEFAULT NULL, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present growth_index.entitlement := growth_index.lock_entitlement(id);
	taken record;
	paid numeric;
	committed numeric;
	waiting bigint;
BEGIN
	SELECT sum(a.paid), sum(a.committed) INTO paid, committed FROM growth_index.entitlement_account AS a WHERE a.entitlement_id = claw_back_entitlement.id;
	taken := growth_index.take_step(present, growth_index.policy_version(present.policy, present.version), 'claw_back',
		CASE WHEN paid > 0 OR EXISTS (SELECT FROM growth_index.payment_standing AS s WHERE s.entitlement_id = claw_back_entitlement.id) THEN '{paid,approved}' ELSE '{paid}' END::text[],
		CASE WHEN claw_back_entitlement.amount < paid THEN 'paid' ELSE 'clawed_back' END,
		actor, key, reason, as_of, jsonb_build_object('given', claw_back_entitlement.amount, 'amount', coalesce(claw_back_entitlement.amount, paid), 'released', committed), seen);
	present := taken.entitlement;
	IF NOT taken.done THEN
		RETURN present;
	END IF;
	IF claw_back_entitlement.amount <= 0 OR claw_back_entitlement.amount > paid THEN
		RAISE EXCEPTION 'of entitlement %, % yuan are paid: % cannot be clawed back', id, paid, claw_back_entitlement.amount
			USING ERRCODE = 'numeric_value_out_of_range';
	END IF;
	/* what fails then would come back as if it had been there */
	PERFORM growth_index.refuse_unanswered(id);
	/* at once, so that its budgets are locked in their order */
	INSERT INTO growth_index.ledger (kind, budget_code, amount, entitlement_id, as_of)
	SELECT s.kind, s.budget_code, s.share, claw_back_entitlement.id, claw_back_entitlement.as_of
	FROM (SELECT CASE b.account WHEN 'paid' THEN 'claw_back' ELSE 'release' END AS kind, b.budget_code,
			CASE b.account WHEN 'paid' THEN round(coalesce(claw_back_entitlement.amount, paid) * sum(b.balance) OVER w / nullif(paid, 0), 2)
				- round(coalesce(claw_back_entitlement.amount, paid) * (sum(b.balance) OVER w - b.balance) / nullif(paid, 0), 2)
				ELSE b.balance END AS share
		FROM growth_index.entitlement_balance(id) AS b WHERE b.account IN ('paid', 'committed')
		WINDOW w AS (PARTITION BY b.account ORDER BY b.budget_code COLLATE "C")) AS s
	WHERE s.share > 0 ORDER BY s.budget_code, s.kind;
	LOOP
		SELECT max(t.payment_id) INTO waiting FROM growth_index.in_transit(id) AS t
			JOIN growth_index.entitlement_account AS a ON a.entitlement_id = claw_back_entitlement.id AND a.budget_code = t.budget_code
		WHERE a.receivable > 0 GROUP BY t.budget_code ORDER BY t.budget_code LIMIT 1;
		EXIT WHEN NOT FOUND;
		present := growth_index.return_payment(waiting, actor, reason, as_of => as_of);
	END LOOP;
	RETURN present;
END
$$;
COMMENT ON FUNCTION growth_index.claw_back_entitlement(bigint, text, text, text, date, numeric, integer) IS
'paid, also in part → clawed_back (追回): all that was paid is owed back, or only the amount, in yuan (then it stays paid). The budgets are free again when the money has come: refund_entitlement(). It is taken first from what still waits for a file of a budget with a bank account: that is returned (return_payment()), and goes out anew with what is left of it; only what it does not suffice for is owed back. Errors: 22003 an amount that is not above 0 or above what is paid, 55000 some of it is ordered and the bank has not answered, and as take_step().';

CREATE FUNCTION growth_index.refund_entitlement(id bigint, actor text, key text DEFAULT NULL,
	as_of date DEFAULT current_date, amount numeric DEFAULT NULL, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present growth_index.entitlement := growth_index.lock_entitlement(id);
	taken record;
	owed numeric;
BEGIN
	SELECT coalesce(sum(b.balance), 0) INTO owed FROM growth_index.entitlement_balance(id) AS b WHERE b.account = 'receivable';
	taken := growth_index.take_step(present, growth_index.policy_version(present.policy, present.version), 'refund', '{clawed_back,paid,approved}', present.state, actor, key, NULL, as_of,
		jsonb_build_object('given', refund_entitlement.amount, 'amount', coalesce(refund_entitlement.amount, owed)), seen);
	IF NOT taken.done THEN
		RETURN taken.entitlement;
	END IF;
	IF owed = 0 OR refund_entitlement.amount <= 0 OR refund_entitlement.amount > owed THEN
		RAISE EXCEPTION 'of entitlement %, % yuan are to be refunded, not %', id, owed, coalesce(refund_entitlement.amount::text, 'more')
			USING ERRCODE = 'numeric_value_out_of_range';
	END IF;
	INSERT INTO growth_index.payment (entitlement_id, kind, credit_code, budget_code, instalment, amount, paid_on)
	SELECT present.id, 'refund', present.credit_code, s.budget_code,
		1 + (SELECT count(*) FROM growth_index.payment AS p WHERE p.entitlement_id = present.id AND p.kind = 'refund' AND p.budget_code = s.budget_code),
		s.share, refund_entitlement.as_of
	FROM (SELECT b.budget_code,
			round(coalesce(refund_entitlement.amount, owed) * sum(b.balance) OVER w / owed, 2)
				- round(coalesce(refund_entitlement.amount, owed) * (sum(b.balance) OVER w - b.balance) / owed, 2) AS share
		FROM growth_index.entitlement_balance(id) AS b WHERE b.account = 'receivable' AND b.balance > 0
		WINDOW w AS (ORDER BY b.budget_code COLLATE "C")) AS s
	WHERE s.share > 0 ORDER BY s.budget_code;
	RETURN taken.entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.refund_entitlement(bigint, text, text, date, numeric, integer) IS
'What was clawed back has come, all of it or the amount in yuan: the budgets are free again. Errors: 22003 where so much is not owed, and as take_step().';

CREATE FUNCTION growth_index.return_payment(payment_id bigint, actor text, reason text, key text DEFAULT NULL,
	as_of date DEFAULT current_date, seen integer DEFAULT NULL) RETURNS growth_index.entitlement
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	failed growth_index.payment;
	present growth_index.entitlement;
	taken record;
	stands record;
	waived numeric;
BEGIN
	SELECT p.* INTO failed FROM growth_index.payment AS p WHERE p.id = return_payment.payment_id AND p.kind = 'payment';
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no payment %', payment_id USING ERRCODE = 'no_data_found';
	END IF;
	present := growth_index.lock_entitlement(failed.entitlement_id);
	SELECT sum(a.committed) AS committed, sum(a.paid) AS paid, min(a.paid) FILTER (WHERE a.budget_code = failed.budget_code) AS of_budget,
			min(a.receivable) FILTER (WHERE a.budget_code = failed.budget_code) AS receivable,
			(SELECT coalesce(sum(t.amount), 0) FROM growth_index.in_transit(failed.entitlement_id) AS t WHERE t.budget_code = failed.budget_code AND t.payment_id <> failed.id) AS in_transit
		INTO stands FROM growth_index.entitlement_account AS a WHERE a.entitlement_id = failed.entitlement_id;
	/* what is owed back is taken from it, at least what the enterprise has not of another payment that has gone out */
	waived := greatest(least(failed.amount + stands.in_transit - stands.of_budget, failed.amount), least(stands.receivable, failed.amount));
	taken := growth_index.take_step(present, growth_index.policy_version(present.policy, present.version), 'return', '{paid,approved,clawed_back}',
		CASE WHEN stands.committed + failed.amount > waived THEN 'approved' WHEN stands.paid + waived > failed.amount THEN 'paid' ELSE 'clawed_back' END,
		actor, key, reason, as_of, jsonb_build_object('given', failed.id, 'payment', failed.id, 'released', waived), seen);
	IF NOT taken.done THEN
		RETURN taken.entitlement;
	END IF;
	/* paid anew while the bank still may pay the first order, it would be paid twice */
	PERFORM growth_index.refuse_unanswered(failed.entitlement_id, failed.id);
	/* nor does one clerk have paid twice what the bank says it paid */
	IF NOT growth_index.caller_is_trusted() AND EXISTS (SELECT FROM growth_index.payment_order AS o
			JOIN growth_index.payment_result AS r ON r.reference = o.reference AND r.result = 'paid' WHERE o.payment_id = failed.id) THEN
		RAISE EXCEPTION 'payment % is paid, as the bank says', failed.id
			USING ERRCODE = 'insufficient_privilege', HINT = 'Who runs the platform books what another bank has sent back.';
	END IF;
	IF EXISTS (SELECT FROM growth_index.payment AS p WHERE p.entitlement_id = failed.entitlement_id AND p.kind = 'return'
			AND (p.instalment, p.budget_code, p.attempt) = (failed.instalment, failed.budget_code, failed.attempt)) THEN
		RAISE EXCEPTION 'payment % was returned before', failed.id USING ERRCODE = 'unique_violation';
	END IF;
	IF waived > stands.receivable THEN
		RAISE EXCEPTION 'payment % was refunded, or a part of it', failed.id
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'What the enterprise has sent back the bank cannot return as well.';
	END IF;
	INSERT INTO growth_index.ledger (kind, budget_code, amount, entitlement_id, as_of)
	SELECT 'waive', failed.budget_code, waived, failed.entitlement_id, return_payment.as_of WHERE waived > 0;
	INSERT INTO growth_index.payment (entitlement_id, kind, credit_code, budget_code, instalment, attempt, amount, paid_on)
	VALUES (failed.entitlement_id, 'return', failed.credit_code, failed.budget_code, failed.instalment, failed.attempt, failed.amount, as_of);
	INSERT INTO growth_index.ledger (kind, budget_code, amount, entitlement_id, as_of)
	SELECT 'release', failed.budget_code, waived, failed.entitlement_id, return_payment.as_of WHERE waived > 0;
	RETURN taken.entitlement;
END
$$;
COMMENT ON FUNCTION growth_index.return_payment(bigint, text, text, text, date, integer) IS
'paid → approved: the bank could not pay it, the money is committed again and is paid anew by the next pay_entitlement(). What is owed back in its budget is taken from it: it is not owed any more, and not paid anew; where that is all of it, the budget is free (paid, clawed_back: by what else is paid). Errors: P0002 no such payment, 55000 it is ordered and the bank has not answered, or it or a part of it has been refunded, 42501 where the bank says that it is paid, unless the caller may act for anybody, 23505 returned before, and as take_step().';

/* whose payment would not be due by what is known now of the day it was decided for */
CREATE FUNCTION growth_index.wrongly_paid(OUT entitlement_id bigint, OUT credit_code growth_index.credit_code, OUT policy text,
	OUT paid numeric, OUT due numeric, OUT excess numeric, OUT reason text) RETURNS SETOF record
LANGUAGE sql STABLE COST 100000 ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
	WITH decided AS MATERIALIZED (
		SELECT DISTINCT ON (v.entitlement_id) v.entitlement_id, v.as_of, v.inputs
		FROM growth_index.entitlement_event AS v
			JOIN growth_index.entitlement AS e ON e.id = v.entitlement_id AND e.state IN ('paid', 'approved')
		WHERE v.step = 'approve' AND v.to_state = 'approved'
		ORDER BY v.entitlement_id, v.id DESC
	), corrected AS MATERIALIZED (
		SELECT d.entitlement_id, d.as_of, d.inputs, e.credit_code, e.policy, e.version, e.deducted, e.granted, m.paid,
			/* the observations of that day's knowledge, as corrected since; scores stay as they were given */
			growth_index.profile_of(e.credit_code, d.as_of) OPERATOR(growth_index.||)
				growth_index.profile(jsonb_strip_nulls(jsonb_build_object('score', d.inputs #> '{score,score}', 'rating', d.inputs #> '{score,rating}'))) AS profile
		FROM decided AS d JOIN growth_index.entitlement AS e ON e.id = d.entitlement_id
			CROSS JOIN LATERAL (SELECT sum(b.balance) AS paid FROM growth_index.entitlement_balance(d.entitlement_id) AS b WHERE b.account = 'paid') AS m
		WHERE m.paid > 0 AND growth_index.archived_year(d.as_of) IS NULL
	), again AS (
		SELECT c.*, growth_index.matches(p.criteria, c.profile, c.as_of) AS matches,
			CASE WHEN n.amount IS NOT NULL THEN greatest(0, least(n.amount, p.cap_enterprise) - c.deducted) END AS award
		FROM corrected AS c JOIN growth_index.policy AS p ON p.code = c.policy AND p.version = c.version
			CROSS JOIN LATERAL growth_index.amount_in_yuan(p.award, c.profile, c.as_of, p.rounding, p.rounding_way) AS n(amount)
	)
	SELECT a.entitlement_id, a.credit_code, a.policy, a.paid, d.due, a.paid - d.due,
		CASE WHEN a.matches IS NOT TRUE THEN 'the criteria are not satisfied by the corrected data'
			WHEN a.award IS NULL THEN 'the award is not known by the corrected data' ELSE format('the award would be %s yuan by the corrected data', round(a.award, 2)) END
	FROM again AS a
		CROSS JOIN LATERAL (SELECT CASE WHEN a.matches IS TRUE THEN least(a.paid, round(coalesce(a.award, 0), 2)) ELSE 0 END) AS d(due)
	WHERE d.due < a.paid
	ORDER BY a.entitlement_id
$$;
COMMENT ON FUNCTION growth_index.wrongly_paid() IS
'Claw-back after a correction: the paid entitlements that, by what is known now of the day on which they were approved, were not due, or not as much: paid, due and excess in yuan. A correction counts where its period ends by that day; scores stand as they were given. Days whose data are archived (archived_year()) are left out: restore_year() brings them back. claw_back_entitlement(entitlement_id, …, amount => excess) takes it back.';
REVOKE ALL ON FUNCTION growth_index.wrongly_paid() FROM PUBLIC;

REVOKE ALL ON FUNCTION growth_index.withdraw_entitlement(bigint, text, text, text, date, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION growth_index.hold_entitlement(bigint, text, text, text, date, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION growth_index.claw_back_entitlement(bigint, text, text, text, date, numeric, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION growth_index.refund_entitlement(bigint, text, text, date, numeric, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION growth_index.return_payment(bigint, text, text, text, date, integer) FROM PUBLIC;
INSERT INTO growth_index.role_right (roles, privileges, objects) VALUES
	('{department}', '{EXECUTE}', '{"withdraw_entitlement(bigint,text,text,text,date,integer)",
		"hold_entitlement(bigint,text,text,text,date,integer)",
		"claw_back_entitlement(bigint,text,text,text,date,numeric,integer)",
		"refund_entitlement(bigint,text,text,date,numeric,integer)",
		"return_payment(bigint,text,text,text,date,integer)"}');

/* who sees what: an enterprise its own, a department what its policies give */
INSERT INTO growth_index.role_right (roles, privileges, objects) VALUES
	('{department,analyst,enterprise,app}', '{SELECT}', '{holiday,benefit_summary,payment_standing}'),
	('{department,analyst}', '{SELECT}', '{budget,ledger_entry,account_balance}');
INSERT INTO growth_index.role_right (roles, privileges, objects, rows) VALUES
	('{analyst}', '{SELECT}', '{entitlement,entitlement_event,payment,exclusion,ledger}', 'true'),
	('{enterprise,app}', '{SELECT}', '{entitlement,payment,exclusion}', 'credit_code OPERATOR(growth_index.=) (SELECT growth_index.current_enterprise())'),
	('{department}', '{SELECT}', '{entitlement}', 'policy IN (SELECT p.code FROM growth_index.policy AS p WHERE p.department = (SELECT growth_index.current_department()))'),
	('{department}', '{SELECT}', '{payment,ledger}', 'entitlement_id IN (SELECT e.id FROM growth_index.entitlement AS e)'),
	('{department,enterprise,app}', '{SELECT}', '{entitlement_event}', 'entitlement_id IN (SELECT e.id FROM growth_index.entitlement AS e)');
