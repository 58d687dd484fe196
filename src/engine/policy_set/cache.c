/*
 * cache.c
 *	  Compiled sets, kept by the backend.
 *
 * A set is known by the query that its criteria come from, by the version that
 * the caller gives their content, and by the user and search path under which
 * the query was run.  The criteria are read with the caller's snapshot; where
 * the version was read with the same one, what is kept under it is what the
 * snapshot shows.  Versions must not come again for another content, not after
 * a rollback either: take them from a sequence.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "policy_set.h"

PG_FUNCTION_INFO_V1(policy_set_cached);

int			policy_set_memory = 512 * 1024;

typedef struct CachedSet
{
	struct CachedSet *next;
	MemoryContext context;
	char	   *source;
	char	   *search_path;
	Oid			user;
	int64		version;
	PolicySet  *set;
	double		build_ms;
	uint64		used;			/* times */
	uint64		last_used;
} CachedSet;

static CachedSet *sets = NULL;
static uint64 uses = 0;
int			sets_in_use = 0;

#define FETCHED_AT_ONCE		1000

static void
check_source(TupleDesc desc)
{
	if (desc->natts != 2)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("source of a policy set must have two columns"),
				 errdetail("It has %d.", desc->natts),
				 errhint("The first is the key of a policy, the second its criteria.")));
}

/* Read key and criteria by the query, with the snapshot of the caller. */
static PolicySet *
build_set(MemoryContext context, const char *source)
{
	SetBuilder *b = set_begin(context);
	SPIPlanPtr	plan;
	Portal		portal;

	SPI_connect();
	plan = SPI_prepare(source, 0, NULL);
	if (plan == NULL || !SPI_is_cursor_plan(plan))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_CURSOR_DEFINITION),
				 errmsg("source of a policy set must be a query")));
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, true);
	check_source(portal->tupDesc);
	do
	{
		SPI_cursor_fetch(portal, true, FETCHED_AT_ONCE);
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			HeapTuple	tuple = SPI_tuptable->vals[i];
			char	   *key = SPI_getvalue(tuple, SPI_tuptable->tupdesc, 1);
			char	   *criteria = SPI_getvalue(tuple, SPI_tuptable->tupdesc, 2);

			if (key == NULL || criteria == NULL)
				ereport(ERROR,
						(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						 errmsg("key and criteria of a policy set must not be null")));
			set_add(b, key, criteria);
		}
		SPI_freetuptable(SPI_tuptable);
	} while (SPI_processed > 0);
	SPI_cursor_close(portal);
	SPI_finish();
	return set_finish(b);
}

static void
drop_set(CachedSet *dropped)
{
	for (CachedSet **at = &sets; *at != NULL; at = &(*at)->next)
		if (*at == dropped)
		{
			*at = dropped->next;
			break;
		}
	MemoryContextDelete(dropped->context);
}

/*
 * Earlier versions of what is kept go, and the longest unused while there is
 * too much.  Nothing goes while a set is being worked with.
 */
static void
make_room(const CachedSet *kept)
{
	Size		total;
	CachedSet  *oldest;
	CachedSet  *next;

	if (sets_in_use > 0)
		return;
	for (CachedSet *c = sets; c != NULL; c = next)
	{
		next = c->next;
		if (c->version < kept->version && c->user == kept->user &&
			strcmp(c->source, kept->source) == 0 && strcmp(c->search_path, kept->search_path) == 0)
			drop_set(c);
	}
	do
	{
		total = 0;
		oldest = NULL;
		for (CachedSet *c = sets; c != NULL; c = c->next)
		{
			total += MemoryContextMemAllocated(c->context, true);
			if (c != kept && (oldest == NULL || c->last_used < oldest->last_used))
				oldest = c;
		}
		if (oldest != NULL && total > (Size) policy_set_memory * 1024)
			drop_set(oldest);
		else
			oldest = NULL;
	} while (oldest != NULL);
}

static CachedSet *
find_set(const SetSource *source)
{
	for (CachedSet *c = sets; c != NULL; c = c->next)
		if (c->version == source->version && c->user == GetUserId() &&
			strcmp(c->source, source->source) == 0 &&
			strcmp(c->search_path, namespace_search_path) == 0)
			return c;
	return NULL;
}

/*
 * The set of the source.  One that has a version stays with the backend, at
 * least until another is asked for while sets_in_use is zero; one without lives
 * in the current memory context.
 */
PolicySet *
cached_set(const SetSource *source)
{
	CachedSet  *c;
	MemoryContext context;
	instr_time	began;
	instr_time	took;
	PolicySet  *set;

	if (source->versioned && (c = find_set(source)) != NULL)
	{
		c->used++;
		c->last_used = ++uses;
		return c->set;
	}
	INSTR_TIME_SET_CURRENT(began);
	context = AllocSetContextCreate(CurrentMemoryContext, "growth_index policy set",
									ALLOCSET_DEFAULT_SIZES);
	set = build_set(context, source->source);
	if (!source->versioned)
		return set;
	INSTR_TIME_SET_CURRENT(took);
	INSTR_TIME_SUBTRACT(took, began);
	c = MemoryContextAllocZero(context, sizeof(CachedSet));
	c->context = context;
	c->source = MemoryContextStrdup(context, source->source);
	c->search_path = MemoryContextStrdup(context, namespace_search_path);
	c->user = GetUserId();
	c->version = source->version;
	c->set = set;
	c->build_ms = INSTR_TIME_GET_MILLISEC(took);
	c->used = 1;
	c->last_used = ++uses;
	/* complete: from here on it outlives the query */
	MemoryContextSetParent(context, TopMemoryContext);
	c->next = sets;
	sets = c;
	make_room(c);
	return set;
}

/* One row a set that the backend keeps. */
Datum
policy_set_cached(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (CachedSet *c = sets; c != NULL; c = c->next)
	{
		Datum		values[7];
		bool		nulls[7] = {false};

		values[0] = CStringGetTextDatum(c->source);
		values[1] = Int64GetDatum(c->version);
		values[2] = Int32GetDatum(c->set->npolicies);
		values[3] = Int32GetDatum(c->set->nleaves);
		values[4] = Int64GetDatum(MemoryContextMemAllocated(c->context, true));
		values[5] = Float8GetDatum(c->build_ms);
		values[6] = Int64GetDatum(c->used);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
