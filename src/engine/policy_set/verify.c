/*
 * verify.c
 *	  What the bitmaps leave open of each policy.
 *
 * Nearly every policy fits into lanes: eight comparisons that are made at once,
 * and masks that say which of them must hold (Lanes).  They look at the values
 * of the columns that have bitmaps.  A comparison with several ranges of a column
 * of few ranks is a bit instead: each rank has a row of bits, one a leaf, and the
 * row of the subject's rank is among its values.  What does not fit is a stream
 * of clauses, gone through one by one.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "index.h"

#define STREAM_BITS		0x8000	/* with a column: its leaf is a bit for each rank */
#define FIRST_COLUMN	1		/* of the values; 0 is a constant, which lanes without use look at */
#define FIRST_ROW		(FIRST_COLUMN + MOST_INDEXED)

typedef struct Verification
{
	const PolicySet *set;
	SetIndex   *index;
	int		   *indexed;		/* by column: its place among those with bitmaps, or -1 */
	bool	   *decided;		/* by column: do the bitmaps decide it exactly? */
	int		   *bit;			/* by leaf: its bit in the rows of its column, or -1 */
	int		   *nbits;			/* by column with bitmaps */
} Verification;

/* Is the leaf sooner looked up, rank by rank, than compared range by range? */
static inline bool
has_bits(const PolicySet *set, const Leaf *leaf)
{
	return leaf->nranges > 2 && set->columns[leaf->column].nranks <= FINE_BUCKETS;
}

/* Is the clause that begins with this leaf left open by the bitmaps? */
static inline bool
is_open(const Verification *v, int nleaves, int leaf)
{
	return nleaves > 1 || !v->decided[v->set->leaves[leaf].column];
}

/* ---- lanes ---- */

/* Number the leaves that become bits, and give each rank its row of them. */
static void
lay_rows(Verification *v)
{
	const PolicySet *set = v->set;
	SetIndex   *index = v->index;

	for (int i = 0; i < set->npolicies; i++)
	{
		const Policy *policy = &set->policies[i];
		const int  *leaf = policy->leaves;

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < policy->nclauses; leaf += policy->nleaves[j], j++)
			for (int k = 0; k < policy->nleaves[j] && is_open(v, policy->nleaves[j], leaf[0]); k++)
			{
				const Leaf *l = &set->leaves[leaf[k]];

				if (v->indexed[l->column] >= 0 && v->bit[leaf[k]] < 0 &&
					l->nranges > 1 && set->columns[l->column].nranks <= FINE_BUCKETS)
					v->bit[leaf[k]] = v->nbits[v->indexed[l->column]]++;
			}
	}
	index->nvalues = FIRST_ROW;
	for (int i = 0; i < index->nindexed; i++)
	{
		Indexed    *x = &index->indexed[i];

		x->words = (v->nbits[i] + 31) / 32;
		x->words_at = index->nvalues;
		index->nvalues += x->words;
		if (x->words > 0)
			x->rows = MemoryContextAllocExtended(CurrentMemoryContext,
												 (Size) set->columns[x->column].nranks * x->words * sizeof(uint32),
												 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	}
	for (int i = 0; i < set->nleaves; i++)
	{
		const Leaf *l = &set->leaves[i];
		int			bit = v->bit[i];

		for (int j = 0; bit >= 0 && j < l->nranges; j++)
			for (int rank = l->ranges[j].from; rank <= l->ranges[j].to; rank++)
			{
				const Indexed *x = &index->indexed[v->indexed[l->column]];

				x->rows[(Size) rank * x->words + bit / 32] |= (uint32) 1 << (bit % 32);
			}
	}
}

static void
put_lane(Lanes *lanes, int lane, int at, int shift, int from, int length)
{
	lanes->at[lane] = at;
	lanes->shift[lane] = shift;
	lanes->from[lane] = from;
	lanes->length[lane] = length;
}

