/*
 * nearest.c
 *	  nearest(): what is the least that would make a profile satisfy criteria?
 *
 * Clauses that share no indicator do not meet: each group of clauses that do is
 * solved for itself, and the changes are put together.  The changed profile is
 * then built and decided as any other before a row is returned.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "criteria.h"
#include "nearest.h"

PG_FUNCTION_INFO_V1(expression_nearest);

#define COLUMNS		7
#define MOST_NAMED	20			/* texts in one requirement */

/* ---- reasons ---- */

/* Why no change of one indicator mends this clause. */
static char *
why_stuck(Search *q, const Term *n)
{
	bool	   *reads = palloc0(Max(q->count, 1) * sizeof(bool));
	int			count = 0;
	int			unknown = 0;
	int			fixed = 0;
	const char *text = term_text(n);

	term_reads(n, reads);
	for (int i = 0; i < q->count; i++)
	{
		count += reads[i];
		unknown += reads[i] && q->levers[i].old == WORD_ABSENT;
		fixed += reads[i] && q->levers[i].fixed;
	}
	if (!q->s.as_of_known && term_reads_as_of(n))
		return psprintf("needs the as-of date: %s", text);
	if (count == 0 && term_reads_as_of(n))
		return psprintf("not on this as-of date, whatever the indicators: %s", text);
	if (count == 0)
		return psprintf("never true, whatever the indicators: %s", text);
	if (fixed == count)
		return psprintf("rests only on indicators that must not change: %s", text);
	if (unknown > 1)
		return psprintf("several of its indicators are unknown: %s", text);
	return psprintf("no value of one indicator alone satisfies it: %s", text);
}

/* A clause that nothing mends is the reason; otherwise they contradict each other. */
static char *
why_none(Search *q, const Term **clauses, int n, const uint64 *words, Found found)
{
	StringInfoData out;

	search_load(q, words);
	for (int i = 0; i < n; i++)
	{
		const Term *one = clauses[i];
		uint64	   *copy = palloc(Max(q->count, 1) * sizeof(uint64));
		Found		alone;

		memcpy(copy, words, q->count * sizeof(uint64));
		alone = search_run(q, &one, 1, copy);
		search_load(q, words);
		if (alone == FOUND_NONE)
			return why_stuck(q, clauses[i]);
	}
	initStringInfo(&out);
	for (int i = 0; i < n; i++)
		appendStringInfo(&out, "%s%s", i > 0 ? " AND " : "", term_text(clauses[i]));
	return psprintf(found == FOUND_TOO_LONG ? "the search was given up: %s" :
					"no changes satisfy these together: %s", out.data);
}

/* ---- what is required ---- */

static char *
quoted(const text *t)
{
	return quote_literal_cstr(text_to_cstring(t));
}

static bool
holds_with(Search *q, int code, uint64 word)
{
	uint64		now = search_word(q, code);
	bool		holds;

	if (word == WORD_ABSENT)
		return false;
	search_put(q, code, word);
	holds = search_test(q, q->e->root) == TRI_TRUE;
	search_put(q, code, now);
	return holds;
}

static char *
word_text(Search *q, uint64 word)
{
	StringInfoData out;
	char		date[16];

	initStringInfo(&out);
	if (WORD_TYPE(word) == VALUE_DATE)
	{
		iso_date_text(WORD_DATE(word), date);
		return psprintf("DATE '%s'", date);
	}
	if (WORD_TYPE(word) == VALUE_TEXT)
		return quote_literal_cstr(pnstrdup(profile_heap(q->p) + WORD_OFFSET(word),
										   WORD_LENGTH(word)));
	if (WORD_TYPE(word) == VALUE_NUMBER)
		return decimal_to_text(word_decimal(word));
	return pstrdup(WORD_BOOLEAN(word) ? "true" : "false");
}

