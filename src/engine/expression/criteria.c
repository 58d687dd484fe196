/*
 * criteria.c
 *	  The types criteria and formula, and the functions that evaluate them.
 *
 * Both are stored as their canonical text: it is what a reader sees, it
 * compares and hashes as it stands, and no change of the engine makes it stale.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "../comparison.h"
#include "criteria.h"

PG_FUNCTION_INFO_V1(criteria_in);
PG_FUNCTION_INFO_V1(criteria_recv);
PG_FUNCTION_INFO_V1(criteria_from_text);
PG_FUNCTION_INFO_V1(formula_in);
PG_FUNCTION_INFO_V1(formula_recv);
PG_FUNCTION_INFO_V1(formula_from_text);
PG_FUNCTION_INFO_V1(expression_out);
PG_FUNCTION_INFO_V1(expression_send);
PG_FUNCTION_INFO_V1(expression_to_text);
PG_FUNCTION_INFO_V1(expression_hash);
PG_FUNCTION_INFO_V1(expression_hash_extended);
PG_FUNCTION_INFO_V1(expression_indicators);
PG_FUNCTION_INFO_V1(matches);
PG_FUNCTION_INFO_V1(profile_matches);
PG_FUNCTION_INFO_V1(evaluate);
PG_FUNCTION_INFO_V1(evaluate_strict);
PG_FUNCTION_INFO_V1(amount_in_yuan);

#define EXPRESSION_MAX_LENGTH	(1 << 20)

/* Check a text and bring it into canonical form. */
static text *
canonical(const char *source, ExprType want)
{
	Expression *e;

	if (strlen(source) > EXPRESSION_MAX_LENGTH)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("expression is longer than %d bytes", EXPRESSION_MAX_LENGTH)));
	e = expression_parse(source, want, code_list_new(CurrentMemoryContext));
	return cstring_to_text(expression_text(e));
}

static text *
receive(StringInfo buf, ExprType want)
{
	int			len;
	char	   *source = pq_getmsgtext(buf, buf->len - buf->cursor, &len);

	return canonical(source, want);
}

Datum
criteria_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(canonical(PG_GETARG_CSTRING(0), EXPR_BOOLEAN));
}

Datum
formula_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(canonical(PG_GETARG_CSTRING(0), EXPR_NUMBER));
}

Datum
criteria_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(receive((StringInfo) PG_GETARG_POINTER(0), EXPR_BOOLEAN));
}

Datum
formula_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(receive((StringInfo) PG_GETARG_POINTER(0), EXPR_NUMBER));
}

Datum
criteria_from_text(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(canonical(text_to_cstring(PG_GETARG_TEXT_PP(0)), EXPR_BOOLEAN));
}

Datum
formula_from_text(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(canonical(text_to_cstring(PG_GETARG_TEXT_PP(0)), EXPR_NUMBER));
}

Datum
expression_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(text_to_cstring(PG_GETARG_TEXT_PP(0)));
}

