/* cascade.h - up to sixteen second-order sections in series, for one or two channels.
 *
 *   x --> lane 0 --> lane 1 --> ... --> y       lane k works on frame i - k, so that one
 *         frame i    frame i-1                  vector step moves the whole cascade on
 *
 * A biquad's cost is the latency of its recursion, not arithmetic; the skew hides it,
 * so doubles are nearly free. No delay is added: first and last steps are masked. The
 * state is that of a trapezoidal state-variable filter (Zavalishin, "The Art of VA Filter
 * Design" 2.1.2, ch. 4), scaled so that the input enters with gain 1:
 *
 *   s1' = a11 s1 + a12 s2 + x      y = c1 s1 + c2 s2 + d x
 *   s2' = a21 s1 + a22 s2 + x
 *
 * It is good at low frequencies (no differences of nearly equal numbers), its a depend on
 * the poles alone, and its c and d may move from frame to frame without a transient.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_CASCADE_H
#define LATHE_DSP_CASCADE_H

#include "dsp/match.h"
#include "dsp/vec.h"

enum { CASCADE_LANES = 16, CASCADE_PASS = 8 /* lanes that run together */ };

struct cascade {
	_Alignas(64) double a11[CASCADE_LANES];
	double a12[CASCADE_LANES], a21[CASCADE_LANES], a22[CASCADE_LANES];
	double c1[CASCADE_LANES], c2[CASCADE_LANES], d[CASCADE_LANES];
	double s1_size[CASCADE_LANES],
		s2_size[CASCADE_LANES]; /* of the unscaled states */
	double memory[CASCADE_LANES];   /* frames in which its ringing falls to 1/e */
	int lanes;                      /* in use */
	int owner[CASCADE_LANES];       /* owner of each section, for cascade_carry() */
};

struct cascade_state {
	_Alignas(64) double s1[CASCADE_LANES];
	double s2[CASCADE_LANES];
};

/* Makes all lanes pass their input. */
static inline void cascade_clear(struct cascade *cascade)
{
	memset(cascade, 0, sizeof(*cascade));
	for (int k = 0; k < CASCADE_LANES; k++) {
		cascade->d[k] = 1.0;
		cascade->owner[k] = -1;
	}
}

/* The weights of state and input in the section's output: c1, c2, d. */
static inline void cascade_taps(const struct section *h, double taps[3])
{
	const double g = sqrt(h->d[0]);
	const double a1 = 1.0 / (1.0 + h->d[1] + h->d[0]);
	const double a2 = g * a1, a3 = h->d[0] * a1;
	const double band = (h->n[1] - h->d[1] * h->n[2]) / g;
	const double low = h->n[0] / h->d[0] - h->n[2];

	taps[0] = (band * a1 + low * a2) * 2.0 * a2;
	taps[1] = (low * (1.0 - a3) - band * a2) * 2.0 * a3;
	taps[2] = h->n[2] + band * a2 + low * a3;
}

/* Frames in which the slowest pole of the section falls to 1/e: z = (1 + s) / (1 - s). */
static inline double cascade_memory_of(const struct section *h)
{
	const double half = 0.5 * h->d[1], turn = h->d[0] - half * half;

	if (turn > 0.0)
		return -2.0 /
		       log((1.0 - h->d[1] + h->d[0]) / (1.0 + h->d[1] + h->d[0]));
	const double s = h->d[0] / (half + sqrt(-turn));
	return s < 0.99 ? -1.0 / log((1.0 - s) / (1.0 + s)) : 0.0;
}

static inline void cascade_add(struct cascade *cascade, const struct section *h,
			       int owner)
{
	const int k = cascade->lanes++;
	const double a1 = 1.0 / (1.0 + h->d[1] + h->d[0]);
	const double a2 = sqrt(h->d[0]) * a1, a3 = h->d[0] * a1;
	double taps[3];

	cascade_taps(h, taps);
	cascade->a11[k] = 2.0 * a1 - 1.0;
	cascade->a12[k] = -2.0 * a3;
	cascade->a21[k] = 2.0 * a1;
	cascade->a22[k] = 1.0 - 2.0 * a3;
	cascade->c1[k] = taps[0];
	cascade->c2[k] = taps[1];
	cascade->d[k] = taps[2];
	cascade->s1_size[k] = 2.0 * a2;
	cascade->s2_size[k] = 2.0 * a3;
	cascade->memory[k] = cascade_memory_of(h);
	cascade->owner[k] = owner;
}

