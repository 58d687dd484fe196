/*
 * A PMML Scorecard as a scorecard: its predicates, the treatment of its fields,
 * its characteristics as indicators with cases; and the reasons for a score.
 */
/* ---- predicates ---- */
CREATE FUNCTION growth_index.pmml_predicate(node jsonb, context jsonb) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kind text := node ->> 'n';
	field jsonb;
	operator text;
	members text;
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
		ELSIF field ->> 't' = 'text' AND operator ~ '^[<>]=?$' THEN
			RETURN growth_index.pmml_ordinal(field, operator, node #>> '{a,value}');
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
		members := growth_index.pmml_array(node #> '{c,0}', field ->> 't');
		IF members = '' THEN
			/* nothing is in an empty set, but what is missing stays unknown */
			RETURN format('%1$s %2$s %1$s', field ->> 'e', CASE operator WHEN 'IN' THEN '<>' ELSE '=' END);
		END IF;
		RETURN format('%s %s (%s)', field ->> 'e', operator, members);
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

CREATE FUNCTION growth_index.pmml_ordinal(field jsonb, operator text, value text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	place bigint := (SELECT n FROM jsonb_array_elements_text(field -> 'order') WITH ORDINALITY AS u (v, n) WHERE v = value);
	side text := (SELECT string_agg(quote_literal(v), ', ' ORDER BY n) FROM jsonb_array_elements_text(field -> 'order') WITH ORDINALITY AS u (v, n)
		WHERE CASE operator WHEN '<' THEN n < place WHEN '<=' THEN n <= place WHEN '>' THEN n > place ELSE n >= place END);
BEGIN
	IF place IS NULL THEN
		RETURN growth_index.pmml_refuse('SimplePredicate', format('texts have an order where the DataField is ordinal and lists them as Value, and %L is not so listed', value));
	END IF;
	/* beyond the last of them is nothing, but what is missing stays unknown */
	RETURN CASE WHEN side IS NULL THEN format('%s <> %1$s', field ->> 'e') ELSE format('%s IN (%s)', field ->> 'e', side) END;
END $$;
COMMENT ON FUNCTION growth_index.pmml_ordinal(jsonb, text, text) IS
'Internal: a comparison of texts in the order that their DataField gives them.';

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
	IF data #>> '{a,optype}' = 'ordinal' AND type = 'text' THEN
		field := field || jsonb_build_object('order', (SELECT jsonb_agg(v #> '{a,value}' ORDER BY n)
			FROM growth_index.pmml_children(data, '{Value}') WITH ORDINALITY AS u (v, n) WHERE coalesce(v #>> '{a,property}', 'valid') = 'valid'));
	END IF;
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
	predicate jsonb;
	cases jsonb := '[]';
	predicates text[] := '{SimplePredicate,SimpleSetPredicate,CompoundPredicate,True,False}';
	reasons boolean := coalesce(model #>> '{a,useReasonCodes}', 'true') IN ('true', '1');
	baseline text := coalesce(node #>> '{a,baselineScore}', model #>> '{a,baselineScore}');
	method text := model #>> '{a,baselineMethod}';
BEGIN
	FOR attribute IN SELECT growth_index.pmml_children(node, '{Attribute}') LOOP
		complex := (SELECT p -> 'c' -> 0 FROM growth_index.pmml_children(attribute, '{ComplexPartialScore}') AS p);
		IF complex IS NOT NULL THEN
			complex := growth_index.pmml_expression(complex, context);
			IF complex ->> 't' <> 'number' THEN
				PERFORM growth_index.pmml_refuse('ComplexPartialScore', 'its expression gives no number');
			END IF;
			points := complex -> 'e';
		ELSIF NOT attribute @? '$.a.partialScore' THEN
			PERFORM growth_index.pmml_refuse('Attribute', format('neither a partialScore nor a ComplexPartialScore, in the Characteristic %s', coalesce(quote_literal(node #>> '{a,name}'), place::text)));
		ELSE
			points := to_jsonb(btrim(growth_index.pmml_constant(attribute #>> '{a,partialScore}', 'number', 'Attribute'), '()')::numeric);
		END IF;
		predicate := (SELECT jsonb_agg(c) FROM growth_index.pmml_children(attribute, predicates) AS c);
		IF jsonb_array_length(predicate) > 1 THEN
			PERFORM growth_index.pmml_refuse('Attribute', 'expected one predicate');
		END IF;
		cases := cases || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
			'when', growth_index.pmml_predicate(predicate -> 0, context),
			'points', points,
			'reason', CASE WHEN reasons THEN attribute #> '{a,reasonCode}' END)));
	END LOOP;
	IF cases = '[]' THEN
		PERFORM growth_index.pmml_refuse('Characteristic', 'it has no Attribute');
	ELSIF baseline IS NULL AND method IN ('max', 'min') AND NOT cases @? '$[*].points ? (@.type() == "string")' THEN
		/* the method tells what the document left out */
		SELECT CASE method WHEN 'max' THEN max((c ->> 'points')::numeric) ELSE min((c ->> 'points')::numeric) END INTO baseline FROM jsonb_array_elements(cases) AS c;
	END IF;
	RETURN jsonb_strip_nulls(jsonb_build_object(
		'code', coalesce(node #>> '{a,name}', 'characteristic ' || place), 'dimension', 'characteristics',
		'normalise', jsonb_build_object('cases', cases),
		'baseline', CASE WHEN reasons AND baseline IS NOT NULL THEN btrim(growth_index.pmml_constant(baseline, 'number', 'Characteristic'), '()')::numeric END,
		'reason', CASE WHEN reasons THEN node #> '{a,reasonCode}' END));
END $$;
COMMENT ON FUNCTION growth_index.pmml_characteristic(jsonb, jsonb, jsonb, bigint) IS
'Internal: a Characteristic as an indicator of a scorecard''s document.';

CREATE FUNCTION growth_index.pmml_model(root jsonb, named text) RETURNS jsonb
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	model jsonb := (SELECT m FROM growth_index.pmml_children(root, '{Scorecard}') AS m WHERE named IS NULL OR m #>> '{a,modelName}' = named LIMIT 1);
	other text := (SELECT c ->> 'n' FROM jsonb_array_elements(root -> 'c') AS c
		WHERE c ->> 'n' NOT IN ('Header', 'MiningBuildTask', 'DataDictionary', 'TransformationDictionary', 'Scorecard') LIMIT 1);
	odd text;
BEGIN
	IF root ->> 'n' <> 'PMML' THEN
		RAISE EXCEPTION 'expected a PMML document, its root is <%>', root ->> 'n' USING ERRCODE = '22023';
	ELSIF coalesce(root #>> '{a,version}', '') !~ '^4(\.|$)' THEN
		PERFORM growth_index.pmml_refuse('PMML', format('version %s; 4.0 to 4.4 are read', coalesce(quote_literal(root #>> '{a,version}'), 'not given')));
	ELSIF model IS NULL AND other IS NOT NULL AND named IS NULL THEN
		PERFORM growth_index.pmml_refuse(other, 'of models only a Scorecard that stands by itself can be said');
	ELSIF model IS NULL THEN
		RAISE EXCEPTION 'the PMML document has no Scorecard%', coalesce(' named "' || named || '"', '') USING ERRCODE = '22023',
			DETAIL = format('It has: %s.', (SELECT string_agg(concat_ws(' ', c ->> 'n', c #>> '{a,modelName}'), ', ') FROM jsonb_array_elements(root -> 'c') AS c));
	ELSIF coalesce(model #>> '{a,isScorable}', 'true') IN ('false', '0') OR model #>> '{a,functionName}' IS DISTINCT FROM 'regression' THEN
		PERFORM growth_index.pmml_refuse('Scorecard', 'it has to be scorable, and of functionName regression');
	ELSIF coalesce(model #>> '{a,reasonCodeAlgorithm}', 'pointsBelow') NOT IN ('pointsBelow', 'pointsAbove') THEN
		PERFORM growth_index.pmml_refuse('Scorecard', format('reasonCodeAlgorithm %L', model #>> '{a,reasonCodeAlgorithm}'));
	END IF;
	odd := (SELECT c ->> 'n' FROM jsonb_array_elements(model -> 'c') AS c WHERE c ->> 'n' NOT IN
		('MiningSchema', 'Output', 'ModelStats', 'ModelExplanation', 'Targets', 'LocalTransformations', 'Characteristics', 'ModelVerification') LIMIT 1);
	IF odd IS NOT NULL THEN
		PERFORM growth_index.pmml_refuse(odd, 'it does not belong into a Scorecard');
	END IF;
	FOR odd IN SELECT coalesce(f #>> '{a,feature}', 'transformedValue') FROM growth_index.pmml_children(model, '{Output}') AS o, growth_index.pmml_children(o, '{OutputField}') AS f
		WHERE coalesce(f #>> '{a,feature}', 'predictedValue') NOT IN ('predictedValue', 'reasonCode') LOOP
		RAISE WARNING 'PMML element OutputField: feature % is left out', quote_literal(odd)
			USING DETAIL = 'A scorecard gives the score and its reason codes.';
	END LOOP;
	RETURN model;
END $$;
COMMENT ON FUNCTION growth_index.pmml_model(jsonb, text) IS
'Internal: the first Scorecard of a document, or that of a name, after what stands around it was found to change nothing.';

CREATE FUNCTION growth_index.pmml_target(model jsonb) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	target jsonb;
	result jsonb := '{}';
BEGIN
	FOR target IN SELECT f FROM growth_index.pmml_children(model, '{Targets}') AS t, growth_index.pmml_children(t, '{Target}') AS f LOOP
		IF (target -> 'a') ?| '{rescaleConstant,rescaleFactor,castInteger}' OR target -> 'c' <> '[]' THEN
			PERFORM growth_index.pmml_refuse('Target', 'a score that is rescaled, cast or replaced afterwards');
		END IF;
		result := result || jsonb_strip_nulls(jsonb_build_object(
			'floor', CASE WHEN target #> '{a,min}' IS NOT NULL THEN btrim(growth_index.pmml_constant(target #>> '{a,min}', 'number', 'Target'), '()')::numeric END,
			'cap', CASE WHEN target #> '{a,max}' IS NOT NULL THEN btrim(growth_index.pmml_constant(target #>> '{a,max}', 'number', 'Target'), '()')::numeric END));
	END LOOP;
	RETURN result;
END $$;
COMMENT ON FUNCTION growth_index.pmml_target(jsonb) IS
'Internal: the limits of the score that a Target gives, as members of a scorecard''s document.';

CREATE FUNCTION growth_index.scorecard_from_pmml(document xml, model_name text DEFAULT NULL) RETURNS growth_index.scorecard
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	source text := document::text;
	root jsonb;
	model jsonb;
	input record;
	items jsonb;
BEGIN
	IF document IS NULL THEN
		RETURN NULL;
	ELSIF octet_length(source) > 5000000 THEN
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
	model := growth_index.pmml_model(root, model_name);
	input := growth_index.pmml_context(root, model);
	/* the name of a characteristic need not be its own */
	SELECT jsonb_agg(CASE WHEN place > 1 THEN item || jsonb_build_object('code', format('%s (%s)', item ->> 'code', place)) ELSE item END ORDER BY part, n)
	INTO items FROM (SELECT i.*, row_number() OVER (PARTITION BY item -> 'code' ORDER BY part, n) AS place FROM (
		SELECT 1 AS part, n, growth_index.pmml_characteristic(c, model, input.context, n) AS item
		FROM growth_index.pmml_children(model, '{Characteristics}') AS b, growth_index.pmml_children(b, '{Characteristic}') WITH ORDINALITY AS u (c, n)
		UNION ALL
		SELECT 2, 0, jsonb_build_object('code', 'validity of ' || name, 'dimension', 'characteristics', 'normalise', jsonb_build_object('cases',
			jsonb_build_array(jsonb_build_object('when', (SELECT string_agg('(' || one || ')', ' AND ') FROM jsonb_array_elements_text(conditions) AS one), 'points', 0))))
		FROM jsonb_each(input.guards) AS j (name, conditions)) AS i) AS all_items;
	IF NOT EXISTS (SELECT FROM growth_index.pmml_children(model, '{Characteristics}') AS b, growth_index.pmml_children(b, '{Characteristic}')) THEN
		PERFORM growth_index.pmml_refuse('Characteristics', 'it has no Characteristic');
	END IF;
	RETURN growth_index.scorecard(jsonb_strip_nulls(jsonb_build_object(
		'name', coalesce(nullif(model #>> '{a,modelName}', ''), 'PMML scorecard'),
		'source', nullif((SELECT h #>> '{a,description}' FROM growth_index.pmml_children(root, '{Header}') AS h LIMIT 1), ''),
		'aggregate', 'sum', 'digits', '{"points": 9, "score": 9}'::jsonb,
		'initial', btrim(growth_index.pmml_constant(coalesce(model #>> '{a,initialScore}', '0'), 'number', 'Scorecard'), '()')::numeric,
		'reasons', CASE model #>> '{a,reasonCodeAlgorithm}' WHEN 'pointsAbove' THEN 'above' END,
		'dimensions', '[{"code": "characteristics"}]'::jsonb, 'indicators', items) || growth_index.pmml_target(model)));
END $$;
COMMENT ON FUNCTION growth_index.scorecard_from_pmml(xml, text) IS
'The scorecard that a PMML document (4.0 to 4.4) states in its first Scorecard, or in that of the given modelName: characteristics become indicators with cases, the first attribute that is true counts, a comparison with something missing is not true; where no attribute is true there is no score. Points and score have 9 decimals; arithmetic is decimal. Read are all predicates (a surrogate is decided by the first part that is known), partial and complex partial scores, initial and baseline scores (where one is not stated and the baselineMethod is max or min: that of the partial scores), reason codes, a Target''s least and greatest score, derived fields (with tables of MapValues) and defined functions, built-in functions that formulas have, ordinal texts in the order of their values, and the treatment of missing, invalid and outlying values; an invalid value that has to be refused makes the score unknown. Expressions keep the type that they have: no conversion to integer. A characteristic of a name that was there gets a number. Outputs other than score and reason codes are left out with a warning. Errors: 0A000 for what a scorecard cannot say, naming the element; 22023 for what is no PMML scorecard, or has a document type declaration; 54000, 54001 for what is too large or too deep. NULL of a NULL.';

/* ---- reasons ---- */
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