Datum
expression_send(PG_FUNCTION_ARGS)
{
	text	   *t = PG_GETARG_TEXT_PP(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendtext(&buf, VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
expression_to_text(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(PG_GETARG_TEXT_P_COPY(0));
}

static int
compare_args(FunctionCallInfo fcinfo)
{
	text	   *a = PG_GETARG_TEXT_PP(0);
	text	   *b = PG_GETARG_TEXT_PP(1);
	Size		a_len = VARSIZE_ANY_EXHDR(a);
	Size		b_len = VARSIZE_ANY_EXHDR(b);
	int			c = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(a_len, b_len));

	return c != 0 ? c : (a_len > b_len) - (a_len < b_len);
}

COMPARISON_FUNCTIONS(expression, compare_args);

Datum
expression_hash(PG_FUNCTION_ARGS)
{
	text	   *t = PG_GETARG_TEXT_PP(0);

	PG_RETURN_DATUM(hash_any((unsigned char *) VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t)));
}

Datum
expression_hash_extended(PG_FUNCTION_ARGS)
{
	text	   *t = PG_GETARG_TEXT_PP(0);

	PG_RETURN_DATUM(hash_any_extended((unsigned char *) VARDATA_ANY(t),
									  VARSIZE_ANY_EXHDR(t), PG_GETARG_INT64(1)));
}

/* The codes that an expression reads, sorted; its type does not matter here. */
Datum
expression_indicators(PG_FUNCTION_ARGS)
{
	CodeList   *list = code_list_new(CurrentMemoryContext);

	expression_parse(text_to_cstring(PG_GETARG_TEXT_PP(0)), EXPR_UNTYPED, list);
	PG_RETURN_ARRAYTYPE_P(code_list_array(list));
}

static Datum
test(FunctionCallInfo fcinfo, int criteria_arg, int profile_arg, int as_of_arg)
{
	CodeList   *codes;
	Expression *e = call_expression(fcinfo, criteria_arg, EXPR_BOOLEAN, &codes);
	Subject		s;
	Tri			t;

	call_subject(fcinfo, profile_arg, as_of_arg, codes, &s);
	t = expression_test(e, &s);
	if (t == TRI_UNKNOWN)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(t == TRI_TRUE);
}

Datum
matches(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	return test(fcinfo, 0, 1, 2);
}

Datum
profile_matches(PG_FUNCTION_ARGS)
{
	return test(fcinfo, 1, 0, -1);
}

static Datum
number_of_call(FunctionCallInfo fcinfo, bool strict)
{
	CodeList   *codes;
	Expression *e;
	Subject		s;
	Numeric		result;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	e = call_expression(fcinfo, 0, EXPR_NUMBER, &codes);
	call_subject(fcinfo, 1, 2, codes, &s);
	s.strict = strict;
	if (!expression_numeric(e, &s, &result))
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(result);
}

Datum
evaluate(PG_FUNCTION_ARGS)
{
	return number_of_call(fcinfo, false);
}

/* For money: least(unknown, cap) is not the cap. */
Datum
evaluate_strict(PG_FUNCTION_ARGS)
{
	return number_of_call(fcinfo, true);
}

bool
exact_amount(const Expression *formula, Subject *s, const Rounding *rounding, Numeric *amount)
{
	if (!expression_numeric(formula, s, amount))
		return false;
	*amount = rounding_apply(rounding, *amount);
	return amount_is_payable(*amount);
}

/* By doubles where they are certain: cents do not leave the bounds. */
bool
gives_amount(const Expression *formula, Subject *s, const Rounding *rounding)
{
	Filtered	f;
	Numeric		amount;
	NumberResult result;

	s->strict = true;
	result = expression_number(formula, s, &f);
	if (result == NUMBER_UNKNOWN)
		return false;
	if (result == NUMBER_KNOWN && rounding->cents && f.value - f.error >= 0 && f.value + f.error < 9e14)
		return true;
	return exact_amount(formula, s, rounding, &amount);
}

/*
 * What a policy or product gives in yuan, in whole units; NULL where that is
 * unknown, or no amount.  By doubles where they are certain of the cents.
 */
Datum
amount_in_yuan(PG_FUNCTION_ARGS)
{
	CodeList   *codes;
	Expression *formula;
	const Rounding *rounding;
	Subject		s;
	Filtered	f;
	int64		cents;
	Numeric		amount;
	MemoryContext context;
	void	  **known;

	for (int arg = 0; arg < 5; arg++)
		if (arg != 2 && PG_ARGISNULL(arg))
			PG_RETURN_NULL();
	formula = call_expression(fcinfo, 0, EXPR_NUMBER, &codes);
	known = call_extra(fcinfo, &context);
	rounding = rounding_of_call(known, context, PG_GETARG_DATUM(3), PG_GETARG_DATUM(4));
	call_subject(fcinfo, 1, 2, codes, &s);
	s.strict = true;
	if (rounding->cents && rounding->way == ROUND_HALF_UP && expression_number(formula, &s, &f) == NUMBER_KNOWN &&
		whole_cents(filtered_cents(f), &cents) && cents >= 0)
		PG_RETURN_NUMERIC(int64_div_fast_to_numeric(cents, 2));
	if (!exact_amount(formula, &s, rounding, &amount))
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(amount);
}
