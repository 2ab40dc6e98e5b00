/* dynamicrange.h - DR, the dynamic range of the Pleasurize Music Foundation's "TT meter".
 *
 * Per channel: blocks of 3 s; each has an RMS, times sqrt(2), and a sample peak. DR is the
 * second-highest block peak over the root of the mean square of the loudest fifth of the
 * blocks, in dB; the result is the mean of all channels. Like x42's dr14.c, but with a
 * histogram of RMS: constant memory. Blocks under -90 dB are left out. Meter thread.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_DYNAMICRANGE_H
#define LATHE_DSP_DYNAMICRANGE_H

#include <math.h>
#include <stdint.h>
#include <string.h>

enum {
	DYNAMICRANGE_SECONDS = 3,
	DYNAMICRANGE_STEPS = 20, /* per dB */
	DYNAMICRANGE_SPAN = 110, /* dB, from the lowest that counts */
};
#define DYNAMICRANGE_LOWEST (-90.0)

/* One channel. */
struct dynamicrange {
	long block_frames, filled;
	double energy, peak;    /* of the present block */
	double highest, second; /* block peaks */
	uint32_t blocks;
	uint32_t count[DYNAMICRANGE_SPAN * DYNAMICRANGE_STEPS];
	double power[DYNAMICRANGE_SPAN * DYNAMICRANGE_STEPS]; /* summed, of each step */
};

static inline void dynamicrange_init(struct dynamicrange *range, int rate)
{
	memset(range, 0, sizeof(*range));
	range->block_frames = (long)DYNAMICRANGE_SECONDS * rate;
}

static inline void dynamicrange_close(struct dynamicrange *range)
{
	enum { STEPS = DYNAMICRANGE_SPAN * DYNAMICRANGE_STEPS };
	const double power = 2.0 * range->energy / (double)range->block_frames;
	const double over = 10.0 * log10(power + 1e-30) - DYNAMICRANGE_LOWEST;
	if (over >= 0.0) {
		const double place = over * DYNAMICRANGE_STEPS;
		const int step = place < STEPS - 1 ? (int)place : STEPS - 1;
		range->count[step]++;
		range->power[step] += power;
		range->blocks++;
		if (range->peak > range->highest) {
			range->second = range->highest;
			range->highest = range->peak;
		} else if (range->peak > range->second) {
			range->second = range->peak;
		}
	}
	range->filled = 0;
	range->energy = range->peak = 0.0;
}

/* Samples `stride` apart. */
static inline void dynamicrange_run(struct dynamicrange *range, const float *x,
				    int stride, int frames)
{
	for (int n = 0; n < frames; n++, x += stride) {
		const double a = fabs((double)*x);
		range->energy += a * a;
		range->peak = a > range->peak ? a : range->peak;
		if (++range->filled == range->block_frames)
			dynamicrange_close(range);
	}
}

/* dB; 0 until two blocks have passed. */
static inline double dynamicrange_db(const struct dynamicrange *range)
{
	const uint32_t wanted = range->blocks / 5 > 1 ? range->blocks / 5 : 1;
	uint32_t have = 0;
	double power = 0.0;
	int step = DYNAMICRANGE_SPAN * DYNAMICRANGE_STEPS;

	if (range->blocks < 2)
		return 0.0;
	while (have < wanted && --step >= 0) {
		const uint32_t rest = wanted - have, count = range->count[step];
		const uint32_t taken = count < rest ? count : rest;
		if (taken)
			power += range->power[step] * taken / count;
		have += taken;
	}
	return 10.0 * log10(range->second * range->second * have / power);
}

#endif
