/*
 * parse_leaf.c
 *	  The leaves of an expression, from the raw tree: constants and names.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "nodes/nodeFuncs.h"
#include "nodes/value.h"

#include "parse.h"

static Term *
number_term(Parser *ps, const char *text, int location)
{
	Term	   *n = make_term(ps, TERM_NUMBER, location, 0);
	Decimal		d;
	char	   *plain;

	n->numeric = numeric_from_text(text);
	plain = numeric_to_plain_text(n->numeric);
	if (strlen(plain) > EXPR_MAX_DIGITS)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("number has more than %d digits", EXPR_MAX_DIGITS),
				 AT(ps, location)));
	n->numeric = numeric_from_text(plain);
	filtered_from_numeric(n->numeric, &n->number);
	n->short_decimal = decimal_from_numeric(n->numeric, &d) == DECIMAL_OK;
	return n;
}

/*
 * Minus before a number belongs to it, as the grammar has it where nothing
 * stands between: - + 1 is written -1 and has to be the same.
 */
Term *
negated_number(Parser *ps, const Term *number, int location)
{
	const char *text = numeric_to_plain_text(number->numeric);

	return number_term(ps, *text == '-' ? text + 1 : psprintf("-%s", text), location);
}

static Term *
text_term(Parser *ps, const char *text, int location)
{
	Term	   *n = make_term(ps, TERM_TEXT, location, 0);

	n->text = pstrdup(text);
	n->len = strlen(text);
	return n;
}

Term *
convert_constant(Parser *ps, A_Const *c)
{
	Term	   *n;

	if (c->isnull)
		return make_term(ps, TERM_NULL, c->location, 0);
	switch (nodeTag(&c->val))
	{
		case T_Integer:
			return number_term(ps, psprintf("%d", intVal(&c->val)), c->location);
		case T_Float:
			return number_term(ps, c->val.fval.fval, c->location);
		case T_String:
			return text_term(ps, strVal(&c->val), c->location);
		case T_Boolean:
			n = make_term(ps, TERM_BOOLEAN, c->location, 0);
			n->op = boolVal(&c->val) ? TRI_TRUE : TRI_FALSE;
			return n;
		default:
			not_allowed(ps, "a bit string", c->location, NULL);
			return NULL;
	}
}

/* DATE 'x' and INTERVAL 'x' are the only casts, and only of constants. */
Term *
convert_cast(Parser *ps, TypeCast *cast)
{
	const char *type = strVal(llast(cast->typeName->names));
	A_Const    *c = (A_Const *) cast->arg;
	const char *text;
	Term	   *n;

	if (!IsA(cast->arg, A_Const) || c->isnull || !IsA(&c->val, String) ||
		cast->typeName->arrayBounds != NIL || cast->typeName->typmods != NIL ||
		(strcmp(type, "date") != 0 && strcmp(type, "interval") != 0))
		not_allowed(ps, "a cast", cast->location >= 0 ? cast->location : exprLocation(cast->arg),
					"Only constants are cast, such as DATE '2019-01-01' and INTERVAL '1 year'; numbers are decimals as they are.");
	text = strVal(&c->val);
	if (strcmp(type, "date") == 0)
	{
		n = make_term(ps, TERM_DATE, c->location, 0);
		if (!iso_date_parse(text, strlen(text), &n->date))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
					 errmsg("invalid date: \"%s\"", text),
					 errhint("Write a date as DATE '2019-01-31'."),
					 AT(ps, c->location)));
		return n;
	}
	n = make_term(ps, TERM_INTERVAL, c->location, 0);
	if (!interval_parse(text, &n->months, &n->days))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
				 errmsg("invalid interval: \"%s\"", text),
				 errhint("Write years, months, weeks and days, such as INTERVAL '1 year 6 months'."),
				 AT(ps, c->location)));
	return n;
}

Term *
convert_array(Parser *ps, A_ArrayExpr *array)
{
	Term	   *n = make_term(ps, TERM_SET, array->location, list_length(array->elements));

	for (int i = 0; i < n->nargs; i++)
	{
		n->args[i] = convert(ps, list_nth(array->elements, i));
		if (n->args[i]->kind != TERM_TEXT)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("a set is an array of text constants"),
					 AT(ps, n->args[i]->location)));
	}
	return n;
}

/* The server's lexer cuts long identifiers off; another indicator must not be meant so. */
static void
check_not_truncated(Parser *ps, const char *name, int location)
{
	const char *start;
	const char *end;

	if (strlen(name) < NAMEDATALEN - MAX_MULTIBYTE_CHAR_LEN || location < 0)
		return;
	start = end = ps->source + location;
	if (*start == '"')
	{
		end++;
		while (*end != '\0' && !(end[0] == '"' && end[1] != '"'))
			end += end[0] == '"' ? 2 : 1;
		start++;
	}
	else
		while (IS_HIGHBIT_SET(*end) || *end == '_' || *end == '$' ||
			   isalnum((unsigned char) *end))
			end++;
	if (end - start > PROFILE_MAX_CODE_LEN && memcmp(start, name, 8) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NAME_TOO_LONG),
				 errmsg("indicator code is longer than %d bytes", PROFILE_MAX_CODE_LEN),
				 AT(ps, location)));
}

Term *
convert_column(Parser *ps, ColumnRef *ref)
{
	Term	   *n;
	const char *name;

	if (list_length(ref->fields) != 1 || !IsA(linitial(ref->fields), String))
		not_allowed(ps, "a qualified name or \"*\"", ref->location,
					"An indicator is named by its code alone; put a code with a dot in double quotes.");
	name = strVal(linitial(ref->fields));
	check_not_truncated(ps, name, ref->location);
	if (ref->location >= 0 && ps->source[ref->location] != '"' && has_wide_punctuation(name))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("syntax error: punctuation in the name \"%s\"", name),
				 errdetail("A code with such characters has to stand in double quotes."),
				 AT(ps, ref->location)));
	if (strcmp(name, "as_of") == 0)
		return make_term(ps, TERM_AS_OF, ref->location, 0);
	n = make_term(ps, TERM_INDICATOR, ref->location, 0);
	n->name = pstrdup(name);
	n->code = code_list_intern(ps->codes, name, strlen(name));
	n->short_decimal = true;
	return n;
}
