/*
 * plain_sql.c
 *	  Other spellings of SQL, brought to those that the white list knows.
 *
 * This is done on the server's raw tree, so that a spelling has no other
 * meaning, type or canonical text than what it stands for.
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "term.h"

static bool
is_string(const void *raw)
{
	const A_Const *c = raw;

	return IsA(raw, A_Const) && !c->isnull && IsA(&c->val, String);
}

static A_Const *
string_constant(char *text, int location)
{
	A_Const    *c = makeNode(A_Const);

	c->val.sval.type = T_String;
	c->val.sval.sval = text;
	c->location = location;
	return c;
}

/* x LIKE ANY (ARRAY[...]) is an OR of LIKEs, ALL an AND; NOT LIKE alike. */
static void *
like_each(const A_Expr *e, const A_ArrayExpr *patterns)
{
	List	   *args = NIL;
	ListCell   *lc;

	foreach(lc, patterns->elements)
		args = lappend(args, makeA_Expr(AEXPR_LIKE, e->name, e->lexpr, lfirst(lc), e->location));
	if (list_length(args) == 1)
		return linitial(args);
	return makeBoolExpr(e->kind == AEXPR_OP_ANY ? OR_EXPR : AND_EXPR, args, e->location);
}

/* = ANY (ARRAY[1, 2]) is IN (1, 2); an array of texts stays a set. */
static void *
plain_any(A_Expr *e)
{
	const char *name = strVal(llast(e->name));
	A_ArrayExpr *array = (A_ArrayExpr *) e->rexpr;

	if (list_length(e->name) != 1 || !IsA(array, A_ArrayExpr) || array->elements == NIL)
		return e;
	if (strcmp(name, "~~") == 0 || strcmp(name, "!~~") == 0)
		return like_each(e, array);
	if (!is_string(linitial(array->elements)) &&
		strcmp(name, e->kind == AEXPR_OP_ANY ? "=" : "<>") == 0)
		return makeA_Expr(AEXPR_IN, e->name, e->lexpr, (Node *) array->elements, e->location);
	return e;
}

/* starts_with(x, 'C39') and x ^@ 'C39' are x LIKE 'C39%'. */
static void *
plain_prefix(void *raw, void *value, void *prefix, int location)
{
	StringInfoData pattern;

	if (!is_string(prefix))
		return raw;
	initStringInfo(&pattern);
	for (const char *c = strVal(&((A_Const *) prefix)->val); *c != '\0'; c++)
	{
		if (strchr("%_\\", *c) != NULL)
			appendStringInfoChar(&pattern, '\\');
		appendStringInfoChar(&pattern, *c);
	}
	appendStringInfoChar(&pattern, '%');
	return makeA_Expr(AEXPR_LIKE, list_make1(makeString(pstrdup("~~"))), value,
					  (Node *) string_constant(pattern.data, ((A_Const *) prefix)->location),
					  location);
}

/* x LIKE 'a!%' ESCAPE '!' is x LIKE 'a\%': the server's own function makes the pattern. */
static void *
plain_like(A_Expr *e)
{
	FuncCall   *call = (FuncCall *) e->rexpr;
	Datum		pattern;

	if (!IsA(call, FuncCall) || list_length(call->args) != 2 ||
		strcmp(strVal(llast(call->funcname)), "like_escape") != 0 ||
		!is_string(linitial(call->args)) || !is_string(lsecond(call->args)))
		return e;
	pattern = DirectFunctionCall2(like_escape,
								  CStringGetTextDatum(strVal(&linitial_node(A_Const, call->args)->val)),
								  CStringGetTextDatum(strVal(&lsecond_node(A_Const, call->args)->val)));
	return makeA_Expr(AEXPR_LIKE, e->name, e->lexpr,
					  (Node *) string_constant(TextDatumGetCString(pattern),
											   linitial_node(A_Const, call->args)->location),
					  e->location);
}

static FuncCall *
function_call(const char *name, List *args, int location)
{
	return makeFuncCall(list_make1(makeString(pstrdup(name))), args, COERCE_EXPLICIT_CALL, location);
}

static bool
is_call(const void *raw, const char *name, int nargs)
{
	const FuncCall *call = raw;

	return IsA(raw, FuncCall) && list_length(call->args) == nargs &&
		strcmp(strVal(llast(call->funcname)), name) == 0;
}

/*
 * EXTRACT(YEAR FROM age(as_of, x)) counts completed years: it is
 * trunc(age_in_months(x) / 12), and EXTRACT(MONTH ...) what is left of them.
 */
