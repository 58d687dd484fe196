/*
 * Credit: referral, line, drawdown and repayment; a line, or a part of it, can
 * go to a supplier, and grows with the score.
 */
CREATE TABLE growth_index.referral (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	credit_code	growth_index.credit_code NOT NULL,
	institution	text NOT NULL,
	product		text NOT NULL,
	version		integer NOT NULL,
	asked		numeric(18,2) CHECK (asked > 0),
	matched		numeric(18,2) NOT NULL,
	state		text NOT NULL DEFAULT 'referred' CONSTRAINT referral_state CHECK (state IN ('referred', 'granted', 'refused', 'withdrawn')),
	reason		text,
	key			text UNIQUE,
	inputs		jsonb NOT NULL,
	referred_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	answered_at	timestamptz
);
CREATE INDEX referral_enterprise ON growth_index.referral (credit_code);
CREATE INDEX referral_institution ON growth_index.referral (institution, id);
CREATE UNIQUE INDEX referral_open ON growth_index.referral (credit_code, product) WHERE state = 'referred';
COMMENT ON TABLE growth_index.referral IS 'Enterprises that asked an institution for a product through the platform.';
COMMENT ON COLUMN growth_index.referral.id IS 'Number.';
COMMENT ON COLUMN growth_index.referral.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.referral.institution IS 'Institution of the product.';
COMMENT ON COLUMN growth_index.referral.product IS 'Product.';
COMMENT ON COLUMN growth_index.referral.version IS 'Version of the product that it was decided under.';
COMMENT ON COLUMN growth_index.referral.asked IS 'Yuan that the enterprise asks for; NULL: what the product gives.';
COMMENT ON COLUMN growth_index.referral.matched IS 'Credit by the product''s formula at that time, in yuan.';
COMMENT ON COLUMN growth_index.referral.state IS 'referred, granted, refused or withdrawn.';
COMMENT ON COLUMN growth_index.referral.reason IS 'Why it was refused or withdrawn.';
COMMENT ON COLUMN growth_index.referral.key IS 'The caller''s key: the same call again changes nothing.';
COMMENT ON COLUMN growth_index.referral.inputs IS 'What was decided on: criteria, credit formula, and of the profile the indicators that these read.';
COMMENT ON COLUMN growth_index.referral.referred_at IS 'When it was referred.';
COMMENT ON COLUMN growth_index.referral.answered_at IS 'When the institution answered, or the enterprise withdrew it; NULL: open.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.referral', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.referral_id_seq', '');
CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON growth_index.referral
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_removal();

CREATE TABLE growth_index.credit_line (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	credit_code	growth_index.credit_code NOT NULL,
	institution	text NOT NULL,
	product		text NOT NULL,
	version		integer NOT NULL,
	amount		numeric(18,2) NOT NULL,
	outstanding	numeric(18,2) NOT NULL DEFAULT 0,
	rate		numeric(8,6),
	valid_from	date NOT NULL,
	valid_to	date NOT NULL,
	referral	bigint UNIQUE,
	parent		bigint,
	CONSTRAINT credit_line_not_overdrawn CHECK (0 <= outstanding AND outstanding <= amount),
	CONSTRAINT credit_line_valid CHECK (valid_from <= valid_to)
);
CREATE INDEX credit_line_enterprise ON growth_index.credit_line (credit_code);
CREATE INDEX credit_line_institution ON growth_index.credit_line (institution);
COMMENT ON TABLE growth_index.credit_line IS 'Credit lines (授信) that institutions granted. amount and outstanding are moved by credit_event alone; no statement can draw a line beyond its amount.';
COMMENT ON COLUMN growth_index.credit_line.id IS 'Number.';
COMMENT ON COLUMN growth_index.credit_line.credit_code IS 'Enterprise that can draw it.';
COMMENT ON COLUMN growth_index.credit_line.institution IS 'Institution.';
COMMENT ON COLUMN growth_index.credit_line.product IS 'Product.';
COMMENT ON COLUMN growth_index.credit_line.version IS 'Version of the product.';
COMMENT ON COLUMN growth_index.credit_line.amount IS 'Yuan that can be drawn in all (额度).';
COMMENT ON COLUMN growth_index.credit_line.outstanding IS 'Yuan drawn and not repaid.';
COMMENT ON COLUMN growth_index.credit_line.rate IS 'Interest a year, as a ratio; NULL: not said.';
COMMENT ON COLUMN growth_index.credit_line.valid_from IS 'First day.';
COMMENT ON COLUMN growth_index.credit_line.valid_to IS 'Last day on which it can be drawn.';
COMMENT ON COLUMN growth_index.credit_line.referral IS 'Referral that it answers; NULL: it came by transfer.';
COMMENT ON COLUMN growth_index.credit_line.parent IS 'Line that it was transferred from; NULL: none.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.credit_line', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.credit_line_id_seq', '');
CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON growth_index.credit_line
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_removal();

