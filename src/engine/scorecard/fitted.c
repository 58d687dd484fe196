/*
 * fitted.c
 *	  "fitted": what fit() has frozen of the peers, in the document.
 *
 * For each indicator that is compared with peers an array of groups, everybody
 * first, then by depth and by the bytes of their texts.  Values are one text,
 * "0*812 1 2.5*3 ~14 7": ascending, each with the number of members that have
 * it, and after ~ how many lie between two values that were kept.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "exact.h"
#include "peers.h"

static const char *const statistic_names[] = {"min", "max", "mean", "sd", "median", "values"};

/* One text of values while it is read. */
typedef struct Reader
{
	const char *at;
	const char *end;
	const char *path;
} Reader;

pg_noreturn static void
values_error(const Reader *r)
{
	document_error(r->path, "must be values in ascending order such as \"0*812 1 2.5*3 ~14 7\"");
}

static uint32
read_count(Reader *r)
{
	uint64		count = 0;
	const char *start = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9' && count < PG_INT32_MAX)
		count = count * 10 + (*r->at++ - '0');
	if (r->at == start || count == 0 || count > PG_INT32_MAX)
		values_error(r);
	return (uint32) count;
}

/* A number that is not plain and short: by numeric. */
static uint64
read_long_value(const Reader *r, const char *start, int len)
{
	Decimal		d;

	if (decimal_from_numeric(numeric_from_text(pnstrdup(start, len)), &d) != DECIMAL_OK)
		document_error(r->path, "has a value of more than 15 digits");
	return order_key(d);
}

static uint64
read_value(Reader *r)
{
	const char *start = r->at;
	bool		negative = r->at < r->end && *r->at == '-';
	int			digits = 0;
	int			places = 0;
	Decimal		d = {0, 0};

	r->at += negative;
	for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++, digits++)
		d.mantissa = digits < 18 ? d.mantissa * 10 + (*r->at - '0') : 0;
	if (digits == 0)
		values_error(r);
	if (r->at < r->end && *r->at == '.')
	{
		for (r->at++; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++, places++)
			d.mantissa = digits + places < 18 ? d.mantissa * 10 + (*r->at - '0') : 0;
		if (places == 0)
			values_error(r);
	}
	if (digits + places > 18 || d.mantissa >= DECIMAL_LIMIT)
		return read_long_value(r, start, r->at - start);
	d.mantissa = negative ? -d.mantissa : d.mantissa;
	d.exponent = -places;
	(void) decimal_normalise(&d);
	return order_key(d);
}

/* The number of values in a text, at least. */
static int
count_values(const JsonbValue *v)
{
	int			count = 1;

	for (int i = 0; i < v->val.string.len; i++)
		count += v->val.string.val[i] == ' ';
	return count;
}

static void
read_values(PeerGroup *group, const JsonbValue *v, const char *path)
{
	PeerValues *values = &group->values;
	Reader		r = {v->val.string.val, v->val.string.val + v->val.string.len, path};
	int			room = count_values(v);
	uint64		upto = 0;

	values->keys = palloc_extended(room * sizeof(uint64), MCXT_ALLOC_HUGE);
	values->below = palloc_extended(room * sizeof(uint32), MCXT_ALLOC_HUGE);
	values->upto = palloc_extended(room * sizeof(uint32), MCXT_ALLOC_HUGE);
	for (int i = 0;; i++)
	{
		bool		gap = i > 0 && r.at < r.end && *r.at == '~';

		if (gap)
		{
			r.at++;
			upto += read_count(&r);
			if (r.at == r.end || *r.at++ != ' ')
				values_error(&r);
		}
		values->keys[i] = read_value(&r);
		if (i > 0 && values->keys[i] <= values->keys[i - 1])
			values_error(&r);
		values->below[i] = (uint32) upto;
		if (r.at < r.end && *r.at == '*')
		{
			r.at++;
			upto += read_count(&r);
		}
		else
			upto++;
		if (upto > group->members)
			break;
		values->upto[i] = (uint32) upto;
		values->count = i + 1;
		if (r.at == r.end)
			break;
		if (*r.at++ != ' ')
			values_error(&r);
	}
	if (upto != group->members)
		document_error(path, psprintf("must be of as many as there are members: %u", group->members));
}

static void
read_members(PeerGroup *group, const PeerRule *rule, JsonbContainer *object, const char *path)
{
	Constant	c = constant_member(object, "members", path);

	if (c.fast.error != 0 || !(c.fast.value >= 1 && c.fast.value <= PG_INT32_MAX))
		document_error(path_under(path, "members"),
					   psprintf("must be a whole number from 1 to %d", PG_INT32_MAX));
	group->members = (uint32) c.fast.value;
	if (group->node != PEERS_ROOT && group->members < (uint32) rule->least)
		document_error(path_under(path, "members"), psprintf("must be %d at least", rule->least));
}

