/*
 * functions.c
 *	  The names that expressions know: functions, and what is no name.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/varlena.h"

#include "term.h"

/* name, id, arguments least and most, type of the first, of the others, of the result */
static const FunctionInfo functions[] = {
	{"abs", FN_ABS, 1, 1, EXPR_NUMBER, EXPR_NUMBER, EXPR_NUMBER},
	{"round", FN_ROUND, 1, 2, EXPR_NUMBER, EXPR_NUMBER, EXPR_NUMBER},
	{"ceil", FN_CEIL, 1, 1, EXPR_NUMBER, EXPR_NUMBER, EXPR_NUMBER},
	{"ceiling", FN_CEIL, 1, 1, EXPR_NUMBER, EXPR_NUMBER, EXPR_NUMBER},
	{"floor", FN_FLOOR, 1, 1, EXPR_NUMBER, EXPR_NUMBER, EXPR_NUMBER},
	{"trunc", FN_TRUNC, 1, 2, EXPR_NUMBER, EXPR_NUMBER, EXPR_NUMBER},
	{"sqrt", FN_SQRT, 1, 1, EXPR_NUMBER, EXPR_NUMBER, EXPR_NUMBER},
	{"ln", FN_LN, 1, 1, EXPR_NUMBER, EXPR_NUMBER, EXPR_NUMBER},
	{"log", FN_LOG, 1, 2, EXPR_NUMBER, EXPR_NUMBER, EXPR_NUMBER},
	{"exp", FN_EXP, 1, 1, EXPR_NUMBER, EXPR_NUMBER, EXPR_NUMBER},
	{"power", FN_POWER, 2, 2, EXPR_NUMBER, EXPR_NUMBER, EXPR_NUMBER},
	{"pow", FN_POWER, 2, 2, EXPR_NUMBER, EXPR_NUMBER, EXPR_NUMBER},
	{"mod", FN_MOD, 2, 2, EXPR_NUMBER, EXPR_NUMBER, EXPR_NUMBER},
	{"age_in_months", FN_AGE_IN_MONTHS, 1, 1, EXPR_DATE, EXPR_DATE, EXPR_NUMBER},
	{"extract", FN_EXTRACT, 2, 2, EXPR_TEXT, EXPR_DATE, EXPR_NUMBER},
	{"date_part", FN_EXTRACT, 2, 2, EXPR_TEXT, EXPR_DATE, EXPR_NUMBER},
	{"date_trunc", FN_DATE_TRUNC, 2, 2, EXPR_TEXT, EXPR_DATE, EXPR_DATE},
	{"cardinality", FN_CARDINALITY, 1, 1, EXPR_SET, EXPR_SET, EXPR_NUMBER},
	{"length", FN_LENGTH, 1, 1, EXPR_TEXT, EXPR_TEXT, EXPR_NUMBER},
	{"char_length", FN_LENGTH, 1, 1, EXPR_TEXT, EXPR_TEXT, EXPR_NUMBER},
	{"character_length", FN_LENGTH, 1, 1, EXPR_TEXT, EXPR_TEXT, EXPR_NUMBER},
	{"strpos", FN_STRPOS, 2, 2, EXPR_TEXT, EXPR_TEXT, EXPR_NUMBER},
	{"position", FN_STRPOS, 2, 2, EXPR_TEXT, EXPR_TEXT, EXPR_NUMBER},
	{"left", FN_LEFT, 2, 2, EXPR_TEXT, EXPR_NUMBER, EXPR_TEXT},
	{"right", FN_RIGHT, 2, 2, EXPR_TEXT, EXPR_NUMBER, EXPR_TEXT},
	{"substr", FN_SUBSTR, 2, 3, EXPR_TEXT, EXPR_NUMBER, EXPR_TEXT},
	{"substring", FN_SUBSTR, 2, 3, EXPR_TEXT, EXPR_NUMBER, EXPR_TEXT},
	{"btrim", FN_TRIM, 1, 1, EXPR_TEXT, EXPR_TEXT, EXPR_TEXT},
};

