/*
 * profile_make.c
 *	  Profiles out of SQL values: an aggregate of code and value.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "profile.h"

PG_FUNCTION_INFO_V1(profile_agg_transition);
PG_FUNCTION_INFO_V1(profile_agg_combine);
PG_FUNCTION_INFO_V1(profile_agg_serial);
PG_FUNCTION_INFO_V1(profile_agg_deserial);
PG_FUNCTION_INFO_V1(profile_agg_final);

/* The elements of a text array; NULL elements are left out. */
static void
put_text_array(ProfileBuilder *b, const char *code, int len, Datum value)
{
	ArrayType  *array = DatumGetArrayTypeP(value);
	Datum	   *elems;
	bool	   *nulls;
	int			count;
	int			kept = 0;
	const char **texts;
	int		   *lens;

	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_INT,
					  &elems, &nulls, &count);
	texts = palloc(Max(count, 1) * sizeof(char *));
	lens = palloc(Max(count, 1) * sizeof(int));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			continue;
		texts[kept] = VARDATA_ANY(DatumGetPointer(elems[i]));
		lens[kept] = VARSIZE_ANY_EXHDR(DatumGetPointer(elems[i]));
		kept++;
	}
	profile_put_set(b, code, len, kept, texts, lens);
}

/* A float as SQL's own cast to numeric takes it: 15 significant digits. */
static void
put_float(ProfileBuilder *b, const char *code, int len, PGFunction cast, Datum value)
{
	profile_put_number(b, code, len, DatumGetNumeric(DirectFunctionCall1(cast, value)));
}

/* What a document is at its top. */
static void
put_document(ProfileBuilder *b, const char *code, int len, Jsonb *json)
{
	JsonbValue	v;

	if (JB_ROOT_IS_SCALAR(json))
		JsonbExtractScalar(&json->root, &v);
	else
	{
		v.type = jbvBinary;
		v.val.binary.data = &json->root;
		v.val.binary.len = VARSIZE(json) - VARHDRSZ;
	}
	profile_put_jsonb(b, code, len, &v);
}

/* A scalar of any other type as its text; other types are refused. */
static void
put_by_output(ProfileBuilder *b, const char *code, int len, Datum value, Oid type)
{
	Oid			output;
	bool		varlena;
	char	   *text;

	if (get_typtype(type) == TYPTYPE_COMPOSITE || type_is_array(type))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("indicator \"%.*s\" cannot have a value of type %s",
						len, code, format_type_be(type)),
				 errhint("A value is a number, a boolean, a text, a date or an array of texts.")));
	getTypeOutputInfo(type, &output, &varlena);
	text = OidOutputFunctionCall(output, value);
	profile_put_text(b, code, len, text, strlen(text));
}

