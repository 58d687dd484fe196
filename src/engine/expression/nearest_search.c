/*
 * nearest_search.c
 *	  Least changes first: from the given profile to one that satisfies.
 *
 * A trial is the given profile with some indicators changed; its cost is the
 * sum of their relative changes.  The cheapest trial is taken: if all clauses
 * hold there, it is the answer; otherwise each least change of one indicator
 * that mends the first clause which fails makes a new trial.  An indicator may
 * be changed again, so that needs which pull at it from both sides meet or are
 * found to contradict each other.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "nearest.h"

/* then the search gives up */
#define MOST_EXPANDED	1000
#define MOST_TRIALS		10000
#define MOST_LOOKS		150000

/* The scratch profile has no shape: its words stand in the order of the codes. */
static Profile *
scratch_profile(Search *q, const Subject *given)
{
	const Profile *p = given->profile;
	const char *heap = profile_heap(p);
	uint32		len = (uint32) ((const char *) p + VARSIZE(p) - heap);
	Profile    *scratch;

	q->heap_len = len;
	q->heap_room = len + 1024;
	scratch = palloc0(offsetof(Profile, word) + q->count * sizeof(uint64) + q->heap_room);
	scratch->version = PROFILE_VERSION;
	scratch->count = q->count;
	for (int i = 0; i < q->count; i++)
		scratch->word[i] = given->slots[i] < 0 ? WORD_ABSENT : p->word[given->slots[i]];
	memcpy(&scratch->word[q->count], heap, len);
	return scratch;
}

static void
find_types(Search *q, const Term *n)
{
	check_stack_depth();
	if (n->kind == TERM_INDICATOR)
		q->levers[n->code].type = n->type;
	for (int i = 0; i < n->nargs; i++)
		find_types(q, n->args[i]);
}

/* A search that starts from the given subject; it copies what it changes. */
Search *
search_new(const Expression *e, const Subject *given)
{
	Search	   *q = palloc0(sizeof(Search));

	q->e = e;
	q->count = code_list_count(e->codes);
	q->levers = palloc0(Max(q->count, 1) * sizeof(Lever));
	q->slots = palloc(Max(q->count, 1) * sizeof(int16));
	q->p = scratch_profile(q, given);
	q->s = *given;
	q->s.profile = q->p;
	q->s.slots = q->slots;
	q->evaluation = AllocSetContextCreate(CurrentMemoryContext, "growth_index nearest",
										  ALLOCSET_SMALL_SIZES);
	find_types(q, e->root);
	for (int i = 0; i < q->count; i++)
	{
		uint64		w = q->p->word[i];

		q->levers[i].old = w;
		if (WORD_TYPE(w) == VALUE_NUMBER)
			q->levers[i].decimals = -WORD_EXPONENT(w);
		search_put(q, i, w);
	}
	return q;
}

/* Give one indicator of the scratch profile a value. */
void
search_put(Search *q, int code, uint64 word)
{
	q->p->word[code] = word;
	q->slots[code] = word == WORD_ABSENT ? -1 : code;
}

uint64
search_word(const Search *q, int code)
{
	return q->p->word[code];
}

void
search_load(Search *q, const uint64 *words)
{
	for (int i = 0; i < q->count; i++)
		search_put(q, i, words[i]);
}

/* Where these bytes stand in the scratch heap: once only, so that equal values are equal words. */
static uint32
keep_bytes(Search *q, const char *bytes, uint32 len)
{
	char	   *heap = (char *) &q->p->word[q->count];
	ListCell   *lc;
	Blob	   *blob;

	foreach(lc, q->blobs)
	{
		blob = lfirst(lc);
		if (blob->len == len && memcmp(heap + blob->offset, bytes, len) == 0)
			return blob->offset;
	}
	if (q->heap_len + len > q->heap_room)
	{
		q->heap_room = (q->heap_len + len) * 2;
		q->p = repalloc(q->p, offsetof(Profile, word) + q->count * sizeof(uint64) + q->heap_room);
		q->s.profile = q->p;
		heap = (char *) &q->p->word[q->count];
	}
	blob = palloc(sizeof(Blob));
	blob->offset = q->heap_len;
	blob->len = len;
	memcpy(heap + q->heap_len, bytes, len);
	q->heap_len += len;
	q->blobs = lappend(q->blobs, blob);
	return blob->offset;
}

