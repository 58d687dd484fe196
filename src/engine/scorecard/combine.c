/*
 * combine.c
 *	  From the points of indicators to those of dimensions and of the whole, by
 *	  the definition.
 *
 * A member of a dimension is worth the dimension's points times its weight over
 * that of the members that count; among the best of which one counts, over the
 * greatest weight.  Points add up; where a dimension is aggregated otherwise,
 *
 *		geometric:	prod(value ^ (weight / all)),  0 where a value is not above 0
 *		harmonic:	all / sum(weight / value),     likewise
 *		minimum:	the least value
 *		best:		the most points of a member
 *
 * of values from 0 to 100: an indicator's normalised value, a dimension's
 * points * 100 / its points at 100.  The first two are rounded to MEAN_DIGITS,
 * so that the mean of equal values is their value.  What comes out in points is
 * rounded to the card's digits, then capped.  So the points of indicators, and for each dimension
 * what its aggregate and its cap add (mostly less than 0), sum to the score.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "exact.h"

/* Note that a member of such a weight counts, in its dimension or the whole. */
static void
note_present(const Scorecard *card, ScoreResult *r, int dimension, Numeric weight)
{
	DimensionPart *part = &r->dimensions[dimension < 0 ? card->ndimensions : dimension];

	part->counts = true;
	if (dimension >= 0 && card->dimensions[dimension].aggregate == AGG_BEST)
		return;
	part->present = add(part->present, weight);
}

/*
 * The weights that members' shares are of, from which of the parts count.  The
 * weight of who is left out is not shared among those of which one counts.
 */
void
find_present(const Scorecard *card, ScoreResult *r)
{
	r->dimensions = palloc0((card->ndimensions + 1) * sizeof(DimensionPart));
	for (int d = 0; d <= card->ndimensions; d++)
		r->dimensions[d].present = whole(0);
	for (int i = 0; i < card->nindicators; i++)
	{
		int			d = card->indicators[i].dimension;
		Numeric		weight = card->indicators[i].weight[r->segment].exact;

		if (r->parts[i].counts)
			note_present(card, r, d, weight);
		if (card->dimensions[d].aggregate == AGG_BEST &&
			numeric_compare(weight, r->dimensions[d].present) > 0)
			r->dimensions[d].present = weight;
	}
	for (int k = card->ndimensions - 1; k >= 0; k--)
	{
		const Dimension *d = &card->dimensions[card->order[k]];
		Numeric		weight = d->weight[r->segment].exact;

		if (d->parent >= 0 && card->dimensions[d->parent].aggregate == AGG_BEST &&
			numeric_compare(weight, r->dimensions[d->parent].present) > 0)
			r->dimensions[d->parent].present = weight;
		if (r->dimensions[card->order[k]].counts && !d->bonus)
			note_present(card, r, d->parent, weight);
	}
}

/* Bring a numerator and a denominator from a member of the dimension to the whole. */
static void
carry_up(const Scorecard *card, const ScoreResult *r, int dimension, Numeric *above, Numeric *below)
{
	bool		bonus = false;
	Numeric		all = r->dimensions[card->ndimensions].present;

	for (int d = dimension; d >= 0; d = card->dimensions[d].parent)
	{
		Numeric		own = card->dimensions[d].weight[r->segment].exact;

		bonus = card->dimensions[d].bonus;
		if (numeric_compare(own, r->dimensions[d].present) == 0)
			continue;
		*above = multiply(*above, own);
		*below = multiply(*below, r->dimensions[d].present);
	}
	if (!bonus && numeric_compare(all, card->total.exact) != 0)
	{
		*above = multiply(*above, card->total.exact);
		*below = multiply(*below, all);
	}
}

/* The numerator and denominator that turn an indicator's normalised value into points. */
void
part_factor(const Scorecard *card, const ScoreResult *r, const Indicator *ind,
			Numeric *above, Numeric *below)
{
	*above = ind->weight[r->segment].exact;
	*below = whole(100);
	carry_up(card, r, ind->dimension, above, below);
}

/*
 * Points of a dimension at 100, of the whole for one beyond the last: above /
 * below, which what is computed with them divides last.
 */
