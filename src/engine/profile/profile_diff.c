/*
 * profile_diff.c
 *	  Two profiles side by side: containment, and what differs.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "profile.h"

PG_FUNCTION_INFO_V1(profile_contains);
PG_FUNCTION_INFO_V1(profile_contained);
PG_FUNCTION_INFO_V1(profile_diff);

/* Walks two profiles' codes, which are sorted, at once. */
typedef struct Walk
{
	const Profile *p;
	const uint8 *lens;
	const char *code;
	int			slot;
} Walk;

static void
walk_start(Walk *w, const Profile *p)
{
	w->p = p;
	w->lens = profile_shape(p);
	w->code = (const char *) w->lens + p->count;
	w->slot = 0;
}

static void
walk_next(Walk *w)
{
	w->code += w->lens[w->slot];
	w->slot++;
}

static bool
walk_done(const Walk *w)
{
	return w->slot >= w->p->count;
}

/* Which of the two codes comes first; the one that is at its end comes last. */
static int
walk_order(const Walk *a, const Walk *b)
{
	int			order;

	if (walk_done(a) || walk_done(b))
		return (int) walk_done(a) - (int) walk_done(b);
	order = memcmp(a->code, b->code, Min(a->lens[a->slot], b->lens[b->slot]));
	return order != 0 ? order : a->lens[a->slot] - b->lens[b->slot];
}

/* Are two values the same?  They are canonical, so words and heap tell. */
static bool
same_value(const Profile *a, int i, const Profile *b, int j)
{
	uint64		v = a->word[i];
	uint64		w = b->word[j];

	if (WORD_TYPE(v) != VALUE_TEXT && WORD_TYPE(v) != VALUE_SET)
		return v == w;
	if ((v & UINT64CONST(0xffffffff)) != (w & UINT64CONST(0xffffffff)) ||
		profile_heap_length(a, v) != profile_heap_length(b, w))
		return false;
	return memcmp(profile_heap(a) + WORD_OFFSET(v), profile_heap(b) + WORD_OFFSET(w),
				  profile_heap_length(a, v)) == 0;
}

static bool
contains(const Profile *whole, const Profile *part)
{
	Walk		a;
	Walk		b;

	walk_start(&a, whole);
	for (walk_start(&b, part); !walk_done(&b); walk_next(&b))
	{
		while (!walk_done(&a) && walk_order(&a, &b) < 0)
			walk_next(&a);
		if (walk_done(&a) || walk_order(&a, &b) != 0 ||
			!same_value(whole, a.slot, part, b.slot))
			return false;
	}
	return true;
}

/* a @> b: does a know all that b knows, with the same values? */
Datum
profile_contains(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(contains(PG_GETARG_PROFILE_P(0), PG_GETARG_PROFILE_P(1)));
}

Datum
profile_contained(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(contains(PG_GETARG_PROFILE_P(1), PG_GETARG_PROFILE_P(0)));
}

static Datum
value_datum(const Walk *w)
{
	StringInfoData out;

	initStringInfo(&out);
	profile_value_to_text(w->p, w->slot, &out);
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data));
}

static void
diff_row(ReturnSetInfo *rsinfo, const Walk *before, const Walk *after)
{
	const Walk *named = before != NULL ? before : after;
	Datum		values[3] = {0};
	bool		nulls[3] = {false};

	values[0] = PointerGetDatum(cstring_to_text_with_len(named->code, named->lens[named->slot]));
	nulls[1] = before == NULL;
	if (before != NULL)
		values[1] = value_datum(before);
	nulls[2] = after == NULL;
	if (after != NULL)
		values[2] = value_datum(after);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* One row for each indicator that one knows and the other does not, or otherwise. */
Datum
profile_diff(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Walk		a;
	Walk		b;

	InitMaterializedSRF(fcinfo, 0);
	walk_start(&a, PG_GETARG_PROFILE_P(0));
	walk_start(&b, PG_GETARG_PROFILE_P(1));
	while (!walk_done(&a) || !walk_done(&b))
	{
		int			order = walk_order(&a, &b);

		CHECK_FOR_INTERRUPTS();
		if (order < 0)
			diff_row(rsinfo, &a, NULL);
		else if (order > 0)
			diff_row(rsinfo, NULL, &b);
		else if (!same_value(a.p, a.slot, b.p, b.slot))
			diff_row(rsinfo, &a, &b);
		if (order <= 0)
			walk_next(&a);
		if (order >= 0)
			walk_next(&b);
	}
	return (Datum) 0;
}
