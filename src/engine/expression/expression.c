/*
 * expression.c
 *	  The face of the expression engine: parse a text, evaluate the tree.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "term.h"

PG_FUNCTION_INFO_V1(expression_decisions);

#define DEEP			3000	/* the server's grammar ends between this and 10,000 */
#define SHOWN_OF_SOURCE		200 /* bytes of a long expression in a message */

/* What is often written outside of quotes, but is not SQL, and what is. */
static const struct
{
	const char *wrong;
	const char *right;
}			misspellings[] = {
	{"（", "("}, {"）", ")"}, {"，", ","}, {"＝", "="}, {"＞", ">"}, {"＜", "<"},
	{"=>", ">="}, {"≥", ">="}, {"≤", "<="}, {"≠", "<>"}, {"＋", "+"}, {"－", "-"}, {"×", "*"}, {"÷", "/"},
	{"‘", "'"}, {"’", "'"}, {"“", "'"}, {"”", "'"}, {"％", "a fraction"},
	{" 且 ", "AND"}, {" 或 ", "OR"}, {"||", "OR"}
};

/* Does a percent sign stand before the position, blanks aside? */
static bool
after_percent(const char *source, int position)
{
	const char *at = source;

	for (int i = 1; i < position && *at != '\0'; i++)
		at += pg_mblen(at);
	while (at > source && at[-1] == ' ')
		at--;
	return at > source && at[-1] == '%';
}

/* Is a number followed by 万 or 亿, outside of quotes? */
static bool
counts_by_myriads(const char *at)
{
	return at[0] >= '0' && at[0] <= '9' &&
		(strncmp(at + 1, "万", strlen("万")) == 0 || strncmp(at + 1, "亿", strlen("亿")) == 0);
}

/* How deep brackets, NOTs and signs are nested where the parser stopped, roughly. */
static int
deepest(const char *source, int position)
{
	int			depth = 0;

	for (int i = 1; i < position && *source != '\0'; i++)
	{
		if (*source == '(' || *source == '-' || pg_strncasecmp(source, "not ", 4) == 0 ||
			pg_strncasecmp(source, "when ", 5) == 0)
			depth++;
		else if (*source == ')')
			depth--;
		source += pg_mblen(source);
	}
	return depth;
}

/* The hint of a syntax error: what in the text is likely not to be SQL. */
static void
hint_at_misspelling(const char *source, int position)
{
	char		quote = '\0';

	if (deepest(source, position) > DEEP)
	{
		errhint("It is nested too deeply: some thousand brackets, NOTs or signs may stand inside one another.");
		return;
	}
	if (after_percent(source, position))
	{
		errhint("Write 0.05 for 5 %%.");
		return;
	}
	for (const char *at = source; *at != '\0'; at += pg_mblen(at))
	{
		if (quote != '\0' || *at == '\'' || *at == '"')
		{
			if (quote == '\0')
				quote = *at;
			else if (*at == quote)
				quote = '\0';
			continue;
		}
		if (counts_by_myriads(at))
		{
			errhint("Write 20000000 for 2000万, and 1e8 for 1亿.");
			return;
		}
		for (int i = 0; i < (int) lengthof(misspellings); i++)
			if (strncmp(at, misspellings[i].wrong, strlen(misspellings[i].wrong)) == 0)
			{
				errhint("Write %s instead of \"%s\".", misspellings[i].right, misspellings[i].wrong);
				return;
			}
	}
	if (strstr(source, " && ") != NULL)
		errhint("Conditions are joined by AND; && is for sets.");
}

/*
 * A position that the parser reports is one in the expression's text, not in
 * the statement that the user sent: hand it on as an internal position, and in
 * words, since a client that shows the statement's position hides the other.
 */
static void
position_callback(void *arg)
{
	const char *source = arg;
	int			len = pg_mbcliplen(source, strlen(source), SHOWN_OF_SOURCE);
	int			position = geterrposition();

	if (geterrcode() == ERRCODE_SYNTAX_ERROR)
		hint_at_misspelling(source, position);
	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery(source);
		errcontext("expression \"%.*s%s\", character %d", len, source,
				   source[len] == '\0' ? "" : "...", position);
	}
	else
		errcontext("expression \"%.*s%s\"", len, source,
				   source[len] == '\0' ? "" : "...");
}

Expression *
expression_parse(const char *source, ExprType want, CodeList *list)
{
	Expression *e = palloc(sizeof(Expression));
	ErrorContextCallback callback;

	callback.callback = position_callback;
	callback.arg = unconstify(char *, source);
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	e->codes = list;
	e->type = want;
	e->root = expression_raw(source, list);
	expression_type_check(e->root, want, source, list);
	error_context_stack = callback.previous;
	return e;
}

