/*
 * document.c
 *	  The scorecard document: from JSON to the compiled card, strictly.
 *
 * Whatever is not as the document's description says is an error that names
 * the path.  docs/scorecard.schema.json describes the same.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "../rating/rating.h"
#include "peers.h"

static const char *const card_keys[] = {
	"name", "name_en", "source", "source_en", "total", "digits", "coverage", "weights", "aggregate", "initial",
	"floor", "cap", "reasons", "segment", "segments", "dimensions", "indicators", "pass", "ratings", "overrides",
	"fitted", NULL
};
static const char *const indicator_keys[] = {
	"code", "name", "name_en", "dimension", "value", "normalise", "weight", "cap", "missing", "peers",
	"baseline", "reason", NULL
};
static const char *const rating_keys[] = {"grade", "from", NULL};
static const char *const override_keys[] = {"when", "at_most", "at_least", NULL};
static const char *const digits_keys[] = {"points", "score", NULL};

void
document_error(const char *path, const char *message)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid scorecard: %s %s", path, message)));
}

/* The path of a member. */
char *
path_under(const char *path, const char *key)
{
	return *path == '\0' ? pstrdup(key) : psprintf("%s.%s", path, key);
}

bool
is_container(const JsonbValue *value, bool array)
{
	return value->type == jbvBinary &&
		(array ? JsonContainerIsArray(value->val.binary.data) :
		 JsonContainerIsObject(value->val.binary.data));
}

/* null is the same as nothing */
bool
find_member(JsonbContainer *object, const char *key, JsonbValue *value)
{
	return getKeyJsonValueFromContainer(object, key, strlen(key), value) != NULL &&
		value->type != jbvNull;
}

/* An error that tells which keys there are. */
pg_noreturn static void
unknown_key(const char *path, const char *const *allowed)
{
	StringInfoData known;

	initStringInfo(&known);
	for (const char *const *key = allowed; *key != NULL; key++)
		appendStringInfo(&known, "%s%s", key == allowed ? "" : key[1] == NULL ? " and " : ", ", *key);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid scorecard: %s is not known", path),
			 known.len > 0 ? errhint("Known here: %s.", known.data) : 0));
}

void
check_keys(JsonbContainer *object, const char *const *allowed, const char *path)
{
	JsonbIterator *it = JsonbIteratorInit(object);
	JsonbValue	v;
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		const char *const *key = allowed;
		char	   *name;

		if (token != WJB_KEY)
			continue;
		name = pnstrdup(v.val.string.val, v.val.string.len);
		while (*key != NULL && strcmp(*key, name) != 0)
			key++;
		if (*key == NULL)
			unknown_key(path_under(path, name), allowed);
	}
}

Numeric
number_of(const JsonbValue *value, const char *path)
{
	if (value->type != jbvNumeric)
		document_error(path, "must be a number");
	/* the value lies in the document, unaligned perhaps: take a copy */
	return numeric_from_text(numeric_to_plain_text(value->val.numeric));
}

Constant
constant_of(Numeric num)
{
	Constant	c;

	c.exact = num;
	filtered_from_numeric(num, &c.fast);
	return c;
}

Constant
constant_member(JsonbContainer *object, const char *key, const char *path)
{
	JsonbValue	v;

	if (!find_member(object, key, &v))
		document_error(path_under(path, key), "is missing");
	return constant_of(number_of(&v, path_under(path, key)));
}

char *
text_member(JsonbContainer *object, const char *key, const char *path, bool required)
{
	JsonbValue	v;

	if (!find_member(object, key, &v))
	{
		if (required)
			document_error(path_under(path, key), "is missing");
		return NULL;
	}
	if (v.type != jbvString)
		document_error(path_under(path, key), "must be a text");
	if (required && v.val.string.len == 0)
		document_error(path_under(path, key), "must not be empty");
	return pnstrdup(v.val.string.val, v.val.string.len);
}

