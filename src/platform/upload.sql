/*
 * Upload: departments COPY or INSERT rows of text into one relation.  Rows
 * that hold go to observation, the others are kept with the reason; the
 * relation itself keeps nothing.  All checks are done on the statement's rows
 * as a set.
 */
CREATE TABLE growth_index.upload_receipt (
	upload_id	bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	department	text,
	uploader	text NOT NULL DEFAULT growth_index.caller(),
	received_at	timestamptz NOT NULL,
	rows		bigint NOT NULL,
	accepted	bigint NOT NULL,
	unchanged	bigint NOT NULL,
	refused		bigint NOT NULL,
	CONSTRAINT upload_receipt_adds_up CHECK (rows = accepted + unchanged + refused)
);
COMMENT ON TABLE growth_index.upload_receipt IS 'One row for each upload, that is each statement: what became of its rows.';
COMMENT ON COLUMN growth_index.upload_receipt.upload_id IS 'Number of the upload.';
COMMENT ON COLUMN growth_index.upload_receipt.department IS 'Department of the rows; NULL where they name several, or none.';
COMMENT ON COLUMN growth_index.upload_receipt.uploader IS 'Role that sent it.';
COMMENT ON COLUMN growth_index.upload_receipt.received_at IS 'When it came; the recorded_at of its observations.';
COMMENT ON COLUMN growth_index.upload_receipt.rows IS 'Rows sent: accepted + unchanged + refused.';
COMMENT ON COLUMN growth_index.upload_receipt.accepted IS 'Rows that became observations.';
COMMENT ON COLUMN growth_index.upload_receipt.unchanged IS 'Rows that say what is known already, or that repeat another row of the upload.';
COMMENT ON COLUMN growth_index.upload_receipt.refused IS 'Rows that are in upload_error.';

CREATE TABLE growth_index.upload_error (
	upload_id	bigint NOT NULL,
	line		bigint NOT NULL,
	credit_code	text,
	indicator	text,
	value		text,
	period_end	text,
	department	text,
	reason_code	text NOT NULL,
	reason		text NOT NULL,
	sent		text,
	PRIMARY KEY (upload_id, line)
);
COMMENT ON TABLE growth_index.upload_error IS 'Rows that were refused, as they were sent, with the reason.';
COMMENT ON COLUMN growth_index.upload_error.upload_id IS 'Upload (upload_receipt).';
COMMENT ON COLUMN growth_index.upload_error.line IS 'Which row of the upload, from 1; the header of a file does not count.';
COMMENT ON COLUMN growth_index.upload_error.credit_code IS 'As sent.';
COMMENT ON COLUMN growth_index.upload_error.indicator IS 'As sent.';
COMMENT ON COLUMN growth_index.upload_error.value IS 'As sent.';
COMMENT ON COLUMN growth_index.upload_error.period_end IS 'As sent.';
COMMENT ON COLUMN growth_index.upload_error.department IS 'As sent.';
COMMENT ON COLUMN growth_index.upload_error.reason_code IS 'malformed_line (of upload_csv() alone), malformed_code, unknown_enterprise, unknown_indicator, unknown_department, other_department, foreign_indicator, no_value, wrong_type, out_of_range, bad_period, future_period, archived_period or conflict: the first that applies, in this order.';
COMMENT ON COLUMN growth_index.upload_error.reason IS 'The reason in words.';
COMMENT ON COLUMN growth_index.upload_error.sent IS 'The line as sent, where it could not be divided into columns; otherwise NULL.';

