/* pcm.c - samples as the fixed-point words of a file. Not for the audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/pcm.h"

#include "dsp/noise.h"

#include <math.h>
#include <stdbool.h>

struct words words_begin(int bits, int channels, int rate)
{
	const int hold = rate / 10;

	return (struct words) {
		.bits = bits, .channels = channels, .since = hold, .hold = hold
	};
}

static bool is_whole(const float *frame, int channels, double steps)
{
	for (int c = 0; c < channels; c++)
		if ((double)frame[c] * steps != rint((double)frame[c] * steps))
			return false;
	return true;
}

void words_make(struct words *words, const float *in, int32_t *out, int frames)
{
	const double steps = exp2(words->bits - 1);
	const int channels = words->channels;

	for (int n = 0; n < frames; n++, in += channels, out += channels) {
		if (!is_whole(in, channels, steps))
			words->since = 0;
		else if (words->since < words->hold)
			words->since++;
		for (int c = 0; c < channels; c++) {
			double wanted = (double)in[c] * steps;
			if (words->since < words->hold)
				wanted += noise_triangular((uint64_t)words->frame, c,
							   NOISE_FILE);
			/* +1.0 itself is one step too high, but does not count as
			 * clipped. */
			words->clipped += fabs((double)in[c]) * steps > steps + 0.5;
			const double word = fmax(fmin(rint(wanted), steps - 1), -steps);
			out[c] = (int32_t)(word * exp2(32 - words->bits));
		}
		words->frame++;
	}
}
