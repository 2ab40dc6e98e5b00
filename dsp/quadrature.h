/* quadrature.h - the envelope of a signal without its ripple. Audio thread.
 *
 *            .-> z^-1 -> allpass chain I -> i --.
 *   x[n] ----|                                  |--> i*i + q*q
 *            '---------> allpass chain Q -> q --'
 *
 * Between 20 Hz and rate/2 - 20 Hz the two outputs stay 90 degrees apart, so a steady
 * tone has a steady power however low it is: a compressor that uses it does not distort
 * low notes, whatever its attack. Each chain is one branch of an elliptic half-band
 * filter turned by z^2 -> -z^2; places of the poles: Valenzuela and Constantinides,
 * "Digital signal processing schemes for efficient interpolation and decimation",
 * IEE Proc. 130 G 6, 1983. All sections work in z^-2: even and odd frames never meet, so
 * one vector of four holds both branches of two neighbouring frames.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_QUADRATURE_H
#define LATHE_DSP_QUADRATURE_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "dsp/vec.h"

enum { QUADRATURE_SECTIONS_MAX = 8, QUADRATURE_FRAMES_MAX = 64 };

typedef float quadrature_v __attribute__((vector_size(16)));

struct quadrature_design {
	int sections;                        /* of each branch: 6, 7 or 8 */
	float a[QUADRATURE_SECTIONS_MAX][4]; /* lanes: I, Q, I, Q */
};

/* One channel. Lanes: even frames' I, Q, odd frames' I, Q. */
struct quadrature {
	float was[QUADRATURE_SECTIONS_MAX + 1][4];
	float last;
};

static inline double quadrature_pole(int index, int order, double k, double q)
{
	double above = 0, below = 0.5;

	for (int i = 0; i < 8; i++) {
		const double sign = i & 1 ? -1 : 1;
		above += sign * pow(q, i * (i + 1)) *
			 sin((2 * i + 1) * index * M_PI / order);
		if (i > 0)
			below += sign * pow(q, i * i) *
				 cos(2 * i * index * M_PI / order);
	}
	const double w = above * pow(q, 0.25) / below;
	const double w2 = w * w;
	const double x = sqrt((1 - w2 * k) * (1 - w2 / k)) / (1 + w2);
	return (1 - x) / (1 + x);
}

/* Phase error below 0.06 degrees down to 20 Hz. Any thread but audio. */
static inline void quadrature_design(struct quadrature_design *design, int rate)
{
	const int sections = rate < 64000 ? 6 : rate < 128000 ? 7 : 8;
	const double width = 40.0 / rate;
	const double k = pow(tan((1 - 2 * width) * M_PI / 4), 2);
	const double root = sqrt(sqrt(1 - k * k));
	const double e = 0.5 * (1 - root) / (1 + root);
	const double q = e + 2 * pow(e, 5) + 15 * pow(e, 9) + 150 * pow(e, 13);

	design->sections = sections;
	for (int i = 0; i < 2 * sections; i++) {
		const int branch = i & 1 ? 0 : 1;
		const float a = (float)quadrature_pole(i + 1, 4 * sections + 1, k, q);
		design->a[i / 2][branch] = design->a[i / 2][branch + 2] = a;
	}
}

/* One vector through a branch pair; was[] as in the state. */
static inline __attribute__((always_inline)) quadrature_v
quadrature_step(quadrature_v x, const quadrature_v *a, quadrature_v *was, int sections)
{
	for (int k = 0; k < sections; k++) {
		const quadrature_v early = a[k] * x - was[k];
		const quadrature_v y = a[k] * was[k + 1] + early;
		was[k] = x;
		x = y;
	}
	was[sections] = x;
	return x * x;
}

/* One frame: the lanes of the other parity keep their memory. */
static inline float quadrature_single(const quadrature_v *a, quadrature_v *was,
				      int sections, int parity, float before, float now)
{
	const quadrature_v x = { before, now, before, now };
	quadrature_v next[QUADRATURE_SECTIONS_MAX + 1];
	memcpy(next, was, sizeof(next));
	const quadrature_v y = quadrature_step(x, a, next, sections);
	for (int k = 0; k <= sections; k++)
		for (int lane = 2 * parity; lane < 2 * parity + 2; lane++)
			was[k][lane] = next[k][lane];
	return y[2 * parity] + y[2 * parity + 1];
}

