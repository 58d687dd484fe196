/*
 * detail.c
 *	  Where a score comes from, as rows; and the document as rows.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"

#include "../rating/rating.h"
#include "exact.h"
#include "functions.h"
#include "peers.h"

PG_FUNCTION_INFO_V1(score_detail);
PG_FUNCTION_INFO_V1(score_status);
PG_FUNCTION_INFO_V1(scorecard_items);

#define DETAIL_COLUMNS	13

/* A row under construction: NULL unless set. */
typedef struct Row
{
	Datum		values[DETAIL_COLUMNS];
	bool		nulls[DETAIL_COLUMNS];
} Row;

static void
row_start(Row *row)
{
	memset(row->values, 0, sizeof(row->values));
	memset(row->nulls, true, sizeof(row->nulls));
}

static void
row_datum(Row *row, int column, Datum value)
{
	row->values[column] = value;
	row->nulls[column] = false;
}

static void
row_text(Row *row, int column, const char *text)
{
	if (text != NULL)
		row_datum(row, column, CStringGetTextDatum(text));
}

static void
row_number(Row *row, int column, Numeric num)
{
	if (num != NULL)
		row_datum(row, column, NumericGetDatum(num));
}

static Numeric
numeric_difference(Numeric a, Numeric b)
{
	Numeric		result = a;

	(void) numeric_sub_ok(a, b, &result);
	return result;
}

/* points / possible, to four digits; NULL where nothing was possible */
Numeric
share_of(Numeric points, Numeric possible)
{
	if (points == NULL || possible == NULL || is_zero(possible))
		return NULL;
	return round_fraction(quotient(points, possible), 4);
}

/* A set's member as an element of a JSON array. */
static void
write_member(const char *text, int len, void *arg)
{
	StringInfo	out = arg;

	if (out->len > 1)
		appendStringInfoString(out, ", ");
	escape_json(out, pnstrdup(text, len));
}

/* The indicator's own value as text, before it was normalised. */
static char *
raw_text(const Indicator *ind, Subject *s)
{
	Numeric		num;
	const char *text;
	int			len;
	Tri			t;
	StringInfoData out;

	switch (normaliser_input(&ind->norm))
	{
		case EXPR_NUMBER:
			return expression_numeric(ind->value, s, &num) ? numeric_to_plain_text(num) : NULL;
		case EXPR_BOOLEAN:
			t = expression_test(ind->value, s);
			return t == TRI_UNKNOWN ? NULL : pstrdup(t == TRI_TRUE ? "true" : "false");
		case EXPR_TEXT:
			return expression_string(ind->value, s, &text, &len) ? pnstrdup(text, len) : NULL;
		default:
			initStringInfo(&out);
			appendStringInfoChar(&out, '[');
			if (!expression_set(ind->value, s, write_member, &out))
				return NULL;
			appendStringInfoChar(&out, ']');
			return out.data;
	}
}

/* What is to be said of a part: what was done about a missing value, or the reason code. */
static const char *
part_reason(const Indicator *ind, const Part *part, bool weighted, Subject *s)
{
	static const char *const reasons[] = {
		"missing: undecided", "missing: counted as zero",
		"missing: left out, weight shared", "missing: counted as lowest",
		"missing: median of the peers", "missing: mean of the peers"
	};
	const char *fallback = NULL;
	const char *reason;
	const Case *matched;

	if (!weighted)
		return "no weight in this segment";
	if (ind->peers != NULL && (ind->norm.kind == NORM_PEERS || part->missing))
		fallback = fallback_reason(ind->peers, s);
	matched = ind->cases != NULL && !part->missing ? matching_case(ind, s) : NULL;
	reason = part->missing ? reasons[ind->missing] :
		matched != NULL && matched->reason != NULL ? matched->reason : ind->reason;
	return fallback == NULL ? reason :
		reason == NULL ? fallback : psprintf("%s; %s", reason, fallback);
}

