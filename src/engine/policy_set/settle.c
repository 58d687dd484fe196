/*
 * settle.c
 *	  Second pass: from spans between constants to ranges of ranks.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "compile.h"

static int
range_order(const void *a, const void *b)
{
	return (int) ((const Range *) a)->from - (int) ((const Range *) b)->from;
}

/* Ascending, what touches or overlaps joined. */
static int
tidy_ranges(Range *ranges, int count)
{
	int			kept = 0;

	qsort(ranges, count, sizeof(Range), range_order);
	for (int i = 0; i < count; i++)
	{
		if (kept > 0 && ranges[i].from <= ranges[kept - 1].to + 1)
			ranges[kept - 1].to = Max(ranges[kept - 1].to, ranges[i].to);
		else
			ranges[kept++] = ranges[i];
	}
	return kept;
}

/* What lies between them, from 0 to the last rank. */
static int
complement(const Range *ranges, int count, int nranks, Range *result)
{
	int			kept = 0;
	int			from = 0;

	for (int i = 0; i < count; i++)
	{
		if (ranges[i].from > from)
			result[kept++] = (Range) {from, ranges[i].from - 1};
		from = ranges[i].to + 1;
	}
	if (from < nranks)
		result[kept++] = (Range) {from, nranks - 1};
	return kept;
}

/* Where both lie; result has room for the sum of their numbers. */
int
ranges_intersection(const Range *x, int nx, const Range *y, int ny, Range *result)
{
	int			kept = 0;

	for (int i = 0, j = 0; i < nx && j < ny;)
	{
		int			from = Max(x[i].from, y[j].from);
		int			to = Min(x[i].to, y[j].to);

		if (from <= to)
			result[kept++] = (Range) {from, to};
		if (x[i].to < y[j].to)
			i++;
		else
			j++;
	}
	return kept;
}

/* The ranges of a leaf, in memory of the parsing context. */
static Range *
ranges_of(const SetBuilder *b, const RawLeaf *leaf, int *count)
{
	const Column *c = &b->set->columns[leaf->column];
	Range	   *ranges = palloc((leaf->nspans + 2) * sizeof(Range));
	Range	   *others;
	int			n = 0;

	if (c->kind == COLUMN_TEST)
		ranges[n++] = (Range) {1, 1};
	for (int i = 0; i < leaf->nspans; i++)
	{
		const Span *span = &leaf->spans[i];
		int			from = span->from < 0 ? 0 : 2 * c->place[span->from] + (span->from_included ? 1 : 2);
		int			to = span->to < 0 ? c->nranks - 1 : 2 * c->place[span->to] + (span->to_included ? 1 : 0);

		if (from <= to)
			ranges[n++] = (Range) {from, to};
	}
	n = tidy_ranges(ranges, n);
	*count = n;
	if (!leaf->negated)
		return ranges;
	others = palloc((n + 1) * sizeof(Range));
	*count = complement(ranges, n, c->nranks, others);
	return others;
}

/* The number of the leaf, one for all that are equal. */
static int
intern_leaf(SetBuilder *b, int column, const Range *ranges, int count)
{
	PolicySet  *set = b->set;
	Size		len = sizeof(int) + count * sizeof(Range);
	char	   *name = palloc(len);
	bool		found;
	NameEntry  *e;
	Leaf	   *leaf;
	int			covered = 0;

	memcpy(name, &column, sizeof(int));
	memcpy(name + sizeof(int), ranges, count * sizeof(Range));
	e = name_enter(b->leaves, b->raw, name, len, &found);
	if (found)
		return e->number;
	if (set->nleaves == b->leaves_room)
	{
		b->leaves_room = Max(256, 2 * b->leaves_room);
		set->leaves = set->leaves == NULL ?
			MemoryContextAllocHuge(set->context, b->leaves_room * sizeof(Leaf)) :
			repalloc_huge(set->leaves, b->leaves_room * sizeof(Leaf));
	}
	leaf = &set->leaves[set->nleaves];
	leaf->column = column;
	leaf->nranges = count;
	leaf->ranges = MemoryContextAlloc(b->raw, Max(count, 1) * sizeof(Range));
	memcpy(leaf->ranges, ranges, count * sizeof(Range));
	for (int i = 0; i < count; i++)
		covered += ranges[i].to - ranges[i].from + 1;
	leaf->share = (float) covered / set->columns[column].nranks;
	return e->number = set->nleaves++;
}

