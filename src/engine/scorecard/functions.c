/*
 * functions.c
 *	  The type scorecard, and the functions that give a score or a grade.
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "../rating/rating.h"
#include "card_cache.h"
#include "functions.h"

PG_FUNCTION_INFO_V1(scorecard_in);
PG_FUNCTION_INFO_V1(scorecard_recv);
PG_FUNCTION_INFO_V1(scorecard_from_json);
PG_FUNCTION_INFO_V1(scorecard_to_json);
PG_FUNCTION_INFO_V1(scorecard_indicators);
PG_FUNCTION_INFO_V1(score);
PG_FUNCTION_INFO_V1(score_exact);
PG_FUNCTION_INFO_V1(scorecard_rating);
PG_FUNCTION_INFO_V1(scorecard_rate);
PG_FUNCTION_INFO_V1(scorecard_passes);

static text *
canonical(Jsonb *json)
{
	return cstring_to_text(scorecard_text(scorecard_from_jsonb(json)));
}

static Jsonb *
parse_json(const char *source)
{
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(source)));
}

/* A text says each thing once; a jsonb cannot say one twice. */
static text *
canonical_of_text(const char *source)
{
	Jsonb	   *json = parse_json(source);

	check_unique_keys(source);
	return canonical(json);
}

Datum
scorecard_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(canonical_of_text(PG_GETARG_CSTRING(0)));
}

/* The binary form is the text: it is checked as any input is. */
Datum
scorecard_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len;
	char	   *source = pq_getmsgtext(buf, buf->len - buf->cursor, &len);

	PG_RETURN_TEXT_P(canonical_of_text(source));
}

Datum
scorecard_from_json(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(canonical(PG_GETARG_JSONB_P(0)));
}

Datum
scorecard_to_json(PG_FUNCTION_ARGS)
{
	PG_RETURN_JSONB_P(parse_json(text_to_cstring(PG_GETARG_TEXT_PP(0))));
}

#define SCORES_KEPT		20001

/* The card of a call site; another value replaces it. */
typedef struct CallCard
{
	Scorecard  *card;
	bool		constant;
	struct varlena *raw;		/* the argument as it came, compressed perhaps */
	CachedCard *cached;			/* pinned; NULL: none yet */
	MemoryContextCallback release;
} CallCard;

static void
release_card(void *arg)
{
	CallCard   *call = arg;
	CachedCard *cached = call->cached;

	call->cached = NULL;
	call->card = NULL;
	if (cached != NULL)
		card_cache_release(cached);
}

static CallCard *
new_call_card(FmgrInfo *flinfo, int arg)
{
	CallCard   *call = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(CallCard));

	call->constant = call_argument_is_constant(flinfo, arg);
	call->release.func = release_card;
	call->release.arg = call;
	MemoryContextRegisterResetCallback(flinfo->fn_mcxt, &call->release);
	flinfo->fn_extra = call;
	return call;
}

static Scorecard *
change_card(CallCard *call, struct varlena *raw, MemoryContext context)
{
	text	   *source = (text *) pg_detoast_datum_packed(raw);

	release_card(call);
	if (call->raw != NULL)
		pfree(call->raw);
	call->raw = NULL;
	call->raw = MemoryContextAlloc(context, VARSIZE_ANY(raw));
	memcpy(call->raw, raw, VARSIZE_ANY(raw));
	call->cached = card_cache_take(source);
	call->card = call->cached->card;
	if ((void *) source != (void *) raw)
		pfree(source);
	return call->card;
}

/* call_card(), where the argument is not a constant or there is no card yet. */
static Scorecard *
find_card(FunctionCallInfo fcinfo, int arg)
{
	CallCard   *call = fcinfo->flinfo->fn_extra;
	struct varlena *raw = (struct varlena *) PG_GETARG_POINTER(arg);

	if (call == NULL)
		call = new_call_card(fcinfo->flinfo, arg);
	/* a pointer into memory says nothing about what is there now */
	if (VARATT_IS_EXTERNAL(raw) && !VARATT_IS_EXTERNAL_ONDISK(raw))
		raw = pg_detoast_datum_packed(raw);
	if (call->card != NULL && VARSIZE_ANY(raw) == VARSIZE_ANY(call->raw) &&
		memcmp(raw, call->raw, VARSIZE_ANY(raw)) == 0)
		return call->card;
	return change_card(call, raw, fcinfo->flinfo->fn_mcxt);
}

