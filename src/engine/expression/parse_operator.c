/*
 * parse_operator.c
 *	  Operators and what the grammar makes of them, from the raw tree.
 */
#include "postgres.h"

#include "nodes/value.h"

#include "parse.h"

static Term *
binary(Parser *ps, TermKind kind, void *left, void *right, int location)
{
	Term	   *n = make_term(ps, kind, location, 2);

	n->args[0] = convert(ps, left);
	n->args[1] = convert(ps, right);
	return n;
}

static bool
compare_op(const char *name, int *op)
{
	static const char *const names[] = {"=", "<>", "<", "<=", ">", ">="};

	for (int i = 0; i < (int) lengthof(names); i++)
		if (strcmp(names[i], name) == 0)
		{
			*op = i;
			return true;
		}
	return false;
}

/* What to write instead of an operator of another language; NULL: no advice. */
static const char *
hint_for_operator(const char *name)
{
	static const char *const hints[][2] = {
		{"~~", "Write LIKE."}, {"!~~", "Write NOT LIKE."}, {"**", "Write power(a, b)."},
		{"==", "Write =."}, {"=<", "Write <=."}, {"||", "Conditions are joined by OR."},
		{"!", "Write NOT."}, {"~", "Use LIKE."}, {"~*", "Use LIKE."}, {"?", "Write 'x' = ANY (set)."}
	};

	for (int i = 0; i < (int) lengthof(hints); i++)
		if (strcmp(hints[i][0], name) == 0)
			return hints[i][1];
	return NULL;
}

/* 2019-01-01 or 2019/1/1 without quotes is arithmetic, and certainly not meant so. */
static void
check_no_date(Parser *ps, const Term *n)
{
	const Term *left = n->args[0];
	const char *text;
	int			len;

	if ((n->op != '-' && n->op != '/') || n->args[1]->kind != TERM_NUMBER ||
		left->kind != TERM_ARITHMETIC || left->op != n->op ||
		left->args[0]->kind != TERM_NUMBER || left->args[1]->kind != TERM_NUMBER ||
		left->args[0]->location < 0)
		return;
	text = ps->source + left->args[0]->location;
	len = strspn(text, "0123456789-/");
	if (len < 8 || len > 10 || strspn(text, "0123456789") != 4 ||
		text + 5 + strspn(text + 5, "0123456789") != ps->source + n->location)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
			 errmsg("%.*s without quotes is arithmetic, not a date", len, text),
			 errhint("Write a date as DATE '2019-01-31'."),
			 AT(ps, left->args[0]->location)));
}

static Term *
convert_operator(Parser *ps, A_Expr *e, const char *name)
{
	Term	   *n;
	Term	   *right;
	int			op;

	if (e->lexpr == NULL)
	{
		if (strcmp(name, "+") == 0)
			return convert(ps, e->rexpr);
		if (strcmp(name, "-") != 0)
			not_allowed(ps, psprintf("prefix operator %s", name), e->location, hint_for_operator(name));
		right = convert(ps, e->rexpr);
		if (right->kind == TERM_NUMBER)
			return negated_number(ps, right, e->location);
		n = make_term(ps, TERM_NEGATE, e->location, 1);
		n->args[0] = right;
		return n;
	}
	if (compare_op(name, &op))
	{
		n = binary(ps, TERM_COMPARE, e->lexpr, e->rexpr, e->location);
		n->op = op;
		return n;
	}
	if (strlen(name) == 1 && strchr("+-*/%", name[0]) != NULL)
	{
		n = binary(ps, TERM_ARITHMETIC, e->lexpr, e->rexpr, e->location);
		n->op = name[0];
		check_no_date(ps, n);
		return n;
	}
	if (strcmp(name, "@>") == 0)
		return binary(ps, TERM_CONTAINS, e->lexpr, e->rexpr, e->location);
	if (strcmp(name, "<@") == 0)
		return binary(ps, TERM_CONTAINS, e->rexpr, e->lexpr, e->location);
	if (strcmp(name, "&&") == 0)
		return binary(ps, TERM_OVERLAPS, e->lexpr, e->rexpr, e->location);
	not_allowed(ps, psprintf("operator %s", name), e->location, hint_for_operator(name));
	return NULL;
}

