/*
 * nearest_repair.c
 *	  Which change of one indicator gives a clause the truth that is needed.
 *
 * repair() walks down AND, OR, NOT, IS and CASE to the clauses; there, each
 * indicator is tried for itself, with all others as they stand
 * (nearest_value.c).  What is tried is looked at by the evaluator itself, so a
 * change that is found does what it is found for.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "nearest.h"

static Goal
opposite(Goal goal)
{
	return ((goal & GOAL_TRUE) ? GOAL_FALSE : 0) | ((goal & GOAL_FALSE) ? GOAL_TRUE : 0) |
		(goal & GOAL_UNKNOWN);
}

/* The first argument that has not the truth that is needed, and can be given it. */
static int
repair_first(Search *q, const Term *n, Goal goal)
{
	int			ways = 0;

	for (int i = 0; i < n->nargs && ways == 0; i++)
		ways = repair(q, n->args[i], goal);
	return ways;
}

static int
repair_each(Search *q, const Term *n, Goal goal)
{
	int			ways = 0;

	for (int i = 0; i < n->nargs; i++)
		ways += repair(q, n->args[i], goal);
	return ways;
}

/*
 * AND, in whose terms OR is put as well: the deciding value is false for the
 * one and true for the other.
 */
static int
repair_joined(Search *q, const Term *n, Goal goal)
{
	bool		is_or = n->kind == TERM_OR;
	Goal		deciding = is_or ? GOAL_TRUE : GOAL_FALSE;
	Goal		neutral = is_or ? GOAL_FALSE : GOAL_TRUE;
	int			ways = 0;

	if (goal & neutral)
		ways += repair_first(q, n, goal & (neutral | GOAL_UNKNOWN));
	if (goal & deciding)
		ways += repair_each(q, n, goal & (deciding | GOAL_UNKNOWN));
	else if (goal == GOAL_UNKNOWN)
	{
		if (GOAL(search_test(q, n)) == deciding)
			ways += repair_first(q, n, neutral | GOAL_UNKNOWN);
		else
			ways += repair_each(q, n, GOAL_UNKNOWN);
	}
	return ways;
}

static int
repair_test(Search *q, const Term *n, Goal goal)
{
	Goal		is = GOAL(n->op);
	Goal		is_not = (GOAL_TRUE | GOAL_FALSE | GOAL_UNKNOWN) & ~is;
	bool		wanted = (goal & GOAL_TRUE) != 0;

	if (!(goal & (GOAL_TRUE | GOAL_FALSE)))
		return 0;
	return repair(q, n->args[0], wanted != n->negated ? is : is_not);
}

/* The branch that is taken is mended, or one before it is made to be taken. */
static int
repair_case(Search *q, const Term *n, Goal goal)
{
	int			first = n->has_operand ? 1 : 0;
	int			end = n->nargs - (n->has_else ? 1 : 0);
	int			ways = 0;
	Term		when;
	Term	   *sides[2];

	for (int i = first; i < end; i += 2)
	{
		const Term *condition = n->args[i];

		if (n->has_operand)
		{
			memset(&when, 0, sizeof(when));
			when.kind = TERM_COMPARE;
			when.type = EXPR_BOOLEAN;
			when.op = CMP_EQ;
			when.nargs = 2;
			when.args = sides;
			sides[0] = n->args[0];
			sides[1] = n->args[i];
			condition = &when;
		}
		if (search_test(q, condition) == TRI_TRUE)
			return ways + repair(q, n->args[i + 1], goal) +
				repair(q, condition, GOAL_FALSE | GOAL_UNKNOWN);
		ways += repair(q, condition, GOAL_TRUE);
	}
	if (n->has_else)
		ways += repair(q, n->args[end], goal);
	return ways;
}

/* The first known member decides; those before it could become known. */
static int
repair_coalesce(Search *q, const Term *n, Goal goal)
{
	int			ways = 0;

	for (int i = 0; i < n->nargs; i++)
	{
		ways += repair(q, n->args[i], goal);
		if (search_test(q, n->args[i]) != TRI_UNKNOWN)
			break;
	}
	return ways;
}

static int
repair_clause(Search *q, const Term *n, Goal goal)
{
	bool	   *reads = palloc0(Max(q->count, 1) * sizeof(bool));
	int			ways = 0;

	term_reads(n, reads);
	for (int i = 0; i < q->count; i++)
	{
		uint64		word = search_word(q, i);

		if (!reads[i] || q->levers[i].fixed)
			continue;
		ways += try_values(q, n, goal, i);
		search_put(q, i, word);
	}
	pfree(reads);
	return ways;
}

/*
 * Add to the search each least change of one indicator that brings the term
 * nearer to the goal, from the trial that is loaded; returns how many.
 */
int
repair(Search *q, const Term *n, Goal goal)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (GOAL(search_test(q, n)) & goal)
		return 0;
	switch (n->kind)
	{
		case TERM_AND:
		case TERM_OR:
			return repair_joined(q, n, goal);
		case TERM_NOT:
			return repair(q, n->args[0], opposite(goal));
		case TERM_IS_TRUTH:
			return repair_test(q, n, goal);
		case TERM_CASE:
			return repair_case(q, n, goal);
		case TERM_COALESCE:
			return repair_coalesce(q, n, goal);
		default:
			return repair_clause(q, n, goal);
	}
}