SELECT pg_catalog.pg_extension_config_dump('growth_index.upload_receipt', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.upload_receipt_upload_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('growth_index.upload_error', '');

/* rows stay for the length of a statement: no need of WAL, much of a quick vacuum */
CREATE UNLOGGED TABLE growth_index.upload (
	credit_code	text,
	indicator	text,
	value		text,
	period_end	text,
	department	text DEFAULT growth_index.current_department()
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_analyze_threshold = 1000000000);
COMMENT ON TABLE growth_index.upload IS 'Where departments COPY or INSERT indicator values, all as text. Each statement is one upload, gets one row in upload_receipt, and leaves nothing here.';
COMMENT ON COLUMN growth_index.upload.credit_code IS 'Unified social credit code of the enterprise.';
COMMENT ON COLUMN growth_index.upload.indicator IS 'Code of the indicator.';
COMMENT ON COLUMN growth_index.upload.value IS 'Value: a plain decimal number of at most 15 significant digits; true/false, yes/no, 1/0, 是/否; text; a date YYYY-MM-DD; a set as JSON array of text, or divided by semicolons.';
COMMENT ON COLUMN growth_index.upload.period_end IS 'Last day of the period, YYYY-MM-DD.';
COMMENT ON COLUMN growth_index.upload.department IS 'Code of the department that sends; where the column is left out, the one for which the role acts (current_department()).';

/* a row of a department, written by each of its uploads: the next one waits for it, and fails where it cannot see the other */
CREATE UNLOGGED TABLE growth_index.upload_turn (
	department	text PRIMARY KEY,
	upload_id	bigint NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE growth_index.upload_turn IS 'Which upload of each department was the last: uploads of one department go one after the other.';
COMMENT ON COLUMN growth_index.upload_turn.department IS 'Department; empty: all that deliver an indicator which belongs to none.';
COMMENT ON COLUMN growth_index.upload_turn.upload_id IS 'Upload.';

CREATE FUNCTION growth_index.date_of(text) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10
AS $$
	SELECT CASE WHEN $1 OPERATOR(pg_catalog.~) '^(?!0000)[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))$'
			OR ($1 OPERATOR(pg_catalog.~) '^(?!0000)([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29$')
		THEN pg_catalog.make_date(pg_catalog.substr($1, 1, 4)::pg_catalog.int4,
			pg_catalog.substr($1, 6, 2)::pg_catalog.int4, pg_catalog.substr($1, 9, 2)::pg_catalog.int4) END
$$;
COMMENT ON FUNCTION growth_index.date_of(text) IS 'The date that a text YYYY-MM-DD says; NULL where it is no date of the calendar. Raises nothing.';

CREATE FUNCTION growth_index.value_of(value text, data_type text) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE COST 10
AS $$
	SELECT CASE data_type
	WHEN 'number' THEN
		pg_catalog.to_jsonb(growth_index.plain_number(value))
	WHEN 'boolean' THEN
		CASE WHEN pg_catalog.lower(value) OPERATOR(pg_catalog.=) ANY ('{true,t,yes,y,1,是}'::pg_catalog.text[]) THEN 'true'::pg_catalog.jsonb
			WHEN pg_catalog.lower(value) OPERATOR(pg_catalog.=) ANY ('{false,f,no,n,0,否}'::pg_catalog.text[]) THEN 'false'::pg_catalog.jsonb END
	WHEN 'text' THEN
		CASE WHEN pg_catalog.length(value) OPERATOR(pg_catalog.<=) 10000 THEN pg_catalog.to_jsonb(value) END
	WHEN 'date' THEN
		pg_catalog.to_jsonb(growth_index.date_of(value))
	WHEN 'set' THEN
		CASE WHEN pg_catalog.length(value) OPERATOR(pg_catalog.>) 10000 THEN NULL
		WHEN value OPERATOR(pg_catalog.~) '^\[' THEN
			CASE WHEN value OPERATOR(pg_catalog.~) '^\[[ \t\r\n]*("([^"\\\x01-\x1f]|\\(["\\/bfnrt]|u(?!0000|[dD][89a-fA-F])[0-9a-fA-F]{4}))*"([ \t\r\n]*,[ \t\r\n]*"([^"\\\x01-\x1f]|\\(["\\/bfnrt]|u(?!0000|[dD][89a-fA-F])[0-9a-fA-F]{4}))*")*[ \t\r\n]*)?\]$'
				THEN value::pg_catalog.jsonb END
		WHEN value OPERATOR(pg_catalog.~) '^[;；\s]*$|[;；]\s*[;；]\s*[^;；\s]' THEN NULL
		ELSE pg_catalog.to_jsonb(pg_catalog.regexp_split_to_array(
				pg_catalog.btrim(value, '; ；'), '\s*[;；]\s*'))
		END
	END
$$;
COMMENT ON FUNCTION growth_index.value_of(text, text) IS 'The value that a department''s text says for an indicator of this data type, as it stands in observation; NULL where it says none: a wrong form, a number of more than 15 significant digits, a date that is not in the calendar. Raises nothing.';

CREATE FUNCTION growth_index.refusal(reason_code text, r growth_index.upload) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE reason_code
	WHEN 'malformed_code' THEN coalesce('"' || left(r.credit_code, 100) || '" is no unified social credit code: ' || CASE
			WHEN r.credit_code ~ '^\s|\s$' THEN 'it has spaces around it'
			WHEN r.credit_code !~ '^[0-9A-HJ-NPQRTUWXY]*$' THEN format('it has a "%s", where digits and capitals stand, but not I, O, S, V and Z',
				substring(r.credit_code FROM '[^0-9A-HJ-NPQRTUWXY]'))
			WHEN length(r.credit_code) <> 18 THEN format('it has %s characters, not 18', length(r.credit_code))
			ELSE format('its check character would be "%s"', right(growth_index.credit_code_complete(left(r.credit_code, 17))::text, 1)) END,
		'the credit code is missing')
	WHEN 'unknown_enterprise' THEN format('no enterprise has the credit code %s', r.credit_code)
	WHEN 'unknown_indicator' THEN coalesce('there is no indicator "' || r.indicator || '"' || coalesce((
				SELECT format('; the code is "%s"', min(k.code)) FROM growth_index.indicator AS k
				WHERE lower(btrim(r.indicator)) IN (lower(k.code), lower(k.name_zh), lower(k.name_en)) HAVING count(*) = 1), ''),
		'the indicator is missing')
	WHEN 'unknown_department' THEN coalesce('there is no department "' || r.department || '"', 'the department is missing')
	WHEN 'other_department' THEN format('role "%s" acts for %s, not for department "%s"', growth_index.caller(),
			coalesce('department "' || growth_index.current_department() || '"', 'no department'), r.department)
	WHEN 'foreign_indicator' THEN format('indicator "%s" is delivered by department "%s", not by "%s"', i.code, i.department, r.department)
	WHEN 'no_value' THEN 'the value is missing'
	WHEN 'wrong_type' THEN format('"%s" is no %s', left(r.value, 100), CASE i.data_type
			WHEN 'number' THEN 'number of at most 15 significant digits, written like 1200.50'
			WHEN 'boolean' THEN 'boolean: true or false'
			WHEN 'text' THEN 'text of at most 10000 characters'
			WHEN 'date' THEN 'date of the calendar, written like 2024-12-31'
			ELSE 'set of text, written like ["a", "b"] or a;b' END)
	WHEN 'out_of_range' THEN format('%s is not in the valid range: %s%s', r.value,
			concat_ws(', ', 'at least ' || i.valid_min, 'at most ' || i.valid_max), coalesce(' ' || i.unit, ''))
	WHEN 'bad_period' THEN coalesce('period end "' || r.period_end || '" is no date of the calendar, written like 2024-12-31',
			'the period end is missing')
	WHEN 'future_period' THEN format('the period ends on %s, in the future', r.period_end)
	WHEN 'archived_period' THEN format('the year of %s is archived', r.period_end)
	WHEN 'conflict' THEN 'another row of the same upload gives another value for the same enterprise, indicator and period'
	END
	FROM (VALUES (1)) AS one LEFT JOIN growth_index.indicator AS i ON i.code = r.indicator
$$;
COMMENT ON FUNCTION growth_index.refusal(text, growth_index.upload) IS 'The reason code of a refused row in words.';

CREATE FUNCTION growth_index.take_upload() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp 
	SET jit = off SET enable_mergejoin = off SET work_mem = '64MB'
AS $$
DECLARE
	this		bigint := nextval('growth_index.upload_receipt_upload_id_seq');
	received	timestamptz;
	lines		bigint;
	accepted	bigint;
	refused		bigint;
	sender		text;
	own			text := growth_index.current_department();
	/* a role that acts for a department delivers for no other */
	bound		boolean := (own IS NOT NULL OR growth_index.caller_in('department')) AND NOT growth_index.caller_is_trusted();
BEGIN
	/*
	 * Two uploads of one department go one after the other: the second sees what
	 * the first brought, or, in a transaction whose snapshot is older than that,
	 * ends with error 40001.
	 */
	WITH told AS MATERIALIZED (
		SELECT s.department, s.indicator, count(*) AS lines FROM sent AS s GROUP BY s.department, s.indicator
	), turn AS (
		INSERT INTO growth_index.upload_turn AS t (department, upload_id)
		SELECT d.code, this
		FROM (SELECT DISTINCT CASE WHEN i.department IS NOT NULL THEN s.department ELSE '' END AS code
			FROM told AS s JOIN growth_index.indicator AS i ON i.code = s.indicator
			WHERE s.department IN (SELECT code FROM growth_index.department)) AS d
		ORDER BY d.code
		ON CONFLICT (department) DO UPDATE SET upload_id = EXCLUDED.upload_id
	)
	SELECT coalesce(sum(s.lines), 0), CASE WHEN min(s.department) = max(s.department) AND count(s.department) = count(*) THEN min(s.department) END
	INTO lines, sender FROM told AS s;
	received := clock_timestamp();
	/* not first for reading: archive_year() would wait for what waits for it */
	LOCK TABLE growth_index.observation IN ROW EXCLUSIVE MODE;

	/* planned anew each time: the number of rows is all that the planner has to go by */
	EXECUTE $upload$
	WITH period AS MATERIALIZED (
		SELECT s.period_end, d.period, hashint4extended(d.period - DATE '2000-01-01', 1) AS mark, EXISTS (SELECT FROM growth_index.observation_archive AS a
			WHERE a.year = extract(year FROM d.period)) AS archived
		FROM (SELECT DISTINCT period_end FROM sent) AS s, LATERAL (SELECT growth_index.date_of(s.period_end)) AS d(period)
	), code AS MATERIALIZED (
		/* each code once: a department sends many values of one enterprise */
		SELECT t.sent, t.trimmed, v.code, growth_index.credit_code_hash_extended(v.code, 0) AS mark, e.credit_code IS NOT NULL AS known, coalesce(n.observed, false) AS observed
		FROM (SELECT s.credit_code AS sent,
				/* a file of a spreadsheet may begin with a byte-order mark, which is no part of the first code */
				CASE WHEN current_setting('server_encoding') = 'UTF8' THEN ltrim(s.credit_code, chr(65279)) ELSE s.credit_code END AS trimmed
			FROM (SELECT DISTINCT credit_code FROM sent) AS s) AS t
			CROSS JOIN LATERAL (SELECT CASE WHEN growth_index.credit_code_is_valid(t.trimmed) THEN t.trimmed::growth_index.credit_code END) AS v(code)
			LEFT JOIN growth_index.enterprise AS e ON e.credit_code OPERATOR(growth_index.=) v.code
			/* of whom nothing is known of these periods no value need be looked up; between their ends, so that other years are not read */
			LEFT JOIN LATERAL (SELECT true AS observed FROM growth_index.observation AS o
				WHERE o.credit_code OPERATOR(growth_index.=) v.code
					AND o.period_end BETWEEN (SELECT min(p.period) FROM period AS p) AND (SELECT max(p.period) FROM period AS p)
				LIMIT 1) AS n ON true
	), checked AS MATERIALIZED (
		SELECT t.line, t.credit_code, t.indicator, t.value, t.period_end, t.department, t.code, t.observed, t.period, t.mark, t.parsed,
			CASE WHEN t.reason_code IS NOT NULL THEN t.reason_code
				WHEN t.parsed IS NULL THEN 'wrong_type'
				/* only numbers have a range */
				WHEN CASE WHEN num_nonnulls(t.valid_min, t.valid_max) > 0
					THEN t.parsed::numeric < t.valid_min OR t.parsed::numeric > t.valid_max END THEN 'out_of_range'
				WHEN t.period IS NULL THEN 'bad_period'
				WHEN t.period > current_date THEN 'future_period'
				WHEN t.archived THEN 'archived_period' END AS reason_code
		FROM (
			SELECT r.line, coalesce(c.trimmed, r.credit_code) AS credit_code, r.indicator, r.value, r.period_end, r.department,
				c.code, c.observed, p.period, p.archived, c.mark # p.mark # hashtextextended(r.indicator, 2) AS mark, growth_index.value_of(r.value, i.data_type) AS parsed, i.valid_min, i.valid_max,
				CASE WHEN c.code IS NULL THEN 'malformed_code'
					WHEN NOT c.known THEN 'unknown_enterprise'
					WHEN i.code IS NULL THEN 'unknown_indicator'
					WHEN d.code IS NULL THEN 'unknown_department'
					WHEN $3 AND d.code IS DISTINCT FROM $4 THEN 'other_department'
					WHEN i.department <> d.code THEN 'foreign_indicator'
					WHEN r.value IS NULL OR r.value = '' THEN 'no_value' END AS reason_code
			FROM (SELECT row_number() OVER () AS line, s.* FROM sent AS s) AS r
				LEFT JOIN code AS c ON c.sent = r.credit_code
				LEFT JOIN growth_index.indicator AS i ON i.code = r.indicator
				LEFT JOIN growth_index.department AS d ON d.code = r.department
				LEFT JOIN period AS p ON p.period_end = r.period_end
			OFFSET 0) AS t	/* so that a value is parsed once */
	), repeated AS MATERIALIZED (
		/* of an enterprise, indicator and period, or, once in a great while, of another with the same mark */
		SELECT c.mark
		FROM checked AS c
		WHERE c.reason_code IS NULL
		GROUP BY c.mark
		HAVING count(*) > 1
	), rival AS MATERIALIZED (
		SELECT c.line, row_number() OVER (same ORDER BY c.line) > 1 AS again,
			count(*) OVER same <> count(*) OVER (PARTITION BY c.code, c.indicator, c.period, c.parsed) AS conflict
		FROM checked AS c JOIN repeated AS r ON r.mark = c.mark
		WHERE c.reason_code IS NULL
		WINDOW same AS (PARTITION BY c.code, c.indicator, c.period)
	), bad AS (
		INSERT INTO growth_index.upload_error (upload_id, line, credit_code, indicator, value, period_end, department, reason_code, reason)
		SELECT $1, c.line, c.credit_code, c.indicator, c.value, c.period_end, c.department, f.code,
			growth_index.refusal(f.code, ROW(c.credit_code, c.indicator, c.value, c.period_end, c.department)::growth_index.upload)
		FROM checked AS c LEFT JOIN rival AS x ON x.line = c.line
			CROSS JOIN LATERAL (SELECT CASE WHEN x.conflict THEN 'conflict' ELSE c.reason_code END) AS f(code)
		WHERE f.code IS NOT NULL
	), known AS MATERIALIZED (
		SELECT c.line, o.value
		FROM checked AS c
			CROSS JOIN LATERAL (
				SELECT o.value
				FROM growth_index.observation AS o
				WHERE o.credit_code OPERATOR(growth_index.=) c.code AND o.indicator = c.indicator AND o.period_end = c.period
				ORDER BY o.recorded_at DESC, o.id DESC
				LIMIT 1) AS o
		WHERE c.reason_code IS NULL AND c.observed
	)
	INSERT INTO growth_index.observation (credit_code, indicator, value, period_end, recorded_at, department, upload_id, line)
	SELECT c.code, c.indicator, c.parsed, c.period, $2, c.department, $1, c.line
	FROM checked AS c
		LEFT JOIN rival AS x ON x.line = c.line
		LEFT JOIN known AS k ON k.line = c.line
	WHERE c.reason_code IS NULL AND x.conflict IS NOT TRUE AND x.again IS NOT TRUE AND k.value IS DISTINCT FROM c.parsed
	$upload$ USING this, received, bound, own;
	GET DIAGNOSTICS accepted = ROW_COUNT;

	SELECT count(*) INTO refused FROM growth_index.upload_error AS e WHERE e.upload_id = this;
	INSERT INTO growth_index.upload_receipt (upload_id, department, received_at, rows, accepted, unchanged, refused)
	OVERRIDING SYSTEM VALUE
	VALUES (this, sender, received, lines, accepted, lines - accepted - refused, refused);

	DELETE FROM growth_index.upload;
	IF refused > 0 THEN
		RAISE NOTICE '% of % rows are refused', refused, lines
			USING HINT = format('Table growth_index.upload_error has them with their reasons: upload %s.', this);
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION growth_index.take_upload() IS 'Trigger of table upload: checks the rows of a statement, keeps the good ones as observations, the others as errors, and writes the receipt.';

CREATE TRIGGER take_upload
	AFTER INSERT ON growth_index.upload
	REFERENCING NEW TABLE AS sent
	FOR EACH STATEMENT EXECUTE FUNCTION growth_index.take_upload();

CREATE FUNCTION growth_index.upload_json(department text, records jsonb) RETURNS growth_index.upload_receipt
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	receipt	growth_index.upload_receipt;
BEGIN
	IF records IS NULL OR jsonb_typeof(records) <> 'array' THEN
		RAISE EXCEPTION 'records must be a JSON array of objects'
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Each object has the keys credit_code, indicator, value and period_end.';
	END IF;
	INSERT INTO growth_index.upload (credit_code, indicator, value, period_end, department)
	/* what is no object is refused as well, and kept as its value */
	SELECT r ->> 'credit_code', r ->> 'indicator', CASE jsonb_typeof(r) WHEN 'object' THEN r ->> 'value' ELSE r::text END, r ->> 'period_end', upload_json.department
	FROM jsonb_array_elements(records) WITH ORDINALITY AS e(r, line)
	ORDER BY line;
	SELECT * INTO STRICT receipt
	FROM growth_index.upload_receipt AS u
	WHERE u.upload_id = currval('growth_index.upload_receipt_upload_id_seq');
	RETURN receipt;
END
$$;
COMMENT ON FUNCTION growth_index.upload_json(text, jsonb) IS
'One upload from a JSON array of objects {credit_code, indicator, value, period_end}; a value may be a JSON number, boolean, text or array of text; a record that is no object is refused, and kept in upload_error.value. Returns the receipt. Error 22023 where records is no array.';
