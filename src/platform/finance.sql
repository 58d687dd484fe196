/*
 * Finance: what enterprises raised, and which institution may see whom.
 */
CREATE TABLE growth_index.consent (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	credit_code	growth_index.credit_code NOT NULL,
	institution	text NOT NULL,
	scope		text NOT NULL DEFAULT 'profile',
	purpose		text NOT NULL,
	valid_from	date NOT NULL,
	valid_to	date NOT NULL,
	revoked_at	timestamptz,
	given_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	CONSTRAINT consent_valid CHECK (valid_from <= valid_to)
);
CREATE INDEX consent_enterprise ON growth_index.consent (credit_code, institution);
COMMENT ON TABLE growth_index.consent IS 'Consents (授权) of enterprises that an institution may see their data, for a purpose and a time; revocable.';
COMMENT ON COLUMN growth_index.consent.id IS 'Number.';
COMMENT ON COLUMN growth_index.consent.credit_code IS 'Enterprise that consents.';
COMMENT ON COLUMN growth_index.consent.institution IS 'Institution that may see.';
COMMENT ON COLUMN growth_index.consent.scope IS 'What it may see: score (score and rating) or profile (all indicators as well).';
COMMENT ON COLUMN growth_index.consent.purpose IS 'What for.';
COMMENT ON COLUMN growth_index.consent.valid_from IS 'First day.';
COMMENT ON COLUMN growth_index.consent.valid_to IS 'Last day.';
COMMENT ON COLUMN growth_index.consent.revoked_at IS 'When it was revoked; NULL: it was not.';
COMMENT ON COLUMN growth_index.consent.given_at IS 'When it was given.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.consent', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.consent_id_seq', '');

CREATE FUNCTION growth_index.give_consent(credit_code growth_index.credit_code, institution text, purpose text,
	valid_to date, scope text DEFAULT 'profile', valid_from date DEFAULT current_date) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	given bigint;
BEGIN
	IF NOT EXISTS (SELECT FROM growth_index.institution AS i WHERE i.code = give_consent.institution) THEN
		RAISE EXCEPTION 'institution "%" is not known', institution USING ERRCODE = 'foreign_key_violation';
	END IF;
	INSERT INTO growth_index.consent (credit_code, institution, scope, purpose, valid_from, valid_to)
	VALUES (credit_code, institution, scope, purpose, valid_from, valid_to)
	RETURNING id INTO given;
	RETURN given;
END
$$;
COMMENT ON FUNCTION growth_index.give_consent(growth_index.credit_code, text, text, date, text, date) IS
'An enterprise lets an institution see its data until a day; the number of the consent. Error 23503 where the institution is not known.';

CREATE FUNCTION growth_index.revoke_consent(id bigint, credit_code growth_index.credit_code) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE growth_index.consent AS c SET revoked_at = clock_timestamp()
	WHERE c.id = revoke_consent.id AND c.revoked_at IS NULL
		AND c.credit_code OPERATOR(growth_index.=) revoke_consent.credit_code;
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION growth_index.revoke_consent(bigint, growth_index.credit_code) IS
'The enterprise takes a consent back, from now on; false where it has none of that number in force.';

CREATE VIEW growth_index.consent_in_force AS
SELECT c.id, c.credit_code, c.institution, c.scope, c.purpose, c.valid_from, c.valid_to
FROM growth_index.consent AS c
WHERE c.revoked_at IS NULL AND current_date BETWEEN c.valid_from AND c.valid_to;
COMMENT ON VIEW growth_index.consent_in_force IS 'Consents that hold today.';
COMMENT ON COLUMN growth_index.consent_in_force.id IS 'Number of the consent.';
COMMENT ON COLUMN growth_index.consent_in_force.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.consent_in_force.institution IS 'Institution.';
COMMENT ON COLUMN growth_index.consent_in_force.scope IS 'What it may see.';
COMMENT ON COLUMN growth_index.consent_in_force.purpose IS 'What for.';
COMMENT ON COLUMN growth_index.consent_in_force.valid_from IS 'First day.';
COMMENT ON COLUMN growth_index.consent_in_force.valid_to IS 'Last day.';

CREATE TABLE growth_index.financing_event (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	credit_code	growth_index.credit_code NOT NULL,
	institution	text,
	kind		text NOT NULL CHECK (kind IN ('equity', 'debt')),
	amount		numeric(18,2) NOT NULL CHECK (amount > 0),
	happened_on	date NOT NULL,
	product		text,
	note		text,
	recorded_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
CREATE INDEX financing_event_enterprise ON growth_index.financing_event (credit_code);
COMMENT ON TABLE growth_index.financing_event IS 'Money that enterprises raised (append-only): equity rounds and loans drawn.';
COMMENT ON COLUMN growth_index.financing_event.id IS 'Number.';
COMMENT ON COLUMN growth_index.financing_event.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.financing_event.institution IS 'Institution; NULL: not one of the platform.';
COMMENT ON COLUMN growth_index.financing_event.kind IS 'equity or debt.';
COMMENT ON COLUMN growth_index.financing_event.amount IS 'Amount in yuan.';
COMMENT ON COLUMN growth_index.financing_event.happened_on IS 'Day.';
COMMENT ON COLUMN growth_index.financing_event.product IS 'Product, where it was one.';
COMMENT ON COLUMN growth_index.financing_event.note IS 'Anything else, such as the round.';
COMMENT ON COLUMN growth_index.financing_event.recorded_at IS 'When it was recorded.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.financing_event', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.financing_event_id_seq', '');
CREATE TRIGGER append_only
	BEFORE UPDATE OR DELETE OR TRUNCATE ON growth_index.financing_event
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_change();
