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
	n.value = n.value > 0 ? n.value : 0;
	n.value = n.value < 100 ? n.value : 100;
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

/* The bin of a value: how many edges it reaches. */
static Normalised
normalise_bins(const PlanItem *item, Filtered x, Filtered *result)
{
	const double *edges = item->edges;
	int			reached = 0;

	if (likely(item->exact_edges))
	{
		for (int i = 0; i < item->nedges; i++)
			reached += x.value >= edges[i];
		*result = item->outcomes[reached];
		return NORMALISED_KNOWN;
	}
	for (reached = item->nedges; reached > 0; reached--)
	{
		const Step *step = &item->indicator->norm.steps[reached - 1];
		Sign3		sign = step->open ? SIGN_GREATER : filtered_compare(x, step->from.fast);

		if (sign == SIGN_UNCERTAIN)
			return NORMALISED_UNCERTAIN;
		if (sign != SIGN_LESS)
			break;
	}
	*result = item->outcomes[reached];
	return NORMALISED_KNOWN;
}

static inline Filtered
normalise_per_unit(const PlanItem *item, Filtered x)
{
	Filtered	result;
	double		units = x.value > 0 ? x.value : 0;

	units = units < item->from ? units : item->from;
	result.value = units * item->scale;
	result.error = (x.error + item->from_error) * fabs(item->scale);
	if (!item->exact_scale || result.error != 0 || !(result.value < POINTS_LIMIT))
		result.error += fabs(result.value) * (4 * FILTER_ULP + FILTER_NUMERIC_ULP);
	return result;
}

static Filtered
normalise_log(const PlanItem *item, Filtered x)
{
	Filtered	none = {0, 0};
	double		ln;

	/* below the range, and far enough from 0 for the logarithm */
	if (x.value <= item->indicator->norm.from.fast.value * (1 - 1e-9))
		return none;
	ln = log(x.value);
	return scale_to_100(ln - item->from,
						x.error / x.value * 1.01 + (fabs(ln) + 1) * 2 * FILTER_NUMERIC_ULP,
						item->scale);
}

