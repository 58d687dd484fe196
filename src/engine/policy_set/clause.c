/*
 * clause.c
 *	  From conditions to clauses: an AND of ORs of leaves.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "compile.h"

#define MOST_CLAUSES	64		/* what distributes into more is decided as it stands */

static Items
one_item(SetBuilder *b, void *item)
{
	Items		list;

	list.count = 1;
	list.items = MemoryContextAlloc(b->raw, sizeof(void *));
	list.items[0] = item;
	return list;
}

static Items
joined(SetBuilder *b, const Items *x, const Items *y)
{
	Items		list;

	list.count = x->count + y->count;
	list.items = MemoryContextAlloc(b->raw, Max(list.count, 1) * sizeof(void *));
	if (x->count > 0)
		memcpy(list.items, x->items, x->count * sizeof(void *));
	if (y->count > 0)
		memcpy(list.items + x->count, y->items, y->count * sizeof(void *));
	return list;
}

static Items *
keep_items(SetBuilder *b, Items list)
{
	Items	   *kept = MemoryContextAlloc(b->raw, sizeof(Items));

	*kept = list;
	return kept;
}

/* x OR y: each clause of the one with each of the other */
static Items
distributed(SetBuilder *b, const Items *x, const Items *y)
{
	Items		list;

	list.count = 0;
	list.items = MemoryContextAlloc(b->raw, x->count * y->count * sizeof(void *));
	for (int i = 0; i < x->count; i++)
		for (int j = 0; j < y->count; j++)
			list.items[list.count++] = keep_items(b, joined(b, x->items[i], y->items[j]));
	return list;
}

/* How many clauses the condition would have; more than MOST_CLAUSES is too many. */
static int
count_clauses(const Term *n, bool negated)
{
	bool		is_and = (n->kind == TERM_AND) != negated;
	int			count;

	check_stack_depth();
	if (n->kind == TERM_NOT)
		return count_clauses(n->args[0], !negated);
	if (n->kind != TERM_AND && n->kind != TERM_OR)
		return 1;
	count = is_and ? 0 : 1;
	for (int i = 0; i < n->nargs && count <= MOST_CLAUSES; i++)
	{
		int			more = count_clauses(n->args[i], negated);

		/* what is too much is one condition as it stands: see clauses_of() */
		if (!is_and || more <= MOST_CLAUSES)
			count = is_and ? count + more : count * more;
		else
			count++;
	}
	return is_and ? Min(count, MOST_CLAUSES) : count;
}

/* The clauses that must all hold for the condition, or for its contrary. */
Items
clauses_of(SetBuilder *b, const Term *n, bool negated)
{
	bool		is_and = (n->kind == TERM_AND) != negated;
	Items		list;

	check_stack_depth();
	if (n->kind == TERM_NOT)
		return clauses_of(b, n->args[0], !negated);
	if ((n->kind != TERM_AND && n->kind != TERM_OR) ||
		(!is_and && count_clauses(n, negated) > MOST_CLAUSES))
		return one_item(b, keep_items(b, one_item(b, leaf_of(b, n, negated))));
	list = clauses_of(b, n->args[0], negated);
	for (int i = 1; i < n->nargs; i++)
	{
		Items		more = clauses_of(b, n->args[i], negated);

		list = is_and ? joined(b, &list, &more) : distributed(b, &list, &more);
	}
	return list;
}
