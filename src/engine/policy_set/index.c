/*
 * index.c
 *	  One subject: which policies of the set does it have?
 *
 * For each column that many policies look at, and each bucket of its ranks,
 * there is a bitmap of the policies that a value there does not exclude.  The
 * bitmaps of the subject's values are ANDed; what is left is verified as far as
 * the buckets do not decide it already (verify.c).
 */
#include "postgres.h"

#include <sys/mman.h>

#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/memutils.h"

#include "index.h"

#define LARGE_PAGE		(2 * 1024 * 1024)

/*
 * Memory that is read here and there, at lines of the processor's cache: in
 * large pages where the system has them, or finding its pages takes as long as
 * reading them.  In the current context.
 */
void *
alloc_large(Size size)
{
	char	   *start = MemoryContextAllocHuge(CurrentMemoryContext, size + PG_CACHE_LINE_SIZE);

#ifdef MADV_HUGEPAGE
	char	   *from = (char *) TYPEALIGN(LARGE_PAGE, start);
	char	   *to = (char *) TYPEALIGN_DOWN(LARGE_PAGE, start + size);

	/* a wish: it does no harm where it is not granted */
	if (from < to)
		(void) madvise(from, to - from, MADV_HUGEPAGE);
#endif
	return (void *) TYPEALIGN(PG_CACHE_LINE_SIZE, start);
}

static int
bucket_count(const PolicySet *set, const Column *c)
{
	int			coarse = set->npolicies < 3000 ? FINE_BUCKETS : set->npolicies < 30000 ? 128 : 64;

	return c->nranks <= FINE_BUCKETS ? c->nranks : coarse;
}

/* The columns that many policies look at, those that most do first. */
static int
uses_order(const void *a, const void *b, void *arg)
{
	const Column *columns = arg;

	return columns[*(const int *) b].uses - columns[*(const int *) a].uses;
}

static void
choose_columns(PolicySet *set, SetIndex *index)
{
	int		   *order = palloc(Max(set->ncolumns, 1) * sizeof(int));

	for (int i = 0; i < set->ncolumns; i++)
		order[i] = i;
	qsort_arg(order, set->ncolumns, sizeof(int), uses_order, set->columns);
	index->indexed = palloc0(MOST_INDEXED * sizeof(Indexed));
	for (int i = 0; i < Min(set->ncolumns, MOST_INDEXED); i++)
	{
		const Column *c = &set->columns[order[i]];
		Indexed    *x = &index->indexed[index->nindexed];

		if (c->uses * 64 < set->npolicies)
			break;
		x->column = order[i];
		x->nbuckets = bucket_count(set, c);
		x->exact = x->nbuckets == c->nranks;
		if (!x->exact)
		{
			x->bucket = palloc(c->nranks * sizeof(uint16));
			for (int rank = 0; rank < c->nranks; rank++)
				x->bucket[rank] = (int64) rank * x->nbuckets / c->nranks;
		}
		index->nindexed++;
	}
	pfree(order);
}

static inline int
bucket_of(const Indexed *x, int rank)
{
	return x->exact ? rank : x->bucket[rank];
}

static inline uint64 *
bitmap_of(const SetIndex *index, const Indexed *x, int bucket)
{
	return x->bitmaps + (Size) bucket * index->nwords;
}

/* The first leaf of the policy that stands alone in its clause on the column, or NULL. */
static const Leaf *
single_leaf(const PolicySet *set, const Policy *policy, int column)
{
	for (int i = 0; i < policy->nclauses && policy->nleaves[i] == 1; i++)
	{
		const Leaf *leaf = &set->leaves[policy->leaves[i]];

		if (leaf->column == column)
			return leaf;
	}
	return NULL;
}

