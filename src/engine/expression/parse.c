/*
 * parse.c
 *	  From SQL text to a tree: the server's own parser, then a white list.
 *
 * What the white list does not name is an error with its position; so a
 * policy's text can do nothing but compute.  The tree is not typed yet.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "nodes/value.h"
#include "utils/builtins.h"

#include "parse.h"

Term *
make_term(Parser *ps, TermKind kind, int location, int nargs)
{
	Term	   *n = palloc0(sizeof(Term));

	if (++ps->terms > EXPR_MAX_TERMS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("expression has more than %d parts", EXPR_MAX_TERMS)));
	n->kind = kind;
	n->location = location;
	n->nargs = nargs;
	n->args = nargs > 0 ? palloc0(nargs * sizeof(Term *)) : NULL;
	return n;
}

void
not_allowed(Parser *ps, const char *what, int location, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("%s is not allowed in an expression", what),
			 hint ? errhint("%s", hint) : 0,
			 AT(ps, location)));
}

/* ---- constants ---- */

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

static Term *
text_term(Parser *ps, const char *text, int location)
{
	Term	   *n = make_term(ps, TERM_TEXT, location, 0);

	n->text = pstrdup(text);
	n->len = strlen(text);
	return n;
}

static Term *
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
static Term *
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

static Term *
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

/* ---- names ---- */

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

static Term *
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

