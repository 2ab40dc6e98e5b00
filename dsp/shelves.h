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
 * so that poles and gain may move at any speed. Two channels are the lanes.
 */
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

typedef float shelves_row[SHELVES_FRAMES_MAX] __attribute__((aligned(64)));

/* What the steps in gain make of one shelf, frame by frame. */
struct shelves_path {
	shelves_row root, g; /* r - 1, and g of the poles */
	shelves_row a1[2];   /* 1 / (1 + g (g + k)) of each section */
};

#define SHELVES_K0 0.765366864730180f
#define SHELVES_K1 1.847759065022573f

/* step: log2(r), exactly 0 where the gains on both sides agree. */
static inline void shelves_follow(float g, const float *step, struct shelves_path *path,
				  int frames)
{
	for (int n = 0; n < frames; n += VEC_FLOATS) {
		const vf q = vf_load(step + n);
		const vf pole = g * vf_exp2(-0.5f * q);
		const vf one = vf_all(1);
		vf_store(path->root + n, vf_exp2(q) - one);
		vf_store(path->g + n, pole);
		vf_store(path->a1[0] + n, one / (pole * (pole + SHELVES_K0) + one));
		vf_store(path->a1[1] + n, one / (pole * (pole + SHELVES_K1) + one));
	}
}

/* Adds to change[] what one shelf changes in x[] + change[]; a path for each lane. */
static inline void shelves_one(struct shelves *state, int shelf,
			       const struct shelves_path *left,
			       const struct shelves_path *right, const shelves_v *x,
			       shelves_v *change, int frames)
{
	const double k[2] = { (double)SHELVES_K0, (double)SHELVES_K1 };
	shelves_v c1[2], c2[2];

	for (int s = 0; s < 2; s++) {
		memcpy(&c1[s], state->memory[shelf][s][0], sizeof c1[s]);
		memcpy(&c2[s], state->memory[shelf][s][1], sizeof c2[s]);
	}
	for (int n = 0; n < frames; n++) {
		const shelves_v r1 = { (double)left->root[n], (double)right->root[n] };
		const shelves_v g = { (double)left->g[n], (double)right->g[n] };
		const shelves_v r2 = r1 * (r1 + 2);
		shelves_v moved = change[n];
		for (int s = 0; s < 2; s++) {
			const shelves_v a1 = { (double)left->a1[s][n],
					       (double)right->a1[s][n] };
			const shelves_v a2 = g * a1;
			const shelves_v a3 = g * a2;
			const shelves_v b0 = a1 * c1[s];
			const shelves_v l0 = a2 * c1[s] + c2[s];
			const shelves_v v3 = (x[n] - c2[s]) + moved;
			const shelves_v bp = a2 * v3 + b0;
			const shelves_v lp = a3 * v3 + l0;
			const shelves_v kr = k[s] * r1;
			c1[s] = 2 * bp - c1[s];
			c2[s] = 2 * lp - c2[s];
			moved = kr * bp + moved;
			moved = r2 * lp + moved;
		}
		change[n] = moved;
	}
	for (int s = 0; s < 2; s++) {
		memcpy(state->memory[shelf][s][0], &c1[s], sizeof c1[s]);
		memcpy(state->memory[shelf][s][1], &c2[s], sizeof c2[s]);
	}
}

#endif
