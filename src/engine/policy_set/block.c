/*
 * block.c
 *	  Many subjects: a block of them against all policies of a set.
 *
 * The values of the block are turned into columns of ranks.  A leaf becomes a
 * bitmap over the rows when the first policy needs it; a policy is the AND of
 * its clauses' bitmaps, given up as soon as no row is left.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "policy_set.h"

#define FEW_RANKS	256			/* so many have a mask each */
#define FEW_MASKS	4			/* so many are sooner ORed than compared */

typedef struct Mask
{
	uint64		word[BLOCK_WORDS];
} Mask;

/* What is known of a column in the current block. */
typedef struct BlockColumn
{
	uint64		stamp;			/* of the block for which it is valid */
	bool		gaps;			/* some value is missing */
	Rank	   *ranks;
	Mask		missing;
	Mask	   *rows;			/* by rank, where there are few; else NULL */
} BlockColumn;

struct RowBlock
{
	PolicySet  *set;
	RangeKernel kernel;
	uint64		stamp;			/* number of the block */
	int			nrows;
	bool		gaps;			/* some indicator is missing in some row */
	Subject		subjects[BLOCK_ROWS];
	int16	   *slots;			/* rows of the set's codes */
	BlockColumn *columns;
	uint64	   *leaf_stamps;
	Mask	   *leaves;
	MemoryContext scratch;		/* of one block */
};

