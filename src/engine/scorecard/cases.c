/*
 * cases.c
 *	  The normaliser "cases": the first condition that is true gives the points.
 *
 * Their value is one expression, CASE WHEN ... THEN points ... ELSE ... END,
 * made of their texts; the parts are kept for the document and the reasons.
 */
#include "postgres.h"

#include "utils/json.h"

#include "scorecard.h"

static void
read_case(Scorecard *card, Case *c, const JsonbValue *value, const char *path)
{
	static const char *const keys[] = {"when", "points", "reason", NULL};
	JsonbContainer *object;
	JsonbValue	points;

	if (!is_container(value, false))
		document_error(path, "must be an object with when and points");
	object = value->val.binary.data;
	check_keys(object, keys, path);
	c->when = read_expression(card, text_member(object, "when", path, true), EXPR_BOOLEAN,
							  psprintf("%s.when", path));
	c->reason = text_member(object, "reason", path, false);
	if (!find_member(object, "points", &points))
		document_error(psprintf("%s.points", path), "is missing");
	c->is_formula = points.type == jbvString;
	if (c->is_formula)
		c->formula = read_expression(card, text_member(object, "points", path, true), EXPR_NUMBER,
									 psprintf("%s.points", path));
	else
		c->points = constant_of(number_of(&points, psprintf("%s.points", path)));
}

static void
note_lowest(Normaliser *n, const Constant *points, bool first)
{
	if (first || numeric_compare(points->exact, n->lowest.exact) < 0)
		n->lowest = *points;
}

/* Read "cases"; the result is the value of the indicator. */
Expression *
read_cases(Scorecard *card, Indicator *ind, JsonbContainer *object, const char *path)
{
	static const char *const keys[] = {"cases", "else", NULL};
	Normaliser *n = &ind->norm;
	StringInfoData source;
	JsonbValue	v;

	memset(n, 0, sizeof(*n));
	n->kind = NORM_CASES;
	n->lowest = constant_of(int64_to_numeric(0));
	check_keys(object, keys, path);
	if (!find_member(object, "cases", &v) || !is_container(&v, true) ||
		JsonContainerSize(v.val.binary.data) == 0 ||
		JsonContainerSize(v.val.binary.data) > CARD_MAX_STEPS)
		document_error(path, psprintf("must have 1 to %d cases", CARD_MAX_STEPS));
	ind->ncases = JsonContainerSize(v.val.binary.data);
	ind->cases = palloc0(ind->ncases * sizeof(Case));
	initStringInfo(&source);
	appendStringInfoString(&source, "CASE");
	for (int i = 0; i < ind->ncases; i++)
	{
		Case	   *c = &ind->cases[i];

		read_case(card, c, getIthJsonbValueFromContainer(v.val.binary.data, i),
				  psprintf("%s.cases[%d]", path, i));
		appendStringInfo(&source, " WHEN %s THEN %s", expression_text(c->when),
						 c->is_formula ? expression_text(c->formula) :
						 numeric_to_plain_text(c->points.exact));
		if (!c->is_formula)
			note_lowest(n, &c->points, i == 0);
	}
	n->has_points = find_member(object, "else", &v);
	if (n->has_points)
	{
		n->otherwise = constant_member(object, "else", path);
		note_lowest(n, &n->otherwise, false);
		appendStringInfo(&source, " ELSE %s", numeric_to_plain_text(n->otherwise.exact));
	}
	appendStringInfoString(&source, " END");
	return read_expression(card, source.data, EXPR_NUMBER, path);
}

/* The first case that is true; NULL: none. */
const Case *
matching_case(const Indicator *ind, Subject *s)
{
	for (int i = 0; i < ind->ncases; i++)
		if (expression_test(ind->cases[i].when, s) == TRI_TRUE)
			return &ind->cases[i];
	return NULL;
}

void
write_cases(StringInfo out, const Indicator *ind)
{
	appendStringInfoString(out, "{\"cases\": [");
	for (int i = 0; i < ind->ncases; i++)
	{
		const Case *c = &ind->cases[i];

		appendStringInfoString(out, i == 0 ? "{" : ", {");
		json_key(out, "when");
		escape_json(out, expression_text(c->when));
		json_key(out, "points");
		if (c->is_formula)
			escape_json(out, expression_text(c->formula));
		else
			appendStringInfoString(out, numeric_to_plain_text(c->points.exact));
		if (c->reason != NULL)
		{
			json_key(out, "reason");
			escape_json(out, c->reason);
		}
		appendStringInfoChar(out, '}');
	}
	appendStringInfoChar(out, ']');
	if (ind->norm.has_points)
	{
		json_key(out, "else");
		appendStringInfoString(out, numeric_to_plain_text(ind->norm.otherwise.exact));
	}
	appendStringInfoChar(out, '}');
}
