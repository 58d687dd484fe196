/*
 * score_wide.c
 *	  Eight bare indicators at a time, where the processor has AVX-512, or
 *	  twice four where it has AVX2.
 *
 * The same as add_lines(), add_bins() and add_flags() of score.c, lane by
 * lane: which words to read is kept for some shapes, and a lane whose value is
 * missing, of another kind, or not certain is left to the ordinary way.
 * Bins are differences: each edge that a number reaches adds what the next bin
 * has more than the last, in whole numbers that doubles add up exactly.
 */
#include "postgres.h"

#include "score.h"

int			score_simd = SIMD_WIDEST;

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define LANES			8
#define AVX512			__attribute__((target("avx512f,avx512dq,avx512vl")))
#define AVX2			__attribute__((target("avx2")))
#define SHAPES_KEPT		64
#define SCALE_LIMIT		INT64CONST(9007199254740992)	/* 2^53 */

/* Up to eight parts of one kind, side by side. */
typedef struct WideGroup
{
	int			first;			/* part of lane 0 */
	__mmask8	lanes;
	int64		scale[LANES];	/* bins: decimals of the edges */
	double		offset[LANES];	/* line; bins: points below the first edge; flag: of false */
	double		rate[LANES];	/* line; flag: what true has more */
	double		top[LANES];
	double		near[LANES];
	int			nedges;
	double	   *edges;			/* bins: nedges rows of lanes, in units of 10^-scale */
	double	   *steps;			/* ... and what reaching one adds */
} WideGroup;

/* Where a profile has the words of a group. */
typedef struct WidePlace
{
	int64		has[LANES];		/* all bits: it is there */
	int32		index[LANES];	/* of the words; the header's last where it is absent */
} WidePlace;

typedef struct WideShape
{
	uint64		shape_id;
	int			count;			/* of the shape's codes; -1: no shape yet */
	WidePlace	places[FLEXIBLE_ARRAY_MEMBER];	/* one a group */
} WideShape;