static int
digits_member(JsonbContainer *object, const char *key, int otherwise)
{
	JsonbValue	v;
	Constant	c;

	if (!find_member(object, key, &v))
		return otherwise;
	c = constant_member(object, key, "digits");
	if (c.fast.error != 0 || c.fast.value < 0 || c.fast.value > CARD_MAX_DIGITS)
		document_error(path_under("digits", key),
					   psprintf("must be a whole number from 0 to %d", CARD_MAX_DIGITS));
	return (int) c.fast.value;
}

/* The elements of an array of objects; also checks that they are objects. */
int
array_member(JsonbContainer *object, const char *key, bool required, int most,
			 JsonbContainer ***elements)
{
	JsonbValue	v;
	int			count;

	*elements = NULL;
	if (!find_member(object, key, &v))
	{
		if (required)
			document_error(key, "is missing");
		return 0;
	}
	if (!is_container(&v, true))
		document_error(key, "must be an array");
	count = JsonContainerSize(v.val.binary.data);
	if (required && count == 0)
		document_error(key, "must not be empty");
	if (count > most)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("invalid scorecard: %s has %d elements", key, count),
				 errdetail("At most %d are allowed.", most)));
	*elements = palloc(Max(count, 1) * sizeof(JsonbContainer *));
	for (int i = 0; i < count; i++)
	{
		JsonbValue *e = getIthJsonbValueFromContainer(v.val.binary.data, i);

		if (!is_container(e, false))
			document_error(psprintf("%s[%d]", key, i), "must be an object");
		(*elements)[i] = e->val.binary.data;
	}
	return count;
}

static void
path_callback(void *arg)
{
	errcontext("%s of the scorecard", (const char *) arg);
}

/* Parse one of the card's expressions; its errors say where it stands. */
Expression *
read_expression(Scorecard *card, const char *source, ExprType want, const char *path)
{
	ErrorContextCallback callback;
	Expression *e;

	callback.callback = path_callback;
	callback.arg = unconstify(char *, path);
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	e = expression_parse(source, want, card->codes);
	error_context_stack = callback.previous;
	check_uses(card, e, path);
	return e;
}

static void
read_segments(Scorecard *card, JsonbContainer *root)
{
	JsonbValue	v;
	char	   *source = text_member(root, "segment", "", false);

	if (!find_member(root, "segments", &v))
	{
		if (source != NULL)
			document_error("segments", "is missing, though there is a segment");
		card->nsegments = 1;
		card->segments = NULL;
		return;
	}
	if (source == NULL)
		document_error("segment", "is missing, though there are segments");
	if (!is_container(&v, true) || JsonContainerSize(v.val.binary.data) == 0 ||
		JsonContainerSize(v.val.binary.data) > CARD_MAX_SEGMENTS)
		document_error("segments", psprintf("must be an array of 1 to %d texts", CARD_MAX_SEGMENTS));
	card->segment = read_expression(card, source, EXPR_TEXT, "segment");
	card->segment_bare = expression_bare_indicator(card->segment);
	card->nsegments = JsonContainerSize(v.val.binary.data);
	card->segments = palloc(card->nsegments * sizeof(char *));
	card->segment_lens = palloc(card->nsegments * sizeof(int));
	card->segment_starts = palloc(card->nsegments * sizeof(uint64));
	for (int i = 0; i < card->nsegments; i++)
	{
		JsonbValue *name = getIthJsonbValueFromContainer(v.val.binary.data, i);

		if (name->type != jbvString)
			document_error(psprintf("segments[%d]", i), "must be a text");
		if (name->val.string.len == 0)
			document_error(psprintf("segments[%d]", i), "must not be empty");
		/* eight bytes before it: see text_start() */
		card->segments[i] = (char *) palloc0(name->val.string.len + 9) + 8;
		memcpy(card->segments[i], name->val.string.val, name->val.string.len);
		card->segment_lens[i] = name->val.string.len;
		card->segment_starts[i] = text_start(card->segments[i], card->segment_lens[i]);
		for (int j = 0; j < i; j++)
			if (strcmp(card->segments[i], card->segments[j]) == 0)
				document_error(psprintf("segments[%d]", i), "is there twice");
	}
}

