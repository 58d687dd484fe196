/*
 * order_key.h
 *	  Decimals as whole numbers that order as they do.
 *
 * Sign, power of ten of the first digit, and 15 digits fit into 63 bits; the
 * key says the same as the decimal, so sorted columns need nothing else.
 */
#ifndef GROWTH_INDEX_ORDER_KEY_H
#define GROWTH_INDEX_ORDER_KEY_H

#include "postgres.h"

#include "port/pg_bitutils.h"

#include "number.h"

#define ORDER_KEY_ZERO		(UINT64CONST(1) << 62)
#define ORDER_KEY_NONE		PG_UINT64_MAX	/* no decimal has this key */

#define ORDER_KEY_BIAS		1024	/* of the first digit's power of ten */
#define ORDER_KEY_DIGITS	50		/* bits of 15 digits */

static const int64 order_key_pow10[DECIMAL_DIGITS + 1] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, INT64CONST(1000000000),
	INT64CONST(10000000000), INT64CONST(100000000000), INT64CONST(1000000000000),
	INT64CONST(10000000000000), INT64CONST(100000000000000), INT64CONST(1000000000000000)
};

/* Decimal digits of a positive number below 10^15. */
static inline int
digits_of(int64 number)
{
	/* 1233 / 4096 is a little more than log 2 */
	int			digits = ((pg_leftmost_one_pos64(number) + 1) * 1233) >> 12;

	return digits + (number >= order_key_pow10[digits]);
}

static inline uint64
order_key(Decimal d)
{
	int64		size = d.mantissa < 0 ? -d.mantissa : d.mantissa;
	int			digits;
	uint64		key;

	if (size == 0)
		return ORDER_KEY_ZERO;
	digits = digits_of(size);
	key = ((uint64) (d.exponent + digits + ORDER_KEY_BIAS) << ORDER_KEY_DIGITS) +
		(uint64) (size * order_key_pow10[DECIMAL_DIGITS - digits]);
	return d.mantissa < 0 ? ORDER_KEY_ZERO - key : ORDER_KEY_ZERO + key;
}

static inline Decimal
order_key_decimal(uint64 key)
{
	bool		negative = key < ORDER_KEY_ZERO;
	uint64		size = negative ? ORDER_KEY_ZERO - key : key - ORDER_KEY_ZERO;
	Decimal		d = {0, 0};

	if (size == 0)
		return d;
	d.mantissa = (int64) (size & ((UINT64CONST(1) << ORDER_KEY_DIGITS) - 1));
	d.exponent = (int) (size >> ORDER_KEY_DIGITS) - ORDER_KEY_BIAS - DECIMAL_DIGITS;
	if (negative)
		d.mantissa = -d.mantissa;
	(void) decimal_normalise(&d);
	return d;
}

#endif							/* GROWTH_INDEX_ORDER_KEY_H */
