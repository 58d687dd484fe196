/*
 * fit_column.c
 *	  Columns of numbers as keys that sort, and their sorting.
 */
#include "postgres.h"

#include "fit.h"

#define FEW				48		/* that are inserted one by one */
#define DIGIT_BITS		11
#define DIGITS			6		/* of a key */
#define DIGIT_VALUES	(1 << DIGIT_BITS)

const int64 fit_pow10[19] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
	INT64CONST(10000000000), INT64CONST(100000000000), INT64CONST(1000000000000),
	INT64CONST(10000000000000), INT64CONST(100000000000000), INT64CONST(1000000000000000),
	INT64CONST(10000000000000000), INT64CONST(100000000000000000), INT64CONST(1000000000000000000)
};

void
fit_span_add(FitSpan *span, const uint64 *words, int count)
{
	for (int i = 0; i < count; i++)
	{
		int64		mantissa = WORD_MANTISSA(words[i]);
		int			at = WORD_EXPONENT(words[i]) - DECIMAL_EXP_MIN;

		if (words[i] == FIT_MISSING)
			continue;
		span->least[at] = Min(span->least[at], mantissa);
		span->most[at] = Max(span->most[at], mantissa);
	}
}

/* The keys that a column needs. */
FitScale
fit_scale(const FitSpan *span)
{
	FitScale	scale = {true, 0, 0, 63};
	int64		most = 0;
	bool		any = false;

	for (int e = DECIMAL_EXP_MIN; e <= DECIMAL_EXP_MAX && scale.whole; e++)
	{
		int64		low = span->least[e - DECIMAL_EXP_MIN];
		int64		high = span->most[e - DECIMAL_EXP_MIN];
		int64		size = Max(-low, high);

		if (size == 0)
			continue;
		if (!any)
			scale.exponent = e;
		any = true;
		scale.whole = e - scale.exponent <= 18 - digits_of(size);
		if (!scale.whole)
			break;
		scale.least = Min(scale.least, low * fit_pow10[e - scale.exponent]);
		most = Max(most, high * fit_pow10[e - scale.exponent]);
	}
	if (scale.whole && most > scale.least)
		scale.bits = pg_leftmost_one_pos64((uint64) most - (uint64) scale.least) + 1;
	return scale;
}

Decimal
fit_decimal(const FitScale *scale, uint64 key)
{
	Decimal		d;

	if (!scale->whole)
		return order_key_decimal(key);
	d.mantissa = (int64) (key + (uint64) scale->least);
	d.exponent = d.mantissa == 0 ? 0 : scale->exponent;
	/* a number has no more than 15 digits: what is above are zeros */
	while (d.mantissa >= DECIMAL_LIMIT || d.mantissa <= -DECIMAL_LIMIT)
	{
		d.mantissa /= 10;
		d.exponent++;
	}
	(void) decimal_normalise(&d);
	return d;
}

static void
insert_each(uint64 *keys, int64 count)
{
	for (int64 i = 1; i < count; i++)
	{
		uint64		key = keys[i];
		int64		at = i;

		for (; at > 0 && keys[at - 1] > key; at--)
			keys[at] = keys[at - 1];
		keys[at] = key;
	}
}

static bool
is_sorted(const uint64 *keys, int64 count)
{
	int64		i = 1;

	while (i < count && keys[i - 1] <= keys[i])
		i++;
	return i >= count;
}

/* Sort keys of so many bits, by their digits from the last; room for as many is needed. */
void
fit_sort(uint64 *keys, uint64 *room, int64 count, int bits)
{
	int			digits = (bits + DIGIT_BITS - 1) / DIGIT_BITS;
	uint64	   *from = keys;
	uint64	   *to = room;
	uint32	   *places;

	if (count <= FEW)
	{
		insert_each(keys, count);
		return;
	}
	if (is_sorted(keys, count))
		return;
	places = palloc0(DIGITS * DIGIT_VALUES * sizeof(uint32));
	for (int64 i = 0; i < count; i++)
		for (int d = 0; d < digits; d++)
			places[d * DIGIT_VALUES + ((keys[i] >> (d * DIGIT_BITS)) & (DIGIT_VALUES - 1))]++;
	for (int d = 0; d < digits; d++)
	{
		uint32	   *place = places + d * DIGIT_VALUES;
		uint32		sum = 0;
		uint64	   *other;

		/* where all have the same digit there is nothing to do */
		if (place[(from[0] >> (d * DIGIT_BITS)) & (DIGIT_VALUES - 1)] == count)
			continue;
		for (int v = 0; v < DIGIT_VALUES; v++)
		{
			uint32		own = place[v];

			place[v] = sum;
			sum += own;
		}
		for (int64 i = 0; i < count; i++)
			to[place[(from[i] >> (d * DIGIT_BITS)) & (DIGIT_VALUES - 1)]++] = from[i];
		other = from;
		from = to;
		to = other;
	}
	if (from != keys)
		memcpy(keys, from, count * sizeof(uint64));
	pfree(places);
}
