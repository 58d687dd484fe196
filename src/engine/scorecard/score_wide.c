/*
 * score_wide.c
 *	  Eight bare indicators at a time, where the processor has AVX-512.
 *
 * The same as add_lines(), add_bins() and add_flags() of score.c, lane by
 * lane: which words to read is found once a shape, and a lane whose value is
 * missing, of another kind, or not certain is left to the ordinary way.
 * Bins are differences: each edge that a number reaches adds what the next bin
 * has more than the last, in whole numbers that doubles add up exactly.
 */
#include "postgres.h"

#include "score.h"

bool		score_use_simd = true;

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define LANES			8
#define AVX512			__attribute__((target("avx512f,avx512dq,avx512vl")))
#define SCALE_LIMIT		INT64CONST(9007199254740992)	/* 2^53 */

/* Up to eight parts of one kind, side by side. */
typedef struct WideGroup
{
	int			first;			/* part of lane 0 */
	__mmask8	lanes;
	__mmask8	present;		/* in the shape for which index was found */
	int32		index[LANES];	/* of the words */
	int64		scale[LANES];	/* bins: decimals of the edges */
	double		offset[LANES];	/* line; bins: points below the first edge; flag: of false */
	double		rate[LANES];	/* line; flag: what true has more */
	double		top[LANES];
	double		near[LANES];
	int			nedges;
	double	   *edges;			/* bins: nedges rows of lanes, in units of 10^-scale */
	double	   *steps;			/* ... and what reaching one adds */
} WideGroup;

struct WidePlan
{
	uint64		shape_id;
	int			count;			/* of the shape's codes; -1: no shape yet */
	int			ngroups;
	int			end[PLAN_OTHER];	/* groups by kind: where each ends */
	WideGroup	groups[FLEXIBLE_ARRAY_MEMBER];
};

static const double tenths[16] = {
	1e0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7,
	1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15
};

static bool
have_avx512(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
		__builtin_cpu_supports("avx512vl");
}

/* The most decimals at which all edges are whole numbers that doubles hold. */
static int
edges_scale(const Normaliser *n)
{
	int			scale = 15;

	for (int i = 0; i < n->nsteps; i++)
		while (scale >= 0 && !n->steps[i].open &&
			   Abs(scaled_ceiling(n->steps[i].from.exact, scale, SCALE_LIMIT)) == SCALE_LIMIT)
			scale--;
	return scale;
}

/* May the part be a lane?  Bins and flags must have points that doubles add exactly. */
static bool
fits_lane(const PlanPart *part)
{
	const Normaliser *n = &part->indicator->norm;
	int			noutcomes = part->kind == PLAN_FLAG ? 2 : n->nsteps + 1;

	if (part->kind == PLAN_LINEAR)
		return true;
	for (int i = 0; i < noutcomes; i++)
		if (part->outcomes[i].points <= -PLAN_LINE_LIMIT || part->outcomes[i].points >= PLAN_LINE_LIMIT)
			return false;
	return part->kind == PLAN_FLAG || (n->nsteps <= 16 && edges_scale(n) >= 0);
}

static void
fill_bins(WideGroup *g, int lane, const PlanPart *part)
{
	const Normaliser *n = &part->indicator->norm;

	g->scale[lane] = edges_scale(n);
	g->offset[lane] = part->outcomes[0].points;
	for (int i = 0; i < n->nsteps; i++)
	{
		g->edges[i * LANES + lane] = n->steps[i].open ? -INFINITY :
			(double) scaled_ceiling(n->steps[i].from.exact, g->scale[lane], SCALE_LIMIT);
		g->steps[i * LANES + lane] =
			part->outcomes[i + 1].points - part->outcomes[i].points;
	}
}