/* Take the policy's bit out of the bitmaps of all buckets that its leaf excludes. */
static void
mark_excluded(const SetIndex *index, const Indexed *x, const Leaf *leaf, int bit)
{
	uint64		mask = ~(UINT64CONST(1) << (bit % 64));
	int			bucket = 0;

	for (int i = 0; i < leaf->nranges; i++)
	{
		int			last = bucket_of(x, leaf->ranges[i].to);

		for (; bucket < bucket_of(x, leaf->ranges[i].from); bucket++)
			bitmap_of(index, x, bucket)[bit / 64] &= mask;
		bucket = Max(bucket, last + 1);
	}
	for (; bucket <= x->nbuckets; bucket++)
		bitmap_of(index, x, bucket)[bit / 64] &= mask;
	/* bucket nbuckets is that of a missing value, which no leaf allows */
	bitmap_of(index, x, x->nbuckets)[bit / 64] &= mask;
}

static void
fill_bitmaps(PolicySet *set, SetIndex *index)
{
	Size		words = 0;
	uint64	   *at;

	for (int i = 0; i < index->nindexed; i++)
		words += (Size) (index->indexed[i].nbuckets + 1) * index->nwords;
	at = alloc_large(words * sizeof(uint64));
	for (int i = 0; i < index->nindexed; i++)
	{
		Indexed    *x = &index->indexed[i];

		x->bitmaps = at;
		at += (Size) (x->nbuckets + 1) * index->nwords;
		memset(x->bitmaps, 0xFF, (at - x->bitmaps) * sizeof(uint64));
		for (int bit = 0; bit < set->npolicies; bit++)
		{
			const Leaf *leaf = single_leaf(set, &set->policies[bit], x->column);

			if (bit % 4096 == 0)
				CHECK_FOR_INTERRUPTS();
			if (leaf != NULL)
				mark_excluded(index, x, leaf, bit);
		}
	}
}

/*
 * Policies lie in the order of their first leaf, so that its column is the one
 * that leaves nothing of a chunk, if any does.
 */
static void
choose_first(PolicySet *set, SetIndex *index)
{
	index->first = palloc0(index->nwords / CHUNK_WORDS);
	for (int bit = 0; bit < set->npolicies; bit += CHUNK_WORDS * 64)
	{
		const Policy *policy = &set->policies[bit];

		for (int i = 0; i < index->nindexed; i++)
			if (policy->nleaves[0] == 1 && index->indexed[i].column == set->leaves[policy->leaves[0]].column)
				index->first[bit / (CHUNK_WORDS * 64)] = i;
	}
}

/* The index of the set, which keeps it once it is complete. */
static SetIndex *
build_index(PolicySet *set)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "growth_index policy index",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	SetIndex   *index = palloc0(sizeof(SetIndex));

	index->nwords = TYPEALIGN(CHUNK_WORDS, (set->npolicies + 63) / 64);
	index->ranks = palloc(Max(set->ncolumns, 1) * sizeof(Rank));
	choose_columns(set, index);
	index->everything = palloc0(index->nwords * sizeof(uint64));
	for (int bit = 0; bit < set->npolicies; bit++)
		index->everything[bit / 64] |= UINT64CONST(1) << (bit % 64);
	choose_first(set, index);
	fill_bitmaps(set, index);
	fill_verification(set, index);
	MemoryContextSwitchTo(old);
	MemoryContextSetParent(context, set->context);
	return index;
}

/*
 * In what to look: the bitmaps of the subject's values, and of each column with
 * bitmaps the one to look at first.  A missing value excludes nothing where the
 * undecided are wanted too; then *missing are the bitmaps of those policies that
 * do without it.
 */
static int
choose_bitmaps(PolicySet *set, Subject *s, bool undecided_too, const uint64 **maps,
			   const uint64 **first, const uint64 **missing, int *nmissing)
{
	SetIndex   *index = set->index;
	int			count = 0;

	for (int i = 0; i < set->ncolumns; i++)
		index->ranks[i] = RANK_LATER;
	*nmissing = 0;
	for (int i = 0; i < index->nindexed; i++)
	{
		const Indexed *x = &index->indexed[i];
		Rank		rank = column_rank(&set->columns[x->column], s);

		index->ranks[x->column] = rank;
		first[i] = bitmap_of(index, x, rank == RANK_MISSING ? x->nbuckets : bucket_of(x, rank));
		if (rank != RANK_MISSING || !undecided_too)
			maps[count++] = first[i];
		else
		{
			missing[(*nmissing)++] = first[i];
			first[i] = NULL;
		}
	}
	for (int i = 0; i < index->nindexed; i++)
		if (first[i] == NULL)
			first[i] = count > 0 ? maps[0] : index->everything;
	if (index->nindexed == 0)
		first[0] = index->everything;
	return count;
}

