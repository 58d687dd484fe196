/*
 * number_fast.c
 *	  Numbers as doubles with a bound on their distance from numeric's result.
 *
 * Every step adds what it rounds; a value of NaN says that nothing is known,
 * which makes the decision that needs it uncertain.  An error of 0 promises a
 * whole number that is exact.
 */
#include "postgres.h"

#include <float.h>

#include "term.h"

#define EXACT_WHOLE		9007199254740992.0	/* 2^53 */
#define WHOLE_LIMIT		4503599627370496.0	/* 2^52: halves are exact below */

static inline Filtered
unknowable(void)
{
	Filtered	f = {NAN, INFINITY};

	return f;
}

/* A result with the error it brought along, plus its own rounding. */
static inline Filtered
rounded(double value, double error)
{
	Filtered	f;

	if (error != 0 || fabs(value) > EXACT_WHOLE)
		error = error * (1 + 1e-10) + fabs(value) * FILTER_ULP;
	f.value = value;
	f.error = error;
	return f;
}

/* As rounded(), for a result that numeric rounds to 16 digits as well. */
static inline Filtered
rounded_like_numeric(double value, double error)
{
	Filtered	f;

	if (!(fabs(value) < FILTER_LARGEST) || (value != 0 && fabs(value) < FILTER_SMALLEST))
		return unknowable();
	f.value = value;
	f.error = error * (1 + 1e-10) + fabs(value) * FILTER_NUMERIC_ULP;
	return f;
}

static Filtered
multiply(Filtered a, Filtered b)
{
	double		value = a.value * b.value;

	if (fabs(value) < FILTER_SMALLEST && a.value != 0 && b.value != 0)
		return unknowable();
	return rounded(value, fabs(a.value) * b.error + fabs(b.value) * a.error +
				   a.error * b.error);
}

/* false: division by zero, which is unknown */
static bool
divide(Filtered a, Filtered b, Filtered *result)
{
	double		value;

	if (b.value == 0 && b.error == 0)
		return false;
	if (!(fabs(b.value) > b.error))
	{
		*result = unknowable();
		return true;
	}
	value = a.value / b.value;
	if (value == 0 && a.value != 0)
	{
		/* too small for a double, but not for numeric */
		*result = unknowable();
		return true;
	}
	if (a.error == 0 && b.error == 0 && value == rint(value) &&
		fabs(value) < EXACT_WHOLE && value * b.value == a.value &&
		fabs(a.value) < EXACT_WHOLE)
	{
		result->value = value;
		result->error = 0;
		return true;
	}
	*result = rounded_like_numeric(value, (a.error + fabs(value) * b.error) /
								   (fabs(b.value) - b.error));
	return true;
}

/* round, trunc, ceil and floor: the nearest whole number of 10^-digits */
static Filtered
to_whole(FunctionId id, Filtered f, int digits)
{
	double		scaled;
	double		error;
	double		size;
	double		whole;

	if (f.error == 0 && digits >= 0)
		return f;
	if (digits < -15 || digits > 15)
		return unknowable();
	scaled = digits >= 0 ? f.value * number_pow10[digits] : f.value / number_pow10[-digits];
	error = digits >= 0 ? f.error * number_pow10[digits] : f.error / number_pow10[-digits];
	error += fabs(scaled) * 2 * FILTER_ULP;
	size = fabs(scaled);
	if (!(size < WHOLE_LIMIT) || !(error < 0.25))
		return unknowable();
	if (id == FN_ROUND)
	{
		if (fabs(size - floor(size) - 0.5) <= error)
			return unknowable();
		whole = copysign(floor(size + 0.5), scaled);
	}
	else
	{
		if (fabs(scaled - rint(scaled)) <= error)
			return unknowable();
		whole = id == FN_TRUNC ? trunc(scaled) : id == FN_CEIL ? ceil(scaled) : floor(scaled);
	}
	if (digits <= 0)
		return rounded(whole * number_pow10[-digits], 0);
	return rounded(whole / number_pow10[digits], whole == 0 ? 0 : DBL_MIN);
}

static bool
square_root(Filtered a, Filtered *result)
{
	double		least = a.value - a.error;

	if (a.value + a.error < 0)
		return false;
	if (a.value == 0 && a.error == 0)
		*result = a;
	else if (!(least > 0))
		*result = unknowable();
	else
		*result = rounded_like_numeric(sqrt(a.value), a.error / sqrt(least));
	return true;
}

static bool
logarithm(FunctionId id, Filtered a, Filtered *result)
{
	double		least = a.value - a.error;

	if (a.value + a.error <= 0)
		return false;
	if (!(least > 0))
		*result = unknowable();
	else
		*result = rounded_like_numeric(id == FN_LN ? log(a.value) : log10(a.value),
									   a.error / least + 1e-18);
	return true;
}

