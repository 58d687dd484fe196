/*
 * dimension_points.c
 *	  The points of a score by dimension, for many subjects.
 *
 * What score_detail() says of dimensions, mostly by the fast way.  What was
 * possible depends on nothing but what is left out, so it is computed by the
 * definition, and kept for the sets that were met last.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "exact.h"
#include "functions.h"
#include "score.h"

PG_FUNCTION_INFO_V1(score_dimensions);

#define POSSIBLE_KEPT	64
#define DIMENSION_COLUMNS	6

/* What was possible where these indicators were left out. */
struct PossiblePoints
{
	int			segment;
	bool	   *left_out;		/* by indicator */
	Numeric    *points;			/* by dimension; NULL: nothing of it counts */
};

/* By the definition: of parts that are known, but for those that are left out. */
static Numeric *
possible_by_definition(const Scorecard *card, int segment, const bool *left_out)
{
	ScoreResult r;
	Numeric    *points = palloc(card->ndimensions * sizeof(Numeric));

	memset(&r, 0, sizeof(r));
	r.segment = segment;
	r.parts = palloc0(card->nindicators * sizeof(Part));
	for (int i = 0; i < card->nindicators; i++)
	{
		r.parts[i].missing = left_out[i];
		if (!left_out[i])
			r.parts[i].normalised = undivided(whole(0));
	}
	score_parts(card, &r);
	for (int d = 0; d < card->ndimensions; d++)
		points[d] = r.dimensions[d].possible;
	return points;
}

static void
forget_possible(struct PossiblePoints *kept)
{
	struct PossiblePoints old = *kept;

	memset(kept, 0, sizeof(*kept));
	if (old.points == NULL)
		return;
	pfree(old.left_out);
	pfree(old.points);
}

/* What was possible in each dimension; stays valid until the next call. */
static Numeric *
find_possible(Scorecard *card, int segment, const bool *left_out)
{
	uint32		hash = hash_bytes((const unsigned char *) left_out, card->nindicators) + segment;
	struct PossiblePoints *kept;
	Numeric    *points;
	Numeric    *copy;
	Size		size = card->ndimensions * sizeof(Numeric);
	char	   *at;

	if (card->possible == NULL)
		card->possible = MemoryContextAllocZero(card->context, POSSIBLE_KEPT * sizeof(struct PossiblePoints));
	kept = &card->possible[hash % POSSIBLE_KEPT];
	if (kept->points != NULL && kept->segment == segment &&
		memcmp(kept->left_out, left_out, card->nindicators) == 0)
		return kept->points;
	points = possible_by_definition(card, segment, left_out);
	forget_possible(kept);
	for (int d = 0; d < card->ndimensions; d++)
		size += points[d] == NULL ? 0 : MAXALIGN(VARSIZE(points[d]));
	/* the numbers stand behind their pointers */
	copy = MemoryContextAlloc(card->context, MAXALIGN(size) + MAXIMUM_ALIGNOF);
	at = (char *) copy + MAXALIGN(card->ndimensions * sizeof(Numeric));
	for (int d = 0; d < card->ndimensions; d++)
	{
		copy[d] = points[d] == NULL ? NULL : memcpy(at, points[d], VARSIZE(points[d]));
		at += points[d] == NULL ? 0 : MAXALIGN(VARSIZE(points[d]));
	}
	kept->segment = segment;
	kept->left_out = memcpy(MemoryContextAlloc(card->context, card->nindicators), left_out, card->nindicators);
	kept->points = copy;
	return copy;
}

/* A row of a dimension. */
static void
dimension_row(ReturnSetInfo *rsinfo, const Scorecard *card, int dimension, Numeric points, Numeric possible)
{
	const Dimension *d = &card->dimensions[dimension];
	Numeric		share = share_of(points, possible);
	Datum		values[DIMENSION_COLUMNS];
	bool		nulls[DIMENSION_COLUMNS] = {false, false, d->parent < 0, false, possible == NULL, share == NULL};

	values[0] = CStringGetTextDatum(d->code);
	values[1] = CStringGetTextDatum(d->name ? d->name : d->code);
	values[2] = nulls[2] ? (Datum) 0 : CStringGetTextDatum(card->dimensions[d->parent].code);
	values[3] = NumericGetDatum(points);
	values[4] = NumericGetDatum(possible);
	values[5] = NumericGetDatum(share);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* The rows by the fast way; false: none, ask the definition. */
static bool
fast_rows(ReturnSetInfo *rsinfo, Scorecard *card, Subject *s)
{
	FastScore	fast;
	bool		left_out[CARD_MAX_INDICATORS];
	Numeric    *possible;

	if (!score_fast_dimensions(card, s, &fast) || fast.status != STATUS_SCORED)
		return false;
	memset(left_out, 0, card->nindicators);
	for (int i = 0; i < card->nindicators && fast.nmissing > 0; i++)
		left_out[i] = fast.missing[i] && card->indicators[i].missing == MISSING_REWEIGHT;
	possible = find_possible(card, fast.segment, left_out);
	for (int k = 0; k < card->ndimensions; k++)
		dimension_row(rsinfo, card, card->order[k],
					  int64_div_fast_to_numeric(fast.points[card->order[k]], card->points_digits),
					  possible[card->order[k]]);
	return true;
}

/* What score_detail() says of each dimension, in its order. */
Datum
score_dimensions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Scorecard  *card;
	Subject		s;
	ScoreResult r;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	card = call_card(fcinfo, 0);
	call_subject(fcinfo, 1, 2, card->codes, &s);
	if (fast_rows(rsinfo, card, &s))
		return (Datum) 0;
	score_exactly(card, &s, &r);
	for (int k = 0; k < card->ndimensions; k++)
	{
		int			d = card->order[k];

		dimension_row(rsinfo, card, d,
					  numeric_round_to(r.segment < 0 ? whole(0) : r.dimensions[d].points, card->points_digits),
					  r.segment < 0 ? NULL : r.dimensions[d].possible);
	}
	return (Datum) 0;
}
