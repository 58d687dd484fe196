/*
 * profile_io.c
 *	  Text, jsonb and binary forms of a profile.
 *
 * The text form is a flat JSON object; the server's jsonb reads it.
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"

#include "profile.h"

PG_FUNCTION_INFO_V1(profile_in);
PG_FUNCTION_INFO_V1(profile_out);
PG_FUNCTION_INFO_V1(profile_recv);
PG_FUNCTION_INFO_V1(profile_send);
PG_FUNCTION_INFO_V1(profile_from_jsonb);
PG_FUNCTION_INFO_V1(profile_as_jsonb);

/* What a JSON value is called in a message. */
static const char *
json_kind(const JsonbValue *v)
{
	switch (v->type)
	{
		case jbvNull:
			return "null";
		case jbvNumeric:
			return "a number";
		case jbvBool:
			return "a boolean";
		case jbvString:
			return "a text";
		default:
			break;
	}
	if (v->type == jbvBinary && JsonContainerIsObject(v->val.binary.data))
		return "an object";
	return "an array";
}

/* An array of texts, as a set. */
static void
put_jsonb_array(ProfileBuilder *b, const char *code, int len, JsonbContainer *array)
{
	int			room = JsonContainerSize(array);
	const char **texts = palloc(Max(room, 1) * sizeof(char *));
	int		   *lens = palloc(Max(room, 1) * sizeof(int));
	int			count = 0;
	JsonbIterator *it = JsonbIteratorInit(array);
	JsonbValue	v;
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM)
			continue;
		if (v.type != jbvString)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("set of indicator \"%.*s\" has an element that is %s",
							len, code, json_kind(&v)),
					 errdetail("The elements of a set are texts.")));
		texts[count] = v.val.string.val;
		lens[count] = v.val.string.len;
		count++;
	}
	profile_put_set(b, code, len, count, texts, lens);
	pfree(texts);
	pfree(lens);
}

/* Put a JSON value; null puts nothing. */
void
profile_put_jsonb(ProfileBuilder *b, const char *code, int len, JsonbValue *v)
{
	switch (v->type)
	{
		case jbvNull:
			return;
		case jbvNumeric:
			profile_put_number(b, code, len, v->val.numeric);
			return;
		case jbvBool:
			profile_put_boolean(b, code, len, v->val.boolean);
			return;
		case jbvString:
			profile_put_text(b, code, len, v->val.string.val, v->val.string.len);
			return;
		default:
			break;
	}
	if (v->type == jbvBinary && JsonContainerIsArray(v->val.binary.data))
		put_jsonb_array(b, code, len, v->val.binary.data);
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("value of indicator \"%.*s\" is %s", len, code, json_kind(v)),
				 errdetail("A value is a number, a boolean, a text, a date or an array of texts.")));
}

static Profile *
jsonb_to_profile(Jsonb *json)
{
	ProfileBuilder *b;
	JsonbIterator *it;
	JsonbValue	v;
	JsonbIteratorToken token;
	char	   *code = NULL;
	int			len = 0;

	if (!JB_ROOT_IS_OBJECT(json))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type profile: not a JSON object"),
				 errdetail("A profile is an object of indicator codes and values, such as {\"revenue\": 140000000}.")));
	b = profile_builder_new(CurrentMemoryContext);
	it = JsonbIteratorInit(&json->root);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token == WJB_KEY)
		{
			code = v.val.string.val;
			len = v.val.string.len;
		}
		else if (token == WJB_VALUE)
			profile_put_jsonb(b, code, len, &v);
	}
	return profile_build(b);
}

Datum
profile_in(PG_FUNCTION_ARGS)
{
	Datum		json = DirectFunctionCall1(jsonb_in, PG_GETARG_DATUM(0));

	PG_RETURN_PROFILE_P(jsonb_to_profile(DatumGetJsonbP(json)));
}

Datum
profile_from_jsonb(PG_FUNCTION_ARGS)
{
	PG_RETURN_PROFILE_P(jsonb_to_profile(PG_GETARG_JSONB_P(0)));
}

static void
append_json_text(StringInfo out, const char *text, int len)
{
	char	   *copy = pnstrdup(text, len);

	escape_json(out, copy);
	pfree(copy);
}

/* Append one value as JSON. */
void
profile_value_to_text(const Profile *p, int slot, StringInfo out)
{
	uint64		w = p->word[slot];
	const char *at = profile_heap(p) + WORD_OFFSET(w);
	char		date[16];

	switch (WORD_TYPE(w))
	{
		case VALUE_NUMBER:
			appendStringInfoString(out, decimal_to_text(word_decimal(w)));
			break;
		case VALUE_BOOLEAN:
			appendStringInfoString(out, WORD_BOOLEAN(w) ? "true" : "false");
			break;
		case VALUE_DATE:
			iso_date_text(WORD_DATE(w), date);
			appendStringInfo(out, "\"%s\"", date);
			break;
		case VALUE_TEXT:
			append_json_text(out, at, WORD_LENGTH(w));
			break;
		case VALUE_SET:
			appendStringInfoChar(out, '[');
			for (uint32 i = 0; i < WORD_LENGTH(w); i++)
			{
				if (i > 0)
					appendStringInfoString(out, ", ");
				append_json_text(out, at + sizeof(uint32), heap_uint32(at));
				at += sizeof(uint32) + heap_uint32(at);
			}
			appendStringInfoChar(out, ']');
			break;
	}
}

