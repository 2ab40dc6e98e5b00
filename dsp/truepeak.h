/* truepeak.h - the peak of the signal between its samples, by 8-fold interpolation.
 *
 * A cascade of three half-band interpolators (64, 8 and 6 non-zero taps), each at the base
 * rate with its phases in arrays of their own:
 *
 *   x ---------------------------------------------> 0/8
 *     \--64 taps--> half ---------------------------> 4/8
 *     x, half --8 taps--> quarter, three ------------> 2/8, 6/8
 *     all four --6 taps--> eighths ------------------> 1/8 3/8 5/8 7/8
 *
 * 104 products a sample instead of the 448 of a plain 8 x 64-tap filter. Worst grid error at
 * 0.46 of the rate 0.14 dB for one lone crest, which truepeak_refine()'s parabola takes
 * below 0.01 dB.
 *
 * One struct a channel, plain data, zero is silence. Audio thread. Results do not depend on
 * how a stretch of frames is cut.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_TRUEPEAK_H
#define LATHE_DSP_TRUEPEAK_H

#include "dsp/vec.h"

#include <math.h>
#include <stdbool.h>

enum {
	TRUEPEAK_FRAMES = 64, /* most of one call */
	/* Non-zero taps on one side of each filter. */
	TRUEPEAK_HALF = 32,
	TRUEPEAK_QUARTER = 4,
	TRUEPEAK_EIGHTH = 3,
	/* Frames from a sample to the points after it. */
	TRUEPEAK_HALF_DELAY = TRUEPEAK_HALF,
	TRUEPEAK_QUARTER_DELAY = TRUEPEAK_HALF_DELAY + TRUEPEAK_QUARTER / 2,
	/* Frames to its peak: peak[i] belongs to the time from frame i - DELAY to the
	 * next. */
	TRUEPEAK_DELAY = TRUEPEAK_QUARTER_DELAY + 1,
	TRUEPEAK_PAST = 2 * TRUEPEAK_HALF,
	TRUEPEAK_SHORT_PAST = 8,
	TRUEPEAK_ADOPT_BYTES = 4 * (TRUEPEAK_PAST + 3 * TRUEPEAK_SHORT_PAST + 1),
};

/* The half-band whole, of the others one side, from the middle outwards: minimax by linear
 * programming over 0 .. 0.47 of the base rate, off by 0.007, 0.003 and 0.0003 dB there. */
static const float truepeak_half_taps[] = {
	-0.000595608843f, 0.000462996453f, -0.00063852017f, 0.000854424201f,
	-0.00111634668f,  0.00143065257f,  -0.00180393422f, 0.00224352954f,
	-0.00275735115f,  0.00335412798f,  -0.00404347014f, 0.00483610341f,
	-0.00574425375f,  0.00678190449f,  -0.00796547532f, 0.00931464601f,
	-0.0108533511f,   0.0126114618f,   -0.0146271167f,  0.0169501882f,
	-0.0196476001f,   0.0228116084f,   -0.0265734605f,  0.0311266091f,
	-0.0367685072f,   0.0439810157f,   -0.0535984263f,  0.0671995804f,
	-0.088172026f,    0.125330091f,    -0.211005166f,   0.636218429f,
	0.636218429f,     -0.211005166f,   0.125330091f,    -0.088172026f,
	0.0671995804f,    -0.0535984263f,  0.0439810157f,   -0.0367685072f,
	0.0311266091f,    -0.0265734605f,  0.0228116084f,   -0.0196476001f,
	0.0169501882f,    -0.0146271167f,  0.0126114618f,   -0.0108533511f,
	0.00931464601f,   -0.00796547532f, 0.00678190449f,  -0.00574425375f,
	0.00483610341f,   -0.00404347014f, 0.00335412798f,  -0.00275735115f,
	0.00224352954f,   -0.00180393422f, 0.00143065257f,  -0.00111634668f,
	0.000854424201f,  -0.00063852017f, 0.000462996453f, -0.000595608843f,
};
static const float truepeak_quarter_taps[] = {
	0.609562576f,
	-0.14209792f,
	0.0390598923f,
	-0.00667639542f,
};
static const float truepeak_eighth_taps[] = {
	0.58997649f,
	-0.103927806f,
	0.0139654614f,
};

struct truepeak {
	float x[TRUEPEAK_PAST + TRUEPEAK_FRAMES];
	float half[TRUEPEAK_SHORT_PAST + TRUEPEAK_FRAMES];
	float quarter[TRUEPEAK_SHORT_PAST + TRUEPEAK_FRAMES];
	float three[TRUEPEAK_SHORT_PAST + TRUEPEAK_FRAMES];
	float last; /* 7/8 of the frame before */
};

/* The eighths of one call, for truepeak_refine(). */
struct truepeak_eighths {
	float at[4][TRUEPEAK_FRAMES];
};

