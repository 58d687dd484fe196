/*
 * A restore brings the books as they were: nothing is booked anew.  That is so
 * only in a database in which nothing was booked yet, so that no setting of a
 * session turns the guards off where money moves.
 */
CREATE TABLE growth_index.books_open (
	one			boolean PRIMARY KEY DEFAULT true CHECK (one),
	opened_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE growth_index.books_open IS 'One row from the first booking in this database on, which no dump takes along: from then on nothing is taken for a restore any more.';
COMMENT ON COLUMN growth_index.books_open.one IS 'Always true.';
COMMENT ON COLUMN growth_index.books_open.opened_at IS 'When the first booking was made.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON growth_index.books_open
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_change();

CREATE FUNCTION growth_index.restoring_books() RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN growth_index.restoring() AND NOT EXISTS (SELECT FROM growth_index.books_open);
END
$$;
COMMENT ON FUNCTION growth_index.restoring_books() IS 'Is a dump being restored by this session (restoring()), into a database in which nothing was booked yet?';

/*
 * The ledger of public money: double entry, append-only.  A row is a whole
 * transaction: its kind says which account is debited and which credited with
 * the amount, so no transaction can be out of balance.  What stands in a
 * budget is the sum of its transactions, kept up to date under the budget's
 * row lock and held by CHECKs: no code path, role or race can overspend it.
 */
/* functions: the server reads the text of a generated column or a CHECK at each statement */
CREATE FUNCTION growth_index.debited(kind text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE kind
		WHEN 'appropriate' THEN 'available' WHEN 'reduce' THEN 'appropriation' WHEN 'commit' THEN 'committed'
		WHEN 'release' THEN 'available' WHEN 'pay' THEN 'paid' WHEN 'return' THEN 'committed'
		WHEN 'claw_back' THEN 'receivable' WHEN 'waive' THEN 'paid' WHEN 'refund' THEN 'available' END;
END
$$;
COMMENT ON FUNCTION growth_index.debited(text) IS 'The account that a transaction of this kind debits: available, committed, paid, receivable or appropriation; NULL: there is no such kind.';

CREATE FUNCTION growth_index.credited(kind text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE kind
		WHEN 'appropriate' THEN 'appropriation' WHEN 'reduce' THEN 'available' WHEN 'commit' THEN 'available'
		WHEN 'release' THEN 'committed' WHEN 'pay' THEN 'committed' WHEN 'return' THEN 'paid'
		WHEN 'claw_back' THEN 'paid' WHEN 'waive' THEN 'receivable' WHEN 'refund' THEN 'receivable' END;
END
$$;
COMMENT ON FUNCTION growth_index.credited(text) IS 'The account that a transaction of this kind credits, as debited().';

CREATE TABLE growth_index.ledger (
	id				bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind			text NOT NULL,
	budget_code		text NOT NULL,
	debit			text GENERATED ALWAYS AS (growth_index.debited(kind)) STORED CONSTRAINT ledger_kind CHECK (debit IS NOT NULL),
	credit			text GENERATED ALWAYS AS (growth_index.credited(kind)) STORED,
	amount			numeric(18,2) NOT NULL CONSTRAINT ledger_amount CHECK (amount > 0),
	entitlement_id	bigint,
	payment_id		bigint,
	as_of			date NOT NULL,
	booked_at		timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	booked_by		text NOT NULL DEFAULT growth_index.caller(),
	CONSTRAINT ledger_of_entitlement CHECK ((entitlement_id IS NULL) = (debit = 'appropriation' OR credit = 'appropriation')),
	CONSTRAINT ledger_of_payment CHECK ((payment_id IS NOT NULL) = (kind IN ('pay', 'return', 'refund'))),
	CONSTRAINT ledger_payment UNIQUE (payment_id)
);
CREATE INDEX ledger_entitlement ON growth_index.ledger (entitlement_id) WHERE entitlement_id IS NOT NULL;
COMMENT ON TABLE growth_index.ledger IS 'Every movement of public money (append-only), double entry: each row debits one account of a budget and credits another with the same amount.';
COMMENT ON COLUMN growth_index.ledger.id IS 'Number of the transaction.';
COMMENT ON COLUMN growth_index.ledger.kind IS 'appropriate, reduce: the budget''s amount is set; commit, release: for an approved entitlement; pay, return: money goes to the enterprise, or comes back from the bank; claw_back: it is owed back; waive: it is not, since the bank returned it; refund: it has come back.';
COMMENT ON COLUMN growth_index.ledger.budget_code IS 'Budget whose accounts these are.';
COMMENT ON COLUMN growth_index.ledger.debit IS 'Account that receives, by the kind: available, committed, paid, receivable (to be refunded) or appropriation.';
COMMENT ON COLUMN growth_index.ledger.credit IS 'Account that gives, by the kind.';
COMMENT ON COLUMN growth_index.ledger.amount IS 'Yuan, above 0.';
COMMENT ON COLUMN growth_index.ledger.entitlement_id IS 'Entitlement; NULL for appropriate and reduce.';
COMMENT ON COLUMN growth_index.ledger.payment_id IS 'Row of payment that it books (pay, return, refund).';
COMMENT ON COLUMN growth_index.ledger.as_of IS 'Day for which it is booked.';
COMMENT ON COLUMN growth_index.ledger.booked_at IS 'When it was booked.';
COMMENT ON COLUMN growth_index.ledger.booked_by IS 'Role that booked it.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.ledger', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.ledger_id_seq', '');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON growth_index.ledger
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_change();

CREATE VIEW growth_index.ledger_entry WITH (security_invoker = true) AS
SELECT l.id AS transaction, l.kind, l.budget_code, e.account, e.amount, l.entitlement_id, l.payment_id, l.as_of, l.booked_at, l.booked_by
FROM growth_index.ledger AS l CROSS JOIN LATERAL (VALUES (l.debit, l.amount), (l.credit, - l.amount)) AS e(account, amount);
COMMENT ON VIEW growth_index.ledger_entry IS 'The ledger by entries: two rows a transaction, which sum to zero.';
COMMENT ON COLUMN growth_index.ledger_entry.transaction IS 'Number of the transaction.';
COMMENT ON COLUMN growth_index.ledger_entry.kind IS 'Its kind.';
COMMENT ON COLUMN growth_index.ledger_entry.budget_code IS 'Budget.';
COMMENT ON COLUMN growth_index.ledger_entry.account IS 'Account.';
COMMENT ON COLUMN growth_index.ledger_entry.amount IS 'Yuan: positive what the account receives (debit), negative what it gives (credit).';
COMMENT ON COLUMN growth_index.ledger_entry.entitlement_id IS 'Entitlement; NULL: none.';
COMMENT ON COLUMN growth_index.ledger_entry.payment_id IS 'Payment; NULL: none.';
COMMENT ON COLUMN growth_index.ledger_entry.as_of IS 'Day for which it is booked.';
COMMENT ON COLUMN growth_index.ledger_entry.booked_at IS 'When it was booked.';
COMMENT ON COLUMN growth_index.ledger_entry.booked_by IS 'Role that booked it.';

CREATE VIEW growth_index.account_balance WITH (security_invoker = true) AS
SELECT e.budget_code, e.account, sum(e.amount) AS balance, count(*) AS entries
FROM growth_index.ledger_entry AS e
GROUP BY e.budget_code, e.account;
COMMENT ON VIEW growth_index.account_balance IS 'Balances of the accounts of each budget, from the ledger alone; those of a budget sum to zero.';
COMMENT ON COLUMN growth_index.account_balance.budget_code IS 'Budget.';
COMMENT ON COLUMN growth_index.account_balance.account IS 'available, committed (approved, not yet paid), paid, receivable (to be refunded), or appropriation (negative: what was given to the budget).';
COMMENT ON COLUMN growth_index.account_balance.balance IS 'Yuan.';
COMMENT ON COLUMN growth_index.account_balance.entries IS 'Entries.';

/*
 * What stands for each entitlement in each budget: as in budget, a running
 * balance that the ledger alone moves.  It is found by its key, whatever the
 * planner thinks of the ledger's size.
 */
CREATE TABLE growth_index.entitlement_account (
	entitlement_id	bigint NOT NULL,
	budget_code		text NOT NULL,
	committed		numeric(18,2) NOT NULL,
	paid			numeric(18,2) NOT NULL,
	receivable		numeric(18,2) NOT NULL,
	year			integer NOT NULL,
	PRIMARY KEY (entitlement_id, budget_code)
) WITH (fillfactor = 70);
COMMENT ON TABLE growth_index.entitlement_account IS 'Running balances of each entitlement in each of its budgets: sums of the ledger.';
COMMENT ON COLUMN growth_index.entitlement_account.entitlement_id IS 'Entitlement.';
COMMENT ON COLUMN growth_index.entitlement_account.budget_code IS 'Budget.';
COMMENT ON COLUMN growth_index.entitlement_account.committed IS 'Yuan committed and not paid.';
COMMENT ON COLUMN growth_index.entitlement_account.paid IS 'Yuan paid, less what was returned or clawed back.';
COMMENT ON COLUMN growth_index.entitlement_account.receivable IS 'Yuan clawed back and not refunded.';
COMMENT ON COLUMN growth_index.entitlement_account.year IS 'Calendar year of the commitment, in whose caps it counts.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.entitlement_account', '');
CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON growth_index.entitlement_account
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_removal();

/* what a cap of the year is compared with: thousands of approvals would each add up all before them */
CREATE TABLE growth_index.policy_year (
	policy	text NOT NULL,
	year	integer NOT NULL,
	amount	numeric(18,2) NOT NULL,
	PRIMARY KEY (policy, year)
) WITH (fillfactor = 50);
COMMENT ON TABLE growth_index.policy_year IS 'Running balances of each policy by calendar year: sums of the ledger.';
COMMENT ON COLUMN growth_index.policy_year.policy IS 'Policy, all versions.';
COMMENT ON COLUMN growth_index.policy_year.year IS 'Calendar year of the approvals.';
COMMENT ON COLUMN growth_index.policy_year.amount IS 'Yuan approved in that year and neither released nor clawed back since.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.policy_year', '');
CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON growth_index.policy_year
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_removal();

/* inlined by the planner: no SET clause */
CREATE FUNCTION growth_index.moved(account text, debit text, credit text, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
	SELECT CASE $1 WHEN $2 THEN $4 WHEN $3 THEN OPERATOR(pg_catalog.-) $4 ELSE 0 END
$$;
COMMENT ON FUNCTION growth_index.moved(text, text, text, numeric) IS 'What a transaction that debits one account and credits another moves on an account: the amount, less it, or 0.';

/* budgets are not the same for all that books for an entitlement: it is locked itself */
CREATE FUNCTION growth_index.lock_entitlements(ids bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
	/* a plan for each length of the list costs more than it saves */
	SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
	PERFORM FROM growth_index.entitlement AS e WHERE e.id = ANY (ids) ORDER BY e.id FOR UPDATE;
	/* in an older snapshot a lock shows nothing of what was booked since; a row that was written does */
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		UPDATE growth_index.entitlement AS e SET changed_at = e.changed_at WHERE e.id = ANY (ids);
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.lock_entitlements(bigint[]) IS 'Internal: one at a time books for an entitlement, at any isolation level.';
REVOKE ALL ON FUNCTION growth_index.lock_entitlements(bigint[]) FROM PUBLIC;

CREATE FUNCTION growth_index.check_backing(ids bigint[], paying boolean[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
	/* a plan made when the tables were empty would read all of them for ever */
	SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	fault record;
BEGIN
	SELECT k.id, e.state, e.granted, u.used, c.confirmed, c.steps[c.n] AS step, c.leads[c.n] AS to_state, c.approval[2] AS approved INTO fault
	FROM unnest(ids, paying) AS k(id, pays)
		LEFT JOIN growth_index.entitlement AS e ON e.id = k.id
		CROSS JOIN LATERAL (SELECT sum(a.committed + a.paid + a.receivable) AS used
			FROM growth_index.entitlement_account AS a WHERE a.entitlement_id = k.id) AS u
		CROSS JOIN LATERAL (SELECT count(*)::integer AS n, array_agg(t.from_state) AS begins, array_agg(t.to_state) AS leads, array_agg(t.step) AS steps,
				bool_or(t.to_state = 'confirmed') AS confirmed, max(ARRAY[t.id, t.granted]) FILTER (WHERE t.step = 'approve') AS approval
			FROM (SELECT v.id, v.step, v.from_state, v.to_state, CASE v.step WHEN 'approve' THEN (v.inputs ->> 'granted')::numeric END AS granted
				FROM growth_index.entitlement_event AS v WHERE v.entitlement_id = k.id
				/* sorted by hand: the primary key would give the order, and all events of all */
				ORDER BY v.id + 0) AS t) AS c
	/* each event begins where the one before it led to, the first one with nothing */
	WHERE (c.begins = NULL::text || c.leads[:c.n - 1] AND c.confirmed AND c.steps[c.n] = CASE WHEN k.pays THEN 'pay' ELSE 'approve' END AND c.leads[c.n] = e.state
		AND c.approval[2] = e.granted AND u.used <= e.granted) IS NOT TRUE
	ORDER BY k.id LIMIT 1;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	IF fault.confirmed IS NOT TRUE THEN
		RAISE EXCEPTION 'entitlement % was not confirmed: nothing is paid for it', fault.id USING ERRCODE = 'check_violation';
	ELSIF (fault.used <= fault.granted) IS NOT FALSE THEN
		RAISE EXCEPTION 'the events of entitlement % do not lead to what is booked for it', fault.id
			USING ERRCODE = 'check_violation', DETAIL = format('It is %s, with %s yuan granted; its events lead by the step "%s" to %s, with %s yuan.',
				fault.state, coalesce(fault.granted::text, 'no'), fault.step, coalesce(fault.to_state, 'nothing'), coalesce(fault.approved::text, 'no'));
	END IF;
	RAISE EXCEPTION 'more would be committed for entitlement % than was granted', fault.id
		USING ERRCODE = 'check_violation', DETAIL = format('%s yuan were granted.', fault.granted);
END
$$;
COMMENT ON FUNCTION growth_index.check_backing(bigint[], boolean[]) IS
'Internal: error 23514 where one of these entitlements has more booked than was granted, or its events do not lead, one after the other, from the match over a confirmation to its state, its grant and the step that approves or pays it.';
REVOKE ALL ON FUNCTION growth_index.check_backing(bigint[], boolean[]) FROM PUBLIC;

CREATE FUNCTION growth_index.refuse_balance(account growth_index.entitlement_account) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION 'entitlement % would have % yuan committed, % paid, % receivable in budget "%"',
		account.entitlement_id, account.committed, account.paid, account.receivable, account.budget_code
		USING ERRCODE = 'check_violation', HINT = 'No more is paid than is committed for it, no more returned or claimed back than was paid.';
END
$$;
COMMENT ON FUNCTION growth_index.refuse_balance(growth_index.entitlement_account) IS 'Internal: error 23514 of a balance of an entitlement that would be below 0.';
REVOKE ALL ON FUNCTION growth_index.refuse_balance(growth_index.entitlement_account) FROM PUBLIC;

/* what one transaction moves: the steps of one entitlement book so */
CREATE FUNCTION growth_index.book_one(kind text, budget_code text, debit text, credit text, amount numeric, entitlement_id bigint, as_of date) RETURNS void
LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	balance growth_index.entitlement_account;
	rule text;
	change numeric;
BEGIN
	IF entitlement_id IS NULL THEN
		RETURN;
	END IF;
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		PERFORM growth_index.lock_entitlements(ARRAY[entitlement_id]);
	ELSE
		PERFORM FROM growth_index.entitlement AS e WHERE e.id = book_one.entitlement_id FOR UPDATE;
	END IF;
	UPDATE growth_index.budget AS b SET committed = b.committed - growth_index.moved('available', debit, credit, amount),
		paid = b.paid + growth_index.moved('paid', debit, credit, amount)
	WHERE b.code = book_one.budget_code;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no budget "%" to %', budget_code, kind USING ERRCODE = 'foreign_key_violation';
	END IF;
	INSERT INTO growth_index.entitlement_account AS a (entitlement_id, budget_code, committed, paid, receivable, year)
	VALUES (entitlement_id, budget_code, growth_index.moved('committed', debit, credit, amount),
		growth_index.moved('paid', debit, credit, amount), growth_index.moved('receivable', debit, credit, amount), extract(year FROM as_of))
	ON CONFLICT ON CONSTRAINT entitlement_account_pkey DO UPDATE
	SET committed = a.committed + EXCLUDED.committed, paid = a.paid + EXCLUDED.paid, receivable = a.receivable + EXCLUDED.receivable,
		year = CASE WHEN a.committed + a.paid + a.receivable = 0 THEN EXCLUDED.year ELSE a.year END
	RETURNING a.* INTO balance;
	IF balance.committed < 0 OR balance.paid < 0 OR balance.receivable < 0 THEN
		PERFORM growth_index.refuse_balance(balance);
	END IF;
	IF kind IN ('commit', 'pay') THEN
		PERFORM growth_index.check_backing(ARRAY[entitlement_id], ARRAY[kind = 'pay']);
	END IF;
	IF kind IN ('commit', 'release', 'claw_back', 'waive') THEN
		rule := (SELECT e.policy FROM growth_index.entitlement AS e WHERE e.id = book_one.entitlement_id);
		change := CASE WHEN kind IN ('commit', 'waive') THEN amount ELSE - amount END;
		/* it is there but for the first time */
		UPDATE growth_index.policy_year AS y SET amount = y.amount + change WHERE y.policy = rule AND y.year = balance.year;
		IF NOT FOUND THEN
			INSERT INTO growth_index.policy_year AS y (policy, year, amount) VALUES (rule, balance.year, change)
			ON CONFLICT ON CONSTRAINT policy_year_pkey DO UPDATE SET amount = y.amount + EXCLUDED.amount;
		END IF;
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.book_one(text, text, text, text, numeric, bigint, date) IS 'Internal: book() of one transaction, by its key alone.';
REVOKE ALL ON FUNCTION growth_index.book_one(text, text, text, text, numeric, bigint, date) FROM PUBLIC;

/*
 * What a statement booked: moves the running balances, and refuses what no
 * entitlement backs.  Entitlements are locked first, then budgets, each in one
 * order; what is read after that is all that was booked before.
 */
CREATE FUNCTION growth_index.book() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	one record;
	fault record;
	balance growth_index.entitlement_account;
	backed bigint[];
	paying boolean[];
BEGIN
	PERFORM growth_index.trigger_of(TG_RELID, 'growth_index.ledger');
	IF NOT EXISTS (SELECT FROM growth_index.books_open) THEN
		INSERT INTO growth_index.books_open DEFAULT VALUES ON CONFLICT DO NOTHING;
	END IF;
	SELECT count(*) AS n, min(k.kind) AS kind, min(k.budget_code) AS budget_code, min(k.debit) AS debit, min(k.credit) AS credit, min(k.amount) AS amount,
		min(k.entitlement_id) AS entitlement_id, min(k.as_of) AS as_of INTO one FROM booked AS k;
	IF one.n < 2 THEN
		PERFORM growth_index.book_one(one.kind, one.budget_code, one.debit, one.credit, one.amount, one.entitlement_id, one.as_of);
		RETURN NULL;
	END IF;
	SELECT array_agg(n.id), array_agg(n.pays) INTO backed, paying
	FROM (SELECT k.entitlement_id AS id, bool_or(k.kind = 'pay') AS pays FROM booked AS k WHERE k.kind IN ('commit', 'pay') GROUP BY k.entitlement_id) AS n;
	IF backed IS NOT NULL THEN
		PERFORM growth_index.lock_entitlements(backed);
	END IF;
	PERFORM FROM growth_index.budget AS b WHERE b.code IN (SELECT k.budget_code FROM booked AS k) ORDER BY b.code FOR UPDATE;
	SELECT k.budget_code, k.kind INTO fault FROM booked AS k
	WHERE k.entitlement_id IS NOT NULL AND NOT EXISTS (SELECT FROM growth_index.budget AS b WHERE b.code = k.budget_code) LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'there is no budget "%" to %', fault.budget_code, fault.kind USING ERRCODE = 'foreign_key_violation';
	END IF;
	UPDATE growth_index.budget AS b SET committed = b.committed + n.committed, paid = b.paid + n.paid
	FROM (SELECT k.budget_code, - sum(growth_index.moved('available', k.debit, k.credit, k.amount)) AS committed,
			sum(growth_index.moved('paid', k.debit, k.credit, k.amount)) AS paid
		FROM booked AS k WHERE k.entitlement_id IS NOT NULL GROUP BY k.budget_code) AS n
	WHERE b.code = n.budget_code AND (n.committed <> 0 OR n.paid <> 0);

	WITH moved AS (
		INSERT INTO growth_index.entitlement_account AS a (entitlement_id, budget_code, committed, paid, receivable, year)
		SELECT k.entitlement_id, k.budget_code, sum(growth_index.moved('committed', k.debit, k.credit, k.amount)),
			sum(growth_index.moved('paid', k.debit, k.credit, k.amount)), sum(growth_index.moved('receivable', k.debit, k.credit, k.amount)), max(extract(year FROM k.as_of))
		FROM booked AS k WHERE k.entitlement_id IS NOT NULL
		GROUP BY k.entitlement_id, k.budget_code ORDER BY k.entitlement_id, k.budget_code
		ON CONFLICT (entitlement_id, budget_code) DO UPDATE
		SET committed = a.committed + EXCLUDED.committed, paid = a.paid + EXCLUDED.paid, receivable = a.receivable + EXCLUDED.receivable,
			year = CASE WHEN a.committed + a.paid + a.receivable = 0 THEN EXCLUDED.year ELSE a.year END
		RETURNING a.*
	)
	SELECT m.* INTO balance FROM moved AS m WHERE least(m.committed, m.paid, m.receivable) < 0 LIMIT 1;
	IF FOUND THEN
		PERFORM growth_index.refuse_balance(balance);
	END IF;
	INSERT INTO growth_index.policy_year AS y (policy, year, amount)
	SELECT e.policy, a.year, sum(CASE WHEN k.kind IN ('commit', 'waive') THEN k.amount ELSE - k.amount END)
	FROM booked AS k JOIN growth_index.entitlement AS e ON e.id = k.entitlement_id
		JOIN growth_index.entitlement_account AS a ON a.entitlement_id = k.entitlement_id AND a.budget_code = k.budget_code
	WHERE k.kind IN ('commit', 'release', 'claw_back', 'waive')
	GROUP BY e.policy, a.year ORDER BY e.policy, a.year
	ON CONFLICT ON CONSTRAINT policy_year_pkey DO UPDATE SET amount = y.amount + EXCLUDED.amount;
	IF backed IS NOT NULL THEN
		PERFORM growth_index.check_backing(backed, paying);
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.book() IS 'Trigger of ledger: moves the running balances. Errors: 23503 unknown budget, 23514 a budget or an entitlement would be overspent, or no chain of events up to its approval backs it.';
REVOKE ALL ON FUNCTION growth_index.book() FROM PUBLIC;

CREATE FUNCTION growth_index.keep_account() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	stack text;
BEGIN
	GET DIAGNOSTICS stack = PG_CONTEXT;
	IF NOT growth_index.within(stack, 'book', 'growth_index.ledger') AND NOT growth_index.restoring_books() THEN
		RAISE EXCEPTION 'table "%" is not written by hand', TG_TABLE_NAME
			USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
				HINT = 'It is the sum of growth_index.ledger, which moves it.';
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.keep_account() IS 'Trigger of entitlement_account and policy_year: raises 23001 where they are written by anything but the ledger.';
CREATE TRIGGER keep_account BEFORE INSERT OR UPDATE ON growth_index.entitlement_account
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.keep_account();
CREATE TRIGGER keep_account BEFORE INSERT OR UPDATE ON growth_index.policy_year
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.keep_account();

/* inlined by the planner: no SET clause */
CREATE FUNCTION growth_index.entitlement_balance(entitlement_id bigint, OUT budget_code text, OUT account text, OUT balance numeric)
	RETURNS SETOF record
LANGUAGE sql STABLE ROWS 3
AS $$
	SELECT a.budget_code, b.account, b.balance
	FROM growth_index.entitlement_account AS a
		CROSS JOIN LATERAL (VALUES ('committed', a.committed), ('paid', a.paid), ('receivable', a.receivable)) AS b(account, balance)
	WHERE a.entitlement_id OPERATOR(pg_catalog.=) $1
$$;
COMMENT ON FUNCTION growth_index.entitlement_balance(bigint) IS 'What stands for an entitlement: for each of its budgets a row committed, paid and receivable, in yuan.';

CREATE TRIGGER book AFTER INSERT ON growth_index.ledger REFERENCING NEW TABLE AS booked
	FOR EACH STATEMENT WHEN (NOT growth_index.restoring_books()) EXECUTE FUNCTION growth_index.book();

/*
 * A budget's amount is booked when it is set; its running balances are moved
 * by the ledger alone.
 */
CREATE FUNCTION growth_index.book_budget() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	was numeric := 0;
BEGIN
	PERFORM growth_index.trigger_of(TG_RELID, 'growth_index.budget');
	IF TG_OP = 'UPDATE' AND NEW.code = OLD.code THEN
		was := OLD.amount;
	ELSIF TG_OP <> 'INSERT' THEN
		INSERT INTO growth_index.ledger (kind, budget_code, amount, as_of)
		SELECT 'reduce', OLD.code, OLD.amount, current_date WHERE OLD.amount > 0;
	END IF;
	IF TG_OP = 'DELETE' THEN
		RETURN NULL;
	END IF;
	IF TG_OP = 'INSERT' AND (NEW.committed, NEW.paid) <> (0, 0) THEN
		RAISE EXCEPTION 'budget "%" begins with nothing committed and nothing paid', NEW.code
			USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
	END IF;
	INSERT INTO growth_index.ledger (kind, budget_code, amount, as_of)
	SELECT CASE WHEN NEW.amount > was THEN 'appropriate' ELSE 'reduce' END, NEW.code, abs(NEW.amount - was), current_date
	WHERE NEW.amount <> was;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.book_budget() IS 'Trigger of budget: books its amount, and every change of it, in the ledger.';
REVOKE ALL ON FUNCTION growth_index.book_budget() FROM PUBLIC;
CREATE TRIGGER book_budget AFTER INSERT OR DELETE OR UPDATE OF amount, code ON growth_index.budget
	FOR EACH ROW WHEN (NOT growth_index.restoring_books()) EXECUTE FUNCTION growth_index.book_budget();

CREATE FUNCTION growth_index.keep_committed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION 'budget "%" cannot be lowered to % yuan: % are committed', NEW.code, NEW.amount, NEW.committed
		USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = 'budget_not_overspent',
			DETAIL = format('%s yuan of them are paid.', NEW.paid),
			HINT = 'withdraw_entitlement() and hold_entitlement() free what is not paid.';
END
$$;
COMMENT ON FUNCTION growth_index.keep_committed() IS 'Trigger of budget: raises 23514 where its amount is lowered under what is committed, and says how much that is; the CHECK holds it besides.';
CREATE TRIGGER keep_committed BEFORE UPDATE OF amount ON growth_index.budget
	FOR EACH ROW WHEN (NEW.amount < OLD.amount AND NEW.amount < NEW.committed) EXECUTE FUNCTION growth_index.keep_committed();

CREATE FUNCTION growth_index.keep_balance() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	stack text;
BEGIN
	GET DIAGNOSTICS stack = PG_CONTEXT;
	IF NOT growth_index.within(stack, 'book', 'growth_index.ledger') THEN
		RAISE EXCEPTION 'what is committed and paid of budget "%" is not set by hand', NEW.code
			USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
				HINT = 'It is the sum of growth_index.ledger, which moves it.';
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.keep_balance() IS 'Trigger of budget: raises 23001 where its running balances are changed by anything but the ledger.';
CREATE TRIGGER keep_balance AFTER UPDATE OF committed, paid ON growth_index.budget
	FOR EACH ROW WHEN (OLD.committed <> NEW.committed OR OLD.paid <> NEW.paid) EXECUTE FUNCTION growth_index.keep_balance();
