/*
 * PMML: scorecards out of the exchange format of the Data Mining Group,
 * versions 4.0 to 4.4.  A document is read into a tree of jsonb, fields and
 * functions are put into the expressions that use them, and what a scorecard
 * cannot say is an error that names the element.  Here: the tree, and what is
 * written as text in its leaves.
 */
CREATE FUNCTION growth_index.pmml_refuse(element text, why text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION 'PMML element %: %', element, why USING ERRCODE = '0A000';
END $$;
COMMENT ON FUNCTION growth_index.pmml_refuse(text, text) IS
'Internal: the error for what a scorecard cannot say.';

CREATE FUNCTION growth_index.pmml_tree(node xml, depth integer DEFAULT 0) RETURNS jsonb
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	children jsonb := '[]';
	child xml;
	name text := (xpath('local-name(/*)', node))[1];
BEGIN
	IF depth > 60 THEN
		RAISE EXCEPTION 'PMML document is nested too deeply' USING ERRCODE = '54001',
			DETAIL = 'Elements may be nested 60 deep.';
	END IF;
	FOREACH child IN ARRAY xpath('/*/*[local-name() != "Extension"]', node) LOOP
		children := children || growth_index.pmml_tree(child, depth + 1);
	END LOOP;
	RETURN jsonb_build_object('n', name, 'c', children,
		'a', (SELECT coalesce(jsonb_object_agg(a.name, a.value), '{}')
			  FROM XMLTABLE('/*/@*' PASSING node COLUMNS name text PATH 'local-name(.)', value text PATH 'string(.)') AS a),
		't', CASE WHEN children = '[]' THEN (SELECT e.value FROM XMLTABLE('/*' PASSING node COLUMNS value text PATH 'string(.)') AS e) ELSE '' END);
END $$;
COMMENT ON FUNCTION growth_index.pmml_tree(xml, integer) IS
'Internal: an element as {n: name, a: attributes, c: children, t: text}; elements Extension are left out.';

CREATE FUNCTION growth_index.pmml_children(node jsonb, names text[]) RETURNS SETOF jsonb
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 5
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT c FROM jsonb_array_elements(node -> 'c') WITH ORDINALITY AS u (c, n) WHERE c ->> 'n' = ANY (names) ORDER BY n;
END;
COMMENT ON FUNCTION growth_index.pmml_children(jsonb, text[]) IS
'Internal: the children that have one of the names, in their order.';

CREATE FUNCTION growth_index.pmml_type(data_type text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT CASE WHEN data_type IN ('integer', 'float', 'double') THEN 'number' WHEN data_type = 'string' THEN 'text'
		WHEN data_type IN ('boolean', 'date') THEN data_type END;
END;
COMMENT ON FUNCTION growth_index.pmml_type(text) IS
'Internal: what expressions call a dataType; NULL for one that they do not know.';

CREATE FUNCTION growth_index.pmml_constant(value text, type text, element text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF type = 'text' THEN
		RETURN quote_literal(value);
	ELSIF type = 'number' AND btrim(value) ~ '^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?$' THEN
		RETURN '(' || btrim(value)::numeric || ')';
	ELSIF type = 'boolean' AND btrim(value) IN ('true', 'false', '1', '0') THEN
		RETURN btrim(value)::boolean::text;
	ELSIF type = 'date' AND btrim(value) ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN
		RETURN 'DATE ' || quote_literal(btrim(value));
	END IF;
	RETURN growth_index.pmml_refuse(element, format('%s is no %s', coalesce(quote_literal(left(value, 60)), 'a missing value'), coalesce(type, 'constant')));
END $$;
COMMENT ON FUNCTION growth_index.pmml_constant(text, text, text) IS
'Internal: a constant of the type number, text, boolean or date, as SQL.';

CREATE FUNCTION growth_index.pmml_interval(field text, node jsonb) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	closure text := node #>> '{a,closure}';
	low text := node #>> '{a,leftMargin}';
	high text := node #>> '{a,rightMargin}';
BEGIN
	IF closure IS NULL OR closure NOT IN ('openOpen', 'openClosed', 'closedOpen', 'closedClosed') THEN
		RETURN growth_index.pmml_refuse('Interval', 'closure has to be openOpen, openClosed, closedOpen or closedClosed');
	ELSIF low IS NULL AND high IS NULL THEN
		RETURN growth_index.pmml_refuse('Interval', 'it has no margin');
	END IF;
	RETURN '(' || concat_ws(' AND ',
		CASE WHEN low IS NOT NULL THEN field || CASE WHEN closure LIKE 'closed%' THEN ' >= ' ELSE ' > ' END
			|| growth_index.pmml_constant(low, 'number', 'Interval') END,
		CASE WHEN high IS NOT NULL THEN field || CASE WHEN closure LIKE '%Closed' THEN ' <= ' ELSE ' < ' END
			|| growth_index.pmml_constant(high, 'number', 'Interval') END) || ')';
END $$;
COMMENT ON FUNCTION growth_index.pmml_interval(text, jsonb) IS
'Internal: the condition that a field lies in an Interval.';

CREATE FUNCTION growth_index.pmml_array(node jsonb, type text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	items text[];
BEGIN
	/* members are divided by blanks; one in quotes may have blanks, and \" for a quote */
	IF btrim(node ->> 't', E' \t\r\n') !~ '^(("([^"\\]|\\.)*"|[^\s"]+)(\s+|$))*$' THEN
		RETURN growth_index.pmml_refuse('Array', 'its members cannot be told apart');
	END IF;
	items := ARRAY(SELECT growth_index.pmml_constant(
			CASE WHEN m[1] LIKE '"%' THEN regexp_replace(substr(m[1], 2, length(m[1]) - 2), '\\(.)', '\1', 'g') ELSE m[1] END, type, 'Array')
		FROM regexp_matches(node ->> 't', '("(?:[^"\\]|\\.)*"|[^\s"]+)', 'g') WITH ORDINALITY AS u (m, n) ORDER BY n);
	IF (node #>> '{a,n}')::text <> cardinality(items)::text THEN
		RETURN growth_index.pmml_refuse('Array', format('it has %s members, expected %s', cardinality(items), node #>> '{a,n}'));
	END IF;
	RETURN array_to_string(items, ', ');
END $$;
COMMENT ON FUNCTION growth_index.pmml_array(jsonb, text) IS
'Internal: the members of an Array as SQL constants, divided by commas; an empty text where it has none.';
