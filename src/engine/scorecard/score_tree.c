/*
 * score_tree.c
 *	  Dimensions of a shaped card, with doubles and whole numbers: what combine.c
 *	  defines.
 *
 * Sums, bests and caps are of whole numbers, and exact.  A mean is taken in
 * doubles with a bound on its error, which its rounding must be certain of.
 */
#include "postgres.h"

#include "score.h"

/* Relative: a value of a mean, its logarithm and weight, in doubles and in numeric. */
#define MEAN_TERM		(8 * FILTER_ULP + 2 * FILTER_NUMERIC_ULP)
#define MEAN_ROUNDING	0.51e-12	/* see MEAN_DIGITS */

/* A dimension, or (the last) the whole, in the plan. */
typedef struct TreeNode
{
	Aggregate	aggregate;
	int			parent;			/* the whole: ndimensions */
	bool		bonus;
	double		weight;			/* among the members of its parent */
	double		full;			/* points, scaled, at 100, nothing being left out */
	int64		cap;			/* PG_INT64_MAX: none */
} TreeNode;

struct TreePlan
{
	bool		means;			/* one is aggregated by a mean */
	int64		floor;			/* PG_INT64_MIN: none */
	int64		below_floor;	/* the least that is not below it */
	TreeNode	nodes[FLEXIBLE_ARRAY_MEMBER];
};

/* ... and in a scoring. */
typedef struct TreeSum
{
	bool		counts;
	bool		none_above;		/* of a mean: a value is not above 0 */
	int			members;
	int64		points;			/* added up */
	int64		best;
	double		weights;		/* of a mean, as in combine.c */
	double		sum;
	double		error;			/* of sum */
	double		least_low;		/* the least value is between these */
	double		least_high;
} TreeSum;

static inline bool
is_mean(Aggregate aggregate)
{
	return aggregate >= AGG_GEOMETRIC && aggregate <= AGG_MINIMUM;
}

/* A limit in whole numbers; absent: what stands for none. */
static int64
scaled_limit(const Scorecard *card, bool stated, const Constant *limit, int64 none)
{
	if (!stated)
		return none;
	return scaled_ceiling(numeric_round_to(limit->exact, card->points_digits),
						  card->points_digits, PG_INT64_MAX);
}

int64
indicator_limit(const Scorecard *card, const Indicator *ind)
{
	return scaled_limit(card, ind->has_cap, &ind->cap, PG_INT64_MAX);
}

/* The points, scaled, of a node at 100. */
static double
node_full(const Scorecard *card, int segment, const TreePlan *tree, int node)
{
	const Dimension *d = &card->dimensions[node];
	int			parent = tree->nodes[node].parent;
	double		weight = d->weight[segment].fast.value;

	if (card->sum)
		return 0;
	if (d->bonus)
		return weight * number_pow10[card->points_digits];
	return tree->nodes[parent].full * weight / card->present[segment][parent].fast.value;
}

/* The plan of a card's dimensions. */
TreePlan *
tree_plan(const Scorecard *card, int segment)
{
	TreePlan   *tree;
	TreeNode   *whole;

	tree = palloc0(offsetof(TreePlan, nodes) + (card->ndimensions + 1) * sizeof(TreeNode));
	whole = &tree->nodes[card->ndimensions];
	whole->aggregate = card->aggregate;
	whole->full = card->total.fast.value * number_pow10[card->points_digits];
	whole->cap = scaled_limit(card, card->has_cap, &card->cap, PG_INT64_MAX);
	tree->means = is_mean(card->aggregate);
	tree->floor = scaled_limit(card, card->has_floor, &card->floor, PG_INT64_MIN);
	tree->below_floor = card->has_floor ?
		scaled_ceiling(card->floor.exact, card->points_digits, PG_INT64_MAX) : PG_INT64_MIN;
	for (int k = 0; k < card->ndimensions; k++)
	{
		const Dimension *d = &card->dimensions[card->order[k]];
		TreeNode   *node = &tree->nodes[card->order[k]];

		node->aggregate = d->aggregate;
		node->parent = d->parent < 0 ? card->ndimensions : d->parent;
		node->bonus = d->bonus;
		node->weight = d->weight[segment].fast.value;
		node->cap = scaled_limit(card, d->has_cap, &d->cap, PG_INT64_MAX);
		node->full = node_full(card, segment, tree, card->order[k]);
		tree->means = tree->means || is_mean(d->aggregate);
	}
	return tree;
}

/* Does it ask for points before rounding? */
bool
tree_has_means(const TreePlan *tree)
{
	return tree != NULL && tree->means;
}

/* The points of each part, one after the other; those of what is left out are 0. */
void
add_tree_parts(Pass *p)
{
	for (int i = 0; i < p->plan->nparts; i++)
	{
		p->sum = 0;
		if (i < p->plan->end[PLAN_FLAG])
			add_bare(p, i);
		else
			add_other(p, i);
		p->points[i] = p->sum;
	}
}