/* The next values of a number or date on both sides; WORD_ABSENT: none. */
static uint64
neighbour(Search *q, int code, uint64 word, int direction)
{
	Decimal		d = word_decimal(word);
	int			decimals = Max(q->levers[code].decimals, -d.exponent);

	if (WORD_TYPE(word) == VALUE_DATE)
		return ((uint64) (uint32) (WORD_DATE(word) + direction) << 32) | VALUE_DATE;
	for (int shift = d.exponent + decimals; shift > 0; shift--)
	{
		if (llabs(d.mantissa) >= DECIMAL_LIMIT / 10)
			return WORD_ABSENT;
		d.mantissa *= 10;
	}
	return grid_decimal(d.mantissa + direction, decimals);
}

/* At least, at most, or just this: by what its neighbours would do. */
static char *
require_order(Search *q, int code, uint64 word)
{
	bool		more = holds_with(q, code, neighbour(q, code, word, 1));
	bool		less = holds_with(q, code, neighbour(q, code, word, -1));
	const char *op = more == less ? "=" : more ? ">=" : "<=";

	if (more && less && q->levers[code].old == WORD_ABSENT)
		return pstrdup("IS NOT NULL");
	return psprintf("%s %s", op, word_text(q, word));
}

/* All texts of the criteria that would do. */
static char *
require_text(Search *q, int code, uint64 word)
{
	List	   *texts = NIL;
	ListCell   *lc;
	StringInfoData out;
	int			count = 0;

	term_texts(q, q->e->root, code, &texts);
	initStringInfo(&out);
	foreach(lc, texts)
	{
		uint64		other = search_text(q, VARDATA_ANY(lfirst(lc)), VARSIZE_ANY_EXHDR(lfirst(lc)));

		if (count < MOST_NAMED && holds_with(q, code, other))
			appendStringInfo(&out, "%s%s", count++ > 0 ? ", " : "", quoted(lfirst(lc)));
	}
	if (count == 0 && q->levers[code].old != WORD_ABSENT)
		return psprintf("<> %s", word_text(q, q->levers[code].old));
	return count < 2 ? psprintf("= %s", word_text(q, word)) : psprintf("IN (%s)", out.data);
}

/* The members of one set that another does not have, as an array's text. */
static char *
members_beyond(Search *q, uint64 word, uint64 other)
{
	SetView		set = {profile_heap(q->p) + WORD_OFFSET(word), WORD_LENGTH(word), NULL};
	const char *at = NULL;
	StringInfoData out;

	initStringInfo(&out);
	for (uint32 i = 0; WORD_TYPE(word) == VALUE_SET && i < set.count; i++)
	{
		SetView		others = {profile_heap(q->p) + WORD_OFFSET(other), WORD_LENGTH(other), NULL};
		const char *other_at = NULL;
		int			len;
		const char *member = set_member(&set, i, &at, &len);
		bool		found = false;

		for (uint32 j = 0; WORD_TYPE(other) == VALUE_SET && j < others.count; j++)
		{
			int			other_len;
			const char *o = set_member(&others, j, &other_at, &other_len);

			found = found || (other_len == len && memcmp(o, member, len) == 0);
		}
		if (!found)
			appendStringInfo(&out, "%s%s", out.len > 0 ? ", " : "",
							 quote_literal_cstr(pnstrdup(member, len)));
	}
	return out.data;
}

static char *
require_set(Search *q, int code, uint64 word)
{
	char	   *more = members_beyond(q, word, q->levers[code].old);
	char	   *less = members_beyond(q, q->levers[code].old, word);
	StringInfoData out;

	initStringInfo(&out);
	if (*more)
		appendStringInfo(&out, "@> ARRAY[%s]", more);
	if (*less)
		appendStringInfo(&out, "%snot && ARRAY[%s]", *more ? " and " : "", less);
	return out.len > 0 ? out.data : pstrdup("IS NOT NULL");
}

