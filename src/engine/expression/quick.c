/*
 * quick.c
 *	  The conditions that most criteria consist of, decided in one step.
 *
 * An indicator against constants, a flag, a quotient of two indicators against
 * a constant: each is laid out flat when the expression is compiled, and is
 * decided without a walk down the tree.  What is not certain here, or of
 * another type than usual, goes the ordinary way; so does numeric.
 */
#include "postgres.h"

#include <float.h>

#include "miscadmin.h"

#include "term.h"

/* up to here members are looked at one by one, beyond by halving */
#define SEARCH_FROM		12
/* a - c * b as doubles, and numeric's rounding of a / b, against both sizes */
#define QUOTIENT_MARGIN	4e-15

typedef enum QuickKind
{
	QUICK_FLAG,
	QUICK_RANGE,
	QUICK_QUOTIENT,
	QUICK_NUMBERS,
	QUICK_TEXTS
} QuickKind;

typedef struct QuickText
{
	uint64		key;			/* the first 8 bytes */
	uint32		len;
	const char *text;
} QuickText;

struct Quick
{
	QuickKind	kind;
	bool		negated;
	int			code;
	int			divisor;		/* quotient: its code */
	CompareOp	op;				/* quotient */
	double		low;			/* range: both ends belong to it; quotient: the constant */
	double		high;
	int			count;			/* members, in ascending order */
	double	   *numbers;
	QuickText  *texts;
};

/* ---- deciding ---- */

/* The first bytes of a text as one number; reads nothing beyond it. */
static inline uint64
text_key(const char *text, uint32 len)
{
	const uint8 *at = (const uint8 *) text;
	uint64		key = 0;
	uint32		low;
	uint32		high;

	if (len >= sizeof(uint64))
		memcpy(&key, at, sizeof(uint64));
	else if (len >= sizeof(uint32))
	{
		memcpy(&low, at, sizeof(low));
		memcpy(&high, at + len - sizeof(high), sizeof(high));
		key = low | (uint64) high << (8 * (len - sizeof(high)));
	}
	else if (len > 0)
		key = at[0] | (uint64) at[len / 2] << (8 * (len / 2)) |
			(uint64) at[len - 1] << (8 * (len - 1));
	return key;
}

/* Any order will do that is the same for all texts. */
static inline int
quick_text_order(const QuickText *a, const QuickText *b)
{
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return a->len <= sizeof(uint64) ? 0 : memcmp(a->text, b->text, a->len);
}

