/*
 * peers.c
 *	  Rules that compare a value with those of peers: their part of the document.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/json.h"

#include "peers.h"

static const char *const method_names[] = {"minmax", "zscore", "rank", "percentile", "leader"};

static const char *const option_keys[] = {
	"group", "least", "direction", "winsorise", "range", "scale", "clamp", NULL
};

/* Which of the options a method has. */
typedef struct Options
{
	bool		direction;
	const char *scale;			/* the name of the two numbers, if it has them */
	bool		clamp;
} Options;

static const Options options_of[] = {
	[PEERS_MINMAX] = {true, "range", true},
	[PEERS_ZSCORE] = {true, "scale", true},
	[PEERS_RANK] = {true, "range", false},
	[PEERS_PERCENTILE] = {true, "range", false},
	[PEERS_LEADER] = {true, "range", false},
	[PEERS_REPLACE] = {false, NULL, false},
};

/* What the two numbers of a method are by default. */
static void
default_scale(PeerMethod method, int *from, int *to)
{
	*from = method == PEERS_ZSCORE ? 50 : 0;
	*to = method == PEERS_ZSCORE ? 10 : 100;
}

static bool
is_whole_number(Constant c, int value)
{
	return numeric_compare(c.exact, int64_to_numeric(value)) == 0;
}

static void
read_group(Scorecard *card, PeerRule *rule, JsonbContainer *object, const char *path)
{
	char	   *own = path_under(path, "group");
	Expression **keys;
	JsonbValue	v;
	int			count = 0;

	if (find_member(object, "group", &v))
	{
		if (!is_container(&v, true))
			document_error(own, "must be an array of formulas");
		count = JsonContainerSize(v.val.binary.data);
		if (count > PEERS_MAX_LEVELS)
			document_error(own, psprintf("has more than %d formulas", PEERS_MAX_LEVELS));
	}
	keys = palloc(Max(count, 1) * sizeof(Expression *));
	for (int i = 0; i < count; i++)
	{
		char	   *at = psprintf("%s[%d]", own, i);
		JsonbValue *key = getIthJsonbValueFromContainer(v.val.binary.data, i);

		if (key->type != jbvString)
			document_error(at, "must be a text");
		keys[i] = read_expression(card, pnstrdup(key->val.string.val, key->val.string.len),
								  EXPR_TEXT, at);
	}
	rule->grouping = grouping_of(card, keys, count);
}

static void
read_least(PeerRule *rule, JsonbContainer *object, const char *path)
{
	JsonbValue	v;
	Constant	c;

	rule->least = 5;
	if (!find_member(object, "least", &v))
		return;
	c = constant_member(object, "least", path);
	if (c.fast.error != 0 || !(c.fast.value >= 1 && c.fast.value <= PEERS_MAX_LEAST))
		document_error(path_under(path, "least"),
					   psprintf("must be a whole number from 1 to %d", PEERS_MAX_LEAST));
	rule->least = (int) c.fast.value;
}

static void
read_direction(PeerRule *rule, JsonbContainer *object, const char *path)
{
	char	   *name = text_member(object, "direction", path, false);

	rule->less = name != NULL && strcmp(name, "less") == 0;
	if (name != NULL && !rule->less && strcmp(name, "more") != 0)
		document_error(path_under(path, "direction"), "must be \"more\" or \"less\"");
}

static void
read_winsorise(PeerRule *rule, JsonbContainer *object, const char *path)
{
	char	   *own = path_under(path, "winsorise");
	JsonbValue	v;

	rule->winsorise = find_member(object, "winsorise", &v);
	if (!rule->winsorise)
		return;
	read_pair(&v, own, &rule->low, &rule->high);
	if (numeric_compare(rule->low.exact, int64_to_numeric(0)) < 0 ||
		numeric_compare(rule->high.exact, rule->low.exact) <= 0 ||
		numeric_compare(rule->high.exact, int64_to_numeric(1)) > 0)
		document_error(own, "must be two shares from 0 to 1, the smaller first");
	rule->winsorise = !is_whole_number(rule->low, 0) || !is_whole_number(rule->high, 1);
}

