/*
 * matrix.c
 *	  Gathering rows of numbers in an aggregate, and their moments.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"

#include "../../compat.h"
#include "statistics.h"

PG_FUNCTION_INFO_V1(statistics_row);
PG_FUNCTION_INFO_V1(statistics_value);
PG_FUNCTION_INFO_V1(statistics_pair);

/* The state of an aggregate: argument 0, made at the first call; its rows have so many columns. */
Matrix *
matrix_argument(FunctionCallInfo fcinfo, int columns)
{
	MemoryContext context;
	Matrix	   *m;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (!PG_ARGISNULL(0))
		return (Matrix *) PG_GETARG_POINTER(0);
	m = MemoryContextAllocZero(context, sizeof(Matrix));
	m->context = context;
	m->columns = columns;
	return m;
}

void
matrix_append(Matrix *m, const double *row)
{
	Size		width = m->columns * sizeof(double);

	if (m->rows == m->room)
	{
		m->room = m->room == 0 ? 64 : m->room * 2;
		if (m->data == NULL)
			m->data = MemoryContextAllocHuge(m->context, m->room * width);
		else
			m->data = repalloc_huge(m->data, m->room * width);
	}
	memcpy(m->data + m->rows * m->columns, row, width);
	m->rows++;
}

/* Refuse what is not finite; place: from 1 within an array, 0 for a number by itself. */
void
check_finite(double x, int place)
{
	const char *name = isnan(x) ? "NaN" : x > 0 ? "Infinity" : "-Infinity";

	if (isfinite(x))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot compute statistics of %s", name),
			 place > 0 ? errdetail("Number %d of an array is not finite.", place) : 0,
			 errhint("NULL stands for what is not known.")));
}

/* The numbers of a one-dimensional array, all finite; a NULL among them is reported, not read. */
double *
read_vector(ArrayType *array, int *count, bool *has_null)
{
	double	   *values;

	*has_null = array_contains_nulls(array);
	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("expected an array of one dimension, not of %d", ARR_NDIM(array))));
	if (*has_null)
		return NULL;
	values = (double *) ARR_DATA_PTR(array);
	for (int i = 0; i < *count; i++)
		check_finite(values[i], i + 1);
	return values;
}

/* Transition: one row an array.  A row that is NULL, or has a NULL in it, is left out. */
Datum
statistics_row(PG_FUNCTION_ARGS)
{
	Matrix	   *m;
	double	   *row;
	int			count;
	bool		has_null;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(PG_GETARG_POINTER(0));
	}
	row = read_vector(PG_GETARG_ARRAYTYPE_P(1), &count, &has_null);
	if (count < 1 || count > STAT_MAX_COLUMNS)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("a row of %d numbers cannot be used", count),
				 errdetail("A row has 1 to %d numbers, one for each indicator.", STAT_MAX_COLUMNS)));
	m = matrix_argument(fcinfo, count);
	if (count != m->columns)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("a row has %d numbers, the rows before it have %d", count, m->columns),
				 errhint("Put the same indicators in the same order in every row, NULL where one is unknown.")));
	if (!has_null)
		matrix_append(m, row);
	PG_RETURN_POINTER(m);
}

/* Transition: one number; one that is NULL is left out. */
Datum
statistics_value(PG_FUNCTION_ARGS)
{
	Matrix	   *m;
	double		x;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(PG_GETARG_POINTER(0));
	}
	m = matrix_argument(fcinfo, 1);
	x = PG_GETARG_FLOAT8(1);
	check_finite(x, 0);
	matrix_append(m, &x);
	PG_RETURN_POINTER(m);
}

/*
 * Transition: a number and a truth (an outcome, a period), kept as 0 and 1.
 * A row with a NULL is left out.  A third argument is the aggregate's option.
 */
Datum
statistics_pair(PG_FUNCTION_ARGS)
{
	Matrix	   *m;
	double		row[2];

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || (PG_NARGS() > 3 && PG_ARGISNULL(3)))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(PG_GETARG_POINTER(0));
	}
	m = matrix_argument(fcinfo, 2);
	if (PG_NARGS() > 3)
	{
		m->option = PG_GETARG_INT32(3);
		m->has_option = true;
	}
	row[0] = PG_GETARG_FLOAT8(1);
	row[1] = PG_GETARG_BOOL(2) ? 1 : 0;
	check_finite(row[0], 0);
	matrix_append(m, row);
	PG_RETURN_POINTER(m);
}

ArrayType *
vector_array(const double *values, int count)
{
	Datum	   *elems = palloc(Max(count, 1) * sizeof(Datum));

	for (int i = 0; i < count; i++)
		elems[i] = Float8GetDatum(values[i]);
	return construct_array(elems, count, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

/* A square of numbers; NaN becomes NULL. */
ArrayType *
square_array(const double *values, int count)
{
	int			total = count * count;
	Datum	   *elems = palloc(total * sizeof(Datum));
	bool	   *nulls = palloc(total * sizeof(bool));
	int			dims[2] = {count, count};
	int			lower[2] = {1, 1};

	for (int i = 0; i < total; i++)
	{
		nulls[i] = isnan(values[i]);
		elems[i] = Float8GetDatum(values[i]);
	}
	return construct_md_array(elems, nulls, 2, dims, lower, FLOAT8OID,
							  sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

static bool
is_constant(const Matrix *m, int column)
{
	for (int64 i = 1; i < m->rows; i++)
		if (m->data[i * m->columns + column] != m->data[column])
			return false;
	return true;
}

/* Mean and sample standard deviation (n - 1) of each column; exactly 0 where all are equal. */
void
column_moments(const Matrix *m, double *mean, double *deviation)
{
	for (int j = 0; j < m->columns; j++)
	{
		Sum			sum = {0, 0};
		Sum			squares = {0, 0};

		CHECK_FOR_INTERRUPTS();
		for (int64 i = 0; i < m->rows; i++)
			sum_add(&sum, m->data[i * m->columns + j] / m->rows);
		mean[j] = sum_of(&sum);
		deviation[j] = 0;
		if (is_constant(m, j))
			continue;
		for (int64 i = 0; i < m->rows; i++)
		{
			double		d = m->data[i * m->columns + j] - mean[j];

			sum_add(&squares, d * d);
		}
		deviation[j] = sqrt(sum_of(&squares) / (m->rows - 1));
	}
}

/* Pearson's r of each pair of columns; NaN where one of them is constant. */
double *
correlations(const Matrix *m, const double *mean, const double *deviation)
{
	int			k = m->columns;
	double	   *r = palloc_extended((Size) k * k * sizeof(double), MCXT_ALLOC_HUGE);

	for (int a = 0; a < k; a++)
		for (int b = a; b < k; b++)
		{
			Sum			sum = {0, 0};
			double		value = NAN;

			CHECK_FOR_INTERRUPTS();
			if (deviation[a] > 0 && deviation[b] > 0)
			{
				for (int64 i = 0; i < m->rows; i++)
				{
					const double *row = m->data + i * k;

					sum_add(&sum, ((row[a] - mean[a]) / deviation[a]) *
							((row[b] - mean[b]) / deviation[b]));
				}
				value = Max(-1.0, Min(1.0, sum_of(&sum) / (m->rows - 1)));
			}
			r[a * k + b] = r[b * k + a] = a == b && !isnan(value) ? 1.0 : value;
		}
	return r;
}
