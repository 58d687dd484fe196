/*
 * compile.h
 *	  What a policy set is built of: from criteria to clauses of leaves.
 *
 * In the first pass the criteria are taken apart (clause.c, leaf.c), and each
 * column collects the constants that it is compared with; in the second, when
 * all are known and sorted, comparisons become ranges of ranks, equal leaves
 * become one, and those of one column in a clause (or alone in theirs) are
 * joined (settle.c); last, all is laid side by side (lay.c).
 */
#ifndef GROWTH_INDEX_COMPILE_H
#define GROWTH_INDEX_COMPILE_H

#include "policy_set.h"

#include "utils/hsearch.h"

/* From one constant to another, by their numbers; -1: without an end. */
typedef struct Span
{
	int			from;
	int			to;
	bool		from_included;
	bool		to_included;
} Span;

/* A leaf before the ranks are known. */
typedef struct RawLeaf
{
	int			column;
	bool		negated;
	int			nspans;
	Span		spans[FLEXIBLE_ARRAY_MEMBER];
} RawLeaf;

/* A list of pointers: the leaves of a clause, or the clauses of a condition. */
typedef struct Items
{
	int			count;
	void	  **items;
} Items;

typedef struct RawPolicy
{
	text	   *key;
	Items		clauses;		/* of Items of RawLeaf */
	Telling		telling;
} RawPolicy;

typedef struct NameEntry
{
	const char *name;			/* must be first */
	int			len;
	int			number;
} NameEntry;

struct SetBuilder
{
	PolicySet  *set;
	MemoryContext raw;			/* what is needed until the end of building */
	MemoryContext parse;		/* ... of one criteria's parsing */
	HTAB	   *columns;		/* by kind and text of the term, and their constants */
	int			columns_room;
	int			npolicies;
	int			room;
	RawPolicy  *policies;
	HTAB	   *leaves;			/* by their bytes */
	int			leaves_room;
};

/* compile.c */
extern NameEntry *name_enter(HTAB *table, MemoryContext context, const char *name, int len,
							 bool *found);

/* leaf.c */
extern RawLeaf *leaf_of(SetBuilder *b, const Term *n, bool negated);

/* clause.c */
extern Items clauses_of(SetBuilder *b, const Term *n, bool negated);

/* missing.c */
extern Telling clauses_tell(const Term *root);

/* settle.c */
extern int	ranges_intersection(const Range *x, int nx, const Range *y, int ny, Range *result);
extern void settle_policy(SetBuilder *b, const RawPolicy *raw, Policy *policy);

/* lay.c */
extern void settle_order(SetBuilder *b);

#endif							/* GROWTH_INDEX_COMPILE_H */
