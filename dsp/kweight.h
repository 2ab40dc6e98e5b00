/* kweight.h - K-weighting (ITU-R BS.1770-5, annex 1) at any rate, and its power.
 *
 * The recommendation gives coefficients for 48 kHz only. They come from a shelf and a
 * high-pass whose analogue parameters are recovered here and warped to the rate anew, as
 * libebur128 does (the values are those of its derivation). The level at 997 Hz is set to
 * what it is at 48 kHz, so that a calibration tone reads the same at every rate.
 *
 * Two channels at once, in double: the high-pass works at 38 Hz. kweight_init() runs on
 * any thread, kweight_power() on the audio thread.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_KWEIGHT_H
#define LATHE_DSP_KWEIGHT_H

#include <complex.h>
#include <math.h>
#include <string.h>

#include "dsp/vec.h"

enum { KWEIGHT_LANES = 2 };

typedef double kweight_pair __attribute__((vector_size(16)));

struct kweight {
	double b0, b1, b2, a1, a2; /* shelf */
	double c1, c2;             /* high-pass; its zeros are 1 -2 1 */
	double level;              /* of the power */
};

/* Transposed direct form II, two sections. */
struct kweight_state {
	double shelf[2][KWEIGHT_LANES], pass[2][KWEIGHT_LANES];
};

static inline void kweight_warp(struct kweight *k, double rate)
{
	const double shelf_k = tan(M_PI * 1681.974450955533 / rate);
	const double shelf_q = 0.7071752369554196;
	const double high = pow(10.0, 3.999843853973347 / 20.0);
	const double middle = pow(high, 0.4996667741545416);
	const double a0 = 1.0 + shelf_k / shelf_q + shelf_k * shelf_k;

	k->b0 = (high + middle * shelf_k / shelf_q + shelf_k * shelf_k) / a0;
	k->b1 = 2.0 * (shelf_k * shelf_k - high) / a0;
	k->b2 = (high - middle * shelf_k / shelf_q + shelf_k * shelf_k) / a0;
	k->a1 = 2.0 * (shelf_k * shelf_k - 1.0) / a0;
	k->a2 = (1.0 - shelf_k / shelf_q + shelf_k * shelf_k) / a0;
	const double pass_k = tan(M_PI * 38.13547087602444 / rate);
	const double pass_q = 0.5003270373238773;
	const double c0 = 1.0 + pass_k / pass_q + pass_k * pass_k;
	k->c1 = 2.0 * (pass_k * pass_k - 1.0) / c0;
	k->c2 = (1.0 - pass_k / pass_q + pass_k * pass_k) / c0;
}

static inline double kweight_gain(const struct kweight *k, double freq, double rate)
{
	const double w = 2.0 * M_PI * freq / rate;
	const double complex z = cexp(-w * (double complex)I);
	const double complex shelf =
		(k->b0 + z * (k->b1 + z * k->b2)) / (1.0 + z * (k->a1 + z * k->a2));
	const double complex pass =
		(1.0 + z * (-2.0 + z)) / (1.0 + z * (k->c1 + z * k->c2));

	return cabs(shelf * pass);
}

static inline void kweight_init(struct kweight *k, double rate)
{
	struct kweight reference;

	kweight_warp(&reference, 48000.0);
	kweight_warp(k, rate);
	const double apart =
		kweight_gain(&reference, 997.0, 48000.0) / kweight_gain(k, 997.0, rate);
	k->level = apart * apart;
}

static inline kweight_pair kweight_load(const double from[KWEIGHT_LANES])
{
	return (kweight_pair) { from[0], from[1] };
}

static inline void kweight_store(double to[KWEIGHT_LANES], kweight_pair v)
{
	to[0] = v[0];
	to[1] = v[1];
}

/* One frame of as many signals as the vector holds. */
#define KWEIGHT_FRAME(vector, f, x, s1, s2, p1, p2, sum) \
	do { \
		const vector y = f.b0 * x + s1; \
		s1 = f.b1 * x + s2; \
		s1 -= f.a1 * y; \
		s2 = f.b2 * x; \
		s2 -= f.a2 * y; \
		const vector w = y + p1; \
		p1 = p2 - 2.0 * y; \
		p1 -= f.c1 * w; \
		p2 = y - f.c2 * w; \
		sum += w * w; \
	} while (0)

/* Adds the weighted energy of `frames` frames to energy[]. */
static inline void kweight_power(const struct kweight *k, struct kweight_state *state,
				 const float *left, const float *right, int frames,
				 double energy[KWEIGHT_LANES])
{
	const struct kweight f = *k;

	kweight_pair s1 = kweight_load(state->shelf[0]),
		     s2 = kweight_load(state->shelf[1]),
		     p1 = kweight_load(state->pass[0]),
		     p2 = kweight_load(state->pass[1]), sum = kweight_load(energy);
	for (int i = 0; i < frames; i++) {
		const kweight_pair x = { (double)left[i], (double)right[i] };
		KWEIGHT_FRAME(kweight_pair, f, x, s1, s2, p1, p2, sum);
	}
	kweight_store(state->shelf[0], s1);
	kweight_store(state->shelf[1], s2);
	kweight_store(state->pass[0], p1);
	kweight_store(state->pass[1], p2);
	kweight_store(energy, sum);
}

/* The same for four signals at once, in the time of two, which latency limits. */
enum { KWEIGHT_QUAD = 4 };
typedef double kweight_four __attribute__((vector_size(32)));

struct kweight_quad {
	double shelf[2][KWEIGHT_QUAD], pass[2][KWEIGHT_QUAD];
};

static inline void kweight_power_quad(const struct kweight *k,
				      struct kweight_quad *state,
				      const float *const x[KWEIGHT_QUAD], int frames,
				      double energy[KWEIGHT_QUAD])
{
	const struct kweight f = *k;
	const float *const x0 = x[0], *const x1 = x[1], *const x2 = x[2],
			   *const x3 = x[3];

	kweight_four s1, s2, p1, p2, sum;
	memcpy(&s1, state->shelf[0], sizeof(s1));
	memcpy(&s2, state->shelf[1], sizeof(s2));
	memcpy(&p1, state->pass[0], sizeof(p1));
	memcpy(&p2, state->pass[1], sizeof(p2));
	memcpy(&sum, energy, sizeof(sum));
	for (int i = 0; i < frames; i++) {
		const kweight_four in = { (double)x0[i], (double)x1[i], (double)x2[i],
					  (double)x3[i] };
		KWEIGHT_FRAME(kweight_four, f, in, s1, s2, p1, p2, sum);
	}
	memcpy(state->shelf[0], &s1, sizeof(s1));
	memcpy(state->shelf[1], &s2, sizeof(s2));
	memcpy(state->pass[0], &p1, sizeof(p1));
	memcpy(state->pass[1], &p2, sizeof(p2));
	memcpy(energy, &sum, sizeof(sum));
}

/* BS.1770-5, annex 1 and 3: 1.41 at the sides, none for the LFE. The order of channels
 * is L R C LFE Ls Rs and a rear pair; four are L R Ls Rs, five L R C Ls Rs. */
static inline double kweight_channel(int channel, int channels)
{
	if (channels >= 6)
		return channel == 3 ? 0.0 : channel == 4 || channel == 5 ? 1.41 : 1.0;
	return channels >= 4 && channel >= channels - 2 ? 1.41 : 1.0;
}

#endif
