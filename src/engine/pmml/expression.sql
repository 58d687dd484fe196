/*
 * PMML's expressions as those of formulas: fields, functions, and the
 * transformations that derived fields are made of.
 */
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
		WHEN 'MapValues' THEN
			RETURN growth_index.pmml_map_values(node, context, type, depth);
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

CREATE FUNCTION growth_index.pmml_map_values(node jsonb, context jsonb, type text, depth integer) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	keys jsonb := (SELECT jsonb_agg(growth_index.pmml_field(k #>> '{a,field}', context, depth + 1) || jsonb_build_object('column', k #> '{a,column}') ORDER BY n)
		FROM growth_index.pmml_children(node, '{FieldColumnPair}') WITH ORDINALITY AS u (k, n));
	output text := node #>> '{a,outputColumn}';
	missing text := node #>> '{a,mapMissingTo}';
	otherwise text := node #>> '{a,defaultValue}';
	unknown text := (SELECT string_agg(format('%s IS NULL', k ->> 'e'), ' OR ') FROM jsonb_array_elements(keys) AS k);
	cases text;
BEGIN
	type := coalesce(type, 'text');
	/* the cells of a row by their columns; one that the row has not matches nothing */
	SELECT string_agg(format('WHEN %s THEN %s', (
			SELECT string_agg(format('%s = %s', k ->> 'e', growth_index.pmml_constant(cells ->> (k ->> 'column'), k ->> 't', 'MapValues')), ' AND ')
			FROM jsonb_array_elements(keys) AS k), growth_index.pmml_constant(cells ->> output, type, 'MapValues')), ' ' ORDER BY n)
	INTO cases
	FROM growth_index.pmml_children(node, '{InlineTable}') AS i, growth_index.pmml_children(i, '{row}') WITH ORDINALITY AS u (r, n),
		LATERAL (SELECT jsonb_object_agg(c ->> 'n', c -> 't') AS cells FROM jsonb_array_elements(r -> 'c') AS c) AS one;
	IF keys IS NULL OR output IS NULL OR cases IS NULL THEN
		PERFORM growth_index.pmml_refuse('MapValues', 'expected an outputColumn, FieldColumnPair and an InlineTable with rows');
	END IF;
	RETURN jsonb_build_object('t', type, 'e', format('CASE WHEN %s THEN %s %s%s END', unknown,
		CASE WHEN missing IS NULL THEN 'NULL' ELSE growth_index.pmml_constant(missing, type, 'MapValues') END, cases,
		CASE WHEN otherwise IS NOT NULL THEN ' ELSE ' || growth_index.pmml_constant(otherwise, type, 'MapValues') END));
END $$;
COMMENT ON FUNCTION growth_index.pmml_map_values(jsonb, jsonb, text, integer) IS
'Internal: MapValues, a table of what values become, as {t: type, e: SQL}.';

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
				WHEN pattern ? 'days' AND args #>> '{1,e}' ~ '^\([0-9]{4}\)$' THEN format('%s - DATE ''%s-01-01''', e[1], btrim(e[2], '()'))
				WHEN pattern ? 'days' THEN growth_index.pmml_refuse('Apply', format('function %L of a year that is no constant', name))
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
		('hypot', 2, 2, '{"form": "sqrt(%1$s * %1$s + %2$s * %2$s)", "t": "number"}'),
		('ln1p', 1, 1, '{"form": "ln(1 + %s)", "t": "number"}'), ('expm1', 1, 1, '{"form": "exp(%s) - 1", "t": "number"}'),
		('isMissing', 1, 1, '{"form": "%s IS NULL", "t": "boolean"}'), ('isNotMissing', 1, 1, '{"form": "%s IS NOT NULL", "t": "boolean"}'),
		/* what is invalid has been dealt with before: see pmml_input() */
		('isNotValid', 1, 1, '{"form": "%s IS NULL", "t": "boolean"}'), ('isValid', 1, 1, '{"form": "%s IS NOT NULL", "t": "boolean"}'),
		('equal', 2, 2, '{"infix": "=", "t": "boolean"}'), ('notEqual', 2, 2, '{"infix": "<>", "t": "boolean"}'),
		('lessThan', 2, 2, '{"infix": "<", "t": "boolean"}'), ('lessOrEqual', 2, 2, '{"infix": "<=", "t": "boolean"}'),
		('greaterThan', 2, 2, '{"infix": ">", "t": "boolean"}'), ('greaterOrEqual', 2, 2, '{"infix": ">=", "t": "boolean"}'),
		('and', 2, 100, '{"infix": "AND", "t": "boolean"}'), ('or', 2, 100, '{"infix": "OR", "t": "boolean"}'),
		('not', 1, 1, '{"form": "NOT %s", "t": "boolean"}'),
		('isIn', 2, 1000, '{"in": "IN", "t": "boolean"}'), ('isNotIn', 2, 1000, '{"in": "NOT IN", "t": "boolean"}'),
		('if', 2, 2, '{"form": "CASE WHEN %s THEN %s END", "t": "last"}'),
		('if', 3, 3, '{"form": "CASE WHEN %1$s THEN %2$s WHEN NOT %1$s THEN %3$s END", "t": "last"}'),
		('substring', 3, 3, '{"call": "substr", "t": "text"}'), ('stringLength', 1, 1, '{"call": "length", "t": "number"}'),
		('trimBlanks', 1, 1, '{"call": "btrim", "t": "text"}'), ('dateDaysSinceYear', 2, 2, '{"days": true, "t": "number"}')
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
