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
PG_FUNCTION_INFO_V1(expression_clauses_apart);

static int
clause_count(const Expression *e)
{
	return e->root->kind == TERM_AND ? e->root->nargs : 1;
}

static const Term *
clause_at(const Expression *e, int i)
{
	return e->root->kind == TERM_AND ? e->root->args[i] : e->root;
}

static Tri
test_clause(const Expression *e, int i, Subject *s)
{
	Expression	clause = *e;

	clause.root = unconstify(Term *, clause_at(e, i));
	return expression_test(&clause, s);
}

/*
 * 0: all clauses hold; the number of the only one that does not, negative where
 * it is undecided; a number beyond the clauses' where some are undecided and
 * none is false; NULL: one is false, and another does not hold either.
 */
Datum
expression_unmet_clause(PG_FUNCTION_ARGS)
{
	CodeList   *codes;
	Expression *e;
	Subject		s;
	int			count;
	int			unmet = 0;
	bool		refused = false;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	e = call_expression(fcinfo, 0, EXPR_BOOLEAN, &codes);
	call_subject(fcinfo, 1, 2, codes, &s);
	count = clause_count(e);
	for (int i = 0; i < count; i++)
	{
		Tri			t = test_clause(e, i, &s);

		if (t == TRI_TRUE)
			continue;
		if (refused || (unmet != 0 && t == TRI_FALSE))
			PG_RETURN_NULL();
		refused = t == TRI_FALSE;
		unmet = unmet == 0 ? i + 1 : count + 1;
	}
	PG_RETURN_INT32(refused ? unmet : -unmet);
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
	int			count = clause_count(whole);
	int			n = 0;
	StringInfoData text;
	Expression *rest;

	if (count == 1)
		return true;
	initStringInfo(&text);
	for (int i = 0; i < count; i++)
		if (i != without)
			appendStringInfo(&text, "%s(%s)", text.len > 0 ? " AND " : "",
							 term_text(clause_at(whole, i)));
	rest = expression_parse(text.data, EXPR_BOOLEAN, code_list_new(CurrentMemoryContext));
	if (clause_count(rest) != count - 1)
		return false;
	for (int i = 0; i < count; i++)
		if (i != without && !same_terms(clause_at(whole, i), clause_at(rest, n++)))
			return false;
	return true;
}

/* The numbers of the clauses without which the others read otherwise. */
Datum
expression_clauses_apart(PG_FUNCTION_ARGS)
{
	Expression *e = expression_parse(text_to_cstring(PG_GETARG_TEXT_PP(0)), EXPR_BOOLEAN,
									 code_list_new(CurrentMemoryContext));
	int			count = clause_count(e);
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
