/*
 * plan.c
 *	  What score.c needs of a card, close together.
 *
 * A card's indicators are large, since they hold the exact form of everything;
 * scoring touches one plan item of a cache line for each.
 */
#include "postgres.h"

#include "scorecard.h"

/* Edges as plain doubles, lowest first, for a comparison without branches. */
static void
plan_bins(PlanItem *item, const Normaliser *n)
{
	item->edges = palloc(n->nsteps * sizeof(double));
	item->outcomes = palloc((n->nsteps + 1) * sizeof(Filtered));
	item->outcomes[0].value = item->outcomes[0].error = 0;
	item->exact_edges = item->bare;
	for (int i = 0; i < n->nsteps; i++)
	{
		const Step *step = &n->steps[i];

		item->edges[i] = step->open ? -INFINITY : step->from.fast.value;
		item->outcomes[i + 1] = step->points.fast;
		item->exact_edges = item->exact_edges && (step->open || step->from.short_decimal);
	}
	item->nedges = n->nsteps;
}

static void
plan_item(PlanItem *item, const Indicator *ind)
{
	const Normaliser *n = &ind->norm;

	item->kind = n->kind;
	item->missing = ind->missing;
	item->bare = ind->bare >= 0;
	item->code = ind->bare;
	item->indicator = ind;
	switch (n->kind)
	{
		case NORM_LINEAR:
			item->from = n->from.fast.value;
			item->from_error = n->from.fast.error;
			item->scale = n->scale;
			break;
		case NORM_LOG:
			item->from = n->log_from.fast.value;
			item->scale = n->scale;
			break;
		case NORM_BINS:
			plan_bins(item, n);
			break;
		case NORM_PER_UNIT:
			item->scale = n->has_points ? n->points.fast.value : 100.0 / n->cap.fast.value;
			item->from = n->has_cap ? n->cap.fast.value : INFINITY;
			item->from_error = n->has_cap ? n->cap.fast.error : 0;
			/* whole units times whole points are whole: nothing is lost */
			item->exact_scale = n->has_points && n->points.fast.error == 0;
			break;
		default:
			break;
	}
}

/* Lay a card out for scoring; in the card's memory context. */
void
plan_card(Scorecard *card)
{
	double		power = number_pow10[card->points_digits];

	card->plan = palloc0(card->nindicators * sizeof(PlanItem));
	card->factors = palloc0(card->nsegments * card->nindicators * sizeof(double));
	for (int i = 0; i < card->nindicators; i++)
	{
		const Indicator *ind = &card->indicators[i];

		plan_item(&card->plan[i], ind);
		for (int s = 0; s < card->nsegments; s++)
			card->factors[s * card->nindicators + i] =
				card->sum ? power : ind->weight[s].fast.value * power / 100;
	}
}