CREATE TABLE growth_index.credit_event (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	credit_line	bigint NOT NULL,
	kind		text NOT NULL CONSTRAINT credit_event_kind CHECK (kind IN ('grant', 'raise', 'transfer_out', 'transfer_in', 'draw', 'repay')),
	amount		numeric(18,2) NOT NULL CHECK (amount > 0),
	other_line	bigint,
	key			text UNIQUE,
	note		text,
	as_of		date NOT NULL,
	role		text NOT NULL DEFAULT growth_index.caller(),
	happened_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
CREATE INDEX credit_event_line ON growth_index.credit_event (credit_line, id);
COMMENT ON TABLE growth_index.credit_event IS 'Every change of a credit line (append-only).';
COMMENT ON COLUMN growth_index.credit_event.id IS 'Number.';
COMMENT ON COLUMN growth_index.credit_event.credit_line IS 'Credit line.';
COMMENT ON COLUMN growth_index.credit_event.kind IS 'grant, raise, transfer_in: its amount grows; transfer_out: it shrinks; draw, repay: what is outstanding grows or shrinks.';
COMMENT ON COLUMN growth_index.credit_event.amount IS 'Yuan, above 0.';
COMMENT ON COLUMN growth_index.credit_event.other_line IS 'Of a transfer: the other line.';
COMMENT ON COLUMN growth_index.credit_event.key IS 'The caller''s key: the same call again changes nothing.';
COMMENT ON COLUMN growth_index.credit_event.note IS 'Such as the order that it was drawn for.';
COMMENT ON COLUMN growth_index.credit_event.as_of IS 'As-of date.';
COMMENT ON COLUMN growth_index.credit_event.role IS 'Role that did it.';
COMMENT ON COLUMN growth_index.credit_event.happened_at IS 'When.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.credit_event', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.credit_event_id_seq', '');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON growth_index.credit_event
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_change();

CREATE FUNCTION growth_index.move_credit_line() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE growth_index.credit_line AS c SET
		amount = c.amount + CASE NEW.kind WHEN 'draw' THEN 0 WHEN 'repay' THEN 0 WHEN 'transfer_out' THEN - NEW.amount ELSE NEW.amount END,
		outstanding = c.outstanding + CASE NEW.kind WHEN 'draw' THEN NEW.amount WHEN 'repay' THEN - NEW.amount ELSE 0 END
	WHERE c.id = NEW.credit_line;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no credit line %', NEW.credit_line USING ERRCODE = 'foreign_key_violation';
	END IF;
	IF NEW.kind = 'draw' THEN
		INSERT INTO growth_index.financing_event (credit_code, institution, kind, amount, happened_on, product, note, credit_line)
		SELECT c.credit_code, c.institution, 'debt', NEW.amount, NEW.as_of, c.product, NEW.note, c.id
		FROM growth_index.credit_line AS c WHERE c.id = NEW.credit_line;
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.move_credit_line() IS 'Trigger of credit_event: moves the line''s balances, and enters what was drawn in financing_event. Errors: 23503 unknown line, 23514 it would be overdrawn, or repaid beyond what is outstanding.';
CREATE TRIGGER move_credit_line AFTER INSERT ON growth_index.credit_event
	FOR EACH ROW WHEN (NOT growth_index.restoring()) EXECUTE FUNCTION growth_index.move_credit_line();

CREATE FUNCTION growth_index.keep_credit_line() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	stack text;
BEGIN
	GET DIAGNOSTICS stack = PG_CONTEXT;
	IF NOT growth_index.within(stack, 'move_credit_line', 'growth_index.credit_event') OR to_jsonb(NEW) - '{amount,outstanding}'::text[] <> to_jsonb(OLD) - '{amount,outstanding}'::text[] THEN
		RAISE EXCEPTION 'credit line % is not changed by hand', OLD.id
			USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
				HINT = 'Rows of growth_index.credit_event move it.';
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.keep_credit_line() IS 'Trigger: raises 23001 where a credit line is changed by anything but its events.';
CREATE TRIGGER keep_credit_line AFTER UPDATE ON growth_index.credit_line
	FOR EACH ROW EXECUTE FUNCTION growth_index.keep_credit_line();

CREATE FUNCTION growth_index.require_consent(credit_code growth_index.credit_code, institution text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM growth_index.consent_in_force AS c
			WHERE c.credit_code OPERATOR(growth_index.=) require_consent.credit_code AND c.institution = require_consent.institution) THEN
		RAISE EXCEPTION 'enterprise % does not consent that "%" sees it', credit_code, institution
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'give_consent() comes first.';
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.require_consent(growth_index.credit_code, text) IS 'Internal: error 55000 unless a consent of the enterprise for the institution is in force.';
REVOKE ALL ON FUNCTION growth_index.require_consent(growth_index.credit_code, text) FROM PUBLIC;

CREATE FUNCTION growth_index.refer_enterprise(credit_code growth_index.credit_code, product text, asked numeric DEFAULT NULL,
	key text DEFAULT NULL, as_of date DEFAULT current_date) RETURNS growth_index.referral
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	offer growth_index.product;
	profile growth_index.profile := growth_index.matching_profile(credit_code);
	due record;
	made growth_index.referral;
BEGIN
	PERFORM growth_index.require_enterprise(credit_code);
	SELECT r.* INTO made FROM growth_index.referral AS r WHERE r.key = refer_enterprise.key;
	IF FOUND THEN
		IF made.credit_code OPERATOR(growth_index.<>) credit_code OR made.product <> refer_enterprise.product THEN
			RAISE EXCEPTION 'key "%" was used for another referral', key USING ERRCODE = 'unique_violation', HINT = 'A key stands for one call: take a new one.';
		END IF;
		RETURN made;
	END IF;
	SELECT p.* INTO offer FROM growth_index.product AS p WHERE p.code = refer_enterprise.product AND p.active AND as_of BETWEEN p.valid_from AND p.valid_to;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'no product "%" is in force', product USING ERRCODE = 'no_data_found';
	END IF;
	SELECT d.* INTO due FROM growth_index.decide(offer.criteria, offer.credit, profile, as_of) AS d;
	IF due.decision IS DISTINCT FROM 'eligible' OR due.amount <= 0 THEN
		RAISE EXCEPTION 'enterprise % is not known to be eligible for product "%"', credit_code, product
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'match_products() tells what is missing.';
	END IF;
	PERFORM growth_index.require_consent(credit_code, offer.institution);
	INSERT INTO growth_index.referral (credit_code, institution, product, version, asked, matched, key, inputs)
	VALUES (credit_code, offer.institution, offer.code, offer.version, asked, due.amount, key,
		jsonb_build_object('criteria', offer.criteria::text, 'credit', offer.credit::text, 'as_of', as_of,
			/* what was decided on goes to the institution, and nothing else of the enterprise */
			'profile', (SELECT jsonb_object_agg(k.code, k.known -> k.code ORDER BY k.code)
				FROM (SELECT r.code, growth_index.jsonb(profile) AS known
					FROM unnest(growth_index.indicators(offer.criteria) || growth_index.indicators(offer.credit)) AS r(code) GROUP BY r.code) AS k
				WHERE k.known OPERATOR(pg_catalog.?) k.code)))
	RETURNING * INTO made;
	RETURN made;
END
$$;
COMMENT ON FUNCTION growth_index.refer_enterprise(growth_index.credit_code, text, numeric, text, date) IS
'An enterprise asks for a product that it is eligible for. Errors: 42501 for another enterprise, P0002 product not in force, 55000 not eligible, or no consent for the institution, 23505 one is open, or a key that stands for another call.';
REVOKE ALL ON FUNCTION growth_index.refer_enterprise(growth_index.credit_code, text, numeric, text, date) FROM PUBLIC;

CREATE FUNCTION growth_index.close_referral(id bigint, state text, reason text) RETURNS growth_index.referral
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present growth_index.referral;
BEGIN
	SELECT r.* INTO present FROM growth_index.referral AS r WHERE r.id = close_referral.id FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no referral %', id USING ERRCODE = 'no_data_found';
	END IF;
	PERFORM growth_index.require_party('referral', id, CASE state WHEN 'withdrawn' THEN present.credit_code END,
		CASE WHEN state IS DISTINCT FROM 'withdrawn' THEN present.institution END);
	IF present.state = state AND present.reason IS NOT DISTINCT FROM reason AND state <> 'granted' THEN
		RETURN present;
	END IF;
	IF present.state <> 'referred' OR state NOT IN ('refused', 'withdrawn') THEN
		RAISE EXCEPTION 'referral % is %: it cannot be %', id, present.state, state USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	UPDATE growth_index.referral AS r SET state = close_referral.state, reason = close_referral.reason, answered_at = clock_timestamp()
	WHERE r.id = close_referral.id RETURNING r.* INTO present;
	RETURN present;
END
$$;
COMMENT ON FUNCTION growth_index.close_referral(bigint, text, text) IS
'refused, by the institution, or withdrawn, by the enterprise. Errors: P0002 no such referral, 42501 another''s, 55000 it is answered.';
REVOKE ALL ON FUNCTION growth_index.close_referral(bigint, text, text) FROM PUBLIC;

CREATE FUNCTION growth_index.grant_credit(referral bigint, amount numeric, valid_to date DEFAULT NULL, rate numeric DEFAULT NULL,
	as_of date DEFAULT current_date) RETURNS growth_index.credit_line
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	asked growth_index.referral;
	offer growth_index.product;
	made growth_index.credit_line;
BEGIN
	SELECT r.* INTO asked FROM growth_index.referral AS r WHERE r.id = grant_credit.referral FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no referral %', referral USING ERRCODE = 'no_data_found';
	END IF;
	PERFORM growth_index.require_party('referral', referral, NULL, asked.institution);
	SELECT c.* INTO made FROM growth_index.credit_line AS c WHERE c.referral = grant_credit.referral;
	IF FOUND THEN
		IF (SELECT v.amount FROM growth_index.credit_event AS v WHERE v.credit_line = made.id AND v.kind = 'grant') = amount THEN
			RETURN made;
		END IF;
		RAISE EXCEPTION 'referral % was granted with another amount', referral USING ERRCODE = 'unique_violation';
	END IF;
	IF asked.state <> 'referred' THEN
		RAISE EXCEPTION 'referral % is %: it cannot be granted', referral, asked.state USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	SELECT p.* INTO STRICT offer FROM growth_index.product AS p WHERE p.code = asked.product AND p.version = asked.version;
	UPDATE growth_index.referral AS r SET state = 'granted', answered_at = clock_timestamp() WHERE r.id = grant_credit.referral;
	INSERT INTO growth_index.credit_line (credit_code, institution, product, version, amount, rate, valid_from, valid_to, referral)
	VALUES (asked.credit_code, asked.institution, asked.product, asked.version, 0, coalesce(grant_credit.rate, offer.rate), as_of,
		coalesce(grant_credit.valid_to, as_of + make_interval(months => coalesce(offer.term_months, 12))), grant_credit.referral)
	RETURNING * INTO made;
	INSERT INTO growth_index.credit_event (credit_line, kind, amount, as_of) VALUES (made.id, 'grant', grant_credit.amount, as_of);
	SELECT c.* INTO made FROM growth_index.credit_line AS c WHERE c.id = made.id;
	RETURN made;
END
$$;
COMMENT ON FUNCTION growth_index.grant_credit(bigint, numeric, date, numeric, date) IS
'The institution grants a referral a credit line, in yuan, until a day (NULL: the product''s term). The same again gives the same line. Errors: P0002 no such referral, 42501 another institution''s, 55000 it is answered, 23505 granted with another amount.';
REVOKE ALL ON FUNCTION growth_index.grant_credit(bigint, numeric, date, numeric, date) FROM PUBLIC;

/* what all movements of a line have in common: who, the key, the lock */
CREATE FUNCTION growth_index.take_credit_line(id bigint, kind text, amount numeric, key text, by_enterprise boolean,
	OUT line growth_index.credit_line, OUT done boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	earlier growth_index.credit_event;
BEGIN
	SELECT c.* INTO line FROM growth_index.credit_line AS c WHERE c.id = take_credit_line.id FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no credit line %', id USING ERRCODE = 'no_data_found';
	END IF;
	PERFORM growth_index.require_party('credit line', id, CASE WHEN by_enterprise THEN line.credit_code END, line.institution);
	SELECT v.* INTO earlier FROM growth_index.credit_event AS v WHERE v.key = take_credit_line.key;
	done := NOT FOUND;
	IF NOT done AND (earlier.credit_line, earlier.kind, earlier.amount) <> (id, kind, amount) THEN
		/* of another line nothing is told */
		RAISE EXCEPTION 'key "%" was used for another call', key
			USING ERRCODE = 'unique_violation', HINT = 'A key stands for one call: take a new one.',
				DETAIL = CASE earlier.credit_line WHEN id THEN format('Then it was %s of %s yuan.', earlier.kind, earlier.amount) ELSE 'It was for another credit line.' END;
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.take_credit_line(bigint, text, numeric, text, boolean) IS 'Internal: locks a credit line for a movement; done is false where the key tells that it was made before.';
REVOKE ALL ON FUNCTION growth_index.take_credit_line(bigint, text, numeric, text, boolean) FROM PUBLIC;

CREATE FUNCTION growth_index.draw_credit(id bigint, amount numeric, key text, note text DEFAULT NULL, as_of date DEFAULT current_date)
	RETURNS growth_index.credit_line
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	taken record;
BEGIN
	SELECT * INTO taken FROM growth_index.take_credit_line(id, 'draw', amount, key, false);
	IF taken.done THEN
		IF as_of NOT BETWEEN (taken.line).valid_from AND (taken.line).valid_to OR (taken.line).outstanding + amount > (taken.line).amount THEN
			RAISE EXCEPTION 'credit line % does not give % yuan on %', id, amount, as_of
				USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = format('It has %s yuan left, until %s.',
					(taken.line).amount - (taken.line).outstanding, (taken.line).valid_to);
		END IF;
		INSERT INTO growth_index.credit_event (credit_line, kind, amount, key, note, as_of) VALUES (id, 'draw', draw_credit.amount, draw_credit.key, draw_credit.note, draw_credit.as_of);
	END IF;
	RETURN (SELECT c FROM growth_index.credit_line AS c WHERE c.id = draw_credit.id);
END
$$;
COMMENT ON FUNCTION growth_index.draw_credit(bigint, numeric, text, text, date) IS
'The institution pays out from a credit line, such as for an order (note); it counts as debt raised (financing_event). Errors: 42501 another institution''s, 55000 not so much is left, or not on this day, 23505 a key that stands for another call.';
REVOKE ALL ON FUNCTION growth_index.draw_credit(bigint, numeric, text, text, date) FROM PUBLIC;

CREATE FUNCTION growth_index.repay_credit(id bigint, amount numeric, key text, as_of date DEFAULT current_date) RETURNS growth_index.credit_line
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	taken record;
BEGIN
	SELECT * INTO taken FROM growth_index.take_credit_line(id, 'repay', amount, key, false);
	IF taken.done THEN
		IF amount > (taken.line).outstanding THEN
			RAISE EXCEPTION 'of credit line %, % yuan are outstanding, not %', id, (taken.line).outstanding, amount USING ERRCODE = 'object_not_in_prerequisite_state';
		END IF;
		INSERT INTO growth_index.credit_event (credit_line, kind, amount, key, as_of) VALUES (id, 'repay', repay_credit.amount, repay_credit.key, repay_credit.as_of);
	END IF;
	RETURN (SELECT c FROM growth_index.credit_line AS c WHERE c.id = repay_credit.id);
END
$$;
COMMENT ON FUNCTION growth_index.repay_credit(bigint, numeric, text, date) IS
'A repayment of what was drawn, as the institution records it; it can be drawn again. Errors: 42501 another institution''s, 55000 more than is outstanding, 23505 a key that stands for another call.';
REVOKE ALL ON FUNCTION growth_index.repay_credit(bigint, numeric, text, date) FROM PUBLIC;

CREATE FUNCTION growth_index.transfer_credit(id bigint, supplier growth_index.credit_code, amount numeric, key text,
	as_of date DEFAULT current_date) RETURNS growth_index.credit_line
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	taken record;
	made bigint;
BEGIN
	SELECT * INTO taken FROM growth_index.take_credit_line(id, 'transfer_out', amount, key, true);
	IF NOT taken.done THEN
		RETURN (SELECT c FROM growth_index.credit_event AS v JOIN growth_index.credit_line AS c ON c.id = v.other_line WHERE v.key = transfer_credit.key);
	END IF;
	IF amount > (taken.line).amount - (taken.line).outstanding OR as_of > (taken.line).valid_to THEN
		RAISE EXCEPTION 'credit line % has % yuan to transfer, until %', id, (taken.line).amount - (taken.line).outstanding, (taken.line).valid_to
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	IF supplier OPERATOR(growth_index.=) (taken.line).credit_code OR NOT EXISTS (SELECT FROM growth_index.enterprise AS e
			WHERE e.credit_code OPERATOR(growth_index.=) supplier AND e.status = 'active') THEN
		RAISE EXCEPTION 'credit line % cannot go to enterprise %', id, supplier
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = 'It goes to another enterprise of the platform that is active.';
	END IF;
	INSERT INTO growth_index.credit_line (credit_code, institution, product, version, amount, rate, valid_from, valid_to, parent)
	SELECT supplier, (taken.line).institution, (taken.line).product, (taken.line).version, 0, (taken.line).rate, as_of, (taken.line).valid_to, transfer_credit.id
	RETURNING credit_line.id INTO made;
	INSERT INTO growth_index.credit_event (credit_line, kind, amount, other_line, key, as_of)
	VALUES (transfer_credit.id, 'transfer_out', transfer_credit.amount, made, transfer_credit.key, transfer_credit.as_of),
		(made, 'transfer_in', transfer_credit.amount, transfer_credit.id, NULL, transfer_credit.as_of);
	RETURN (SELECT c FROM growth_index.credit_line AS c WHERE c.id = made);
END
$$;
COMMENT ON FUNCTION growth_index.transfer_credit(bigint, growth_index.credit_code, numeric, text, date) IS
'The enterprise, or the institution, transfers what is not drawn of a credit line, or a part of it, to a supplier upstream: the supplier''s new line. Errors: 42501 another''s line, 55000 not so much is left, or no such supplier, 23505 a key that stands for another call.';
REVOKE ALL ON FUNCTION growth_index.transfer_credit(bigint, growth_index.credit_code, numeric, text, date) FROM PUBLIC;

CREATE FUNCTION growth_index.enhance_credit(id bigint, key text, as_of date DEFAULT current_date) RETURNS growth_index.credit_line
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	present growth_index.credit_line;
	more numeric;
BEGIN
	SELECT c.* INTO present FROM growth_index.credit_line AS c WHERE c.id = enhance_credit.id FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no credit line %', id USING ERRCODE = 'no_data_found';
	END IF;
	PERFORM growth_index.require_party('credit line', id, NULL, present.institution);
	IF EXISTS (SELECT FROM growth_index.credit_event AS v WHERE v.key = enhance_credit.key AND v.credit_line = enhance_credit.id AND v.kind = 'raise') THEN
		RETURN present;
	END IF;
	/* the line would tell what the score has become */
	PERFORM growth_index.require_consent(present.credit_code, present.institution);
	/* what the product gives for the present score and indicators, less what the line has, and what went to suppliers */
	SELECT d.amount - present.amount - coalesce((SELECT sum(v.amount) FROM growth_index.credit_event AS v
		WHERE v.credit_line = enhance_credit.id AND v.kind = 'transfer_out'), 0) INTO more
	FROM growth_index.product AS p, growth_index.decide(p.criteria, p.credit, growth_index.matching_profile(present.credit_code), as_of) AS d
	WHERE p.code = present.product AND p.active AND d.decision = 'eligible' AND present.parent IS NULL;
	IF more > 0 THEN
		INSERT INTO growth_index.credit_event (credit_line, kind, amount, key, note, as_of)
		SELECT enhance_credit.id, 'raise', more, enhance_credit.key, format('score %s', s.score), enhance_credit.as_of
		FROM (SELECT growth_index.matching_profile(present.credit_code) OPERATOR(growth_index.->>) 'score') AS s(score);
	END IF;
	RETURN (SELECT c FROM growth_index.credit_line AS c WHERE c.id = enhance_credit.id);
END
$$;
COMMENT ON FUNCTION growth_index.enhance_credit(bigint, text, date) IS
'Raises a credit line to what its product gives for the present score and indicators (增信); it never shrinks, and stays where the enterprise is not eligible, or the line came by transfer. Errors: P0002 no such line, 42501 another institution''s, 55000 the enterprise does not consent (any more) that the institution sees it.';
REVOKE ALL ON FUNCTION growth_index.enhance_credit(bigint, text, date) FROM PUBLIC;

INSERT INTO growth_index.role_right (roles, privileges, objects) VALUES
	('{enterprise,app}', '{EXECUTE}', '{"refer_enterprise(growth_index.credit_code,text,numeric,text,date)","close_referral(bigint,text,text)",
		"transfer_credit(bigint,growth_index.credit_code,numeric,text,date)"}'),
	('{institution}', '{EXECUTE}', '{"close_referral(bigint,text,text)","grant_credit(bigint,numeric,date,numeric,date)","draw_credit(bigint,numeric,text,text,date)",
		"repay_credit(bigint,numeric,text,date)","transfer_credit(bigint,growth_index.credit_code,numeric,text,date)","enhance_credit(bigint,text,date)"}'),
	('{analyst,enterprise,institution,app}', '{SELECT}', '{financing_summary}');
INSERT INTO growth_index.role_right (roles, privileges, objects, rows) VALUES
	('{analyst}', '{SELECT}', '{referral,credit_line,credit_event,financing_event}', 'true'),
	('{enterprise,app}', '{SELECT}', '{referral,credit_line,financing_event}', 'credit_code OPERATOR(growth_index.=) (SELECT growth_index.current_enterprise())'),
	('{institution}', '{SELECT}', '{referral,credit_line,financing_event}', 'institution = (SELECT growth_index.current_institution())'),
	('{enterprise,app,institution}', '{SELECT}', '{credit_event}', 'credit_line IN (SELECT c.id FROM growth_index.credit_line AS c)');
