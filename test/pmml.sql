-- PMML scorecards, element by element; hostile documents; the way out and back.
\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET search_path = growth_index, public;
SELECT * FROM no_plan();

-- a document around characteristics, with what stands before and in the model
CREATE FUNCTION doc(characteristics text, fields text DEFAULT NULL, mining text DEFAULT NULL, before text DEFAULT '', inside text DEFAULT '', attributes text DEFAULT '')
	RETURNS xml LANGUAGE sql AS $$
	SELECT format('<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header description="made for a test"/><DataDictionary>%s</DataDictionary>%s
		<Scorecard modelName="test" functionName="regression" %s><MiningSchema>%s</MiningSchema>%s<Characteristics>%s</Characteristics></Scorecard></PMML>',
		coalesce(fields, '<DataField name="x" optype="continuous" dataType="double"/><DataField name="y" optype="continuous" dataType="integer"/>
			<DataField name="t" optype="categorical" dataType="string"/><DataField name="b" optype="categorical" dataType="boolean"/><DataField name="d" optype="ordinal" dataType="date"/>'),
		before, CASE WHEN attributes ~ 'useReasonCodes' THEN attributes ELSE attributes || ' useReasonCodes="false"' END,
		coalesce(mining, '<MiningField name="x"/><MiningField name="y"/><MiningField name="t"/><MiningField name="b"/><MiningField name="d"/>'), inside, characteristics)::xml
$$;
-- one characteristic: 1 where the predicate is true, else 0
CREATE FUNCTION test_of(predicate text, profile profile, fields text DEFAULT NULL, mining text DEFAULT NULL, before text DEFAULT '', inside text DEFAULT '')
	RETURNS numeric LANGUAGE sql AS $$
	SELECT trim_scale(score(scorecard_from_pmml(doc(format('<Characteristic name="c"><Attribute partialScore="1">%s</Attribute><Attribute partialScore="0"><True/></Attribute></Characteristic>', predicate),
		fields, mining, before, inside)), profile))
$$;
-- a complex partial score
CREATE FUNCTION complex_of(expression text, profile profile, before text DEFAULT '', inside text DEFAULT '')
	RETURNS numeric LANGUAGE sql AS $$
	SELECT trim_scale(score(scorecard_from_pmml(doc(format('<Characteristic name="c"><Attribute><True/><ComplexPartialScore>%s</ComplexPartialScore></Attribute></Characteristic>', expression),
		before => before, inside => inside)), profile))
$$;

-- ---- predicates ----
CREATE FUNCTION simple(field text, operator text, value text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT format('<SimplePredicate field="%s" operator="%s"%s/>', field, operator, CASE WHEN value IS NOT NULL THEN format(' value="%s"', value) ELSE '' END)
$$;
SELECT is((SELECT string_agg(op || ' ' || array_to_string(ARRAY(SELECT test_of(simple('x', op, '5'), p::profile) FROM unnest('{"{\"x\": 4}","{\"x\": 5}","{\"x\": 6}","{}"}'::text[]) AS p), ''), ', ' ORDER BY n)
	FROM unnest('{equal,notEqual,lessThan,lessOrEqual,greaterThan,greaterOrEqual}'::text[]) WITH ORDINALITY AS o (op, n)),
	'equal 0100, notEqual 1010, lessThan 1000, lessOrEqual 1100, greaterThan 0010, greaterOrEqual 0110', 'simple predicates; what is missing is not true');
SELECT is(ARRAY[test_of(simple('t', 'isMissing'), '{}'), test_of(simple('t', 'isMissing'), '{"t": "a"}'), test_of(simple('t', 'isNotMissing'), '{}'), test_of(simple('t', 'isNotMissing'), '{"t": "a"}')],
	'{1,0,0,1}', 'missing and not missing');
SELECT is(ARRAY[test_of(simple('b', 'equal', 'true'), '{"b": true}'), test_of(simple('b', 'notEqual', '0'), '{"b": false}'), test_of(simple('d', 'lessThan', '2020-02-29'), '{"d": "2020-02-28"}'),
	test_of(simple('t', 'equal', 'it&apos;s \ &lt;&amp;'), '{"t": "it''s \\ <&"}')], '{1,0,1,1}', 'booleans, dates and texts');
SELECT is(ARRAY(SELECT test_of('<SimpleSetPredicate field="t" booleanOperator="isIn"><Array n="3" type="string">a "b c" "q\"z"</Array></SimpleSetPredicate>', jsonb_build_object('t', t)::text::profile)
	FROM unnest(ARRAY['a', 'b c', 'q"z', 'b', 'c']) AS t), '{1,1,1,0,0}', 'a set of texts, in quotes or not');
SELECT is(ARRAY[test_of('<SimpleSetPredicate field="y" booleanOperator="isNotIn"><Array n="2" type="int"> 3   -4 </Array></SimpleSetPredicate>', '{"y": -4}'),
	test_of('<SimpleSetPredicate field="y" booleanOperator="isNotIn"><Array type="int">3 4</Array></SimpleSetPredicate>', '{"y": -4}'),
	test_of('<SimpleSetPredicate field="y" booleanOperator="isNotIn"><Array type="int">3 4</Array></SimpleSetPredicate>', '{}')], '{0,1,0}', 'not in a set of numbers');
-- and, or, xor and surrogate of two, for all nine pairs of true, false, missing
CREATE FUNCTION pairs(operator text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(test_of(format('<CompoundPredicate booleanOperator="%s">%s%s</CompoundPredicate>', operator, simple('x', 'equal', '1'), simple('y', 'equal', '1')),
		jsonb_strip_nulls(jsonb_build_object('x', x, 'y', y))::text::profile)::text, '' ORDER BY i, j)
	FROM unnest('{1,0,NULL}'::int[]) WITH ORDINALITY AS a (x, i), unnest('{1,0,NULL}'::int[]) WITH ORDINALITY AS b (y, j)
$$;
SELECT is(ARRAY[pairs('and'), pairs('or'), pairs('xor'), pairs('surrogate')], '{100000000,111100100,010100000,111000100}', 'compound predicates: true true, true false, true missing, false true ...');
SELECT is(test_of(format('<CompoundPredicate booleanOperator="xor">%s%s%s</CompoundPredicate>', simple('x', 'equal', '1'), simple('y', 'equal', '1'), simple('t', 'equal', 'a')), '{"x": 1, "y": 1, "t": "a"}'), 1::numeric, 'xor of three');
SELECT is(ARRAY[test_of('<True/>', '{}'), test_of('<False/>', '{}')], '{1,0}', 'True and False');
SELECT is(score(scorecard_from_pmml(doc('<Characteristic name="c"><Attribute partialScore="1"><SimplePredicate field="x" operator="lessThan" value="0"/></Attribute></Characteristic>')), '{"x": 3}'), NULL, 'no attribute is true: no score');
SELECT is(trim_scale(score(scorecard_from_pmml(doc('<Characteristic><Attribute partialScore=".5"><True/></Attribute></Characteristic><Characteristic><Attribute partialScore="-1E-3"><True/></Attribute></Characteristic>', attributes => 'initialScore="+7.25"')), '{}')),
	7.749, 'characteristics without names, an initial score, numbers with exponents');

-- ---- expressions ----
SELECT is((SELECT string_agg(trim_scale(complex_of(format('<Apply function="%s">%s</Apply>', f, a), '{"x": 6.5, "y": -4, "t": " ab "}'))::text, ' ' ORDER BY n) FROM (VALUES
	(1, '+', '<FieldRef field="x"/><FieldRef field="y"/>'), (2, '-', '<FieldRef field="x"/><FieldRef field="y"/>'), (3, '*', '<Constant>0.1</Constant><FieldRef field="y"/>'),
	(4, '/', '<FieldRef field="x"/><Constant dataType="integer">2</Constant>'), (5, 'min', '<FieldRef field="x"/><FieldRef field="y"/><Constant>3</Constant>'),
	(6, 'max', '<FieldRef field="x"/><FieldRef field="y"/>'), (7, 'sum', '<FieldRef field="x"/><FieldRef field="y"/><Constant>1</Constant>'),
	(8, 'avg', '<FieldRef field="x"/><FieldRef field="y"/>'), (9, 'product', '<FieldRef field="x"/><FieldRef field="y"/>'), (10, 'abs', '<FieldRef field="y"/>'),
	(11, 'pow', '<FieldRef field="y"/><Constant>2</Constant>'), (12, 'floor', '<FieldRef field="x"/>'), (13, 'ceil', '<FieldRef field="x"/>'), (14, 'round', '<FieldRef field="x"/>'),
	(15, 'threshold', '<FieldRef field="x"/><Constant>6</Constant>'), (16, 'sqrt', '<Constant>16</Constant>'), (17, 'log10', '<Constant>1000</Constant>'), (18, 'ln', '<Constant>1</Constant>'),
	(19, 'exp', '<Constant>0</Constant>'), (20, 'modulo', '<FieldRef field="y"/><Constant>3</Constant>'),
	(21, 'stringLength', '<Apply function="trimBlanks"><FieldRef field="t"/></Apply>'), (22, 'stringLength', '<Apply function="substring"><FieldRef field="t"/><Constant>2</Constant><Constant>2</Constant></Apply>')) AS v (n, f, a)),
	'2.5 10.5 -0.4 3.25 -4 6.5 3.5 1.25 -26 4 16 6 7 7 1 4 3 0 1 2 2 2', 'built-in functions');
SELECT is(ARRAY(SELECT complex_of('<Apply function="if"><Apply function="and"><Apply function="greaterThan"><FieldRef field="x"/><Constant>1</Constant></Apply><Apply function="not"><Apply function="isIn"><FieldRef field="t"/><Constant>a</Constant><Constant>b</Constant></Apply></Apply></Apply>
	<Constant>10</Constant><Constant>20</Constant></Apply>', p::profile) FROM unnest(ARRAY['{"x": 2, "t": "c"}', '{"x": 2, "t": "a"}', '{"x": 0}', '{"x": 2}']) AS p), '{10,20,20,NULL}', 'if, with conditions that are missing');
SELECT is(ARRAY[complex_of('<Apply function="+" mapMissingTo="9"><FieldRef field="x"/><Constant>1</Constant></Apply>', '{}'), complex_of('<Apply function="/" defaultValue="8"><FieldRef field="x"/><Constant>0</Constant></Apply>', '{"x": 1}'),
	complex_of('<FieldRef field="x" mapMissingTo="7"/>', '{}'), complex_of('<Apply function="sum"><FieldRef field="x"/><FieldRef field="y"/></Apply>', '{"y": 3}'), complex_of('<Apply function="avg"><FieldRef field="x"/><FieldRef field="y"/></Apply>', '{"y": 3}'),
	complex_of('<Apply function="sum"><FieldRef field="x"/><FieldRef field="y"/></Apply>', '{}')], '{9,8,7,3,3,NULL}', 'what is missing');
SELECT is(ARRAY[complex_of('<NormDiscrete field="t" value="a"/>', '{"t": "a"}'), complex_of('<NormDiscrete field="t" value="a"/>', '{"t": "b"}'), complex_of('<NormDiscrete field="t" value="a" mapMissingTo="0.5"/>', '{}'), complex_of('<NormDiscrete field="t" value="a"/>', '{}')],
	'{1,0,0.5,NULL}', 'NormDiscrete');
SELECT is(ARRAY(SELECT complex_of('<Discretize field="x" dataType="double" defaultValue="-1" mapMissingTo="-2"><DiscretizeBin binValue="1"><Interval closure="openClosed" rightMargin="0"/></DiscretizeBin>
	<DiscretizeBin binValue="2"><Interval closure="openOpen" leftMargin="0" rightMargin="10"/></DiscretizeBin><DiscretizeBin binValue="3"><Interval closure="closedOpen" leftMargin="20"/></DiscretizeBin></Discretize>', p::profile)
	FROM unnest(ARRAY['{"x": 0}', '{"x": 0.1}', '{"x": 10}', '{"x": 20}', '{}']) AS p), '{1,2,-1,3,-2}', 'Discretize');
SELECT is(ARRAY(SELECT trim_scale(round(complex_of(format('<NormContinuous field="x" mapMissingTo="99" outliers="%s"><LinearNorm orig="0" norm="0"/><LinearNorm orig="10" norm="5"/><LinearNorm orig="20" norm="20"/></NormContinuous>', o), p::profile), 6))
	FROM unnest('{asIs,asMissingValues,asExtremeValues}'::text[]) WITH ORDINALITY AS u (o, i), unnest(ARRAY['{"x": -2}', '{"x": 4}', '{"x": 10}', '{"x": 15}', '{"x": 30}', '{}']) WITH ORDINALITY AS v (p, j) ORDER BY i, j),
	'{-1,2,5,12.5,35,99,NULL,2,5,12.5,NULL,99,0,2,5,12.5,20,99}', 'NormContinuous');
SELECT is(complex_of('<Apply function="twice"><FieldRef field="r"/></Apply>', '{"x": 3, "y": 4}',
	'<TransformationDictionary><DefineFunction name="twice" optype="continuous" dataType="double"><ParameterField name="x" dataType="double"/><Apply function="*"><Constant>2</Constant><FieldRef field="x"/></Apply></DefineFunction>
		<DerivedField name="s" optype="continuous" dataType="double"><Apply function="+"><FieldRef field="x"/><FieldRef field="y"/></Apply></DerivedField></TransformationDictionary>',
	'<LocalTransformations><DerivedField name="r" optype="continuous" dataType="double"><Apply function="-"><Constant>10</Constant><FieldRef field="s"/></Apply></DerivedField></LocalTransformations>'), 6::numeric,
	'derived fields and functions, whose parameters hide fields of the same name');

-- ---- treatment of missing and invalid values ----
CREATE FUNCTION treated(mining text, field text, p profile) RETURNS numeric LANGUAGE sql AS $$
	SELECT trim_scale(score(scorecard_from_pmml(doc('<Characteristic name="c"><Attribute partialScore="-1"><SimplePredicate field="x" operator="isMissing"/></Attribute><Attribute><True/><ComplexPartialScore><FieldRef field="x"/></ComplexPartialScore></Attribute></Characteristic>',
		format('<DataField name="x" optype="continuous" dataType="double">%s</DataField>', field), format('<MiningField name="x" %s/>', mining))), p))
$$;
SELECT is(ARRAY[treated('missingValueReplacement="5" missingValueTreatment="asMean"', '', '{}'), treated('missingValueTreatment="returnInvalid"', '', '{}'), treated('missingValueTreatment="returnInvalid"', '', '{"x": 2}'), treated('', '', '{}')],
	'{5,NULL,2,-1}', 'missing values');
SELECT is(ARRAY(SELECT treated(m, '<Interval closure="closedClosed" leftMargin="0" rightMargin="9"/>', p::profile)
	FROM unnest(ARRAY['', 'invalidValueTreatment="asIs"', 'invalidValueTreatment="asMissing"', 'invalidValueTreatment="asValue" invalidValueReplacement="4"']) WITH ORDINALITY AS u (m, i), unnest(ARRAY['{"x": 9}', '{"x": 10}', '{}']) WITH ORDINALITY AS v (p, j) ORDER BY i, j),
	'{9,NULL,-1,9,10,-1,9,-1,-1,9,4,-1}', 'invalid values');
SELECT is(ARRAY(SELECT treated('invalidValueTreatment="asMissing"', '<Value value="1"/><Value value="2"/><Value value="-99" property="missing"/>', p::profile) FROM unnest(ARRAY['{"x": 1}', '{"x": 3}', '{"x": -99}']) AS p), '{1,-1,-1}', 'values that are listed');
SELECT is(treated('invalidValueTreatment="asMissing"', '<Value value="-5" property="invalid"/>', '{"x": -5}'), -1::numeric, 'values that are listed as invalid');
SELECT is(ARRAY(SELECT treated(format('outliers="%s" lowValue="0" highValue="10"', o), '', p::profile) FROM unnest('{asExtremeValues,asMissingValues}'::text[]) WITH ORDINALITY AS u (o, i), unnest(ARRAY['{"x": -3}', '{"x": 4}', '{"x": 11}']) WITH ORDINALITY AS v (p, j) ORDER BY i, j),
	'{0,4,10,-1,4,-1}', 'outliers');

-- ---- reasons ----
CREATE TABLE reasoned AS SELECT scorecard_from_pmml(doc($$
	<Characteristic name="c1" reasonCode="A" baselineScore="10"><Attribute partialScore="4" reasonCode="B"><SimplePredicate field="x" operator="lessThan" value="0"/></Attribute><Attribute partialScore="7"><True/></Attribute></Characteristic>
	<Characteristic name="c2" reasonCode="A"><Attribute partialScore="1"><True/></Attribute></Characteristic>
	<Characteristic name="c3" reasonCode="C" baselineScore="6"><Attribute partialScore="6"><True/></Attribute></Characteristic>
	<Characteristic name="c4" reasonCode="D" baselineScore="6"><Attribute partialScore="8"><True/></Attribute></Characteristic>$$, attributes => format('baselineScore="5" useReasonCodes="true" %s', how))) AS card, how
	FROM unnest(ARRAY['', 'reasonCodeAlgorithm="pointsAbove"']) AS how;
SELECT is((SELECT array_agg((rank, code, indicator, trim_scale(lost))::text) FROM reasoned, reason_codes(card, '{"x": 1}') WHERE how = ''), '{"(1,A,c2,4)","(2,C,c3,0)"}', 'a code is named once, with its largest loss; nothing lost comes last; a gain does not');
SELECT is((SELECT array_agg((rank, code, indicator, trim_scale(lost))::text) FROM reasoned, reason_codes(card, '{"x": -1}') WHERE how = ''), '{"(1,B,c1,6)","(2,A,c2,4)","(3,C,c3,0)"}', 'an attribute''s code goes before its characteristic''s');
SELECT is((SELECT array_agg((rank, code, indicator, trim_scale(lost))::text) FROM reasoned, reason_codes(card, '{"x": 1}') WHERE how <> ''), '{"(1,D,c4,2)","(2,C,c3,0)"}', 'points above the baseline');
SELECT is((SELECT array_agg(code) FROM reasoned, reason_codes(card, '{"x": -1}', NULL, 2) WHERE how = ''), '{B,A}', 'only so many');
SELECT is((SELECT array_agg(rank || code) FROM reasoned, reason_codes(card, '{"x": 1}', NULL, 4, true) WHERE how <> ''), '{1D,2C,3C,4C}', 'filled up');
SELECT is((SELECT count(*) FROM reason_codes(scorecard_from_pmml(doc('<Characteristic name="c" reasonCode="A" baselineScore="4"><Attribute partialScore="1"><True/></Attribute></Characteristic>')), '{}')), 0::bigint, 'none where the model does not use them');

-- ---- what cannot be said ----
CREATE FUNCTION refused(code text, message text, document text, name text) RETURNS text LANGUAGE sql AS $$
	SELECT throws_ok(format('SELECT scorecard_from_pmml(%L::xml)', document), code, message, name)
$$;
CREATE FUNCTION around(expression text) RETURNS text LANGUAGE sql AS $$
	SELECT doc(format('<Characteristic name="c"><Attribute><True/><ComplexPartialScore>%s</ComplexPartialScore></Attribute></Characteristic>', expression))::text
$$;
SELECT refused('0A000', 'PMML element Apply: function ''median'' with 1 arguments is not known to formulas', around('<Apply function="median"><FieldRef field="x"/></Apply>'), 'an unknown function');
SELECT refused('0A000', 'PMML element FieldRef: there is no field nobody', around('<FieldRef field="nobody"/>'), 'an unknown field');
SELECT refused('0A000', 'PMML element Lag: it cannot be said in a scorecard''s formula', around('<Lag field="x"/>'), 'an element that is not read');
SELECT refused('0A000', 'PMML element MapValues: expected an outputColumn, FieldColumnPair and an InlineTable with rows', around('<MapValues outputColumn="o"><FieldColumnPair field="x" column="c"/><TableLocator/></MapValues>'), 'a table that is elsewhere');
SELECT refused('0A000', 'PMML element ComplexPartialScore: its expression gives no number', around('<FieldRef field="t"/>'), 'a score that is no number');
SELECT refused('0A000', 'PMML element Attribute: ''ten'' is no number', doc('<Characteristic name="c"><Attribute partialScore="ten"><True/></Attribute></Characteristic>')::text, 'a partial score that is no number');
SELECT refused('0A000', 'PMML element Characteristics: it has no Characteristic', doc('', fields => '<DataField name="t" optype="categorical" dataType="string"><Value value="a"/></DataField>', mining => '<MiningField name="t"/>')::text, 'no characteristic, though a field has a range of values');
SELECT refused('0A000', 'PMML element Attribute: neither a partialScore nor a ComplexPartialScore, in the Characteristic ''c''', doc('<Characteristic name="c"><Attribute><True/></Attribute></Characteristic>')::text, 'no partial score');
SELECT refused('0A000', 'PMML element Attribute: expected a predicate', doc('<Characteristic name="c"><Attribute partialScore="1"/></Characteristic>')::text, 'no predicate');
SELECT refused('0A000', 'PMML element Characteristic: it has no Attribute', doc('<Characteristic name="c"/>')::text, 'no attribute');
SELECT refused('0A000', 'PMML element Characteristics: it has no Characteristic', doc('')::text, 'no characteristic');
SELECT refused('0A000', 'PMML element SimplePredicate: operator ''like'' is not one of its operators', doc('<Characteristic name="c"><Attribute partialScore="1"><SimplePredicate field="x" operator="like" value="1"/></Attribute></Characteristic>')::text, 'an unknown operator');
SELECT refused('0A000', 'PMML element SimplePredicate: ''a'' is no number', doc('<Characteristic name="c"><Attribute partialScore="1"><SimplePredicate field="x" operator="equal" value="a"/></Attribute></Characteristic>')::text, 'a text for a number');
SELECT refused('0A000', 'PMML element Attribute: expected one predicate', doc('<Characteristic name="c"><Attribute partialScore="1"><True/><False/></Attribute></Characteristic>')::text, 'two predicates');
SELECT is((SELECT array_agg(trim_scale(score(scorecard_from_pmml(doc(format('<Characteristic name="c"><Attribute partialScore="1"><SimpleSetPredicate field="x" booleanOperator="%s"><Array n="0" type="int"/></SimpleSetPredicate></Attribute><Attribute partialScore="2"><True/></Attribute></Characteristic>', o))), p::profile)) ORDER BY o, p)
	FROM unnest('{isIn,isNotIn}'::text[]) AS o, unnest('{"{}","{\"x\": 1}"}'::text[]) AS p), '{2,2,1,2}', 'an empty array has nothing in it');
SELECT refused('0A000', 'PMML element Array: it has 2 members, expected 3', doc('<Characteristic name="c"><Attribute partialScore="1"><SimpleSetPredicate field="x" booleanOperator="isIn"><Array n="3">1 2</Array></SimpleSetPredicate></Attribute></Characteristic>')::text, 'an array of another length');
SELECT refused('0A000', 'PMML element DataField tm: a value of its dataType cannot stand in a profile', replace(replace(around('<FieldRef field="tm"/>'), '</DataDictionary>', '<DataField name="tm" optype="ordinal" dataType="time"/></DataDictionary>'), '</MiningSchema>', '<MiningField name="tm"/></MiningSchema>'), 'a dataType that profiles do not have');
SELECT refused('0A000', 'PMML element MiningField z: the DataDictionary has no such field', replace(around('<FieldRef field="x"/>'), '</MiningSchema>', '<MiningField name="z"/></MiningSchema>'), 'a field that is not in the dictionary');
SELECT refused('0A000', NULL, doc('<Characteristic name="c"><Attribute partialScore="1"><SimplePredicate field="u" operator="isMissing"/></Attribute></Characteristic>',
	inside => '<LocalTransformations><DerivedField name="u" optype="continuous" dataType="double"><FieldRef field="v"/></DerivedField><DerivedField name="v" optype="continuous" dataType="double"><FieldRef field="u"/></DerivedField></LocalTransformations>')::text, 'fields that define each other');
-- each field is twice the one before: 2^30 terms
SELECT refused('0A000', NULL, doc('<Characteristic name="c"><Attribute partialScore="1"><SimplePredicate field="f30" operator="isMissing"/></Attribute></Characteristic>',
	inside => '<LocalTransformations>' || (SELECT string_agg(format('<DerivedField name="f%s" optype="continuous" dataType="double"><Apply function="+"><FieldRef field="%s"/><FieldRef field="%2$s"/></Apply></DerivedField>', i, CASE i WHEN 1 THEN 'x' ELSE 'f' || i - 1 END), '') FROM generate_series(1, 30) AS i)
	|| '</LocalTransformations>')::text, 'fields that grow out of bounds');
SET client_min_messages = error;
SELECT is(trim_scale(score(scorecard_from_pmml(doc('<Characteristic name="c"><Attribute partialScore="1"><True/></Attribute></Characteristic>', inside => '<Output><OutputField name="o" feature="decision"/></Output>')), '{}')), 1.0, 'an output that decides is left out, with a warning');
SET client_min_messages = warning;
SELECT is((SELECT array_agg(trim_scale(score(c, jsonb_build_object('x', x)::text::profile)) ORDER BY x) FROM generate_series(-20, 20, 10) AS x, LATERAL (SELECT scorecard_from_pmml(doc('<Characteristic name="c"><Attribute><True/><ComplexPartialScore><FieldRef field="x"/></ComplexPartialScore></Attribute></Characteristic>',
	inside => '<Targets><Target field="s" min="-5" max="12.5"/></Targets>')) AS c) AS d), '{-5,-5,0,10,12.5}', 'a target limits the score');
SELECT refused('0A000', 'PMML element Target: a score that is rescaled, cast or replaced afterwards', doc('<Characteristic name="c"><Attribute partialScore="1"><True/></Attribute></Characteristic>', inside => '<Targets><Target rescaleFactor="2"/></Targets>')::text, 'a score that is rescaled');
SELECT refused('0A000', 'PMML element Scorecard: it has to be scorable, and of functionName regression', replace(around('<FieldRef field="x"/>'), 'regression', 'classification'), 'another function');
SELECT refused('0A000', NULL, replace(around('<FieldRef field="x"/>'), 'version="4.4"', 'version="3.2"'), 'an old version');
SELECT refused('0A000', 'PMML element TreeModel: of models only a Scorecard that stands by itself can be said', '<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><TreeModel/></PMML>', 'another model');
SELECT refused('0A000', 'PMML element MiningModel: of models only a Scorecard that stands by itself can be said', '<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><DataDictionary/><MiningModel><Segmentation multipleModelMethod="modelChain"><Segment><True/><Scorecard/></Segment></Segmentation></MiningModel></PMML>', 'a chain of models');
SELECT refused('22023', 'the PMML document has no Scorecard', '<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/></PMML>', 'no model');
SELECT throws_ok(format('SELECT scorecard_from_pmml(%L, ''other'')', doc('<Characteristic name="c"><Attribute partialScore="1"><True/></Attribute></Characteristic>')), '22023', 'the PMML document has no Scorecard named "other"', 'no model of that name');

-- ---- hostile documents ----
SELECT refused('22023', 'expected a PMML document, its root is <html>', '<html/>', 'no PMML');
SELECT refused('22023', NULL, 'only text', 'no XML document');
SELECT refused('22023', NULL, '<a/><b/>', 'two documents');
SELECT refused('22023', NULL, '', 'nothing');
SELECT refused('22023', 'PMML document with a document type declaration is refused', '<!DOCTYPE PMML [<!ENTITY e "x">]><PMML version="4.4">&e;</PMML>', 'an entity');
SELECT throws_ok($$SELECT scorecard_from_pmml('<!DOCTYPE PMML [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><PMML>&c;</PMML>')$$, NULL, NULL, 'entities of entities');
SELECT throws_ok($$SELECT scorecard_from_pmml('<!DOCTYPE PMML SYSTEM "file:///etc/passwd"><PMML/>')$$, '22023', NULL, 'an external document type');
SELECT refused('54001', 'PMML document is nested too deeply', repeat('<PMML>', 100) || repeat('</PMML>', 100), 'too deep');
SELECT refused('54000', 'PMML document has more than 50,000 elements', '<PMML>' || repeat('<a/>', 50000) || '</PMML>', 'too many elements');
SELECT refused('54000', NULL, '<PMML>' || repeat('x', 5000000) || '</PMML>', 'too large');
SELECT throws_ok($$SELECT scorecard_from_pmml('<PMML><broken')$$, '2200N', NULL, 'broken XML');
SELECT is(scorecard_from_pmml(NULL), NULL, 'NULL of a NULL');
SELECT ok(scorecard_from_pmml(doc('<Characteristic name="&lt;a&gt; &quot;; DROP"><Attribute partialScore="1"><SimplePredicate field="t" operator="equal" value="&apos;); DROP"/></Attribute></Characteristic>')) IS NOT NULL, 'quotes in names and values stay what they are');

-- ---- out and back ----
SELECT setseed(0.44);
CREATE TABLE subject AS SELECT i, profile(x) AS p FROM generate_series(1, 400) AS i, LATERAL (SELECT
	CASE WHEN i % 9 = 0 THEN NULL ELSE round((random() * 40 - 10)::numeric, (i % 3)) END AS a, CASE WHEN i % 7 = 0 THEN NULL ELSE floor(random() * 12)::numeric - 2 END AS b,
	CASE WHEN i % 5 > 0 THEN random() < 0.5 END AS f, CASE WHEN i % 4 > 0 THEN (ARRAY['x', 'y', '<&"'' z'])[1 + i % 3] END AS t, CASE WHEN i % 3 > 0 THEN DATE '2020-01-01' + (i % 60) END AS d) AS x;
CREATE FUNCTION card_of(normalise text, value text, rest text DEFAULT '') RETURNS scorecard LANGUAGE sql AS $$
	SELECT format('{"name": "n & <m>", "aggregate": "sum", "initial": 2.5, "digits": {"points": 4, "score": 4}, "dimensions": [{"code": "k"}], "indicators": [{"code": "\"i\" <1>", "dimension": "k", "normalise": %s %s %s}]}',
		normalise, CASE WHEN normalise LIKE '%cases%' THEN '' ELSE ', "value": ' || to_json(value) END, rest)::scorecard
$$;
CREATE TABLE way AS SELECT n, card_of(normalise, value, rest) AS card FROM (VALUES
	(1, '{"bins": [[null, -3], [0, 4], [7.5, 12]]}', 'a', ''), (2, '{"bins": [[0, 4], [7.5, 12]]}', 'a / b', ', "missing": "zero"'),
	(3, '{"linear": [-2, 7]}', 'a', ''), (4, '{"linear": [30, 3]}', 'a - b', ''), (5, '{"log": [0.5, 20]}', 'abs(a)', ''),
	(6, '{"per_unit": {"points": -1.5, "cap": 5}}', 'b', ''), (7, '{"per_unit": {"cap": 7}}', 'b', ''), (8, '{"per_unit": {"points": 0.3}}', 'a', ''),
	(9, '{"flag": [5, -2]}', 'f', ''), (10, '{"flag": true}', 'a > b OR f IS NOT TRUE', ''), (11, $${"category": {"x": 3, "<&\"' z": 4}, "else": -1}$$, 't', ''),
	(12, $${"cases": [{"when": "f", "points": "b * 0.1", "reason": "R<1>"}, {"when": "t = 'x'", "points": 4}], "else": 9}$$, '', ', "baseline": 3.25, "reason": "R&2"'),
	(13, $${"cases": [{"when": "NOT f AND a BETWEEN 1 AND 9", "points": 1}, {"when": "a NOT BETWEEN -5 AND 20", "points": 2}, {"when": "t IN ('x', '<&\"'' z')", "points": 3}, {"when": "t NOT IN ('x')", "points": 4}]}$$, '', ''),
	(14, $${"cases": [{"when": "d < DATE '2020-01-20'", "points": 1}, {"when": "d IS NULL", "points": 2}, {"when": "coalesce(f, b > 3) = true", "points": 3}, {"when": "true", "points": "nullif(b, 3)"}]}$$, '', ''),
	(15, $${"cases": [{"when": "(a > b) IS UNKNOWN", "points": "CASE WHEN f THEN 1 WHEN a > 3 THEN 2 ELSE 3 END"}, {"when": "a IS NOT DISTINCT FROM b", "points": 5}, {"when": "(a > 2) IS FALSE", "points": "coalesce(b, a, 1) - power(2, 3) + sqrt(4)"}, {"when": "false", "points": 1}, {"when": "true", "points": "greatest(a, b, 0) - least(-a, 4) + floor(b / 2) + ceil(a) + round(a)"}]}$$, '', ''),
	(16, $${"cases": [{"when": "CASE t WHEN 'x' THEN f WHEN 'y' THEN NOT f END", "points": "CASE b WHEN 1 THEN 10 WHEN 2 THEN 20 END"}, {"when": "length(t) > 1", "points": "length(t) + ln(10) + log(100) + exp(1)"}, {"when": "substr(t, 1, 1) = 'x' OR a IS DISTINCT FROM b", "points": "-abs(a)"}]}$$, '', '')
	) AS v (n, normalise, value, rest);
CREATE TABLE back AS SELECT n, card, scorecard_from_pmml(to_pmml(card)) AS again FROM way;
SELECT is((SELECT count(*) FROM back, subject WHERE round(score(again, p), 4) IS DISTINCT FROM score(card, p)), 0::bigint, 'what went out and came back scores the same');
SELECT diag(format('%s %s: %s, again %s', n, p, score(card, p), score(again, p))) FROM back, subject WHERE round(score(again, p), 4) IS DISTINCT FROM score(card, p) LIMIT 5;
SELECT is((SELECT count(*) FROM (SELECT n, count(DISTINCT score(card, p)) AS c FROM back, subject GROUP BY n) AS g WHERE c < 2), 0::bigint, 'and not all the same');
SELECT is((SELECT count(*) FROM back WHERE scorecard_from_pmml(to_pmml(again)) IS NULL), 0::bigint, 'and goes out again');
SELECT is((SELECT array_agg(DISTINCT (r.code, trim_scale(r.lost))::text) FROM back, subject, reason_codes(again, p) AS r), (SELECT array_agg(DISTINCT (r.code, trim_scale(r.lost))::text) FROM back, subject, reason_codes(card, p) AS r), 'reason codes come back too');
-- a weighted card
SELECT is((SELECT count(*) FROM subject, (SELECT card, scorecard_from_pmml(to_pmml(card)) AS again FROM (SELECT '{"name": "w", "dimensions": [{"code": "k"}], "indicators": [
	{"code": "a", "dimension": "k", "normalise": {"linear": [0, 30]}, "weight": 33.3}, {"code": "b", "dimension": "k", "normalise": {"per_unit": {"cap": 9}}, "weight": 46.7, "missing": "zero"},
	{"code": "f", "dimension": "k", "normalise": {"flag": true}, "weight": 20}]}'::scorecard AS card) AS c) AS w WHERE round(score(again, p), 2) IS DISTINCT FROM score(card, p)), 0::bigint, 'a weighted card out and back');
-- segments, shares of shares, caps, the lowest value, a bonus, and limits of the whole
CREATE TABLE shaped AS SELECT n, card::scorecard AS card FROM (VALUES
	(1, '{"name": "s", "segment": "CASE WHEN a > 10 THEN ''big'' WHEN f THEN ''small'' END", "segments": ["small", "big"], "dimensions": [{"code": "k"}], "indicators": [
		{"code": "a", "dimension": "k", "normalise": {"bins": [[-5, 10], [0, 50], [12, 100]]}, "weight": {"small": 60, "big": 30}, "missing": "lowest"},
		{"code": "b", "dimension": "k", "normalise": {"per_unit": {"cap": 7}}, "weight": {"small": 40, "big": 0}},
		{"code": "g", "dimension": "k", "value": "b > 2 OR f", "normalise": {"flag": [80, 10]}, "weight": {"small": 0, "big": 70}, "missing": "zero"}]}'),
	(2, '{"name": "r", "weights": "relative", "dimensions": [{"code": "top", "weight": 1}, {"code": "x", "parent": "top", "weight": 2}, {"code": "y", "parent": "top", "weight": 1}], "indicators": [
		{"code": "a", "dimension": "x", "normalise": {"linear": [-10, 30]}, "weight": 1, "missing": "lowest"}, {"code": "b", "dimension": "x", "normalise": {"bins": [[null, -20], [3, 70]]}, "weight": 1, "missing": "lowest"},
		{"code": "t", "dimension": "y", "normalise": {"category": {"x": 30, "y": 80}, "else": -10}, "weight": 5, "missing": "lowest"}]}'),
	(3, '{"name": "b", "cap": 75, "floor": 20, "initial": 5, "dimensions": [{"code": "k"}, {"code": "more", "bonus": true}], "indicators": [
		{"code": "a", "dimension": "k", "normalise": {"linear": [0, 30]}, "weight": 100, "cap": 62.5, "missing": "zero"}, {"code": "b", "dimension": "more", "normalise": {"per_unit": {"points": 12}}, "weight": 30, "cap": 14, "missing": "zero"}]}')) AS v (n, card);
SELECT is((SELECT count(*) FROM shaped, LATERAL (SELECT scorecard_from_pmml(to_pmml(card)) AS again OFFSET 0) AS b, subject WHERE n = s AND round(score(again, p), 2) IS DISTINCT FROM score(card, p)), 0::bigint, format('card %s out and back', s))
FROM generate_series(1, 3) AS s;
SELECT ok((SELECT min(c) > 2 FROM (SELECT count(DISTINCT score(card, p)) AS c FROM shaped, subject GROUP BY n) AS g), 'each with several scores');
SELECT is(to_pmml(NULL)::text, NULL, 'nothing out of nothing');
SELECT is((xpath('string(/*/*/@initialScore)', to_pmml(card)))[1]::text, '2.5', 'the initial score goes out') FROM way WHERE n = 1;
CREATE FUNCTION unsaid(message text, card scorecard, name text) RETURNS text LANGUAGE sql AS $$ SELECT throws_ok(format('SELECT to_pmml(%L)', card), '0A000', message, name) $$;
SELECT unsaid('PMML cannot say: normaliser {"set": {"x": 1}}', card_of('{"set": {"x": 1}}', 't'), 'a set');
SELECT unsaid('PMML cannot say: as_of', card_of('{"flag": true}', 'd < as_of'), 'the date of evaluation');
SELECT unsaid('PMML cannot say: a % b', card_of('{"linear": [0, 1]}', 'a % b'), 'a remainder');
SELECT unsaid('PMML cannot say: missing "reweight" of indicator "i" <1>', card_of('{"linear": [0, 1]}', 'a', ', "missing": "reweight"'), 'the rule reweight');
SELECT unsaid('PMML cannot say: missing "lowest" of indicator "i" <1>', card_of('{"cases": [{"when": "f", "points": "a"}]}', 'a', ', "missing": "lowest"'), 'the lowest of formulas');
SELECT unsaid('PMML cannot say: missing "median" of indicator "i" <1>', card_of('{"linear": [0, 1]}', 'a', ', "missing": "median"'), 'the peers'' median');
SELECT unsaid('PMML cannot say: normaliser {"percentile": true}', card_of('{"percentile": true}', 'a'), 'peers');
SELECT unsaid('PMML cannot say: normaliser {"logistic": {"slope": 1, "middle": 0}}', card_of('{"logistic": {"middle": 0, "slope": 1}}', 'a'), 'a logistic curve');
SELECT unsaid('PMML cannot say: coverage, ratings', '{"name": "w", "coverage": 0.5, "dimensions": [{"code": "k"}], "indicators": [{"code": "a", "dimension": "k", "normalise": {"linear": [0, 30]}, "weight": 100}], "ratings": [{"grade": "A", "from": 5}]}', 'ratings and coverage');
SELECT unsaid('PMML cannot say: dimensions[k].cap', '{"name": "w", "dimensions": [{"code": "k", "cap": 20}], "indicators": [{"code": "a", "dimension": "k", "normalise": {"linear": [0, 30]}, "weight": 100}]}', 'a dimension with a cap');
SELECT unsaid('PMML cannot say: aggregate "geometric"', '{"name": "w", "aggregate": "geometric", "dimensions": [{"code": "k"}], "indicators": [{"code": "a", "dimension": "k", "normalise": {"linear": [0, 30]}, "weight": 100}]}', 'a geometric mean');
SELECT * FROM finish();