/* The node that the texts of a group lead to. */
static int
read_path(Grouping *g, JsonbContainer *object, const char *path)
{
	char	   *own = path_under(path, "group");
	int			node = PEERS_ROOT;
	JsonbValue	v;
	int			count;

	if (!find_member(object, "group", &v))
		return node;
	count = is_container(&v, true) ? (int) JsonContainerSize(v.val.binary.data) : 0;
	if (count < 1 || count > g->nkeys)
		document_error(own, psprintf("must be an array of 1 to %d texts", g->nkeys));
	for (int i = 0; i < count; i++)
	{
		JsonbValue *text = getIthJsonbValueFromContainer(v.val.binary.data, i);

		if (text->type != jbvString)
			document_error(psprintf("%s[%d]", own, i), "must be a text");
		node = grouping_child(g, node, text->val.string.val, text->val.string.len, true);
	}
	return node;
}

static void
read_statistics(PeerGroup *group, const PeerRule *rule, JsonbContainer *object, const char *path)
{
	const char *keys[FROZEN_NUMBERS + 4] = {"group", "members"};
	int			nkeys = 2;
	JsonbValue	v;

	for (int i = 0; i <= FROZEN_VALUES; i++)
		if (rule->frozen & (1 << i))
			keys[nkeys++] = statistic_names[i];
	keys[nkeys] = NULL;
	check_keys(object, keys, path);
	for (int i = 0; i < FROZEN_NUMBERS; i++)
		if (rule->frozen & (1 << i))
			group->numbers[i] = constant_member(object, statistic_names[i], path);
	if (group->numbers[FROZEN_SD].exact != NULL &&
		numeric_compare(group->numbers[FROZEN_SD].exact, whole(0)) < 0)
		document_error(path_under(path, "sd"), "must not be negative");
	if (group->numbers[FROZEN_MIN].exact != NULL && group->numbers[FROZEN_MAX].exact != NULL &&
		numeric_compare(group->numbers[FROZEN_MAX].exact, group->numbers[FROZEN_MIN].exact) < 0)
		document_error(path_under(path, "max"), "must not be less than min");
	if (!(rule->frozen & (1 << FROZEN_VALUES)))
		return;
	if (!find_member(object, "values", &v))
		document_error(path_under(path, "values"), "is missing");
	if (v.type != jbvString)
		document_error(path_under(path, "values"), "must be a text");
	read_values(group, &v, path_under(path, "values"));
}

static void
read_groups(PeerRule *rule, const JsonbValue *value, const char *path)
{
	Grouping   *g = rule->grouping;

	if (!is_container(value, true))
		document_error(path, "must be an array of groups");
	rule->ngroups = JsonContainerSize(value->val.binary.data);
	if (rule->ngroups > PEERS_MAX_GROUPS)
		document_error(path, psprintf("has more than %d groups", PEERS_MAX_GROUPS));
	rule->groups = palloc_extended(Max(rule->ngroups, 1) * sizeof(PeerGroup),
								   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < rule->ngroups; i++)
	{
		JsonbValue *v = getIthJsonbValueFromContainer(value->val.binary.data, i);
		PeerGroup  *group = &rule->groups[i];
		char	   *own = psprintf("%s[%d]", path, i);

		CHECK_FOR_INTERRUPTS();
		if (!is_container(v, false))
			document_error(own, "must be an object");
		group->node = read_path(g, v->val.binary.data, own);
		if ((i == 0) != (group->node == PEERS_ROOT))
			document_error(path_under(own, "group"), i == 0 ? "has no place in the first, which is everybody" :
						   "is missing");
		if (i > 0 && grouping_compare(g, group[-1].node, group->node) >= 0)
			document_error(own, "must come after the one before: by depth, then by the bytes of the texts");
		read_members(group, rule, v->val.binary.data, own);
		read_statistics(group, rule, v->val.binary.data, own);
		pfree(own);
	}
}

/* Let each node of the grouping find its group, or that of the nearest node above. */
static void
index_groups(PeerRule *rule)
{
	Grouping   *g = rule->grouping;

	rule->fitted = true;
	rule->by_node = palloc_extended(g->nnodes * sizeof(int), MCXT_ALLOC_HUGE);
	for (int i = 0; i < g->nnodes; i++)
		rule->by_node[i] = -1;
	for (int i = 0; i < rule->ngroups; i++)
		rule->by_node[rule->groups[i].node] = i;
	for (int i = 1; i < g->nnodes; i++)
		if (rule->by_node[i] < 0)
			rule->by_node[i] = rule->by_node[g->nodes[i].parent];
}

