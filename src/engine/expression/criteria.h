/*
 * criteria.h
 *	  Compiled expressions at a call site of an SQL function.
 */
#ifndef GROWTH_INDEX_CRITERIA_H
#define GROWTH_INDEX_CRITERIA_H

#include "postgres.h"

#include "fmgr.h"

#include "expression.h"

/* The compiled form of argument arg, kept from call to call. */
extern Expression *call_expression(FunctionCallInfo fcinfo, int arg, ExprType want,
								   CodeList **codes);

extern bool call_argument_is_constant(FmgrInfo *flinfo, int arg);

/*
 * What the call site keeps of its other arguments, to be asked for after
 * call_expression(): it has to lie in the context, and is NULL again where that
 * starts anew.
 */
extern void **call_extra(FunctionCallInfo fcinfo, MemoryContext *context);

/* What amount_in_yuan() says, before a cap, of a subject that is strict; false: unknown, or no amount. */
extern bool exact_amount(const Expression *formula, Subject *s, const Rounding *rounding, Numeric *amount);

/* Does a formula give an amount at all, as amount_in_yuan() says? */
extern bool gives_amount(const Expression *formula, Subject *s, const Rounding *rounding);

/* Makes s the subject of the profile, and of as_of where that is given. */
extern void call_subject(FunctionCallInfo fcinfo, int profile_arg, int as_of_arg,
						 CodeList *codes, Subject *s);

#endif							/* GROWTH_INDEX_CRITERIA_H */