static void
indicator_row(ReturnSetInfo *rsinfo, const Scorecard *card, int i, const ScoreResult *r, Subject *s)
{
	const Indicator *ind = &card->indicators[i];
	const Part *part = &r->parts[i];
	Numeric		weight = card->sum || r->segment < 0 ? NULL : ind->weight[r->segment].exact;
	bool		weighted = weight == NULL || numeric_compare(weight, int64_to_numeric(0)) != 0;
	Row			row;

	row_start(&row);
	row_text(&row, 0, "indicator");
	row_text(&row, 1, card->dimensions[ind->dimension].code);
	row_text(&row, 2, ind->code);
	row_text(&row, 3, ind->name ? ind->name : ind->code);
	row_text(&row, 4, raw_text(ind, s));
	row_number(&row, 5, part->normalised.above == NULL ? NULL :
			   round_fraction(part->normalised, card->points_digits));
	row_number(&row, 6, weight);
	row_number(&row, 7, part->points);
	row_number(&row, 8, part->possible);
	row_number(&row, 9, share_of(part->points, part->possible));
	row_datum(&row, 10, BoolGetDatum(part->missing));
	row_text(&row, 11, part_reason(ind, part, weighted, s));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, row.values, row.nulls);
}

/* A row of what a dimension, or (the last) the whole, comes to. */
static void
sum_row(ReturnSetInfo *rsinfo, const Scorecard *card, int dimension, const ScoreResult *r,
		const bool *missing)
{
	const Dimension *d = dimension == card->ndimensions ? NULL : &card->dimensions[dimension];
	const DimensionPart *part = r->segment < 0 ? NULL : &r->dimensions[dimension];
	Numeric		points = part == NULL ? (d ? int64_to_numeric(0) : card->initial.exact) : part->points;
	Row			row;

	points = numeric_round_to(points, card->points_digits);
	row_start(&row);
	row_text(&row, 0, d ? "dimension" : "total");
	row_text(&row, 1, d ? d->code : NULL);
	row_text(&row, 2, d ? d->code : NULL);
	row_text(&row, 3, d ? (d->name ? d->name : d->code) : card->name);
	if (d && !card->sum && part != NULL)
		row_number(&row, 6, d->weight[r->segment].exact);
	if (!d && !card->sum)
		row_number(&row, 6, card->total.exact);
	row_number(&row, 7, points);
	row_number(&row, 8, part == NULL ? NULL : part->possible);
	row_number(&row, 9, part == NULL ? NULL : share_of(points, part->possible));
	row_datum(&row, 10, BoolGetDatum(missing[dimension]));
	if (!d)
		row_text(&row, 11, r->segment < 0 ? "segment unknown" :
				 r->status == STATUS_UNDECIDED ? "undecided" :
				 r->status == STATUS_LOW_COVERAGE ? "coverage too low" : NULL);
	if (d && d->parent >= 0)
		row_text(&row, 12, card->dimensions[d->parent].code);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, row.values, row.nulls);
}

/* A row of the points that are not an indicator's, where there are any. */
static void
adjustment_row(ReturnSetInfo *rsinfo, const Scorecard *card, const Dimension *d,
			   const char *code, const char *reason, Numeric points)
{
	Row			row;

	if (numeric_compare(points, int64_to_numeric(0)) == 0)
		return;
	row_start(&row);
	row_text(&row, 0, "adjustment");
	row_text(&row, 1, d ? d->code : NULL);
	row_text(&row, 2, code);
	row_text(&row, 3, d ? (d->name ? d->name : d->code) : card->name);
	row_number(&row, 7, points);
	row_datum(&row, 10, BoolGetDatum(false));
	row_text(&row, 11, reason);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, row.values, row.nulls);
}

/* What the aggregate and the bounds of a dimension, or of the whole, add to its members. */
static void
adjustment_rows(ReturnSetInfo *rsinfo, const Scorecard *card, int dimension, const ScoreResult *r)
{
	static const char *const reasons[] = {
		"", "", "geometric mean instead of the sum", "harmonic mean instead of the sum",
		"the least counts", "the best alone counts"
	};
	const Dimension *d = dimension == card->ndimensions ? NULL : &card->dimensions[dimension];
	const DimensionPart *part = &r->dimensions[dimension];
	Aggregate	aggregate = d ? d->aggregate : card->aggregate;
	bool		floored;

	if (r->segment < 0)
		return;
	floored = numeric_compare(part->points, part->aggregated) > 0;
	if (!d)
		adjustment_row(rsinfo, card, NULL, "initial", "everybody has them",
					   numeric_round_to(card->initial.exact, card->points_digits));
	adjustment_row(rsinfo, card, d, aggregate_name(aggregate), reasons[aggregate],
				   numeric_difference(part->aggregated, part->sum));
	adjustment_row(rsinfo, card, d, floored ? "floor" : "cap",
				   psprintf("%s %s", floored ? "raised to" : "capped at",
							numeric_to_plain_text(part->points)),
				   numeric_difference(part->points, part->aggregated));
}

