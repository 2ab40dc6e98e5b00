/* crossfade.h - from one setting of a processor to another along a 50 ms raised cosine.
 *
 *   half 0 --(1 - w)--(+)-->      values change: the idle half takes the newest, settles
 *   half 1 ----w------'           unheard, comes in beside the playing one, plays alone
 *
 * While a fade runs, no other change is taken; the newest one follows it. Settings are
 * not interpolated, so choices change as smoothly as numbers, and during the fade one
 * hears a weighted sum of two constant processors. Audio thread; plain data.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_CROSSFADE_H
#define LATHE_DSP_CROSSFADE_H

#include <math.h>

#include "dsp/smooth.h"

struct crossfade {
	int playing; /* which half, 0 or 1 */
	int age;     /* frames since the other half began to fade in; 0: it is idle */
	bool running;
	int lead; /* frames in which a cold half's input fades in; 0: not cold */
	int wait;
};

/* A resonance with a longer memory (frames to 1/e) gets more time to settle. */
static inline double crossfade_long_memory(int rate)
{
	return 0.002 * rate;
}

/* The frames that filters with this longest memory need to settle silently: 8 ms at
 * least, 98 ms at most. The fade itself hides the begin of the rest, and all of a short
 * memory; so six times the memory leaves -72 dB after a step of 12 dB. */
static inline int crossfade_settling(double memory, int rate)
{
	const double more = 8.0 * (memory - crossfade_long_memory(rate));

	return (int)(0.008 * rate + fmin(fmax(more, 0.0), 0.09 * rate));
}

/* Returns the half to set up with the new values; it fades in after `wait` frames, in
 * which it runs silently. */
static inline int crossfade_start(struct crossfade *fade, int wait)
{
	fade->running = true;
	fade->wait = wait;
	fade->age = -wait;
	fade->lead = 0;
	return 1 - fade->playing;
}

/* The half that comes in starts empty, and its input fades in during its wait. A
 * resonance that is shorter than the wait settles if the input's fade is short; a
 * longer one must not be excited by tones elsewhere, which needs a long fade. */
static inline void crossfade_begin_cold(struct crossfade *fade, double memory, int rate)
{
	const double part = 0.05 + 70.0 * (memory / rate - 0.015);

	fade->lead = (int)(fmin(fmax(part, 0.05), 0.75) * fade->wait);
}

/* Whether the other half runs, but is not heard yet. */
static inline bool crossfade_is_unheard(const struct crossfade *fade)
{
	return fade->running && fade->age < 0;
}

/* Fades a cold half's input; call before crossfade_run() of the same frames. */
static inline void crossfade_lead_in(const struct crossfade *fade, double *x,
				     int frames)
{
	const int passed = fade->age + fade->wait;

	for (int n = 0; n < frames && passed + n < fade->lead; n++)
		x[n] *= smooth_shape((double)(passed + n) / fade->lead);
}

/* Weights of the incoming half for the next frames. True: it plays alone after them. */
static inline void crossfade_run(struct crossfade *fade, int length, float *weight,
				 int frames)
{
	const double rate = 1.0 / length;

	for (int n = 0; n < frames; n++) {
		const double p = (fade->age + n) * rate;
		weight[n] = p <= 0.0 ? 0.0f : (float)smooth_shape(p < 1.0 ? p : 1.0);
	}
	fade->age += frames;
	if (fade->age >= length) {
		fade->running = false;
		fade->playing = 1 - fade->playing;
	}
}

/* out = out + weight * (in - out), and exactly in where the weight is 1. */
static inline void crossfade_mix(const float *weight, const float *in, float *out,
				 int frames)
{
	for (int n = 0; n < frames; n++)
		out[n] = weight[n] == 1.0f ? in[n]
					   : out[n] + weight[n] * (in[n] - out[n]);
}

static inline void crossfade_mix_doubles(const float *weight, const double *in,
					 double *out, int frames)
{
	for (int n = 0; n < frames; n++)
		out[n] = weight[n] == 1.0f
				 ? in[n]
				 : out[n] + (double)weight[n] * (in[n] - out[n]);
}

#endif
