/*
 * index.h
 *	  What one subject is held against: bitmaps over the policies (index.c), and
 *	  what they leave open of each policy (verify.c).
 */
#ifndef GROWTH_INDEX_INDEX_H
#define GROWTH_INDEX_INDEX_H

#include "policy_set.h"

#define FINE_BUCKETS	256		/* so many ranks have a bucket each */
#define MOST_INDEXED	64		/* columns */

/* A column with bitmaps. */
typedef struct Indexed
{
	int			column;
	int			nbuckets;
	bool		exact;			/* a bucket for each rank */
	uint16	   *bucket;			/* by rank, unless exact */
	uint64	   *bitmaps;		/* nbuckets of words, then that of a missing value */
	int			words;			/* of a row of bits: see verify.c */
	int			words_at;		/* ... among the subject's values, from here */
	uint32	   *rows;			/* by rank */
} Indexed;

struct SetIndex
{
	int			nwords;			/* of a bitmap, a whole number of chunks */
	int			nindexed;
	Indexed    *indexed;
	uint64	   *everything;		/* the bits of all policies that there are */
	uint8	   *first;			/* by chunk: in which of them to look first */
	Lanes	   *lanes;			/* by policy: what is to be verified */
	uint32	   *stream_at;		/* ... or, where they have no room, from here */
	uint16	   *stream;			/* clauses: their length, then leaves: see write_leaf() */
	const char *keys;			/* of all policies */
	Rank	   *ranks;			/* scratch: of the subject, by column */
	int			nvalues;
	uint32	   *values;			/* ... and as the lanes look at them */
	uint32	   *missing;		/* all bits where the value is */
};

/* index.c */
extern void *alloc_large(Size size);

/* verify.c */
extern void fill_verification(PolicySet *set, SetIndex *index);
extern void load_values(SetIndex *index);
extern Tri	verify_stream(PolicySet *set, Subject *s, const uint16 *at);

/* missing.c: what a subject lacks, by column */
struct Missing
{
	struct List **names;
	bool	   *asked;			/* else not looked at yet */
};

#endif							/* GROWTH_INDEX_INDEX_H */
