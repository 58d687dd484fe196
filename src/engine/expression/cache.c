/*
 * cache.c
 *	  Compiled expressions, kept at the call site of an SQL function.
 *
 * A constant is compiled once a query.  Where criteria come out of a table,
 * each one is compiled once and found again by its text; all of them share a
 * code list, so that a profile's slots are looked up once for all.  Where there
 * are too many of them, those that come last are compiled for one call, which
 * costs less than the memory that they would take.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "nodes/primnodes.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "criteria.h"

#define CACHE_MOST	20000		/* expressions that are kept */
#define CODES_MOST	10000		/* that they read, then all starts anew */
#define TUPLE_ROOM	64			/* of the tuple's header and columns before the profile */

typedef struct CacheKey
{
	const char *text;
	Size		len;
} CacheKey;

typedef struct CacheEntry
{
	CacheKey	key;			/* must be first */
	Expression *expression;
} CacheEntry;

typedef struct CallCache
{
	MemoryContext context;
	CodeList   *codes;
	HTAB	   *entries;
	CacheEntry *last;
	bool		constant;		/* the argument is the same for the whole query */
	void	   *extra;			/* see call_extra() */
} CallCache;

static uint32
key_hash(const void *key, Size keysize)
{
	const CacheKey *k = key;

	(void) keysize;
	return hash_bytes((const unsigned char *) k->text, (int) k->len);
}

static int
key_match(const void *a, const void *b, Size keysize)
{
	const CacheKey *x = a;
	const CacheKey *y = b;

	(void) keysize;
	return x->len != y->len || memcmp(x->text, y->text, x->len) != 0;
}

static void
cache_start(CallCache *cache)
{
	HASHCTL		ctl;

	MemoryContextReset(cache->context);
	ctl.keysize = sizeof(CacheKey);
	ctl.entrysize = sizeof(CacheEntry);
	ctl.hash = key_hash;
	ctl.match = key_match;
	ctl.hcxt = cache->context;
	cache->entries = hash_create("growth_index expressions", 64, &ctl,
								 HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
	cache->codes = code_list_new(cache->context);
	cache->last = NULL;
	cache->extra = NULL;
}

/*
 * Is the argument a constant of the query?  get_fn_expr_arg_stable() would say
 * so of a parameter as well, and PL/pgSQL evaluates one expression again and
 * again with other values of its parameters.
 */
bool
call_argument_is_constant(FmgrInfo *flinfo, int arg)
{
	Node	   *call = flinfo->fn_expr;
	List	   *args = NIL;

	if (call != NULL && IsA(call, FuncExpr))
		args = ((FuncExpr *) call)->args;
	else if (call != NULL && IsA(call, OpExpr))
		args = ((OpExpr *) call)->args;
	return arg < list_length(args) && IsA(list_nth(args, arg), Const);
}

static CallCache *
get_cache(FunctionCallInfo fcinfo, int arg)
{
	FmgrInfo   *flinfo = fcinfo->flinfo;
	CallCache  *cache = flinfo->fn_extra;

	if (likely(cache != NULL))
		return cache;
	cache = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(CallCache));
	cache->context = AllocSetContextCreate(flinfo->fn_mcxt, "growth_index call site",
										   ALLOCSET_DEFAULT_SIZES);
	cache->constant = call_argument_is_constant(flinfo, arg);
	cache_start(cache);
	flinfo->fn_extra = cache;
	return cache;
}

static CacheEntry *
compile_entry(CallCache *cache, const CacheKey *key, ExprType want)
{
	MemoryContext old = MemoryContextSwitchTo(cache->context);
	CacheKey	kept;
	Expression *e;
	CacheEntry *entry;
	bool		found;

	kept.text = pnstrdup(key->text, key->len);
	kept.len = key->len;
	e = expression_parse(kept.text, want, cache->codes);
	expression_quicken(e);
	entry = hash_search(cache->entries, &kept, HASH_ENTER, &found);
	entry->expression = e;
	MemoryContextSwitchTo(old);
	return entry;
}

/* The expression of a text that is not constant: one that is kept, or one for this call. */
static Expression *
find_expression(CallCache *cache, const CacheKey *key, ExprType want)
{
	CacheEntry *entry = cache->last;

	if (entry != NULL && key_match(&entry->key, key, sizeof(*key)) == 0)
		return entry->expression;
	entry = hash_search(cache->entries, key, HASH_FIND, NULL);
	if (entry == NULL)
	{
		if (code_list_count(cache->codes) >= CODES_MOST)
			cache_start(cache);
		if (hash_get_num_entries(cache->entries) >= CACHE_MOST)
			return expression_parse(pnstrdup(key->text, key->len), want, cache->codes);
		entry = compile_entry(cache, key, want);
	}
	cache->last = entry;
	return entry->expression;
}

Expression *
call_expression(FunctionCallInfo fcinfo, int arg, ExprType want, CodeList **codes)
{
	CallCache  *cache = get_cache(fcinfo, arg);
	CacheEntry *entry = cache->last;
	text	   *source;
	CacheKey	key;
	Expression *e;

	*codes = cache->codes;
	if (likely(entry != NULL && cache->constant))
		return entry->expression;
	source = PG_GETARG_TEXT_PP(arg);
	key.text = VARDATA_ANY(source);
	key.len = VARSIZE_ANY_EXHDR(source);
	e = find_expression(cache, &key, want);
	*codes = cache->codes;
	return e;
}

/* New codes may lie where the old ones did, so what was compiled over those goes with them. */
void **
call_extra(FunctionCallInfo fcinfo, MemoryContext *context)
{
	CallCache  *cache = fcinfo->flinfo->fn_extra;

	*context = cache->context;
	return &cache->extra;
}

/*
 * A scan comes to the tuples of a page from its end, so the next profile most
 * likely lies just below this one: ask for its words and its heap while this
 * one is worked on.  A prefetch of an address that is no memory does nothing.
 * To a compiler the whole function does nothing, and it is left out where it
 * is not inlined at once.
 */
static pg_attribute_always_inline void
prefetch_next(const char *raw, const Profile *p)
{
	const char *next = raw - VARSIZE_ANY(raw) - TUPLE_ROOM;
	int			len = TUPLE_ROOM + offsetof(Profile, word) + Min(p->count, 64) * sizeof(uint64);

	for (int at = 0; at < len; at += 64)
		__builtin_prefetch(next + at);
	__builtin_prefetch(raw - TUPLE_ROOM);
	__builtin_prefetch(raw - 2 * TUPLE_ROOM);
}

void
call_subject(FunctionCallInfo fcinfo, int profile_arg, int as_of_arg,
			 CodeList *codes, Subject *s)
{
	Profile    *p = PG_GETARG_PROFILE_P(profile_arg);
	bool		given = as_of_arg >= 0 && !PG_ARGISNULL(as_of_arg);
	DateADT		as_of = given ? PG_GETARG_DATEADT(as_of_arg) : 0;

	if (unlikely(given && !IS_VALID_DATE(as_of)))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("as-of date must be finite")));
	prefetch_next((const char *) PG_GETARG_POINTER(profile_arg), p);
	subject_init(s, p, code_list_slots(codes, p), given, as_of);
}
