/*
 * Bank files: approved payments go out as CSV or ISO 20022 pain.001, the bank's
 * answers come back in.  A payment is in one order at a time; what the bank
 * could not pay goes back to its entitlement.
 */
CREATE TABLE growth_index.bank_account (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	owner_kind	text NOT NULL CONSTRAINT bank_account_owner CHECK (owner_kind IN ('enterprise', 'budget')),
	owner		text NOT NULL CHECK (owner <> ''),
	holder		text NOT NULL CONSTRAINT bank_account_holder CHECK (length(holder) BETWEEN 1 AND 140 AND holder !~ '[[:cntrl:]]'),
	account		text NOT NULL CONSTRAINT bank_account_number CHECK (account ~ '^[0-9A-Z]{5,34}$'),
	bank		text NOT NULL CONSTRAINT bank_account_bank CHECK (bank ~ '^([0-9]{12}|[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?)$'),
	entered_by	text NOT NULL DEFAULT growth_index.caller(),
	entered_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
CREATE INDEX bank_account_current ON growth_index.bank_account (owner_kind, owner, id DESC);
COMMENT ON TABLE growth_index.bank_account IS 'Bank accounts of enterprises, and of the budgets that pay (append-only): the last one of an owner stands.';
COMMENT ON COLUMN growth_index.bank_account.id IS 'Number; the highest of an owner stands.';
COMMENT ON COLUMN growth_index.bank_account.owner_kind IS 'enterprise or budget.';
COMMENT ON COLUMN growth_index.bank_account.owner IS 'Credit code, or code of the budget.';
COMMENT ON COLUMN growth_index.bank_account.holder IS 'Name of the account''s holder, at most 140 characters.';
COMMENT ON COLUMN growth_index.bank_account.account IS 'Account number: digits and capital letters, 5 to 34.';
COMMENT ON COLUMN growth_index.bank_account.bank IS 'Bank: CNAPS number (联行号, 12 digits) or BIC.';
COMMENT ON COLUMN growth_index.bank_account.entered_by IS 'Role that entered it.';
COMMENT ON COLUMN growth_index.bank_account.entered_at IS 'When it was entered.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.bank_account', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.bank_account_id_seq', '');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON growth_index.bank_account
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_change();

CREATE TABLE growth_index.payment_file (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	key			text NOT NULL UNIQUE,
	execute_on	date NOT NULL,
	payments	bigint NOT NULL,
	amount		numeric(18,2) NOT NULL,
	made_by		text NOT NULL DEFAULT growth_index.caller(),
	made_at		timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE growth_index.payment_file IS 'Files of payments for the bank (append-only).';
COMMENT ON COLUMN growth_index.payment_file.id IS 'Number of the file.';
COMMENT ON COLUMN growth_index.payment_file.key IS 'Key of the call that made it: the same key gives the same file.';
COMMENT ON COLUMN growth_index.payment_file.execute_on IS 'Day on which the bank shall pay.';
COMMENT ON COLUMN growth_index.payment_file.payments IS 'Payments in it.';
COMMENT ON COLUMN growth_index.payment_file.amount IS 'Their sum in yuan.';
COMMENT ON COLUMN growth_index.payment_file.made_by IS 'Role that made it.';
COMMENT ON COLUMN growth_index.payment_file.made_at IS 'When it was made.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.payment_file', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.payment_file_id_seq', '');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON growth_index.payment_file
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_change();

CREATE TABLE growth_index.payment_order (
	payment_id		bigint PRIMARY KEY,
	file_id			bigint NOT NULL,
	reference		text NOT NULL UNIQUE,
	debtor			bigint NOT NULL,
	creditor		bigint NOT NULL,
	amount			numeric(18,2) NOT NULL CHECK (amount > 0),
	text			text NOT NULL
);
CREATE INDEX payment_order_file ON growth_index.payment_order (file_id);
COMMENT ON TABLE growth_index.payment_order IS 'What each file orders the bank to pay (append-only). A payment is ordered once; one that came back is another payment.';
COMMENT ON COLUMN growth_index.payment_order.payment_id IS 'Payment.';
COMMENT ON COLUMN growth_index.payment_order.file_id IS 'File.';
COMMENT ON COLUMN growth_index.payment_order.reference IS 'End-to-end reference, by which the bank''s answer is known.';
COMMENT ON COLUMN growth_index.payment_order.debtor IS 'Bank account that pays.';
COMMENT ON COLUMN growth_index.payment_order.creditor IS 'Bank account of the enterprise, as it was then.';
COMMENT ON COLUMN growth_index.payment_order.amount IS 'Yuan.';
COMMENT ON COLUMN growth_index.payment_order.text IS 'What the enterprise reads on its statement.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.payment_order', '');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON growth_index.payment_order
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_change();

CREATE TABLE growth_index.payment_result (
	reference	text PRIMARY KEY,
	result		text NOT NULL CONSTRAINT payment_result_known CHECK (result IN ('paid', 'failed')),
	reason		text,
	taken_by	text NOT NULL DEFAULT growth_index.caller(),
	taken_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE growth_index.payment_result IS 'Answers of the bank, one an order (append-only).';
COMMENT ON COLUMN growth_index.payment_result.reference IS 'End-to-end reference of the order.';
COMMENT ON COLUMN growth_index.payment_result.result IS 'paid or failed.';
COMMENT ON COLUMN growth_index.payment_result.reason IS 'Why it failed, as the bank says.';
COMMENT ON COLUMN growth_index.payment_result.taken_by IS 'Role that took the answer in.';
COMMENT ON COLUMN growth_index.payment_result.taken_at IS 'When it came.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.payment_result', '');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON growth_index.payment_result
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_change();

CREATE FUNCTION growth_index.set_bank_account(owner_kind text, owner text, holder text, account text, bank text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	made bigint;
BEGIN
	account := replace(account, ' ', '');
	IF owner_kind = 'enterprise' THEN
		PERFORM growth_index.require_enterprise(owner::growth_index.credit_code);
	ELSIF NOT growth_index.caller_is_trusted() THEN
		RAISE EXCEPTION 'role "%" does not set accounts of budgets', growth_index.caller() USING ERRCODE = 'insufficient_privilege';
	END IF;
	SELECT a.id INTO made FROM growth_index.bank_account AS a
	WHERE a.owner_kind = set_bank_account.owner_kind AND a.owner = set_bank_account.owner
		AND a.id = (SELECT max(l.id) FROM growth_index.bank_account AS l WHERE l.owner_kind = a.owner_kind AND l.owner = a.owner)
		AND (a.holder, a.account, a.bank) = (set_bank_account.holder, set_bank_account.account, set_bank_account.bank);
	IF made IS NULL THEN
		INSERT INTO growth_index.bank_account (owner_kind, owner, holder, account, bank)
		VALUES (owner_kind, owner, holder, account, bank) RETURNING id INTO made;
	END IF;
	RETURN made;
END
$$;
COMMENT ON FUNCTION growth_index.set_bank_account(text, text, text, text, text) IS
'The bank account of an enterprise (owner_kind enterprise, by the enterprise itself) or of a budget: its number. The same again is no new one. Errors: 42501 for another enterprise, 23514 an account or bank that cannot be one.';
REVOKE ALL ON FUNCTION growth_index.set_bank_account(text, text, text, text, text) FROM PUBLIC;

/* what waits for the bank, and what it lacks */
CREATE VIEW growth_index.payment_to_order WITH (security_invoker = true) AS
SELECT s.id AS payment_id, s.entitlement_id, s.credit_code, s.budget_code, s.amount, s.paid_on,
	d.id AS debtor, c.id AS creditor,
	concat_ws('; ', CASE WHEN s.amount > m.paid OR m.committed + m.paid < b.granted AND growth_index.paid_otherwise(s.id, s.entitlement_id, s.budget_code) THEN 'it is clawed back, or a part of it' END,
		'the enterprise is ' || growth_index.barred(b, current_date), CASE WHEN c.id IS NULL THEN 'the enterprise has no bank account' END,
		CASE WHEN d.id IS NULL THEN 'the budget has no bank account' END,
		CASE WHEN c.holder <> e.name THEN format('the account is held by "%s", the enterprise is "%s"', c.holder, e.name) END) AS lacks
FROM growth_index.payment_standing AS s
	JOIN growth_index.entitlement AS b ON b.id = s.entitlement_id
	LEFT JOIN growth_index.entitlement_account AS m ON m.entitlement_id = s.entitlement_id AND m.budget_code = s.budget_code
	LEFT JOIN growth_index.enterprise AS e ON e.credit_code OPERATOR(growth_index.=) s.credit_code
	LEFT JOIN LATERAL (SELECT a.id, a.holder FROM growth_index.bank_account AS a
		WHERE a.owner_kind = 'enterprise' AND a.owner = s.credit_code::text ORDER BY a.id DESC LIMIT 1) AS c ON true
	LEFT JOIN LATERAL (SELECT a.id FROM growth_index.bank_account AS a
		WHERE a.owner_kind = 'budget' AND a.owner = s.budget_code ORDER BY a.id DESC LIMIT 1) AS d ON true
WHERE NOT EXISTS (SELECT FROM growth_index.payment_order AS o WHERE o.payment_id = s.id);
COMMENT ON VIEW growth_index.payment_to_order IS 'Payments that no file has ordered yet, and what they lack.';
COMMENT ON COLUMN growth_index.payment_to_order.payment_id IS 'Payment.';
COMMENT ON COLUMN growth_index.payment_to_order.entitlement_id IS 'Entitlement.';
COMMENT ON COLUMN growth_index.payment_to_order.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.payment_to_order.budget_code IS 'Budget.';
COMMENT ON COLUMN growth_index.payment_to_order.amount IS 'Yuan.';
COMMENT ON COLUMN growth_index.payment_to_order.paid_on IS 'As-of date of the payment.';
COMMENT ON COLUMN growth_index.payment_to_order.debtor IS 'Bank account that would pay; NULL: none.';
COMMENT ON COLUMN growth_index.payment_to_order.creditor IS 'Bank account of the enterprise; NULL: none.';
COMMENT ON COLUMN growth_index.payment_to_order.lacks IS 'What has to be mended before it can be ordered, such as an account, or why it is not ordered any more: clawed back, also before the budget had an account (then it was paid otherwise: what waits for the bank is returned by claw_back_entitlement()), or the enterprise is not active or excluded; empty: nothing.';

CREATE FUNCTION growth_index.make_payment_file(key text, execute_on date DEFAULT current_date, budget_code text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	made bigint;
	locked bigint[];
	ordered bigint[];
	faulty bigint;
BEGIN
	/* one at a time: no payment is ordered by two files */
	PERFORM pg_advisory_xact_lock(hashtextextended('growth_index.make_payment_file', 0));
	SELECT f.id INTO made FROM growth_index.payment_file AS f WHERE f.key = make_payment_file.key;
	IF FOUND THEN
		RETURN made;
	END IF;
	/* who claws back or returns one of these waits: what is ordered is what stands; what is paid meanwhile comes with the next file */
	SELECT array_agg(l.id) INTO locked
	FROM (SELECT e.id FROM growth_index.entitlement AS e
		WHERE e.id IN (SELECT t.entitlement_id FROM growth_index.payment_to_order AS t) ORDER BY e.id FOR UPDATE) AS l;
	WITH fault AS MATERIALIZED (
		SELECT r.finding, r.budget_code, r.entitlement_id FROM growth_index.reconcile() AS r
	), ready AS MATERIALIZED (
		SELECT t.payment_id, EXISTS (SELECT FROM fault AS f WHERE f.entitlement_id = t.entitlement_id
			OR (f.entitlement_id IS NULL AND f.budget_code = t.budget_code)) AS faulty
		FROM growth_index.payment_to_order AS t JOIN unnest(locked) AS k(id) ON k.id = t.entitlement_id
		WHERE t.lacks = '' AND (make_payment_file.budget_code IS NULL OR t.budget_code = make_payment_file.budget_code)
	)
	SELECT array_agg(y.payment_id) FILTER (WHERE NOT y.faulty), count(*) FILTER (WHERE y.faulty) INTO ordered, faulty FROM ready AS y;
	IF faulty > 0 THEN
		RAISE WARNING '% payments are left out: the books do not agree', faulty USING HINT = 'reconcile() says where.';
	END IF;
	IF ordered IS NULL THEN
		RETURN NULL;
	END IF;
	/* who returns or claws back by an older snapshot sees none of these orders */
	PERFORM growth_index.lock_money('payment files');
	/* accounts may have changed meanwhile: those that are looked at are those that are ordered to */
	WITH chosen AS MATERIALIZED (
		SELECT t.* FROM growth_index.payment_to_order AS t WHERE t.payment_id = ANY (ordered) AND t.lacks = ''
	), file AS (
		INSERT INTO growth_index.payment_file (key, execute_on, payments, amount)
		SELECT make_payment_file.key, make_payment_file.execute_on, count(*), sum(c.amount) FROM chosen AS c HAVING count(*) > 0
		RETURNING id
	), told AS (
		INSERT INTO growth_index.payment_order (payment_id, file_id, reference, debtor, creditor, amount, text)
		SELECT c.payment_id, f.id, format('GI-%s-%s', c.entitlement_id, c.payment_id), c.debtor, c.creditor, c.amount,
			left(regexp_replace(coalesce(p.title_zh, p.title_en, p.code), '[[:cntrl:]]+', ' ', 'g'), 100)
		FROM chosen AS c CROSS JOIN file AS f
			JOIN growth_index.entitlement AS e ON e.id = c.entitlement_id
			JOIN growth_index.policy AS p ON p.code = e.policy AND p.version = e.version
		ORDER BY c.payment_id
	)
	SELECT f.id INTO made FROM file AS f;
	RETURN made;
END
$$;
COMMENT ON FUNCTION growth_index.make_payment_file(text, date, text) IS
'Puts all payments that lack nothing (payment_to_order), or those of one budget, into a new file for the bank: its number, for payment_csv() and payment_xml(). What reconcile() finds a fault with is left out, with a warning. The same key gives the same file. NULL: there is nothing to pay.';
REVOKE ALL ON FUNCTION growth_index.make_payment_file(text, date, text) FROM PUBLIC;

CREATE FUNCTION growth_index.csv_field(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	/* a spreadsheet would take = + - @ at the beginning for a formula */
	SELECT CASE WHEN v ~ '[",\r\n]' THEN '"' || replace(v, '"', '""') || '"' ELSE v END
	FROM (SELECT CASE WHEN value ~ '^[=+@-]' THEN '''' || value ELSE coalesce(value, '') END) AS t(v)
$$;
COMMENT ON FUNCTION growth_index.csv_field(text) IS 'A field of a CSV file (RFC 4180), quoted where it has to be; what a spreadsheet would run as a formula gets an apostrophe before it. NULL: empty.';

CREATE FUNCTION growth_index.payment_csv(file bigint) RETURNS text
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'reference,debtor_account,creditor_name,creditor_account,creditor_bank,amount,currency,execute_on,text' || E'\r\n'
		|| coalesce(string_agg(concat_ws(',', o.reference, d.account, growth_index.csv_field(c.holder), c.account, c.bank, o.amount, 'CNY', f.execute_on,
			growth_index.csv_field(o.text)) || E'\r\n', '' ORDER BY o.payment_id), '')
	FROM growth_index.payment_file AS f
		JOIN growth_index.payment_order AS o ON o.file_id = f.id
		JOIN growth_index.bank_account AS d ON d.id = o.debtor
		JOIN growth_index.bank_account AS c ON c.id = o.creditor
	WHERE f.id = payment_csv.file
$$;
COMMENT ON FUNCTION growth_index.payment_csv(bigint) IS 'A file of payments as CSV (RFC 4180), with a line of column names; only that line where there is no such file.';
REVOKE ALL ON FUNCTION growth_index.payment_csv(bigint) FROM PUBLIC;

CREATE FUNCTION growth_index.payment_agent(element text, bank text) RETURNS xml
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
	SELECT format('<%1$s><FinInstnId>%2$s</FinInstnId></%1$s>', element, CASE WHEN bank ~ '^[0-9]'
		THEN xmlelement(name "ClrSysMmbId", xmlelement(name "ClrSysId", xmlelement(name "Cd", 'CNAPS')), xmlelement(name "MmbId", bank))
		ELSE xmlelement(name "BIC", bank) END)::xml
$$;
COMMENT ON FUNCTION growth_index.payment_agent(text, text) IS 'Internal: a bank in pain.001, by its CNAPS number or BIC.';

CREATE FUNCTION growth_index.payment_xml(file bigint) RETURNS xml
LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
	SELECT xmlelement(name "Document", xmlattributes('urn:iso:std:iso:20022:tech:xsd:pain.001.001.03' AS xmlns),
		xmlelement(name "CstmrCdtTrfInitn",
			xmlelement(name "GrpHdr",
				xmlelement(name "MsgId", 'GI-' || f.id), xmlelement(name "CreDtTm", to_char(f.made_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
				xmlelement(name "NbOfTxs", f.payments), xmlelement(name "CtrlSum", f.amount),
				xmlelement(name "InitgPty", xmlelement(name "Nm", min(g.holder)))),
			xmlagg(g.element ORDER BY g.debtor)))
	FROM growth_index.payment_file AS f
		CROSS JOIN LATERAL (
			SELECT o.debtor, d.holder, xmlelement(name "PmtInf",
				xmlelement(name "PmtInfId", format('GI-%s-%s', f.id, o.debtor)), xmlelement(name "PmtMtd", 'TRF'),
				xmlelement(name "NbOfTxs", count(*)), xmlelement(name "CtrlSum", sum(o.amount)), xmlelement(name "ReqdExctnDt", f.execute_on),
				xmlelement(name "Dbtr", xmlelement(name "Nm", d.holder)),
				xmlelement(name "DbtrAcct", xmlelement(name "Id", xmlelement(name "Othr", xmlelement(name "Id", d.account)))),
				growth_index.payment_agent('DbtrAgt', d.bank),
				xmlagg(xmlelement(name "CdtTrfTxInf",
					xmlelement(name "PmtId", xmlelement(name "EndToEndId", o.reference)),
					xmlelement(name "Amt", xmlelement(name "InstdAmt", xmlattributes('CNY' AS "Ccy"), o.amount)),
					growth_index.payment_agent('CdtrAgt', c.bank),
					xmlelement(name "Cdtr", xmlelement(name "Nm", c.holder)),
					xmlelement(name "CdtrAcct", xmlelement(name "Id", xmlelement(name "Othr", xmlelement(name "Id", c.account)))),
					xmlelement(name "RmtInf", xmlelement(name "Ustrd", o.text))) ORDER BY o.payment_id)) AS element
			FROM growth_index.payment_order AS o
				JOIN growth_index.bank_account AS d ON d.id = o.debtor
				JOIN growth_index.bank_account AS c ON c.id = o.creditor
			WHERE o.file_id = f.id
			GROUP BY o.debtor, d.holder, d.account, d.bank) AS g
	WHERE f.id = payment_xml.file
	GROUP BY f.id, f.made_at, f.payments, f.amount
$$;
COMMENT ON FUNCTION growth_index.payment_xml(bigint) IS
'A file of payments as ISO 20022 pain.001.001.03 (customer credit transfer initiation), a payment group for each account that pays. NULL where there is no such file.';
REVOKE ALL ON FUNCTION growth_index.payment_xml(bigint) FROM PUBLIC;

CREATE FUNCTION growth_index.take_bank_result(reference text, result text, reason text DEFAULT NULL, as_of date DEFAULT current_date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	paid growth_index.payment;
	earlier growth_index.payment_result;
BEGIN
	SELECT p.* INTO paid FROM growth_index.payment_order AS o JOIN growth_index.payment AS p ON p.id = o.payment_id
	WHERE o.reference = take_bank_result.reference;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no order has the reference "%"', reference USING ERRCODE = 'no_data_found';
	END IF;
	/* before the answer is written: who has the entitlement may be about to write it as well */
	PERFORM growth_index.lock_entitlement(paid.entitlement_id);
	INSERT INTO growth_index.payment_result AS r (reference, result, reason)
	VALUES (take_bank_result.reference, take_bank_result.result, take_bank_result.reason)
	ON CONFLICT DO NOTHING;
	IF NOT FOUND THEN
		SELECT r.* INTO earlier FROM growth_index.payment_result AS r WHERE r.reference = take_bank_result.reference;
		IF earlier.result = result THEN
			RETURN false;
		END IF;
		RAISE EXCEPTION 'the bank has said "%" of order "%"', earlier.result, reference
			USING ERRCODE = 'unique_violation', DETAIL = format('Now it says "%s".', result), HINT = 'Ask the bank; return_payment() or claw_back_entitlement() records what has happened.';
	END IF;
	IF result = 'failed' THEN
		PERFORM growth_index.return_payment(paid.id, 'bank', coalesce(reason, 'the bank could not pay it'), 'bank ' || reference, as_of);
	END IF;
	RETURN true;
END
$$;
COMMENT ON FUNCTION growth_index.take_bank_result(text, text, text, date) IS
'The bank''s answer to an order, paid or failed; a failed one goes back to its entitlement and is paid anew. False: it has been taken before. Errors: P0002 unknown reference, 23514 neither paid nor failed, 23505 the bank has said otherwise.';
REVOKE ALL ON FUNCTION growth_index.take_bank_result(text, text, text, date) FROM PUBLIC;

/* what fails goes back to many budgets, in the bank's order: all is locked before, in the order of who books for one */
CREATE FUNCTION growth_index.lock_unanswered() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM growth_index.entitlement AS e
	WHERE e.id IN (SELECT p.entitlement_id FROM growth_index.payment_order AS o JOIN growth_index.payment AS p ON p.id = o.payment_id
		WHERE NOT EXISTS (SELECT FROM growth_index.payment_result AS r WHERE r.reference = o.reference)) ORDER BY e.id FOR UPDATE;
	PERFORM growth_index.lock_budgets();
END
$$;
COMMENT ON FUNCTION growth_index.lock_unanswered() IS 'Internal: locks the entitlements whose payments are with the bank, and the budgets, to the end of the transaction.';
REVOKE ALL ON FUNCTION growth_index.lock_unanswered() FROM PUBLIC;

/* what a status of ISO 20022 says of the money; NULL: nothing yet */
CREATE FUNCTION growth_index.bank_outcome(status text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN status IN ('ACSC', 'ACCC') THEN 'paid' WHEN status IN ('RJCT', 'CANC') THEN 'failed' END
$$;
COMMENT ON FUNCTION growth_index.bank_outcome(text) IS 'paid for the statuses ACSC and ACCC (settled), failed for RJCT and CANC; NULL for what is accepted, pending or partly done: no result yet.';

/* a status may stand at the transaction, or once for the payment group or the file that holds it: the nearest counts */
CREATE FUNCTION growth_index.take_bank_report(report xml, as_of date DEFAULT current_date, OUT paid bigint, OUT failed bigint, OUT known bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF (xpath('local-name(/*[local-name()="Document"]/*[local-name()="CstmrPmtStsRpt"])', report))[1]::text IS DISTINCT FROM 'CstmrPmtStsRpt' THEN
		RAISE EXCEPTION 'this is no payment status report'
			USING ERRCODE = 'invalid_parameter_value', HINT = 'It is a Document with a CstmrPmtStsRpt (ISO 20022 pain.002).';
	END IF;
	PERFORM growth_index.lock_unanswered();
	WITH said AS MATERIALIZED (
		SELECT x.* FROM xmltable('//*[local-name()="TxInfAndSts" or local-name()="OrgnlPmtInfAndSts" or local-name()="OrgnlGrpInfAndSts"]' PASSING report COLUMNS
			level text PATH 'local-name(.)',
			reference text PATH '*[local-name()="OrgnlEndToEndId"]',
			grp text PATH '*[local-name()="OrgnlPmtInfId"]',
			file text PATH '*[local-name()="OrgnlMsgId"]',
			status text PATH '*[local-name()="TxSts" or local-name()="PmtInfSts" or local-name()="GrpSts"]',
			code text PATH '*[local-name()="StsRsnInf"][1]/*[local-name()="Rsn"]/*[local-name()="Cd" or local-name()="Prtry"]',
			reason text PATH '*[local-name()="StsRsnInf"][1]/*[local-name()="AddtlInf"][1]') AS x
	), told AS MATERIALIZED (
		SELECT s.reference, growth_index.bank_outcome(s.status) AS result, concat_ws(' ', s.code, s.reason) AS reason
		FROM said AS s WHERE s.level = 'TxInfAndSts' AND s.reference IS NOT NULL
	), spread AS MATERIALIZED (
		SELECT DISTINCT ON (o.reference) o.reference, growth_index.bank_outcome(s.status) AS result, concat_ws(' ', s.code, s.reason) AS reason
		FROM said AS s
			JOIN growth_index.payment_order AS o ON s.file = 'GI-' || o.file_id OR s.grp = format('GI-%s-%s', o.file_id, o.debtor)
		WHERE s.level <> 'TxInfAndSts' AND growth_index.bank_outcome(s.status) IS NOT NULL
			AND NOT EXISTS (SELECT FROM told AS t WHERE t.reference = o.reference)
		ORDER BY o.reference, s.grp IS NULL
	), taken AS MATERIALIZED (
		SELECT t.result, growth_index.take_bank_result(t.reference, t.result, nullif(t.reason, ''), as_of) AS new
		FROM (SELECT * FROM told UNION ALL SELECT * FROM spread) AS t WHERE t.result IS NOT NULL ORDER BY t.reference
	)
	SELECT count(*) FILTER (WHERE t.new AND t.result = 'paid'), count(*) FILTER (WHERE t.new AND t.result = 'failed'), count(*) FILTER (WHERE NOT t.new)
	INTO paid, failed, known FROM taken AS t;
END
$$;
COMMENT ON FUNCTION growth_index.take_bank_report(xml, date) IS
'The bank''s answers as ISO 20022 pain.002, of any version: settled (ACSC, ACCC) and rejected (RJCT, CANC), said of a transaction, or of a whole payment group or file where the transaction has no status of its own; what is only accepted or pending is passed over. How many were paid, failed, and known before. Errors: 22023 no payment status report, and as take_bank_result().';
REVOKE ALL ON FUNCTION growth_index.take_bank_report(xml, date) FROM PUBLIC;

/* the same as a CSV file: COPY takes it in */
CREATE VIEW growth_index.bank_answer WITH (security_invoker = true) AS
SELECT r.reference, r.result, r.reason FROM growth_index.payment_result AS r;
COMMENT ON VIEW growth_index.bank_answer IS 'The bank''s answers, to be taken in: COPY growth_index.bank_answer FROM … (FORMAT csv, HEADER). Each row goes through take_bank_result(); what is with the bank is locked before, so loads come one after the other.';
COMMENT ON COLUMN growth_index.bank_answer.reference IS 'End-to-end reference of the order.';
COMMENT ON COLUMN growth_index.bank_answer.result IS 'paid or failed.';
COMMENT ON COLUMN growth_index.bank_answer.reason IS 'Why it failed, as the bank says.';

CREATE FUNCTION growth_index.take_bank_answer() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN growth_index.take_bank_result(NEW.reference, NEW.result, NEW.reason) THEN NEW END;
END
$$;
COMMENT ON FUNCTION growth_index.take_bank_answer() IS 'Trigger of bank_answer: take_bank_result() of each row; what was taken before is passed over.';
CREATE TRIGGER take_bank_answer INSTEAD OF INSERT ON growth_index.bank_answer
	FOR EACH ROW EXECUTE FUNCTION growth_index.take_bank_answer();

CREATE FUNCTION growth_index.lock_bank_answers() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM growth_index.trigger_of(TG_RELID, 'growth_index.bank_answer');
	PERFORM growth_index.lock_unanswered();
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.lock_bank_answers() IS 'Trigger of bank_answer: lock_unanswered() before the first row, so that two loads, or a load and a step, never wait for each other in a circle.';
REVOKE ALL ON FUNCTION growth_index.lock_bank_answers() FROM PUBLIC;
CREATE TRIGGER lock_bank_answers BEFORE INSERT ON growth_index.bank_answer
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.lock_bank_answers();
