/* crossover.h - Linkwitz-Riley band split whose bands add up to an allpass. Audio thread.
 *
 *   band 1 = LP1 AP2 AP3 AP4        band 3 = HP1 HP2 LP3 AP4
 *   band 2 = HP1 LP2 AP3 AP4  ...   band 5 = HP1 HP2 HP3 HP4
 *
 * LPk + HPk = APk, so the sum is AP1 AP2 AP3 AP4: flat to the last bit of a double, at any
 * spacing. Every band is a lane and runs the same number of biquads; only coefficients
 * differ, and an allpass needs half as many as a pair of low-passes: the rest pass through.
 * Linkwitz and Riley, "Active crossover networks for noncoincident drivers", JAES 24
 * (1976); the allpass compensation: D'Appolito, JAES 32 (1984).
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_CROSSOVER_H
#define LATHE_DSP_CROSSOVER_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
	CROSSOVER_LANES = 8, /* places for bands; 5 are used at most */
	CROSSOVER_SPLITS_MAX = 4,
	CROSSOVER_STAGES_MAX = 16, /* LR8: four biquads a split */
	CROSSOVER_FRAMES_MAX = 64,
};

#if defined(__AVX2__)
enum { CROSSOVER_WIDTH = 4 };
#else
enum { CROSSOVER_WIDTH = 2 };
#endif
typedef double crossover_v __attribute__((vector_size(8 * CROSSOVER_WIDTH)));
typedef float crossover_f __attribute__((vector_size(4 * CROSSOVER_WIDTH)));

/* Sections are scaled so that b2 is 1; the change in level is corrected at the end. A
 * section that passes its input has b0 = a2 = 1. */
struct crossover_design {
	int stages;                                         /* even */
	double c[CROSSOVER_STAGES_MAX][4][CROSSOVER_LANES]; /* b0 b1 a1 a2 */
	float scale[CROSSOVER_STAGES_MAX][CROSSOVER_LANES]; /* up to and with a stage */
	double gain[CROSSOVER_LANES];                       /* of all stages */
};

/* One channel. */
struct crossover {
	double memory[CROSSOVER_STAGES_MAX][2][CROSSOVER_LANES];
};

/* Bilinear, corner kept in place; kind: 'l', 'h', 'a' or 0 (passes through). */
static inline void crossover_lane(struct crossover_design *design, int stage, int lane,
				  char kind, double k, double q)
{
	const double norm = 1 / (1 + k / q + k * k);
	const double a1 = 2 * (k * k - 1) * norm, a2 = (1 - k / q + k * k) * norm;
	const double sections[4][5] = { { 1, 0, 0, 1, 1 },
					{ 1, 2, a1, a2, k * k * norm },
					{ 1, -2, a1, a2, norm },
					{ a2, a1, a1, a2, 1 } };
	const int row = kind == 'l' ? 1 : kind == 'h' ? 2 : kind == 'a' ? 3 : 0;

	for (int i = 0; i < 4; i++)
		design->c[stage][i][lane] = sections[row][i];
	design->gain[lane] *= sections[row][4];
	design->scale[stage][lane] = (float)design->gain[lane];
}

static inline void crossover_begin(struct crossover_design *design, int stages)
{
	memset(design, 0, sizeof(*design));
	design->stages = stages;
	for (int lane = 0; lane < CROSSOVER_LANES; lane++)
		design->gain[lane] = 1;
}

static inline double crossover_corner(double freq, double rate)
{
	return tan(M_PI * fmin(freq, 0.45 * rate) / rate);
}

/* order: 4 or 8, dB per octave / 6. freqs: bands - 1 of them, rising. Not for audio. */
static inline void crossover_design(struct crossover_design *design, int order,
				    const double *freqs, int bands, double rate)
{
	static const double q4[2] = { 0.541196100146197, 1.306562964876377 };
	const int per_split = order / 2;

	crossover_begin(design, (bands - 1) * per_split);
	for (int split = 0; split < bands - 1; split++) {
		const double k = crossover_corner(freqs[split], rate);
		for (int i = 0; i < per_split; i++) {
			const double q = order == 8 ? q4[i % 2] : M_SQRT1_2;
			for (int lane = 0; lane < CROSSOVER_LANES; lane++) {
				char kind = lane > split    ? 'h'
					    : lane == split ? 'l'
							    : 'a';
				if (kind == 'a' && i >= per_split / 2)
					kind = 0;
				crossover_lane(design, split * per_split + i, lane,
					       kind, k, q);
			}
		}
	}
}

/* For detectors: each band between its own two corners, of order 4; no flat sum. */
static inline void crossover_design_listener(struct crossover_design *design,
					     const double *freqs, int bands,
					     double rate)
{
	crossover_begin(design, 4);
	for (int lane = 0; lane < CROSSOVER_LANES; lane++) {
		const int band = lane < bands ? lane : bands - 1;
		const double low = band ? crossover_corner(freqs[band - 1], rate) : 1;
		const double high =
			band < bands - 1 ? crossover_corner(freqs[band], rate) : 1;
		for (int i = 0; i < 4; i++)
			crossover_lane(design, i, lane,
				       i < 2 ? (band ? 'h' : 0)
					     : (band < bands - 1 ? 'l' : 0),
				       i < 2 ? low : high, M_SQRT1_2);
	}
}