static void
full_points(const Scorecard *card, const ScoreResult *r, int dimension,
			Numeric *above, Numeric *below)
{
	*below = whole(1);
	*above = card->total.exact;
	if (dimension == card->ndimensions)
		return;
	*above = card->dimensions[dimension].weight[r->segment].exact;
	if (!card->dimensions[dimension].bonus)
		carry_up(card, r, card->dimensions[dimension].parent, above, below);
}

/* A mean in the making. */
typedef struct Mean
{
	Aggregate	aggregate;
	bool		any;
	bool		none_above;		/* a value is not above 0 */
	Numeric		weights;
	Numeric		sum;			/* geometric: of weight * ln; harmonic: of weight / value */
	Fraction	least;
} Mean;

static void
mean_add(Mean *m, Fraction f, Numeric weight)
{
	Numeric		value;

	if (m->aggregate == AGG_MINIMUM && (!m->any || compare_fractions(f, m->least) < 0))
		m->least = f;
	m->any = true;
	if (m->aggregate == AGG_MINIMUM)
		return;
	value = divide(f.above, f.below);
	if (numeric_compare(value, whole(0)) <= 0)
	{
		m->none_above = true;
		return;
	}
	m->weights = add(m->weights, weight);
	if (m->aggregate == AGG_HARMONIC)
		m->sum = add(m->sum, divide(weight, value));
	else
		m->sum = add(m->sum, multiply(weight, DatumGetNumeric(DirectFunctionCall1(numeric_ln,
																				  NumericGetDatum(value)))));
}

/* The mean: the least is not rounded, the others to MEAN_DIGITS. */
static Fraction
mean_result(const Mean *m)
{
	Numeric		mean;

	if (!m->any || m->none_above)
		return undivided(whole(0));
	if (m->aggregate == AGG_MINIMUM)
		return m->least;
	if (m->aggregate == AGG_HARMONIC)
		mean = divide(m->weights, m->sum);
	else
		mean = DatumGetNumeric(DirectFunctionCall1(numeric_exp, NumericGetDatum(divide(m->sum, m->weights))));
	return undivided(numeric_round_to(mean, MEAN_DIGITS));
}

/* The points, rounded, of members' values under an aggregate that does not add them. */
static Numeric
aggregate_members(const Scorecard *card, const ScoreResult *r, int dimension, Aggregate aggregate)
{
	Mean		m = {aggregate, false, false, whole(0), whole(0), {NULL, NULL}};
	int			self = dimension == card->ndimensions ? -1 : dimension;
	Numeric		above;
	Numeric		below;

	for (int i = 0; i < card->nindicators && self >= 0; i++)
		if (card->indicators[i].dimension == self && r->parts[i].counts &&
			r->parts[i].normalised.above != NULL)
			mean_add(&m, r->parts[i].normalised, card->indicators[i].weight[r->segment].exact);
	for (int d = 0; d < card->ndimensions; d++)
		if (card->dimensions[d].parent == self && !card->dimensions[d].bonus &&
			r->dimensions[d].counts)
		{
			full_points(card, r, d, &above, &below);
			mean_add(&m, quotient(multiply(multiply(r->dimensions[d].points, whole(100)), below), above),
					 card->dimensions[d].weight[r->segment].exact);
		}
	full_points(card, r, dimension, &above, &below);
	return round_fraction(scale_fraction(mean_result(&m), above, multiply(below, whole(100))),
						  card->points_digits);
}

/* The most points of a member; 0 where none counts. */
static Numeric
best_member(const Scorecard *card, const ScoreResult *r, int dimension)
{
	Numeric		best = NULL;

	for (int i = 0; i < card->nindicators; i++)
		if (card->indicators[i].dimension == dimension && r->parts[i].points != NULL &&
			(best == NULL || numeric_compare(r->parts[i].points, best) > 0))
			best = r->parts[i].points;
	for (int d = 0; d < card->ndimensions; d++)
		if (card->dimensions[d].parent == dimension && r->dimensions[d].counts &&
			(best == NULL || numeric_compare(r->dimensions[d].points, best) > 0))
			best = r->dimensions[d].points;
	return best == NULL ? whole(0) : best;
}

