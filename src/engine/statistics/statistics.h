/*
 * statistics.h
 *	  Observations that an aggregate keeps: rows of doubles, all of one length.
 */
#ifndef GROWTH_INDEX_STATISTICS_H
#define GROWTH_INDEX_STATISTICS_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/array.h"

#define STAT_MAX_COLUMNS	1000

typedef struct Matrix
{
	MemoryContext context;		/* the aggregate's */
	int			columns;
	int64		rows;
	int64		room;			/* rows that fit into data */
	double	   *data;			/* row after row */
	bool		has_option;
	int			option;			/* of the aggregate: number of bins */
} Matrix;

/* A sum of doubles that keeps what each addition loses (Neumaier). */
typedef struct Sum
{
	double		sum;
	double		lost;
} Sum;

static inline void
sum_add(Sum *s, double x)
{
	double		t = s->sum + x;

	if ((s->sum >= 0 ? s->sum : -s->sum) >= (x >= 0 ? x : -x))
		s->lost += (s->sum - t) + x;
	else
		s->lost += (x - t) + s->sum;
	s->sum = t;
}

static inline double
sum_of(const Sum *s)
{
	return s->sum + s->lost;
}

/* matrix.c */
extern Matrix *matrix_argument(FunctionCallInfo fcinfo, int columns);
extern void matrix_append(Matrix *m, const double *row);
extern void check_finite(double x, int place);
extern double *read_vector(ArrayType *array, int *count, bool *has_null);
extern ArrayType *vector_array(const double *values, int count);
extern ArrayType *square_array(const double *values, int count);
extern void column_moments(const Matrix *m, double *mean, double *deviation);
extern double *correlations(const Matrix *m, const double *mean, const double *deviation);

#endif							/* GROWTH_INDEX_STATISTICS_H */
