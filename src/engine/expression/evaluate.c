/*
 * evaluate.c
 *	  Conditions, texts, dates and sets against a subject: three-valued, as SQL.
 *
 * Numbers have two evaluators (number_fast.c, number_exact.c).  Where a fast
 * comparison is not certain, subject->uncertain is set, everything unwinds as
 * unknown, and the caller evaluates the whole expression again with
 * subject->exact.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "term.h"

static inline Tri
tri(bool b)
{
	return b ? TRI_TRUE : TRI_FALSE;
}

static inline Tri
tri_not(Tri t)
{
	return t == TRI_UNKNOWN ? t : (Tri) !t;
}

static int
text_order(const char *a, int a_len, const char *b, int b_len)
{
	int			c = memcmp(a, b, Min(a_len, b_len));

	return c != 0 ? (c > 0) - (c < 0) : (a_len > b_len) - (a_len < b_len);
}

/*
 * The double of a short decimal: an indicator or a constant of at most 15
 * digits.  Their nearest doubles keep their order; NaN has none.
 */
static inline bool
short_value(const Term *n, const Subject *s, double *value)
{
	Filtered	f;

	if (n->kind == TERM_NUMBER)
	{
		*value = n->number.value;
		return true;
	}
	if (!subject_load_number(s, n->code, &f))
		return false;
	*value = f.value;
	return true;
}

static inline bool
compare_short(const Term *a, const Term *b, Subject *s, int *order)
{
	double		x;
	double		y;

	if (!short_value(a, s, &x) || !short_value(b, s, &y))
		return false;
	*order = (x > y) - (x < y);
	s->uncertain = s->uncertain || isnan(x) || isnan(y);
	return !s->uncertain;
}

static bool
compare_numbers(const Term *a, const Term *b, Subject *s, int *order)
{
	Filtered	x;
	Filtered	y;
	Sign3		sign;

	if (s->exact)
	{
		Numeric		p;
		Numeric		q;

		if (!number_exact(a, s, &p) || !number_exact(b, s, &q))
			return false;
		*order = numeric_compare(p, q);
		return true;
	}
	if (a->short_decimal && b->short_decimal)
		return compare_short(a, b, s, order);
	if (!number_fast(a, s, &x) || !number_fast(b, s, &y) || s->uncertain)
		return false;
	sign = filtered_compare(x, y);
	s->uncertain = sign == SIGN_UNCERTAIN;
	*order = sign;
	return !s->uncertain;
}

/* Two indicators that nothing types: as the values they have, if those are alike. */
static bool
compare_as_they_are(const Term *a, const Term *b, Subject *s, int *order)
{
	static const ExprType types[] = {
		EXPR_NUMBER, EXPR_BOOLEAN, EXPR_TEXT, EXPR_DATE, EXPR_SET
	};
	Term		x = *a;
	Term		y = *b;
	uint64		v;
	uint64		w;

	if (a->kind != TERM_INDICATOR || b->kind != TERM_INDICATOR ||
		s->slots[a->code] < 0 || s->slots[b->code] < 0)
		return false;
	v = s->profile->word[s->slots[a->code]];
	w = s->profile->word[s->slots[b->code]];
	if (WORD_TYPE(v) != WORD_TYPE(w) || WORD_TYPE(v) == VALUE_SET)
		return false;
	x.type = y.type = types[WORD_TYPE(v)];
	return compare_terms(&x, &y, s, order);
}

/* The order of two values of one type; false: one of them is unknown. */
bool
compare_terms(const Term *a, const Term *b, Subject *s, int *order)
{
	const char *p;
	const char *q;
	int			p_len;
	int			q_len;
	DateADT		d;
	DateADT		e;
	Tri			t;
	Tri			u;

	switch (a->type)
	{
		case EXPR_NUMBER:
			return compare_numbers(a, b, s, order);
		case EXPR_TEXT:
			if (!eval_text(a, s, &p, &p_len) || !eval_text(b, s, &q, &q_len))
				return false;
			*order = text_order(p, p_len, q, q_len);
			return true;
		case EXPR_DATE:
			if (!eval_date(a, s, &d) || !eval_date(b, s, &e))
				return false;
			*order = (d > e) - (d < e);
			return true;
		case EXPR_BOOLEAN:
			t = eval_boolean(a, s);
			u = eval_boolean(b, s);
			if (t == TRI_UNKNOWN || u == TRI_UNKNOWN)
				return false;
			*order = (int) t - (int) u;
			return true;
		case EXPR_UNTYPED:
			return compare_as_they_are(a, b, s, order);
		default:
			return false;
	}
}

