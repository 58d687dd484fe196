/*
 * canonical.c
 *	  The document of a card in one form only: equal cards, equal bytes.
 *
 * Keys stand in the order of the description, what has its default is left
 * out, numbers and formulas are in their own canonical form.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/json.h"

#include "../rating/rating.h"
#include "peers.h"

static const char *const rule_names[] = {"undecided", "zero", "reweight", "lowest", "median", "mean"};

const char *
missing_rule_name(MissingRule rule)
{
	return rule_names[rule];
}

/* Begin a member of an object: a comma unless it is the first, and the key. */
void
json_key(StringInfo out, const char *name)
{
	if (out->data[out->len - 1] != '{')
		appendStringInfoString(out, ", ");
	escape_json(out, name);
	appendStringInfoString(out, ": ");
}

/* Begin an element of an array. */
static void
element(StringInfo out)
{
	if (out->data[out->len - 1] != '[')
		appendStringInfoString(out, ", ");
}

static void
number(StringInfo out, const Constant *c)
{
	appendStringInfoString(out, numeric_to_plain_text(c->exact));
}

static void
text_key(StringInfo out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	json_key(out, name);
	escape_json(out, text);
}

/* What an element of the document is called. */
static void
names(StringInfo out, const char *code, const char *name, const char *name_en)
{
	text_key(out, "code", code);
	text_key(out, "name", name);
	text_key(out, "name_en", name_en);
}

static void
number_key(StringInfo out, const char *name, const Constant *c)
{
	json_key(out, name);
	number(out, c);
}

static bool
is_whole(const Constant *c, int value)
{
	return numeric_compare(c->exact, int64_to_numeric(value)) == 0;
}

static void
pair(StringInfo out, const Constant *a, const Constant *b)
{
	appendStringInfoChar(out, '[');
	number(out, a);
	appendStringInfoString(out, ", ");
	number(out, b);
	appendStringInfoChar(out, ']');
}

static void
steps(StringInfo out, const Normaliser *n)
{
	bool		bins = n->kind == NORM_BINS;

	appendStringInfoChar(out, bins ? '[' : '{');
	for (int i = 0; i < n->nsteps; i++)
	{
		const Step *step = &n->steps[i];

		if (!bins)
		{
			number_key(out, step->name, &step->points);
			continue;
		}
		element(out);
		if (step->open)
		{
			appendStringInfoString(out, "[null, ");
			number(out, &step->points);
			appendStringInfoChar(out, ']');
		}
		else
			pair(out, &step->from, &step->points);
	}
	appendStringInfoChar(out, bins ? ']' : '}');
}

/* Those that are numbers alone. */
static void
write_plain_normaliser(StringInfo out, const Normaliser *n)
{
	appendStringInfoChar(out, '{');
	switch (n->kind)
	{
		case NORM_LINEAR:
		case NORM_LOG:
			json_key(out, n->kind == NORM_LINEAR ? "linear" : "log");
			pair(out, &n->from, &n->to);
			if (n->open)
			{
				json_key(out, "clamp");
				appendStringInfoString(out, "false");
			}
			break;
		case NORM_LOGISTIC:
			json_key(out, "logistic");
			appendStringInfoChar(out, '{');
			number_key(out, "middle", &n->from);
			number_key(out, "slope", &n->to);
			appendStringInfoChar(out, '}');
			break;
		case NORM_BINS:
			json_key(out, "bins");
			steps(out, n);
			break;
		case NORM_PER_UNIT:
			json_key(out, "per_unit");
			appendStringInfoChar(out, '{');
			if (n->has_points)
				number_key(out, "points", &n->points);
			if (n->has_cap)
				number_key(out, "cap", &n->cap);
			appendStringInfoChar(out, '}');
			break;
		case NORM_FLAG:
			json_key(out, "flag");
			if (is_whole(&n->if_true, 100) && is_whole(&n->if_false, 0))
				appendStringInfoString(out, "true");
			else
				pair(out, &n->if_true, &n->if_false);
			break;
		case NORM_CATEGORY:
			json_key(out, "category");
			steps(out, n);
			if (!is_whole(&n->otherwise, 0))
				number_key(out, "else", &n->otherwise);
			break;
		case NORM_PEERS:
		case NORM_CASES:
			break;				/* not here */
		case NORM_SET:
			json_key(out, "set");
			steps(out, n);
			if (!is_whole(&n->cap, 100))
				number_key(out, "cap", &n->cap);
			if (n->best)
			{
				json_key(out, "best");
				appendStringInfoString(out, "true");
			}
			break;
	}
	appendStringInfoChar(out, '}');
}

/* What stands under "normalise". */
void
write_normaliser(StringInfo out, const Indicator *ind)
{
	if (ind->cases != NULL)
		write_cases(out, ind);
	else if (ind->norm.kind == NORM_PEERS)
		write_peer_normaliser(out, ind);
	else
		write_plain_normaliser(out, &ind->norm);
}

/* A weight: one number, or one for each segment. */
static void
write_weight(StringInfo out, const Scorecard *card, const Constant *weight, bool same)
{
	json_key(out, "weight");
	if (same)
	{
		number(out, &weight[0]);
		return;
	}
	appendStringInfoChar(out, '{');
	for (int s = 0; s < card->nsegments; s++)
		number_key(out, card->segments[s], &weight[s]);
	appendStringInfoChar(out, '}');
}