static inline __attribute__((always_inline)) void
quadrature_run(const struct quadrature_design *design, struct quadrature *state,
	       int sections, uint64_t frame, const float *in, float *power, int frames)
{
	float x[QUADRATURE_FRAMES_MAX + 8];

	quadrature_v a[QUADRATURE_SECTIONS_MAX], was[QUADRATURE_SECTIONS_MAX + 1];
	int i = 0;

	x[0] = state->last;
	memcpy(x + 1, in, (size_t)frames * sizeof(*in));
	state->last = in[frames - 1];
	memcpy(a, design->a, sizeof(a));
	memcpy(was, state->was, sizeof(was));
	if (frame & 1) {
		power[0] = quadrature_single(a, was, sections, 1, x[0], x[1]);
		i = 1;
	}
	for (; i + 4 <= frames; i += 4) {
		const quadrature_v now = { x[i], x[i + 1], x[i + 1], x[i + 2] };
		const quadrature_v next = { x[i + 2], x[i + 3], x[i + 3], x[i + 4] };
		const quadrature_v y = quadrature_step(now, a, was, sections);
		const quadrature_v z = quadrature_step(next, a, was, sections);
		const quadrature_v sum = { y[0] + y[1], y[2] + y[3], z[0] + z[1],
					   z[2] + z[3] };
		memcpy(power + i, &sum, sizeof(sum));
	}
	for (; i < frames; i++)
		power[i] = quadrature_single(a, was, sections,
					     (int)(frame + (unsigned)i) & 1, x[i],
					     x[i + 1]);
	memcpy(state->was, was, sizeof(was));
}

#if defined(__AVX2__)
/* Two channels in one vector, for whole fours of frames from an even one on. */
typedef float quadrature_w __attribute__((vector_size(32)));

static inline quadrature_w quadrature_wide(const float *first, const float *second)
{
	quadrature_v a, b;
	memcpy(&a, first, sizeof(a));
	memcpy(&b, second, sizeof(b));
	return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
}

static inline __attribute__((always_inline)) quadrature_w
quadrature_wide_step(quadrature_w x, const quadrature_w *a, quadrature_w *was,
		     int sections)
{
	for (int k = 0; k < sections; k++) {
		const quadrature_w early = a[k] * x - was[k];
		const quadrature_w y = a[k] * was[k + 1] + early;
		was[k] = x;
		x = y;
	}
	was[sections] = x;
	return x * x;
}

static inline __attribute__((always_inline)) void
quadrature_run_pair(const struct quadrature_design *design, struct quadrature *state,
		    int sections, const float *const *in, float *const *power,
		    int frames)
{
	float x[2][QUADRATURE_FRAMES_MAX + 8];

	quadrature_w a[QUADRATURE_SECTIONS_MAX], was[QUADRATURE_SECTIONS_MAX + 1];

	for (int c = 0; c < 2; c++) {
		x[c][0] = state[c].last;
		memcpy(x[c] + 1, in[c], (size_t)frames * sizeof(**in));
		state[c].last = in[c][frames - 1];
	}
	for (int k = 0; k < sections; k++)
		a[k] = quadrature_wide(design->a[k], design->a[k]);
	for (int k = 0; k <= sections; k++)
		was[k] = quadrature_wide(state[0].was[k], state[1].was[k]);
	for (int i = 0; i < frames; i += 4) {
		const quadrature_w here = quadrature_wide(x[0] + i, x[1] + i);
		const quadrature_w later = quadrature_wide(x[0] + i + 1, x[1] + i + 1);
		const quadrature_w now =
			__builtin_shufflevector(here, here, 0, 1, 1, 2, 4, 5, 5, 6);
		const quadrature_w next =
			__builtin_shufflevector(later, later, 1, 2, 2, 3, 5, 6, 6, 7);
		const quadrature_w y = quadrature_wide_step(now, a, was, sections);
		const quadrature_w z = quadrature_wide_step(next, a, was, sections);
		const quadrature_w sum =
			__builtin_shufflevector(y, z, 0, 2, 8, 10, 4, 6, 12, 14) +
			__builtin_shufflevector(y, z, 1, 3, 9, 11, 5, 7, 13, 15);
		memcpy(power[0] + i, &sum, sizeof(sum) / 2);
		memcpy(power[1] + i, (const float *)&sum + 4, sizeof(sum) / 2);
	}
	for (int k = 0; k <= sections; k++)
		for (int c = 0; c < 2; c++)
			memcpy(state[c].was[k], (const float *)&was[k] + 4 * c,
			       sizeof(state[c].was[k]));
}
#endif

/* power[n] = the squared envelope of in[n]; frames 1..64. `frame` counts without gaps. */
static inline void quadrature_power(const struct quadrature_design *design,
				    struct quadrature *state, uint64_t frame,
				    const float *in, float *power, int frames)
{
	if (design->sections == 6)
		quadrature_run(design, state, 6, frame, in, power, frames);
	else if (design->sections == 7)
		quadrature_run(design, state, 7, frame, in, power, frames);
	else
		quadrature_run(design, state, 8, frame, in, power, frames);
}

