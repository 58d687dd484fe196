/*
 * score_peers.c
 *	  A value among its peers, with doubles: the definition of peers_exact.c
 *	  with a bound on what they lose.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "peers.h"
#include "score.h"

/* a / b, and how far it may be from the definition's */
typedef struct Share
{
	double		value;
	double		error;
} Share;

/* Another subject: nothing is known of its groups. */
void
begin_peers(const Scorecard *card)
{
	if (card->unfitted)
		card_not_fitted(card);
	for (int i = 0; i < card->ngroupings; i++)
		card->groupings[i]->memo = -1;
}

static PeerGroup *
peers_fast(const Pass *p, const PeerRule *rule)
{
	Grouping   *g = rule->grouping;

	if (g->memo < 0)
		g->memo = grouping_find(g, p->s, false);
	return peers_of_node(rule, g->memo);
}

/* The value to 15 digits; false: it is unknown. */
bool
peer_decimal(const Indicator *ind, Subject *s, Decimal *d)
{
	Filtered	x;
	NumberResult known;
	Numeric		num;

	if (likely(ind->bare >= 0))
	{
		int			slot = s->slots[ind->bare];

		if (slot < 0 || WORD_TYPE(s->profile->word[slot]) != VALUE_NUMBER)
			return false;
		*d = word_decimal(s->profile->word[slot]);
		return true;
	}
	known = expression_number(ind->value, s, &x);
	if (known == NUMBER_KNOWN && x.error == 0 && fabs(x.value) < (double) DECIMAL_LIMIT)
	{
		d->mantissa = (int64) x.value;
		d->exponent = 0;
		return true;
	}
	return known != NUMBER_UNKNOWN && expression_numeric(ind->value, s, &num) &&
		decimal_round_numeric(num, d);
}

/* a / b from doubles with errors; NaN where b is not far from 0. */
static Share
quotient(double a, double a_error, double b, double b_error)
{
	Share		s;

	if (!(fabs(b) > 1000 * b_error))
		s.value = NAN;
	else
		s.value = a / b;
	s.error = a_error / fabs(b) +
		fabs(s.value) * (1.01 * b_error / fabs(b) + PLAN_DOUBLE + PLAN_DIVIDED);
	return s;
}

static Share
difference_share(Filtered a, Filtered b, double below, double below_error)
{
	double		above = a.value - b.value;

	return quotient(above, a.error + b.error + fabs(above) * FILTER_ULP, below, below_error);
}

static Share
minmax_share(const PeerRule *rule, Filtered x, Filtered min, Filtered max)
{
	double		range = max.value - min.value;
	Share		s = difference_share(rule->less ? max : x, rule->less ? x : min, range,
									 min.error + max.error + range * FILTER_ULP);

	/* this is how the winsorised are clamped as well */
	if (rule->clamp || rule->winsorise)
		s.value = s.value < 0 ? 0 : s.value > 1 ? 1 : s.value;
	return s;
}

static Share
zscore_share(const PeerRule *rule, const PeerGroup *group, Filtered x)
{
	Filtered	mean = group->numbers[FROZEN_MEAN].fast;
	Filtered	sd = group->numbers[FROZEN_SD].fast;

	if (rule->winsorise)
	{
		Filtered	min = group->numbers[FROZEN_MIN].fast;
		Filtered	max = group->numbers[FROZEN_MAX].fast;

		x.value = x.value < min.value ? min.value : x.value > max.value ? max.value : x.value;
		x.error = Max(x.error, Max(min.error, max.error));
	}
	return difference_share(rule->less ? mean : x, rule->less ? x : mean, sd.value, sd.error);
}

/* Continuous where the leader is above 0; elsewhere the definition decides. */
static Share
leader_share(const PeerRule *rule, const PeerGroup *group, Filtered x)
{
	Filtered	leader = group->numbers[rule->less ? FROZEN_MIN : FROZEN_MAX].fast;
	Share		s = {NAN, 0};

	if (!(leader.value > 0))
		return s;
	if (x.value <= 0)
	{
		s.value = rule->less;
		return s;
	}
	s = rule->less ? quotient(leader.value, leader.error, x.value, x.error) :
		quotient(x.value, x.error, leader.value, leader.error);
	s.value = s.value > 1 ? 1 : s.value;
	s.error = Min(s.error, 1);
	return s;
}

static Share
place_share(const PeerRule *rule, const PeerGroup *group, Decimal d)
{
	uint64		key = peer_winsorised(rule, group, order_key(d));
	int64		above;
	int64		below;

	peer_fraction(rule, group, peer_place(group, key), &above, &below);
	return quotient((double) above, 0, (double) below, 0);
}

static Share
share_of(const PeerRule *rule, const PeerGroup *group, Decimal d)
{
	Filtered	x;

	if (rule->method == PEERS_PERCENTILE || rule->method == PEERS_RANK)
		return place_share(rule, group, d);
	x = filtered_from_decimal(d);
	switch (rule->method)
	{
		case PEERS_MINMAX:
			return minmax_share(rule, x, group->numbers[FROZEN_MIN].fast,
								group->numbers[FROZEN_MAX].fast);
		case PEERS_LEADER:
			return leader_share(rule, group, x);
		default:
			return zscore_share(rule, group, x);
	}
}

/* An indicator whose normaliser compares with peers. */
void
add_peers(Pass *p, int i)
{
	const PlanPart *part = &p->plan->parts[i];
	const PeerRule *rule = part->indicator->peers;
	const PeerGroup *group = peers_fast(p, rule);
	double		from = rule->from.fast.value;
	double		to = rule->to.fast.value;
	double		size = fabs(from) + fabs(to);
	double		value;
	double		error;
	Decimal		d;
	Share		s;

	if (group == NULL || !peer_decimal(part->indicator, p->s, &d))
	{
		add_missing(p, i);
		return;
	}
	s = share_of(rule, group, d);
	if (rule->method != PEERS_ZSCORE)
		to -= from;
	value = from + s.value * to;
	error = s.error * fabs(to) + (1 + fabs(s.value)) * size * PLAN_DOUBLE;
	if (rule->method == PEERS_ZSCORE && rule->clamp)
		value = value < 0 ? 0 : value > 100 ? 100 : value;
	value *= part->top / 100;
	error = error * fabs(part->top) / 100 + fabs(value) * (PLAN_DOUBLE + PLAN_DIVIDED);
	if (!(fabs(value) < FILTER_LARGEST) || !(error < FILTER_LARGEST))
		add_exactly(p, i);
	else
		add_points(p, i, value, error);
}

/* What the peers put in the place of a missing value. */
void
add_replacement(Pass *p, int i)
{
	const Indicator *ind = p->plan->parts[i].indicator;
	PeerGroup  *group = peers_fast(p, ind->peers);
	Outcome    *outcome;
	MemoryContext context = p->card->context;

	if (group == NULL)
	{
		p->undecided = true;
		return;
	}
	if (group->outcomes == NULL)
		group->outcomes = MemoryContextAllocZero(context, p->card->nsegments * sizeof(Outcome *));
	outcome = group->outcomes[p->segment];
	if (outcome == NULL)
	{
		outcome = MemoryContextAlloc(context, sizeof(Outcome));
		if (!outcome_of(p->card, p->segment, ind,
						normalise_value(ind, group, replacement_number(ind, group)), outcome))
		{
			pfree(outcome);
			p->beyond = true;
			return;
		}
		group->outcomes[p->segment] = outcome;
	}
	add_outcome(p, i, outcome);
}
