/*
 * raw_parse.c
 *	  The server's own parser, as the reader of expressions.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"

#include "term.h"

#define MOST_IN_A_RUN	250

/* An error position, which expression_parse()'s callback makes an internal one. */
int
expression_errposition(const char *source, int location)
{
	if (location < 0)
		return 0;
	return errposition(pg_mbstrlen_with_len(source, location) + 1);
}

/* The server's parser, under fixed settings: the meaning of a text depends on none. */
static List *
parse_under_fixed_settings(const char *source)
{
	bool		saved_strings = standard_conforming_strings;
	int			saved_quote = backslash_quote;
	bool		saved_warning = escape_string_warning;
	List	   *result;

	PG_TRY();
	{
		standard_conforming_strings = true;
		backslash_quote = BACKSLASH_QUOTE_SAFE_ENCODING;
		escape_string_warning = false;
		result = raw_parser(source, RAW_PARSE_PLPGSQL_EXPR);
	}
	PG_FINALLY();
	{
		standard_conforming_strings = saved_strings;
		backslash_quote = saved_quote;
		escape_string_warning = saved_warning;
	}
	PG_END_TRY();
	return result;
}

/*
 * The server's lexer takes quadratic time for a run of operator characters,
 * and cannot be interrupted meanwhile: what no operator or comment needs is
 * refused before.
 */
static void
check_runs(const char *source)
{
	int			run = 0;

	for (const char *c = source; *c != '\0'; c++)
	{
		run = strchr("+-*/<>=~!@#%^&|`?", *c) != NULL ? run + 1 : 0;
		if (run > MOST_IN_A_RUN)
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("syntax error: more than %d operator characters in a row",
							MOST_IN_A_RUN),
					 expression_errposition(source, (int) (c - source) - MOST_IN_A_RUN)));
	}
}

/* The raw tree of a text that is one expression and nothing else. */
void *
raw_parse(const char *source)
{
	List	   *statements;
	SelectStmt *select;
	ResTarget  *target;

	check_runs(source);
	statements = parse_under_fixed_settings(source);
	select = castNode(SelectStmt, linitial_node(RawStmt, statements)->stmt);
	if (select->targetList == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("expression is empty")));
	target = linitial_node(ResTarget, select->targetList);
	if (target->name != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("syntax error: unexpected \"%s\" after the expression", target->name),
				 expression_errposition(source, target->location)));
	if (list_length(select->targetList) != 1 ||
		select->distinctClause != NIL || select->fromClause != NIL ||
		select->whereClause != NULL || select->groupClause != NIL ||
		select->havingClause != NULL || select->windowClause != NIL ||
		select->sortClause != NIL || select->limitOffset != NULL ||
		select->limitCount != NULL || select->lockingClause != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("one expression is expected, not a query or a list"),
				 list_length(select->targetList) != 1 ?
				 errhint("Conditions are joined by AND or OR; a number is written without commas, such as 20000000.") : 0,
				 expression_errposition(source, target->location)));
	return target->val;
}
