/* lowpass.h - linear-phase low-passes out of running sums, two channels at once. Audio
 * thread.
 *
 *   x -> box -> box -+-> box -> box -+-> box -> box -> G^3     y = 3 G^2 - 2 G^3
 *                    G               G^2 (waits for G^3)
 *
 * Two moving averages of lengths 1 and 0.7 make G, a low-pass that falls smoothly with lobes
 * below -34 dB; 3 G^2 - 2 G^3 presses pass and stop band flat, so that x less y is as good a
 * high-pass (Kaiser and Hamming, "Sharpening the response of a symmetric nonrecursive
 * filter", IEEE Trans. ASSP 25, 1977). An octave from its corner (-6 dB) it is 24 dB down
 * on either side, as a Linkwitz-Riley pair of order 4. What enters a sum is rounded to
 * 2^-26, so sums of doubles are exact: they never drift, and silence comes back as 0. A
 * length that is no whole number ends in shares of two frames, so every corner is met.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_LOWPASS_H
#define LATHE_DSP_LOWPASS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { LOWPASS_BOXES = 6, LOWPASS_FRAMES_MAX = 64 };

/* Of the two lengths. */
#define LOWPASS_RATIO 0.7
/* The longer length is this over pi f / rate: G(f) = 1/2. */
#define LOWPASS_HALF 1.6043934
typedef double lowpass_v __attribute__((vector_size(16)));

struct lowpass_design {
	uint32_t half[2]; /* whole frames on each side of a box's middle */
	uint32_t mask;    /* of the ring */
	uint32_t wait;    /* frames of delay at the input, for one latency */
	double edge[2];   /* share of the frame before and of the one after these */
	double scale[2];
};

/* Rings of a power of two entries for two channels: what enters each box. */
struct lowpass {
	lowpass_v sum[LOWPASS_BOXES];
	lowpass_v *ring[LOWPASS_BOXES];
	uint32_t age; /* frames since the rings were empty */
};

/* The delay of a low-pass with this corner, in frames. */
static inline int lowpass_delay(double hz, double rate)
{
	const double longer = LOWPASS_HALF * rate / (M_PI * hz);
	const double shorter = LOWPASS_RATIO * longer;

	return 3 * ((int)ceil((longer - 1) / 2) + (int)ceil((shorter - 1) / 2) + 2);
}

/* Entries of a ring for delays up to `delay`. */
static inline uint32_t lowpass_ring(int delay)
{
	uint32_t entries = 2 * LOWPASS_FRAMES_MAX;

	while (entries < (uint32_t)delay + 2 * LOWPASS_FRAMES_MAX)
		entries *= 2;
	return entries;
}

static inline void lowpass_length(struct lowpass_design *d, int box, double length)
{
	const double whole = floor(fmax(length - 1, 0) / 2);

	d->half[box] = (uint32_t)whole;
	d->edge[box] = fmax(length - (2 * whole + 1), 0) / 2;
	d->scale[box] = 1 / fmax(length, 1);
}

/* -6 dB at hz, `delay` frames late: at least lowpass_delay() of every corner there is. */
static inline void lowpass_design(struct lowpass_design *d, double hz, double rate,
				  int delay)
{
	/* With fractional lengths it is no exact sinc: bisection finds the corner. */
	double low = 1, high = 2 * LOWPASS_HALF * rate / (M_PI * hz) + 2;
	const double w = 2 * M_PI * fmin(hz / rate, 0.45);

	for (int i = 0; i < 50; i++) {
		const double length = 0.5 * (low + high);
		double response = 1;
		for (int box = 0; box < 2; box++) {
			lowpass_length(d, box, box ? LOWPASS_RATIO * length : length);
			const double whole = 2 * d->half[box] + 1;
			const double sum = sin(0.5 * whole * w) / sin(0.5 * w);
			const double edges =
				2 * d->edge[box] * cos(0.5 * (whole + 1) * w);
			response *= (sum + edges) * d->scale[box];
		}
		if (response > 0.5)
			low = length;
		else
			high = length;
	}
	const uint32_t own = 3 * (d->half[0] + d->half[1] + 2);
	d->wait = (uint32_t)delay - own;
	/* A box reads what it drops before it writes; G^2 is delayed by a whole piece.
	 * Small rings stay in the cache. */
	const uint32_t reach = 2 * d->half[0] + 3;
	const uint32_t pair = d->half[0] + d->half[1] + 2 + LOWPASS_FRAMES_MAX;
	uint32_t entries = 2 * LOWPASS_FRAMES_MAX;
	while (entries < reach || entries < pair)
		entries *= 2;
	d->mask = entries - 1;
}

/* Of what goes on to the next box. */
static inline lowpass_v lowpass_round(lowpass_v x)
{
	const lowpass_v magic = (lowpass_v) { 0 } + 0x1.8p26;
	return (x + magic) - magic;
}

/* Larger samples would overflow the exact sums. */
static inline lowpass_v lowpass_limit(lowpass_v x)
{
	typedef int64_t masks __attribute__((vector_size(16)));
	const masks fits = (x < 16384.0) & (x > -16384.0);
	return (lowpass_v)((masks)x & fits);
}

