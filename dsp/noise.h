/* noise.h - random bits computed from frame and channel. Any thread; no state.
 *
 * A pure function of frame and channel, so that a render repeats what was played.
 * Mixing: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators", 2014). `kind` separates uses for the same frame and channel.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_NOISE_H
#define LATHE_DSP_NOISE_H

#include <stdint.h>

enum { NOISE_CHANNELS = 8 };
enum noise_kind { NOISE_DITHER, NOISE_TONE, NOISE_FILE };

static inline uint64_t noise_bits(uint64_t frame, int channel, enum noise_kind kind)
{
	uint64_t z = (frame * NOISE_CHANNELS + (uint64_t)channel) * 0x9e3779b97f4a7c15u;

	z ^= (uint64_t)kind * 0xd1342543de82ef95u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* The difference of two uniform numbers, -1..1. */
static inline double noise_triangular(uint64_t frame, int channel, enum noise_kind kind)
{
	const uint64_t z = noise_bits(frame, channel, kind);

	return ((double)(z >> 32) - (double)(z & 0xffffffffu)) * 0x1p-32;
}

#endif
