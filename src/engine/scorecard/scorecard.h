/*
 * scorecard.h
 *	  A scoring model, compiled from its document.
 *
 * The score is defined in numeric (score_exact.c): an indicator's value is
 * normalised, weighted, rounded to the card's digits - these are its points -
 * and the points are added.  score.c computes the same with doubles and whole
 * numbers, from a plan (plan.c) of what each outcome is worth, and takes the
 * definition for an indicator whose rounding is not certain.
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
#define CARD_MAX_DIGITS			12
#define MEAN_DIGITS				12		/* of a mean of values to 100 */
#define CARD_MAX_DEPTH			32		/* of dimensions in dimensions */

typedef enum NormaliserKind
{
	NORM_LINEAR,
	NORM_LOG,
	NORM_BINS,
	NORM_PER_UNIT,
	NORM_FLAG,
	NORM_CATEGORY,
	NORM_SET,
	NORM_LOGISTIC,
	NORM_PEERS,					/* a peer group's, as frozen: see peers.h */
	NORM_CASES					/* the value is CASE WHEN ... THEN points ... END */
} NormaliserKind;

/* above / below, not divided so that no digit is lost; below is above 0. */
typedef struct Fraction
{
	Numeric		above;			/* NULL: there is none */
	Numeric		below;
} Fraction;

