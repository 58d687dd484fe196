/*
 * plan.c
 *	  What score.c needs of a card in one segment, close together.
 *
 * Whatever can be known of a value's points beforehand is computed here, by
 * the definition: those of each bin, flag, category and replacement as whole
 * numbers, those of a straight line as its slope in doubles, with the bound on
 * what doubles lose.  Edges of bins are whole numbers too, one row for each
 * number of decimals, so that comparing with them is exact.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "exact.h"
#include "score.h"

static Numeric
power_of_ten(int digits)
{
	return int64_to_numeric((int64) number_pow10[digits]);
}

/* The least whole number of 10^-digits that is not below num, within the limit. */
int64
scaled_ceiling(Numeric num, int digits, int64 limit)
{
	Numeric		scaled;

	if (!numeric_mul_ok(num, power_of_ten(digits), &scaled) ||
		numeric_compare(scaled, int64_to_numeric(limit)) >= 0)
		return limit;
	if (numeric_compare(scaled, int64_to_numeric(-limit)) <= 0)
		return -limit;
	scaled = DatumGetNumeric(DirectFunctionCall1(numeric_ceil, NumericGetDatum(scaled)));
	return DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(scaled)));
}

static double
double_of(Numeric num)
{
	Filtered	f;

	filtered_from_numeric(num, &f);
	return f.value;
}

/* a * b / c as a double; NaN where there is none */
static double
ratio_of(Numeric a, Numeric b, Numeric c)
{
	Numeric		result;

	if (!numeric_mul_ok(a, b, &result) || !numeric_div_ok(result, c, &result))
		return NAN;
	return double_of(result);
}

/* What a normalised value comes to; false: too much for whole numbers. */
bool
outcome_of(const Scorecard *card, int segment, const Indicator *ind,
		   Fraction normalised, Outcome *result)
{
	Numeric		points = points_exactly(card, segment, ind, normalised);
	double		value = ratio_of(normalised.above, int64_to_numeric(1), normalised.below);
	double		full = card->sum ? 100 : ind->full[segment].fast.value;

	/* points have no more digits than the scale: the ceiling is the number */
	result->points = scaled_ceiling(points, card->points_digits, PLAN_LIMIT);
	result->loose = value * full * number_pow10[card->points_digits] / 100;
	return result->points > -PLAN_LIMIT && result->points < PLAN_LIMIT &&
		isfinite(result->loose);
}

/* The points, scaled, of 100 of an indicator. */
static Numeric
full_points(const Scorecard *card, int segment, const Indicator *ind)
{
	Numeric		full = card->sum ? int64_to_numeric(100) : ind->full[segment].exact;
	Numeric		result;

	if (!numeric_mul_ok(full, power_of_ten(card->points_digits), &result))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("score is out of range")));
	return result;
}

/* The straight line of linear, log (of the logarithms) and points per unit. */
static void
plan_line(const Scorecard *card, int segment, PlanPart *part)
{
	const Normaliser *n = &part->indicator->norm;
	Numeric		full = full_points(card, segment, part->indicator);
	Numeric		range;
	double		rate;

	part->top = double_of(full);
	if (n->kind == NORM_PER_UNIT)
	{
		rate = n->has_points ? ratio_of(n->points.exact, full, int64_to_numeric(100)) :
			ratio_of(full, int64_to_numeric(1), n->cap.exact);
		if (n->has_points)
			part->top = n->has_cap ? rate * n->cap.fast.value : INFINITY;
	}
	else if (n->kind == NORM_LOG)
		rate = ratio_of(full, int64_to_numeric(1), n->log_range.exact);
	else
	{
		(void) numeric_sub_ok(n->to.exact, n->from.exact, &range);
		rate = ratio_of(full, int64_to_numeric(1), range);
		part->offset = -ratio_of(full, n->from.exact, range);
	}
	for (int places = 0; places < PLAN_PLACES; places++)
		part->rate[places] = rate / number_pow10[places];
	part->error = (part->top + fabs(part->offset)) * PLAN_DOUBLE + part->top * PLAN_DIVIDED;
	part->near = 0.5 - part->error;
	if (!isfinite(rate) || !isfinite(part->offset) || isnan(part->top) ||
		!(fabs(rate) < 1e200) || (rate != 0 && fabs(rate) < 1e-200))
		part->kind = PLAN_NUMERIC;
	else if (part->indicator->bare >= 0 && n->kind != NORM_LOG && !n->open &&
			 part->top > 0 && part->top < PLAN_LINE_LIMIT && part->error < 0.25)
		part->kind = PLAN_LINEAR;
}

