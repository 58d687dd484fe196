/*
 * calls.c
 *	  Functions of dates, texts and sets.
 *
 * Those of texts are the server's own; where SQL would raise an error the
 * result is unknown.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"

#include "term.h"

static const char *const fields[] = {"year", "quarter", "month", "day"};

/* Which part of a date a text names: its index in fields[], or -1. */
static int
field_index(const char *name, int len)
{
	for (int i = 0; i < (int) lengthof(fields); i++)
		if ((int) strlen(fields[i]) == len && memcmp(fields[i], name, len) == 0)
			return i;
	return -1;
}

bool
is_date_field(const char *name, bool trunc)
{
	int			field = field_index(name, strlen(name));

	return field >= 0 && !(trunc && field == 3);
}

static bool
date_parts(const Term *n, Subject *s, int *field, int parts[3])
{
	DateADT		date;

	if (!eval_date(n->args[1], s, &date))
		return false;
	*field = field_index(n->args[0]->text, n->args[0]->len);
	j2date(date + POSTGRES_EPOCH_JDATE, &parts[0], &parts[1], &parts[2]);
	return true;
}

static int
part_of_date(int field, const int parts[3])
{
	return field == 0 ? parts[0] : field == 1 ? (parts[1] - 1) / 3 + 1 :
		field == 2 ? parts[1] : parts[2];
}

/* A text as the server's functions want it. */
static bool
text_argument(const Term *n, Subject *s, Datum *result)
{
	const char *text;
	int			len;

	if (!eval_text(n, s, &text, &len))
		return false;
	*result = PointerGetDatum(cstring_to_text_with_len(text, len));
	return true;
}

/* A number that SQL would take for an integer argument. */
static bool
integer_argument(const Term *n, Subject *s, int32 *result)
{
	Numeric		num;
	double		d;

	if (!number_exact(n, s, &num))
		return false;
	d = strtod(numeric_to_text(num), NULL);
	if (d != rint(d) || !(fabs(d) <= PG_INT32_MAX))
		return false;
	*result = (int32) d;
	return true;
}

/* A function whose result is a whole number. */
bool
call_for_count(const Term *n, Subject *s, int64 *result)
{
	SetView		set;
	DateADT		date;
	Datum		a;
	Datum		b;
	int			field;
	int			parts[3];

	switch (n->op)
	{
		case FN_CARDINALITY:
			if (!eval_set(n->args[0], s, &set))
				return false;
			*result = set.count;
			return true;
		case FN_AGE_IN_MONTHS:
			if (!s->as_of_known || !eval_date(n->args[0], s, &date))
				return false;
			*result = months_between(date, s->as_of);
			return true;
		case FN_EXTRACT:
			if (!date_parts(n, s, &field, parts))
				return false;
			*result = part_of_date(field, parts);
			return true;
		case FN_LENGTH:
			if (!text_argument(n->args[0], s, &a))
				return false;
			*result = DatumGetInt32(DirectFunctionCall1(textlen, a));
			return true;
		default:
			if (!text_argument(n->args[0], s, &a) || !text_argument(n->args[1], s, &b))
				return false;
			*result = DatumGetInt32(DirectFunctionCall2Coll(textpos, C_COLLATION_OID, a, b));
			return true;
	}
}

/* date_trunc(): the first day of the year, quarter or month. */
bool
call_for_date(const Term *n, Subject *s, DateADT *result)
{
	int			field;
	int			parts[3];

	if (!date_parts(n, s, &field, parts))
		return false;
	if (field == 0)
		parts[1] = 1;
	else if (field == 1)
		parts[1] -= (parts[1] - 1) % 3;
	*result = date2j(parts[0], parts[1], 1) - POSTGRES_EPOCH_JDATE;
	return true;
}

bool
call_for_text(const Term *n, Subject *s, const char **text, int *len)
{
	Datum		a;
	Datum		r;
	int32		i = 0;
	int32		count = 0;

	if (!text_argument(n->args[0], s, &a) ||
		(n->nargs > 1 && !integer_argument(n->args[1], s, &i)) ||
		(n->nargs > 2 && (!integer_argument(n->args[2], s, &count) || count < 0)))
		return false;
	switch (n->op)
	{
		case FN_LEFT:
			r = DirectFunctionCall2(text_left, a, Int32GetDatum(i));
			break;
		case FN_RIGHT:
			r = DirectFunctionCall2(text_right, a, Int32GetDatum(i));
			break;
		case FN_TRIM:
			r = DirectFunctionCall1(btrim1, a);
			break;
		default:
			r = n->nargs == 2 ? DirectFunctionCall2(text_substr_no_len, a, Int32GetDatum(i)) :
				DirectFunctionCall3(text_substr, a, Int32GetDatum(i), Int32GetDatum(count));
	}
	*text = VARDATA_ANY(DatumGetPointer(r));
	*len = VARSIZE_ANY_EXHDR(DatumGetPointer(r));
	return true;
}