/* Weights are not negative. */
static void
check_weight(Constant weight, const char *path)
{
	if (numeric_compare(weight.exact, int64_to_numeric(0)) < 0)
		document_error(path, "must not be negative");
}

/*
 * A weight by segment: a number for all, or an object with one for each.
 * *same: it is one number, or as good as one.
 */
Constant *
read_weight(Scorecard *card, JsonbContainer *object, const char *path, bool *same)
{
	Constant   *weight = palloc0(card->nsegments * sizeof(Constant));
	char	   *own = path_under(path, "weight");
	JsonbValue	v;

	if (!find_member(object, "weight", &v))
		document_error(own, "is missing");
	*same = true;
	if (v.type == jbvNumeric)
	{
		for (int s = 0; s < card->nsegments; s++)
			weight[s] = constant_of(number_of(&v, own));
		check_weight(weight[0], own);
		return weight;
	}
	if (!is_container(&v, false) || card->segments == NULL)
		document_error(own, card->segments == NULL ? "must be a number" :
					   "must be a number, or an object with one for each segment");
	check_keys(v.val.binary.data, (const char *const *)
			   memcpy(palloc0((card->nsegments + 1) * sizeof(char *)), card->segments,
					  card->nsegments * sizeof(char *)), own);
	for (int s = 0; s < card->nsegments; s++)
	{
		weight[s] = constant_member(v.val.binary.data, card->segments[s], own);
		check_weight(weight[s], path_under(own, card->segments[s]));
		if (numeric_compare(weight[s].exact, weight[0].exact) != 0)
			*same = false;
	}
	return weight;
}

/* There is a weight, or, in a sum, there is none. */
static void
read_indicator_weight(Scorecard *card, Indicator *ind, JsonbContainer *object, const char *path)
{
	JsonbValue	v;

	if (!card->sum)
	{
		ind->weight = read_weight(card, object, path, &ind->one_weight);
		return;
	}
	if (find_member(object, "weight", &v))
		document_error(path_under(path, "weight"), "has no place where the aggregate is \"sum\"");
	ind->weight = no_weight(card);
}

static MissingRule
read_missing(JsonbContainer *object, const char *path)
{
	char	   *name = text_member(object, "missing", path, false);

	if (name == NULL)
		return MISSING_UNDECIDED;
	for (int rule = MISSING_UNDECIDED; rule <= MISSING_MEAN; rule++)
		if (strcmp(name, missing_rule_name(rule)) == 0)
			return rule;
	document_error(path_under(path, "missing"), "must be one of undecided, zero, reweight, lowest, median and mean");
}

/* An indicator's code as an expression: always quoted. */
static char *
quoted_code(const char *code)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '"');
	for (; *code != '\0'; code++)
	{
		if (*code == '"')
			appendStringInfoChar(&out, '"');
		appendStringInfoChar(&out, *code);
	}
	appendStringInfoChar(&out, '"');
	return out.data;
}

