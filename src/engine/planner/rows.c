/*
 * rows.c
 *	  How many rows a function returns that returns so many of a relation's.
 *
 * A support function gets the call and nothing else, and this one knows no
 * relation: the SQL function that is declared over it says in its own name
 * which it is, …rows_of_<relation> or …rows_of_<relation>_and_<relation>, in
 * its own schema.  The supported function's ROWS are those of a thousand rows, or
 * of a thousand pairs.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "../../compat.h"

#define PREFIX			"rows_of_"
#define JOINT			"_and_"
#define THOUSAND		1000.0

PG_FUNCTION_INFO_V1(rows_of_relations);
PG_FUNCTION_INFO_V1(rows_of_relations_at_most);

/* The rows of a relation as its statistics have them, below 0 where there are none. */
static double
statistics(Oid relation)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	double		rows = -1;

	if (HeapTupleIsValid(tuple))
	{
		rows = ((Form_pg_class) GETSTRUCT(tuple))->reltuples;
		ReleaseSysCache(tuple);
	}
	return rows;
}

/*
 * The rows of a table or index by name; a thousand where it is not there, or
 * was never analyzed, which of an index only its table tells.
 */
static double
known_rows(Oid namespace, const char *name)
{
	Oid			relation = get_relname_relid(name, namespace);
	double		rows = statistics(relation);

	if (rows == 0 && get_rel_relkind(relation) == RELKIND_INDEX)
		rows = Min(rows, statistics(IndexGetRelation(relation, true)));
	return rows < 0 ? THOUSAND : rows;
}

/*
 * The product of the rows of the relations that the support function names.
 * Returns false where its name is of another form.
 */
static bool
rows_named(Oid support, double *rows)
{
	Oid			namespace = get_func_namespace(support);
	char	   *name = get_func_name(support);
	char	   *joint;

	if (name == NULL || (name = strstr(name, PREFIX)) == NULL)
		return false;
	*rows = 1;
	for (name += strlen(PREFIX); (joint = strstr(name, JOINT)) != NULL; name = joint + strlen(JOINT))
	{
		*joint = '\0';
		*rows *= known_rows(namespace, name);
	}
	*rows *= known_rows(namespace, name);
	return true;
}

/* What both support functions answer, or false for any other request. */
static bool
estimate(FunctionCallInfo fcinfo, SupportRequestRows *request)
{
	double		rows;
	HeapTuple	tuple;

	if (!IsA(request, SupportRequestRows) || !rows_named(fcinfo->flinfo->fn_oid, &rows))
		return false;
	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(request->funcid));
	if (!HeapTupleIsValid(tuple))
		return false;
	request->rows = Max(1, rows * ((Form_pg_proc) GETSTRUCT(tuple))->prorows / THOUSAND);
	ReleaseSysCache(tuple);
	return true;
}

/* Support: so many rows of the relations as ROWS says of a thousand. */
Datum
rows_of_relations(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	PG_RETURN_POINTER(estimate(fcinfo, (SupportRequestRows *) request) ? request : NULL);
}

/* Support: as rows_of_relations, and no more than the last argument says where it is a constant. */
Datum
rows_of_relations_at_most(PG_FUNCTION_ARGS)
{
	SupportRequestRows *request = (SupportRequestRows *) PG_GETARG_POINTER(0);
	Node	   *most;

	if (!estimate(fcinfo, request))
		PG_RETURN_POINTER(NULL);
	if (is_funcclause(request->node) && ((FuncExpr *) request->node)->args != NIL)
	{
		most = llast(((FuncExpr *) request->node)->args);
		if (IsA(most, Const) && ((Const *) most)->consttype == INT4OID && !((Const *) most)->constisnull)
			request->rows = Max(1, Min(request->rows, DatumGetInt32(((Const *) most)->constvalue)));
	}
	PG_RETURN_POINTER(request);
}
