/*
 * scorecard.h
 *	  A scoring model, compiled from its document.
 *
 * The score is defined in numeric (score_exact.c): an indicator's value is
 * normalised, weighted, rounded to the card's digits - these are its points -
 * and the points are added.  score.c computes the same with filtered doubles
 * and integers, and asks score_exact.c wherever a rounding is not certain.
 */
#ifndef GROWTH_INDEX_SCORECARD_H
#define GROWTH_INDEX_SCORECARD_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#include "../expression/expression.h"

#define CARD_MAX_INDICATORS		1000
#define CARD_MAX_DIMENSIONS		100
#define CARD_MAX_SEGMENTS		50
#define CARD_MAX_STEPS			1000	/* bins or categories of one indicator */
#define CARD_MAX_DIGITS			9

typedef enum NormaliserKind
{
	NORM_LINEAR,
	NORM_LOG,
	NORM_BINS,
	NORM_PER_UNIT,
	NORM_FLAG,
	NORM_CATEGORY,
	NORM_SET
} NormaliserKind;

/* A number of the document in both its forms. */
typedef struct Constant
{
	Numeric		exact;
	Filtered	fast;
	bool		short_decimal;	/* at most 15 digits: its double orders exactly */
} Constant;

typedef struct Step
{
	bool		open;			/* bins: from minus infinity */
	Constant	from;			/* bins: lower edge */
	char	   *name;			/* category, member of a set */
	int			name_len;
	Constant	points;
} Step;

typedef struct Normaliser
{
	NormaliserKind kind;
	Constant	from;			/* linear, log */
	Constant	to;
	Constant	log_from;		/* log */
	Constant	log_range;
	double		scale;			/* 100 / (to - from), of the logarithms for log */
	bool		has_points;		/* per unit: else 100 / cap */
	Constant	points;			/* per unit */
	bool		has_cap;
	Constant	cap;			/* per unit: in units; set: in points */
	Constant	if_true;		/* flag */
	Constant	if_false;
	bool		best;			/* set: the best member alone */
	Constant	otherwise;		/* category: of no listed value */
	int			nsteps;
	Step	   *steps;
	Constant	lowest;			/* the least that can come out */
} Normaliser;

typedef enum MissingRule
{
	MISSING_UNDECIDED,
	MISSING_ZERO,
	MISSING_REWEIGHT,
	MISSING_LOWEST
} MissingRule;

typedef struct Dimension
{
	char	   *code;
	char	   *name;
	char	   *name_en;
	Constant   *weight;			/* by segment: sum of its indicators' weights */
} Dimension;

typedef struct Indicator
{
	char	   *code;
	char	   *name;
	char	   *name_en;
	int			dimension;
	Expression *value;
	int			bare;			/* index in the code list, when the value is one indicator */
	bool		value_is_code;	/* the document left the value out */
	Normaliser	norm;
	bool		one_weight;		/* the same in all segments */
	Constant   *weight;			/* by segment */
	MissingRule missing;
} Indicator;

typedef struct Threshold
{
	int16		grade;
	Constant	from;
} Threshold;

typedef struct Override
{
	Expression *when;
	bool		at_most;		/* else at least */
	int16		grade;
} Override;

/* One indicator as score.c reads it: see plan.c. */
typedef struct PlanItem
{
	uint8		kind;			/* NormaliserKind */
	uint8		missing;		/* MissingRule */
	bool		bare;			/* the value is one indicator: code */
	bool		exact_edges;	/* the value and all edges order exactly as doubles */
	bool		exact_scale;
	int			code;
	int			nedges;
	double		from;			/* linear: from; log: its logarithm; per unit: cap */
	double		from_error;
	double		scale;			/* per unit of the value */
	double	   *edges;
	Filtered   *outcomes;		/* one more than edges */
	const Indicator *indicator;
} PlanItem;

typedef struct Scorecard
{
	char	   *name;
	char	   *name_en;
	char	   *source;
	Constant	total;
	int			points_digits;
	int			score_digits;
	Constant	coverage;
	bool		sum;			/* normalised values are points: no weights */
	CodeList   *codes;			/* all that the card reads */
	Expression *segment;		/* NULL: one segment */
	int			nsegments;
	char	  **segments;
	int		   *segment_lens;
	int			ndimensions;
	Dimension  *dimensions;
	int			nindicators;
	Indicator  *indicators;
	int			nthresholds;
	Threshold  *thresholds;
	int			noverrides;
	Override   *overrides;
	PlanItem   *plan;			/* one an indicator */
	double	   *factors;		/* [segment][indicator]: points of 10^-digits for 1 of 100 */
} Scorecard;

typedef enum ScoreStatus
{
	STATUS_SCORED,
	STATUS_LOW_COVERAGE,
	STATUS_UNDECIDED
} ScoreStatus;

/* One indicator's part in a score. */
typedef struct Part
{
	bool		counts;			/* has a weight in the segment, and was not left out */
	bool		missing;
	Numeric		normalised;		/* NULL: missing and not replaced */
	Numeric		points;
	Numeric		possible;		/* points at a normalised value of 100 */
} Part;

typedef struct ScoreResult
{
	ScoreStatus status;
	int			segment;		/* -1: unknown */
	Part	   *parts;			/* one an indicator */
	Numeric		coverage;
	Numeric		sum;			/* of the points, not rounded */
	Numeric		score;			/* NULL unless scored */
} ScoreResult;

/* document.c, normaliser.c */
extern Scorecard *scorecard_from_jsonb(Jsonb *json);
extern void document_error(const char *path, const char *message) pg_attribute_noreturn();
extern void check_keys(JsonbContainer *object, const char *const *allowed, const char *path);
extern bool find_member(JsonbContainer *object, const char *key, JsonbValue *value);
extern Numeric number_of(const JsonbValue *value, const char *path);
extern Constant constant_of(Numeric num);
extern Constant constant_member(JsonbContainer *object, const char *key, const char *path);
extern bool is_container(const JsonbValue *value, bool array);
extern void read_normaliser(Normaliser *n, const JsonbValue *value, const char *path);
extern ExprType normaliser_input(const Normaliser *n);

/* plan.c */
extern void plan_card(Scorecard *card);

/* canonical.c */
extern char *scorecard_text(const Scorecard *card);
extern void write_normaliser(StringInfo out, const Normaliser *n);
extern const char *missing_rule_name(MissingRule rule);

/* score_exact.c: the definition */
extern void score_exactly(const Scorecard *card, Subject *s, ScoreResult *result);
extern bool normalise_exactly(const Indicator *ind, Subject *s, Numeric *normalised);
extern int	card_segment(const Scorecard *card, Subject *s);

/* score.c: the same, fast; false: ask score_exactly() */
extern bool score_fast(const Scorecard *card, Subject *s, ScoreStatus *status,
					   int64 *score);
extern int16 card_rating(const Scorecard *card, Subject *s, Numeric score);
extern int16 card_rate(const Scorecard *card, Numeric score);

#endif							/* GROWTH_INDEX_SCORECARD_H */
