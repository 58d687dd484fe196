/*
 * dimension.c
 *	  Dimensions of the document: a tree, and what its nodes weigh.
 *
 * Weights are absolute (points of the total: a dimension weighs what its
 * members do, and the whole what the document says), or relative: shares among
 * the members of the same dimension, of which a dimension states its own.
 * Either way a node is worth its parent's points times its weight over that of
 * the members that count, so one rule serves both (combine.c).
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "exact.h"

static const char *const dimension_keys[] = {
	"code", "name", "name_en", "parent", "weight", "aggregate", "bonus", "cap", "minimum", NULL
};
static const char *const aggregate_names[] = {
	"weighted", "sum", "geometric", "harmonic", "minimum", "best"
};

const char *
aggregate_name(Aggregate aggregate)
{
	return aggregate_names[aggregate];
}

/* "aggregate": weighted where it is not stated; one of those that the mask names. */
static Aggregate
read_aggregate(JsonbContainer *object, const char *path, int allowed, const char *message)
{
	char	   *name = text_member(object, "aggregate", path, false);

	if (name == NULL || strcmp(name, "arithmetic") == 0)
		return AGG_WEIGHTED;
	for (int a = AGG_WEIGHTED; a <= AGG_BEST; a++)
		if (strcmp(name, aggregate_names[a]) == 0 && (allowed & (1 << a)))
			return a;
	document_error(path_under(path, "aggregate"), message);
}

static bool
optional_number(JsonbContainer *object, const char *key, const char *path, Constant *number)
{
	JsonbValue	v;

	if (!find_member(object, key, &v))
		return false;
	*number = constant_member(object, key, path);
	return true;
}

/* How the card as a whole adds up: aggregate, weights, floor and cap. */
void
read_aggregation(Scorecard *card, JsonbContainer *root)
{
	char	   *weights = text_member(root, "weights", "", false);

	card->aggregate = read_aggregate(root, "", ~(1 << AGG_BEST),
									 "must be one of weighted (or arithmetic), sum, geometric, harmonic and minimum");
	card->sum = card->aggregate == AGG_SUM;
	card->relative = weights != NULL && strcmp(weights, "relative") == 0;
	if (weights != NULL && !card->relative && strcmp(weights, "absolute") != 0)
		document_error("weights", "must be \"absolute\" or \"relative\"");
	if (card->relative && card->sum)
		document_error("weights", "have no place where the aggregate is \"sum\"");
	card->has_floor = optional_number(root, "floor", "", &card->floor);
	card->has_cap = optional_number(root, "cap", "", &card->cap);
	if (card->has_floor && card->has_cap &&
		numeric_compare(card->floor.exact, card->cap.exact) > 0)
		document_error("floor", "must not be above the cap");
}

static bool
read_bonus(JsonbContainer *object, const char *path)
{
	JsonbValue	v;

	if (!find_member(object, "bonus", &v))
		return false;
	if (v.type != jbvBool)
		document_error(path_under(path, "bonus"), "must be true or false");
	return v.val.boolean;
}

/* Weights of zero: of a sum, or until they are known. */
Constant *
no_weight(const Scorecard *card)
{
	Constant   *weight = palloc(card->nsegments * sizeof(Constant));

	for (int s = 0; s < card->nsegments; s++)
		weight[s] = constant_of(whole(0));
	return weight;
}

static void
read_dimension(Scorecard *card, Dimension *d, JsonbContainer *object, const char *path)
{
	JsonbValue	v;

	check_keys(object, dimension_keys, path);
	d->code = text_member(object, "code", path, true);
	d->name = text_member(object, "name", path, false);
	d->name_en = text_member(object, "name_en", path, false);
	d->parent = -1;
	d->aggregate = card->sum ?
		read_aggregate(object, path, 1 << AGG_WEIGHTED | 1 << AGG_BEST,
					   "must be \"best\" or left out where the card's aggregate is \"sum\"") :
		read_aggregate(object, path, ~(1 << AGG_SUM),
					   "must be one of weighted (or arithmetic), geometric, harmonic, minimum and best");
	d->bonus = read_bonus(object, path);
	d->has_cap = optional_number(object, "cap", path, &d->cap);
	d->has_minimum = optional_number(object, "minimum", path, &d->minimum);
	if (d->has_minimum)
		d->least = scaled_ceiling(d->minimum.exact, card->points_digits, PG_INT64_MAX);
	if (card->relative)
		d->weight = read_weight(card, object, path, &d->one_weight);
	else if (find_member(object, "weight", &v))
		document_error(path_under(path, "weight"), "has a place only where weights are \"relative\"");
	else
		d->weight = no_weight(card);
}

