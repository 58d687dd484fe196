/*
 * missing.c
 *	  What keeps a policy of the set undecided about a subject.
 *
 * undecided_by() says it of the criteria, whose text has to be parsed for that;
 * where each of the clauses that AND joins is one of the set's, the set knows.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "compile.h"
#include "index.h"

/* An OR of conditions, or one alone, maybe behind NOTs? */
static bool
is_flat(const Term *n, bool negated)
{
	check_stack_depth();
	if (n->kind == TERM_NOT)
		return is_flat(n->args[0], !negated);
	if (n->kind != TERM_AND && n->kind != TERM_OR)
		return true;
	if ((n->kind == TERM_AND) != negated)
		return false;
	for (int i = 0; i < n->nargs; i++)
		if (!is_flat(n->args[i], negated))
			return false;
	return true;
}

/*
 * Does each clause of explain() become one clause of the set?  Clauses that the
 * set joins then look at the same column, so they are undecided together.
 */
bool
clauses_stay(const Term *root)
{
	if (root->kind != TERM_AND)
		return is_flat(root, false);
	for (int i = 0; i < root->nargs; i++)
		if (!is_flat(root->args[i], false))
			return false;
	return true;
}

static bool
leaf_allows(const Leaf *leaf, Rank rank)
{
	for (int i = 0; i < leaf->nranges; i++)
		if (rank >= leaf->ranges[i].from && rank <= leaf->ranges[i].to)
			return true;
	return false;
}

/* Does a leaf of the clause hold?  If not, and one is undecided, *unknown is set. */
static bool
clause_allows(PolicySet *set, Subject *s, const int *leaves, int count, bool *unknown)
{
	Rank	   *ranks = set->index->ranks;

	*unknown = false;
	for (int i = 0; i < count; i++)
	{
		const Leaf *leaf = &set->leaves[leaves[i]];

		if (ranks[leaf->column] == RANK_LATER)
			ranks[leaf->column] = column_rank(&set->columns[leaf->column], s);
		if (ranks[leaf->column] == RANK_MISSING)
			*unknown = true;
		else if (leaf_allows(leaf, ranks[leaf->column]))
			return true;
	}
	return false;
}

Missing *
missing_begin(const PolicySet *set)
{
	Missing    *m = palloc0(sizeof(Missing));

	m->names = palloc0(Max(set->ncolumns, 1) * sizeof(List *));
	m->asked = palloc0(Max(set->ncolumns, 1) * sizeof(bool));
	return m;
}

/* What the column reads and the subject lacks, in byte order; found once a subject. */
static List *
missing_of_column(Missing *m, const PolicySet *set, Subject *s, int column)
{
	if (!m->asked[column])
	{
		m->asked[column] = true;
		m->names[column] = missing_names(set->columns[column].term, s);
	}
	return m->names[column];
}

/* As undecided_by() says it; NULL: it has to be asked. */
ArrayType *
missing_of_policy(Missing *m, PolicySet *set, Subject *s, int number)
{
	const Policy *policy = &set->policies[number];
	const int  *leaves = policy->leaves;
	List	   *names = NIL;
	ListCell   *lc;
	Datum	   *datums;
	int			count = 0;
	ArrayType  *result;

	if (!policy->clauses_stay)
		return NULL;
	for (int i = 0; i < policy->nclauses; leaves += policy->nleaves[i++])
	{
		bool		unknown;

		if (clause_allows(set, s, leaves, policy->nleaves[i], &unknown) || !unknown)
			continue;
		for (int j = 0; j < policy->nleaves[i]; j++)
			names = list_concat(names, missing_of_column(m, set, s, set->leaves[leaves[j]].column));
	}
	names = names_in_order(names);
	datums = palloc(Max(list_length(names), 1) * sizeof(Datum));
	foreach(lc, names)
		datums[count++] = CStringGetTextDatum(lfirst(lc));
	result = construct_array(datums, count, TEXTOID, -1, false, TYPALIGN_INT);
	for (int i = 0; i < count; i++)
		pfree(DatumGetPointer(datums[i]));
	pfree(datums);
	list_free(names);
	return result;
}
