/*
 * kernel.c
 *	  Ranks of a block against a range, bitmaps ANDed, and lanes of policies, as
 *	  wide as the processor can.
 */
#include "postgres.h"

#include "policy_set.h"

/* For any processor: a word of the mask at a time. */
static void
range_plain(const Rank *ranks, Range range, uint64 *mask)
{
	Rank		length = range.to - range.from;

	for (int i = 0; i < BLOCK_WORDS; i++, ranks += 64)
	{
		uint64		word = 0;

		for (int j = 0; j < 64; j++)
			word |= (uint64) ((Rank) (ranks[j] - range.from) <= length) << j;
		mask[i] |= word;
	}
}

static bool
all_plain(const uint64 *first, const uint64 *const *maps, int count, int from, uint64 *left)
{
	uint64		any = 0;

	for (int j = 0; j < CHUNK_WORDS; j++)
		any |= left[j] &= first[from + j];
	for (int i = 0; i < count && any != 0; i++)
	{
		const uint64 *map = maps[i] + from;

		any = 0;
		for (int j = 0; j < CHUNK_WORDS; j++)
			any |= left[j] &= map[j];
	}
	return any != 0;
}

/* Policies are looked at in order, but with gaps: memory is asked for them so many ahead of use. */
#define AHEAD	16

/* Do the lanes that hold suffice? */
static inline bool
suffices(const Lanes *l, unsigned int holds)
{
	return ((holds & l->every) == l->every) & ((holds & l->some[0]) != 0) &
		((holds & l->some[1]) != 0) & ((holds & l->some[2]) != 0);
}

/* No branch depends on what holds: it would be guessed wrong as often as not. */
static int
lanes_plain(const Lanes *lanes, const uint32 *values, const uint32 *missing, int *policies, int count)
{
	int			kept = 0;

	for (int i = 0; i < count; i++)
	{
		const Lanes *l = &lanes[policies[i]];
		unsigned int holds = 0;
		unsigned int could = 0;
		bool		enough;

		__builtin_prefetch(&lanes[policies[Min(i + AHEAD, count - 1)]]);
		for (int j = 0; j < NLANES; j++)
		{
			uint32		value = (values[l->at[j]] << l->shift[j]) - ((uint32) l->from[j] << 16);

			holds |= (unsigned int) (value <= ((uint32) l->length[j] << 16 | 0xFFFF)) << j;
			if (missing != NULL)
				could |= (missing[l->at[j]] & 1) << j;
		}
		enough = suffices(l, holds);
		policies[kept] = policies[i] | (enough ? LANES_HOLD : 0);
		kept += missing == NULL ? enough : suffices(l, holds | could);
	}
	return kept;
}

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

__attribute__((target("avx2")))
static bool
all_avx2(const uint64 *first, const uint64 *const *maps, int count, int from, uint64 *left)
{
	__m256i		low = _mm256_and_si256(_mm256_loadu_si256((const __m256i *) left),
									   _mm256_loadu_si256((const __m256i *) (first + from)));
	__m256i		high = _mm256_and_si256(_mm256_loadu_si256((const __m256i *) (left + 4)),
										_mm256_loadu_si256((const __m256i *) (first + from + 4)));

	if (_mm256_testz_si256(_mm256_or_si256(low, high), _mm256_or_si256(low, high)))
		return false;
	for (int i = 0; i < count; i++)
	{
		low = _mm256_and_si256(low, _mm256_loadu_si256((const __m256i *) (maps[i] + from)));
		high = _mm256_and_si256(high, _mm256_loadu_si256((const __m256i *) (maps[i] + from + 4)));
		if (i % 4 == 3 && _mm256_testz_si256(_mm256_or_si256(low, high), _mm256_or_si256(low, high)))
			return false;
	}
	_mm256_storeu_si256((__m256i *) left, low);
	_mm256_storeu_si256((__m256i *) (left + 4), high);
	return !_mm256_testz_si256(_mm256_or_si256(low, high), _mm256_or_si256(low, high));
}

__attribute__((target("avx512f")))
static bool
all_avx512(const uint64 *first, const uint64 *const *maps, int count, int from, uint64 *left)
{
	__m512i		mask = _mm512_and_si512(_mm512_loadu_si512(left), _mm512_loadu_si512(first + from));

	if (_mm512_test_epi64_mask(mask, mask) == 0)
		return false;
	for (int i = 0; i < count; i++)
	{
		mask = _mm512_and_si512(mask, _mm512_loadu_si512(maps[i] + from));
		if (i % 4 == 3 && _mm512_test_epi64_mask(mask, mask) == 0)
			return false;
	}
	_mm512_storeu_si512(left, mask);
	return _mm512_test_epi64_mask(mask, mask) != 0;
}

