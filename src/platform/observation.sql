/*
 * Observations: every value that was ever delivered, with the period that it
 * speaks of and the time at which it became known.  A correction is a new row.
 *
 * A partition holds the periods that end in one year (years are made in
 * archive.sql), the default one those of the years that have none yet.  The
 * parent has no key, each partition its own: a dump attaches the years, which
 * are no part of the extension, to a parent that is there already, and gives
 * them their keys after that, which a key of the parent would not allow.
 */
CREATE TABLE growth_index.observation (
	id			bigint GENERATED ALWAYS AS IDENTITY,
	credit_code	growth_index.credit_code NOT NULL,
	indicator	text COLLATE "C" NOT NULL,		/* codes are compared often, and by bytes everywhere */
	value		jsonb NOT NULL,
	period_end	date NOT NULL,
	recorded_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	department	text,
	upload_id	bigint,
	line		bigint,
	/* what no profile can hold would fail at every refresh, and could not be taken back */
	CONSTRAINT observation_indicator_length CHECK (octet_length(indicator) BETWEEN 1 AND 63),
	CONSTRAINT observation_value_type CHECK (jsonb_typeof(value) <> 'object')
) PARTITION BY RANGE (period_end);
CREATE TABLE growth_index.observation_other PARTITION OF growth_index.observation (
	/* one index: it finds the latest value, the values of a period, and orders corrections */
	PRIMARY KEY (credit_code, indicator, period_end, recorded_at, id)
) DEFAULT;
COMMENT ON TABLE growth_index.observation IS 'Observed values (append-only). A correction is a new row of the same enterprise, indicator and period; the latest recorded_at stands. The keys are checked at upload, not by foreign keys. Partitioned by the year in which the period ends: observation_<year>.';
COMMENT ON TABLE growth_index.observation_other IS 'Partition of observation: the years that have none of their own (add_observation_years()).';
COMMENT ON COLUMN growth_index.observation.id IS 'Number in order of arrival.';
COMMENT ON COLUMN growth_index.observation.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.observation.indicator IS 'Code of the indicator.';
COMMENT ON COLUMN growth_index.observation.value IS 'Value in the unit of the indicator: number, boolean, text, date (ISO text) or array of text; JSON null takes an earlier value of the same period back.';
COMMENT ON COLUMN growth_index.observation.period_end IS 'Last day of the period that the value speaks of.';
COMMENT ON COLUMN growth_index.observation.recorded_at IS 'When it became known here.';
COMMENT ON COLUMN growth_index.observation.department IS 'Department that delivered it.';
COMMENT ON COLUMN growth_index.observation.upload_id IS 'Upload that brought it (upload_receipt); NULL: none.';
COMMENT ON COLUMN growth_index.observation.line IS 'Row of that upload, from 1.';
DO $$
DECLARE
	c record;
BEGIN
	FOR c IN SELECT a.attname AS name, pg_catalog.col_description(a.attrelid, a.attnum) AS text
		FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = 'growth_index.observation'::pg_catalog.regclass AND a.attnum > 0
	LOOP
		EXECUTE pg_catalog.format('COMMENT ON COLUMN growth_index.observation_other.%I IS %L', c.name, c.text);
	END LOOP;
END
$$;

