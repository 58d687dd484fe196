/*
 * record.c
 *	  Criteria and formulas against a row of anybody's table.
 *
 * matches(criteria, t) is matches(criteria, profile(t)), but only the columns
 * that the criteria reads are looked at, and no profile is made: their words
 * stand in the order of the expression's codes.
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
	call->count = code_list_count(codes);
	call->columns = palloc(Max(call->count, 1) * sizeof(int));
	call->types = palloc(Max(call->count, 1) * sizeof(Oid));
	call->slots = palloc(Max(call->count, 1) * sizeof(int16));
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
	call->values = palloc(Max(desc->natts, 1) * sizeof(Datum));
	call->nulls = palloc(Max(desc->natts, 1) * sizeof(bool));
	call->heap_room = 256;
	call->p = palloc0(offsetof(Profile, word) + call->count * sizeof(uint64) + call->heap_room);
	call->p->version = PROFILE_VERSION;
	call->p->count = call->count;
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

/* The row's needed columns as the subject. */
static void
row_subject(RecordCall *call, HeapTupleHeader row, Subject *s)
{
	HeapTupleData tuple;
	uint32		used = 0;

	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	heap_deform_tuple(&tuple, call->desc, call->values, call->nulls);
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

/* The expression of argument 0, and the row of argument 1 as its subject. */
static Expression *
expression_and_row(FunctionCallInfo fcinfo, ExprType want, Subject *s)
{
	RecordCall *call = record_call(fcinfo);
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(1);
	DateADT		as_of = PG_ARGISNULL(2) ? 0 : PG_GETARG_DATEADT(2);
	CodeList   *codes;
	Expression *e;
	LOCAL_FCINFO(inner, 3);

	if (!IS_VALID_DATE(as_of))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("as-of date must be finite")));
	memcpy(inner, fcinfo, SizeForFunctionCallInfo(3));
	inner->flinfo = &call->flinfo;
	e = call_expression(inner, 0, want, &codes);
	find_columns(call, row, codes);
	subject_init(s, NULL, NULL, !PG_ARGISNULL(2), as_of);
	row_subject(call, row, s);
	return e;
}

Datum
record_matches(PG_FUNCTION_ARGS)
{
	Expression *e;
	Subject		s;
	Tri			t;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	e = expression_and_row(fcinfo, EXPR_BOOLEAN, &s);
	t = expression_test(e, &s);
	if (t == TRI_UNKNOWN)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(t == TRI_TRUE);
}

Datum
record_evaluate(PG_FUNCTION_ARGS)
{
	Expression *e;
	Subject		s;
	Numeric		result;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	e = expression_and_row(fcinfo, EXPR_NUMBER, &s);
	if (!expression_numeric(e, &s, &result))
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(result);
}
