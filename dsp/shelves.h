/* shelves.h - gains for bands without splitting anything. Audio thread.
 *
 * Each crossover is a low shelf that lifts what is under it against what is over it. A
 * Butterworth shelf of order 4 around the crossover,
 *     |H|^2 = (w^8 + r^4) / (w^8 + r^-4),    r = g^(1/4),
 * falls or rises monotonically for every gain g below it, reaches half of it in dB at the
 * crossover, and with equal gains it is 1: no delay, no phase, no rounding. Its two
 * sections are state-variable filters (trapezoidal: Zavalishin, "The art of VA filter
 * design", 4), whose outputs add up to their input,
 *     y = x + k (r - 1) bp + (r^2 - 1) lp,
 * so that poles and gain may move at any speed. Multiplied out, with memories c1 and c2,
 *     y   = direct x + band c1 + low c2
 *     c1' = drive (x - c2) + hold c1
 *     c2' = feed (x - c2) + (drive c1 + c2)
 *
 * Lanes: the channels; where there are four, of both sections, the second a frame behind
 * the first.
 */
#ifndef LATHE_DSP_SHELVES_H
#define LATHE_DSP_SHELVES_H

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "dsp/vec.h"

enum { SHELVES_MAX = 4, SHELVES_FRAMES_MAX = 64 };

#if defined(__AVX2__)
enum { SHELVES_LANES = 4 };
#else
enum { SHELVES_LANES = 2 };
#endif
enum { SHELVES_VECTORS = 4 / SHELVES_LANES };
typedef double shelves_v __attribute__((vector_size(8 * SHELVES_LANES)));
typedef double shelves_pair __attribute__((vector_size(16)));

struct shelves_design {
	int shelves;
	float g[SHELVES_MAX]; /* tan(pi f / rate) */
};

struct shelves { /* c1 and c2 of two sections, two channels each */
	double memory[SHELVES_MAX][2][4];
};

static inline void shelves_design(struct shelves_design *design, const double *freqs,
				  int shelves, double rate)
{
	design->shelves = shelves;
	for (int i = 0; i < shelves; i++)
		design->g[i] = (float)tan(M_PI * fmin(freqs[i], 0.45 * rate) / rate);
}

/* What the steps in gain make of one shelf: the numbers of both sections, those of the second
 * a frame later. */
enum {
	SHELVES_DIRECT,
	SHELVES_BAND,
	SHELVES_LOW,
	SHELVES_DRIVE,
	SHELVES_HOLD,
	SHELVES_FEED,
	SHELVES_NUMBERS,
	SHELVES_ROOM = SHELVES_FRAMES_MAX + 16,
};
typedef double shelves_rows[SHELVES_NUMBERS][SHELVES_ROOM] __attribute__((aligned(64)));
struct shelves_path {
	shelves_rows section[2];
};

#define SHELVES_K0 0.765366864730180f
#define SHELVES_K1 1.847759065022573f

/* r1: r - 1, and g of the poles. */
static inline void shelves_section(vf r1, vf g, float k, shelves_rows row, int n)
{
	const vf one = vf_all(1.0f);
	const vf a1 = one / (g * (g + k) + one), a2 = g * a1, a3 = g * a2;
	const vf bend = k * r1, lift = r1 * (r1 + 2.0f);
	const vf straight = lift * a3 + one, band = lift * a2, low = lift * (one - a3);
	vf_store_wide(row[SHELVES_DIRECT] + n, bend * a2 + straight);
	vf_store_wide(row[SHELVES_BAND] + n, bend * a1 + band);
	vf_store_wide(row[SHELVES_LOW] + n, low - bend * a2);
	vf_store_wide(row[SHELVES_DRIVE] + n, 2.0f * a2);
	vf_store_wide(row[SHELVES_HOLD] + n, 2.0f * a1 - one);
	vf_store_wide(row[SHELVES_FEED] + n, 2.0f * a3);
}