/* Write the leaf from this lane on; how many it takes, or -1: it has no room. */
static int
put_leaf(const Verification *v, Lanes *lanes, int lane, int number)
{
	const Leaf *leaf = &v->set->leaves[number];
	int			place = v->indexed[leaf->column];
	int			bit = v->bit[number];

	if (place < 0 || (bit < 0 && lane + Max(leaf->nranges, 1) > NLANES) || lane == NLANES)
		return -1;
	if (bit >= 0)
	{
		int			at = v->index->indexed[place].words_at + bit / 32;

		/* shifted to the left, what holds is large */
		put_lane(lanes, lane, Min(at, PG_UINT16_MAX), 31 - bit % 32, 0x8000, 0x7FFF);
		return at <= PG_UINT16_MAX ? 1 : -1;
	}
	/* a leaf that never holds still asks whether its value is known */
	if (leaf->nranges == 0)
		put_lane(lanes, lane, FIRST_COLUMN + place, 0, RANK_LATER - 1, 0);
	for (int i = 0; i < leaf->nranges; i++)
		put_lane(lanes, lane + i, FIRST_COLUMN + place, 0, leaf->ranges[i].from,
				 leaf->ranges[i].to - leaf->ranges[i].from);
	return Max(leaf->nranges, 1);
}

/* Write what is to be verified of the policy; false: it has no room. */
static bool
write_lanes(const Verification *v, const Policy *policy, Lanes *lanes)
{
	const int  *leaf = policy->leaves;
	int			lane = 0;
	int			count = 0;

	memset(lanes, 0, offsetof(Lanes, key));
	for (int i = 0; i < policy->nclauses; leaf += policy->nleaves[i], i++)
	{
		int			first = lane;
		int			mask;

		if (!is_open(v, policy->nleaves[i], leaf[0]))
			continue;
		for (int j = 0; j < policy->nleaves[i]; j++)
		{
			int			taken = put_leaf(v, lanes, lane, leaf[j]);

			if (taken < 0)
				return false;
			lane += taken;
		}
		mask = ((1 << lane) - 1) & ~((1 << first) - 1);
		if (lane - first == 1)
			lanes->every |= mask;
		else if (count < SOME_MASKS)
			lanes->some[count++] = mask;
		else
			return false;
	}
	/* the masks that are left ask for nothing more; a lane without use holds */
	for (int i = count; i < SOME_MASKS; i++)
		lanes->some[i] = count > 0 ? lanes->some[0] : lanes->every != 0 ? lanes->every : 1;
	return true;
}

