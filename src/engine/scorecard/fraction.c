/*
 * fraction.c
 *	  Quotients that are not divided before they are rounded.
 *
 * A quotient such as 200 / 11 has no end as a decimal.  Rounded first and
 * weighted then, 2.5 points would come out as a hair less, and round down.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "exact.h"

/* A quotient with its sign above; the divisor is not 0. */
Fraction
quotient(Numeric above, Numeric below)
{
	Fraction	f = {above, below};

	if (numeric_compare(below, whole(0)) < 0)
	{
		f.above = subtract(whole(0), above);
		f.below = subtract(whole(0), below);
	}
	return f;
}

/* Less than 0, 0, or more, as a is less than b, equal, or more. */
int
compare_fractions(Fraction a, Fraction b)
{
	return numeric_compare(multiply(a.above, b.below), multiply(b.above, a.below));
}

/* Into 0..100. */
Fraction
clamp_fraction(Fraction f)
{
	if (numeric_compare(f.above, whole(0)) <= 0)
		return undivided(whole(0));
	return numeric_compare(f.above, multiply(f.below, whole(100))) >= 0 ? undivided(whole(100)) : f;
}

/* The whole part of (2 |above| 10^digits + below) / (2 below). */
static Numeric
round_by_definition(Fraction f, int digits)
{
	bool		negative = numeric_compare(f.above, whole(0)) < 0;
	Numeric		above = negative ? subtract(whole(0), f.above) : f.above;
	Numeric		units;

	above = add(multiply(above, whole(2 * (int64) number_pow10[digits])), f.below);
	units = DatumGetNumeric(DirectFunctionCall2(numeric_div_trunc, NumericGetDatum(above),
												NumericGetDatum(multiply(f.below, whole(2)))));
	if (negative)
		units = subtract(whole(0), units);
	return numeric_round_to(multiply(units, int64_div_fast_to_numeric(1, digits)), digits);
}

/*
 * Rounded once, half away from zero.  A division rounds to the nearest number
 * of its scale.  Where that has room for the digit that makes a tie, it passes
 * no tie, but may fall on one: then alone it says nothing.
 */
Numeric
round_fraction(Fraction f, int digits)
{
	Numeric		q = divide(f.above, f.below);

	if (DatumGetInt32(DirectFunctionCall1(numeric_scale, NumericGetDatum(q))) > digits &&
		DatumGetInt32(DirectFunctionCall1(numeric_min_scale, NumericGetDatum(q))) != digits + 1)
		return numeric_round_to(q, digits);
	return round_by_definition(f, digits);
}
