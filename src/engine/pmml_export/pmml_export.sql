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
	ELSIF norm -> 'clamp' = 'false' THEN
		RETURN jsonb_build_array(known || jsonb_build_object('points', format('(%s - (%s)) * 100 / (%s - (%2$s))', v, low, '(' || high || ')')));
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

CREATE FUNCTION growth_index.pmml_condition(source text, derived_name text, OUT predicate text, OUT fields jsonb, OUT derived text)
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	predicate := growth_index.pmml_write_predicate(source, 'boolean');
	fields := growth_index.pmml_write_fields(source, 'boolean')::jsonb;
	derived := '';
	IF predicate IS NULL THEN
		derived_name := growth_index.pmml_text(derived_name);
		derived := format('<DerivedField name="%s" optype="categorical" dataType="boolean">%s</DerivedField>',
			derived_name, growth_index.pmml_write_expression(source, 'boolean'));
		predicate := format('<SimplePredicate field="%s" operator="equal" value="true"/>', derived_name);
	END IF;
END $$;
COMMENT ON FUNCTION growth_index.pmml_condition(text, text) IS
'Internal: a condition as a PREDICATE element, the fields that it reads, and a derived field of the name where a predicate cannot say it.';

CREATE FUNCTION growth_index.pmml_item_cases(item jsonb) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cases jsonb := growth_index.pmml_cases(item -> 'normalise', coalesce(item ->> 'value', quote_ident(item ->> 'code')));
	missing text := coalesce(item ->> 'missing', 'undecided');
BEGIN
	IF missing = 'zero' THEN
		RETURN cases || '{"when": "true", "points": 0}';
	ELSIF missing = 'lowest' AND item #> '{normalise,clamp}' IS NULL AND NOT (item -> 'normalise' ? 'cases' AND cases @? '$[*].points ? (@.type() == "string")') THEN
		RETURN cases || jsonb_build_object('when', 'true', 'points',
			(SELECT min((c ->> 'points')::numeric) FROM jsonb_array_elements(cases) AS c WHERE jsonb_typeof(c -> 'points') = 'number'));
	ELSIF missing <> 'undecided' THEN
		RAISE EXCEPTION 'PMML cannot say: missing "%" of indicator %', missing, item ->> 'code' USING ERRCODE = '0A000';
	END IF;
	RETURN cases;
END $$;
COMMENT ON FUNCTION growth_index.pmml_item_cases(jsonb) IS
'Internal: an indicator''s normaliser as cases, with that of a missing value.';

CREATE FUNCTION growth_index.pmml_score(points jsonb, possible numeric, cap numeric, digits integer, OUT attribute text, OUT complex text, OUT fields jsonb)
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	unit text := '1' || repeat('0', digits);
	formula text;
