/*
 * card_cache.c
 *	  Compiled scorecards that a session keeps from one statement to the next.
 *
 * A fitted card may have megabytes, which a single call should not compile
 * again.  Cards are found by their whole document.  One that a call site uses
 * is pinned; of those that none uses, the last few stay, up to a limit of
 * memory.  What a card makes on demand (plans, places in profiles) it makes
 * for all that use it; since an error may have cut that short, a transaction
 * or subtransaction that fails takes all cards out of the cache: call sites
 * that go on keep theirs, new ones compile anew.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "card_cache.h"

#define CARDS_KEPT		8			/* that no call site uses */
#define MEMORY_KEPT		((Size) 128 << 20)	/* that they have together */

static dlist_head cards = DLIST_STATIC_INIT(cards); /* the last one used first */
static MemoryContext cards_context = NULL;

static void
drop(CachedCard *cached)
{
	dlist_delete(&cached->node);
	MemoryContextDelete(cached->context);
}

/* Drop what nobody uses and is too much, or not to be found again. */
static void
trim(void)
{
	dlist_mutable_iter i;
	int			count = 0;
	Size		memory = 0;

	dlist_foreach_modify(i, &cards)
	{
		CachedCard *cached = dlist_container(CachedCard, node, i.cur);

		if (cached->pins > 0)
			continue;
		count++;
		memory += MemoryContextMemAllocated(cached->context, true);
		if (cached->stale || count > CARDS_KEPT || memory > MEMORY_KEPT)
		{
			/* a smaller one behind it may have a place */
			count--;
			memory -= MemoryContextMemAllocated(cached->context, true);
			drop(cached);
		}
	}
}

static void
forget_all(void)
{
	dlist_iter	i;

	dlist_foreach(i, &cards)
		dlist_container(CachedCard, node, i.cur)->stale = true;
	trim();
}

static void
at_transaction_end(XactEvent event, void *arg)
{
	(void) arg;
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PARALLEL_ABORT)
		forget_all();
}

static void
at_subtransaction_end(SubXactEvent event, SubTransactionId own, SubTransactionId parent, void *arg)
{
	(void) own;
	(void) parent;
	(void) arg;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		forget_all();
}

static void
start(void)
{
	if (cards_context != NULL)
		return;
	RegisterXactCallback(at_transaction_end, NULL);
	RegisterSubXactCallback(at_subtransaction_end, NULL);
	cards_context = AllocSetContextCreate(TopMemoryContext, "growth_index scorecards",
										  ALLOCSET_SMALL_SIZES);
}

static CachedCard *
find(const text *source)
{
	dlist_iter	i;
	Size		len = VARSIZE_ANY_EXHDR(source);

	dlist_foreach(i, &cards)
	{
		CachedCard *cached = dlist_container(CachedCard, node, i.cur);

		if (!cached->stale && VARSIZE_ANY_EXHDR(cached->source) == len &&
			memcmp(VARDATA_ANY(cached->source), VARDATA_ANY(source), len) == 0)
			return cached;
	}
	return NULL;
}

/* The document as jsonb; what parsing needs beside goes at once. */
static Jsonb *
parse_document(const text *source)
{
	MemoryContext own = AllocSetContextCreate(CurrentMemoryContext, "growth_index document",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(own);
	Datum		json = DirectFunctionCall1(jsonb_in, CStringGetDatum(text_to_cstring(source)));
	Jsonb	   *kept;

	MemoryContextSwitchTo(old);
	kept = DatumGetJsonbPCopy(json);
	MemoryContextDelete(own);
	return kept;
}

/* An error on the way leaves nothing: until it is done, it belongs to the caller's memory. */
static CachedCard *
compile(const text *source)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "growth_index scorecard",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	CachedCard *cached = palloc0(sizeof(CachedCard));

	cached->context = context;
	cached->source = cstring_to_text_with_len(VARDATA_ANY(source), VARSIZE_ANY_EXHDR(source));
	cached->card = scorecard_from_jsonb(parse_document(cached->source));
	MemoryContextSwitchTo(old);
	MemoryContextSetParent(context, cards_context);
	dlist_push_head(&cards, &cached->node);
	return cached;
}

CachedCard *
card_cache_take(text *source)
{
	CachedCard *cached;

	start();
	cached = find(source);
	if (cached == NULL)
		cached = compile(source);
	else
		dlist_move_head(&cards, &cached->node);
	cached->pins++;
	return cached;
}

void
card_cache_release(CachedCard *cached)
{
	cached->pins--;
	trim();
}
