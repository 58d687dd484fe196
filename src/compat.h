/*
 * compat.h
 *	  Differences between PostgreSQL 15, 16, 17 and 18, all in one place.
 */
#ifndef GROWTH_INDEX_COMPAT_H
#define GROWTH_INDEX_COMPAT_H

#include "postgres.h"

#include "fmgr.h"

/* The macros of variable-length values have a header of their own since 16. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 18 writes it before the declaration, and dropped the attribute behind it. */
#if PG_VERSION_NUM < 180000
#define pg_noreturn		__attribute__((noreturn))
#endif

/*
 * Soft errors of type input came with 16: before, and for a caller that did
 * not ask, they are ordinary errors.
 */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#define SOFT_ERROR_CONTEXT(fcinfo)	((fcinfo)->context)
#define soft_ereturn(fcinfo, value, ...)	ereturn(SOFT_ERROR_CONTEXT(fcinfo), value, __VA_ARGS__)
#else
#define soft_ereturn(fcinfo, value, ...) \
	do { \
		(void) (fcinfo); \
		ereport(ERROR, __VA_ARGS__); \
		return (value); \
	} while (0)
#endif

/* What the server's JSON parser calls says since 16 whether to go on. */
#if PG_VERSION_NUM >= 160000
#define JSON_ACTION		static JsonParseErrorType
#define JSON_GO_ON		return JSON_SUCCESS
#else
#define JSON_ACTION		static void
#define JSON_GO_ON		return
#endif

/* Since 17 a lexer can be where the caller wants it. */
#if PG_VERSION_NUM >= 170000
#define json_lexer(text)	makeJsonLexContextCstringLen(NULL, text, strlen(text), GetDatabaseEncoding(), true)
#else
#define json_lexer(text)	makeJsonLexContextCstringLen(text, strlen(text), GetDatabaseEncoding(), true)
#endif

/* Since 16 a variable tells of the outer joins that may have made it NULL. */
#if PG_VERSION_NUM >= 160000
#define VAR_TELLS_OF_JOINS	true
#define VAR_NULLED_BY_JOIN(var)	(!bms_is_empty((var)->varnullingrels))
#else
#define VAR_TELLS_OF_JOINS	false
#define VAR_NULLED_BY_JOIN(var)	((void) (var), false)
#endif

/* Since 18 RETURNING has old and new, of which there may be none. */
#if PG_VERSION_NUM >= 180000
#define VAR_OF_OLD_OR_NEW(var)	((var)->varreturningtype != VAR_RETURNING_DEFAULT)
#else
#define VAR_OF_OLD_OR_NEW(var)	((void) (var), false)
#endif

#endif							/* GROWTH_INDEX_COMPAT_H */
