/* alias.h - a tone through a module that distorts it, and its aliases below 20 kHz. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_ALIAS_H
#define LATHE_ALIAS_H

#include "tests/support/alone.h"
#include "tests/support/tone.h"

enum { FRAMES = 1 << 16, SETTLE = 1 << 14 };

static float in[2][FRAMES], out[2][FRAMES];

/* Plays a module alone in a rack, from in to out. */
static inline void bend_tone(const char *module, const char *params, int rate,
			     double hz, double gain)
{
	float *const ins[2] = { in[0], in[1] }, *const outs[2] = { out[0], out[1] };

	for (int c = 0; c < 2; c++)
		tone_fill(in[c], FRAMES, hz, gain, rate);
	alone_play(module, params, rate, ins, outs, FRAMES);
}

/* The level of one frequency in x, dBFS, with a Blackman-Harris window. */
static inline double tone_level_db(const float *x, int frames, double hz, int rate)
{
	double re = 0, im = 0, sum = 0;

	for (int i = 0; i < frames; i++) {
		double u = 2 * M_PI * i / frames, p = 2 * M_PI * hz * i / rate;
		double window = 0.35875 - 0.48829 * cos(u) + 0.14128 * cos(2 * u) -
				0.01168 * cos(3 * u);
		re += window * (double)x[i] * cos(p);
		im += window * (double)x[i] * sin(p);
		sum += window;
	}
	return 20 * log10(2 * hypot(re, im) / sum + 1e-12);
}

/* At low rates the limit is in proportion to the rate: 20 kHz at 44.1 kHz. */
static inline double alias_scaled(double hz, int rate)
{
	return hz * fmin(rate / 44100.0, 1);
}

/* The strongest folded harmonic of `hz` between 25 Hz and 20 kHz (alias_scaled()), dB
 * below the tone, of the first `harmonics` ones; those nearer than 12 Hz to a true
 * harmonic are passed over. */
static inline double alias_worst_db(const float *x, int frames, double hz, int rate,
				    int harmonics)
{
	double tone = tone_level_db(x, frames, hz, rate), worst = -300;

	for (int k = 2; k <= harmonics; k++) {
		double folded = fmod(k * hz, rate);
		folded = folded > rate / 2.0 ? rate - folded : folded;
		double nearest = fabs(folded - round(folded / hz) * hz);
		if (k * hz < rate / 2.0 || folded < 25 ||
		    folded > alias_scaled(20000, rate) || nearest < 12)
			continue;
		worst = fmax(worst, tone_level_db(x, frames, folded, rate) - tone);
	}
	return worst;
}

#endif
