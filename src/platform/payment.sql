/*
 * Payments, and what an approved award is paid in: parts by milestone and by
 * the budgets that share the cost.
 */
CREATE TABLE growth_index.payment (
	id				bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	entitlement_id	bigint NOT NULL,
	kind			text NOT NULL DEFAULT 'payment' CHECK (kind IN ('payment', 'return', 'refund')),
	credit_code		growth_index.credit_code NOT NULL,
	budget_code		text NOT NULL,
	instalment		integer NOT NULL DEFAULT 1 CHECK (instalment > 0),
	attempt			integer NOT NULL DEFAULT 1 CHECK (attempt > 0),
	amount			numeric(18,2) NOT NULL CHECK (amount > 0),
	paid_on			date NOT NULL,
	recorded_at		timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	UNIQUE (entitlement_id, kind, instalment, budget_code, attempt)
);
CREATE INDEX payment_returned ON growth_index.payment (entitlement_id) WHERE kind = 'return';
COMMENT ON TABLE growth_index.payment IS 'Money that moved (append-only). Each row is booked in the ledger by the statement that enters it.';
COMMENT ON COLUMN growth_index.payment.id IS 'Number.';
COMMENT ON COLUMN growth_index.payment.entitlement_id IS 'Entitlement.';
COMMENT ON COLUMN growth_index.payment.kind IS 'payment: to the enterprise; return: the bank could not pay it; refund: what was clawed back has come.';
COMMENT ON COLUMN growth_index.payment.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.payment.budget_code IS 'Budget.';
COMMENT ON COLUMN growth_index.payment.instalment IS 'Part of the award that it pays, from 1; of a refund, which one.';
COMMENT ON COLUMN growth_index.payment.attempt IS 'From 1; the next one after each return. A return has the attempt that it ends.';
COMMENT ON COLUMN growth_index.payment.amount IS 'Amount in yuan, positive in all directions.';
COMMENT ON COLUMN growth_index.payment.paid_on IS 'As-of date.';
COMMENT ON COLUMN growth_index.payment.recorded_at IS 'When it was recorded.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.payment', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.payment_id_seq', '');
CREATE TRIGGER append_only
	BEFORE UPDATE OR DELETE OR TRUNCATE ON growth_index.payment
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_change();

CREATE FUNCTION growth_index.book_payments() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM growth_index.trigger_of(TG_RELID, 'growth_index.payment');
	INSERT INTO growth_index.ledger (kind, budget_code, amount, entitlement_id, payment_id, as_of)
	SELECT CASE m.kind WHEN 'payment' THEN 'pay' ELSE m.kind END, m.budget_code, m.amount, m.entitlement_id, m.id, m.paid_on
	FROM made AS m ORDER BY m.id;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.book_payments() IS 'Trigger of payment: books what was paid, returned or refunded. Errors as book().';
REVOKE ALL ON FUNCTION growth_index.book_payments() FROM PUBLIC;
CREATE TRIGGER book_payments AFTER INSERT ON growth_index.payment REFERENCING NEW TABLE AS made
	FOR EACH STATEMENT WHEN (NOT growth_index.restoring_books()) EXECUTE FUNCTION growth_index.book_payments();

CREATE FUNCTION growth_index.policy_version(code text, version integer) RETURNS growth_index.policy
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_version growth_index.policy;
BEGIN
	/* planned once a session; a function of SQL is planned at each call */
	SELECT p.* INTO found_version FROM growth_index.policy AS p WHERE p.code = policy_version.code AND p.version = policy_version.version;
	RETURN found_version;
END
$$;
COMMENT ON FUNCTION growth_index.policy_version(text, integer) IS 'A version of a policy.';

/*
 * The parts of an award.  Each is the difference of two rounded running sums,
 * so that they add up to the award to 0.01 yuan, by budget and by instalment.
 */
CREATE FUNCTION growth_index.payment_parts(policy growth_index.policy, granted numeric,
	OUT instalment integer, OUT budget_code text, OUT amount numeric, OUT due_when text) RETURNS SETOF record
LANGUAGE plpgsql IMMUTABLE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	/* most are paid at once, from one budget: no query for these */
	IF policy.instalments IS NULL AND policy.cost_shares IS NULL THEN
		instalment := 1;
		budget_code := policy.budget_code;
		amount := granted;
		RETURN NEXT;
		RETURN;
	END IF;
	/* planned once a session; a function of SQL is planned at each call */
	RETURN QUERY SELECT i.n, c.budget_code, round(c.amount * i.upto, 2) - round(c.amount * (i.upto - i.share), 2), i.due_when
	FROM (
		SELECT s.budget_code, round(granted * s.upto, 2) - round(granted * (s.upto - s.share), 2) AS amount
		FROM (
			SELECT k.key AS budget_code, k.value::numeric AS share, sum(k.value::numeric) OVER (ORDER BY k.key COLLATE "C") AS upto
			FROM jsonb_each_text(coalesce(policy.cost_shares, jsonb_build_object(coalesce(policy.budget_code, ''), 1))) AS k) AS s) AS c,
		(SELECT e.n::integer, (e.i ->> 'share')::numeric AS share, sum((e.i ->> 'share')::numeric) OVER (ORDER BY e.n) AS upto, e.i ->> 'when' AS due_when
		FROM jsonb_array_elements(coalesce(policy.instalments, '[{"share": 1}]')) WITH ORDINALITY AS e(i, n)) AS i
	WHERE round(c.amount * i.upto, 2) > round(c.amount * (i.upto - i.share), 2);