static void
plan_outcomes(const Scorecard *card, int segment, CardPlan *plan, PlanPart *part)
{
	const Indicator *ind = part->indicator;
	const Normaliser *n = &ind->norm;
	Numeric		zero = int64_to_numeric(0);

	part->outcomes = palloc((n->nsteps + 2) * sizeof(Outcome));
	for (int i = 0; i <= n->nsteps + 1; i++)
	{
		Numeric		normalised = zero;

		if (n->kind == NORM_FLAG)
			normalised = i == 0 ? n->if_false.exact : n->if_true.exact;
		else if (n->kind == NORM_CATEGORY)
			normalised = i < n->nsteps ? n->steps[i].points.exact : n->otherwise.exact;
		else if (i > 0 && i <= n->nsteps)
			normalised = n->steps[i - 1].points.exact;
		if (!outcome_of(card, segment, ind, undivided(normalised), &part->outcomes[i]))
			plan->beyond = true;
	}
}

static void
plan_part(const Scorecard *card, int segment, CardPlan *plan, const Indicator *ind, PlanPart *part)
{
	const Normaliser *n = &ind->norm;

	memset(part, 0, sizeof(*part));
	part->indicator = ind;
	part->kind = PLAN_OTHER;
	part->code = ind->bare;
	part->dimension = ind->dimension;
	part->missing = ind->missing;
	part->weight = card->sum ? 1 : ind->weight[segment].fast.value;
	part->known = ind->known[segment].fast.value;
	part->cap = indicator_limit(card, ind);
	if (!outcome_of(card, segment, ind, undivided(ind->missing == MISSING_LOWEST ? n->lowest.exact :
												  int64_to_numeric(0)), &part->replacement))
		plan->beyond = true;
	if (n->kind == NORM_CASES)
		part->kind = PLAN_NUMERIC;
	else if (n->kind == NORM_LINEAR || n->kind == NORM_LOG || n->kind == NORM_PER_UNIT)
		plan_line(card, segment, part);
	else if (n->kind == NORM_LOGISTIC || n->kind == NORM_PEERS)
		part->top = double_of(full_points(card, segment, ind));
	else if (n->kind == NORM_SET)
		part->rate[0] = double_of(full_points(card, segment, ind)) / 100;
	else
		plan_outcomes(card, segment, plan, part);
	if (ind->bare >= 0 && n->kind == NORM_BINS)
		part->kind = PLAN_BINS;
	else if (ind->bare >= 0 && n->kind == NORM_FLAG)
		part->kind = PLAN_FLAG;
}

/*
 * The edges of a part's bins as whole numbers of 10^-places.  A number has at
 * most 15 digits, which no edge has to exceed.
 */
double *
plan_edges(const Scorecard *card, PlanPart *part, int places)
{
	const Normaliser *n = &part->indicator->norm;
	int			room = Max(PLAN_EDGES, TYPEALIGN(2, n->nsteps));
	double	   *edges = MemoryContextAlloc(card->context, room * sizeof(double));

	for (int i = 0; i < room; i++)
	{
		if (i >= n->nsteps)
			edges[i] = INFINITY;
		else if (n->steps[i].open)
			edges[i] = -INFINITY;
		else
			edges[i] = (double) scaled_ceiling(n->steps[i].from.exact, places, DECIMAL_LIMIT);
	}
	part->edges[places] = edges;
	return edges;
}

static int
plan_order(const void *a, const void *b)
{
	return (int) ((const PlanPart *) a)->kind - (int) ((const PlanPart *) b)->kind;
}

/* The plan of a segment, among those of a kind, made when it is first needed. */
CardPlan *
plan_of_segment(Scorecard *card, CardPlan **plans, int segment)
{
	CardPlan   *plan = plans[segment];
	MemoryContext old;

	if (likely(plan != NULL))
		return plan;
	old = MemoryContextSwitchTo(card->context);
	plan = palloc0(sizeof(CardPlan));
	plan->parts = palloc(card->nindicators * sizeof(PlanPart));
	plan->initial = scaled_ceiling(numeric_round_to(card->initial.exact, card->points_digits),
								   card->points_digits, PLAN_LIMIT);
	plan->beyond = llabs(plan->initial) >= PLAN_LIMIT;
	plan->knowable = card->knowable[segment].fast.value;
	for (int i = 0; i < card->nindicators; i++)
	{
		const Indicator *ind = &card->indicators[i];

		if (card->sum ||
			numeric_compare(ind->full[segment].exact, int64_to_numeric(0)) != 0)
			plan_part(card, segment, plan, ind, &plan->parts[plan->nparts++]);
	}
	qsort(plan->parts, plan->nparts, sizeof(PlanPart), plan_order);
	for (int kind = 0; kind < PLAN_OTHER; kind++)
		for (int i = 0; i < plan->nparts; i++)
			if ((int) plan->parts[i].kind <= kind)
				plan->end[kind] = i + 1;
	plan->tree = plans == card->tree_plans ? tree_plan(card, segment) : NULL;
	plan->wide = plan->tree == NULL ? wide_plan(plan) : NULL;
	MemoryContextSwitchTo(old);
	plans[segment] = plan;
	return plan;
}
