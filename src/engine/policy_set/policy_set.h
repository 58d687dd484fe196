/*
 * policy_set.h
 *	  Many criteria compiled together, to ask which of them a subject fulfils.
 *
 * Each criteria is brought into clauses that must all hold, each of which is
 * an OR of leaves.  A leaf says in which ranges a column's rank has to lie; a
 * column is an indicator (or a number computed of some, or a whole condition)
 * whose values are ranked among all constants that the set compares it with.
 * So a subject's values are looked up once, exactly, and every comparison of
 * the set is one of small whole numbers.  AND and OR of three-valued logic
 * distribute over each other, hence the clauses say the same as the criteria.
 *
 * Two ways to ask: one subject (index.c) through bitmaps over the policies,
 * many subjects (block.c) through bitmaps over a block of them.
 */
#ifndef GROWTH_INDEX_POLICY_SET_H
#define GROWTH_INDEX_POLICY_SET_H

#include "postgres.h"

#include "../expression/term.h"

typedef uint16 Rank;

#define RANK_MISSING	0xFFFF	/* the value is unknown: no leaf holds, none is false */
#define RANK_LATER		0xFFFE	/* not yet computed */

typedef enum ColumnKind
{
	COLUMN_NUMBER,
	COLUMN_DATE,
	COLUMN_TEXT,
	COLUMN_TEST				/* a condition: rank 0 is false, 1 true */
} ColumnKind;

/* A constant that a column is compared with. */
typedef struct Edge
{
	Filtered	number;			/* of a date: its day */
	Numeric		numeric;		/* numbers only */
	const char *text;
	int			len;
} Edge;

/*
 * With edges e0 < e1 < ..., a value below e0 has the rank 0, e0 itself 1, one
 * between e0 and e1 2, e1 3, and so on.
 */
typedef struct Column
{
	ColumnKind	kind;
	const Term *term;			/* what it is the value of */
	int			code;			/* its index, if that is an indicator; else -1 */
	int			nedges;
	int			room;
	Edge	   *edges;
	int		   *place;			/* of the edges as they came, in order */
	double	   *values;			/* of the edges in order: numbers and dates */
	uint64		first_key;		/* see find_starts() */
	int			shift;
	int		   *starts;
	int			nranks;
	int			uses;			/* single-leaf clauses that look at it */
} Column;

typedef struct Range
{
	Rank		from;
	Rank		to;
} Range;

/* Does the column's rank lie in one of these? */
typedef struct Leaf
{
	int			column;
	int			nranges;		/* 0: never */
	Range	   *ranges;			/* ascending, with gaps between them */
	float		share;			/* of the ranks: the smaller the more it excludes */
} Leaf;

/* Do the clauses of a policy tell what is missing?  See missing.c */
typedef enum Telling
{
	TELLS_NOT,
	TELLS_OF_INDICATORS,		/* if it is plain */
	TELLS_ALWAYS
} Telling;

/* Policy i holds if all its clauses do, a clause if one of its leaves does. */
typedef struct Policy
{
	text	   *key;
	int			number;			/* among the policies as they came */
	bool		plain;			/* looks at indicators alone */
	Telling		telling;
	int			nclauses;
	int			total;			/* leaves */
	int		   *nleaves;		/* by clause */
	int		   *leaves;			/* of all clauses, one after the other */
} Policy;

typedef struct SetIndex SetIndex;

typedef struct PolicySet
{
	MemoryContext context;
	CodeList   *codes;
	int			ncolumns;
	Column	   *columns;
	int			nleaves;
	Leaf	   *leaves;
	int			npolicies;
	Policy	   *policies;
	SetIndex   *index;			/* NULL: not yet needed */
} PolicySet;

/* compile.c: add all policies, then finish; see compile.h */
typedef struct SetBuilder SetBuilder;

extern SetBuilder *set_begin(MemoryContext context);
extern void set_add(SetBuilder *b, const char *key, const char *criteria);
extern PolicySet *set_finish(SetBuilder *b);

/* column.c */
extern int	column_add_edge(MemoryContext context, Column *c, const Edge *edge);
extern void column_sort(MemoryContext context, Column *c);
extern Rank column_rank(const Column *c, Subject *s);

/* index.c: calls back for each policy that a subject has or could have */
typedef void (*PolicyVisitor) (text *key, int policy, bool eligible, void *arg);
extern void set_match(PolicySet *set, Subject *s, bool undecided_too,
					  PolicyVisitor visit, void *arg);

/* missing.c: asked by a visitor of set_match() */
typedef struct Missing Missing;

extern Missing *missing_begin(const PolicySet *set);
extern struct ArrayType *missing_of_policy(Missing *m, PolicySet *set, Subject *s, int number);

/* block.c */
#define BLOCK_ROWS		512
#define BLOCK_WORDS		(BLOCK_ROWS / 64)

typedef struct RowBlock RowBlock;

/* by policy: which rows are eligible, which undecided; bit i of word j is row 64j + i */
typedef void (*BlockVisitor) (int policy, const uint64 *eligible, const uint64 *undecided,
							  void *arg);
extern RowBlock *block_new(PolicySet *set);
extern void block_match(RowBlock *b, int nrows, const Profile **profiles,
						bool as_of_known, DateADT as_of, bool undecided_too,
						BlockVisitor visit, void *arg);

/* kernel.c: which of a block's ranks lie in the range; ORed into the mask */
typedef void (*RangeKernel) (const Rank *ranks, Range range, uint64 *mask);
extern RangeKernel range_kernel(void);

/*
 * ... and what is left of CHUNK_WORDS of a bitmap when all of these are ANDed,
 * from a word on, the first before all others; false: nothing, and then left
 * holds anything
 */
#define CHUNK_WORDS		8		/* bitmaps are ANDed 512 policies at a time */

typedef bool (*AllKernel) (const uint64 *first, const uint64 *const *maps, int count, int from,
						   uint64 *left);
extern AllKernel all_kernel(void);

/*
 * What is to be verified of a policy, as wide as a line of the processor's
 * cache: does (values[at] << shift) - from, in the upper halves of 32 bits, lie
 * within length?
 */
#define NLANES			8
#define SOME_MASKS		3
#define LANES_STREAM	0x80000000U /* with a key: there is more to verify: see verify.c */

typedef struct Lanes
{
	uint16		at[NLANES];
	uint16		from[NLANES];
	uint16		length[NLANES];
	uint8		shift[NLANES];
	uint8		every;			/* bits of those lanes that all must hold */
	uint8		some[SOME_MASKS];	/* ... and of which at least one must */
	uint32		key;			/* of the policy, in MAXALIGNs from where all keys begin */
} Lanes;

/*
 * Which of these policies hold?  They come to the front, and LANES_HOLD is added
 * to them; with missing, the words of values that are not known, also those that
 * could hold, without it.  How many there are.
 */
#define LANES_HOLD		0x40000000

typedef int (*LanesKernel) (const Lanes *lanes, const uint32 *values, const uint32 *missing,
							int *policies, int count);
extern LanesKernel lanes_kernel(void);

/* cache.c */
typedef struct SetSource
{
	const char *source;			/* a query of key and criteria */
	int64		version;
	bool		versioned;		/* else it is compiled anew */
} SetSource;

extern PolicySet *cached_set(const SetSource *source);
extern int	sets_in_use;	/* counts those who keep one while other code runs */
extern int	policy_set_memory;	/* setting, in kB */

#endif							/* GROWTH_INDEX_POLICY_SET_H */
