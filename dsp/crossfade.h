/* crossfade.h - from one setting of a processor to another along a 50 ms raised cosine.
 *
 *   half 0 --(1 - w)--(+)-->      values change: the idle half takes the newest, settles
 *   half 1 ----w------'           unheard, comes in beside the playing one, plays alone
 *
 * While it runs no other change is taken up; the newest is, when it is done. Nothing of the
 * settings is interpolated, so choices change as smoothly as numbers, and what is heard in
 * between is a weighted sum of two constant processors. Audio thread; plain data.
 */
#ifndef LATHE_DSP_CROSSFADE_H
#define LATHE_DSP_CROSSFADE_H

#include "dsp/smooth.h"

struct crossfade {
	int playing; /* which half, 0 or 1 */
	int age;     /* frames since the other began to come in; 0: it is idle */
	bool running;
};

/* What filters take to settle, when no resonance of theirs is longer. */
static inline int crossfade_settling(int rate)
{
	return rate / 125;
}

/* The half to set up with the new values; it starts to come in after `wait` frames, in
 * which it runs unheard. */
static inline int crossfade_start(struct crossfade *fade, int wait)
{
	fade->running = true;
	fade->age = -wait;
	return 1 - fade->playing;
}

/* Does the other half run without being heard yet? */
static inline bool crossfade_is_unheard(const struct crossfade *fade)
{
	return fade->running && fade->age < 0;
}

/* Weights of the incoming half for the next frames; true when it plays alone after them. */
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
