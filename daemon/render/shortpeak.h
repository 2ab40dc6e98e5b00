/* shortpeak.h - the peak between samples as meters with a short interpolation filter read
 * it: 32 taps of a sinc under a Kaiser window with beta 9, as libswresample has them, which
 * ffmpeg's ebur128 meters with.
 *
 * Near half the rate such filters let images through, and read up to some tenths of a dB
 * more than there is between the samples (dsp/truepeak.h). A file that must not pass a
 * ceiling should not pass it on these meters either. lathe-render.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_SHORTPEAK_H
#define LATHE_RENDER_SHORTPEAK_H

#include <math.h>
#include <string.h>

#include "dsp/fir.h"

enum {
	SHORTPEAK_TAPS = 32,
	SHORTPEAK_PHASES = 8,  /* of which the first is the sample itself */
	SHORTPEAK_FRAMES = 64, /* most of one call */
};

struct shortpeak_taps {
	float at[SHORTPEAK_PHASES][SHORTPEAK_TAPS];
};

/* One channel; zero is silence. */
struct shortpeak {
	float x[SHORTPEAK_TAPS + SHORTPEAK_FRAMES];
};

static inline void shortpeak_init(struct shortpeak_taps *taps)
{
	const double beta = 9, half = SHORTPEAK_TAPS / 2;

	for (int p = 0; p < SHORTPEAK_PHASES; p++) {
		double at[SHORTPEAK_TAPS], sum = 0;
		for (int i = 0; i < SHORTPEAK_TAPS; i++) {
			const double t = i - (half - 1) - (double)p / SHORTPEAK_PHASES;
			const double w = t / half;
			const double sinc = t == 0 ? 1 : sin(M_PI * t) / (M_PI * t);
			at[i] = sinc * fir_bessel(beta * sqrt(fmax(1 - w * w, 0)));
			sum += at[i];
		}
		for (int i = 0; i < SHORTPEAK_TAPS; i++)
			taps->at[p][i] = (float)(at[i] / sum);
	}
}

/* The highest of the last frames, if `needed`; they become the past in any case. */
static inline float shortpeak_run(struct shortpeak *peak,
				  const struct shortpeak_taps *taps, const float *in,
				  int frames, int needed)
{
	float most = 0;

	memcpy(peak->x + SHORTPEAK_TAPS, in, (size_t)frames * sizeof(*in));
	for (int i = 0; i < frames && needed; i++)
		for (int p = 1; p < SHORTPEAK_PHASES; p++) {
			const float *x = peak->x + 1 + i;
			float lane[4] = { 0 };
			for (int k = 0; k < SHORTPEAK_TAPS; k++)
				lane[k % 4] += taps->at[p][k] * x[k];
			most = fmaxf(most,
				     fabsf(lane[0] + lane[1] + lane[2] + lane[3]));
		}
	memmove(peak->x, peak->x + frames, SHORTPEAK_TAPS * sizeof(float));
	return most;
}

#endif
