/*
 * record_plan.c
 *	  What the planner makes of a constant criteria or formula over a row.
 *
 * A whole row as an argument makes the server take all its columns apart and
 * put them together again, whatever is read of them.  A call over one, be it
 * matches(criteria, t) or profile(t) @@ criteria, becomes one over the columns
 * that the expression reads.  Not where the row may be NULL as a whole, since
 * its columns would not tell that from a row of NULLs.
 */
#include "postgres.h"

#include "access/attnum.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "parser/parse_func.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "../../compat.h"
#include "expression.h"

PG_FUNCTION_INFO_V1(expression_support);

/* Function of this name in the schema where another one of ours is. */
static Oid
sibling_function(Oid function, char *name, int nargs, const Oid *types)
{
	char	   *schema = get_namespace_name(get_func_namespace(function));

	return LookupFuncName(list_make2(makeString(schema), makeString(name)), nargs, types, true);
}

/* May the row of this variable be NULL as a whole? */
static bool
row_may_be_null(PlannerInfo *root, Var *var)
{
	ListCell   *lc;

	if (VAR_NULLED_BY_JOIN(var) || VAR_OF_OLD_OR_NEW(var))
		return true;
	if (VAR_TELLS_OF_JOINS)
		return false;
	foreach(lc, root->parse->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		if (rte->rtekind == RTE_JOIN && IS_OUTER_JOIN(rte->jointype))
			return true;
	}
	return false;
}

/* Is the row itself grouped by?  Its columns could not be had then. */
static bool
row_is_grouped(PlannerInfo *root, Var *var)
{
	Query	   *query = root->parse;
	List	   *grouped;
	ListCell   *lc;

	if (query->groupingSets != NIL)
		return true;
	if (query->groupClause == NIL)
		return false;
	grouped = pull_var_clause((Node *) get_sortgrouplist_exprs(query->groupClause, query->targetList),
							  PVC_RECURSE_AGGREGATES | PVC_RECURSE_WINDOWFUNCS |
							  PVC_RECURSE_PLACEHOLDERS);
	foreach(lc, grouped)
	{
		Var		   *v = lfirst_node(Var, lc);

		if (v->varattno == InvalidAttrNumber && v->varno == var->varno)
			return true;
	}
	return false;
}

/* The relation whose whole row the variable is; InvalidOid: it has to stay one. */
static Oid
relation_of_row(PlannerInfo *root, Var *var)
{
	RangeTblEntry *rte;

	if (var->varattno != InvalidAttrNumber || var->varlevelsup != 0 ||
		IS_SPECIAL_VARNO(var->varno))
		return InvalidOid;
	rte = rt_fetch(var->varno, root->parse->rtable);
	if (rte->rtekind != RTE_RELATION || rte->relkind == RELKIND_VIEW ||
		row_may_be_null(root, var) || row_is_grouped(root, var))
		return InvalidOid;
	return rte->relid;
}

/* The column of that name; NULL: an expression cannot have it alone. */
static Expr *
column_of_relation(Oid relation, Var *row, const char *name)
{
	AttrNumber	column = get_attnum(relation, name);
	Oid			type;
	int32		typmod;
	Oid			collation;

	if (column <= 0)			/* there is none, or one of the system's */
		return (Expr *) makeNullConst(TEXTOID, -1, InvalidOid);
	if (get_attgenerated(relation, column) == 'v')
		return NULL;			/* virtual ones have been expanded before */
	get_atttypetypmodcoll(relation, column, &type, &typmod, &collation);
	return (Expr *) makeVar(row->varno, column, type, typmod, collation, 0);
}

/* The plan holds for as long as the row's type has these names. */
static void
depend_on_type(PlannerInfo *root, const RowExpr *row)
{
	Oid			relation = get_typ_typrelid(row->row_typeid);

	if (OidIsValid(relation) && root->glob != NULL)
		root->glob->relationOids = list_append_unique_oid(root->glob->relationOids, relation);
}

/*
 * The field of that name of a row that is spelled out; NULL: cannot be told.  A
 * table's row with virtual columns comes so: of its type, whose names it has not.
 */
