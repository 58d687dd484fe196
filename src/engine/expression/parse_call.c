/*
 * parse_call.c
 *	  Calls of functions, from the raw tree: known ones, with fitting arguments.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "nodes/value.h"
#include "utils/formatting.h"

#include "parse.h"

/* The arguments that have to be constants. */
static void
check_constant_arguments(Parser *ps, const Term *n, const char *name)
{
	const Term *digits = n->args[n->nargs - 1];

	if ((n->op == FN_ROUND || n->op == FN_TRUNC) && n->nargs == 2 &&
		(digits->kind != TERM_NUMBER || digits->number.error != 0 ||
		 !(fabs(digits->number.value) <= 1000)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("digits of %s must be a whole number from -1000 to 1000", name),
				 AT(ps, digits->location)));
	if ((n->op == FN_EXTRACT || n->op == FN_DATE_TRUNC) &&
		(n->args[0]->kind != TERM_TEXT ||
		 !is_date_field(n->args[0]->text, n->op == FN_DATE_TRUNC)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s takes a part of a date that is known to expressions", name),
				 errhint("Parts are year, quarter, month%s.",
						 n->op == FN_EXTRACT ? " and day" : ""),
				 AT(ps, n->location)));
}

/* SQL's own spellings, such as EXTRACT(YEAR FROM x), come with the server's schema. */
static const char *
called_name(const FuncCall *call)
{
	if (list_length(call->funcname) == 1 ||
		(call->funcformat == COERCE_SQL_SYNTAX && list_length(call->funcname) == 2))
		return strVal(llast(call->funcname));
	return NULL;
}

static void
check_call(Parser *ps, const FuncCall *call, const char *name, const FunctionInfo *f)
{
	if (f == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("function %s is not known to expressions",
						NameListToString(call->funcname)),
				 errhint("%s", function_hint(strVal(llast(call->funcname)))),
				 AT(ps, call->location)));
	if (call->agg_order != NIL || call->agg_filter || call->agg_star ||
		call->agg_distinct || call->agg_within_group || call->func_variadic || call->over)
		not_allowed(ps, "an aggregate or window call", call->location, NULL);
	if (list_length(call->args) < f->min_args || list_length(call->args) > f->max_args)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("function %s takes %d argument(s), not %d", name,
						list_length(call->args) < f->min_args ? f->min_args : f->max_args,
						list_length(call->args)),
				 AT(ps, call->location)));
}

Term *
convert_call(Parser *ps, FuncCall *call)
{
	const char *name = called_name(call);
	const FunctionInfo *f = name == NULL ? NULL : function_by_name(name);
	Term	   *n;
	Term	   *field;

	if (name != NULL && strcmp(name, "starts_with") == 0)
		not_allowed(ps, "a prefix that is no constant", call->location, NULL);
	check_call(ps, call, name, f);
	n = make_term(ps, TERM_FUNCTION, call->location, list_length(call->args));
	n->op = f->id;
	for (int i = 0; i < n->nargs; i++)
		n->args[i] = convert(ps, list_nth(call->args, i));
	field = n->args[0];
	if ((f->id == FN_EXTRACT || f->id == FN_DATE_TRUNC) && field->kind == TERM_TEXT)
		field->text = asc_tolower(field->text, field->len);
	check_constant_arguments(ps, n, name);
	return n;
}