Scorecard *
call_card(FunctionCallInfo fcinfo, int arg)
{
	CallCard   *call = fcinfo->flinfo->fn_extra;

	if (likely(call != NULL && call->constant && call->card != NULL))
		return call->card;
	return find_card(fcinfo, arg);
}

/* Make the numeric of a score, and keep it where it fits. */
static Numeric
keep_numeric(CachedCard *cached, int64 score)
{
	Numeric		num = int64_div_fast_to_numeric(score, cached->card->score_digits);

	if (score < 0 || score >= SCORES_KEPT || VARSIZE(num) > sizeof(KeptNumeric))
		return num;
	if (cached->scores == NULL)
		cached->scores = MemoryContextAllocZero(cached->context, SCORES_KEPT * sizeof(KeptNumeric));
	memcpy(&cached->scores[score], num, VARSIZE(num));
	return num;
}

/*
 * A score as numeric.  There are few of them, and making one takes as long as
 * a third of the scoring, so each is made once for the card; a function's
 * result is its caller's to read, not to free.
 */
static inline Numeric
score_numeric(CachedCard *cached, int64 score)
{
	if (likely(cached->scores != NULL && (uint64) score < SCORES_KEPT &&
			   cached->scores[score].words[0] != 0))
		return (Numeric) &cached->scores[score];
	return keep_numeric(cached, score);
}

Datum
score(PG_FUNCTION_ARGS)
{
	Scorecard  *card;
	Subject		s;
	FastScore	fast;
	ScoreResult result;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	card = call_card(fcinfo, 0);
	call_subject(fcinfo, 1, 2, card->codes, &s);
	if (likely(score_fast(card, &s, &fast)))
	{
		if (fast.status != STATUS_SCORED)
			PG_RETURN_NULL();
		PG_RETURN_NUMERIC(score_numeric(((CallCard *) fcinfo->flinfo->fn_extra)->cached, fast.score));
	}
	score_exactly(card, &s, &result);
	if (result.status != STATUS_SCORED)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(result.score);
}

/* The reference: score() must never differ from it. */
Datum
score_exact(PG_FUNCTION_ARGS)
{
	Scorecard  *card;
	Subject		s;
	ScoreResult result;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	card = call_card(fcinfo, 0);
	call_subject(fcinfo, 1, 2, card->codes, &s);
	score_exactly(card, &s, &result);
	if (result.status != STATUS_SCORED)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(result.score);
}

Datum
scorecard_rating(PG_FUNCTION_ARGS)
{
	Scorecard  *card;
	Subject		s;
	FastScore	fast;
	ScoreResult result;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	card = call_card(fcinfo, 0);
	call_subject(fcinfo, 1, 2, card->codes, &s);
	if (likely(score_fast(card, &s, &fast)))
	{
		if (fast.status != STATUS_SCORED)
			PG_RETURN_NULL();
		PG_RETURN_INT16(card_grade(card, &s, card_passed_fast(card, &s, &fast),
								   rate_fast(card, fast.score)));
	}
	score_exactly(card, &s, &result);
	if (result.status != STATUS_SCORED)
		PG_RETURN_NULL();
	PG_RETURN_INT16(card_grade(card, &s, card_passed(card, &s, &result),
							   card_rate(card, result.score)));
}

Datum
scorecard_passes(PG_FUNCTION_ARGS)
{
	Scorecard  *card;
	Subject		s;
	FastScore	fast;
	ScoreResult result;
	Tri			passed;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	card = call_card(fcinfo, 0);
	call_subject(fcinfo, 1, 2, card->codes, &s);
	if (likely(score_fast(card, &s, &fast)))
		passed = card_passed_fast(card, &s, &fast);
	else
	{
		score_exactly(card, &s, &result);
		passed = card_passed(card, &s, &result);
	}
	if (passed == TRI_UNKNOWN)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(passed == TRI_TRUE);
}

Datum
scorecard_rate(PG_FUNCTION_ARGS)
{
	Scorecard  *card = call_card(fcinfo, 0);
	Numeric		score = PG_GETARG_NUMERIC(1);

	if (numeric_is_nan(score))
		PG_RETURN_NULL();
	PG_RETURN_INT16(card_rate(card, score));
}

Datum
scorecard_indicators(PG_FUNCTION_ARGS)
{
	Scorecard  *card = call_card(fcinfo, 0);

	PG_RETURN_ARRAYTYPE_P(code_list_array(card->codes));
}
