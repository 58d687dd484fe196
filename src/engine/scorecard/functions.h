/*
 * functions.h
 *	  A compiled scorecard at a call site of an SQL function.
 */
#ifndef GROWTH_INDEX_SCORECARD_FUNCTIONS_H
#define GROWTH_INDEX_SCORECARD_FUNCTIONS_H

#include "../expression/criteria.h"
#include "scorecard.h"

/* The card of argument arg, compiled once for all calls with the same value. */
extern Scorecard *call_card(FunctionCallInfo fcinfo, int arg);

#endif							/* GROWTH_INDEX_SCORECARD_FUNCTIONS_H */
