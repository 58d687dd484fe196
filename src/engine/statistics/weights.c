/*
 * weights.c
 *	  Weights that data or judgement give to indicators, and how far
 *	  indicators go together.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "statistics.h"

#define NO_CONFLICT		1e-13	/* 1 - r of columns that go together, but for rounding */

PG_FUNCTION_INFO_V1(entropy_weights_final);
PG_FUNCTION_INFO_V1(critic_weights_final);
PG_FUNCTION_INFO_V1(correlation_final);
PG_FUNCTION_INFO_V1(cronbach_alpha_final);
PG_FUNCTION_INFO_V1(ahp);

/* The state of a finished aggregate, or NULL where it says nothing: under two rows. */
static Matrix *
finished(FunctionCallInfo fcinfo)
{
	Matrix	   *m = PG_ARGISNULL(0) ? NULL : (Matrix *) PG_GETARG_POINTER(0);

	return m == NULL || m->rows < 2 ? NULL : m;
}

/* The shares of the numbers in their sum, as an array; NULL where the sum is 0. */
static Datum
shares(FunctionCallInfo fcinfo, double *values, int count)
{
	Sum			sum = {0, 0};

	for (int i = 0; i < count; i++)
		sum_add(&sum, values[i]);
	if (!(sum_of(&sum) > 0))
		PG_RETURN_NULL();
	for (int i = 0; i < count; i++)
		values[i] /= sum_of(&sum);
	PG_RETURN_ARRAYTYPE_P(vector_array(values, count));
}

/*
 * (1 + d) ln (1 + d) - d, without the digits that cancel near 0: what a number
 * that lies by d times the mean above the mean adds to a column's divergence.
 */
static double
divergence_part(double d)
{
	if (d <= -1)
		return 1;
	if (fabs(d) < 0.01)
		return d * d * (1 / 2.0 - d * (1 / 6.0 - d * (1 / 12.0 - d * (1 / 20.0 - d * (1 / 30.0 - d / 42.0)))));
	return (1 + d) * log1p(d) - d;
}

/*
 * 1 - e of a column, with e its entropy over ln n: the mean of n p ln (n p) over
 * ln n.  As n p has the mean 1, n p - 1 can be taken from each of its terms:
 * then none is negative, and columns of little difference keep their digits.
 */
static double
divergence(const Matrix *m, int column)
{
	Sum			sum = {0, 0};
	Sum			result = {0, 0};
	const double *at = m->data + column;
	bool		constant = true;

	for (int64 i = 0; i < m->rows; i++)
	{
		double		x = at[i * m->columns];

		if (x < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("entropy weights need numbers that are not negative, column %d has %g",
							column + 1, x),
					 errhint("Normalise the indicators first, for instance with normalised_values().")));
		constant = constant && x == at[0];
		sum_add(&sum, x / m->rows);
	}
	if (constant)
		return 0;
	for (int64 i = 0; i < m->rows; i++)
	{
		double		mean = sum_of(&sum);

		sum_add(&result, divergence_part((at[i * m->columns] - mean) / mean) / m->rows);
	}
	return sum_of(&result) / log((double) m->rows);
}

/* w_j = (1 - e_j) / sum of (1 - e) */
Datum
entropy_weights_final(PG_FUNCTION_ARGS)
{
	Matrix	   *m = finished(fcinfo);
	double	   *w;

	if (m == NULL)
		PG_RETURN_NULL();
	w = palloc(m->columns * sizeof(double));
	for (int j = 0; j < m->columns; j++)
	{
		CHECK_FOR_INTERRUPTS();
		w[j] = divergence(m, j);
	}
	return shares(fcinfo, w, m->columns);
}

/* w_j is in proportion to deviation_j * sum over k of (1 - r_jk) */
Datum
critic_weights_final(PG_FUNCTION_ARGS)
{
	Matrix	   *m = finished(fcinfo);
	double	   *mean;
	double	   *deviation;
	double	   *r;
	double	   *w;

	if (m == NULL)
		PG_RETURN_NULL();
	mean = palloc(m->columns * sizeof(double));
	deviation = palloc(m->columns * sizeof(double));
	w = palloc0(m->columns * sizeof(double));
	column_moments(m, mean, deviation);
	r = correlations(m, mean, deviation);
	for (int j = 0; j < m->columns; j++)
		for (int k = 0; k < m->columns; k++)
		{
			double		conflict = 1 - r[j * m->columns + k];

			/* false for NaN, a column that is the same for all, as well */
			if (conflict > NO_CONFLICT)
				w[j] += deviation[j] * conflict;
		}
	return shares(fcinfo, w, m->columns);
}

Datum
correlation_final(PG_FUNCTION_ARGS)
{
	Matrix	   *m = finished(fcinfo);
	double	   *mean;
	double	   *deviation;

	if (m == NULL)
		PG_RETURN_NULL();
	mean = palloc(m->columns * sizeof(double));
	deviation = palloc(m->columns * sizeof(double));
	column_moments(m, mean, deviation);
	PG_RETURN_ARRAYTYPE_P(square_array(correlations(m, mean, deviation), m->columns));
}

