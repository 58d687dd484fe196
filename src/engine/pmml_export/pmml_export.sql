/*
 * PMML out: a scorecard as a document of the exchange format.  Normalisers
 * become cases, cases attributes; expressions are written by pmml_export.c.
 */
CREATE FUNCTION growth_index.pmml_write_expression(source text, type text) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION growth_index.pmml_write_expression(text, text) IS
'Internal: an expression as an EXPRESSION element.';
CREATE FUNCTION growth_index.pmml_write_predicate(source text, type text) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION growth_index.pmml_write_predicate(text, text) IS
'Internal: a condition as a PREDICATE element; NULL where it takes functions.';
CREATE FUNCTION growth_index.pmml_write_fields(source text, type text) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION growth_index.pmml_write_fields(text, text) IS
'Internal: the indicators that an expression reads, with their dataTypes, as a JSON object.';

CREATE FUNCTION growth_index.pmml_text(value text) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT replace(replace(replace(replace(value, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;');
END;
COMMENT ON FUNCTION growth_index.pmml_text(text) IS
'Internal: a text as an attribute''s value.';

CREATE FUNCTION growth_index.pmml_attribute(name text, value text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT CASE WHEN value IS NULL THEN '' ELSE format(' %s="%s"', name, growth_index.pmml_text(value)) END;
END;
COMMENT ON FUNCTION growth_index.pmml_attribute(text, text) IS
'Internal: an attribute, or nothing where the value is NULL.';

CREATE FUNCTION growth_index.pmml_cases(norm jsonb, value text) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v text := '(' || value || ')';
	low numeric := coalesce(norm #>> '{linear,0}', norm #>> '{log,0}');
	high numeric := coalesce(norm #>> '{linear,1}', norm #>> '{log,1}');
	cap numeric := norm #>> '{per_unit,cap}';
	each numeric;
	known jsonb := jsonb_build_object('when', v || ' IS NOT NULL');
BEGIN
	IF norm ? 'cases' THEN
		RETURN (norm -> 'cases') || CASE WHEN norm ? 'else' THEN jsonb_build_array(jsonb_build_object('when', 'true', 'points', norm -> 'else')) ELSE '[]' END;
	ELSIF norm ? 'flag' THEN
		RETURN jsonb_build_array(jsonb_build_object('when', v, 'points', coalesce(norm #> '{flag,0}', '100')),
			jsonb_build_object('when', 'NOT ' || v, 'points', coalesce(norm #> '{flag,1}', '0')));
	ELSIF norm ? 'category' THEN
		RETURN (SELECT jsonb_agg(jsonb_build_object('when', format('%s = %L', v, name), 'points', points)) FROM jsonb_each(norm -> 'category') AS c (name, points))
			|| (known || jsonb_build_object('points', coalesce(norm -> 'else', '0')));
	ELSIF norm ? 'bins' THEN
		RETURN (SELECT jsonb_agg(jsonb_build_object('when', coalesce(v || ' >= ' || (b ->> 0), known ->> 'when'), 'points', b -> 1) ORDER BY n DESC)
				FROM jsonb_array_elements(norm -> 'bins') WITH ORDINALITY AS u (b, n))
			|| CASE WHEN norm #> '{bins,0,0}' = 'null' THEN '[]' ELSE known || '{"points": 0}' END;
	ELSIF norm ? 'per_unit' THEN
		each := coalesce((norm #>> '{per_unit,points}')::numeric, 100 / cap);
		RETURN jsonb_build_array(jsonb_build_object('when', v || ' <= 0', 'points', 0))
			|| CASE WHEN cap IS NOT NULL THEN jsonb_build_array(jsonb_build_object('when', v || ' >= ' || cap, 'points', coalesce(cap * (norm #>> '{per_unit,points}')::numeric, 100))) ELSE '[]' END
			|| (known || jsonb_build_object('points', CASE WHEN norm #> '{per_unit,points}' IS NULL THEN format('%s * 100 / %s', v, cap) ELSE format('%s * (%s)', v, each) END));
	ELSIF norm ? 'linear' OR norm ? 'log' THEN
		RETURN jsonb_build_array(
			jsonb_build_object('when', v || CASE WHEN low < high THEN ' <= ' ELSE ' >= ' END || '(' || low || ')', 'points', 0),
			jsonb_build_object('when', v || CASE WHEN low < high THEN ' >= ' ELSE ' <= ' END || '(' || high || ')', 'points', 100),
			known || jsonb_build_object('points', format(CASE WHEN norm ? 'log' THEN '(ln(%1$s) - ln(%2$s)) * 100 / (ln(%3$s) - ln(%2$s))'
				ELSE '(%1$s - (%2$s)) * 100 / (%3$s - (%2$s))' END, v, low, '(' || high || ')')));
	END IF;
	RAISE EXCEPTION 'PMML cannot say: normaliser %', norm USING ERRCODE = '0A000',
		HINT = 'It has no sets, and no peers.';
END $$;
COMMENT ON FUNCTION growth_index.pmml_cases(jsonb, text) IS
'Internal: a normaliser as cases; points are numbers, or formulas as text.';

CREATE FUNCTION growth_index.pmml_indicator(item jsonb, doc jsonb, OUT characteristic text, OUT fields jsonb, OUT derived text)
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	total boolean := coalesce(doc ->> 'aggregate', '') = 'sum';
	digits integer := coalesce((doc #>> '{digits,points}')::integer, 6);
	unit text := '1' || repeat('0', digits);
	weight text := item ->> 'weight';
	cases jsonb := growth_index.pmml_cases(item -> 'normalise', coalesce(item ->> 'value', quote_ident(item ->> 'code')));
	missing text := coalesce(item ->> 'missing', 'undecided');
	one jsonb;
	n integer := 0;
	predicate text;
	field text;
BEGIN
	characteristic := '';
	fields := '{}';
	derived := '';
	IF missing IN ('lowest', 'reweight') THEN
		RAISE EXCEPTION 'PMML cannot say: missing "%" of indicator %', missing, item ->> 'code' USING ERRCODE = '0A000';
	ELSIF missing <> 'undecided' THEN
		cases := cases || '{"when": "true", "points": 0}';
	END IF;
	FOR one IN SELECT jsonb_array_elements(cases) LOOP
		n := n + 1;
		predicate := growth_index.pmml_write_predicate(one ->> 'when', 'boolean');
		fields := growth_index.pmml_merge(fields, growth_index.pmml_write_fields(one ->> 'when', 'boolean')::jsonb);
		IF predicate IS NULL THEN
			field := growth_index.pmml_text(format('%s, case %s', item ->> 'code', n));
			derived := derived || format('<DerivedField name="%s" optype="categorical" dataType="boolean">%s</DerivedField>',
				field, growth_index.pmml_write_expression(one ->> 'when', 'boolean'));
			predicate := format('<SimplePredicate field="%s" operator="equal" value="true"/>', field);
		END IF;
		characteristic := characteristic || '<Attribute' || growth_index.pmml_attribute('reasonCode', one ->> 'reason');
		IF jsonb_typeof(one -> 'points') = 'number' THEN
			characteristic := characteristic || format(' partialScore="%s">%s</Attribute>',
				trim_scale(round((one ->> 'points')::numeric * CASE WHEN total THEN 1 ELSE weight::numeric / 100 END, digits)), predicate);
		ELSE
			fields := growth_index.pmml_merge(fields, growth_index.pmml_write_fields(one ->> 'points', 'number')::jsonb);
			characteristic := characteristic || format('>%s<ComplexPartialScore>%s</ComplexPartialScore></Attribute>', predicate,
				growth_index.pmml_write_expression(format('round((%s)%s * %s) / %3$s', one ->> 'points', CASE WHEN total THEN '' ELSE ' * ' || weight || ' / 100' END, unit), 'number'));
		END IF;
	END LOOP;
	characteristic := format('<Characteristic name="%s"%s%s>%s</Characteristic>', growth_index.pmml_text(item ->> 'code'),
		growth_index.pmml_attribute('reasonCode', item ->> 'reason'), growth_index.pmml_attribute('baselineScore', item ->> 'baseline'), characteristic);
END $$;
COMMENT ON FUNCTION growth_index.pmml_indicator(jsonb, jsonb) IS
'Internal: an indicator as a Characteristic, the fields that it reads with their dataTypes, and derived fields for its conditions.';

CREATE FUNCTION growth_index.pmml_merge(a jsonb, b jsonb) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT coalesce(jsonb_object_agg(name, type), '{}') FROM (
		SELECT name, max(type) AS type FROM (SELECT * FROM jsonb_each_text(a) UNION ALL SELECT * FROM jsonb_each_text(b)) AS f (name, type) GROUP BY name) AS merged;
END;
COMMENT ON FUNCTION growth_index.pmml_merge(jsonb, jsonb) IS
'Internal: the fields of both, with the dataType that one of them knows.';

CREATE FUNCTION growth_index.to_pmml(card growth_index.scorecard) RETURNS xml
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	doc jsonb := growth_index.jsonb(card);
	unsaid text := (SELECT string_agg(k, ', ' ORDER BY k) FROM (
		SELECT k FROM jsonb_object_keys(doc) AS k
		WHERE k NOT IN ('name', 'name_en', 'source', 'total', 'digits', 'aggregate', 'initial', 'reasons', 'dimensions', 'indicators')
		UNION ALL
		SELECT format('aggregate "%s"', doc ->> 'aggregate') WHERE doc ->> 'aggregate' <> 'sum'
		UNION ALL
		SELECT format('%s of dimension %s', k, d ->> 'code') FROM jsonb_array_elements(doc -> 'dimensions') AS d, jsonb_object_keys(d) AS k
		WHERE k IN ('aggregate', 'cap', 'minimum')
		UNION ALL
		SELECT format('cap of indicator %s', i ->> 'code') FROM jsonb_array_elements(doc -> 'indicators') AS i WHERE i ? 'cap') AS u (k));
	reasons boolean := doc #> '{indicators}' @? '$[*].baseline';
	one record;
	fields jsonb := '{}';
	derived text := '';
	characteristics text := '';
BEGIN
	IF unsaid IS NOT NULL THEN
		RAISE EXCEPTION 'PMML cannot say: %', unsaid USING ERRCODE = '0A000',
			HINT = 'Take them away, as in to_pmml(scorecard(jsonb(card) - ''ratings'')).';
	END IF;
	FOR one IN SELECT p.* FROM jsonb_array_elements(doc -> 'indicators') WITH ORDINALITY AS u (item, n), growth_index.pmml_indicator(item, doc) AS p ORDER BY n LOOP
		fields := growth_index.pmml_merge(fields, one.fields);
		derived := derived || one.derived;
		characteristics := characteristics || one.characteristic;
	END LOOP;
	RETURN format('<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header%s/><DataDictionary>%s</DataDictionary>'
		'<Scorecard modelName="%s" functionName="regression" initialScore="%s" useReasonCodes="%s"%s><MiningSchema>%s</MiningSchema>%s<Characteristics>%s</Characteristics></Scorecard></PMML>',
		growth_index.pmml_attribute('description', doc ->> 'source'),
		(SELECT string_agg(format('<DataField name="%s" optype="%s" dataType="%s"/>', growth_index.pmml_text(name),
			CASE WHEN type = 'double' THEN 'continuous' ELSE 'categorical' END, coalesce(type, 'string')), '' ORDER BY name COLLATE "C") FROM jsonb_each_text(fields) AS f (name, type)),
		growth_index.pmml_text(doc ->> 'name'), coalesce(doc ->> 'initial', '0'), CASE WHEN reasons THEN 'true' ELSE 'false' END,
		CASE WHEN reasons THEN format(' reasonCodeAlgorithm="%s" baselineMethod="other"', CASE doc ->> 'reasons' WHEN 'above' THEN 'pointsAbove' ELSE 'pointsBelow' END) ELSE '' END,
		(SELECT string_agg(format('<MiningField name="%s" invalidValueTreatment="asIs"/>', growth_index.pmml_text(name)), '' ORDER BY name COLLATE "C") FROM jsonb_object_keys(fields) AS name),
		CASE WHEN derived <> '' THEN '<LocalTransformations>' || derived || '</LocalTransformations>' ELSE '' END, characteristics)::xml;
END $$;
COMMENT ON FUNCTION growth_index.to_pmml(growth_index.scorecard) IS
'The card as a PMML 4.4 Scorecard: indicators become characteristics, their normalisers attributes, in points; conditions that predicates cannot say become derived fields. Said are the aggregates sum, and weighted without segments; all normalisers but set and those of peer groups; the rules undecided and zero for missing values; initial score, baselines and reason codes. Each indicator''s points are rounded as the card says; the score is their sum, which PMML does not round: scorecard_from_pmml(to_pmml(card)) gives the same score when rounded to the card''s digits. Dimensions and names are not kept. Errors (0A000) name what PMML cannot say, such as ratings, overrides, coverage or a set. NULL of a NULL.';
