/*
 * fit.c
 *	  The aggregate that freezes what a scorecard needs of the peers.
 *
 * The state keeps, for each profile, its node in the tree of each grouping (4
 * bytes) and each value that is compared (8 bytes), in blocks of columns.  At
 * the end a column's values are laid out in the order of a walk through the
 * tree, so that every group is a stretch of it, and sorted group by group.
 * The result does not depend on the order of the profiles, nor on how they
 * were shared out among workers.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "fit.h"
#include "functions.h"

PG_FUNCTION_INFO_V1(fit_transition);
PG_FUNCTION_INFO_V1(fit_combine);
PG_FUNCTION_INFO_V1(fit_serial);
PG_FUNCTION_INFO_V1(fit_deserial);
PG_FUNCTION_INFO_V1(fit_final);

#define BLOCK_FIRST		64		/* rows of the first block, ... */
#define BLOCK_MOST		32768	/* ... and of a later one */
#define FIT_MOST_TEXT	(200 << 20) /* bytes of a card: jsonb takes 256 MB */

typedef struct FitBlock
{
	struct FitBlock *next;
	int			count;
	int			room;
	uint64		data[FLEXIBLE_ARRAY_MEMBER];	/* a column of words each rule, of nodes each grouping */
} FitBlock;

typedef struct FitState
{
	MemoryContext context;
	struct varlena *raw;		/* the card as it came */
	text	   *source;			/* ... and as it reads */
	Scorecard  *card;			/* not fitted */
	int			nrules;
	Indicator **rules;			/* those that are compared with peers */
	int64		rows;
	FitBlock   *blocks;			/* the last one first */
} FitState;

static inline uint64 *
block_words(const FitBlock *b, int rule)
{
	return (uint64 *) b->data + (Size) rule * b->room;
}

static inline uint32 *
block_nodes(const FitState *state, const FitBlock *b, int grouping)
{
	return (uint32 *) ((uint64 *) b->data + (Size) state->nrules * b->room) +
		(Size) grouping * b->room;
}

static FitBlock *
add_block(FitState *state, int room)
{
	Size		row = state->nrules * sizeof(uint64) + state->card->ngroupings * sizeof(uint32);
	FitBlock   *b = MemoryContextAllocHuge(state->context, offsetof(FitBlock, data) + row * room);

	b->next = state->blocks;
	b->count = 0;
	b->room = room;
	state->blocks = b;
	return b;
}

/* The card without what an earlier fit found. */
static Scorecard *
compile_unfitted(text *source)
{
	Datum		json = DirectFunctionCall1(jsonb_in, CStringGetDatum(text_to_cstring(source)));

	json = DirectFunctionCall2(jsonb_delete, json, CStringGetTextDatum("fitted"));
	return scorecard_from_jsonb(DatumGetJsonbP(json));
}

static FitState *
new_state(MemoryContext aggregate, struct varlena *raw)
{
	MemoryContext context = AllocSetContextCreate(aggregate, "growth_index fit", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	FitState   *state = palloc0(sizeof(FitState));

	state->context = context;
	state->raw = (struct varlena *) memcpy(palloc(VARSIZE_ANY(raw)), raw, VARSIZE_ANY(raw));
	state->source = (text *) PG_DETOAST_DATUM_COPY(PointerGetDatum(raw));
	state->card = compile_unfitted(state->source);
	state->rules = palloc(state->card->nindicators * sizeof(Indicator *));
	for (int i = 0; i < state->card->nindicators; i++)
		if (state->card->indicators[i].peers != NULL)
			state->rules[state->nrules++] = &state->card->indicators[i];
	MemoryContextSwitchTo(old);
	return state;
}

static bool
same_text(const text *a, const text *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

static void
check_same_card(bool same)
{
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("fit() was given different scorecards"),
				 errhint("Group the rows by the scorecard, or fit one at a time.")));
}