/* ---- operators ---- */

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
		{"^", "Write power(a, b)."}, {"**", "Write power(a, b)."},
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
	int			op;

	if (e->lexpr == NULL)
	{
		if (strcmp(name, "+") == 0)
			return convert(ps, e->rexpr);
		if (strcmp(name, "-") != 0)
			not_allowed(ps, psprintf("prefix operator %s", name), e->location, hint_for_operator(name));
		n = make_term(ps, TERM_NEGATE, e->location, 1);
		n->args[0] = convert(ps, e->rexpr);
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

static Term *
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

/* ---- the rest ---- */

/* Nested ANDs (and ORs) are one, so that brackets make no other value. */
static void
flatten(Parser *ps, List *args, TermKind kind, List **out)
{
	ListCell   *lc;

	check_stack_depth();
	foreach(lc, args)
	{
		BoolExpr   *b = plain_sql(lfirst(lc));

		if (IsA(b, BoolExpr) && b->boolop == (kind == TERM_AND ? AND_EXPR : OR_EXPR))
			flatten(ps, b->args, kind, out);
		else
			*out = lappend(*out, convert(ps, b));
	}
}

static Term *
convert_bool(Parser *ps, BoolExpr *b)
{
	TermKind	kind = b->boolop == AND_EXPR ? TERM_AND : TERM_OR;
	List	   *args = NIL;
	Term	   *n;

	if (b->boolop == NOT_EXPR)
	{
		n = make_term(ps, TERM_NOT, b->location, 1);
		n->args[0] = convert(ps, linitial(b->args));
		return n;
	}
	flatten(ps, b->args, kind, &args);
	n = make_term(ps, kind, b->location, list_length(args));
	for (int i = 0; i < n->nargs; i++)
		n->args[i] = list_nth(args, i);
	return n;
}

static Term *
convert_list(Parser *ps, TermKind kind, List *args, int location)
{
	Term	   *n = make_term(ps, kind, location, list_length(args));

	for (int i = 0; i < n->nargs; i++)
		n->args[i] = convert(ps, list_nth(args, i));
	return n;
}

static Term *
convert_case(Parser *ps, CaseExpr *c)
{
	List	   *parts = NIL;
	ListCell   *lc;
	Term	   *n;

	if (c->arg)
		parts = lappend(parts, c->arg);
	foreach(lc, c->args)
	{
		CaseWhen   *w = lfirst_node(CaseWhen, lc);

		parts = lappend(parts, w->expr);
		parts = lappend(parts, w->result);
	}
	if (c->defresult)
		parts = lappend(parts, c->defresult);
	n = convert_list(ps, TERM_CASE, parts, c->location);
	n->has_operand = c->arg != NULL;
	n->has_else = c->defresult != NULL;
	return n;
}

static Term *
convert_test(Parser *ps, BooleanTest *t)
{
	Term	   *n = make_term(ps, TERM_IS_TRUTH, t->location, 1);

	n->args[0] = convert(ps, t->arg);
	n->negated = t->booltesttype == IS_NOT_TRUE || t->booltesttype == IS_NOT_FALSE ||
		t->booltesttype == IS_NOT_UNKNOWN;
	if (t->booltesttype == IS_TRUE || t->booltesttype == IS_NOT_TRUE)
		n->op = TRI_TRUE;
	else if (t->booltesttype == IS_FALSE || t->booltesttype == IS_NOT_FALSE)
		n->op = TRI_FALSE;
	else
		n->op = TRI_UNKNOWN;
	return n;
}

/* One node of the white list. */
static Term *
convert_node(Parser *ps, void *raw)
{
	Term	   *n;

	switch (nodeTag(raw))
	{
		case T_ColumnRef:
			return convert_column(ps, raw);
		case T_A_Const:
			return convert_constant(ps, raw);
		case T_TypeCast:
			return convert_cast(ps, raw);
		case T_A_ArrayExpr:
			return convert_array(ps, raw);
		case T_A_Expr:
			return convert_a_expr(ps, raw);
		case T_BoolExpr:
			return convert_bool(ps, raw);
		case T_NullTest:
			n = make_term(ps, TERM_IS_NULL, ((NullTest *) raw)->location, 1);
			n->args[0] = convert(ps, ((NullTest *) raw)->arg);
			n->negated = ((NullTest *) raw)->nulltesttype == IS_NOT_NULL;
			return n;
		case T_BooleanTest:
			return convert_test(ps, raw);
		case T_CaseExpr:
			return convert_case(ps, raw);
		case T_CoalesceExpr:
			return convert_list(ps, TERM_COALESCE, ((CoalesceExpr *) raw)->args,
								((CoalesceExpr *) raw)->location);
		case T_MinMaxExpr:
			return convert_list(ps, ((MinMaxExpr *) raw)->op == IS_GREATEST ?
								TERM_GREATEST : TERM_LEAST,
								((MinMaxExpr *) raw)->args, ((MinMaxExpr *) raw)->location);
		case T_FuncCall:
			return convert_call(ps, raw);
		case T_SubLink:
			not_allowed(ps, "a subquery", exprLocation((struct Node *) raw), NULL);
			break;
		case T_SQLValueFunction:
			not_allowed(ps, "a function of the clock or the session", exprLocation((struct Node *) raw),
						"The date of evaluation is called as_of.");
			break;
		case T_ParamRef:
			not_allowed(ps, "a parameter", exprLocation((struct Node *) raw), NULL);
			break;
		default:
			not_allowed(ps, "this kind of SQL", exprLocation((struct Node *) raw), NULL);
	}
	return NULL;
}

/* Is a value looked at more than once where such a node is evaluated? */
static bool
looks_twice(const void *raw)
{
	switch (nodeTag(raw))
	{
		case T_CoalesceExpr:
		case T_MinMaxExpr:
			return true;
		case T_CaseExpr:
			return ((const CaseExpr *) raw)->arg != NULL;
		case T_A_Expr:
			return ((const A_Expr *) raw)->kind != AEXPR_OP &&
				((const A_Expr *) raw)->kind != AEXPR_LIKE;
		default:
			return false;
	}
}

/* The white list, and a limit to what would take exponential time. */
Term *
convert(Parser *ps, void *raw)
{
	bool		twice;
	Term	   *n;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	raw = plain_sql(raw);
	twice = looks_twice(raw);
	if (twice && ++ps->nested > EXPR_MAX_NESTED)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("more than %d of coalesce, nullif, least, greatest, CASE x, IN, BETWEEN and IS DISTINCT FROM stand inside one another",
						EXPR_MAX_NESTED),
				 AT(ps, exprLocation(raw))));
	n = convert_node(ps, raw);
	if (twice)
		ps->nested--;
	return n;
}

/* The tree of an expression's text, not typed yet. */
Term *
expression_raw(const char *source, CodeList *codes)
{
	Parser		ps = {source, codes, 0, 0};

	return convert(&ps, raw_parse(source));
}