/* Read "fitted", once the indicators are known. */
void
read_fitted(Scorecard *card, JsonbContainer *root)
{
	const char **keys = palloc0((card->nindicators + 1) * sizeof(char *));
	int			nkeys = 0;
	JsonbValue	v;
	JsonbValue	groups;
	bool		given = find_member(root, "fitted", &v);

	for (int i = 0; i < card->nindicators; i++)
		if (card->indicators[i].peers != NULL)
			keys[nkeys++] = card->indicators[i].code;
	card->unfitted = nkeys > 0 && !given;
	if (!given)
		return;
	if (nkeys == 0)
		document_error("fitted", "has no place where nothing is compared with peers");
	if (!is_container(&v, false))
		document_error("fitted", "must be an object");
	check_keys(v.val.binary.data, keys, "fitted");
	for (int i = 0; i < card->nindicators; i++)
	{
		Indicator  *ind = &card->indicators[i];

		if (ind->peers == NULL)
			continue;
		if (!find_member(v.val.binary.data, ind->code, &groups))
			document_error(path_under("fitted", ind->code), "is missing");
		read_groups(ind->peers, &groups, path_under("fitted", ind->code));
	}
	for (int i = 0; i < card->nindicators; i++)
		if (card->indicators[i].peers != NULL)
			index_groups(card->indicators[i].peers);
}

/* The plain text of a decimal; of those that are not very large or small without a detour. */
static void
write_decimal(StringInfo out, Decimal d)
{
	char		digits[32];
	int			len;
	int			places = -d.exponent;

	if (d.exponent == 0)
	{
		enlargeStringInfo(out, MAXINT8LEN + 1);
		out->len += pg_lltoa(d.mantissa, out->data + out->len);
		return;
	}
	if (places < 0 || places > 18)
	{
		appendStringInfoString(out, numeric_to_plain_text(decimal_to_numeric(d)));
		return;
	}
	if (d.mantissa < 0)
		appendStringInfoChar(out, '-');
	len = pg_lltoa(llabs(d.mantissa), digits);
	enlargeStringInfo(out, 40);
	if (len <= places)
	{
		appendStringInfoString(out, "0.");
		for (int i = len; i < places; i++)
			appendStringInfoCharMacro(out, '0');
		appendBinaryStringInfo(out, digits, len);
		return;
	}
	appendBinaryStringInfo(out, digits, len - places);
	appendStringInfoCharMacro(out, '.');
	appendBinaryStringInfo(out, digits + len - places, places);
}

static void
write_count(StringInfo out, char mark, uint32 count)
{
	appendStringInfoChar(out, mark);
	enlargeStringInfo(out, MAXINT8LEN + 1);
	out->len += pg_lltoa(count, out->data + out->len);
}

static void
write_values(StringInfo out, const PeerValues *values)
{
	appendStringInfoChar(out, '"');
	for (int i = 0; i < values->count; i++)
	{
		uint32		gap = i == 0 ? 0 : values->below[i] - values->upto[i - 1];
		uint32		same = values->upto[i] - values->below[i];

		if (i > 0)
			appendStringInfoChar(out, ' ');
		if (gap > 0)
		{
			write_count(out, '~', gap);
			appendStringInfoChar(out, ' ');
		}
		write_decimal(out, order_key_decimal(values->keys[i]));
		if (same > 1)
			write_count(out, '*', same);
	}
	appendStringInfoChar(out, '"');
}

/* The texts that lead to a node. */
static void
write_path(StringInfo out, const Grouping *g, int node)
{
	if (g->nodes[node].depth > 1)
	{
		write_path(out, g, g->nodes[node].parent);
		appendStringInfoString(out, ", ");
	}
	escape_json(out, g->nodes[node].text);
}

static void
write_group(StringInfo out, const PeerRule *rule, const PeerGroup *group)
{
	appendStringInfoChar(out, '{');
	if (group->node != PEERS_ROOT)
	{
		json_key(out, "group");
		appendStringInfoChar(out, '[');
		write_path(out, rule->grouping, group->node);
		appendStringInfoChar(out, ']');
	}
	json_key(out, "members");
	appendStringInfo(out, "%u", group->members);
	for (int i = 0; i < FROZEN_NUMBERS; i++)
		if (rule->frozen & (1 << i))
		{
			json_key(out, statistic_names[i]);
			appendStringInfoString(out, numeric_to_plain_text(group->numbers[i].exact));
		}
	if (rule->frozen & (1 << FROZEN_VALUES))
	{
		json_key(out, "values");
		write_values(out, &group->values);
	}
	appendStringInfoChar(out, '}');
}

/* "fitted", of a card that is. */
void
write_fitted(StringInfo out, const Scorecard *card)
{
	bool		first = true;

	for (int i = 0; i < card->nindicators; i++)
	{
		const Indicator *ind = &card->indicators[i];
		const PeerRule *rule = ind->peers;

		if (rule == NULL || !rule->fitted)
			continue;
		if (first)
		{
			json_key(out, "fitted");
			appendStringInfoChar(out, '{');
		}
		first = false;
		json_key(out, ind->code);
		appendStringInfoChar(out, '[');
		for (int k = 0; k < rule->ngroups; k++)
		{
			CHECK_FOR_INTERRUPTS();
			if (k > 0)
				appendStringInfoString(out, ", ");
			write_group(out, rule, &rule->groups[k]);
		}
		appendStringInfoChar(out, ']');
	}
	if (!first)
		appendStringInfoChar(out, '}');
}
