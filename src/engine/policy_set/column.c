/*
 * column.c
 *	  The rank of a subject's value among the constants of a set.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "policy_set.h"

/* Keep a constant of the column; its number, until column_sort() says its place. */
int
column_add_edge(MemoryContext context, Column *c, const Edge *edge)
{
	if (c->nedges == c->room)
	{
		int			room = Max(8, 2 * c->room);
		Edge	   *edges = MemoryContextAlloc(context, room * sizeof(Edge));

		if (c->nedges > 0)
		{
			memcpy(edges, c->edges, c->nedges * sizeof(Edge));
			pfree(c->edges);
		}
		c->edges = edges;
		c->room = room;
	}
	c->edges[c->nedges] = *edge;
	return c->nedges++;
}

static int
text_order(const char *a, int a_len, const char *b, int b_len)
{
	int			order = memcmp(a, b, Min(a_len, b_len));

	return order != 0 ? order : a_len - b_len;
}

static int
edge_order(const void *a, const void *b, void *arg)
{
	const Column *c = arg;
	const Edge *x = &c->edges[*(const int *) a];
	const Edge *y = &c->edges[*(const int *) b];

	if (c->kind == COLUMN_TEXT)
		return text_order(x->text, x->len, y->text, y->len);
	if (c->kind == COLUMN_NUMBER && c->code < 0)
		return numeric_compare(x->numeric, y->numeric);
	return (x->number.value > y->number.value) - (x->number.value < y->number.value);
}

/* Doubles in their order as whole numbers; not for NaN. */
static inline uint64
order_key(double value)
{
	int64		bits;

	value += 0.0;				/* there is one zero only */
	memcpy(&bits, &value, sizeof(bits));
	return (uint64) (bits ^ ((bits >> 63) | PG_INT64_MIN));
}

/*
 * Divide what lies between the first and the last edge into about as many equal
 * steps of order_key() as there are edges, and keep where each begins.
 */
static void
find_starts(MemoryContext context, Column *c)
{
	int			nstarts;
	int			edge = 0;

	c->first_key = order_key(c->values[0]);
	c->shift = 0;
	while ((order_key(c->values[c->nedges - 1]) - c->first_key) >> c->shift >= (uint64) 4 * c->nedges)
		c->shift++;
	nstarts = (int) ((order_key(c->values[c->nedges - 1]) - c->first_key) >> c->shift) + 1;
	c->starts = MemoryContextAlloc(context, (nstarts + 1) * sizeof(int));
	for (int i = 0; i < nstarts; i++)
	{
		while (edge < c->nedges && (order_key(c->values[edge]) - c->first_key) >> c->shift < (uint64) i)
			edge++;
		c->starts[i] = edge;
	}
	c->starts[nstarts] = c->nedges;
}

/* Bring the constants into order, equal ones together. */
void
column_sort(MemoryContext context, Column *c)
{
	int		   *order = palloc(Max(c->nedges, 1) * sizeof(int));
	Edge	   *sorted = MemoryContextAlloc(context, Max(c->nedges, 1) * sizeof(Edge));
	int			count = 0;

	c->place = MemoryContextAlloc(context, Max(c->nedges, 1) * sizeof(int));
	for (int i = 0; i < c->nedges; i++)
		order[i] = i;
	qsort_arg(order, c->nedges, sizeof(int), edge_order, c);
	for (int i = 0; i < c->nedges; i++)
	{
		if (i == 0 || edge_order(&order[i - 1], &order[i], c) != 0)
			sorted[count++] = c->edges[order[i]];
		c->place[order[i]] = count - 1;
	}
	pfree(order);
	if (c->edges != NULL)
		pfree(c->edges);
	c->edges = sorted;
	c->nedges = count;
	c->values = MemoryContextAlloc(context, Max(count, 1) * sizeof(double));
	for (int i = 0; i < count; i++)
		c->values[i] = sorted[i].number.value;
	if (count > 0 && c->kind != COLUMN_TEXT)
		find_starts(context, c);
	c->nranks = c->kind == COLUMN_TEST ? 2 : 2 * count + 1;
}

