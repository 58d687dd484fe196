/*
 * Enterprises, and the guard that append-only tables share.
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
