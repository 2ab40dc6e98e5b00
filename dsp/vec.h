/* vec.h - vectors as wide as the instruction set that a kernel is compiled for.
 *
 * GCC and clang vector types: SSE2 and NEON 4 floats, AVX2 8, AVX-512 16, half as many
 * doubles. GCC 12 turns vectors wider than the target's registers into scalar code, so
 * kernels are written for these widths and no other. Any thread; no state.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_VEC_H
#define LATHE_DSP_VEC_H

#include <stdint.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#if defined(__AVX512F__)
#define VEC_BYTES 64
#elif defined(__AVX2__)
#define VEC_BYTES 32
#else
#define VEC_BYTES 16
#endif
enum { VEC_FLOATS = VEC_BYTES / 4, VEC_DOUBLES = VEC_BYTES / 8 };

/* Floats, doubles, and the integers that their comparisons give (0 or all bits). */
typedef float vf __attribute__((vector_size(VEC_BYTES)));
typedef double vd __attribute__((vector_size(VEC_BYTES)));
typedef int32_t vi __attribute__((vector_size(VEC_BYTES)));
typedef int64_t vl __attribute__((vector_size(VEC_BYTES)));

static inline vf vf_all(float x)
{
	return x - (vf) { 0 };
}

static inline vd vd_all(double x)
{
	return x - (vd) { 0 };
}

/* Unaligned; the compiler makes one plain load or store of each. */
static inline vf vf_load(const float *from)
{
	vf v;

	memcpy(&v, from, sizeof(v));
	return v;
}

static inline void vf_store(float *to, vf v)
{
	memcpy(to, &v, sizeof(v));
}

static inline vd vd_load(const double *from)
{
	vd v;

	memcpy(&v, from, sizeof(v));
	return v;
}

static inline void vd_store(double *to, vd v)
{
	memcpy(to, &v, sizeof(v));
}

/* a where mask is set, else b. GCC 12 has no vector ?: in C. */
static inline vf vf_select(vi mask, vf a, vf b)
{
	return (vf)(((vi)a & mask) | ((vi)b & ~mask));
}

static inline vd vd_select(vl mask, vd a, vd b)
{
	return (vd)(((vl)a & mask) | ((vl)b & ~mask));
}

static inline vf vf_abs(vf a)
{
	return (vf)((vi)a & INT32_MAX);
}

static inline vd vd_abs(vd a)
{
	return (vd)((vl)a & INT64_MAX);
}

/* One instruction each; the result for a NaN differs between machines. */
#if VEC_BYTES == 64
static inline vf vf_max(vf a, vf b)
{
	return (vf)_mm512_max_ps((__m512)a, (__m512)b);
}

static inline vf vf_min(vf a, vf b)
{
	return (vf)_mm512_min_ps((__m512)a, (__m512)b);
}

static inline vd vd_max(vd a, vd b)
{
	return (vd)_mm512_max_pd((__m512d)a, (__m512d)b);
}

static inline vd vd_min(vd a, vd b)
{
	return (vd)_mm512_min_pd((__m512d)a, (__m512d)b);
}
#elif VEC_BYTES == 32
static inline vf vf_max(vf a, vf b)
{
	return (vf)_mm256_max_ps((__m256)a, (__m256)b);
}

static inline vf vf_min(vf a, vf b)
{
	return (vf)_mm256_min_ps((__m256)a, (__m256)b);
}

static inline vd vd_max(vd a, vd b)
{
	return (vd)_mm256_max_pd((__m256d)a, (__m256d)b);
}

static inline vd vd_min(vd a, vd b)
{
	return (vd)_mm256_min_pd((__m256d)a, (__m256d)b);
}
#elif defined(__x86_64__)
static inline vf vf_max(vf a, vf b)
{
	return (vf)_mm_max_ps((__m128)a, (__m128)b);
}

static inline vf vf_min(vf a, vf b)
{
	return (vf)_mm_min_ps((__m128)a, (__m128)b);
}

static inline vd vd_max(vd a, vd b)
{
	return (vd)_mm_max_pd((__m128d)a, (__m128d)b);
}

static inline vd vd_min(vd a, vd b)
{
	return (vd)_mm_min_pd((__m128d)a, (__m128d)b);
}
#elif defined(__ARM_NEON)
static inline vf vf_max(vf a, vf b)
{
	return (vf)vmaxq_f32((float32x4_t)a, (float32x4_t)b);
}

static inline vf vf_min(vf a, vf b)
{
	return (vf)vminq_f32((float32x4_t)a, (float32x4_t)b);
}

static inline vd vd_max(vd a, vd b)
{
	return (vd)vmaxq_f64((float64x2_t)a, (float64x2_t)b);
}

static inline vd vd_min(vd a, vd b)
{
	return (vd)vminq_f64((float64x2_t)a, (float64x2_t)b);
}
#else
static inline vf vf_max(vf a, vf b)
{
	return vf_select(a > b, a, b);
}

static inline vf vf_min(vf a, vf b)
{
	return vf_select(a < b, a, b);
}

static inline vd vd_max(vd a, vd b)
{
	return vd_select(a > b, a, b);
}

static inline vd vd_min(vd a, vd b)
{
	return vd_select(a < b, a, b);
}
#endif

/* Largest lane, by halves. */
static inline float vf_peak(vf a)
{
	float lane[VEC_FLOATS];

	vf_store(lane, a);
	for (int width = VEC_FLOATS / 2; width >= 1; width /= 2)
		for (int i = 0; i < width; i++)
			lane[i] = lane[i] > lane[i + width] ? lane[i] : lane[i + width];
	return lane[0];
}

/* Sum of the lanes, by halves: a fixed order of additions, without a long chain. */
static inline float vf_sum(vf a)
{
	float lane[VEC_FLOATS];

	vf_store(lane, a);
	for (int width = VEC_FLOATS / 2; width >= 1; width /= 2)
		for (int i = 0; i < width; i++)
			lane[i] += lane[i + width];
	return lane[0];
}

static inline double vd_sum(vd a)
{
	double lane[VEC_DOUBLES];

	vd_store(lane, a);
	for (int width = VEC_DOUBLES / 2; width >= 1; width /= 2)
		for (int i = 0; i < width; i++)
			lane[i] += lane[i + width];
	return lane[0];
}

/* log2 of a normal positive x, exact at 1. Minimax on [sqrt(1/2), sqrt(2)): the error
 * is below 2e-6 dB of a level (20 log10). */
static inline vf vf_log2(vf x)
{
	const vi bits = (vi)x;
	const vi exponent = (bits - 0x3f3504f3) >> 23;
	const vf m = (vf)(bits - (exponent << 23)) - 1.0f;
	vf p = 0.170634435f * m - 0.27269802f;

	p = p * m + 0.297262639f;
	p = p * m - 0.358961841f;
	p = p * m + 0.480465029f;
	p = p * m - 0.721375872f;
	p = p * m + 1.44269973f;
	return p * m + __builtin_convertvector(exponent, vf);
}

/* 2^x for -126 <= x < 127, exact at whole numbers. Minimax on [-1/2, 1/2]: the error is
 * below 1e-6 dB. */
static inline vf vf_exp2(vf x)
{
	const vf shifted = x + 12582912.0f; /* 1.5 * 2^23: whole in the lowest bits */
	const vf r = x - (shifted - 12582912.0f);
	vf p = 0.00132647271f * r + 0.00967151286f;

	p = p * r + 0.0555073375f;
	p = p * r + 0.240222421f;
	p = p * r + 0.693146978f;
	p = p * r + 1.0f;
	return (vf)((vi)p + ((vi)shifted << 23));
}

#endif
