/* fir.h - filters of finite length, designed by Kaiser's window.
 *
 * Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974:
 * the ripple of pass and stop band is the same, so 90 dB of stop band mean 0.0003 dB of
 * ripple. Design: worker or control thread. Run: audio thread, any width of vector.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_FIR_H
#define LATHE_DSP_FIR_H

#include <math.h>

#include "dsp/vec.h"

/* Modified Bessel function of order 0, by its series. */
static inline double fir_bessel(double x)
{
	double sum = 1, term = 1;

	for (int k = 1; k < 60; k++) {
		term *= x / (2 * k) * (x / (2 * k));
		sum += term;
	}
	return sum;
}

/* Half the length of a filter that falls by db over `transition`, in cycles per frame. */
static inline int fir_half(double db, double transition)
{
	return (int)ceil((db - 7.95) / (14.36 * transition) / 2.0);
}

/* The window at `edge` of the way from the middle to its end, of a filter of db > 50. */
static inline double fir_window(double db, double edge)
{
	return edge < 1 ? fir_bessel(0.1102 * (db - 8.7) * sqrt(1 - edge * edge)) : 0;
}

/* taps[0] is the middle, taps[half] the last; `cut` is the middle of the fall, in
 * cycles per frame. Gain 1 at 0 Hz. */
static inline void fir_lowpass(float *taps, int half, double cut, double db)
{
	double sum = 0;

	for (int pass = 0; pass < 2; pass++) {
		const double scale = pass ? 1 / sum : 0;
		for (int k = 0; k <= half; k++) {
			const double t = 2 * M_PI * cut * k;
			const double tap = (k ? sin(t) / t : 1) *
					   fir_window(db, (double)k / (half + 1));
			sum += pass ? 0 : k ? 2 * tap : tap;
			taps[k] = (float)(scale * tap);
		}
	}
}

/* x[0] is the newest frame, x[-2 half] the oldest one used; y and x are read and
 * written up to the next multiple of 2 * VEC_FLOATS. */
static inline void fir_run(const float *taps, int half, const float *x, float *y,
			   int frames)
{
	for (int i = 0; i < frames; i += 2 * VEC_FLOATS) {
		const float *middle = x + i - half;
		vf a = taps[0] * vf_load(middle);
		vf b = taps[0] * vf_load(middle + VEC_FLOATS);
		for (int k = 1; k <= half; k++) {
			const vf tap = vf_all(taps[k]);
			const float *left = middle - k, *right = middle + k;
			a += tap * (vf_load(left) + vf_load(right));
			b += tap *
			     (vf_load(left + VEC_FLOATS) + vf_load(right + VEC_FLOATS));
		}
		vf_store(y + i, a);
		vf_store(y + i + VEC_FLOATS, b);
	}
}

/* Any taps, taps[0] of the newest frame; reads x[1 - count] on, otherwise as fir_run(). */
static inline void fir_any_run(const float *taps, int count, const float *x, float *y,
			       int frames)
{
	for (int i = 0; i < frames; i += 2 * VEC_FLOATS) {
		vf a = { 0 }, b = { 0 };
		for (int k = 0; k < count; k++) {
			const vf tap = vf_all(taps[k]);
			a += tap * vf_load(x + i - k);
			b += tap * vf_load(x + i - k + VEC_FLOATS);
		}
		vf_store(y + i, a);
		vf_store(y + i + VEC_FLOATS, b);
	}
}

#endif
