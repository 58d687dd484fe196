/*
 * growth_index.c
 *	  The module: what the server asks of a shared library.
 */
#include "postgres.h"

#include "fmgr.h"

#include "compat.h"

#ifdef PG_MODULE_MAGIC_EXT
PG_MODULE_MAGIC_EXT(.name = "growth_index",.version = "0.1.0");
#else
PG_MODULE_MAGIC;
#endif
