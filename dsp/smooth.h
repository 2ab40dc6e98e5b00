/* smooth.h - the smoother: a value that moves to its target along a 50 ms raised cosine.
 *
 *   target  ____/----      step 1 .-'      the steps' raised cosines add up, so that
 *                          step 2    .-'   a ramp of small steps is followed smoothly
 *
 * A single step is exactly old + (new - old) (1 - cos(pi t / 50 ms)) / 2: no slope at
 * either end, inaudible beside the signal, exact to the last bit after 50 ms. Audio
 * thread; plain data, so adopt() may copy it.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_SMOOTH_H
#define LATHE_DSP_SMOOTH_H

#include <stdbool.h>

enum { SMOOTH_STEPS = 6 };

struct smooth {
	double settled; /* the value without the running steps */
	double target;
	double step[SMOOTH_STEPS];
	int age[SMOOTH_STEPS]; /* frames since the step began; 0 steps are unused */
	int moving;            /* running steps */
	int since;             /* frames since the last step began */
};

static inline int smooth_frames(int rate)
{
	return rate / 20;
}

/* (1 - cos(pi p)) / 2 for 0 <= p <= 1, as sin^2; the sine's series to x^13: 1e-9. */
static inline double smooth_shape(double p)
{
	const double x = (p - 0.5) * 3.14159265358979324;
	const double z = x * x;
	double s = z * 1.6059043836821613e-10 - 2.5052108385441720e-8;

	s = s * z + 2.7557319223985893e-6;
	s = s * z - 1.9841269841269841e-4;
	s = s * z + 8.3333333333333333e-3;
	s = s * z - 1.6666666666666667e-1;
	s = s * z + 1.0;
	return 0.5 + 0.5 * (s * x);
}

static inline void smooth_jump(struct smooth *s, double value)
{
	*s = (struct smooth) { .settled = value, .target = value };
}

/* Adds steps that have ended to the settled value. */
static inline void smooth_settle(struct smooth *s, int length)
{
	if (!s->moving)
		return;
	for (int i = 0; i < SMOOTH_STEPS; i++) {
		if (s->step[i] == 0.0 || s->age[i] < length)
			continue;
		s->settled += s->step[i];
		s->step[i] = 0.0;
		s->moving--;
	}
	if (!s->moving)
		s->settled = s->target;
}

/* Call on every grid line and only there, so that the result does not depend on how
 * pieces are cut. A step begins at once, or when the last one has done a sixth of its
 * time; it goes to the newest value. */
static inline void smooth_aim(struct smooth *s, double value, int length)
{
	smooth_settle(s, length);
	if (value == s->target || (s->moving && s->since < length / SMOOTH_STEPS + 1))
		return;
	for (int i = 0; i < SMOOTH_STEPS; i++) {
		if (s->step[i] != 0.0)
			continue;
		s->step[i] = value - s->target;
		s->age[i] = 0;
		s->target = value;
		s->since = 0;
		s->moving++;
		return;
	}
}

/* Writes the next `frames` values, and advances by as many. */
static inline void smooth_run(struct smooth *s, int length, double *out, int frames)
{
	for (int n = 0; n < frames; n++)
		out[n] = s->settled;
	if (!s->moving)
		return;
	const double rate = 1.0 / length;
	for (int i = 0; i < SMOOTH_STEPS; i++) {
		if (s->step[i] == 0.0)
			continue;
		for (int n = 0; n < frames; n++) {
			const double p = (s->age[i] + n) * rate;
			out[n] += s->step[i] * smooth_shape(p < 1.0 ? p : 1.0);
		}
		s->age[i] += frames;
	}
	s->since += frames;
}

#endif