/* The word of a text, or of a date where the text is one, as in every profile. */
uint64
search_text(Search *q, const char *text, int len)
{
	DateADT		date;

	if (iso_date_parse(text, len, &date))
		return ((uint64) (uint32) date << 32) | VALUE_DATE;
	return ((uint64) keep_bytes(q, text, len) << 32) | ((uint64) len << 3) | VALUE_TEXT;
}

static int
member_order(const ListCell *a, const ListCell *b)
{
	const text *x = lfirst(a);
	const text *y = lfirst(b);
	int			c = memcmp(VARDATA_ANY(x), VARDATA_ANY(y),
						   Min(VARSIZE_ANY_EXHDR(x), VARSIZE_ANY_EXHDR(y)));

	return c != 0 ? c : (int) VARSIZE_ANY_EXHDR(x) - (int) VARSIZE_ANY_EXHDR(y);
}

/* The word of a set of these texts, which have no doubles. */
uint64
search_members(Search *q, List *members)
{
	StringInfoData heap;
	ListCell   *lc;
	uint32		offset;

	list_sort(members, member_order);
	initStringInfo(&heap);
	foreach(lc, members)
	{
		uint32		len = VARSIZE_ANY_EXHDR(lfirst(lc));

		appendBinaryStringInfo(&heap, (char *) &len, sizeof(len));
		appendBinaryStringInfo(&heap, VARDATA_ANY(lfirst(lc)), len);
	}
	offset = heap.len == 0 ? 0 : keep_bytes(q, heap.data, heap.len);
	pfree(heap.data);
	return ((uint64) offset << 32) | ((uint64) list_length(members) << 3) | VALUE_SET;
}

bool
search_tired(const Search *q)
{
	return q->looks > MOST_LOOKS;
}