static bool
op_holds(int op, int order)
{
	switch (op)
	{
		case CMP_EQ:
			return order == 0;
		case CMP_NE:
			return order != 0;
		case CMP_LT:
			return order < 0;
		case CMP_LE:
			return order <= 0;
		case CMP_GT:
			return order > 0;
		default:
			return order >= 0;
	}
}

/* Is the value unknown?  For any type, also that of an indicator nobody typed. */
bool
is_unknown(const Term *n, Subject *s)
{
	Filtered	f;
	Numeric		num;
	const char *text;
	int			len;
	DateADT		date;
	SetView		set;

	switch (n->type)
	{
		case EXPR_NUMBER:
			if (s->exact)
				return !number_exact(n, s, &num);
			if (!number_fast(n, s, &f))
				return true;
			/* it may be a division by zero */
			s->uncertain = s->uncertain || isnan(f.value);
			return false;
		case EXPR_BOOLEAN:
			return eval_boolean(n, s) == TRI_UNKNOWN;
		case EXPR_TEXT:
			return !eval_text(n, s, &text, &len);
		case EXPR_DATE:
			return !eval_date(n, s, &date);
		case EXPR_SET:
			return !eval_set(n, s, &set);
		default:
			return n->kind != TERM_INDICATOR || s->slots[n->code] < 0;
	}
}

static Tri
eval_distinct(const Term *n, Subject *s)
{
	bool		a = is_unknown(n->args[0], s);
	bool		b = is_unknown(n->args[1], s);
	int			order = 1;
	bool		distinct;

	if (a || b)
		distinct = a != b;
	else
	{
		if (!compare_terms(n->args[0], n->args[1], s, &order))
			return TRI_UNKNOWN;
		distinct = order != 0;
	}
	return tri(distinct != n->negated);
}

static Tri
eval_between(const Term *n, Subject *s, const Term *low, const Term *high)
{
	int			order;
	bool		low_known = compare_terms(n->args[0], low, s, &order);
	bool		above = low_known && order >= 0;
	bool		high_known;

	if (low_known && !above)
		return TRI_FALSE;
	high_known = compare_terms(n->args[0], high, s, &order);
	if (high_known && order > 0)
		return TRI_FALSE;
	return low_known && high_known ? TRI_TRUE : TRI_UNKNOWN;
}

static Tri
eval_between_symmetric(const Term *n, Subject *s)
{
	Tri			a = eval_between(n, s, n->args[1], n->args[2]);
	Tri			b;

	if (a == TRI_TRUE)
		return a;
	b = eval_between(n, s, n->args[2], n->args[1]);
	if (b == TRI_TRUE)
		return b;
	return a == TRI_UNKNOWN || b == TRI_UNKNOWN ? TRI_UNKNOWN : TRI_FALSE;
}

static Tri
eval_in(const Term *n, Subject *s)
{
	bool		open = false;
	int			order;

	for (int i = 1; i < n->nargs; i++)
	{
		if (!compare_terms(n->args[0], n->args[i], s, &order))
			open = true;
		else if (order == 0)
			return tri(!n->negated);
	}
	return open ? TRI_UNKNOWN : tri(n->negated);
}

static bool
set_has(const SetView *set, const char *text, int len)
{
	const char *at = NULL;

	for (uint32 i = 0; i < set->count; i++)
	{
		int			member_len;
		const char *member = set_member(set, i, &at, &member_len);

		if (member_len == len && memcmp(member, text, len) == 0)
			return true;
	}
	return false;
}

static Tri
eval_any(const Term *n, Subject *s)
{
	SetView		set;
	const char *text;
	int			len;

	if (!eval_set(n->args[1], s, &set))
		return TRI_UNKNOWN;
	if (set.count == 0)
		return tri(n->negated);
	if (!eval_text(n->args[0], s, &text, &len))
		return TRI_UNKNOWN;
	return tri(set_has(&set, text, len) != n->negated);
}