static inline uint32_t lowpass_most(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static inline uint32_t lowpass_least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Frames from `at` on until one of these rings begins anew. */
static inline int lowpass_stretch(const struct lowpass_design *d, uint32_t at,
				  int frames)
{
	const uint32_t size = d->mask + 1;
	uint32_t run = lowpass_least((uint32_t)frames, size - (at & d->mask));

	for (int i = 0; i < 2; i++) {
		const uint32_t old = (at - (2 * d->half[i] + 2)) & d->mask;
		run = lowpass_least(run, size - old);
	}
	return (int)run;
}

/* Boxes in one loop. Each works one frame behind the previous one, so that none depends
 * on another in the same step. */
enum { LOWPASS_GROUP = 3 };

/* A running box: its ring at the first frame, and the value that it drops then. */
struct lowpass_box {
	lowpass_v sum, last, edge, scale;
	lowpass_v *now;
	const lowpass_v *old;
	uint32_t empty; /* frames whose `old` is from before the ring was emptied: 0 */
};

static inline __attribute__((always_inline)) lowpass_v
lowpass_step(struct lowpass_box *box, int n, lowpass_v x, const bool fresh)
{
	lowpass_v old = box->old[n];

	if (fresh && (uint32_t)n < box->empty)
		old = (lowpass_v) { 0 };
	box->now[n] = x;
	box->sum += box->last - old;
	const lowpass_v whole = box->edge * x + (box->edge * old + box->sum);
	box->last = x;
	return lowpass_round(box->scale * whole);
}

/* A group of boxes over a stretch, x[] in place. fresh: some of `old` may be empty. */
static inline __attribute__((always_inline)) void
lowpass_boxes(const struct lowpass_design *d, struct lowpass *state, const int first,
	      uint32_t at, uint32_t age, lowpass_v *x, int frames, const bool fresh)
{
	const lowpass_v none = { 0 };
	struct lowpass_box box[LOWPASS_GROUP];

#pragma GCC unroll 3
	for (int b = 0; b < LOWPASS_GROUP; b++) {
		lowpass_v *ring = state->ring[first + b];
		const int i = (first + b) & 1;
		const uint32_t reach = 2 * d->half[i] + 2;
		box[b].now = ring + (at & d->mask);
		box[b].old = ring + ((at - reach) & d->mask);
		box[b].last = age > 0 ? ring[(at - 1) & d->mask] : none;
		box[b].sum = state->sum[first + b];
		box[b].edge = d->edge[i] - none;
		box[b].scale = d->scale[i] - none;
		box[b].empty = reach > age ? reach - age : 0;
	}
	lowpass_v one = lowpass_step(&box[0], 0, x[0], fresh), two;
	if (frames > 1) {
		two = lowpass_step(&box[1], 0, one, fresh);
		one = lowpass_step(&box[0], 1, x[1], fresh);
		for (int n = 2; n < frames; n++) {
			x[n - 2] = lowpass_step(&box[2], n - 2, two, fresh);
			two = lowpass_step(&box[1], n - 1, one, fresh);
			one = lowpass_step(&box[0], n, x[n], fresh);
		}
		x[frames - 2] = lowpass_step(&box[2], frames - 2, two, fresh);
	}
	two = lowpass_step(&box[1], frames - 1, one, fresh);
	x[frames - 1] = lowpass_step(&box[2], frames - 1, two, fresh);
#pragma GCC unroll 3
	for (int b = 0; b < LOWPASS_GROUP; b++)
		state->sum[first + b] = box[b].sum;
}

/* y[n]: two channels of x, low-passed and `delay` frames late. `at` counts frames without
 * gaps; frames at most 64. past: the input's ring with entries up to x's last. */
static inline void lowpass_run(const struct lowpass_design *d, struct lowpass *state,
			       const lowpass_v *past, uint32_t past_mask, uint32_t at,
			       lowpass_v *y, int frames)
{
	const uint32_t reach = 2 * lowpass_most(d->half[0], d->half[1]) + 2;
	const struct lowpass_design own = *d;

	for (int n = 0; n < frames; n++) {
		const uint32_t i = at + (uint32_t)n - d->wait;
		y[n] = lowpass_round(lowpass_limit(past[i & past_mask]));
	}
	for (int first = 0; first < LOWPASS_BOXES; first += LOWPASS_GROUP) {
		const bool late = first > 0;
		for (int done = 0, run; done < frames; done += run) {
			const uint32_t from = at + (uint32_t)done;
			const uint32_t age = state->age + (uint32_t)done;
			run = lowpass_stretch(&own, from, frames - done);
			if (age < reach)
				lowpass_boxes(&own, state, first, from, age, y + done,
					      run, true);
			else if (late)
				lowpass_boxes(&own, state, LOWPASS_GROUP, from, age,
					      y + done, run, false);
			else
				lowpass_boxes(&own, state, 0, from, age, y + done, run,
					      false);
		}
	}
	if (state->age < 1u << 30)
		state->age += (uint32_t)frames;
	/* G^2 is delayed by as much as the last two boxes delay. */
	const lowpass_v *square = state->ring[4];
	const uint32_t pair = d->half[0] + d->half[1] + 2;
	for (int n = 0; n < frames; n++) {
		const uint32_t i = at + (uint32_t)n - pair;
		y[n] = 3 * square[i & d->mask] - 2 * y[n];
	}
}

/* Clears everything; y is valid after twice the delay. */
static inline void lowpass_empty(struct lowpass *state)
{
	memset(state->sum, 0, sizeof(state->sum));
	state->age = 0;
}

#endif
