/*
 * profile.h
 *	  What is known of one subject: indicator code -> value.
 *
 * A profile is one varlena (docs/formats.md has it byte by byte):
 *
 *		header | one 8-byte word a value | shape: code lengths, codes | heap
 *
 * Codes are sorted, so the shape (the block of codes) is the same for all
 * subjects that know the same indicators: a program looks its slots up once a
 * shape, not once a row, and knows the shape by the fingerprint in the header.
 */
#ifndef GROWTH_INDEX_PROFILE_H
#define GROWTH_INDEX_PROFILE_H

#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/date.h"
#include "utils/jsonb.h"

#include "../../compat.h"
#include "../number/number.h"

#define PROFILE_VERSION			2	/* of what is stored */
#define PROFILE_WIRE_VERSION	1	/* of what is sent */
#define PROFILE_MAX_CODES		10000
#define PROFILE_MAX_CODE_LEN	(NAMEDATALEN - 1)
#define PROFILE_MAX_TEXT		(1 << 20)	/* bytes of one text */

typedef enum ValueType
{
	VALUE_NUMBER = 0,
	VALUE_BOOLEAN = 1,
	VALUE_TEXT = 2,
	VALUE_DATE = 3,
	VALUE_SET = 4
} ValueType;

typedef struct Profile
{
	int32		vl_len_;		/* varlena header (do not touch directly!) */
	uint8		version;
	uint8		flags;			/* reserved, always zero */
	uint16		count;			/* indicators */
	uint64		shape_id;		/* the shape's fingerprint (shape.c) */
	uint64		word[FLEXIBLE_ARRAY_MEMBER];
} Profile;

/*
 * A word: type in bits 0-2, and above them
 *	 number		exponent in bits 3-12, mantissa in bits 13-63, both signed
 *	 boolean	bit 3
 *	 text, set	length (set: count) in bits 3-31, offset from the shape in bits 32-63
 *	 date		days since 2000-01-01 in bits 32-63
 */
#define WORD_TYPE(w)		((ValueType) ((w) & 7))
#define WORD_BOOLEAN(w)		((((w) >> 3) & 1) != 0)
#define WORD_LENGTH(w)		((uint32) (((w) >> 3) & 0x1fffffff))
#define WORD_OFFSET(w)		((uint32) ((w) >> 32))
#define WORD_DATE(w)		((DateADT) ((int64) (w) >> 32))
#define WORD_MANTISSA(w)	((int64) (w) >> 13)
#define WORD_EXPONENT(w)	((int) ((int64) ((w) << 51) >> 54))

static inline Decimal
word_decimal(uint64 w)
{
	Decimal		d;

	d.mantissa = WORD_MANTISSA(w);
	d.exponent = WORD_EXPONENT(w);
	return d;
}

static inline uint64
decimal_word(Decimal d)
{
	return ((uint64) d.mantissa << 13) | ((uint64) (d.exponent & 0x3ff) << 3) | VALUE_NUMBER;
}

static inline const uint8 *
profile_shape(const Profile *p)
{
	return (const uint8 *) &p->word[p->count];
}

/* Where the offsets of texts and sets count from: so that nobody asks for the shape's length. */
static inline const char *
profile_heap(const Profile *p)
{
	return (const char *) profile_shape(p);
}

extern uint64 shape_id(const uint8 *shape, uint32 len);

/* Unaligned 32-bit read: a set in the heap is count * (length, bytes). */
static inline uint32
heap_uint32(const char *at)
{
	uint32		v;

	memcpy(&v, at, sizeof(v));
	return v;
}

pg_noreturn extern void profile_format_error(const Profile *p);

/* Detoasted and of a known version. */
static inline Profile *
DatumGetProfileP(Datum d)
{
	Profile    *p = (Profile *) DatumGetPointer(d);

	if (unlikely(VARATT_IS_EXTENDED(p)))
		p = (Profile *) PG_DETOAST_DATUM(d);
	if (unlikely(p->version != PROFILE_VERSION || p->flags != 0))
		profile_format_error(p);
	return p;
}

#define PG_GETARG_PROFILE_P(n)	DatumGetProfileP(PG_GETARG_DATUM(n))
#define PG_RETURN_PROFILE_P(p)	PG_RETURN_POINTER(p)

/* ---- reading ---- */
extern int	profile_slot(const Profile *p, const char *code, int len);
extern const char *profile_code(const Profile *p, int slot, int *len);
extern Jsonb *profile_to_jsonb(const Profile *p);
extern void profile_value_to_text(const Profile *p, int slot, StringInfo out);	/* JSON */
extern int	profile_heap_length(const Profile *p, uint64 w);
extern Numeric profile_number(const Profile *p, int slot);

/* ---- building: put() in any order, a later value of a code wins ---- */
typedef struct ProfileBuilder ProfileBuilder;

extern ProfileBuilder *profile_builder_new(MemoryContext context);
extern void profile_put_number(ProfileBuilder *b, const char *code, int len, Numeric num);
extern void profile_put_boolean(ProfileBuilder *b, const char *code, int len, bool value);
extern void profile_put_date(ProfileBuilder *b, const char *code, int len, DateADT value);

/* text that is an ISO date (YYYY-MM-DD) becomes a date */
extern void profile_put_text(ProfileBuilder *b, const char *code, int len,
							 const char *text, int text_len);
extern void profile_put_set(ProfileBuilder *b, const char *code, int len,
							int count, const char **texts, const int *lens);
extern void profile_put_jsonb(ProfileBuilder *b, const char *code, int len, JsonbValue *value);
extern void profile_put_datum(ProfileBuilder *b, const char *code, int len,
							  Datum value, Oid type);
/* the word of a number, boolean or date of SQL; false: put it with the builder */
extern bool profile_word_of_datum(Datum value, Oid type, uint64 *word);
extern void profile_put_slot(ProfileBuilder *b, const Profile *p, int slot);

/* a word as a profile has it, with the heap that its offset points into */
extern void profile_put_word(ProfileBuilder *b, const char *code, int len, uint64 w,
							 const char *heap);
extern void profile_builder_remove(ProfileBuilder *b, const char *code, int len);
extern Profile *profile_build(ProfileBuilder *b);
/* the word and heap of one value, put in an empty builder; false: it puts nothing */
extern bool profile_builder_only(ProfileBuilder *b, const char *code, int len, Datum value,
								 Oid type, uint64 *word, const char **heap, int *heap_len);
/* room for so much, header written but for the shape's fingerprint; errors where it is too much */
extern Profile *profile_alloc(int count, Size shape_len, Size heap_len);

/* ---- iso dates ---- */
extern bool iso_date_parse(const char *text, int len, DateADT *result);
extern void iso_date_text(DateADT date, char *buf);	/* 16 bytes at least */

#endif							/* GROWTH_INDEX_PROFILE_H */
