/*
 * leaf.c
 *	  From conditions to leaves: comparisons of columns with constants.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "compile.h"

#define MOST_COLUMNS	30000
#define MOST_MEMBERS	1000	/* of one IN; more are decided as they stand */
#define FULL_COLUMN		30000	/* constants: the next ones go to another of the same term */

/* A term that outlives its parsing. */
static Term *
copy_term(MemoryContext context, const Term *n)
{
	Term	   *copy = MemoryContextAlloc(context, sizeof(Term));

	check_stack_depth();
	*copy = *n;
	if (n->text != NULL)
	{
		char	   *text = MemoryContextAlloc(context, Max(n->len, 1));

		memcpy(text, n->text, n->len);
		copy->text = text;
	}
	if (n->name != NULL)
		copy->name = MemoryContextStrdup(context, n->name);
	if (n->numeric != NULL)
	{
		copy->numeric = MemoryContextAlloc(context, VARSIZE(n->numeric));
		memcpy(copy->numeric, n->numeric, VARSIZE(n->numeric));
	}
	if (n->nargs > 0)
		copy->args = MemoryContextAlloc(context, n->nargs * sizeof(Term *));
	for (int i = 0; i < n->nargs; i++)
		copy->args[i] = copy_term(context, n->args[i]);
	return copy;
}

/* As what a term reads its indicators: g IS NULL asks for any value, unless g is typed elsewhere. */
static void
append_types(StringInfo out, const Term *n)
{
	check_stack_depth();
	if (n->kind == TERM_INDICATOR)
		appendStringInfoChar(out, '0' + n->type);
	for (int i = 0; i < n->nargs; i++)
		append_types(out, n->args[i]);
}

/* The column of a term's values; equal terms have the same one, until it is full. */
static int
column_of(SetBuilder *b, ColumnKind kind, const Term *n)
{
	PolicySet  *set = b->set;
	StringInfoData name;
	bool		found;
	NameEntry  *e;
	Column	   *c;

	initStringInfo(&name);
	appendStringInfo(&name, "%d", (int) kind);
	append_types(&name, n);
	appendStringInfo(&name, " %s", term_text(n));
	e = name_enter(b->columns, b->raw, name.data, name.len, &found);
	if (found && set->columns[e->number].nedges < FULL_COLUMN)
		return e->number;
	if (set->ncolumns == MOST_COLUMNS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("policy set is too large"),
				 errdetail("Its criteria look at more than %d indicators, computed numbers and conditions.",
						   MOST_COLUMNS)));
	if (set->ncolumns == b->columns_room)
	{
		b->columns_room = Max(64, 2 * b->columns_room);
		set->columns = set->columns == NULL ?
			MemoryContextAlloc(set->context, b->columns_room * sizeof(Column)) :
			repalloc(set->columns, b->columns_room * sizeof(Column));
	}
	c = &set->columns[set->ncolumns];
	memset(c, 0, sizeof(Column));
	c->kind = kind;
	c->term = copy_term(set->context, n);
	c->code = n->kind == TERM_INDICATOR ? n->code : -1;
	return e->number = set->ncolumns++;
}

static RawLeaf *
raw_leaf(SetBuilder *b, int column, bool negated, int nspans)
{
	RawLeaf    *leaf = MemoryContextAllocZero(b->raw, offsetof(RawLeaf, spans[nspans]));

	leaf->column = column;
	leaf->negated = negated;
	leaf->nspans = nspans;
	return leaf;
}

/* The condition as a column of its own, or as the contrary of one. */
static RawLeaf *
test_leaf(SetBuilder *b, const Term *n, bool negated)
{
	static const int contrary[] = {CMP_EQ, CMP_EQ, CMP_LT, CMP_GT, CMP_GT, CMP_LT};
	Term		plain = *n;

	plain.negated = false;
	negated = negated != n->negated;
	if (n->kind == TERM_COMPARE && (n->op == CMP_NE || n->op == CMP_LE || n->op == CMP_GE))
	{
		plain.op = contrary[n->op];
		negated = !negated;
	}
	return raw_leaf(b, column_of(b, COLUMN_TEST, &plain), negated, 0);
}

/* Can the term be a column of ranks, compared with this constant? */
static bool
is_column_of(const Term *value, const Term *constant, ColumnKind *kind)
{
	bool		bare = value->kind == TERM_INDICATOR;

	switch (constant->kind)
	{
		case TERM_NUMBER:
			*kind = COLUMN_NUMBER;
			return value->type == EXPR_NUMBER && value->kind != TERM_NUMBER &&
				!isnan(constant->number.value) && (!bare || constant->short_decimal);
		case TERM_DATE:
			*kind = COLUMN_DATE;
			return bare && value->type == EXPR_DATE;
		case TERM_TEXT:
			*kind = COLUMN_TEXT;
			return bare && value->type == EXPR_TEXT;
		default:
			return false;
	}
}

/* The constant as bytes: constants of one column that have the same ones are the same. */
static const char *
edge_bytes(const Term *constant, int *len)
{
	switch (constant->kind)
	{
		case TERM_DATE:
			*len = sizeof(constant->date);
			return (const char *) &constant->date;
		case TERM_NUMBER:
			*len = VARSIZE(constant->numeric);
			return (const char *) constant->numeric;
		default:
			*len = constant->len;
			return constant->text;
	}
}

static int
new_edge(SetBuilder *b, int column, const Term *constant)
{
	MemoryContext context = b->set->context;
	Edge		edge = {0};

	edge.number = constant->number;
	if (constant->kind == TERM_DATE)
		edge.number.value = constant->date;
	else if (constant->kind == TERM_NUMBER)
	{
		edge.numeric = MemoryContextAlloc(context, VARSIZE(constant->numeric));
		memcpy(edge.numeric, constant->numeric, VARSIZE(constant->numeric));
	}
	else
	{
		char	   *text = MemoryContextAlloc(context, Max(constant->len, 1));

		memcpy(text, constant->text, constant->len);
		edge.text = text;
		edge.len = constant->len;
	}
	return column_add_edge(context, &b->set->columns[column], &edge);
}

