/*
 * normaliser.c
 *	  How a value becomes 0..100: the "normalise" part of the document.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "scorecard.h"

static char *
at(const char *path, int i)
{
	return psprintf("%s[%d]", path, i);
}

/* The type of value that a normaliser takes. */
ExprType
normaliser_input(const Normaliser *n)
{
	switch (n->kind)
	{
		case NORM_FLAG:
			return EXPR_BOOLEAN;
		case NORM_CATEGORY:
			return EXPR_TEXT;
		case NORM_SET:
			return EXPR_SET;
		default:
			return EXPR_NUMBER;
	}
}

static Constant
zero(void)
{
	return constant_of(int64_to_numeric(0));
}

static Constant
lower_of(Constant a, Constant b)
{
	return numeric_compare(a.exact, b.exact) <= 0 ? a : b;
}

static bool
is_positive(Constant c)
{
	return numeric_compare(c.exact, int64_to_numeric(0)) > 0;
}

/* "[from, to]", which differ */
void
read_pair(const JsonbValue *value, const char *path, Constant *first, Constant *second)
{
	JsonbValue *v;

	if (!is_container(value, true) || JsonContainerSize(value->val.binary.data) != 2)
		document_error(path, "must be an array of two numbers");
	v = getIthJsonbValueFromContainer(value->val.binary.data, 0);
	*first = constant_of(number_of(v, at(path, 0)));
	v = getIthJsonbValueFromContainer(value->val.binary.data, 1);
	*second = constant_of(number_of(v, at(path, 1)));
	if (numeric_compare(first->exact, second->exact) == 0)
		document_error(path, "must be two different numbers");
}

bool
boolean_of(const JsonbValue *value, const char *path)
{
	if (value->type != jbvBool)
		document_error(path, "must be true or false");
	return value->val.boolean;
}

static void
read_linear(Normaliser *n, JsonbContainer *object, const JsonbValue *value, const char *path)
{
	static const char *const keys[] = {"linear", "clamp", NULL};
	JsonbValue	v;

	n->kind = NORM_LINEAR;
	check_keys(object, keys, path);
	read_pair(value, path_under(path, "linear"), &n->from, &n->to);
	n->open = find_member(object, "clamp", &v) && !boolean_of(&v, path_under(path, "clamp"));
	n->lowest = zero();
}

static Numeric
ln_of(Numeric num)
{
	return DatumGetNumeric(DirectFunctionCall1(numeric_ln, NumericGetDatum(num)));
}

static void
read_log(Normaliser *n, const JsonbValue *value, const char *path)
{
	Numeric		range;

	n->kind = NORM_LOG;
	read_pair(value, path, &n->from, &n->to);
	if (numeric_compare(n->from.exact, int64_to_numeric(0)) <= 0 ||
		numeric_compare(n->to.exact, n->from.exact) <= 0)
		document_error(path, "must be two positive numbers, the smaller first");
	n->log_from = constant_of(ln_of(n->from.exact));
	if (!numeric_sub_ok(ln_of(n->to.exact), n->log_from.exact, &range))
		document_error(path, "is out of range");
	if (numeric_compare(range, int64_to_numeric(0)) <= 0)
		document_error(path, "must be two numbers that lie farther apart");
	n->log_range = constant_of(range);
	n->lowest = zero();
}

/* As the Human Development Index says it: linear or log by another name. */
static void
read_goalposts(Normaliser *n, JsonbContainer *object, const JsonbValue *value, const char *path)
{
	static const char *const keys[] = {"goalposts", "log", NULL};
	JsonbValue	v;

	check_keys(object, keys, path);
	if (find_member(object, "log", &v) && boolean_of(&v, path_under(path, "log")))
	{
		read_log(n, value, path_under(path, "goalposts"));
		return;
	}
	n->kind = NORM_LINEAR;
	read_pair(value, path_under(path, "goalposts"), &n->from, &n->to);
	n->lowest = zero();
}

