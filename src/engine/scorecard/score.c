/*
 * score.c
 *	  The score of score_exact.c, with doubles and whole numbers.
 *
 * One pass over the plan of the subject's segment adds the points as if
 * nothing was left out.  Where something is, the points before rounding are
 * collected, scaled, and rounded again.  An indicator whose rounding or whose
 * value is not certain is taken by the definition.
 */
#include "postgres.h"

#include "../rating/rating.h"
#include "peers.h"
#include "score.h"

/* Added to a double below 2^51 and taken off again, this leaves a whole number. */
#define ROUNDER			6755399441055744.0	/* 1.5 * 2^52 */

/* Where bare indicators are read, at hand in the loops. */
typedef struct Bare
{
	const int16 *slots;
	const uint64 *words;
} Bare;

static inline Bare
bare_of(const Pass *p)
{
	Bare		bare = {p->s->slots, p->s->profile->word};

	return bare;
}

/* The word of a bare indicator; false: it is missing, or of another kind, or rare. */
static inline bool
load_number(Bare bare, const PlanPart *part, double *mantissa, unsigned int *places)
{
	int			slot = bare.slots[part->code];
	uint64		w;

	if (unlikely(slot < 0))
		return false;
	w = bare.words[slot];
	*places = (unsigned int) -WORD_EXPONENT(w);
	*mantissa = (double) WORD_MANTISSA(w);
	return likely(WORD_TYPE(w) == VALUE_NUMBER && *places < PLAN_PLACES);
}

static inline double
point_on_line(const PlanPart *part, double mantissa, unsigned int places)
{
	double		value = mantissa * part->rate[places] + part->offset;

	value = 0 > value ? 0 : value;
	return part->top < value ? part->top : value;
}

/* Two at once; a comparison gives -1 for true. */
typedef double Doubles __attribute__((vector_size(16), aligned(8)));
typedef int64 Truths __attribute__((vector_size(16)));

/*
 * How many edges a number reaches.  Both are whole numbers below 2^53, so that
 * doubles compare them exactly; the edges ascend, filled up with infinity.
 */
static inline int
edges_reached(const double *edges, int count, double number)
{
	const Doubles numbers = {number, number};
	const Doubles *pairs = (const Doubles *) edges;
	Truths		reached;

	if (unlikely(count > 16))
	{
		int			low = 0;

		while (low < count)
		{
			int			middle = (low + count) / 2;

			if (number >= edges[middle])
				low = middle + 1;
			else
				count = middle;
		}
		return low;
	}
	reached = (Truths) (pairs[0] <= numbers) + (Truths) (pairs[1] <= numbers) +
		(Truths) (pairs[2] <= numbers);
	for (int i = PLAN_EDGES; i < count; i += 2)
		reached += (Truths) (pairs[i / 2] <= numbers);
	return (int) -(reached[0] + reached[1]);
}

static inline const Outcome *
bin_outcome(Pass *p, PlanPart *part, double mantissa, unsigned int places)
{
	const double *edges = part->edges[places];

	if (unlikely(edges == NULL))
		edges = plan_edges(p->card, part, places);
	return &part->outcomes[edges_reached(edges, part->indicator->norm.nsteps, mantissa)];
}

static void
add_lines(Pass *p, int i, int end)
{
	const Bare	bare = bare_of(p);
	const PlanPart *parts = p->plan->parts;
	double		sum = 0;

	for (; i < end; i++)
	{
		const PlanPart *part = &parts[i];
		unsigned int places;
		double		value;
		double		points;

		if (unlikely(!load_number(bare, part, &value, &places)))
		{
			add_other(p, i);
			continue;
		}
		value = point_on_line(part, value, places);
		/* to the nearest; what lies in the middle is not decided here */
		points = value + ROUNDER;
		points -= ROUNDER;
		if (likely(fabs(value - points) < part->near))
			sum += points;
		else
			add_exactly(p, i);
	}
	p->sum += (int64) sum;
}

static void
add_bins(Pass *p, int i, int end)
{
	const Bare	bare = bare_of(p);
	PlanPart   *parts = p->plan->parts;
	int64		sum = 0;

	for (; i < end; i++)
	{
		PlanPart   *part = &parts[i];
		unsigned int places;
		double		value;

		if (likely(load_number(bare, part, &value, &places)))
			sum += bin_outcome(p, part, value, places)->points;
		else
			add_other(p, i);
	}
	p->sum += sum;
}

/* The truth of a bare indicator, or -1. */
static inline int
load_flag(Bare bare, const PlanPart *part)
{
	int			slot = bare.slots[part->code];
	uint64		w;

	if (unlikely(slot < 0))
		return -1;
	w = bare.words[slot];
	return likely(WORD_TYPE(w) == VALUE_BOOLEAN) ? WORD_BOOLEAN(w) : -1;
}

