/* truepeak.h - the peak of the signal between its samples, by 8-fold interpolation.
 *
 * A cascade of three half-band interpolators (64, 16 and 8 non-zero taps), each at the
 * base rate with its phases in arrays of their own:
 *
 *   x ---------------------------------------------> 0/8
 *     \--64 taps--> half ---------------------------> 4/8
 *     x, half --16 taps--> quarter, three -----------> 2/8, 6/8
 *     all four --8 taps--> eighths ------------------> 1/8 3/8 5/8 7/8
 *
 * 128 products a sample instead of the 448 of a plain 8 x 64-tap filter. The windows are
 * Kaiser's (J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window
 * function", 1974): within 0.005 dB to 0.46 of the rate. Worst grid error there 0.14 dB
 * for one lone crest, which truepeak_refine()'s parabola takes below 0.005 dB.
 *
 * One struct a channel, plain data, zero is silence; truepeak_taps are made once, on any
 * thread. Results do not depend on how a stretch of frames is cut.
 */
#ifndef LATHE_DSP_TRUEPEAK_H
#define LATHE_DSP_TRUEPEAK_H

#include "dsp/vec.h"

#include <math.h>

enum {
	TRUEPEAK_FRAMES = 64, /* most of one call */
	/* Frames from a sample to its peak: peak[i] belongs to the time from frame i - 37 up
	 * to frame i - 36. */
	TRUEPEAK_DELAY = 37,
	TRUEPEAK_HALF_DELAY = 32,
	TRUEPEAK_QUARTER_DELAY = 36,
	TRUEPEAK_PAST = 64,
	TRUEPEAK_SHORT_PAST = 16,
};

/* One side of each symmetric filter, from the middle outwards. */
struct truepeak_taps {
	float half[32], quarter[8], eighth[4];
};

struct truepeak {
	float x[TRUEPEAK_PAST + TRUEPEAK_FRAMES];
	float half[TRUEPEAK_SHORT_PAST + TRUEPEAK_FRAMES];
	float quarter[TRUEPEAK_SHORT_PAST + TRUEPEAK_FRAMES];
	float three[TRUEPEAK_SHORT_PAST + TRUEPEAK_FRAMES];
	float eighth[4][TRUEPEAK_SHORT_PAST + TRUEPEAK_FRAMES];
};

static inline double truepeak_bessel_i0(double x)
{
	double sum = 1.0, term = 1.0;
	for (int n = 1; n < 60; n++) {
		term *= x / 2.0 / n * (x / 2.0 / n);
		sum += term;
	}
	return sum;
}

static inline void truepeak_window(float *taps, int count, double beta)
{
	for (int k = 0; k < count; k++) {
		const double t = k + 0.5, edge = t / count;
		const double sinc = sin(M_PI * t) / (M_PI * t);
		const double i0 = truepeak_bessel_i0(beta * sqrt(1.0 - edge * edge));
		taps[k] = (float)(sinc * i0 / truepeak_bessel_i0(beta));
	}
}

static inline void truepeak_taps_init(struct truepeak_taps *taps)
{
	truepeak_window(taps->half, 32, 5.6);
	truepeak_window(taps->quarter, 8, 7.0);
	truepeak_window(taps->eighth, 4, 6.0);
}

/* Four vectors of y[i] = sum of taps over x[i - 63] .. x[i]; eight sums in flight, because
 * an addition takes four cycles and two begin in each. */
static inline void truepeak_half_band(const float *taps, const float *x, float *y)
{
	enum { VECTORS = 4 };
	vf left[VECTORS] = { 0 }, right[VECTORS] = { 0 };
	for (int k = 0; k < 32; k++) {
		const vf h = vf_all(taps[k]);
		for (int v = 0; v < VECTORS; v++) {
			left[v] += h * vf_load(x - 32 - k + v * VEC_FLOATS);
			right[v] += h * vf_load(x - 31 + k + v * VEC_FLOATS);
		}
	}
	for (int v = 0; v < VECTORS; v++)
		vf_store(y + v * VEC_FLOATS, left[v] + right[v]);
}

/* Frame m is at x[-36] and half[-4]. */
static inline void truepeak_quarters(const float *taps, const float *x,
				     const float *half, float *quarter, float *three)
{
	x -= TRUEPEAK_QUARTER_DELAY;
	half -= TRUEPEAK_QUARTER_DELAY - TRUEPEAK_HALF_DELAY;
	vf q = { 0 }, t = { 0 };
#pragma GCC unroll 4
	for (int k = 0; k < 4; k++) {
		const vf even = vf_all(taps[2 * k]), odd = vf_all(taps[2 * k + 1]);
		const vf x_left = vf_load(x - k), x_right = vf_load(x + 1 + k);
		q += even * (x_left + vf_load(half + k));
		t += even * (vf_load(half - k) + x_right);
		q += odd * (x_right + vf_load(half - 1 - k));
		t += odd * (x_left + vf_load(half + 1 + k));
	}
	vf_store(quarter, q);
	vf_store(three, t);
}