/* A number of the document in both its forms. */
typedef struct Constant
{
	Numeric		exact;
	Filtered	fast;
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
	Constant	from;			/* linear, log; logistic: the middle */
	Constant	to;				/* ...; logistic: the slope */
	bool		open;			/* linear, peers: not clamped, so nothing is the least */
	Constant	log_from;		/* log */
	Constant	log_range;
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

/* One of "cases": what the first true one says counts. */
typedef struct Case
{
	Expression *when;
	bool		is_formula;
	Expression *formula;		/* of the points, or ... */
	Constant	points;
	char	   *reason;
} Case;

typedef enum MissingRule
{
	MISSING_UNDECIDED,
	MISSING_ZERO,
	MISSING_REWEIGHT,
	MISSING_LOWEST,
	MISSING_MEDIAN,				/* of the peers' values, and ... */
	MISSING_MEAN
} MissingRule;

/* How the members of a dimension, or the dimensions of a card, come to one number. */
typedef enum Aggregate
{
	AGG_WEIGHTED,				/* points add up */
	AGG_SUM,					/* ... and there are no weights: of a card only */
	AGG_GEOMETRIC,
	AGG_HARMONIC,
	AGG_MINIMUM,
	AGG_BEST					/* the member with most points counts: of a dimension only */
} Aggregate;

typedef struct Dimension
{
	char	   *code;
	char	   *name;
	char	   *name_en;
	int			parent;			/* -1: none */
	Aggregate	aggregate;
	bool		bonus;			/* above the total; has no parent */
	bool		has_cap;
	Constant	cap;			/* most points */
	bool		has_minimum;
	Constant	minimum;		/* least points with which the card is passed */
	int64		least;			/* ... in units of 10^-digits */
	bool		one_weight;		/* relative: the same in all segments */
	Constant   *weight;			/* by segment: as stated, else what its members come to */
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
	int			ncases;
	Case	   *cases;
	bool		has_baseline;
	Constant	baseline;		/* points that reasons are measured against */
	char	   *reason;			/* reason code, where a case has none */
	bool		one_weight;		/* the same in all segments */
	Constant   *weight;			/* by segment */
	/* by segment, where nothing is left out: points = normalised * above / below */
	Numeric    *above;
	Numeric    *below;
	Constant   *full;			/* ... at 100; 0 where it has no weight */
	Constant   *known;			/* by segment: what its being known counts in the coverage */
	bool		has_cap;
	Constant	cap;			/* most points */
	MissingRule missing;
	struct PeerRule *peers;		/* NULL: it is not compared with any */
} Indicator;

typedef struct Threshold
{
	int16		grade;
	Constant	from;
	int64		least;			/* the least score of it, in units of 10^-digits */
} Threshold;

typedef struct Override
{
	Expression *when;
	bool		at_most;		/* else at least */
	int16		grade;
} Override;

/* Who passes: a score from "from" with every dimension's minimum, or a bypass. */
typedef struct PassRule
{
	bool		stated;
	bool		minima;			/* a dimension has a minimum */
	bool		has_from;
	Constant	from;
	int64		least;			/* the least score that passes, in units of 10^-digits */
	int			nbypasses;
	Expression **bypasses;
	bool		has_at_most;
	int16		at_most;		/* the highest grade of who does not pass */
} PassRule;

/* What one value comes to. */
typedef struct Outcome
{
	int64		points;			/* in units of 10^-digits, rounded as is defined */
	double		loose;			/* the same before rounding */
} Outcome;

typedef enum PlanKind
{
	PLAN_LINEAR,				/* an indicator's number, in a straight line */
	PLAN_BINS,					/* an indicator's number, in bins */
	PLAN_FLAG,					/* an indicator's truth */
	PLAN_OTHER,					/* through the expression's evaluator */
	PLAN_NUMERIC				/* beyond doubles: always by the definition */
} PlanKind;

#define PLAN_PLACES		16		/* numbers with 0 to 15 decimals are planned for */
#define PLAN_EDGES		6		/* so many edges of bins are compared without a loop */
#define PLAN_LIMIT		(INT64CONST(1) << 52)	/* of an indicator's points, scaled */
#define PLAN_LINE_LIMIT	(INT64CONST(1) << 42)	/* so that doubles add up lines exactly */

/* Doubles lose at most this much of each operand, the definition this of its result. */
#define PLAN_DOUBLE		(12 * FILTER_ULP)
#define PLAN_DIVIDED	(4 * FILTER_NUMERIC_ULP)


/* An indicator that has a weight in a segment, as score.c reads it. */
typedef struct PlanPart
{
	const Indicator *indicator;
	PlanKind	kind;
	int			code;			/* of the bare indicator, in the code list */
	int			dimension;
	MissingRule missing;
	double		weight;			/* among the members of its dimension */
	double		known;			/* what its being known counts in the coverage */
	int64		cap;			/* of the points; PG_INT64_MAX: none */
	Outcome		replacement;	/* what stands for a missing value */
	double		offset;			/* linear: points = value * rate + offset, ... */
	double		top;			/* ... from 0 to top */
	double		error;			/* bound on what doubles lose in that */
	double		near;			/* so near to a whole number, that one is certain */
	double		rate[PLAN_PLACES];	/* per unit, tenth, hundredth, ... */
	double	   *edges[PLAN_PLACES]; /* bins: in units, tenths, ...; NULL: not yet needed */
	Outcome    *outcomes;		/* by edges reached; by false, true; by category */
} PlanPart;

typedef struct CardPlan
{
	int			nparts;
	int			end[PLAN_OTHER];	/* parts are sorted by kind: where each ends */
	bool		beyond;			/* its points are too large for whole numbers */
	double		knowable;		/* what all being known counts in the coverage */
	int64		initial;		/* points that everybody has, in units of 10^-digits */
	PlanPart   *parts;
	struct TreePlan *tree;		/* NULL: points add up to the score */
	struct WidePlan *wide;		/* NULL: not for this card, or this machine */
} CardPlan;

struct PeerGroup;

typedef struct Scorecard
{
	MemoryContext context;		/* where all of it is */
	char	   *name;
	char	   *name_en;
	char	   *source;
	char	   *source_en;
	Constant	total;
	int			points_digits;
	int			score_digits;
	uint64		points_unit;	/* points' units in one of the score */
	Constant	coverage;
	Constant   *knowable;		/* by segment: all that could be known */
	Constant  **present;		/* by segment: weight of all members of each dimension, and of the whole */
	bool		relative;		/* weights are shares of their level, not points */
	Aggregate	aggregate;		/* of the dimensions that have no parent */
	bool		sum;			/* AGG_SUM: normalised values are points, there are no weights */
	bool		shaped;			/* points of dimensions matter: see combine.c */
	bool		has_floor;
	Constant	floor;			/* the score's least and ... */
	bool		has_cap;
	Constant	cap;			/* ... its most */
	Constant	initial;		/* points that everybody has */
	bool		reasons_above;	/* points above the baseline are reasons, not those below */
	CodeList   *codes;			/* all that the card reads, and ... */
	struct CodeUse *uses;		/* ... as what: see uses.c */
	int			nuses;
	Expression *segment;		/* NULL: one segment */
	int			nsegments;
	char	  **segments;
	int		   *segment_lens;
	uint64	   *segment_starts;	/* text_start() of each */
	int			segment_bare;	/* the code list's index, if it is one indicator; else -1 */
	int			ndimensions;
	Dimension  *dimensions;
	int		   *order;			/* of dimensions: each after its parent, beside its kin */
	int			nindicators;
	Indicator  *indicators;
	bool		unfitted;		/* something is compared with peers, who are not known */
	int			ngroupings;
	struct Grouping **groupings;	/* of peers */
	PassRule	pass;
	int			nthresholds;
	Threshold  *thresholds;
	int			noverrides;
	Override   *overrides;
	CardPlan  **plans;			/* by segment; NULL: not yet needed */
	CardPlan  **tree_plans;		/* ... with points by dimension, though the card is not shaped */
	struct PossiblePoints *possible;	/* see dimension_points.c; NULL: not yet needed */
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
	bool		weighted;		/* has a weight in the segment */
	bool		counts;			/* ... and was not left out */
	bool		missing;
	Fraction	normalised;		/* none: missing and not replaced */
	Fraction	replacement;	/* normalised, what peers put in the place of what is missing */
	Numeric		points;
	Numeric		possible;		/* points at a normalised value of 100 */
} Part;

/* One dimension's part, or (the last of a result) that of all without a parent. */
typedef struct DimensionPart
{
	bool		counts;			/* something of it does */
	Numeric		present;		/* weight of its members that count */
	Numeric		possible;		/* points at 100 */
	Numeric		sum;			/* of its members' points */
	Numeric		aggregated;		/* ... as its aggregate has it */
	Numeric		points;			/* ... and its cap */
} DimensionPart;

typedef struct ScoreResult
{
	ScoreStatus status;
	int			segment;		/* -1: unknown */
	Part	   *parts;			/* one an indicator */
	DimensionPart *dimensions;	/* one a dimension, and one of the whole */
	Numeric		known;			/* what was known, as coverage counts it */
	Numeric		sum;			/* of the whole, not rounded */
	Numeric		score;			/* NULL unless scored */
} ScoreResult;

/* The same without the numbers behind it. */
typedef struct FastScore
{
	ScoreStatus status;
	int			segment;		/* -1: unknown */
	int64		score;			/* in units of 10^-digits; of no meaning unless scored */
	int			nmissing;
	bool		missing[CARD_MAX_INDICATORS];	/* valid if nmissing > 0 */
	/* of dimensions, if the card is shaped or they were asked for: points in units of 10^-digits */
	bool		counts[CARD_MAX_DIMENSIONS];
	int64		points[CARD_MAX_DIMENSIONS];
} FastScore;

/*
 * A text's first eight bytes, filled up with zeros.  The eight before its end
 * must be memory, as they are of any text in a profile.
 */
static inline uint64
text_start(const char *text, uint32 len)
{
	int			held = Min(len, 8);
	int			half = 4 * (8 - held);	/* no shift may be as wide as the word */
	uint64		start;

	memcpy(&start, text + held - 8, 8);
#ifdef WORDS_BIGENDIAN
	return start << half << half;
#else
	return start >> half >> half;
#endif
}

/* document.c, normaliser.c */
extern Scorecard *scorecard_from_jsonb(Jsonb *json);
pg_noreturn extern void document_error(const char *path, const char *message);
extern void check_keys(JsonbContainer *object, const char *const *allowed, const char *path);
extern bool find_member(JsonbContainer *object, const char *key, JsonbValue *value);
extern Numeric number_of(const JsonbValue *value, const char *path);
extern Constant constant_of(Numeric num);
extern char *text_member(JsonbContainer *object, const char *key, const char *path, bool required);
extern Expression *read_expression(Scorecard *card, const char *source, ExprType want, const char *path);
extern Constant constant_member(JsonbContainer *object, const char *key, const char *path);
extern bool is_container(const JsonbValue *value, bool array);
extern char *path_under(const char *path, const char *key);
extern int	array_member(JsonbContainer *object, const char *key, bool required, int most,
						 JsonbContainer ***elements);
extern Constant *read_weight(Scorecard *card, JsonbContainer *object, const char *path, bool *same);
extern int16 grade_member(JsonbContainer *object, const char *key, const char *path);
extern void read_normaliser(Normaliser *n, const JsonbValue *value, const char *path);
extern ExprType normaliser_input(const Normaliser *n);
extern void read_pair(const JsonbValue *value, const char *path, Constant *first, Constant *second);
extern bool boolean_of(const JsonbValue *value, const char *path);

/* uses.c */
extern void check_uses(Scorecard *card, const Expression *e, const char *path);

/* unique_keys.c */
extern void check_unique_keys(const char *source);

/* dimension.c: the tree of dimensions, and what its nodes weigh */
extern void read_aggregation(Scorecard *card, JsonbContainer *root);
extern void read_dimensions(Scorecard *card, JsonbContainer *root);
extern int	find_dimension(const Scorecard *card, const char *code);
extern Constant *no_weight(const Scorecard *card);
extern void weigh_dimensions(Scorecard *card);
extern bool dimension_weighs(const Scorecard *card, int dimension, int segment);
extern const char *aggregate_name(Aggregate aggregate);

/* pass.c */
extern void read_pass(Scorecard *card, JsonbContainer *root);
extern void write_pass(StringInfo out, const Scorecard *card);
extern Tri	card_passed(const Scorecard *card, Subject *s, const ScoreResult *r);
extern Tri	card_passed_fast(const Scorecard *card, Subject *s, const FastScore *fast);
extern int16 card_grade(const Scorecard *card, Subject *s, Tri passed, int16 grade);

/* combine.c: from the points of indicators to those of the whole */
extern void find_present(const Scorecard *card, ScoreResult *r);
extern void part_factor(const Scorecard *card, const ScoreResult *r, const Indicator *ind,
						Numeric *above, Numeric *below);
extern void combine_parts(const Scorecard *card, ScoreResult *r);

/* plan.c */
extern CardPlan *plan_of_segment(Scorecard *card, CardPlan **plans, int segment);
extern double *plan_edges(const Scorecard *card, PlanPart *part, int places);
extern bool outcome_of(const Scorecard *card, int segment, const Indicator *ind,
					   Fraction normalised, Outcome *result);
extern int64 scaled_ceiling(Numeric num, int digits, int64 limit);

/* cases.c */
extern Expression *read_cases(Scorecard *card, Indicator *ind, JsonbContainer *object, const char *path);
extern const Case *matching_case(const Indicator *ind, Subject *s);
extern void write_cases(StringInfo out, const Indicator *ind);

/* canonical.c */
extern void json_key(StringInfo out, const char *name);
extern char *scorecard_text(const Scorecard *card);
extern void write_normaliser(StringInfo out, const Indicator *ind);
extern const char *missing_rule_name(MissingRule rule);

/* score_exact.c: the definition */
extern Numeric card_coverage(const Scorecard *card, int segment, Numeric known);
extern void score_parts(const Scorecard *card, ScoreResult *r);
extern void score_exactly(const Scorecard *card, Subject *s, ScoreResult *result);
extern Fraction normalise_value(const Indicator *ind, const struct PeerGroup *group, Numeric x);
extern Fraction normalise_for(const Indicator *ind, Subject *s, Numeric x);
extern bool normalise_exactly(const Indicator *ind, Subject *s, Fraction *normalised);
extern int	card_segment(const Scorecard *card, Subject *s);

extern Numeric points_exactly(const Scorecard *card, int segment, const Indicator *ind,
							  Fraction normalised);
extern int16 card_rate(const Scorecard *card, Numeric score);

/* score.c: the same, fast; false: ask score_exactly() */
extern bool score_fast(Scorecard *card, Subject *s, FastScore *result);
extern bool score_fast_dimensions(Scorecard *card, Subject *s, FastScore *result);
extern int16 rate_fast(const Scorecard *card, int64 score);

#endif							/* GROWTH_INDEX_SCORECARD_H */
