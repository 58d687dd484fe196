/*
 * nearest_text.c
 *	  Texts and sets that could give a clause a truth value: what it names.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "nearest.h"

#define MOST_TEXTS		100		/* values tried for one indicator of a clause */

/* A text that a LIKE pattern fits: its wildcards stand for as little as they can. */
static text *
example_of_pattern(const Term *pattern)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < pattern->len; i++)
	{
		if (pattern->text[i] == '%')
			continue;
		if (pattern->text[i] == '_')
			appendStringInfoChar(&out, '0');
		else if (pattern->text[i] == '\\')
			appendStringInfoChar(&out, pattern->text[++i]);
		else
			appendStringInfoChar(&out, pattern->text[i]);
	}
	return cstring_to_text_with_len(out.data, out.len);
}

static void
add_text(List **texts, text *t)
{
	ListCell   *lc;

	foreach(lc, *texts)
	{
		text	   *other = lfirst(lc);

		if (VARSIZE_ANY_EXHDR(other) == VARSIZE_ANY_EXHDR(t) &&
			memcmp(VARDATA_ANY(other), VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t)) == 0)
			return;
	}
	*texts = lappend(*texts, t);
}

/* The members of a set, as texts, each once. */
static void
add_members(const SetView *set, List **texts)
{
	const char *at = NULL;

	for (uint32 i = 0; i < set->count; i++)
	{
		int			len;
		const char *member = set_member(set, i, &at, &len);

		add_text(texts, cstring_to_text_with_len(member, len));
	}
}

/* All texts that a term names, and those that its other indicators have. */
void
term_texts(Search *q, const Term *n, int but_of, List **texts)
{
	const char *t;
	int			len;
	SetView		set;

	check_stack_depth();
	if (list_length(*texts) >= MOST_TEXTS)
		return;
	if (n->kind == TERM_LIKE && n->args[1]->kind == TERM_TEXT)
	{
		term_texts(q, n->args[0], but_of, texts);
		add_text(texts, example_of_pattern(n->args[1]));
		return;
	}
	if (n->kind == TERM_TEXT || (n->kind == TERM_INDICATOR && n->code != but_of &&
								 n->type == EXPR_TEXT))
	{
		if (eval_text(n, &q->s, &t, &len))
			add_text(texts, cstring_to_text_with_len(t, len));
		return;
	}
	if (n->kind == TERM_INDICATOR && n->code != but_of && n->type == EXPR_SET &&
		eval_set(n, &q->s, &set))
		add_members(&set, texts);
	for (int i = 0; i < n->nargs; i++)
		term_texts(q, n->args[i], but_of, texts);
}

/* Other texts than those of a clause: those of the criteria, and an empty one. */
static List *
other_texts(Search *q, int code)
{
	List	   *texts = NIL;

	term_texts(q, q->e->root, code, &texts);
	add_text(&texts, cstring_to_text_with_len("", 0));
	return texts;
}

int
try_texts(Search *q, const Term *n, Goal goal, int code)
{
	List	   *texts = NIL;
	ListCell   *lc;
	int			ways = 0;

	term_texts(q, n, code, &texts);
	foreach(lc, texts)
		ways += offer(q, n, goal, code, search_text(q, VARDATA_ANY(lfirst(lc)),
													VARSIZE_ANY_EXHDR(lfirst(lc))));
	if (ways > 0)
		return ways;
	foreach(lc, other_texts(q, code))
		ways += offer(q, n, goal, code, search_text(q, VARDATA_ANY(lfirst(lc)),
													VARSIZE_ANY_EXHDR(lfirst(lc))));
	return ways;
}

/* Members without those that are named, or with them; what is not there is not taken out. */
static List *
members_changed(List *members, List *named, bool with)
{
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, members)
	{
		List	   *found = list_copy(named);

		add_text(&found, lfirst(lc));
		if (with || list_length(found) > list_length(named))
			result = lappend(result, lfirst(lc));
	}
	if (with)
		foreach(lc, named)
			add_text(&result, lfirst(lc));
	return result;
}

static List *
members_named(List *members, List *named)
{
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, members)
	{
		List	   *found = list_copy(named);

		add_text(&found, lfirst(lc));
		if (list_length(found) == list_length(named))
			result = lappend(result, lfirst(lc));
	}
	return result;
}

/* One member more or less, then all that are named, then those that are not. */
int
try_sets(Search *q, const Term *n, Goal goal, int code)
{
	uint64		word = search_word(q, code);
	SetView		set = {profile_heap(q->p), 0, NULL};
	List	   *members = NIL;
	List	   *named = NIL;
	int			ways = 0;

	if (WORD_TYPE(word) == VALUE_SET)
	{
		set.heap += WORD_OFFSET(word);
		set.count = WORD_LENGTH(word);
		add_members(&set, &members);
	}
	term_texts(q, n, code, &named);
	if (word == WORD_ABSENT)
		ways += offer(q, n, goal, code, search_members(q, NIL));
	for (int with = 1; with >= 0 && ways == 0; with--)
	{
		ListCell   *lc;

		foreach(lc, named)
			ways += offer(q, n, goal, code,
						  search_members(q, members_changed(members, list_make1(lfirst(lc)), with)));
		if (ways == 0)
			ways += offer(q, n, goal, code,
						  search_members(q, members_changed(members, named, with)));
	}
	/* without those that nothing names, as <@ asks; or with another one, as NOT <@ does */
	if (ways == 0)
		ways += offer(q, n, goal, code, search_members(q, members_named(members, named)));
	if (ways == 0)
	{
		ListCell   *lc;

		foreach(lc, other_texts(q, code))
			ways += offer(q, n, goal, code,
						  search_members(q, members_changed(members, list_make1(lfirst(lc)), true)));
	}
	return ways;
}
