/* box.h - three moving averages in a row, for two channels at once. Audio thread.
 *
 * A value that is held for box_reach() frames is reached exactly at the end of them, by
 * a smooth curve: three boxes make a piecewise parabola. The sums are integers, so they
 * never drift, and 0 becomes exactly 0 again, whatever came before.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_BOX_H
#define LATHE_DSP_BOX_H

#include "dsp/vec.h"

enum {
	BOX_COUNT = 3,
	BOX_LANES = 2,
	BOX_VALUE_BITS = 22, /* behind the binary point; box_in() takes 0 .. 16 */
};

typedef uint64_t box_lanes __attribute__((vector_size(16)));
typedef double box_doubles __attribute__((vector_size(16)));

/* Lengths are the same for all channels of a node. */
struct box_lengths {
	int length[BOX_COUNT];
	double scale; /* of the last sum */
};

/* Rings of 2^n entries; past[0] holds the input, past[1] and past[2] the sums between. */
struct box {
	uint64_t sum[BOX_COUNT][BOX_LANES];
	uint64_t (*past[BOX_COUNT])[BOX_LANES];
};

/* Frames from a step to its full effect, less one: the delay that the boxes need. */
static inline int box_reach(const struct box_lengths *b)
{
	return b->length[0] + b->length[1] + b->length[2] - BOX_COUNT;
}

static inline void box_lengths_init(struct box_lengths *b, int reach)
{
	b->scale = 1.0 / (1 << BOX_VALUE_BITS);
	for (int k = 0; k < BOX_COUNT; k++) {
		b->length[k] = (reach + k) / BOX_COUNT + 1;
		b->scale /= b->length[k];
	}
}

/* Rounds to the grid of values: adding 2^52 leaves the integer in the low bits. */
static inline box_lanes box_in(box_doubles value)
{
	const box_doubles magic = (box_doubles) { 0x1p52, 0x1p52 };
	const box_doubles scaled = value * (double)(1 << BOX_VALUE_BITS) + magic;
	return (box_lanes)scaled - (box_lanes)magic;
}

static inline box_lanes box_load(const uint64_t from[BOX_LANES])
{
	box_lanes v;
	memcpy(&v, from, sizeof(v));
	return v;
}

static inline void box_store(uint64_t to[BOX_LANES], box_lanes v)
{
	memcpy(to, &v, sizeof(v));
}

/* One frame; `at` counts frames, `mask` is the rings' size - 1. */
static inline box_lanes box_step(struct box *b, const struct box_lengths *l,
				 uint32_t at, uint32_t mask, box_lanes in)
{
	for (int k = 0; k < BOX_COUNT; k++) {
		const uint32_t old = (at - (uint32_t)l->length[k]) & mask;
		box_lanes sum = box_load(b->sum[k]) + in - box_load(b->past[k][old]);
		box_store(b->past[k][at & mask], in);
		box_store(b->sum[k], sum);
		in = sum;
	}
	return in;
}

/* Sets the state as if `in` had always come. */
static inline void box_fill(struct box *b, const struct box_lengths *l, uint32_t mask,
			    box_lanes in)
{
	for (int k = 0; k < BOX_COUNT; k++) {
		for (uint32_t i = 0; i <= mask; i++)
			box_store(b->past[k][i], in);
		in *= (uint64_t)l->length[k];
		box_store(b->sum[k], in);
	}
}

/* Frames of input that the sums hold. */
static inline uint32_t box_memory(const struct box_lengths *l)
{
	return (uint32_t)box_reach(l) + BOX_COUNT;
}

static inline size_t box_adopt_bytes(const struct box_lengths *l)
{
	return box_memory(l) * BOX_LANES * sizeof(uint64_t);
}

/* Takes over the frames before `at` of boxes whose lengths may differ. */
static inline void box_adopt(struct box *b, const struct box *from,
			     const struct box_lengths *l, uint32_t at, uint32_t mask)
{
	const uint32_t size = mask + 1, reach = box_memory(l);

	for (uint32_t i = at - reach; i != at; i++)
		box_store(b->past[0][i & mask], box_load(from->past[0][i & mask]));
	memset(b->sum, 0, sizeof(b->sum));
	for (int k = 1; k < BOX_COUNT; k++)
		memset(b->past[k], 0, size * sizeof(*b->past[k]));
	for (uint32_t i = at - reach; i != at; i++) {
		box_lanes in = box_load(b->past[0][i & mask]);
		for (int k = 0; k < BOX_COUNT; k++) {
			const uint32_t age = i - (at - reach);
			const uint32_t old = (i - (uint32_t)l->length[k]) & mask;
			box_lanes sum = box_load(b->sum[k]) + in;
			if (age >= (uint32_t)l->length[k])
				sum -= box_load(b->past[k][old]);
			box_store(b->past[k][i & mask], in);
			box_store(b->sum[k], sum);
			in = sum;
		}
	}
}

#endif