/* In the current memory context, of the set's life at most. */
RowBlock *
block_new(PolicySet *set)
{
	RowBlock   *b = MemoryContextAllocZero(CurrentMemoryContext, sizeof(RowBlock));

	b->set = set;
	b->kernel = range_kernel();
	b->slots = palloc((Size) BLOCK_ROWS * Max(code_list_count(set->codes), 1) * sizeof(int16));
	b->columns = palloc0(Max(set->ncolumns, 1) * sizeof(BlockColumn));
	for (int i = 0; i < set->ncolumns; i++)
	{
		b->columns[i].ranks = palloc(BLOCK_ROWS * sizeof(Rank));
		if (set->columns[i].code >= 0 && set->columns[i].nranks <= FEW_RANKS)
			b->columns[i].rows = palloc(set->columns[i].nranks * sizeof(Mask));
	}
	b->leaf_stamps = MemoryContextAllocExtended(CurrentMemoryContext,
												Max(set->nleaves, 1) * sizeof(uint64),
												MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	b->leaves = MemoryContextAllocHuge(CurrentMemoryContext,
									   Max(set->nleaves, 1) * sizeof(Mask));
	b->scratch = AllocSetContextCreate(CurrentMemoryContext, "growth_index block",
									   ALLOCSET_DEFAULT_SIZES);
	return b;
}

/* What follows from the ranks of a column. */
static void
settle_column(RowBlock *b, int number)
{
	BlockColumn *c = &b->columns[number];

	for (int row = b->nrows; row < BLOCK_ROWS; row++)
		c->ranks[row] = RANK_MISSING;
	c->stamp = b->stamp;
	memset(&c->missing, 0, sizeof(Mask));
	if (c->gaps)
		b->kernel(c->ranks, (Range) {RANK_MISSING, RANK_MISSING}, c->missing.word);
	if (c->rows == NULL)
		return;
	memset(c->rows, 0, b->set->columns[number].nranks * sizeof(Mask));
	for (int row = 0; row < b->nrows; row++)
		if (c->ranks[row] != RANK_MISSING)
			c->rows[c->ranks[row]].word[row / 64] |= UINT64CONST(1) << (row % 64);
}

/* A column that is computed, when the first policy looks at it. */
static void
rank_column(RowBlock *b, int number)
{
	BlockColumn *c = &b->columns[number];
	MemoryContext old = MemoryContextSwitchTo(b->scratch);

	CHECK_FOR_INTERRUPTS();
	c->gaps = false;
	for (int row = 0; row < b->nrows; row++)
	{
		c->ranks[row] = column_rank(&b->set->columns[number], &b->subjects[row]);
		c->gaps |= c->ranks[row] == RANK_MISSING;
	}
	settle_column(b, number);
	MemoryContextSwitchTo(old);
}

/* The columns of bare indicators, a row after the other, as they lie in memory. */
static void
rank_indicators(RowBlock *b)
{
	PolicySet  *set = b->set;
	MemoryContext old = MemoryContextSwitchTo(b->scratch);

	for (int i = 0; i < set->ncolumns; i++)
		b->columns[i].gaps = false;
	for (int row = 0; row < b->nrows; row++)
		for (int i = 0; i < set->ncolumns; i++)
		{
			BlockColumn *c = &b->columns[i];

			if (set->columns[i].code < 0)
				continue;
			c->ranks[row] = column_rank(&set->columns[i], &b->subjects[row]);
			c->gaps |= c->ranks[row] == RANK_MISSING;
		}
	b->gaps = false;
	for (int i = 0; i < set->ncolumns; i++)
		if (set->columns[i].code >= 0)
		{
			settle_column(b, i);
			b->gaps |= b->columns[i].gaps;
		}
	MemoryContextSwitchTo(old);
}

static inline BlockColumn *
column_in_block(RowBlock *b, int number)
{
	BlockColumn *c = &b->columns[number];

	if (unlikely(c->stamp != b->stamp))
		rank_column(b, number);
	return c;
}

static inline bool
and_mask(Mask *mask, const Mask *other)
{
	uint64		any = 0;

	for (int i = 0; i < BLOCK_WORDS; i++)
		any |= mask->word[i] &= other->word[i];
	return any != 0;
}

static inline void
or_mask(Mask *mask, const Mask *other)
{
	for (int i = 0; i < BLOCK_WORDS; i++)
		mask->word[i] |= other->word[i];
}

/* The rows in which the leaf holds. */
static inline const Mask *
leaf_mask(RowBlock *b, int number)
{
	const Leaf *leaf = &b->set->leaves[number];
	Mask	   *mask = &b->leaves[number];
	const BlockColumn *c;

	if (b->leaf_stamps[number] == b->stamp)
		return mask;
	c = column_in_block(b, leaf->column);
	memset(mask, 0, sizeof(Mask));
	for (int i = 0; i < leaf->nranges; i++)
	{
		Range		range = leaf->ranges[i];

		if (c->rows == NULL || range.to - range.from >= FEW_MASKS)
			b->kernel(c->ranks, range, mask->word);
		else
			for (int rank = range.from; rank <= range.to; rank++)
				or_mask(mask, &c->rows[rank]);
	}
	b->leaf_stamps[number] = b->stamp;
	return mask;
}

/* The rows for which the policy is true; false: none. */
static bool
rows_eligible(RowBlock *b, const Policy *policy, Mask *rows)
{
	const int  *leaf = policy->leaves;

	for (int i = 0; i < policy->nclauses; leaf += policy->nleaves[i], i++)
	{
		const Mask *clause = leaf_mask(b, leaf[0]);
		Mask		any;

		if (policy->nleaves[i] > 1)
		{
			any = *clause;
			for (int j = 1; j < policy->nleaves[i]; j++)
				or_mask(&any, leaf_mask(b, leaf[j]));
			clause = &any;
		}
		if (!and_mask(rows, clause))
			return false;
	}
	return true;
}

/* ... or could be, if all that is missing were known. */
static bool
rows_possible(RowBlock *b, const Policy *policy, Mask *rows)
{
	const int  *leaf = policy->leaves;

	for (int i = 0; i < policy->nclauses; leaf += policy->nleaves[i], i++)
	{
		Mask		any = {{0}};

		for (int j = 0; j < policy->nleaves[i]; j++)
		{
			const BlockColumn *c = column_in_block(b, b->set->leaves[leaf[j]].column);

			or_mask(&any, leaf_mask(b, leaf[j]));
			if (c->gaps)
				or_mask(&any, &c->missing);
		}
		if (!and_mask(rows, &any))
			return false;
	}
	return true;
}

/* Does any row of the block lack a value that the policy asks for? */
static bool
has_gaps(RowBlock *b, const Policy *policy)
{
	const int  *leaf = policy->leaves;

	for (int i = 0; i < policy->nclauses; leaf += policy->nleaves[i], i++)
		for (int j = 0; j < policy->nleaves[i]; j++)
			if (column_in_block(b, b->set->leaves[leaf[j]].column)->gaps)
				return true;
	return false;
}

static void
match_policy(RowBlock *b, int number, const Mask *all, bool undecided_too,
			 BlockVisitor visit, void *arg)
{
	const Policy *policy = &b->set->policies[number];
	Mask		eligible = *all;
	Mask		undecided = *all;
	bool		some = rows_eligible(b, policy, &eligible);
	bool		open = false;

	if (!some)
		memset(&eligible, 0, sizeof(Mask));
	if (undecided_too && (policy->plain ? b->gaps : has_gaps(b, policy)) && rows_possible(b, policy, &undecided))
		for (int i = 0; i < BLOCK_WORDS; i++)
		{
			undecided.word[i] &= ~eligible.word[i];
			open |= undecided.word[i] != 0;
		}
	if (!open)
		memset(&undecided, 0, sizeof(Mask));
	if (some || open)
		visit(number, eligible.word, undecided.word, arg);
}

void
block_match(RowBlock *b, int nrows, const Profile **profiles, bool as_of_known, DateADT as_of,
			bool undecided_too, BlockVisitor visit, void *arg)
{
	int			ncodes = code_list_count(b->set->codes);
	Mask		all = {{0}};

	MemoryContextReset(b->scratch);
	b->stamp++;
	b->nrows = nrows;
	for (int i = 0; i < nrows; i++)
	{
		int16	   *slots = b->slots + (Size) i * ncodes;

		/* the list's own answer lasts until it is asked again */
		memcpy(slots, code_list_slots(b->set->codes, profiles[i]), ncodes * sizeof(int16));
		subject_init(&b->subjects[i], profiles[i], slots, as_of_known, as_of);
		all.word[i / 64] |= UINT64CONST(1) << (i % 64);
	}
	rank_indicators(b);
	for (int i = 0; i < b->set->npolicies; i++)
	{
		if (i % 256 == 0)
			CHECK_FOR_INTERRUPTS();
		match_policy(b, i, &all, undecided_too, visit, arg);
	}
}
