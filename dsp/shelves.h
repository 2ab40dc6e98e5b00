/* shelves.h - gains for bands, without splitting the signal. Audio thread.
 *
 * Each crossover is a low shelf that lifts what is below it relative to what is above.
 * A Butterworth shelf of order 4 around the crossover,
 *     |H|^2 = (w^8 + r^4) / (w^8 + r^-4),    r = g^(1/4),
 * falls or rises monotonically for every gain g below it, reaches half of it in dB at
 * the crossover, and with equal gains it is 1: no delay, no phase, no rounding. Its two
 * sections are state-variable filters (trapezoidal: Zavalishin, "The art of VA filter
 * design", 4), whose outputs add up to their input,
 *     y = x + k (r - 1) bp + (r^2 - 1) lp,
 * so that poles and gain may move at any speed. Two channels are the lanes.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_SHELVES_H
#define LATHE_DSP_SHELVES_H

#include <math.h>
#include <string.h>

#include "dsp/vec.h"

enum { SHELVES_MAX = 4, SHELVES_FRAMES_MAX = 64 };

typedef double shelves_v __attribute__((vector_size(16)));

struct shelves_design {
	int shelves;
	float g[SHELVES_MAX]; /* tan(pi f / rate) */
};

struct shelves { /* two channels */
	double memory[SHELVES_MAX][2][2][2];
};

static inline void shelves_design(struct shelves_design *design, const double *freqs,
				  int shelves, double rate)
{
	design->shelves = shelves;
	for (int i = 0; i < shelves; i++)
		design->g[i] = (float)tan(M_PI * fmin(freqs[i], 0.45 * rate) / rate);
}

typedef double shelves_row[SHELVES_FRAMES_MAX] __attribute__((aligned(64)));

/* What the steps in gain make of one shelf, frame by frame. With a1 = 1 / (1 + g (g +
 * k)), a2 = g a1 and a3 = g a2 of each section, the state moves on in one step,
 *     c1' = (2 a1 - 1) c1 + 2 a2 (in - c2),   c2' = c2 + 2 a2 c1 + 2 a3 (in - c2),
 * and bp and lp are the means of c1, c1' and of c2, c2'. */
struct shelves_path {
	shelves_row keep[2], turn[2],
		rise[2];          /* 2 a1 - 1, 2 a2, 2 a3 of each section */
	shelves_row band[2], low; /* k (r - 1) / 2, (r^2 - 1) / 2 */
};

#define SHELVES_K0 0.765366864730180f
#define SHELVES_K1 1.847759065022573f

/* step: log2(r), exactly 0 where both sides have the same gain; in whole vectors. */
static inline void shelves_follow(float g, const float *step, struct shelves_path *path,
				  int frames)
{
	const float k[2] = { SHELVES_K0, SHELVES_K1 };
	float root[SHELVES_FRAMES_MAX], pole[SHELVES_FRAMES_MAX],
		a1[2][SHELVES_FRAMES_MAX];

	for (int n = 0; n < frames; n += VEC_FLOATS) {
		const vf q = vf_load(step + n);
		const vf p = g * vf_exp2(-0.5f * q);
		const vf one = vf_all(1);
		vf_store(root + n, vf_exp2(q) - one);
		vf_store(pole + n, p);
		vf_store(a1[0] + n, one / (p * (p + SHELVES_K0) + one));
		vf_store(a1[1] + n, one / (p * (p + SHELVES_K1) + one));
	}
	for (int n = 0; n < frames; n++) {
		const double more = (double)root[n], at = (double)pole[n];
		path->low[n] = 0.5 * more * (more + 2);
		for (int s = 0; s < 2; s++) {
			const double a = (double)a1[s][n];
			const double turn = 2 * at * a;
			path->keep[s][n] = 2 * a - 1;
			path->turn[s][n] = turn;
			path->rise[s][n] = at * turn;
			path->band[s][n] = 0.5 * (double)k[s] * more;
		}
	}
}

static inline shelves_v shelves_both(const double *left, const double *right, int n)
{
	return (shelves_v) { left[n], right[n] };
}

/* One section on frame n: what is changed so far -> and what with its own. */
static inline __attribute__((always_inline)) shelves_v
shelves_section(const struct shelves_path *left, const struct shelves_path *right,
		const int s, int n, shelves_v *c1, shelves_v *c2, shelves_v x,
		shelves_v moved)
{
	const shelves_v turn = shelves_both(left->turn[s], right->turn[s], n);
	const shelves_v keep = shelves_both(left->keep[s], right->keep[s], n);
	const shelves_v rise = shelves_both(left->rise[s], right->rise[s], n);
	const shelves_v band = shelves_both(left->band[s], right->band[s], n);
	const shelves_v low = shelves_both(left->low, right->low, n);
	const shelves_v over = (x + moved) - *c2;
	const shelves_v kept = keep * *c1;
	const shelves_v risen = turn * *c1 + *c2;
	const shelves_v next1 = turn * over + kept;
	const shelves_v next2 = rise * over + risen;
	moved = band * (*c1 + next1) + moved;
	moved = low * (*c2 + next2) + moved;
	*c1 = next1;
	*c2 = next2;
	return moved;
}

/* Adds to change[] what one shelf changes in x[] + change[]; one path per lane. The
 * second section works one frame behind the first, so that neither waits. */
static inline __attribute__((always_inline)) void
shelves_one_as(struct shelves *state, int shelf, const struct shelves_path *left,
	       const struct shelves_path *right, const shelves_v *x, shelves_v *change,
	       int frames)
{
	shelves_v c1[2], c2[2], moved;

#pragma GCC unroll 2
	for (int s = 0; s < 2; s++) {
		memcpy(&c1[s], state->memory[shelf][s][0], sizeof(c1[s]));
		memcpy(&c2[s], state->memory[shelf][s][1], sizeof(c2[s]));
	}
	moved = shelves_section(left, right, 0, 0, &c1[0], &c2[0], x[0], change[0]);
	for (int n = 1; n < frames; n++) {
		change[n - 1] = shelves_section(left, right, 1, n - 1, &c1[1], &c2[1],
						x[n - 1], moved);
		moved = shelves_section(left, right, 0, n, &c1[0], &c2[0], x[n],
					change[n]);
	}
	const int last = frames - 1;
	change[last] =
		shelves_section(left, right, 1, last, &c1[1], &c2[1], x[last], moved);
#pragma GCC unroll 2
	for (int s = 0; s < 2; s++) {
		memcpy(state->memory[shelf][s][0], &c1[s], sizeof(c1[s]));
		memcpy(state->memory[shelf][s][1], &c2[s], sizeof(c2[s]));
	}
}

static inline void shelves_one(struct shelves *state, int shelf,
			       const struct shelves_path *left,
			       const struct shelves_path *right, const shelves_v *x,
			       shelves_v *change, int frames)
{
	if (left == right)
		shelves_one_as(state, shelf, left, left, x, change, frames);
	else
		shelves_one_as(state, shelf, left, right, x, change, frames);
}

#endif
