/*
 * functions.c
 *	  The functions that expressions know.
 */
#include "postgres.h"

#include "term.h"

static const FunctionInfo functions[] = {
	{"abs", FN_ABS, 1, 1, EXPR_NUMBER},
	{"round", FN_ROUND, 1, 2, EXPR_NUMBER},
	{"ceil", FN_CEIL, 1, 1, EXPR_NUMBER},
	{"ceiling", FN_CEIL, 1, 1, EXPR_NUMBER},
	{"floor", FN_FLOOR, 1, 1, EXPR_NUMBER},
	{"trunc", FN_TRUNC, 1, 2, EXPR_NUMBER},
	{"sqrt", FN_SQRT, 1, 1, EXPR_NUMBER},
	{"ln", FN_LN, 1, 1, EXPR_NUMBER},
	{"log", FN_LOG, 1, 2, EXPR_NUMBER},
	{"exp", FN_EXP, 1, 1, EXPR_NUMBER},
	{"power", FN_POWER, 2, 2, EXPR_NUMBER},
	{"pow", FN_POWER, 2, 2, EXPR_NUMBER},
	{"mod", FN_MOD, 2, 2, EXPR_NUMBER},
	{"age_in_months", FN_AGE_IN_MONTHS, 1, 1, EXPR_DATE},
	{"cardinality", FN_CARDINALITY, 1, 1, EXPR_SET},
};

const FunctionInfo *
function_by_name(const char *name)
{
	for (int i = 0; i < (int) lengthof(functions); i++)
		if (strcmp(functions[i].name, name) == 0)
			return &functions[i];
	return NULL;
}

const char *
function_name(FunctionId id)
{
	for (int i = 0; i < (int) lengthof(functions); i++)
		if (functions[i].id == id)
			return functions[i].name;
	return NULL;
}
