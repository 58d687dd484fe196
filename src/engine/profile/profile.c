/*
 * profile.c
 *	  Building, checking and looking into profiles.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "mb/pg_wchar.h"
#include "utils/datetime.h"
#include "utils/memutils.h"

#include "profile.h"

#define COMPACT_FROM		4096	/* entries of a builder */
#define PROFILE_MAX_SIZE	((Size) 64 * 1024 * 1024)

/* One value that has been put; type -1 takes the code away. */
typedef struct Entry
{
	char	   *code;
	int			code_len;
	int			seq;			/* a later value of a code wins */
	int			type;
	uint64		word;			/* complete, but for a heap offset */
	char	   *heap;
	int			heap_len;
} Entry;

struct ProfileBuilder
{
	MemoryContext context;
	Entry	   *entries;
	int			count;
	int			room;
};

/* Order of codes: by bytes, a prefix first. */
static int
code_cmp(const char *a, int a_len, const char *b, int b_len)
{
	int			c = memcmp(a, b, Min(a_len, b_len));

	return c != 0 ? c : a_len - b_len;
}

void
profile_format_error(const Profile *p)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("unknown profile format: version %d, flags %d",
					p->version, p->flags),
			 errhint("The value was written by a newer growth_index.")));
}

/* Where a code stands in the profile, or -1. */
int
profile_slot(const Profile *p, const char *code, int len)
{
	const uint8 *lens = profile_shape(p);
	const char *at = (const char *) lens + p->count;

	for (int i = 0; i < p->count; i++)
	{
		if (lens[i] == len && memcmp(at, code, len) == 0)
			return i;
		at += lens[i];
	}
	return -1;
}

/* The code of a slot; for a walk over all of them see profile_to_text(). */
const char *
profile_code(const Profile *p, int slot, int *len)
{
	const uint8 *lens = profile_shape(p);
	const char *at = (const char *) lens + p->count;

	for (int i = 0; i < slot; i++)
		at += lens[i];
	*len = lens[slot];
	return at;
}

/* The value of a slot as numeric, NULL when it is no number. */
Numeric
profile_number(const Profile *p, int slot)
{
	if (slot < 0 || WORD_TYPE(p->word[slot]) != VALUE_NUMBER)
		return NULL;
	return decimal_to_numeric(word_decimal(p->word[slot]));
}

ProfileBuilder *
profile_builder_new(MemoryContext context)
{
	ProfileBuilder *b = MemoryContextAllocZero(context, sizeof(ProfileBuilder));

	b->context = context;
	b->room = 32;
	b->entries = MemoryContextAlloc(context, b->room * sizeof(Entry));
	return b;
}

/* A code must fit an SQL identifier, so that every expression can name it. */
static void
check_code(const char *code, int len)
{
	if (len == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("indicator code must not be empty")));
	if (len > PROFILE_MAX_CODE_LEN)
		ereport(ERROR,
				(errcode(ERRCODE_NAME_TOO_LONG),
				 errmsg("indicator code \"%.*s…\" is too long",
						pg_mbcliplen(code, len, 30), code),
				 errdetail("It has %d bytes; at most %d are allowed.",
						   len, PROFILE_MAX_CODE_LEN)));
}

static int
entry_cmp(const void *a, const void *b)
{
	const Entry *x = a;
	const Entry *y = b;
	int			c = code_cmp(x->code, x->code_len, y->code, y->code_len);

	return c != 0 ? c : x->seq - y->seq;
}

static void
forget_entry(Entry *e)
{
	pfree(e->code);
	if (e->heap != NULL)
		pfree(e->heap);
}

/* Sort, let the last value of each code stand, and number them anew. */
static void
settle_entries(ProfileBuilder *b)
{
	int			kept = 0;

	qsort(b->entries, b->count, sizeof(Entry), entry_cmp);
	for (int i = 0; i < b->count; i++)
	{
		Entry	   *e = &b->entries[i];

		if (i + 1 < b->count &&
			code_cmp(e->code, e->code_len, e[1].code, e[1].code_len) == 0)
			forget_entry(e);
		else if (e->type < 0)
			forget_entry(e);
		else
			b->entries[kept++] = *e;
	}
	b->count = kept;
	for (int i = 0; i < kept; i++)
		b->entries[i].seq = i;
}

/* Of many values of few codes only the last ones are kept; otherwise it grows. */
static void
make_room(ProfileBuilder *b)
{
	if (b->count >= COMPACT_FROM)
		settle_entries(b);
	if (b->count > b->room / 2)
	{
		b->room *= 2;
		b->entries = repalloc_huge(b->entries, (Size) b->room * sizeof(Entry));
	}
}

static Entry *
new_entry(ProfileBuilder *b, const char *code, int len, int type)
{
	Entry	   *e;

	check_code(code, len);
	if (b->count == b->room)
		make_room(b);
	e = &b->entries[b->count];
	e->code = MemoryContextAlloc(b->context, len);
	memcpy(e->code, code, len);
	e->code_len = len;
	e->seq = b->count;
	e->type = type;
	e->word = (uint64) type;
	e->heap = NULL;
	e->heap_len = 0;
	b->count++;
	return e;
}

