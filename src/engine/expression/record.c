/*
 * record.c
 *	  Criteria and formulas against a row of anybody's table.
 *
 * matches(criteria, t) is matches(criteria, profile(t)), but only the columns
 * that the criteria reads are looked at, and no profile is made: their words
 * stand in the order of the expression's codes.  matches_columns() is what the
 * planner makes of it (see record_plan.c): it is given those columns alone, in
 * that order, so that no row is put together either.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "criteria.h"
#include "term.h"

PG_FUNCTION_INFO_V1(record_matches);
PG_FUNCTION_INFO_V1(record_evaluate);
PG_FUNCTION_INFO_V1(columns_matches);
PG_FUNCTION_INFO_V1(columns_evaluate);

#define FIRST_COLUMN	2		/* of the arguments, behind expression and as-of date */

/* Kept at the call site. */
typedef struct RecordCall
{
	FmgrInfo	flinfo;			/* a copy, whose fn_extra keeps the expression */
	Oid			type;			/* of the row */
	int32		typmod;
	CodeList   *codes;			/* for which the columns were looked up */
	int			count;
	TupleDesc	desc;
	int		   *columns;		/* by code: index of the column, or -1 */
	Oid		   *types;			/* by code: the column's base type */
	int16	   *slots;
	Datum	   *values;
	bool	   *nulls;
	Profile    *p;				/* scratch: one word a code, and a heap of texts behind */
	uint32		heap_room;
	MemoryContext context;
} RecordCall;

/* What is kept at the call site, made at the first call. */
static RecordCall *
record_call(FunctionCallInfo fcinfo)
{
	RecordCall *call = fcinfo->flinfo->fn_extra;

	if (call != NULL)
		return call;
	call = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(RecordCall));
	call->flinfo = *fcinfo->flinfo;
	call->flinfo.fn_extra = NULL;
	call->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "growth_index row columns",
										  ALLOCSET_SMALL_SIZES);
	fcinfo->flinfo->fn_extra = call;
	return call;
}

/* Room for the codes of the list, and for the values of so many columns. */
static void
make_room(RecordCall *call, CodeList *codes, int columns)
{
	call->count = code_list_count(codes);
	call->columns = palloc(Max(call->count, 1) * sizeof(int));
	call->types = palloc(Max(call->count, 1) * sizeof(Oid));
	call->slots = palloc(Max(call->count, 1) * sizeof(int16));
	call->values = palloc(Max(columns, 1) * sizeof(Datum));
	call->nulls = palloc(Max(columns, 1) * sizeof(bool));
	call->heap_room = 256;
	call->p = palloc0(offsetof(Profile, word) + call->count * sizeof(uint64) + call->heap_room);
	call->p->version = PROFILE_VERSION;
	call->p->count = call->count;
}

/* Where the row has the codes of the list; looked up again when either is another. */
static void
find_columns(RecordCall *call, HeapTupleHeader row, CodeList *codes)
{
	TupleDesc	desc;
	MemoryContext old;

	if (call->codes == codes && call->count == code_list_count(codes) &&
		call->type == HeapTupleHeaderGetTypeId(row) &&
		call->typmod == HeapTupleHeaderGetTypMod(row))
		return;
	call->codes = NULL;
	MemoryContextReset(call->context);
	old = MemoryContextSwitchTo(call->context);
	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
	call->desc = CreateTupleDescCopy(desc);
	ReleaseTupleDesc(desc);
	desc = call->desc;
	call->type = HeapTupleHeaderGetTypeId(row);
	call->typmod = HeapTupleHeaderGetTypMod(row);
	make_room(call, codes, desc->natts);
	for (int c = 0; c < call->count; c++)
	{
		int			len;
		const char *code = code_list_code(codes, c, &len);

		call->columns[c] = -1;
		for (int i = 0; i < desc->natts && call->columns[c] < 0; i++)
			if (!TupleDescAttr(desc, i)->attisdropped &&
				strcmp(NameStr(TupleDescAttr(desc, i)->attname), code) == 0)
			{
				call->columns[c] = i;
				call->types[c] = getBaseType(TupleDescAttr(desc, i)->atttypid);
			}
	}
	MemoryContextSwitchTo(old);
	call->codes = codes;
}

