/*
 * fit.h
 *	  A column of values being fitted, between fit.c and fit_column.c.
 */
#ifndef GROWTH_INDEX_SCORECARD_FIT_H
#define GROWTH_INDEX_SCORECARD_FIT_H

#include "peers.h"

#define FIT_MISSING		PG_UINT64_MAX	/* in the place of a number's word */

/*
 * What the numbers of a column have in common.  Where they span no more than
 * 18 digits they are whole numbers of 10^exponent, counted from the least one;
 * elsewhere order keys.  Both sort as unsigned numbers.
 */
typedef struct FitScale
{
	bool		whole;
	int			exponent;
	int64		least;
	int			bits;			/* of the keys */
} FitScale;

/* The least and the largest mantissa of each exponent, zeros left out. */
typedef struct FitSpan
{
	int64		least[DECIMAL_EXP_MAX - DECIMAL_EXP_MIN + 1];
	int64		most[DECIMAL_EXP_MAX - DECIMAL_EXP_MIN + 1];
} FitSpan;

extern void fit_span_add(FitSpan *span, const uint64 *words, int count);
extern FitScale fit_scale(const FitSpan *span);
extern void fit_sort(uint64 *keys, uint64 *room, int64 count, int bits);

/* fit_statistics.c */
extern void fit_group(const PeerRule *rule, const FitScale *scale, const uint64 *keys,
					  int64 count, PeerGroup *group);

/* Powers of ten that whole numbers are multiplied with. */
extern const int64 fit_pow10[19];

static inline uint64
fit_key(const FitScale *scale, uint64 word)
{
	Decimal		d = word_decimal(word);

	if (unlikely(!scale->whole))
		return order_key(d);
	/* 0 has an exponent of 0, which may be far above the others' */
	if (d.mantissa != 0)
		d.mantissa *= fit_pow10[d.exponent - scale->exponent];
	return (uint64) d.mantissa - (uint64) scale->least;
}

extern Decimal fit_decimal(const FitScale *scale, uint64 key);

#endif							/* GROWTH_INDEX_SCORECARD_FIT_H */
