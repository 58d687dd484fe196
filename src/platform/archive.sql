/*
 * Years: the partitions of observation, made ahead, and detached when they are
 * of the past.  An archived year is a table of its own, to be dumped, kept
 * elsewhere and dropped, or put back.
 *
 * Only what was replaced within a year goes.  In its place stays a partition of
 * what was not: so no present profile changes, and no upload comes in between.
 */
CREATE TABLE growth_index.observation_archive (
	year		integer PRIMARY KEY,
	relation	text NOT NULL,
	rows		bigint NOT NULL,
	holds_from	date NOT NULL,
	known_first	timestamptz,
	known_from	timestamptz,
	archived_at	timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	archived_by	text NOT NULL DEFAULT growth_index.caller()
);
COMMENT ON TABLE growth_index.observation_archive IS 'Years that archive_year() has detached from observation.';
COMMENT ON COLUMN growth_index.observation_archive.year IS 'Year in which the periods of the rows end.';
COMMENT ON COLUMN growth_index.observation_archive.relation IS 'Table in schema growth_index that holds them: no part of the extension, so it can be dumped and dropped.';
COMMENT ON COLUMN growth_index.observation_archive.rows IS 'How many there are.';
COMMENT ON COLUMN growth_index.observation_archive.holds_from IS 'For days from this one on, what was detached had been replaced by later periods.';
COMMENT ON COLUMN growth_index.observation_archive.known_first IS 'When the first of the rows became known.';
COMMENT ON COLUMN growth_index.observation_archive.known_from IS 'When the last of what replaced them became known.';
COMMENT ON COLUMN growth_index.observation_archive.archived_at IS 'When they were detached.';
COMMENT ON COLUMN growth_index.observation_archive.archived_by IS 'Role that did it.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.observation_archive', '');

CREATE FUNCTION growth_index.create_year_table(name text, year integer) RETURNS void
LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* by the check the server attaches it without reading it */
	EXECUTE format('CREATE TABLE growth_index.%I (LIKE growth_index.observation INCLUDING CONSTRAINTS INCLUDING COMMENTS,
		CONSTRAINT observation_year CHECK (period_end >= %L::date AND period_end < %L::date),
		PRIMARY KEY (credit_code, indicator, period_end, recorded_at, id))', name, make_date(year, 1, 1), make_date(year + 1, 1, 1));
	EXECUTE format('COMMENT ON TABLE growth_index.%I IS %L', name, format('Observations whose period ended in %s.', year));
	PERFORM growth_index.guard_observations(format('growth_index.%I', name)::regclass);
END
$$;
COMMENT ON FUNCTION growth_index.create_year_table(text, integer) IS 'Internal: a table like observation for one year, which can be attached to it.';
REVOKE ALL ON FUNCTION growth_index.create_year_table(text, integer) FROM PUBLIC;

CREATE FUNCTION growth_index.attach_year(name text, year integer) RETURNS void
LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format('ALTER TABLE growth_index.observation ATTACH PARTITION growth_index.%I FOR VALUES FROM (%L) TO (%L)',
		name, make_date(year, 1, 1), make_date(year + 1, 1, 1));
END
$$;
COMMENT ON FUNCTION growth_index.attach_year(text, integer) IS 'Internal: makes a table the partition of observation for a year.';
REVOKE ALL ON FUNCTION growth_index.attach_year(text, integer) FROM PUBLIC;

CREATE FUNCTION growth_index.add_observation_years(first integer, last integer) RETURNS integer
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	name	text;
	made	integer := 0;