static inline Normalised
normalise_number(const PlanItem *item, Subject *s, Filtered *result)
{
	Filtered	x;
	double		gap;

	if (likely(item->bare))
	{
		if (!subject_load_number(s, item->code, &x))
			return NORMALISED_MISSING;
	}
	else
	{
		NumberResult known = expression_number(item->indicator->value, s, &x);

		if (known != NUMBER_KNOWN)
			return known == NUMBER_UNKNOWN ? NORMALISED_MISSING : NORMALISED_UNCERTAIN;
	}
	if (unlikely(!(fabs(x.value) < FILTER_LARGEST)))
		return NORMALISED_UNCERTAIN;
	switch (item->kind)
	{
		case NORM_LINEAR:
			gap = x.value - item->from;
			*result = scale_to_100(gap, x.error + item->from_error + fabs(gap) * FILTER_ULP,
								   item->scale);
			return NORMALISED_KNOWN;
		case NORM_LOG:
			*result = normalise_log(item, x);
			return NORMALISED_KNOWN;
		case NORM_BINS:
			return normalise_bins(item, x, result);
		default:
			*result = normalise_per_unit(item, x);
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

static Tri
test_flag(const PlanItem *item, Subject *s)
{
	int			slot;
	uint64		w;

	if (!item->bare)
		return expression_test(item->indicator->value, s);
	slot = s->slots[item->code];
	if (slot < 0)
		return TRI_UNKNOWN;
	w = s->profile->word[slot];
	if (WORD_TYPE(w) != VALUE_BOOLEAN)
		return TRI_UNKNOWN;
	return WORD_BOOLEAN(w) ? TRI_TRUE : TRI_FALSE;
}

static Normalised
normalise_other(const PlanItem *item, Subject *s, Filtered *result)
{
	const Indicator *ind = item->indicator;
	const Normaliser *n = &ind->norm;
	SetSum		sum = {n, 0, 0, false};
	const char *text;
	int			len;
	Tri			t;

	switch (n->kind)
	{
		case NORM_FLAG:
			t = test_flag(item, s);
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
	double		distance;

	if (unlikely(!(fabs(scaled) < POINTS_LIMIT)))
		return false;
	*points = (int64) (scaled + copysign(0.5, scaled));
	distance = 0.5 - fabs(scaled - (double) *points);
	return likely(distance > error);
}

/* The share of an indicator's factor that weights left out add to it. */
static double
reweighting(const Scorecard *card, int i, int segment, const Remainder *rest)
{
	int			dimension = card->indicators[i].dimension;

	return card->dimensions[dimension].weight[segment].fast.value /
		rest->present[dimension] * card->total.fast.value / rest->all;
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

/* What a first pass over the indicators gathers. */
typedef struct Pass
{
	int64		sum;			/* of the points, as if nothing was left out */
	double		known;			/* weight of what is known */
	bool		gaps;			/* something counts and is not known */
	bool		any;
	bool		left_out;
	bool		undecided;
	bool		uncertain;
} Pass;

/* The value that stands for a missing one; false: the indicator is left out. */
static bool
replace_missing(const PlanItem *item, Pass *pass, double weight, Filtered *normalised)
{
	pass->gaps = true;
	switch (item->missing)
	{
		case MISSING_UNDECIDED:
			pass->undecided = true;
			return false;
		case MISSING_REWEIGHT:
			pass->left_out = true;
			return false;
		case MISSING_ZERO:
			pass->known += weight;
			normalised->value = normalised->error = 0;
			return true;
		default:
			*normalised = item->indicator->norm.lowest.fast;
			return true;
	}
}

static void
first_pass(const Scorecard *card, Subject *s, int segment, Pass *pass,
		   Filtered *normalised, bool *counts)
{
	const double *factors = card->factors + segment * card->nindicators;
	double		per_weight = card->sum ? 1 : 100 / number_pow10[card->points_digits];
	double		looseness = 8 * FILTER_ULP + 2 * FILTER_NUMERIC_ULP;
	int64		sum = 0;
	double		known = 0;

	for (int i = 0; i < card->nindicators; i++)
	{
		const PlanItem *item = &card->plan[i];
		double		weight = card->sum ? 1 : factors[i] * per_weight;
		Normalised	n;
		int64		points = 0;

		counts[i] = factors[i] != 0;
		if (!counts[i])
			continue;
		n = item->kind <= NORM_PER_UNIT ? normalise_number(item, s, &normalised[i]) :
			normalise_other(item, s, &normalised[i]);
		if (likely(n == NORMALISED_KNOWN))
			known += weight;
		else if (n == NORMALISED_MISSING)
			counts[i] = replace_missing(item, pass, weight, &normalised[i]);
		else
			pass->uncertain = true;
		if (counts[i] && !pass->left_out && !pass->uncertain)
			pass->uncertain = !round_points(normalised[i], factors[i], looseness, &points);
		if (unlikely(pass->undecided || pass->uncertain))
			return;
		pass->any = pass->any || counts[i];
		sum += points;
	}
	pass->sum = sum;
	pass->known += known;
}

/* The points again, with the weight of what was left out shared by the rest. */
static void
second_pass(const Scorecard *card, int segment, Pass *pass,
			const Filtered *normalised, const bool *counts)
{
	const double *factors = card->factors + segment * card->nindicators;
	double		looseness = (2 * card->nindicators + 12) * FILTER_ULP + 4 * FILTER_NUMERIC_ULP;
	Remainder	rest = {.all = 0};

	if (!card->sum)
		find_remainder(card, segment, counts, &rest);
	pass->sum = 0;
	pass->any = false;
	for (int i = 0; i < card->nindicators; i++)
	{
		double		factor = factors[i];
		int64		points = 0;

		if (!counts[i])
			continue;
		if (!card->sum)
			factor *= reweighting(card, i, segment, &rest);
		if (!round_points(normalised[i], factor, looseness, &points))
			pass->uncertain = true;
		pass->sum += points;
		pass->any = true;
	}
}

bool
score_fast(const Scorecard *card, Subject *s, ScoreStatus *status, int64 *score)
{
	Filtered	normalised[CARD_MAX_INDICATORS];
	bool		counts[CARD_MAX_INDICATORS];
	Pass		pass = {0};
	int			segment = card_segment(card, s);
	double		required = card->coverage.fast.value;
	double		known;

	*status = STATUS_UNDECIDED;
	if (segment < 0)
		return true;
	first_pass(card, s, segment, &pass, normalised, counts);
	if (pass.undecided)
		return true;
	if (pass.left_out && !pass.uncertain)
		second_pass(card, segment, &pass, normalised, counts);
	known = pass.gaps ? pass.known / (card->sum ? card->nindicators : card->total.fast.value) : 1;
	/* a coverage that is nearly the required one is for numeric */
	if (pass.uncertain || (pass.gaps && required > 0 && fabs(known - required) < 1e-9))
		return false;
	*status = !pass.any || known < required ? STATUS_LOW_COVERAGE : STATUS_SCORED;
	*score = round_score(card, pass.sum);
	return true;
}
