/*
 * score.c
 *	  The score of score_exact.c, with doubles and integers.
 *
 * Each indicator's points become a whole number of 10^-digits.  Where the
 * bound leaves that number open, false is returned and the caller takes the
 * definition.  Nothing is allocated.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "scorecard.h"

#define POINTS_LIMIT	4503599627370496.0	/* 2^52: halves are exact below */

typedef enum Normalised
{
	NORMALISED_KNOWN,
	NORMALISED_MISSING,
	NORMALISED_UNCERTAIN
} Normalised;

/* Into 0..100; the clamp moves a value no farther than it was wrong. */
static inline Filtered
clamp_100(Filtered n)
{
	if (n.value < 0)
		n.value = 0;
	else if (n.value > 100)
		n.value = 100;
	return n;
}

static inline Filtered
scale_to_100(double gap, double error, double scale)
{
	Filtered	n;

	n.value = gap * scale;
	n.error = error * fabs(scale) + fabs(n.value) * (4 * FILTER_ULP + FILTER_NUMERIC_ULP);
	return clamp_100(n);
}

static Normalised
normalise_bins(const Indicator *ind, Filtered x, Filtered *result)
{
	const Normaliser *n = &ind->norm;
	int			i = n->nsteps - 1;

	for (; i >= 0 && !n->steps[i].open; i--)
	{
		const Constant *edge = &n->steps[i].from;

		if (ind->bare >= 0 && edge->short_decimal)
		{
			if (x.value >= edge->fast.value)
				break;
		}
		else
		{
			Sign3		sign = filtered_compare(x, edge->fast);

			if (sign == SIGN_UNCERTAIN)
				return NORMALISED_UNCERTAIN;
			if (sign != SIGN_LESS)
				break;
		}
	}
	if (i >= 0)
		*result = n->steps[i].points.fast;
	else
		result->value = result->error = 0;
	return NORMALISED_KNOWN;
}

static Filtered
normalise_per_unit(const Normaliser *n, Filtered x)
{
	Filtered	result;
	double		per_unit = n->has_points ? n->points.fast.value : 100.0 / n->cap.fast.value;

	if (x.value <= 0)
		x.value = 0;
	else if (n->has_cap && x.value > n->cap.fast.value)
		x = n->cap.fast;
	result.value = x.value * per_unit;
	if (n->has_points && n->points.fast.error == 0 && x.error == 0 &&
		result.value < POINTS_LIMIT)
		result.error = 0;
	else
		result.error = x.error * fabs(per_unit) +
			fabs(result.value) * (4 * FILTER_ULP + FILTER_NUMERIC_ULP);
	return result;
}

static Normalised
normalise_log(const Normaliser *n, Filtered x, Filtered *result)
{
	double		ln;

	result->value = result->error = 0;
	if (x.value <= n->from.fast.value * (1 - 1e-9))
		return NORMALISED_KNOWN;
	ln = log(x.value);
	*result = scale_to_100(ln - n->log_from.fast.value,
						   x.error / x.value * 1.01 + (fabs(ln) + 1) * 2 * FILTER_NUMERIC_ULP,
						   n->scale);
	return NORMALISED_KNOWN;
}

static Normalised
normalise_number(const Indicator *ind, Subject *s, Filtered *result)
{
	const Normaliser *n = &ind->norm;
	Filtered	x;

	if (ind->bare >= 0)
	{
		if (!subject_load_number(s, ind->bare, &x))
			return NORMALISED_MISSING;
	}
	else
	{
		NumberResult known = expression_number(ind->value, s, &x);

		if (known != NUMBER_KNOWN)
			return known == NUMBER_UNKNOWN ? NORMALISED_MISSING : NORMALISED_UNCERTAIN;
	}
	if (isnan(x.value) || isinf(x.value))
		return NORMALISED_UNCERTAIN;
	switch (n->kind)
	{
		case NORM_LINEAR:
			{
				double		gap = x.value - n->from.fast.value;

				*result = scale_to_100(gap, x.error + n->from.fast.error + fabs(gap) * FILTER_ULP,
									   n->scale);
				return NORMALISED_KNOWN;
			}
		case NORM_LOG:
			return normalise_log(n, x, result);
		case NORM_BINS:
			return normalise_bins(ind, x, result);
		default:
			*result = normalise_per_unit(n, x);
			return NORMALISED_KNOWN;
	}
}

typedef struct SetSum
{
	const Normaliser *norm;
	double		sum;
	double		error;
	bool		any;
} SetSum;

static void
add_member(const char *text, int len, void *arg)
{
	SetSum	   *sum = arg;
	const Normaliser *n = sum->norm;

	for (int i = 0; i < n->nsteps; i++)
	{
		const Filtered *points = &n->steps[i].points.fast;

		if (n->steps[i].name_len != len || memcmp(n->steps[i].name, text, len) != 0)
			continue;
		sum->error = sum->error + points->error + fabs(sum->sum) * FILTER_ULP;
		if (!n->best)
			sum->sum += points->value;
		else if (!sum->any || points->value > sum->sum)
			sum->sum = points->value;
		sum->any = true;
	}
}

