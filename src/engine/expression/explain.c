/*
 * explain.c
 *	  Why a profile satisfies criteria or not, clause by clause.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "criteria.h"
#include "term.h"

PG_FUNCTION_INFO_V1(expression_explain);
PG_FUNCTION_INFO_V1(expression_undecided_by);

/* The indicators that a clause reads, each one once, in the order of the text. */
static void
collect_indicators(const Term *n, List **out)
{
	ListCell   *lc;

	check_stack_depth();
	if (n->kind == TERM_INDICATOR)
	{
		foreach(lc, *out)
			if (((const Term *) lfirst(lc))->code == n->code)
				return;
		*out = lappend(*out, unconstify(Term *, n));
	}
	for (int i = 0; i < n->nargs; i++)
		collect_indicators(n->args[i], out);
}

static bool
has_type(ExprType type, uint64 w)
{
	switch (type)
	{
		case EXPR_NUMBER:
			return WORD_TYPE(w) == VALUE_NUMBER;
		case EXPR_BOOLEAN:
			return WORD_TYPE(w) == VALUE_BOOLEAN;
		case EXPR_TEXT:
			return WORD_TYPE(w) == VALUE_TEXT || WORD_TYPE(w) == VALUE_DATE;
		case EXPR_DATE:
			return WORD_TYPE(w) == VALUE_DATE;
		case EXPR_SET:
			return WORD_TYPE(w) == VALUE_SET;
		default:
			return true;
	}
}

/* Is the indicator unknown, or of another type than the clause needs? */
static bool
is_missing(const Term *n, const Subject *s, Tri t)
{
	int			slot = s->slots[n->code];

	if (slot < 0)
		return true;
	/* dates whose difference counts as a number */
	if (n->type == EXPR_NUMBER && t != TRI_UNKNOWN && WORD_TYPE(s->profile->word[slot]) == VALUE_DATE)
		return false;
	return !has_type(n->type, s->profile->word[slot]);
}

/* "revenue = 140000000, hightech = unknown"; gathers the codes that are missing. */
static void
describe_indicators(List *indicators, Subject *s, Tri t, StringInfo out, List **missing)
{
	ListCell   *lc;

	foreach(lc, indicators)
	{
		const Term *n = lfirst(lc);
		int			slot = s->slots[n->code];
		bool		lacks = is_missing(n, s, t);

		if (out->len > 0)
			appendStringInfoString(out, ", ");
		appendStringInfo(out, "%s = ", n->name);
		if (slot < 0)
			appendStringInfoString(out, "unknown");
		else
			profile_value_to_text(s->profile, slot, out);
		if (slot >= 0 && lacks)
			appendStringInfo(out, " (not a %s)", expr_type_name(n->type));
		if (lacks)
			*missing = lappend(*missing, unconstify(char *, n->name));
	}
}

/* A number, or a date as a number of days. */
static bool
exact_number(const Term *n, Subject *s, Numeric *result)
{
	DateADT		date;
	bool		known = false;

	s->exact = true;
	if (n->type == EXPR_NUMBER)
		known = number_exact(n, s, result);
	else if (n->type == EXPR_DATE)
	{
		known = eval_date(n, s, &date);
		*result = known ? int64_to_numeric(date) : NULL;
	}
	s->exact = false;
	return known;
}

static bool
is_plain(const Term *n)
{
	return n->kind <= TERM_SET;
}

/* What a comparison asks of its left side: the text behind that. */
static char *
requirement(const Term *n)
{
	char	   *whole = term_text(n);
	char	   *left;

	if (n->kind != TERM_COMPARE && n->kind != TERM_BETWEEN && n->kind != TERM_IN &&
		n->kind != TERM_LIKE)
		return whole;
	left = term_text(n->args[0]);
	if (strncmp(whole, left, strlen(left)) == 0 && whole[strlen(left)] == ' ')
		return whole + strlen(left) + 1;
	return whole;
}

static Numeric
distance(Numeric a, Numeric b)
{
	Numeric		d;

	if (!numeric_sub_ok(a, b, &d))
		return NULL;
	return numeric_compare(d, int64_to_numeric(0)) < 0 ?
		(numeric_sub_ok(b, a, &d) ? d : NULL) : d;
}

/* How far a comparison of numbers or dates is from being true; NULL: cannot be said. */
static Numeric
clause_gap(const Term *n, Subject *s, Tri satisfied)
{
	Numeric		value;
	Numeric		low;
	Numeric		high;

	if ((n->kind != TERM_COMPARE && n->kind != TERM_BETWEEN) ||
		!exact_number(n->args[0], s, &value) || !exact_number(n->args[1], s, &low))
		return NULL;
	if (satisfied == TRI_TRUE)
		return int64_to_numeric(0);
	if (n->kind == TERM_COMPARE)
		return distance(value, low);
	if (n->negated || !exact_number(n->args[2], s, &high))
		return NULL;
	if (numeric_compare(value, low) < 0)
		return distance(low, value);
	return distance(value, high);
}

