/*
 * peers_exact.c
 *	  The definition of a value among its peers, in numeric.
 *
 * With n members of the group, x the value to 15 digits, winsorised as theirs
 * were, and s:
 *
 *		minmax		(x - min) / (max - min); where all are equal: 1/2 for their
 *					value, 0 below it, 1 above
 *		percentile	members that are less / (n - 1), at most 1; for a member it is
 *					SQL's percent_rank(): 0 where all are equal
 *		rank		(n - rank) / (n - 1), at least 0, rank being 1 + members that are
 *					better: 1 where all are equal
 *		leader		x / max, 0 for x not above 0, 1 from max on; less is better:
 *					min / x, 0 for min not above 0, 1 down from min
 *		zscore		(x - mean) / sd; 0 where sd is 0
 *
 * the normalised value is from + s * (to - from), for the z-score from + s * to.
 * Where less is better, members that are more count in the place of those that
 * are less, and max - x, mean - x stand for x - min, x - mean.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "exact.h"
#include "peers.h"

/* Nothing is scored by a card whose peers are not known. */
void
card_not_fitted(const Scorecard *card)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("scorecard \"%s\" compares with peers, but is not fitted", card->name),
			 errhint("Fit it: SELECT growth_index.fit(card, profile) FROM ... gives the card with the peers' values.")));
}

/* The group of a node, or what it falls back to; NULL: nobody has a value. */
PeerGroup *
peers_of_node(const PeerRule *rule, int node)
{
	int			group = rule->ngroups == 0 ? -1 : rule->by_node[node];

	return group < 0 ? NULL : &rule->groups[group];
}

/* The group that a subject is compared with; NULL: there is none. */
PeerGroup *
peers_of(const PeerRule *rule, Subject *s)
{
	return peers_of_node(rule, grouping_find(rule->grouping, s, false));
}

/* Members that are less and more.  Between two values that were kept: half of those in between. */
PeerPlace
peer_place(const PeerGroup *group, uint64 key)
{
	const PeerValues *values = &group->values;
	const uint64 *keys = values->keys;
	int			low = 0;
	PeerPlace	place;

	/* so many values are less or equal */
	for (int left = values->count; left > 0;)
	{
		int			half = (left + 1) / 2;

		low += keys[low + half - 1] <= key ? half : 0;
		left -= half;
	}
	if (low > 0 && keys[low - 1] == key)
	{
		place.below = values->below[low - 1];
		place.above = group->members - values->upto[low - 1];
	}
	else
	{
		uint32		upto = low > 0 ? values->upto[low - 1] : 0;
		uint32		next = low < values->count ? values->below[low] : group->members;

		place.below = upto + (next - upto) / 2;
		place.above = group->members - place.below;
	}
	return place;
}

/* s of rank and percentile is *above / *below, by the members that are less and more. */
void
peer_fraction(const PeerRule *rule, const PeerGroup *group, PeerPlace place,
			  int64 *above, int64 *below)
{
	int64		worse = rule->less ? place.above : place.below;
	int64		better = rule->less ? place.below : place.above;
	int64		others = (int64) group->members - 1;

	*below = Max(others, 1);
	if (rule->method == PEERS_PERCENTILE)
		*above = Min(worse, *below);
	else
		*above = others == 0 ? better == 0 : Max(others - better, 0);
}

/* A key moved to where the group was winsorised. */
uint64
peer_winsorised(const PeerRule *rule, const PeerGroup *group, uint64 key)
{
	const PeerValues *values = &group->values;

	return rule->winsorise ? Min(Max(key, values->keys[0]), values->keys[values->count - 1]) : key;
}

/* s as a fraction of numerics, for the methods that look at places. */
static void
exact_place(const PeerRule *rule, const PeerGroup *group, Decimal d, Numeric *above, Numeric *below)
{
	uint64		key = peer_winsorised(rule, group, order_key(d));
	int64		a;
	int64		b;

	peer_fraction(rule, group, peer_place(group, key), &a, &b);
	*above = whole(a);
	*below = whole(b);
}

static void
exact_minmax(const PeerRule *rule, const PeerGroup *group, Numeric x, Numeric *above, Numeric *below)
{
	Numeric		min = group->numbers[FROZEN_MIN].exact;
	Numeric		max = group->numbers[FROZEN_MAX].exact;

	*below = subtract(max, min);
	if (is_zero(*below))
	{
		int			order = numeric_compare(x, min);

		*above = whole(1 + (rule->less ? -order : order));
		*below = whole(2);
		return;
	}
	*above = rule->less ? subtract(max, x) : subtract(x, min);
	if (!rule->clamp)
		return;
	if (numeric_compare(*above, whole(0)) < 0)
		*above = whole(0);
	else if (numeric_compare(*above, *below) > 0)
		*above = *below;
}

static void
exact_leader(const PeerRule *rule, const PeerGroup *group, Numeric x, Numeric *above, Numeric *below)
{
	Numeric		leader = group->numbers[rule->less ? FROZEN_MIN : FROZEN_MAX].exact;
	int			order = numeric_compare(x, leader);

	*below = whole(1);
	if (rule->less ? order <= 0 : order >= 0)
		*above = whole(1);
	else if (numeric_compare(rule->less ? leader : x, whole(0)) <= 0)
		*above = whole(0);
	else
	{
		*above = rule->less ? leader : x;
		*below = rule->less ? x : leader;
	}
}

static void
exact_zscore(const PeerRule *rule, const PeerGroup *group, Numeric x, Numeric *above, Numeric *below)
{
	Numeric		mean = group->numbers[FROZEN_MEAN].exact;

	*below = group->numbers[FROZEN_SD].exact;
	*above = rule->less ? subtract(mean, x) : subtract(x, mean);
	if (!is_zero(*below))
		return;
	*above = whole(0);
	*below = whole(1);
}

static Numeric
winsorised(const PeerRule *rule, const PeerGroup *group, Numeric x)
{
	Numeric		min = group->numbers[FROZEN_MIN].exact;
	Numeric		max = group->numbers[FROZEN_MAX].exact;

	/* the leader needs one of the two alone, and is not passed anyway */
	if (!rule->winsorise || min == NULL || max == NULL)
		return x;
	if (numeric_compare(x, min) < 0)
		return min;
	return numeric_compare(x, max) > 0 ? max : x;
}

/* What a value comes to in a group. */
Fraction
peers_normalise(const PeerRule *rule, const PeerGroup *group, Decimal d)
{
	Numeric		x = winsorised(rule, group, decimal_to_numeric(d));
	Numeric		factor = rule->to.exact;
	Numeric		above;
	Numeric		below;
	Fraction	result;

	switch (rule->method)
	{
		case PEERS_MINMAX:
			exact_minmax(rule, group, x, &above, &below);
			break;
		case PEERS_LEADER:
			exact_leader(rule, group, x, &above, &below);
			break;
		case PEERS_ZSCORE:
			exact_zscore(rule, group, x, &above, &below);
			break;
		default:
			exact_place(rule, group, d, &above, &below);
			break;
	}
	if (rule->method != PEERS_ZSCORE)
		factor = subtract(factor, rule->from.exact);
	result = quotient(add(multiply(rule->from.exact, below), multiply(above, factor)), below);
	if (rule->method == PEERS_ZSCORE && rule->clamp)
		result = clamp_fraction(result);
	return result;
}

/* The number that stands for a missing value of a group's. */
Numeric
replacement_number(const Indicator *ind, const PeerGroup *group)
{
	return group->numbers[ind->missing == MISSING_MEDIAN ? FROZEN_MEDIAN : FROZEN_MEAN].exact;
}
