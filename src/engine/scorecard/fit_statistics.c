/*
 * fit_statistics.c
 *	  What is frozen of a group, from its sorted keys.
 *
 * Where it is winsorised, what lies beyond the two quantiles counts as them.
 * All is computed exactly and rounded once, to 15 significant digits.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "exact.h"
#include "fit.h"

/* Digits that quotients are computed to, beyond those of their operands. */
#define MORE_DIGITS		40

/* The values of a group: so many of low, those of keys, so many of high. */
typedef struct Members
{
	const FitScale *scale;
	const uint64 *keys;
	int64		count;			/* of all */
	int64		nlow;
	int64		nhigh;
	Decimal		low;
	Decimal		high;
} Members;

static Decimal
member(const Members *m, int64 i)
{
	if (i < m->nlow)
		return m->low;
	if (i >= m->count - m->nhigh)
		return m->high;
	return fit_decimal(m->scale, m->keys[i]);
}

static Decimal
rounded(Numeric num)
{
	Decimal		d;

	if (!decimal_round_numeric(num, &d))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a statistic of the peers is out of range")));
	return d;
}

/* The quantile of R's type 7: between the members around (n - 1) * p. */
static Decimal
quantile(const Members *m, Numeric p)
{
	Numeric		place = multiply(whole(m->count - 1), p);
	Numeric		down = DatumGetNumeric(DirectFunctionCall1(numeric_floor, NumericGetDatum(place)));
	int64		i = DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(down)));
	Numeric		share = subtract(place, down);
	Numeric		a;

	if (is_zero(share) || i + 1 >= m->count)
		return member(m, i);
	a = decimal_to_numeric(member(m, i));
	return rounded(add(a, multiply(share, subtract(decimal_to_numeric(member(m, i + 1)), a))));
}

