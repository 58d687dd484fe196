/*
 * uses.c
 *	  What a scorecard reads each indicator as.
 *
 * No value is of two types, so an indicator that one place reads as a number
 * and another as a text is a mistake: those who have it lack it somewhere.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "functions.h"

PG_FUNCTION_INFO_V1(scorecard_types);

/* What a card reads a code as. */
typedef struct CodeUse
{
	int			readable;		/* types that all places can read; 0: there is none yet */
	ExprType	as;				/* of the place that left the fewest */
	const char *path;
} CodeUse;

typedef struct UseCheck
{
	Scorecard  *card;
	const char *path;
} UseCheck;

/* A value of one type has to do for all places. */
static void
check_use(int code, ExprType as, int readable, void *arg)
{
	UseCheck   *check = arg;
	CodeUse    *use = &check->card->uses[code];
	int			both = use->readable & readable;
	int			len;

	if (use->readable == 0)
		both = readable;
	else if (both == use->readable)
		return;
	if (both == 0)
		document_error(check->path, psprintf("reads \"%s\" as a %s, but %s as a %s",
											 code_list_code(check->card->codes, code, &len),
											 expr_type_name(as), use->path, expr_type_name(use->as)));
	use->readable = both;
	use->as = as;
	use->path = check->path;
}

/* Check what an expression reads against what stands before it in the card. */
void
check_uses(Scorecard *card, const Expression *e, const char *path)
{
	UseCheck	check = {card, pstrdup(path)};
	int			count = code_list_count(card->codes);

	card->uses = card->uses == NULL ? palloc(count * sizeof(CodeUse)) :
		repalloc(card->uses, Max(count, 1) * sizeof(CodeUse));
	memset(card->uses + card->nuses, 0, (count - card->nuses) * sizeof(CodeUse));
	card->nuses = count;
	expression_uses(e, check_use, &check);
}

/* The types as the catalogue of indicators names them. */
static ArrayType *
type_names(int readable)
{
	static const char *const names[] = {
		[VALUE_NUMBER] = "number", [VALUE_BOOLEAN] = "boolean", [VALUE_TEXT] = "text",
		[VALUE_DATE] = "date", [VALUE_SET] = "set"
	};
	Datum		types[lengthof(names)];
	int			count = 0;

	for (int i = 0; i < (int) lengthof(names); i++)
		if (readable & 1 << i)
			types[count++] = CStringGetTextDatum(names[i]);
	return construct_array(types, count, TEXTOID, -1, false, TYPALIGN_INT);
}

/* A row for each indicator that the card reads. */
Datum
scorecard_types(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Scorecard  *card = call_card(fcinfo, 0);

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < card->nuses; i++)
	{
		int			len;
		const char *code = code_list_code(card->codes, i, &len);
		Datum		values[2];
		bool		nulls[2] = {false, false};

		if (card->uses[i].readable == 0)
			continue;
		values[0] = PointerGetDatum(cstring_to_text_with_len(code, len));
		values[1] = PointerGetDatum(type_names(card->uses[i].readable));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
