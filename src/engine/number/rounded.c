/*
 * rounded.c
 *	  Amounts of money in whole units: 0.01 yuan, one, a hundred, …
 *
 * Exact at any length: what is over a multiple of the unit is a remainder, not
 * a quotient.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "../../compat.h"
#include "number.h"

PG_FUNCTION_INFO_V1(rounded);

#define MOST_CENTS			1e12	/* by doubles */

/* Reads the way of rounding, and holds the unit to what an amount in yuan can have. */
void
rounding_read(Rounding *rounding, Numeric unit, const char *way)
{
	if (strcmp(way, "half_up") == 0)
		rounding->way = ROUND_HALF_UP;
	else if (strcmp(way, "down") == 0)
		rounding->way = ROUND_DOWN;
	else if (strcmp(way, "up") == 0)
		rounding->way = ROUND_UP;
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown way of rounding: \"%s\"", way),
				 errhint("It is half_up, down or up.")));
	if (numeric_is_nan(unit) || numeric_is_inf(unit) ||
		numeric_compare(unit, int64_to_numeric(0)) <= 0 ||
		numeric_compare(unit, numeric_round_to(unit, 2)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("amounts cannot be rounded to %s yuan", numeric_normalize(unit)),
				 errhint("The unit is a multiple of 0.01, such as 0.01, 1, 100 or 10000.")));
	rounding->unit = unit;
	rounding->cents = numeric_compare(unit, int64_div_fast_to_numeric(1, 2)) == 0;
}

static Numeric
calculate(PGFunction function, Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(function, NumericGetDatum(a), NumericGetDatum(b)));
}

/* The amount in whole units, with two decimals; halves go away from zero. */
Numeric
rounding_apply(const Rounding *rounding, Numeric amount)
{
	Numeric		over;
	Numeric		result;
	int			sign;
	bool		step;

	if (rounding->cents && rounding->way == ROUND_HALF_UP)
		return numeric_round_to(amount, 2);
	if (numeric_is_nan(amount) || numeric_is_inf(amount))
		return amount;
	over = calculate(numeric_mod, amount, rounding->unit);
	sign = numeric_compare(over, int64_to_numeric(0));
	result = calculate(numeric_sub, amount, over);
	switch (rounding->way)
	{
		case ROUND_DOWN:
			step = sign < 0;
			break;
		case ROUND_UP:
			step = sign > 0;
			break;
		default:
			over = calculate(numeric_add, over, over);
			step = numeric_compare(DatumGetNumeric(DirectFunctionCall1(numeric_abs, NumericGetDatum(over))), rounding->unit) >= 0;
	}
	if (step)
		result = calculate(sign < 0 ? numeric_sub : numeric_add, result, rounding->unit);
	return numeric_round_to(result, 2);
}

Filtered
filtered_cents(Filtered yuan)
{
	yuan.value *= 100;
	yuan.error = yuan.error * 101 + fabs(yuan.value) * FILTER_ULP;
	return yuan;
}

bool
whole_cents(Filtered cents, int64 *whole)
{
	if (!(fabs(cents.value) < MOST_CENTS))
		return false;
	*whole = (int64) (cents.value + copysign(0.5, cents.value));
	return 0.5 - fabs(cents.value - (double) *whole) > cents.error;
}

/* From 0 to below 10^15 yuan: what is not is a mistake of the formula, and nobody's amount. */
bool
amount_is_payable(Numeric amount)
{
	/* for as long as the backend lives: making them takes longer than comparing */
	static Numeric nothing = NULL;
	static Numeric too_much = NULL;

	if (unlikely(too_much == NULL))
	{
		MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

		nothing = int64_to_numeric(0);
		too_much = int64_to_numeric(INT64CONST(1000000000000000));
		MemoryContextSwitchTo(old);
	}
	return numeric_compare(amount, nothing) >= 0 && numeric_compare(amount, too_much) < 0;
}

/* What the last call of a call site was given, and how it was read. */
typedef struct KnownRounding
{
	Rounding	rounding;
	struct varlena *unit;
	struct varlena *way;
} KnownRounding;

/* Unit and way of rounding, which are nearly always those of the call before. */
const Rounding *
rounding_of_call(void **known_of_call, MemoryContext context, Datum unit_datum, Datum way_datum)
{
	struct varlena *unit = PG_DETOAST_DATUM(unit_datum);
	struct varlena *way = PG_DETOAST_DATUM(way_datum);
	KnownRounding *known = *known_of_call;
	MemoryContext old;

	if (known == NULL)
		*known_of_call = known = MemoryContextAllocZero(context, sizeof(KnownRounding));
	if (known->unit != NULL &&
		datumIsEqual(PointerGetDatum(known->unit), PointerGetDatum(unit), false, -1) &&
		datumIsEqual(PointerGetDatum(known->way), PointerGetDatum(way), false, -1))
		return &known->rounding;
	if (known->unit != NULL)
	{
		pfree(known->unit);
		pfree(known->way);
		known->unit = NULL;
	}
	rounding_read(&known->rounding, (Numeric) unit, text_to_cstring((text *) way));
	old = MemoryContextSwitchTo(context);
	known->way = (struct varlena *) DatumGetPointer(datumCopy(PointerGetDatum(way), false, -1));
	known->unit = (struct varlena *) DatumGetPointer(datumCopy(PointerGetDatum(unit), false, -1));
	MemoryContextSwitchTo(old);
	known->rounding.unit = (Numeric) known->unit;
	return &known->rounding;
}

/* rounded(amount, unit, way) */
Datum
rounded(PG_FUNCTION_ARGS)
{
	const Rounding *rounding = rounding_of_call(&fcinfo->flinfo->fn_extra, fcinfo->flinfo->fn_mcxt,
												PG_GETARG_DATUM(1), PG_GETARG_DATUM(2));

	PG_RETURN_NUMERIC(rounding_apply(rounding, PG_GETARG_NUMERIC(0)));
}