/* The state for `to` that continues `from`: sections of the same owner keep theirs. */
static inline void cascade_carry(const struct cascade *from,
				 const struct cascade_state *old,
				 const struct cascade *to, struct cascade_state *state)
{
	memset(state, 0, sizeof(*state));
	for (int k = 0; k < to->lanes; k++) {
		for (int j = 0; j < from->lanes; j++) {
			if (from->owner[j] != to->owner[k])
				continue;
			state->s1[k] = old->s1[j] * from->s1_size[j] / to->s1_size[k];
			state->s2[k] = old->s2[j] * from->s2_size[j] / to->s2_size[k];
		}
	}
}

/* The memory of its slowest section, in frames. */
static inline double cascade_memory(const struct cascade *cascade)
{
	double most = 0.0;

	for (int k = 0; k < cascade->lanes; k++)
		most = cascade->memory[k] > most ? cascade->memory[k] : most;
	return most;
}

/* The poles of a lane, s in tan(w / 2), and the width of their resonance. */
static inline double cascade_place(const struct cascade *cascade, int lane,
				   double *width)
{
	const double squared = -cascade->a12[lane] / cascade->a21[lane];

	*width = 2.0 / cascade->a21[lane] - 1.0 - squared;
	return sqrt(squared);
}

/* Whether `to` has a section that rings longer than `least` frames, and is not in `from`
 * or has other poles there: the state of `from` would ring at the new frequency. */
static inline bool cascade_has_moved(const struct cascade *from,
				     const struct cascade *to, double least)
{
	for (int k = 0; k < to->lanes; k++) {
		bool stays = to->memory[k] <= least;
		for (int j = 0; j < from->lanes && !stays; j++) {
			double old_width, width;
			const double old = cascade_place(from, j, &old_width);
			const double new = cascade_place(to, k, &width);
			stays = from->owner[j] == to->owner[k] &&
				fabs(new - old) < 0.25 * width;
		}
		if (!stays)
			return true;
	}
	return false;
}

/* Scales the state; cleared when all of it is below `least`. */
static inline void cascade_settle(const struct cascade *cascade,
				  struct cascade_state *state, double scale,
				  double least)
{
	vd most = { 0 };

	for (int k = 0; k < cascade->lanes; k += VEC_DOUBLES) {
		const vd s1 = scale * vd_load(state->s1 + k);
		const vd s2 = scale * vd_load(state->s2 + k);
		vd_store(state->s1 + k, s1);
		vd_store(state->s2 + k, s2);
		most = vd_max(most, vd_abs(s1 * vd_load(cascade->s1_size + k)));
		most = vd_max(most, vd_abs(s2 * vd_load(cascade->s2_size + k)));
	}
	double highest = 0.0;
	for (int k = 0; k < VEC_DOUBLES; k++)
		highest = most[k] > highest ? most[k] : highest;
	if (cascade->lanes > 0 && highest < least)
		memset(state, 0, sizeof(*state));
}

enum { CASCADE_VECTORS = CASCADE_PASS / VEC_DOUBLES };
#define CASCADE_INLINE static inline __attribute__((always_inline))

/* The running lanes of one channel. */
struct cascade_flight {
	vd s1[CASCADE_VECTORS], s2[CASCADE_VECTORS], y[CASCADE_VECTORS];
};

/* Lanes move up by one; the last lane of `below` comes in. */
CASCADE_INLINE vd cascade_shift(vd below, vd y)
{
#if VEC_BYTES == 64
	return __builtin_shufflevector(below, y, 7, 8, 9, 10, 11, 12, 13, 14);
#elif VEC_BYTES == 32
	return __builtin_shufflevector(below, y, 3, 4, 5, 6);
#else
	return __builtin_shufflevector(below, y, 1, 2);
#endif
}

/* One frame into one channel, from lane `base` on; lanes outside `mask` keep their
 * state. With `amount`, a section adds only this share of c and d to its input. */
