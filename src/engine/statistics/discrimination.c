/*
 * discrimination.c
 *	  How well a number tells those with an outcome from the others, and how
 *	  far its distribution has moved.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/builtins.h"

#include "../number/number.h"
#include "statistics.h"

PG_FUNCTION_INFO_V1(auc_final);
PG_FUNCTION_INFO_V1(gini_final);
PG_FUNCTION_INFO_V1(ks_final);
PG_FUNCTION_INFO_V1(psi_final);

#define PSI_BINS		10
#define PSI_MOST_BINS	1000

/* Pairs by their number; this leaves the state as good as it was. */
static int
by_number(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

/* One walk over the pairs in their order, ties taken together. */
typedef struct Walk
{
	int64		with;			/* how many have the outcome */
	int64		without;
	int64		twice;			/* 2 * pairs in which who has it has more, ties count 1 */
	int64		widest;			/* greatest |F(with) - F(without)|, times with * without */
} Walk;

static void
sort_pairs(Matrix *m)
{
	CHECK_FOR_INTERRUPTS();
	qsort(m->data, m->rows, 2 * sizeof(double), by_number);
}

/* False: one of the two groups is empty, so nothing can be said. */
static bool
walk_pairs(FunctionCallInfo fcinfo, Walk *w)
{
	Matrix	   *m = PG_ARGISNULL(0) ? NULL : (Matrix *) PG_GETARG_POINTER(0);
	int64		with = 0;
	int64		without = 0;

	memset(w, 0, sizeof(*w));
	if (m == NULL)
		return false;
	sort_pairs(m);
	for (int64 i = 0; i < m->rows; i++)
		w->with += m->data[2 * i + 1] != 0;
	w->without = m->rows - w->with;
	for (int64 i = 0; i < m->rows;)
	{
		double		number = m->data[2 * i];
		int64		here[2] = {0, 0};
		int64		gap;

		for (; i < m->rows && m->data[2 * i] == number; i++)
			here[m->data[2 * i + 1] != 0]++;
		w->twice += here[1] * (2 * without + here[0]);
		without += here[0];
		with += here[1];
		gap = with * w->without - without * w->with;
		w->widest = Max(w->widest, gap < 0 ? -gap : gap);
	}
	return w->with > 0 && w->without > 0;
}

static Datum
quotient(int64 above, int64 below)
{
	Numeric		result;

	if (!numeric_div_ok(int64_to_numeric(above), int64_to_numeric(below), &result))
		elog(ERROR, "cannot divide");
	return NumericGetDatum(result);
}

Datum
auc_final(PG_FUNCTION_ARGS)
{
	Walk		w;

	if (!walk_pairs(fcinfo, &w))
		PG_RETURN_NULL();
	return quotient(w.twice, 2 * w.with * w.without);
}

Datum
gini_final(PG_FUNCTION_ARGS)
{
	Walk		w;

	if (!walk_pairs(fcinfo, &w))
		PG_RETURN_NULL();
	return quotient(w.twice - w.with * w.without, w.with * w.without);
}

Datum
ks_final(PG_FUNCTION_ARGS)
{
	Walk		w;

	if (!walk_pairs(fcinfo, &w))
		PG_RETURN_NULL();
	return quotient(w.widest, w.with * w.without);
}

/* What one class adds to the index; a class with nobody in it counts as half a subject. */
static double
psi_part(int64 base, int64 recent, int64 bases, int64 recents)
{
	double		e = (base == 0 ? 0.5 : (double) base) / bases;
	double		a = (recent == 0 ? 0.5 : (double) recent) / recents;

	return base == 0 && recent == 0 ? 0 : (a - e) * log(a / e);
}

/*
 * The edges of the classes: of the base period's numbers in their order, each
 * that begins a new one of so many equal parts; equal edges are one.
 */
static double *
quantile_edges(const Matrix *m, int bins, int64 bases, int *count)
{
	double	   *edges = palloc(bins * sizeof(double));
	int64		seen = 0;
	int			part = 1;

	*count = 0;
	for (int64 i = 0; i < m->rows; i++)
	{
		if (m->data[2 * i + 1] != 0)
			continue;
		for (; part < bins && seen == part * bases / bins; part++)
			if (*count == 0 || m->data[2 * i] > edges[*count - 1])
				edges[(*count)++] = m->data[2 * i];
		seen++;
	}
	return edges;
}

Datum
psi_final(PG_FUNCTION_ARGS)
{
	Matrix	   *m = PG_ARGISNULL(0) ? NULL : (Matrix *) PG_GETARG_POINTER(0);
	int			bins;
	int			count;
	double	   *edges;
	int64		all[2] = {0, 0};
	int64		at = 0;
	double		result = 0;

	if (m == NULL)
		PG_RETURN_NULL();
	bins = m->has_option ? m->option : PSI_BINS;
	if (bins < 2 || bins > PSI_MOST_BINS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the number of classes has to be 2 to %d, not %d", PSI_MOST_BINS, bins)));
	sort_pairs(m);
	for (int64 i = 0; i < m->rows; i++)
		all[m->data[2 * i + 1] != 0]++;
	if (all[0] == 0 || all[1] == 0)
		PG_RETURN_NULL();
	edges = quantile_edges(m, bins, all[0], &count);
	for (int k = 0; k <= count; k++)
	{
		int64		here[2] = {0, 0};

		for (; at < m->rows && (k == count || m->data[2 * at] < edges[k]); at++)
			here[m->data[2 * at + 1] != 0]++;
		result += psi_part(here[0], here[1], all[0], all[1]);
	}
	PG_RETURN_FLOAT8(result);
}
