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
#ifndef LATHE_DSP_LOWPASS_H
#define LATHE_DSP_LOWPASS_H

#include <math.h>
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
	uint32_t mask;    /* of the rings */
	uint32_t wait;  /* frames that the input is held, so that all are late alike */
	double edge[2]; /* share of the frame before and of the one after these */
	double scale[2];
};

/* Rings of a power of two entries for two channels, [box][entry][channel], then that of the
 * input, all of the same size. */
struct lowpass {
	lowpass_v sum[LOWPASS_BOXES];
	lowpass_v *ring[LOWPASS_BOXES + 1];
	uint32_t age; /* frames since the rings were empty */
};

/* Frames that a low-pass of this corner is late. */
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

static inline void lowpass_box(struct lowpass_design *d, int box, double length)
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
	/* Between whole lengths a box is no sinc: the corner is met by bisection. */
	double low = 1, high = 2 * LOWPASS_HALF * rate / (M_PI * hz) + 2;
	const double w = 2 * M_PI * fmin(hz / rate, 0.45);
	for (int i = 0; i < 50; i++) {
		const double length = 0.5 * (low + high);
		double response = 1;
		for (int box = 0; box < 2; box++) {
			lowpass_box(d, box, box ? LOWPASS_RATIO * length : length);
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
	d->mask = lowpass_ring((int)(2 * d->half[0] + 2)) - 1;
}

/* Of what goes on to the next box. */
static inline lowpass_v lowpass_round(lowpass_v x)
{
	const lowpass_v magic = (lowpass_v) { 0 } + 0x1.8p26;
	return (x + magic) - magic;
}

/* Larger samples would spoil the sums. */
static inline lowpass_v lowpass_limit(lowpass_v x)
{
	typedef int64_t masks __attribute__((vector_size(16)));
	const masks fits = (x < 16384.0) & (x > -16384.0);
	return (lowpass_v)((masks)x & fits);
}

/* One box over `frames` frames, from its own ring to `out` of mask `out_mask`. */
static inline void lowpass_average(const struct lowpass_design *d,
				   struct lowpass *state, int stage, uint32_t at,
				   lowpass_v *out, int frames)
{
	const lowpass_v *in = state->ring[stage];
	const uint32_t mask = d->mask, reach = 2 * d->half[stage & 1] + 2;
	const double edge = d->edge[stage & 1], scale = d->scale[stage & 1];
	/* What the ring held before it was emptied is 0. */
	const uint32_t empty = reach > state->age ? reach - state->age : 0;
	const lowpass_v none = { 0 };
	lowpass_v sum = state->sum[stage];
	lowpass_v last = state->age > 0 ? in[(at - 1) & mask] : none;

	for (int n = 0; n < frames; n++, at++) {
		const lowpass_v now = in[at & mask];
		const lowpass_v old =
			(uint32_t)n < empty ? none : in[(at - reach) & mask];
		sum += last - old;
		const lowpass_v whole = edge * (now + old) + sum;
		out[at & mask] = lowpass_round(scale * whole);
		last = now;
	}
	state->sum[stage] = sum;
}

/* y[n]: two channels of x, low-passed and `delay` frames late. `at` counts frames without
 * gaps; frames at most 64. past: the input's ring with entries up to x's last. */
static inline void lowpass_run(const struct lowpass_design *d, struct lowpass *state,
			       const lowpass_v *past, uint32_t past_mask, uint32_t at,
			       lowpass_v *y, int frames)
{
	const uint32_t mask = d->mask;
	lowpass_v *first = state->ring[0], *last = state->ring[LOWPASS_BOXES];

	for (int n = 0; n < frames; n++) {
		const uint32_t i = at + (uint32_t)n;
		first[i & mask] =
			lowpass_round(lowpass_limit(past[(i - d->wait) & past_mask]));
	}
	for (int stage = 0; stage < LOWPASS_BOXES; stage++)
		lowpass_average(d, state, stage, at, state->ring[stage + 1], frames);
	if (state->age < 1u << 30)
		state->age += (uint32_t)frames;
	/* G^2 entered the fifth box as long ago as the last two make it late. */
	const lowpass_v *square = state->ring[4];
	const uint32_t pair = d->half[0] + d->half[1] + 2;
	for (int n = 0; n < frames; n++) {
		const uint32_t i = at + (uint32_t)n;
		y[n] = 3 * square[(i - pair) & mask] - 2 * last[i & mask];
	}
}

/* Forgets all; until twice the delay has passed, y is not yet what it will be. */
static inline void lowpass_empty(struct lowpass *state)
{
	memset(state->sum, 0, sizeof state->sum);
	state->age = 0;
}

#endif