CASCADE_INLINE void cascade_step(const struct cascade *c, struct cascade_flight *f,
				 double x, int base, const int vectors, const vl *mask,
				 const double *amount)
{
	vd below = vd_all(x);

	for (int v = 0; v < vectors; v++) {
		const int k = base + v * VEC_DOUBLES;
		const vd in = cascade_shift(below, f->y[v]);
		below = f->y[v];
		vd y = vd_load(c->c1 + k) * f->s1[v];
		y = vd_load(c->c2 + k) * f->s2[v] + y;
		y = vd_load(c->d + k) * in + y;
		if (amount)
			y = vd_load(amount + v * VEC_DOUBLES) * y + in;
		vd p = vd_load(c->a11 + k) * f->s1[v] + in;
		p = vd_load(c->a12 + k) * f->s2[v] + p;
		vd q = vd_load(c->a22 + k) * f->s2[v] + in;
		q = vd_load(c->a21 + k) * f->s1[v] + q;
		f->y[v] = y;
		f->s1[v] = mask ? vd_select(mask[v], p, f->s1[v]) : p;
		f->s2[v] = mask ? vd_select(mask[v], q, f->s2[v]) : q;
	}
}

/* Runs `channels` (1 or 2) of them over x[channel][0..frames), in place. vectors and
 * channels are constants where this is called. amount[channel][step][lane of the pass]
 * or NULL; the lane's frame is step - lane. */
CASCADE_INLINE void cascade_fly(const struct cascade *const *c,
				struct cascade_state *const *state, double *const *x,
				int frames, int base, const int vectors,
				const int channels,
				double (*const *amount)[CASCADE_PASS])
{
	const int lag = vectors * VEC_DOUBLES - 1;
	struct cascade_flight f[2];

	vl lane[CASCADE_VECTORS], mask[CASCADE_VECTORS];
	for (int v = 0; v < vectors; v++) {
		for (int ch = 0; ch < channels; ch++) {
			f[ch].s1[v] = vd_load(state[ch]->s1 + base + v * VEC_DOUBLES);
			f[ch].s2[v] = vd_load(state[ch]->s2 + base + v * VEC_DOUBLES);
			f[ch].y[v] = vd_all(0.0);
		}
		for (int k = 0; k < VEC_DOUBLES; k++)
			lane[v][k] = v * VEC_DOUBLES + k;
	}
	for (int i = 0; i < frames + lag; i++) {
		for (; i >= lag && i < frames; i++) { /* all lanes are busy */
			for (int ch = 0; ch < channels; ch++) {
				cascade_step(c[ch], &f[ch], x[ch][i], base, vectors,
					     NULL, amount ? amount[ch][i] : NULL);
				x[ch][i - lag] = f[ch].y[vectors - 1][VEC_DOUBLES - 1];
			}
		}
		for (int v = 0; v < vectors; v++)
			mask[v] = (lane[v] <= i) & (lane[v] > i - frames);
		for (int ch = 0; ch < channels; ch++) {
			const double in = i < frames ? x[ch][i] : 0.0;
			cascade_step(c[ch], &f[ch], in, base, vectors, mask,
				     amount ? amount[ch][i] : NULL);
			if (i >= lag)
				x[ch][i - lag] = f[ch].y[vectors - 1][VEC_DOUBLES - 1];
		}
	}
	for (int v = 0; v < vectors; v++) {
		for (int ch = 0; ch < channels; ch++) {
			vd_store(state[ch]->s1 + base + v * VEC_DOUBLES, f[ch].s1[v]);
			vd_store(state[ch]->s2 + base + v * VEC_DOUBLES, f[ch].s2[v]);
		}
	}
}

/* The same lane of two channels. */
typedef double cascade_pair __attribute__((vector_size(16)));

CASCADE_INLINE cascade_pair cascade_both(const double *left, const double *right)
{
	return (cascade_pair) { *left, *right };
}

/* One or two lanes of two channels: no skew, no masks, and the same samples as from
 * cascade_fly(). `lanes` is a constant in each call. */
