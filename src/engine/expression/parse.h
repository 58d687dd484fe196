/*
 * parse.h
 *	  What the files that read the server's raw tree have in common.
 */
#ifndef GROWTH_INDEX_PARSE_H
#define GROWTH_INDEX_PARSE_H

#include "postgres.h"

#include "nodes/parsenodes.h"

#include "term.h"

typedef struct Parser
{
	const char *source;
	CodeList   *codes;
	int			terms;
	int			nested;			/* nodes around this one that look at a value twice */
} Parser;

#define AT(ps, loc)		expression_errposition((ps)->source, (loc))

/* parse.c */
extern Term *make_term(Parser *ps, TermKind kind, int location, int nargs);
extern void not_allowed(Parser *ps, const char *what, int location, const char *hint);
extern Term *convert(Parser *ps, void *raw);

/* parse_leaf.c */
extern Term *negated_number(Parser *ps, const Term *number, int location);
extern Term *convert_constant(Parser *ps, A_Const *c);
extern Term *convert_cast(Parser *ps, TypeCast *cast);
extern Term *convert_array(Parser *ps, A_ArrayExpr *array);
extern Term *convert_column(Parser *ps, ColumnRef *ref);

/* parse_operator.c */
extern Term *convert_a_expr(Parser *ps, A_Expr *e);

/* parse_call.c */
extern Term *convert_call(Parser *ps, FuncCall *call);

#endif							/* GROWTH_INDEX_PARSE_H */
