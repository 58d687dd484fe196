/*
 * Consent (授权): an institution sees an enterprise with its consent alone, and
 * each access stands in a log before anything is answered.
 */
CREATE TABLE growth_index.consent (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	credit_code	growth_index.credit_code NOT NULL,
	institution	text NOT NULL,
	scope		text NOT NULL DEFAULT 'profile' CONSTRAINT consent_scope CHECK (scope IN ('score', 'profile')),
	purpose		text NOT NULL CONSTRAINT consent_purpose CHECK (purpose <> ''),
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

/* a consent is what was agreed: only its end can come, once */
CREATE FUNCTION growth_index.keep_consent() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF to_jsonb(NEW) - 'revoked_at' = to_jsonb(OLD) - 'revoked_at' AND OLD.revoked_at IS NULL THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION 'consent % is not changed: it is what was agreed', OLD.id
		USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
			HINT = 'Revoke it with revoke_consent(), and give another.';
END
$$;
COMMENT ON FUNCTION growth_index.keep_consent() IS 'Trigger: raises 23001 where anything of a consent changes but its revocation, once.';
CREATE TRIGGER keep_consent BEFORE UPDATE ON growth_index.consent
	FOR EACH ROW EXECUTE FUNCTION growth_index.keep_consent();
CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON growth_index.consent
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_removal();

CREATE FUNCTION growth_index.give_consent(credit_code growth_index.credit_code, institution text, purpose text,
	valid_to date, scope text DEFAULT 'profile', valid_from date DEFAULT current_date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	given bigint;
BEGIN
	PERFORM growth_index.require_enterprise(credit_code);
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
'An enterprise lets an institution see its data until a day; the number of the consent. Errors: 42501 for another enterprise, 23503 where the institution is not known, 23514 another scope than score or profile, or no purpose.';
REVOKE ALL ON FUNCTION growth_index.give_consent(growth_index.credit_code, text, text, date, text, date) FROM PUBLIC;

CREATE FUNCTION growth_index.revoke_consent(id bigint, credit_code growth_index.credit_code) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM growth_index.require_enterprise(credit_code);
	UPDATE growth_index.consent AS c SET revoked_at = clock_timestamp()
	WHERE c.id = revoke_consent.id AND c.revoked_at IS NULL
		AND c.credit_code OPERATOR(growth_index.=) revoke_consent.credit_code;
	RETURN FOUND;
END
$$;
COMMENT ON FUNCTION growth_index.revoke_consent(bigint, growth_index.credit_code) IS
'The enterprise takes a consent back, from now on; false where it has none of that number in force. Error 42501 for another enterprise.';
REVOKE ALL ON FUNCTION growth_index.revoke_consent(bigint, growth_index.credit_code) FROM PUBLIC;

CREATE VIEW growth_index.consent_in_force WITH (security_invoker = true) AS
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

/*
 * An access is asked for in one transaction and answered in a later one: who
 * rolls back after reading has left its trace all the same.
 */
CREATE TABLE growth_index.consent_access (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	credit_code	growth_index.credit_code NOT NULL,
	institution	text NOT NULL,
	scope		text NOT NULL CONSTRAINT consent_access_scope CHECK (scope IN ('score', 'profile')),
	purpose		text NOT NULL CONSTRAINT consent_access_purpose CHECK (purpose <> ''),
	consent_id	bigint,
	role		text NOT NULL DEFAULT growth_index.caller(),
	asked_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	asked_in	xid8 NOT NULL DEFAULT pg_catalog.pg_current_xact_id()
);
CREATE INDEX consent_access_enterprise ON growth_index.consent_access (credit_code, id);
COMMENT ON TABLE growth_index.consent_access IS 'Every access of an institution to an enterprise that was asked for (append-only), also the refused ones.';
COMMENT ON COLUMN growth_index.consent_access.id IS 'Number, for read_access().';
COMMENT ON COLUMN growth_index.consent_access.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.consent_access.institution IS 'Institution that asked.';
COMMENT ON COLUMN growth_index.consent_access.scope IS 'What it asked for: score or profile.';
COMMENT ON COLUMN growth_index.consent_access.purpose IS 'What for, as it says.';
COMMENT ON COLUMN growth_index.consent_access.consent_id IS 'Consent that covered it; NULL: none did, it was refused.';
COMMENT ON COLUMN growth_index.consent_access.role IS 'Role that asked.';
COMMENT ON COLUMN growth_index.consent_access.asked_at IS 'When.';
COMMENT ON COLUMN growth_index.consent_access.asked_in IS 'Transaction in which it was asked: it is answered in a later one.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.consent_access', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.consent_access_id_seq', '');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON growth_index.consent_access
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_change();

CREATE FUNCTION growth_index.ask_access(credit_code growth_index.credit_code, scope text, purpose text, institution text DEFAULT NULL,
	OUT access bigint, OUT allowed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	who text := coalesce(institution, growth_index.current_institution());
	covered bigint;
BEGIN
	PERFORM growth_index.require_institution(who);
	SELECT max(c.id) INTO covered FROM growth_index.consent_in_force AS c
	WHERE c.credit_code OPERATOR(growth_index.=) ask_access.credit_code AND c.institution = who
		AND c.scope IN (ask_access.scope, 'profile') AND c.purpose = ask_access.purpose;
	INSERT INTO growth_index.consent_access AS a (credit_code, institution, scope, purpose, consent_id)
	VALUES (ask_access.credit_code, coalesce(who, '(none)'), ask_access.scope, ask_access.purpose, covered) RETURNING a.id INTO access;
	allowed := covered IS NOT NULL;
END
$$;
COMMENT ON FUNCTION growth_index.ask_access(growth_index.credit_code, text, text, text) IS
'An institution asks for what is known of an enterprise: scope score or profile, for a purpose. The access is logged; allowed: a consent in force covers it, by scope and purpose. After the transaction is committed, read_access(access) answers. Errors: 42501 who acts for no institution, 23514 an unknown scope or no purpose.';
REVOKE ALL ON FUNCTION growth_index.ask_access(growth_index.credit_code, text, text, text) FROM PUBLIC;

/* VOLATILE: what is read is as of now, not as of a statement or a cursor that began before a consent was revoked */
CREATE FUNCTION growth_index.read_access(access bigint) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	asked growth_index.consent_access;
BEGIN
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE EXCEPTION 'accesses are not answered at the isolation level %', current_setting('transaction_isolation')
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = 'A consent that was revoked meanwhile would still seem to be in force.',
				HINT = 'Begin a transaction of the isolation level read committed.';
	END IF;
	SELECT a.* INTO asked FROM growth_index.consent_access AS a WHERE a.id = read_access.access;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'access % was not asked for', access USING ERRCODE = 'no_data_found', HINT = 'ask_access() asks for it.';
	END IF;
	PERFORM growth_index.require_party('access', access, NULL, asked.institution);
	IF asked.role <> growth_index.caller() THEN
		RAISE EXCEPTION 'access % was asked for by another role', access USING ERRCODE = 'insufficient_privilege';
	END IF;
	IF asked.asked_in = pg_current_xact_id_if_assigned() THEN
		RAISE EXCEPTION 'access % is not yet on record', access
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Commit the transaction that asked for it first.';
	END IF;
	IF asked.asked_at < clock_timestamp() - INTERVAL '10 minutes' THEN
		RAISE EXCEPTION 'access % was asked for at %', access, asked.asked_at
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Ask again: each access stands in the log.';
	END IF;
	IF NOT EXISTS (SELECT FROM growth_index.consent_in_force AS c WHERE c.id = asked.consent_id) THEN
		RAISE EXCEPTION 'enterprise % does not consent that "%" sees its % for "%"', asked.credit_code, asked.institution, asked.scope, asked.purpose
			USING ERRCODE = 'insufficient_privilege';
	END IF;
	RETURN (SELECT jsonb_build_object('credit_code', asked.credit_code::text, 'name', e.name, 'scorecard', s.scorecard, 'version', s.version,
			'score', s.score, 'rating', s.rating::text, 'as_of', s.as_of)
			|| CASE asked.scope WHEN 'profile' THEN jsonb_build_object('profile', growth_index.matching_profile(asked.credit_code)::text::jsonb) ELSE '{}' END
		FROM growth_index.enterprise AS e
			LEFT JOIN growth_index.score AS s ON s.credit_code OPERATOR(growth_index.=) e.credit_code AND s.scorecard = growth_index.matching_scorecard()
		WHERE e.credit_code OPERATOR(growth_index.=) asked.credit_code);
END
$$;
COMMENT ON FUNCTION growth_index.read_access(bigint) IS
'What was asked for by ask_access(), to the same role, within 10 minutes and in a later transaction, while the consent is in force: name, score and rating by the matching scorecard, and for scope profile all indicators (profile). Errors: P0002 never asked for, 55000 not committed yet, too long ago, or an isolation level above read committed, which would not see that a consent was revoked, 42501 no consent (any more), or another''s.';
REVOKE ALL ON FUNCTION growth_index.read_access(bigint) FROM PUBLIC;

INSERT INTO growth_index.role_right (roles, privileges, objects) VALUES
	('{enterprise,app}', '{EXECUTE}', '{"give_consent(growth_index.credit_code,text,text,date,text,date)","revoke_consent(bigint,growth_index.credit_code)"}'),
	('{institution}', '{EXECUTE}', '{"ask_access(growth_index.credit_code,text,text,text)","read_access(bigint)"}'),
	('{analyst,enterprise,institution,app}', '{SELECT}', '{consent_in_force}');
INSERT INTO growth_index.role_right (roles, privileges, objects, rows) VALUES
	('{analyst}', '{SELECT}', '{consent,consent_access}', 'true'),
	('{enterprise,app}', '{SELECT}', '{consent,consent_access}', 'credit_code OPERATOR(growth_index.=) (SELECT growth_index.current_enterprise())'),
	('{institution}', '{SELECT}', '{consent,consent_access}', 'institution = (SELECT growth_index.current_institution())');
