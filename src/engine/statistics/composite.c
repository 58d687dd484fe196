/*
 * composite.c
 *	  Ways of putting indicators together that compare the subjects with each
 *	  other: Copeland, Borda, and the benefit of the doubt.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"

#include "statistics.h"

PG_FUNCTION_INFO_V1(copeland);
PG_FUNCTION_INFO_V1(borda);
PG_FUNCTION_INFO_V1(benefit_of_doubt);

/* Subjects by indicators, and how much each indicator counts; NaN where a number is unknown. */
typedef struct Table
{
	int			rows;
	int			columns;
	double	   *data;
	double	   *weights;
	double		total;			/* of the weights */
} Table;

static void
read_table(ArrayType *array, Table *t)
{
	Datum	   *elems;
	bool	   *nulls;
	int			count;

	if (ARR_NDIM(array) != 2 && ARR_NDIM(array) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("expected rows of numbers, an array of two dimensions, not of %d", ARR_NDIM(array)),
				 errhint("Gather one array a subject with array_agg().")));
	t->rows = ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0];
	t->columns = ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[1];
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elems, &nulls, &count);
	t->data = palloc_extended(Max(count, 1) * sizeof(double), MCXT_ALLOC_HUGE);
	for (int i = 0; i < count; i++)
	{
		t->data[i] = nulls[i] ? NAN : DatumGetFloat8(elems[i]);
		if (!nulls[i])
			check_finite(t->data[i], i % t->columns + 1);
	}
}

/* A NULL stands for equal weights. */
static void
read_weights(FunctionCallInfo fcinfo, int arg, Table *t)
{
	int			count = t->columns;
	bool		has_null = false;

	if (!PG_ARGISNULL(arg))
		t->weights = read_vector(PG_GETARG_ARRAYTYPE_P(arg), &count, &has_null);
	if (count != t->columns || has_null)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%d weights for rows of %d numbers", count, t->columns),
				 errhint("One weight for each column, none of them NULL.")));
	if (PG_ARGISNULL(arg))
	{
		t->weights = palloc(Max(count, 1) * sizeof(double));
		for (int j = 0; j < count; j++)
			t->weights[j] = 1;
	}
	t->total = 0;
	for (int j = 0; j < count; j++)
	{
		if (t->weights[j] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a weight has to be a number, not negative")));
		t->total += t->weights[j];
	}
}

/* 1, 0 or -1: the weights of what a has more of outweigh those of what b has. */
static int
outranks(const Table *t, const double *a, const double *b)
{
	double		balance = 0;

	for (int j = 0; j < t->columns; j++)
		if (a[j] > b[j])
			balance += t->weights[j];
		else if (a[j] < b[j])
			balance -= t->weights[j];
	/* decimal weights that balance leave a rest of their rounding */
	if (fabs(balance) <= 1e-12 * t->total)
		return 0;
	return balance > 0 ? 1 : -1;
}

Datum
copeland(PG_FUNCTION_ARGS)
{
	Table		t;
	Datum	   *wins;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	read_table(PG_GETARG_ARRAYTYPE_P(0), &t);
	read_weights(fcinfo, 1, &t);
	wins = palloc0(Max(t.rows, 1) * sizeof(Datum));
	for (int a = 0; a < t.rows; a++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int b = a + 1; b < t.rows; b++)
		{
			int			win = outranks(&t, t.data + (Size) a * t.columns, t.data + (Size) b * t.columns);

			wins[a] = Int32GetDatum(DatumGetInt32(wins[a]) + win);
			wins[b] = Int32GetDatum(DatumGetInt32(wins[b]) - win);
		}
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(wins, t.rows, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

Datum
borda(PG_FUNCTION_ARGS)
{
	Table		t;
	double	   *points;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	read_table(PG_GETARG_ARRAYTYPE_P(0), &t);
	read_weights(fcinfo, 1, &t);
	points = palloc0(Max(t.rows, 1) * sizeof(double));
	for (int a = 0; a < t.rows; a++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < t.columns; j++)
		{
			int			below = 0;
			double		x = t.data[(Size) a * t.columns + j];

			for (int b = 0; b < t.rows; b++)
				below += t.data[(Size) b * t.columns + j] < x;
			points[a] += t.weights[j] * below;
		}
	}
	PG_RETURN_ARRAYTYPE_P(vector_array(points, t.rows));
}

/*
 * A linear programme "the most of c x where A x <= b, x >= 0", b not negative,
 * as the condensed tableau of the simplex method: a row for each condition and
 * one for the aim, a column for each variable and one for b.
 */
typedef struct Programme
{
	int			rows;			/* conditions */
	int			columns;		/* variables */
	double	   *cells;
	int		   *basic;			/* the variable of each row; from columns on: slack */
	int		   *free;			/* the variable of each column */
} Programme;

#define CELL(p, i, j)	((p)->cells[(Size) (i) * ((p)->columns + 1) + (j)])
#define SMALL			1e-10

static void
exchange(Programme *p, int row, int column)
{
	double		pivot = CELL(p, row, column);
	int			variable = p->basic[row];

	for (int i = 0; i <= p->rows; i++)
	{
		double		factor = CELL(p, i, column) / pivot;

		if (i == row || factor == 0)
			continue;
		for (int j = 0; j <= p->columns; j++)
			CELL(p, i, j) -= factor * CELL(p, row, j);
		CELL(p, i, column) = -factor;
	}
	for (int j = 0; j <= p->columns; j++)
		CELL(p, row, j) /= pivot;
	CELL(p, row, column) = 1 / pivot;
	p->basic[row] = p->free[column];
	p->free[column] = variable;
}

/* The row that limits the column's variable first; of equal ones that of the first variable. */
static int
limiting_row(const Programme *p, int column)
{
	int			best = -1;
	double		least = 0;

	for (int i = 0; i < p->rows; i++)
	{
		double		ratio;

		if (CELL(p, i, column) <= SMALL)
			continue;
		ratio = CELL(p, i, p->columns) / CELL(p, i, column);
		if (best < 0 || ratio < least - 1e-13 ||
			(ratio <= least + 1e-13 && p->basic[i] < p->basic[best]))
		{
			best = i;
			least = ratio;
		}
	}
	return best;
}

/* Bland's rule, which never runs in a circle. */
static void
solve(Programme *p)
{
	for (int64 turn = 0;; turn++)
	{
		int			column = -1;
		int			row;

		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < p->columns; j++)
			if (CELL(p, p->rows, j) < -SMALL && (column < 0 || p->free[j] < p->free[column]))
				column = j;
		if (column < 0)
			return;
		row = limiting_row(p, column);
		if (row < 0 || turn > 1000000)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("the benefit of the doubt of these numbers cannot be computed")));
		exchange(p, row, column);
	}
}

