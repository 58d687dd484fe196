/*
 * fit_column.c
 *	  Columns of numbers as keys that sort, and their sorting.
 */
#include "postgres.h"

#include "fit.h"

#define FEW				48		/* that are inserted one by one */
#define SHORT			4096	/* that are sorted by smaller digits: so many places are few to count in */
#define SHORT_BITS		8		/* most of their digits, and ... */
#define DIGIT_BITS		11		/* ... of those of others */

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

/* The numbers of each digit's values, counted in one reading. */
static uint32 *
count_digits(const uint64 *keys, int64 count, int digits, int width)
{
	uint32	   *places = palloc0(((Size) digits << width) * sizeof(uint32));
	uint64		mask = (UINT64CONST(1) << width) - 1;

	for (int64 i = 0; i < count; i++)
	{
		uint64		key = keys[i];

		for (int d = 0; d < digits; d++, key >>= width)
			places[((Size) d << width) + (key & mask)]++;
	}
	return places;
}

/* Sort keys of so many bits, by their digits from the last; room for as many is needed. */
void
fit_sort(uint64 *keys, uint64 *room, int64 count, int bits)
{
	int			most = count < SHORT ? SHORT_BITS : DIGIT_BITS;
	int			digits = (bits + most - 1) / most;
	int			width;
	uint64		mask;
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
	width = (bits + digits - 1) / digits;
	mask = (UINT64CONST(1) << width) - 1;
	places = count_digits(keys, count, digits, width);
	for (int d = 0; d < digits; d++)
	{
		uint32	   *place = places + ((Size) d << width);
		int			shift = d * width;
		uint32		sum = 0;
		uint64	   *other;

		/* where all have the same digit there is nothing to do */
		if (place[(from[0] >> shift) & mask] == count)
			continue;
		for (uint64 v = 0; v <= mask; v++)
		{
			uint32		own = place[v];

			place[v] = sum;
			sum += own;
		}
		for (int64 i = 0; i < count; i++)
			to[place[(from[i] >> shift) & mask]++] = from[i];
		other = from;
		from = to;
		to = other;
	}
	if (from != keys)
		memcpy(keys, from, count * sizeof(uint64));
	pfree(places);
}
