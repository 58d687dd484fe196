/*
 * values.c
 *	  Texts, dates and sets of a subject, and the branch that gives a value.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "term.h"

/* Member i of a set; *at is NULL before the first. */
const char *
set_member(const SetView *set, uint32 i, const char **at, int *len)
{
	const char *text;

	if (set->heap == NULL)
	{
		*len = set->members[i]->len;
		return set->members[i]->text;
	}
	if (i == 0)
		*at = set->heap;
	*len = heap_uint32(*at);
	text = *at + sizeof(uint32);
	*at = text + *len;
	return text;
}

/* The largest or smallest known member: SQL ignores unknown ones, unless strict. */
static const Term *
extreme_branch(const Term *n, Subject *s)
{
	const Term *best = NULL;
	int			order;

	for (int i = 0; i < n->nargs && !s->uncertain; i++)
	{
		if (is_unknown(n->args[i], s))
		{
			if (s->strict)
				return NULL;
			continue;
		}
		if (best == NULL)
			best = n->args[i];
		else if (compare_terms(n->args[i], best, s, &order) &&
				 (n->kind == TERM_GREATEST ? order > 0 : order < 0))
			best = n->args[i];
	}
	return best;
}

const Term *
case_branch(const Term *n, Subject *s)
{
	int			i = n->has_operand ? 1 : 0;
	int			end = n->nargs - (n->has_else ? 1 : 0);
	int			order;

	if (n->kind == TERM_COALESCE)
	{
		for (i = 0; i < n->nargs && !s->uncertain; i++)
			if (!is_unknown(n->args[i], s))
				return n->args[i];
		return NULL;
	}
	if (n->kind != TERM_CASE)
		return extreme_branch(n, s);
	for (; i < end; i += 2)
	{
		if (n->has_operand ?
			compare_terms(n->args[0], n->args[i], s, &order) && order == 0 :
			eval_boolean(n->args[i], s) == TRI_TRUE)
			return n->args[i + 1];
		if (s->uncertain)
			return NULL;
	}
	return n->has_else ? n->args[end] : NULL;
}

/* A date is read as its ISO text where a text is needed. */
static bool
load_text(const Term *n, const Subject *s, const char **text, int *len)
{
	uint64		w;

	if (load_word(n, s, VALUE_TEXT, &w))
	{
		*text = profile_heap(s->profile) + WORD_OFFSET(w);
		*len = WORD_LENGTH(w);
		return true;
	}
	if (load_word(n, s, VALUE_DATE, &w))
	{
		char	   *buf = palloc(16);

		iso_date_text(WORD_DATE(w), buf);
		*text = buf;
		*len = 10;
		return true;
	}
	return false;
}

bool
eval_text(const Term *n, Subject *s, const char **text, int *len)
{
	const Term *branch;
	int			order;

	switch (n->kind)
	{
		case TERM_INDICATOR:
			return load_text(n, s, text, len);
		case TERM_TEXT:
			*text = n->text;
			*len = n->len;
			return true;
		case TERM_NULLIF:
			if (compare_terms(n->args[0], n->args[1], s, &order) && order == 0)
				return false;
			return !s->uncertain && eval_text(n->args[0], s, text, len);
		case TERM_FUNCTION:
			return call_for_text(n, s, text, len);
		case TERM_NULL:
			return false;
		default:
			branch = case_branch(n, s);
			return branch != NULL && eval_text(branch, s, text, len);
	}
}

/* In "a - b <= 365" nothing says that a and b are dates: their values do. */
bool
days_apart(const Term *n, const Subject *s, int *days)
{
	uint64		a;
	uint64		b;

	if (n->op != '-' || n->args[0]->kind != TERM_INDICATOR ||
		n->args[1]->kind != TERM_INDICATOR ||
		!load_word(n->args[0], s, VALUE_DATE, &a) || !load_word(n->args[1], s, VALUE_DATE, &b))
		return false;
	*days = WORD_DATE(a) - WORD_DATE(b);
	return true;
}

/* date ± days, date ± interval */
static bool
eval_date_arithmetic(const Term *n, Subject *s, DateADT *result)
{
	const Term *right = n->args[1];
	int			sign = n->op == '-' ? -1 : 1;
	DateADT		date;
	Numeric		days;
	double		d;

	if (!eval_date(n->args[0], s, &date))
		return false;
	if (right->kind == TERM_INTERVAL)
		return date_add_interval(date, sign * right->months, sign * right->days, result);
	if (!number_exact(right, s, &days))
		return false;
	/* SQL adds whole days only */
	d = strtod(numeric_to_text(days), NULL);
	if (d != rint(d) || fabs(d) > 4e6)
		return false;
	return date_add_interval(date, 0, sign * (int) d, result);
}

bool
eval_date(const Term *n, Subject *s, DateADT *result)
{
	const Term *branch;
	uint64		w;
	int			order;

	switch (n->kind)
	{
		case TERM_INDICATOR:
			if (!load_word(n, s, VALUE_DATE, &w))
				return false;
			*result = WORD_DATE(w);
			return true;
		case TERM_AS_OF:
			*result = s->as_of;
			return s->as_of_known;
		case TERM_DATE:
			*result = n->date;
			return true;
		case TERM_ARITHMETIC:
			return eval_date_arithmetic(n, s, result);
		case TERM_NULLIF:
			if (compare_terms(n->args[0], n->args[1], s, &order) && order == 0)
				return false;
			return !s->uncertain && eval_date(n->args[0], s, result);
		case TERM_FUNCTION:
			return call_for_date(n, s, result);
		case TERM_NULL:
			return false;
		default:
			branch = case_branch(n, s);
			return branch != NULL && eval_date(branch, s, result);
	}
}

bool
eval_set(const Term *n, Subject *s, SetView *result)
{
	const Term *branch;
	uint64		w;

	switch (n->kind)
	{
		case TERM_INDICATOR:
			if (!load_word(n, s, VALUE_SET, &w))
				return false;
			result->heap = profile_heap(s->profile) + WORD_OFFSET(w);
			result->count = WORD_LENGTH(w);
			result->members = NULL;
			return true;
		case TERM_SET:
			result->heap = NULL;
			result->count = n->nargs;
			result->members = n->args;
			return true;
		case TERM_CASE:
		case TERM_COALESCE:
			branch = case_branch(n, s);
			return branch != NULL && eval_set(branch, s, result);
		default:
			return false;
	}
}
