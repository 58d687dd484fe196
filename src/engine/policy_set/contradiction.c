/*
 * contradiction.c
 *	  Can criteria hold at all?
 *
 * What single leaves leave of each column's ranks is held against the clauses
 * of several leaves: a leaf that is left nothing drops out, the last one of a
 * clause has to hold itself, and a clause without any is a contradiction.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "compile.h"

PG_FUNCTION_INFO_V1(can_hold);

#define MOST_PASSES		100		/* what follows by more steps than that is not looked for */

/* The ranks of a column that may still be; NULL: all. */
typedef struct Allowed
{
	Range	   *ranges;
	int			count;
} Allowed;

/* What the leaf leaves of its column. */
static Allowed
meet(const Allowed *allowed, const Leaf *leaf)
{
	Allowed		met;

	met.ranges = palloc((leaf->nranges + allowed->count + 1) * sizeof(Range));
	if (allowed->ranges != NULL)
		met.count = ranges_intersection(allowed->ranges, allowed->count,
										leaf->ranges, leaf->nranges, met.ranges);
	else
	{
		memcpy(met.ranges, leaf->ranges, leaf->nranges * sizeof(Range));
		met.count = leaf->nranges;
	}
	return met;
}

/* false: no leaf of the clause can hold; *narrowed: the only one that can now has to */
static bool
clause_can_hold(const PolicySet *set, const int *leaves, int count, Allowed *allowed, bool *narrowed)
{
	const Leaf *only = NULL;
	int			left = 0;

	for (int i = 0; i < count; i++)
	{
		const Leaf *leaf = &set->leaves[leaves[i]];
		Allowed		met = meet(&allowed[leaf->column], leaf);

		pfree(met.ranges);
		if (met.count == 0)
			continue;
		only = leaf;
		left++;
	}
	if (left == 1)
	{
		Allowed    *column = &allowed[only->column];
		Allowed		met = meet(column, only);

		*narrowed |= column->ranges == NULL || met.count != column->count ||
			memcmp(met.ranges, column->ranges, met.count * sizeof(Range)) != 0;
		if (column->ranges != NULL)
			pfree(column->ranges);
		*column = met;
	}
	return left > 0;
}

static bool
policy_can_hold(const PolicySet *set, const Policy *policy)
{
	Allowed    *allowed = palloc0(Max(set->ncolumns, 1) * sizeof(Allowed));
	bool		narrowed = true;

	for (int pass = 0; narrowed && pass < MOST_PASSES; pass++)
	{
		const int  *leaves = policy->leaves;

		CHECK_FOR_INTERRUPTS();
		narrowed = false;
		for (int i = 0; i < policy->nclauses; i++)
		{
			if (!clause_can_hold(set, leaves, policy->nleaves[i], allowed, &narrowed))
				return false;
			leaves += policy->nleaves[i];
		}
	}
	return true;
}

Datum
can_hold(PG_FUNCTION_ARGS)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "growth_index criteria",
												  ALLOCSET_DEFAULT_SIZES);
	SetBuilder *b = set_begin(context);
	PolicySet  *set;
	MemoryContext old;
	bool		holds;

	set_add(b, "", text_to_cstring(PG_GETARG_TEXT_PP(0)));
	set = set_finish(b);
	old = MemoryContextSwitchTo(context);
	holds = policy_can_hold(set, &set->policies[0]);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	PG_RETURN_BOOL(holds);
}