/* How many members are less than a value. */
static int64
count_below(const Members *m, uint64 key)
{
	int64		low = 0;
	int64		high = m->count;

	while (low < high)
	{
		int64		middle = (low + high) / 2;

		if (order_key(fit_decimal(m->scale, m->keys[middle])) < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
winsorise(Members *m, const PeerRule *rule)
{
	Decimal		low = quantile(m, rule->low.exact);
	Decimal		high = quantile(m, rule->high.exact);

	m->low = low;
	m->high = high;
	m->nlow = count_below(m, order_key(low));
	m->nhigh = m->count - count_below(m, order_key(high) + 1);
}

/* Distinct values on their way into what is kept. */
typedef struct Keeper
{
	PeerValues *values;
	const FitScale *scale;		/* of the keys that come; NULL: they are order keys */
	int			room;
	int64		step;			/* most members between two that are kept */
	uint64		key;			/* the last value, not yet decided */
	int64		same;			/* ... and who has it; 0: none yet */
	int64		between;		/* members since the last that is kept */
	int64		upto;			/* members up to there */
} Keeper;

static void
keep(Keeper *k)
{
	PeerValues *v = k->values;

	if (v->count == k->room)
	{
		k->room = Max(16, k->room * 2);
		v->keys = v->count == 0 ? palloc(k->room * sizeof(uint64)) :
			repalloc(v->keys, k->room * sizeof(uint64));
		v->below = v->count == 0 ? palloc(k->room * sizeof(uint32)) :
			repalloc(v->below, k->room * sizeof(uint32));
		v->upto = v->count == 0 ? palloc(k->room * sizeof(uint32)) :
			repalloc(v->upto, k->room * sizeof(uint32));
	}
	k->upto += k->between;
	v->keys[v->count] = k->scale == NULL ? k->key : order_key(fit_decimal(k->scale, k->key));
	v->below[v->count] = (uint32) k->upto;
	k->upto += k->same;
	v->upto[v->count++] = (uint32) k->upto;
	k->between = 0;
}

/* So many members of one value, not less than the last. */
static void
pass_value(Keeper *k, uint64 key, int64 same)
{
	if (same == 0)
		return;
	if (k->same > 0 && k->key == key)
	{
		k->same += same;
		return;
	}
	if (k->same > 0)
	{
		if (k->upto == 0 && k->between == 0)
			keep(k);
		else if (k->between + k->same > k->step)
			keep(k);
		else
			k->between += k->same;
	}
	k->key = key;
	k->same = same;
}

/* Most values of a large group are not kept, so a key is brought to another form only where it is. */
static void
keep_values(const Members *m, PeerValues *values)
{
	bool		winsorised = m->nlow + m->nhigh > 0;
	Keeper		k = {values, winsorised ? NULL : m->scale, 0,
	m->count <= PEERS_EXACT ? 0 : m->count / PEERS_STEPS, 0, 0, 0, 0};
	int64		end = m->count - m->nhigh;

	if (m->nlow > 0)
		pass_value(&k, order_key(m->low), m->nlow);
	for (int64 i = m->nlow; i < end;)
	{
		uint64		key = m->keys[i];
		int64		next = i + 1;

		while (next < end && m->keys[next] == key)
			next++;
		pass_value(&k, winsorised ? order_key(fit_decimal(m->scale, key)) : key, next - i);
		i = next;
	}
	if (m->nhigh > 0)
		pass_value(&k, order_key(m->high), m->nhigh);
	keep(&k);
}

/* A sum of squares may have 151 bits. */
typedef struct Sums
{
	Numeric		sum;
	Numeric		squares;
} Sums;

static Numeric
numeric_of_wide(int128 number)
{
	bool		negative = number < 0;
	uint128		size = negative ? -(uint128) number : (uint128) number;
	Numeric		n = whole((int64) (size % (uint64) fit_pow10[18]));
	Numeric		factor = whole(fit_pow10[18]);

	n = add(n, multiply(whole((int64) (size / (uint64) fit_pow10[18] % (uint64) fit_pow10[18])), factor));
	n = add(n, multiply(whole((int64) (size / (uint64) fit_pow10[18] / (uint64) fit_pow10[18])),
						multiply(factor, factor)));
	return negative ? subtract(whole(0), n) : n;
}

static Numeric
power_of_ten(int exponent)
{
	return numeric_from_text(psprintf("1e%d", exponent));
}

/* The sums of whole numbers of 10^exponent, without a rounding. */
static void
sum_whole(const Members *m, Sums *s)
{
	int128		sum = 0;
	uint128		low = 0;
	uint128		high = 0;
	Numeric		unit = power_of_ten(m->scale->exponent);
	Numeric		squares;

	for (int64 i = m->nlow; i < m->count - m->nhigh; i++)
	{
		int64		v = (int64) (m->keys[i] + (uint64) m->scale->least);
		uint128		square = (uint128) ((int128) v * v);

		sum += v;
		low += (uint64) square;
		high += (uint64) (square >> 64);
	}
	squares = add(numeric_of_wide((int128) low),
				  multiply(numeric_of_wide((int128) high), numeric_of_wide((int128) 1 << 64)));
	s->sum = multiply(numeric_of_wide(sum), unit);
	s->squares = multiply(squares, multiply(unit, unit));
}

static void
sum_numeric(const Members *m, Sums *s)
{
	MemoryContext own = AllocSetContextCreate(CurrentMemoryContext, "growth_index fit sum",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(own);
	MemoryContext next = AllocSetContextCreate(old, "growth_index fit sum", ALLOCSET_DEFAULT_SIZES);

	s->sum = s->squares = whole(0);
	for (int64 i = m->nlow; i < m->count - m->nhigh; i++)
	{
		Numeric		v = decimal_to_numeric(fit_decimal(m->scale, m->keys[i]));

		s->sum = add(s->sum, v);
		s->squares = add(s->squares, multiply(v, v));
		if (i % 1024 != 0)
			continue;
		CHECK_FOR_INTERRUPTS();
		/* what was in between goes */
		MemoryContextSwitchTo(next);
		s->sum = add(s->sum, whole(0));
		s->squares = add(s->squares, whole(0));
		MemoryContextReset(own);
		next = own;
		own = CurrentMemoryContext;
	}
	MemoryContextSwitchTo(old);
	s->sum = add(s->sum, whole(0));
	s->squares = add(s->squares, whole(0));
	MemoryContextDelete(own);
	MemoryContextDelete(next);
}

static void
add_many(Sums *s, Decimal d, int64 count)
{
	Numeric		v = decimal_to_numeric(d);

	if (count == 0)
		return;
	s->sum = add(s->sum, multiply(v, whole(count)));
	s->squares = add(s->squares, multiply(multiply(v, v), whole(count)));
}

/* a / b to many digits: the division keeps those of its operands. */
static Numeric
divide_finely(Numeric a, Numeric b, const Members *m)
{
	int			digits = MORE_DIGITS - 2 * Min(m->scale->whole ? m->scale->exponent : DECIMAL_EXP_MIN, 0);

	return divide(numeric_round_to(a, digits), b);
}

/* Mean, and deviation of the sample: 0 of a single member. */
static void
find_moments(const Members *m, Numeric *mean, Numeric *sd)
{
	Numeric		n = whole(m->count);
	Numeric		variance;
	Sums		s;

	if (m->scale->whole)
		sum_whole(m, &s);
	else
		sum_numeric(m, &s);
	add_many(&s, m->low, m->nlow);
	add_many(&s, m->high, m->nhigh);
	*mean = decimal_to_numeric(rounded(divide_finely(s.sum, n, m)));
	*sd = whole(0);
	if (m->count < 2)
		return;
	variance = subtract(multiply(n, s.squares), multiply(s.sum, s.sum));
	variance = divide_finely(variance, multiply(n, whole(m->count - 1)), m);
	variance = DatumGetNumeric(DirectFunctionCall1(numeric_sqrt, NumericGetDatum(variance)));
	*sd = decimal_to_numeric(rounded(variance));
}

static Numeric
copy_of(Numeric num)
{
	return num == NULL ? NULL : (Numeric) memcpy(palloc(VARSIZE_ANY(num)), num, VARSIZE_ANY(num));
}

/* What a rule needs of a group, from its keys in ascending order: at least one. */
void
fit_group(const PeerRule *rule, const FitScale *scale, const uint64 *keys, int64 count, PeerGroup *group)
{
	Members		m = {scale, keys, count, 0, 0, {0, 0}, {0, 0}};
	Numeric		numbers[FROZEN_NUMBERS] = {NULL};
	MemoryContext own = AllocSetContextCreate(CurrentMemoryContext, "growth_index fit group",
											  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(own);
	unsigned int frozen = rule->frozen;

	if (rule->winsorise)
		winsorise(&m, rule);
	if (frozen & (1 << FROZEN_MIN))
		numbers[FROZEN_MIN] = decimal_to_numeric(member(&m, 0));
	if (frozen & (1 << FROZEN_MAX))
		numbers[FROZEN_MAX] = decimal_to_numeric(member(&m, count - 1));
	if (frozen & (1 << FROZEN_MEAN | 1 << FROZEN_SD))
		find_moments(&m, &numbers[FROZEN_MEAN], &numbers[FROZEN_SD]);
	if (frozen & (1 << FROZEN_MEDIAN))
		numbers[FROZEN_MEDIAN] = decimal_to_numeric(quantile(&m, numeric_from_text("0.5")));
	MemoryContextSwitchTo(old);
	group->members = (uint32) count;
	for (int i = 0; i < FROZEN_NUMBERS; i++)
		group->numbers[i].exact = copy_of(numbers[i]);
	if (frozen & (1 << FROZEN_VALUES))
		keep_values(&m, &group->values);
	MemoryContextDelete(own);
}