/* The programme of one subject: no subject above 1, each weight's share within its limits. */
static void
pose(Programme *p, const Table *t, int subject, double least, double most)
{
	int			row = t->rows;

	for (int i = 0; i < t->rows; i++)
	{
		for (int j = 0; j < t->columns; j++)
			CELL(p, i, j) = t->data[(Size) i * t->columns + j];
		CELL(p, i, t->columns) = 1;
	}
	for (int k = 0; k < t->columns; k++)
	{
		for (int j = 0; least > 0 && j < t->columns; j++)
			CELL(p, row, j) = least - (j == k ? 1 : 0);
		row += least > 0;
		for (int j = 0; most < 1 && j < t->columns; j++)
			CELL(p, row, j) = (j == k ? 1 : 0) - most;
		row += most < 1;
	}
	for (int i = t->rows; i < p->rows; i++)
		CELL(p, i, t->columns) = 0;
	for (int j = 0; j < t->columns; j++)
		CELL(p, p->rows, j) = -t->data[(Size) subject * t->columns + j];
	CELL(p, p->rows, t->columns) = 0;
	for (int j = 0; j < p->columns; j++)
		p->free[j] = j;
	for (int i = 0; i < p->rows; i++)
		p->basic[i] = p->columns + i;
}

Datum
benefit_of_doubt(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	double		least = PG_GETARG_FLOAT8(1);
	double		most = PG_GETARG_FLOAT8(2);
	Table		t;
	Programme	p;
	double	   *weights;

	InitMaterializedSRF(fcinfo, 0);
	read_table(PG_GETARG_ARRAYTYPE_P(0), &t);
	if (!(least >= 0 && least * t.columns <= 1 && most <= 1 && most * t.columns >= 1) && t.columns > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no %d weights have shares of %g to %g", t.columns, least, most),
				 errdetail("The least share is 0 to 1 / %d, the greatest 1 / %d to 1.", t.columns, t.columns)));
	for (Size i = 0; i < (Size) t.rows * t.columns; i++)
		if (!(t.data[i] >= 0))
			ereport(ERROR,
					(errcode(isnan(t.data[i]) ? ERRCODE_NULL_VALUE_NOT_ALLOWED : ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the benefit of the doubt needs numbers that are not negative, row %d, column %d has none",
							(int) (i / t.columns) + 1, (int) (i % t.columns) + 1)));
	p.columns = t.columns;
	p.rows = t.rows + t.columns * ((least > 0) + (most < 1));
	p.cells = palloc_extended((Size) (p.rows + 1) * (p.columns + 1) * sizeof(double), MCXT_ALLOC_HUGE);
	p.basic = palloc((p.rows + 1) * sizeof(int));
	p.free = palloc((p.columns + 1) * sizeof(int));
	weights = palloc((p.columns + 1) * sizeof(double));
	for (int subject = 0; subject < t.rows; subject++)
	{
		Datum		values[3];
		bool		nulls[3] = {false, false, false};

		pose(&p, &t, subject, least, most);
		solve(&p);
		memset(weights, 0, p.columns * sizeof(double));
		for (int i = 0; i < p.rows; i++)
			if (p.basic[i] < p.columns)
				weights[p.basic[i]] = CELL(&p, i, p.columns);
		values[0] = Int32GetDatum(subject + 1);
		values[1] = Float8GetDatum(CELL(&p, p.rows, p.columns));
		values[2] = PointerGetDatum(vector_array(weights, p.columns));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
