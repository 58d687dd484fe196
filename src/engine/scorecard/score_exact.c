/*
 * score_exact.c
 *	  The definition of a score, in numeric.
 *
 *		points = round(normalised * weight / 100, digits)
 *
 * where the weight is the indicator's own, with its share in what is left out
 * (combine.c).  Normalised values and shares are fractions, divided last: the
 * one rounding of points is of what they exactly are.  The score is the rounded
 * sum of what the dimensions come to.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "../rating/rating.h"
#include "exact.h"
#include "peers.h"

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

static Fraction
normalise_number(const Normaliser *n, Numeric x)
{
	Fraction	line;

	switch (n->kind)
	{
		case NORM_LINEAR:
			line = quotient(multiply(subtract(x, n->from.exact), whole(100)),
							subtract(n->to.exact, n->from.exact));
			return n->open ? line : clamp_fraction(line);
		case NORM_LOGISTIC:
			return undivided(logistic(n, x));
		case NORM_LOG:
			if (numeric_compare(x, n->from.exact) <= 0)
				return undivided(whole(0));
			if (numeric_compare(x, n->to.exact) >= 0)
				return undivided(whole(100));
			x = DatumGetNumeric(DirectFunctionCall1(numeric_ln, NumericGetDatum(x)));
			return clamp_fraction(quotient(multiply(subtract(x, n->log_from.exact), whole(100)),
										   n->log_range.exact));
		case NORM_BINS:
			for (int i = n->nsteps - 1; i >= 0; i--)
				if (n->steps[i].open || numeric_compare(x, n->steps[i].from.exact) >= 0)
					return undivided(n->steps[i].points.exact);
			return undivided(whole(0));
		default:
			if (numeric_compare(x, whole(0)) <= 0)
				return undivided(whole(0));
			if (n->has_cap && numeric_compare(x, n->cap.exact) > 0)
				x = n->cap.exact;
			if (n->has_points)
				return undivided(multiply(x, n->points.exact));
			return quotient(multiply(x, whole(100)), n->cap.exact);
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

static const Fraction no_fraction = {NULL, NULL};

/* What a number comes to, among the peers of the group where they matter. */
Fraction
normalise_value(const Indicator *ind, const PeerGroup *group, Numeric x)
{
	Decimal		d;

	if (ind->norm.kind != NORM_PEERS)
		return normalise_number(&ind->norm, x);
	return decimal_round_numeric(x, &d) ? peers_normalise(ind->peers, group, d) : no_fraction;
}

/* What a number comes to for a subject, if it has the peers to compare it with. */
Fraction
normalise_for(const Indicator *ind, Subject *s, Numeric x)
{
	const PeerGroup *group = NULL;

	if (ind->norm.kind == NORM_PEERS)
	{
		group = peers_of(ind->peers, s);
		if (group == NULL)
			return no_fraction;
	}
	return normalise_value(ind, group, x);
}

/* What the peers put in the place of a missing value, if anything. */
static Fraction
replacement_of(const Indicator *ind, Subject *s)
{
	const PeerGroup *group;

	if (ind->missing != MISSING_MEDIAN && ind->missing != MISSING_MEAN)
		return no_fraction;
	group = peers_of(ind->peers, s);
	return group == NULL ? no_fraction : normalise_value(ind, group, replacement_number(ind, group));
}

/* The normalised value of an indicator; false: its value is unknown, or nobody's. */
bool
normalise_exactly(const Indicator *ind, Subject *s, Fraction *normalised)
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
			*normalised = undivided(t == TRI_TRUE ? n->if_true.exact : n->if_false.exact);
			return t != TRI_UNKNOWN;
		case NORM_CATEGORY:
			if (!expression_string(ind->value, s, &text, &len))
				return false;
			*normalised = undivided(n->otherwise.exact);
			for (int i = 0; i < n->nsteps; i++)
				if (n->steps[i].name_len == len && memcmp(n->steps[i].name, text, len) == 0)
					*normalised = undivided(n->steps[i].points.exact);
			return true;
		case NORM_SET:
			if (!expression_set(ind->value, s, add_member, &sum))
				return false;
			*normalised = undivided(numeric_compare(sum.sum, n->cap.exact) > 0 ? n->cap.exact : sum.sum);
			return true;
		case NORM_CASES:
			if (!expression_numeric(ind->value, s, &x))
				return false;
			*normalised = undivided(x);
			return true;
		default:
			if (!expression_numeric(ind->value, s, &x))
				return false;
			*normalised = normalise_for(ind, s, x);
			return normalised->above != NULL;
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

/* The share of the weight that is known, as it is shown: rounded once. */
Numeric
card_coverage(const Scorecard *card, int segment, Numeric known)
{
	return round_fraction(quotient(known, card->knowable[segment].exact), 4);
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
		part->normalised = no_fraction;
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
			part->normalised = ind->missing == MISSING_ZERO ? undivided(whole(0)) :
				ind->missing == MISSING_LOWEST ? undivided(ind->norm.lowest.exact) : part->replacement;
		if (part->normalised.above == NULL && part->counts)
			r->status = STATUS_UNDECIDED;
	}
	r->known = known;
}

/* Points as they stand in the breakdown: rounded, and not above the cap. */
static Numeric
round_points(const Scorecard *card, const Indicator *ind, Fraction exact)
{
	Numeric		points = round_fraction(exact, card->points_digits);

	if (ind->has_cap && numeric_compare(points, ind->cap.exact) > 0)
		points = numeric_round_to(ind->cap.exact, card->points_digits);
	return points;
}

/* The points of a normalised value where nothing is left out. */
Numeric
points_exactly(const Scorecard *card, int segment, const Indicator *ind, Fraction normalised)
{
	if (!card->sum)
		normalised = scale_fraction(normalised, ind->above[segment], ind->below[segment]);
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
			part->possible = round_points(card, ind, scale_fraction(undivided(whole(100)), above, below));
		}
		if (part->normalised.above != NULL)
			part->points = round_points(card, ind, scale_fraction(part->normalised, above, below));
	}
}

/* Is more of the weight unknown than the card allows? */
static bool
covers_too_little(const Scorecard *card, const ScoreResult *r)
{
	return numeric_compare(r->known, multiply(card->coverage.exact, card->knowable[r->segment].exact)) < 0;
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
	if (r->status == STATUS_SCORED && (!any || covers_too_little(card, r)))
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
	r->known = whole(0);
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