/* Converts one channel's memory to a new design: rescaled where sections are the same,
 * else cleared. */
static inline void crossover_carry(const struct crossover_design *from,
				   const struct crossover_design *to,
				   struct crossover *state)
{
	for (int s = 0; s < to->stages; s++)
		for (int lane = 0; lane < CROSSOVER_LANES; lane++) {
			/* Divided in any case: GCC 12 reads the wrong places when only
			 * some lanes are (AVX). */
			const double scale = (double)from->scale[s][lane] /
					     (double)to->scale[s][lane];
			const bool goes_on =
				from->stages == to->stages && to->c[s][3][lane] != 1;
			const double share = goes_on ? scale : 0;
			state->memory[s][0][lane] *= share;
			state->memory[s][1][lane] *= share;
		}
}

/* Where the first pass reads its frames, and where the last one writes them. */
struct crossover_ends {
	const float *const *in;
	float *out; /* of the first channel and lane */
	int lanes, stride;
	crossover_v gain;
};

/* Two biquads (transposed form II) over the lanes of one or two channels, x[] in place:
 * with two, the arithmetic of one hides the latency of the other. Loops are unrolled,
 * so that everything stays in registers. */
static inline __attribute__((always_inline)) void
crossover_pass(const double (*c)[4][CROSSOVER_LANES], struct crossover *state,
	       int stage, const int channels, int first,
	       crossover_v x[2][CROSSOVER_FRAMES_MAX],
	       const struct crossover_ends *ends, const bool begins,
	       const bool ends_here, int frames)
{
	crossover_v k[2][4], p[2][2], q[2][2];

#pragma GCC unroll 2
	for (int s = 0; s < 2; s++) {
#pragma GCC unroll 4
		for (int i = 0; i < 4; i++)
			memcpy(&k[s][i], &c[s][i][first], sizeof(k[s][i]));
#pragma GCC unroll 2
		for (int ch = 0; ch < channels; ch++) {
			double(*m)[CROSSOVER_LANES] = state[ch].memory[stage + s];
			memcpy(&p[ch][s], &m[0][first], sizeof(p[ch][s]));
			memcpy(&q[ch][s], &m[1][first], sizeof(q[ch][s]));
		}
	}
	for (int n = 0; n < frames; n++) {
#pragma GCC unroll 2
		for (int ch = 0; ch < channels; ch++) {
			crossover_v in =
				begins ? (double)ends->in[ch][n] - (crossover_v) { 0 }
				       : x[ch][n];
#pragma GCC unroll 2
			for (int s = 0; s < 2; s++) {
				const crossover_v y = k[s][0] * in + p[ch][s];
				const crossover_v early = k[s][1] * in + q[ch][s];
				p[ch][s] = early - k[s][2] * y;
				q[ch][s] = in - k[s][3] * y;
				in = y;
			}
			if (ends_here) {
				const crossover_f y = __builtin_convertvector(
					ends->gain * in, crossover_f);
				memcpy(ends->out + n * ends->stride + ch * ends->lanes,
				       &y, sizeof(y));
			} else {
				x[ch][n] = in;
			}
		}
	}
#pragma GCC unroll 2
	for (int s = 0; s < 2; s++)
#pragma GCC unroll 2
		for (int ch = 0; ch < channels; ch++) {
			double(*m)[CROSSOVER_LANES] = state[ch].memory[stage + s];
			memcpy(&m[0][first], &p[ch][s], sizeof(p[ch][s]));
			memcpy(&m[1][first], &q[ch][s], sizeof(q[ch][s]));
		}
}

static inline __attribute__((always_inline)) void
crossover_channels(const struct crossover_design *design, struct crossover *state,
		   const int channels, const float *const *in, float *out, int lanes,
		   int stride, int frames)
{
	crossover_v x[2][CROSSOVER_FRAMES_MAX];
	const int last = design->stages - 2;

	for (int first = 0; first < lanes; first += CROSSOVER_WIDTH) {
		struct crossover_ends ends = { in, out + first, lanes, stride, { 0 } };
		memcpy(&ends.gain, &design->gain[first], sizeof(ends.gain));
		if (last == 0) {
			crossover_pass(&design->c[0], state, 0, channels, first, x,
				       &ends, true, true, frames);
			continue;
		}
		crossover_pass(&design->c[0], state, 0, channels, first, x, &ends, true,
			       false, frames);
		for (int s = 2; s < last; s += 2)
			crossover_pass(&design->c[s], state, s, channels, first, x,
				       &ends, false, false, frames);
		crossover_pass(&design->c[last], state, last, channels, first, x, &ends,
			       false, true, frames);
	}
}

/* out[n * stride + channel * lanes + lane]; lanes 4 or 8: those past the last band
 * repeat it. state[]: one for each channel. */
static inline void crossover_run(const struct crossover_design *design,
				 struct crossover *state, int channels,
				 const float *const *in, float *out, int lanes,
				 int stride, int frames)
{
	int c = 0;

	for (; c + 2 <= channels; c += 2)
		crossover_channels(design, state + c, 2, in + c, out + c * lanes, lanes,
				   stride, frames);
	if (c < channels)
		crossover_channels(design, state + c, 1, in + c, out + c * lanes, lanes,
				   stride, frames);
}

#endif