/* = ANY (set) and <> ALL (set) */
static Term *
convert_any(Parser *ps, A_Expr *e, const char *name)
{
	bool		any = e->kind == AEXPR_OP_ANY;
	Term	   *n;

	if (strcmp(name, any ? "=" : "<>") != 0)
		not_allowed(ps, psprintf("%s %s", name, any ? "ANY" : "ALL"), e->location,
					"Membership is written = ANY (set) or <> ALL (set).");
	n = binary(ps, TERM_ANY, e->lexpr, e->rexpr, e->location);
	n->negated = !any;
	return n;
}

static Term *
convert_between(Parser *ps, A_Expr *e)
{
	List	   *bounds = castNode(List, e->rexpr);
	Term	   *n = make_term(ps, TERM_BETWEEN, e->location, 3);

	n->args[0] = convert(ps, e->lexpr);
	n->args[1] = convert(ps, linitial(bounds));
	n->args[2] = convert(ps, lsecond(bounds));
	n->negated = e->kind == AEXPR_NOT_BETWEEN || e->kind == AEXPR_NOT_BETWEEN_SYM;
	n->symmetric = e->kind == AEXPR_BETWEEN_SYM || e->kind == AEXPR_NOT_BETWEEN_SYM;
	return n;
}

static Term *
convert_in(Parser *ps, A_Expr *e, const char *name)
{
	List	   *members = castNode(List, e->rexpr);
	Term	   *n = make_term(ps, TERM_IN, e->location, list_length(members) + 1);

	n->args[0] = convert(ps, e->lexpr);
	for (int i = 1; i < n->nargs; i++)
		n->args[i] = convert(ps, list_nth(members, i - 1));
	n->negated = strcmp(name, "<>") == 0;
	return n;
}

static Term *
convert_like(Parser *ps, A_Expr *e, const char *name)
{
	Term	   *n = binary(ps, TERM_LIKE, e->lexpr, e->rexpr, e->location);
	Term	   *pattern = n->args[1];
	int			slashes = 0;

	if (pattern->kind != TERM_TEXT)
		not_allowed(ps, "a pattern that is no constant", e->location, NULL);
	while (slashes < pattern->len && pattern->text[pattern->len - 1 - slashes] == '\\')
		slashes++;
	if (slashes % 2 == 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_ESCAPE_SEQUENCE),
				 errmsg("LIKE pattern must not end with escape character"),
				 AT(ps, pattern->location)));
	n->negated = strcmp(name, "!~~") == 0;
	return n;
}

Term *
convert_a_expr(Parser *ps, A_Expr *e)
{
	const char *name = strVal(llast(e->name));
	Term	   *n;

	if (list_length(e->name) != 1)
		not_allowed(ps, "a qualified operator", e->location, NULL);
	switch (e->kind)
	{
		case AEXPR_OP:
			return convert_operator(ps, e, name);
		case AEXPR_OP_ANY:
		case AEXPR_OP_ALL:
			return convert_any(ps, e, name);
		case AEXPR_DISTINCT:
		case AEXPR_NOT_DISTINCT:
			n = binary(ps, TERM_DISTINCT, e->lexpr, e->rexpr, e->location);
			n->negated = e->kind == AEXPR_NOT_DISTINCT;
			return n;
		case AEXPR_NULLIF:
			return binary(ps, TERM_NULLIF, e->lexpr, e->rexpr, e->location);
		case AEXPR_IN:
			return convert_in(ps, e, name);
		case AEXPR_LIKE:
			return convert_like(ps, e, name);
		case AEXPR_BETWEEN:
		case AEXPR_NOT_BETWEEN:
		case AEXPR_BETWEEN_SYM:
		case AEXPR_NOT_BETWEEN_SYM:
			return convert_between(ps, e);
		default:
			not_allowed(ps, "ILIKE or SIMILAR TO", e->location,
						"Use LIKE, for several patterns LIKE ANY (ARRAY['C39%', 'I65%']).");
			return NULL;
	}
}