/* Candidates are gathered until there are so many, so that memory is asked for them ahead of use. */
#define MANY_CANDIDATES	1024

typedef struct Candidates
{
	int			count;
	int			bits[MANY_CANDIDATES + CHUNK_WORDS * 64];
} Candidates;

static inline void
gather(int chunk, const uint64 *left, Candidates *c)
{
	for (int j = 0; j < CHUNK_WORDS; j++)
		for (uint64 rest = left[j]; rest != 0; rest &= rest - 1)
			c->bits[c->count++] = (chunk + j) * 64 + pg_rightmost_one_pos64(rest);
}

/* What a set_match() asks for and whom it tells. */
typedef struct Asked
{
	bool		undecided_too;
	const uint64 **missing;
	int			nmissing;
	LanesKernel kernel;
	PolicyVisitor visit;
	void	   *arg;
} Asked;

/* Verify what was gathered, and forget it. */
static void
settle(PolicySet *set, Subject *s, const Asked *asked, Candidates *c)
{
	const SetIndex *index = set->index;
	int			count;

	CHECK_FOR_INTERRUPTS();
	count = asked->kernel(index->lanes, index->values, asked->undecided_too ? index->missing : NULL,
						  c->bits, c->count);
	for (int j = 0; j < count; j++)
	{
		int			bit = c->bits[j] & ~LANES_HOLD;
		const Lanes *lanes = &index->lanes[bit];
		Tri			t = (c->bits[j] & LANES_HOLD) != 0 ? TRI_TRUE : TRI_UNKNOWN;

		if (unlikely(lanes->key & LANES_STREAM))
			t = verify_stream(set, s, index->stream + index->stream_at[bit]);
		for (int k = 0; k < asked->nmissing && t == TRI_TRUE; k++)
			if ((asked->missing[k][bit / 64] >> (bit % 64) & 1) == 0)
				t = TRI_UNKNOWN;
		if (t == TRI_TRUE || (t == TRI_UNKNOWN && asked->undecided_too))
			asked->visit((text *) (index->keys + (Size) (lanes->key & ~LANES_STREAM) * MAXIMUM_ALIGNOF),
						 bit, t == TRI_TRUE, asked->arg);
	}
	c->count = 0;
}

void
set_match(PolicySet *set, Subject *s, bool undecided_too, PolicyVisitor visit, void *arg)
{
	const uint64 *maps[MOST_INDEXED];
	const uint64 *first[MOST_INDEXED];
	const uint64 *missing[MOST_INDEXED];
	Asked		asked = {undecided_too, missing, 0, lanes_kernel(), visit, arg};
	AllKernel	all_of = all_kernel();
	Candidates	candidates;
	SetIndex   *index;
	int			count;

	if (set->npolicies == 0)
		return;
	if (set->index == NULL)
		set->index = build_index(set);
	index = set->index;
	candidates.count = 0;
	count = choose_bitmaps(set, s, undecided_too, maps, first, missing, &asked.nmissing);
	load_values(index);
	for (int chunk = 0; chunk < index->nwords; chunk += CHUNK_WORDS)
	{
		uint64		left[CHUNK_WORDS];

		memcpy(left, index->everything + chunk, sizeof(left));
		if (!all_of(first[index->first[chunk / CHUNK_WORDS]], maps, count, chunk, left))
			continue;
		gather(chunk, left, &candidates);
		if (candidates.count >= MANY_CANDIDATES)
			settle(set, s, &asked, &candidates);
	}
	settle(set, s, &asked, &candidates);
}
