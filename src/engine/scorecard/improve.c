/*
 * improve.c
 *	  What a score would be if some indicators had other values.
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
	{
		numbers[i] = null[i] ? NULL : DatumGetNumeric(value[i]);
		if (!null[i] && (numeric_is_nan(numbers[i]) || numeric_is_inf(numbers[i])))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the %s have %s at place %d", what,
							numeric_is_nan(numbers[i]) ? "NaN" : "infinity", i + 1),
					 errdetail("Expected are finite numbers, or NULL.")));
	}
	return numbers;
}

/* What a number comes to before it is weighted; above is NULL where there are no peers. */
static Fraction
normalise_as(const Indicator *ind, Subject *s, Numeric number)
{
	if (normaliser_input(&ind->norm) != EXPR_NUMBER || ind->cases != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("indicator \"%s\" does not normalise a number", ind->code)));
	return normalise_for(ind, s, number);
}

/* Put other values in the place of the indicators' own: normalised ones, or (numbers) ones to normalise. */
static void
replace_parts(const Scorecard *card, ScoreResult *r, Subject *s, ArrayType *codes,
			  ArrayType *values, ArrayType *numbers)
{
	Datum	   *code;
	bool	   *no_code;
	int			ncodes;
	Numeric    *value;
	Numeric    *number;

	deconstruct_array(codes, TEXTOID, -1, false, TYPALIGN_INT, &code, &no_code, &ncodes);
	value = numbers_of(values, ncodes, "normalised values");
	number = numbers == NULL ? NULL : numbers_of(numbers, ncodes, "numbers");
	for (int i = 0; i < ncodes; i++)
	{
		int			found;
		Fraction	f = {NULL, NULL};

		if (no_code[i])
			continue;
		found = find_indicator(card, TextDatumGetCString(code[i]));
		if (value[i] != NULL)
			f = undivided(value[i]);
		else if (number != NULL && number[i] != NULL)
			f = normalise_as(&card->indicators[found], s, number[i]);
		if (f.above == NULL)
			continue;
		r->parts[found].missing = false;
		r->parts[found].normalised = f;
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
	replace_parts(card, &r, &s, PG_GETARG_ARRAYTYPE_P(3), PG_GETARG_ARRAYTYPE_P(4),
				  PG_ARGISNULL(5) ? NULL : PG_GETARG_ARRAYTYPE_P(5));
	score_parts(card, &r);
	PG_RETURN_NUMERIC(numeric_round_to(r.sum, card->points_digits));
}