static void
read_indicator(Scorecard *card, Indicator *ind, JsonbContainer *object, const char *path)
{
	JsonbValue	v;
	JsonbValue	cases;
	char	   *dimension;
	char	   *value;
	int			len;

	check_keys(object, indicator_keys, path);
	ind->code = text_member(object, "code", path, true);
	ind->name = text_member(object, "name", path, false);
	ind->name_en = text_member(object, "name_en", path, false);
	dimension = text_member(object, "dimension", path, true);
	ind->dimension = find_dimension(card, dimension);
	if (ind->dimension < 0)
		document_error(path_under(path, "dimension"), psprintf("names no dimension: \"%s\"", dimension));
	if (!find_member(object, "normalise", &v))
		document_error(path_under(path, "normalise"), "is missing");
	value = text_member(object, "value", path, false);
	if (is_container(&v, false) && find_member(v.val.binary.data, "cases", &cases))
	{
		if (value != NULL)
			document_error(path_under(path, "value"), "has no place where there are cases");
		ind->value = read_cases(card, ind, v.val.binary.data, path_under(path, "normalise"));
	}
	else
	{
		if (!is_container(&v, false) ||
			!read_peer_normaliser(card, ind, v.val.binary.data, path_under(path, "normalise")))
			read_normaliser(&ind->norm, &v, path_under(path, "normalise"));
		ind->value = read_expression(card, value == NULL ? quoted_code(ind->code) : value,
									 normaliser_input(&ind->norm), path_under(path, "value"));
	}
	ind->reason = text_member(object, "reason", path, false);
	ind->has_baseline = find_member(object, "baseline", &v);
	if (ind->has_baseline)
		ind->baseline = constant_member(object, "baseline", path);
	ind->bare = expression_bare_indicator(ind->value);
	ind->value_is_code = ind->bare >= 0 &&
		strcmp(code_list_code(card->codes, ind->bare, &len), ind->code) == 0;
	read_indicator_weight(card, ind, object, path);
	ind->has_cap = find_member(object, "cap", &v);
	if (ind->has_cap)
		ind->cap = constant_member(object, "cap", path);
	ind->missing = read_missing(object, path);
	if (ind->missing == MISSING_LOWEST && ind->norm.open)
		document_error(path_under(path, "missing"), "must not be \"lowest\" where nothing is the lowest");
	read_replacement(card, ind, object, path);
}

static void
read_indicators(Scorecard *card, JsonbContainer *root)
{
	JsonbContainer **elements;

	card->nindicators = array_member(root, "indicators", true, CARD_MAX_INDICATORS, &elements);
	card->indicators = palloc0(card->nindicators * sizeof(Indicator));
	for (int i = 0; i < card->nindicators; i++)
	{
		char	   *path = psprintf("indicators[%d]", i);

		CHECK_FOR_INTERRUPTS();
		read_indicator(card, &card->indicators[i], elements[i], path);
		for (int j = 0; j < i; j++)
			if (strcmp(card->indicators[i].code, card->indicators[j].code) == 0)
				document_error(path_under(path, "code"), "is there twice");
	}
}

/* The grade that a member names. */
int16
grade_member(JsonbContainer *object, const char *key, const char *path)
{
	char	   *name = text_member(object, key, path, true);
	bool		ok;
	int16		grade = rating_parse(name, strlen(name), &ok);

	if (!ok)
		document_error(path_under(path, key), psprintf("is no rating: \"%s\"", name));
	return grade;
}

static void
read_ratings(Scorecard *card, JsonbContainer *root)
{
	JsonbContainer **elements;

	card->nthresholds = array_member(root, "ratings", false, RATING_HIGHEST + 1, &elements);
	card->thresholds = palloc0(Max(card->nthresholds, 1) * sizeof(Threshold));
	for (int i = 0; i < card->nthresholds; i++)
	{
		Threshold  *t = &card->thresholds[i];
		char	   *path = psprintf("ratings[%d]", i);

		check_keys(elements[i], rating_keys, path);
		t->grade = grade_member(elements[i], "grade", path);
		t->from = constant_member(elements[i], "from", path);
		t->least = scaled_ceiling(t->from.exact, card->score_digits, PG_INT64_MAX);
		if (i > 0 && (t->grade >= t[-1].grade ||
					  numeric_compare(t->from.exact, t[-1].from.exact) >= 0))
			document_error(path, "must be a lower grade, from a lower score, than the one before");
	}
}

