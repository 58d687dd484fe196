/*
 * distribution.c
 *	  The shape of one column of numbers, and what is done about its outliers.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"

#include "statistics.h"

PG_FUNCTION_INFO_V1(skewness_final);
PG_FUNCTION_INFO_V1(kurtosis_final);
PG_FUNCTION_INFO_V1(treat_outliers);

/* A column's numbers in ascending order; those outside of low..high count as these. */
typedef struct Column
{
	const double *sorted;
	int64		count;
	int64		low;			/* place of the least that counts as itself */
	int64		high;			/* place of the greatest */
} Column;

/*
 * Skewness and excess kurtosis of a sample, adjusted for its size (G1 and G2 of
 * Joanes and Gill 1998, as spreadsheets and SAS have them).  False: they are not
 * defined, for a column of one value, or of too few.
 */
static bool
shape_of(const Column *c, double *skewness, double *kurtosis)
{
	double		n = c->count;
	double		mean;
	Sum			sum = {0, 0};
	Sum			power[3] = {{0, 0}, {0, 0}, {0, 0}};
	double		m2;

	*skewness = *kurtosis = NAN;
	if (c->count < 3 || c->sorted[c->low] == c->sorted[c->high])
		return false;
	for (int64 i = 0; i < c->count; i++)
		sum_add(&sum, c->sorted[Max(c->low, Min(c->high, i))] / n);
	mean = sum_of(&sum);
	for (int64 i = 0; i < c->count; i++)
	{
		double		d = c->sorted[Max(c->low, Min(c->high, i))] - mean;

		sum_add(&power[0], d * d / n);
		sum_add(&power[1], d * d * d / n);
		sum_add(&power[2], d * d * d * d / n);
	}
	m2 = sum_of(&power[0]);
	*skewness = sum_of(&power[1]) / (m2 * sqrt(m2)) * sqrt(n * (n - 1)) / (n - 2);
	if (c->count > 3)
		*kurtosis = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (sum_of(&power[2]) / (m2 * m2) - 3) + 6);
	return true;
}

static int
ascending(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* Sorts the numbers where they are. */
static Column
column_of(double *values, int64 count)
{
	Column		c = {values, count, 0, count - 1};

	CHECK_FOR_INTERRUPTS();
	qsort(values, count, sizeof(double), ascending);
	return c;
}

/* The shape of an aggregate's numbers; false where it is not defined. */
static bool
shape_of_state(FunctionCallInfo fcinfo, double *skewness, double *kurtosis)
{
	Matrix	   *m = PG_ARGISNULL(0) ? NULL : (Matrix *) PG_GETARG_POINTER(0);
	Column		c;

	if (m == NULL || m->rows < 3)
		return false;
	/* the order of an aggregate's rows means nothing, so its state may be sorted */
	c = column_of(m->data, m->rows);
	return shape_of(&c, skewness, kurtosis);
}

Datum
skewness_final(PG_FUNCTION_ARGS)
{
	double		skewness;
	double		kurtosis;

	if (!shape_of_state(fcinfo, &skewness, &kurtosis))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(skewness);
}

Datum
kurtosis_final(PG_FUNCTION_ARGS)
{
	double		skewness;
	double		kurtosis;

	if (!shape_of_state(fcinfo, &skewness, &kurtosis) || isnan(kurtosis))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(kurtosis);
}

/*
 * Pull in the outermost value of the longer tail, one by one, until the shape
 * is within the limits.  False: it is not after so many.
 */
static bool
winsorise(Column *c, int most, double skew_limit, double kurt_limit)
{
	double		skewness;
	double		kurtosis;

	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		if (!shape_of(c, &skewness, &kurtosis) || isnan(kurtosis) ||
			fabs(skewness) <= skew_limit || kurtosis <= kurt_limit)
			return true;
		if (c->low + (c->count - 1 - c->high) >= most)
			return false;
		if (skewness > 0)
			c->high--;
		else
			c->low++;
	}
}

/* The numbers of an array, finite; those that are NULL are marked. */
static double *
read_with_nulls(ArrayType *array, int *count, bool **nulls)
{
	Datum	   *elems;
	double	   *values;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("expected an array of one dimension, not of %d", ARR_NDIM(array))));
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elems, nulls, count);
	values = palloc(Max(*count, 1) * sizeof(double));
	for (int i = 0; i < *count; i++)
	{
		values[i] = (*nulls)[i] ? 0 : DatumGetFloat8(elems[i]);
		check_finite(values[i], i + 1);
	}
	return values;
}

/* The numbers as they are treated: pulled in, or in logarithms from the end of the shorter tail. */
static ArrayType *
treated_array(const double *values, bool *nulls, int count, const Column *c, bool logarithm, bool right)
{
	const double *sorted = c->sorted;
	double		margin = logarithm ? (sorted[c->count - 1] - sorted[0]) / 100 : 0;
	Datum	   *treated = palloc(Max(count, 1) * sizeof(Datum));
	int			lower = 1;

	for (int i = 0; i < count; i++)
	{
		double		x = values[i];

		if (nulls[i])
			x = 0;
		else if (!logarithm)
			x = Max(sorted[c->low], Min(sorted[c->high], x));
		else if (right)
			x = log(x - sorted[0] + margin);
		else
			x = -log(sorted[c->count - 1] - x + margin);
		treated[i] = Float8GetDatum(x);
	}
	return construct_md_array(treated, nulls, count > 0 ? 1 : 0, &count, &lower, FLOAT8OID,
							  sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

Datum
treat_outliers(PG_FUNCTION_ARGS)
{
	int			most = PG_GETARG_INT32(1);
	double		skew_limit = PG_GETARG_FLOAT8(2);
	double		kurt_limit = PG_GETARG_FLOAT8(3);
	int			count;
	int			known = 0;
	bool	   *nulls;
	double	   *values = read_with_nulls(PG_GETARG_ARRAYTYPE_P(0), &count, &nulls);
	double	   *sorted = palloc(Max(count, 1) * sizeof(double));
	Column		c;
	double		skewness;
	double		kurtosis;
	bool		logarithm;
	TupleDesc	desc;
	Datum		results[4];
	bool		none[4] = {false, false, false, false};

	if (most < 0 || !(skew_limit >= 0) || !(kurt_limit >= 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("limits of the treatment of outliers must not be negative")));
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			sorted[known++] = values[i];
	c = column_of(sorted, known);
	(void) shape_of(&c, &skewness, &kurtosis);
	logarithm = !winsorise(&c, most, skew_limit, kurt_limit);
	if (logarithm)
		c = column_of(sorted, known);
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	results[0] = PointerGetDatum(treated_array(values, nulls, count, &c, logarithm, skewness > 0));
	results[1] = Int32GetDatum((int32) c.low);
	results[2] = Int32GetDatum((int32) (c.count - 1 - c.high));
	results[3] = BoolGetDatum(logarithm);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), results, none)));
}