static void
add_flags(Pass *p, int i, int end)
{
	const Bare	bare = bare_of(p);
	const PlanPart *parts = p->plan->parts;
	int64		sum = 0;

	for (; i < end; i++)
	{
		const PlanPart *part = &parts[i];
		int			flag = load_flag(bare, part);

		if (likely(flag >= 0))
			sum += part->outcomes[flag].points;
		else
			add_missing(p, i);
	}
	p->sum += sum;
}

void
add_bare(Pass *p, int i)
{
	if (p->plan->parts[i].kind == PLAN_LINEAR)
		add_lines(p, i, i + 1);
	else if (p->plan->parts[i].kind == PLAN_BINS)
		add_bins(p, i, i + 1);
	else
		add_flags(p, i, i + 1);
}

/*
 * add_outcome() and its like keep the points before rounding; the loops over
 * bare indicators do not, since hardly anybody asks.  This does it for them.
 */
static void
keep_bare(Pass *p)
{
	const CardPlan *plan = p->plan;
	const Bare	bare = bare_of(p);

	for (int i = 0; i < plan->end[PLAN_FLAG]; i++)
	{
		PlanPart   *part = &plan->parts[i];
		unsigned int places;
		double		value;
		int			flag;

		if (part->kind == PLAN_FLAG)
		{
			if ((flag = load_flag(bare, part)) >= 0)
				add_outcome(p, i, &part->outcomes[flag]);
		}
		else if (!load_number(bare, part, &value, &places))
			continue;			/* add_other() has kept it */
		else if (part->kind == PLAN_BINS)
			add_outcome(p, i, bin_outcome(p, part, value, places));
		else
		{
			/* what is clearly below the line is 0, and certain */
			bool		below = value * part->rate[places] + part->offset < -part->error;

			p->loose[i] = point_on_line(part, value, places);
			p->error[i] = below ? 0 : part->error;
		}
	}
}

/* By dimension, and the whole: what its points are multiplied with, since weight is left out. */
static void
find_shares(const Pass *p, double *shares)
{
	const Scorecard *card = p->card;
	const Constant *full = card->present[p->segment];
	int			whole = card->ndimensions;
	double		present[CARD_MAX_DIMENSIONS + 1] = {0};

	for (int i = 0; i < p->plan->nparts; i++)
		if (!p->left_out[i])
			present[p->plan->parts[i].dimension] += p->plan->parts[i].weight;
	for (int k = whole - 1; k >= 0; k--)
	{
		const Dimension *d = &card->dimensions[card->order[k]];

		if (present[card->order[k]] > 0 && !d->bonus)
			present[d->parent < 0 ? whole : d->parent] += d->weight[p->segment].fast.value;
	}
	shares[whole] = full[whole].fast.value / present[whole];
	for (int k = 0; k < whole; k++)
	{
		int			i = card->order[k];
		const Dimension *d = &card->dimensions[i];

		shares[i] = d->bonus ? 1 : shares[d->parent < 0 ? whole : d->parent];
		if (d->aggregate != AGG_BEST)
			shares[i] *= full[i].fast.value / present[i];
	}
}

/* Share the weight of what is left out; false: a rounding is open. */
static bool
share_weight(Pass *p, const double *shares)
{
	double		loss = (2 * p->plan->nparts + 6 * p->card->ndimensions + 12) * FILTER_ULP +
		PLAN_DIVIDED;

	p->sum = p->plan->initial;
	for (int i = 0; i < p->plan->nparts; i++)
	{
		double		share = shares[p->plan->parts[i].dimension];
		double		value = p->loose[i] * share;

		if (p->left_out[i])
			continue;
		if (!round_points(value, p->error[i] * share + fabs(value) * loss, &p->points[i]))
			return false;
		p->sum += p->points[i];
	}
	return true;
}

/* From the points of the parts, as if nothing was left out, to their sum. */
static bool
finish_sum(Pass *p)
{
	double		shares[CARD_MAX_DIMENSIONS + 1];
	bool		shared = p->nleft_out > 0 && !p->card->sum;

	if (!shared && p->plan->tree == NULL)
		return true;
	if (shared || tree_has_means(p->plan->tree))
		keep_bare(p);
	if (shared)
	{
		find_shares(p, shares);
		if (!share_weight(p, shares))
			return false;
	}
	return p->plan->tree == NULL || combine_tree(p, shared ? shares : NULL);
}

/* Half away from zero, from the points' digits to the score's. */
static inline int64
round_score(const Scorecard *card, int64 sum)
{
	uint64		unit = card->points_unit;
	uint64		size = sum < 0 ? -sum : sum;

	/* a division by a constant is a multiplication */
	size = unit == 10000 ? (size + 5000) / 10000 : (size + unit / 2) / unit;
	return sum < 0 ? -(int64) size : (int64) size;
}

