/*
 * Review of data (核对): an enterprise fills in nothing, it looks at what
 * departments delivered of it, confirms it, or objects to a value.  The
 * department answers; a correction is a new observation.
 */
CREATE TABLE growth_index.data_confirmation (
	id				bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	credit_code		growth_index.credit_code NOT NULL,
	profile			growth_index.profile,
	actor			text NOT NULL DEFAULT growth_index.caller(),
	confirmed_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
CREATE INDEX data_confirmation_enterprise ON growth_index.data_confirmation (credit_code, id);
COMMENT ON TABLE growth_index.data_confirmation IS 'Confirmations by enterprises that what is known of them is right (append-only).';
COMMENT ON COLUMN growth_index.data_confirmation.id IS 'Number.';
COMMENT ON COLUMN growth_index.data_confirmation.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.data_confirmation.profile IS 'What it confirmed: profile_of() at that time; NULL: nothing was known.';
COMMENT ON COLUMN growth_index.data_confirmation.actor IS 'Role that did it.';
COMMENT ON COLUMN growth_index.data_confirmation.confirmed_at IS 'When.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.data_confirmation', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.data_confirmation_id_seq', '');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON growth_index.data_confirmation
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_change();

CREATE TABLE growth_index.data_objection (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	credit_code	growth_index.credit_code NOT NULL,
	indicator	text COLLATE "C" NOT NULL,
	period_end	date NOT NULL,
	value		jsonb NOT NULL,
	claimed		text,
	reason		text NOT NULL CHECK (reason <> ''),
	department	text,
	state		text NOT NULL DEFAULT 'open'
		CONSTRAINT data_objection_state CHECK (state IN ('open', 'accepted', 'rejected', 'withdrawn')),
	actor		text NOT NULL DEFAULT growth_index.caller(),
	created_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	answered_by	text,
	answer		text,
	answered_at	timestamptz,
	CONSTRAINT data_objection_answered CHECK ((state = 'open') = (answered_at IS NULL))
);
CREATE INDEX data_objection_enterprise ON growth_index.data_objection (credit_code);
CREATE UNIQUE INDEX data_objection_open ON growth_index.data_objection (credit_code, indicator, period_end) WHERE state = 'open';
COMMENT ON TABLE growth_index.data_objection IS 'Objections of enterprises to values, and what departments answered. Of a value one at a time is open.';
COMMENT ON COLUMN growth_index.data_objection.id IS 'Number.';
COMMENT ON COLUMN growth_index.data_objection.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.data_objection.indicator IS 'Indicator.';
COMMENT ON COLUMN growth_index.data_objection.period_end IS 'Last day of the period of the value.';
COMMENT ON COLUMN growth_index.data_objection.value IS 'The value objected to, in the unit of the indicator.';
COMMENT ON COLUMN growth_index.data_objection.claimed IS 'What the enterprise says it is, as text, in the unit; NULL: that there is no such value.';
COMMENT ON COLUMN growth_index.data_objection.reason IS 'Why.';
COMMENT ON COLUMN growth_index.data_objection.department IS 'Department that answers: the one that delivers the indicator, or delivered the value; NULL: any.';
COMMENT ON COLUMN growth_index.data_objection.state IS 'open; accepted: the value was corrected; rejected: it stands; withdrawn by the enterprise.';
COMMENT ON COLUMN growth_index.data_objection.actor IS 'Role that objected.';
COMMENT ON COLUMN growth_index.data_objection.created_at IS 'When.';
COMMENT ON COLUMN growth_index.data_objection.answered_by IS 'Role that answered or withdrew it; NULL: open.';
COMMENT ON COLUMN growth_index.data_objection.answer IS 'What was answered.';
COMMENT ON COLUMN growth_index.data_objection.answered_at IS 'When it was answered or withdrawn; the correction has this recorded_at or a later one.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.data_objection', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.data_objection_id_seq', '');

CREATE FUNCTION growth_index.keep_objection() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF OLD.state = 'open' AND NEW.state <> 'open'
		AND to_jsonb(NEW) - '{state,answered_by,answer,answered_at}'::text[] = to_jsonb(OLD) - '{state,answered_by,answer,answered_at}'::text[] THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION 'objection % does not change but by an answer, once', OLD.id
		USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
END
$$;
COMMENT ON FUNCTION growth_index.keep_objection() IS 'Trigger: raises 23001 for any change of an objection but its answer.';
CREATE TRIGGER keep_objection BEFORE UPDATE ON growth_index.data_objection
	FOR EACH ROW EXECUTE FUNCTION growth_index.keep_objection();
CREATE TRIGGER keep_rows BEFORE DELETE OR TRUNCATE ON growth_index.data_objection
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_removal();

CREATE FUNCTION growth_index.confirm_data(credit_code growth_index.credit_code) RETURNS bigint
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	given	bigint;
	disputed bigint;
BEGIN
	PERFORM growth_index.require_enterprise(credit_code);
	IF NOT EXISTS (SELECT FROM growth_index.enterprise AS e WHERE e.credit_code OPERATOR(growth_index.=) confirm_data.credit_code) THEN
		RAISE EXCEPTION 'no enterprise has the credit code %', credit_code USING ERRCODE = 'no_data_found';
	END IF;
	SELECT count(*) INTO disputed FROM growth_index.data_objection AS o
	WHERE o.credit_code OPERATOR(growth_index.=) confirm_data.credit_code AND o.state = 'open';
	IF disputed > 0 THEN
		RAISE EXCEPTION 'enterprise % has % open objections to its data', credit_code, disputed
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Wait for the answer, or withdraw them with withdraw_objection().';
	END IF;
	INSERT INTO growth_index.data_confirmation (credit_code, profile)
	VALUES (credit_code, growth_index.profile_of(credit_code))
	RETURNING id INTO given;
	RETURN given;
END
$$;
COMMENT ON FUNCTION growth_index.confirm_data(growth_index.credit_code) IS 'The enterprise confirms what is known of it (核对); the number of the confirmation. Errors: 42501 unless the caller acts for it, P0002 unknown enterprise, 55000 while an objection of it is open.';
REVOKE ALL ON FUNCTION growth_index.confirm_data(growth_index.credit_code) FROM PUBLIC;

CREATE FUNCTION growth_index.object_to_value(credit_code growth_index.credit_code, indicator text, period_end date, reason text,
	claimed text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	stands	jsonb;
	sender	text;
	known	growth_index.indicator;
	said	jsonb;
	given	growth_index.data_objection;
BEGIN
	PERFORM growth_index.require_enterprise(credit_code);
	IF coalesce(btrim(reason), '') = '' THEN
		RAISE EXCEPTION 'an objection needs a reason' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	SELECT o.value, o.department INTO stands, sender FROM growth_index.observation AS o
	WHERE o.credit_code OPERATOR(growth_index.=) object_to_value.credit_code
		AND o.indicator = object_to_value.indicator AND o.period_end = object_to_value.period_end
	ORDER BY o.recorded_at DESC, o.id DESC LIMIT 1;
	IF stands IS NULL OR stands = 'null' THEN
		RAISE EXCEPTION 'no value of indicator "%" of the period to % is known of enterprise %', indicator, period_end, credit_code
			USING ERRCODE = 'no_data_found', HINT = 'View growth_index.indicator_latest lists what is known.';
	END IF;
	SELECT i.* INTO known FROM growth_index.indicator AS i WHERE i.code = object_to_value.indicator;
	said := growth_index.value_of(claimed, known.data_type);
	IF claimed IS NOT NULL AND (said IS NULL OR said = stands) THEN
		RAISE EXCEPTION '"%" is % indicator "%"', left(claimed, 100), CASE WHEN said IS NULL THEN 'no value for' ELSE 'the value already of' END, indicator
			USING ERRCODE = 'invalid_parameter_value', DETAIL = format('Its values are of the type %s.', known.data_type);
	END IF;
	/* of a value one is open: who comes at the same time waits for the first, and finds it */
	WHILE given.id IS NULL LOOP
		INSERT INTO growth_index.data_objection (credit_code, indicator, period_end, value, claimed, reason, department)
		VALUES (credit_code, indicator, period_end, stands, claimed, reason, coalesce(known.department, sender))
		ON CONFLICT DO NOTHING RETURNING * INTO given;
		IF NOT FOUND THEN
			SELECT o.* INTO given FROM growth_index.data_objection AS o
			WHERE o.credit_code OPERATOR(growth_index.=) object_to_value.credit_code AND o.indicator = object_to_value.indicator
				AND o.period_end = object_to_value.period_end AND o.state = 'open';
		END IF;
	END LOOP;
	IF (given.claimed, given.reason) IS DISTINCT FROM (object_to_value.claimed, object_to_value.reason) THEN
		RAISE EXCEPTION 'objection % to this value is open already', given.id
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'withdraw_objection() makes room for another.';
	END IF;
	RETURN given.id;
END
$$;
COMMENT ON FUNCTION growth_index.object_to_value(growth_index.credit_code, text, date, text, text) IS
'The enterprise objects to the value of an indicator and period, says why, and what it should be (in the unit of the indicator; NULL: that there is none). The number of the objection; the same call again gives the same number. Errors: 42501 unless the caller acts for it, P0002 no such value, 22023 no reason, or a claim that is no value of the indicator or the present one, 55000 where another objection to it is open, 40001 in a snapshot older than one that is.';
REVOKE ALL ON FUNCTION growth_index.object_to_value(growth_index.credit_code, text, date, text, text) FROM PUBLIC;

CREATE FUNCTION growth_index.open_objection(id bigint) RETURNS growth_index.data_objection
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wanted growth_index.data_objection;
BEGIN
	SELECT o.* INTO wanted FROM growth_index.data_objection AS o WHERE o.id = open_objection.id FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'objection % does not exist', id USING ERRCODE = 'no_data_found';
	END IF;
	RETURN wanted;
END
$$;
COMMENT ON FUNCTION growth_index.open_objection(bigint) IS 'Internal: an objection, locked. Error P0002 where it does not exist.';
REVOKE ALL ON FUNCTION growth_index.open_objection(bigint) FROM PUBLIC;

CREATE FUNCTION growth_index.withdraw_objection(id bigint, credit_code growth_index.credit_code) RETURNS growth_index.data_objection
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wanted growth_index.data_objection;
BEGIN
	PERFORM growth_index.require_enterprise(credit_code);
	wanted := growth_index.open_objection(id);
	IF wanted.credit_code OPERATOR(growth_index.<>) credit_code THEN
		RAISE EXCEPTION 'objection % is not one of enterprise %', id, credit_code USING ERRCODE = 'insufficient_privilege';
	END IF;
	IF wanted.state IN ('accepted', 'rejected') THEN
		RAISE EXCEPTION 'objection % is % already', id, wanted.state USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	IF wanted.state = 'open' THEN
		UPDATE growth_index.data_objection AS o SET state = 'withdrawn', answered_by = growth_index.caller(), answered_at = clock_timestamp()
		WHERE o.id = withdraw_objection.id RETURNING o.* INTO wanted;
	END IF;
	RETURN wanted;
END
$$;
COMMENT ON FUNCTION growth_index.withdraw_objection(bigint, growth_index.credit_code) IS 'The enterprise takes its objection back. Errors: 42501 where it is not its own, P0002 unknown, 55000 answered already.';
REVOKE ALL ON FUNCTION growth_index.withdraw_objection(bigint, growth_index.credit_code) FROM PUBLIC;

/* the department's own way in, so that it is checked like every other value */
CREATE FUNCTION growth_index.correct_value(objection growth_index.data_objection, value text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	receipt growth_index.upload_receipt;
	sender text := coalesce(objection.department, growth_index.current_department());
BEGIN
	IF value IS NULL THEN
		INSERT INTO growth_index.observation (credit_code, indicator, value, period_end, department)
		VALUES (objection.credit_code, objection.indicator, 'null', objection.period_end, sender);
		RETURN;
	END IF;
	receipt := growth_index.upload_json(sender, jsonb_build_array(jsonb_build_object('credit_code', objection.credit_code::text,
		'indicator', objection.indicator, 'value', value, 'period_end', objection.period_end::text)));
	IF receipt.refused > 0 THEN
		RAISE EXCEPTION 'the correction is refused: %', (SELECT e.reason FROM growth_index.upload_error AS e WHERE e.upload_id = receipt.upload_id)
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.correct_value(growth_index.data_objection, text) IS 'Internal: the value that an accepted objection ends in, as a new observation. Error 22023 where an upload of it would be refused.';
REVOKE ALL ON FUNCTION growth_index.correct_value(growth_index.data_objection, text) FROM PUBLIC;

CREATE FUNCTION growth_index.answer_objection(id bigint, accept boolean, answer text DEFAULT NULL, value text DEFAULT NULL)
	RETURNS growth_index.data_objection
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wanted growth_index.data_objection;
BEGIN
	wanted := growth_index.open_objection(id);
	PERFORM growth_index.require_department(coalesce(wanted.department, growth_index.current_department()));
	IF accept IS NULL OR (NOT accept AND coalesce(btrim(answer), '') = '') OR (NOT accept AND value IS NOT NULL) THEN
		RAISE EXCEPTION 'an objection is accepted, or rejected with an answer that says why and no value' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF wanted.state <> 'open' THEN
		IF wanted.state = (CASE WHEN accept THEN 'accepted' ELSE 'rejected' END) AND wanted.answer IS NOT DISTINCT FROM answer_objection.answer THEN
			RETURN wanted;
		END IF;
		RAISE EXCEPTION 'objection % is % already', id, wanted.state USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	UPDATE growth_index.data_objection AS o
	SET state = CASE WHEN accept THEN 'accepted' ELSE 'rejected' END, answer = answer_objection.answer,
		answered_by = growth_index.caller(), answered_at = clock_timestamp()
	WHERE o.id = answer_objection.id RETURNING o.* INTO wanted;
	IF accept THEN
		PERFORM growth_index.correct_value(wanted, coalesce(answer_objection.value, wanted.claimed));
	END IF;
	RETURN wanted;
END
$$;
COMMENT ON FUNCTION growth_index.answer_objection(bigint, boolean, text, text) IS
'The department of the indicator answers an objection: accepts it, which adds a new observation with the value that it gives (NULL: the one that was claimed), or rejects it and says why. Errors: 42501 unless the caller acts for the department, P0002 unknown, 55000 answered otherwise already, 22023 no answer, or a value that is none of the indicator''s.';
REVOKE ALL ON FUNCTION growth_index.answer_objection(bigint, boolean, text, text) FROM PUBLIC;

CREATE VIEW growth_index.data_review WITH (security_invoker = true) AS
SELECT e.credit_code, e.name, c.confirmed_at, coalesce(c.changed, true) AS changed, coalesce(o.open, 0) AS open_objections,
	coalesce(o.accepted, 0) AS accepted_objections
FROM growth_index.enterprise AS e
	LEFT JOIN LATERAL (
		SELECT d.confirmed_at,
			coalesce(d.profile OPERATOR(growth_index.<>) p.profile, (d.profile IS NULL) <> (p.profile IS NULL)) AS changed
		FROM growth_index.data_confirmation AS d
			LEFT JOIN growth_index.enterprise_profile AS p ON p.credit_code OPERATOR(growth_index.=) d.credit_code
		WHERE d.credit_code OPERATOR(growth_index.=) e.credit_code
		ORDER BY d.id DESC LIMIT 1) AS c ON true
	LEFT JOIN LATERAL (
		SELECT count(*) FILTER (WHERE b.state = 'open') AS open, count(*) FILTER (WHERE b.state = 'accepted') AS accepted
		FROM growth_index.data_objection AS b
		WHERE b.credit_code OPERATOR(growth_index.=) e.credit_code) AS o ON true;
COMMENT ON VIEW growth_index.data_review IS 'Which enterprises have looked at their data, and what they say of it.';
COMMENT ON COLUMN growth_index.data_review.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.data_review.name IS 'Its name.';
COMMENT ON COLUMN growth_index.data_review.confirmed_at IS 'When it last confirmed its data; NULL: never.';
COMMENT ON COLUMN growth_index.data_review.changed IS 'Is its profile, as last refreshed, another than the one that it confirmed? True where it confirmed none.';
COMMENT ON COLUMN growth_index.data_review.open_objections IS 'Objections that wait for an answer.';
COMMENT ON COLUMN growth_index.data_review.accepted_objections IS 'Objections that were accepted.';
