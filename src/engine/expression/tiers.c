/*
 * tiers.c
 *	  The tiers of a formula: the branches of its CASEs.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "term.h"

PG_FUNCTION_INFO_V1(formula_tiers);

/* One row a branch; that of ELSE has no condition. */
static void
put_case(ReturnSetInfo *rsinfo, const Term *n, int number)
{
	int			first = n->has_operand ? 1 : 0;
	int			end = n->nargs - (n->has_else ? 1 : 0);

	for (int i = first; i < n->nargs; i += 2)
	{
		bool		is_else = i >= end;
		Datum		values[4] = {Int32GetDatum(number), Int32GetDatum((i - first) / 2 + 1)};
		bool		nulls[4] = {false, false, is_else, false};
		const char *when = is_else ? "" : term_text(n->args[i]);

		if (n->has_operand && !is_else)
			when = psprintf("(%s) = (%s)", term_text(n->args[0]), when);
		values[2] = CStringGetTextDatum(when);
		values[3] = CStringGetTextDatum(term_text(n->args[is_else ? i : i + 1]));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

/* The CASEs of a term, but not those within a CASE: they depend on its branch. */
static void
put_cases(ReturnSetInfo *rsinfo, const Term *n, int *number)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (n->kind == TERM_CASE)
	{
		put_case(rsinfo, n, ++*number);
		return;
	}
	for (int i = 0; i < n->nargs; i++)
		put_cases(rsinfo, n->args[i], number);
}

Datum
formula_tiers(PG_FUNCTION_ARGS)
{
	CodeList   *codes = code_list_new(CurrentMemoryContext);
	Expression *e;
	int			number = 0;

	InitMaterializedSRF(fcinfo, 0);
	e = expression_parse(text_to_cstring(PG_GETARG_TEXT_PP(0)), EXPR_NUMBER, codes);
	put_cases((ReturnSetInfo *) fcinfo->resultinfo, e->root, &number);
	return (Datum) 0;
}