static char *
required(Search *q, int code, uint64 word)
{
	if (word == WORD_ABSENT)
		return pstrdup("IS NULL");
	if (WORD_TYPE(word) == VALUE_SET)
		return require_set(q, code, word);
	if (q->levers[code].type == EXPR_TEXT)
		return require_text(q, code, word);
	if (WORD_TYPE(word) == VALUE_NUMBER || WORD_TYPE(word) == VALUE_DATE)
		return require_order(q, code, word);
	if (q->levers[code].old == WORD_ABSENT && WORD_TYPE(word) == VALUE_BOOLEAN &&
		holds_with(q, code, word ^ 8))
		return pstrdup("IS NOT NULL");
	return psprintf("= %s", word_text(q, word));
}

/* ---- rows ---- */

/* The given profile with the changed words, built as every profile is. */
static Profile *
changed_profile(Search *q, const Profile *given, const uint64 *words)
{
	ProfileBuilder *b = profile_builder_new(CurrentMemoryContext);

	for (int i = 0; i < given->count; i++)
		profile_put_slot(b, given, i);
	for (int i = 0; i < q->count; i++)
	{
		int			len;
		const char *code = code_list_code(q->e->codes, i, &len);

		if (words[i] == q->levers[i].old)
			continue;
		if (words[i] == WORD_ABSENT)
			profile_builder_remove(b, code, len);
		else
			profile_put_word(b, code, len, words[i], profile_heap(q->p));
	}
	return profile_build(b);
}

static bool
value_of(const Profile *p, const char *code, int len, Datum *json)
{
	int			slot = profile_slot(p, code, len);
	StringInfoData out;

	if (slot < 0)
		return false;
	initStringInfo(&out);
	profile_value_to_text(p, slot, &out);
	*json = DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data));
	return true;
}

static Datum
change_of(uint64 old, uint64 new, bool *null)
{
	Numeric		d = NULL;

	if (WORD_TYPE(old) == VALUE_NUMBER && WORD_TYPE(new) == VALUE_NUMBER)
		numeric_sub_ok(decimal_to_numeric(word_decimal(new)),
					   decimal_to_numeric(word_decimal(old)), &d);
	else if (WORD_TYPE(old) == VALUE_DATE && WORD_TYPE(new) == VALUE_DATE)
		d = int64_to_numeric((int64) WORD_DATE(new) - WORD_DATE(old));
	*null = d == NULL;
	return NumericGetDatum(d);
}

static Numeric
relative_of(double distance)
{
	Numeric		n = DatumGetNumeric(DirectFunctionCall1(float8_numeric, Float8GetDatum(distance)));

	return numeric_round_to(n, 6);
}