/* k / (k - 1) * (1 - sum of variances / variance of the sum) */
Datum
cronbach_alpha_final(PG_FUNCTION_ARGS)
{
	Matrix	   *m = finished(fcinfo);
	Matrix		total;
	double	   *mean;
	double	   *deviation;
	double		parts = 0;
	double		whole_mean;
	double		whole;

	if (m == NULL || m->columns < 2)
		PG_RETURN_NULL();
	mean = palloc(m->columns * sizeof(double));
	deviation = palloc(m->columns * sizeof(double));
	column_moments(m, mean, deviation);
	total = *m;
	total.columns = 1;
	total.data = palloc_extended(m->rows * sizeof(double), MCXT_ALLOC_HUGE);
	for (int64 i = 0; i < m->rows; i++)
	{
		Sum			sum = {0, 0};

		for (int j = 0; j < m->columns; j++)
			sum_add(&sum, m->data[i * m->columns + j]);
		total.data[i] = sum_of(&sum);
	}
	column_moments(&total, &whole_mean, &whole);
	if (whole == 0)
		PG_RETURN_NULL();
	for (int j = 0; j < m->columns; j++)
		parts += deviation[j] * deviation[j];
	PG_RETURN_FLOAT8(m->columns / (m->columns - 1.0) * (1 - parts / (whole * whole)));
}

/*
 * Mean consistency index of random reciprocal matrices of 1 to 15 criteria:
 * T. L. Saaty, The Analytic Hierarchy Process, McGraw-Hill 1980.
 */
static const double random_index[] = {
	0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59
};

#define AHP_LARGEST		100
#define AHP_STEPS		10000
#define AHP_PRECISION	1e-14	/* change of a weight, relative to it, by the last step */

/* The numbers of a pairwise matrix, which has to be square, positive and reciprocal. */
static const double *
pairwise_matrix(ArrayType *array, double tolerance, int *size)
{
	const double *a = (const double *) ARR_DATA_PTR(array);
	int			n = ARR_NDIM(array) == 2 ? ARR_DIMS(array)[0] : 0;

	if (n < 1 || n != ARR_DIMS(array)[1] || n > AHP_LARGEST)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("a pairwise matrix has to be square, of 1 to %d rows", AHP_LARGEST),
				 ARR_NDIM(array) == 2 ?
				 errdetail("This one has %d rows and %d columns.", n, ARR_DIMS(array)[1]) :
				 errdetail("This array has %d dimensions.", ARR_NDIM(array))));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a pairwise matrix cannot have NULL in it")));
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
		{
			if (!(a[i * n + j] > 0) || !isfinite(a[i * n + j]))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("row %d, column %d of the pairwise matrix is %g: expected a number above 0",
								i + 1, j + 1, a[i * n + j])));
			if (!(fabs(a[i * n + j] * a[j * n + i] - 1) <= tolerance))
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("the pairwise matrix is not reciprocal: row %d, column %d is %g, and row %d, column %d is %g",
								i + 1, j + 1, a[i * n + j], j + 1, i + 1, a[j * n + i]),
						 errhint("Write 1/3.0 for a third; a matrix of rounded numbers, such as 0.33, needs a larger tolerance.")));
		}
	*size = n;
	return a;
}

/* The principal eigenvector, summing to 1, by power iteration; returns its eigenvalue. */
static double
eigenvector(const double *a, int n, double *w)
{
	double	   *next = palloc(n * sizeof(double));

	for (int i = 0; i < n; i++)
		w[i] = 1.0 / n;
	for (int step = 0; step < AHP_STEPS; step++)
	{
		Sum			sum = {0, 0};
		double		lambda;
		bool		settled = true;

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < n; i++)
		{
			Sum			row = {0, 0};

			for (int j = 0; j < n; j++)
				sum_add(&row, a[i * n + j] * w[j]);
			next[i] = sum_of(&row);
			sum_add(&sum, next[i]);
		}
		/* w sums to 1: the sum of its image is the eigenvalue, as soon as it is one */
		lambda = sum_of(&sum);
		for (int i = 0; i < n; i++)
		{
			next[i] /= lambda;
			settled = settled && fabs(next[i] - w[i]) <= AHP_PRECISION * next[i];
			w[i] = next[i];
		}
		if (settled)
			return lambda;
	}
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("the weights of the pairwise matrix do not settle in %d steps", AHP_STEPS),
			 errhint("Its numbers lie too far apart: pairwise judgements go from 1/9 to 9.")));
}

Datum
ahp(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	double		tolerance = PG_GETARG_FLOAT8(1);
	TupleDesc	desc;
	Datum		values[5];
	bool		nulls[5] = {false};
	int			n;
	const double *a = pairwise_matrix(array, tolerance, &n);
	double	   *w = palloc(n * sizeof(double));
	double		lambda;
	double		ci;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	lambda = eigenvector(a, n, w);
	ci = n < 3 ? 0 : (lambda - n) / (n - 1);
	values[0] = PointerGetDatum(vector_array(w, n));
	values[1] = Float8GetDatum(lambda);
	values[2] = Float8GetDatum(ci);
	nulls[3] = nulls[4] = n > (int) lengthof(random_index);
	values[3] = Float8GetDatum(nulls[3] ? 0 : random_index[n - 1]);
	values[4] = Float8GetDatum(nulls[3] || n < 3 ? 0 : ci / random_index[n - 1]);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
