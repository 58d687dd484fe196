/*
 * nearest.h
 *	  The search for the least change of a profile that satisfies criteria.
 */
#ifndef GROWTH_INDEX_NEAREST_H
#define GROWTH_INDEX_NEAREST_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/datetime.h"

#include "term.h"

/* a word of no value: the indicator is unknown */
#define WORD_ABSENT		((uint64) 7)

/* which truth values a term may have in the end: a set of bits */
typedef int Goal;

#define GOAL(t)			(1 << (t))
#define GOAL_TRUE		GOAL(TRI_TRUE)
#define GOAL_FALSE		GOAL(TRI_FALSE)
#define GOAL_UNKNOWN	GOAL(TRI_UNKNOWN)

/* One indicator of the criteria. */
typedef struct Lever
{
	bool		fixed;			/* must not be changed */
	ExprType	type;
	uint64		old;			/* its word in the profile */
	int			decimals;		/* of its value; 0 where it is unknown */
} Lever;

/* A profile that differs from the given one in some words. */
typedef struct Trial
{
	double		cost;
	bool		expanded;
	uint64		word[FLEXIBLE_ARRAY_MEMBER];	/* one an indicator of the criteria */
} Trial;

/* A text or the members of a set, kept in the scratch profile's heap once. */
typedef struct Blob
{
	uint32		offset;
	uint32		len;
} Blob;

#define LOOKS_EXACT		15		/* what a look in numeric costs more than another */

typedef struct Search
{
	const Expression *e;
	int			count;			/* indicators */
	Lever	   *levers;
	Profile    *p;				/* scratch: words by code, then a heap that grows */
	uint32		heap_len;
	uint32		heap_room;
	int16	   *slots;
	Subject		s;				/* the scratch profile */
	List	   *blobs;
	MemoryContext evaluation;	/* reset after each look at a term */
	int			looks;			/* so far; when there have been too many, nothing more is found */
	int			decided;		/* looks at numbers and dates that were not undecided */
	int			finer;			/* decimals beyond an indicator's own */
	bool		negative;		/* what is not negative may become so */
	Trial	  **trials;
	int			ntrials;
	int			room;
	const Trial *base;			/* the trial whose neighbours are being found */
} Search;

typedef enum Found
{
	FOUND_WAY,
	FOUND_NONE,					/* all single changes lead nowhere */
	FOUND_TOO_LONG
} Found;

/* nearest_search.c */
extern Search *search_new(const Expression *e, const Subject *given);
extern void search_load(Search *q, const uint64 *words);
extern void search_put(Search *q, int code, uint64 word);
extern uint64 search_word(const Search *q, int code);
extern uint64 search_text(Search *q, const char *text, int len);
extern uint64 search_members(Search *q, List *members);
extern Tri	search_test(Search *q, const Term *n);
extern bool search_tired(const Search *q);
extern bool search_add(Search *q, int code, uint64 word);
extern double search_distance(const Search *q, int code, uint64 word);
extern Found search_run(Search *q, const Term *const *clauses, int nclauses, uint64 *words);

/* nearest_repair.c */
extern int	repair(Search *q, const Term *n, Goal goal);

/* nearest_value.c */
extern int	try_values(Search *q, const Term *n, Goal goal, int code);
extern uint64 grid_decimal(int64 mantissa, int decimals);
extern int	term_decimals(const Term *n);
extern int	offer(Search *q, const Term *n, Goal goal, int code, uint64 word);

/* nearest_text.c */
extern int	try_texts(Search *q, const Term *n, Goal goal, int code);
extern int	try_sets(Search *q, const Term *n, Goal goal, int code);
extern void term_texts(Search *q, const Term *n, int but_of, List **texts);

#endif							/* GROWTH_INDEX_NEAREST_H */