/* The dimension of a code; -1: there is none. */
int
find_dimension(const Scorecard *card, const char *code)
{
	for (int i = 0; i < card->ndimensions; i++)
		if (strcmp(card->dimensions[i].code, code) == 0)
			return i;
	return -1;
}

static void
read_parent(Scorecard *card, int i, JsonbContainer *object)
{
	Dimension  *d = &card->dimensions[i];
	char	   *path = psprintf("dimensions[%d]", i);
	char	   *parent = text_member(object, "parent", path, false);

	if (parent == NULL)
		return;
	d->parent = find_dimension(card, parent);
	if (d->parent < 0)
		document_error(path_under(path, "parent"), psprintf("names no dimension: \"%s\"", parent));
	if (d->bonus)
		document_error(path_under(path, "bonus"), "has a place only where there is no parent");
}

/* Append a dimension and what is below it; depth is bounded by check_depth(). */
static void
append_order(Scorecard *card, int *count, int dimension)
{
	card->order[(*count)++] = dimension;
	for (int i = 0; i < card->ndimensions; i++)
		if (card->dimensions[i].parent == dimension)
			append_order(card, count, i);
}

static void
check_depth(const Scorecard *card, int dimension)
{
	int			depth = 0;

	for (int d = dimension; d >= 0; d = card->dimensions[d].parent)
		if (++depth > CARD_MAX_DEPTH)
			document_error(psprintf("dimensions[%d].parent", dimension),
						   psprintf("leads back to itself, or is more than %d deep", CARD_MAX_DEPTH));
}

void
read_dimensions(Scorecard *card, JsonbContainer *root)
{
	JsonbContainer **elements;
	int			count = 0;

	card->ndimensions = array_member(root, "dimensions", true, CARD_MAX_DIMENSIONS, &elements);
	card->dimensions = palloc0(card->ndimensions * sizeof(Dimension));
	card->order = palloc(card->ndimensions * sizeof(int));
	for (int i = 0; i < card->ndimensions; i++)
	{
		char	   *path = psprintf("dimensions[%d]", i);

		read_dimension(card, &card->dimensions[i], elements[i], path);
		for (int j = 0; j < i; j++)
			if (strcmp(card->dimensions[i].code, card->dimensions[j].code) == 0)
				document_error(path_under(path, "code"), "is there twice");
	}
	for (int i = 0; i < card->ndimensions; i++)
		read_parent(card, i, elements[i]);
	for (int i = 0; i < card->ndimensions; i++)
		check_depth(card, i);
	for (int i = 0; i < card->ndimensions; i++)
		if (card->dimensions[i].parent < 0)
			append_order(card, &count, i);
}

/* Absolute weights: a dimension weighs what its members do, the best one alone. */
static void
sum_members(Scorecard *card, int s)
{
	Numeric    *weight = palloc(card->ndimensions * sizeof(Numeric));

	for (int d = 0; d < card->ndimensions; d++)
		weight[d] = whole(0);
	for (int i = 0; i < card->nindicators; i++)
	{
		const Indicator *ind = &card->indicators[i];
		Numeric    *own = &weight[ind->dimension];

		if (card->dimensions[ind->dimension].aggregate != AGG_BEST)
			*own = add(*own, ind->weight[s].exact);
		else if (numeric_compare(ind->weight[s].exact, *own) > 0)
			*own = ind->weight[s].exact;
	}
	for (int k = card->ndimensions - 1; k >= 0; k--)
	{
		Dimension  *d = &card->dimensions[card->order[k]];
		Numeric		own = weight[card->order[k]];

		d->weight[s] = constant_of(own);
		if (d->parent < 0)
			continue;
		if (card->dimensions[d->parent].aggregate != AGG_BEST)
			weight[d->parent] = add(weight[d->parent], own);
		else if (numeric_compare(own, weight[d->parent]) > 0)
			weight[d->parent] = own;
	}
}

/* Absolute weights sum to the total, in each segment. */
static void
check_total(const Scorecard *card, int s)
{
	Numeric		sum = whole(0);

	for (int d = 0; d < card->ndimensions; d++)
		if (card->dimensions[d].parent < 0 && !card->dimensions[d].bonus)
			sum = add(sum, card->dimensions[d].weight[s].exact);
	if (numeric_compare(sum, card->total.exact) != 0)
		document_error("indicators",
					   psprintf("have weights that sum to %s%s%s, not to the total of %s",
								numeric_to_plain_text(sum),
								card->segments ? " in segment " : "",
								card->segments ? card->segments[s] : "",
								numeric_to_plain_text(card->total.exact)));
}

/* Do the members of a dimension have weight in a segment, as far as it and those above it say? */
bool
dimension_weighs(const Scorecard *card, int dimension, int segment)
{
	for (int d = dimension; d >= 0 && !card->sum; d = card->dimensions[d].parent)
		if (is_zero(card->dimensions[d].weight[segment].exact))
			return false;
	return true;
}

