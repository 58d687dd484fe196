/*
 * typing.c
 *	  The type of every part of an expression, found from its use.
 *
 * Nothing declares an indicator's type: "revenue >= 1" makes revenue a number,
 * "industry = 'C39'" makes industry a text, and an indicator has one type in
 * the whole expression.  The tree is walked until nothing new is learnt; what
 * is then open is settled by default, the weakest evidence last.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "term.h"

typedef enum Phase
{
	PHASE_EVIDENCE,				/* only what is certain */
	PHASE_DATE_TEXTS,			/* a literal that looks like a date is a text after all */
	PHASE_DEFAULTS,				/* what is still open is a number */
	PHASE_DONE
} Phase;

typedef struct CodeType
{
	ExprType	type;
	int			location;
} CodeType;

typedef struct Typing
{
	const char *source;
	CodeType   *codes;
	Phase		phase;
	bool		backwards;		/* of AND and OR, every other time: a chain is learnt from both ends */
	uint32		version;		/* counts what has been learnt */
} Typing;

static ExprType infer(Typing *t, Term *n, ExprType want);

const char *
expr_type_name(ExprType type)
{
	switch (type)
	{
		case EXPR_NUMBER:
			return "number";
		case EXPR_BOOLEAN:
			return "boolean";
		case EXPR_TEXT:
			return "text";
		case EXPR_DATE:
			return "date";
		case EXPR_SET:
			return "set";
		case EXPR_INTERVAL:
			return "interval";
		default:
			return "value";
	}
}

/* What may be meant instead; NULL: no advice. */
static const char *
mismatch_hint(const Term *n, ExprType is, ExprType want)
{
	if (want == EXPR_INTERVAL)
		return "A date minus a date is a number of days; write founded <= as_of - INTERVAL '2 years'.";
	if (want == EXPR_SET && n->kind == TERM_TEXT)
		return "A set of constants is written ARRAY['a', 'b'].";
	if (want == EXPR_BOOLEAN && is == EXPR_NUMBER)
		return "A condition compares, such as x > 0.";
	return NULL;
}

static void
mismatch(Typing *t, const Term *n, ExprType is, ExprType want)
{
	const char *hint = mismatch_hint(n, is, want);

	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("%s %s stands where %s %s is expected",
					is == EXPR_INTERVAL ? "an" : "a", expr_type_name(is),
					want == EXPR_INTERVAL ? "an" : "a", expr_type_name(want)),
			 hint ? errhint("%s", hint) : 0,
			 expression_errposition(t->source, n->location)));
}

/* An expression whose type is certain, against what its place needs. */
static ExprType
settle(Typing *t, Term *n, ExprType is, ExprType want)
{
	if (want != EXPR_UNTYPED && is != want)
		mismatch(t, n, is, want);
	if (n->type != is)
	{
		n->type = is;
		t->version++;
	}
	return is;
}

static ExprType
infer_indicator(Typing *t, Term *n, ExprType want)
{
	CodeType   *code = &t->codes[n->code];

	if (want == EXPR_INTERVAL)
		mismatch(t, n, EXPR_UNTYPED, want);
	if (code->type == EXPR_UNTYPED && want != EXPR_UNTYPED)
	{
		code->type = want;
		code->location = n->location;
		t->version++;
	}
	if (want != EXPR_UNTYPED && code->type != want)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("indicator \"%s\" is used as a %s here and as a %s at position %d",
						n->name, expr_type_name(want), expr_type_name(code->type),
						pg_mbstrlen_with_len(t->source, code->location) + 1),
				 expression_errposition(t->source, n->location)));
	n->type = code->type;
	return n->type;
}

/* 2020/1/1, 2024-02-30: meant as a date, compared as a text it would decide wrongly. */
static bool
is_bad_date(const char *text, int len)
{
	int			digits[3] = {0, 0, 0};
	int			part = 0;

	for (int i = 0; i < len; i++)
	{
		if (text[i] >= '0' && text[i] <= '9')
			digits[part]++;
		else if ((text[i] == '-' || text[i] == '/' || text[i] == '.') && part < 2)
			part++;
		else
			return false;
	}
	return part == 2 && digits[0] == 4 && digits[1] >= 1 && digits[1] <= 2 &&
		digits[2] >= 1 && digits[2] <= 2;
}

