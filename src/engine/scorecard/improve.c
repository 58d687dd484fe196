/*
 * improve.c
 *	  What a score would be if some indicators had other normalised values.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "functions.h"

PG_FUNCTION_INFO_V1(score_sum_if);

/* The card's indicator of a code. */
static int
find_indicator(const Scorecard *card, const char *code)
{
	for (int i = 0; i < card->nindicators; i++)
		if (strcmp(card->indicators[i].code, code) == 0)
			return i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the scorecard has no indicator \"%s\"", code)));
}

/* Put the normalised values in the place of the indicators' own. */
static void
replace_parts(const Scorecard *card, ScoreResult *r, ArrayType *codes, ArrayType *values)
{
	Datum	   *code;
	Datum	   *value;
	bool	   *no_code;
	bool	   *no_value;
	int			ncodes;
	int			nvalues;

	deconstruct_array(codes, TEXTOID, -1, false, TYPALIGN_INT, &code, &no_code, &ncodes);
	deconstruct_array(values, NUMERICOID, -1, false, TYPALIGN_INT, &value, &no_value, &nvalues);
	if (ncodes != nvalues)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("there are %d indicators, but %d normalised values", ncodes, nvalues)));
	for (int i = 0; i < ncodes; i++)
	{
		Part	   *part;

		if (no_code[i] || no_value[i])
			continue;
		part = &r->parts[find_indicator(card, TextDatumGetCString(code[i]))];
		part->missing = false;
		part->normalised = DatumGetNumeric(value[i]);
	}
}

/* The points of the whole, before they are rounded to the score, all else being equal. */
Datum
score_sum_if(PG_FUNCTION_ARGS)
{
	Scorecard  *card;
	Subject		s;
	ScoreResult r;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3) || PG_ARGISNULL(4))
		PG_RETURN_NULL();
	card = call_card(fcinfo, 0);
	call_subject(fcinfo, 1, 2, card->codes, &s);
	score_exactly(card, &s, &r);
	if (r.segment < 0)
		PG_RETURN_NULL();
	replace_parts(card, &r, PG_GETARG_ARRAYTYPE_P(3), PG_GETARG_ARRAYTYPE_P(4));
	score_parts(card, &r);
	PG_RETURN_NUMERIC(numeric_round_to(r.sum, card->points_digits));
}