/* A lane that stays empty reaches no edge and is not in g->lanes. */
static void
fill_group(WideGroup *g, const PlanPart *parts, int first, int count)
{
	g->first = first;
	g->lanes = (__mmask8) ((1 << count) - 1);
	for (int i = 0; i < count; i++)
		if (parts[first].kind == PLAN_BINS)
			g->nedges = Max(g->nedges, parts[first + i].indicator->norm.nsteps);
	g->edges = palloc(Max(g->nedges, 1) * LANES * sizeof(double));
	g->steps = palloc0(Max(g->nedges, 1) * LANES * sizeof(double));
	for (int i = 0; i < g->nedges * LANES; i++)
		g->edges[i] = INFINITY;
	for (int lane = 0; lane < count; lane++)
	{
		const PlanPart *part = &parts[first + lane];

		if (part->kind == PLAN_BINS)
			fill_bins(g, lane, part);
		else if (part->kind == PLAN_FLAG)
		{
			g->offset[lane] = part->outcomes[0].points;
			g->rate[lane] = part->outcomes[1].points - part->outcomes[0].points;
		}
		else
		{
			g->offset[lane] = part->offset;
			g->rate[lane] = part->rate[0];
			g->top[lane] = part->top;
			g->near[lane] = part->near;
		}
	}
}

/* In the current memory context; NULL where the plan or the processor does not fit. */
WidePlan *
wide_plan(const CardPlan *plan)
{
	WidePlan   *wide;
	int			first = 0;

	if (!have_avx512() || plan->end[PLAN_FLAG] < LANES)
		return NULL;
	for (int i = 0; i < plan->end[PLAN_FLAG]; i++)
		if (!fits_lane(&plan->parts[i]))
			return NULL;
	wide = palloc0(offsetof(WidePlan, groups[plan->end[PLAN_FLAG] / LANES + PLAN_OTHER]));
	wide->count = -1;
	for (int kind = 0; kind < PLAN_OTHER; kind++)
	{
		for (; first < plan->end[kind]; first += LANES)
			fill_group(&wide->groups[wide->ngroups++], plan->parts, first,
					   Min(LANES, plan->end[kind] - first));
		first = plan->end[kind];
		wide->end[kind] = wide->ngroups;
	}
	return wide;
}

/* Find the words of the parts in the subject's shape. */
static void
learn_shape(WidePlan *wide, const Pass *p)
{
	for (int i = 0; i < wide->ngroups; i++)
	{
		WideGroup  *g = &wide->groups[i];

		g->present = 0;
		for (int lane = 0; lane < LANES; lane++)
		{
			int			slot = (g->lanes >> lane) & 1 ?
				p->s->slots[p->plan->parts[g->first + lane].code] : -1;

			g->index[lane] = Max(slot, 0);
			if (slot >= 0)
				g->present |= (__mmask8) (1 << lane);
		}
	}
	wide->shape_id = p->s->profile->shape_id;
	wide->count = p->s->profile->count;
}

/* The lanes that the others could not take. */
static void
add_lanes(Pass *p, const WideGroup *g, __mmask8 taken, __mmask8 exactly)
{
	for (int lane = 0; lane < LANES; lane++)
	{
		if (((g->lanes & ~taken) >> lane & 1) == 0)
			continue;
		if (exactly >> lane & 1)
			add_exactly(p, g->first + lane);
		else
			add_bare(p, g->first + lane);
	}
}

/* The words of a group; numbers: those lanes whose word is of the type. */
static AVX512 inline __m512i
load_words(const WideGroup *g, const uint64 *words, ValueType type, __mmask8 *typed)
{
	__m512i		w = _mm512_mask_i32gather_epi64(_mm512_setzero_si512(), g->present,
												_mm256_loadu_si256((const __m256i *) g->index),
												words, sizeof(uint64));

	*typed = _mm512_mask_cmpeq_epi64_mask(g->present,
										  _mm512_and_si512(w, _mm512_set1_epi64(7)),
										  _mm512_set1_epi64(type));
	return w;
}

/* Their numbers of decimals; what has none or too many is no longer in *typed. */
static AVX512 inline __m512i
decimals_of(__m512i w, __mmask8 *typed)
{
	__m512i		exponent = _mm512_srai_epi64(_mm512_slli_epi64(w, 51), 54);
	__m512i		places = _mm512_sub_epi64(_mm512_setzero_si512(), exponent);

	*typed = _mm512_mask_cmplt_epu64_mask(*typed, places, _mm512_set1_epi64(PLAN_PLACES));
	return places;
}

/* table[i] of sixteen doubles */
static AVX512 inline __m512d
look_up(const double *table, __m512i i)
{
	return _mm512_permutex2var_pd(_mm512_loadu_pd(table), i, _mm512_loadu_pd(table + LANES));
}

