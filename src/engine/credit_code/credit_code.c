/*
 * credit_code.c
 *	  The unified social credit code (统一社会信用代码), GB 32100-2015.
 *
 * 18 characters of an alphabet of 31 (digits and capitals without I O S V Z);
 * the last one checks the first 17, weighted with the powers of 3 modulo 31.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "../../compat.h"
#include "../comparison.h"

#define CODE_LEN	18
#define BASE		31

PG_FUNCTION_INFO_V1(credit_code_in);
PG_FUNCTION_INFO_V1(credit_code_out);
PG_FUNCTION_INFO_V1(credit_code_recv);
PG_FUNCTION_INFO_V1(credit_code_send);
PG_FUNCTION_INFO_V1(credit_code_hash);
PG_FUNCTION_INFO_V1(credit_code_hash_extended);
PG_FUNCTION_INFO_V1(credit_code_text);
PG_FUNCTION_INFO_V1(credit_code_complete);
PG_FUNCTION_INFO_V1(credit_code_division);
PG_FUNCTION_INFO_V1(credit_code_is_valid);

static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/* The value of a character, or -1. */
static int
digit_value(char c)
{
	const char *at = c == '\0' ? NULL : strchr(alphabet, c);

	return at == NULL ? -1 : (int) (at - alphabet);
}

/* Position (from 1) of the first character outside of the alphabet, or 0. */
static int
bad_position(const char *code, int len)
{
	for (int i = 0; i < len; i++)
		if (digit_value(code[i]) < 0)
			return i + 1;
	return 0;
}

/* The check character of 17 valid characters. */
static char
check_character(const char *code)
{
	int			sum = 0;
	int			weight = 1;

	for (int i = 0; i < CODE_LEN - 1; i++)
	{
		sum += digit_value(code[i]) * weight;
		weight = weight * 3 % BASE;
	}
	return alphabet[(BASE - sum % BASE) % BASE];
}

static bool
is_valid(const char *code, int len)
{
	return len == CODE_LEN && bad_position(code, len) == 0 &&
		check_character(code) == code[CODE_LEN - 1];
}

#define INVALID_CODE(text) \
	errcode(ERRCODE_INVALID_TEXT_REPRESENTATION), \
	errmsg("invalid input syntax for type %s: \"%s\"", "credit_code", text)

Datum
credit_code_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	int			len = strlen(text);
	int			bad = bad_position(text, len);
	char	   *result;

	if (bad > 0)
	{
		int			chars = pg_mblen(text + bad - 1);

		soft_ereturn(fcinfo, (Datum) 0,
					 (INVALID_CODE(text),
					  errdetail("\"%.*s\" at position %d is not a character of GB 32100-2015.",
								chars, text + bad - 1,
								pg_mbstrlen_with_len(text, bad - 1) + 1),
					  text[bad - 1] >= 'a' && text[bad - 1] <= 'z' ?
					  errhint("Write the code in capitals.") :
					  errhint("Digits and capitals are used, but not I, O, S, V and Z.")));
	}
	if (len != CODE_LEN)
		soft_ereturn(fcinfo, (Datum) 0,
					 (INVALID_CODE(text),
					  errdetail("It has %d characters; a code has %d.", len, CODE_LEN)));
	if (check_character(text) != text[CODE_LEN - 1])
		soft_ereturn(fcinfo, (Datum) 0,
					 (INVALID_CODE(text),
					  errdetail("The check character at position %d is \"%c\"; \"%c\" was expected.",
								CODE_LEN, text[CODE_LEN - 1], check_character(text))));
	result = palloc(CODE_LEN);
	memcpy(result, text, CODE_LEN);
	PG_RETURN_POINTER(result);
}

Datum
credit_code_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(pnstrdup(PG_GETARG_POINTER(0), CODE_LEN));
}

Datum
credit_code_text(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text_with_len(PG_GETARG_POINTER(0), CODE_LEN));
}

/* The binary form is the text. */
Datum
credit_code_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len;
	char	   *text = pq_getmsgtext(buf, buf->len - buf->cursor, &len);

	if (!is_valid(text, len))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary credit_code"),
				 errdetail("It is not %d characters of GB 32100-2015 with the right check character.",
						   CODE_LEN)));
	PG_RETURN_POINTER(text);
}

Datum
credit_code_send(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendtext(&buf, (char *) PG_GETARG_POINTER(0), CODE_LEN);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

static inline int
compare_args(FunctionCallInfo fcinfo)
{
	return memcmp(PG_GETARG_POINTER(0), PG_GETARG_POINTER(1), CODE_LEN);
}

COMPARISON_FUNCTIONS(credit_code, compare_args);

Datum
credit_code_hash(PG_FUNCTION_ARGS)
{
	return hash_any((unsigned char *) PG_GETARG_POINTER(0), CODE_LEN);
}

Datum
credit_code_hash_extended(PG_FUNCTION_ARGS)
{
	return hash_any_extended((unsigned char *) PG_GETARG_POINTER(0), CODE_LEN,
							 PG_GETARG_INT64(1));
}

/* The code of 17 characters, with the check character that they ask for. */
Datum
credit_code_complete(PG_FUNCTION_ARGS)
{
	char	   *body = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *code;

	if (strlen(body) != CODE_LEN - 1 || bad_position(body, CODE_LEN - 1) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid body of a credit_code: \"%s\"", body),
				 errdetail("It must be %d characters of GB 32100-2015.", CODE_LEN - 1)));
	code = palloc(CODE_LEN);
	memcpy(code, body, CODE_LEN - 1);
	code[CODE_LEN - 1] = check_character(body);
	PG_RETURN_POINTER(code);
}

/* The division of registration, GB/T 2260. */
Datum
credit_code_division(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text_with_len((char *) PG_GETARG_POINTER(0) + 2, 6));
}

/* Would the text be accepted as a code?  For uploads, which must not fail on one. */
Datum
credit_code_is_valid(PG_FUNCTION_ARGS)
{
	text	   *t = PG_GETARG_TEXT_PP(0);

	PG_RETURN_BOOL(is_valid(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t)));
}
