/*
 * contradiction.c
 *	  Can criteria hold at all?
 *
 * What single leaves leave of each column's ranks, of those that it can have at
 * all, is held against the clauses of several leaves: a leaf that is left nothing drops out, the last one of a
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
	bool		asked;			/* a leaf of it has to hold */
} Allowed;

static bool
is_constant(const Term *n)
{
	check_stack_depth();
	for (int i = 0; i < n->nargs; i++)
		if (!is_constant(n->args[i]))
			return false;
	return n->kind != TERM_INDICATOR && n->kind != TERM_AS_OF;
}

/* What the condition is for everybody: a range of ranks, empty where it is unknown; false: it depends. */
static bool
always(const Term *n, Range *range)
{
	Subject		s;
	Tri			t = TRI_UNKNOWN;

	if (n->kind != TERM_COMPARE || (n->args[0]->kind != TERM_NULL && n->args[1]->kind != TERM_NULL))
	{
		if (!is_constant(n))
			return false;
		subject_init(&s, NULL, NULL, false, 0);
		s.exact = true;
		t = eval_boolean(n, &s);
	}
	range->from = t == TRI_FALSE ? 0 : 1;
	range->to = t == TRI_TRUE ? 1 : 0;
	return true;
}

/* The ranks that a column can have at all: between two days in a row there is none. */
static Allowed
possible(const Column *c)
{
	Allowed		all = {NULL, 0, false};
	Range		one;
	int			from = 0;

	if (c->kind == COLUMN_TEST && always(c->term, &one))
	{
		all.ranges = palloc(sizeof(Range));
		all.ranges[0] = one;
		all.count = one.from <= one.to;
	}
	if (c->kind != COLUMN_DATE)
		return all;
	all.ranges = palloc((c->nedges + 1) * sizeof(Range));
	for (int i = 1; i < c->nedges; i++)
		if (c->values[i] == c->values[i - 1] + 1)
		{
			all.ranges[all.count++] = (Range) {from, 2 * i - 1};
			from = 2 * i + 1;
		}
	all.ranges[all.count++] = (Range) {from, c->nranks - 1};
	return all;
}

/* What the leaf leaves of its column. */
static Allowed
meet(const Allowed *allowed, const Leaf *leaf)
{
	Allowed		met = {NULL, 0, allowed->asked};

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

		met.asked = true;
		*narrowed |= column->ranges == NULL || !column->asked || met.count != column->count ||
			memcmp(met.ranges, column->ranges, met.count * sizeof(Range)) != 0;
		if (column->ranges != NULL)
			pfree(column->ranges);
		*column = met;
	}
	return left > 0;
}

/* Has an indicator to be unknown, and a comparison of it to hold? */
static bool
needs_unknown(const PolicySet *set, const Allowed *allowed)
{
	for (int i = 0; i < set->ncolumns; i++)
	{
		const Term *n = set->columns[i].term;

		if (n->kind != TERM_IS_NULL || n->args[0]->kind != TERM_INDICATOR ||
			!allowed[i].asked || allowed[i].ranges[0].from == 0)
			continue;
		CHECK_FOR_INTERRUPTS();
		for (int k = 0; k < set->ncolumns; k++)
			if (allowed[k].asked && set->columns[k].code == n->args[0]->code)
				return true;
	}
	return false;
}

static bool
policy_can_hold(const PolicySet *set, const Policy *policy)
{
	Allowed    *allowed = palloc0(Max(set->ncolumns, 1) * sizeof(Allowed));
	bool		narrowed = true;

	for (int i = 0; i < set->ncolumns; i++)
		allowed[i] = possible(&set->columns[i]);
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
	return !needs_unknown(set, allowed);
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