static void
read_logistic(Normaliser *n, const JsonbValue *value, const char *path)
{
	static const char *const keys[] = {"middle", "slope", NULL};

	n->kind = NORM_LOGISTIC;
	if (!is_container(value, false))
		document_error(path, "must be an object with middle and slope");
	check_keys(value->val.binary.data, keys, path);
	n->from = constant_member(value->val.binary.data, "middle", path);
	n->to = constant_member(value->val.binary.data, "slope", path);
	if (numeric_compare(n->to.exact, int64_to_numeric(0)) == 0)
		document_error(path_under(path, "slope"), "must not be 0");
	n->lowest = zero();
}

static void
read_bins(Normaliser *n, const JsonbValue *value, const char *path)
{
	n->kind = NORM_BINS;
	if (!is_container(value, true) || JsonContainerSize(value->val.binary.data) == 0)
		document_error(path, "must be an array of [lower edge, points]");
	n->nsteps = JsonContainerSize(value->val.binary.data);
	if (n->nsteps > CARD_MAX_STEPS)
		document_error(path, psprintf("has more than %d steps", CARD_MAX_STEPS));
	n->steps = palloc0(n->nsteps * sizeof(Step));
	n->lowest = zero();
	for (int i = 0; i < n->nsteps; i++)
	{
		JsonbValue *bin = getIthJsonbValueFromContainer(value->val.binary.data, i);
		Step	   *step = &n->steps[i];
		JsonbValue *edge;

		if (!is_container(bin, true) || JsonContainerSize(bin->val.binary.data) != 2)
			document_error(at(path, i), "must be [lower edge, points]");
		edge = getIthJsonbValueFromContainer(bin->val.binary.data, 0);
		step->open = edge->type == jbvNull;
		if (step->open && i > 0)
			document_error(at(path, i), "has no lower edge, which only the first may lack");
		if (!step->open)
			step->from = constant_of(number_of(edge, at(at(path, i), 0)));
		step->points = constant_of(number_of(getIthJsonbValueFromContainer(bin->val.binary.data, 1),
											 at(at(path, i), 1)));
		if (i > 0 && !n->steps[i - 1].open &&
			numeric_compare(step->from.exact, n->steps[i - 1].from.exact) <= 0)
			document_error(at(path, i), "must have a higher edge than the one before");
		n->lowest = i == 0 && step->open ? step->points : lower_of(n->lowest, step->points);
	}
}

static void
read_per_unit(Normaliser *n, const JsonbValue *value, const char *path)
{
	static const char *const keys[] = {"points", "cap", NULL};
	JsonbValue	v;
	Numeric		lowest;

	n->kind = NORM_PER_UNIT;
	if (!is_container(value, false))
		document_error(path, "must be an object with points, cap or both");
	check_keys(value->val.binary.data, keys, path);
	n->has_points = find_member(value->val.binary.data, "points", &v);
	if (n->has_points)
		n->points = constant_member(value->val.binary.data, "points", path);
	n->has_cap = find_member(value->val.binary.data, "cap", &v);
	if (n->has_cap)
		n->cap = constant_member(value->val.binary.data, "cap", path);
	if (!n->has_points && !n->has_cap)
		document_error(path, "must have points, cap or both");
	if (n->has_cap && !is_positive(n->cap))
		document_error(path_under(path, "cap"), "must be positive");
	n->lowest = zero();
	if (!n->has_points || numeric_compare(n->points.exact, int64_to_numeric(0)) >= 0)
		return;
	/* a deduction: the more the less, down to the cap */
	if (!n->has_cap)
		document_error(path_under(path, "cap"), "is missing, though the points are negative");
	if (!numeric_mul_ok(n->cap.exact, n->points.exact, &lowest))
		document_error(path, "is out of range");
	n->lowest = constant_of(lowest);
}

static void
read_flag(Normaliser *n, const JsonbValue *value, const char *path)
{
	n->kind = NORM_FLAG;
	if (value->type == jbvBool && value->val.boolean)
	{
		n->if_true = constant_of(int64_to_numeric(100));
		n->if_false = zero();
	}
	else
		read_pair(value, path, &n->if_true, &n->if_false);
	n->lowest = lower_of(n->if_true, n->if_false);
}

