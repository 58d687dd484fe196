/*
 * Composite indices: the shape of an indicator and its outliers, and ways of
 * putting indicators together that compare the subjects with each other.
 */

/* ---- shape and outliers ---- */
CREATE FUNCTION growth_index.statistics_value(internal, double precision) RETURNS internal
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
CREATE FUNCTION growth_index.skewness_final(internal) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;
CREATE FUNCTION growth_index.kurtosis_final(internal) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10000;

CREATE AGGREGATE growth_index.skewness(double precision) (
	SFUNC = growth_index.statistics_value, STYPE = internal, SSPACE = 65536,
	FINALFUNC = growth_index.skewness_final, PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.skewness(double precision) IS
'The skewness (偏度) of a sample, adjusted for its size: G1 of Joanes and Gill (1998), as spreadsheets, SAS and COINr compute it; 0 for what is symmetric, positive for a long tail of high values. NULLs are left out; NULL for under three numbers or where all are the same. Errors: a number that is not finite (22023).';
CREATE AGGREGATE growth_index.kurtosis(double precision) (
	SFUNC = growth_index.statistics_value, STYPE = internal, SSPACE = 65536,
	FINALFUNC = growth_index.kurtosis_final, PARALLEL = SAFE);
COMMENT ON AGGREGATE growth_index.kurtosis(double precision) IS
'The excess kurtosis (峰度) of a sample, adjusted for its size: G2 of Joanes and Gill (1998), 0 for the normal distribution. NULL for under four numbers or where all are the same; else as skewness().';

CREATE FUNCTION growth_index.treat_outliers(numbers double precision[], most integer DEFAULT 5,
											skewness double precision DEFAULT 2, kurtosis double precision DEFAULT 3.5,
											OUT treated double precision[], OUT low integer, OUT high integer,
											OUT logarithm boolean)
	RETURNS record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION growth_index.treat_outliers(double precision[], integer, double precision, double precision) IS
'Outliers of one indicator treated as the OECD/JRC Handbook (2008) and the COIN tool do: while both |skewness()| and kurtosis() are above their limits, one more of the outermost values of the longer tail is put equal to the next one (winsorised), at most so many; where that is not enough, all become logarithms instead, ln(x - min + (max - min) / 100), or the same mirrored for a tail of low values. treated: the values in their order, NULL where they were; low, high: how many were winsorised at each end; logarithm: whether all were transformed. NULL of a NULL. Errors: a number that is not finite, a negative limit (22023), more than one dimension (2202E).';

/* ---- comparing subjects ---- */
CREATE FUNCTION growth_index.copeland(scores double precision[], weights double precision[] DEFAULT NULL) RETURNS integer[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION growth_index.copeland(double precision[], double precision[]) IS
'Copeland''s score of each subject: how many others it outranks less how many outrank it. scores: a row a subject, a number an indicator, more being better, as array_agg(normalised_values(card, profile) ORDER BY id) makes them; one outranks another where the weights of the indicators in which it is better sum to more than those in which it is worse. An indicator that one of the two does not know is left out for them. weights: one a column, by default equal. Its time is that of comparing all pairs. NULL of NULL scores. Errors: not two dimensions (2202E), another number of weights, a negative one, a number that is not finite (22023).';
CREATE FUNCTION growth_index.borda(scores double precision[], weights double precision[] DEFAULT NULL) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100000;
COMMENT ON FUNCTION growth_index.borda(double precision[], double precision[]) IS
'Borda''s count of each subject: for each indicator the number of subjects that have less, times its weight, summed: a composite of ranks. scores, weights and errors as for copeland(); what is unknown counts nothing, and nobody has more than it.';
CREATE FUNCTION growth_index.benefit_of_doubt(scores double precision[], lowest double precision DEFAULT 0,
											  highest double precision DEFAULT 1,
											  OUT subject integer, OUT value double precision, OUT weights double precision[])
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000000 ROWS 100;
COMMENT ON FUNCTION growth_index.benefit_of_doubt(double precision[], double precision, double precision) IS
'Each subject judged by the weights that favour it most (benefit of the doubt, Melyn and Moesen 1991): the greatest weighted sum of its numbers under weights that put no subject above 1. scores: a row a subject, none negative, more being better. lowest, highest: the share of each weight in the sum of the weights. subject: the row''s place, from 1; value: 0 to 1; weights: those that give it (others may give the same). Computed in doubles by the simplex method, good for about 9 digits; the time grows with the square of the number of subjects. NULL arguments give no rows. Errors: not two dimensions (2202E), a NULL (22004), a negative number or shares that no weights have (22023).';
