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

void
_PG_init(void)
{
	DefineCustomBoolVariable("growth_index.simd",
							 "Use the processor's wide registers to score.",
							 "The answers are the same; off is for tests and comparisons.",
							 &score_use_simd, true, PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("growth_index.policy_set_memory",
							"Memory for compiled policy sets in a session.",
							"The longest unused ones go when it is exceeded.",
							&policy_set_memory, 512 * 1024, 1024, MAX_KILOBYTES,
							PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);
}
