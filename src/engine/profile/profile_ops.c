/*
 * profile_ops.c
 *	  Comparison and small operators of profiles.
 *
 * A profile is canonical, so equality is equality of bytes.  The order is a
 * total one without a meaning: it serves DISTINCT, GROUP BY and merge joins.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "../comparison.h"
#include "profile.h"

PG_FUNCTION_INFO_V1(profile_hash);
PG_FUNCTION_INFO_V1(profile_hash_extended);
PG_FUNCTION_INFO_V1(profile_get);
PG_FUNCTION_INFO_V1(profile_get_text);
PG_FUNCTION_INFO_V1(profile_has);
PG_FUNCTION_INFO_V1(profile_concat);
PG_FUNCTION_INFO_V1(profile_delete);
PG_FUNCTION_INFO_V1(profile_codes);

static int
compare_args(FunctionCallInfo fcinfo)
{
	Profile    *a = PG_GETARG_PROFILE_P(0);
	Profile    *b = PG_GETARG_PROFILE_P(1);
	Size		a_size = VARSIZE(a) - VARHDRSZ;
	Size		b_size = VARSIZE(b) - VARHDRSZ;
	int			c = memcmp(VARDATA(a), VARDATA(b), Min(a_size, b_size));

	return c != 0 ? c : (a_size > b_size) - (a_size < b_size);
}

COMPARISON_FUNCTIONS(profile, compare_args);

Datum
profile_hash(PG_FUNCTION_ARGS)
{
	Profile    *p = PG_GETARG_PROFILE_P(0);

	PG_RETURN_DATUM(hash_any((unsigned char *) VARDATA(p), VARSIZE(p) - VARHDRSZ));
}

Datum
profile_hash_extended(PG_FUNCTION_ARGS)
{
	Profile    *p = PG_GETARG_PROFILE_P(0);

	PG_RETURN_DATUM(hash_any_extended((unsigned char *) VARDATA(p),
									  VARSIZE(p) - VARHDRSZ, PG_GETARG_INT64(1)));
}

static int
slot_of_arg(const Profile *p, text *code)
{
	return profile_slot(p, VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));
}

/* profile -> code: the value as jsonb, NULL where it is absent. */
Datum
profile_get(PG_FUNCTION_ARGS)
{
	Profile    *p = PG_GETARG_PROFILE_P(0);
	int			slot = slot_of_arg(p, PG_GETARG_TEXT_PP(1));
	StringInfoData out;

	if (slot < 0)
		PG_RETURN_NULL();
	initStringInfo(&out);
	profile_value_to_text(p, slot, &out);
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data)));
}

/* profile ->> code: the value as text, a text without its quotes. */
Datum
profile_get_text(PG_FUNCTION_ARGS)
{
	Profile    *p = PG_GETARG_PROFILE_P(0);
	int			slot = slot_of_arg(p, PG_GETARG_TEXT_PP(1));
	StringInfoData out;
	char		date[16];
	uint64		w;

	if (slot < 0)
		PG_RETURN_NULL();
	w = p->word[slot];
	if (WORD_TYPE(w) == VALUE_TEXT)
		PG_RETURN_TEXT_P(cstring_to_text_with_len(profile_heap(p) + WORD_OFFSET(w),
												  WORD_LENGTH(w)));
	if (WORD_TYPE(w) == VALUE_DATE)
	{
		iso_date_text(WORD_DATE(w), date);
		PG_RETURN_TEXT_P(cstring_to_text(date));
	}
	initStringInfo(&out);
	profile_value_to_text(p, slot, &out);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

Datum
profile_has(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(slot_of_arg(PG_GETARG_PROFILE_P(0), PG_GETARG_TEXT_PP(1)) >= 0);
}

/* a || b: the values of both, those of b where both have one. */
Datum
profile_concat(PG_FUNCTION_ARGS)
{
	Profile    *a = PG_GETARG_PROFILE_P(0);
	Profile    *b = PG_GETARG_PROFILE_P(1);
	ProfileBuilder *builder = profile_builder_new(CurrentMemoryContext);

	for (int i = 0; i < a->count; i++)
		profile_put_slot(builder, a, i);
	for (int i = 0; i < b->count; i++)
		profile_put_slot(builder, b, i);
	PG_RETURN_PROFILE_P(profile_build(builder));
}

Datum
profile_delete(PG_FUNCTION_ARGS)
{
	Profile    *p = PG_GETARG_PROFILE_P(0);
	int			gone = slot_of_arg(p, PG_GETARG_TEXT_PP(1));
	ProfileBuilder *builder;

	if (gone < 0)
		PG_RETURN_PROFILE_P(p);
	builder = profile_builder_new(CurrentMemoryContext);
	for (int i = 0; i < p->count; i++)
		if (i != gone)
			profile_put_slot(builder, p, i);
	PG_RETURN_PROFILE_P(profile_build(builder));
}

Datum
profile_codes(PG_FUNCTION_ARGS)
{
	Profile    *p = PG_GETARG_PROFILE_P(0);
	Datum	   *codes = palloc(Max(p->count, 1) * sizeof(Datum));

	for (int i = 0; i < p->count; i++)
	{
		int			len;
		const char *code = profile_code(p, i, &len);

		codes[i] = PointerGetDatum(cstring_to_text_with_len(code, len));
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(codes, p->count, TEXTOID, -1, false, TYPALIGN_INT));
}
