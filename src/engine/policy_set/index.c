/*
 * index.c
 *	  One subject: which policies of the set does it have?
 *
 * For each column that many policies look at, and each bucket of its ranks,
 * there is a bitmap of the policies that a value there does not exclude.  The
 * bitmaps of the subject's values are ANDed; what is left is verified, clause
 * by clause, as far as the buckets do not decide it already, from a stream of
 * small numbers that stand in the order of the bitmaps.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/builtins.h"

#include "policy_set.h"

#define FINE_BUCKETS	256		/* so many ranks have a bucket each */
#define MOST_INDEXED	64		/* columns */
#define STREAM_BITS		0x8000	/* with a column: its leaf is a bit for each rank */

/* A column with bitmaps. */
typedef struct Indexed
{
	int			column;
	int			nbuckets;
	bool		exact;			/* a bucket for each rank */
	uint16	   *bucket;			/* by rank, unless exact */
	uint64	   *bitmaps;		/* nbuckets of words, then that of a missing value */
} Indexed;

struct SetIndex
{
	int			nwords;			/* of a bitmap, a whole number of chunks */
	int			nindexed;
	Indexed    *indexed;
	uint32	   *stream_at;		/* by policy: what is to be verified, from here */
	uint16	   *stream;			/* clauses: their length, then leaves: see write_leaf() */
	Rank	   *ranks;			/* scratch: of the subject */
};

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
	for (int i = 0; i < index->nindexed; i++)
	{
		Indexed    *x = &index->indexed[i];
		Size		size = (Size) (x->nbuckets + 1) * index->nwords * sizeof(uint64);

		CHECK_FOR_INTERRUPTS();
		x->bitmaps = MemoryContextAllocHuge(set->context, size);
		memset(x->bitmaps, 0xFF, size);
		for (int bit = 0; bit < set->npolicies; bit++)
		{
			const Leaf *leaf = single_leaf(set, &set->policies[bit], x->column);

			if (leaf != NULL)
				mark_excluded(index, x, leaf, bit);
		}
	}
}

/* Do the bitmaps decide the column exactly? */
static bool
decided(const SetIndex *index, int column)
{
	for (int i = 0; i < index->nindexed; i++)
		if (index->indexed[i].column == column)
			return index->indexed[i].exact;
	return false;
}

/* Is the leaf sooner looked up, rank by rank, than compared range by range? */
static inline bool
has_bits(const PolicySet *set, const Leaf *leaf)
{
	return leaf->nranges > 2 && set->columns[leaf->column].nranks <= FINE_BUCKETS;
}

/* One leaf of a clause: column, from, length of each range; or column, words, bits by rank. */
static Size
write_leaf(const PolicySet *set, const Leaf *leaf, uint16 *out)
{
	Size		size = 0;

	if (has_bits(set, leaf))
	{
		int			words = (set->columns[leaf->column].nranks + 15) / 16;

		if (out != NULL)
		{
			out[0] = leaf->column | STREAM_BITS;
			out[1] = words;
			memset(out + 2, 0, words * sizeof(uint16));
			for (int i = 0; i < leaf->nranges; i++)
				for (int rank = leaf->ranges[i].from; rank <= leaf->ranges[i].to; rank++)
					out[2 + rank / 16] |= 1 << (rank % 16);
		}
		return 2 + words;
	}
	for (int i = 0; i < Max(leaf->nranges, 1); i++, size += 3)
	{
		if (out == NULL)
			continue;
		out[size] = leaf->column;
		/* a leaf that never holds still asks whether its value is known */
		out[size + 1] = leaf->nranges == 0 ? RANK_LATER - 1 : leaf->ranges[i].from;
		out[size + 2] = leaf->nranges == 0 ? 0 : leaf->ranges[i].to - leaf->ranges[i].from;
	}
	return size;
}

/*
 * Write what is to be verified of a policy; NULL: only count it.  ORs come
 * first: the bitmaps know nothing of them, and nearly everything of the rest.
 */