static Normalised
normalise_other(const Indicator *ind, Subject *s, Filtered *result)
{
	const Normaliser *n = &ind->norm;
	SetSum		sum = {n, 0, 0, false};
	const char *text;
	int			len;
	Tri			t;

	switch (n->kind)
	{
		case NORM_FLAG:
			t = expression_test(ind->value, s);
			*result = t == TRI_TRUE ? n->if_true.fast : n->if_false.fast;
			return t == TRI_UNKNOWN ? NORMALISED_MISSING : NORMALISED_KNOWN;
		case NORM_CATEGORY:
			if (!expression_string(ind->value, s, &text, &len))
				return NORMALISED_MISSING;
			*result = n->otherwise.fast;
			for (int i = 0; i < n->nsteps; i++)
				if (n->steps[i].name_len == len && memcmp(n->steps[i].name, text, len) == 0)
					*result = n->steps[i].points.fast;
			return NORMALISED_KNOWN;
		default:
			if (!expression_set(ind->value, s, add_member, &sum))
				return NORMALISED_MISSING;
			result->value = Min(sum.sum, n->cap.fast.value);
			result->error = Max(sum.error, n->cap.fast.error);
			return NORMALISED_KNOWN;
	}
}

/* What is left of the weights when something is left out. */
typedef struct Remainder
{
	bool		left_out;
	double		present[CARD_MAX_DIMENSIONS];
	double		all;
} Remainder;

static void
find_remainder(const Scorecard *card, int segment, const bool *counts, Remainder *rest)
{
	for (int d = 0; d < card->ndimensions; d++)
		rest->present[d] = 0;
	for (int i = 0; i < card->nindicators; i++)
		if (counts[i])
			rest->present[card->indicators[i].dimension] +=
				card->indicators[i].weight[segment].fast.value;
	rest->all = 0;
	for (int d = 0; d < card->ndimensions; d++)
		if (rest->present[d] > 0)
			rest->all += card->dimensions[d].weight[segment].fast.value;
}

/* Points as a whole number of 10^-digits; false: the rounding is open. */
static inline bool
round_points(Filtered n, double factor, double looseness, int64 *points)
{
	double		scaled = n.value * factor;
	double		error = n.error * fabs(factor) + fabs(scaled) * looseness;
	double		size = fabs(scaled);
	double		down = floor(size);

	if (!(size < POINTS_LIMIT) || !(error < 0.25) || fabs(size - down - 0.5) <= error)
		return false;
	*points = (int64) (size - down > 0.5 ? down + 1 : down);
	if (scaled < 0)
		*points = -*points;
	return true;
}

/* Everything about an indicator that the sum needs. */
static double
factor_of(const Scorecard *card, const Indicator *ind, int segment, const Remainder *rest)
{
	double		power = number_pow10[card->points_digits];
	double		factor;

	if (card->sum)
		return power;
	factor = ind->weight[segment].fast.value * power / 100;
	if (rest->left_out)
		factor *= card->dimensions[ind->dimension].weight[segment].fast.value /
			rest->present[ind->dimension] * card->total.fast.value / rest->all;
	return factor;
}

/* Half away from zero, from the points' digits to the score's. */
static int64
round_score(const Scorecard *card, int64 sum)
{
	int64		unit = (int64) number_pow10[card->points_digits - card->score_digits];
	int64		size = sum < 0 ? -sum : sum;

	size = (size + unit / 2) / unit;
	return sum < 0 ? -size : size;
}

bool
score_fast(const Scorecard *card, Subject *s, ScoreStatus *status, int64 *score)
{
	Filtered	normalised[CARD_MAX_INDICATORS];
	bool		counts[CARD_MAX_INDICATORS];
	Remainder	rest;
	int			segment = card_segment(card, s);
	double		known = 0;
	int64		sum = 0;
	bool		any = false;

	*status = STATUS_UNDECIDED;
	if (segment < 0)
		return true;
	rest.left_out = false;
	for (int i = 0; i < card->nindicators; i++)
	{
		const Indicator *ind = &card->indicators[i];
		double		weight = card->sum ? 1 : ind->weight[segment].fast.value;
		Normalised	n;

		counts[i] = weight != 0;
		if (!counts[i])
			continue;
		n = ind->norm.kind <= NORM_PER_UNIT ? normalise_number(ind, s, &normalised[i]) :
			normalise_other(ind, s, &normalised[i]);
		if (n == NORMALISED_UNCERTAIN)
			return false;
		if (n == NORMALISED_KNOWN || ind->missing == MISSING_ZERO)
			known += weight;
		if (n == NORMALISED_KNOWN)
			continue;
		switch (ind->missing)
		{
			case MISSING_UNDECIDED:
				return true;
			case MISSING_REWEIGHT:
				counts[i] = false;
				rest.left_out = true;
				break;
			case MISSING_ZERO:
				normalised[i].value = normalised[i].error = 0;
				break;
			case MISSING_LOWEST:
				normalised[i] = ind->norm.lowest.fast;
				break;
		}
	}
	if (rest.left_out && !card->sum)
		find_remainder(card, segment, counts, &rest);
	for (int i = 0; i < card->nindicators; i++)
	{
		int64		points;

		if (!counts[i])
			continue;
		any = true;
		if (!round_points(normalised[i],
						  factor_of(card, &card->indicators[i], segment, &rest),
						  card->sum ? 4 * FILTER_ULP :
						  (2 * card->nindicators + 12) * FILTER_ULP + 4 * FILTER_NUMERIC_ULP,
						  &points))
			return false;
		sum += points;
	}
	/* a coverage that is nearly the required one is for numeric */
	known /= card->sum ? card->nindicators : card->total.fast.value;
	if (fabs(known - card->coverage.fast.value) < 1e-9 && known < 1 && card->coverage.fast.value > 0)
		return false;
	*status = !any || known < card->coverage.fast.value - 1e-9 ? STATUS_LOW_COVERAGE : STATUS_SCORED;
	*score = round_score(card, sum);
	return true;
}