/* Put an SQL value (not NULL) of any type that a profile can hold. */
void
profile_put_datum(ProfileBuilder *b, const char *code, int len, Datum value, Oid type)
{
	text	   *t;

	switch (type)
	{
		case NUMERICOID:
			profile_put_number(b, code, len, DatumGetNumeric(value));
			break;
		case INT2OID:
			profile_put_number(b, code, len, int64_to_numeric(DatumGetInt16(value)));
			break;
		case INT4OID:
			profile_put_number(b, code, len, int64_to_numeric(DatumGetInt32(value)));
			break;
		case INT8OID:
			profile_put_number(b, code, len, int64_to_numeric(DatumGetInt64(value)));
			break;
		case FLOAT4OID:
			put_float(b, code, len, float4_numeric, value);
			break;
		case FLOAT8OID:
			put_float(b, code, len, float8_numeric, value);
			break;
		case BOOLOID:
			profile_put_boolean(b, code, len, DatumGetBool(value));
			break;
		case DATEOID:
			profile_put_date(b, code, len, DatumGetDateADT(value));
			break;
		case TIMESTAMPOID:
			profile_put_date(b, code, len,
							 DatumGetDateADT(DirectFunctionCall1(timestamp_date, value)));
			break;
		case TIMESTAMPTZOID:
			profile_put_date(b, code, len,
							 DatumGetDateADT(DirectFunctionCall1(timestamptz_date, value)));
			break;
		case TEXTOID:
		case VARCHAROID:
			t = DatumGetTextPP(value);
			profile_put_text(b, code, len, VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
			break;
		case TEXTARRAYOID:
		case VARCHARARRAYOID:
			put_text_array(b, code, len, value);
			break;
		case JSONBOID:
			put_document(b, code, len, DatumGetJsonbP(value));
			break;
		default:
			put_by_output(b, code, len, value, type);
	}
}

static bool
word_of_int(int64 n, uint64 *word)
{
	if (n >= DECIMAL_LIMIT || n <= -DECIMAL_LIMIT)
		return false;
	*word = (uint64) n << 13 | VALUE_NUMBER;
	return true;
}

static bool
word_of_date(DateADT date, uint64 *word)
{
	if (date < date2j(1, 1, 1) - POSTGRES_EPOCH_JDATE ||
		date > date2j(9999, 12, 31) - POSTGRES_EPOCH_JDATE)
		return false;
	*word = (uint64) (uint32) date << 32 | VALUE_DATE;
	return true;
}

bool
profile_word_of_datum(Datum value, Oid type, uint64 *word)
{
	Decimal		d;
	DecimalResult r;

	switch (type)
	{
		case NUMERICOID:
			if (!decimal_from_stored(PG_DETOAST_DATUM_PACKED(value), &d))
			{
				r = decimal_from_numeric(DatumGetNumeric(value), &d);
				if (r != DECIMAL_OK && r != DECIMAL_ROUNDED)
					return false;
			}
			*word = decimal_word(d);
			return true;
		case INT2OID:
			return word_of_int(DatumGetInt16(value), word);
		case INT4OID:
			return word_of_int(DatumGetInt32(value), word);
		case INT8OID:
			return word_of_int(DatumGetInt64(value), word);
		case BOOLOID:
			*word = DatumGetBool(value) ? 8 | VALUE_BOOLEAN : VALUE_BOOLEAN;
			return true;
		case DATEOID:
			return word_of_date(DatumGetDateADT(value), word);
		default:
			return false;
	}
}

static ProfileBuilder *
agg_state(FunctionCallInfo fcinfo, int arg)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "profile_agg called outside of an aggregate");
	if (arg >= 0 && !PG_ARGISNULL(arg))
		return (ProfileBuilder *) PG_GETARG_POINTER(arg);
	return profile_builder_new(context);
}

Datum
profile_agg_transition(PG_FUNCTION_ARGS)
{
	ProfileBuilder *b = agg_state(fcinfo, 0);
	Oid			type = get_fn_expr_argtype(fcinfo->flinfo, 2);
	text	   *code;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("indicator code must not be null")));
	if (!OidIsValid(type))
		ereport(ERROR,
				(errcode(ERRCODE_INDETERMINATE_DATATYPE),
				 errmsg("could not determine the type of the value")));
	code = PG_GETARG_TEXT_PP(1);
	if (!PG_ARGISNULL(2))
		profile_put_datum(b, VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code),
						  PG_GETARG_DATUM(2),
						  type == UNKNOWNOID ? UNKNOWNOID : getBaseType(type));
	PG_RETURN_POINTER(b);
}

static void
put_all_slots(ProfileBuilder *b, const Profile *p)
{
	for (int i = 0; i < p->count; i++)
		profile_put_slot(b, p, i);
}

Datum
profile_agg_combine(PG_FUNCTION_ARGS)
{
	ProfileBuilder *b;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	b = agg_state(fcinfo, 0);
	put_all_slots(b, profile_build((ProfileBuilder *) PG_GETARG_POINTER(1)));
	PG_RETURN_POINTER(b);
}

/* Between processes of one server the stored form will do. */
Datum
profile_agg_serial(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(profile_build((ProfileBuilder *) PG_GETARG_POINTER(0)));
}

Datum
profile_agg_deserial(PG_FUNCTION_ARGS)
{
	ProfileBuilder *b = agg_state(fcinfo, -1);

	put_all_slots(b, PG_GETARG_PROFILE_P(0));
	PG_RETURN_POINTER(b);
}

Datum
profile_agg_final(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_PROFILE_P(profile_build((ProfileBuilder *) PG_GETARG_POINTER(0)));
}