static bool
has_text(const Quick *q, const QuickText *text)
{
	int			low = 0;
	int			high = q->count;

	if (high <= SEARCH_FROM)
	{
		for (int i = 0; i < high; i++)
			if (q->texts[i].key == text->key && quick_text_order(&q->texts[i], text) == 0)
				return true;
		return false;
	}
	while (low < high)
	{
		int			mid = (low + high) / 2;
		int			order = quick_text_order(text, &q->texts[mid]);

		if (order == 0)
			return true;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return false;
}

static bool
has_number(const Quick *q, double value)
{
	int			low = 0;
	int			high = q->count;

	while (high - low > SEARCH_FROM)
	{
		int			mid = (low + high) / 2;

		if (q->numbers[mid] <= value)
			low = mid;
		else
			high = mid;
	}
	for (; low < high; low++)
		if (q->numbers[low] == value)
			return true;
	return false;
}

/*
 * a / b against c is a against c * b, the other way round where b is negative;
 * unless both are so near that the roundings on either way count.
 */
static Tri
quotient(const Quick *q, double a, double b)
{
	double		scaled = q->low * b;
	double		gap = a - scaled;

	if (b == 0 ||
		!(fabs(gap) > (fabs(a) + fabs(scaled)) * QUOTIENT_MARGIN + DBL_MIN / DBL_EPSILON) ||
		!(fabs(gap) < FILTER_LARGEST))
		return TRI_UNKNOWN;
	return (gap > 0) == ((b > 0) == (q->op == CMP_GT || q->op == CMP_GE)) ? TRI_TRUE : TRI_FALSE;
}

/*
 * The answer of the condition; *decided is false where it has to be found the
 * ordinary way.
 */
static inline Tri
decide(const Quick *q, const Subject *s, bool *decided)
{
	int			slot = s->slots[q->code];
	uint64		w;
	uint64		v;
	double		x;
	double		y;
	bool		holds;
	QuickText	text;
	Tri			t;

	*decided = true;
	if (slot < 0)
		return TRI_UNKNOWN;
	w = s->profile->word[slot];
	if (q->kind == QUICK_FLAG)
	{
		if (WORD_TYPE(w) != VALUE_BOOLEAN)
			return TRI_UNKNOWN;
		holds = WORD_BOOLEAN(w);
	}
	else if (q->kind == QUICK_TEXTS)
	{
		*decided = WORD_TYPE(w) == VALUE_TEXT;
		if (!*decided)
			return TRI_UNKNOWN;
		text.text = profile_heap(s->profile) + WORD_OFFSET(w);
		text.len = WORD_LENGTH(w);
		text.key = text_key(text.text, text.len);
		holds = has_text(q, &text);
	}
	else
	{
		if (WORD_TYPE(w) != VALUE_NUMBER)
			return TRI_UNKNOWN;
		x = filtered_from_decimal(word_decimal(w)).value;
		if (q->kind == QUICK_QUOTIENT)
		{
			slot = s->slots[q->divisor];
			*decided = slot >= 0;
			if (slot < 0)
				return TRI_UNKNOWN;
			v = s->profile->word[slot];
			*decided = WORD_TYPE(v) == VALUE_NUMBER;
			y = filtered_from_decimal(word_decimal(v)).value;
			t = *decided ? quotient(q, x, y) : TRI_UNKNOWN;
			*decided = t != TRI_UNKNOWN;
			return t;
		}
		*decided = !isnan(x);
		holds = q->kind == QUICK_RANGE ? x >= q->low && x <= q->high : has_number(q, x);
	}
	return holds != q->negated ? TRI_TRUE : TRI_FALSE;
}

Tri
quick_test(const Quick *q, const Subject *s, bool *decided)
{
	return decide(q, s, decided);
}

/* AND and OR: the deciding value ends it. */
Tri
eval_joined(const Term *n, Subject *s, Tri deciding)
{
	Tri			result = TRI_TRUE - deciding;

	for (int i = 0; i < n->nargs; i++)
	{
		const Term *arg = n->args[i];
		bool		decided = false;
		Tri			t = TRI_UNKNOWN;

		if (arg->quick != NULL && !s->exact)
			t = decide(arg->quick, s, &decided);
		if (!decided)
			t = eval_boolean(arg, s);
		if (t == deciding)
			return deciding;
		if (t == TRI_UNKNOWN)
		{
			if (s->uncertain)
				return TRI_UNKNOWN;
			result = TRI_UNKNOWN;
		}
	}
	return result;
}

/* ---- laying out ---- */

static Quick *
new_quick(QuickKind kind, const Term *indicator, bool negated)
{
	Quick	   *q = palloc0(sizeof(Quick));

	q->kind = kind;
	q->code = indicator->code;
	q->negated = negated;
	return q;
}

static bool
is_indicator(const Term *n, ExprType type)
{
	return n->kind == TERM_INDICATOR && n->type == type;
}

/* A constant whose double orders as it does among those of indicators. */
static bool
is_short_constant(const Term *n)
{
	return n->kind == TERM_NUMBER && n->short_decimal && isfinite(n->number.value);
}

static int
number_cmp(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

static int
text_cmp(const void *a, const void *b)
{
	return quick_text_order(a, b);
}

/* One of some constants. */
static Quick *
quick_members(Term *const *args, int nargs, const Term *indicator, bool negated)
{
	bool		numbers = indicator->type == EXPR_NUMBER;
	Quick	   *q;

	for (int i = 0; i < nargs; i++)
		if (numbers ? !is_short_constant(args[i]) : args[i]->kind != TERM_TEXT)
			return NULL;
	q = new_quick(numbers ? QUICK_NUMBERS : QUICK_TEXTS, indicator, negated);
	q->count = nargs;
	if (numbers)
	{
		q->numbers = palloc(nargs * sizeof(double));
		for (int i = 0; i < nargs; i++)
			q->numbers[i] = args[i]->number.value;
		qsort(q->numbers, nargs, sizeof(double), number_cmp);
		return q;
	}
	q->texts = palloc(nargs * sizeof(QuickText));
	for (int i = 0; i < nargs; i++)
	{
		q->texts[i].key = text_key(args[i]->text, args[i]->len);
		q->texts[i].len = args[i]->len;
		q->texts[i].text = args[i]->text;
	}
	qsort(q->texts, nargs, sizeof(QuickText), text_cmp);
	return q;
}

/* An indicator from one constant to another, or beyond one. */
static Quick *
quick_range(const Term *indicator, CompareOp op, double value)
{
	Quick	   *q = new_quick(QUICK_RANGE, indicator, op == CMP_NE);

	q->low = op == CMP_LT || op == CMP_LE ? -DBL_MAX : op == CMP_GT ? nextafter(value, INFINITY) : value;
	q->high = op == CMP_GT || op == CMP_GE ? DBL_MAX : op == CMP_LT ? nextafter(value, -INFINITY) : value;
	return q;
}

/* The operator with its sides exchanged. */
static CompareOp
exchanged(CompareOp op)
{
	static const CompareOp others[] = {CMP_EQ, CMP_NE, CMP_GT, CMP_GE, CMP_LT, CMP_LE};

	return others[op];
}

static Quick *
quick_comparison(const Term *n)
{
	bool		turned = n->args[1]->kind == TERM_INDICATOR ||
		n->args[1]->kind == TERM_ARITHMETIC;
	Term	   *left = n->args[turned ? 1 : 0];
	Term	   *right = n->args[turned ? 0 : 1];
	CompareOp	op = turned ? exchanged(n->op) : (CompareOp) n->op;
	Quick	   *q;

	if (is_indicator(left, EXPR_TEXT) && (op == CMP_EQ || op == CMP_NE))
		return quick_members(&right, 1, left, op == CMP_NE);
	if (!is_short_constant(right))
		return NULL;
	if (is_indicator(left, EXPR_NUMBER))
		return quick_range(left, op, right->number.value);
	if (left->kind != TERM_ARITHMETIC || left->op != '/' || op == CMP_EQ || op == CMP_NE ||
		right->number.value == 0 || !is_indicator(left->args[0], EXPR_NUMBER) ||
		!is_indicator(left->args[1], EXPR_NUMBER))
		return NULL;
	q = new_quick(QUICK_QUOTIENT, left->args[0], false);
	q->divisor = left->args[1]->code;
	q->op = op;
	q->low = right->number.value;
	return q;
}

static Quick *
quick_between(const Term *n)
{
	Quick	   *q;

	if (n->symmetric || !is_indicator(n->args[0], EXPR_NUMBER) ||
		!is_short_constant(n->args[1]) || !is_short_constant(n->args[2]))
		return NULL;
	q = new_quick(QUICK_RANGE, n->args[0], n->negated);
	q->low = n->args[1]->number.value;
	q->high = n->args[2]->number.value;
	return q;
}

/* Lay out what can be decided in one step; NULL: nothing here. */
static Quick *
quick_of(const Term *n)
{
	switch (n->kind)
	{
		case TERM_INDICATOR:
			return n->type == EXPR_BOOLEAN ? new_quick(QUICK_FLAG, n, false) : NULL;
		case TERM_NOT:
			return is_indicator(n->args[0], EXPR_BOOLEAN) ? new_quick(QUICK_FLAG, n->args[0], true) : NULL;
		case TERM_COMPARE:
			return quick_comparison(n);
		case TERM_BETWEEN:
			return quick_between(n);
		case TERM_IN:
			return is_indicator(n->args[0], EXPR_NUMBER) || is_indicator(n->args[0], EXPR_TEXT) ?
				quick_members(n->args + 1, n->nargs - 1, n->args[0], n->negated) : NULL;
		default:
			return NULL;
	}
}

/* For an expression that will be evaluated often; in the context that it lives in. */
void
quicken(Term *n)
{
	check_stack_depth();
	n->quick = quick_of(n);
	if (n->quick == NULL)
		for (int i = 0; i < n->nargs; i++)
			quicken(n->args[i]);
}