/* ---- the stream ---- */

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
write_stream(const Verification *v, const Policy *policy, uint16 *out)
{
	const PolicySet *set = v->set;
	Size		size = 0;

	for (int single = 0; single <= 1; single++)
	{
		const int  *leaf = policy->leaves;

		for (int i = 0; i < policy->nclauses; leaf += policy->nleaves[i], i++)
		{
			Size		head = size;

			if ((policy->nleaves[i] == 1) != (single == 1) || !is_open(v, policy->nleaves[i], leaf[0]))
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
fill_stream(const Verification *v)
{
	const PolicySet *set = v->set;
	SetIndex   *index = v->index;
	Size		size = 0;

	for (int i = 0; i < set->npolicies; i++)
	{
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		index->stream_at[i] = size;
		if (index->lanes[i].key & LANES_STREAM)
			size += write_stream(v, &set->policies[i], NULL);
		if (size > PG_UINT32_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("policy set is too large")));
	}
	index->stream = MemoryContextAllocHuge(CurrentMemoryContext, Max(size, 1) * sizeof(uint16));
	for (int i = 0; i < set->npolicies; i++)
		if (index->lanes[i].key & LANES_STREAM)
			write_stream(v, &set->policies[i], index->stream + index->stream_at[i]);
}

/* Write down what is to be verified of each policy; there is one. */
void
fill_verification(PolicySet *set, SetIndex *index)
{
	Verification v = {.set = set, .index = index};

	v.indexed = palloc(Max(set->ncolumns, 1) * sizeof(int));
	v.decided = palloc0(Max(set->ncolumns, 1));
	v.bit = MemoryContextAllocHuge(CurrentMemoryContext, Max(set->nleaves, 1) * sizeof(int));
	v.nbits = palloc0(MOST_INDEXED * sizeof(int));
	memset(v.indexed, 0xFF, set->ncolumns * sizeof(int));
	memset(v.bit, 0xFF, set->nleaves * sizeof(int));
	for (int i = 0; i < index->nindexed; i++)
	{
		v.indexed[index->indexed[i].column] = i;
		v.decided[index->indexed[i].column] = index->indexed[i].exact;
	}
	lay_rows(&v);
	index->values = palloc0(index->nvalues * sizeof(uint32));
	index->missing = palloc0(index->nvalues * sizeof(uint32));
	index->keys = (const char *) set->policies[0].key;
	index->lanes = alloc_large(set->npolicies * sizeof(Lanes));
	index->stream_at = MemoryContextAllocHuge(CurrentMemoryContext, set->npolicies * sizeof(uint32));
	for (int i = 0; i < set->npolicies; i++)
	{
		const Policy *policy = &set->policies[i];
		Lanes	   *lanes = &index->lanes[i];

		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
		lanes->key = ((const char *) policy->key - index->keys) / MAXIMUM_ALIGNOF;
		if (write_lanes(&v, policy, lanes))
			continue;
		/* nothing is asked here */
		memset(lanes, 0, offsetof(Lanes, key));
		memset(lanes->some, 1, SOME_MASKS);
		lanes->key |= LANES_STREAM;
	}
	fill_stream(&v);
	pfree(v.indexed);
	pfree(v.decided);
	pfree(v.bit);
	pfree(v.nbits);
}

/* The subject's values, as the lanes look at them, of its ranks. */
void
load_values(SetIndex *index)
{
	for (int i = 0; i < index->nindexed; i++)
	{
		const Indexed *x = &index->indexed[i];
		Rank		rank = index->ranks[x->column];
		bool		missing = rank == RANK_MISSING;

		index->values[FIRST_COLUMN + i] = (uint32) rank << 16;
		index->missing[FIRST_COLUMN + i] = missing ? PG_UINT32_MAX : 0;
		if (x->words == 0)
			continue;
		if (missing)
			memset(index->values + x->words_at, 0, x->words * sizeof(uint32));
		else
			memcpy(index->values + x->words_at, x->rows + (Size) rank * x->words, x->words * sizeof(uint32));
		memset(index->missing + x->words_at, missing ? 0xFF : 0, x->words * sizeof(uint32));
	}
}

/* What a value that is looked at later turns out to be. */
static pg_noinline Rank
late_rank(PolicySet *set, Subject *s, int column)
{
	return set->index->ranks[column] = column_rank(&set->columns[column], s);
}

/* Does the leaf that begins here hold?  *at moves behind it. */
static inline bool
leaf_holds(PolicySet *set, Subject *s, const uint16 **at, bool *missing)
{
	const uint16 *leaf = *at;
	int			column = leaf[0] & ~STREAM_BITS;
	Rank		rank = set->index->ranks[column];

	if (unlikely(rank == RANK_LATER))
		rank = late_rank(set, s, column);
	*missing |= rank == RANK_MISSING;
	if ((leaf[0] & STREAM_BITS) == 0)
	{
		*at = leaf + 3;
		return (uint16) (rank - leaf[1]) <= leaf[2];
	}
	*at = leaf + 2 + leaf[1];
	return rank != RANK_MISSING && (leaf[2 + rank / 16] >> (rank % 16) & 1) != 0;
}

/* What the stream says of the subject. */
Tri
verify_stream(PolicySet *set, Subject *s, const uint16 *at)
{
	Tri			result = TRI_TRUE;

	for (int words = *at++; words > 0; words = *at++)
	{
		const uint16 *end = at + words;
		bool		missing = false;
		bool		holds = false;

		while (at < end && !holds)
			holds = leaf_holds(set, s, &at, &missing);
		at = end;
		if (holds)
			continue;
		if (!missing)
			return TRI_FALSE;
		result = TRI_UNKNOWN;
	}
	return result;
}
