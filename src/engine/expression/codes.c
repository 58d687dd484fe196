/*
 * codes.c
 *	  The indicator codes that expressions read, and where a profile has them.
 *
 * Looking the codes up costs a search for each among the profile's codes.  It
 * is done once a shape: the answers for recent shapes are kept, and found again
 * by the shape's fingerprint.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "expression.h"

#define SHAPES_KEPT		2048

typedef struct ShapeEntry
{
	uint64		id;
	uint16		count;
	int16	   *slots;			/* NULL: free */
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
	ShapeEntry *shapes;			/* SHAPES_KEPT, from the first look-up on */
	uint32	   *offsets;		/* scratch: where each code of a profile begins */
	int			offsets_room;
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
	if (list->shapes == NULL)
		return;
	list->last = NULL;
	list->shapes = NULL;
	list->offsets = NULL;
	list->offsets_room = 0;
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
	return e->id == p->shape_id && e->count == p->count;
}

/* The slot of a code in a profile whose codes begin at the given offsets, or -1. */
static int
find_slot(const Profile *p, const uint32 *offsets, const char *code, int len)
{
	const uint8 *lens = profile_shape(p);
	const char *codes = (const char *) lens + p->count;
	int			low = 0;
	int			high = p->count;

	while (low < high)
	{
		int			mid = (low + high) / 2;
		int			order = memcmp(code, codes + offsets[mid], Min(len, lens[mid]));

		if (order == 0)
			order = len - lens[mid];
		if (order == 0)
			return mid;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return -1;
}

static void
find_offsets(CodeList *list, const Profile *p)
{
	const uint8 *lens = profile_shape(p);
	uint32		offset = 0;

	if (list->offsets_room < p->count)
	{
		list->offsets = MemoryContextAlloc(list->shape_context, p->count * sizeof(uint32));
		list->offsets_room = p->count;
	}
	for (int i = 0; i < p->count; i++)
	{
		list->offsets[i] = offset;
		offset += lens[i];
	}
}

static void
learn_shape(CodeList *list, ShapeEntry *e, const Profile *p)
{
	int16	   *slots;

	find_offsets(list, p);
	slots = e->slots;
	e->slots = NULL;
	if (slots == NULL)
		slots = MemoryContextAlloc(list->shape_context, Max(list->count, 1) * sizeof(int16));
	for (int i = 0; i < list->count; i++)
		slots[i] = find_slot(p, list->offsets, list->codes[i], list->lens[i]);
	e->id = p->shape_id;
	e->count = p->count;
	e->slots = slots;
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
	if (list->shapes == NULL)
		list->shapes = MemoryContextAllocZero(list->shape_context,
											  SHAPES_KEPT * sizeof(ShapeEntry));
	e = &list->shapes[p->shape_id % SHAPES_KEPT];
	if (e->slots == NULL || !same_shape(e, p))
	{
		list->last = NULL;
		learn_shape(list, e, p);
	}
	list->last = e;
	return e->slots;
}
