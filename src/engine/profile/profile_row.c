/*
 * profile_row.c
 *	  Profiles out of rows: a column's name is the code.
 *
 * Rows of one type that know the same columns have one shape; it is made once
 * and kept at the call site, and a row then only writes its words and texts.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "profile.h"

PG_FUNCTION_INFO_V1(profile_from_record);

/* Kept for the next row of the same type. */
typedef struct RowCache
{
	MemoryContext context;
	Oid			type;
	int32		typmod;
	TupleDesc	desc;
	int			count;			/* columns that are not dropped */
	int		   *columns;		/* in the order of their names' bytes */
	Oid		   *base;			/* by column: its base type */
	Datum	   *values;
	bool	   *nulls;
	uint64	   *words;			/* by place in columns[] */
	bool	   *known;
	bool	   *shape_known;	/* for which the shape was made */
	uint8	   *shape;
	uint32		shape_len;
	int			shape_count;
	uint64		shape_id;
} RowCache;

static int
name_order(const void *a, const void *b, void *arg)
{
	TupleDesc	desc = arg;

	return strcmp(NameStr(TupleDescAttr(desc, *(const int *) a)->attname),
				  NameStr(TupleDescAttr(desc, *(const int *) b)->attname));
}

static void
learn_row_type(RowCache *cache, HeapTupleHeader row)
{
	MemoryContext old;
	TupleDesc	desc;

	cache->desc = NULL;
	MemoryContextReset(cache->context);
	old = MemoryContextSwitchTo(cache->context);
	cache->type = HeapTupleHeaderGetTypeId(row);
	cache->typmod = HeapTupleHeaderGetTypMod(row);
	desc = lookup_rowtype_tupdesc(cache->type, cache->typmod);
	cache->base = palloc0(Max(desc->natts, 1) * sizeof(Oid));
	cache->columns = palloc(Max(desc->natts, 1) * sizeof(int));
	cache->values = palloc(Max(desc->natts, 1) * sizeof(Datum));
	cache->nulls = palloc(Max(desc->natts, 1) * sizeof(bool));
	cache->words = palloc(Max(desc->natts, 1) * sizeof(uint64));
	cache->known = palloc(Max(desc->natts, 1) * sizeof(bool));
	cache->shape_known = palloc0(Max(desc->natts, 1) * sizeof(bool));
	cache->shape = palloc(desc->natts * NAMEDATALEN + 1);
	cache->shape_len = 0;
	cache->shape_count = -1;
	cache->count = 0;
	for (int i = 0; i < desc->natts; i++)
	{
		if (TupleDescAttr(desc, i)->attisdropped)
			continue;
		cache->base[i] = getBaseType(TupleDescAttr(desc, i)->atttypid);
		cache->columns[cache->count++] = i;
	}
	qsort_arg(cache->columns, cache->count, sizeof(int), name_order, desc);
	cache->desc = CreateTupleDescCopy(desc);
	MemoryContextSwitchTo(old);
	ReleaseTupleDesc(desc);
}

static RowCache *
row_cache(FunctionCallInfo fcinfo, HeapTupleHeader row)
{
	RowCache   *cache = fcinfo->flinfo->fn_extra;

	if (cache == NULL)
	{
		cache = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(RowCache));
		cache->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "growth_index row type",
											   ALLOCSET_SMALL_SIZES);
		fcinfo->flinfo->fn_extra = cache;
	}
	if (cache->desc == NULL || cache->type != HeapTupleHeaderGetTypeId(row) ||
		cache->typmod != HeapTupleHeaderGetTypMod(row))
		learn_row_type(cache, row);
	return cache;
}

/* The shape of the columns that are known in this row. */
static void
learn_shape(RowCache *cache)
{
	char	   *at;

	cache->shape_count = 0;
	for (int i = 0; i < cache->count; i++)
		cache->shape_count += cache->known[i];
	at = (char *) cache->shape + cache->shape_count;
	for (int i = 0, n = 0; i < cache->count; i++)
	{
		const char *name = NameStr(TupleDescAttr(cache->desc, cache->columns[i])->attname);

		if (!cache->known[i])
			continue;
		cache->shape[n++] = strlen(name);
		memcpy(at, name, strlen(name));
		at += strlen(name);
	}
	cache->shape_len = at - (char *) cache->shape;
	cache->shape_id = shape_id(cache->shape, cache->shape_len);
	memcpy(cache->shape_known, cache->known, cache->count * sizeof(bool));
}

/* The word of one column, and what it keeps in the heap, whose offsets begin at 0 yet. */
static void
put_column(RowCache *cache, int i, ProfileBuilder **b, StringInfo heap)
{
	int			column = cache->columns[i];
	Oid			type = cache->base[column];
	Datum		value = cache->values[column];
	const char *code = NameStr(TupleDescAttr(cache->desc, column)->attname);
	const char *bytes;
	int			len;
	DateADT		date;

	cache->known[i] = !cache->nulls[column];
	if (!cache->known[i] || profile_word_of_datum(value, type, &cache->words[i]))
		return;
	if (type == TEXTOID || type == VARCHAROID)
	{
		text	   *t = DatumGetTextPP(value);

		bytes = VARDATA_ANY(t);
		len = VARSIZE_ANY_EXHDR(t);
		cache->words[i] = ((uint64) len << 3) | VALUE_TEXT;
		if (len > PROFILE_MAX_TEXT || iso_date_parse(bytes, len, &date))
			bytes = NULL;
	}
	else
		bytes = NULL;
	if (bytes == NULL)
	{
		/* whatever is not so plain, or is refused */
		if (*b == NULL)
			*b = profile_builder_new(CurrentMemoryContext);
		cache->known[i] = profile_builder_only(*b, code, strlen(code), value, type,
											   &cache->words[i], &bytes, &len);
	}
	if (!cache->known[i] || (WORD_TYPE(cache->words[i]) != VALUE_TEXT &&
							 WORD_TYPE(cache->words[i]) != VALUE_SET))
		return;
	cache->words[i] |= (uint64) heap->len << 32;
	if (len > 0)
		appendBinaryStringInfo(heap, bytes, len);
}

/* profile(record): a column's name is the code; NULL columns stay absent. */
Datum
profile_from_record(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
	RowCache   *cache = row_cache(fcinfo, row);
	ProfileBuilder *b = NULL;
	StringInfoData heap;
	HeapTupleData tuple;
	Profile    *p;
	char	   *at;

	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	heap_deform_tuple(&tuple, cache->desc, cache->values, cache->nulls);
	initStringInfo(&heap);
	for (int i = 0; i < cache->count; i++)
		put_column(cache, i, &b, &heap);
	if (cache->shape_count < 0 ||
		memcmp(cache->known, cache->shape_known, cache->count * sizeof(bool)) != 0)
		learn_shape(cache);
	p = profile_alloc(cache->shape_count, cache->shape_len, heap.len);
	p->shape_id = cache->shape_id;
	for (int i = 0, n = 0; i < cache->count; i++)
	{
		uint64		w = cache->words[i];

		if (!cache->known[i])
			continue;
		if (WORD_TYPE(w) == VALUE_TEXT || WORD_TYPE(w) == VALUE_SET)
			w += (uint64) cache->shape_len << 32;
		p->word[n++] = w;
	}
	at = (char *) &p->word[p->count];
	memcpy(at, cache->shape, cache->shape_len);
	memcpy(at + cache->shape_len, heap.data, heap.len);
	PG_RETURN_PROFILE_P(p);
}