/* The state of the call, of the card that it brings. */
static FitState *
call_state(FunctionCallInfo fcinfo, MemoryContext aggregate)
{
	struct varlena *raw = (struct varlena *) PG_GETARG_POINTER(1);
	FitState   *state;

	/* a pointer into memory says nothing about what is there now */
	if (VARATT_IS_EXTERNAL(raw) && !VARATT_IS_EXTERNAL_ONDISK(raw))
		raw = pg_detoast_datum_packed(raw);
	if (PG_ARGISNULL(0))
		return new_state(aggregate, raw);
	state = (FitState *) PG_GETARG_POINTER(0);
	if (VARSIZE_ANY(raw) != VARSIZE_ANY(state->raw) ||
		memcmp(raw, state->raw, VARSIZE_ANY(raw)) != 0)
		check_same_card(same_text((text *) pg_detoast_datum_packed(raw), state->source));
	return state;
}

static void
add_subject(FitState *state, Subject *s)
{
	FitBlock   *b = state->blocks;
	int			row;

	if (b == NULL || b->count == b->room)
	{
		if (state->rows >= PG_INT32_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("fit() takes at most %d profiles", PG_INT32_MAX)));
		b = add_block(state, b == NULL ? BLOCK_FIRST : Min(2 * b->room, BLOCK_MOST));
	}
	row = b->count;
	for (int i = 0; i < state->card->ngroupings; i++)
		block_nodes(state, b, i)[row] = grouping_find(state->card->groupings[i], s, true);
	for (int i = 0; i < state->nrules; i++)
	{
		Decimal		d;

		block_words(b, i)[row] = peer_decimal(state->rules[i], s, &d) ? decimal_word(d) : FIT_MISSING;
	}
	b->count++;
	state->rows++;
}

Datum
fit_transition(PG_FUNCTION_ARGS)
{
	MemoryContext aggregate;
	FitState   *state;
	Subject		s;

	if (!AggCheckCallContext(fcinfo, &aggregate))
		elog(ERROR, "fit called outside of an aggregate");
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_POINTER(PG_GETARG_POINTER(0));
	}
	state = call_state(fcinfo, aggregate);
	call_subject(fcinfo, 2, PG_NARGS() > 3 ? 3 : -1, state->card->codes, &s);
	add_subject(state, &s);
	PG_RETURN_POINTER(state);
}

/* Where the nodes of one tree stand in another, to which they are added. */
static uint32 *
map_nodes(const Grouping *from, Grouping *to)
{
	uint32	   *map = palloc_extended(from->nnodes * sizeof(uint32), MCXT_ALLOC_HUGE);

	map[PEERS_ROOT] = PEERS_ROOT;
	for (int i = 1; i < from->nnodes; i++)
		map[i] = grouping_child(to, map[from->nodes[i].parent], from->nodes[i].text,
								from->nodes[i].len, true);
	return map;
}

/* The blocks of the second state move over; both live as long as the aggregate. */
Datum
fit_combine(PG_FUNCTION_ARGS)
{
	FitState   *a = PG_ARGISNULL(0) ? NULL : (FitState *) PG_GETARG_POINTER(0);
	FitState   *b = PG_ARGISNULL(1) ? NULL : (FitState *) PG_GETARG_POINTER(1);
	FitBlock   *block;
	FitBlock   *next;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "fit called outside of an aggregate");
	if (a == NULL && b == NULL)
		PG_RETURN_NULL();
	if (a == NULL || b == NULL)
		PG_RETURN_POINTER(a == NULL ? b : a);
	check_same_card(same_text(a->source, b->source));
	for (int i = 0; i < a->card->ngroupings; i++)
	{
		uint32	   *map = map_nodes(b->card->groupings[i], a->card->groupings[i]);

		for (block = b->blocks; block != NULL; block = block->next)
			for (int row = 0; row < block->count; row++)
				block_nodes(b, block, i)[row] = map[block_nodes(b, block, i)[row]];
		pfree(map);
	}
	for (block = b->blocks; block != NULL; block = next)
	{
		/* behind the first, which is being filled */
		next = block->next;
		if (a->blocks == NULL)
		{
			block->next = NULL;
			a->blocks = block;
			continue;
		}
		block->next = a->blocks->next;
		a->blocks->next = block;
	}
	a->rows += b->rows;
	b->blocks = NULL;
	PG_RETURN_POINTER(a);
}

