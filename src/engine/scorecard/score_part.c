/*
 * score_part.c
 *	  One part of a score that is not a bare indicator in a simple form: what
 *	  is missing, what comes from a formula, and what doubles leave open.
 */
#include "postgres.h"

#include "peers.h"
#include "score.h"

/* A logarithm of the C library is nearer than this to that of numeric. */
#define LOGARITHM_ULP	(4 * FILTER_ULP + 2 * FILTER_NUMERIC_ULP)

/* Apply the rule for a value that is unknown. */
void
add_missing(Pass *p, int i)
{
	const PlanPart *part = &p->plan->parts[i];

	if (p->result->nmissing++ == 0)
		memset(p->result->missing, 0, p->card->nindicators);
	p->result->missing[part->indicator - p->card->indicators] = true;
	if (part->missing == MISSING_ZERO)
	{
		add_outcome(p, i, &part->replacement);
		return;
	}
	p->gaps = true;
	p->unknown += part->known;
	if (part->missing == MISSING_LOWEST)
		add_outcome(p, i, &part->replacement);
	else if (part->missing == MISSING_UNDECIDED)
		p->undecided = true;
	else if (part->missing != MISSING_REWEIGHT)
		add_replacement(p, i);
	else
	{
		if (p->nleft_out++ == 0)
			memset(p->left_out, 0, p->plan->nparts);
		p->left_out[i] = true;
	}
}

/* By the definition, since doubles leave the value or its rounding open. */
void
add_exactly(Pass *p, int i)
{
	const Indicator *ind = p->plan->parts[i].indicator;
	Outcome		outcome;
	Fraction	normalised;

	if (!normalise_exactly(ind, p->s, &normalised))
		add_missing(p, i);
	else if (outcome_of(p->card, p->segment, ind, normalised, &outcome))
		add_outcome(p, i, &outcome);
	else
		p->beyond = true;
}

/* Points whose rounding may be open. */
void
add_points(Pass *p, int i, double value, double error)
{
	int64		points;

	if (unlikely(!round_points(value, error, &points)))
	{
		add_exactly(p, i);
		return;
	}
	p->sum += points;
	p->loose[i] = value;
	p->error[i] = error;
}

/* A point of the line, into its range; error: what the value brought along. */
static void
add_on_line(Pass *p, int i, double value, double error)
{
	const PlanPart *part = &p->plan->parts[i];
	double		low = Min(part->top, 0);
	double		high = Max(part->top, 0);

	if (value - error >= high)
	{
		value = high;
		error = fabs(high) * PLAN_DOUBLE;
	}
	else if (value + error <= low)
	{
		value = low;
		error = fabs(low) * PLAN_DOUBLE;
	}
	else
	{
		value = Max(Min(value, high), low);
		error = error * (1 + 1e-9) + fabs(value) * (PLAN_DIVIDED + PLAN_DOUBLE);
	}
	add_points(p, i, value, error);
}

static void
add_logarithm(Pass *p, int i, Filtered x)
{
	const PlanPart *part = &p->plan->parts[i];
	const Normaliser *n = &part->indicator->norm;
	double		from = n->log_from.fast.value;
	double		ln;
	double		error;

	if (x.value + x.error < n->from.fast.value * (1 - 1e-12))
		add_points(p, i, 0, 0);
	else if (x.value - x.error > n->to.fast.value * (1 + 1e-12))
		add_points(p, i, part->top, fabs(part->top) * PLAN_DOUBLE);
	else if (!(x.error < x.value * 1e-3))
		add_exactly(p, i);
	else
	{
		ln = log(x.value);
		error = x.error / x.value * 1.01 + fabs(ln) * LOGARITHM_ULP +
			fabs(from) * LOGARITHM_ULP;
		add_on_line(p, i, (ln - from) * part->rate[0], error * fabs(part->rate[0]));
	}
}

/* The bin of a number that comes from a formula, or has very many decimals. */
static void
add_bin(Pass *p, int i, Filtered x)
{
	const PlanPart *part = &p->plan->parts[i];
	const Normaliser *n = &part->indicator->norm;
	int			reached = n->nsteps;

	for (; reached > 0 && !n->steps[reached - 1].open; reached--)
	{
		Sign3		sign = filtered_compare(x, n->steps[reached - 1].from.fast);

		if (sign == SIGN_EQUAL || sign == SIGN_GREATER)
			break;
		if (sign == SIGN_UNCERTAIN)
		{
			add_exactly(p, i);
			return;
		}
	}
	add_outcome(p, i, &part->outcomes[reached]);
}

