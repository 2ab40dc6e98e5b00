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

#include <math.h>

#include "dsp/smooth.h"

struct crossfade {
	int playing; /* which half, 0 or 1 */
	int age;     /* frames since the other began to come in; 0: it is idle */
	bool running;
	int lead; /* frames in which a cold half's input comes up; 0: it isn't cold */
	int wait;
};

/* From here on, in frames to 1/e, a resonance takes longer to settle than others. */
static inline double crossfade_long_memory(int rate)
{
	return 0.002 * rate;
}

/* What filters whose longest memory is of so many frames take to settle unheard: at least
 * 8 ms, and at most 98. The fade itself hides the first of what is left, and of a short
 * memory all of it; so six times the memory leaves -72 dB after a step of 12. */
static inline int crossfade_settling(double memory, int rate)
{
	const double more = 8.0 * (memory - crossfade_long_memory(rate));
	return (int)(0.008 * rate + fmin(fmax(more, 0.0), 0.09 * rate));
}

/* The half to set up with the new values; it starts to come in after `wait` frames, in
 * which it runs unheard. */
static inline int crossfade_start(struct crossfade *fade, int wait)
{
	fade->running = true;
	fade->wait = wait;
	fade->age = -wait;
	fade->lead = 0;
	return 1 - fade->playing;
}

/* The half that comes in begins with nothing, led in by the programme during its wait. A
 * resonance whose memory the wait outlasts settles to a tone at its own frequency if the way
 * in is short; a longer one can only be left unstruck by tones elsewhere, by a long way in. */
static inline void crossfade_begin_cold(struct crossfade *fade, double memory, int rate)
{
	const double part = 0.05 + 70.0 * (memory / rate - 0.015);
	fade->lead = (int)(fmin(fmax(part, 0.05), 0.75) * fade->wait);
}

/* Does the other half run without being heard yet? */
static inline bool crossfade_is_unheard(const struct crossfade *fade)
{
	return fade->running && fade->age < 0;
}

/* The programme as a cold half hears it; before crossfade_run() of the same frames. */
static inline void crossfade_lead_in(const struct crossfade *fade, double *x,
				     int frames)
{
	const int passed = fade->age + fade->wait;
	for (int n = 0; n < frames && passed + n < fade->lead; n++)
		x[n] *= smooth_shape((double)(passed + n) / fade->lead);
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
