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
	certified_on	date
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

SELECT pg_catalog.pg_extension_config_dump('growth_index.enterprise', '');

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