/* Names as an array of texts; nothing else is left of making it. */
ArrayType *
names_array(List *names)
{
	Datum	   *datums = palloc(Max(list_length(names), 1) * sizeof(Datum));
	int			count = 0;
	ArrayType  *array;
	ListCell   *lc;

	foreach(lc, names)
		datums[count++] = CStringGetTextDatum(lfirst(lc));
	array = construct_array(datums, count, TEXTOID, -1, false, TYPALIGN_INT);
	for (int i = 0; i < count; i++)
		pfree(DatumGetPointer(datums[i]));
	pfree(datums);
	return array;
}

static Tri
clause_holds(const Term *n, Subject *s)
{
	Tri			t;

	s->exact = true;
	t = eval_boolean(n, s);
	s->exact = false;
	return t;
}

static void
explain_clause(ReturnSetInfo *rsinfo, const Term *n, Subject *s)
{
	Datum		values[6];
	bool		nulls[6] = {false};
	List	   *indicators = NIL;
	List	   *missing = NIL;
	StringInfoData actual;
	Tri			t = clause_holds(n, s);
	Numeric		number;
	Numeric		gap = clause_gap(n, s, t);

	initStringInfo(&actual);
	if (n->nargs > 0 && !is_plain(n->args[0]) && n->args[0]->type == EXPR_NUMBER &&
		exact_number(n->args[0], s, &number))
		appendStringInfo(&actual, "%s = %s", term_text(n->args[0]),
						 numeric_to_plain_text(number));
	collect_indicators(n, &indicators);
	describe_indicators(indicators, s, t, &actual, &missing);
	values[0] = CStringGetTextDatum(term_text(n));
	values[1] = BoolGetDatum(t == TRI_TRUE);
	nulls[1] = t == TRI_UNKNOWN;
	values[2] = CStringGetTextDatum(actual.data);
	nulls[2] = actual.len == 0;
	values[3] = CStringGetTextDatum(requirement(n));
	values[4] = NumericGetDatum(gap);
	nulls[4] = gap == NULL;
	values[5] = PointerGetDatum(names_array(missing));
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* One row a clause; the clauses are what AND joins at the top. */
Datum
expression_explain(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	CodeList   *codes;
	Expression *e;
	Subject		s;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	codes = code_list_new(CurrentMemoryContext);
	e = expression_parse(text_to_cstring(PG_GETARG_TEXT_PP(0)), EXPR_BOOLEAN, codes);
	call_subject(fcinfo, 1, 2, codes, &s);
	for (int i = 0; i < clause_count(e->root); i++)
		explain_clause(rsinfo, clause_at(e->root, i), &s);
	return (Datum) 0;
}

static int
name_order(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

/* The names in byte order, each once; the list is used up. */
List *
names_in_order(List *names)
{
	List	   *once = NIL;
	ListCell   *lc;

	list_sort(names, name_order);
	foreach(lc, names)
		if (once == NIL || strcmp(llast(once), lfirst(lc)) != 0)
			once = lappend(once, lfirst(lc));
	list_free(names);
	return once;
}

/* The indicators of the term that are unknown, or of another type than it needs. */
List *
missing_names(const Term *n, const Subject *s)
{
	List	   *indicators = NIL;
	List	   *missing = NIL;
	ListCell   *lc;

	collect_indicators(n, &indicators);
	foreach(lc, indicators)
	{
		const Term *indicator = lfirst(lc);

		if (is_missing(indicator, s, TRI_UNKNOWN))
			missing = lappend(missing, unconstify(char *, indicator->name));
	}
	list_free(indicators);
	return missing;
}

/* What is missing in the clauses that explain() calls undecided, each code once, in byte order. */
Datum
expression_undecided_by(PG_FUNCTION_ARGS)
{
	CodeList   *codes;
	Expression *e;
	Subject		s;
	List	   *missing = NIL;
	int			count;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_ARRAYTYPE_P(names_array(NIL));
	e = call_expression(fcinfo, 0, EXPR_BOOLEAN, &codes);
	call_subject(fcinfo, 1, 2, codes, &s);
	count = clause_count(e->root);
	for (int i = 0; i < count; i++)
	{
		const Term *clause = clause_at(e->root, i);

		if (clause_holds(clause, &s) == TRI_UNKNOWN)
			missing = list_concat(missing, missing_names(clause, &s));
	}
	PG_RETURN_ARRAYTYPE_P(names_array(names_in_order(missing)));
}