static Size
write_stream(const PolicySet *set, const bool *is_decided, const Policy *policy, uint16 *out)
{
	Size		size = 0;

	for (int single = 0; single <= 1; single++)
	{
		const int  *leaf = policy->leaves;

		for (int i = 0; i < policy->nclauses; leaf += policy->nleaves[i], i++)
		{
			Size		head = size;

			if ((policy->nleaves[i] == 1) != (single == 1) ||
				(single == 1 && is_decided[set->leaves[leaf[0]].column]))
				continue;
			size++;
			for (int j = 0; j < policy->nleaves[i]; j++)
				size += write_leaf(set, &set->leaves[leaf[j]], out == NULL ? NULL : out + size);
			if (size - head - 1 > PG_UINT16_MAX)
				ereport(ERROR,
						(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						 errmsg("criteria of policy \"%s\" compare with too many constants",
								text_to_cstring(policy->key))));
			if (out != NULL)
				out[head] = size - head - 1;
		}
	}
	if (out != NULL)
		out[size] = 0;
	return size + 1;
}

static void
fill_stream(PolicySet *set, SetIndex *index)
{
	bool	   *is_decided = palloc(Max(set->ncolumns, 1));
	Size		size = 0;

	for (int i = 0; i < set->ncolumns; i++)
		is_decided[i] = decided(index, i);
	for (int bit = 0; bit < set->npolicies; bit++)
		size += write_stream(set, is_decided, &set->policies[bit], NULL);
	if (size > PG_UINT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("policy set is too large")));
	index->stream = MemoryContextAllocHuge(set->context, Max(size, 1) * sizeof(uint16));
	size = 0;
	for (int bit = 0; bit < set->npolicies; bit++)
	{
		index->stream_at[bit] = size;
		size += write_stream(set, is_decided, &set->policies[bit],
							 index->stream + size);
	}
	pfree(is_decided);
}

static SetIndex *
build_index(PolicySet *set)
{
	MemoryContext old = MemoryContextSwitchTo(set->context);
	SetIndex   *index = palloc0(sizeof(SetIndex));

	index->nwords = TYPEALIGN(CHUNK_WORDS, (set->npolicies + 63) / 64);
	index->stream_at = MemoryContextAllocHuge(set->context, Max(set->npolicies, 1) * sizeof(uint32));
	index->ranks = palloc(Max(set->ncolumns, 1) * sizeof(Rank));
	choose_columns(set, index);
	fill_bitmaps(set, index);
	fill_stream(set, index);
	MemoryContextSwitchTo(old);
	return index;
}

/* What a value that is looked at later turns out to be. */
static pg_noinline Rank
late_rank(PolicySet *set, Subject *s, Rank *ranks, int column)
{
	return ranks[column] = column_rank(&set->columns[column], s);
}

/* Does the leaf that begins here hold?  *at moves behind it. */
static inline bool
leaf_holds(PolicySet *set, Subject *s, Rank *ranks, const uint16 **at, bool *missing)
{
	const uint16 *leaf = *at;
	int			column = leaf[0] & ~STREAM_BITS;
	Rank		rank = ranks[column];

	if (unlikely(rank == RANK_LATER))
		rank = late_rank(set, s, ranks, column);
	*missing |= rank == RANK_MISSING;
	if ((leaf[0] & STREAM_BITS) == 0)
	{
		*at = leaf + 3;
		return (uint16) (rank - leaf[1]) <= leaf[2];
	}
	*at = leaf + 2 + leaf[1];
	return rank != RANK_MISSING && (leaf[2 + rank / 16] >> (rank % 16) & 1) != 0;
}

static inline Tri
verify(PolicySet *set, Subject *s, Rank *ranks, const uint16 *at)
{
	Tri			result = TRI_TRUE;

	for (int words = *at++; words > 0; words = *at++)
	{
		const uint16 *end = at + words;
		bool		missing = false;
		bool		holds = false;

		while (at < end && !holds)
			holds = leaf_holds(set, s, ranks, &at, &missing);
		at = end;
		if (holds)
			continue;
		if (!missing)
			return TRI_FALSE;
		result = TRI_UNKNOWN;
	}
	return result;
}

/*
 * In what to look: the bitmaps of the subject's values.  A missing value
 * excludes nothing where the undecided are wanted too; then *missing are the
 * bitmaps of those policies that do without it.
 */
