/*
 * PMML: scorecards out of the exchange format of the Data Mining Group,
 * versions 4.0 to 4.4.  A document is read into a tree of jsonb, fields and
 * functions are put into the expressions that use them, and what a scorecard
 * cannot say is an error that names the element.
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

/* ---- constants and fields ---- */
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

CREATE FUNCTION growth_index.pmml_expression(node jsonb, context jsonb, depth integer DEFAULT 0) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kind text := node ->> 'n';
	field jsonb;
	type text := growth_index.pmml_type(coalesce(node #>> '{a,dataType}', context ->> 'dataType'));
	missing text := node #>> '{a,mapMissingTo}';
	otherwise text := node #>> '{a,defaultValue}';
	result text;
BEGIN
	IF depth > 50 THEN
		PERFORM growth_index.pmml_refuse(kind, 'expressions are nested too deeply, or define each other');
	END IF;
	CASE kind
		WHEN 'Constant' THEN
			type := coalesce(growth_index.pmml_type(node #>> '{a,dataType}'),
				CASE WHEN btrim(node ->> 't') ~ '^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?$' THEN 'number' ELSE 'text' END);
			IF node #>> '{a,missing}' = 'true' THEN
				PERFORM growth_index.pmml_refuse(kind, 'a constant that is missing');
			END IF;
			RETURN jsonb_build_object('t', type, 'e', growth_index.pmml_constant(node ->> 't', type, kind));
		WHEN 'Apply' THEN
			RETURN growth_index.pmml_apply(node, context, depth);
		WHEN 'FieldRef' THEN
			field := growth_index.pmml_field(node #>> '{a,field}', context, depth + 1);
			IF missing IS NOT NULL THEN
				field := jsonb_set(field, '{e}', to_jsonb(format('coalesce(%s, %s)', field ->> 'e',
					growth_index.pmml_constant(missing, field ->> 't', kind))));
			END IF;
			RETURN field;
		WHEN 'NormDiscrete' THEN
			type := 'number';
			field := growth_index.pmml_field(node #>> '{a,field}', context, depth + 1);
			otherwise := '0';
			result := format('WHEN %s = %s THEN 1', field ->> 'e', growth_index.pmml_constant(node #>> '{a,value}', field ->> 't', kind));
		WHEN 'Discretize' THEN
			type := coalesce(type, 'text');
			field := growth_index.pmml_field(node #>> '{a,field}', context, depth + 1);
			result := (SELECT string_agg(format('WHEN %s THEN %s', growth_index.pmml_interval(field ->> 'e', c -> 'c' -> 0),
					growth_index.pmml_constant(c #>> '{a,binValue}', type, 'DiscretizeBin')), ' ' ORDER BY n)
				FROM jsonb_array_elements(node -> 'c') WITH ORDINALITY AS u (c, n));
		WHEN 'NormContinuous' THEN
			RETURN growth_index.pmml_norm_continuous(node, context, depth);
		ELSE
			PERFORM growth_index.pmml_refuse(kind, 'it cannot be said in a scorecard''s formula');
	END CASE;
	RETURN jsonb_build_object('t', type, 'e', format('CASE %s%s%s END',
		CASE WHEN missing IS NOT NULL THEN format('WHEN %s IS NULL THEN %s ', field ->> 'e', growth_index.pmml_constant(missing, type, kind)) END,
		coalesce(result, growth_index.pmml_refuse(kind, 'it has no bins')),
		/* an unknown field stays unknown */
		CASE WHEN otherwise IS NOT NULL THEN format(' WHEN %s IS NOT NULL THEN %s', field ->> 'e', growth_index.pmml_constant(otherwise, type, kind)) END));
END $$;
COMMENT ON FUNCTION growth_index.pmml_expression(jsonb, jsonb, integer) IS
'Internal: an EXPRESSION element as {t: type, e: SQL}.';

CREATE FUNCTION growth_index.pmml_norm_continuous(node jsonb, context jsonb, depth integer) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	x text := growth_index.pmml_field(node #>> '{a,field}', context, depth + 1) ->> 'e';
	outliers text := coalesce(node #>> '{a,outliers}', 'asIs');
	missing text := node #>> '{a,mapMissingTo}';
	steps text[] := ARRAY(SELECT growth_index.pmml_constant(c #>> '{a,orig}', 'number', 'LinearNorm')
		FROM jsonb_array_elements(node -> 'c') WITH ORDINALITY AS u (c, n) ORDER BY n);
	norms text[] := ARRAY(SELECT growth_index.pmml_constant(c #>> '{a,norm}', 'number', 'LinearNorm')
		FROM jsonb_array_elements(node -> 'c') WITH ORDINALITY AS u (c, n) ORDER BY n);
	last integer := cardinality(steps);
	result text := '';
BEGIN
	IF last < 2 THEN
		PERFORM growth_index.pmml_refuse('NormContinuous', 'it needs two LinearNorm at least');
	ELSIF outliers = 'asMissingValues' THEN
		result := format('WHEN %1$s < %2$s OR %1$s > %3$s THEN NULL ', x, steps[1], steps[last]);
	ELSIF outliers = 'asExtremeValues' THEN
		result := format('WHEN %1$s < %2$s THEN %3$s WHEN %1$s > %4$s THEN %5$s ', x, steps[1], norms[1], steps[last], norms[last]);
	END IF;
	IF missing IS NOT NULL THEN
		result := format('WHEN %s IS NULL THEN %s ', x, growth_index.pmml_constant(missing, 'number', 'NormContinuous')) || result;
	END IF;
	FOR i IN 1 .. last - 1 LOOP
		result := result || CASE WHEN i < last - 1 THEN format('WHEN %s <= %s THEN ', x, steps[i + 1]) ELSE 'ELSE ' END
			|| format('%1$s + (%2$s - %3$s) * (%4$s - %1$s) / (%5$s - %3$s) ', norms[i], x, steps[i], norms[i + 1], steps[i + 1]);
	END LOOP;
	/* CASE needs a WHEN */
	RETURN jsonb_build_object('t', 'number', 'e', format('CASE WHEN false THEN 0 %sEND', result));
END $$;
COMMENT ON FUNCTION growth_index.pmml_norm_continuous(jsonb, jsonb, integer) IS
'Internal: NormContinuous, straight lines between points, as {t: type, e: SQL}.';

CREATE FUNCTION growth_index.pmml_field(name text, context jsonb, depth integer DEFAULT 0) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	known jsonb := coalesce(context #> ARRAY['parameters', name], context #> ARRAY['fields', name]);
	derived jsonb := context #> ARRAY['derived', name];
	type text;
BEGIN
	IF known IS NULL AND derived IS NOT NULL THEN
		type := growth_index.pmml_type(derived #>> '{a,dataType}');
		IF type IS NULL OR jsonb_array_length(derived -> 'c') <> 1 THEN
			PERFORM growth_index.pmml_refuse('DerivedField ' || quote_ident(name), 'expected one expression and a dataType of number, string, boolean or date');
		END IF;
		known := growth_index.pmml_expression(derived #> '{c,0}', context - 'parameters' || jsonb_build_object('dataType', derived #> '{a,dataType}'), depth + 1);
		IF known ->> 't' <> type THEN
			PERFORM growth_index.pmml_refuse('DerivedField ' || quote_ident(name), format('its expression gives a %s, its dataType is %s', known ->> 't', derived #>> '{a,dataType}'));
		END IF;
		known := jsonb_set(known, '{e}', to_jsonb('(' || (known ->> 'e') || ')'));
	END IF;
	IF known IS NULL THEN
		PERFORM growth_index.pmml_refuse('FieldRef', format('there is no field %s', coalesce(quote_ident(name), 'without a name')));
	ELSIF known ->> 't' IS NULL THEN
		PERFORM growth_index.pmml_refuse('DataField ' || quote_ident(name), 'a value of its dataType cannot stand in a profile');
	ELSIF length(known ->> 'e') > 20000 THEN
		PERFORM growth_index.pmml_refuse('DerivedField ' || quote_ident(name), 'its expression becomes too long');
	END IF;
	RETURN known;
END $$;
COMMENT ON FUNCTION growth_index.pmml_field(text, jsonb, integer) IS
'Internal: a field as {t: type, e: SQL}; that of a DerivedField is its expression.';

/* ---- functions ---- */
CREATE FUNCTION growth_index.pmml_apply(node jsonb, context jsonb, depth integer) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	name text := node #>> '{a,function}';
	defined jsonb := context #> ARRAY['functions', name];
	args jsonb;
	e text[];
	pattern jsonb;
	result jsonb;
BEGIN
	SELECT coalesce(jsonb_agg(growth_index.pmml_expression(c, context, depth + 1) ORDER BY n), '[]') INTO args
	FROM jsonb_array_elements(node -> 'c') WITH ORDINALITY AS u (c, n);
	e := ARRAY(SELECT a ->> 'e' FROM jsonb_array_elements(args) WITH ORDINALITY AS u (a, n) ORDER BY n);
	IF defined IS NOT NULL THEN
		result := growth_index.pmml_call(name, defined, args, context, depth);
	ELSE
		pattern := growth_index.pmml_builtin(name, cardinality(e));
		IF pattern IS NULL THEN
			PERFORM growth_index.pmml_refuse('Apply', format('function %s with %s arguments is not known to formulas', coalesce(quote_literal(name), 'without a name'), cardinality(e)));
		END IF;
		result := jsonb_build_object(
			't', CASE pattern ->> 't' WHEN 'last' THEN args #>> ARRAY[(cardinality(e) - 1)::text, 't'] WHEN 'first' THEN args #>> '{0,t}' ELSE pattern ->> 't' END,
			'e', '(' || CASE
				WHEN pattern ? 'infix' THEN array_to_string(e, ' ' || (pattern ->> 'infix') || ' ')
				WHEN pattern ? 'call' THEN format('%s(%s)', pattern ->> 'call', array_to_string(e, ', '))
				WHEN pattern ? 'in' THEN format('%s %s (%s)', e[1], pattern ->> 'in', array_to_string(e[2:], ', '))
				/* aggregates pass over what is missing */
				WHEN pattern ? 'sum' THEN format('CASE WHEN %s THEN (%s)%s END', array_to_string(e, ' IS NOT NULL OR ') || ' IS NOT NULL',
					(SELECT string_agg(format('coalesce(%s, %s)', x, pattern ->> 'sum'), pattern ->> 'by' ORDER BY n) FROM unnest(e) WITH ORDINALITY AS u (x, n)),
					CASE WHEN pattern ? 'over' THEN (SELECT format(' / (%s)', string_agg(format('CASE WHEN %s IS NULL THEN 0 ELSE 1 END', x), ' + ' ORDER BY n)) FROM unnest(e) WITH ORDINALITY AS u (x, n)) ELSE '' END)
				ELSE format(pattern ->> 'form', VARIADIC e) END || ')');
	END IF;
	IF node #>> '{a,mapMissingTo}' IS NOT NULL AND e <> '{}' THEN
		result := jsonb_set(result, '{e}', to_jsonb(format('CASE WHEN %s IS NULL THEN %s ELSE %s END', array_to_string(e, ' IS NULL OR '),
			growth_index.pmml_constant(node #>> '{a,mapMissingTo}', result ->> 't', 'Apply'), result ->> 'e')));
	END IF;
	IF node #>> '{a,defaultValue}' IS NOT NULL THEN
		result := jsonb_set(result, '{e}', to_jsonb(format('coalesce(%s, %s)', result ->> 'e',
			growth_index.pmml_constant(node #>> '{a,defaultValue}', result ->> 't', 'Apply'))));
	END IF;
	IF length(result ->> 'e') > 20000 THEN
		PERFORM growth_index.pmml_refuse('Apply', 'the expression becomes too long');
	END IF;
	RETURN result;
END $$;
COMMENT ON FUNCTION growth_index.pmml_apply(jsonb, jsonb, integer) IS
'Internal: the call of a built-in or defined function as {t: type, e: SQL}.';

CREATE FUNCTION growth_index.pmml_builtin(name text, arguments integer) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT pattern FROM (VALUES
		('+', 2, 2, '{"infix": "+", "t": "number"}'::jsonb), ('-', 2, 2, '{"infix": "-", "t": "number"}'),
		('*', 2, 2, '{"infix": "*", "t": "number"}'), ('/', 2, 2, '{"infix": "/", "t": "number"}'),
		('min', 1, 100, '{"call": "least", "t": "first"}'), ('max', 1, 100, '{"call": "greatest", "t": "first"}'),
		('sum', 1, 100, '{"sum": "0", "by": " + ", "t": "number"}'), ('product', 1, 100, '{"sum": "1", "by": " * ", "t": "number"}'),
		('avg', 1, 100, '{"sum": "0", "by": " + ", "over": true, "t": "number"}'),
		('abs', 1, 1, '{"call": "abs", "t": "number"}'), ('sqrt', 1, 1, '{"call": "sqrt", "t": "number"}'),
		('ln', 1, 1, '{"call": "ln", "t": "number"}'), ('log10', 1, 1, '{"call": "log", "t": "number"}'),
		('exp', 1, 1, '{"call": "exp", "t": "number"}'), ('pow', 2, 2, '{"call": "power", "t": "number"}'),
		('floor', 1, 1, '{"call": "floor", "t": "number"}'), ('ceil', 1, 1, '{"call": "ceil", "t": "number"}'),
		('round', 1, 1, '{"call": "round", "t": "number"}'),
		('threshold', 2, 2, '{"form": "CASE WHEN %1$s > %2$s THEN 1 WHEN %1$s <= %2$s THEN 0 END", "t": "number"}'),
		/* the sign is that of the divisor */
		('modulo', 2, 2, '{"form": "%1$s - %2$s * floor(%1$s / %2$s)", "t": "number"}'),
		('isMissing', 1, 1, '{"form": "%s IS NULL", "t": "boolean"}'), ('isNotMissing', 1, 1, '{"form": "%s IS NOT NULL", "t": "boolean"}'),
		('equal', 2, 2, '{"infix": "=", "t": "boolean"}'), ('notEqual', 2, 2, '{"infix": "<>", "t": "boolean"}'),
		('lessThan', 2, 2, '{"infix": "<", "t": "boolean"}'), ('lessOrEqual', 2, 2, '{"infix": "<=", "t": "boolean"}'),
		('greaterThan', 2, 2, '{"infix": ">", "t": "boolean"}'), ('greaterOrEqual', 2, 2, '{"infix": ">=", "t": "boolean"}'),
		('and', 2, 100, '{"infix": "AND", "t": "boolean"}'), ('or', 2, 100, '{"infix": "OR", "t": "boolean"}'),
		('not', 1, 1, '{"form": "NOT %s", "t": "boolean"}'),
		('isIn', 2, 1000, '{"in": "IN", "t": "boolean"}'), ('isNotIn', 2, 1000, '{"in": "NOT IN", "t": "boolean"}'),
		('if', 2, 2, '{"form": "CASE WHEN %s THEN %s END", "t": "last"}'),
		('if', 3, 3, '{"form": "CASE WHEN %1$s THEN %2$s WHEN NOT %1$s THEN %3$s END", "t": "last"}'),
		('substring', 3, 3, '{"call": "substr", "t": "text"}'), ('stringLength', 1, 1, '{"call": "length", "t": "number"}'),
		('trimBlanks', 1, 1, '{"call": "btrim", "t": "text"}')
	) AS f (f, least, most, pattern)
	WHERE f = name AND arguments BETWEEN least AND most;
END;
COMMENT ON FUNCTION growth_index.pmml_builtin(text, integer) IS
'Internal: how formulas say a built-in function of PMML; NULL where they cannot.';

CREATE FUNCTION growth_index.pmml_call(name text, defined jsonb, args jsonb, context jsonb, depth integer) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parameters jsonb := '{}';
	body jsonb := defined -> 'c' -> -1;
	parameter jsonb;
	i integer := 0;
BEGIN
	FOR parameter IN SELECT growth_index.pmml_children(defined, '{ParameterField}') LOOP
		parameters := parameters || jsonb_build_object(parameter #>> '{a,name}', args -> i);
		i := i + 1;
	END LOOP;
	IF i <> jsonb_array_length(args) THEN
		PERFORM growth_index.pmml_refuse('Apply', format('function %L takes %s arguments, not %s', name, i, jsonb_array_length(args)));
	END IF;
	/* what is not a parameter is not seen by a function */
	RETURN growth_index.pmml_expression(body, jsonb_build_object('parameters', parameters, 'functions', context -> 'functions'), depth + 1);
END $$;
COMMENT ON FUNCTION growth_index.pmml_call(text, jsonb, jsonb, jsonb, integer) IS
'Internal: the body of a DefineFunction with arguments for its parameters.';

/* ---- predicates ---- */
CREATE FUNCTION growth_index.pmml_predicate(node jsonb, context jsonb) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kind text := node ->> 'n';
	field jsonb;
	operator text;
	parts text[];
BEGIN
	IF kind IN ('True', 'False') THEN
		RETURN lower(kind);
	ELSIF kind = 'SimplePredicate' THEN
		field := growth_index.pmml_field(node #>> '{a,field}', context);
		operator := '{"equal": "=", "notEqual": "<>", "lessThan": "<", "lessOrEqual": "<=", "greaterThan": ">", "greaterOrEqual": ">=",
			"isMissing": "IS NULL", "isNotMissing": "IS NOT NULL"}'::jsonb ->> (node #>> '{a,operator}');
		IF operator LIKE 'IS%' THEN
			RETURN format('%s %s', field ->> 'e', operator);
		ELSIF operator IS NOT NULL THEN
			RETURN format('%s %s %s', field ->> 'e', operator, growth_index.pmml_constant(node #>> '{a,value}', field ->> 't', kind));
		END IF;
		RETURN growth_index.pmml_refuse(kind, format('operator %L is not one of its operators', node #>> '{a,operator}'));
	ELSIF kind = 'SimpleSetPredicate' THEN
		field := growth_index.pmml_field(node #>> '{a,field}', context);
		operator := '{"isIn": "IN", "isNotIn": "NOT IN"}'::jsonb ->> (node #>> '{a,booleanOperator}');
		IF operator IS NULL OR node #>> '{c,0,n}' IS DISTINCT FROM 'Array' THEN
			RETURN growth_index.pmml_refuse(kind, 'expected isIn or isNotIn, and an Array');
		END IF;
		RETURN format('%s %s (%s)', field ->> 'e', operator, growth_index.pmml_array(node #> '{c,0}', field ->> 't'));
	ELSIF kind = 'CompoundPredicate' THEN
		parts := ARRAY(SELECT '(' || growth_index.pmml_predicate(c, context) || ')' FROM jsonb_array_elements(node -> 'c') WITH ORDINALITY AS u (c, n) ORDER BY n);
		operator := '{"and": " AND ", "or": " OR ", "xor": " <> ", "surrogate": ", "}'::jsonb ->> (node #>> '{a,booleanOperator}');
		IF operator IS NULL OR cardinality(parts) < 2 THEN
			RETURN growth_index.pmml_refuse(kind, 'expected and, or, xor or surrogate, and two predicates at least');
		ELSIF operator = ', ' THEN
			RETURN format('coalesce(%s)', array_to_string(parts, operator));
		ELSIF operator = ' <> ' THEN
			/* true where an odd number is */
			FOR i IN 2 .. cardinality(parts) LOOP
				parts[1] := format('(%s <> %s)', parts[1], parts[i]);
			END LOOP;
			RETURN parts[1];
		END IF;
		RETURN array_to_string(parts, operator);
	END IF;
	RETURN growth_index.pmml_refuse(coalesce(kind, 'Attribute'), 'expected a predicate');
END $$;
COMMENT ON FUNCTION growth_index.pmml_predicate(jsonb, jsonb) IS
'Internal: a PREDICATE element as a condition; the first of a surrogate that is known decides.';

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
	IF items = '{}' OR (node #>> '{a,n}')::text <> cardinality(items)::text THEN
		RETURN growth_index.pmml_refuse('Array', format('it has %s members, expected %s', cardinality(items), coalesce(node #>> '{a,n}', 'some')));
	END IF;
	RETURN array_to_string(items, ', ');
END $$;
COMMENT ON FUNCTION growth_index.pmml_array(jsonb, text) IS
'Internal: the members of an Array as SQL constants.';

/* ---- fields of the model ---- */
CREATE FUNCTION growth_index.pmml_valid(field text, data jsonb, type text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT nullif(concat_ws(' AND ',
		(SELECT format('%s IN (%s)', field, string_agg(growth_index.pmml_constant(v #>> '{a,value}', type, 'Value'), ', '))
		 FROM growth_index.pmml_children(data, '{Value}') AS v WHERE coalesce(v #>> '{a,property}', 'valid') = 'valid' HAVING count(*) > 0),
		(SELECT format('%s NOT IN (%s)', field, string_agg(growth_index.pmml_constant(v #>> '{a,value}', type, 'Value'), ', '))
		 FROM growth_index.pmml_children(data, '{Value}') AS v WHERE v #>> '{a,property}' = 'invalid' HAVING count(*) > 0),
		(SELECT '(' || string_agg(growth_index.pmml_interval(field, i), ' OR ') || ')' FROM growth_index.pmml_children(data, '{Interval}') AS i)), '');
END;
COMMENT ON FUNCTION growth_index.pmml_valid(text, jsonb, text) IS
'Internal: the condition that a value of a DataField is valid; NULL where it says nothing of that.';

CREATE FUNCTION growth_index.pmml_input(mining jsonb, data jsonb, OUT field jsonb, OUT guards text[])
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	name text := mining #>> '{a,name}';
	element text := 'MiningField ' || quote_ident(name);
	type text := growth_index.pmml_type(data #>> '{a,dataType}');
	e text := quote_ident(name);
	valid text;
	invalid text := coalesce(mining #>> '{a,invalidValueTreatment}', 'returnInvalid');
	outliers text := coalesce(mining #>> '{a,outliers}', 'asIs');
	low text;
	high text;
	nothing text;
BEGIN
	guards := '{}';
	IF data IS NULL THEN
		PERFORM growth_index.pmml_refuse(element, 'the DataDictionary has no such field');
	ELSIF octet_length(name) > 63 OR name IN ('as_of', '') THEN
		PERFORM growth_index.pmml_refuse(element, 'a field''s name has 1 to 63 bytes and is not as_of');
	ELSIF type IS NULL THEN
		/* an error only where it is used */
		field := '{}';
		RETURN;
	END IF;
	SELECT string_agg(growth_index.pmml_constant(v #>> '{a,value}', type, 'Value'), ', ') INTO nothing
	FROM growth_index.pmml_children(data, '{Value}') AS v WHERE v #>> '{a,property}' = 'missing';
	IF nothing IS NOT NULL THEN
		e := format('CASE WHEN %s NOT IN (%s) THEN %1$s END', e, nothing);
	END IF;
	valid := growth_index.pmml_valid(e, data, type);
	IF invalid = 'returnInvalid' AND valid IS NOT NULL THEN
		guards := guards || format('%s IS NULL OR %s', e, valid);
	ELSIF invalid = 'asMissing' AND valid IS NOT NULL THEN
		e := format('CASE WHEN %s THEN %s END', valid, e);
	ELSIF invalid = 'asValue' AND valid IS NOT NULL THEN
		e := format('CASE WHEN NOT (%s) THEN %s ELSE %s END', valid,
			growth_index.pmml_constant(mining #>> '{a,invalidValueReplacement}', type, element), e);
	ELSIF invalid NOT IN ('returnInvalid', 'asIs', 'asMissing', 'asValue') THEN
		PERFORM growth_index.pmml_refuse(element, format('invalidValueTreatment %L', invalid));
	END IF;
	IF outliers <> 'asIs' THEN
		low := growth_index.pmml_constant(mining #>> '{a,lowValue}', 'number', element);
		high := growth_index.pmml_constant(mining #>> '{a,highValue}', 'number', element);
		e := CASE outliers WHEN 'asMissingValues' THEN format('CASE WHEN %1$s BETWEEN %2$s AND %3$s THEN %1$s END', e, low, high)
			WHEN 'asExtremeValues' THEN format('CASE WHEN %1$s < %2$s THEN %2$s WHEN %1$s > %3$s THEN %3$s ELSE %1$s END', e, low, high)
			ELSE growth_index.pmml_refuse(element, format('outliers %L', outliers)) END;
	END IF;
	IF mining #>> '{a,missingValueReplacement}' IS NOT NULL THEN
		e := format('coalesce(%s, %s)', e, growth_index.pmml_constant(mining #>> '{a,missingValueReplacement}', type, element));
	ELSIF mining #>> '{a,missingValueTreatment}' = 'returnInvalid' THEN
		guards := guards || format('%s IS NOT NULL', e);
	END IF;
	field := jsonb_build_object('t', type, 'e', e);
END $$;
COMMENT ON FUNCTION growth_index.pmml_input(jsonb, jsonb) IS
'Internal: a field as the model sees it, after the treatment of missing and invalid values and outliers, and what has to hold for there to be a score.';

CREATE FUNCTION growth_index.pmml_context(root jsonb, model jsonb, OUT context jsonb, OUT guards jsonb)
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	fields jsonb := '{}';
	mining jsonb;
	data jsonb;
	input record;
BEGIN
	guards := '{}';
	FOR mining IN SELECT growth_index.pmml_children(s, '{MiningField}') FROM growth_index.pmml_children(model, '{MiningSchema}') AS s LOOP
		CONTINUE WHEN coalesce(mining #>> '{a,usageType}', 'active') NOT IN ('active', 'supplementary');
		data := (SELECT d FROM growth_index.pmml_children(root, '{DataDictionary}') AS b, growth_index.pmml_children(b, '{DataField}') AS d
				 WHERE d #> '{a,name}' = mining #> '{a,name}' LIMIT 1);
		input := growth_index.pmml_input(mining, data);
		fields := fields || jsonb_build_object(mining #>> '{a,name}', input.field);
		IF input.guards <> '{}' THEN
			guards := guards || jsonb_build_object(mining #>> '{a,name}', to_jsonb(input.guards));
		END IF;
	END LOOP;
	context := jsonb_build_object('fields', fields,
		'derived', (SELECT coalesce(jsonb_object_agg(d #>> '{a,name}', d), '{}')
			FROM (SELECT growth_index.pmml_children(root, '{TransformationDictionary}') UNION ALL SELECT growth_index.pmml_children(model, '{LocalTransformations}')) AS t (t),
				growth_index.pmml_children(t, '{DerivedField}') AS d),
		'functions', (SELECT coalesce(jsonb_object_agg(d #>> '{a,name}', d), '{}')
			FROM growth_index.pmml_children(root, '{TransformationDictionary}') AS t, growth_index.pmml_children(t, '{DefineFunction}') AS d));
END $$;
COMMENT ON FUNCTION growth_index.pmml_context(jsonb, jsonb) IS
'Internal: the fields and functions that the expressions of a model may name; and the conditions of its score by field.';

/* ---- in ---- */
CREATE FUNCTION growth_index.pmml_characteristic(node jsonb, model jsonb, context jsonb, place bigint) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	attribute jsonb;
	complex jsonb;
	points jsonb;
	cases jsonb := '[]';
	predicates text[] := '{SimplePredicate,SimpleSetPredicate,CompoundPredicate,True,False}';
	reasons boolean := coalesce(model #>> '{a,useReasonCodes}', 'true') IN ('true', '1');
	baseline text := coalesce(node #>> '{a,baselineScore}', model #>> '{a,baselineScore}');
BEGIN
	FOR attribute IN SELECT growth_index.pmml_children(node, '{Attribute}') LOOP
		complex := (SELECT p -> 'c' -> 0 FROM growth_index.pmml_children(attribute, '{ComplexPartialScore}') AS p);
		IF complex IS NOT NULL THEN
			complex := growth_index.pmml_expression(complex, context);
			IF complex ->> 't' <> 'number' THEN
				PERFORM growth_index.pmml_refuse('ComplexPartialScore', 'its expression gives no number');
			END IF;
			points := complex -> 'e';
		ELSE
			points := to_jsonb(btrim(growth_index.pmml_constant(attribute #>> '{a,partialScore}', 'number', 'Attribute'), '()')::numeric);
		END IF;
		cases := cases || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
			'when', growth_index.pmml_predicate((SELECT c FROM growth_index.pmml_children(attribute, predicates) AS c LIMIT 1), context),
			'points', points,
			'reason', CASE WHEN reasons THEN attribute #> '{a,reasonCode}' END)));
	END LOOP;
	IF cases = '[]' THEN
		PERFORM growth_index.pmml_refuse('Characteristic', 'it has no Attribute');
	END IF;
	RETURN jsonb_strip_nulls(jsonb_build_object(
		'code', coalesce(node #>> '{a,name}', 'characteristic ' || place), 'dimension', 'characteristics',
		'normalise', jsonb_build_object('cases', cases),
		'baseline', CASE WHEN reasons AND baseline IS NOT NULL THEN btrim(growth_index.pmml_constant(baseline, 'number', 'Characteristic'), '()')::numeric END,
		'reason', CASE WHEN reasons THEN node #> '{a,reasonCode}' END));
END $$;
COMMENT ON FUNCTION growth_index.pmml_characteristic(jsonb, jsonb, jsonb, bigint) IS
'Internal: a Characteristic as an indicator of a scorecard''s document.';

CREATE FUNCTION growth_index.pmml_model(root jsonb) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	model jsonb := (SELECT m FROM growth_index.pmml_children(root, '{Scorecard}') AS m LIMIT 1);
	odd text;
BEGIN
	IF root ->> 'n' <> 'PMML' THEN
		RAISE EXCEPTION 'expected a PMML document, its root is <%>', root ->> 'n' USING ERRCODE = '22023';
	ELSIF coalesce(root #>> '{a,version}', '') !~ '^4(\.|$)' THEN
		PERFORM growth_index.pmml_refuse('PMML', format('version %s; 4.0 to 4.4 are read', coalesce(quote_literal(root #>> '{a,version}'), 'not given')));
	ELSIF model IS NULL THEN
		RAISE EXCEPTION 'the PMML document has no Scorecard' USING ERRCODE = '22023',
			DETAIL = format('It has: %s.', (SELECT string_agg(c ->> 'n', ', ') FROM jsonb_array_elements(root -> 'c') AS c));
	ELSIF coalesce(model #>> '{a,isScorable}', 'true') = 'false' OR model #>> '{a,functionName}' IS DISTINCT FROM 'regression' THEN
		PERFORM growth_index.pmml_refuse('Scorecard', 'it has to be scorable, and of functionName regression');
	ELSIF coalesce(model #>> '{a,reasonCodeAlgorithm}', 'pointsBelow') NOT IN ('pointsBelow', 'pointsAbove') THEN
		PERFORM growth_index.pmml_refuse('Scorecard', format('reasonCodeAlgorithm %L', model #>> '{a,reasonCodeAlgorithm}'));
	END IF;
	odd := (SELECT c ->> 'n' FROM jsonb_array_elements(model -> 'c') AS c WHERE c ->> 'n' NOT IN
		('MiningSchema', 'Output', 'ModelStats', 'ModelExplanation', 'Targets', 'LocalTransformations', 'Characteristics', 'ModelVerification') LIMIT 1);
	IF odd IS NOT NULL THEN
		PERFORM growth_index.pmml_refuse(odd, 'it does not belong into a Scorecard');
	ELSIF EXISTS (SELECT FROM growth_index.pmml_children(model, '{Targets}') AS t, growth_index.pmml_children(t, '{Target}') AS f
				  WHERE (f -> 'a') ?| '{min,max,rescaleConstant,rescaleFactor,castInteger}' OR f -> 'c' <> '[]') THEN
		PERFORM growth_index.pmml_refuse('Target', 'a score that is changed afterwards');
	END IF;
	odd := (SELECT f #>> '{a,feature}' FROM growth_index.pmml_children(model, '{Output}') AS o, growth_index.pmml_children(o, '{OutputField}') AS f
		WHERE coalesce(f #>> '{a,feature}', 'predictedValue') NOT IN ('predictedValue', 'reasonCode') LIMIT 1);
	IF odd IS NOT NULL THEN
		PERFORM growth_index.pmml_refuse('OutputField', format('feature %L', odd));
	END IF;
	RETURN model;
END $$;
COMMENT ON FUNCTION growth_index.pmml_model(jsonb) IS
'Internal: the first Scorecard of a document, after what stands around it was found to change nothing.';

CREATE FUNCTION growth_index.scorecard_from_pmml(document xml) RETURNS growth_index.scorecard
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	source text := document::text;
	root jsonb;
	model jsonb;
	input record;
	items jsonb;
BEGIN
	IF octet_length(source) > 5000000 THEN
		RAISE EXCEPTION 'PMML document of % bytes is too large', octet_length(source) USING ERRCODE = '54000',
			DETAIL = 'At most 5,000,000 bytes are read.';
	ELSIF source ~* '<!\s*(DOCTYPE|ENTITY)' THEN
		RAISE EXCEPTION 'PMML document with a document type declaration is refused' USING ERRCODE = '22023',
			HINT = 'Take away <!DOCTYPE ...> and its entities.';
	ELSIF document IS NOT DOCUMENT THEN
		RAISE EXCEPTION 'expected a PMML document' USING ERRCODE = '22023',
			DETAIL = 'It has one root element, <PMML>.';
	ELSIF (xpath('count(//*)', document))[1]::text::float8 > 50000 THEN
		RAISE EXCEPTION 'PMML document has more than 50,000 elements' USING ERRCODE = '54000';
	END IF;
	root := growth_index.pmml_tree(document);
	model := growth_index.pmml_model(root);
	input := growth_index.pmml_context(root, model);
	SELECT jsonb_agg(item ORDER BY part, n) INTO items FROM (
		SELECT 1 AS part, n, growth_index.pmml_characteristic(c, model, input.context, n) AS item
		FROM growth_index.pmml_children(model, '{Characteristics}') AS b, growth_index.pmml_children(b, '{Characteristic}') WITH ORDINALITY AS u (c, n)
		UNION ALL
		SELECT 2, 0, jsonb_build_object('code', 'validity of ' || name, 'dimension', 'characteristics', 'normalise', jsonb_build_object('cases',
			jsonb_build_array(jsonb_build_object('when', (SELECT string_agg('(' || one || ')', ' AND ') FROM jsonb_array_elements_text(conditions) AS one), 'points', 0))))
		FROM jsonb_each(input.guards) AS j (name, conditions)) AS all_items;
	IF items IS NULL THEN
		PERFORM growth_index.pmml_refuse('Characteristics', 'it has no Characteristic');
	END IF;
	RETURN growth_index.scorecard(jsonb_strip_nulls(jsonb_build_object(
		'name', coalesce(nullif(model #>> '{a,modelName}', ''), 'PMML scorecard'),
		'source', nullif((SELECT h #>> '{a,description}' FROM growth_index.pmml_children(root, '{Header}') AS h LIMIT 1), ''),
		'aggregate', 'sum', 'digits', '{"points": 9, "score": 9}'::jsonb,
		'initial', btrim(growth_index.pmml_constant(coalesce(model #>> '{a,initialScore}', '0'), 'number', 'Scorecard'), '()')::numeric,
		'reasons', CASE model #>> '{a,reasonCodeAlgorithm}' WHEN 'pointsAbove' THEN 'above' END,
		'dimensions', '[{"code": "characteristics"}]'::jsonb, 'indicators', items)));
END $$;
COMMENT ON FUNCTION growth_index.scorecard_from_pmml(xml) IS
'The scorecard that a PMML document (4.0 to 4.4) states in its first Scorecard: characteristics become indicators with cases, the first attribute that is true counts, a comparison with something missing is not true; where no attribute is true there is no score. Points and score have 9 decimals; arithmetic is decimal. Read are all predicates (a surrogate is decided by the first part that is known), partial and complex partial scores, initial and baseline scores, reason codes, derived fields and defined functions, built-in functions that formulas have, and the treatment of missing, invalid and outlying values; an invalid value that has to be refused makes the score unknown. Expressions keep the type that they have: no conversion to integer. Errors: 0A000 for what a scorecard cannot say, naming the element; 22023 for what is no PMML scorecard, or has a document type declaration; 54000, 54001 for what is too large or too deep. NULL of a NULL.';

CREATE FUNCTION growth_index.reason_codes(card growth_index.scorecard, profile growth_index.profile,
										  as_of date DEFAULT NULL, wanted integer DEFAULT NULL, fill boolean DEFAULT false)
	RETURNS TABLE (rank integer, code text, indicator text, lost numeric)
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 20000 ROWS 5
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	doc jsonb := growth_index.jsonb(card);
BEGIN
	IF growth_index.score(card, profile, as_of) IS NULL THEN
		RETURN;
	END IF;
	RETURN QUERY
	WITH item AS (
		SELECT i ->> 'code' AS code, (i ->> 'baseline')::numeric AS baseline, n
		FROM jsonb_array_elements(doc -> 'indicators') WITH ORDINALITY AS u (i, n) WHERE i ? 'baseline'
	), diff AS (
		SELECT d.reason, d.code, n,
			CASE doc ->> 'reasons' WHEN 'above' THEN d.points - baseline ELSE baseline - d.points END AS lost
		FROM growth_index.score_detail(card, profile, as_of) AS d JOIN item ON item.code = d.code
		WHERE d.level = 'indicator' AND NOT d.missing AND d.reason IS NOT NULL
	), once AS (
		SELECT DISTINCT ON (reason) reason, code, n, lost FROM diff WHERE lost >= 0 ORDER BY reason, lost DESC, n
	), ranked AS (
		SELECT row_number() OVER (ORDER BY lost DESC, n)::integer AS place, count(*) OVER () AS total, reason, code, lost FROM once
	)
	SELECT p, r.reason, r.code, r.lost
	FROM ranked AS r, generate_series(place, CASE WHEN fill AND place = total THEN wanted ELSE place END) AS p
	WHERE wanted IS NULL OR p <= wanted
	ORDER BY p;
END $$;
COMMENT ON FUNCTION growth_index.reason_codes(growth_index.scorecard, growth_index.profile, date, integer, boolean) IS
'Why the score is not better (adverse reasons): the reason codes of the indicators by the points that were lost against their baselines, the largest loss first, equal ones in the document''s order. lost: baseline - points (points - baseline where the card''s reasons are above), in points; one that is negative is no reason, 0 is. A code that several indicators give is named once, with its largest loss. wanted: at most so many; fill: repeat the last one until there are as many as wanted, as some engines do. An indicator without baseline, without code, or whose value is missing gives none. No rows where there is no score.';