static char *
profile_to_text(const Profile *p)
{
	StringInfoData out;
	const uint8 *lens = profile_shape(p);
	const char *code = (const char *) lens + p->count;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (int i = 0; i < p->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (i > 0)
			appendStringInfoString(&out, ", ");
		append_json_text(&out, code, lens[i]);
		appendStringInfoString(&out, ": ");
		profile_value_to_text(p, i, &out);
		code += lens[i];
	}
	appendStringInfoChar(&out, '}');
	return out.data;
}

Datum
profile_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(profile_to_text(PG_GETARG_PROFILE_P(0)));
}

static void
push_jsonb_text(JsonbParseState **state, JsonbIteratorToken as, const char *text, int len)
{
	JsonbValue	v;

	v.type = jbvString;
	v.val.string.val = unconstify(char *, text);
	v.val.string.len = len;
	pushJsonbValue(state, as, &v);
}

/* As the server's jsonb reads what profile_value_to_text() writes. */
static void
push_jsonb_value(JsonbParseState **state, const Profile *p, int slot)
{
	uint64		w = p->word[slot];
	const char *at = profile_heap(p) + WORD_OFFSET(w);
	char		date[16];
	Decimal		d;
	JsonbValue	v;

	switch (WORD_TYPE(w))
	{
		case VALUE_NUMBER:
			d = word_decimal(w);
			v.type = jbvNumeric;
			/* written in scientific form, it has no zeros at the end */
			v.val.numeric = d.exponent < -30 || d.exponent > 25 ?
				numeric_from_text(decimal_to_text(d)) : decimal_to_numeric(d);
			pushJsonbValue(state, WJB_VALUE, &v);
			break;
		case VALUE_BOOLEAN:
			v.type = jbvBool;
			v.val.boolean = WORD_BOOLEAN(w);
			pushJsonbValue(state, WJB_VALUE, &v);
			break;
		case VALUE_DATE:
			iso_date_text(WORD_DATE(w), date);
			push_jsonb_text(state, WJB_VALUE, pstrdup(date), strlen(date));
			break;
		case VALUE_TEXT:
			push_jsonb_text(state, WJB_VALUE, at, WORD_LENGTH(w));
			break;
		case VALUE_SET:
			pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
			for (uint32 i = 0; i < WORD_LENGTH(w); i++)
			{
				push_jsonb_text(state, WJB_ELEM, at + sizeof(uint32), heap_uint32(at));
				at += sizeof(uint32) + heap_uint32(at);
			}
			pushJsonbValue(state, WJB_END_ARRAY, NULL);
			break;
	}
}

