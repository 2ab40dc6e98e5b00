/* bass.h - how high the lows alone reach: what the punchy style holds from crest to crest.
 *
 *   audio -> means of a group -> low-pass -> highest of a grid block
 *
 * A gain that lets go between two crests of a low note distorts it, and one that waits for
 * the next crest of anything else takes loudness for nothing. So the need of the lows is
 * held for half their period, and what rises over them is let go at once. The low-pass works
 * on groups of frames, about 12,000 a second. Audio thread, but for bass_setup_init().
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LIMITER_BASS_H
#define LATHE_LIMITER_BASS_H

#include <math.h>
#include <string.h>

#include "modules/module.h"

enum { BASS_GROUP_MAX = 32 }; /* frames */

#define BASS_HZ 250.0
/* Octaves, 0.1 dB: added, for what the low-pass takes from notes of up to 100 Hz. */
#define BASS_LIFT 0.017f
/* Half a period of 40 Hz. */
#define BASS_HOLD_MS 12.5

struct bass_setup {
	double b, a1,
		a2; /* the low-pass, whose zeros are 1 2 1; b over the group's frames */
	int group;  /* frames */
};

/* Of one channel. */
struct bass {
	double s1, s2;
	float past[BASS_GROUP_MAX]; /* frames */
};

/* Butterworth, bilinear, at the rate of groups. */
static inline void bass_setup_init(struct bass_setup *b, int rate, int group)
{
	const double k = tan(M_PI * BASS_HZ * group / rate);
	const double a0 = 1.0 + M_SQRT2 * k + k * k;

	b->group = group;
	b->b = k * k / (a0 * group);
	b->a1 = 2.0 * (k * k - 1.0) / a0;
	b->a2 = (1.0 - M_SQRT2 * k + k * k) / a0;
}

/* The highest of the groups that end in a piece, the first of them at frame `first`. */
static inline float bass_run(const struct bass_setup *b, struct bass *state,
			     const float *in, int frames, int first, int groups)
{
	float x[BASS_GROUP_MAX + GRID_FRAMES];
	double s1 = state->s1, s2 = state->s2, most = 0;

	memcpy(x, state->past, sizeof(state->past));
	memcpy(x + BASS_GROUP_MAX, in, (size_t)frames * sizeof(*in));
	for (int g = 0; g < groups; g++) {
		const float *last = x + BASS_GROUP_MAX + first + g * b->group;
		float sum = 0;
		for (int k = 0; k < b->group; k++)
			sum += last[-k];
		const double u = b->b * (double)sum, y = u + s1;
		s1 = s2 + 2.0 * u;
		s1 -= b->a1 * y;
		s2 = u - b->a2 * y;
		most = fmax(most, fabs(y));
	}
	state->s1 = s1;
	state->s2 = s2;
	memcpy(state->past, x + frames, sizeof(state->past));
	return (float)most;
}

#endif