/* Of which dimensions, and of the whole, is something missing? */
static bool *
find_missing(const Scorecard *card, const ScoreResult *r)
{
	bool	   *missing = palloc0(card->ndimensions + 1);

	for (int i = 0; i < card->nindicators; i++)
	{
		if (!r->parts[i].missing || !r->parts[i].weighted)
			continue;
		missing[card->ndimensions] = true;
		for (int d = card->indicators[i].dimension; d >= 0; d = card->dimensions[d].parent)
			missing[d] = true;
	}
	return missing;
}

/* The total, then each dimension with its indicators, and what is in it. */
Datum
score_detail(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Scorecard  *card;
	Subject		s;
	ScoreResult r;
	bool	   *missing;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	card = call_card(fcinfo, 0);
	call_subject(fcinfo, 1, 2, card->codes, &s);
	score_exactly(card, &s, &r);
	missing = find_missing(card, &r);
	sum_row(rsinfo, card, card->ndimensions, &r, missing);
	adjustment_rows(rsinfo, card, card->ndimensions, &r);
	for (int k = 0; k < card->ndimensions; k++)
	{
		int			d = card->order[k];

		sum_row(rsinfo, card, d, &r, missing);
		adjustment_rows(rsinfo, card, d, &r);
		for (int i = 0; i < card->nindicators; i++)
			if (card->indicators[i].dimension == d)
				indicator_row(rsinfo, card, i, &r, &s);
	}
	return (Datum) 0;
}

/* What score_status() says of a score. */
typedef struct Status
{
	ScoreStatus status;
	int			segment;
	Numeric		score;			/* NULL unless scored */
	int16		grade;
	Tri			passed;			/* unknown also where there is nothing to pass */
	Numeric		coverage;		/* rounded to four digits */
	int			nmissing;
	bool	   *missing;		/* by indicator */
} Status;

/* What is known, as the coverage counts it: by the definition, in numeric. */
static Numeric
known_of(const Scorecard *card, const FastScore *fast)
{
	Numeric		known;

	if (fast->segment < 0)
		return whole(0);
	known = card->knowable[fast->segment].exact;
	for (int i = 0; i < card->nindicators && fast->nmissing > 0; i++)
		if (fast->missing[i] && card->indicators[i].missing != MISSING_ZERO)
			known = numeric_difference(known, card->indicators[i].known[fast->segment].exact);
	return known;
}

static Numeric
coverage_of(const Scorecard *card, int segment, Numeric known)
{
	return segment < 0 ? numeric_round_to(whole(0), 4) : card_coverage(card, segment, known);
}

static void
status_by_definition(const Scorecard *card, Subject *s, Status *status)
{
	ScoreResult r;

	score_exactly(card, s, &r);
	status->status = r.status;
	status->segment = r.segment;
	status->score = r.score;
	status->coverage = coverage_of(card, r.segment, r.known);
	status->missing = palloc0(card->nindicators);
	status->nmissing = 0;
	for (int i = 0; i < card->nindicators && r.segment >= 0; i++)
		if (r.parts[i].missing && r.parts[i].weighted)
		{
			status->missing[i] = true;
			status->nmissing++;
		}
	status->passed = card_passed(card, s, &r);
	if (r.score != NULL)
		status->grade = card_grade(card, s, status->passed, card_rate(card, r.score));
}

static void
find_status(Scorecard *card, Subject *s, FastScore *fast, Status *status)
{
	status->grade = RATING_D;
	if (!score_fast(card, s, fast))
	{
		status_by_definition(card, s, status);
		return;
	}
	status->status = fast->status;
	status->segment = fast->segment;
	status->coverage = coverage_of(card, fast->segment, known_of(card, fast));
	status->missing = fast->missing;
	status->nmissing = fast->nmissing;
	status->score = NULL;
	status->passed = card_passed_fast(card, s, fast);
	if (fast->status != STATUS_SCORED)
		return;
	status->score = int64_div_fast_to_numeric(fast->score, card->score_digits);
	status->grade = card_grade(card, s, status->passed, rate_fast(card, fast->score));
}

