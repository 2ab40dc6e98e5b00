/* work.h - the work space of multiband's audio part: rows of a piece. Audio thread.
 *
 * Rows: one for each frame, lanes = bands (4 or 8 places), channel after channel.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_MULTIBAND_WORK_H
#define LATHE_MULTIBAND_WORK_H

#include <string.h>

#include "modules/multiband/multiband.h"

enum { ROWS_MAX = CHANNELS_MAX * LANES_MAX };

typedef float quad __attribute__((vector_size(16)));
typedef int32_t quad_mask __attribute__((vector_size(16)));
typedef float channel_row[GRID_FRAMES] __attribute__((aligned(64)));

struct work {
	const struct piece *piece;
	int frames;
	bool starts;              /* on a grid line */
	int bands, lanes, stride; /* of the voice at work */
	/* The row before the first holds the last one of the previous piece. */
	float band[(GRID_FRAMES + 1) * ROWS_MAX] __attribute__((aligned(64)));
	float power[GRID_FRAMES * ROWS_MAX] __attribute__((aligned(64)));
	float gain[GRID_FRAMES * LANES_MAX] __attribute__((aligned(64)));
	float most[LANES_MAX]; /* largest reduction of each band */
};

static inline quad quad_load(const float *from)
{
	quad v;
	memcpy(&v, from, sizeof(v));
	return v;
}

static inline void quad_store(float *to, quad v)
{
	memcpy(to, &v, sizeof(v));
}

static inline quad quad_max(quad a, quad b)
{
#if defined(__x86_64__)
	return (quad)_mm_max_ps((__m128)a, (__m128)b);
#else
	const quad_mask larger = a > b;
	return (quad)(((quad_mask)a & larger) | ((quad_mask)b & ~larger));
#endif
}

static inline float quad_sum(quad v)
{
	return (v[0] + v[1]) + (v[2] + v[3]);
}

/* Sums of four quads. */
static inline quad quad_sums(quad a, quad b, quad c, quad d)
{
	const quad ab = __builtin_shufflevector(a, b, 0, 2, 4, 6) +
			__builtin_shufflevector(a, b, 1, 3, 5, 7);
	const quad cd = __builtin_shufflevector(c, d, 0, 2, 4, 6) +
			__builtin_shufflevector(c, d, 1, 3, 5, 7);
	return __builtin_shufflevector(ab, cd, 0, 2, 4, 6) +
	       __builtin_shufflevector(ab, cd, 1, 3, 5, 7);
}

static inline void gains_run(struct work *w)
{
	for (int i = 0; i < w->frames * w->lanes; i += VEC_FLOATS)
		vf_store(w->gain + i, gain_of(vf_load(w->gain + i)));
}

#endif