static bool
is_bonus(const Scorecard *card, int dimension)
{
	while (card->dimensions[dimension].parent >= 0)
		dimension = card->dimensions[dimension].parent;
	return card->dimensions[dimension].bonus;
}

/* What each indicator's value is worth, and what members weigh, all being known. */
static void
find_full(Scorecard *card, int s)
{
	ScoreResult r;

	memset(&r, 0, sizeof(r));
	r.segment = s;
	r.parts = palloc0(card->nindicators * sizeof(Part));
	for (int i = 0; i < card->nindicators; i++)
		r.parts[i].counts = !is_zero(card->indicators[i].weight[s].exact) &&
			dimension_weighs(card, card->indicators[i].dimension, s);
	find_present(card, &r);
	card->present[s] = palloc((card->ndimensions + 1) * sizeof(Constant));
	for (int d = 0; d <= card->ndimensions; d++)
		card->present[s][d] = constant_of(r.dimensions[d].present);
	for (int i = 0; i < card->nindicators; i++)
	{
		Indicator  *ind = &card->indicators[i];

		if (!r.parts[i].counts)
		{
			ind->full[s] = constant_of(whole(0));
			continue;
		}
		part_factor(card, &r, ind, &ind->above[s], &ind->below[s]);
		ind->full[s] = constant_of(divide(multiply(ind->above[s], whole(100)), ind->below[s]));
	}
}

/* What all shares of a segment are whole multiples of, as 1 / it; NULL where that has too many digits. */
static Numeric
common_denominator(const Scorecard *card, int s)
{
	Numeric		most = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum("1e200"),
														   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
	Numeric		common = whole(1);

	for (int i = 0; i < card->nindicators; i++)
	{
		const Indicator *ind = &card->indicators[i];

		if (card->sum || ind->below[s] == NULL || is_bonus(card, ind->dimension))
			continue;
		common = DatumGetNumeric(DirectFunctionCall2(numeric_lcm, NumericGetDatum(common),
													 NumericGetDatum(ind->below[s])));
		if (numeric_compare(common, most) > 0)
			return NULL;
	}
	return common;
}

/*
 * What an indicator's being known counts in the coverage: a bonus counts
 * nothing.  Relative weights are brought to one denominator, so that a half of
 * them is a half.
 */
static void
find_known(Scorecard *card, int s)
{
	Numeric		common = common_denominator(card, s);
	Numeric		all = whole(0);

	for (int i = 0; i < card->nindicators; i++)
	{
		Indicator  *ind = &card->indicators[i];
		Numeric		own = card->sum ? whole(1) : ind->full[s].exact;

		if (is_bonus(card, ind->dimension))
			own = whole(0);
		else if (!card->sum && ind->below[s] != NULL && common != NULL)
			own = multiply(ind->above[s], divide(common, ind->below[s]));
		ind->known[s] = constant_of(own);
		all = add(all, own);
	}
	if (is_zero(all))
		document_error("indicators", psprintf("have no weight%s%s",
											  card->segments ? " in segment " : "",
											  card->segments ? card->segments[s] : ""));
	card->knowable[s] = constant_of(all);
}

/* Do the points of dimensions matter, for the score or for passing? */
static bool
is_shaped(const Scorecard *card)
{
	if (card->has_floor || card->has_cap ||
		(card->aggregate != AGG_WEIGHTED && card->aggregate != AGG_SUM))
		return true;
	for (int d = 0; d < card->ndimensions; d++)
		if (card->dimensions[d].has_cap || card->dimensions[d].has_minimum ||
			card->dimensions[d].aggregate != AGG_WEIGHTED)
			return true;
	for (int i = 0; i < card->nindicators; i++)
		if (card->indicators[i].has_cap)
			return true;
	return false;
}

/* What the nodes of the tree weigh, once the indicators are read. */
void
weigh_dimensions(Scorecard *card)
{
	card->shaped = is_shaped(card);
	card->knowable = palloc0(card->nsegments * sizeof(Constant));
	card->present = palloc0(card->nsegments * sizeof(Constant *));
	for (int i = 0; i < card->nindicators; i++)
	{
		card->indicators[i].above = palloc0(card->nsegments * sizeof(Numeric));
		card->indicators[i].below = palloc0(card->nsegments * sizeof(Numeric));
		card->indicators[i].full = palloc0(card->nsegments * sizeof(Constant));
		card->indicators[i].known = palloc0(card->nsegments * sizeof(Constant));
	}
	for (int s = 0; s < card->nsegments; s++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!card->relative && !card->sum)
		{
			sum_members(card, s);
			check_total(card, s);
		}
		if (!card->sum)
			find_full(card, s);
		find_known(card, s);
	}
}