CASCADE_INLINE void cascade_walk(const struct cascade *const *c,
				 struct cascade_state *const *state, double *const *x,
				 int frames, int base, const int lanes)
{
	cascade_pair s1[2], s2[2], a11[2], a12[2], a21[2], a22[2], c1[2], c2[2], d[2];
	for (int i = 0, k = base; i < lanes; i++, k++) {
		s1[i] = cascade_both(&state[0]->s1[k], &state[1]->s1[k]);
		s2[i] = cascade_both(&state[0]->s2[k], &state[1]->s2[k]);
		a11[i] = cascade_both(&c[0]->a11[k], &c[1]->a11[k]);
		a12[i] = cascade_both(&c[0]->a12[k], &c[1]->a12[k]);
		a21[i] = cascade_both(&c[0]->a21[k], &c[1]->a21[k]);
		a22[i] = cascade_both(&c[0]->a22[k], &c[1]->a22[k]);
		c1[i] = cascade_both(&c[0]->c1[k], &c[1]->c1[k]);
		c2[i] = cascade_both(&c[0]->c2[k], &c[1]->c2[k]);
		d[i] = cascade_both(&c[0]->d[k], &c[1]->d[k]);
	}
	double *const left = x[0], *const right = x[1];
	for (int n = 0; n < frames; n++) {
		cascade_pair in = { left[n], right[n] };
		for (int i = 0; i < lanes; i++) {
			cascade_pair y = c1[i] * s1[i];
			y = c2[i] * s2[i] + y;
			y = d[i] * in + y;
			cascade_pair p = a11[i] * s1[i] + in;
			p = a12[i] * s2[i] + p;
			cascade_pair q = a22[i] * s2[i] + in;
			q = a21[i] * s1[i] + q;
			s1[i] = p;
			s2[i] = q;
			in = y;
		}
		left[n] = in[0];
		right[n] = in[1];
	}
	for (int i = 0; i < lanes; i++) {
		for (int ch = 0; ch < 2; ch++) {
			state[ch]->s1[base + i] = s1[i][ch];
			state[ch]->s2[base + i] = s2[i][ch];
		}
	}
}

/* Lanes base..base + 7, in as many vectors as the fuller of the channels needs. */
static inline void cascade_pass(const struct cascade *const *c,
				struct cascade_state *const *state, double *const *x,
				int frames, int channels, int base, int lanes)
{
	if (channels == 1) {
		if (lanes <= VEC_DOUBLES)
			cascade_fly(c, state, x, frames, base, 1, 1, NULL);
		else
			cascade_fly(c, state, x, frames, base, CASCADE_VECTORS, 1,
				    NULL);
		return;
	}
	if (lanes == 1) {
		cascade_walk(c, state, x, frames, base, 1);
		return;
	}
	if (lanes == 2) {
		cascade_walk(c, state, x, frames, base, 2);
		return;
	}
	switch ((lanes + VEC_DOUBLES - 1) / VEC_DOUBLES) {
	case 1:
		cascade_fly(c, state, x, frames, base, 1, 2, NULL);
		return;
#if VEC_BYTES == 16
	case 2:
		cascade_fly(c, state, x, frames, base, 2, 2, NULL);
		return;
	case 3:
		cascade_fly(c, state, x, frames, base, 3, 2, NULL);
		return;
#endif
	default:
		cascade_fly(c, state, x, frames, base, CASCADE_VECTORS, 2, NULL);
	}
}

/* Over x[channel][0..frames), in place. */
static inline void cascade_run(const struct cascade *const *c,
			       struct cascade_state *const *state, double *const *x,
			       int frames, int channels)
{
	int lanes = c[0]->lanes;

	if (channels == 2 && c[1]->lanes > lanes)
		lanes = c[1]->lanes;
	for (int base = 0; base < lanes; base += CASCADE_PASS)
		cascade_pass(c, state, x, frames, channels, base,
			     lanes - base < CASCADE_PASS ? lanes - base : CASCADE_PASS);
}

enum { CASCADE_STEPS = 64 + CASCADE_PASS - 1 };

/* The same for at most eight lanes, of which only the share `amount` is added: their d
 * is one less, and amount is skewed as in cascade_fly(). At most 64 frames. */
static inline void cascade_run_moving(const struct cascade *const *c,
				      struct cascade_state *const *state,
				      double *const *x, int frames, int channels,
				      double (*const *amount)[CASCADE_PASS])
{
	if (channels == 1)
		cascade_fly(c, state, x, frames, 0, CASCADE_VECTORS, 1, amount);
	else
		cascade_fly(c, state, x, frames, 0, CASCADE_VECTORS, 2, amount);
}

#endif
