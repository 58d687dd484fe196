/*
 * Enterprises, and the guards that tables share.
 */
CREATE TABLE growth_index.enterprise (
	credit_code		growth_index.credit_code PRIMARY KEY,
	name			text NOT NULL,
	name_en			text,
	industry		text,
	registered_zone	text,
	founded			date,
	status			text NOT NULL DEFAULT 'active',
	certified_on	date,
	recorded_at		timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE growth_index.enterprise IS 'Enterprises (企业) of the zone: who they are. What is known of them is in observation.';
COMMENT ON COLUMN growth_index.enterprise.credit_code IS 'Unified social credit code (统一社会信用代码).';
COMMENT ON COLUMN growth_index.enterprise.name IS 'Registered name.';
COMMENT ON COLUMN growth_index.enterprise.name_en IS 'Name in English.';
COMMENT ON COLUMN growth_index.enterprise.industry IS 'Industry, a code of GB/T 4754 such as C39; joins the profile as the indicator industry.';
COMMENT ON COLUMN growth_index.enterprise.registered_zone IS 'Zone or district of registration; joins the profile as the indicator registered_zone.';
COMMENT ON COLUMN growth_index.enterprise.founded IS 'Date of foundation; joins the profile as the indicator founded.';
COMMENT ON COLUMN growth_index.enterprise.status IS 'active, or why it is not.';
COMMENT ON COLUMN growth_index.enterprise.certified_on IS 'Date on which the enterprise certified itself on the platform; NULL: not yet.';
COMMENT ON COLUMN growth_index.enterprise.recorded_at IS 'When it became known here.';

SELECT pg_catalog.pg_extension_config_dump('growth_index.enterprise', '');

/*
 * What an enterprise was before.  Only what goes is written down, when it goes:
 * entering an enterprise costs nothing, and the present stands in its row.
 */
CREATE TABLE growth_index.enterprise_former (
	id			bigint GENERATED ALWAYS AS IDENTITY,
	credit_code	growth_index.credit_code NOT NULL,
	attribute	text NOT NULL,
	value		text,
	changed_on	date NOT NULL,
	recorded_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	PRIMARY KEY (credit_code, id)
);
COMMENT ON TABLE growth_index.enterprise_former IS 'Values that columns of enterprise had before (append-only): industry, registered_zone, founded, status.';
COMMENT ON COLUMN growth_index.enterprise_former.id IS 'Number in order of change.';
COMMENT ON COLUMN growth_index.enterprise_former.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.enterprise_former.attribute IS 'Column of enterprise.';
COMMENT ON COLUMN growth_index.enterprise_former.value IS 'What it was, as text; NULL: not known.';
COMMENT ON COLUMN growth_index.enterprise_former.changed_on IS 'First day on which it was otherwise; -infinity: it never was so, the change was a correction.';
COMMENT ON COLUMN growth_index.enterprise_former.recorded_at IS 'When the change became known here.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.enterprise_former', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.enterprise_former_id_seq', '');

CREATE FUNCTION growth_index.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION '% on table "%" is refused: it is append-only', TG_OP, TG_TABLE_NAME
		USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
			HINT = 'Add a new row that corrects the old one.';
END
$$;
COMMENT ON FUNCTION growth_index.refuse_change() IS 'Trigger of append-only tables: raises 23001 for UPDATE, DELETE and TRUNCATE.';

CREATE FUNCTION growth_index.refuse_removal() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION '% on table "%" is refused: other rows rest on its rows', TG_OP, TG_TABLE_NAME
		USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
END
$$;
COMMENT ON FUNCTION growth_index.refuse_removal() IS 'Trigger: raises 23001 for statements that would take rows away that others rest on.';

/* a trigger function that runs as the owner must not be put on a table of anybody's own */
CREATE FUNCTION growth_index.trigger_of(relation oid, own text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF relation <> own::regclass THEN
		RAISE EXCEPTION 'this trigger is one of table %, not of %', own, relation::regclass USING ERRCODE = 'insufficient_privilege';
	END IF;
END
$$;
COMMENT ON FUNCTION growth_index.trigger_of(oid, text) IS 'Internal: error 42501 where a trigger function runs for another table than its own.';

/*
 * pg_trigger_depth() would be content with any trigger that the caller makes
 * himself, and the stack with a line of a statement that looks like the mover's:
 * so what moves a balance runs as the owner, or as who could drop the guard.
 */
CREATE FUNCTION growth_index.within(stack text, mover text, source text) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* the function's own line of the stack, whatever language the server speaks: no line of a quoted statement */
	RETURN pg_trigger_depth() > 1 AND has_table_privilege(CURRENT_USER, source, 'TRIGGER')
		AND stack ~ format('\n([^\n"]*[^\n"_.$a-z0-9])?growth_index\.%s\(\)', mover);
END
$$;
COMMENT ON FUNCTION growth_index.within(text, text, text) IS 'Internal: does a trigger run as the owner of source, whose rows are booked, and its call stack (PG_CONTEXT) have this trigger function of the platform above it?';

/* a version is what decisions were taken under: only whether it is in force may change */
CREATE FUNCTION growth_index.keep_version() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF TG_OP = 'UPDATE' THEN
		IF to_jsonb(NEW) - 'active' = to_jsonb(OLD) - 'active' THEN
			RETURN NEW;
		END IF;
	END IF;
	RAISE EXCEPTION '% of version % of "%" is refused: a version does not change', TG_OP, OLD.version, OLD.code
		USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
			HINT = format('Enter a new version with add_%s().', replace(TG_TABLE_NAME, '_version', ''));
END
$$;
COMMENT ON FUNCTION growth_index.keep_version() IS 'Trigger of versioned tables: raises 23001 unless only the column active changes.';

/* scores, matches and benefits are known by the code */
CREATE FUNCTION growth_index.keep_credit_code() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION 'the credit code of enterprise % does not change', OLD.credit_code
		USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'credit_code',
			HINT = 'Enter an enterprise of the new code, and give this one another status.';
END
$$;
COMMENT ON FUNCTION growth_index.keep_credit_code() IS 'Trigger: raises 23001 where an enterprise gets another credit code.';
CREATE TRIGGER keep_credit_code BEFORE UPDATE OF credit_code ON growth_index.enterprise
	FOR EACH ROW WHEN (OLD.credit_code OPERATOR(growth_index.<>) NEW.credit_code)
	EXECUTE FUNCTION growth_index.keep_credit_code();
CREATE TRIGGER keep_rows BEFORE TRUNCATE ON growth_index.enterprise
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_removal();

CREATE TRIGGER append_only
	BEFORE UPDATE OR DELETE OR TRUNCATE ON growth_index.enterprise_former
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_change();

/* the day on which changes of this session take effect: today unless the session says otherwise */
CREATE FUNCTION growth_index.changed_on() RETURNS date
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	said date := coalesce(nullif(current_setting('growth_index.changed_on', true), '')::date, current_date);
BEGIN
	IF said > current_date THEN
		RAISE EXCEPTION 'growth_index.changed_on is %, in the future', said
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Enter the change on that day.';
	END IF;
	RETURN said;
END
$$;
COMMENT ON FUNCTION growth_index.changed_on() IS 'The day on which changes of enterprises by this session take effect: the setting growth_index.changed_on (SET LOCAL growth_index.changed_on = ''2025-06-01''; ''-infinity'' for a correction), else today. Error 22023 for a day to come.';

CREATE FUNCTION growth_index.keep_former() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF TG_OP = 'UPDATE' THEN
		INSERT INTO growth_index.enterprise_former (credit_code, attribute, value, changed_on)
		SELECT o.credit_code, a.attribute, a.was,
			CASE a.attribute WHEN 'founded' THEN '-infinity' ELSE growth_index.changed_on() END
		FROM former AS o JOIN changed AS n ON n.credit_code OPERATOR(growth_index.=) o.credit_code
			CROSS JOIN LATERAL (VALUES ('industry', o.industry, n.industry), ('registered_zone', o.registered_zone, n.registered_zone),
				('founded', o.founded::text, n.founded::text), ('status', o.status, n.status)) AS a(attribute, was, now)
		WHERE a.was IS DISTINCT FROM a.now;
	ELSE
		INSERT INTO growth_index.enterprise_former (credit_code, attribute, value, changed_on)
		SELECT o.credit_code, a.attribute, a.was, growth_index.changed_on()
		FROM former AS o
			CROSS JOIN LATERAL (VALUES ('industry', o.industry), ('registered_zone', o.registered_zone),
				('founded', o.founded::text), ('status', o.status)) AS a(attribute, was);
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.keep_former() IS 'Trigger: writes down what columns of enterprises were, when they change or go. A date of foundation that changes was wrong from the beginning.';
CREATE TRIGGER keep_former_updated AFTER UPDATE ON growth_index.enterprise
	REFERENCING OLD TABLE AS former NEW TABLE AS changed
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.keep_former();
CREATE TRIGGER keep_former_deleted AFTER DELETE ON growth_index.enterprise
	REFERENCING OLD TABLE AS former
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.keep_former();

CREATE FUNCTION growth_index.enterprise_as_of(credit_code growth_index.credit_code, as_of date DEFAULT NULL, known_at timestamptz DEFAULT NULL,
	OUT industry text, OUT registered_zone text, OUT founded date, OUT status text)
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	here	growth_index.enterprise;
	was		record;
BEGIN
	SELECT e.* INTO here FROM growth_index.enterprise AS e
	WHERE e.credit_code OPERATOR(growth_index.=) enterprise_as_of.credit_code;
	IF here.recorded_at > known_at THEN
		RETURN;
	END IF;
	industry := here.industry;
	registered_zone := here.registered_zone;
	founded := here.founded;
	status := here.status;
	/* of each attribute the first change that had not happened, or was not known */
	FOR was IN
		SELECT DISTINCT ON (f.attribute) f.attribute, f.value
		FROM growth_index.enterprise_former AS f
		WHERE f.credit_code OPERATOR(growth_index.=) enterprise_as_of.credit_code
			AND (f.changed_on > enterprise_as_of.as_of OR f.recorded_at > enterprise_as_of.known_at)
		ORDER BY f.attribute, f.id
	LOOP
		CASE was.attribute
			WHEN 'industry' THEN industry := was.value;
			WHEN 'registered_zone' THEN registered_zone := was.value;
			WHEN 'founded' THEN founded := was.value::date;
			ELSE status := was.value;
		END CASE;
	END LOOP;
END
$$;
COMMENT ON FUNCTION growth_index.enterprise_as_of(growth_index.credit_code, date, timestamptz) IS 'What the columns of an enterprise were on a day (NULL: on the last), as known at a time (NULL: by now). All NULL for an enterprise that was not known then.';