/* A text in the scratch heap; false: it is a date, or too long for a profile. */
static bool
put_text(RecordCall *call, int code, text *t, uint32 *used)
{
	uint32		len = VARSIZE_ANY_EXHDR(t);
	DateADT		date;

	if (len > PROFILE_MAX_TEXT || iso_date_parse(VARDATA_ANY(t), len, &date))
		return false;
	if (*used + len > call->heap_room)
	{
		call->heap_room = 2 * (*used + len);
		call->p = repalloc(call->p, offsetof(Profile, word) +
						   call->count * sizeof(uint64) + call->heap_room);
	}
	memcpy((char *) &call->p->word[call->count] + *used, VARDATA_ANY(t), len);
	call->p->word[code] = ((uint64) *used << 32) | ((uint64) len << 3) | VALUE_TEXT;
	*used += len;
	return true;
}

/* The word of a column's value; false: that takes a profile. */
static bool
put_column(RecordCall *call, int code, uint32 *used)
{
	Datum		value = call->values[call->columns[code]];
	Oid			type = call->types[code];

	if (type == TEXTOID || type == VARCHAROID)
		return put_text(call, code, DatumGetTextPP(value), used);
	return profile_word_of_datum(value, type, &call->p->word[code]);
}

/* What the words alone cannot hold, or must be refused: a profile of the needed columns. */
static void
subject_of_profile(RecordCall *call, Subject *s)
{
	ProfileBuilder *b = profile_builder_new(CurrentMemoryContext);

	for (int c = 0; c < call->count; c++)
	{
		int			len;
		const char *code = code_list_code(call->codes, c, &len);

		if (call->columns[c] >= 0 && !call->nulls[call->columns[c]])
			profile_put_datum(b, code, len, call->values[call->columns[c]], call->types[c]);
	}
	s->profile = profile_build(b);
	s->slots = code_list_slots(call->codes, s->profile);
}

/* The row's columns. */
static void
take_row(RecordCall *call, HeapTupleHeader row)
{
	HeapTupleData tuple;

	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	heap_deform_tuple(&tuple, call->desc, call->values, call->nulls);
}

/* The values of the columns as the subject. */
static void
column_subject(RecordCall *call, Subject *s)
{
	uint32		used = 0;

	for (int c = 0; c < call->count; c++)
	{
		int			i = call->columns[c];

		call->slots[c] = -1;
		if (i < 0 || call->nulls[i])
			continue;
		if (!put_column(call, c, &used))
		{
			subject_of_profile(call, s);
			return;
		}
		call->slots[c] = c;
	}
	s->profile = call->p;
	s->slots = call->slots;
}

/* The expression of argument 0, its codes, and the as-of date of an argument. */
static Expression *
expression_of_call(FunctionCallInfo fcinfo, RecordCall *call, ExprType want, int as_of_arg,
				   CodeList **codes, Subject *s)
{
	bool		given = !PG_ARGISNULL(as_of_arg);
	DateADT		as_of = given ? PG_GETARG_DATEADT(as_of_arg) : 0;
	LOCAL_FCINFO(inner, 1);

	if (!IS_VALID_DATE(as_of))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("as-of date must be finite")));
	memcpy(inner, fcinfo, SizeForFunctionCallInfo(1));
	inner->flinfo = &call->flinfo;
	subject_init(s, NULL, NULL, given, as_of);
	return call_expression(inner, 0, want, codes);
}