static Filtered
exponential(Filtered a)
{
	double		value = exp(a.value);

	/* what is too small for a double need not be 0 in numeric */
	if (!(a.error < 0.01) || value == 0)
		return unknowable();
	return rounded_like_numeric(value, value * a.error * 1.02 + value * 1e-15);
}

static bool
call_function(const Term *n, Subject *s, Filtered *result)
{
	Filtered	a;
	int64		count;

	if (counts(n->op))
	{
		result->error = 0;
		if (!call_for_count(n, s, &count))
			return false;
		result->value = (double) count;
		return true;
	}
	if (!number_fast(n->args[0], s, &a))
		return false;
	switch (n->op)
	{
		case FN_ABS:
			result->value = fabs(a.value);
			result->error = a.error;
			return true;
		case FN_ROUND:
		case FN_TRUNC:
		case FN_CEIL:
		case FN_FLOOR:
			*result = to_whole(n->op, a, n->nargs == 2 ? (int) n->args[1]->number.value : 0);
			return true;
		case FN_SQRT:
			return square_root(a, result);
		case FN_LN:
			return logarithm(FN_LN, a, result);
		case FN_LOG:
			if (n->nargs == 1)
				return logarithm(FN_LOG, a, result);
			break;
		case FN_EXP:
			*result = exponential(a);
			return true;
		default:
			break;
	}
	/* power, mod and log(b, x) are for numeric alone */
	s->uncertain = true;
	return false;
}

static bool
arithmetic(const Term *n, Subject *s, Filtered *result)
{
	Filtered	a;
	Filtered	b;
	DateADT		d;
	DateADT		e;
	int			days;

	if (n->args[0]->type == EXPR_DATE)
	{
		result->error = 0;
		if (!eval_date(n->args[0], s, &d) || !eval_date(n->args[1], s, &e))
			return false;
		result->value = (double) d - (double) e;
		return true;
	}
	if (!number_fast(n->args[0], s, &a) || !number_fast(n->args[1], s, &b))
	{
		result->error = 0;
		if (!days_apart(n, s, &days))
			return false;
		result->value = days;
		return true;
	}
	switch (n->op)
	{
		case '+':
			*result = rounded(a.value + b.value, a.error + b.error);
			return true;
		case '-':
			*result = rounded(a.value - b.value, a.error + b.error);
			return true;
		case '*':
			*result = multiply(a, b);
			return true;
		case '/':
			return divide(a, b, result);
		default:
			if (b.value == 0 && b.error == 0)
				return false;
			if (a.error == 0 && b.error == 0)
				*result = rounded(fmod(a.value, b.value), 0);
			else
				*result = unknowable();
			return true;
	}
}

/* What case_branch() says of least, greatest and coalesce, with each value computed once. */
static bool
choice(const Term *n, Subject *s, Filtered *result)
{
	Sign3		wanted = n->kind == TERM_GREATEST ? SIGN_GREATER : SIGN_LESS;
	bool		known = false;

	for (int i = 0; i < n->nargs; i++)
	{
		Filtered	value;
		Sign3		order;

		if (!number_fast(n->args[i], s, &value))
		{
			if (s->uncertain || (s->strict && n->kind != TERM_COALESCE))
				return false;
			continue;
		}
		order = known ? filtered_compare(value, *result) : wanted;
		if (order == SIGN_UNCERTAIN)
		{
			s->uncertain = true;
			return false;
		}
		if (order == wanted)
			*result = value;
		known = true;
		if (n->kind == TERM_COALESCE)
			break;
	}
	return known;
}

/* The value of a numeric term; false: unknown, or subject->uncertain is set. */
bool
number_fast(const Term *n, Subject *s, Filtered *result)
{
	const Term *branch;
	int			order;

	switch (n->kind)
	{
		case TERM_INDICATOR:
			return subject_load_number(s, n->code, result);
		case TERM_NUMBER:
			*result = n->number;
			return true;
		case TERM_ARITHMETIC:
			return arithmetic(n, s, result);
		case TERM_NEGATE:
			if (!number_fast(n->args[0], s, result))
				return false;
			result->value = -result->value;
			return true;
		case TERM_FUNCTION:
			return call_function(n, s, result);
		case TERM_NULLIF:
			if (compare_terms(n->args[0], n->args[1], s, &order) && order == 0)
				return false;
			return !s->uncertain && number_fast(n->args[0], s, result);
		case TERM_NULL:
			return false;
		case TERM_LEAST:
		case TERM_GREATEST:
		case TERM_COALESCE:
			return choice(n, s, result);
		default:
			branch = case_branch(n, s);
			return branch != NULL && number_fast(branch, s, result);
	}
}
