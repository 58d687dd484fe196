/*
 * lay.c
 *	  Lay a finished set side by side in memory, in the order of its policies.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "compile.h"

/* Policies that ask for the same lie together, so that whole chunks drop out. */
static int
policy_order(const void *a, const void *b, void *arg)
{
	const PolicySet *set = arg;
	const Policy *p = a;
	const Policy *q = b;
	const Leaf *x = &set->leaves[p->leaves[0]];
	const Leaf *y = &set->leaves[q->leaves[0]];

	if ((p->nleaves[0] == 1) != (q->nleaves[0] == 1))
		return p->nleaves[0] == 1 ? -1 : 1;
	if (x->column != y->column)
		return x->column - y->column;
	if (x->nranges > 0 && y->nranges > 0 && x->ranges[0].from != y->ranges[0].from)
		return (int) x->ranges[0].from - (int) y->ranges[0].from;
	return p->number - q->number;
}

/* Lay the ranges of all leaves side by side. */
static void
lay_ranges(PolicySet *set)
{
	Size		size = 0;
	Range	   *at;

	for (int i = 0; i < set->nleaves; i++)
		size += set->leaves[i].nranges;
	at = MemoryContextAllocHuge(set->context, Max(size, 1) * sizeof(Range));
	for (int i = 0; i < set->nleaves; i++)
	{
		memcpy(at, set->leaves[i].ranges, set->leaves[i].nranges * sizeof(Range));
		set->leaves[i].ranges = at;
		at += set->leaves[i].nranges;
	}
}

/* ... and what the policies consist of, and their keys. */
static void
lay_policies(PolicySet *set)
{
	Size		keys = 0;
	Size		numbers = 0;
	char	   *key;
	int		   *at;

	for (int i = 0; i < set->npolicies; i++)
	{
		keys += MAXALIGN(VARSIZE(set->policies[i].key));
		numbers += set->policies[i].nclauses + set->policies[i].total;
	}
	key = MemoryContextAllocHuge(set->context, Max(keys, 1));
	at = MemoryContextAllocHuge(set->context, Max(numbers, 1) * sizeof(int));
	for (int i = 0; i < set->npolicies; i++)
	{
		Policy	   *p = &set->policies[i];

		memcpy(key, p->key, VARSIZE(p->key));
		p->key = (text *) key;
		key += MAXALIGN(VARSIZE(key));
		p->nleaves = memcpy(at, p->nleaves, p->nclauses * sizeof(int));
		at += p->nclauses;
		p->leaves = memcpy(at, p->leaves, p->total * sizeof(int));
		at += p->total;
	}
}

/*
 * Number the leaves as the policies come to them, and lay everything side by
 * side: whoever goes through the policies in order goes through memory so.
 */
void
settle_order(SetBuilder *b)
{
	PolicySet  *set = b->set;
	int		   *numbers;
	Leaf	   *leaves;
	int			count = 0;

	qsort_arg(set->policies, set->npolicies, sizeof(Policy), policy_order, set);
	numbers = MemoryContextAllocExtended(b->raw, Max(set->nleaves, 1) * sizeof(int),
										 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	leaves = MemoryContextAllocHuge(set->context, Max(set->nleaves, 1) * sizeof(Leaf));
	for (int i = 0; i < set->npolicies; i++)
	{
		Policy	   *p = &set->policies[i];

		for (int j = 0; j < p->total; j++)
		{
			int			old = p->leaves[j];

			if (numbers[old] == 0)
			{
				leaves[count++] = set->leaves[old];
				numbers[old] = count;
			}
			p->leaves[j] = numbers[old] - 1;
		}
	}
	if (set->leaves != NULL)
		pfree(set->leaves);
	set->leaves = leaves;
	set->nleaves = count;
	lay_ranges(set);
	lay_policies(set);
}
