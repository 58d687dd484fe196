/*
 * pass.c
 *	  Who passes: a score that is high enough, with each dimension's minimum;
 *	  or one of the bypasses.  And the grade that comes of it.
 */
#include "postgres.h"

#include "utils/json.h"

#include "../rating/rating.h"
#include "exact.h"

static const char *const pass_keys[] = {"from", "bypass", "at_most", NULL};

static void
read_bypasses(Scorecard *card, const JsonbValue *value)
{
	PassRule   *rule = &card->pass;

	if (!is_container(value, true))
		document_error("pass.bypass", "must be an array of conditions");
	rule->nbypasses = JsonContainerSize(value->val.binary.data);
	if (rule->nbypasses > CARD_MAX_STEPS)
		document_error("pass.bypass", psprintf("has more than %d conditions", CARD_MAX_STEPS));
	rule->bypasses = palloc0(Max(rule->nbypasses, 1) * sizeof(Expression *));
	for (int i = 0; i < rule->nbypasses; i++)
	{
		char	   *path = psprintf("pass.bypass[%d]", i);
		JsonbValue *condition = getIthJsonbValueFromContainer(value->val.binary.data, i);

		if (condition->type != jbvString)
			document_error(path, "must be a text");
		rule->bypasses[i] = read_expression(card, pnstrdup(condition->val.string.val,
														   condition->val.string.len),
											EXPR_BOOLEAN, path);
	}
}

/* "pass": {"from": score, "bypass": [condition, ...], "at_most": grade} */
void
read_pass(Scorecard *card, JsonbContainer *root)
{
	PassRule   *rule = &card->pass;
	JsonbValue	v;
	JsonbContainer *object;

	for (int d = 0; d < card->ndimensions; d++)
		rule->minima = rule->minima || card->dimensions[d].has_minimum;
	if (!find_member(root, "pass", &v))
		return;
	if (!is_container(&v, false))
		document_error("pass", "must be an object with from, bypass or at_most");
	rule->stated = true;
	object = v.val.binary.data;
	check_keys(object, pass_keys, "pass");
	rule->has_from = find_member(object, "from", &v);
	if (rule->has_from)
	{
		rule->from = constant_member(object, "from", "pass");
		rule->least = scaled_ceiling(rule->from.exact, card->score_digits, PG_INT64_MAX);
	}
	if (find_member(object, "bypass", &v))
		read_bypasses(card, &v);
	rule->has_at_most = find_member(object, "at_most", &v);
	if (rule->has_at_most)
		rule->at_most = grade_member(object, "at_most", "pass");
	if (!rule->has_from && !rule->minima)
		document_error("pass", "must have from, or a dimension a minimum");
}

void
write_pass(StringInfo out, const Scorecard *card)
{
	const PassRule *rule = &card->pass;

	if (!rule->stated)
		return;
	json_key(out, "pass");
	appendStringInfoChar(out, '{');
	if (rule->has_from)
	{
		json_key(out, "from");
		appendStringInfoString(out, numeric_to_plain_text(rule->from.exact));
	}
	if (rule->nbypasses > 0)
	{
		json_key(out, "bypass");
		for (int i = 0; i < rule->nbypasses; i++)
		{
			appendStringInfoString(out, i == 0 ? "[" : ", ");
			escape_json(out, expression_text(rule->bypasses[i]));
		}
		appendStringInfoChar(out, ']');
	}
	if (rule->has_at_most)
	{
		json_key(out, "at_most");
		escape_json(out, rating_name(rule->at_most));
	}
	appendStringInfoChar(out, '}');
}

/* The three-valued AND. */
static Tri
and_also(Tri a, Tri b)
{
	if (a == TRI_FALSE || b == TRI_FALSE)
		return TRI_FALSE;
	return a == TRI_UNKNOWN || b == TRI_UNKNOWN ? TRI_UNKNOWN : TRI_TRUE;
}

/* TRI_FALSE becomes true by a bypass, or unknown by one that is unknown. */
static Tri
or_bypass(const Scorecard *card, Subject *s, Tri passed)
{
	for (int i = 0; i < card->pass.nbypasses && passed != TRI_TRUE; i++)
	{
		Tri			bypass = expression_test(card->pass.bypasses[i], s);

		if (bypass != TRI_FALSE)
			passed = bypass;
	}
	return passed;
}

/* Is there anything to pass? */
static bool
card_has_pass(const Scorecard *card)
{
	return card->pass.stated || card->pass.minima;
}

/* Does the subject pass, by the definition?  Unknown where there is no score, or nothing to pass. */
Tri
card_passed(const Scorecard *card, Subject *s, const ScoreResult *r)
{
	Tri			passed = TRI_TRUE;

	if (!card_has_pass(card))
		return TRI_UNKNOWN;
	if (r->score == NULL)
		return or_bypass(card, s, TRI_UNKNOWN);
	if (card->pass.has_from && numeric_compare(r->score, card->pass.from.exact) < 0)
		passed = TRI_FALSE;
	for (int d = 0; d < card->ndimensions; d++)
	{
		const Dimension *dimension = &card->dimensions[d];

		if (!dimension->has_minimum || !dimension_weighs(card, d, r->segment))
			continue;
		passed = and_also(passed, !r->dimensions[d].counts ? TRI_UNKNOWN :
						  numeric_compare(r->dimensions[d].points, dimension->minimum.exact) >= 0);
	}
	return or_bypass(card, s, passed);
}

/* The same from machine numbers; dimension points are there if the card is shaped. */
Tri
card_passed_fast(const Scorecard *card, Subject *s, const FastScore *fast)
{
	Tri			passed = TRI_TRUE;

	if (!card_has_pass(card))
		return TRI_UNKNOWN;
	if (fast->status != STATUS_SCORED)
		return or_bypass(card, s, TRI_UNKNOWN);
	if (card->pass.has_from && fast->score < card->pass.least)
		passed = TRI_FALSE;
	for (int d = 0; d < card->ndimensions && card->pass.minima; d++)
	{
		const Dimension *dimension = &card->dimensions[d];

		if (!dimension->has_minimum || !dimension_weighs(card, d, fast->segment))
			continue;
		passed = and_also(passed, !fast->counts[d] ? TRI_UNKNOWN :
						  fast->points[d] >= dimension->least);
	}
	return or_bypass(card, s, passed);
}

/* What the grade of a score becomes by the pass rule, then by the overrides that the subject meets. */
int16
card_grade(const Scorecard *card, Subject *s, Tri passed, int16 grade)
{
	if (card->pass.has_at_most && passed != TRI_TRUE)
		grade = Min(grade, card->pass.at_most);
	for (int i = 0; i < card->noverrides; i++)
	{
		const Override *o = &card->overrides[i];

		if (expression_test(o->when, s) != TRI_TRUE)
			continue;
		grade = o->at_most ? Min(grade, o->grade) : Max(grade, o->grade);
	}
	return grade;
}
