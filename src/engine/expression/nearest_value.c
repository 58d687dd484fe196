/*
 * nearest_value.c
 *	  The least change of one indicator that gives a clause a truth value.
 *
 * Numbers and dates are searched on a grid: the indicator's own decimals (in a
 * comparison of the indicator itself also those of the constants), or days.
 * From the present value the steps grow in both directions until the clause
 * has what it needs, and the least step is then found by halving; that is the
 * least change wherever the clause depends on the indicator monotonically.
 * Other types are tried with the values that the criteria itself names
 * (nearest_text.c).
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "nearest.h"

#define MOST_PROBES		256
#define UNDECIDED		2		/* a position: neither below nor above */

typedef struct Grid
{
	Search	   *q;
	const Term *clause;
	Goal		goal;
	int			code;
	int			decimals;
	int64		least;
	int64		most;
} Grid;

/* Is the clause as it should be with what the scratch profile has? Then it is a way. */
int
offer(Search *q, const Term *n, Goal goal, int code, uint64 word)
{
	search_put(q, code, word);
	if (!(GOAL(search_test(q, n)) & goal))
		return 0;
	search_add(q, code, word);
	return 1;
}

/* ---- numbers and dates ---- */

/* The word of mantissa / 10^decimals; WORD_ABSENT where no profile can hold it. */
uint64
grid_decimal(int64 mantissa, int decimals)
{
	Decimal		d;

	d.mantissa = mantissa;
	d.exponent = -decimals;
	if (!decimal_normalise(&d))
		return WORD_ABSENT;
	return decimal_word(d);
}

/* The most decimals that a constant of the term has. */
int
term_decimals(const Term *n)
{
	int			most = 0;
	char	   *point;

	if (n->kind == TERM_NUMBER)
	{
		point = strchr(numeric_to_plain_text(n->numeric), '.');
		return point == NULL ? 0 : Min((int) strlen(point + 1), DECIMAL_DIGITS);
	}
	for (int i = 0; i < n->nargs; i++)
	{
		int			decimals = term_decimals(n->args[i]);

		most = Max(most, decimals);
	}
	return most;
}

static uint64
grid_word(const Grid *g, int64 m)
{
	if (g->q->levers[g->code].type == EXPR_DATE)
		return ((uint64) (uint32) (int32) m << 32) | VALUE_DATE;
	return grid_decimal(m, g->decimals);
}

