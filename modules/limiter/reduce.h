/* reduce.h - what must go becomes what goes: release and boxes, two channels at once.
 *
 * Audio thread. Plain data.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LIMITER_REDUCE_H
#define LATHE_LIMITER_REDUCE_H

#include "modules/limiter/limiter.h"

/* A release ends here, 2e-4 dB from its goal, instead of creeping on for seconds. */
#define RELEASE_END 3e-5
/* A need that falls by less, 0.012 dB, is taken for the same: where the points of a sample
 * meet the crests of a steady tone makes that much, slowly, and it would be heard as beats. */
#define REST 2e-3

static inline box_doubles lanes_max(box_doubles a, box_doubles b)
{
#if defined(__x86_64__)
	return (box_doubles)_mm_max_pd((__m128d)a, (__m128d)b);
#elif defined(__ARM_NEON)
	return (box_doubles)vmaxq_f64((float64x2_t)a, (float64x2_t)b);
#else
	return (box_doubles) { a[0] > b[0] ? a[0] : b[0], a[1] > b[1] ? a[1] : b[1] };
#endif
}

static inline box_doubles lanes_min(box_doubles a, box_doubles b)
{
#if defined(__x86_64__)
	return (box_doubles)_mm_min_pd((__m128d)a, (__m128d)b);
#elif defined(__ARM_NEON)
	return (box_doubles)vminq_f64((float64x2_t)a, (float64x2_t)b);
#else
	return (box_doubles) { a[0] < b[0] ? a[0] : b[0], a[1] < b[1] ? a[1] : b[1] };
#endif
}

static inline box_doubles lanes_of(float left, float right)
{
	return (box_doubles) { (double)left, (double)right };
}

static inline box_doubles lanes_load(const double from[BOX_LANES])
{
	return (box_doubles) { from[0], from[1] };
}

static inline box_doubles lanes_select(box_lanes mask, box_doubles a, box_doubles b)
{
	return (box_doubles)(((box_lanes)a & mask) | ((box_lanes)b & ~mask));
}

/* Needs -> reductions, in place. Two followers fall under what is held: a fast one for
 * lone peaks, and a slow one that only lasting reduction can fill, through two poles. */
static inline void reduce_pair(const struct limiter *l, struct limiter_deck *deck,
			       int first, float *left, float *right, int groups)
{
	const struct limiter_numbers *n = &deck->numbers;
	const double keep_fast = n->keep_fast, give_fast = 1.0 - keep_fast;
	const double keep_slow = n->keep_slow, keep_fill = n->keep_fill;
	const double give_fill = 1.0 - keep_fill;

	const box_doubles magic = (box_doubles) { 0x1p52, 0x1p52 };
	const struct box_lengths lengths = l->lengths;
	const uint32_t mask = l->box_mask, at = l->box_at;
	struct limiter_pair *pair = &deck->pair[first / BOX_LANES];
	struct box box = pair->box;
	box_doubles rest = lanes_load(pair->rest), fast = lanes_load(pair->fast),
		    filled = lanes_load(pair->filled), above = lanes_load(pair->above);
	for (int i = 0; i < groups; i++) {
		const box_doubles asked = lanes_of(left[i], right[i]);
		const box_lanes same =
			(box_lanes)(rest - asked <= REST) & (box_lanes)(asked > 0.0);
		const box_doubles need =
			lanes_select(same, lanes_max(rest, asked), asked);
		rest = need;
		fast = lanes_max(need, fast * keep_fast + need * give_fast);
		const box_doubles before = filled;
		filled = filled * keep_fill + need * give_fill;
		/* keep_slow <= keep_fill: the slow one falls by the first to what is
		 * filled, and is filled by the second. */
		above += before - filled;
		above = lanes_min(above * keep_slow, above * keep_fill);
		const box_doubles slower = lanes_max(fast, filled + above);
		const box_lanes going = (box_lanes)(slower > RELEASE_END);
		const box_doubles out =
			lanes_max(need, (box_doubles)((box_lanes)slower & going));
		const box_lanes sum =
			box_step(&box, &lengths, at + (uint32_t)i, mask, box_in(out));
		const box_doubles reduction =
			((box_doubles)(sum + (box_lanes)magic) - magic) * lengths.scale;
		left[i] = (float)reduction[0];
		right[i] = (float)reduction[1];
	}
	pair->box = box;
	for (int lane = 0; lane < BOX_LANES; lane++) {
		pair->rest[lane] = rest[lane];
		pair->fast[lane] = fast[lane];
		pair->filled[lane] = filled[lane];
		pair->above[lane] = above[lane];
	}
}

#endif
