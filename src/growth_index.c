/*
 * growth_index.c
 *	  The module: what the server asks of a shared library.
 */
#include "postgres.h"

#include "fmgr.h"

#include "compat.h"
#include "utils/guc.h"

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
}
