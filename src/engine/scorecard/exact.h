/*
 * exact.h
 *	  Numeric arithmetic of a score.
 *
 * Numbers of a document do not overflow; where they do, there is no score.
 */
#ifndef GROWTH_INDEX_SCORECARD_EXACT_H
#define GROWTH_INDEX_SCORECARD_EXACT_H

#include "scorecard.h"

static inline Numeric
whole(int64 value)
{
	return int64_to_numeric(value);
}

/* The result, if there is one. */
static inline Numeric
in_range(bool ok, Numeric result)
{
	if (unlikely(!ok))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("score is out of range")));
	return result;
}

static inline Numeric
add(Numeric a, Numeric b)
{
	Numeric		result = NULL;
	bool		ok = numeric_add_ok(a, b, &result);

	return in_range(ok, result);
}

static inline Numeric
subtract(Numeric a, Numeric b)
{
	Numeric		result = NULL;
	bool		ok = numeric_sub_ok(a, b, &result);

	return in_range(ok, result);
}

static inline Numeric
multiply(Numeric a, Numeric b)
{
	Numeric		result = NULL;
	bool		ok = numeric_mul_ok(a, b, &result);

	return in_range(ok, result);
}

static inline Numeric
divide(Numeric a, Numeric b)
{
	Numeric		result = NULL;
	bool		ok = numeric_div_ok(a, b, &result);

	return in_range(ok, result);
}

static inline bool
is_zero(Numeric num)
{
	return numeric_compare(num, whole(0)) == 0;
}

/* A number as a fraction. */
static inline Fraction
undivided(Numeric num)
{
	Fraction	f = {num, whole(1)};

	return f;
}

/* Times above / below, which is above 0. */
static inline Fraction
scale_fraction(Fraction f, Numeric above, Numeric below)
{
	Fraction	scaled = {multiply(f.above, above), multiply(f.below, below)};

	return scaled;
}

/* detail.c */
extern Numeric share_of(Numeric points, Numeric possible);

/* fraction.c */
extern Fraction quotient(Numeric above, Numeric below);
extern int	compare_fractions(Fraction a, Fraction b);
extern Fraction clamp_fraction(Fraction f);
extern Numeric round_fraction(Fraction f, int digits);

#endif							/* GROWTH_INDEX_SCORECARD_EXACT_H */
