/*
 * functions.c
 *	  The names that expressions know: functions, and what is no name.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "term.h"

static const FunctionInfo functions[] = {
	{"abs", FN_ABS, 1, 1, EXPR_NUMBER},
	{"round", FN_ROUND, 1, 2, EXPR_NUMBER},
	{"ceil", FN_CEIL, 1, 1, EXPR_NUMBER},
	{"ceiling", FN_CEIL, 1, 1, EXPR_NUMBER},
	{"floor", FN_FLOOR, 1, 1, EXPR_NUMBER},
	{"trunc", FN_TRUNC, 1, 2, EXPR_NUMBER},
	{"sqrt", FN_SQRT, 1, 1, EXPR_NUMBER},
	{"ln", FN_LN, 1, 1, EXPR_NUMBER},
	{"log", FN_LOG, 1, 2, EXPR_NUMBER},
	{"exp", FN_EXP, 1, 1, EXPR_NUMBER},
	{"power", FN_POWER, 2, 2, EXPR_NUMBER},
	{"pow", FN_POWER, 2, 2, EXPR_NUMBER},
	{"mod", FN_MOD, 2, 2, EXPR_NUMBER},
	{"age_in_months", FN_AGE_IN_MONTHS, 1, 1, EXPR_DATE},
	{"cardinality", FN_CARDINALITY, 1, 1, EXPR_SET},
};

const FunctionInfo *
function_by_name(const char *name)
{
	for (int i = 0; i < (int) lengthof(functions); i++)
		if (strcmp(functions[i].name, name) == 0)
			return &functions[i];
	return NULL;
}

const char *
function_name(FunctionId id)
{
	for (int i = 0; i < (int) lengthof(functions); i++)
		if (functions[i].id == id)
			return functions[i].name;
	return NULL;
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
