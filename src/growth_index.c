/*
 * growth_index.c
 *	  The module: what the server asks of a shared library.
 */
#include "postgres.h"

#include <limits.h>

#include "fmgr.h"

#include "compat.h"
#include "utils/guc.h"

#include "engine/policy_set/policy_set.h"
#include "engine/scorecard/score.h"

#ifdef PG_MODULE_MAGIC_EXT
PG_MODULE_MAGIC_EXT(.name = "growth_index",.version = "0.1.0");
#else
PG_MODULE_MAGIC;
#endif

void		_PG_init(void);

/* also the words of a boolean setting */
static const struct config_enum_entry simd_options[] = {
	{"off", SIMD_NONE, false},
	{"avx2", SIMD_AVX2, false},
	{"on", SIMD_WIDEST, false},
	{"false", SIMD_NONE, true},
	{"true", SIMD_WIDEST, true},
	{NULL, 0, false}
};

void
_PG_init(void)
{
	DefineCustomEnumVariable("growth_index.simd",
							 "How wide registers of the processor may be used to score.",
							 "The answers are the same; off and avx2 are for tests and comparisons.",
							 &score_simd, SIMD_WIDEST, simd_options, PGC_USERSET, 0,
							 NULL, NULL, NULL);
	DefineCustomIntVariable("growth_index.policy_set_memory",
							"Memory for compiled policy sets in a session.",
							"The longest unused ones go when it is exceeded.",
							&policy_set_memory, 512 * 1024, 1024, MAX_KILOBYTES,
							PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);
}