/* The numeric one is rounded to 15 digits, which may be 5e-15 of it. */
static void
add_logistic(Pass *p, int i, Filtered x)
{
	const PlanPart *part = &p->plan->parts[i];
	const Normaliser *n = &part->indicator->norm;
	double		middle = n->from.fast.value;
	double		slope = n->to.fast.value;
	double		t = slope * (x.value - middle);
	double		error = fabs(slope) * (x.error + (fabs(x.value) + fabs(middle)) * PLAN_DOUBLE) +
		fabs(t) * PLAN_DOUBLE;
	double		value = part->top / (1 + exp(-t));

	if (!(error < 1e-3) || fabs(t) > 600)
		add_exactly(p, i);
	else
		add_points(p, i, value, fabs(value) * (1.01 * error + 6e-15 + LOGARITHM_ULP + PLAN_DOUBLE + PLAN_DIVIDED));
}

/* Linear, and points per unit. */
static void
add_straight(Pass *p, int i, Filtered x)
{
	const PlanPart *part = &p->plan->parts[i];
	double		value = x.value * part->rate[0];
	double		error = x.error * fabs(part->rate[0]) +
		(fabs(value) + fabs(part->offset)) * PLAN_DOUBLE;

	value += part->offset;
	if (part->indicator->norm.open)
		add_points(p, i, value, error + fabs(value) * PLAN_DIVIDED);
	else
		add_on_line(p, i, value, error);
}

static void
add_number(Pass *p, int i)
{
	const PlanPart *part = &p->plan->parts[i];
	Filtered	x;
	NumberResult known = expression_number(part->indicator->value, p->s, &x);

	if (known == NUMBER_UNKNOWN)
		add_missing(p, i);
	else if (known == NUMBER_UNCERTAIN || !(fabs(x.value) < FILTER_LARGEST) ||
			 !(x.error < FILTER_LARGEST))
		add_exactly(p, i);
	else if (part->indicator->norm.kind == NORM_BINS)
		add_bin(p, i, x);
	else if (part->indicator->norm.kind == NORM_LOG)
		add_logarithm(p, i, x);
	else if (part->indicator->norm.kind == NORM_LOGISTIC)
		add_logistic(p, i, x);
	else
		add_straight(p, i, x);
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
		sum->error += points->error;
		if (!n->best)
		{
			sum->sum += points->value;
			sum->error += fabs(sum->sum) * FILTER_ULP;
		}
		else if (!sum->any || !(points->value <= sum->sum))
			sum->sum = points->value;
		sum->any = true;
	}
}

static void
add_set(Pass *p, int i)
{
	const PlanPart *part = &p->plan->parts[i];
	const Constant *cap = &part->indicator->norm.cap;
	SetSum		sum = {&part->indicator->norm, 0, 0, false};
	double		value;

	if (!expression_set(part->indicator->value, p->s, add_member, &sum))
		add_missing(p, i);
	else if (!(fabs(sum.sum) < FILTER_LARGEST) || !(fabs(cap->fast.value) < FILTER_LARGEST))
		add_exactly(p, i);
	else
	{
		value = Min(sum.sum, cap->fast.value) * part->rate[0];
		add_points(p, i, value, (sum.error + cap->fast.error) * fabs(part->rate[0]) +
				   fabs(value) * (PLAN_DOUBLE + PLAN_DIVIDED));
	}
}

static void
add_category(Pass *p, int i)
{
	const PlanPart *part = &p->plan->parts[i];
	const Normaliser *n = &part->indicator->norm;
	const char *text;
	int			len;
	int			step = 0;

	if (!expression_string(part->indicator->value, p->s, &text, &len))
	{
		add_missing(p, i);
		return;
	}
	while (step < n->nsteps &&
		   (n->steps[step].name_len != len || memcmp(n->steps[step].name, text, len) != 0))
		step++;
	add_outcome(p, i, &part->outcomes[step]);
}

/* Any part, through the evaluator of its expression. */
void
add_other(Pass *p, int i)
{
	const PlanPart *part = &p->plan->parts[i];
	Tri			t;

	if (part->kind == PLAN_NUMERIC)
	{
		add_exactly(p, i);
		return;
	}
	switch (part->indicator->norm.kind)
	{
		case NORM_FLAG:
			t = expression_test(part->indicator->value, p->s);
			if (t == TRI_UNKNOWN)
				add_missing(p, i);
			else
				add_outcome(p, i, &part->outcomes[t == TRI_TRUE]);
			break;
		case NORM_CATEGORY:
			add_category(p, i);
			break;
		case NORM_SET:
			add_set(p, i);
			break;
		case NORM_PEERS:
			add_peers(p, i);
			break;
		default:
			add_number(p, i);
			break;
	}
}
