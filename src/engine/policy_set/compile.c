/*
 * compile.c
 *	  From criteria to clauses of leaves.
 *
 * In the first pass the criteria are taken apart, and each column collects the
 * constants that it is compared with; in the second, when all are known and
 * sorted, comparisons become ranges of ranks, equal leaves become one, and
 * those of one column in a clause (or alone in theirs) are joined.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "policy_set.h"

#define MOST_CLAUSES	64		/* what distributes into more is decided as it stands */
#define MOST_COLUMNS	30000
#define MOST_MEMBERS	1000	/* of one IN; more are decided as they stand */
#define FULL_COLUMN		30000	/* constants: the next ones go to another of the same term */

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
	HTAB	   *columns;		/* by kind and text of the term */
	int			columns_room;
	int			npolicies;
	int			room;
	RawPolicy  *policies;
	HTAB	   *leaves;			/* by their bytes */
	int			leaves_room;
};

static uint32
name_hash(const void *key, Size keysize)
{
	const NameEntry *e = key;

	(void) keysize;
	return hash_bytes((const unsigned char *) e->name, e->len);
}

static int
name_match(const void *a, const void *b, Size keysize)
{
	const NameEntry *x = a;
	const NameEntry *y = b;

	(void) keysize;
	return x->len != y->len || memcmp(x->name, y->name, x->len) != 0;
}