/* Four vectors of y[i] = sum of taps over the last 64 of x. Taps that lie whole vectors
 * apart use the same vectors of x: each is loaded once for up to four of them, because
 * loads that cross cache lines are the main cost. Two sets of sums run in parallel,
 * because an addition takes four cycles and two begin in each. */
static inline void truepeak_half_band(const float *x, float *y)
{
	enum { VECTORS = 4, TAPS = 4 };
	vf sum[2][VECTORS] = { { { 0 } } };
	for (int r = 0; r < VEC_FLOATS; r += 2) {
		for (int q = 0; q < 2 * TRUEPEAK_HALF; q += TAPS * VEC_FLOATS) {
#pragma GCC unroll 2
			for (int set = 0; set < 2; set++) {
				const int first = q + r + set;
				const float *oldest =
					x - first - (TAPS - 1) * VEC_FLOATS;
				vf h[TAPS];
#pragma GCC unroll 4
				for (int j = 0; j < TAPS; j++)
					h[j] = vf_all(
						truepeak_half_taps[first +
								   j * VEC_FLOATS]);
#pragma GCC unroll 7
				for (int m = 0; m < VECTORS + TAPS - 1; m++) {
					const vf in = vf_load(oldest + m * VEC_FLOATS);
#pragma GCC unroll 4
					for (int v = 0; v < VECTORS; v++) {
						const int j = v - m + TAPS - 1;
						if (j >= 0 && j < TAPS)
							sum[set][v] += h[j] * in;
					}
				}
			}
		}
	}
	for (int v = 0; v < VECTORS; v++)
		vf_store(y + v * VEC_FLOATS, sum[0][v] + sum[1][v]);
}

/* Points on the grid of x and half together, on both sides of 1/4 and 3/4. */
static inline void truepeak_quarters(const float *x, const float *half, float *quarter,
				     float *three)
{
	x -= TRUEPEAK_QUARTER_DELAY;
	half -= TRUEPEAK_QUARTER_DELAY - TRUEPEAK_HALF_DELAY;
	vf q = { 0 }, t = { 0 };
#pragma GCC unroll 4
	for (int k = 0; k < TRUEPEAK_QUARTER / 2; k++) {
		const vf even = vf_all(truepeak_quarter_taps[2 * k]);
		const vf odd = vf_all(truepeak_quarter_taps[2 * k + 1]);
		const vf x_left = vf_load(x - k), x_right = vf_load(x + 1 + k);
		q += even * (x_left + vf_load(half + k));
		t += even * (vf_load(half - k) + x_right);
		q += odd * (x_right + vf_load(half - 1 - k));
		t += odd * (x_left + vf_load(half + 1 + k));
	}
	vf_store(quarter, q);
	vf_store(three, t);
}

/* The points at 4 x the rate from two before frame m to six after it. */
static inline void truepeak_points(const struct truepeak *tp, int i, vf points[9])
{
	const int m = TRUEPEAK_SHORT_PAST + i - TRUEPEAK_DELAY;
	const float *x = tp->x + TRUEPEAK_PAST + i - TRUEPEAK_DELAY;
	const float *half = tp->half + (m + TRUEPEAK_HALF_DELAY);
	const float *quarter = tp->quarter + (m + TRUEPEAK_QUARTER_DELAY);
	const float *three = tp->three + (m + TRUEPEAK_QUARTER_DELAY);

	points[0] = vf_load(half - 1);
	points[1] = vf_load(three - 1);
	points[2] = vf_load(x);
	points[3] = vf_load(quarter);
	points[4] = vf_load(half);
	points[5] = vf_load(three);
	points[6] = vf_load(x + 1);
	points[7] = vf_load(quarter + 1);
	points[8] = vf_load(half + 1);
}

/* truepeak_run(); with `lifted`, high tones are lifted by the amount that their crests
 * may lie above the points, up to 0.1 dB, so that at no frequency below 0.46 of the
 * rate more than 0.05 dB are missing. The samples on both sides show how high a tone
 * is: those of a low tone add up to twice its peak. */
static inline __attribute__((always_inline)) void
truepeak_run_as(struct truepeak *tp, const float *in, float *peak,
		struct truepeak_eighths *eighths, int frames, const bool lifted)
{
	float *x = tp->x + TRUEPEAK_PAST, *half = tp->half + TRUEPEAK_SHORT_PAST;

