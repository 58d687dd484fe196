/*
 * missing.c
 *	  What keeps a policy of the set undecided about a subject.
 *
 * undecided_by() says it of the criteria, whose text has to be parsed for that;
 * most policies are of a form of which the set knows.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "compile.h"
#include "index.h"

/*
 * Conditions joined by OR (or by AND), maybe behind NOTs; in so many levels of
 * depth, members may be conditions joined by the other.
 */
static bool
is_joined(const Term *n, bool negated, bool by_and, int depth)
{
	check_stack_depth();
	if (n->kind == TERM_NOT)
		return is_joined(n->args[0], !negated, by_and, depth);
	if (n->kind != TERM_AND && n->kind != TERM_OR)
		return true;
	if (((n->kind == TERM_AND) != negated) != by_and)
		return depth > 0 && is_joined(n, negated, !by_and, depth - 1);
	for (int i = 0; i < n->nargs; i++)
		if (!is_joined(n->args[i], negated, by_and, depth))
			return false;
	return true;
}

/*
 * Do the clauses of the set tell what is missing in those of explain()?  An OR of
 * conditions is one clause of the set.  An OR of ANDs becomes several; while it
 * is undecided no AND of it holds, so each has a condition that does not, and
 * whatever is unknown stands beside such ones in a clause, which is undecided
 * then.  That is enough where a condition looks at nothing unknown once it is
 * decided.  Clauses that the set joins look at the same column, so they are
 * undecided together.
 */
Telling
clauses_tell(const Term *root)
{
	int			count = clause_count(root);
	Telling		telling = TELLS_ALWAYS;

	for (int i = 0; i < count; i++)
	{
		const Term *clause = clause_at(root, i);

		if (!is_joined(clause, false, false, 1))
			return TELLS_NOT;
		if (!is_joined(clause, false, false, 0))
			telling = TELLS_OF_INDICATORS;
	}
	return telling;
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
	ArrayType  *result;

	if (policy->telling == TELLS_NOT || (policy->telling == TELLS_OF_INDICATORS && !policy->plain))
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
	result = names_array(names);
	list_free(names);
	return result;
}