static void
put_change(ReturnSetInfo *rsinfo, Search *q, int code, const uint64 *words,
		   const Profile *before, const Profile *after)
{
	Datum		values[COLUMNS] = {0};
	bool		nulls[COLUMNS] = {false};
	int			len;
	const char *name = code_list_code(q->e->codes, code, &len);

	values[0] = PointerGetDatum(cstring_to_text_with_len(name, len));
	nulls[1] = !value_of(before, name, len, &values[1]);
	nulls[2] = !value_of(after, name, len, &values[2]);
	values[3] = CStringGetTextDatum(required(q, code, words[code]));
	values[4] = change_of(q->levers[code].old, words[code], &nulls[4]);
	values[5] = NumericGetDatum(relative_of(search_distance(q, code, words[code])));
	nulls[6] = true;
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

static void
put_reason(ReturnSetInfo *rsinfo, const char *reason)
{
	Datum		values[COLUMNS] = {0};
	bool		nulls[COLUMNS] = {true, true, true, true, true, true, false};

	values[6] = CStringGetTextDatum(reason);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* One row a change, smallest relative change first; equal ones in the order of the text. */
static void
put_changes(ReturnSetInfo *rsinfo, Search *q, const Profile *given, const uint64 *words)
{
	Profile    *after = changed_profile(q, given, words);
	bool	   *done = palloc0(Max(q->count, 1) * sizeof(bool));
	Subject		s = q->s;

	s.profile = after;
	s.slots = code_list_slots(q->e->codes, after);
	if (expression_test(q->e, &s) != TRI_TRUE)
	{
		put_reason(rsinfo, "no changes were found");
		return;
	}
	search_load(q, words);
	for (;;)
	{
		int			next = -1;

		for (int i = 0; i < q->count; i++)
			if (!done[i] && words[i] != q->levers[i].old &&
				(next < 0 || search_distance(q, i, words[i]) < search_distance(q, next, words[next])))
				next = i;
		if (next < 0)
			break;
		done[next] = true;
		put_change(rsinfo, q, next, words, given, after);
	}
}

/* ---- groups of clauses ---- */

/* Clauses that share an indicator, directly or by others, get one number. */
static int *
group_clauses(Search *q, Term **clauses, int n)
{
	int		   *group = palloc(Max(n, 1) * sizeof(int));
	int		   *owner = palloc(Max(q->count, 1) * sizeof(int));
	bool	   *reads = palloc(Max(q->count, 1) * sizeof(bool));

	for (int i = 0; i < q->count; i++)
		owner[i] = -1;
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		group[i] = i;
		memset(reads, 0, q->count * sizeof(bool));
		term_reads(clauses[i], reads);
		for (int c = 0; c < q->count; c++)
		{
			int			other = owner[c] < 0 ? i : group[owner[c]];

			if (!reads[c])
				continue;
			for (int j = 0; j <= i && other != group[i]; j++)
				if (group[j] == other && j != i)
					group[j] = group[i];
			owner[c] = i;
		}
	}
	return group;
}

static void
solve(ReturnSetInfo *rsinfo, Search *q, const Profile *given)
{
	Term	   *root = q->e->root;
	Term	  **clauses = root->kind == TERM_AND ? root->args : &root;
	int			n = root->kind == TERM_AND ? root->nargs : 1;
	int		   *group = group_clauses(q, clauses, n);
	const Term **members = palloc(n * sizeof(Term *));
	uint64	   *words = palloc(Max(q->count, 1) * sizeof(uint64));
	bool		solved = true;

	for (int i = 0; i < q->count; i++)
		words[i] = q->levers[i].old;
	for (int g = 0; g < n; g++)
	{
		int			count = 0;
		Found		found;

		for (int i = 0; i < n; i++)
			if (group[i] == g)
				members[count++] = clauses[i];
		if (count == 0)
			continue;
		found = search_run(q, members, count, words);
		if (found != FOUND_WAY)
		{
			put_reason(rsinfo, why_none(q, members, count, words, found));
			solved = false;
		}
	}
	if (solved)
		put_changes(rsinfo, q, given, words);
}

/* Codes that must not be changed. */
static void
fix_levers(Search *q, ArrayType *fixed)
{
	Datum	   *codes;
	bool	   *nulls;
	int			n;

	deconstruct_array(fixed, TEXTOID, -1, false, TYPALIGN_INT, &codes, &nulls, &n);
	for (int i = 0; i < n; i++)
		for (int c = 0; c < q->count && !nulls[i]; c++)
		{
			int			len;
			const char *code = code_list_code(q->e->codes, c, &len);
			text	   *t = DatumGetTextPP(codes[i]);

			if ((int) VARSIZE_ANY_EXHDR(t) == len && memcmp(VARDATA_ANY(t), code, len) == 0)
				q->levers[c].fixed = true;
		}
}

/* nearest(criteria, profile, as_of, fixed): one row a change, or one a reason why there is none. */
Datum
expression_nearest(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	CodeList   *codes;
	Expression *e;
	Subject		given;
	Search	   *q;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	codes = code_list_new(CurrentMemoryContext);
	e = expression_parse(text_to_cstring(PG_GETARG_TEXT_PP(0)), EXPR_BOOLEAN, codes);
	call_subject(fcinfo, 1, 2, codes, &given);
	if (expression_test(e, &given) == TRI_TRUE)
		return (Datum) 0;
	q = search_new(e, &given);
	if (!PG_ARGISNULL(3))
		fix_levers(q, PG_GETARG_ARRAYTYPE_P(3));
	solve(rsinfo, q, given.profile);
	return (Datum) 0;
}
