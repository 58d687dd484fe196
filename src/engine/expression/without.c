/*
 * without.c
 *	  What each of the clauses that AND joins keeps out.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "criteria.h"
#include "term.h"

PG_FUNCTION_INFO_V1(expression_unmet_clause);
PG_FUNCTION_INFO_V1(expression_unmet_condition);
PG_FUNCTION_INFO_V1(expression_clauses_apart);

static Tri
test_clause(const Expression *e, int i, Subject *s)
{
	Expression	clause = *e;

	clause.root = unconstify(Term *, clause_at(e->root, i));
	return expression_test(&clause, s);
}

/* What does not hold of conditions that are looked at one after the other. */
typedef struct Unmet
{
	int			count;			/* of conditions */
	int			number;			/* of the one; count + 1: several */
	bool		refused;		/* one is false */
	bool		lost;			/* ... and another does not hold either */
} Unmet;

static void
add_condition(Unmet *u, int number, Tri t)
{
	if (t == TRI_TRUE)
		return;
	u->lost = u->refused || (u->number != 0 && t == TRI_FALSE);
	u->refused |= t == TRI_FALSE;
	u->number = u->number == 0 ? number : u->count + 1;
}

/*
 * 0: all conditions hold; the number of the only one that does not, negative
 * where it is undecided; a number beyond the conditions' where some are undecided
 * and none is false; NULL: one is false, and another does not hold either.
 */
static Datum
unmet_number(FunctionCallInfo fcinfo, const Unmet *u)
{
	if (u->lost)
		PG_RETURN_NULL();
	PG_RETURN_INT32(u->refused ? u->number : -u->number);
}

static void
add_clauses(Unmet *u, const Expression *e, Subject *s)
{
	int			count = clause_count(e->root);

	for (int i = 0; i < count && !u->lost; i++)
		add_condition(u, i + 1, test_clause(e, i, s));
}

Datum
expression_unmet_clause(PG_FUNCTION_ARGS)
{
	CodeList   *codes;
	Expression *e;
	Subject		s;
	Unmet		u = {0};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	e = call_expression(fcinfo, 0, EXPR_BOOLEAN, &codes);
	call_subject(fcinfo, 1, 2, codes, &s);
	u.count = clause_count(e->root);
	add_clauses(&u, e, &s);
	return unmet_number(fcinfo, &u);
}

/* The formula that a call site is given beside criteria, compiled over the same codes. */
typedef struct BesideCriteria
{
	MemoryContext context;		/* of the call site, and ... */
	MemoryContext own;			/* ... of the formula */
	bool		constant;
	text	   *source;			/* NULL: there is none */
	Expression *formula;
	void	   *rounding;
} BesideCriteria;

static BesideCriteria *
call_formula(FunctionCallInfo fcinfo, int arg, CodeList *codes)
{
	MemoryContext context;
	void	  **extra = call_extra(fcinfo, &context);
	BesideCriteria *beside = *extra;
	text	   *source;
	text	   *kept;
	MemoryContext old;

	if (likely(beside != NULL && beside->constant && beside->source != NULL))
		return beside;
	if (beside == NULL)
	{
		*extra = beside = MemoryContextAllocZero(context, sizeof(BesideCriteria));
		beside->context = context;
		beside->own = AllocSetContextCreate(context, "growth_index formula", ALLOCSET_DEFAULT_SIZES);
		beside->constant = call_argument_is_constant(fcinfo->flinfo, arg);
	}
	source = PG_GETARG_TEXT_PP(arg);
	if (beside->source != NULL && VARSIZE_ANY_EXHDR(source) == VARSIZE_ANY_EXHDR(beside->source) &&
		memcmp(VARDATA_ANY(source), VARDATA_ANY(beside->source), VARSIZE_ANY_EXHDR(source)) == 0)
		return beside;
	beside->source = NULL;
	MemoryContextReset(beside->own);
	old = MemoryContextSwitchTo(beside->own);
	kept = cstring_to_text_with_len(VARDATA_ANY(source), VARSIZE_ANY_EXHDR(source));
	beside->formula = expression_parse(text_to_cstring(kept), EXPR_NUMBER, codes);
	expression_quicken(beside->formula);
	MemoryContextSwitchTo(old);
	beside->source = kept;
	return beside;
}

/* That there is an amount is one more condition, never false: what is none is unknown. */
Datum
expression_unmet_condition(PG_FUNCTION_ARGS)
{
	CodeList   *codes;
	Expression *e;
	BesideCriteria *beside;
	Subject		s;
	Unmet		u = {0};

	for (int arg = 0; arg < 6; arg++)
		if (arg != 3 && PG_ARGISNULL(arg))
			PG_RETURN_NULL();
	e = call_expression(fcinfo, 0, EXPR_BOOLEAN, &codes);
	beside = call_formula(fcinfo, 1, codes);
	call_subject(fcinfo, 2, 3, codes, &s);
	u.count = clause_count(e->root) + 1;
	add_clauses(&u, e, &s);
	/* several are several, whatever the amount is */
	if (!u.lost && u.number <= u.count &&
		!gives_amount(beside->formula, &s,
					  rounding_of_call(&beside->rounding, beside->context, PG_GETARG_DATUM(4), PG_GETARG_DATUM(5))))
		add_condition(&u, u.count, TRI_UNKNOWN);
	return unmet_number(fcinfo, &u);
}

/* Are these of the same form and types? */
static bool
same_terms(const Term *a, const Term *b)
{
	check_stack_depth();
	if (a->kind != b->kind || a->type != b->type || a->nargs != b->nargs)
		return false;
	for (int i = 0; i < a->nargs; i++)
		if (!same_terms(a->args[i], b->args[i]))
			return false;
	return true;
}

/* Does the rest of the criteria, read by itself, say what its clauses say in the whole? */
static bool
rest_is_alike(const Expression *whole, int without)
{
	int			count = clause_count(whole->root);
	int			n = 0;
	StringInfoData text;
	Expression *rest;

	if (count == 1)
		return true;
	initStringInfo(&text);
	for (int i = 0; i < count; i++)
		if (i != without)
			appendStringInfo(&text, "%s(%s)", text.len > 0 ? " AND " : "",
							 term_text(clause_at(whole->root, i)));
	rest = expression_parse(text.data, EXPR_BOOLEAN, code_list_new(CurrentMemoryContext));
	if (clause_count(rest->root) != count - 1)
		return false;
	for (int i = 0; i < count; i++)
		if (i != without && !same_terms(clause_at(whole->root, i), clause_at(rest->root, n++)))
			return false;
	return true;
}

/* The numbers of the clauses without which the others read otherwise. */
Datum
expression_clauses_apart(PG_FUNCTION_ARGS)
{
	Expression *e = expression_parse(text_to_cstring(PG_GETARG_TEXT_PP(0)), EXPR_BOOLEAN,
									 code_list_new(CurrentMemoryContext));
	int			count = clause_count(e->root);
	Datum	   *numbers = palloc(count * sizeof(Datum));
	int			napart = 0;
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "growth_index rest",
												  ALLOCSET_DEFAULT_SIZES);

	for (int i = 0; i < count; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(scratch);

		CHECK_FOR_INTERRUPTS();
		if (!rest_is_alike(e, i))
			numbers[napart++] = Int32GetDatum(i + 1);
		MemoryContextSwitchTo(old);
		MemoryContextReset(scratch);
	}
	MemoryContextDelete(scratch);
	PG_RETURN_ARRAYTYPE_P(construct_array(numbers, napart, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}
