/*
 * score_exact.c
 *	  The definition of a score, in numeric.
 *
 *		points = round(normalised * weight / 100, digits)
 *
 * where the weight is the indicator's own, with its share in what is left out
 * (combine.c).  The score is the rounded sum of what the dimensions come to.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "../rating/rating.h"
#include "exact.h"
#include "peers.h"

static Numeric
clamp(Numeric x, Numeric low, Numeric high)
{
	if (numeric_compare(x, low) <= 0)
		return low;
	return numeric_compare(x, high) >= 0 ? high : x;
}

/*
 * 100 / (1 + exp(-slope * (x - middle))), to 15 digits.  Beyond these bounds
 * that is 100, or nothing that anybody could count.
 */
static Numeric
logistic(const Normaliser *n, Numeric x)
{
	Numeric		t = multiply(n->to.exact, subtract(x, n->from.exact));
	Decimal		d;

	if (numeric_compare(t, whole(50)) >= 0)
		return whole(100);
	if (numeric_compare(t, whole(-1000)) <= 0)
		return whole(0);
	t = DatumGetNumeric(DirectFunctionCall1(numeric_exp, NumericGetDatum(subtract(whole(0), t))));
	if (!decimal_round_numeric(divide(whole(100), add(whole(1), t)), &d))
		return whole(0);
	return decimal_to_numeric(d);
}

static Numeric
normalise_number(const Normaliser *n, Numeric x)
{
	Numeric		line;

	switch (n->kind)
	{
		case NORM_LINEAR:
			line = divide(multiply(subtract(x, n->from.exact), whole(100)),
						  subtract(n->to.exact, n->from.exact));
			return n->open ? line : clamp(line, whole(0), whole(100));
		case NORM_LOGISTIC:
			return logistic(n, x);
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

/* What a number comes to, among the peers of the group where they matter. */
Numeric
normalise_value(const Indicator *ind, const PeerGroup *group, Numeric x)
{
	Decimal		d;

	if (ind->norm.kind != NORM_PEERS)
		return normalise_number(&ind->norm, x);
	return decimal_round_numeric(x, &d) ? peers_normalise(ind->peers, group, d) : NULL;
}

/* What the peers put in the place of a missing value; NULL: nothing. */
static Numeric
replacement_of(const Indicator *ind, Subject *s)
{
	const PeerGroup *group;

	if (ind->missing != MISSING_MEDIAN && ind->missing != MISSING_MEAN)
		return NULL;
	group = peers_of(ind->peers, s);
	return group == NULL ? NULL : normalise_value(ind, group, replacement_number(ind, group));
}

/* The normalised value of an indicator; false: its value is unknown, or nobody's. */
bool
normalise_exactly(const Indicator *ind, Subject *s, Numeric *normalised)
{
	const Normaliser *n = &ind->norm;
	SetSum		sum = {n, whole(0), false};
	const PeerGroup *group;
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
			group = n->kind == NORM_PEERS ? peers_of(ind->peers, s) : NULL;
			if (n->kind == NORM_PEERS && group == NULL)
				return false;
			*normalised = normalise_value(ind, group, x);
			return *normalised != NULL;
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

/* The share of the weight that is known. */
Numeric
card_coverage(const Scorecard *card, int segment, Numeric known)
{
	return divide(known, card->knowable[segment].exact);
}

/* Normalise every indicator; NULL where it is missing. */
static void
normalise_parts(const Scorecard *card, Subject *s, ScoreResult *r)
{
	for (int i = 0; i < card->nindicators; i++)
	{
		Part	   *part = &r->parts[i];

		CHECK_FOR_INTERRUPTS();
		part->missing = !normalise_exactly(&card->indicators[i], s, &part->normalised);
		if (!part->missing)
			continue;
		part->normalised = NULL;
		part->replacement = replacement_of(&card->indicators[i], s);
	}
}

/* Apply the rules for missing values, and find what is covered. */
static void
apply_rules(const Scorecard *card, ScoreResult *r)
{
	Numeric		known = whole(0);

	for (int i = 0; i < card->nindicators; i++)
	{
		const Indicator *ind = &card->indicators[i];
		Part	   *part = &r->parts[i];

		part->weighted = card->sum || !is_zero(ind->full[r->segment].exact);
		part->counts = part->weighted;
		if (!part->weighted)
			continue;
		if (!part->missing || ind->missing == MISSING_ZERO)
			known = add(known, ind->known[r->segment].exact);
		if (!part->missing)
			continue;
		if (ind->missing == MISSING_UNDECIDED)
			r->status = STATUS_UNDECIDED;
		else if (ind->missing == MISSING_REWEIGHT)
			part->counts = false;
		else
			part->normalised = ind->missing == MISSING_ZERO ? whole(0) :
				ind->missing == MISSING_LOWEST ? ind->norm.lowest.exact : part->replacement;
		if (part->normalised == NULL && part->counts)
			r->status = STATUS_UNDECIDED;
	}
	r->coverage = card_coverage(card, r->segment, known);
}

/* Points as they stand in the breakdown: rounded, and not above the cap. */
static Numeric
round_points(const Scorecard *card, const Indicator *ind, Numeric points)
{
	points = numeric_round_to(points, card->points_digits);
	if (ind->has_cap && numeric_compare(points, ind->cap.exact) > 0)
		points = numeric_round_to(ind->cap.exact, card->points_digits);
	return points;
}

/* The points of a normalised value where nothing is left out. */
Numeric
points_exactly(const Scorecard *card, int segment, const Indicator *ind, Numeric normalised)
{
	if (!card->sum)
		normalised = divide(multiply(normalised, ind->above[segment]), ind->below[segment]);
	return round_points(card, ind, normalised);
}

/* The points of what counts. */
static void
weigh_parts(const Scorecard *card, ScoreResult *r)
{
	for (int i = 0; i < card->nindicators; i++)
	{
		const Indicator *ind = &card->indicators[i];
		Part	   *part = &r->parts[i];
		Numeric		above = whole(1);
		Numeric		below = whole(1);

		part->points = part->possible = NULL;
		if (!part->counts)
			continue;
		if (!card->sum)
		{
			part_factor(card, r, ind, &above, &below);
			part->possible = round_points(card, ind, divide(multiply(whole(100), above), below));
		}
		if (part->normalised != NULL)
			part->points = round_points(card, ind, divide(multiply(part->normalised, above), below));
	}
}

/* The score of what the parts say of their normalised values. */
void
score_parts(const Scorecard *card, ScoreResult *r)
{
	bool		any = false;

	r->status = STATUS_SCORED;
	r->score = NULL;
	apply_rules(card, r);
	find_present(card, r);
	weigh_parts(card, r);
	for (int i = 0; i < card->nindicators; i++)
		any = any || r->parts[i].counts;
	combine_parts(card, r);
	if (r->status == STATUS_SCORED &&
		(!any || numeric_compare(r->coverage, card->coverage.exact) < 0))
		r->status = STATUS_LOW_COVERAGE;
	if (r->status == STATUS_SCORED)
		r->score = numeric_round_to(r->sum, card->score_digits);
}

void
score_exactly(const Scorecard *card, Subject *s, ScoreResult *r)
{
	if (card->unfitted)
		card_not_fitted(card);
	memset(r, 0, sizeof(*r));
	r->status = STATUS_UNDECIDED;
	r->parts = palloc0(card->nindicators * sizeof(Part));
	r->coverage = whole(0);
	r->sum = numeric_round_to(card->initial.exact, card->points_digits);
	r->segment = card_segment(card, s);
	if (r->segment < 0)
		return;
	normalise_parts(card, s, r);
	score_parts(card, r);
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