static AVX512 inline __m512d
wide_lines(Pass *p, const WideGroup *g, __m512d sum)
{
	__mmask8	typed;
	__mmask8	sure;
	__m512i		w = load_words(g, p->s->profile->word, VALUE_NUMBER, &typed);
	__m512i		places = decimals_of(w, &typed);
	__m512d		value = _mm512_cvtepi64_pd(_mm512_srai_epi64(w, 13));
	__m512d		points;

	value = _mm512_mul_pd(_mm512_mul_pd(value, look_up(tenths, places)), _mm512_loadu_pd(g->rate));
	value = _mm512_add_pd(value, _mm512_loadu_pd(g->offset));
	value = _mm512_min_pd(_mm512_max_pd(value, _mm512_setzero_pd()), _mm512_loadu_pd(g->top));
	/* to the nearest; what lies in the middle is not decided here */
	points = _mm512_roundscale_pd(value, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
	sure = _mm512_mask_cmp_pd_mask(typed, _mm512_abs_pd(_mm512_sub_pd(value, points)),
								   _mm512_loadu_pd(g->near), _CMP_LT_OQ);
	if (unlikely(sure != g->lanes))
		add_lanes(p, g, sure, typed);
	return _mm512_mask_add_pd(sum, sure, sum, points);
}

static AVX512 inline __m512d
wide_bins(Pass *p, const WideGroup *g, __m512d sum)
{
	__mmask8	typed;
	__m512i		w = load_words(g, p->s->profile->word, VALUE_NUMBER, &typed);
	__m512i		scale = _mm512_sub_epi64(_mm512_loadu_si512(g->scale), decimals_of(w, &typed));
	__m512d		number = _mm512_cvtepi64_pd(_mm512_srai_epi64(w, 13));

	/* with more decimals than the edges it is no whole number: not here */
	typed = _mm512_mask_cmpge_epi64_mask(typed, scale, _mm512_setzero_si512());
	number = _mm512_mul_pd(number, look_up(number_pow10, scale));
	if (unlikely(typed != g->lanes))
		add_lanes(p, g, typed, 0);
	sum = _mm512_mask_add_pd(sum, typed, sum, _mm512_loadu_pd(g->offset));
	for (int i = 0; i < g->nedges; i++)
	{
		__mmask8	reached = _mm512_mask_cmp_pd_mask(typed, number,
													  _mm512_loadu_pd(&g->edges[i * LANES]),
													  _CMP_GE_OQ);

		sum = _mm512_mask_add_pd(sum, reached, sum, _mm512_loadu_pd(&g->steps[i * LANES]));
	}
	return sum;
}

static AVX512 inline __m512d
wide_flags(Pass *p, const WideGroup *g, __m512d sum)
{
	__mmask8	typed;
	__m512i		w = load_words(g, p->s->profile->word, VALUE_BOOLEAN, &typed);
	__mmask8	set = _mm512_mask_test_epi64_mask(typed, w, _mm512_set1_epi64(8));

	if (unlikely(typed != g->lanes))
		add_lanes(p, g, typed, 0);
	sum = _mm512_mask_add_pd(sum, typed, sum, _mm512_loadu_pd(g->offset));
	return _mm512_mask_add_pd(sum, set, sum, _mm512_loadu_pd(g->rate));
}

/* Add the points of all parts up to end[PLAN_FLAG]. */
AVX512 void
add_wide(Pass *p)
{
	WidePlan   *wide = p->plan->wide;
	__m512d		sum = _mm512_setzero_pd();
	int			i = 0;

	if (unlikely(wide->shape_id != p->s->profile->shape_id ||
				 wide->count != p->s->profile->count))
		learn_shape(wide, p);
	for (; i < wide->end[PLAN_LINEAR]; i++)
		sum = wide_lines(p, &wide->groups[i], sum);
	for (; i < wide->end[PLAN_BINS]; i++)
		sum = wide_bins(p, &wide->groups[i], sum);
	for (; i < wide->end[PLAN_FLAG]; i++)
		sum = wide_flags(p, &wide->groups[i], sum);
	p->sum += (int64) _mm512_reduce_add_pd(sum);
}

#else							/* no AVX-512 here */

WidePlan *
wide_plan(const CardPlan *plan)
{
	(void) plan;
	return NULL;
}

void
add_wide(Pass *p)
{
	(void) p;
}

#endif
