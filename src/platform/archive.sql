/*
 * Years of observations can be detached: what present profiles do not rest on
 * is moved to a table of its own, to be dumped, kept elsewhere and dropped, or
 * put back.  Declared partitions would do it without moving rows, but their
 * tables are made as years come, a dump cannot give them back to the
 * extension, and each refresh would look into all of them.
 */
CREATE TABLE growth_index.observation_archive (
	year		integer PRIMARY KEY,
	relation	text NOT NULL,
	rows		bigint NOT NULL,
	archived_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	archived_by	text NOT NULL DEFAULT growth_index.caller()
);
COMMENT ON TABLE growth_index.observation_archive IS 'Years that archive_year() has detached from observation.';
COMMENT ON COLUMN growth_index.observation_archive.year IS 'Year in which the periods of the rows end.';
COMMENT ON COLUMN growth_index.observation_archive.relation IS 'Table in schema growth_index that holds them: no part of the extension, so it can be dumped and dropped.';
COMMENT ON COLUMN growth_index.observation_archive.rows IS 'How many there are.';
COMMENT ON COLUMN growth_index.observation_archive.archived_at IS 'When they were moved.';
COMMENT ON COLUMN growth_index.observation_archive.archived_by IS 'Role that did it.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.observation_archive', '');

CREATE FUNCTION growth_index.archive_year(year integer) RETURNS bigint
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	name	text := 'observation_' || year;
	moved	bigint;
BEGIN
	IF year < 1 OR year >= extract(year FROM current_date) THEN
		RAISE EXCEPTION 'year % is not over', year USING ERRCODE = 'invalid_parameter_value', HINT = 'Years of the past are archived.';
	END IF;
	/* no upload meanwhile: a row of the year would be left behind */
	LOCK TABLE growth_index.observation IN SHARE ROW EXCLUSIVE MODE;
	IF EXISTS (SELECT FROM growth_index.observation_archive AS a WHERE a.year = archive_year.year) THEN
		RAISE EXCEPTION 'year % is archived already', year
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'restore_year() brings it back.';
	END IF;
	EXECUTE format('CREATE TABLE growth_index.%I (LIKE growth_index.observation)', name);
	PERFORM set_config('growth_index.archiving', 'on', true);
	/* what is of the last period known of an enterprise and indicator is what its profile says: it stays */
	EXECUTE format($move$
		WITH moved AS (
			DELETE FROM growth_index.observation AS o
			WHERE o.period_end BETWEEN make_date($1, 1, 1) AND make_date($1, 12, 31)
				AND EXISTS (SELECT FROM growth_index.observation AS n
					WHERE n.credit_code OPERATOR(growth_index.=) o.credit_code AND n.indicator = o.indicator AND n.period_end > o.period_end)
			RETURNING o.*)
		INSERT INTO growth_index.%I SELECT * FROM moved
		$move$, name) USING year;
	GET DIAGNOSTICS moved = ROW_COUNT;
	PERFORM set_config('growth_index.archiving', '', true);
	EXECUTE format('COMMENT ON TABLE growth_index.%I IS %L', name, format('Observations whose period ended in %s, detached by archive_year().', year));
	INSERT INTO growth_index.observation_archive (year, relation, rows) VALUES (year, name, moved);
	RETURN moved;
END
$$;
COMMENT ON FUNCTION growth_index.archive_year(integer) IS
'Detaches a year: moves the observations whose period ended in it to the table growth_index.observation_<year>, but for those of the last period known of an enterprise and indicator, on which its profile rests. Returns how many. No present profile changes; profile_of() for a day of that year no longer sees what was moved (score_history.profile keeps what a score saw); uploads for the year are refused until restore_year(). Locks observation against writing meanwhile. Errors: 22023 a year that is not over, 55000 archived already.';
REVOKE ALL ON FUNCTION growth_index.archive_year(integer) FROM PUBLIC;

CREATE FUNCTION growth_index.restore_year(year integer) RETURNS bigint
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	known	growth_index.observation_archive;
	moved	bigint;
BEGIN
	LOCK TABLE growth_index.observation IN SHARE ROW EXCLUSIVE MODE;
	DELETE FROM growth_index.observation_archive AS a WHERE a.year = restore_year.year RETURNING a.* INTO known;
	IF NOT FOUND OR to_regclass(format('growth_index.%I', known.relation)) IS NULL THEN
		RAISE EXCEPTION 'year % is not archived here', year
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = format('There is no table growth_index.%s.', coalesce(known.relation, 'observation_' || year));
	END IF;
	EXECUTE format('INSERT INTO growth_index.observation OVERRIDING SYSTEM VALUE SELECT * FROM growth_index.%I', known.relation);
	GET DIAGNOSTICS moved = ROW_COUNT;
	EXECUTE format('DROP TABLE growth_index.%I', known.relation);
	RETURN moved;
END
$$;
COMMENT ON FUNCTION growth_index.restore_year(integer) IS 'Puts the observations of an archived year back, and drops the table that held them; how many. Error 55000 where the year is not archived, or its table is gone.';
REVOKE ALL ON FUNCTION growth_index.restore_year(integer) FROM PUBLIC;