	memcpy(x, in, (size_t)frames * sizeof(*in));
	for (int i = 0; i < frames; i += 4 * VEC_FLOATS)
		truepeak_half_band(x + i, half + i);
	for (int i = 0; i < frames; i += VEC_FLOATS)
		truepeak_quarters(x + i, half + i,
				  tp->quarter + TRUEPEAK_SHORT_PAST + i,
				  tp->three + TRUEPEAK_SHORT_PAST + i);
	const vf e0 = vf_all(truepeak_eighth_taps[0]),
		 e1 = vf_all(truepeak_eighth_taps[1]),
		 e2 = vf_all(truepeak_eighth_taps[2]);
	for (int i = 0; i < frames; i += VEC_FLOATS) {
		vf p[9];
		truepeak_points(tp, i, p);
		vf top = vf_max(vf_max(vf_abs(p[2]), vf_abs(p[3])),
				vf_max(vf_abs(p[4]), vf_abs(p[5])));
#pragma GCC unroll 4
		for (int c = 0; c < 4; c++) {
			vf q = e0 * (p[c + 2] + p[c + 3]);
			q += e1 * (p[c + 1] + p[c + 4]);
			q += e2 * (p[c] + p[c + 5]);
			vf_store(eighths->at[c] + i, q);
			top = vf_max(top, vf_abs(q));
		}
		if (lifted) {
			const vf high = 1.4f * top - vf_abs(p[2] + p[6]);
			top = 0.010f * vf_max(high, vf_all(0.0f)) + top;
		}
		vf_store(peak + i, top);
	}
}

/* Takes 1..64 frames; peak[i] (room for 64) is the highest |x(t)| of the frame that
 * lies TRUEPEAK_DELAY before in[i]. */
static inline void truepeak_run(struct truepeak *tp, const float *in, float *peak,
				struct truepeak_eighths *eighths, int frames)
{
	truepeak_run_as(tp, in, peak, eighths, frames, false);
}

/* The same for a limiter, with `lifted`: at most 0.05 dB too low. */
static inline void truepeak_run_lifted(struct truepeak *tp, const float *in,
				       float *peak, struct truepeak_eighths *eighths,
				       int frames)
{
	truepeak_run_as(tp, in, peak, eighths, frames, true);
}

/* The highest of peak[0] .. peak[frames - 1], refined by a parabola through the top
 * point and its neighbours. Call between truepeak_run() and truepeak_end(). */
static inline float truepeak_refine(const struct truepeak *tp,
				    const struct truepeak_eighths *eighths,
				    const float *peak, int frames)
{
	vf tops = { 0 };
	int i = 0, top = 1, k = 0;

	for (; k + VEC_FLOATS <= frames; k += VEC_FLOATS)
		tops = vf_max(tops, vf_load(peak + k));
	float most = vf_peak(tops);
	for (; k < frames; k++)
		most = peak[k] > most ? peak[k] : most;
	while (i + VEC_FLOATS < frames && vf_peak(vf_load(peak + i)) < most)
		i += VEC_FLOATS;
	while (i < frames - 1 && peak[i] < most)
		i++;
	const float *x = tp->x + TRUEPEAK_PAST + i - TRUEPEAK_DELAY;
	const int m = TRUEPEAK_SHORT_PAST + i - TRUEPEAK_DELAY;
	const float points[10] = {
		i ? eighths->at[3][i - 1] : tp->last,
		x[0],
		eighths->at[0][i],
		tp->quarter[m + TRUEPEAK_QUARTER_DELAY],
		eighths->at[1][i],
		tp->half[m + TRUEPEAK_HALF_DELAY],
		eighths->at[2][i],
		tp->three[m + TRUEPEAK_QUARTER_DELAY],
		eighths->at[3][i],
		x[1],
	};
	while (top < 8 && fabsf(points[top]) < most)
		top++;
	const float left = fabsf(points[top - 1]), right = fabsf(points[top + 1]);
	const float bend = left - 2.0f * most + right;
	if (bend >= 0.0f || left > most || right > most)
		return most;
	return most - (right - left) * (right - left) / (8.0f * bend);
}

/* Advances the memory by the frames that truepeak_run() took. */
static inline void truepeak_end(struct truepeak *tp,
				const struct truepeak_eighths *eighths, int frames)
{
	const size_t past = TRUEPEAK_PAST * sizeof(float),
		     short_past = TRUEPEAK_SHORT_PAST * sizeof(float);

	memmove(tp->x, tp->x + frames, past);
	memmove(tp->half, tp->half + frames, short_past);
	memmove(tp->quarter, tp->quarter + frames, short_past);
	memmove(tp->three, tp->three + frames, short_past);
	tp->last = eighths->at[3][frames - 1];
}

/* Takes over another's memory. */
static inline void truepeak_adopt(struct truepeak *tp, const struct truepeak *old)
{
	const size_t short_past = TRUEPEAK_SHORT_PAST * sizeof(float);

	memcpy(tp->x, old->x, TRUEPEAK_PAST * sizeof(float));
	memcpy(tp->half, old->half, short_past);
	memcpy(tp->quarter, old->quarter, short_past);
	memcpy(tp->three, old->three, short_past);
	tp->last = old->last;
}

#endif