static Size
serial_size(const FitState *state)
{
	Size		size = 2 * sizeof(int64) + VARSIZE_ANY_EXHDR(state->source);

	for (int i = 0; i < state->card->ngroupings; i++)
	{
		const Grouping *g = state->card->groupings[i];

		size += sizeof(int);
		for (int n = 1; n < g->nnodes; n++)
			size += 2 * sizeof(int) + g->nodes[n].len;
	}
	return size + state->rows * (state->nrules * sizeof(uint64) +
								 state->card->ngroupings * sizeof(uint32));
}

static inline void
put(char **at, const void *data, Size size)
{
	memcpy(*at, data, size);
	*at += size;
}

static inline void
take(const char **at, void *data, Size size)
{
	memcpy(data, *at, size);
	*at += size;
}

static void
put_tree(char **at, const Grouping *g)
{
	put(at, &g->nnodes, sizeof(int));
	for (int n = 1; n < g->nnodes; n++)
	{
		put(at, &g->nodes[n].parent, sizeof(int));
		put(at, &g->nodes[n].len, sizeof(int));
		put(at, g->nodes[n].text, g->nodes[n].len);
	}
}

/* Between processes of one server: card, trees, columns. */
Datum
fit_serial(PG_FUNCTION_ARGS)
{
	FitState   *state = (FitState *) PG_GETARG_POINTER(0);
	Size		size = serial_size(state);
	int64		len = VARSIZE_ANY_EXHDR(state->source);
	bytea	   *result;
	char	   *at;

	if (size > MaxAllocSize - VARHDRSZ)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a worker's share of fit() is larger than 1 GB"),
				 errhint("Take more workers, or none: SET max_parallel_workers_per_gather = 0.")));
	result = palloc(VARHDRSZ + size);
	SET_VARSIZE(result, VARHDRSZ + size);
	at = VARDATA(result);
	put(&at, &len, sizeof(int64));
	put(&at, &state->rows, sizeof(int64));
	put(&at, VARDATA_ANY(state->source), len);
	for (int i = 0; i < state->card->ngroupings; i++)
		put_tree(&at, state->card->groupings[i]);
	for (int i = 0; i < state->nrules; i++)
		for (const FitBlock *b = state->blocks; b != NULL; b = b->next)
			put(&at, block_words(b, i), b->count * sizeof(uint64));
	for (int i = 0; i < state->card->ngroupings; i++)
		for (const FitBlock *b = state->blocks; b != NULL; b = b->next)
			put(&at, block_nodes(state, b, i), b->count * sizeof(uint32));
	PG_RETURN_BYTEA_P(result);
}

static void
take_tree(const char **at, Grouping *g)
{
	int			nnodes;

	take(at, &nnodes, sizeof(int));
	for (int n = 1; n < nnodes; n++)
	{
		int			parent;
		int			len;

		take(at, &parent, sizeof(int));
		take(at, &len, sizeof(int));
		/* they come in the order in which they were made, so each gets its number again */
		(void) grouping_child(g, parent, *at, len, true);
		*at += len;
	}
}