/* a @> b, or a && b */
static Tri
eval_sets(const Term *n, Subject *s)
{
	SetView		a;
	SetView		b;
	const char *at = NULL;
	bool		every = n->kind == TERM_CONTAINS;

	if (!eval_set(n->args[0], s, &a) || !eval_set(n->args[1], s, &b))
		return TRI_UNKNOWN;
	for (uint32 i = 0; i < b.count; i++)
	{
		int			len;
		const char *member = set_member(&b, i, &at, &len);

		if (set_has(&a, member, len) != every)
			return tri(!every);
	}
	return tri(every);
}

/*
 * LIKE by characters of the database's encoding; the pattern was checked at
 * input.  Only the last % need be tried again with more: what stood before it
 * has been found as early as it can be.
 */
static bool
like(const char *t, const char *t_end, const char *p, const char *p_end)
{
	const char *again_p = NULL;
	const char *again_t = NULL;

	while (t < t_end || p < p_end)
	{
		if (p < p_end && *p == '%')
		{
			again_p = ++p;
			again_t = t;
			continue;
		}
		if (p < p_end && t < t_end)
		{
			if (*p == '_')
			{
				t += pg_mblen(t);
				p++;
				continue;
			}
			if (p[*p == '\\' ? 1 : 0] == *t)
			{
				p += *p == '\\' ? 2 : 1;
				t++;
				continue;
			}
		}
		if (again_p == NULL || again_t >= t_end)
			return false;
		CHECK_FOR_INTERRUPTS();
		again_t += pg_mblen(again_t);
		p = again_p;
		t = again_t;
	}
	return true;
}

static Tri
eval_like(const Term *n, Subject *s)
{
	const Term *pattern = n->args[1];
	const char *text;
	int			len;

	if (!eval_text(n->args[0], s, &text, &len))
		return TRI_UNKNOWN;
	return tri(like(text, text + len, pattern->text, pattern->text + pattern->len) != n->negated);
}

static Tri
eval_boolean_value(const Term *n, Subject *s)
{
	const Term *branch;
	uint64		w;
	int			order;

	switch (n->kind)
	{
		case TERM_INDICATOR:
			return load_word(n, s, VALUE_BOOLEAN, &w) ? tri(WORD_BOOLEAN(w)) : TRI_UNKNOWN;
		case TERM_BOOLEAN:
			return (Tri) n->op;
		case TERM_CASE:
		case TERM_COALESCE:
		case TERM_GREATEST:
		case TERM_LEAST:
			branch = case_branch(n, s);
			return branch == NULL ? TRI_UNKNOWN : eval_boolean(branch, s);
		case TERM_NULLIF:
			if (compare_terms(n->args[0], n->args[1], s, &order) && order == 0)
				return TRI_UNKNOWN;
			return s->uncertain ? TRI_UNKNOWN : eval_boolean(n->args[0], s);
		default:
			return TRI_UNKNOWN;
	}
}

Tri
eval_boolean(const Term *n, Subject *s)
{
	Tri			t;
	int			order;
	bool		decided;

	if (n->quick != NULL && !s->exact)
	{
		t = quick_test(n->quick, s, &decided);
		if (likely(decided))
			return t;
	}
	switch (n->kind)
	{
		case TERM_AND:
			return eval_joined(n, s, TRI_FALSE);
		case TERM_OR:
			return eval_joined(n, s, TRI_TRUE);
		case TERM_NOT:
			return tri_not(eval_boolean(n->args[0], s));
		case TERM_COMPARE:
			if (!compare_terms(n->args[0], n->args[1], s, &order))
				return TRI_UNKNOWN;
			return tri(op_holds(n->op, order));
		case TERM_BETWEEN:
			t = n->symmetric ? eval_between_symmetric(n, s) :
				eval_between(n, s, n->args[1], n->args[2]);
			return n->negated ? tri_not(t) : t;
		case TERM_IN:
			return eval_in(n, s);
		case TERM_ANY:
			return eval_any(n, s);
		case TERM_LIKE:
			return eval_like(n, s);
		case TERM_DISTINCT:
			return eval_distinct(n, s);
		case TERM_IS_NULL:
			return tri(is_unknown(n->args[0], s) != n->negated);
		case TERM_IS_TRUTH:
			t = eval_boolean(n->args[0], s);
			return tri((t == (Tri) n->op) != n->negated);
		case TERM_CONTAINS:
		case TERM_OVERLAPS:
			return eval_sets(n, s);
		default:
			return eval_boolean_value(n, s);
	}
}