static void *
plain_age(FuncCall *call)
{
	FuncCall   *age = lsecond(call->args);
	ColumnRef  *as_of;
	Node	   *months;
	Node	   *year;
	bool		years;

	if (!is_call(age, "age", 2) || !is_string(linitial(call->args)))
		return call;
	as_of = linitial(age->args);
	years = pg_strcasecmp(strVal(&linitial_node(A_Const, call->args)->val), "year") == 0;
	if (!IsA(as_of, ColumnRef) || list_length(as_of->fields) != 1 ||
		!IsA(linitial(as_of->fields), String) || strcmp(strVal(linitial(as_of->fields)), "as_of") != 0 ||
		(!years && pg_strcasecmp(strVal(&linitial_node(A_Const, call->args)->val), "month") != 0))
		return call;
	months = (Node *) function_call("age_in_months", list_make1(lsecond(age->args)), age->location);
	year = (Node *) makeNode(A_Const);
	((A_Const *) year)->val.ival.type = T_Integer;
	((A_Const *) year)->val.ival.ival = 12;
	((A_Const *) year)->location = -1;
	months = (Node *) makeSimpleA_Expr(AEXPR_OP, years ? "/" : "%", months, year, call->location);
	return years ? (Node *) function_call("trunc", list_make1(months), call->location) : months;
}

/* INTERVAL '3' YEAR is INTERVAL '3 year'. */
static void *
plain_interval(TypeCast *cast)
{
	static const struct
	{
		int			mask;
		const char *unit;
	}			units[] = {
		{INTERVAL_MASK(YEAR), "year"}, {INTERVAL_MASK(MONTH), "month"}, {INTERVAL_MASK(DAY), "day"}
	};
	A_Const    *c = (A_Const *) cast->arg;
	A_Const    *mask = linitial(cast->typeName->typmods);
	const char *number = strVal(&c->val);
	TypeCast   *plain;

	if (list_length(cast->typeName->typmods) != 1 || !IsA(mask, A_Const) ||
		!IsA(&mask->val, Integer) || strspn(number, "+-0123456789") != strlen(number))
		return cast;
	for (int i = 0; i < (int) lengthof(units); i++)
		if (units[i].mask == intVal(&mask->val))
		{
			plain = copyObject(cast);
			plain->typeName->typmods = NIL;
			plain->arg = (Node *) string_constant(psprintf("%s %s", number, units[i].unit),
												  c->location);
			return plain;
		}
	return cast;
}

/* Casts that change nothing: 'x'::text, ARRAY['x']::text[], 0.05::numeric, 5::int. */
static void *
plain_cast(TypeCast *cast)
{
	const char *type = strVal(llast(cast->typeName->names));
	bool		array = cast->typeName->arrayBounds != NIL;
	A_Const    *c = (A_Const *) cast->arg;

	if (is_string(c) && strcmp(type, "interval") == 0 && !array &&
		cast->typeName->typmods != NIL)
		return plain_interval(cast);
	if (cast->typeName->typmods != NIL)
		return cast;
	if ((strcmp(type, "text") == 0 || strcmp(type, "varchar") == 0) &&
		(array ? IsA(c, A_ArrayExpr) : is_string(c)))
		return c;
	if (array || !IsA(c, A_Const) || c->isnull)
		return cast;
	if (strcmp(type, "numeric") == 0 && (IsA(&c->val, Float) || IsA(&c->val, Integer)))
		return c;
	if ((strcmp(type, "int4") == 0 || strcmp(type, "int8") == 0) && IsA(&c->val, Integer))
		return c;
	return cast;
}

/* The plain spelling of a node, or the node itself; its arguments are not looked into. */
void *
plain_sql(void *raw)
{
	A_Expr	   *e = raw;
	FuncCall   *call = raw;

	switch (nodeTag(raw))
	{
		case T_TypeCast:
			return plain_cast(raw);
		case T_A_Expr:
			if (e->kind == AEXPR_OP_ANY || e->kind == AEXPR_OP_ALL)
				return plain_any(e);
			if (e->kind == AEXPR_LIKE)
				return plain_like(e);
			if (e->kind != AEXPR_OP || e->lexpr == NULL || list_length(e->name) != 1)
				return raw;
			if (strcmp(strVal(linitial(e->name)), "^@") == 0)
				return plain_prefix(raw, e->lexpr, e->rexpr, e->location);
			if (strcmp(strVal(linitial(e->name)), "^") == 0)
				return function_call("power", list_make2(e->lexpr, e->rexpr), e->location);
			return raw;
		case T_FuncCall:
			if (is_call(raw, "starts_with", 2) && list_length(call->funcname) == 1)
				return plain_prefix(raw, linitial(call->args), lsecond(call->args), call->location);
			if (is_call(raw, "extract", 2) || is_call(raw, "date_part", 2))
				return plain_age(call);
			return raw;
		default:
			return raw;
	}
}