/* Codes of the indicators that have a weight and whose value is unknown. */
static Datum
missing_codes(const Scorecard *card, const Status *status)
{
	Datum	   *codes = palloc((status->nmissing + 1) * sizeof(Datum));
	int			count = 0;

	for (int i = 0; i < card->nindicators && count < status->nmissing; i++)
		if (status->missing[i])
			codes[count++] = CStringGetTextDatum(card->indicators[i].code);
	return PointerGetDatum(construct_array(codes, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* One row: all that a platform keeps of a score. */
Datum
score_status(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"scored", "low_coverage", "undecided"};
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Scorecard  *card;
	Subject		s;
	FastScore	fast;
	Status		status;
	Row			row;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	card = call_card(fcinfo, 0);
	call_subject(fcinfo, 1, 2, card->codes, &s);
	find_status(card, &s, &fast, &status);
	row_start(&row);
	row_number(&row, 0, status.score);
	if (status.score != NULL)
		row_datum(&row, 1, Int16GetDatum(status.grade));
	if (status.segment >= 0 && card->segments != NULL)
		row_text(&row, 2, card->segments[status.segment]);
	row_number(&row, 3, status.coverage);
	row_text(&row, 4, names[status.status]);
	row_datum(&row, 5, missing_codes(card, &status));
	if (status.passed != TRI_UNKNOWN)
		row_datum(&row, 6, BoolGetDatum(status.passed == TRI_TRUE));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, row.values, row.nulls);
	return (Datum) 0;
}

/* Codes of the dimensions that an indicator is in, the top one first. */
static Datum
dimension_codes(const Scorecard *card, int dimension)
{
	Datum	   *codes = palloc(CARD_MAX_DEPTH * sizeof(Datum));
	int			first = CARD_MAX_DEPTH;

	for (int d = dimension; d >= 0; d = card->dimensions[d].parent)
		codes[--first] = CStringGetTextDatum(card->dimensions[d].code);
	return PointerGetDatum(construct_array(codes + first, CARD_MAX_DEPTH - first, TEXTOID, -1,
										   false, TYPALIGN_INT));
}

/* Points of an indicator at 100, nothing being left out. */
static Numeric
full_points(const Scorecard *card, const Indicator *ind, int segment)
{
	if (ind->below[segment] == NULL)
		return numeric_round_to(whole(0), card->points_digits);
	return round_fraction(scale_fraction(undivided(whole(100)), ind->above[segment], ind->below[segment]),
						  card->points_digits);
}

static void
item_row(ReturnSetInfo *rsinfo, const Scorecard *card, const Indicator *ind, int segment)
{
	const Dimension *d = &card->dimensions[ind->dimension];
	StringInfoData norm;
	Row			row;

	initStringInfo(&norm);
	write_normaliser(&norm, ind);
	row_start(&row);
	row_text(&row, 0, d->code);
	row_text(&row, 1, d->name);
	row_text(&row, 2, ind->code);
	row_text(&row, 3, ind->name);
	row_text(&row, 4, expression_text(ind->value));
	row_datum(&row, 5, DirectFunctionCall1(jsonb_in, CStringGetDatum(norm.data)));
	row_text(&row, 6, card->segments ? card->segments[segment] : NULL);
	if (!card->sum)
		row_number(&row, 7, ind->weight[segment].exact);
	row_text(&row, 8, missing_rule_name(ind->missing));
	if (!card->sum)
		row_number(&row, 9, full_points(card, ind, segment));
	if (ind->has_cap)
		row_number(&row, 10, ind->cap.exact);
	row_datum(&row, 11, dimension_codes(card, ind->dimension));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, row.values, row.nulls);
}

/* The document as rows: one an indicator and segment. */
Datum
scorecard_items(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Scorecard  *card;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	card = call_card(fcinfo, 0);
	for (int i = 0; i < card->nindicators; i++)
		for (int s = 0; s < card->nsegments; s++)
			item_row(rsinfo, card, &card->indicators[i], s);
	return (Datum) 0;
}