/* A value of a mean, on a scale to 100; false: its sign is open. */
static bool
mean_value(TreeSum *t, Aggregate aggregate, double value, double error, double weight)
{
	double		term;

	t->least_low = t->members == 0 ? value - error : Min(value - error, t->least_low);
	t->least_high = t->members == 0 ? value + error : Min(value + error, t->least_high);
	t->members++;
	if (aggregate == AGG_MINIMUM)
		return true;
	if (value - error <= 0)
	{
		t->none_above = t->none_above || value + error <= 0;
		return value + error <= 0;
	}
	if (!(error < value * 1e-3))
		return false;
	t->weights += weight;
	if (aggregate == AGG_HARMONIC)
	{
		term = weight / value;
		t->error += term * (error / value * 1.01 + MEAN_TERM);
	}
	else
	{
		term = weight * log(value);
		t->error += weight * error / value * 1.01 + (fabs(term) + weight) * MEAN_TERM;
	}
	t->sum += term;
	return true;
}

/* The mean, and how far it may be wrong. */
static double
mean_of(const TreeSum *t, Aggregate aggregate, double *error)
{
	double		own = MEAN_TERM + 2 * t->members * FILTER_ULP;
	double		mean;

	*error = (t->least_high - t->least_low) / 2;
	if (aggregate == AGG_MINIMUM)
		return (t->least_high + t->least_low) / 2;
	*error = 0;
	if (t->none_above || t->weights == 0)
		return 0;
	if (aggregate == AGG_HARMONIC)
	{
		mean = t->weights / t->sum;
		*error = mean * (t->error / t->sum * 1.01 + own) + MEAN_ROUNDING;
		return mean;
	}
	mean = exp(t->sum / t->weights);
	*error = mean * (t->error / t->weights * 1.01 + own * (1 + fabs(t->sum / t->weights))) +
		MEAN_ROUNDING;
	return mean;
}

/* What a node's members come to; false: a rounding is open. */
static bool
node_points(const TreePlan *tree, int node, TreeSum *t, double share, int64 *points)
{
	const TreeNode *n = &tree->nodes[node];
	double		full = n->full * share;
	double		error;
	double		value;

	*points = t->points;
	if (n->aggregate == AGG_BEST)
		*points = t->members > 0 ? t->best : 0;
	else if (is_mean(n->aggregate) && t->counts)
	{
		value = mean_of(t, n->aggregate, &error) * full / 100;
		error = error * full / 100 * 1.01 + fabs(value) * (32 * FILTER_ULP + 3 * PLAN_DIVIDED);
		if (!round_points(value, error, points))
			return false;
	}
	return true;
}

static void
add_member(TreeSum *t, int64 points)
{
	if (t->members++ == 0 || points > t->best)
		t->best = points;
	t->points += points;
	t->counts = true;
}

/* The parts, into the dimensions that they are in; false: a sign is open. */
static bool
gather_parts(Pass *p, TreeSum *sums)
{
	const TreePlan *tree = p->plan->tree;

	for (int i = 0; i < p->plan->nparts; i++)
	{
		const PlanPart *part = &p->plan->parts[i];
		TreeSum    *t = &sums[part->dimension];
		Aggregate	aggregate = tree->nodes[part->dimension].aggregate;
		double		full;

		if (p->nleft_out > 0 && p->left_out[i])
			continue;
		t->counts = true;
		if (!is_mean(aggregate))
		{
			add_member(t, Min(p->points[i], part->cap));
			continue;
		}
		/* of one unit of weight: the same for all, shared or not */
		t->points += Min(p->points[i], part->cap);
		full = part->indicator->full[p->segment].fast.value *
			number_pow10[p->card->points_digits] / 100;
		if (!mean_value(t, aggregate, p->loose[i] / full,
						p->error[i] / full * 1.01 + fabs(p->loose[i] / full) * PLAN_DOUBLE,
						part->weight))
			return false;
	}
	return true;
}

/* A node's points into its parent. */
static bool
add_to_parent(const TreePlan *tree, int node, TreeSum *sums, int64 points, double share)
{
	const TreeNode *n = &tree->nodes[node];
	TreeSum    *parent = &sums[n->parent];
	double		full = n->full * share;

	parent->counts = true;
	if (!is_mean(tree->nodes[n->parent].aggregate))
	{
		add_member(parent, points);
		return true;
	}
	parent->points += points;
	return mean_value(parent, tree->nodes[n->parent].aggregate, points * 100.0 / full,
					  points * 100.0 / full * (32 * FILTER_ULP + 2 * PLAN_DIVIDED), n->weight);
}

/* From the points of the parts to the sum; false: ask the definition. */
bool
combine_tree(Pass *p, const double *shares)
{
	const Scorecard *card = p->card;
	const TreePlan *tree = p->plan->tree;
	int			whole = card->ndimensions;
	TreeSum		sums[CARD_MAX_DIMENSIONS + 1];
	int64		bonus = p->plan->initial;
	int64		points;

	memset(sums, 0, (whole + 1) * sizeof(TreeSum));
	if (!gather_parts(p, sums))
		return false;
	for (int k = whole - 1; k >= 0; k--)
	{
		int			node = card->order[k];
		const TreeNode *n = &tree->nodes[node];
		double		share = shares == NULL || n->bonus ? 1 : shares[n->parent];

		if (!node_points(tree, node, &sums[node], share, &points))
			return false;
		points = Min(points, n->cap);
		p->result->counts[node] = sums[node].counts;
		p->result->points[node] = points;
		if (n->bonus)
			bonus += points;
		else if (sums[node].counts && !add_to_parent(tree, node, sums, points, share))
			return false;
	}
	if (!node_points(tree, whole, &sums[whole], 1, &points))
		return false;
	points = Min(points + bonus, tree->nodes[whole].cap);
	p->sum = points < tree->below_floor ? tree->floor : points;
	return true;
}