/* The points at 4 x the rate from three before frame m to seven after it. */
static inline void truepeak_points(const struct truepeak *tp, int i, vf points[11])
{
	const float *x = tp->x + TRUEPEAK_PAST + i - TRUEPEAK_DELAY;
	const float *half = tp->half + TRUEPEAK_SHORT_PAST + i -
			    (TRUEPEAK_DELAY - TRUEPEAK_HALF_DELAY);
	const int m =
		TRUEPEAK_SHORT_PAST + i - (TRUEPEAK_DELAY - TRUEPEAK_QUARTER_DELAY);
	const float *quarter = tp->quarter + m, *three = tp->three + m;
	points[0] = vf_load(quarter - 1);
	points[1] = vf_load(half - 1);
	points[2] = vf_load(three - 1);
	points[3] = vf_load(x);
	points[4] = vf_load(quarter);
	points[5] = vf_load(half);
	points[6] = vf_load(three);
	points[7] = vf_load(x + 1);
	points[8] = vf_load(quarter + 1);
	points[9] = vf_load(half + 1);
	points[10] = vf_load(three + 1);
}

/* Takes 1..64 frames; peak[i] (room for 64) is the highest |x(t)| of the frame that lies
 * TRUEPEAK_DELAY before in[i]. */
static inline void truepeak_run(const struct truepeak_taps *taps, struct truepeak *tp,
				const float *in, float *peak, int frames)
{
	float *x = tp->x + TRUEPEAK_PAST, *half = tp->half + TRUEPEAK_SHORT_PAST;
	memcpy(x, in, (size_t)frames * sizeof *in);
	for (int i = 0; i < frames; i += 4 * VEC_FLOATS) {
		truepeak_half_band(taps->half, x + i, half + i);
	}
	for (int i = 0; i < frames; i += VEC_FLOATS) {
		truepeak_quarters(taps->quarter, x + i, half + i,
				  tp->quarter + TRUEPEAK_SHORT_PAST + i,
				  tp->three + TRUEPEAK_SHORT_PAST + i);
	}
	const vf e0 = vf_all(taps->eighth[0]), e1 = vf_all(taps->eighth[1]),
		 e2 = vf_all(taps->eighth[2]), e3 = vf_all(taps->eighth[3]);
	for (int i = 0; i < frames; i += VEC_FLOATS) {
		vf p[11];
		truepeak_points(tp, i, p);
		vf top = vf_max(vf_max(vf_abs(p[3]), vf_abs(p[4])),
				vf_max(vf_abs(p[5]), vf_abs(p[6])));
#pragma GCC unroll 4
		for (int c = 0; c < 4; c++) {
			vf q = e0 * (p[c + 3] + p[c + 4]);
			q += e1 * (p[c + 2] + p[c + 5]);
			q += e2 * (p[c + 1] + p[c + 6]);
			q += e3 * (p[c] + p[c + 7]);
			vf_store(tp->eighth[c] + TRUEPEAK_SHORT_PAST + i, q);
			top = vf_max(top, vf_abs(q));
		}
		vf_store(peak + i, top);
	}
}

/* The same highest |x(t)| of peak[i], refined by a parabola through the top point and its
 * neighbours. Call between truepeak_run() and truepeak_end(). */
static inline float truepeak_refine(const struct truepeak *tp, int i)
{
	const float *x = tp->x + TRUEPEAK_PAST + i - TRUEPEAK_DELAY;
	const int n = TRUEPEAK_SHORT_PAST + i;
	const float points[10] = {
		tp->eighth[3][n - 1], x[0],
		tp->eighth[0][n],     tp->quarter[n - 1],
		tp->eighth[1][n],     tp->half[n - 5],
		tp->eighth[2][n],     tp->three[n - 1],
		tp->eighth[3][n],     x[1],
	};
	int top = 1;
	for (int k = 2; k < 9; k++) {
		if (fabsf(points[k]) > fabsf(points[top])) {
			top = k;
		}
	}
	const float left = fabsf(points[top - 1]), middle = fabsf(points[top]),
		    right = fabsf(points[top + 1]);
	const float bend = left - 2.0f * middle + right;
	if (bend >= 0.0f || left > middle || right > middle) {
		return middle;
	}
	return middle - (right - left) * (right - left) / (8.0f * bend);
}

/* Moves the memory on by what truepeak_run() took. */
static inline void truepeak_end(struct truepeak *tp, int frames)
{
	const size_t past = TRUEPEAK_PAST * sizeof(float),
		     short_past = TRUEPEAK_SHORT_PAST * sizeof(float);
	memmove(tp->x, tp->x + frames, past);
	memmove(tp->half, tp->half + frames, short_past);
	memmove(tp->quarter, tp->quarter + frames, short_past);
	memmove(tp->three, tp->three + frames, short_past);
	for (int c = 0; c < 4; c++) {
		memmove(tp->eighth[c], tp->eighth[c] + frames, short_past);
	}
}

#endif