/*
 * card_segment(), for the usual card whose segment is an indicator's text.
 * Which one it is cannot be foreseen, so there is no branch for it.
 */
static inline int
find_segment(const Scorecard *card, Subject *s)
{
	int			slot;
	uint64		w;
	const char *text;
	uint64		start;
	int			found = -1;

	if (card->segment == NULL)
		return 0;
	slot = card->segment_bare >= 0 ? s->slots[card->segment_bare] : -1;
	if (slot < 0)
		return card_segment(card, s);
	w = s->profile->word[slot];
	if (WORD_TYPE(w) != VALUE_TEXT)
		return card_segment(card, s);
	text = profile_heap(s->profile) + WORD_OFFSET(w);
	start = text_start(text, WORD_LENGTH(w));
	for (int i = 0; i < card->nsegments; i++)
	{
		int			same = (card->segment_starts[i] == start) &
			(card->segment_lens[i] == (int) WORD_LENGTH(w));

		found += (i - found) & -same;
	}
	/* a longer text may be another with the same start */
	if (found >= 0 && card->segment_lens[found] > (int) sizeof(start) &&
		memcmp(card->segments[found], text, WORD_LENGTH(w)) != 0)
		return card_segment(card, s);
	return found;
}

static ScoreStatus
status_of(const Pass *p, bool *certain)
{
	double		required = p->card->coverage.fast.value;
	double		known;

	*certain = true;
	if (p->nleft_out == p->plan->nparts)
		return STATUS_LOW_COVERAGE;
	if (!p->gaps || required == 0)
		return STATUS_SCORED;
	known = 1 - p->unknown / p->plan->knowable;
	/* a coverage that is nearly the required one is for numeric */
	*certain = fabs(known - required) > 1e-9;
	return known < required ? STATUS_LOW_COVERAGE : STATUS_SCORED;
}

/* The points of all parts, where they just add up. */
static inline void
add_parts(Pass *p)
{
	const CardPlan *plan = p->plan;

	if (plan->wide != NULL && score_simd != SIMD_NONE)
		add_wide(p);
	else
	{
		add_lines(p, 0, plan->end[PLAN_LINEAR]);
		add_bins(p, plan->end[PLAN_LINEAR], plan->end[PLAN_BINS]);
		add_flags(p, plan->end[PLAN_BINS], plan->end[PLAN_FLAG]);
	}
	for (int i = plan->end[PLAN_FLAG]; i < plan->nparts; i++)
		add_other(p, i);
}

static pg_attribute_always_inline bool
score_by_plan(Scorecard *card, CardPlan **plans, Subject *s, FastScore *result)
{
	Pass		p;
	bool		certain;

	if (unlikely(card->ngroupings > 0))
		begin_peers(card);
	result->nmissing = 0;
	result->status = STATUS_UNDECIDED;
	result->segment = p.segment = find_segment(card, s);
	if (p.segment < 0)
		return true;
	p.card = card;
	p.plan = plans[p.segment];
	if (unlikely(p.plan == NULL))
		p.plan = plan_of_segment(card, plans, p.segment);
	p.s = s;
	p.result = result;
	p.sum = p.plan->initial;
	p.unknown = 0;
	p.gaps = p.undecided = p.beyond = false;
	p.nleft_out = 0;
	if (unlikely(p.plan->beyond))
		return false;
	if (unlikely(p.plan->tree != NULL))
		add_tree_parts(&p);
	else
		add_parts(&p);
	if (unlikely(p.beyond))
		return false;
	if (likely(result->nmissing == 0 && !p.undecided && p.plan->tree == NULL && p.plan->nparts > 0))
	{
		result->status = STATUS_SCORED;
		result->score = round_score(card, p.sum);
		return true;
	}
	if (p.undecided)
		return true;
	result->status = status_of(&p, &certain);
	if (!certain)
		return false;
	if (result->status == STATUS_SCORED && !finish_sum(&p))
		return false;
	result->score = round_score(card, p.sum);
	return true;
}

bool
score_fast(Scorecard *card, Subject *s, FastScore *result)
{
	return score_by_plan(card, card->plans, s, result);
}

/* ... and its dimensions, of which there are points if it is scored. */
bool
score_fast_dimensions(Scorecard *card, Subject *s, FastScore *result)
{
	return score_by_plan(card, card->tree_plans, s, result);
}

/* The grade of a score that is given in units of 10^-digits. */
int16
rate_fast(const Scorecard *card, int64 score)
{
	for (int i = 0; i < card->nthresholds; i++)
		if (score >= card->thresholds[i].least)
			return card->thresholds[i].grade;
	return RATING_D;
}