static void
read_scale(PeerRule *rule, JsonbContainer *object, const char *path)
{
	const char *name = options_of[rule->method].scale;
	JsonbValue	v;
	int			from;
	int			to;

	default_scale(rule->method, &from, &to);
	rule->from = constant_of(int64_to_numeric(from));
	rule->to = constant_of(int64_to_numeric(to));
	if (name == NULL || !find_member(object, name, &v))
		return;
	read_pair(&v, path_under(path, name), &rule->from, &rule->to);
	if (rule->method == PEERS_ZSCORE && numeric_compare(rule->to.exact, int64_to_numeric(0)) <= 0)
		document_error(psprintf("%s[1]", path_under(path, name)), "must be positive");
}

/* Options that the method has not are errors as unknown ones are. */
static void
check_options(PeerMethod method, JsonbContainer *object, const char *path)
{
	const Options *has = &options_of[method];
	const char *keys[lengthof(option_keys)];
	int			count = 0;

	for (const char *const *key = option_keys; *key != NULL; key++)
	{
		if (strcmp(*key, "direction") == 0 ? has->direction :
			strcmp(*key, "clamp") == 0 ? has->clamp :
			strcmp(*key, "range") == 0 || strcmp(*key, "scale") == 0 ?
			has->scale != NULL && strcmp(*key, has->scale) == 0 : true)
			keys[count++] = *key;
	}
	keys[count] = NULL;
	check_keys(object, keys, path);
}

/* What has to be frozen of a group, for the method alone. */
static unsigned int
frozen_of(const PeerRule *rule)
{
	unsigned int extremes = 1 << FROZEN_MIN | 1 << FROZEN_MAX;

	switch (rule->method)
	{
		case PEERS_MINMAX:
			return extremes;
		case PEERS_ZSCORE:
			return 1 << FROZEN_MEAN | 1 << FROZEN_SD | (rule->winsorise ? extremes : 0);
		case PEERS_RANK:
		case PEERS_PERCENTILE:
			return 1 << FROZEN_VALUES;
		case PEERS_LEADER:
			return rule->less ? 1 << FROZEN_MIN : 1 << FROZEN_MAX;
		default:
			return 0;
	}
}

/* The object of a rule's options; true stands for one without any. */
static JsonbContainer *
options_object(const JsonbValue *value, const char *path)
{
	if (value->type == jbvBool && value->val.boolean)
		return &DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")))->root;
	if (!is_container(value, false))
		document_error(path, "must be true or an object of options");
	return value->val.binary.data;
}

static PeerRule *
read_rule(Scorecard *card, PeerMethod method, const JsonbValue *value, const char *path)
{
	PeerRule   *rule = palloc0(sizeof(PeerRule));
	JsonbContainer *object = options_object(value, path);
	JsonbValue	v;

	check_options(method, object, path);
	rule->method = method;
	read_group(card, rule, object, path);
	read_least(rule, object, path);
	read_direction(rule, object, path);
	read_winsorise(rule, object, path);
	read_scale(rule, object, path);
	rule->clamp = true;
	if (find_member(object, "clamp", &v))
		rule->clamp = boolean_of(&v, path_under(path, "clamp"));
	rule->frozen = frozen_of(rule);
	return rule;
}

/* The least that can come out; for what is not clamped there is none. */
static void
find_lowest(Normaliser *n, const PeerRule *rule)
{
	n->open = !rule->clamp;
	n->lowest = constant_of(int64_to_numeric(0));
	if (rule->method != PEERS_ZSCORE)
		n->lowest = numeric_compare(rule->from.exact, rule->to.exact) < 0 ? rule->from : rule->to;
}