/* The order of two terms; false: one is unknown. */
static bool
order_of(Search *q, const Term *a, const Term *b, int *order)
{
	MemoryContext old = MemoryContextSwitchTo(q->evaluation);
	bool		known;

	CHECK_FOR_INTERRUPTS();
	q->looks++;
	q->s.exact = false;
	q->s.uncertain = false;
	known = compare_terms(a, b, &q->s, order);
	if (q->s.uncertain)
	{
		q->s.uncertain = false;
		q->looks += LOOKS_EXACT;
		q->s.exact = true;
		known = compare_terms(a, b, &q->s, order);
		q->s.exact = false;
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(q->evaluation);
	return known;
}

static int
position_of_comparison(Search *q, const Term *n, bool wanted)
{
	static const CompareOp complement[] = {CMP_NE, CMP_EQ, CMP_GE, CMP_GT, CMP_LE, CMP_LT};
	int			order;

	if (!order_of(q, n->args[0], n->args[1], &order))
		return UNDECIDED;
	switch (wanted ? (CompareOp) n->op : complement[n->op])
	{
		case CMP_EQ:
			return order < 0 ? -1 : order > 0;
		case CMP_NE:
			return order == 0;
		case CMP_LT:
			return order >= 0;
		case CMP_LE:
			return order > 0;
		case CMP_GT:
			return order <= 0 ? -1 : 0;
		default:
			return order < 0 ? -1 : 0;
	}
}

static int
position_of_between(Search *q, const Term *n, bool wanted)
{
	const Term *low = n->args[1];
	const Term *high = n->args[2];
	int			order;
	int			above;
	int			below;

	if (n->symmetric && order_of(q, low, high, &order) && order > 0)
	{
		low = n->args[2];
		high = n->args[1];
	}
	if (!order_of(q, n->args[0], low, &below) || !order_of(q, n->args[0], high, &above))
		return UNDECIDED;
	if (wanted == n->negated)
		return below >= 0 && above <= 0;
	return below < 0 ? -1 : above > 0;
}

static int
position_at(const Grid *g)
{
	const Term *n = g->clause;
	Goal		truth = g->goal & (GOAL_TRUE | GOAL_FALSE);

	if (n->kind == TERM_COMPARE && (truth == GOAL_TRUE || truth == GOAL_FALSE))
		return position_of_comparison(g->q, n, truth == GOAL_TRUE);
	if (n->kind == TERM_BETWEEN && (truth == GOAL_TRUE || truth == GOAL_FALSE))
		return position_of_between(g->q, n, truth == GOAL_TRUE);
	return (GOAL(search_test(g->q, n)) & g->goal) ? 0 : 1;
}

/* 0: the clause is as it should be; otherwise on which side of that it is. */
static int
position(const Grid *g, int64 m)
{
	uint64		word = grid_word(g, m);
	int			where;

	if (word == WORD_ABSENT || search_tired(g->q))
		return UNDECIDED;
	search_put(g->q, g->code, word);
	where = position_at(g);
	g->q->decided += where != UNDECIDED;
	return where;
}

/* Where to look from m0 on: steps that double, and towards zero also halves. */
static int
plan_probes(const Grid *g, int64 m0, int direction, int64 *probes)
{
	bool		inward = (m0 > 0) != (direction > 0) && m0 != 0;
	int			n = 0;
	int64		at;

	for (int64 step = 1; step < 2 * DECIMAL_LIMIT && n < MOST_PROBES / 3; step *= 2)
	{
		at = m0 + direction * step;
		if (inward && step > llabs(m0) / 2)
			break;
		if (at < g->least || at > g->most)
			break;
		probes[n++] = at;
	}
	if (!inward)
	{
		at = direction > 0 ? g->most : g->least;
		if (n == 0 || probes[n - 1] != at)
			probes[n++] = at;
		return n;
	}
	for (at = m0 / 2; at != 0; at /= 2)
		if (n == 0 || llabs(at) < llabs(probes[n - 1]))
			probes[n++] = at;
	probes[n++] = 0;
	for (int64 step = 1; step < 2 * DECIMAL_LIMIT && n < MOST_PROBES; step *= 2)
	{
		if (direction * step < g->least || direction * step > g->most)
			break;
		probes[n++] = direction * step;
	}
	return n;
}

/* Of two grid points with this position and another one, the next to each other. */
static int64
halve(const Grid *g, int64 *inside, int64 outside, int where)
{
	while (llabs(outside - *inside) > 1)
	{
		int64		middle = *inside + (outside - *inside) / 2;
		int			there = position(g, middle);

		if (there == where || (there == UNDECIDED && where != 0))
			*inside = middle;
		else
			outside = middle;
	}
	return outside;
}

/* The nearest grid point in a direction where the clause is as it should be. */
static bool
seek(const Grid *g, int64 m0, int where, int direction, int64 *result)
{
	int64		probes[MOST_PROBES];
	int			n = plan_probes(g, m0, direction, probes);
	int64		last = m0;

	for (int i = 0; i < n; i++)
	{
		int			there = position(g, probes[i]);

		if (there == UNDECIDED && where != UNDECIDED)
			continue;
		if (there != where && (there == 0 || where != UNDECIDED))
		{
			*result = halve(g, &last, probes[i], where);
			return position(g, *result) == 0;
		}
		last = probes[i];
		where = there;
	}
	return false;
}

/* The end of what will do, from a value that does, upwards before downwards. */
static int64
boundary(const Grid *g, int64 start)
{
	for (int direction = 1; direction >= -1; direction -= 2)
	{
		int64		probes[MOST_PROBES];
		int			n = plan_probes(g, start, direction, probes);
		int64		last = start;

		for (int i = 0; i < n; i++)
		{
			if (position(g, probes[i]) != 0)
			{
				halve(g, &last, probes[i], 0);
				return last;
			}
			last = probes[i];
		}
	}
	return start;
}

/* A number as a grid point, towards zero where it lies between two; false: out of reach. */
static bool
grid_point(uint64 word, int decimals, int64 *m)
{
	int			shift = WORD_EXPONENT(word) + decimals;

	*m = WORD_MANTISSA(word);
	for (; shift > 0 && *m != 0; shift--)
	{
		*m *= 10;
		if (llabs(*m) >= DECIMAL_LIMIT)
			return false;
	}
	for (; shift < 0 && *m != 0; shift++)
		*m /= 10;
	return true;
}

static bool
compares_itself(const Term *n, int code)
{
	if (n->kind == TERM_COMPARE || n->kind == TERM_BETWEEN || n->kind == TERM_IN)
		for (int i = 0; i < n->nargs; i++)
			if (n->args[i]->kind == TERM_INDICATOR && n->args[i]->code == code)
				return true;
	return false;
}

/* Both directions on one grid; an unknown indicator gets the end of what will do. */
static int
try_grid(const Grid *g, int64 m0, bool known, bool up, bool down)
{
	int			where = position(g, m0);
	int			ways = 0;
	int64		m;

	if (where == 0)
		return offer(g->q, g->clause, g->goal, g->code,
					 grid_word(g, known ? m0 : boundary(g, m0)));
	if (up && seek(g, m0, where, 1, &m))
		ways += offer(g->q, g->clause, g->goal, g->code,
					  grid_word(g, !known && where == UNDECIDED ? boundary(g, m) : m));
	if (down && seek(g, m0, where, -1, &m))
		ways += offer(g->q, g->clause, g->goal, g->code, grid_word(g, m));
	return ways;
}

static int
try_dates(Search *q, const Term *n, Goal goal, int code)
{
	static const int64 year = 365;
	uint64		word = search_word(q, code);
	bool		known = WORD_TYPE(word) == VALUE_DATE;
	Grid		g = {q, n, goal, code, 0, 0, 0};

	g.least = date2j(1, 1, 1) - POSTGRES_EPOCH_JDATE;
	g.most = date2j(9999, 12, 31) - POSTGRES_EPOCH_JDATE;
	return try_grid(&g, known ? WORD_DATE(word) : q->s.as_of_known ? q->s.as_of : 20 * year,
					known, true, true);
}

/* What is not negative becomes so only where it is itself compared, or nothing else will do. */
static int
try_numbers(Search *q, const Term *n, Goal goal, int code)
{
	static const int finer[] = {0, 2, 4, 8, -7, -14, -28};
	uint64		word = search_word(q, code);
	bool		known = WORD_TYPE(word) == VALUE_NUMBER;
	bool		itself = compares_itself(n, code);
	int			decimals = q->levers[code].decimals + q->finer;
	bool		up = true;
	bool		down = true;
	int			ways = 0;
	int			decided = q->decided;

	if (itself || !known)
		decimals = Max(decimals, term_decimals(n) + q->finer);
	for (int i = 0; i < (int) lengthof(finer) && (up || down); i++)
	{
		Grid		g = {q, n, goal, code, decimals + finer[i], 0, DECIMAL_LIMIT - 1};
		int64		m0 = 0;
		int			found;

		if (known && !grid_point(word, g.decimals, &m0))
			continue;
		if (itself || m0 < 0 || q->negative)
			g.least = -g.most;
		found = up ? try_grid(&g, m0, known, true, false) : 0;
		up = up && found == 0;
		ways += found;
		found = down ? try_grid(&g, m0, known, false, true) : 0;
		down = down && found == 0;
		ways += found;
		/* other indicators are unknown: no value of this one decides */
		if (q->decided == decided)
			break;
	}
	return ways;
}

/* ---- all types ---- */

/* The numbers that a clause names, for those that ask for one of several. */
static int
try_constants(Search *q, const Term *root, const Term *n, Goal goal, int code)
{
	Decimal		d;
	int			ways = 0;

	if (n->kind == TERM_NUMBER && decimal_from_numeric(n->numeric, &d) == DECIMAL_OK)
		return offer(q, root, goal, code, grid_decimal(d.mantissa, -d.exponent));
	for (int i = 0; i < n->nargs; i++)
		ways += try_constants(q, root, n->args[i], goal, code);
	return ways;
}

static int
try_booleans(Search *q, const Term *n, Goal goal, int code)
{
	return offer(q, n, goal, code, VALUE_BOOLEAN) + offer(q, n, goal, code, 8 | VALUE_BOOLEAN);
}

static int
try_typed(Search *q, const Term *n, Goal goal, int code)
{
	switch (q->levers[code].type)
	{
		case EXPR_NUMBER:
			return try_numbers(q, n, goal, code);
		case EXPR_DATE:
			return try_dates(q, n, goal, code);
		case EXPR_TEXT:
			return try_texts(q, n, goal, code);
		case EXPR_SET:
			return try_sets(q, n, goal, code);
		default:
			return try_booleans(q, n, goal, code);
	}
}

/* The type of a word's value; EXPR_UNTYPED where there is none. */
static ExprType
word_type(uint64 word)
{
	if (word == WORD_ABSENT)
		return EXPR_UNTYPED;
	switch (WORD_TYPE(word))
	{
		case VALUE_NUMBER:
			return EXPR_NUMBER;
		case VALUE_DATE:
			return EXPR_DATE;
		case VALUE_TEXT:
			return EXPR_TEXT;
		case VALUE_SET:
			return EXPR_SET;
		default:
			return EXPR_BOOLEAN;
	}
}

/*
 * Where nothing says of what type the indicator is: the values of the clause's
 * other indicators, or else another value of their type, of its own first.
 */
static int
try_like_others(Search *q, const Term *n, Goal goal, int code)
{
	bool	   *reads = palloc0(q->count * sizeof(bool));
	ExprType	type = word_type(search_word(q, code));
	int			ways = 0;

	term_reads(n, reads);
	for (int i = 0; i < q->count; i++)
		if (reads[i] && i != code && search_word(q, i) != WORD_ABSENT)
		{
			if (type == EXPR_UNTYPED)
				type = word_type(search_word(q, i));
			ways += offer(q, n, goal, code, search_word(q, i));
		}
	pfree(reads);
	if (ways > 0)
		return ways;
	q->levers[code].type = type;
	ways = try_typed(q, n, goal, code);
	q->levers[code].type = EXPR_UNTYPED;
	return ways;
}

/* All least changes of an indicator that bring a clause to the goal. */
int
try_values(Search *q, const Term *n, Goal goal, int code)
{
	int			ways = 0;
	uint64		word = search_word(q, code);

	if ((goal & GOAL_UNKNOWN) || n->kind == TERM_IS_NULL || n->kind == TERM_DISTINCT)
		ways += offer(q, n, goal, code, WORD_ABSENT);
	search_put(q, code, word);
	if (q->levers[code].type == EXPR_UNTYPED)
		return ways + try_like_others(q, n, goal, code);
	ways += try_typed(q, n, goal, code);
	if (q->levers[code].type == EXPR_NUMBER && n->kind != TERM_COMPARE && n->kind != TERM_BETWEEN)
		ways += try_constants(q, n, n, goal, code);
	return ways;
}