Jsonb *
profile_to_jsonb(const Profile *p)
{
	JsonbParseState *state = NULL;
	const uint8 *lens = profile_shape(p);
	const char *code = (const char *) lens + p->count;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < p->count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		push_jsonb_text(&state, WJB_KEY, code, lens[i]);
		push_jsonb_value(&state, p, i);
		code += lens[i];
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

Datum
profile_as_jsonb(PG_FUNCTION_ARGS)
{
	PG_RETURN_JSONB_P(profile_to_jsonb(PG_GETARG_PROFILE_P(0)));
}

/*
 * Binary form, network byte order: version (1 byte), count (2), and for each
 * value, in ascending order of codes: code (length 4, bytes), type (1), then
 *	 number: mantissa (8), exponent (2);  boolean: 1;  date: days (4);
 *	 text: length (4), bytes;  set: count (4), and each text alike.
 */
static void
send_text(StringInfo buf, const char *text, int len)
{
	char	   *sent = pg_server_to_client(text, len);

	if (sent != text)
		len = strlen(sent);
	pq_sendint32(buf, len);
	pq_sendbytes(buf, sent, len);
}

static void
send_value(StringInfo buf, const Profile *p, uint64 w)
{
	const char *at = profile_heap(p) + WORD_OFFSET(w);

	pq_sendint8(buf, WORD_TYPE(w));
	switch (WORD_TYPE(w))
	{
		case VALUE_NUMBER:
			pq_sendint64(buf, WORD_MANTISSA(w));
			pq_sendint16(buf, (uint16) WORD_EXPONENT(w));
			break;
		case VALUE_BOOLEAN:
			pq_sendint8(buf, WORD_BOOLEAN(w) ? 1 : 0);
			break;
		case VALUE_DATE:
			pq_sendint32(buf, WORD_DATE(w));
			break;
		case VALUE_TEXT:
			send_text(buf, at, WORD_LENGTH(w));
			break;
		case VALUE_SET:
			pq_sendint32(buf, WORD_LENGTH(w));
			for (uint32 i = 0; i < WORD_LENGTH(w); i++)
			{
				send_text(buf, at + sizeof(uint32), heap_uint32(at));
				at += sizeof(uint32) + heap_uint32(at);
			}
			break;
	}
}

Datum
profile_send(PG_FUNCTION_ARGS)
{
	Profile    *p = PG_GETARG_PROFILE_P(0);
	const uint8 *lens = profile_shape(p);
	const char *code = (const char *) lens + p->count;
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint8(&buf, PROFILE_WIRE_VERSION);
	pq_sendint16(&buf, p->count);
	for (int i = 0; i < p->count; i++)
	{
		send_text(&buf, code, lens[i]);
		send_value(&buf, p, p->word[i]);
		code += lens[i];
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

static void
bad_binary(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary profile"),
			 errdetail_internal("%s", detail)));
}

/* A text of the message, verified and converted by the server. */
static char *
recv_text(StringInfo buf, int *len)
{
	int			n = pq_getmsgint(buf, 4);

	if (n < 0 || n > buf->len - buf->cursor)
		bad_binary("A text is longer than the message.");
	return pq_getmsgtext(buf, n, len);
}

static bool
ascending(const char *a, int a_len, const char *b, int b_len)
{
	int			c = memcmp(a, b, Min(a_len, b_len));

	return c < 0 || (c == 0 && a_len < b_len);
}

static void
recv_number(StringInfo buf, ProfileBuilder *b, const char *code, int len)
{
	Decimal		d;
	Decimal		canonical;

	d.mantissa = pq_getmsgint64(buf);
	d.exponent = (int16) pq_getmsgint(buf, 2);
	if (d.mantissa >= DECIMAL_LIMIT || d.mantissa <= -DECIMAL_LIMIT ||
		d.exponent < DECIMAL_EXP_MIN || d.exponent > DECIMAL_EXP_MAX ||
		decimal_from_numeric(decimal_to_numeric(d), &canonical) != DECIMAL_OK ||
		canonical.mantissa != d.mantissa || canonical.exponent != d.exponent)
		bad_binary("A number is not in its canonical form.");
	profile_put_number(b, code, len, decimal_to_numeric(d));
}

static void
recv_set(StringInfo buf, ProfileBuilder *b, const char *code, int len)
{
	int			count = pq_getmsgint(buf, 4);
	const char **texts;
	int		   *lens;

	if (count < 0 || count > (buf->len - buf->cursor) / 4)
		bad_binary("A set has more elements than the message can hold.");
	texts = palloc(Max(count, 1) * sizeof(char *));
	lens = palloc(Max(count, 1) * sizeof(int));
	for (int i = 0; i < count; i++)
	{
		texts[i] = recv_text(buf, &lens[i]);
		if (i > 0 && !ascending(texts[i - 1], lens[i - 1], texts[i], lens[i]))
			bad_binary("The members of a set are not in ascending order.");
	}
	profile_put_set(b, code, len, count, texts, lens);
}

static void
recv_value(StringInfo buf, ProfileBuilder *b, const char *code, int len)
{
	int			type = pq_getmsgbyte(buf);
	int			n;
	char	   *text;
	DateADT		date;

	switch (type)
	{
		case VALUE_NUMBER:
			recv_number(buf, b, code, len);
			break;
		case VALUE_BOOLEAN:
			n = pq_getmsgbyte(buf);
			if (n > 1)
				bad_binary("A boolean is neither 0 nor 1.");
			profile_put_boolean(b, code, len, n == 1);
			break;
		case VALUE_DATE:
			profile_put_date(b, code, len, (DateADT) pq_getmsgint(buf, 4));
			break;
		case VALUE_TEXT:
			text = recv_text(buf, &n);
			if (iso_date_parse(text, n, &date))
				bad_binary("A text is a date, which has a type of its own.");
			profile_put_text(b, code, len, text, n);
			break;
		case VALUE_SET:
			recv_set(buf, b, code, len);
			break;
		default:
			bad_binary("A value has an unknown type.");
	}
}

Datum
profile_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	ProfileBuilder *b = profile_builder_new(CurrentMemoryContext);
	char	   *last = NULL;
	int			last_len = 0;
	int			count;

	if (pq_getmsgbyte(buf) != PROFILE_WIRE_VERSION)
		bad_binary("Its version is not known.");
	count = pq_getmsgint(buf, 2);
	for (int i = 0; i < count; i++)
	{
		int			len;
		char	   *code = recv_text(buf, &len);

		CHECK_FOR_INTERRUPTS();
		if (last != NULL && !ascending(last, last_len, code, len))
			bad_binary("Its codes are not in ascending order.");
		recv_value(buf, b, code, len);
		last = code;
		last_len = len;
	}
	/* what is left over, pq_getmsgend of the caller refuses */
	PG_RETURN_PROFILE_P(profile_build(b));
}