BEGIN
	IF first < 1 OR last > 9998 THEN
		RAISE EXCEPTION 'years % to % are out of range', first, last USING ERRCODE = 'invalid_parameter_value';
	END IF;
	/* no upload meanwhile: a row of the year would be left behind */
	LOCK TABLE growth_index.observation IN SHARE ROW EXCLUSIVE MODE;
	FOR y IN first .. last LOOP
		name := 'observation_' || y;
		CONTINUE WHEN to_regclass(format('growth_index.%I', name)) IS NOT NULL
			OR EXISTS (SELECT FROM growth_index.observation_archive AS a WHERE a.year = y);
		PERFORM growth_index.create_year_table(name, y);
		PERFORM set_config('growth_index.archiving', 'on', true);
		EXECUTE format('WITH moved AS (DELETE FROM growth_index.observation_other AS o WHERE o.period_end BETWEEN $1 AND $2 RETURNING o.*)
			INSERT INTO growth_index.%I SELECT * FROM moved', name) USING make_date(y, 1, 1), make_date(y, 12, 31);
		PERFORM set_config('growth_index.archiving', '', true);
		PERFORM growth_index.attach_year(name, y);
		made := made + 1;
	END LOOP;
	RETURN made;
END
$$;
COMMENT ON FUNCTION growth_index.add_observation_years(integer, integer) IS
'Makes a partition of observation, growth_index.observation_<year>, for each year from the first to the last that has none, and moves what is there of it into it; how many were made. The daily job does it for this year, the next, and the past ones that have observations; before history is loaded it spares moving it. Until the transaction ends nobody writes observations, and at its end nobody reads them. Error 22023 for years that are none.';
REVOKE ALL ON FUNCTION growth_index.add_observation_years(integer, integer) FROM PUBLIC;

CREATE FUNCTION growth_index.prepare_years() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	/* who waits for the lock makes others wait */
	SET lock_timeout = '10s'
AS $$
DECLARE
	this	integer := extract(year FROM current_date);
	year	integer;
	made	integer := 0;
BEGIN
	/* what is odd stays where it is */
	FOR year IN SELECT DISTINCT extract(year FROM o.period_end)::integer FROM growth_index.observation_other AS o
			WHERE o.period_end BETWEEN make_date(this - 30, 1, 1) AND make_date(this + 1, 12, 31)
		UNION SELECT this UNION SELECT this + 1
	LOOP
		made := made + growth_index.add_observation_years(year, year);
	END LOOP;
	RETURN made;
EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
	RAISE NOTICE 'no partitions were made: observation is in use';
	RETURN 0;
END
$$;
COMMENT ON FUNCTION growth_index.prepare_years() IS 'What the daily job does of add_observation_years(): this year, the next, and those of the last 30 that have observations but no partition. 0 and a notice where observation is in use for more than ten seconds: the next day does it.';
REVOKE ALL ON FUNCTION growth_index.prepare_years() FROM PUBLIC;

CREATE FUNCTION growth_index.hold_uploads() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	/* in the order of take_upload(); an upload whose snapshot is older ends with 40001, as if another had come before it */
	PERFORM FROM growth_index.upload_turn AS t ORDER BY t.department FOR UPDATE;
	UPDATE growth_index.upload_turn SET upload_id = upload_id;
	/* a row that came in by another way would be left behind */
	LOCK TABLE growth_index.observation IN SHARE ROW EXCLUSIVE MODE;
END
$$;
COMMENT ON FUNCTION growth_index.hold_uploads() IS 'Internal: nobody writes observations until the transaction ends.';
REVOKE ALL ON FUNCTION growth_index.hold_uploads() FROM PUBLIC;

CREATE FUNCTION growth_index.archive_year(year integer) RETURNS bigint
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' SET jit = off
AS $$
DECLARE
	name	text := 'observation_' || year;
	kept	text := name || '_kept';
	until	date;
	moved	bigint;
	earliest timestamptz;
	latest	timestamptz;
BEGIN
	IF year < 1 OR year >= extract(year FROM current_date) THEN
		RAISE EXCEPTION 'year % is not over', year USING ERRCODE = 'invalid_parameter_value', HINT = 'Years of the past are archived.';
	END IF;
	until := least(make_date(year + 1, 12, 31), current_date);
	PERFORM growth_index.hold_uploads();
	IF EXISTS (SELECT FROM growth_index.observation_archive AS a WHERE a.year = archive_year.year) THEN
		RAISE EXCEPTION 'year % is archived already', year
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'restore_year() brings it back.';
	END IF;
	PERFORM growth_index.add_observation_years(year, year);
	PERFORM growth_index.create_year_table(kept, year);
	/*
	 * What was not replaced by the end of the next year stays: present profiles
	 * rest on it, or those of years that are here.  That is the last of the year,
	 * of what the next year has nothing of.
	 */
	EXECUTE format('INSERT INTO growth_index.%I
		SELECT l.id, l.credit_code, l.indicator, l.value, l.period_end, l.recorded_at, l.department, l.upload_id, l.line
		FROM (SELECT o.*, max(o.period_end) OVER (PARTITION BY o.credit_code, o.indicator) AS last
			FROM growth_index.%I AS o
			WHERE NOT EXISTS (SELECT FROM growth_index.observation AS n
				WHERE n.credit_code OPERATOR(growth_index.=) o.credit_code AND n.indicator = o.indicator
					AND n.period_end > $1 AND n.period_end <= $2)) AS l
		WHERE l.period_end = l.last', kept, name) USING make_date(year, 12, 31), until;
	EXECUTE format('ANALYZE growth_index.%I', kept);
	PERFORM set_config('growth_index.archiving', 'on', true);
	EXECUTE format('DELETE FROM growth_index.%I AS o USING growth_index.%I AS k
		WHERE o.credit_code OPERATOR(growth_index.=) k.credit_code AND o.indicator = k.indicator AND o.period_end = k.period_end
			AND o.recorded_at = k.recorded_at AND o.id = k.id', name, kept);
	PERFORM set_config('growth_index.archiving', '', true);
	EXECUTE format('SELECT count(*), min(recorded_at) FROM growth_index.%I', name) INTO moved, earliest;
	SELECT max(n.recorded_at) INTO latest FROM growth_index.observation AS n WHERE n.period_end BETWEEN make_date(year, 1, 1) AND until;
	EXECUTE format('ALTER TABLE growth_index.observation DETACH PARTITION growth_index.%I', name);
	PERFORM growth_index.attach_year(kept, year);
	EXECUTE format('COMMENT ON TABLE growth_index.%I IS %L', name, format('Observations whose period ended in %s, detached by archive_year().', year));
	INSERT INTO growth_index.observation_archive (year, relation, rows, holds_from, known_first, known_from)
	VALUES (year, name, moved, until, earliest, latest);
	RETURN moved;
END
$$;
COMMENT ON FUNCTION growth_index.archive_year(integer) IS
'Detaches the partition of a year: the observations whose period ended in it become the table growth_index.observation_<year>, but for those that no later period of the same enterprise and indicator had replaced by the end of the following year (or today), which stay in observation_<year>_kept. Returns how many are detached. No profile from then on changes; profile_of() of what could rest on them raises 55000 (archived_year()), score_history.profile keeps what a score saw; uploads for the year are refused until restore_year(). Rows that go are not written, but those that stay are sought: meanwhile nobody writes observations, and at its end nobody reads them. As after TRUNCATE, a transaction whose snapshot is older and that had read no observation before sees none of the year. Errors: 22023 a year that is not over, 55000 archived already, 40P01 where a transaction that has read observations waits to write some: try again.';
REVOKE ALL ON FUNCTION growth_index.archive_year(integer) FROM PUBLIC;

CREATE FUNCTION growth_index.restore_year(year integer) RETURNS bigint
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	known	growth_index.observation_archive;
	kept	text;
BEGIN
	PERFORM growth_index.hold_uploads();
	DELETE FROM growth_index.observation_archive AS a WHERE a.year = restore_year.year RETURNING a.* INTO known;
	IF NOT FOUND OR to_regclass(format('growth_index.%I', known.relation)) IS NULL THEN
		RAISE EXCEPTION 'year % is not archived here', year
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = format('There is no table growth_index.%s.', coalesce(known.relation, 'observation_' || year));
	END IF;
	/* with what was corrected of it meanwhile */
	kept := known.relation || '_kept';
	EXECUTE format('ALTER TABLE growth_index.observation DETACH PARTITION growth_index.%I', kept);
	EXECUTE format('INSERT INTO growth_index.%I SELECT * FROM growth_index.%I', known.relation, kept);
	EXECUTE format('DROP TABLE growth_index.%I', kept);
	PERFORM growth_index.attach_year(known.relation, year);
	EXECUTE format('COMMENT ON TABLE growth_index.%I IS %L', known.relation, format('Observations whose period ended in %s.', year));
	RETURN known.rows;
END
$$;
COMMENT ON FUNCTION growth_index.restore_year(integer) IS 'Attaches the table of an archived year again, without reading or moving its rows; how many come back. Error 55000 where the year is not archived, or its table is gone.';
REVOKE ALL ON FUNCTION growth_index.restore_year(integer) FROM PUBLIC;

CREATE FUNCTION growth_index.archived_year(as_of date, known_at timestamptz DEFAULT NULL) RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT min(a.year)
	FROM growth_index.observation_archive AS a
	WHERE a.rows > 0 AND (as_of < a.holds_from OR known_at < a.known_from)
		AND (as_of IS NULL OR as_of >= make_date(a.year, 1, 1)) AND (known_at IS NULL OR known_at >= a.known_first)
$$;
COMMENT ON FUNCTION growth_index.archived_year(date, timestamptz) IS 'The first archived year on whose observations a profile for a day (NULL: the last), as known at a time (NULL: by now), could rest; NULL: none, so that profile_of() gives it as it was.';

CREATE FUNCTION growth_index.need_years(as_of date, known_at timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	year	integer := growth_index.archived_year(as_of, known_at);
BEGIN
	IF year IS NOT NULL THEN
		RAISE EXCEPTION 'the profile% rests on values of %, which are archived', concat(' for ' || as_of, ' as known at ' || known_at), year
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = format('restore_year(%s) brings them back.', year);
	END IF;
	RETURN true;
END
$$;
COMMENT ON FUNCTION growth_index.need_years(date, timestamptz) IS 'True; raises 55000 where archived_year() says a year.';
