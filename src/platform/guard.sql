/*
 * The guards of what is on record, beyond what a session can turn off.  Those
 * that refuse stand also where session_replication_role is replica.  Those that
 * book cannot: a subscriber gets the bookings themselves.  So nothing is written
 * there by hand.
 */
DO $$
DECLARE
	guard record;
BEGIN
	FOR guard IN
		SELECT t.tgname AS name, t.tgrelid::pg_catalog.regclass AS relation
		FROM pg_catalog.pg_trigger AS t JOIN pg_catalog.pg_proc AS f ON f.oid = t.tgfoid
			JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
		WHERE c.relnamespace = 'growth_index'::pg_catalog.regnamespace AND NOT t.tgisinternal
			AND f.proname IN ('refuse_change', 'refuse_removal', 'keep_version', 'keep_budget', 'keep_consent', 'keep_exclusion', 'keep_entitlement')
	LOOP
		EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', guard.relation, guard.name);
	END LOOP;
END
$$;

CREATE FUNCTION growth_index.refuse_unbooked() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* a subscriber's first copy of a table; what follows fires no trigger of a statement */
	IF EXISTS (SELECT FROM pg_stat_activity AS a WHERE a.pid = pg_backend_pid() AND a.backend_type LIKE 'logical replication%') THEN
		RETURN NULL;
	END IF;
	RAISE EXCEPTION '% on table "%" is refused: session_replication_role is replica', TG_OP, TG_TABLE_NAME
		USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
			HINT = 'Nothing would be booked.';
END
$$;
COMMENT ON FUNCTION growth_index.refuse_unbooked() IS 'Trigger of what the ledger and the credit lines are made of, in sessions whose session_replication_role is replica: raises 23001, but for a subscriber of logical replication.';

DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY '{budget,ledger,payment,entitlement,entitlement_event,entitlement_account,policy_year,payment_file,payment_order,payment_result,credit_line,credit_event,financing_event}'::pg_catalog.text[] LOOP
		EXECUTE pg_catalog.format('CREATE TRIGGER refuse_unbooked BEFORE INSERT OR UPDATE OR DELETE ON growth_index.%I FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_unbooked()', name);
		EXECUTE pg_catalog.format('ALTER TABLE growth_index.%I ENABLE REPLICA TRIGGER refuse_unbooked', name);
	END LOOP;
END
$$;