/* The same for two channels, state[2]. */
static inline void quadrature_power_pair(const struct quadrature_design *design,
					 struct quadrature *state, uint64_t frame,
					 const float *const *in, float *const *power,
					 int frames)
{
#if defined(__AVX2__)
	if (frame % 2 == 0 && frames % 4 == 0) {
		if (design->sections == 6)
			quadrature_run_pair(design, state, 6, in, power, frames);
		else if (design->sections == 7)
			quadrature_run_pair(design, state, 7, in, power, frames);
		else
			quadrature_run_pair(design, state, 8, in, power, frames);
		return;
	}
#endif
	for (int c = 0; c < 2; c++)
		quadrature_power(design, &state[c], frame, in[c], power[c], frames);
}

/* The same for many signals side by side: in[n * stride + lane], power alike, lanes in
 * whole vectors. One branch at a time, so that all stays in registers. */
enum { QUADRATURE_LANES_MAX = 64 };

struct quadrature_lanes {
	float was[2][2][QUADRATURE_SECTIONS_MAX + 1][QUADRATURE_LANES_MAX];
	float last[QUADRATURE_LANES_MAX];
};

/* One frame of a branch; w[] is the memory of its parity. */
static inline __attribute__((always_inline)) vf
quadrature_lanes_step(vf x, const vf *a, vf *w, const int sections)
{
#pragma GCC unroll 8
	for (int k = 0; k < sections; k++) {
		const vf y = a[k] * (x + w[k + 1]) - w[k];
		w[k] = x;
		x = y;
	}
	w[sections] = x;
	return x * x;
}

/* A branch over the frames of both parities, from an even one on: one hides the latency
 * of the other. The second branch adds to the first one's powers. */
static inline __attribute__((always_inline)) void
quadrature_branch(const struct quadrature_design *design, int branch,
		  float was[2][QUADRATURE_SECTIONS_MAX + 1][QUADRATURE_LANES_MAX],
		  const int sections, int first, const float *in, float *power,
		  int stride, int frames, int parity)
{
	vf a[QUADRATURE_SECTIONS_MAX], w[2][QUADRATURE_SECTIONS_MAX + 1];
	int n = 0;

#pragma GCC unroll 8
	for (int k = 0; k < sections; k++)
		a[k] = vf_all(design->a[k][branch]);
#pragma GCC unroll 9
	for (int k = 0; k <= sections; k++) {
		w[0][k] = vf_load(&was[parity][k][first]);
		w[1][k] = vf_load(&was[1 - parity][k][first]);
	}
	for (; n + 2 <= frames; n += 2) {
#pragma GCC unroll 2
		for (int p = 0; p < 2; p++) {
			const int at = (n + p) * stride;
			vf sum = quadrature_lanes_step(vf_load(in + at), a, w[p],
						       sections);
			if (branch)
				sum += vf_load(power + at);
			vf_store(power + at, sum);
		}
	}
	if (n < frames) {
		vf sum = quadrature_lanes_step(vf_load(in + n * stride), a, w[0],
					       sections);
		if (branch)
			sum += vf_load(power + n * stride);
		vf_store(power + n * stride, sum);
	}
#pragma GCC unroll 9
	for (int k = 0; k <= sections; k++) {
		vf_store(&was[parity][k][first], w[0][k]);
		vf_store(&was[1 - parity][k][first], w[1][k]);
	}
}

static inline void quadrature_lanes_power(const struct quadrature_design *design,
					  struct quadrature_lanes *state,
					  uint64_t frame, float *in, float *power,
					  int lanes, int stride, int frames)
{
	/* The row before the first; the caller leaves room for it. */
	float *before = in - stride;
	const int parity = (int)frame & 1;

	memcpy(before, state->last, (size_t)lanes * sizeof(*in));
	memcpy(state->last, in + (frames - 1) * stride, (size_t)lanes * sizeof(*in));
	for (int first = 0; first < lanes; first += VEC_FLOATS)
		for (int branch = 0; branch < 2; branch++) {
			const float *from = (branch ? in : before) + first;
			if (design->sections == 6)
				quadrature_branch(design, branch, state->was[branch], 6,
						  first, from, power + first, stride,
						  frames, parity);
			else if (design->sections == 7)
				quadrature_branch(design, branch, state->was[branch], 7,
						  first, from, power + first, stride,
						  frames, parity);
			else
				quadrature_branch(design, branch, state->was[branch], 8,
						  first, from, power + first, stride,
						  frames, parity);
		}
}

#endif
