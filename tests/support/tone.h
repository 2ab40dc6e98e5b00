/* tone.h - a steady tone, and what a change adds to it: clicks and residues (dBFS). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TONE_H
#define LATHE_TONE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TONE_TAPS = 1023 };

static inline void tone_fill(float *x, int frames, double hz, double gain, int rate)
{
	for (int n = 0; n < frames; n++)
		x[n] = (float)(gain * sin(2 * M_PI * hz * n / rate));
}

/* Peak above 2 kHz between two frames, after a linear-phase high-pass (Blackman-Harris
 * windowed sinc at 1.7 kHz, stop band under -92 dB of a tone at 100 Hz by far). */
static inline double tone_high_peak(const float *x, int from, int to, int rate)
{
	static float taps[TONE_TAPS];
	const double cut = 1700.0 / rate;

	for (int i = 0; i < TONE_TAPS; i++) {
		double t = i - TONE_TAPS / 2, u = 2 * M_PI * i / (TONE_TAPS - 1);
		double window = 0.35875 - 0.48829 * cos(u) + 0.14128 * cos(2 * u) -
				0.01168 * cos(3 * u);
		double low = t == 0 ? 2 * cut : sin(2 * M_PI * cut * t) / (M_PI * t);
		taps[i] = (float)(((t == 0 ? 1 : 0) - low) * window);
	}
	float most = 0;
	for (int n = from; n < to; n++) {
		float sum = 0;
		for (int i = 0; i < TONE_TAPS; i++)
			sum += taps[i] * x[n + i - TONE_TAPS / 2];
		most = fmaxf(most, fabsf(sum));
	}
	return (double)most;
}

/* The peak above 2 kHz after a change at `moment`; if the steady sound before or after
 * has more (harmonics), the part that exceeds it. */
static inline double tone_click_db(const float *x, int frames, int moment, int rate)
{
	int margin = TONE_TAPS;
	double click = tone_high_peak(x, moment - rate / 50, moment + rate / 2, rate);
	double before = tone_high_peak(x, moment - rate / 4, moment - rate / 20, rate);
	double after = tone_high_peak(x, frames - rate / 4, frames - margin, rate);
	double steady = fmax(before, after);

	if (steady > 1e-6 && click <= 1.02 * steady)
		return -200;
	return 20 * log10(fmax(click, 1e-10));
}

/* Largest error of a fade of `fade` frames from wave to wave that starts at `start`. */
static inline double tone_fade_error(const float *x, const double *old,
				     const double *new, int period, int from, int to,
				     int start, int fade, double best)
{
	double most = 0;

	for (int n = from; n < to && most < best; n++) {
		double t = (double)(n - start) / fade;
		double w = t <= 0 ? 0 : t >= 1 ? 1 : 0.5 - 0.5 * cos(M_PI * t);
		double model = (1 - w) * old[n % period] + w * new[n % period];
		most = fmax(most, fabs((double)x[n] - model));
	}
	return most;
}

/* The peak, dBFS, of the output after a change at `moment`, less an ideal crossfade:
 * the old steady wave falls and the new one rises by a raised cosine of `fade` frames.
 * The start with the smallest rest is used, up to `late` frames later. The tone is 1
 * kHz: a wave of rate / 1000 frames. */
static inline double tone_residue_db(const float *x, int frames, int moment, int late,
				     int fade, int rate)
{
	int period = rate / 1000, span = rate / 4;
	double *old = calloc((size_t)period, sizeof(*old));
	double *new = calloc((size_t)period, sizeof(*new));
	int periods = 100, before = moment - (periods + 10) * period;
	int after = frames - (periods + 10) * period;

	for (int i = 0; i < periods * period; i++) {
		old[(before + i) % period] += (double)x[before + i] / periods;
		new[(after + i) % period] += (double)x[after + i] / periods;
	}
	/* A coarse search, then a fine one, because a wave that changes polarity moves
	 * fast. */
	double best = 1e9;
	int step = rate / 4000, found = moment;
	for (int start = moment - fade; start <= moment + late; start += step) {
		double error = tone_fade_error(x, old, new, period, moment - fade,
					       moment + late + span, start, fade, best);
		if (error < best) {
			best = error;
			found = start;
		}
	}
	for (int start = found - step; start <= found + step; start++)
		best = fmin(best,
			    tone_fade_error(x, old, new, period, moment - fade,
					    moment + late + span, start, fade, best));
	free(old);
	free(new);
	return 20 * log10(fmax(best, 1e-10));
}

#endif
