/*
 * score_exact.c
 *	  The definition of a score, in numeric.
 *
 * With w the weight of an indicator in the subject's segment, D the weight of
 * its dimension, P the weight of those of the dimension that are not left out,
 * T the total, and A the sum of D over dimensions where something is left:
 *
 *		points = round(normalised * (w * [D] * [T]) / (100 * [P] * [A]), digits)
 *
 * where D and P stand only if something of the dimension is left out, T and A
 * only if a whole dimension is.  The score is the rounded sum of the points.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "../rating/rating.h"
#include "scorecard.h"

static inline Numeric
whole(int64 value)
{
	return int64_to_numeric(value);
}

/* Numbers of a document do not overflow; if they do, the score is no number. */
static Numeric
add(Numeric a, Numeric b)
{
	Numeric		result;

	if (!numeric_add_ok(a, b, &result))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("score is out of range")));
	return result;
}

static Numeric
multiply(Numeric a, Numeric b)
{
	Numeric		result;

	if (!numeric_mul_ok(a, b, &result))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("score is out of range")));
	return result;
}

static Numeric
divide(Numeric a, Numeric b)
{
	Numeric		result;

	if (!numeric_div_ok(a, b, &result))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("score is out of range")));
	return result;
}

static Numeric
subtract(Numeric a, Numeric b)
{
	return add(a, DatumGetNumeric(DirectFunctionCall1(numeric_uminus, NumericGetDatum(b))));
}

static Numeric
clamp(Numeric x, Numeric low, Numeric high)
{
	if (numeric_compare(x, low) <= 0)
		return low;
	return numeric_compare(x, high) >= 0 ? high : x;
}

static Numeric
normalise_number(const Normaliser *n, Numeric x)
{
	switch (n->kind)
	{
		case NORM_LINEAR:
			return clamp(divide(multiply(subtract(x, n->from.exact), whole(100)),
								subtract(n->to.exact, n->from.exact)),
						 whole(0), whole(100));
		case NORM_LOG:
			if (numeric_compare(x, n->from.exact) <= 0)
				return whole(0);
			if (numeric_compare(x, n->to.exact) >= 0)
				return whole(100);
			x = DatumGetNumeric(DirectFunctionCall1(numeric_ln, NumericGetDatum(x)));
			return clamp(divide(multiply(subtract(x, n->log_from.exact), whole(100)),
								n->log_range.exact),
						 whole(0), whole(100));
		case NORM_BINS:
			for (int i = n->nsteps - 1; i >= 0; i--)
				if (n->steps[i].open || numeric_compare(x, n->steps[i].from.exact) >= 0)
					return n->steps[i].points.exact;
			return whole(0);
		default:
			if (numeric_compare(x, whole(0)) <= 0)
				return whole(0);
			if (n->has_cap && numeric_compare(x, n->cap.exact) > 0)
				x = n->cap.exact;
			if (n->has_points)
				return multiply(x, n->points.exact);
			return divide(multiply(x, whole(100)), n->cap.exact);
	}
}

typedef struct SetSum
{
	const Normaliser *norm;
	Numeric		sum;
	bool		any;
} SetSum;

static void
add_member(const char *text, int len, void *arg)
{
	SetSum	   *sum = arg;
	const Normaliser *n = sum->norm;

	for (int i = 0; i < n->nsteps; i++)
	{
		Numeric		points = n->steps[i].points.exact;

		if (n->steps[i].name_len != len || memcmp(n->steps[i].name, text, len) != 0)
			continue;
		if (!n->best)
			sum->sum = add(sum->sum, points);
		else if (!sum->any || numeric_compare(points, sum->sum) > 0)
			sum->sum = points;
		sum->any = true;
	}
}

/* The normalised value of an indicator; false: its value is unknown. */
bool
normalise_exactly(const Indicator *ind, Subject *s, Numeric *normalised)
{
	const Normaliser *n = &ind->norm;
	SetSum		sum = {n, whole(0), false};
	Numeric		x;
	const char *text;
	int			len;
	Tri			t;

	switch (n->kind)
	{
		case NORM_FLAG:
			t = expression_test(ind->value, s);
			*normalised = t == TRI_TRUE ? n->if_true.exact : n->if_false.exact;
			return t != TRI_UNKNOWN;
		case NORM_CATEGORY:
			if (!expression_string(ind->value, s, &text, &len))
				return false;
			*normalised = n->otherwise.exact;
			for (int i = 0; i < n->nsteps; i++)
				if (n->steps[i].name_len == len && memcmp(n->steps[i].name, text, len) == 0)
					*normalised = n->steps[i].points.exact;
			return true;
		case NORM_SET:
			if (!expression_set(ind->value, s, add_member, &sum))
				return false;
			*normalised = numeric_compare(sum.sum, n->cap.exact) > 0 ? n->cap.exact : sum.sum;
			return true;
		case NORM_CASES:
			return expression_numeric(ind->value, s, normalised);
		default:
			if (!expression_numeric(ind->value, s, &x))
				return false;
			*normalised = normalise_number(n, x);
			return true;
	}
}

/* The subject's segment, or -1 where it is unknown or none of the card's. */
int
card_segment(const Scorecard *card, Subject *s)
{
	const char *text;
	int			len;

	if (card->segment == NULL)
		return 0;
	if (!expression_string(card->segment, s, &text, &len))
		return -1;
	for (int i = 0; i < card->nsegments; i++)
		if (card->segment_lens[i] == len && memcmp(card->segments[i], text, len) == 0)
			return i;
	return -1;
}

static bool
is_zero(Numeric num)
{
	return numeric_compare(num, whole(0)) == 0;
}

