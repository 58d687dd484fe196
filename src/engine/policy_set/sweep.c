/*
 * sweep.c
 *	  The aggregate sweep_ranks(): how many subjects lie below, on and between
 *	  thresholds of a value, and what their amounts sum to.
 *
 * The value is ranked as a column of a policy set is, so exactly; amounts are
 * rounded to cents and added as whole numbers, or in numeric where a rounding
 * is not certain or to something else, or the number is large.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "../expression/criteria.h"
#include "policy_set.h"

PG_FUNCTION_INFO_V1(sweep_transition);
PG_FUNCTION_INFO_V1(sweep_final);

#define MOST_THRESHOLDS		10000
#define FULL_SUM			(PG_INT64_MAX / 2)

typedef struct Sweep
{
	MemoryContext context;
	CodeList   *codes;
	Column		column;
	Expression *amount;
	bool		capped;
	Numeric		cap;
	Filtered	cap_cents;
	Rounding	rounding;
	int64	   *counts;			/* by rank */
	int64	   *cents;
	Numeric    *rest;			/* what is not in cents */
} Sweep;

static void
take_thresholds(Sweep *sweep, ArrayType *array)
{
	Datum	   *values;
	bool	   *nulls;
	int			count;
	bool		short_decimals = true;

	deconstruct_array(array, NUMERICOID, -1, false, TYPALIGN_INT, &values, &nulls, &count);
	if (count > MOST_THRESHOLDS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("more than %d thresholds", MOST_THRESHOLDS)));
	for (int i = 0; i < count; i++)
	{
		Edge		edge = {0};
		Decimal		d;

		if (nulls[i] || numeric_is_nan(DatumGetNumeric(values[i])) ||
			numeric_is_inf(DatumGetNumeric(values[i])))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("thresholds must be numbers, without NULL")));
		edge.numeric = DatumGetNumericCopy(values[i]);
		filtered_from_numeric(edge.numeric, &edge.number);
		short_decimals &= decimal_from_numeric(edge.numeric, &d) == DECIMAL_OK &&
			!isnan(edge.number.value);
		column_add_edge(sweep->context, &sweep->column, &edge);
	}
	/* a bare indicator is compared by doubles, which longer numbers do not stand */
	if (!short_decimals)
		sweep->column.code = -1;
}

static Sweep *
sweep_begin(FunctionCallInfo fcinfo, MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	Sweep	   *sweep = palloc0(sizeof(Sweep));
	Expression *value;

	for (int arg = 1; arg <= 8; arg++)
		if (PG_ARGISNULL(arg) && (arg <= 3 || arg >= 7))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("value, amount, thresholds and rounding must not be null")));
	sweep->context = context;
	sweep->codes = code_list_new(context);
	value = expression_parse(text_to_cstring(PG_GETARG_TEXT_PP(1)), EXPR_NUMBER, sweep->codes);
	sweep->amount = expression_parse(text_to_cstring(PG_GETARG_TEXT_PP(2)), EXPR_NUMBER, sweep->codes);
	sweep->column.kind = COLUMN_NUMBER;
	sweep->column.term = value->root;
	sweep->column.code = expression_bare_indicator(value);
	take_thresholds(sweep, PG_GETARG_ARRAYTYPE_P(3));
	column_sort(context, &sweep->column);
	rounding_read(&sweep->rounding, DatumGetNumericCopy(PG_GETARG_DATUM(7)), text_to_cstring(PG_GETARG_TEXT_PP(8)));
	sweep->capped = !PG_ARGISNULL(6);
	if (sweep->capped)
	{
		sweep->cap = DatumGetNumericCopy(PG_GETARG_DATUM(6));
		if (numeric_compare(sweep->cap, int64_to_numeric(0)) < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("cap must be 0 or more, not %s", numeric_normalize(sweep->cap))));
		filtered_from_numeric(sweep->cap, &sweep->cap_cents);
		sweep->cap_cents = filtered_cents(sweep->cap_cents);
	}
	sweep->counts = palloc0(sweep->column.nranks * sizeof(int64));
	sweep->cents = palloc0(sweep->column.nranks * sizeof(int64));
	sweep->rest = palloc0(sweep->column.nranks * sizeof(Numeric));
	MemoryContextSwitchTo(old);
	return sweep;
}

