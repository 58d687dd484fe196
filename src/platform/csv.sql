/*
 * Upload of a whole CSV file as text: COPY refuses a file for one line with a
 * field too many; here such a line is refused alone, as any other.
 */
CREATE FUNCTION growth_index.csv_records(file text, OUT fields text[], OUT sent text) RETURNS SETOF record
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 10000 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	lines	text[] := regexp_split_to_array(regexp_replace(file, '[\r\n]+$', ''), '\r\n|\n|\r');
	i		integer := 1;
	j		integer;
	whole	text;
	/* each field is quoted from end to end, or not at all */
	field	CONSTANT text := '(?:"(?:[^"]|"")*"|[^",]*)';
	closed	CONSTANT text := format('^%1$s(?:,%1$s)*$', field);
	open	CONSTANT text := format('^(?:%s,)*"(?:[^"]|"")*$', field);
BEGIN
	WHILE i <= cardinality(lines) LOOP
		sent := lines[i];
		fields := NULL;
		IF strpos(sent, '"') = 0 THEN
			fields := string_to_array(sent, ',', '');
		ELSE
			whole := sent;
			IF sent ~ open THEN
				/* goes on to the next line with an odd number of marks; further than any value may reach it is a mistake of this line */
				j := i;
				LOOP
					j := j + 1;
					EXIT WHEN j > cardinality(lines) OR length(whole) > 20000;
					whole := whole || E'\n' || lines[j];
					EXIT WHEN (length(lines[j]) - length(replace(lines[j], '"', ''))) % 2 = 1;
				END LOOP;
			END IF;
			IF whole ~ closed THEN
				sent := whole;
				i := coalesce(j, i);
				fields := ARRAY(
					SELECT CASE WHEN f[1] LIKE '"%' THEN replace(substr(f[1], 2, length(f[1]) - 2), '""', '"') ELSE nullif(f[1], '') END
					FROM regexp_matches(whole || ',', '(' || field || '),', 'g') WITH ORDINALITY AS m(f, n) ORDER BY n);
			END IF;
			j := NULL;
		END IF;
		RETURN NEXT;
		i := i + 1;
	END LOOP;
END
$$;
COMMENT ON FUNCTION growth_index.csv_records(text) IS
'The records of a CSV file, whose lines may end as on any system, with their fields: one that is empty and not quoted is NULL. Quoted fields may hold commas, doubled quotation marks and ends of lines (read as \n). fields is NULL where a mark stands amiss: sent is then that line alone. Empty lines at the end do not count.';

CREATE FUNCTION growth_index.upload_csv(department text, file text) RETURNS growth_index.upload_receipt
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	columns	CONSTANT text[] := '{credit_code,indicator,value,period_end,department}';
	header	text[];
	place	integer[];
	bad		record;
	receipt	growth_index.upload_receipt;
BEGIN
	/* of a spreadsheet */
	IF current_setting('server_encoding') = 'UTF8' THEN
		file := ltrim(file, chr(65279));
	END IF;
	SELECT array_agg(lower(btrim(h)) ORDER BY n) INTO header
	FROM (SELECT r.fields FROM growth_index.csv_records(split_part(regexp_replace(file, '\r.*', ''), E'\n', 1)) AS r) AS r,
		unnest(r.fields) WITH ORDINALITY AS f(h, n);
	place := ARRAY(SELECT array_position(header, c) FROM unnest(columns) WITH ORDINALITY AS e(c, n) ORDER BY n);
	IF header IS NULL OR NOT header <@ columns OR cardinality(header) <> num_nonnulls(VARIADIC place)
		OR num_nonnulls(VARIADIC place[1:4]) < 4 OR (place[5] IS NULL) <> (upload_csv.department IS NOT NULL) THEN
		RAISE EXCEPTION 'the first line of the file does not name the columns'
			USING ERRCODE = 'invalid_parameter_value',
				DETAIL = format('It says: %s', left(split_part(coalesce(file, ''), E'\n', 1), 200)),
				HINT = 'credit_code,indicator,value,period_end in any order, each once; and department, where the argument department is NULL.';
	END IF;
	/* a line that is no row goes through as an empty one, so that lines and counts stand, and gets its reason afterwards */
	WITH line AS MATERIALIZED (
		SELECT n, CASE WHEN cardinality(fields) = cardinality(header) THEN fields END AS f, sent,
			CASE WHEN fields IS NULL THEN 'a quotation mark stands amiss: a field is quoted from end to end, and a mark within it doubled'
				WHEN sent = '' THEN 'the line is empty'
				ELSE format('the line has %s fields, the header has %s', cardinality(fields), cardinality(header)) END AS reason
		FROM (SELECT r.fields, r.sent, r.n - 1 AS n FROM growth_index.csv_records(file) WITH ORDINALITY AS r(fields, sent, n) WHERE r.n > 1) AS r
	), put AS (
		INSERT INTO growth_index.upload (credit_code, indicator, value, period_end, department)
		SELECT f[place[1]], f[place[2]], f[place[3]], f[place[4]], coalesce(upload_csv.department, f[place[5]])
		FROM line ORDER BY n
	)
	SELECT coalesce(array_agg(n), '{}') AS lines, array_agg(sent) AS sent, array_agg(reason) AS reasons INTO bad FROM line WHERE f IS NULL;
	SELECT * INTO STRICT receipt
	FROM growth_index.upload_receipt AS u
	WHERE u.upload_id = currval('growth_index.upload_receipt_upload_id_seq');
	UPDATE growth_index.upload_error AS e SET reason_code = 'malformed_line', reason = b.reason, sent = b.sent
	FROM unnest(bad.lines, bad.sent, bad.reasons) AS b(line, sent, reason)
	WHERE e.upload_id = receipt.upload_id AND e.line = b.line;
	RETURN receipt;
END
$$;
COMMENT ON FUNCTION growth_index.upload_csv(text, text) IS
'One upload from the text of a CSV file, e.g. upload_csv(''tax'', pg_read_file(''…'')): the first line names the columns credit_code, indicator, value, period_end, in any order, and department where that argument is NULL. A line with too few or too many fields, or with quotation marks amiss, is refused alone (malformed_line) and kept in upload_error.sent; a line''s number is that of the row, from 1 after the first line. Returns the receipt. Error 22023 where the first line does not name the columns.';
REVOKE ALL ON FUNCTION growth_index.upload_csv(text, text) FROM PUBLIC;
INSERT INTO growth_index.role_right (roles, privileges, objects) VALUES ('{department}', '{EXECUTE}', '{"upload_csv(text, text)"}');