static int
choose_bitmaps(PolicySet *set, Subject *s, bool undecided_too, const uint64 **maps,
			   const uint64 **missing, int *nmissing)
{
	SetIndex   *index = set->index;
	int			count = 0;

	for (int i = 0; i < set->ncolumns; i++)
		index->ranks[i] = RANK_LATER;
	*nmissing = 0;
	for (int i = 0; i < index->nindexed; i++)
	{
		const Indexed *x = &index->indexed[i];
		Rank		rank = late_rank(set, s, index->ranks, x->column);

		if (rank != RANK_MISSING)
			maps[count++] = bitmap_of(index, x, bucket_of(x, rank));
		else if (undecided_too)
			missing[(*nmissing)++] = bitmap_of(index, x, x->nbuckets);
		else
			maps[count++] = bitmap_of(index, x, x->nbuckets);
	}
	return count;
}

/* The policies that there are of a chunk. */
static inline void
chunk_all(int chunk, int npolicies, uint64 *left)
{
	for (int j = 0; j < CHUNK_WORDS; j++)
	{
		int			bits = npolicies - (chunk + j) * 64;

		left[j] = bits >= 64 ? ~UINT64CONST(0) : bits <= 0 ? 0 : (UINT64CONST(1) << bits) - 1;
	}
}

/* Candidates are gathered until there are so many, so that memory is asked for them ahead of use. */
#define MANY_CANDIDATES	1024
#define AHEAD			24

typedef struct Candidates
{
	int			count;
	int			bits[MANY_CANDIDATES + CHUNK_WORDS * 64];
} Candidates;

static inline void
gather(const SetIndex *index, int chunk, const uint64 *left, Candidates *c)
{
	for (int j = 0; j < CHUNK_WORDS; j++)
		for (uint64 rest = left[j]; rest != 0; rest &= rest - 1)
		{
			int			bit = (chunk + j) * 64 + pg_rightmost_one_pos64(rest);

			__builtin_prefetch(index->stream_at + bit);
			c->bits[c->count++] = bit;
		}
}

/* What a set_match() asks for and whom it tells. */
typedef struct Asked
{
	bool		undecided_too;
	const uint64 **missing;
	int			nmissing;
	PolicyVisitor visit;
	void	   *arg;
} Asked;

/* Verify what was gathered, and forget it. */
static void
settle(PolicySet *set, Subject *s, const Asked *asked, Candidates *c)
{
	const SetIndex *index = set->index;

	CHECK_FOR_INTERRUPTS();
	for (int j = 0; j < Min(AHEAD, c->count); j++)
		__builtin_prefetch(index->stream + index->stream_at[c->bits[j]]);
	for (int j = 0; j < c->count; j++)
	{
		int			bit = c->bits[j];
		Tri			t;

		if (j + AHEAD < c->count)
			__builtin_prefetch(index->stream + index->stream_at[c->bits[j + AHEAD]]);
		t = verify(set, s, index->ranks, index->stream + index->stream_at[bit]);
		for (int k = 0; k < asked->nmissing && t == TRI_TRUE; k++)
			if ((asked->missing[k][bit / 64] >> (bit % 64) & 1) == 0)
				t = TRI_UNKNOWN;
		if (t == TRI_TRUE || (t == TRI_UNKNOWN && asked->undecided_too))
			asked->visit(&set->policies[bit], t == TRI_TRUE, asked->arg);
	}
	c->count = 0;
}

void
set_match(PolicySet *set, Subject *s, bool undecided_too, PolicyVisitor visit, void *arg)
{
	const uint64 *maps[MOST_INDEXED];
	const uint64 *missing[MOST_INDEXED];
	Asked		asked = {undecided_too, missing, 0, visit, arg};
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
	count = choose_bitmaps(set, s, undecided_too, maps, missing, &asked.nmissing);
	for (int chunk = 0; chunk < index->nwords; chunk += CHUNK_WORDS)
	{
		uint64		left[CHUNK_WORDS];

		chunk_all(chunk, set->npolicies, left);
		if (!all_of(maps, count, chunk, left))
			continue;
		gather(index, chunk, left, &candidates);
		if (candidates.count >= MANY_CANDIDATES)
			settle(set, s, &asked, &candidates);
	}
	settle(set, s, &asked, &candidates);
}