/* A text constant becomes a date where a date is needed, as in SQL. */
static ExprType
infer_text(Typing *t, Term *n, ExprType want)
{
	DateADT		date;
	bool		looks_like_date = iso_date_parse(n->text, n->len, &date);

	if (!looks_like_date && (want == EXPR_DATE || is_bad_date(n->text, n->len)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_DATETIME_FORMAT),
				 errmsg("invalid date: \"%.*s\"", n->len, n->text),
				 errhint("Write a date as DATE '2019-01-31'."),
				 expression_errposition(t->source, n->location)));
	if (want == EXPR_DATE)
	{
		n->kind = TERM_DATE;
		n->date = date;
		return settle(t, n, EXPR_DATE, want);
	}
	if (looks_like_date && want == EXPR_UNTYPED && t->phase < PHASE_DATE_TEXTS)
		return EXPR_UNTYPED;
	return settle(t, n, EXPR_TEXT, want);
}

/* Two terms that must be alike and are not: name the indicator, if one is there. */
static void
unlike(Typing *t, const Term *a, const Term *b)
{
	const Term *known = a->kind == TERM_INDICATOR ? a : b;
	const Term *other = known == a ? b : a;

	if (known->kind != TERM_INDICATOR)
		mismatch(t, b, b->type, a->type);
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("indicator \"%s\" is compared with a %s here and used as a %s at position %d",
					known->name, expr_type_name(other->type), expr_type_name(known->type),
					pg_mbstrlen_with_len(t->source, t->codes[known->code].location) + 1),
			 expression_errposition(t->source, known->location)));
}

/* Indicators of which nothing is known are compared as the values that they have. */
static bool
all_indicators(Term **args, int nargs)
{
	for (int i = 0; i < nargs; i++)
		if (args[i]->kind != TERM_INDICATOR && args[i]->kind != TERM_NULL)
			return false;
	return true;
}

/* Some terms that must be of one type; returns it, or untyped. */
static ExprType
infer_alike(Typing *t, Term **args, int nargs, ExprType want)
{
	ExprType	type = want;
	Term	   *first = NULL;

	for (int i = 0; i < nargs && want == EXPR_UNTYPED; i++)
	{
		ExprType	own = infer(t, args[i], EXPR_UNTYPED);

		if (own == EXPR_UNTYPED)
			continue;
		/* a text constant may still become a date */
		if (first == NULL || (type == EXPR_TEXT && first->kind == TERM_TEXT && own == EXPR_DATE))
		{
			first = args[i];
			type = own;
		}
		else if (own != type && !(own == EXPR_TEXT && args[i]->kind == TERM_TEXT &&
								  type == EXPR_DATE))
			unlike(t, first, args[i]);
	}
	if (type == EXPR_UNTYPED && t->phase == PHASE_DEFAULTS && !all_indicators(args, nargs))
		type = EXPR_NUMBER;
	if (type != EXPR_UNTYPED)
		for (int i = 0; i < nargs; i++)
			infer(t, args[i], type);
	return type;
}

