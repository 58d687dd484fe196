/*
 * codes.c
 *	  The indicator codes that expressions read, and where a profile has them.
 *
 * Looking a code up costs a search among the profile's codes.  It is done once
 * for each shape: the answers for recent shapes are kept, and found again by
 * the shape's hash and bytes.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "expression.h"

#define SHAPES_KEPT		256

typedef struct ShapeEntry
{
	uint32		hash;
	uint32		len;
	uint16		count;
	uint8	   *shape;			/* NULL: free */
	int16	   *slots;
} ShapeEntry;

struct CodeList
{
	MemoryContext context;
	MemoryContext shape_context;
	char	  **codes;
	int		   *lens;
	int			count;
	int			room;
	ShapeEntry *last;
	ShapeEntry	shapes[SHAPES_KEPT];
};

CodeList *
code_list_new(MemoryContext context)
{
	CodeList   *list = MemoryContextAllocZero(context, sizeof(CodeList));

	list->context = context;
	list->shape_context = AllocSetContextCreate(context, "growth_index shapes",
												ALLOCSET_SMALL_SIZES);
	list->room = 16;
	list->codes = MemoryContextAlloc(context, list->room * sizeof(char *));
	list->lens = MemoryContextAlloc(context, list->room * sizeof(int));
	return list;
}

/* What is known of shapes holds for the codes that were there. */
static void
forget_shapes(CodeList *list)
{
	list->last = NULL;
	memset(list->shapes, 0, sizeof(list->shapes));
	MemoryContextReset(list->shape_context);
}

/* The index of a code, which is added where it is new. */
int
code_list_intern(CodeList *list, const char *code, int len)
{
	for (int i = 0; i < list->count; i++)
		if (list->lens[i] == len && memcmp(list->codes[i], code, len) == 0)
			return i;
	if (list->count == PG_INT16_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("expressions read more than %d indicators", PG_INT16_MAX)));
	if (list->count == list->room)
	{
		list->room *= 2;
		list->codes = repalloc(list->codes, list->room * sizeof(char *));
		list->lens = repalloc(list->lens, list->room * sizeof(int));
	}
	list->codes[list->count] = MemoryContextAlloc(list->context, len + 1);
	memcpy(list->codes[list->count], code, len);
	list->codes[list->count][len] = '\0';
	list->lens[list->count] = len;
	forget_shapes(list);
	return list->count++;
}

int
code_list_count(const CodeList *list)
{
	return list->count;
}

const char *
code_list_code(const CodeList *list, int index, int *len)
{
	*len = list->lens[index];
	return list->codes[index];
}

static int
code_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* The codes as text[], in byte order. */
ArrayType *
code_list_array(const CodeList *list)
{
	const char **codes = palloc(Max(list->count, 1) * sizeof(char *));
	Datum	   *datums = palloc(Max(list->count, 1) * sizeof(Datum));

	for (int i = 0; i < list->count; i++)
		codes[i] = list->codes[i];
	qsort(codes, list->count, sizeof(char *), code_order);
	for (int i = 0; i < list->count; i++)
		datums[i] = CStringGetTextDatum(codes[i]);
	return construct_array(datums, list->count, TEXTOID, -1, false, TYPALIGN_INT);
}

static inline bool
same_shape(const ShapeEntry *e, const Profile *p)
{
	return e->hash == p->shape_hash && e->len == p->shape_len && e->count == p->count &&
		memcmp(e->shape, profile_shape(p), p->shape_len) == 0;
}

static ShapeEntry *
learn_shape(CodeList *list, ShapeEntry *e, const Profile *p)
{
	if (e->shape != NULL)
	{
		pfree(e->shape);
		pfree(e->slots);
		e->shape = NULL;
	}
	e->slots = MemoryContextAlloc(list->shape_context, Max(list->count, 1) * sizeof(int16));
	for (int i = 0; i < list->count; i++)
		e->slots[i] = profile_slot(p, list->codes[i], list->lens[i]);
	e->shape = MemoryContextAlloc(list->shape_context, Max(p->shape_len, 1));
	memcpy(e->shape, profile_shape(p), p->shape_len);
	e->hash = p->shape_hash;
	e->len = p->shape_len;
	e->count = p->count;
	return e;
}

const int16 *
code_list_slots(CodeList *list, const Profile *p)
{
	ShapeEntry *e = list->last;

	/* the words are needed next: fetch them while the shape is compared */
	for (int i = 0; i < Min(p->count, 64); i += 8)
		__builtin_prefetch(&p->word[i]);
	if (likely(e != NULL && same_shape(e, p)))
		return e->slots;
	e = &list->shapes[p->shape_hash % SHAPES_KEPT];
	if (e->shape == NULL || !same_shape(e, p))
	{
		list->last = NULL;
		learn_shape(list, e, p);
	}
	list->last = e;
	return e->slots;
}
