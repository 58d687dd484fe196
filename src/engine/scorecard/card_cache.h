/*
 * card_cache.h
 *	  Compiled scorecards that a session keeps from one statement to the next.
 */
#ifndef GROWTH_INDEX_SCORECARD_CARD_CACHE_H
#define GROWTH_INDEX_SCORECARD_CARD_CACHE_H

#include "lib/ilist.h"

#include "scorecard.h"

/* Room for the numeric of a usual score; its first word is not 0 once it is there. */
typedef struct KeptNumeric
{
	uint32		words[4];
} KeptNumeric;

typedef struct CachedCard
{
	dlist_node	node;
	MemoryContext context;		/* where all of it is */
	text	   *source;			/* the whole document, by which it is found again */
	Scorecard  *card;
	KeptNumeric *scores;		/* by 10^-digits: those that were asked for */
	int			pins;			/* call sites that use it */
	bool		stale;			/* not to be found again */
} CachedCard;

/* The compiled card of a document, which stays where it is until it is released. */
extern CachedCard *card_cache_take(text *source);

/* Never raises an error: it is called where memory contexts are reset. */
extern void card_cache_release(CachedCard *cached);

#endif							/* GROWTH_INDEX_SCORECARD_CARD_CACHE_H */