/* {"name": points, ...} */
static void
read_names(Normaliser *n, const JsonbValue *value, const char *path)
{
	JsonbIterator *it;
	JsonbValue	v;
	JsonbIteratorToken token;
	int			i = 0;

	if (!is_container(value, false) || JsonContainerSize(value->val.binary.data) == 0)
		document_error(path, "must be an object of names and points");
	n->nsteps = JsonContainerSize(value->val.binary.data);
	if (n->nsteps > CARD_MAX_STEPS)
		document_error(path, psprintf("has more than %d names", CARD_MAX_STEPS));
	n->steps = palloc0(n->nsteps * sizeof(Step));
	it = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			n->steps[i].name = pnstrdup(v.val.string.val, v.val.string.len);
			n->steps[i].name_len = v.val.string.len;
		}
		else if (token == WJB_VALUE)
		{
			n->steps[i].points = constant_of(number_of(&v, path_under(path, n->steps[i].name)));
			i++;
		}
	}
}

static void
read_category(Normaliser *n, JsonbContainer *object, const JsonbValue *value, const char *path)
{
	static const char *const keys[] = {"category", "else", NULL};
	JsonbValue	v;

	n->kind = NORM_CATEGORY;
	check_keys(object, keys, path);
	read_names(n, value, path_under(path, "category"));
	n->otherwise = find_member(object, "else", &v) ? constant_member(object, "else", path) : zero();
	n->lowest = n->otherwise;
	for (int i = 0; i < n->nsteps; i++)
		n->lowest = lower_of(n->lowest, n->steps[i].points);
}

/* The least that members can come to; no member at all is 0. */
static Numeric
lowest_of_set(const Normaliser *n, const char *path)
{
	Numeric		lowest = int64_to_numeric(0);

	for (int i = 0; i < n->nsteps; i++)
	{
		Numeric		points = n->steps[i].points.exact;

		if (n->best && numeric_compare(points, lowest) < 0)
			lowest = points;
		else if (!n->best && numeric_compare(points, int64_to_numeric(0)) < 0 &&
				 !numeric_add_ok(lowest, points, &lowest))
			document_error(path, "is out of range");
	}
	return lowest;
}

static void
read_set(Normaliser *n, JsonbContainer *object, const JsonbValue *value, const char *path)
{
	static const char *const keys[] = {"set", "cap", "best", NULL};
	JsonbValue	v;

	n->kind = NORM_SET;
	check_keys(object, keys, path);
	read_names(n, value, path_under(path, "set"));
	n->has_cap = true;
	n->cap = find_member(object, "cap", &v) ? constant_member(object, "cap", path) :
		constant_of(int64_to_numeric(100));
	if (!is_positive(n->cap))
		document_error(path_under(path, "cap"), "must be positive");
	if (find_member(object, "best", &v))
	{
		n->best = boolean_of(&v, path_under(path, "best"));
	}
	n->lowest = constant_of(lowest_of_set(n, path));
}

/* Read "normalise": an object whose key names the method. */
void
read_normaliser(Normaliser *n, const JsonbValue *value, const char *path)
{
	static const char *const alone[] = {"log", "logistic", "bins", "per_unit", "flag"};
	static void (*const readers[]) (Normaliser *, const JsonbValue *, const char *) = {
		read_log, read_logistic, read_bins, read_per_unit, read_flag
	};
	JsonbContainer *object;
	JsonbValue	v;

	memset(n, 0, sizeof(*n));
	if (!is_container(value, false))
		document_error(path, "must be an object such as {\"linear\": [0, 1]}");
	object = value->val.binary.data;
	/* first those that have an option named as another one is */
	if (find_member(object, "linear", &v))
	{
		read_linear(n, object, &v, path);
		return;
	}
	if (find_member(object, "goalposts", &v))
	{
		read_goalposts(n, object, &v, path);
		return;
	}
	for (int i = 0; i < (int) lengthof(alone); i++)
		if (find_member(object, alone[i], &v))
		{
			const char *keys[] = {alone[i], NULL};

			check_keys(object, keys, path);
			readers[i] (n, &v, path_under(path, alone[i]));
			return;
		}
	if (find_member(object, "category", &v))
		read_category(n, object, &v, path);
	else if (find_member(object, "set", &v))
		read_set(n, object, &v, path);
	else
		document_error(path, "must be one of linear, goalposts, log, logistic, bins, per_unit, flag, category, set, cases, minmax, zscore, rank, percentile and leader");
}