BEGIN
	fields := '{}';
	complex := '';
	IF jsonb_typeof(points) = 'number' THEN
		attribute := format(' partialScore="%s"', trim_scale(least(round(points::numeric * coalesce(possible / 100, 1), digits), round(cap, digits))));
		RETURN;
	END IF;
	formula := format('round((%s)%s * %s) / %3$s', points #>> '{}', CASE WHEN possible IS NULL THEN '' ELSE ' * ' || possible || ' / 100' END, unit);
	IF cap IS NOT NULL THEN
		/* least() would pass over what is unknown */
		formula := format('CASE WHEN %1$s >= %2$s THEN %2$s ELSE %1$s END', formula, round(cap, digits));
	END IF;
	attribute := '';
	fields := growth_index.pmml_write_fields(points #>> '{}', 'number')::jsonb;
	complex := format('<ComplexPartialScore>%s</ComplexPartialScore>', growth_index.pmml_write_expression(formula, 'number'));
END $$;
COMMENT ON FUNCTION growth_index.pmml_score(jsonb, numeric, numeric, integer) IS
'Internal: a case''s points, of which 100 are worth so many (NULL: as they are), as an attribute or a ComplexPartialScore.';

CREATE FUNCTION growth_index.pmml_indicator(item jsonb, worth jsonb, segment_field text, digits integer,
											OUT characteristic text, OUT fields jsonb, OUT derived text)
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cases jsonb := growth_index.pmml_item_cases(item);
	one record;
	condition record;
	score record;
	predicate text;
BEGIN
	characteristic := '';
	fields := '{}';
	derived := '';
	/* in a segment without weight nothing has to be known */
	FOR one IN SELECT s.segment, nullif(s.possible, 'null')::numeric AS possible, u.n, u.c FROM jsonb_each(worth) WITH ORDINALITY AS s (segment, possible, place),
			jsonb_array_elements(CASE WHEN s.possible = '0' THEN '[{"when": "true", "points": 0}]' ELSE cases END) WITH ORDINALITY AS u (c, n) ORDER BY place, n LOOP
		condition := growth_index.pmml_condition(one.c ->> 'when', format('%s, case %s', item ->> 'code', one.n));
		score := growth_index.pmml_score(one.c -> 'points', one.possible, (item ->> 'cap')::numeric, digits);
		fields := growth_index.pmml_merge(growth_index.pmml_merge(fields, condition.fields), score.fields);
		IF strpos(derived, condition.derived) = 0 THEN
			derived := derived || condition.derived;
		END IF;
		predicate := condition.predicate;
		IF segment_field IS NOT NULL THEN
			predicate := format('<CompoundPredicate booleanOperator="and"><SimplePredicate field="%s" operator="equal" value="%s"/>%s</CompoundPredicate>',
				growth_index.pmml_text(segment_field), growth_index.pmml_text(one.segment), predicate);
		END IF;
		characteristic := characteristic || format('<Attribute%s%s>%s%s</Attribute>', growth_index.pmml_attribute('reasonCode', one.c ->> 'reason'), score.attribute, predicate, score.complex);
	END LOOP;
	characteristic := format('<Characteristic name="%s"%s%s>%s</Characteristic>', growth_index.pmml_text(item ->> 'code'),
		growth_index.pmml_attribute('reasonCode', item ->> 'reason'), growth_index.pmml_attribute('baselineScore', item ->> 'baseline'), characteristic);
END $$;
COMMENT ON FUNCTION growth_index.pmml_indicator(jsonb, jsonb, text, integer) IS
'Internal: an indicator as a Characteristic, the fields that it reads with their dataTypes, and derived fields for its conditions. worth: by segment, what a normalised value of 100 is worth.';

CREATE FUNCTION growth_index.pmml_unsaid(doc jsonb) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT string_agg(path, ', ' ORDER BY path) FROM (
		SELECT k AS path FROM jsonb_object_keys(doc) AS k
		WHERE k NOT IN ('name', 'name_en', 'source', 'source_en', 'total', 'digits', 'weights', 'aggregate', 'initial', 'floor', 'cap', 'reasons', 'segment', 'segments', 'dimensions', 'indicators')
		UNION ALL SELECT format('aggregate "%s"', doc ->> 'aggregate') WHERE doc ->> 'aggregate' NOT IN ('sum', 'weighted')
		UNION ALL SELECT format('dimensions[%s].%s', d ->> 'code', k) FROM jsonb_array_elements(doc -> 'dimensions') AS d, jsonb_object_keys(d) AS k
		WHERE k NOT IN ('code', 'name', 'name_en', 'parent', 'weight', 'bonus')
		UNION ALL SELECT format('indicators[%s].%s', i ->> 'code', k) FROM jsonb_array_elements(doc -> 'indicators') AS i, jsonb_object_keys(i) AS k
		WHERE k NOT IN ('code', 'name', 'name_en', 'dimension', 'value', 'normalise', 'weight', 'cap', 'missing', 'baseline', 'reason')) AS unsaid;
END;
COMMENT ON FUNCTION growth_index.pmml_unsaid(jsonb) IS
'Internal: the members of a scorecard''s document for which PMML has no words; NULL where there are none.';

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
	unsaid text := growth_index.pmml_unsaid(doc);
	reasons boolean := doc #> '{indicators}' @? '$[*].baseline';
	/* what a normalised value of 100 is worth, by indicator and segment */
	worth jsonb := (SELECT jsonb_object_agg(w.code, w.worth) FROM (
		SELECT i.code, jsonb_object_agg(coalesce(i.segment, ''), i.possible) AS worth FROM growth_index.scorecard_items(card) AS i GROUP BY i.code) AS w);
	segment text := doc ->> 'segment';
	one record;
	fields jsonb := '{}';
	derived text := '';
	characteristics text := '';
BEGIN
	IF unsaid IS NOT NULL THEN
		RAISE EXCEPTION 'PMML cannot say: %', unsaid USING ERRCODE = '0A000',
			HINT = 'Take them away, as in to_pmml(scorecard(jsonb(card) - ''ratings'')).';
	END IF;
	IF segment IS NOT NULL THEN
		fields := growth_index.pmml_write_fields(segment, 'text')::jsonb;
		derived := format('<DerivedField name="segment of the card" optype="categorical" dataType="string">%s</DerivedField>', growth_index.pmml_write_expression(segment, 'text'));
	END IF;
	FOR one IN SELECT p.* FROM jsonb_array_elements(doc -> 'indicators') WITH ORDINALITY AS u (item, n),
			growth_index.pmml_indicator(item, worth -> (item ->> 'code'), CASE WHEN segment IS NOT NULL THEN 'segment of the card' END, coalesce((doc #>> '{digits,points}')::integer, 6)) AS p ORDER BY n LOOP
		fields := growth_index.pmml_merge(fields, one.fields);
		derived := derived || one.derived;
		characteristics := characteristics || one.characteristic;
	END LOOP;
	RETURN format('<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header%s/><DataDictionary>%s</DataDictionary>'
		'<Scorecard modelName="%s" functionName="regression" initialScore="%s" useReasonCodes="%s"%s><MiningSchema>%s</MiningSchema>%s%s<Characteristics>%s</Characteristics></Scorecard></PMML>',
		growth_index.pmml_attribute('description', doc ->> 'source'),
		(SELECT string_agg(format('<DataField name="%s" optype="%s" dataType="%s"/>', growth_index.pmml_text(name),
			CASE WHEN type = 'double' THEN 'continuous' ELSE 'categorical' END, coalesce(type, 'string')), '' ORDER BY name COLLATE "C") FROM jsonb_each_text(fields) AS f (name, type)),
		growth_index.pmml_text(doc ->> 'name'), coalesce(doc ->> 'initial', '0'), CASE WHEN reasons THEN 'true' ELSE 'false' END,
		CASE WHEN reasons THEN format(' reasonCodeAlgorithm="%s" baselineMethod="other"', CASE doc ->> 'reasons' WHEN 'above' THEN 'pointsAbove' ELSE 'pointsBelow' END) ELSE '' END,
		(SELECT string_agg(format('<MiningField name="%s" invalidValueTreatment="asIs"/>', growth_index.pmml_text(name)), '' ORDER BY name COLLATE "C") FROM jsonb_object_keys(fields) AS name),
		CASE WHEN doc ?| '{floor,cap}' THEN format('<Targets><Target%s%s/></Targets>', growth_index.pmml_attribute('min', doc ->> 'floor'), growth_index.pmml_attribute('max', doc ->> 'cap')) ELSE '' END,
		CASE WHEN derived <> '' THEN '<LocalTransformations>' || derived || '</LocalTransformations>' ELSE '' END, characteristics)::xml;
END $$;
COMMENT ON FUNCTION growth_index.to_pmml(growth_index.scorecard) IS
'The card as a PMML 4.4 Scorecard: indicators become characteristics, their normalisers attributes, in points; conditions that predicates cannot say become derived fields, and so does the segment, whose weights become attributes of their own. Said are weights of every kind, all normalisers but set and those of peer groups; the rules undecided, zero and lowest for missing values; caps of indicators, floor and cap of the whole, initial score, baselines and reason codes. Each indicator''s points are rounded as the card says; the score is their sum, which PMML does not round: scorecard_from_pmml(to_pmml(card)) gives the same score when rounded to the card''s digits. Dimensions and names are not kept. Errors (0A000) name what PMML cannot say, such as ratings, overrides, coverage, passing, a set, or a dimension that is capped or aggregated otherwise than by adding up. NULL of a NULL.';
