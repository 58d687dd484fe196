/*
 * comparison.h
 *	  The seven functions that every ordered type has, out of one.
 *
 * COMPARISON_FUNCTIONS(profile, compare_args) defines profile_eq, _ne, _lt,
 * _le, _gt, _ge and _cmp; compare_args(fcinfo) gives the order of the two
 * arguments as an int.  comparison.sql.in declares them.
 */
#ifndef GROWTH_INDEX_COMPARISON_H
#define GROWTH_INDEX_COMPARISON_H

#include "postgres.h"

#include "fmgr.h"

#define COMPARISON_FUNCTION(name, result) \
	PG_FUNCTION_INFO_V1(name); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		result; \
	} \
	extern int	no_such_variable

#define COMPARISON_FUNCTIONS(prefix, compare) \
	COMPARISON_FUNCTION(prefix##_eq, PG_RETURN_BOOL(compare(fcinfo) == 0)); \
	COMPARISON_FUNCTION(prefix##_ne, PG_RETURN_BOOL(compare(fcinfo) != 0)); \
	COMPARISON_FUNCTION(prefix##_lt, PG_RETURN_BOOL(compare(fcinfo) < 0)); \
	COMPARISON_FUNCTION(prefix##_le, PG_RETURN_BOOL(compare(fcinfo) <= 0)); \
	COMPARISON_FUNCTION(prefix##_gt, PG_RETURN_BOOL(compare(fcinfo) > 0)); \
	COMPARISON_FUNCTION(prefix##_ge, PG_RETURN_BOOL(compare(fcinfo) >= 0)); \
	COMPARISON_FUNCTION(prefix##_cmp, \
						int c = compare(fcinfo); \
						PG_RETURN_INT32((c > 0) - (c < 0)))

#endif							/* GROWTH_INDEX_COMPARISON_H */