/* How many of these lie below the value. */
static inline int
count_below(const double *values, int count, double value)
{
	const double *base = values;

	while (count > 1)
	{
		int			half = count / 2;

		base += (base[half - 1] < value) ? half : 0;
		count -= half;
	}
	return (int) (base - values) + (count == 1 && *base < value);
}

/* How many edges lie below the value. */
static inline int
values_below(const Column *c, double value)
{
	uint64		step;

	if (c->nedges == 0 || value <= c->values[0])
		return 0;
	if (value > c->values[c->nedges - 1])
		return c->nedges;
	step = (order_key(value) - c->first_key) >> c->shift;
	return c->starts[step] +
		count_below(c->values + c->starts[step], c->starts[step + 1] - c->starts[step], value);
}

static Rank
rank_of_double(const Column *c, double value)
{
	int			below = values_below(c, value);

	return 2 * below + (below < c->nedges && c->values[below] == value);
}

/* By numeric, when doubles leave it open. */
static Rank
rank_exactly(const Column *c, Subject *s)
{
	Numeric		value;
	bool		known;
	int			low = 0;
	int			high = c->nedges;

	s->exact = true;
	s->uncertain = false;
	known = number_exact(c->term, s, &value);
	s->exact = false;
	if (!known)
		return RANK_MISSING;
	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = numeric_compare(value, c->edges[middle].numeric);

		if (order == 0)
			return 2 * middle + 1;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return 2 * low;
}

static Rank
rank_of_number(const Column *c, Subject *s)
{
	Filtered	f;
	int			below;
	Rank		rank;

	if (c->code >= 0)
	{
		/* both have 15 digits at most, so that their doubles order as they do */
		if (!subject_load_number(s, c->code, &f))
			return RANK_MISSING;
		return unlikely(isnan(f.value)) ? rank_exactly(c, s) : rank_of_double(c, f.value);
	}
	s->exact = false;
	s->uncertain = false;
	if (!number_fast(c->term, s, &f) && !s->uncertain)
		return RANK_MISSING;
	if (s->uncertain || isnan(f.value))
		return rank_exactly(c, s);
	below = values_below(c, f.value);
	rank = 2 * below;
	/* the nearest edges on both sides decide, if they do */
	for (int i = Max(below - 1, 0); i < Min(below + 1, c->nedges); i++)
	{
		Sign3		sign = filtered_compare(f, c->edges[i].number);

		if (sign == SIGN_EQUAL)
			rank = 2 * i + 1;
		else if (sign != (i < below ? SIGN_GREATER : SIGN_LESS))
			return rank_exactly(c, s);
	}
	return rank;
}

static Rank
rank_of_text(const Column *c, Subject *s)
{
	const char *text;
	int			len;
	int			low = 0;
	int			high = c->nedges;

	if (!eval_text(c->term, s, &text, &len))
		return RANK_MISSING;
	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = text_order(text, len, c->edges[middle].text, c->edges[middle].len);

		if (order == 0)
			return 2 * middle + 1;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return 2 * low;
}

/* A condition, decided exactly. */
static Rank
rank_of_test(const Column *c, Subject *s)
{
	Tri			t;

	s->exact = false;
	s->uncertain = false;
	t = eval_boolean(c->term, s);
	if (s->uncertain)
	{
		s->uncertain = false;
		s->exact = true;
		t = eval_boolean(c->term, s);
		s->exact = false;
	}
	return t == TRI_UNKNOWN ? RANK_MISSING : (Rank) t;
}

/* The rank of the subject's value; the subject's codes are those of the set. */
Rank
column_rank(const Column *c, Subject *s)
{
	DateADT		date;

	switch (c->kind)
	{
		case COLUMN_NUMBER:
			return rank_of_number(c, s);
		case COLUMN_DATE:
			return eval_date(c->term, s, &date) ? rank_of_double(c, date) : RANK_MISSING;
		case COLUMN_TEXT:
			return rank_of_text(c, s);
		default:
			return rank_of_test(c, s);
	}
}
