/*
 * parse.c
 *	  From SQL text to a tree: the server's own parser, then a white list.
 *
 * What the white list does not name is an error with its position; so a
 * policy's text can do nothing but compute.  The tree is not typed yet.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"

#include "parse.h"

Term *
make_term(Parser *ps, TermKind kind, int location, int nargs)
{
	Term	   *n = palloc0(sizeof(Term));

	if (++ps->terms > EXPR_MAX_TERMS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("expression has more than %d parts", EXPR_MAX_TERMS)));
	n->kind = kind;
	n->location = location;
	n->nargs = nargs;
	n->args = nargs > 0 ? palloc0(nargs * sizeof(Term *)) : NULL;
	return n;
}

void
not_allowed(Parser *ps, const char *what, int location, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("%s is not allowed in an expression", what),
			 hint ? errhint("%s", hint) : 0,
			 AT(ps, location)));
}

/* Nested ANDs (and ORs) are one, so that brackets make no other value. */
static void
flatten(Parser *ps, List *args, TermKind kind, List **out)
{
	ListCell   *lc;

	check_stack_depth();
	foreach(lc, args)
	{
		BoolExpr   *b = plain_sql(lfirst(lc));

		if (IsA(b, BoolExpr) && b->boolop == (kind == TERM_AND ? AND_EXPR : OR_EXPR))
			flatten(ps, b->args, kind, out);
		else
			*out = lappend(*out, convert(ps, b));
	}
}

static Term *
convert_bool(Parser *ps, BoolExpr *b)
{
	TermKind	kind = b->boolop == AND_EXPR ? TERM_AND : TERM_OR;
	List	   *args = NIL;
	Term	   *n;

	if (b->boolop == NOT_EXPR)
	{
		n = make_term(ps, TERM_NOT, b->location, 1);
		n->args[0] = convert(ps, linitial(b->args));
		return n;
	}
	flatten(ps, b->args, kind, &args);
	n = make_term(ps, kind, b->location, list_length(args));
	for (int i = 0; i < n->nargs; i++)
		n->args[i] = list_nth(args, i);
	return n;
}

static Term *
convert_list(Parser *ps, TermKind kind, List *args, int location)
{
	Term	   *n = make_term(ps, kind, location, list_length(args));

	for (int i = 0; i < n->nargs; i++)
		n->args[i] = convert(ps, list_nth(args, i));
	return n;
}

static Term *
convert_case(Parser *ps, CaseExpr *c)
{
	List	   *parts = NIL;
	ListCell   *lc;
	Term	   *n;

	if (c->arg)
		parts = lappend(parts, c->arg);
	foreach(lc, c->args)
	{
		CaseWhen   *w = lfirst_node(CaseWhen, lc);

		parts = lappend(parts, w->expr);
		parts = lappend(parts, w->result);
	}
	if (c->defresult)
		parts = lappend(parts, c->defresult);
	n = convert_list(ps, TERM_CASE, parts, c->location);
	n->has_operand = c->arg != NULL;
	n->has_else = c->defresult != NULL;
	return n;
}

static Term *
convert_test(Parser *ps, BooleanTest *t)
{
	Term	   *n = make_term(ps, TERM_IS_TRUTH, t->location, 1);

	n->args[0] = convert(ps, t->arg);
	n->negated = t->booltesttype == IS_NOT_TRUE || t->booltesttype == IS_NOT_FALSE ||
		t->booltesttype == IS_NOT_UNKNOWN;
	if (t->booltesttype == IS_TRUE || t->booltesttype == IS_NOT_TRUE)
		n->op = TRI_TRUE;
	else if (t->booltesttype == IS_FALSE || t->booltesttype == IS_NOT_FALSE)
		n->op = TRI_FALSE;
	else
		n->op = TRI_UNKNOWN;
	return n;
}