/* date ± days, date ± interval, date - date, or numbers */
static ExprType
infer_plus_minus(Typing *t, Term *n, ExprType want)
{
	Term	   *left = n->args[0];
	Term	   *right = n->args[1];
	ExprType	l = infer(t, left, EXPR_UNTYPED);
	ExprType	r = infer(t, right, EXPR_UNTYPED);

	if (l == EXPR_INTERVAL || (r == EXPR_DATE && n->op == '+'))
		mismatch(t, l == EXPR_INTERVAL ? left : right, l == EXPR_INTERVAL ? l : r,
				 l == EXPR_INTERVAL ? EXPR_DATE : EXPR_NUMBER);
	if (r == EXPR_INTERVAL)
	{
		infer(t, left, EXPR_DATE);
		return settle(t, n, EXPR_DATE, want);
	}
	if (r == EXPR_DATE)
	{
		infer(t, left, EXPR_DATE);
		return settle(t, n, EXPR_NUMBER, want);
	}
	if (l == EXPR_DATE || want == EXPR_DATE)
	{
		infer(t, left, EXPR_DATE);
		if (r == EXPR_UNTYPED && n->op == '-' && want == EXPR_UNTYPED &&
			t->phase < PHASE_DEFAULTS)
			return EXPR_UNTYPED;
		if (r == EXPR_UNTYPED && n->op == '-' && want != EXPR_DATE)
		{
			infer(t, right, EXPR_DATE);
			return settle(t, n, EXPR_NUMBER, want);
		}
		infer(t, right, EXPR_NUMBER);
		return settle(t, n, EXPR_DATE, want);
	}
	/* two open sides, or one open and a number: dates are still possible */
	if ((l == EXPR_UNTYPED || (r == EXPR_UNTYPED && l != EXPR_NUMBER)) &&
		t->phase < PHASE_DEFAULTS &&
		(want == EXPR_UNTYPED || (n->op == '-' && r == EXPR_UNTYPED)))
		return EXPR_UNTYPED;
	infer(t, left, EXPR_NUMBER);
	infer(t, right, EXPR_NUMBER);
	return settle(t, n, EXPR_NUMBER, want);
}

static ExprType
infer_case(Typing *t, Term *n, ExprType want)
{
	int			first = n->has_operand ? 1 : 0;
	int			pairs = (n->nargs - first - (n->has_else ? 1 : 0)) / 2;
	Term	  **alike = palloc(sizeof(Term *) * (pairs + 1));
	ExprType	type;

	for (int i = 0; i < pairs; i++)
	{
		alike[i] = n->args[first + 2 * i];
		if (!n->has_operand)
			infer(t, alike[i], EXPR_BOOLEAN);
	}
	if (n->has_operand)
	{
		alike[pairs] = n->args[0];
		infer_alike(t, alike, pairs + 1, EXPR_UNTYPED);
	}
	for (int i = 0; i < pairs; i++)
		alike[i] = n->args[first + 2 * i + 1];
	if (n->has_else)
		alike[pairs] = n->args[n->nargs - 1];
	type = infer_alike(t, alike, pairs + (n->has_else ? 1 : 0), want);
	if (type == EXPR_UNTYPED && t->phase == PHASE_DEFAULTS)
		type = infer_alike(t, alike, pairs + (n->has_else ? 1 : 0), EXPR_NUMBER);
	pfree(alike);
	return type == EXPR_UNTYPED ? type : settle(t, n, type, want);
}

/* Intervals and sets are not compared. */
static void
check_ordered(Typing *t, const Term *n, ExprType type)
{
	if (type == EXPR_INTERVAL || type == EXPR_SET)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("%ss are not compared so", expr_type_name(type)),
				 type == EXPR_SET ? errhint("Use = ANY (set), @> or &&.") :
				 errhint("Add the interval to a date."),
				 expression_errposition(t->source, n->location)));
}

static ExprType
infer_condition(Typing *t, Term *n, ExprType want)
{
	switch (n->kind)
	{
		case TERM_AND:
		case TERM_OR:
		case TERM_NOT:
		case TERM_IS_TRUTH:
			for (int i = 0; i < n->nargs; i++)
				infer(t, n->args[t->backwards ? n->nargs - 1 - i : i], EXPR_BOOLEAN);
			break;
		case TERM_IS_NULL:
			infer(t, n->args[0], EXPR_UNTYPED);
			break;
		case TERM_LIKE:
			infer(t, n->args[0], EXPR_TEXT);
			infer(t, n->args[1], EXPR_TEXT);
			break;
		case TERM_ANY:
			infer(t, n->args[0], EXPR_TEXT);
			infer(t, n->args[1], EXPR_SET);
			break;
		case TERM_CONTAINS:
		case TERM_OVERLAPS:
			infer(t, n->args[0], EXPR_SET);
			infer(t, n->args[1], EXPR_SET);
			break;
		default:
			check_ordered(t, n, infer_alike(t, n->args, n->nargs, EXPR_UNTYPED));
	}
	return settle(t, n, EXPR_BOOLEAN, want);
}

