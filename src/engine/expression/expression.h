/*
 * expression.h
 *	  The expression language: SQL's own syntax, compiled to a tree of typed
 *	  nodes that is evaluated against a profile.
 *
 * Three steps: parse (server's parser, white list), type (inference over the
 * whole expression, errors at input), evaluate.  Evaluation runs over filtered
 * doubles; when a decision is uncertain the whole expression is evaluated
 * again in numeric, so every result is the one that numeric gives.
 */
#ifndef GROWTH_INDEX_EXPRESSION_H
#define GROWTH_INDEX_EXPRESSION_H

#include "postgres.h"

#include "utils/array.h"

#include "../profile/profile.h"

/* What an expression must yield. */
typedef enum ExprType
{
	EXPR_UNTYPED = 0,
	EXPR_NUMBER,
	EXPR_BOOLEAN,
	EXPR_TEXT,
	EXPR_DATE,
	EXPR_SET,
	EXPR_INTERVAL
} ExprType;

typedef enum Tri
{
	TRI_FALSE = 0,
	TRI_TRUE = 1,
	TRI_UNKNOWN = 2
} Tri;

/*
 * The indicator codes that a group of expressions reads.  Several expressions
 * (all formulas of a scorecard, all criteria of a policy set) share one list,
 * so that a profile's slots are looked up once for all of them.
 */
typedef struct CodeList CodeList;

extern CodeList *code_list_new(MemoryContext context);
extern int	code_list_intern(CodeList *list, const char *code, int len);
extern int	code_list_count(const CodeList *list);
extern const char *code_list_code(const CodeList *list, int index, int *len);
extern ArrayType *code_list_array(const CodeList *list);

/*
 * slots[i] is where code i of the list stands in the profile, -1 where it is
 * absent.  The answer is cached by shape and stays valid until the next call.
 */
extern const int16 *code_list_slots(CodeList *list, const Profile *p);

/* What an expression is evaluated against. */
typedef struct Subject
{
	const Profile *profile;
	const int16 *slots;			/* code_list_slots(list, profile) */
	DateADT		as_of;
	bool		as_of_known;	/* false: what needs as_of is unknown */
	bool		strict;			/* least and greatest of something unknown are unknown */
	bool		exact;			/* internal: numbers are computed in numeric */
	bool		uncertain;		/* internal: a filtered decision failed */
} Subject;

static inline void
subject_init(Subject *s, const Profile *p, const int16 *slots,
			 bool as_of_known, DateADT as_of)
{
	s->profile = p;
	s->slots = slots;
	s->as_of_known = as_of_known;
	s->as_of = as_of_known ? as_of : 0;
	s->strict = false;
	s->exact = false;
	s->uncertain = false;
}

typedef struct Expression Expression;

/*
 * Parse, check and type.  The result and all that hangs on it live in the
 * current memory context; so must the list.  Errors: ERRCODE_SYNTAX_ERROR,
 * ERRCODE_DATATYPE_MISMATCH, ERRCODE_FEATURE_NOT_SUPPORTED and kin, each with
 * a position in the expression's own text (an internal query position).
 */
extern Expression *expression_parse(const char *source, ExprType want, CodeList *list);

/* for an expression that will be tested often: the same answers, sooner */
extern void expression_quicken(Expression *e);

/* canonical SQL text, which reads back to the same expression */
extern char *expression_text(const Expression *e);

/* the code's index when the expression is nothing but one indicator, else -1 */
extern int	expression_bare_indicator(const Expression *e);

/*
 * Calls back for every place that needs an indicator's value: as what, and the
 * types (1 << ValueType) that the place can read.
 */
typedef void (*ExpressionUseVisitor) (int code, ExprType as, int readable, void *arg);
extern void expression_uses(const Expression *e, ExpressionUseVisitor visitor, void *arg);
extern const char *expr_type_name(ExprType type);

typedef enum NumberResult
{
	NUMBER_UNKNOWN,
	NUMBER_KNOWN,
	NUMBER_UNCERTAIN			/* ask expression_numeric() */
} NumberResult;

/* exact: uncertain decisions are taken again inside */
extern Tri	expression_test(const Expression *e, Subject *s);

/* the fast value with its bound; for callers that decide by filter themselves */
extern NumberResult expression_number(const Expression *e, Subject *s, Filtered *result);

/* the value as plain numeric SQL gives it; false: unknown */
extern bool expression_numeric(const Expression *e, Subject *s, Numeric *result);

/* the text is not zero-terminated, and lives as long as profile and expression; false: unknown */
extern bool expression_string(const Expression *e, Subject *s, const char **text, int *len);

/* the text's membership sees a set of one text or the set itself: calls back once an element */
typedef void (*ExpressionSetVisitor) (const char *text, int len, void *arg);
extern bool expression_set(const Expression *e, Subject *s,
						   ExpressionSetVisitor visitor, void *arg);

/* the fast load of an indicator that is a number; false: missing or no number */
static inline bool
subject_load_number(const Subject *s, int code, Filtered *result)
{
	int			slot = s->slots[code];
	uint64		w;

	if (slot < 0)
		return false;
	w = s->profile->word[slot];
	if (WORD_TYPE(w) != VALUE_NUMBER)
		return false;
	*result = filtered_from_decimal(word_decimal(w));
	return true;
}

#endif							/* GROWTH_INDEX_EXPRESSION_H */