static void
add_rest(Sweep *sweep, Rank rank, Numeric amount)
{
	MemoryContext old = MemoryContextSwitchTo(sweep->context);
	Numeric		sum = sweep->rest[rank] == NULL ? int64_to_numeric(0) : sweep->rest[rank];
	Numeric		kept;

	if (!numeric_add_ok(sum, amount, &kept))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("sum of amounts is out of range")));
	if (sweep->rest[rank] != NULL)
		pfree(sweep->rest[rank]);
	sweep->rest[rank] = kept;
	MemoryContextSwitchTo(old);
}

/* The amount in cents, capped; false: ask numeric, or it is unknown. */
static bool
fast_cents(const Sweep *sweep, Subject *s, int64 *cents, bool *known)
{
	Filtered	f;
	NumberResult result = expression_number(sweep->amount, s, &f);

	*known = result != NUMBER_UNKNOWN;
	if (result != NUMBER_KNOWN || !sweep->rounding.cents || sweep->rounding.way != ROUND_HALF_UP)
		return false;
	f = filtered_cents(f);
	/* what is large may be no amount */
	if (!whole_cents(f, cents))
		return false;
	/* rounding keeps the order: the cap has two decimals, or numeric decides */
	if (sweep->capped && f.value - f.error > sweep->cap_cents.value + sweep->cap_cents.error)
		return whole_cents(sweep->cap_cents, cents);
	return !sweep->capped || f.value + f.error < sweep->cap_cents.value - sweep->cap_cents.error;
}

/* Add the amount to the rank's sum; false: it is unknown, or no amount. */
static bool
add_amount(Sweep *sweep, Subject *s, Rank rank)
{
	int64		cents;
	bool		known;
	Numeric		amount;

	s->strict = true;
	if (fast_cents(sweep, s, &cents, &known))
	{
		if (cents < 0)
			return false;
		sweep->cents[rank] += cents;
		if (unlikely(llabs(sweep->cents[rank]) > FULL_SUM))
		{
			add_rest(sweep, rank, int64_div_fast_to_numeric(sweep->cents[rank], 2));
			sweep->cents[rank] = 0;
		}
	}
	else
	{
		if (!known || !exact_amount(sweep->amount, s, &sweep->rounding, &amount))
			return false;
		if (sweep->capped && numeric_compare(amount, sweep->cap) > 0)
			amount = sweep->cap;
		add_rest(sweep, rank, numeric_round_to(amount, 2));
	}
	return true;
}

Datum
sweep_transition(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	Sweep	   *sweep;
	Subject		s;
	Rank		rank;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "sweep_transition called outside of an aggregate");
	sweep = PG_ARGISNULL(0) ? sweep_begin(fcinfo, context) : (Sweep *) PG_GETARG_POINTER(0);
	if (!PG_ARGISNULL(4))
	{
		call_subject(fcinfo, 4, 5, sweep->codes, &s);
		rank = column_rank(&sweep->column, &s);
		if (rank != RANK_MISSING && add_amount(sweep, &s, rank))
			sweep->counts[rank]++;
	}
	PG_RETURN_POINTER(sweep);
}

/* Count and sum of each rank, one after the other. */
Datum
sweep_final(PG_FUNCTION_ARGS)
{
	Sweep	   *sweep;
	Datum	   *values;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	sweep = (Sweep *) PG_GETARG_POINTER(0);
	values = palloc(2 * sweep->column.nranks * sizeof(Datum));
	for (int i = 0; i < sweep->column.nranks; i++)
	{
		Numeric		sum = int64_div_fast_to_numeric(sweep->cents[i], 2);

		if (sweep->rest[i] != NULL && !numeric_add_ok(sum, sweep->rest[i], &sum))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("sum of amounts is out of range")));
		values[2 * i] = NumericGetDatum(int64_to_numeric(sweep->counts[i]));
		values[2 * i + 1] = NumericGetDatum(sum);
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(values, 2 * sweep->column.nranks, NUMERICOID, -1, false, TYPALIGN_INT));
}