static HTAB *
name_table(MemoryContext context, const char *what)
{
	HASHCTL		ctl;

	ctl.keysize = offsetof(NameEntry, number);
	ctl.entrysize = sizeof(NameEntry);
	ctl.hash = name_hash;
	ctl.match = name_match;
	ctl.hcxt = context;
	return hash_create(what, 256, &ctl, HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

/* The entry of a name; the caller numbers a new one. */
static NameEntry *
name_enter(HTAB *table, MemoryContext context, const char *name, int len, bool *found)
{
	NameEntry	key = {name, len, 0};
	NameEntry  *e = hash_search(table, &key, HASH_FIND, NULL);
	char	   *copy;

	*found = e != NULL;
	if (e != NULL)
		return e;
	copy = MemoryContextAlloc(context, Max(len, 1));
	memcpy(copy, name, len);
	key.name = copy;
	return hash_search(table, &key, HASH_ENTER, NULL);
}

SetBuilder *
set_begin(MemoryContext context)
{
	SetBuilder *b = MemoryContextAllocZero(context, sizeof(SetBuilder));

	b->set = MemoryContextAllocZero(context, sizeof(PolicySet));
	b->set->context = context;
	b->set->codes = code_list_new(context);
	b->raw = AllocSetContextCreate(context, "growth_index policies", ALLOCSET_DEFAULT_SIZES);
	b->parse = AllocSetContextCreate(context, "growth_index parsing", ALLOCSET_DEFAULT_SIZES);
	b->columns = name_table(b->raw, "growth_index columns");
	b->leaves = name_table(b->raw, "growth_index leaves");
	return b;
}

/* A term that outlives its parsing. */
static Term *
copy_term(MemoryContext context, const Term *n)
{
	Term	   *copy = MemoryContextAlloc(context, sizeof(Term));

	check_stack_depth();
	*copy = *n;
	if (n->text != NULL)
	{
		char	   *text = MemoryContextAlloc(context, Max(n->len, 1));

		memcpy(text, n->text, n->len);
		copy->text = text;
	}
	if (n->name != NULL)
		copy->name = MemoryContextStrdup(context, n->name);
	if (n->numeric != NULL)
	{
		copy->numeric = MemoryContextAlloc(context, VARSIZE(n->numeric));
		memcpy(copy->numeric, n->numeric, VARSIZE(n->numeric));
	}
	if (n->nargs > 0)
		copy->args = MemoryContextAlloc(context, n->nargs * sizeof(Term *));
	for (int i = 0; i < n->nargs; i++)
		copy->args[i] = copy_term(context, n->args[i]);
	return copy;
}

/* As what a term reads its indicators: g IS NULL asks for any value, unless g is typed elsewhere. */
static void
append_types(StringInfo out, const Term *n)
{
	check_stack_depth();
	if (n->kind == TERM_INDICATOR)
		appendStringInfoChar(out, '0' + n->type);
	for (int i = 0; i < n->nargs; i++)
		append_types(out, n->args[i]);
}

/* The column of a term's values; equal terms have the same one, until it is full. */
static int
column_of(SetBuilder *b, ColumnKind kind, const Term *n)
{
	PolicySet  *set = b->set;
	StringInfoData name;
	bool		found;
	NameEntry  *e;
	Column	   *c;

	initStringInfo(&name);
	appendStringInfo(&name, "%d", (int) kind);
	append_types(&name, n);
	appendStringInfo(&name, " %s", term_text(n));
	e = name_enter(b->columns, b->raw, name.data, name.len, &found);
	if (found && set->columns[e->number].nedges < FULL_COLUMN)
		return e->number;
	if (set->ncolumns == MOST_COLUMNS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("policy set is too large"),
				 errdetail("Its criteria look at more than %d indicators, computed numbers and conditions.",
						   MOST_COLUMNS)));
	if (set->ncolumns == b->columns_room)
	{
		b->columns_room = Max(64, 2 * b->columns_room);
		set->columns = set->columns == NULL ?
			MemoryContextAlloc(set->context, b->columns_room * sizeof(Column)) :
			repalloc(set->columns, b->columns_room * sizeof(Column));
	}
	c = &set->columns[set->ncolumns];
	memset(c, 0, sizeof(Column));
	c->kind = kind;
	c->term = copy_term(set->context, n);
	c->code = n->kind == TERM_INDICATOR ? n->code : -1;
	return e->number = set->ncolumns++;
}

static RawLeaf *
raw_leaf(SetBuilder *b, int column, bool negated, int nspans)
{
	RawLeaf    *leaf = MemoryContextAllocZero(b->raw, offsetof(RawLeaf, spans[nspans]));

	leaf->column = column;
	leaf->negated = negated;
	leaf->nspans = nspans;
	return leaf;
}

/* The condition as a column of its own. */
static RawLeaf *
test_leaf(SetBuilder *b, const Term *n, bool negated)
{
	return raw_leaf(b, column_of(b, COLUMN_TEST, n), negated, 0);
}

/* Can the term be a column of ranks, compared with this constant? */
static bool
is_column_of(const Term *value, const Term *constant, ColumnKind *kind)
{
	bool		bare = value->kind == TERM_INDICATOR;

	switch (constant->kind)
	{
		case TERM_NUMBER:
			*kind = COLUMN_NUMBER;
			return value->type == EXPR_NUMBER && value->kind != TERM_NUMBER &&
				!isnan(constant->number.value) && (!bare || constant->short_decimal);
		case TERM_DATE:
			*kind = COLUMN_DATE;
			return bare && value->type == EXPR_DATE;
		case TERM_TEXT:
			*kind = COLUMN_TEXT;
			return bare && value->type == EXPR_TEXT;
		default:
			return false;
	}
}

static int
add_edge(SetBuilder *b, int column, const Term *constant)
{
	MemoryContext context = b->set->context;
	Edge		edge = {0};

	edge.number = constant->number;
	if (constant->kind == TERM_DATE)
		edge.number.value = constant->date;
	else if (constant->kind == TERM_NUMBER)
	{
		edge.numeric = MemoryContextAlloc(context, VARSIZE(constant->numeric));
		memcpy(edge.numeric, constant->numeric, VARSIZE(constant->numeric));
	}
	else
	{
		char	   *text = MemoryContextAlloc(context, Max(constant->len, 1));

		memcpy(text, constant->text, constant->len);
		edge.text = text;
		edge.len = constant->len;
	}
	return column_add_edge(context, &b->set->columns[column], &edge);
}

static void
set_span(Span *span, int op, int edge)
{
	span->from = op == CMP_LT || op == CMP_LE ? -1 : edge;
	span->to = op == CMP_GT || op == CMP_GE ? -1 : edge;
	span->from_included = op != CMP_GT;
	span->to_included = op != CMP_LT;
}

static RawLeaf *
compare_leaf(SetBuilder *b, const Term *n, bool negated)
{
	static const int mirrored[] = {CMP_EQ, CMP_NE, CMP_GT, CMP_GE, CMP_LT, CMP_LE};
	const Term *value = n->args[0];
	const Term *constant = n->args[1];
	int			op = n->op;
	ColumnKind	kind;
	RawLeaf    *leaf;

	if (!is_column_of(value, constant, &kind))
	{
		value = n->args[1];
		constant = n->args[0];
		op = mirrored[op];
		if (!is_column_of(value, constant, &kind))
			return NULL;
	}
	leaf = raw_leaf(b, column_of(b, kind, value), negated != (op == CMP_NE), 1);
	set_span(&leaf->spans[0], op == CMP_NE ? CMP_EQ : op, add_edge(b, leaf->column, constant));
	return leaf;
}

static RawLeaf *
between_leaf(SetBuilder *b, const Term *n, bool negated)
{
	ColumnKind	kind;
	RawLeaf    *leaf;

	if (!is_column_of(n->args[0], n->args[1], &kind) || !is_column_of(n->args[0], n->args[2], &kind))
		return NULL;
	leaf = raw_leaf(b, column_of(b, kind, n->args[0]), negated != n->negated, n->symmetric ? 2 : 1);
	leaf->spans[0].from = add_edge(b, leaf->column, n->args[1]);
	leaf->spans[0].to = add_edge(b, leaf->column, n->args[2]);
	leaf->spans[0].from_included = leaf->spans[0].to_included = true;
	if (n->symmetric)
	{
		leaf->spans[1] = leaf->spans[0];
		leaf->spans[1].from = leaf->spans[0].to;
		leaf->spans[1].to = leaf->spans[0].from;
	}
	return leaf;
}

static RawLeaf *
in_leaf(SetBuilder *b, const Term *n, bool negated)
{
	ColumnKind	kind;
	RawLeaf    *leaf;

	if (n->nargs > MOST_MEMBERS)
		return NULL;
	for (int i = 1; i < n->nargs; i++)
		if (!is_column_of(n->args[0], n->args[i], &kind))
			return NULL;
	leaf = raw_leaf(b, column_of(b, kind, n->args[0]), negated != n->negated, n->nargs - 1);
	for (int i = 1; i < n->nargs; i++)
		set_span(&leaf->spans[i - 1], CMP_EQ, add_edge(b, leaf->column, n->args[i]));
	return leaf;
}

/* LIKE 'C39%' is a span of texts in byte order. */
static RawLeaf *
prefix_leaf(SetBuilder *b, const Term *n, bool negated)
{
	const Term *pattern = n->args[1];
	Term		edge = *pattern;
	char	   *last;
	ColumnKind	kind;
	RawLeaf    *leaf;

	edge.len = pattern->len - 1;
	if (edge.len < 1 || pattern->text[edge.len] != '%' || n->args[0]->kind != TERM_INDICATOR ||
		!is_column_of(n->args[0], pattern, &kind))
		return NULL;
	for (int i = 0; i < edge.len; i++)
		if (strchr("%_\\", pattern->text[i]) != NULL)
			return NULL;
	edge.text = last = pnstrdup(pattern->text, edge.len);
	if ((unsigned char) last[edge.len - 1] == 0xFF)
		return NULL;
	leaf = raw_leaf(b, column_of(b, kind, n->args[0]), negated != n->negated, 1);
	leaf->spans[0].from = add_edge(b, leaf->column, &edge);
	leaf->spans[0].from_included = true;
	last[edge.len - 1]++;
	leaf->spans[0].to = add_edge(b, leaf->column, &edge);
	return leaf;
}

static RawLeaf *
leaf_of(SetBuilder *b, const Term *n, bool negated)
{
	RawLeaf    *leaf = NULL;

	switch (n->kind)
	{
		case TERM_COMPARE:
			leaf = compare_leaf(b, n, negated);
			break;
		case TERM_BETWEEN:
			leaf = between_leaf(b, n, negated);
			break;
		case TERM_IN:
			leaf = in_leaf(b, n, negated);
			break;
		case TERM_LIKE:
			leaf = prefix_leaf(b, n, negated);
			break;
		default:
			break;
	}
	return leaf != NULL ? leaf : test_leaf(b, n, negated);
}

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

static Items
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

/* Errors: those of the criteria's input. */
void
set_add(SetBuilder *b, const char *key, const char *criteria)
{
	MemoryContext old = MemoryContextSwitchTo(b->parse);
	Expression *e = expression_parse(criteria, EXPR_BOOLEAN, b->set->codes);
	RawPolicy  *policy;

	CHECK_FOR_INTERRUPTS();
	if (b->npolicies == b->room)
	{
		b->room = Max(256, 2 * b->room);
		b->policies = b->policies == NULL ?
			MemoryContextAllocHuge(b->raw, b->room * sizeof(RawPolicy)) :
			repalloc_huge(b->policies, b->room * sizeof(RawPolicy));
	}
	policy = &b->policies[b->npolicies++];
	policy->clauses = clauses_of(b, e->root, false);
	MemoryContextSwitchTo(b->raw);
	policy->key = cstring_to_text(key);
	MemoryContextSwitchTo(old);
	MemoryContextReset(b->parse);
}

/* ---- second pass: ranks ---- */

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

static int
intersection(const Range *x, int nx, const Range *y, int ny, Range *result)
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
						intersection(x->ranges, x->nranges, y->ranges, y->nranges, met));
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

static void
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
static void
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

PolicySet *
set_finish(SetBuilder *b)
{
	PolicySet  *set = b->set;
	MemoryContext old = MemoryContextSwitchTo(b->parse);

	for (int i = 0; i < set->ncolumns; i++)
		column_sort(set->context, &set->columns[i]);
	set->npolicies = b->npolicies;
	set->policies = MemoryContextAllocHuge(set->context,
										   Max(b->npolicies, 1) * sizeof(Policy));
	for (int i = 0; i < b->npolicies; i++)
	{
		CHECK_FOR_INTERRUPTS();
		settle_policy(b, &b->policies[i], &set->policies[i]);
		MemoryContextReset(b->parse);
	}
	settle_order(b);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(b->parse);
	MemoryContextDelete(b->raw);
	return set;
}