void
profile_put_number(ProfileBuilder *b, const char *code, int len, Numeric num)
{
	Decimal		d;

	switch (decimal_from_numeric(num, &d))
	{
		case DECIMAL_OK:
		case DECIMAL_ROUNDED:
			break;
		case DECIMAL_TOO_LONG:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("number of indicator \"%.*s\" has more than %d significant digits",
							len, code, DECIMAL_DIGITS),
					 errdetail("The value is %s.", numeric_to_text(num)),
					 errhint("An identifier belongs in a text, in quotes.")));
			break;
		case DECIMAL_OUT_OF_RANGE:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("number of indicator \"%.*s\" is out of range",
							len, code),
					 errdetail("Its last digit must lie between 1e%d and 1e%d.",
							   DECIMAL_EXP_MIN, DECIMAL_EXP_MAX)));
			break;
		case DECIMAL_NOT_FINITE:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("number of indicator \"%.*s\" is not finite",
							len, code),
					 errhint("Leave an indicator out, or give it as null, where its value is not known.")));
			break;
	}
	new_entry(b, code, len, VALUE_NUMBER)->word = decimal_word(d);
}

void
profile_put_boolean(ProfileBuilder *b, const char *code, int len, bool value)
{
	new_entry(b, code, len, VALUE_BOOLEAN)->word |= value ? 8 : 0;
}

void
profile_put_date(ProfileBuilder *b, const char *code, int len, DateADT value)
{
	if (!IS_VALID_DATE(value))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("date of indicator \"%.*s\" is out of range", len, code)));
	if (value < date2j(1, 1, 1) - POSTGRES_EPOCH_JDATE ||
		value > date2j(9999, 12, 31) - POSTGRES_EPOCH_JDATE)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("date of indicator \"%.*s\" is out of range", len, code),
				 errdetail("Dates reach from 0001-01-01 to 9999-12-31.")));
	new_entry(b, code, len, VALUE_DATE)->word |= (uint64) (uint32) value << 32;
}

static void
check_text_length(const char *code, int len, int text_len)
{
	if (text_len > PROFILE_MAX_TEXT)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("text of indicator \"%.*s\" is too long", len, code),
				 errdetail("It has %d bytes; at most %d are allowed.",
						   text_len, PROFILE_MAX_TEXT)));
}

void
profile_put_text(ProfileBuilder *b, const char *code, int len,
				 const char *text, int text_len)
{
	DateADT		date;
	Entry	   *e;

	check_text_length(code, len, text_len);
	if (iso_date_parse(text, text_len, &date))
	{
		profile_put_date(b, code, len, date);
		return;
	}
	e = new_entry(b, code, len, VALUE_TEXT);
	e->word |= (uint64) text_len << 3;
	e->heap = MemoryContextAlloc(b->context, Max(text_len, 1));
	memcpy(e->heap, text, text_len);
	e->heap_len = text_len;
}

typedef struct Member
{
	const char *text;
	int			len;
} Member;

static int
member_cmp(const void *a, const void *b)
{
	const Member *x = a;
	const Member *y = b;

	return code_cmp(x->text, x->len, y->text, y->len);
}

/* Members are kept sorted and without doubles, so that equal sets are equal bytes. */
void
profile_put_set(ProfileBuilder *b, const char *code, int len,
				int count, const char **texts, const int *lens)
{
	Member	   *members = palloc(Max(count, 1) * sizeof(Member));
	StringInfoData heap;
	int			kept = 0;
	Entry	   *e;

	for (int i = 0; i < count; i++)
	{
		check_text_length(code, len, lens[i]);
		members[i].text = texts[i];
		members[i].len = lens[i];
	}
	qsort(members, count, sizeof(Member), member_cmp);
	initStringInfo(&heap);
	for (int i = 0; i < count; i++)
	{
		uint32		n = members[i].len;

		if (i > 0 && member_cmp(&members[i - 1], &members[i]) == 0)
			continue;
		appendBinaryStringInfo(&heap, (char *) &n, sizeof(n));
		appendBinaryStringInfo(&heap, members[i].text, members[i].len);
		kept++;
	}
	e = new_entry(b, code, len, VALUE_SET);
	e->word |= (uint64) kept << 3;
	e->heap = MemoryContextAlloc(b->context, Max(heap.len, 1));
	memcpy(e->heap, heap.data, heap.len);
	e->heap_len = heap.len;
	pfree(heap.data);
	pfree(members);
}

/* Length of what a text or set keeps in a heap. */
static int
heap_length(const char *heap, uint64 w)
{
	const char *start = heap + WORD_OFFSET(w);
	const char *at = start;

	if (WORD_TYPE(w) == VALUE_TEXT)
		return WORD_LENGTH(w);
	if (WORD_TYPE(w) != VALUE_SET)
		return 0;
	for (uint32 i = 0; i < WORD_LENGTH(w); i++)
		at += sizeof(uint32) + heap_uint32(at);
	return (int) (at - start);
}