/* One node of the white list. */
static Term *
convert_node(Parser *ps, void *raw)
{
	Term	   *n;

	switch (nodeTag(raw))
	{
		case T_ColumnRef:
			return convert_column(ps, raw);
		case T_A_Const:
			return convert_constant(ps, raw);
		case T_TypeCast:
			return convert_cast(ps, raw);
		case T_A_ArrayExpr:
			return convert_array(ps, raw);
		case T_A_Expr:
			return convert_a_expr(ps, raw);
		case T_BoolExpr:
			return convert_bool(ps, raw);
		case T_NullTest:
			n = make_term(ps, TERM_IS_NULL, ((NullTest *) raw)->location, 1);
			n->args[0] = convert(ps, ((NullTest *) raw)->arg);
			n->negated = ((NullTest *) raw)->nulltesttype == IS_NOT_NULL;
			return n;
		case T_BooleanTest:
			return convert_test(ps, raw);
		case T_CaseExpr:
			return convert_case(ps, raw);
		case T_CoalesceExpr:
			return convert_list(ps, TERM_COALESCE, ((CoalesceExpr *) raw)->args,
								((CoalesceExpr *) raw)->location);
		case T_MinMaxExpr:
			return convert_list(ps, ((MinMaxExpr *) raw)->op == IS_GREATEST ?
								TERM_GREATEST : TERM_LEAST,
								((MinMaxExpr *) raw)->args, ((MinMaxExpr *) raw)->location);
		case T_FuncCall:
			return convert_call(ps, raw);
		case T_SubLink:
			not_allowed(ps, "a subquery", exprLocation((struct Node *) raw), NULL);
			break;
		case T_SQLValueFunction:
			not_allowed(ps, "a function of the clock or the session", exprLocation((struct Node *) raw),
						"The date of evaluation is called as_of.");
			break;
		case T_RowExpr:
			not_allowed(ps, "a list in brackets", exprLocation((struct Node *) raw), NULL);
			break;
		case T_A_Indirection:
			not_allowed(ps, "a subscript or a part of a value", exprLocation((struct Node *) raw),
						"Membership is written 'x' = ANY (set).");
			break;
		case T_CollateClause:
			not_allowed(ps, "a collation", exprLocation((struct Node *) raw),
						"Texts compare by bytes.");
			break;
		case T_ParamRef:
			not_allowed(ps, "a parameter", exprLocation((struct Node *) raw), NULL);
			break;
		default:
			not_allowed(ps, "this kind of SQL", exprLocation((struct Node *) raw), NULL);
	}
	return NULL;
}

/* Is a value looked at more than once where such a node is evaluated? */
static bool
looks_twice(const void *raw)
{
	switch (nodeTag(raw))
	{
		case T_CoalesceExpr:
		case T_MinMaxExpr:
			return true;
		case T_CaseExpr:
			return ((const CaseExpr *) raw)->arg != NULL;
		case T_A_Expr:
			return ((const A_Expr *) raw)->kind != AEXPR_OP &&
				((const A_Expr *) raw)->kind != AEXPR_LIKE;
		default:
			return false;
	}
}

/* The white list, and a limit to what would take exponential time. */
Term *
convert(Parser *ps, void *raw)
{
	bool		twice;
	Term	   *n;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	raw = plain_sql(raw);
	twice = looks_twice(raw);
	if (twice && ++ps->nested > EXPR_MAX_NESTED)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("more than %d of coalesce, nullif, least, greatest, CASE x, IN, BETWEEN and IS DISTINCT FROM stand inside one another",
						EXPR_MAX_NESTED),
				 AT(ps, exprLocation(raw))));
	n = convert_node(ps, raw);
	if (twice)
		ps->nested--;
	return n;
}

/* The tree of an expression's text, not typed yet. */
Term *
expression_raw(const char *source, CodeList *codes)
{
	Parser		ps = {source, codes, 0, 0};

	return convert(&ps, raw_parse(source));
}