void
expression_quicken(Expression *e)
{
	quicken(e->root);
}

char *
expression_text(const Expression *e)
{
	return term_text(e->root);
}

int
expression_bare_indicator(const Expression *e)
{
	return e->root->kind == TERM_INDICATOR ? e->root->code : -1;
}

static void
term_uses(const Term *n, const Term *parent, ExpressionUseVisitor visitor, void *arg)
{
	static const int readable[] = {
		[EXPR_NUMBER] = 1 << VALUE_NUMBER, [EXPR_BOOLEAN] = 1 << VALUE_BOOLEAN,
		[EXPR_TEXT] = 1 << VALUE_TEXT | 1 << VALUE_DATE, [EXPR_DATE] = 1 << VALUE_DATE,
		[EXPR_SET] = 1 << VALUE_SET
	};

	check_stack_depth();
	if (n->kind == TERM_INDICATOR && n->type != EXPR_UNTYPED)
	{
		/* see days_apart() */
		bool		days = n->type == EXPR_NUMBER && parent != NULL && parent->kind == TERM_ARITHMETIC &&
			parent->op == '-' && parent->args[0]->kind == parent->args[1]->kind;

		visitor(n->code, n->type, readable[n->type] | (days ? 1 << VALUE_DATE : 0), arg);
	}
	for (int i = 0; i < n->nargs; i++)
		term_uses(n->args[i], n, visitor, arg);
}

void
expression_uses(const Expression *e, ExpressionUseVisitor visitor, void *arg)
{
	term_uses(e->root, NULL, visitor, arg);
}

void
term_reads(const Term *n, bool *reads)
{
	if (n->kind == TERM_INDICATOR)
		reads[n->code] = true;
	for (int i = 0; i < n->nargs; i++)
		term_reads(n->args[i], reads);
}

bool
term_reads_as_of(const Term *n)
{
	bool		found = n->kind == TERM_AS_OF ||
		(n->kind == TERM_FUNCTION && n->op == FN_AGE_IN_MONTHS);

	for (int i = 0; i < n->nargs && !found; i++)
		found = term_reads_as_of(n->args[i]);
	return found;
}

/* conditions decided by this session, and those of them that numeric decided */
static uint64 conditions_decided = 0;
static uint64 conditions_exact = 0;

Tri
expression_test(const Expression *e, Subject *s)
{
	Tri			t;

	s->exact = false;
	s->uncertain = false;
	conditions_decided++;
	t = eval_boolean(e->root, s);
	if (unlikely(s->uncertain))
	{
		conditions_exact++;
		s->uncertain = false;
		s->exact = true;
		t = eval_boolean(e->root, s);
		s->exact = false;
	}
	return t;
}

NumberResult
expression_number(const Expression *e, Subject *s, Filtered *result)
{
	bool		known;

	s->exact = false;
	s->uncertain = false;
	known = number_fast(e->root, s, result);
	if (s->uncertain)
		return NUMBER_UNCERTAIN;
	if (!known)
		return NUMBER_UNKNOWN;
	return isnan(result->value) ? NUMBER_UNCERTAIN : NUMBER_KNOWN;
}

bool
expression_numeric(const Expression *e, Subject *s, Numeric *result)
{
	bool		known;

	s->exact = true;
	s->uncertain = false;
	known = number_exact(e->root, s, result);
	s->exact = false;
	return known;
}

bool
expression_string(const Expression *e, Subject *s, const char **text, int *len)
{
	bool		known;

	s->exact = false;
	s->uncertain = false;
	known = eval_text(e->root, s, text, len);
	if (unlikely(s->uncertain))
	{
		s->uncertain = false;
		s->exact = true;
		known = eval_text(e->root, s, text, len);
		s->exact = false;
	}
	return known;
}

bool
expression_set(const Expression *e, Subject *s, ExpressionSetVisitor visitor, void *arg)
{
	SetView		set;
	const char *at = NULL;
	bool		known;

	s->exact = true;
	s->uncertain = false;
	known = eval_set(e->root, s, &set);
	s->exact = false;
	if (!known)
		return false;
	for (uint32 i = 0; i < set.count; i++)
	{
		int			len;
		const char *member = set_member(&set, i, &at, &len);

		visitor(member, len, arg);
	}
	return true;
}

/* How many conditions this session has decided, and how many of them exactly. */
Datum
expression_decisions(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	Datum		values[2];
	bool		nulls[2] = {false, false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = Int64GetDatum((int64) conditions_decided);
	values[1] = Int64GetDatum((int64) conditions_exact);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}
