/*
 * Statistics of models: weights that data or judgement give, how well a model
 * tells good from bad, how stable it is, and what its ranks hang on.
 */

/* ---- rows of numbers ---- */
CREATE FUNCTION growth_index.statistics_row(internal, double precision[]) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION growth_index.entropy_weights_final(internal) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
CREATE FUNCTION growth_index.critic_weights_final(internal) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
CREATE FUNCTION growth_index.correlation_final(internal) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
CREATE FUNCTION growth_index.cronbach_alpha_final(internal) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;

CREATE AGGREGATE growth_index.entropy_weights(double precision[]) (
	SFUNC = growth_index.statistics_row, STYPE = internal, SSPACE = 65536,
	FINALFUNC = growth_index.entropy_weights_final, PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.entropy_weights(double precision[]) IS
'Weights by entropy (熵权法): each row is a subject''s numbers, one an indicator, already normalised (more is better, none negative); the result has one weight an indicator in the same order, summing to 1. With p the shares of a column''s numbers in their sum and n rows: e = -sum(p ln p) / ln n, 0 ln 0 being 0; the weight is in proportion to 1 - e. A column that is the same for all has weight 0. Computed in doubles, good for about 12 digits. A row that is NULL or holds a NULL is left out; NULL with under two rows, or where no column differs. Errors: a negative number (22023), rows of different lengths (2202E).';
CREATE AGGREGATE growth_index.critic_weights(double precision[]) (
	SFUNC = growth_index.statistics_row, STYPE = internal, SSPACE = 65536,
	FINALFUNC = growth_index.critic_weights_final, PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.critic_weights(double precision[]) IS
'Weights by contrast and conflict (CRITIC, Diakoulaki, Mavrotas and Papayannakis 1995): rows as for entropy_weights(), on a common scale; the weight of a column is in proportion to its standard deviation times the sum of 1 - r over the other columns, r being Pearson''s correlation. A column that is the same for all has weight 0 and does not count for the others. Sum, precision, NULL and errors as for entropy_weights(), negative numbers being allowed; NULL also where no two columns conflict: only one differs, or all that do go together perfectly.';
CREATE AGGREGATE growth_index.correlation(double precision[]) (
	SFUNC = growth_index.statistics_row, STYPE = internal, SSPACE = 65536,
	FINALFUNC = growth_index.correlation_final, PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.correlation(double precision[]) IS
'Pearson''s correlation of each pair of columns, as a square array in the order of the columns; rows as for entropy_weights(). NULL stands where a column is the same for all. correlation_table() shows it as rows. A row that is NULL or holds a NULL is left out; NULL with under two rows.';
CREATE AGGREGATE growth_index.cronbach_alpha(double precision[]) (
	SFUNC = growth_index.statistics_row, STYPE = internal, SSPACE = 65536,
	FINALFUNC = growth_index.cronbach_alpha_final, PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.cronbach_alpha(double precision[]) IS
'Cronbach''s alpha: how far the columns measure one thing; k / (k - 1) * (1 - sum of their variances / variance of their sum), at most 1; 0.7 and above is usually called consistent. Rows as for entropy_weights(), on a common scale. NULL with under two rows or columns, or where the sum is the same for all.';

CREATE FUNCTION growth_index.correlation_table(codes text[], correlations double precision[])
	RETURNS TABLE (first text, second text, correlation double precision)
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 100
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF cardinality(codes) <> coalesce(array_length(correlations, 1), 0) OR cardinality(codes) <> coalesce(array_length(correlations, 2), 0) THEN
		RAISE EXCEPTION '% codes for correlations of % rows and % columns', cardinality(codes), coalesce(array_length(correlations, 1), 0), coalesce(array_length(correlations, 2), 0)
			USING ERRCODE = '2202E', HINT = 'One code for each column of what correlation() was given.';
	END IF;
	RETURN QUERY SELECT codes[a], codes[b], correlations[a][b]
	FROM generate_subscripts(codes, 1) AS a, generate_subscripts(codes, 1) AS b
	WHERE a < b
	ORDER BY abs(correlations[a][b]) DESC NULLS LAST, a, b;
END
$$;
COMMENT ON FUNCTION growth_index.correlation_table(text[], double precision[]) IS
'The square that correlation() gives as rows, one for each pair of columns, the closest first; codes name the columns in their order (for normalised_values(): indicator_codes()). correlation: -1 to 1, NULL where a column is the same for all. Error 2202E: there are not as many codes as columns.';

/* ---- weights ---- */
CREATE FUNCTION growth_index.equal_weights(indicators integer) RETURNS double precision[]
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT array_fill(1.0::double precision / indicators, ARRAY[indicators]) WHERE indicators > 0;
END;
COMMENT ON FUNCTION growth_index.equal_weights(integer) IS
'So many equal weights that sum to 1; NULL for fewer than one.';

CREATE FUNCTION growth_index.ahp(pairwise double precision[], tolerance double precision DEFAULT 1e-6,
								 OUT weights double precision[], OUT eigenvalue double precision,
								 OUT consistency_index double precision,
								 OUT random_index double precision,
								 OUT consistency_ratio double precision)
	RETURNS record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION growth_index.ahp(double precision[], double precision) IS
'Weights by pairwise comparison (层次分析法, AHP): pairwise[i][j] says how much more criterion i matters than j, on Saaty''s scale from 1/9 to 9. weights: the principal eigenvector, summing to 1, in the order of the rows, by power iteration until no weight changes by more than 1e-14 of itself; eigenvalue: the principal one; consistency_index: (eigenvalue - n) / (n - 1); random_index: of n up to 15 by Saaty, The Analytic Hierarchy Process, 1980, NULL above; consistency_ratio: their quotient, usually accepted below 0.10, 0 for n up to 2, NULL for n above 15; it is told, not enforced. tolerance: how far the product of [i][j] and [j][i] may be from 1. Errors: not square (2202E), not positive or not reciprocal (22023), naming row and column. NULL of a NULL.';

CREATE FUNCTION growth_index.round_weights(weights double precision[], total numeric DEFAULT 100,
										   digits integer DEFAULT 4) RETURNS numeric[]
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 200
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wrong	text;
BEGIN
	SELECT format('weight %s is %s: expected a number from 0 on', n, coalesce(w::text, 'NULL')) INTO wrong
	FROM unnest(weights) WITH ORDINALITY AS u (w, n)
	WHERE w IS NULL OR w < 0 OR w = 'NaN' OR w = 'Infinity' ORDER BY n LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION '%', wrong USING ERRCODE = '22023';
	ELSIF round(total, digits) <> total THEN
		RAISE EXCEPTION 'a total of % has more than % digits', trim_scale(total), digits USING ERRCODE = '22023';
	ELSIF (SELECT sum(w) FROM unnest(weights) AS w) = 0 THEN
		RAISE EXCEPTION 'weights sum to 0' USING ERRCODE = '22012', DETAIL = 'Expected is one at least that is above 0.';
	END IF;
	RETURN (WITH share AS (
		SELECT n, w::numeric * total / sum(w::numeric) OVER () AS exact
		FROM unnest(weights) WITH ORDINALITY AS u (w, n)
	), floored AS (
		SELECT n, trunc(exact, digits) AS low,
			row_number() OVER (ORDER BY exact - trunc(exact, digits) DESC, n) AS turn,
			(total - sum(trunc(exact, digits)) OVER ()) * power(10::numeric, digits) AS units
		FROM share
	)
	SELECT array_agg(round(low + CASE WHEN turn <= units THEN power(10::numeric, -digits) ELSE 0 END, digits) ORDER BY n)
	FROM floored);
END
$$;
COMMENT ON FUNCTION growth_index.round_weights(double precision[], numeric, integer) IS
'The weights in proportion, as decimals of so many digits that sum exactly to the total (by largest remainders, the first of equal ones): what a scorecard takes. Errors: weights that sum to 0 (22012), one that is not finite, negative or NULL, and a total of more digits (22023). NULL of a NULL.';

CREATE FUNCTION growth_index.normalised_values(card growth_index.scorecard, profile growth_index.profile,
											   as_of date DEFAULT NULL) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5000;
COMMENT ON FUNCTION growth_index.normalised_values(growth_index.scorecard, growth_index.profile, date) IS
'The normalised value of each of the card''s indicators (0..100; points where the aggregate is sum) in the document''s order, that of indicator_codes(): a row for entropy_weights(), critic_weights(), correlation() and cronbach_alpha(). NULL stands where the value is missing and its rule puts nothing in its place; NULL of a NULL.';

CREATE FUNCTION growth_index.indicator_codes(card growth_index.scorecard) RETURNS text[]
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5000
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT array_agg(i ->> 'code' ORDER BY n)
	FROM jsonb_array_elements(growth_index.jsonb(card) -> 'indicators') WITH ORDINALITY AS u (i, n);
END;
COMMENT ON FUNCTION growth_index.indicator_codes(growth_index.scorecard) IS
'The codes of the card''s indicators in the document''s order. (indicators() has what their formulas read.) NULL of a NULL.';

CREATE FUNCTION growth_index.with_weights(card growth_index.scorecard, weights double precision[],
										  digits integer DEFAULT 4, segment text DEFAULT NULL)
	RETURNS growth_index.scorecard
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 20000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	doc jsonb := growth_index.jsonb(card);
	names text[] := ARRAY(SELECT jsonb_array_elements_text(doc -> 'segments'));
	number integer := jsonb_array_length(doc -> 'indicators');
	rounded numeric[];
	old jsonb;
	new jsonb;
BEGIN
	IF card IS NULL OR weights IS NULL OR digits IS NULL THEN
		RETURN NULL;
	END IF;
	IF doc ->> 'aggregate' = 'sum' THEN
		RAISE EXCEPTION 'a card whose aggregate is sum has no weights' USING ERRCODE = '22023';
	ELSIF segment IS NOT NULL AND NOT segment = ANY (names) THEN
		RAISE EXCEPTION 'the card has no segment "%"', segment USING ERRCODE = '22023',
			HINT = 'Its segments are: ' || array_to_string(names, ', ');
	ELSIF number <> cardinality(weights) OR array_ndims(weights) <> 1 THEN
		RAISE EXCEPTION '% weights for % indicators', cardinality(weights), number USING ERRCODE = '22023',
			HINT = 'One weight for each of indicator_codes(), in their order.';
	ELSIF EXISTS (SELECT FROM unnest(weights) AS w WHERE w IS NULL OR NOT w BETWEEN 0 AND 1e15) THEN
		RAISE EXCEPTION 'a weight has to be a number, not negative' USING ERRCODE = '22023';
	END IF;
	rounded := growth_index.round_weights(weights, coalesce((doc ->> 'total')::numeric, 100), digits);
	FOR i IN 1 .. number LOOP
		old := doc #> ARRAY['indicators', (i - 1)::text, 'weight'];
		IF segment IS NULL THEN
			new := to_jsonb(rounded[i]);
		ELSIF jsonb_typeof(old) = 'object' THEN
			new := old || jsonb_build_object(segment, rounded[i]);
		ELSE
			new := (SELECT jsonb_object_agg(s, CASE WHEN s = segment THEN to_jsonb(rounded[i]) ELSE old END)
					FROM unnest(names) AS s);
		END IF;
		doc := jsonb_set(doc, ARRAY['indicators', (i - 1)::text, 'weight'], new);
	END LOOP;
	RETURN growth_index.scorecard(doc);
END $$;
COMMENT ON FUNCTION growth_index.with_weights(growth_index.scorecard, double precision[], integer, text) IS
'The card with other weights, given in proportion and in the order of indicator_codes(), such as with_weights(card, entropy_weights(normalised_values(card, profile))): they are rounded to so many digits and sum exactly to the card''s total. segment: only that one''s; by default all segments get the same. Errors (22023): a card that has no weights, another number of weights, a negative one, a segment that is not the card''s. NULL of a NULL.';

/* ---- discrimination ---- */
CREATE FUNCTION growth_index.statistics_pair(internal, double precision, boolean) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION growth_index.statistics_pair(internal, double precision, boolean, integer) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION growth_index.auc_final(internal) RETURNS numeric
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
CREATE FUNCTION growth_index.gini_final(internal) RETURNS numeric
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
CREATE FUNCTION growth_index.ks_final(internal) RETURNS numeric
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
CREATE FUNCTION growth_index.psi_final(internal) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;

CREATE AGGREGATE growth_index.auc(score double precision, outcome boolean) (
	SFUNC = growth_index.statistics_pair, STYPE = internal, SSPACE = 65536,
	FINALFUNC = growth_index.auc_final, PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.auc(double precision, boolean) IS
'The area under the ROC curve: of all pairs of a subject with the outcome and one without it, the share in which the one with it has the higher score, equal scores counting half. 0.5 tells nothing, 1 everything; below 0.5 the score points the other way (a score that is low before a failure: auc(score, NOT failed)). Exact: a quotient of whole numbers. Scores of up to 15 digits are told apart. A row with a NULL is left out; NULL where one of the groups is empty. Errors: a score that is not finite (22023).';
CREATE AGGREGATE growth_index.gini(score double precision, outcome boolean) (
	SFUNC = growth_index.statistics_pair, STYPE = internal, SSPACE = 65536,
	FINALFUNC = growth_index.gini_final, PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.gini(double precision, boolean) IS
'Gini''s coefficient of a score, also called accuracy ratio: 2 * auc() - 1, from -1 to 1. Exact; ties, NULL and errors as for auc().';
CREATE AGGREGATE growth_index.ks(score double precision, outcome boolean) (
	SFUNC = growth_index.statistics_pair, STYPE = internal, SSPACE = 65536,
	FINALFUNC = growth_index.ks_final, PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.ks(double precision, boolean) IS
'The Kolmogorov-Smirnov statistic of a score: the greatest distance between the cumulative shares of those with the outcome and of those without, over all scores, 0 to 1. Exact; equal scores are one step; NULL and errors as for auc().';

/* ---- stability ---- */
CREATE AGGREGATE growth_index.psi(score double precision, recent boolean) (
	SFUNC = growth_index.statistics_pair, STYPE = internal, SSPACE = 65536,
	FINALFUNC = growth_index.psi_final, PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.psi(double precision, boolean) IS
'The population stability index of a score between two periods, in ten classes: see psi(score, recent, classes).';
CREATE AGGREGATE growth_index.psi(score double precision, recent boolean, classes integer) (
	SFUNC = growth_index.statistics_pair, STYPE = internal, SSPACE = 65536,
	FINALFUNC = growth_index.psi_final, PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.psi(double precision, boolean, integer) IS
'The population stability index (PSI) of a score between a base period (recent false) and a later one (true): the classes (2 to 1000) are the quantiles of the base period, a class holding its lower edge, equal edges being one; the sum of (a - e) * ln(a / e) over them, e and a being the shares in the base and in the later period. A class that is empty in one period counts half a subject there. Usually: below 0.10 stable, above 0.25 shifted. A row with a NULL is left out; NULL where a period is empty. Errors: a score that is not finite or a number of classes out of range (22023).';

CREATE FUNCTION growth_index.psi(base bigint[], recent bigint[]) RETURNS double precision
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wrong	text;
BEGIN
	SELECT format('class %s of the %s period has %s subjects', n, period, subjects) INTO wrong
	FROM (SELECT 'base' AS period, subjects, n FROM unnest(base) WITH ORDINALITY AS u (subjects, n)
		UNION ALL SELECT 'later', subjects, n FROM unnest(recent) WITH ORDINALITY AS u (subjects, n)) AS class
	WHERE subjects < 0 LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION '%', wrong USING ERRCODE = '22023', DETAIL = 'Expected are numbers from 0 on.';
	END IF;
	RETURN (SELECT sum((a - e) * ln(a / e))
	FROM (SELECT coalesce(nullif(e, 0), 0.5)::double precision / nullif(sum(e) OVER (), 0)::double precision AS e,
				 coalesce(nullif(a, 0), 0.5)::double precision / nullif(sum(a) OVER (), 0)::double precision AS a,
				 e = 0 AND a = 0 AS empty
		  FROM (SELECT coalesce(e, 0) AS e, coalesce(a, 0) AS a FROM unnest(base, recent) AS u (e, a)) AS counts) AS share
	WHERE NOT empty);
END
$$;
COMMENT ON FUNCTION growth_index.psi(bigint[], bigint[]) IS
'The population stability index of how many subjects each class has in a base period and in a later one, in the same order of classes; formula and empty classes as for psi(score, recent, classes). A number that is negative is an error (22023); a NULL among them, or a class that one of the arrays does not reach, is 0; NULL where a period is empty, or of a NULL.';

CREATE FUNCTION growth_index.statistics_count_grades(bigint[], growth_index.rating, growth_index.rating) RETURNS bigint[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION growth_index.statistics_count_outcomes(bigint[], growth_index.rating, boolean) RETURNS bigint[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION growth_index.statistics_counts_combine(bigint[], bigint[]) RETURNS bigint[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION growth_index.statistics_grades(OUT place integer, OUT grade growth_index.rating) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 28
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT (3 * class)::integer + notch - 2, (name || sign)::growth_index.rating
	FROM unnest('{C,CC,CCC,B,BB,BBB,A,AA,AAA}'::text[]) WITH ORDINALITY AS c (name, class),
		 (VALUES (1, '-'), (2, ''), (3, '+')) AS n (notch, sign)
	UNION ALL SELECT 0, 'D'::growth_index.rating;
END;
COMMENT ON FUNCTION growth_index.statistics_grades() IS
'Internal: the grades with their places, from 0, in the counts of calibration() and migration_matrix().';

CREATE FUNCTION growth_index.psi_of_grades(bigint[]) RETURNS double precision
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT growth_index.psi(array_agg($1[2 * place + 1] ORDER BY place), array_agg($1[2 * place + 2] ORDER BY place))
	FROM growth_index.statistics_grades();
END;
CREATE AGGREGATE growth_index.psi(rating growth_index.rating, recent boolean) (
	SFUNC = growth_index.statistics_count_outcomes, STYPE = bigint[],
	COMBINEFUNC = growth_index.statistics_counts_combine,
	FINALFUNC = growth_index.psi_of_grades, PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.psi(growth_index.rating, boolean) IS
'The population stability index of ratings between a base period (recent false) and a later one (true), each grade being a class; formula, empty classes and NULL as for psi(score, recent, classes).';

CREATE TYPE growth_index.calibration_row AS (
	grade growth_index.rating, subjects bigint, share numeric, events bigint, rate numeric,
	rate_low numeric, rate_high numeric, rate_up_to numeric, woe numeric, out_of_order boolean);
COMMENT ON TYPE growth_index.calibration_row IS
'A line of calibration(). subjects: how many have the grade; share: of all; events: how many of them have the outcome; rate: events / subjects; rate_low, rate_high: its 95 % interval by Wilson''s score; rate_up_to: rate among this grade and all better ones; woe: weight of evidence, ln of the share of all without the outcome over the share of all with it, NULL where either is 0; out_of_order: the rate is lower than that of the next better grade. Shares, rates and woe to 6 digits.';
/* ordered by place, as pg_upgrade makes functions before what orders grades */
CREATE FUNCTION growth_index.calibration_final(bigint[]) RETURNS growth_index.calibration_row[]
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	WITH counted AS (
		SELECT place, grade, $1[2 * place + 1] AS others, $1[2 * place + 2] AS events,
			($1[2 * place + 1] + $1[2 * place + 2])::numeric AS n
		FROM growth_index.statistics_grades()
	), seen AS (
		SELECT c.*, events / n AS rate, sum(n) OVER () AS all_n, sum(events) OVER () AS all_events,
			sum(others) OVER () AS all_others,
			sum(events) OVER better / sum(n) OVER better AS up_to,
			lag(events / n) OVER better AS better_rate, 1.959963984540054 AS z
		FROM counted c WHERE n > 0
		WINDOW better AS (ORDER BY place DESC)
	)
	SELECT array_agg(ROW(grade, n::bigint, round(n / all_n, 6), events, round(rate, 6),
		round(greatest(0, (rate + z * z / (2 * n) - z * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))) / (1 + z * z / n)), 6),
		round(least(1, (rate + z * z / (2 * n) + z * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))) / (1 + z * z / n)), 6),
		round(up_to, 6),
		CASE WHEN events > 0 AND others > 0 THEN round(ln((others / all_others) / (events / all_events)), 6) END,
		coalesce(rate < better_rate, false))::growth_index.calibration_row ORDER BY place DESC)
	FROM seen;
END;
CREATE AGGREGATE growth_index.calibration(rating growth_index.rating, outcome boolean) (
	SFUNC = growth_index.statistics_count_outcomes, STYPE = bigint[],
	COMBINEFUNC = growth_index.statistics_counts_combine,
	FINALFUNC = growth_index.calibration_final, PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.calibration(growth_index.rating, boolean) IS
'The calibration table: how often the outcome (a failure, a default) came about in each grade, the best grade first, grades that nobody has left out. An array of calibration_row: SELECT * FROM unnest((SELECT calibration(rating, failed) FROM firms)). A row with a NULL is left out; NULL without rows.';

CREATE TYPE growth_index.migration_row AS (
	before growth_index.rating, after growth_index.rating, subjects bigint, share numeric, notches integer);
COMMENT ON TYPE growth_index.migration_row IS
'A cell of migration_matrix() that is not empty. before, after: the two grades; subjects: how many went from one to the other; share: of all that had the grade before, to 6 digits; notches: how many they rose (negative: fell).';
CREATE FUNCTION growth_index.migration_final(bigint[]) RETURNS growth_index.migration_row[]
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT array_agg(ROW(before, after, n, round(n / all_n, 6), growth_index.notches(after, before))::growth_index.migration_row
		ORDER BY before_place DESC, after_place DESC)
	FROM (SELECT b.grade AS before, a.grade AS after, b.place AS before_place, a.place AS after_place, $1[29 * b.place + a.place + 1] AS n,
				 sum($1[29 * b.place + a.place + 1]) OVER (PARTITION BY b.place) AS all_n
		  FROM growth_index.statistics_grades() AS b, growth_index.statistics_grades() AS a) AS cell
	WHERE n > 0;
END;
CREATE AGGREGATE growth_index.migration_matrix(before growth_index.rating, after growth_index.rating) (
	SFUNC = growth_index.statistics_count_grades, STYPE = bigint[],
	COMBINEFUNC = growth_index.statistics_counts_combine,
	FINALFUNC = growth_index.migration_final, PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.migration_matrix(growth_index.rating, growth_index.rating) IS
'The migration matrix between two ratings of the same subjects: an array of migration_row, one for each pair of grades that somebody has, best grades first: SELECT * FROM unnest((SELECT migration_matrix(last_year, this_year) FROM ratings)). A row with a NULL is left out; NULL without rows.';

/* ---- sensitivity ---- */
CREATE FUNCTION growth_index.statistics_uniform(seed bigint, trial bigint, place bigint) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION growth_index.statistics_uniform(bigint, bigint, bigint) IS
'Internal: a number in [0, 1) that looks random, the same for the same seed, trial and place on every machine.';

CREATE FUNCTION growth_index.statistics_vary_weights(items jsonb, segments jsonb, factors numeric[], groups text[]) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	/* in each segment and group the largest weight takes what rounding leaves of the old sum; what is in no group stays */
	WITH old AS (
		SELECT n, segment, coalesce(item -> 'weight' -> segment, item -> 'weight')::numeric AS w
		FROM jsonb_array_elements(items) WITH ORDINALITY AS i (item, n),
			jsonb_array_elements_text(coalesce(segments, '[""]')) AS segment
	), scaled AS (
		SELECT n, segment, groups[n] AS part, sum(w) OVER one AS total, row_number() OVER (PARTITION BY segment, groups[n] ORDER BY w * factors[n] DESC, n) AS place,
			CASE WHEN groups[n] IS NULL THEN w ELSE coalesce(round(w * factors[n] * sum(w) OVER one / nullif(sum(w * factors[n]) OVER one, 0), 9), 0) END AS w
		FROM old WINDOW one AS (PARTITION BY segment, groups[n])
	), settled AS (
		SELECT n, segment, w + CASE place WHEN 1 THEN total - sum(w) OVER (PARTITION BY segment, part) ELSE 0 END AS w FROM scaled
	), new AS (
		SELECT n, CASE WHEN segments IS NULL THEN to_jsonb(max(w)) ELSE jsonb_object_agg(segment, w) END AS weight
		FROM settled GROUP BY n
	)
	SELECT jsonb_agg(item || jsonb_build_object('weight', weight) ORDER BY n)
	FROM jsonb_array_elements(items) WITH ORDINALITY AS i (item, n) JOIN new USING (n);
END;
COMMENT ON FUNCTION growth_index.statistics_vary_weights(jsonb, jsonb, numeric[], text[]) IS
'Internal: a card''s indicators with the weight of each times its factor, the weights of each segment and group summing to what they did.';

CREATE FUNCTION growth_index.statistics_weight_groups(card growth_index.scorecard) RETURNS text[]
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	WITH dimension AS (
		SELECT d ->> 'code' AS code, d ->> 'aggregate' = 'best' AS best, d ->> 'bonus' = 'true' AS bonus
		FROM jsonb_array_elements(growth_index.jsonb(card) -> 'dimensions') AS d
	), item AS (
		SELECT DISTINCT ON (i.code) i.code, i.dimensions FROM growth_index.scorecard_items(card) AS i
	)
	SELECT array_agg(CASE WHEN EXISTS (SELECT FROM dimension AS d WHERE d.best AND d.code = ANY (i.dimensions)) THEN NULL
		ELSE coalesce((SELECT d.code FROM dimension AS d WHERE d.bonus AND d.code = i.dimensions[1]), '') END ORDER BY u.n)
	FROM unnest(growth_index.indicator_codes(card)) WITH ORDINALITY AS u (code, n) JOIN item AS i ON i.code = u.code;
END;
COMMENT ON FUNCTION growth_index.statistics_weight_groups(growth_index.scorecard) IS
'Internal: for each indicator whose weight sums with others'' to something that the card fixes: the bonus that it is in, or the empty text; NULL for one below a dimension of which the best counts.';

CREATE FUNCTION growth_index.statistics_vary_dimensions(dimensions jsonb, spread numeric, seed bigint, trial bigint) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT jsonb_agg(d || jsonb_build_object('weight', CASE jsonb_typeof(d -> 'weight')
		WHEN 'object' THEN (SELECT jsonb_object_agg(k, round(w::numeric * f.factor, 9)) FROM jsonb_each(d -> 'weight') AS e (k, w))
		ELSE to_jsonb(round((d -> 'weight')::numeric * f.factor, 9)) END) ORDER BY n)
	FROM jsonb_array_elements(dimensions) WITH ORDINALITY AS u (d, n),
		LATERAL (SELECT 1 + spread * round((2 * growth_index.statistics_uniform(seed, trial, n * 64 - 6400000) - 1)::numeric, 9) AS factor) AS f;
END;
COMMENT ON FUNCTION growth_index.statistics_vary_dimensions(jsonb, numeric, bigint, bigint) IS
'Internal: dimensions with the share of each times a number drawn for it.';

CREATE FUNCTION growth_index.statistics_vary_points(norm jsonb, factor numeric) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	kind text;
BEGIN
	IF norm ? 'bins' THEN
		norm := jsonb_build_object('bins', (SELECT jsonb_agg(jsonb_build_array(b -> 0, (b ->> 1)::numeric * factor) ORDER BY n)
			FROM jsonb_array_elements(norm -> 'bins') WITH ORDINALITY AS v (b, n)));
	ELSIF norm ? 'per_unit' THEN
		norm := jsonb_set(norm, '{per_unit,points}',
			to_jsonb(factor * coalesce((norm #>> '{per_unit,points}')::numeric, 100 / (norm #>> '{per_unit,cap}')::numeric)));
	ELSIF norm ? 'cases' THEN
		norm := norm || jsonb_build_object('cases', (SELECT jsonb_agg(c || jsonb_build_object('points', CASE jsonb_typeof(c -> 'points')
				WHEN 'number' THEN to_jsonb((c ->> 'points')::numeric * factor) ELSE to_jsonb(format('(%s) * %s', c ->> 'points', factor)) END) ORDER BY n)
			FROM jsonb_array_elements(norm -> 'cases') WITH ORDINALITY AS v (c, n)));
		norm := norm || CASE WHEN norm ? 'else' THEN jsonb_build_object('else', (norm ->> 'else')::numeric * factor) ELSE '{}' END;
	ELSIF norm ? 'flag' THEN
		norm := jsonb_build_object('flag', jsonb_build_array(
			factor * coalesce((norm #>> '{flag,0}')::numeric, 100), factor * coalesce((norm #>> '{flag,1}')::numeric, 0)));
	ELSIF norm ?| '{category,set}' THEN
		kind := CASE WHEN norm ? 'set' THEN 'set' ELSE 'category' END;
		norm := norm || jsonb_build_object(kind, (SELECT jsonb_object_agg(k, p::numeric * factor) FROM jsonb_each(norm -> kind) AS u (k, p)));
		norm := norm || CASE kind
			WHEN 'set' THEN jsonb_build_object('cap', factor * coalesce((norm ->> 'cap')::numeric, 100))
			ELSE jsonb_build_object('else', factor * coalesce((norm ->> 'else')::numeric, 0)) END;
	END IF;
	RETURN norm;
END $$;
COMMENT ON FUNCTION growth_index.statistics_vary_points(jsonb, numeric) IS
'Internal: a normaliser with its points times a factor, as far as they stand in it.';

CREATE FUNCTION growth_index.statistics_vary_edges(norm jsonb, shift numeric[]) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	low numeric := coalesce(norm #>> '{linear,0}', norm #>> '{log,0}');
	high numeric := coalesce(norm #>> '{linear,1}', norm #>> '{log,1}');
	edges numeric[];
BEGIN
	IF norm ? 'linear' THEN
		RETURN norm || jsonb_build_object('linear',
			jsonb_build_array(low + shift[1] * (high - low), high + shift[2] * (high - low)));
	ELSIF norm ? 'log' THEN
		RETURN norm || jsonb_build_object('log',
			jsonb_build_array(low * power(high / low, shift[1]), high * power(high / low, shift[2])));
	ELSIF norm ? 'bins' THEN
		edges := ARRAY(SELECT (b ->> 0)::numeric FROM jsonb_array_elements(norm -> 'bins') WITH ORDINALITY AS v (b, n) ORDER BY n);
		RETURN norm || jsonb_build_object('bins', (
			SELECT jsonb_agg(jsonb_build_array(edges[n] + shift[1 + n % cardinality(shift)]
				* coalesce(least(edges[n] - edges[n - 1], edges[n + 1] - edges[n]), abs(edges[n])), b -> 1) ORDER BY n)
			FROM jsonb_array_elements(norm -> 'bins') WITH ORDINALITY AS v (b, n)));
	ELSIF norm #> '{per_unit,cap}' IS NOT NULL THEN
		RETURN jsonb_set(norm, '{per_unit,cap}', to_jsonb((norm #>> '{per_unit,cap}')::numeric * (1 + shift[1])));
	END IF;
	RETURN norm;
END $$;
COMMENT ON FUNCTION growth_index.statistics_vary_edges(jsonb, numeric[]) IS
'Internal: a normaliser with its goalposts, edges or cap moved by shares (above -0.5, below 0.5) of their distance.';

CREATE FUNCTION growth_index.varied(card growth_index.scorecard, seed bigint, trial bigint,
									weights numeric DEFAULT 0.2, edges numeric DEFAULT 0) RETURNS growth_index.scorecard
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100000
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	doc jsonb := growth_index.jsonb(card);
	items jsonb := doc -> 'indicators';
	factors numeric[];
BEGIN
	IF NOT (weights BETWEEN 0 AND 1 AND edges BETWEEN 0 AND 0.999) THEN
		RAISE EXCEPTION 'spread of % for weights, % for edges', weights, edges USING ERRCODE = '22023',
			DETAIL = 'Weights may vary by 0 to 1 of themselves, edges by 0 to 0.999 of their distance.';
	ELSIF trial = 0 THEN
		RETURN card;
	END IF;
	factors := ARRAY(SELECT 1 + weights * round((2 * growth_index.statistics_uniform(seed, trial, n * 64) - 1)::numeric, 9)
		FROM generate_series(1, jsonb_array_length(items)) AS n ORDER BY n);
	IF weights > 0 AND doc ->> 'aggregate' = 'sum' THEN
		items := (SELECT jsonb_agg(item || jsonb_build_object('normalise',
				growth_index.statistics_vary_points(item -> 'normalise', factors[n])) ORDER BY n)
			FROM jsonb_array_elements(items) WITH ORDINALITY AS i (item, n));
	ELSIF weights > 0 THEN
		items := growth_index.statistics_vary_weights(items, doc -> 'segments', factors, growth_index.statistics_weight_groups(card));
	END IF;
	IF weights > 0 AND doc ->> 'weights' = 'relative' THEN
		doc := jsonb_set(doc, '{dimensions}', growth_index.statistics_vary_dimensions(doc -> 'dimensions', weights, seed, trial));
	END IF;
	IF edges > 0 THEN
		items := (SELECT jsonb_agg(item || jsonb_build_object('normalise', growth_index.statistics_vary_edges(item -> 'normalise',
				ARRAY(SELECT edges * round((growth_index.statistics_uniform(seed, trial, n * 64 + k) - 0.5)::numeric, 9)
					FROM generate_series(1, 63) AS k ORDER BY k))) ORDER BY n)
			FROM jsonb_array_elements(items) WITH ORDINALITY AS i (item, n));
	END IF;
	RETURN growth_index.scorecard(jsonb_set(doc, '{indicators}', items));
END $$;
COMMENT ON FUNCTION growth_index.varied(growth_index.scorecard, bigint, bigint, numeric, numeric) IS
'The card of one trial of sensitivity(): the same for the same card, seed and trial; trial 0 is the card itself. weights: each weight times a number drawn evenly from 1 - weights to 1 + weights, all rescaled so that each segment keeps its sum (where the aggregate is sum: the points that stand in the normaliser, instead); so do those of each bonus, weights below a dimension of which the best counts stay, and where weights are relative the shares of dimensions vary too. edges: both goalposts (linear, and log in logarithms) and each edge of bins are moved evenly by up to half of edges times their distance, to the nearer neighbour for bins, so their order stays; the cap of points per unit by up to half of edges times itself. Other normalisers keep what they have. Errors (22023): a spread out of range. NULL of a NULL.';

CREATE FUNCTION growth_index.sensitivity(card growth_index.scorecard, ids text[], profiles growth_index.profile[],
										 trials integer DEFAULT 1000, seed bigint DEFAULT 1,
										 weights numeric DEFAULT 0.2, edges numeric DEFAULT 0, as_of date DEFAULT NULL,
										 alternatives growth_index.scorecard[] DEFAULT '{}')
	RETURNS TABLE (id text, score numeric, rank bigint, median numeric, low numeric, high numeric,
				   best bigint, worst bigint, scored bigint)
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 1000
	SET search_path = pg_catalog, pg_temp SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	IF num_nulls(card, ids, profiles, trials, seed, weights, edges, alternatives) > 0 THEN
		RETURN;
	ELSIF cardinality(ids) <> cardinality(profiles) THEN
		RAISE EXCEPTION '% ids for % profiles', cardinality(ids), cardinality(profiles) USING ERRCODE = '22023',
			HINT = 'Gather both with array_agg() over the same rows in the same order.';
	ELSIF trials NOT BETWEEN 1 AND 100000 THEN
		RAISE EXCEPTION 'the number of trials has to be 1 to 100000, not %', trials USING ERRCODE = '22023';
	END IF;
	RETURN QUERY
	WITH trial_card AS MATERIALIZED (
		SELECT t, growth_index.varied(CASE WHEN t = 0 THEN card ELSE (card || alternatives)[
			1 + floor(growth_index.statistics_uniform(seed, t, 0) * (1 + cardinality(alternatives)))::integer] END, seed, t, weights, edges) AS varied
		FROM generate_series(0, trials) AS t
	), result AS (
		SELECT t, n, s, CASE WHEN s IS NOT NULL THEN rank() OVER (PARTITION BY t ORDER BY s DESC NULLS LAST) END AS place
		FROM trial_card, LATERAL (
			SELECT n, growth_index.score(varied, p, as_of) AS s FROM unnest(profiles) WITH ORDINALITY AS u (p, n) OFFSET 0) AS one
	)
	SELECT ids[n], max(s) FILTER (WHERE t = 0), max(place) FILTER (WHERE t = 0),
		percentile_cont(0.5) WITHIN GROUP (ORDER BY place::float8) FILTER (WHERE t > 0)::numeric,
		percentile_cont(0.05) WITHIN GROUP (ORDER BY place::float8) FILTER (WHERE t > 0)::numeric,
		percentile_cont(0.95) WITHIN GROUP (ORDER BY place::float8) FILTER (WHERE t > 0)::numeric,
		min(place) FILTER (WHERE t > 0), max(place) FILTER (WHERE t > 0), count(place) FILTER (WHERE t > 0)
	FROM result GROUP BY n ORDER BY 3 NULLS LAST, n;
END $$;
COMMENT ON FUNCTION growth_index.sensitivity(growth_index.scorecard, text[], growth_index.profile[], integer, bigint, numeric, numeric, date, growth_index.scorecard[]) IS
'What the ranks hang on: the profiles scored by the card, and by so many variations of it (varied(): weights and edges say how far), with the spread of each one''s rank. alternatives: cards with other normalisers, aggregates or rules for missing values, of which (the card itself among them) each trial draws one evenly before it is varied. ids name the profiles in their order: SELECT s.* FROM (SELECT array_agg(enterprise_id::text) AS ids, array_agg(profile) AS profiles FROM growth_index.enterprise_profile) AS e, growth_index.sensitivity(card, ids, profiles) AS s. score, rank: by the card itself, 1 being the highest, equal scores sharing the smaller rank; median, low, high: of the rank over the trials, low and high being its 5 % and 95 % quantiles (type 7); best, worst: the least and greatest; scored: trials in which there was a score. Ordered by rank; the same for the same seed. One without a score has no rank and takes none from the others. No rows where anything but as_of is NULL. Errors (22023): arrays of different lengths, trials not 1 to 100000, a spread out of range.';