struct WidePlan
{
	WideShape  *last;
	WideShape  *shapes[SHAPES_KEPT];	/* by their fingerprint; NULL: none yet */
	bool		avx512;			/* else AVX2 */
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
			   llabs(scaled_ceiling(n->steps[i].from.exact, scale, SCALE_LIMIT)) == SCALE_LIMIT)
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

	if (plan->end[PLAN_FLAG] < LANES || !__builtin_cpu_supports("avx2"))
		return NULL;
	for (int i = 0; i < plan->end[PLAN_FLAG]; i++)
		if (!fits_lane(&plan->parts[i]))
			return NULL;
	wide = palloc0(offsetof(WidePlan, groups[plan->end[PLAN_FLAG] / LANES + PLAN_OTHER]));
	wide->avx512 = have_avx512();
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
static WideShape *
learn_shape(WidePlan *wide, const Pass *p)
{
	const Profile *profile = p->s->profile;
	WideShape **kept = &wide->shapes[profile->shape_id % SHAPES_KEPT];
	WideShape  *shape = *kept;

	if (shape == NULL)
		*kept = shape = MemoryContextAlloc(p->card->context,
										   offsetof(WideShape, places[wide->ngroups]));
	else if (shape->shape_id == profile->shape_id && shape->count == profile->count)
		return wide->last = shape;
	for (int i = 0; i < wide->ngroups; i++)
	{
		const WideGroup *g = &wide->groups[i];
		WidePlace  *place = &shape->places[i];

		for (int lane = 0; lane < LANES; lane++)
		{
			int			slot = (g->lanes >> lane) & 1 ?
				p->s->slots[p->plan->parts[g->first + lane].code] : -1;

			place->index[lane] = slot;
			place->has[lane] = slot >= 0 ? -1 : 0;
		}
	}
	shape->shape_id = profile->shape_id;
	shape->count = profile->count;
	return wide->last = shape;
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

/* Loads of their own are as fast as the processor's gathering, and on many faster. */
static AVX2 inline __m256i
four_words(const int32 *index, const uint64 *words)
{
	__m128i		low = _mm_loadl_epi64((const __m128i *) &words[index[0]]);
	__m128i		high = _mm_loadl_epi64((const __m128i *) &words[index[2]]);

	low = _mm_unpacklo_epi64(low, _mm_loadl_epi64((const __m128i *) &words[index[1]]));
	high = _mm_unpacklo_epi64(high, _mm_loadl_epi64((const __m128i *) &words[index[3]]));
	return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

/* The words of a group; numbers: those lanes whose word is of the type. */
static AVX512 inline __m512i
load_words(const WidePlace *place, const uint64 *words, ValueType type, __mmask8 *typed)
{
	__m512i		w = _mm512_inserti64x4(_mm512_castsi256_si512(four_words(place->index, words)),
									   four_words(place->index + 4, words), 1);

	*typed = _mm512_mask_cmpeq_epi64_mask(_mm512_movepi64_mask(_mm512_loadu_si512(place->has)),
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
wide_lines(Pass *p, const WideGroup *g, const WidePlace *place, __m512d sum)
{
	__mmask8	typed;
	__mmask8	sure;
	__m512i		w = load_words(place, p->s->profile->word, VALUE_NUMBER, &typed);
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
wide_bins(Pass *p, const WideGroup *g, const WidePlace *place, __m512d sum)
{
	__mmask8	typed;
	__m512i		w = load_words(place, p->s->profile->word, VALUE_NUMBER, &typed);
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
wide_flags(Pass *p, const WideGroup *g, const WidePlace *place, __m512d sum)
{
	__mmask8	typed;
	__m512i		w = load_words(place, p->s->profile->word, VALUE_BOOLEAN, &typed);
	__mmask8	set = _mm512_mask_test_epi64_mask(typed, w, _mm512_set1_epi64(8));

	if (unlikely(typed != g->lanes))
		add_lanes(p, g, typed, 0);
	sum = _mm512_mask_add_pd(sum, typed, sum, _mm512_loadu_pd(g->offset));
	return _mm512_mask_add_pd(sum, set, sum, _mm512_loadu_pd(g->rate));
}

static AVX512 double
sum_avx512(Pass *p, const WidePlan *wide, const WidePlace *places)
{
	__m512d		sum = _mm512_setzero_pd();
	int			i = 0;

	for (; i < wide->end[PLAN_LINEAR]; i++)
		sum = wide_lines(p, &wide->groups[i], &places[i], sum);
	for (; i < wide->end[PLAN_BINS]; i++)
		sum = wide_bins(p, &wide->groups[i], &places[i], sum);
	for (; i < wide->end[PLAN_FLAG]; i++)
		sum = wide_flags(p, &wide->groups[i], &places[i], sum);
	return _mm512_reduce_add_pd(sum);
}

/* ---- the same four by four: half is 0 or 4, masks are all bits of a lane ---- */

/* The words of half a group; *typed: those that are of the type. */
static AVX2 inline __m256i
load_half(const WidePlace *place, int half, const uint64 *words, ValueType type, __m256i *typed)
{
	__m256i		w = four_words(place->index + half, words);

	*typed = _mm256_and_si256(_mm256_loadu_si256((const __m256i *) (place->has + half)),
							  _mm256_cmpeq_epi64(_mm256_and_si256(w, _mm256_set1_epi64x(7)),
												 _mm256_set1_epi64x(type)));
	return w;
}

/* decimals_of() */
static AVX2 inline __m256i
half_decimals(__m256i w, __m256i *typed)
{
	__m256i		places = _mm256_and_si256(_mm256_sub_epi64(_mm256_setzero_si256(),
														   _mm256_srli_epi64(w, 3)),
										  _mm256_set1_epi64x(0x3ff));

	*typed = _mm256_and_si256(*typed, _mm256_cmpgt_epi64(_mm256_set1_epi64x(PLAN_PLACES), places));
	return places;
}

/*
 * The mantissas as doubles.  With its sign turned, one is a whole number below
 * 2^51, which the low bits of a double from 2^52 on can hold as they are.
 */
static AVX2 inline __m256d
half_mantissas(__m256i w)
{
	__m256i		turned = _mm256_srli_epi64(_mm256_xor_si256(w, _mm256_set1_epi64x(PG_INT64_MIN)), 13);
	__m256i		bits = _mm256_or_si256(turned, _mm256_castpd_si256(_mm256_set1_pd(4503599627370496.0)));

	return _mm256_sub_pd(_mm256_castsi256_pd(bits),
						 _mm256_set1_pd(4503599627370496.0 + 1125899906842624.0));
}

/* look_up(); what is no index of the table counts by its low bits. */
static AVX2 inline __m256d
half_look_up(const double *table, __m256i i)
{
	int64		at[4];

	_mm256_storeu_si256((__m256i *) at, _mm256_and_si256(i, _mm256_set1_epi64x(PLAN_PLACES - 1)));
	return _mm256_set_pd(table[at[3]], table[at[2]], table[at[1]], table[at[0]]);
}

static AVX2 inline __m256d
half_lines(const WideGroup *g, const WidePlace *place, int half, const uint64 *words,
		   int *typed_lanes, int *sure_lanes)
{
	__m256i		typed;
	__m256i		w = load_half(place, half, words, VALUE_NUMBER, &typed);
	__m256i		places = half_decimals(w, &typed);
	__m256d		value = _mm256_mul_pd(half_mantissas(w), half_look_up(tenths, places));
	__m256d		points;
	__m256d		sure;

	value = _mm256_add_pd(_mm256_mul_pd(value, _mm256_loadu_pd(g->rate + half)),
						  _mm256_loadu_pd(g->offset + half));
	value = _mm256_min_pd(_mm256_max_pd(value, _mm256_setzero_pd()), _mm256_loadu_pd(g->top + half));
	points = _mm256_round_pd(value, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
	sure = _mm256_cmp_pd(_mm256_andnot_pd(_mm256_set1_pd(-0.0), _mm256_sub_pd(value, points)),
						 _mm256_loadu_pd(g->near + half), _CMP_LT_OQ);
	sure = _mm256_and_pd(sure, _mm256_castsi256_pd(typed));
	*typed_lanes |= _mm256_movemask_pd(_mm256_castsi256_pd(typed)) << half;
	*sure_lanes |= _mm256_movemask_pd(sure) << half;
	return _mm256_and_pd(sure, points);
}

static AVX2 inline __m256d
half_bins(const WideGroup *g, const WidePlace *place, int half, const uint64 *words,
		   int *typed_lanes)
{
	__m256i		typed;
	__m256i		w = load_half(place, half, words, VALUE_NUMBER, &typed);
	__m256i		scale = _mm256_sub_epi64(_mm256_loadu_si256((const __m256i *) (g->scale + half)),
										 half_decimals(w, &typed));
	__m256d		number = _mm256_mul_pd(half_mantissas(w), half_look_up(number_pow10, scale));
	__m256d		points = _mm256_loadu_pd(g->offset + half);

	typed = _mm256_and_si256(typed, _mm256_cmpgt_epi64(scale, _mm256_set1_epi64x(-1)));
	for (int i = half; i < g->nedges * LANES; i += LANES)
		points = _mm256_add_pd(points, _mm256_and_pd(_mm256_loadu_pd(&g->steps[i]),
													 _mm256_cmp_pd(number, _mm256_loadu_pd(&g->edges[i]),
																   _CMP_GE_OQ)));
	*typed_lanes |= _mm256_movemask_pd(_mm256_castsi256_pd(typed)) << half;
	return _mm256_and_pd(_mm256_castsi256_pd(typed), points);
}

static AVX2 inline __m256d
half_flags(const WideGroup *g, const WidePlace *place, int half, const uint64 *words,
		   int *typed_lanes)
{
	__m256i		typed;
	__m256i		w = load_half(place, half, words, VALUE_BOOLEAN, &typed);
	/* the truth is where a double has its sign */
	__m256d		set = _mm256_castsi256_pd(_mm256_slli_epi64(w, 60));
	__m256d		points = _mm256_add_pd(_mm256_loadu_pd(g->offset + half),
									   _mm256_blendv_pd(_mm256_setzero_pd(),
														_mm256_loadu_pd(g->rate + half), set));

	*typed_lanes |= _mm256_movemask_pd(_mm256_castsi256_pd(typed)) << half;
	return _mm256_and_pd(_mm256_castsi256_pd(typed), points);
}

static AVX2 double
sum_avx2(Pass *p, const WidePlan *wide, const WidePlace *places)
{
	const uint64 *words = p->s->profile->word;
	__m256d		sum = _mm256_setzero_pd();
	__m128d		pair;

	for (int i = 0; i < wide->ngroups; i++)
	{
		const WideGroup *g = &wide->groups[i];
		const WidePlace *place = &places[i];
		int			typed = 0;
		int			sure = 0;

		for (int half = 0; half < LANES && g->lanes >> half != 0; half += LANES / 2)
		{
			if (i < wide->end[PLAN_LINEAR])
				sum = _mm256_add_pd(sum, half_lines(g, place, half, words, &typed, &sure));
			else if (i < wide->end[PLAN_BINS])
				sum = _mm256_add_pd(sum, half_bins(g, place, half, words, &sure));
			else
				sum = _mm256_add_pd(sum, half_flags(g, place, half, words, &sure));
		}
		if (unlikely(sure != g->lanes))
			add_lanes(p, g, (__mmask8) sure, (__mmask8) typed);
	}
	pair = _mm_add_pd(_mm256_castpd256_pd128(sum), _mm256_extractf128_pd(sum, 1));
	return _mm_cvtsd_f64(_mm_add_sd(pair, _mm_unpackhi_pd(pair, pair)));
}

/* Add the points of all parts up to end[PLAN_FLAG]. */
void
add_wide(Pass *p)
{
	WidePlan   *wide = p->plan->wide;
	WideShape  *shape = wide->last;

	if (unlikely(shape == NULL || shape->shape_id != p->s->profile->shape_id ||
				 shape->count != p->s->profile->count))
		shape = learn_shape(wide, p);
	p->sum += (int64) (wide->avx512 && score_simd == SIMD_WIDEST ?
					   sum_avx512(p, wide, shape->places) : sum_avx2(p, wide, shape->places));
}

#else							/* no such registers */

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
