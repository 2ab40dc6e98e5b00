/* alias.h - what folds back below 20 kHz when a tone is bent. */
#ifndef LATHE_ALIAS_H
#define LATHE_ALIAS_H

#include <math.h>

/* Level of one frequency in x, dBFS, under a Blackman-Harris window. */
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

/* The strongest folded harmonic of `hz` between 25 Hz and 20 kHz, dB below the tone, of
 * the first `harmonics` ones; those nearer than 12 Hz to a true harmonic are passed over. */
static inline double alias_worst_db(const float *x, int frames, double hz, int rate,
				    int harmonics)
{
	double tone = tone_level_db(x, frames, hz, rate), worst = -300;
	for (int k = 2; k <= harmonics; k++) {
		double folded = fmod(k * hz, rate);
		folded = folded > rate / 2.0 ? rate - folded : folded;
		double nearest = fabs(folded - round(folded / hz) * hz);
		if (k * hz < rate / 2.0 || folded < 25 || folded > 20000 ||
		    nearest < 12)
			continue;
		worst = fmax(worst, tone_level_db(x, frames, folded, rate) - tone);
	}
	return worst;
}

#endif
