/*
 * term.h
 *	  The tree of an expression, for this folder and the compiler of policy sets.
 */
#ifndef GROWTH_INDEX_TERM_H
#define GROWTH_INDEX_TERM_H

#include "expression.h"

#define EXPR_MAX_TERMS		100000
#define EXPR_MAX_NESTED		10
#define EXPR_MAX_DIGITS		1000	/* of one constant */

typedef enum TermKind
{
	/* leaves */
	TERM_INDICATOR,
	TERM_AS_OF,
	TERM_NULL,
	TERM_BOOLEAN,
	TERM_NUMBER,
	TERM_TEXT,
	TERM_DATE,
	TERM_INTERVAL,
	TERM_SET,					/* ARRAY[...] of text constants */
	/* conditions */
	TERM_AND,
	TERM_OR,
	TERM_NOT,
	TERM_COMPARE,				/* args: left, right; op: CompareOp */
	TERM_DISTINCT,				/* IS [NOT] DISTINCT FROM */
	TERM_BETWEEN,				/* args: value, low, high */
	TERM_IN,					/* args: value, members */
	TERM_ANY,					/* value = ANY (set); negated: <> ALL */
	TERM_LIKE,					/* args: value, pattern */
	TERM_IS_NULL,
	TERM_IS_TRUTH,				/* IS [NOT] TRUE / FALSE / UNKNOWN; op: Tri */
	TERM_CONTAINS,				/* set @> set */
	TERM_OVERLAPS,				/* set && set */
	/* values of any type */
	TERM_CASE,					/* args: [operand], (when, then)..., [else] */
	TERM_COALESCE,
	TERM_NULLIF,
	TERM_GREATEST,
	TERM_LEAST,
	/* numbers and dates */
	TERM_ARITHMETIC,			/* op: '+' '-' '*' '/' '%' */
	TERM_NEGATE,
	TERM_FUNCTION				/* op: FunctionId */
} TermKind;

typedef enum CompareOp
{
	CMP_EQ,
	CMP_NE,
	CMP_LT,
	CMP_LE,
	CMP_GT,
	CMP_GE
} CompareOp;

typedef enum FunctionId
{
	FN_ABS,
	FN_ROUND,
	FN_CEIL,
	FN_FLOOR,
	FN_TRUNC,
	FN_SQRT,
	FN_LN,
	FN_LOG,
	FN_EXP,
	FN_POWER,
	FN_MOD,
	/* whole numbers out of other types */
	FN_AGE_IN_MONTHS,
	FN_EXTRACT,					/* args: field, date */
	FN_CARDINALITY,
	FN_LENGTH,
	FN_STRPOS,
	/* dates and texts */
	FN_DATE_TRUNC,				/* args: field, date */
	FN_LEFT,
	FN_RIGHT,
	FN_SUBSTR,
	FN_TRIM
} FunctionId;

typedef struct FunctionInfo
{
	const char *name;
	FunctionId	id;
	int			min_args;
	int			max_args;
	ExprType	arg_type;		/* of the first argument */
	ExprType	rest_type;		/* of the others */
	ExprType	result;
} FunctionInfo;

extern const FunctionInfo *function_by_name(const char *name);
extern const FunctionInfo *function_by_id(FunctionId id);
extern const char *function_hint(const char *name);
extern bool has_wide_punctuation(const char *name);

typedef struct Term Term;
typedef struct Quick Quick;
struct Term
{
	TermKind	kind;
	ExprType	type;
	int			op;
	bool		negated;
	bool		symmetric;		/* BETWEEN SYMMETRIC */
	bool		has_operand;	/* CASE operand WHEN ... */
	bool		has_else;
	bool		short_decimal;	/* a load or constant of at most 15 digits: its double orders exactly */
	int			location;		/* byte offset in the source, -1 unknown */
	uint32		inferred_at;	/* typing.c: when, for which wants, and what */
	uint8		inferred;
	uint8		inferred_type[EXPR_INTERVAL + 1];
	int			nargs;
	Term	  **args;
	int			code;			/* indicator: index in the code list */
	const char *name;			/* indicator: its code, zero-terminated */
	Filtered	number;
	Numeric		numeric;
	const char *text;			/* text constant, not zero-terminated */
	int			len;
	DateADT		date;
	int			months;			/* interval */
	int			days;
	const Quick *quick;			/* a condition that is decided in one step, or NULL */
};