static void
read_overrides(Scorecard *card, JsonbContainer *root)
{
	JsonbContainer **elements;
	JsonbValue	v;

	card->noverrides = array_member(root, "overrides", false, CARD_MAX_STEPS, &elements);
	card->overrides = palloc0(Max(card->noverrides, 1) * sizeof(Override));
	for (int i = 0; i < card->noverrides; i++)
	{
		Override   *o = &card->overrides[i];
		char	   *path = psprintf("overrides[%d]", i);

		check_keys(elements[i], override_keys, path);
		o->when = read_expression(card, text_member(elements[i], "when", path, true),
								  EXPR_BOOLEAN, path_under(path, "when"));
		o->at_most = find_member(elements[i], "at_most", &v);
		if (o->at_most == find_member(elements[i], "at_least", &v))
			document_error(path, "must have one of at_most and at_least");
		o->grade = grade_member(elements[i], o->at_most ? "at_most" : "at_least", path);
	}
}

static void
read_head(Scorecard *card, JsonbContainer *root)
{
	JsonbValue	v;
	char	   *reasons;
	JsonbContainer *digits = NULL;

	check_keys(root, card_keys, "");
	card->name = text_member(root, "name", "", true);
	card->name_en = text_member(root, "name_en", "", false);
	card->source = text_member(root, "source", "", false);
	card->source_en = text_member(root, "source_en", "", false);
	card->total = find_member(root, "total", &v) ? constant_member(root, "total", "") :
		constant_of(int64_to_numeric(100));
	if (numeric_compare(card->total.exact, int64_to_numeric(0)) <= 0)
		document_error("total", "must be positive");
	if (find_member(root, "digits", &v))
	{
		if (!is_container(&v, false))
			document_error("digits", "must be an object");
		digits = v.val.binary.data;
		check_keys(digits, digits_keys, "digits");
	}
	card->points_digits = digits ? digits_member(digits, "points", 6) : 6;
	card->score_digits = digits ? digits_member(digits, "score", 2) : 2;
	if (card->score_digits > card->points_digits)
		document_error("digits.score", "must not be more than digits.points");
	card->points_unit = (uint64) number_pow10[card->points_digits - card->score_digits];
	card->coverage = find_member(root, "coverage", &v) ? constant_member(root, "coverage", "") :
		constant_of(int64_to_numeric(0));
	if (card->coverage.fast.value < 0 ||
		numeric_compare(card->coverage.exact, int64_to_numeric(1)) > 0)
		document_error("coverage", "must be between 0 and 1");
	read_aggregation(card, root);
	card->initial = find_member(root, "initial", &v) ? constant_member(root, "initial", "") :
		constant_of(int64_to_numeric(0));
	reasons = text_member(root, "reasons", "", false);
	card->reasons_above = reasons != NULL && strcmp(reasons, "above") == 0;
	if (reasons != NULL && !card->reasons_above && strcmp(reasons, "below") != 0)
		document_error("reasons", "must be \"below\" or \"above\"");
}

/* The compiled card of a document, in the current memory context. */
Scorecard *
scorecard_from_jsonb(Jsonb *json)
{
	Scorecard  *card = palloc0(sizeof(Scorecard));

	if (!JB_ROOT_IS_OBJECT(json))
		document_error("the document", "must be a JSON object");
	card->codes = code_list_new(CurrentMemoryContext);
	read_head(card, &json->root);
	read_segments(card, &json->root);
	read_dimensions(card, &json->root);
	read_indicators(card, &json->root);
	weigh_dimensions(card);
	read_pass(card, &json->root);
	read_ratings(card, &json->root);
	read_overrides(card, &json->root);
	read_fitted(card, &json->root);
	card->context = CurrentMemoryContext;
	card->plans = palloc0(card->nsegments * sizeof(CardPlan *));
	card->tree_plans = card->shaped ? card->plans : palloc0(card->nsegments * sizeof(CardPlan *));
	return card;
}