/* A clause with the leaves of one column joined into one. */
static Items *
settle_clause(SetBuilder *b, const Items *raw)
{
	Items	   *clause = palloc(sizeof(Items));

	clause->count = 0;
	clause->items = palloc(raw->count * sizeof(void *));
	for (int i = 0; i < raw->count; i++)
	{
		int			column = ((RawLeaf *) raw->items[i])->column;
		Range	   *all = NULL;
		int			n = 0;
		bool		seen = false;

		for (int j = 0; j < i && !seen; j++)
			seen = ((RawLeaf *) raw->items[j])->column == column;
		for (int j = i; j < raw->count && !seen; j++)
		{
			int			more;
			Range	   *ranges;

			if (((RawLeaf *) raw->items[j])->column != column)
				continue;
			ranges = ranges_of(b, raw->items[j], &more);
			all = all == NULL ? palloc((more + 1) * sizeof(Range)) :
				repalloc(all, (n + more + 1) * sizeof(Range));
			memcpy(all + n, ranges, more * sizeof(Range));
			n += more;
		}
		if (seen)
			continue;
		n = tidy_ranges(all, n);
		clause->items[clause->count++] = (void *) (intptr_t) intern_leaf(b, column, all, n);
	}
	return clause;
}

#define CLAUSE_LEAF(clause, i)	((int) (intptr_t) (clause)->items[i])

/* Single leaves of one column hold together where their ranges meet. */
static int
join_single(SetBuilder *b, Items **clauses, int count)
{
	int			kept = 0;

	for (int i = 0; i < count; i++)
	{
		int			j = 0;
		const Leaf *x = &b->set->leaves[CLAUSE_LEAF(clauses[i], 0)];
		const Leaf *y = NULL;
		Range	   *met;

		for (; clauses[i]->count == 1 && j < kept; j++)
		{
			y = &b->set->leaves[CLAUSE_LEAF(clauses[j], 0)];
			if (clauses[j]->count == 1 && y->column == x->column)
				break;
		}
		if (clauses[i]->count > 1 || j == kept)
		{
			clauses[kept++] = clauses[i];
			continue;
		}
		met = palloc((x->nranges + y->nranges) * sizeof(Range));
		clauses[j]->items[0] = (void *) (intptr_t)
			intern_leaf(b, x->column, met,
						ranges_intersection(x->ranges, x->nranges, y->ranges, y->nranges, met));
	}
	return kept;
}

/* What excludes most comes first. */
static int
clause_order(const void *a, const void *b, void *arg)
{
	const Leaf *leaves = arg;
	const Items *x = *(Items *const *) a;
	const Items *y = *(Items *const *) b;
	float		p;
	float		q;

	if (x->count != y->count)
		return x->count - y->count;
	p = leaves[CLAUSE_LEAF(x, 0)].share;
	q = leaves[CLAUSE_LEAF(y, 0)].share;
	return (p > q) - (p < q);
}

/* A policy of clauses whose leaves are known by number, what excludes most first. */
void
settle_policy(SetBuilder *b, const RawPolicy *raw, Policy *policy)
{
	PolicySet  *set = b->set;
	Items	  **clauses = palloc(raw->clauses.count * sizeof(Items *));
	int			total = 0;
	int			n;

	for (int i = 0; i < raw->clauses.count; i++)
		clauses[i] = settle_clause(b, raw->clauses.items[i]);
	n = join_single(b, clauses, raw->clauses.count);
	qsort_arg(clauses, n, sizeof(Items *), clause_order, set->leaves);
	for (int i = 0; i < n; i++)
		total += clauses[i]->count;
	policy->key = raw->key;
	policy->nclauses = n;
	policy->nleaves = MemoryContextAlloc(b->raw, n * sizeof(int));
	policy->leaves = MemoryContextAlloc(b->raw, total * sizeof(int));
	policy->total = total;
	policy->number = raw - b->policies;
	policy->plain = true;
	policy->telling = raw->telling;
	total = 0;
	for (int i = 0; i < n; i++)
	{
		policy->nleaves[i] = clauses[i]->count;
		for (int j = 0; j < clauses[i]->count; j++)
		{
			const Leaf *leaf = &set->leaves[CLAUSE_LEAF(clauses[i], j)];

			policy->leaves[total++] = CLAUSE_LEAF(clauses[i], j);
			policy->plain &= set->columns[leaf->column].code >= 0;
		}
		if (clauses[i]->count == 1)
			set->columns[set->leaves[CLAUSE_LEAF(clauses[i], 0)].column].uses++;
	}
}