/* The expression of argument 0, and the row of argument 1 as its subject; NULL: one is NULL. */
static Expression *
expression_and_row(FunctionCallInfo fcinfo, ExprType want, Subject *s)
{
	RecordCall *call;
	HeapTupleHeader row;
	CodeList   *codes;
	Expression *e;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return NULL;
	call = record_call(fcinfo);
	row = PG_GETARG_HEAPTUPLEHEADER(1);
	e = expression_of_call(fcinfo, call, want, 2, &codes, s);
	find_columns(call, row, codes);
	take_row(call, row);
	column_subject(call, s);
	return e;
}

/* The types of the arguments, one a code of the expression. */
static void
find_arguments(RecordCall *call, FunctionCallInfo fcinfo, CodeList *codes)
{
	MemoryContext old;

	if (call->codes == codes && call->count == code_list_count(codes))
		return;
	if (code_list_count(codes) != PG_NARGS() - FIRST_COLUMN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%d columns are given for %d indicators",
						PG_NARGS() - FIRST_COLUMN, code_list_count(codes)),
				 errhint("The planner calls this function for matches(criteria, t); call that.")));
	call->codes = NULL;
	MemoryContextReset(call->context);
	old = MemoryContextSwitchTo(call->context);
	make_room(call, codes, code_list_count(codes));
	for (int c = 0; c < call->count; c++)
	{
		Oid			type = get_fn_expr_argtype(fcinfo->flinfo, FIRST_COLUMN + c);

		if (!OidIsValid(type))
			ereport(ERROR,
					(errcode(ERRCODE_INDETERMINATE_DATATYPE),
					 errmsg("could not determine the type of a column")));
		call->columns[c] = c;
		call->types[c] = type == UNKNOWNOID ? type : getBaseType(type);
	}
	MemoryContextSwitchTo(old);
	call->codes = codes;
}

/* The expression of argument 0, and the columns behind as its subject; NULL: it is NULL. */
static Expression *
expression_and_columns(FunctionCallInfo fcinfo, ExprType want, Subject *s)
{
	RecordCall *call;
	CodeList   *codes;
	Expression *e;

	if (PG_ARGISNULL(0))
		return NULL;
	call = record_call(fcinfo);
	e = expression_of_call(fcinfo, call, want, 1, &codes, s);
	find_arguments(call, fcinfo, codes);
	for (int c = 0; c < call->count; c++)
	{
		call->nulls[c] = PG_ARGISNULL(FIRST_COLUMN + c);
		call->values[c] = PG_GETARG_DATUM(FIRST_COLUMN + c);
	}
	column_subject(call, s);
	return e;
}

/* The answer of a condition; NULL where there is none, or it is unknown. */
static Datum
answer(FunctionCallInfo fcinfo, Expression *e, Subject *s)
{
	Tri			t = e == NULL ? TRI_UNKNOWN : expression_test(e, s);

	if (t == TRI_UNKNOWN)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(t == TRI_TRUE);
}

/* The number of a formula; NULL where there is none, or it is unknown. */
static Datum
number(FunctionCallInfo fcinfo, Expression *e, Subject *s)
{
	Numeric		result;

	if (e == NULL || !expression_numeric(e, s, &result))
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(result);
}

Datum
record_matches(PG_FUNCTION_ARGS)
{
	Subject		s;

	return answer(fcinfo, expression_and_row(fcinfo, EXPR_BOOLEAN, &s), &s);
}

Datum
record_evaluate(PG_FUNCTION_ARGS)
{
	Subject		s;

	return number(fcinfo, expression_and_row(fcinfo, EXPR_NUMBER, &s), &s);
}

Datum
columns_matches(PG_FUNCTION_ARGS)
{
	Subject		s;

	return answer(fcinfo, expression_and_columns(fcinfo, EXPR_BOOLEAN, &s), &s);
}

Datum
columns_evaluate(PG_FUNCTION_ARGS)
{
	Subject		s;

	return number(fcinfo, expression_and_columns(fcinfo, EXPR_NUMBER, &s), &s);
}
