/*
 * deparse.c
 *	  Canonical SQL text: one text for one tree, which reads back to it.
 *
 * Brackets stand only where the grammar needs them.
 */
#include "postgres.h"

#include "common/keywords.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "term.h"

/* Binding strength as in the server's grammar, weakest first. */
typedef enum Strength
{
	BIND_OR = 1,
	BIND_AND,
	BIND_NOT,
	BIND_IS,
	BIND_COMPARE,
	BIND_BETWEEN,				/* BETWEEN IN LIKE */
	BIND_OTHER,					/* @> && and other operators */
	BIND_ADD,
	BIND_MULTIPLY,
	BIND_MINUS,
	BIND_PRIMARY
} Strength;

static void deparse(StringInfo out, const Term *n, Strength need);

static Strength
strength(const Term *n)
{
	switch (n->kind)
	{
		case TERM_OR:
			return BIND_OR;
		case TERM_AND:
			return BIND_AND;
		case TERM_NOT:
			return BIND_NOT;
		case TERM_IS_NULL:
		case TERM_IS_TRUTH:
		case TERM_DISTINCT:
			return BIND_IS;
		case TERM_COMPARE:
			return BIND_COMPARE;
		case TERM_BETWEEN:
		case TERM_IN:
		case TERM_LIKE:
			return BIND_BETWEEN;
		case TERM_ANY:
			return BIND_COMPARE;
		case TERM_CONTAINS:
		case TERM_OVERLAPS:
			return BIND_OTHER;
		case TERM_ARITHMETIC:
			return n->op == '+' || n->op == '-' ? BIND_ADD : BIND_MULTIPLY;
		case TERM_NEGATE:
			return BIND_MINUS;
		case TERM_NUMBER:
			return n->number.value < 0 ? BIND_MINUS : BIND_PRIMARY;
		default:
			return BIND_PRIMARY;
	}
}

/* As quote_identifier(), but without its setting, and Chinese needs no quotes. */
static void
deparse_code(StringInfo out, const char *code)
{
	bool		plain = *code == '_' || (*code >= 'a' && *code <= 'z') || IS_HIGHBIT_SET(*code);
	int			keyword;

	for (const char *c = code; *c != '\0'; c++)
		plain = plain && (*c == '_' || (*c >= 'a' && *c <= 'z') ||
						  (*c >= '0' && *c <= '9') || IS_HIGHBIT_SET(*c));
	plain = plain && !has_wide_punctuation(code);
	keyword = plain ? ScanKeywordLookup(code, &ScanKeywords) : -1;
	if (plain && (keyword < 0 || ScanKeywordCategories[keyword] == UNRESERVED_KEYWORD))
	{
		appendStringInfoString(out, code);
		return;
	}
	appendStringInfoChar(out, '"');
	for (const char *c = code; *c != '\0'; c++)
	{
		if (*c == '"')
			appendStringInfoChar(out, '"');
		appendStringInfoChar(out, *c);
	}
	appendStringInfoChar(out, '"');
}

static void
deparse_text(StringInfo out, const Term *n)
{
	appendStringInfoString(out, quote_literal_cstr(pnstrdup(n->text, n->len)));
}

static void
deparse_list(StringInfo out, Term *const *args, int nargs, const char *open, const char *close)
{
	appendStringInfoString(out, open);
	for (int i = 0; i < nargs; i++)
	{
		if (i > 0)
			appendStringInfoString(out, ", ");
		deparse(out, args[i], BIND_OR);
	}
	appendStringInfoString(out, close);
}

static void
deparse_leaf(StringInfo out, const Term *n)
{
	char		date[16];

	switch (n->kind)
	{
		case TERM_INDICATOR:
			deparse_code(out, n->name);
			break;
		case TERM_AS_OF:
			appendStringInfoString(out, "as_of");
			break;
		case TERM_NULL:
			appendStringInfoString(out, "NULL");
			break;
		case TERM_BOOLEAN:
			appendStringInfoString(out, n->op == TRI_TRUE ? "true" : "false");
			break;
		case TERM_NUMBER:
			appendStringInfoString(out, numeric_to_plain_text(n->numeric));
			break;
		case TERM_DATE:
			iso_date_text(n->date, date);
			appendStringInfo(out, "DATE '%s'", date);
			break;
		case TERM_INTERVAL:
			appendStringInfo(out, "INTERVAL '%s'", interval_text(n->months, n->days));
			break;
		case TERM_SET:
			deparse_list(out, n->args, n->nargs, "ARRAY[", "]");
			break;
		default:
			deparse_text(out, n);
	}
}

static void
deparse_joined(StringInfo out, const Term *n, const char *joint, Strength need)
{
	for (int i = 0; i < n->nargs; i++)
	{
		if (i > 0)
			appendStringInfoString(out, joint);
		deparse(out, n->args[i], need);
	}
}

static void
deparse_binary(StringInfo out, const Term *n, const char *op, Strength left, Strength right)
{
	deparse(out, n->args[0], left);
	appendStringInfo(out, " %s ", op);
	deparse(out, n->args[1], right);
}