Datum
fit_deserial(PG_FUNCTION_ARGS)
{
	bytea	   *data = PG_GETARG_BYTEA_PP(0);
	const char *at = VARDATA_ANY(data);
	MemoryContext aggregate;
	FitState   *state;
	FitBlock   *b;
	int64		len;
	int64		rows;

	if (!AggCheckCallContext(fcinfo, &aggregate))
		elog(ERROR, "fit called outside of an aggregate");
	take(&at, &len, sizeof(int64));
	take(&at, &rows, sizeof(int64));
	state = new_state(aggregate, (struct varlena *) cstring_to_text_with_len(at, (int) len));
	at += len;
	for (int i = 0; i < state->card->ngroupings; i++)
		take_tree(&at, state->card->groupings[i]);
	b = add_block(state, (int) Max(rows, 1));
	b->count = (int) rows;
	state->rows = rows;
	for (int i = 0; i < state->nrules; i++)
		take(&at, block_words(b, i), rows * sizeof(uint64));
	for (int i = 0; i < state->card->ngroupings; i++)
		take(&at, block_nodes(state, b, i), rows * sizeof(uint32));
	PG_RETURN_POINTER(state);
}

/* Stretches of a column: a node's own values, then those of the nodes below it. */
typedef struct Stretches
{
	int64	   *next;			/* by node: where its next own value goes */
	int64	   *first;			/* where it begins, and ... */
	int64	   *count;			/* ... how many it has, with those below */
} Stretches;

/*
 * Nodes are numbered after their parents.  So the counts of all can be summed
 * from the last node up, and the stretches be laid out from the first down.
 */
static void
lay_out(const Grouping *g, Stretches *st, const int64 *own)
{
	memcpy(st->count, own, g->nnodes * sizeof(int64));
	for (int n = g->nnodes - 1; n > 0; n--)
		st->count[g->nodes[n].parent] += st->count[n];
	st->first[PEERS_ROOT] = 0;
	/* until all below it are placed, next is where the next of them begins */
	st->next[PEERS_ROOT] = own[PEERS_ROOT];
	for (int n = 1; n < g->nnodes; n++)
	{
		int			parent = g->nodes[n].parent;

		st->first[n] = st->next[parent];
		st->next[parent] += st->count[n];
		st->next[n] = st->first[n] + own[n];
	}
	memcpy(st->next, st->first, g->nnodes * sizeof(int64));
}

/* One rule's column, as it is being sorted. */
typedef struct FitColumn
{
	const FitState *state;
	int			rule;
	int			grouping;
	FitScale	scale;
	uint64	   *keys;
	uint64	   *room;			/* as much again */
	Stretches	stretches;
} FitColumn;