static Expr *
field_of_row(RowExpr *row, const char *name)
{
	ListCell   *field;
	ListCell   *title;

	if (row->row_typeid != RECORDOID)
	{
		Oid			relation = get_typ_typrelid(row->row_typeid);
		AttrNumber	column = OidIsValid(relation) ? get_attnum(relation, name) : 0;

		if (!OidIsValid(relation))
			return NULL;
		/* columns that were added since are NULL, as those that are not there */
		if (column > 0 && column <= list_length(row->args))
			return list_nth(row->args, column - 1);
	}
	else
		forboth(field, row->args, title, row->colnames)
			if (strcmp(strVal(lfirst(title)), name) == 0)
				return lfirst(field);
	return (Expr *) makeNullConst(TEXTOID, -1, InvalidOid);
}

/* The values of the codes in the row, in their order; NIL: leave the row alone. */
static List *
columns_of_row(PlannerInfo *root, Node *row, CodeList *codes)
{
	Oid			relation = InvalidOid;
	List	   *result = NIL;

	if (IsA(row, Var))
		relation = relation_of_row(root, (Var *) row);
	else if (!IsA(row, RowExpr) || contain_volatile_functions(row) ||
			 (((RowExpr *) row)->row_typeid == RECORDOID && ((RowExpr *) row)->colnames == NIL))
		return NIL;
	if (IsA(row, Var) && !OidIsValid(relation))
		return NIL;
	if (IsA(row, RowExpr))
		depend_on_type(root, (RowExpr *) row);
	for (int c = 0; c < code_list_count(codes); c++)
	{
		int			len;
		const char *code = code_list_code(codes, c, &len);
		char	   *name = pnstrdup(code, len);
		Expr	   *column = IsA(row, Var) ? column_of_relation(relation, (Var *) row, name) :
			field_of_row((RowExpr *) row, name);

		if (column == NULL)
			return NIL;
		result = lappend(result, column);
	}
	return result;
}

/* The row that a subject is made of: itself, or that of profile(row). */
static Node *
row_of_subject(FuncExpr *call, Node *subject)
{
	Oid			record = RECORDOID;

	if (IsA(subject, FuncExpr) && list_length(((FuncExpr *) subject)->args) == 1 &&
		((FuncExpr *) subject)->funcid == sibling_function(call->funcid, "profile", 1, &record))
		return linitial(((FuncExpr *) subject)->args);
	return subject;
}

/* The call over the columns that stands for this one; NULL: none does. */
static Node *
call_over_columns(PlannerInfo *root, FuncExpr *call)
{
	bool		is_operator = list_length(call->args) == 2;	/* profile @@ criteria */
	Node	   *expression = list_nth(call->args, is_operator ? 1 : 0);
	Node	   *row = row_of_subject(call, list_nth(call->args, is_operator ? 0 : 1));
	bool		is_criteria = call->funcresulttype == BOOLOID;
	Oid			types[] = {exprType(expression), DATEOID, ANYOID};
	CodeList   *codes = code_list_new(CurrentMemoryContext);
	List	   *columns;
	Node	   *as_of;
	Oid			function;

	if (!IsA(expression, Const) || ((Const *) expression)->constisnull ||
		!(IsA(row, Var) || IsA(row, RowExpr)))
		return NULL;
	expression_parse(TextDatumGetCString(((Const *) expression)->constvalue),
					 is_criteria ? EXPR_BOOLEAN : EXPR_NUMBER, codes);
	columns = columns_of_row(root, row, codes);
	function = sibling_function(call->funcid, is_criteria ? "matches_columns" : "evaluate_columns",
								lengthof(types), types);
	if (columns == NIL || list_length(columns) > FUNC_MAX_ARGS - 2 || !OidIsValid(function))
		return NULL;
	as_of = is_operator ? (Node *) makeNullConst(DATEOID, -1, InvalidOid) : lthird(call->args);
	return (Node *) makeFuncExpr(function, call->funcresulttype,
								 list_concat(list_make2(expression, as_of), columns),
								 InvalidOid, call->inputcollid, COERCE_EXPLICIT_CALL);
}

Datum
expression_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);
	SupportRequestSimplify *simplify = (SupportRequestSimplify *) request;

	if (!IsA(request, SupportRequestSimplify) || simplify->root == NULL)
		PG_RETURN_POINTER(NULL);
	PG_RETURN_POINTER(call_over_columns(simplify->root, simplify->fcall));
}