static Numeric
lesser(Numeric a, Numeric b)
{
	return numeric_compare(a, b) <= 0 ? a : b;
}

/* What a dimension's members come to, and what was possible. */
static void
combine_dimension(const Scorecard *card, ScoreResult *r, int dimension)
{
	const Dimension *d = &card->dimensions[dimension];
	DimensionPart *part = &r->dimensions[dimension];
	bool		means = d->aggregate != AGG_WEIGHTED && d->aggregate != AGG_BEST;

	part->aggregated = part->sum;
	if (d->aggregate == AGG_BEST && r->status != STATUS_UNDECIDED)
		part->aggregated = best_member(card, r, dimension);
	else if (means && part->counts && r->status != STATUS_UNDECIDED)
		part->aggregated = aggregate_members(card, r, dimension, d->aggregate);
	part->points = part->aggregated;
	if (d->has_cap)
		part->points = lesser(part->points, numeric_round_to(d->cap.exact, card->points_digits));
	if (card->sum || !part->counts)
		return;
	if (d->aggregate != AGG_WEIGHTED)
	{
		Numeric		above;
		Numeric		below;

		full_points(card, r, dimension, &above, &below);
		part->possible = round_fraction(quotient(above, below), card->points_digits);
	}
	if (d->has_cap && part->possible != NULL)
		part->possible = lesser(part->possible, numeric_round_to(d->cap.exact, card->points_digits));
}

/* Add points to those of a dimension, or (-1) of the whole. */
static void
add_up(const Scorecard *card, ScoreResult *r, int dimension, Numeric points, Numeric possible)
{
	DimensionPart *part = &r->dimensions[dimension < 0 ? card->ndimensions : dimension];

	if (points != NULL)
		part->sum = add(part->sum, points);
	if (possible != NULL)
		part->possible = part->possible == NULL ? possible : add(part->possible, possible);
}

/* The whole: its dimensions, the bonus, what everybody has, and the bounds. */
static void
combine_whole(const Scorecard *card, ScoreResult *r, Numeric bonus)
{
	DimensionPart *all = &r->dimensions[card->ndimensions];

	all->aggregated = all->sum;
	if (card->aggregate != AGG_WEIGHTED && !card->sum && all->counts &&
		r->status != STATUS_UNDECIDED)
	{
		all->aggregated = aggregate_members(card, r, card->ndimensions, card->aggregate);
		all->possible = numeric_round_to(card->total.exact, card->points_digits);
	}
	bonus = add(bonus, numeric_round_to(card->initial.exact, card->points_digits));
	all->sum = add(all->sum, bonus);
	all->aggregated = add(all->aggregated, bonus);
	all->points = all->aggregated;
	if (card->has_cap)
	{
		Numeric		cap = numeric_round_to(card->cap.exact, card->points_digits);

		all->points = lesser(all->points, cap);
		if (all->possible != NULL)
			all->possible = lesser(all->possible, cap);
	}
	if (card->has_floor && numeric_compare(all->points, card->floor.exact) < 0)
		all->points = numeric_round_to(card->floor.exact, card->points_digits);
}

/* From the parts, whose points are known, to the sum of the whole. */
void
combine_parts(const Scorecard *card, ScoreResult *r)
{
	Numeric		bonus = whole(0);

	for (int d = 0; d <= card->ndimensions; d++)
	{
		r->dimensions[d].sum = whole(0);
		r->dimensions[d].possible = NULL;
	}
	for (int i = 0; i < card->nindicators; i++)
		add_up(card, r, card->indicators[i].dimension, r->parts[i].points, r->parts[i].possible);
	for (int k = card->ndimensions - 1; k >= 0; k--)
	{
		int			dimension = card->order[k];
		const DimensionPart *part = &r->dimensions[dimension];

		CHECK_FOR_INTERRUPTS();
		combine_dimension(card, r, dimension);
		if (card->dimensions[dimension].bonus)
			bonus = add(bonus, part->points);
		else
			add_up(card, r, card->dimensions[dimension].parent, part->points, part->possible);
	}
	combine_whole(card, r, bonus);
	r->sum = r->dimensions[card->ndimensions].points;
}