/* The share of the weight that is known. */
Numeric
card_coverage(const Scorecard *card, Numeric known)
{
	return divide(known, card->sum ? whole(card->nindicators) : card->total.exact);
}

/* Normalise every indicator, and apply the rules for missing ones. */
static void
gather_parts(const Scorecard *card, Subject *s, ScoreResult *r)
{
	Numeric		known = whole(0);

	for (int i = 0; i < card->nindicators; i++)
	{
		const Indicator *ind = &card->indicators[i];
		Part	   *part = &r->parts[i];
		Numeric		weight = card->sum ? whole(1) : ind->weight[r->segment].exact;

		CHECK_FOR_INTERRUPTS();
		part->missing = !normalise_exactly(ind, s, &part->normalised);
		if (part->missing)
			part->normalised = NULL;
		part->weighted = !is_zero(weight);
		part->counts = part->weighted;
		if (!part->weighted)
			continue;
		if (!part->missing || ind->missing == MISSING_ZERO)
			known = add(known, weight);
		if (!part->missing)
			continue;
		if (ind->missing == MISSING_UNDECIDED)
			r->status = STATUS_UNDECIDED;
		else if (ind->missing == MISSING_REWEIGHT)
			part->counts = false;
		else
			part->normalised = ind->missing == MISSING_ZERO ? whole(0) : ind->norm.lowest.exact;
	}
	r->coverage = card_coverage(card, known);
}

/* The numerator and denominator that turn a normalised value into points. */
static void
part_factor(const Scorecard *card, const ScoreResult *r, const Indicator *ind,
			const Numeric *present, Numeric all, Numeric *above, Numeric *below)
{
	Numeric		dimension = card->dimensions[ind->dimension].weight[r->segment].exact;

	*above = ind->weight[r->segment].exact;
	*below = whole(100);
	if (numeric_compare(dimension, present[ind->dimension]) != 0)
	{
		*above = multiply(*above, dimension);
		*below = multiply(*below, present[ind->dimension]);
	}
	if (numeric_compare(all, card->total.exact) != 0)
	{
		*above = multiply(*above, card->total.exact);
		*below = multiply(*below, all);
	}
}

/* The points of a normalised value where nothing is left out. */
Numeric
points_exactly(const Scorecard *card, int segment, const Indicator *ind, Numeric normalised)
{
	if (!card->sum)
		normalised = divide(multiply(normalised, ind->weight[segment].exact), whole(100));
	return numeric_round_to(normalised, card->points_digits);
}

static void
weigh_parts(const Scorecard *card, ScoreResult *r)
{
	Numeric    *present = palloc(card->ndimensions * sizeof(Numeric));
	Numeric		all = whole(0);

	for (int d = 0; d < card->ndimensions; d++)
	{
		present[d] = whole(0);
		for (int i = 0; i < card->nindicators; i++)
			if (card->indicators[i].dimension == d && r->parts[i].counts)
				present[d] = add(present[d], card->indicators[i].weight[r->segment].exact);
		if (!is_zero(present[d]))
			all = add(all, card->dimensions[d].weight[r->segment].exact);
	}
	for (int i = 0; i < card->nindicators; i++)
	{
		Part	   *part = &r->parts[i];
		Numeric		above;
		Numeric		below;

		if (!part->counts)
			continue;
		part_factor(card, r, &card->indicators[i], present, all, &above, &below);
		part->possible = numeric_round_to(divide(multiply(whole(100), above), below),
										  card->points_digits);
		if (part->normalised != NULL)
			part->points = numeric_round_to(divide(multiply(part->normalised, above), below),
											card->points_digits);
	}
}

void
score_exactly(const Scorecard *card, Subject *s, ScoreResult *r)
{
	bool		any = false;

	memset(r, 0, sizeof(*r));
	r->status = STATUS_SCORED;
	r->parts = palloc0(card->nindicators * sizeof(Part));
	r->coverage = whole(0);
	r->sum = numeric_round_to(card->initial.exact, card->points_digits);
	r->segment = card_segment(card, s);
	if (r->segment < 0)
	{
		r->status = STATUS_UNDECIDED;
		return;
	}
	gather_parts(card, s, r);
	if (!card->sum)
		weigh_parts(card, r);
	for (int i = 0; i < card->nindicators; i++)
	{
		Part	   *part = &r->parts[i];

		if (card->sum && part->counts && part->normalised != NULL)
			part->points = points_exactly(card, r->segment, &card->indicators[i], part->normalised);
		if (part->points != NULL)
			r->sum = add(r->sum, part->points);
		any = any || part->counts;
	}
	if (r->status == STATUS_SCORED &&
		(!any || numeric_compare(r->coverage, card->coverage.exact) < 0))
		r->status = STATUS_LOW_COVERAGE;
	if (r->status == STATUS_SCORED)
		r->score = numeric_round_to(r->sum, card->score_digits);
}

/* The grade of a score by the thresholds alone; D below the lowest. */
int16
card_rate(const Scorecard *card, Numeric score)
{
	for (int i = 0; i < card->nthresholds; i++)
		if (numeric_compare(score, card->thresholds[i].from.exact) >= 0)
			return card->thresholds[i].grade;
	return RATING_D;
}

/* The grade after the overrides that the subject meets. */
int16
card_override(const Scorecard *card, Subject *s, int16 grade)
{
	for (int i = 0; i < card->noverrides; i++)
	{
		const Override *o = &card->overrides[i];

		if (expression_test(o->when, s) != TRI_TRUE)
			continue;
		grade = o->at_most ? Min(grade, o->grade) : Max(grade, o->grade);
	}
	return grade;
}
