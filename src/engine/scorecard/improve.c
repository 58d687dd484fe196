/*
 * improve.c
 *	  What a score would be if some indicators had other normalised values.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "exact.h"
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

/* The elements of an array of numbers, one for each of the codes; NULL where it is null. */
static Numeric *
numbers_of(ArrayType *array, int ncodes, const char *what)
{
	Numeric    *numbers = palloc(Max(ncodes, 1) * sizeof(Numeric));
	Datum	   *value;
	bool	   *null;
	int			count;

	deconstruct_array(array, NUMERICOID, -1, false, TYPALIGN_INT, &value, &null, &count);
	if (count != ncodes)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("there are %d indicators, but %d %s", ncodes, count, what)));
	for (int i = 0; i < count; i++)
		numbers[i] = null[i] ? NULL : DatumGetNumeric(value[i]);
	return numbers;
}

/* value / divisor, which has to be above 0; no divisor is one of 1 */
static Fraction
divided_by(Numeric value, Numeric divisor)
{
	if (divisor == NULL)
		return undivided(value);
	if (numeric_compare(divisor, whole(0)) <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a normalised value is divided by %s", numeric_to_plain_text(divisor))));
	return quotient(value, divisor);
}

/* Put the normalised values in the place of the indicators' own; divisors: NULL, or one for each. */
static void
replace_parts(const Scorecard *card, ScoreResult *r, ArrayType *codes, ArrayType *values,
			  ArrayType *divisors)
{
	Datum	   *code;
	bool	   *no_code;
	int			ncodes;
	Numeric    *value;
	Numeric    *divisor;

	deconstruct_array(codes, TEXTOID, -1, false, TYPALIGN_INT, &code, &no_code, &ncodes);
	value = numbers_of(values, ncodes, "normalised values");
	divisor = divisors == NULL ? NULL : numbers_of(divisors, ncodes, "divisors");
	for (int i = 0; i < ncodes; i++)
	{
		Part	   *part;

		if (no_code[i] || value[i] == NULL)
			continue;
		part = &r->parts[find_indicator(card, TextDatumGetCString(code[i]))];
		part->missing = false;
		part->normalised = divided_by(value[i], divisor == NULL ? NULL : divisor[i]);
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
	replace_parts(card, &r, PG_GETARG_ARRAYTYPE_P(3), PG_GETARG_ARRAYTYPE_P(4),
				  PG_ARGISNULL(5) ? NULL : PG_GETARG_ARRAYTYPE_P(5));
	score_parts(card, &r);
	PG_RETURN_NUMERIC(numeric_round_to(r.sum, card->points_digits));
}