__attribute__((target("avx2")))
static void
range_avx2(const Rank *ranks, Range range, uint64 *mask)
{
	const __m256i from = _mm256_set1_epi16((short) range.from);
	const __m256i length = _mm256_set1_epi16((short) (range.to - range.from));

	for (int i = 0; i < BLOCK_WORDS * 2; i++, ranks += 32)
	{
		__m256i		a = _mm256_sub_epi16(_mm256_loadu_si256((const __m256i *) ranks), from);
		__m256i		b = _mm256_sub_epi16(_mm256_loadu_si256((const __m256i *) (ranks + 16)), from);

		a = _mm256_cmpeq_epi16(_mm256_min_epu16(a, length), a);
		b = _mm256_cmpeq_epi16(_mm256_min_epu16(b, length), b);
		/* packing goes by halves: put them back in order */
		a = _mm256_permute4x64_epi64(_mm256_packs_epi16(a, b), 0xD8);
		mask[i / 2] |= (uint64) (uint32) _mm256_movemask_epi8(a) << (i % 2 * 32);
	}
}

__attribute__((target("avx512f,avx512bw")))
static void
range_avx512(const Rank *ranks, Range range, uint64 *mask)
{
	const __m512i from = _mm512_set1_epi16((short) range.from);
	const __m512i length = _mm512_set1_epi16((short) (range.to - range.from));

	for (int i = 0; i < BLOCK_WORDS; i++, ranks += 64)
	{
		__m512i		a = _mm512_sub_epi16(_mm512_loadu_si512(ranks), from);
		__m512i		b = _mm512_sub_epi16(_mm512_loadu_si512(ranks + 32), from);

		/* joined as masks: some compilers widen one that they had to spill with what lies beside it */
		mask[i] |= _mm512_kunpackd(_mm512_cmple_epu16_mask(b, length),
								   _mm512_cmple_epu16_mask(a, length));
	}
}

__attribute__((target("avx2")))
static int
lanes_avx2(const Lanes *lanes, const uint32 *values, const uint32 *missing, int *policies, int count)
{
	int			kept = 0;

	for (int i = 0; i < count; i++)
	{
		const Lanes *l = &lanes[policies[i]];
		__m256i		at = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *) l->at));
		__m256i		from = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *) l->from));
		__m256i		length = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *) l->length));
		__m256i		shift = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *) l->shift));
		__m256i		value = _mm256_sllv_epi32(_mm256_i32gather_epi32((const int *) values, at, 4), shift);
		unsigned int holds;
		bool		enough;

		_mm_prefetch((const char *) &lanes[policies[Min(i + AHEAD, count - 1)]], _MM_HINT_T0);
		value = _mm256_sub_epi32(value, _mm256_slli_epi32(from, 16));
		length = _mm256_or_si256(_mm256_slli_epi32(length, 16), _mm256_set1_epi32(0xFFFF));
		value = _mm256_cmpeq_epi32(_mm256_min_epu32(value, length), value);
		holds = _mm256_movemask_ps(_mm256_castsi256_ps(value));
		enough = suffices(l, holds);
		policies[kept] = policies[i] | (enough ? LANES_HOLD : 0);
		if (missing != NULL)
			holds |= _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_i32gather_epi32((const int *) missing, at, 4)));
		kept += missing == NULL ? enough : suffices(l, holds);
	}
	return kept;
}

RangeKernel
range_kernel(void)
{
	if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"))
		return range_avx512;
	return __builtin_cpu_supports("avx2") ? range_avx2 : range_plain;
}

LanesKernel
lanes_kernel(void)
{
	return __builtin_cpu_supports("avx2") ? lanes_avx2 : lanes_plain;
}

AllKernel
all_kernel(void)
{
	if (__builtin_cpu_supports("avx512f"))
		return all_avx512;
	return __builtin_cpu_supports("avx2") ? all_avx2 : all_plain;
}

#else

RangeKernel
range_kernel(void)
{
	return range_plain;
}

AllKernel
all_kernel(void)
{
	return all_plain;
}

LanesKernel
lanes_kernel(void)
{
	return lanes_plain;
}

#endif