/* The number of the constant among those of the column; each is kept once, or it is soon full. */
static int
add_edge(SetBuilder *b, int column, const Term *constant)
{
	int			len;
	const char *bytes = edge_bytes(constant, &len);
	char	   *name = palloc(1 + sizeof(int) + len);
	bool		found;
	NameEntry  *e;

	/* the names of columns begin with a digit: see column_of() */
	name[0] = 'e';
	memcpy(name + 1, &column, sizeof(int));
	memcpy(name + 1 + sizeof(int), bytes, len);
	e = name_enter(b->columns, b->raw, name, 1 + sizeof(int) + len, &found);
	if (!found)
		e->number = new_edge(b, column, constant);
	return e->number;
}

static void
set_span(Span *span, int op, int edge)
{
	span->from = op == CMP_LT || op == CMP_LE ? -1 : edge;
	span->to = op == CMP_GT || op == CMP_GE ? -1 : edge;
	span->from_included = op != CMP_GT;
	span->to_included = op != CMP_LT;
}

static RawLeaf *
compare_leaf(SetBuilder *b, const Term *n, bool negated)
{
	static const int mirrored[] = {CMP_EQ, CMP_NE, CMP_GT, CMP_GE, CMP_LT, CMP_LE};
	const Term *value = n->args[0];
	const Term *constant = n->args[1];
	int			op = n->op;
	ColumnKind	kind;
	RawLeaf    *leaf;

	if (!is_column_of(value, constant, &kind))
	{
		value = n->args[1];
		constant = n->args[0];
		op = mirrored[op];
		if (!is_column_of(value, constant, &kind))
			return NULL;
	}
	leaf = raw_leaf(b, column_of(b, kind, value), negated != (op == CMP_NE), 1);
	set_span(&leaf->spans[0], op == CMP_NE ? CMP_EQ : op, add_edge(b, leaf->column, constant));
	return leaf;
}

static RawLeaf *
between_leaf(SetBuilder *b, const Term *n, bool negated)
{
	ColumnKind	kind;
	RawLeaf    *leaf;

	if (!is_column_of(n->args[0], n->args[1], &kind) || !is_column_of(n->args[0], n->args[2], &kind))
		return NULL;
	leaf = raw_leaf(b, column_of(b, kind, n->args[0]), negated != n->negated, n->symmetric ? 2 : 1);
	leaf->spans[0].from = add_edge(b, leaf->column, n->args[1]);
	leaf->spans[0].to = add_edge(b, leaf->column, n->args[2]);
	leaf->spans[0].from_included = leaf->spans[0].to_included = true;
	if (n->symmetric)
	{
		leaf->spans[1] = leaf->spans[0];
		leaf->spans[1].from = leaf->spans[0].to;
		leaf->spans[1].to = leaf->spans[0].from;
	}
	return leaf;
}

static RawLeaf *
in_leaf(SetBuilder *b, const Term *n, bool negated)
{
	ColumnKind	kind;
	RawLeaf    *leaf;

	if (n->nargs > MOST_MEMBERS)
		return NULL;
	for (int i = 1; i < n->nargs; i++)
		if (!is_column_of(n->args[0], n->args[i], &kind))
			return NULL;
	leaf = raw_leaf(b, column_of(b, kind, n->args[0]), negated != n->negated, n->nargs - 1);
	for (int i = 1; i < n->nargs; i++)
		set_span(&leaf->spans[i - 1], CMP_EQ, add_edge(b, leaf->column, n->args[i]));
	return leaf;
}

/* LIKE 'C39%' is a span of texts in byte order. */
static RawLeaf *
prefix_leaf(SetBuilder *b, const Term *n, bool negated)
{
	const Term *pattern = n->args[1];
	Term		edge = *pattern;
	char	   *last;
	ColumnKind	kind;
	RawLeaf    *leaf;

	edge.len = pattern->len - 1;
	if (edge.len < 1 || pattern->text[edge.len] != '%' || n->args[0]->kind != TERM_INDICATOR ||
		!is_column_of(n->args[0], pattern, &kind))
		return NULL;
	for (int i = 0; i < edge.len; i++)
		if (strchr("%_\\", pattern->text[i]) != NULL)
			return NULL;
	edge.text = last = pnstrdup(pattern->text, edge.len);
	if ((unsigned char) last[edge.len - 1] == 0xFF)
		return NULL;
	leaf = raw_leaf(b, column_of(b, kind, n->args[0]), negated != n->negated, 1);
	leaf->spans[0].from = add_edge(b, leaf->column, &edge);
	leaf->spans[0].from_included = true;
	last[edge.len - 1]++;
	leaf->spans[0].to = add_edge(b, leaf->column, &edge);
	return leaf;
}

/* A condition without AND, OR and NOT: a span of a column where it is one, else a column of its own. */
RawLeaf *
leaf_of(SetBuilder *b, const Term *n, bool negated)
{
	RawLeaf    *leaf = NULL;

	switch (n->kind)
	{
		case TERM_COMPARE:
			leaf = compare_leaf(b, n, negated);
			break;
		case TERM_BETWEEN:
			leaf = between_leaf(b, n, negated);
			break;
		case TERM_IN:
			leaf = in_leaf(b, n, negated);
			break;
		case TERM_LIKE:
			leaf = prefix_leaf(b, n, negated);
			break;
		default:
			break;
	}
	return leaf != NULL ? leaf : test_leaf(b, n, negated);
}