int
profile_heap_length(const Profile *p, uint64 w)
{
	return heap_length(profile_heap(p), w);
}

void
profile_put_word(ProfileBuilder *b, const char *code, int len, uint64 w, const char *heap)
{
	Entry	   *e = new_entry(b, code, len, WORD_TYPE(w));

	e->word = w;
	e->heap_len = heap_length(heap, w);
	if (WORD_TYPE(w) == VALUE_TEXT || WORD_TYPE(w) == VALUE_SET)
	{
		e->word &= UINT64CONST(0xffffffff);
		e->heap = MemoryContextAlloc(b->context, Max(e->heap_len, 1));
		memcpy(e->heap, heap + WORD_OFFSET(w), e->heap_len);
	}
}

/* Copy one value of another profile, as it is. */
void
profile_put_slot(ProfileBuilder *b, const Profile *p, int slot)
{
	int			len;
	const char *code = profile_code(p, slot, &len);

	profile_put_word(b, code, len, p->word[slot], profile_heap(p));
}

void
profile_builder_remove(ProfileBuilder *b, const char *code, int len)
{
	new_entry(b, code, len, -1);
}

Profile *
profile_alloc(int count, Size shape_len, Size heap_len)
{
	Size		size = offsetof(Profile, word) + count * sizeof(uint64) + shape_len + heap_len;
	Profile    *p;

	if (count > PROFILE_MAX_CODES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("profile has too many indicators"),
				 errdetail("It has %d; at most %d are allowed.", count, PROFILE_MAX_CODES)));
	if (size > PROFILE_MAX_SIZE)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("profile is too large"),
				 errdetail("It has %zu bytes; at most %zu are allowed.",
						   size, PROFILE_MAX_SIZE)));
	p = palloc0(size);
	SET_VARSIZE(p, size);
	p->version = PROFILE_VERSION;
	p->count = count;
	return p;
}

bool
profile_builder_only(ProfileBuilder *b, const char *code, int len, Datum value, Oid type,
					 uint64 *word, const char **heap, int *heap_len)
{
	b->count = 0;
	profile_put_datum(b, code, len, value, type);
	if (b->count == 0)
		return false;
	*word = b->entries[0].word;
	*heap = b->entries[0].heap;
	*heap_len = b->entries[0].heap_len;
	return true;
}

/* The profile of all that was put; the builder may be used on. */
Profile *
profile_build(ProfileBuilder *b)
{
	Size		shape_len;
	Size		heap_len = 0;
	Profile    *p;
	uint8	   *lens;
	char	   *code_at;
	char	   *heap;
	uint32		offset;

	settle_entries(b);
	shape_len = b->count;
	for (int i = 0; i < b->count; i++)
	{
		shape_len += b->entries[i].code_len;
		heap_len += b->entries[i].heap_len;
	}
	p = profile_alloc(b->count, shape_len, heap_len);
	lens = (uint8 *) &p->word[b->count];
	code_at = (char *) lens + b->count;
	heap = (char *) lens;
	offset = shape_len;
	for (int i = 0; i < b->count; i++)
	{
		Entry	   *e = &b->entries[i];

		p->word[i] = e->word;
		if (e->type == VALUE_TEXT || e->type == VALUE_SET)
		{
			p->word[i] |= (uint64) offset << 32;
			if (e->heap_len > 0)
				memcpy(heap + offset, e->heap, e->heap_len);
			offset += e->heap_len;
		}
		lens[i] = e->code_len;
		memcpy(code_at, e->code, e->code_len);
		code_at += e->code_len;
	}
	p->shape_id = shape_id(lens, shape_len);
	return p;
}

/* Strictly YYYY-MM-DD, and a day that exists; reads no setting. */
bool
iso_date_parse(const char *text, int len, DateADT *result)
{
	int			part[3] = {0, 0, 0};
	int			n = 0;

	if (len != 10 || text[4] != '-' || text[7] != '-')
		return false;
	for (int i = 0; i < 10; i++)
	{
		if (i == 4 || i == 7)
		{
			n++;
			continue;
		}
		if (text[i] < '0' || text[i] > '9')
			return false;
		part[n] = part[n] * 10 + (text[i] - '0');
	}
	if (part[0] < 1 || part[1] < 1 || part[1] > 12 || part[2] < 1 ||
		part[2] > day_tab[isleap(part[0])][part[1] - 1])
		return false;
	*result = date2j(part[0], part[1], part[2]) - POSTGRES_EPOCH_JDATE;
	return true;
}

void
iso_date_text(DateADT date, char *buf)
{
	int			year;
	int			month;
	int			day;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	snprintf(buf, 16, "%04d-%02d-%02d", year, month, day);
}