struct Expression
{
	Term	   *root;
	CodeList   *codes;
	ExprType	type;
};

/* raw_parse.c */
extern void *raw_parse(const char *source);

/* parse.c */
extern Term *expression_raw(const char *source, CodeList *codes);
extern int	expression_errposition(const char *source, int location);

/* plain_sql.c */
extern void *plain_sql(void *raw);

/* interval.c */
extern bool interval_parse(const char *text, int *months, int *days);
extern char *interval_text(int months, int days);
extern bool date_add_interval(DateADT date, int months, int days, DateADT *result);
extern int	months_between(DateADT from, DateADT to);

/* typing.c */
extern void expression_type_check(Term *root, ExprType want, const char *source, CodeList *codes);

/* deparse.c */
extern char *term_text(const Term *n);

/* expression.c: marks in reads[] the codes that a term reads */
extern void term_reads(const Term *n, bool *reads);
extern bool term_reads_as_of(const Term *n);

/* evaluate.c: one evaluator a type; false (or TRI_UNKNOWN) is unknown */
typedef struct SetView
{
	const char *heap;			/* members of a profile's set, or NULL */
	uint32		count;
	Term	  **members;			/* members of a constant, when heap is NULL */
} SetView;

/* The word of an indicator, if the subject has it with the type that is needed. */
static inline bool
load_word(const Term *n, const Subject *s, ValueType type, uint64 *w)
{
	int			slot = s->slots[n->code];

	if (slot < 0)
		return false;
	*w = s->profile->word[slot];
	return WORD_TYPE(*w) == type;
}

/* is the value of a term, of whatever type, unknown? */
extern bool is_unknown(const Term *n, Subject *s);

extern Tri	eval_boolean(const Term *n, Subject *s);
extern bool eval_text(const Term *n, Subject *s, const char **text, int *len);
extern bool eval_date(const Term *n, Subject *s, DateADT *result);
extern bool eval_set(const Term *n, Subject *s, SetView *result);
extern const char *set_member(const SetView *set, uint32 i, const char **at, int *len);

/* number_fast.c, number_exact.c */
extern bool number_fast(const Term *n, Subject *s, Filtered *result);
extern bool number_exact(const Term *n, Subject *s, Numeric *result);

/* calls.c: functions that read other things than numbers; false: unknown */
static inline bool
counts(FunctionId id)
{
	return id >= FN_AGE_IN_MONTHS && id <= FN_STRPOS;
}
extern bool call_for_count(const Term *n, Subject *s, int64 *result);
extern bool call_for_date(const Term *n, Subject *s, DateADT *result);
extern bool call_for_text(const Term *n, Subject *s, const char **text, int *len);
extern bool is_date_field(const char *name, bool trunc);

/* a - b of two indicators of which nothing else is said, where both are dates */
extern bool days_apart(const Term *n, const Subject *s, int *days);

/* quick.c */
extern void quicken(Term *n);
extern Tri	quick_test(const Quick *q, const Subject *s, bool *decided);
extern Tri	eval_joined(const Term *n, Subject *s, Tri deciding);

/* which branch of CASE (or member of COALESCE) gives the value; NULL: unknown */
extern const Term *case_branch(const Term *n, Subject *s);
/* compare two nodes of one type; false: unknown */
extern bool compare_terms(const Term *a, const Term *b, Subject *s, int *order);

/* An expression's clauses are what AND joins at its top. */
static inline int
clause_count(const Term *root)
{
	return root->kind == TERM_AND ? root->nargs : 1;
}

static inline const Term *
clause_at(const Term *root, int i)
{
	return root->kind == TERM_AND ? root->args[i] : root;
}

/* explain.c */
extern struct List *missing_names(const Term *n, const Subject *s);
extern struct List *names_in_order(struct List *names);
extern struct ArrayType *names_array(struct List *names);

#endif							/* GROWTH_INDEX_TERM_H */