static void
write_dimension(StringInfo out, const Scorecard *card, const Dimension *d)
{
	appendStringInfoChar(out, '{');
	names(out, d->code, d->name, d->name_en);
	if (d->parent >= 0)
		text_key(out, "parent", card->dimensions[d->parent].code);
	if (card->relative)
		write_weight(out, card, d->weight, d->one_weight);
	if (d->aggregate != AGG_WEIGHTED)
		text_key(out, "aggregate", aggregate_name(d->aggregate));
	if (d->bonus)
	{
		json_key(out, "bonus");
		appendStringInfoString(out, "true");
	}
	if (d->has_cap)
		number_key(out, "cap", &d->cap);
	if (d->has_minimum)
		number_key(out, "minimum", &d->minimum);
	appendStringInfoChar(out, '}');
}

static void
write_indicator(StringInfo out, const Scorecard *card, const Indicator *ind)
{
	appendStringInfoChar(out, '{');
	names(out, ind->code, ind->name, ind->name_en);
	text_key(out, "dimension", card->dimensions[ind->dimension].code);
	if (!ind->value_is_code && ind->cases == NULL)
		text_key(out, "value", expression_text(ind->value));
	json_key(out, "normalise");
	write_normaliser(out, ind);
	if (!card->sum)
		write_weight(out, card, ind->weight, ind->one_weight);
	if (ind->has_cap)
		number_key(out, "cap", &ind->cap);
	if (ind->missing != MISSING_UNDECIDED)
		text_key(out, "missing", rule_names[ind->missing]);
	write_replacement(out, ind);
	if (ind->has_baseline)
		number_key(out, "baseline", &ind->baseline);
	text_key(out, "reason", ind->reason);
	appendStringInfoChar(out, '}');
}

static void
write_head(StringInfo out, const Scorecard *card)
{
	text_key(out, "name", card->name);
	text_key(out, "name_en", card->name_en);
	text_key(out, "source", card->source);
	text_key(out, "source_en", card->source_en);
	if (!is_whole(&card->total, 100))
		number_key(out, "total", &card->total);
	if (card->points_digits != 6 || card->score_digits != 2)
	{
		json_key(out, "digits");
		appendStringInfo(out, "{\"points\": %d, \"score\": %d}",
						 card->points_digits, card->score_digits);
	}
	if (!is_whole(&card->coverage, 0))
		number_key(out, "coverage", &card->coverage);
	if (card->relative)
		text_key(out, "weights", "relative");
	if (card->aggregate != AGG_WEIGHTED)
		text_key(out, "aggregate", aggregate_name(card->aggregate));
	if (!is_whole(&card->initial, 0))
		number_key(out, "initial", &card->initial);
	if (card->has_floor)
		number_key(out, "floor", &card->floor);
	if (card->has_cap)
		number_key(out, "cap", &card->cap);
	if (card->reasons_above)
		text_key(out, "reasons", "above");
	if (card->segments == NULL)
		return;
	text_key(out, "segment", expression_text(card->segment));
	json_key(out, "segments");
	appendStringInfoChar(out, '[');
	for (int s = 0; s < card->nsegments; s++)
	{
		element(out);
		escape_json(out, card->segments[s]);
	}
	appendStringInfoChar(out, ']');
}

static void
write_ratings(StringInfo out, const Scorecard *card)
{
	if (card->nthresholds > 0)
	{
		json_key(out, "ratings");
		appendStringInfoChar(out, '[');
		for (int i = 0; i < card->nthresholds; i++)
		{
			element(out);
			appendStringInfoChar(out, '{');
			text_key(out, "grade", rating_name(card->thresholds[i].grade));
			number_key(out, "from", &card->thresholds[i].from);
			appendStringInfoChar(out, '}');
		}
		appendStringInfoChar(out, ']');
	}
	if (card->noverrides > 0)
	{
		json_key(out, "overrides");
		appendStringInfoChar(out, '[');
		for (int i = 0; i < card->noverrides; i++)
		{
			const Override *o = &card->overrides[i];

			element(out);
			appendStringInfoChar(out, '{');
			text_key(out, "when", expression_text(o->when));
			text_key(out, o->at_most ? "at_most" : "at_least", rating_name(o->grade));
			appendStringInfoChar(out, '}');
		}
		appendStringInfoChar(out, ']');
	}
}

/* The canonical text of a card. */
char *
scorecard_text(const Scorecard *card)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	write_head(&out, card);
	json_key(&out, "dimensions");
	appendStringInfoChar(&out, '[');
	for (int i = 0; i < card->ndimensions; i++)
	{
		element(&out);
		write_dimension(&out, card, &card->dimensions[i]);
	}
	appendStringInfoChar(&out, ']');
	json_key(&out, "indicators");
	appendStringInfoChar(&out, '[');
	for (int i = 0; i < card->nindicators; i++)
	{
		element(&out);
		write_indicator(&out, card, &card->indicators[i]);
	}
	appendStringInfoChar(&out, ']');
	write_pass(&out, card);
	write_ratings(&out, card);
	write_fitted(&out, card);
	appendStringInfoChar(&out, '}');
	return out.data;
}