static void
deparse_case(StringInfo out, const Term *n)
{
	int			i = n->has_operand ? 1 : 0;
	int			end = n->nargs - (n->has_else ? 1 : 0);

	appendStringInfoString(out, "CASE");
	if (n->has_operand)
	{
		appendStringInfoChar(out, ' ');
		deparse(out, n->args[0], BIND_OR);
	}
	for (; i < end; i += 2)
	{
		appendStringInfoString(out, " WHEN ");
		deparse(out, n->args[i], BIND_OR);
		appendStringInfoString(out, " THEN ");
		deparse(out, n->args[i + 1], BIND_OR);
	}
	if (n->has_else)
	{
		appendStringInfoString(out, " ELSE ");
		deparse(out, n->args[end], BIND_OR);
	}
	appendStringInfoString(out, " END");
}

static void
deparse_condition(StringInfo out, const Term *n)
{
	static const char *const compare[] = {"=", "<>", "<", "<=", ">", ">="};
	static const char *const truth[] = {"FALSE", "TRUE", "UNKNOWN"};

	switch (n->kind)
	{
		case TERM_NOT:
			appendStringInfoString(out, "NOT ");
			deparse(out, n->args[0], BIND_IS);
			break;
		case TERM_COMPARE:
			deparse_binary(out, n, compare[n->op], BIND_BETWEEN, BIND_BETWEEN);
			break;
		case TERM_DISTINCT:
			deparse_binary(out, n, n->negated ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM",
						   BIND_COMPARE, BIND_COMPARE);
			break;
		case TERM_BETWEEN:
			deparse(out, n->args[0], BIND_OTHER);
			appendStringInfo(out, " %sBETWEEN %s", n->negated ? "NOT " : "",
							 n->symmetric ? "SYMMETRIC " : "");
			deparse(out, n->args[1], BIND_OTHER);
			appendStringInfoString(out, " AND ");
			deparse(out, n->args[2], BIND_OTHER);
			break;
		case TERM_IN:
			deparse(out, n->args[0], BIND_OTHER);
			deparse_list(out, n->args + 1, n->nargs - 1, n->negated ? " NOT IN (" : " IN (", ")");
			break;
		case TERM_ANY:
			deparse(out, n->args[0], BIND_BETWEEN);
			deparse_list(out, n->args + 1, 1, n->negated ? " <> ALL (" : " = ANY (", ")");
			break;
		case TERM_LIKE:
			deparse_binary(out, n, n->negated ? "NOT LIKE" : "LIKE", BIND_OTHER, BIND_OTHER);
			break;
		case TERM_IS_NULL:
			deparse(out, n->args[0], BIND_COMPARE);
			appendStringInfoString(out, n->negated ? " IS NOT NULL" : " IS NULL");
			break;
		case TERM_IS_TRUTH:
			deparse(out, n->args[0], BIND_COMPARE);
			appendStringInfo(out, " IS %s%s", n->negated ? "NOT " : "", truth[n->op]);
			break;
		case TERM_CONTAINS:
			deparse_binary(out, n, "@>", BIND_ADD, BIND_ADD);
			break;
		default:
			deparse_binary(out, n, "&&", BIND_ADD, BIND_ADD);
	}
}

static void
deparse_value(StringInfo out, const Term *n)
{
	char		op[2] = {(char) n->op, '\0'};
	Strength	own = strength(n);

	switch (n->kind)
	{
		case TERM_CASE:
			deparse_case(out, n);
			break;
		case TERM_COALESCE:
			deparse_list(out, n->args, n->nargs, "coalesce(", ")");
			break;
		case TERM_NULLIF:
			deparse_list(out, n->args, n->nargs, "nullif(", ")");
			break;
		case TERM_GREATEST:
			deparse_list(out, n->args, n->nargs, "greatest(", ")");
			break;
		case TERM_LEAST:
			deparse_list(out, n->args, n->nargs, "least(", ")");
			break;
		case TERM_ARITHMETIC:
			deparse_binary(out, n, op, own, own + 1);
			break;
		case TERM_NEGATE:
			appendStringInfoChar(out, '-');
			deparse(out, n->args[0], BIND_PRIMARY);
			break;
		default:
			if (n->op == FN_EXTRACT)
			{
				appendStringInfo(out, "EXTRACT(%s FROM ",
								 pnstrdup(n->args[0]->text, n->args[0]->len));
				deparse_list(out, n->args + 1, 1, "", ")");
				return;
			}
			appendStringInfoString(out, function_by_id(n->op)->name);
			deparse_list(out, n->args, n->nargs, "(", ")");
	}
}

static void
deparse(StringInfo out, const Term *n, Strength need)
{
	bool		brackets = strength(n) < need;

	check_stack_depth();
	if (brackets)
		appendStringInfoChar(out, '(');
	if (n->kind <= TERM_SET)
		deparse_leaf(out, n);
	else if (n->kind == TERM_AND)
		deparse_joined(out, n, " AND ", BIND_NOT);
	else if (n->kind == TERM_OR)
		deparse_joined(out, n, " OR ", BIND_AND);
	else if (n->kind < TERM_CASE)
		deparse_condition(out, n);
	else
		deparse_value(out, n);
	if (brackets)
		appendStringInfoChar(out, ')');
}

/* The canonical text of a term. */
char *
term_text(const Term *n)
{
	StringInfoData out;

	initStringInfo(&out);
	deparse(&out, n, BIND_OR);
	return out.data;
}