static ExprType
infer_leaf(Typing *t, Term *n, ExprType want)
{
	switch (n->kind)
	{
		case TERM_INDICATOR:
			return infer_indicator(t, n, want);
		case TERM_AS_OF:
		case TERM_DATE:
			return settle(t, n, EXPR_DATE, want);
		case TERM_NULL:
			if (want != EXPR_UNTYPED)
				settle(t, n, want, want);
			return want;
		case TERM_BOOLEAN:
			return settle(t, n, EXPR_BOOLEAN, want);
		case TERM_NUMBER:
			return settle(t, n, EXPR_NUMBER, want);
		case TERM_INTERVAL:
			return settle(t, n, EXPR_INTERVAL, want);
		case TERM_SET:
			for (int i = 0; i < n->nargs; i++)
				n->args[i]->type = EXPR_TEXT;
			return settle(t, n, EXPR_SET, want);
		default:
			return infer_text(t, n, want);
	}
}

/* What COALESCE and its kin yield when their place leaves it open. */
static ExprType
settled_or_number(Typing *t, Term *n)
{
	ExprType	type = infer_alike(t, n->args, n->nargs, EXPR_UNTYPED);

	return type == EXPR_UNTYPED ? EXPR_NUMBER : type;
}

static ExprType
infer_inner(Typing *t, Term *n, ExprType want)
{
	const FunctionInfo *f;
	ExprType	type;

	switch (n->kind)
	{
		case TERM_CASE:
			return infer_case(t, n, want);
		case TERM_COALESCE:
		case TERM_NULLIF:
		case TERM_GREATEST:
		case TERM_LEAST:
			type = infer_alike(t, n->args, n->nargs,
							   want == EXPR_UNTYPED && t->phase == PHASE_DEFAULTS ?
							   settled_or_number(t, n) : want);
			if (n->kind != TERM_COALESCE)
				check_ordered(t, n, type);
			return type == EXPR_UNTYPED ? type : settle(t, n, type, want);
		case TERM_ARITHMETIC:
			if (n->op == '+' || n->op == '-')
				return infer_plus_minus(t, n, want);
			/* FALLTHROUGH */
		case TERM_NEGATE:
			for (int i = 0; i < n->nargs; i++)
				infer(t, n->args[i], EXPR_NUMBER);
			return settle(t, n, EXPR_NUMBER, want);
		case TERM_FUNCTION:
			f = function_by_id(n->op);
			for (int i = 0; i < n->nargs; i++)
				infer(t, n->args[i], i == 0 ? f->arg_type : f->rest_type);
			return settle(t, n, f->result, want);
		default:
			return infer_condition(t, n, want);
	}
}

/*
 * The type of a term whose place wants a type, or leaves it open.  A term is
 * asked for from many sides: as long as nothing was learnt, the answer is that
 * of the last time.
 */
static ExprType
infer(Typing *t, Term *n, ExprType want)
{
	ExprType	type;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (n->kind <= TERM_SET)
		return infer_leaf(t, n, want);
	/* what was settled stays: a default does not unsettle it */
	if (want == EXPR_UNTYPED)
		want = n->type;
	if (n->inferred_at == t->version && (n->inferred & (1 << want)))
		return n->inferred_type[want];
	type = infer_inner(t, n, want);
	if (n->inferred_at != t->version)
		n->inferred = 0;
	n->inferred_at = t->version;
	n->inferred |= 1 << want;
	n->inferred_type[want] = type;
	return type;
}

/* Give every term its type, or raise an error that says which place is wrong. */
void
expression_type_check(Term *root, ExprType want, const char *source, CodeList *codes)
{
	Typing		t;

	t.source = source;
	t.codes = palloc0(Max(code_list_count(codes), 1) * sizeof(CodeType));
	t.phase = PHASE_EVIDENCE;
	t.backwards = false;
	t.version = 1;
	while (t.phase < PHASE_DONE)
	{
		uint32		before = ++t.version;

		infer(&t, root, want);
		/* a default may be evidence elsewhere: begin again with the certain */
		if (t.version != before)
			t.phase = PHASE_EVIDENCE;
		else
			t.phase++;
		t.backwards = !t.backwards;
	}
	pfree(t.codes);
}