/* step: log2(r), exactly 0 where the gains on both sides agree; whole vectors. Before its
 * first frame and after its last a section stands still. */
static inline void shelves_follow(float g, const float *step, struct shelves_path *path,
				  int frames)
{
	for (int n = 0; n < frames; n += VEC_FLOATS) {
		const vf q = vf_load(step + n);
		const vf pole = g * vf_exp2(-0.5f * q);
		const vf r1 = vf_exp2(q) - vf_all(1.0f);
		shelves_section(r1, pole, SHELVES_K0, path->section[0], n);
		shelves_section(r1, pole, SHELVES_K1, path->section[1], n + 1);
	}
	for (int i = 0; i < SHELVES_NUMBERS; i++)
		path->section[0][i][frames] = path->section[1][i][0] =
			i == SHELVES_DIRECT || i == SHELVES_HOLD;
}

/* One number of a frame for the lanes of vector `at`; broadcasts and blends, because
 * there is one unit only that shuffles. */
static inline __attribute__((always_inline)) shelves_v
shelves_number(const struct shelves_path *left, const struct shelves_path *right,
	       int number, int n, int at)
{
	const double *a = &left->section[at][number][n];
	const double *b = &right->section[at][number][n];
#if defined(__AVX2__)
	const double *c = &left->section[1][number][n];
	const double *d = &right->section[1][number][n];
	__m256d first = _mm256_broadcast_sd(a), second = _mm256_broadcast_sd(c);
	if (left != right) {
		first = _mm256_blend_pd(first, _mm256_broadcast_sd(b), 2);
		second = _mm256_blend_pd(second, _mm256_broadcast_sd(d), 8);
	}
	return (shelves_v)_mm256_blend_pd(first, second, 12);
#else
	return (shelves_v) { *a, *b };
#endif
}

/* One shelf over the pairs x[frames], in place; x[frames] is 0. A path for each channel. */
static inline __attribute__((always_inline)) void
shelves_one(struct shelves *state, int shelf, const struct shelves_path *left,
	    const struct shelves_path *right, shelves_pair *x, int frames)
{
	shelves_v c1[SHELVES_VECTORS], c2[SHELVES_VECTORS];
	shelves_pair first = { 0 };

	memcpy(c1, state->memory[shelf][0], sizeof c1);
	memcpy(c2, state->memory[shelf][1], sizeof c2);
	for (int n = 0; n <= frames; n++) {
		shelves_v in[SHELVES_VECTORS], y[SHELVES_VECTORS];
#if defined(__AVX2__)
		in[0] = __builtin_shufflevector(x[n], first, 0, 1, 2, 3);
#else
		in[0] = x[n];
		in[1] = first;
#endif
		for (int v = 0; v < SHELVES_VECTORS; v++) {
			shelves_v k[SHELVES_NUMBERS];
			for (int i = 0; i < SHELVES_NUMBERS; i++)
				k[i] = shelves_number(left, right, i, n, v);
			const shelves_v from = in[v] - c2[v];
			const shelves_v kept = k[SHELVES_HOLD] * c1[v];
			const shelves_v rest = k[SHELVES_LOW] * c2[v];
			const shelves_v more = k[SHELVES_BAND] * c1[v] + rest;
			const shelves_v next = k[SHELVES_DRIVE] * c1[v] + c2[v];
			y[v] = k[SHELVES_DIRECT] * in[v] + more;
			c1[v] = k[SHELVES_DRIVE] * from + kept;
			c2[v] = k[SHELVES_FEED] * from + next;
		}
#if defined(__AVX2__)
		first = __builtin_shufflevector(y[0], y[0], 0, 1);
		const shelves_pair second = __builtin_shufflevector(y[0], y[0], 2, 3);
#else
		first = y[0];
		const shelves_pair second = y[1];
#endif
		if (n > 0)
			x[n - 1] = second;
	}
	memcpy(state->memory[shelf][0], c1, sizeof c1);
	memcpy(state->memory[shelf][1], c2, sizeof c2);
}

#endif
