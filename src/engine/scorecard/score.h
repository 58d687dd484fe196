/*
 * score.h
 *	  One scoring in progress, between score.c and score_part.c.
 */
#ifndef GROWTH_INDEX_SCORE_H
#define GROWTH_INDEX_SCORE_H

#include "scorecard.h"

/* State of one scoring; the arrays have an element for each part of the plan. */
typedef struct Pass
{
	const Scorecard *card;
	const CardPlan *plan;
	Subject    *s;
	FastScore  *result;
	int			segment;
	int64		sum;			/* of the points */
	double		unknown;		/* weight of what is missing, unless the rule is zero */
	bool		gaps;			/* something is missing, and the rule is not zero */
	bool		undecided;
	bool		beyond;			/* points too large for whole numbers */
	int			nleft_out;
	/* points before rounding, and how far those may be wrong: see keep_bare() */
	double		loose[CARD_MAX_INDICATORS];
	double		error[CARD_MAX_INDICATORS];
	bool		left_out[CARD_MAX_INDICATORS];	/* valid if nleft_out > 0 */
	int64		points[CARD_MAX_INDICATORS];	/* rounded, of a shaped card */
} Pass;

/* What a value comes to is known. */
static inline void
add_outcome(Pass *p, int i, const Outcome *outcome)
{
	p->sum += outcome->points;
	p->loose[i] = outcome->loose;
	p->error[i] = fabs(outcome->loose) * PLAN_DOUBLE;
}

/* Round half away from zero; false where the bound leaves that open. */
static inline bool
round_points(double value, double error, int64 *points)
{
	if (unlikely(!(fabs(value) < (double) PLAN_LIMIT)))
		return false;
	*points = (int64) (value + copysign(0.5, value));
	return likely(0.5 - fabs(value - (double) *points) > error);
}

/* score.c: a part that is a bare indicator in a simple form */
extern void add_bare(Pass *p, int i);

/* score_wide.c */
typedef struct WidePlan WidePlan;

/* How wide: growth_index.simd */
enum
{
	SIMD_NONE,
	SIMD_AVX2,
	SIMD_WIDEST					/* that the processor has */
};

extern int	score_simd;
extern WidePlan *wide_plan(const CardPlan *plan);
extern void add_wide(Pass *p);

/* score_tree.c */
typedef struct TreePlan TreePlan;

extern TreePlan *tree_plan(const Scorecard *card, int segment);
extern int64 indicator_limit(const Scorecard *card, const Indicator *ind);
extern bool tree_has_means(const TreePlan *tree);
extern void add_tree_parts(Pass *p);
extern bool combine_tree(Pass *p, const double *shares);

/* score_part.c */
extern void add_missing(Pass *p, int i);
extern void add_exactly(Pass *p, int i);
extern void add_other(Pass *p, int i);
extern void add_points(Pass *p, int i, double value, double error);

#endif							/* GROWTH_INDEX_SCORE_H */