SELECT pg_catalog.pg_extension_config_dump('growth_index.observation_other', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.observation_id_seq', '');

/* by the owner alone, that is from inside a function of archive.sql; who sets the setting by hand is another */
CREATE FUNCTION growth_index.archiving() RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce(current_setting('growth_index.archiving', true) = 'on', false)
		AND CURRENT_USER = (SELECT pg_get_userbyid(c.relowner) FROM pg_class AS c WHERE c.oid = 'growth_index.observation'::regclass)
$$;
COMMENT ON FUNCTION growth_index.archiving() IS 'Are rows of observation moved between its partitions now, or to an archive?';

/* a trigger of a statement stands for the table that the statement names: each partition has its own */
CREATE FUNCTION growth_index.guard_observations(partition regclass) RETURNS void
LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION growth_index.refuse_change()', partition);
	EXECUTE format('CREATE TRIGGER append_only_deleted BEFORE DELETE ON %s FOR EACH STATEMENT WHEN (NOT growth_index.archiving()) EXECUTE FUNCTION growth_index.refuse_change()', partition);
	EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only, ENABLE ALWAYS TRIGGER append_only_deleted', partition);
END
$$;
COMMENT ON FUNCTION growth_index.guard_observations(regclass) IS 'Internal: makes observation or a partition of it append-only.';
REVOKE ALL ON FUNCTION growth_index.guard_observations(regclass) FROM PUBLIC;
SELECT growth_index.guard_observations('growth_index.observation');
SELECT growth_index.guard_observations('growth_index.observation_other');

/*
 * The queue of changed enterprises.  It has no key on purpose: two writers
 * never wait for each other, and a row that arrives while its enterprise is
 * being refreshed is another row, which the refresh does not take with it.
 */
CREATE TABLE growth_index.refresh_queue (
	credit_code	growth_index.credit_code NOT NULL,
	queued_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX refresh_queue_credit_code ON growth_index.refresh_queue (credit_code);
COMMENT ON TABLE growth_index.refresh_queue IS 'Enterprises that changed since their last refresh; refresh() takes rows out. An enterprise may stand here more than once.';
COMMENT ON COLUMN growth_index.refresh_queue.credit_code IS 'Enterprise.';
COMMENT ON COLUMN growth_index.refresh_queue.queued_at IS 'When it changed.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.refresh_queue', '');

CREATE FUNCTION growth_index.queue_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO growth_index.refresh_queue (credit_code)
	SELECT DISTINCT credit_code FROM changed;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.queue_changed() IS 'Trigger: queues each enterprise of the new rows once a statement.';

CREATE FUNCTION growth_index.queue_updated_enterprise() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO growth_index.refresh_queue (credit_code)
	SELECT credit_code
	FROM (SELECT credit_code, industry, registered_zone, founded FROM changed
		EXCEPT
		SELECT credit_code, industry, registered_zone, founded FROM former) AS e;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.queue_updated_enterprise() IS 'Trigger: queues the enterprises whose columns that join the profile have changed.';

CREATE TRIGGER queue_changed
	AFTER INSERT ON growth_index.observation
	REFERENCING NEW TABLE AS changed
	FOR EACH STATEMENT WHEN (NOT growth_index.restoring())
	EXECUTE FUNCTION growth_index.queue_changed();
CREATE TRIGGER queue_new
	AFTER INSERT ON growth_index.enterprise
	REFERENCING NEW TABLE AS changed
	FOR EACH STATEMENT WHEN (NOT growth_index.restoring())
	EXECUTE FUNCTION growth_index.queue_changed();
CREATE TRIGGER queue_updated
	AFTER UPDATE ON growth_index.enterprise
	REFERENCING OLD TABLE AS former NEW TABLE AS changed
	FOR EACH STATEMENT
	EXECUTE FUNCTION growth_index.queue_updated_enterprise();

CREATE FUNCTION growth_index.queue_enterprises(codes growth_index.credit_code[]) RETURNS bigint
LANGUAGE sql STRICT SET search_path = pg_catalog, pg_temp
AS $$
	WITH queued AS (
		INSERT INTO growth_index.refresh_queue (credit_code)
		SELECT DISTINCT code FROM unnest(codes) AS code WHERE code IS NOT NULL
		RETURNING 1)
	SELECT count(*) FROM queued
$$;
COMMENT ON FUNCTION growth_index.queue_enterprises(growth_index.credit_code[]) IS 'Queues enterprises for the next refresh; how many were queued.';

CREATE FUNCTION growth_index.profile_of(credit_code growth_index.credit_code, as_of date DEFAULT NULL,
										known_at timestamptz DEFAULT NULL) RETURNS growth_index.profile
LANGUAGE sql STABLE PARALLEL SAFE COST 1000 SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN e.status IS NULL THEN observed.profile
		ELSE coalesce(observed.profile OPERATOR(growth_index.||) own.profile, own.profile) END
	FROM (
		SELECT growth_index.profile_agg(o.code, o.value) AS profile
		FROM (
			SELECT DISTINCT ON (o.indicator) o.indicator AS code, o.value
			FROM growth_index.observation AS o
			WHERE o.credit_code OPERATOR(growth_index.=) profile_of.credit_code
				AND (profile_of.as_of IS NULL OR o.period_end <= profile_of.as_of)
				AND (profile_of.known_at IS NULL OR o.recorded_at <= profile_of.known_at)
			ORDER BY o.indicator DESC, o.period_end DESC, o.recorded_at DESC, o.id DESC) AS o
		) AS observed,
		growth_index.enterprise_as_of(profile_of.credit_code, profile_of.as_of, profile_of.known_at) AS e,
		LATERAL growth_index.profile(jsonb_build_object('industry', e.industry,
			'registered_zone', e.registered_zone, 'founded', e.founded)) AS own(profile)
	WHERE profile_of.as_of IS NULL AND profile_of.known_at IS NULL OR growth_index.need_years(profile_of.as_of, profile_of.known_at)
$$;
COMMENT ON FUNCTION growth_index.profile_of(growth_index.credit_code, date, timestamptz) IS
'The profile of an enterprise from its observations: of each indicator the value of the latest period that ends by as_of (NULL: of any), and of that the one recorded last by known_at (NULL: by now). Columns industry, registered_zone and founded of the enterprise join it as they were (enterprise_as_of()), and stand over observations of these names. A value counts as known from its recorded_at on, even where its upload was committed a little later: what a past score saw to the last value is score_history.profile. NULL where nothing is known. Error 55000 where a year is archived on whose values the profile could rest (archived_year()).';
