/*
 * plain.c
 *	  Numbers as people write them into files.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "../../compat.h"
#include "number.h"

PG_FUNCTION_INFO_V1(plain_number);

#define PLAIN_LENGTH	100		/* of the text, in bytes */
#define WHOLE_DIGITS	18		/* that an int64 surely holds */

/* What is read of a text so far. */
typedef struct Plain
{
	const char *at;
	const char *end;
	int			digits;			/* all that were read */
	int			significant;	/* of them, from the first that is not 0 on */
	int			zeros;			/* at the end of those */
	int64		whole;			/* the digits as a number, up to WHOLE_DIGITS of them */
} Plain;

/* Reads digits, any number of them, and counts those that are significant. */
static void
read_digits(Plain *p)
{
	for (; p->at < p->end && *p->at >= '0' && *p->at <= '9'; p->at++)
	{
		int			digit = *p->at - '0';

		if (++p->digits <= WHOLE_DIGITS)
			p->whole = p->whole * 10 + digit;
		if (digit != 0 || p->significant > 0)
			p->significant++;
		p->zeros = digit == 0 ? p->zeros + 1 : 0;
	}
}

/* Is the rest an exponent of one or two digits? */
static bool
is_exponent(const char *at, const char *end)
{
	if (*at != 'e' && *at != 'E')
		return false;
	at++;
	if (at < end && (*at == '+' || *at == '-'))
		at++;
	if (end - at < 1 || end - at > 2)
		return false;
	for (; at < end; at++)
		if (*at < '0' || *at > '9')
			return false;
	return true;
}

/* plain_number(text) */
Datum
plain_number(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	const char *begin = VARDATA_ANY(value);
	Plain		p = {begin, begin + VARSIZE_ANY_EXHDR(value), 0, 0, 0, 0};
	bool		negative;

	if (p.at == p.end || p.end - p.at > PLAIN_LENGTH)
		PG_RETURN_NULL();
	negative = *p.at == '-';
	if (negative || *p.at == '+')
		p.at++;
	read_digits(&p);
	if (p.at == p.end && p.digits > 0 && p.digits <= WHOLE_DIGITS)
	{
		if (p.significant - Min(p.zeros, p.significant) > DECIMAL_DIGITS)
			PG_RETURN_NULL();
		PG_RETURN_NUMERIC(int64_to_numeric(negative ? -p.whole : p.whole));
	}
	if (p.at < p.end && *p.at == '.')
	{
		p.at++;
		read_digits(&p);
	}
	if (p.digits == 0 || p.significant - Min(p.zeros, p.significant) > DECIMAL_DIGITS ||
		(p.at < p.end && !is_exponent(p.at, p.end)))
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(numeric_from_text(pnstrdup(begin, p.end - begin)));
}
