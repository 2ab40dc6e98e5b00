/* random.h - pseudorandom numbers that are the same in every run, for tests and
 * benches. A sequence begins with a seed of your own, 1 for instance.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RANDOM_H
#define LATHE_RANDOM_H

#include <stdint.h>

/* The upper bits are more random. Knuth and Lewis, "Numerical Recipes", 7.1. */
static inline uint32_t random_bits(uint32_t *seed)
{
	return *seed = *seed * 1664525u + 1013904223u;
}

/* -1..1: white noise. */
static inline double random_noise(uint32_t *seed)
{
	return (double)(int32_t)random_bits(seed) / 2147483648.0;
}

/* The same for two channels, frame after frame. */
static inline void random_fill(float *const to[2], int frames, double gain)
{
	uint32_t seed = 1;

	for (int n = 0; n < frames; n++)
		for (int c = 0; c < 2; c++)
			to[c][n] = (float)(gain * random_noise(&seed));
}

#endif
