/*
 * counts.c
 *	  Counting subjects by their grades, and what else the statistics take from
 *	  the engine: normalised values, and numbers that look random.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "../../compat.h"
#include "../rating/rating.h"
#include "../scorecard/exact.h"
#include "../scorecard/functions.h"
#include "statistics.h"

PG_FUNCTION_INFO_V1(statistics_count_grades);
PG_FUNCTION_INFO_V1(statistics_count_outcomes);
PG_FUNCTION_INFO_V1(statistics_counts_combine);
PG_FUNCTION_INFO_V1(normalised_values);
PG_FUNCTION_INFO_V1(statistics_uniform);

#define GRADES	(RATING_HIGHEST + 1)

/* The state's counts: argument arg, or new ones. */
static ArrayType *
counts_argument(FunctionCallInfo fcinfo, int arg, int size)
{
	ArrayType  *array;
	Datum	   *zeros;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (!PG_ARGISNULL(arg))
	{
		array = PG_GETARG_ARRAYTYPE_P(arg);
		if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] != size || ARR_HASNULL(array))
			elog(ERROR, "unexpected state of counts");
		return array;
	}
	zeros = palloc(size * sizeof(Datum));
	for (int i = 0; i < size; i++)
		zeros[i] = Int64GetDatum(0);
	return construct_array(zeros, size, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

static Datum
unchanged(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* Transition: a grade before and one after, counted in place. */
Datum
statistics_count_grades(PG_FUNCTION_ARGS)
{
	ArrayType  *counts;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return unchanged(fcinfo);
	counts = counts_argument(fcinfo, 0, GRADES * GRADES);
	((int64 *) ARR_DATA_PTR(counts))[PG_GETARG_INT16(1) * GRADES + PG_GETARG_INT16(2)]++;
	PG_RETURN_ARRAYTYPE_P(counts);
}

/* Transition: a grade, and whether something came about. */
Datum
statistics_count_outcomes(PG_FUNCTION_ARGS)
{
	ArrayType  *counts;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return unchanged(fcinfo);
	counts = counts_argument(fcinfo, 0, GRADES * 2);
	((int64 *) ARR_DATA_PTR(counts))[PG_GETARG_INT16(1) * 2 + PG_GETARG_BOOL(2)]++;
	PG_RETURN_ARRAYTYPE_P(counts);
}

Datum
statistics_counts_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *sum;
	ArrayType  *other;
	int			size;

	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(PG_GETARG_DATUM(1));
	sum = PG_GETARG_ARRAYTYPE_P(0);
	size = ArrayGetNItems(ARR_NDIM(sum), ARR_DIMS(sum));
	sum = counts_argument(fcinfo, 0, size);
	other = counts_argument(fcinfo, 1, size);
	for (int i = 0; i < size; i++)
		((int64 *) ARR_DATA_PTR(sum))[i] += ((int64 *) ARR_DATA_PTR(other))[i];
	PG_RETURN_ARRAYTYPE_P(sum);
}

/* The normalised value of each indicator of the card, in the document's order. */
Datum
normalised_values(PG_FUNCTION_ARGS)
{
	Scorecard  *card;
	Subject		s;
	ScoreResult r;
	Datum	   *values;
	bool	   *nulls;
	int			lower = 1;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	card = call_card(fcinfo, 0);
	call_subject(fcinfo, 1, 2, card->codes, &s);
	score_exactly(card, &s, &r);
	values = palloc0(card->nindicators * sizeof(Datum));
	nulls = palloc(card->nindicators * sizeof(bool));
	for (int i = 0; i < card->nindicators; i++)
	{
		Fraction	f = r.parts[i].normalised;

		nulls[i] = f.above == NULL;
		if (!nulls[i])
			values[i] = DirectFunctionCall1(numeric_float8, NumericGetDatum(divide(f.above, f.below)));
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(values, nulls, 1, &card->nindicators, &lower, FLOAT8OID,
											 sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

static uint64
mix(uint64 x)
{
	x ^= x >> 30;
	x *= UINT64CONST(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64CONST(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/*
 * A number in [0, 1) for each seed, trial and place: SplitMix64's mixing
 * function over the three.  The same on every machine and in any order.
 */
Datum
statistics_uniform(PG_FUNCTION_ARGS)
{
	const uint64 golden = UINT64CONST(0x9e3779b97f4a7c15);
	uint64		x = mix((uint64) PG_GETARG_INT64(0) + golden);

	x = mix(x + (uint64) PG_GETARG_INT64(1) * golden);
	x = mix(x + (uint64) PG_GETARG_INT64(2) * golden);
	PG_RETURN_FLOAT8((double) (x >> 11) / (double) (UINT64CONST(1) << 53));
}