static void
fill_column(FitColumn *c)
{
	const FitState *state = c->state;
	const Grouping *g = state->card->groupings[c->grouping];
	FitSpan    *span = palloc0(sizeof(FitSpan));
	int64	   *own = palloc_extended(g->nnodes * sizeof(int64), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	for (const FitBlock *b = state->blocks; b != NULL; b = b->next)
	{
		const uint64 *words = block_words(b, c->rule);
		const uint32 *nodes = block_nodes(state, b, c->grouping);

		CHECK_FOR_INTERRUPTS();
		fit_span_add(span, words, b->count);
		for (int row = 0; row < b->count; row++)
			own[nodes[row]] += words[row] != FIT_MISSING;
	}
	c->scale = fit_scale(span);
	lay_out(g, &c->stretches, own);
	for (const FitBlock *b = state->blocks; b != NULL; b = b->next)
	{
		const uint64 *words = block_words(b, c->rule);
		const uint32 *nodes = block_nodes(state, b, c->grouping);

		CHECK_FOR_INTERRUPTS();
		for (int row = 0; row < b->count; row++)
			if (words[row] != FIT_MISSING)
				c->keys[c->stretches.next[nodes[row]]++] = fit_key(&c->scale, words[row]);
	}
	pfree(own);
	pfree(span);
}

static int
compare_groups(const void *a, const void *b, void *arg)
{
	return grouping_compare(arg, ((const PeerGroup *) a)->node, ((const PeerGroup *) b)->node);
}

/* Sort each group, those below first: what they leave is nearly sorted for the ones above. */
static void
freeze_groups(FitColumn *c)
{
	PeerRule   *rule = c->state->rules[c->rule]->peers;
	Grouping   *g = c->state->card->groupings[c->grouping];
	const Stretches *st = &c->stretches;

	rule->ngroups = 0;
	rule->groups = palloc_extended(g->nnodes * sizeof(PeerGroup), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int n = g->nnodes - 1; n >= 0; n--)
	{
		PeerGroup  *group = &rule->groups[rule->ngroups];

		if (st->count[n] < (n == PEERS_ROOT ? 1 : rule->least))
			continue;
		CHECK_FOR_INTERRUPTS();
		fit_sort(c->keys + st->first[n], c->room, st->count[n], c->scale.bits);
		group->node = n;
		fit_group(rule, &c->scale, c->keys + st->first[n], st->count[n], group);
		rule->ngroups++;
	}
	qsort_arg(rule->groups, rule->ngroups, sizeof(PeerGroup), compare_groups, g);
	rule->fitted = true;
}

static int
grouping_index(const Scorecard *card, const Grouping *g)
{
	int			i = 0;

	while (card->groupings[i] != g)
		i++;
	return i;
}

static void *
huge(int64 count, Size size)
{
	return palloc_extended(Max(count, 1) * size, MCXT_ALLOC_HUGE);
}

/* A card that compares with nobody is most likely a mistake in a code; it is made all the same. */
static void
warn_of_nobody(const FitState *state)
{
	StringInfoData codes;
	int			count = 0;

	initStringInfo(&codes);
	for (int i = 0; i < state->nrules; i++)
		if (state->rules[i]->peers->ngroups == 0)
			appendStringInfo(&codes, "%s%s", count++ == 0 ? "" : ", ", state->rules[i]->code);
	if (count > 0)
		ereport(WARNING,
				(errmsg_plural("fit() found nobody with a value of the indicator %s",
							   "fit() found nobody with a value of the indicators %s",
							   count, codes.data),
				 errdetail_plural("It took %lld profile.", "It took %lld profiles.",
								  (unsigned long) state->rows, (long long) state->rows),
				 errhint("Whoever is scored by this card counts as one whose value is missing.")));
	pfree(codes.data);
}

Datum
fit_final(PG_FUNCTION_ARGS)
{
	FitState   *state = PG_ARGISNULL(0) ? NULL : (FitState *) PG_GETARG_POINTER(0);
	FitColumn	c = {state, 0, 0, {0}, NULL, NULL, {NULL}};
	char	   *document;

	if (state == NULL)
	{
		ereport(WARNING,
				(errmsg("fit() was given no profile: the fitted scorecard is NULL")));
		PG_RETURN_NULL();
	}
	c.keys = huge(state->rows, sizeof(uint64));
	c.room = huge(state->rows, sizeof(uint64));
	for (c.rule = 0; c.rule < state->nrules; c.rule++)
	{
		const Grouping *g = state->rules[c.rule]->peers->grouping;

		c.grouping = grouping_index(state->card, g);
		c.stretches.next = huge(g->nnodes, sizeof(int64));
		c.stretches.first = huge(g->nnodes, sizeof(int64));
		c.stretches.count = huge(g->nnodes, sizeof(int64));
		fill_column(&c);
		freeze_groups(&c);
		pfree(c.stretches.next);
		pfree(c.stretches.first);
		pfree(c.stretches.count);
	}
	pfree(c.keys);
	pfree(c.room);
	warn_of_nobody(state);
	document = scorecard_text(state->card);
	if (strlen(document) > FIT_MOST_TEXT)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the fitted scorecard would have %zu bytes", strlen(document)),
				 errdetail("It may have %d.", FIT_MOST_TEXT),
				 errhint("Compare within fewer groups, or ask for more members at least.")));
	PG_RETURN_TEXT_P(cstring_to_text(document));
}