/* Read "normalise", if it is one of those that compare with peers. */
bool
read_peer_normaliser(Scorecard *card, Indicator *ind, JsonbContainer *object, const char *path)
{
	JsonbValue	v;

	for (int m = 0; m < (int) lengthof(method_names); m++)
	{
		const char *keys[] = {method_names[m], NULL};

		if (!find_member(object, method_names[m], &v))
			continue;
		check_keys(object, keys, path);
		memset(&ind->norm, 0, sizeof(ind->norm));
		ind->norm.kind = NORM_PEERS;
		ind->peers = read_rule(card, m, &v, path_under(path, method_names[m]));
		find_lowest(&ind->norm, ind->peers);
		return true;
	}
	return false;
}

/* What peers put in the place of a missing value, and which they are. */
void
read_replacement(Scorecard *card, Indicator *ind, JsonbContainer *object, const char *path)
{
	char	   *own = path_under(path, "peers");
	bool		replaced = ind->missing == MISSING_MEDIAN || ind->missing == MISSING_MEAN;
	JsonbValue	v;
	bool		given = find_member(object, "peers", &v);

	if (given && (!replaced || ind->peers != NULL))
		document_error(own, ind->peers != NULL ? "has no place where the normaliser names them" :
					   "has no place where missing is not \"median\" or \"mean\"");
	if (!replaced)
		return;
	if (normaliser_input(&ind->norm) != EXPR_NUMBER || ind->norm.kind == NORM_CASES)
		document_error(path_under(path, "missing"),
					   psprintf("must not be \"%s\" where the value is no number",
								missing_rule_name(ind->missing)));
	if (!given)
	{
		v.type = jbvBool;
		v.val.boolean = true;
	}
	if (ind->peers == NULL)
		ind->peers = read_rule(card, PEERS_REPLACE, &v, own);
	ind->peers->frozen |= 1 << (ind->missing == MISSING_MEDIAN ? FROZEN_MEDIAN : FROZEN_MEAN);
}

static void
write_pair(StringInfo out, const char *name, const Constant *a, const Constant *b)
{
	json_key(out, name);
	appendStringInfo(out, "[%s, %s]", numeric_to_plain_text(a->exact),
					 numeric_to_plain_text(b->exact));
}

/* The options that are not the defaults; true where all are. */
static void
write_rule(StringInfo out, const PeerRule *rule)
{
	const Grouping *g = rule->grouping;
	int			start = out->len;
	int			from;
	int			to;

	default_scale(rule->method, &from, &to);
	appendStringInfoChar(out, '{');
	if (g->nkeys > 0)
	{
		json_key(out, "group");
		for (int i = 0; i < g->nkeys; i++)
		{
			appendStringInfoString(out, i == 0 ? "[" : ", ");
			escape_json(out, expression_text(g->keys[i]));
		}
		appendStringInfoChar(out, ']');
	}
	if (rule->least != 5)
	{
		json_key(out, "least");
		appendStringInfo(out, "%d", rule->least);
	}
	if (rule->less)
	{
		json_key(out, "direction");
		appendStringInfoString(out, "\"less\"");
	}
	if (rule->winsorise)
		write_pair(out, "winsorise", &rule->low, &rule->high);
	if (!is_whole_number(rule->from, from) || !is_whole_number(rule->to, to))
		write_pair(out, options_of[rule->method].scale, &rule->from, &rule->to);
	if (!rule->clamp)
	{
		json_key(out, "clamp");
		appendStringInfoString(out, "false");
	}
	appendStringInfoChar(out, '}');
	if (out->len - start > 2)
		return;
	out->len = start;
	appendStringInfoString(out, "true");
}

void
write_peer_normaliser(StringInfo out, const Indicator *ind)
{
	appendStringInfoChar(out, '{');
	json_key(out, method_names[ind->peers->method]);
	write_rule(out, ind->peers);
	appendStringInfoChar(out, '}');
}

/* "peers", where it is not the normaliser's, nor everybody. */
void
write_replacement(StringInfo out, const Indicator *ind)
{
	int			start = out->len;

	if (ind->peers == NULL || ind->peers->method != PEERS_REPLACE)
		return;
	json_key(out, "peers");
	write_rule(out, ind->peers);
	if (strcmp(out->data + out->len - 4, "true") != 0)
		return;
	out->len = start;
	out->data[start] = '\0';
}