/* The truth of a term on the scratch profile, exactly. */
Tri
search_test(Search *q, const Term *n)
{
	MemoryContext old = MemoryContextSwitchTo(q->evaluation);
	Tri			t;

	CHECK_FOR_INTERRUPTS();
	q->looks++;
	q->s.exact = false;
	q->s.uncertain = false;
	t = eval_boolean(n, &q->s);
	if (q->s.uncertain)
	{
		q->s.uncertain = false;
		q->looks += LOOKS_EXACT;
		q->s.exact = true;
		t = eval_boolean(n, &q->s);
		q->s.exact = false;
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(q->evaluation);
	return t;
}

static double
word_double(uint64 w)
{
	return (double) WORD_MANTISSA(w) * pow(10, WORD_EXPONENT(w));
}

/* Members that only one of two sets has, against the larger set. */
static double
set_distance(const Search *q, uint64 a, uint64 b)
{
	SetView		x = {profile_heap(q->p) + WORD_OFFSET(a), WORD_LENGTH(a), NULL};
	SetView		y = {profile_heap(q->p) + WORD_OFFSET(b), WORD_LENGTH(b), NULL};
	const char *at = NULL;
	int			common = 0;

	for (uint32 i = 0; i < x.count; i++)
	{
		int			len;
		const char *member = set_member(&x, i, &at, &len);
		const char *other_at = NULL;

		for (uint32 j = 0; j < y.count; j++)
		{
			int			other_len;
			const char *other = set_member(&y, j, &other_at, &other_len);

			common += other_len == len && memcmp(other, member, len) == 0;
		}
	}
	return (double) (x.count + y.count - 2 * common) / Max(Max(x.count, y.count), 1);
}

/*
 * The relative change of an indicator: numbers by the larger of both values,
 * dates by 365 days, sets by members; whatever else changes counts as 1, and
 * so does a value where none was.
 */
double
search_distance(const Search *q, int code, uint64 word)
{
	uint64		old = q->levers[code].old;
	double		a;
	double		b;

	if (word == old)
		return 0;
	if (WORD_TYPE(word) != WORD_TYPE(old))
		return 1;
	switch (WORD_TYPE(word))
	{
		case VALUE_NUMBER:
			a = word_double(old);
			b = word_double(word);
			return fabs(a - b) / Max(fabs(a), fabs(b));
		case VALUE_DATE:
			return Min(fabs((double) WORD_DATE(word) - WORD_DATE(old)) / 365, 2);
		case VALUE_SET:
			return set_distance(q, old, word);
		default:
			return 1;
	}
}

static Trial *
new_trial(Search *q)
{
	Trial	   *t = palloc0(offsetof(Trial, word) + q->count * sizeof(uint64));

	if (q->ntrials == q->room)
	{
		q->room = Max(q->room * 2, 64);
		q->trials = q->trials == NULL ? palloc(q->room * sizeof(Trial *)) :
			repalloc(q->trials, q->room * sizeof(Trial *));
	}
	q->trials[q->ntrials++] = t;
	return t;
}

/* A neighbour of the trial at hand; false: it has been seen. */
bool
search_add(Search *q, int code, uint64 word)
{
	Size		size = q->count * sizeof(uint64);
	Trial	   *t;

	if (q->base->word[code] == word || q->ntrials >= MOST_TRIALS)
		return false;
	t = new_trial(q);
	memcpy(t->word, q->base->word, size);
	t->word[code] = word;
	for (int i = 0; i < q->ntrials - 1; i++)
		if (memcmp(q->trials[i]->word, t->word, size) == 0)
		{
			pfree(t);
			q->ntrials--;
			return false;
		}
	for (int i = 0; i < q->count; i++)
		if (t->word[i] != q->levers[i].old)
			t->cost += search_distance(q, i, t->word[i]) + 1e-9;
	return true;
}

static Trial *
cheapest(Search *q)
{
	Trial	   *best = NULL;

	for (int i = 0; i < q->ntrials; i++)
		if (!q->trials[i]->expanded && (best == NULL || q->trials[i]->cost < best->cost))
			best = q->trials[i];
	return best;
}

/* search_run() on one grid. */
static Found
run_once(Search *q, const Term *const *clauses, int nclauses, uint64 *words)
{
	Trial	   *t;

	for (int i = 0; i < q->ntrials; i++)
		pfree(q->trials[i]);
	q->ntrials = 0;
	t = new_trial(q);
	memcpy(t->word, words, q->count * sizeof(uint64));
	for (int expanded = 0; expanded < MOST_EXPANDED && !search_tired(q); expanded++)
	{
		int			failing = 0;
		int			ways = 0;

		t = cheapest(q);
		if (t == NULL)
			return q->ntrials >= MOST_TRIALS ? FOUND_TOO_LONG : FOUND_NONE;
		t->expanded = true;
		q->base = t;
		for (int i = 0; i < nclauses && ways == 0; i++)
		{
			search_load(q, t->word);
			if (search_test(q, clauses[i]) == TRI_TRUE)
				continue;
			failing++;
			ways = repair(q, clauses[i], GOAL_TRUE);
		}
		if (failing == 0)
		{
			memcpy(words, t->word, q->count * sizeof(uint64));
			return FOUND_WAY;
		}
	}
	return FOUND_TOO_LONG;
}

/*
 * Make all clauses true at the least cost.  On FOUND_WAY, words has the new
 * values; what other clauses read stands there as it was.  Where needs leave
 * no value on an indicator's own grid, a finer one may have some, and at last
 * negative numbers.
 */
Found
search_run(Search *q, const Term *const *clauses, int nclauses, uint64 *words)
{
	Found		found = FOUND_NONE;

	q->looks = 0;
	for (int attempt = 0; attempt < 8 && found == FOUND_NONE; attempt++)
	{
		q->negative = attempt >= 4;
		q->finer = (1 << attempt % 4) - 1;
		found = run_once(q, clauses, nclauses, words);
		/* no change does anything: that of a sign may, a finer one does not */
		if (q->ntrials == 1)
			attempt |= 3;
	}
	q->finer = 0;
	q->negative = false;
	return found;
}
