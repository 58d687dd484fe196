/*
 * number.h
 *	  The two faces of a number inside the engine.
 *
 * Decimal is how a number is kept: at most 15 significant digits times a
 * power of ten, so that what was written comes back.
 *
 * Filtered is how a number is computed with at machine speed: a double and a
 * bound on its distance from what plain numeric arithmetic gives.  A decision
 * (a comparison, a rounding) that lies within the bound is "uncertain" and is
 * taken again in numeric.  Nothing else in the engine decides about numbers.
 */
#ifndef GROWTH_INDEX_NUMBER_H
#define GROWTH_INDEX_NUMBER_H

#include "postgres.h"

#include <math.h>

#include "utils/numeric.h"

#define DECIMAL_DIGITS		15
#define DECIMAL_LIMIT		INT64CONST(1000000000000000)	/* 10^15 */
#define DECIMAL_EXP_MIN		(-512)
#define DECIMAL_EXP_MAX		511

/*
 * value = mantissa * 10^exponent, in one form only: |mantissa| < 10^15;
 * exponent 0 if the number is a whole one below 10^15; otherwise below 0 with
 * no trailing zero in the mantissa, or above 0 with a mantissa of 15 digits.
 */
typedef struct Decimal
{
	int64		mantissa;
	int			exponent;
} Decimal;

typedef enum DecimalResult
{
	DECIMAL_OK,
	DECIMAL_ROUNDED,			/* a fraction that had more than 15 digits */
	DECIMAL_TOO_LONG,			/* a whole number of more than 15 digits */
	DECIMAL_OUT_OF_RANGE,
	DECIMAL_NOT_FINITE
} DecimalResult;

/* brings a decimal into its one form; false: its exponent does not fit */
extern bool decimal_normalise(Decimal *d);
/* of a numeric that may have a short header; false: ask decimal_from_numeric() */
extern bool decimal_from_stored(const struct varlena *stored, Decimal *result);
extern DecimalResult decimal_from_numeric(Numeric num, Decimal *result);
/* to 15 significant digits, whole numbers too; false: not finite, or too large */
extern bool decimal_round_numeric(Numeric num, Decimal *result);
extern Numeric decimal_to_numeric(Decimal d);
extern char *decimal_to_text(Decimal d);

/* 10^22 is the largest power of ten that binary64 holds exactly */
extern const double number_pow10[23];
/* relative error of a decimal of so many places as a double: whole ones have none */
extern const double number_ulp[23];

/*
 * |value - exact| <= error, where "exact" is the result of the same operations
 * in numeric; error 0 means that value is exactly that whole number (|value|
 * <= 2^53).  A value of NaN means that nothing is known: ask numeric.
 */
typedef struct Filtered
{
	double		value;
	double		error;
} Filtered;

/* Bounds of relative error, a little above half a unit of binary64. */
#define FILTER_ULP			1.2e-16
/* Outside of these magnitudes doubles are not trusted: the value is NaN. */
#define FILTER_LARGEST		1e290
#define FILTER_SMALLEST		1e-290
/* numeric's division and functions keep at least 16 significant digits. */
#define FILTER_NUMERIC_ULP	1.0e-15

typedef enum Sign3
{
	SIGN_LESS = -1,
	SIGN_EQUAL = 0,
	SIGN_GREATER = 1,
	SIGN_UNCERTAIN = 2
} Sign3;

/* The order of two filtered numbers, or that it has to be taken in numeric. */
static inline Sign3
filtered_compare(Filtered a, Filtered b)
{
	double		gap = a.value - b.value;
	double		tolerance = a.error + b.error;

	/* the subtraction itself rounds by half a unit of its result at most */
	if (gap > tolerance + tolerance * 1e-10)
		return SIGN_GREATER;
	if (-gap > tolerance + tolerance * 1e-10)
		return SIGN_LESS;
	if (tolerance == 0 && gap == 0)
		return SIGN_EQUAL;
	return SIGN_UNCERTAIN;
}

extern void filtered_from_numeric(Numeric num, Filtered *result);
extern Filtered filtered_from_decimal_slow(Decimal d);

/* A decimal as a filtered number; the value is NaN where doubles end. */
static inline Filtered
filtered_from_decimal(Decimal d)
{
	Filtered	f;
	unsigned int places = (unsigned int) -d.exponent;

	if (likely(places <= 22))
	{
		/* without a branch on the places, which are as random as the data */
		f.value = (double) d.mantissa / number_pow10[places];
		f.error = fabs(f.value) * number_ulp[places];
		return f;
	}
	return filtered_from_decimal_slow(d);
}

/* numeric arithmetic that says false where SQL would raise an error */
extern bool numeric_add_ok(Numeric a, Numeric b, Numeric *result);
extern bool numeric_sub_ok(Numeric a, Numeric b, Numeric *result);
extern bool numeric_mul_ok(Numeric a, Numeric b, Numeric *result);
extern bool numeric_div_ok(Numeric a, Numeric b, Numeric *result);
extern bool numeric_mod_ok(Numeric a, Numeric b, Numeric *result);
extern int	numeric_compare(Numeric a, Numeric b);
extern Numeric numeric_round_to(Numeric num, int digits);
extern Numeric numeric_from_text(const char *text);
extern char *numeric_to_text(Numeric num);
/* the shortest text of the same value: no trailing zeros, no exponent */
extern char *numeric_to_plain_text(Numeric num);

/* how amounts of money are rounded: rounded.c */
typedef struct Rounding
{
	Numeric		unit;
	enum
	{
		ROUND_HALF_UP,
		ROUND_DOWN,
		ROUND_UP
	}			way;
	bool		cents;			/* unit is 0.01 */
} Rounding;

extern void rounding_read(Rounding *rounding, Numeric unit, const char *way);
extern Numeric rounding_apply(const Rounding *rounding, Numeric amount);
extern bool amount_is_payable(Numeric amount);
/* a number of yuan as one of cents, and that in whole ones, half up; false: ask numeric */
extern Filtered filtered_cents(Filtered yuan);
extern bool whole_cents(Filtered cents, int64 *whole);
/* unit and way of rounding that a call site was given, as they were read before: *known is its own */
extern const Rounding *rounding_of_call(void **known, MemoryContext context, Datum unit, Datum way);

#endif							/* GROWTH_INDEX_NUMBER_H */
