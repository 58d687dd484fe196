/*
 * Catalogue: the departments that deliver data, and the indicators that they
 * deliver.
 */
/*
 * A dump loads its rows with triggers in force.  What the triggers did when
 * the rows were new is in the dump as well, so it must not be done again.  The
 * mark is what pg_dump and pg_restore set in every session that they use, and
 * what nobody sets together by hand.
 */
CREATE FUNCTION growth_index.restoring() RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* asked by each statement with a trigger: a function of SQL is planned at each call */
	RETURN current_setting('check_function_bodies') = 'off' AND current_setting('row_security') = 'off'
		AND current_setting('xmloption') = 'content';
END
$$;
COMMENT ON FUNCTION growth_index.restoring() IS 'Is a dump being restored by this session? Known by the settings check_function_bodies and row_security, both of which pg_dump and pg_restore turn off.';

CREATE TABLE growth_index.department (
	code		text PRIMARY KEY CHECK (code <> ''),
	name_zh		text,
	name_en		text
);
COMMENT ON TABLE growth_index.department IS 'Departments (部门) that deliver indicator values or are answerable for a policy.';
COMMENT ON COLUMN growth_index.department.code IS 'Short code, as departments write it in their uploads.';
COMMENT ON COLUMN growth_index.department.name_zh IS 'Name in Chinese.';
COMMENT ON COLUMN growth_index.department.name_en IS 'Name in English.';

CREATE TABLE growth_index.indicator (
	code		text PRIMARY KEY
		CONSTRAINT indicator_code_length CHECK (octet_length(code) BETWEEN 1 AND 63),
	name_zh		text,
	name_en		text,
	dimension	text,
	unit		text,
	data_type	text NOT NULL DEFAULT 'number'
		CONSTRAINT indicator_data_type CHECK (data_type IN ('number', 'boolean', 'text', 'date', 'set')),
	direction	text
		CONSTRAINT indicator_direction CHECK (direction IN ('higher', 'lower', 'neutral')),
	period_kind	text NOT NULL DEFAULT 'year'
		CONSTRAINT indicator_period_kind CHECK (period_kind IN ('point', 'month', 'quarter', 'year')),
	department	text,
	valid_min	numeric,
	valid_max	numeric,
	core		boolean NOT NULL DEFAULT true,
	pack		text,
	source		text,
	CONSTRAINT indicator_valid_range CHECK (valid_min <= valid_max),
	CONSTRAINT indicator_range_of_number
		CHECK (data_type = 'number' OR (valid_min IS NULL AND valid_max IS NULL)),
	CONSTRAINT indicator_not_reserved CHECK (code NOT IN ('score', 'rating', 'as_of'))
);
COMMENT ON TABLE growth_index.indicator IS 'Indicators (指标): what may be known of an enterprise, its type, its range and the department that delivers it. Uploads are checked against this table.';
COMMENT ON COLUMN growth_index.indicator.code IS 'The name by which criteria, formulas and scorecards read the indicator. score, rating and as_of are reserved.';
COMMENT ON COLUMN growth_index.indicator.name_zh IS 'Name in Chinese.';
COMMENT ON COLUMN growth_index.indicator.name_en IS 'Name in English.';
COMMENT ON COLUMN growth_index.indicator.dimension IS 'Code of the dimension (维度) that it belongs to by default; a scorecard may place it elsewhere.';
COMMENT ON COLUMN growth_index.indicator.unit IS 'Unit of the value, such as CNY, person, %, piece; NULL where there is none.';
COMMENT ON COLUMN growth_index.indicator.data_type IS 'number (at most 15 significant digits), boolean, text, date or set (of text).';
COMMENT ON COLUMN growth_index.indicator.direction IS 'higher: more is better; lower: less is better; neutral or NULL: neither.';
COMMENT ON COLUMN growth_index.indicator.period_kind IS 'What a value speaks of: a point in time, or the month, quarter or year that ends on its period_end.';
COMMENT ON COLUMN growth_index.indicator.department IS 'The only department that may deliver it; NULL: any department.';
COMMENT ON COLUMN growth_index.indicator.valid_min IS 'Lowest value accepted, in the unit; NULL: no bound. Numbers only.';
COMMENT ON COLUMN growth_index.indicator.valid_max IS 'Highest value accepted, in the unit; NULL: no bound. Numbers only.';
COMMENT ON COLUMN growth_index.indicator.core IS 'True: of the national core; false: local (the N of 20+N).';
COMMENT ON COLUMN growth_index.indicator.pack IS 'Name of the pack that brought it; NULL: entered here.';
COMMENT ON COLUMN growth_index.indicator.source IS 'Where its definition stands: a law, a notice, a standard.';

SELECT pg_catalog.pg_extension_config_dump('growth_index.department', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.indicator', '');

/*
 * References between tables of the extension are kept by triggers: a parallel
 * restore loads the tables in any order, with foreign keys in force.
 */
CREATE FUNCTION growth_index.check_department() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM FROM growth_index.department AS d WHERE d.code = NEW.department FOR KEY SHARE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no department "%"', NEW.department
			USING ERRCODE = 'foreign_key_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'department';
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION growth_index.check_department() IS 'Trigger: raises 23503 where the row names a department that is not there.';
CREATE TRIGGER check_department
	BEFORE INSERT OR UPDATE OF department ON growth_index.indicator
	FOR EACH ROW WHEN (NEW.department IS NOT NULL AND NOT growth_index.restoring())
	EXECUTE FUNCTION growth_index.check_department();

CREATE FUNCTION growth_index.keep_department() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF EXISTS (SELECT FROM growth_index.indicator AS i WHERE i.department = OLD.code) THEN
		RAISE EXCEPTION 'department "%" still has indicators', OLD.code
			USING ERRCODE = 'foreign_key_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
	END IF;
	RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
COMMENT ON FUNCTION growth_index.keep_department() IS 'Trigger: raises 23503 where a department that has indicators is deleted or gets another code.';
CREATE TRIGGER keep_department_deleted
	BEFORE DELETE ON growth_index.department
	FOR EACH ROW EXECUTE FUNCTION growth_index.keep_department();
CREATE TRIGGER keep_department_renamed
	BEFORE UPDATE OF code ON growth_index.department
	FOR EACH ROW WHEN (OLD.code <> NEW.code)
	EXECUTE FUNCTION growth_index.keep_department();
