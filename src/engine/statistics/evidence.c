/*
 * evidence.c
 *	  Counting subjects by any class, with and without an outcome: what weights
 *	  of evidence are made of.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "../../compat.h"

PG_FUNCTION_INFO_V1(statistics_class);
PG_FUNCTION_INFO_V1(woe_table_final);
PG_FUNCTION_INFO_V1(information_value_final);

typedef struct ClassCount
{
	text	   *name;
	int64		counts[2];		/* without the outcome, with it */
	uint32		hash;
	char		status;
} ClassCount;

#define SAME_TEXT(a, b) \
	(VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) && \
	 memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0)

#define SH_PREFIX		classes
#define SH_ELEMENT_TYPE ClassCount
#define SH_KEY_TYPE		text *
#define SH_KEY			name
#define SH_HASH_KEY(tb, key)	hash_bytes((const unsigned char *) VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key))
#define SH_EQUAL(tb, a, b)		SAME_TEXT(a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a)		(a)->hash
#define SH_SCOPE		static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* Transition: a class, and whether something came about. */
Datum
statistics_class(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	MemoryContext old;
	classes_hash *state = PG_ARGISNULL(0) ? NULL : (classes_hash *) PG_GETARG_POINTER(0);
	text	   *name;
	ClassCount *count;
	bool		found;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}
	name = PG_GETARG_TEXT_PP(1);
	if (state == NULL)
		state = classes_create(context, 32, NULL);
	count = classes_insert(state, name, &found);
	if (!found)
	{
		old = MemoryContextSwitchTo(context);
		count->name = cstring_to_text_with_len(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
		MemoryContextSwitchTo(old);
		count->counts[0] = count->counts[1] = 0;
	}
	count->counts[PG_GETARG_BOOL(2)]++;
	PG_RETURN_POINTER(state);
}

/* What the classes say, of all their subjects. */
typedef struct Evidence
{
	ClassCount **classes;		/* in the order of their names' bytes */
	int			count;
	double		all[2];
} Evidence;

static int
by_name(const void *a, const void *b)
{
	text	   *x = (*(ClassCount *const *) a)->name;
	text	   *y = (*(ClassCount *const *) b)->name;
	int			length = Min(VARSIZE_ANY_EXHDR(x), VARSIZE_ANY_EXHDR(y));
	int			order = memcmp(VARDATA_ANY(x), VARDATA_ANY(y), length);

	return order != 0 ? order : (int) VARSIZE_ANY_EXHDR(x) - (int) VARSIZE_ANY_EXHDR(y);
}

/* False: nobody has the outcome, or everybody. */
static bool
gather(FunctionCallInfo fcinfo, Evidence *e)
{
	classes_hash *state = PG_ARGISNULL(0) ? NULL : (classes_hash *) PG_GETARG_POINTER(0);
	classes_iterator at;
	ClassCount *count;

	memset(e, 0, sizeof(*e));
	if (state == NULL)
		return false;
	e->classes = palloc(state->members * sizeof(ClassCount *));
	classes_start_iterate(state, &at);
	while ((count = classes_iterate(state, &at)) != NULL)
	{
		e->classes[e->count++] = count;
		e->all[0] += count->counts[0];
		e->all[1] += count->counts[1];
	}
	qsort(e->classes, e->count, sizeof(ClassCount *), by_name);
	return e->all[0] > 0 && e->all[1] > 0;
}

/* ln of the share of all without the outcome over that of all with it; an empty one counts half a subject. */
static double
weight_of_evidence(const Evidence *e, const ClassCount *c, double *information)
{
	double		others = (c->counts[0] > 0 ? c->counts[0] : 0.5) / e->all[0];
	double		events = (c->counts[1] > 0 ? c->counts[1] : 0.5) / e->all[1];
	double		woe = log(others / events);

	*information = (others - events) * woe;
	return woe;
}

Datum
woe_table_final(PG_FUNCTION_ARGS)
{
	Evidence	e;
	Oid			type = get_element_type(get_fn_expr_rettype(fcinfo->flinfo));
	TupleDesc	desc;
	Datum	   *rows;

	if (!gather(fcinfo, &e))
		PG_RETURN_NULL();
	if (!OidIsValid(type))
		elog(ERROR, "return type must be an array of rows");
	desc = lookup_rowtype_tupdesc_copy(type, -1);
	rows = palloc(e.count * sizeof(Datum));
	for (int i = 0; i < e.count; i++)
	{
		ClassCount *c = e.classes[i];
		double		subjects = (double) (c->counts[0] + c->counts[1]);
		double		information;
		double		woe = weight_of_evidence(&e, c, &information);
		Datum		values[7];
		bool		nulls[7] = {false};

		values[0] = PointerGetDatum(c->name);
		values[1] = Int64GetDatum(c->counts[0] + c->counts[1]);
		values[2] = Float8GetDatum(subjects / (e.all[0] + e.all[1]));
		values[3] = Int64GetDatum(c->counts[1]);
		values[4] = Float8GetDatum(c->counts[1] / subjects);
		values[5] = Float8GetDatum(woe);
		values[6] = Float8GetDatum(information);
		rows[i] = HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(rows, e.count, type, -1, false, TYPALIGN_DOUBLE));
}

Datum
information_value_final(PG_FUNCTION_ARGS)
{
	Evidence	e;
	double		sum = 0;

	if (!gather(fcinfo, &e))
		PG_RETURN_NULL();
	for (int i = 0; i < e.count; i++)
	{
		double		information;

		(void) weight_of_evidence(&e, e.classes[i], &information);
		sum += information;
	}
	PG_RETURN_FLOAT8(sum);
}
