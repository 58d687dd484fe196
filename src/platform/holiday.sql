/*
 * Working days: Monday to Friday, but for public holidays (法定节假日), and the
 * weekends that are worked in exchange (调休).
 */
CREATE TABLE growth_index.holiday (
	day			date PRIMARY KEY,
	working		boolean NOT NULL DEFAULT false,
	name		text,
	CONSTRAINT holiday_changes_something CHECK (NOT working OR extract(isodow FROM day) > 5)
);
COMMENT ON TABLE growth_index.holiday IS 'Days that differ from the rule that Monday to Friday are worked, as the State Council announces them each year; entered by the operator.';
COMMENT ON COLUMN growth_index.holiday.day IS 'Day.';
COMMENT ON COLUMN growth_index.holiday.working IS 'False: a holiday; true: a Saturday or Sunday that is worked in exchange (调休).';
COMMENT ON COLUMN growth_index.holiday.name IS 'What for, such as 国庆节.';
SELECT pg_catalog.pg_extension_config_dump('growth_index.holiday', '');

CREATE FUNCTION growth_index.is_working_day(day date) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT coalesce((SELECT h.working FROM growth_index.holiday AS h WHERE h.day = is_working_day.day), extract(isodow FROM day) < 6)
$$;
COMMENT ON FUNCTION growth_index.is_working_day(date) IS 'Is it worked on this day? Monday to Friday, unless table holiday says otherwise.';

CREATE FUNCTION growth_index.add_working_days(day date, days integer) RETURNS date
LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
	/* so many weeks and holidays hold enough working days */
	SELECT CASE WHEN days <= 0 THEN day ELSE (
		SELECT d::date
		FROM generate_series(day + 1, day + 7 + days * 2 + (SELECT count(*) FROM growth_index.holiday AS h
			WHERE NOT h.working AND h.day > add_working_days.day)::integer * 2, INTERVAL '1 day') AS d
			LEFT JOIN growth_index.holiday AS h ON h.day = d::date
		WHERE coalesce(h.working, extract(isodow FROM d) < 6)
		ORDER BY d OFFSET days - 1 LIMIT 1) END
$$;
COMMENT ON FUNCTION growth_index.add_working_days(date, integer) IS 'The day that lies so many working days after a day: Monday to Friday, and what table holiday says. The day itself where days is 0 or less.';
