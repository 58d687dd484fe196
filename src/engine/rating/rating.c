/*
 * rating.c
 *	  The type rating: a letter grade in two bytes.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"

#include "../../compat.h"
#include "../comparison.h"
#include "rating.h"

PG_FUNCTION_INFO_V1(rating_in);
PG_FUNCTION_INFO_V1(rating_out);
PG_FUNCTION_INFO_V1(rating_recv);
PG_FUNCTION_INFO_V1(rating_send);
PG_FUNCTION_INFO_V1(rating_hash);
PG_FUNCTION_INFO_V1(rating_hash_extended);
PG_FUNCTION_INFO_V1(rating_larger);
PG_FUNCTION_INFO_V1(rating_smaller);
PG_FUNCTION_INFO_V1(rating_notches);
PG_FUNCTION_INFO_V1(rating_text);

static const char *const classes[] = {"D", "C", "CC", "CCC", "B", "BB", "BBB", "A", "AA", "AAA"};

static const char *const names[RATING_HIGHEST + 1] = {
	"D", NULL, "C-", "C", "C+", "CC-", "CC", "CC+", "CCC-", "CCC", "CCC+",
	"B-", "B", "B+", "BB-", "BB", "BB+", "BBB-", "BBB", "BBB+",
	"A-", "A", "A+", "AA-", "AA", "AA+", "AAA-", "AAA", "AAA+"
};

/* D has no notches: 1 and -1 are no grades. */
bool
rating_is_valid(int code)
{
	return code >= RATING_LOWEST && code <= RATING_HIGHEST && names[code] != NULL;
}

const char *
rating_name(int16 code)
{
	return rating_is_valid(code) ? names[code] : "?";
}

/* Take a notch off the end of the text: ASCII, full width, or the minus sign. */
static int
take_notch(const char *text, int *len)
{
	static const struct
	{
		const char *spelling;
		int			notch;
	}			spellings[] = {
		{"+", 1}, {"-", -1}, {"\357\274\213", 1}, {"\357\274\215", -1}, {"\342\210\222", -1},
	};

	for (int i = 0; i < (int) lengthof(spellings); i++)
	{
		int			n = strlen(spellings[i].spelling);

		if (*len > n && memcmp(text + *len - n, spellings[i].spelling, n) == 0)
		{
			*len -= n;
			return spellings[i].notch;
		}
	}
	return 0;
}

/* The grade that a text names, in any of its usual spellings. */
int16
rating_parse(const char *text, int len, bool *ok)
{
	int			notch;

	while (len > 0 && (*text == ' ' || *text == '\t'))
	{
		text++;
		len--;
	}
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	notch = take_notch(text, &len);
	for (int i = 0; i < (int) lengthof(classes); i++)
		if ((int) strlen(classes[i]) == len && pg_strncasecmp(classes[i], text, len) == 0)
		{
			*ok = i > 0 || notch == 0;
			return (int16) (3 * i + notch);
		}
	*ok = false;
	return RATING_D;
}

Datum
rating_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	bool		ok;
	int16		code = rating_parse(text, strlen(text), &ok);

	if (!ok)
		soft_ereturn(fcinfo, (Datum) 0,
					 (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					  errmsg("invalid input syntax for type %s: \"%s\"", "rating", text),
					  errhint("A rating is one of %s.", RATING_SPELLINGS)));
	PG_RETURN_INT16(code);
}

Datum
rating_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(pstrdup(rating_name(PG_GETARG_INT16(0))));
}

Datum
rating_text(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(rating_name(PG_GETARG_INT16(0))));
}

Datum
rating_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int16		code = (int16) pq_getmsgint(buf, 2);

	if (!rating_is_valid(code))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary rating: %d", code)));
	PG_RETURN_INT16(code);
}

Datum
rating_send(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint16(&buf, PG_GETARG_INT16(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

static inline int
compare_args(FunctionCallInfo fcinfo)
{
	return PG_GETARG_INT16(0) - PG_GETARG_INT16(1);
}

COMPARISON_FUNCTIONS(rating, compare_args);

Datum
rating_hash(PG_FUNCTION_ARGS)
{
	return hash_uint32((uint32) PG_GETARG_INT16(0));
}

Datum
rating_hash_extended(PG_FUNCTION_ARGS)
{
	return hash_uint32_extended((uint32) PG_GETARG_INT16(0), PG_GETARG_INT64(1));
}

Datum
rating_larger(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT16(Max(PG_GETARG_INT16(0), PG_GETARG_INT16(1)));
}

Datum
rating_smaller(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT16(Min(PG_GETARG_INT16(0), PG_GETARG_INT16(1)));
}

/* Steps from one grade down (positive) or up to another; D is one below C-. */
Datum
rating_notches(PG_FUNCTION_ARGS)
{
	int			a = PG_GETARG_INT16(0);
	int			b = PG_GETARG_INT16(1);

	PG_RETURN_INT32((a == RATING_D ? 1 : a) - (b == RATING_D ? 1 : b));
}