END
$$;
COMMENT ON FUNCTION growth_index.payment_parts(growth_index.policy, numeric) IS
'The parts in which an award is paid: a row for each instalment and budget, in yuan, and the criteria on which the instalment falls due (NULL: at approval). They add up to the award to 0.01.';

CREATE FUNCTION growth_index.budget_parts(policy growth_index.policy, granted numeric, OUT budget_code text, OUT amount numeric) RETURNS SETOF record
LANGUAGE plpgsql IMMUTABLE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	/* no query for most, as in payment_parts() */
	IF policy.cost_shares IS NULL THEN
		budget_code := policy.budget_code;
		amount := granted;
		RETURN NEXT;
		RETURN;
	END IF;
	RETURN QUERY SELECT p.budget_code, sum(p.amount) FROM growth_index.payment_parts(policy, granted) AS p GROUP BY p.budget_code ORDER BY p.budget_code;
END
$$;
COMMENT ON FUNCTION growth_index.budget_parts(growth_index.policy, numeric) IS 'What an award takes of each budget, in yuan, by code: the sums of payment_parts().';

/* what was paid and not returned */
CREATE VIEW growth_index.payment_standing WITH (security_invoker = true) AS
SELECT p.id, p.entitlement_id, p.credit_code, p.budget_code, p.instalment, p.attempt, p.amount, p.paid_on, p.recorded_at
FROM growth_index.payment AS p
WHERE p.kind = 'payment' AND NOT EXISTS (SELECT FROM growth_index.payment AS r
	WHERE r.entitlement_id = p.entitlement_id AND r.kind = 'return' AND r.instalment = p.instalment
		AND r.budget_code = p.budget_code AND r.attempt = p.attempt);
COMMENT ON VIEW growth_index.payment_standing IS 'Payments that the bank did not return. What was clawed back afterwards is among them.';
COMMENT ON COLUMN growth_index.payment_standing.id IS 'Number of the payment.';
COMMENT ON COLUMN growth_index.payment_standing.entitlement_id IS 'Entitlement.';
COMMENT ON COLUMN growth_index.payment_standing.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.payment_standing.budget_code IS 'Budget.';
COMMENT ON COLUMN growth_index.payment_standing.instalment IS 'Part of the award, from 1.';
COMMENT ON COLUMN growth_index.payment_standing.attempt IS 'Attempt, from 1.';
COMMENT ON COLUMN growth_index.payment_standing.amount IS 'Yuan.';
COMMENT ON COLUMN growth_index.payment_standing.paid_on IS 'As-of date.';
COMMENT ON COLUMN growth_index.payment_standing.recorded_at IS 'When it was recorded.';

/* the parts that are neither paid nor wait for their milestone */
CREATE FUNCTION growth_index.parts_due(entitlement growth_index.entitlement, policy growth_index.policy, as_of date,
	OUT instalment integer, OUT budget_code text, OUT amount numeric, OUT attempt integer, OUT due boolean) RETURNS SETOF record
LANGUAGE plpgsql STABLE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	part record;
	had record;
	free numeric;	/* what is committed in the budget, and not for a part before */
BEGIN
	FOR part IN
		SELECT p.*, p.due_when IS NULL OR growth_index.matches(p.due_when::growth_index.criteria,
			growth_index.matching_profile(entitlement.credit_code), as_of) IS TRUE AS fell_due
		FROM growth_index.payment_parts(policy, entitlement.granted) AS p ORDER BY p.budget_code, fell_due DESC, p.instalment
	LOOP
		SELECT count(*) FILTER (WHERE q.kind = 'payment') AS payments, count(*) FILTER (WHERE q.kind = 'return') AS returns INTO had
		FROM growth_index.payment AS q
		WHERE q.entitlement_id = entitlement.id AND q.kind IN ('payment', 'return') AND q.instalment = part.instalment AND q.budget_code = part.budget_code;
		/* the last one stands */
		CONTINUE WHEN had.payments > had.returns;
		IF part.budget_code IS DISTINCT FROM budget_code THEN
			free := (SELECT a.committed FROM growth_index.entitlement_account AS a
				WHERE a.entitlement_id = entitlement.id AND a.budget_code = part.budget_code);
		END IF;
		budget_code := part.budget_code;
		instalment := part.instalment;
		/* less than the part, or nothing, where a claw-back took from it */
		amount := least(part.amount, free);
		free := free - amount;
		attempt := 1 + had.payments;
		due := part.fell_due;
		IF amount > 0 THEN
			RETURN NEXT;
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION growth_index.parts_due(growth_index.entitlement, growth_index.policy, date) IS
'Internal: the parts of an approved entitlement that are not paid, in yuan, as far as money is committed for them, and whether they are due as of a day; attempt: which one the next payment would be.';
