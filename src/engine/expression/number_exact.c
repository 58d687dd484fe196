/*
 * number_exact.c
 *	  Numbers in numeric: the reference that every answer is defined by.
 *
 * Each operation is the server's own; where SQL would raise an error the
 * result is unknown.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "term.h"

/*
 * exp() and power() with a fraction reach to e^6000, as SQL does; power() with a
 * whole exponent to 10^±6000, since beyond it takes too long.
 */
#define MAX_EXPONENT	6000.0

static inline Numeric
call1(PGFunction f, Numeric a)
{
	return DatumGetNumeric(DirectFunctionCall1(f, NumericGetDatum(a)));
}

static inline Numeric
call2(PGFunction f, Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(f, NumericGetDatum(a), NumericGetDatum(b)));
}

static inline int
sign_of(Numeric a)
{
	return numeric_compare(a, int64_to_numeric(0));
}

/* The decimal logarithm of |a| (not 0), roughly, whatever its size. */
static double
magnitude(Numeric a)
{
	Numeric		log = call2(numeric_log, int64_to_numeric(10), call1(numeric_abs, a));

	return strtod(numeric_to_text(log), NULL);
}

/* As SQL's power(), but unknown where that fails or never ends. */
static bool
power(Numeric a, Numeric b, Numeric *result)
{
	double		exponent = strtod(numeric_to_text(b), NULL);
	bool		whole = numeric_compare(b, call1(numeric_floor, b)) == 0;

	if (sign_of(a) == 0)
	{
		if (exponent < 0)
			return false;
	}
	else if (whole)
	{
		if (!(fabs(magnitude(a) * exponent) <= MAX_EXPONENT))
			return false;
	}
	else if (sign_of(a) < 0 || !(magnitude(a) * exponent * M_LN10 < MAX_EXPONENT))
		return false;
	*result = call2(numeric_power, a, b);
	return true;
}

static bool
call_of_two(FunctionId id, Numeric a, Numeric b, Numeric *result)
{
	switch (id)
	{
		case FN_LOG:
			if (sign_of(a) <= 0 || sign_of(b) <= 0 ||
				numeric_compare(a, int64_to_numeric(1)) == 0)
				return false;
			*result = call2(numeric_log, a, b);
			return true;
		case FN_POWER:
			return power(a, b, result);
		default:
			return numeric_mod_ok(a, b, result);
	}
}

static bool
call_of_one(FunctionId id, Numeric a, Numeric *result)
{
	switch (id)
	{
		case FN_ABS:
			*result = call1(numeric_abs, a);
			return true;
		case FN_CEIL:
			*result = call1(numeric_ceil, a);
			return true;
		case FN_FLOOR:
			*result = call1(numeric_floor, a);
			return true;
		case FN_SQRT:
			if (sign_of(a) < 0)
				return false;
			*result = call1(numeric_sqrt, a);
			return true;
		case FN_LN:
			if (sign_of(a) <= 0)
				return false;
			*result = call1(numeric_ln, a);
			return true;
		case FN_LOG:
			if (sign_of(a) <= 0)
				return false;
			*result = call2(numeric_log, int64_to_numeric(10), a);
			return true;
		default:
			if (!(strtod(numeric_to_text(a), NULL) < MAX_EXPONENT))
				return false;
			*result = call1(numeric_exp, a);
			return true;
	}
}

static bool
call_function(const Term *n, Subject *s, Numeric *result)
{
	Numeric		a;
	Numeric		b;
	int64		count;

	if (counts(n->op))
	{
		if (!call_for_count(n, s, &count))
			return false;
		*result = int64_to_numeric(count);
		return true;
	}
	if (!number_exact(n->args[0], s, &a))
		return false;
	if (n->op == FN_ROUND || n->op == FN_TRUNC)
	{
		int			digits = n->nargs == 2 ? (int) n->args[1]->number.value : 0;

		*result = DatumGetNumeric(DirectFunctionCall2(n->op == FN_ROUND ? numeric_round : numeric_trunc,
													  NumericGetDatum(a), Int32GetDatum(digits)));
		return true;
	}
	if (n->nargs == 1)
		return call_of_one(n->op, a, result);
	return number_exact(n->args[1], s, &b) && call_of_two(n->op, a, b, result);
}

static bool
arithmetic(const Term *n, Subject *s, Numeric *result)
{
	Numeric		a;
	Numeric		b;
	DateADT		d;
	DateADT		e;
	int			days;

	if (n->args[0]->type == EXPR_DATE)
	{
		if (!eval_date(n->args[0], s, &d) || !eval_date(n->args[1], s, &e))
			return false;
		*result = int64_to_numeric((int64) d - e);
		return true;
	}
	if (!number_exact(n->args[0], s, &a) || !number_exact(n->args[1], s, &b))
	{
		if (!days_apart(n, s, &days))
			return false;
		*result = int64_to_numeric(days);
		return true;
	}
	switch (n->op)
	{
		case '+':
			return numeric_add_ok(a, b, result);
		case '-':
			return numeric_sub_ok(a, b, result);
		case '*':
			return numeric_mul_ok(a, b, result);
		case '/':
			return numeric_div_ok(a, b, result);
		default:
			return numeric_mod_ok(a, b, result);
	}
}

/* What case_branch() says of least, greatest and coalesce, with each value computed once. */
static bool
choice(const Term *n, Subject *s, Numeric *result)
{
	bool		known = false;
	Numeric		value;
	int			order;

	for (int i = 0; i < n->nargs && !s->uncertain; i++)
	{
		if (!number_exact(n->args[i], s, &value))
		{
			if (s->strict && n->kind != TERM_COALESCE)
				return false;
			continue;
		}
		order = known ? numeric_compare(value, *result) : 0;
		if (!known || (n->kind == TERM_GREATEST ? order > 0 : order < 0))
			*result = value;
		known = true;
		if (n->kind == TERM_COALESCE)
			break;
	}
	return known && !s->uncertain;
}

/* The value of a numeric term as plain numeric SQL computes it; false: unknown. */
bool
number_exact(const Term *n, Subject *s, Numeric *result)
{
	const Term *branch;
	int			order;

	switch (n->kind)
	{
		case TERM_INDICATOR:
			*result = profile_number(s->profile, s->slots[n->code]);
			return *result != NULL;
		case TERM_NUMBER:
			*result = n->numeric;
			return true;
		case TERM_ARITHMETIC:
			return arithmetic(n, s, result);
		case TERM_NEGATE:
			if (!number_exact(n->args[0], s, result))
				return false;
			*result = call1(numeric_uminus, *result);
			return true;
		case TERM_FUNCTION:
			return call_function(n, s, result);
		case TERM_NULLIF:
			if (compare_terms(n->args[0], n->args[1], s, &order) && order == 0)
				return false;
			return !s->uncertain && number_exact(n->args[0], s, result);
		case TERM_NULL:
			return false;
		case TERM_LEAST:
		case TERM_GREATEST:
		case TERM_COALESCE:
			return choice(n, s, result);
		default:
			branch = case_branch(n, s);
			return branch != NULL && number_exact(branch, s, result);
	}
}