/* What to write instead of a function of another language, or of SQL's that are not known. */
static const char *const other_names[][2] = {
	{"now", "The date of evaluation is called as_of."},
	{"today", "The date of evaluation is called as_of."},
	{"getdate", "The date of evaluation is called as_of."},
	{"age", "Write age_in_months(founded), EXTRACT(YEAR FROM age(as_of, founded)), founded <= as_of - INTERVAL '2 years', or as_of - founded for days."},
	{"age_in_years", "Write EXTRACT(YEAR FROM age(as_of, founded)), or age_in_months(founded) / 12 with its fraction."},
	{"datediff", "Write as_of - founded for days, or age_in_months(founded)."},
	{"year", "Write EXTRACT(YEAR FROM founded)."},
	{"month", "Write EXTRACT(MONTH FROM founded)."},
	{"day", "Write EXTRACT(DAY FROM founded)."},
	{"to_date", "Write DATE '2019-01-31'."},
	{"make_date", "Write DATE '2019-01-31', or date_trunc('year', as_of)."},
	{"len", "Write length(text)."},
	{"div", "Write trunc(a / b)."},
	{"to_number", "Numbers are decimals as they are."},
	{"regexp_match", "Use LIKE."},
	{"regexp_like", "Use LIKE."},
	{"array_length", "Write cardinality(set)."},
	{"array_position", "Write 'x' = ANY (set)."},
	{"contains", "Write 'x' = ANY (set), or text LIKE '%x%'."},
	{"if", "Write CASE WHEN condition THEN value ELSE value END."},
	{"iif", "Write CASE WHEN condition THEN value ELSE value END."},
	{"ifnull", "Write coalesce(value, 0)."},
	{"nvl", "Write coalesce(value, 0)."},
	{"isnull", "Write value IS NULL."},
	{"min", "The least of several values is least(a, b)."},
	{"max", "The greatest of several values is greatest(a, b)."},
	{"sum", "An expression sees one subject: write a + b."},
	{"avg", "An expression sees one subject: write (a + b) / 2."},
	{"count", "An expression sees one subject; the members of a set are counted by cardinality(set)."},
	{"lower", "Texts compare by bytes; name the spellings, as in x IN ('a', 'A')."},
	{"upper", "Texts compare by bytes; name the spellings, as in x IN ('a', 'A')."},
};

const FunctionInfo *
function_by_name(const char *name)
{
	for (int i = 0; i < (int) lengthof(functions); i++)
		if (strcmp(functions[i].name, name) == 0)
			return &functions[i];
	return NULL;
}

const FunctionInfo *
function_by_id(FunctionId id)
{
	for (int i = 0; i < (int) lengthof(functions); i++)
		if (functions[i].id == id)
			return &functions[i];
	return NULL;
}

/* The known name that one is most likely a misspelling of, or NULL. */
static const char *
nearest_name(const char *name)
{
	static const char *const others[] = {
		"least", "greatest", "coalesce", "nullif", "starts_with"
	};
	int			len = strlen(name);
	int			best = Min(2, len / 3) + 1;
	const char *nearest = NULL;

	for (int i = 0; i < (int) (lengthof(functions) + lengthof(others)); i++)
	{
		const char *known = i < (int) lengthof(functions) ? functions[i].name :
			others[i - lengthof(functions)];
		int			distance = varstr_levenshtein_less_equal(name, len, known, strlen(known),
															 1, 1, 1, best - 1, true);

		if (distance < best)
		{
			best = distance;
			nearest = known;
		}
	}
	return nearest;
}

/* The hint of an unknown function: what to write instead, or what is known. */
const char *
function_hint(const char *name)
{
	const char *nearest = nearest_name(name);
	StringInfoData out;

	for (int i = 0; i < (int) lengthof(other_names); i++)
		if (strcmp(other_names[i][0], name) == 0)
			return other_names[i][1];
	if (nearest != NULL)
		return psprintf("Perhaps %s is meant.", nearest);
	initStringInfo(&out);
	appendStringInfoString(&out, "Known are ");
	for (int i = 0; i < (int) lengthof(functions); i++)
		if (function_by_id(functions[i].id) == &functions[i])
			appendStringInfo(&out, "%s, ", functions[i].name);
	appendStringInfoString(&out, "least, greatest, coalesce, nullif and starts_with.");
	return out.data;
}

/* Punctuation and operators of Unicode, which the server's lexer takes for letters. */
static bool
is_wide_punctuation(uint32 c)
{
	static const uint32 ranges[][2] = {
		{0xa0, 0xb4}, {0xb6, 0xb9}, {0xbb, 0xbf}, {0xd7, 0xd7}, {0xf7, 0xf7},
		{0x2000, 0x206f}, {0x2200, 0x22ff}, {0x3000, 0x3004}, {0x3008, 0x3020},
		{0x3030, 0x3030}, {0xfe30, 0xfe4f}, {0xfeff, 0xfeff}, {0xff01, 0xff0f},
		{0xff1a, 0xff20}, {0xff3b, 0xff40}, {0xff5b, 0xff65}
	};

	for (int i = 0; i < (int) lengthof(ranges); i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

/* Does a name need its quotes because of what only looks like punctuation to a reader? */
bool
has_wide_punctuation(const char *name)
{
	if (GetDatabaseEncoding() != PG_UTF8)
		return false;
	for (; *name != '\0'; name += pg_mblen(name))
		if (IS_HIGHBIT_SET(*name) && is_wide_punctuation(utf8_to_unicode((const unsigned char *) name)))
			return true;
	return false;
}
