/*
 * Weights of evidence: how classes of subjects differ in an outcome, and the
 * scale on which their logarithms become points.
 */
CREATE FUNCTION growth_index.statistics_class(internal, text, boolean) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE TYPE growth_index.woe_row AS (
	class text, subjects bigint, share double precision, events bigint, rate double precision,
	woe double precision, information double precision);
COMMENT ON TYPE growth_index.woe_row IS
'A line of woe_table(). subjects: how many are of the class; share: of all; events: how many of them have the outcome; rate: events / subjects; woe: weight of evidence, ln of the share of all without the outcome over the share of all with it (positive: the outcome is rarer than elsewhere; some programs have the opposite sign); information: what the class adds to information_value().';
CREATE FUNCTION growth_index.woe_table_final(internal) RETURNS growth_index.woe_row[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
CREATE FUNCTION growth_index.information_value_final(internal) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;

CREATE AGGREGATE growth_index.woe_table(class text, outcome boolean) (
	SFUNC = growth_index.statistics_class, STYPE = internal, SSPACE = 8192,
	FINALFUNC = growth_index.woe_table_final, PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.woe_table(text, boolean) IS
'Weights of evidence of classes (bins of a number, texts): an array of woe_row, in the order of the classes'' bytes: SELECT * FROM unnest((SELECT woe_table(width_bucket(age, ARRAY[26, 35])::text, failed) FROM firms)). A class in which nobody, or everybody, has the outcome counts half a subject where it has none. A row with a NULL is left out; NULL where nobody has the outcome, or everybody.';
CREATE AGGREGATE growth_index.information_value(class text, outcome boolean) (
	SFUNC = growth_index.statistics_class, STYPE = internal, SSPACE = 8192,
	FINALFUNC = growth_index.information_value_final, PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.information_value(text, boolean) IS
'The information value (IV) of a characteristic: over its classes, the sum of the share without the outcome less the share with it, times the weight of evidence. Usually: under 0.02 useless, 0.1 weak, 0.3 strong. Empty classes and NULL as for woe_table().';

CREATE FUNCTION growth_index.points_scale(points double precision, odds double precision, points_to_double double precision,
										  OUT base double precision, OUT factor double precision)
	RETURNS record
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT (odds > 0 AND odds < 'Infinity') THEN
		RAISE EXCEPTION 'odds of %: expected a number above 0', odds USING ERRCODE = '2201E';
	ELSIF NOT (abs(points) < 'Infinity' AND abs(points_to_double) < 'Infinity') THEN
		RAISE EXCEPTION 'points of % and % are not both finite', points, points_to_double USING ERRCODE = '22023';
	END IF;
	factor := points_to_double / ln(2::double precision);
	base := points + factor * ln(odds);
END
$$;
COMMENT ON FUNCTION growth_index.points_scale(double precision, double precision, double precision) IS
'The scale of a credit scorecard: so many points at these odds of the outcome (1 / 19.0: one to nineteen), and so many more each time the odds halve. An outcome of log odds x has base - factor * x points; so under a logistic model the intercept a gives base - factor * a points, and a class factor * b times its weight of evidence, b being the coefficient of woe_row.woe with its sign changed. Errors: odds not above 0 (2201E), points that are not finite (22023). NULL of a NULL.';
