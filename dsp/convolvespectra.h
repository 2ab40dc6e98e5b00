/* convolvespectra.h - partitions of kernels and blocks of two channels as spectra, for
 * convolve.h, which says how they are used. Audio thread, but for convolve_plan() and
 * convolve_unplan(). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_CONVOLVESPECTRA_H
#define LATHE_DSP_CONVOLVESPECTRA_H

#include <fftw3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/vec.h"

#if defined(__clang__) && __clang_major__ >= 20
/* FFTW's header lacks this attribute. */
void fftwf_execute_dft(const fftwf_plan plan, fftwf_complex *in, fftwf_complex *out)
	__attribute__((nonblocking));
#endif

enum {
	CONVOLVE_CELL = 64,
	CONVOLVE_BLOCK = 512,        /* frames of the long partitions ... */
	CONVOLVE_BLOCK_LONG = 2048,  /* ... of longer kernels */
	CONVOLVE_TAPS_SHORT = 16384, /* the most taps with short blocks */
	CONVOLVE_CHUNK = 16, /* bins: their real parts, then their imaginary ones */
	CONVOLVE_OUTPUTS = 8,
	CONVOLVE_SIZES = 3, /* of transforms: a cell, a short block, a long one */
	CONVOLVE_SLOT = 2 * CONVOLVE_CHUNK, /* floats of a slot */
};

struct convolve_plans {
	fftwf_plan forward[CONVOLVE_SIZES], inverse[CONVOLVE_SIZES];
};

/* How many partitions a kernel has. */
struct convolve_shape {
	int slots[2]; /* short, long */
	int size[2];  /* taps of a partition: CONVOLVE_CELL, the block */
};

/* Spectra of partitions: [chunk][slot][2 * CONVOLVE_CHUNK]; the imaginary part of bin 0
 * is the real one of the last. */
struct convolve_kernel {
	float *spectra[2];
};

static inline struct convolve_shape convolve_shape(int taps)
{
	const int block =
		taps <= CONVOLVE_TAPS_SHORT ? CONVOLVE_BLOCK : CONVOLVE_BLOCK_LONG;
	const int head = 2 * block / CONVOLVE_CELL;
	struct convolve_shape shape = { { 0 }, { CONVOLVE_CELL, block } };

	shape.slots[0] = (taps + CONVOLVE_CELL - 1) / CONVOLVE_CELL;
	if (shape.slots[0] <= head)
		return shape;
	shape.slots[0] = head;
	shape.slots[1] = (taps - 2 * block + block - 1) / block;
	return shape;
}

/* The index of a layer's transforms in the plans. */
static inline int convolve_transforms(const struct convolve_shape *shape, int layer)
{
	return !layer ? 0 : shape->size[1] == CONVOLVE_BLOCK ? 1 : 2;
}

/* Floats of one layer's spectra: of a kernel, and of an input twice as many. */
static inline size_t convolve_spectra(const struct convolve_shape *shape, int layer)
{
	return 2 * (size_t)shape->size[layer] * (size_t)shape->slots[layer];
}

/* Partitions of both layers, counted as one row; the first tap of one. */
static inline int convolve_partitions(const struct convolve_shape *shape)
{
	return shape->slots[0] + shape->slots[1];
}

static inline int convolve_first_tap(const struct convolve_shape *shape, int partition)
{
	const int beyond = partition - shape->slots[0];

	if (beyond < 0)
		return partition * CONVOLVE_CELL;
	return shape->slots[0] * CONVOLVE_CELL + beyond * shape->size[1];
}

/* ---- not for the audio thread ---------------------------------------------------- */

/* Only one thread at a time may use FFTW's planner: the worker. ESTIMATE, so that the
 * same machine always computes the same. False if there is no memory. */
static inline bool convolve_plan(struct convolve_plans *plans)
{
	static const int sizes[CONVOLVE_SIZES] = { CONVOLVE_CELL, CONVOLVE_BLOCK,
						   CONVOLVE_BLOCK_LONG };
	const size_t bytes = 2 * CONVOLVE_BLOCK_LONG * sizeof(fftwf_complex);

	fftwf_complex *from = aligned_alloc(64, bytes);
	fftwf_complex *to = aligned_alloc(64, bytes);
	bool whole = from && to;

	for (int i = 0; whole && i < CONVOLVE_SIZES; i++) {
		plans->forward[i] = fftwf_plan_dft_1d(2 * sizes[i], from, to,
						      FFTW_FORWARD, FFTW_ESTIMATE);
		plans->inverse[i] = fftwf_plan_dft_1d(2 * sizes[i], from, to,
						      FFTW_BACKWARD, FFTW_ESTIMATE);
		whole = plans->forward[i] && plans->inverse[i];
	}
	free(from);
	free(to);
	return whole;
}

static inline void convolve_unplan(struct convolve_plans *plans)
{
	for (int i = 0; i < CONVOLVE_SIZES; i++) {
		if (plans->forward[i])
			fftwf_destroy_plan(plans->forward[i]);
		if (plans->inverse[i])
			fftwf_destroy_plan(plans->inverse[i]);
	}
}

/* ---- spectra --------------------------------------------------------------------- */

/* Two blocks of a pair of channels, one as real parts, or their spectrum. It also serves for
 * the spectrum's real parts, then, from CONVOLVE_IMAGINARY on, its imaginary ones, each with
 * room for its first one again at the end. */
typedef fftwf_complex convolve_pair[2 * CONVOLVE_BLOCK_LONG + CONVOLVE_CHUNK]
	__attribute__((aligned(64)));
enum { CONVOLVE_IMAGINARY = 2 * CONVOLVE_BLOCK_LONG + CONVOLVE_CHUNK };

/* A spectrum in memory: floats from a chunk to the next, and from a slot to its copy; 0: there
 * is none. */
struct convolve_place {
	float *at;
	size_t step, copy;
};

static inline struct convolve_place convolve_place(const struct convolve_shape *shape,
						   int layer, float *spectra, int slot,
						   bool twice)
{
	const size_t step = (size_t)shape->slots[layer] * CONVOLVE_SLOT;

	return (struct convolve_place) { spectra + slot * CONVOLVE_SLOT,
					 twice ? 2 * step : step, twice ? step : 0 };
}

/* One chunk of the spectrum of a real signal: the even or the odd part of the pair's. */
static inline void convolve_part(const float *re, const float *im,
				 const float *mirror_re, const float *mirror_im,
				 float sign, float *to)
{
	for (int i = 0; i < CONVOLVE_CHUNK; i++) {
		to[i] = 0.5f * (re[i] + mirror_re[-i]);
		to[CONVOLVE_CHUNK + i] = 0.5f * sign * (im[i] - mirror_im[-i]);
	}
}

static inline void convolve_store(const struct convolve_place *place, size_t chunk,
				  const float *from)
{
	float *to = place->at + chunk * place->step;

	memcpy(to, from, CONVOLVE_SLOT * sizeof(*to));
	if (place->copy)
		memcpy(to + place->copy, from, CONVOLVE_SLOT * sizeof(*to));
}

/* Two blocks of a pair of channels to the spectrum of each; b NULL: of one. Uses `time`
 * up. */
static inline void convolve_forward(const struct convolve_plans *plans,
				    const struct convolve_shape *shape, int layer,
				    convolve_pair time, const struct convolve_place *a,
				    const struct convolve_place *b)
{
	const int size = shape->size[layer];
	float *restrict re = time[0], *restrict im = time[0] + CONVOLVE_IMAGINARY,
			to[CONVOLVE_SLOT];

	convolve_pair bins;

	fftwf_execute_dft(plans->forward[convolve_transforms(shape, layer)], time,
			  bins);
	const float(*z)[2] = (const float(*)[2])bins;
	for (int k = 0; k < 2 * size; k++) {
		re[k] = z[k][0];
		im[k] = z[k][1];
	}
	re[2 * size] = re[0];
	im[2 * size] = im[0];
	for (int k = 0; k < size; k += CONVOLVE_CHUNK) {
		const size_t chunk = (size_t)(k / CONVOLVE_CHUNK);
		const int mirror = 2 * size - k;
		convolve_part(re + k, im + k, re + mirror, im + mirror, 1, to);
		if (k == 0) { /* bin 0 holds two real bins */
			to[0] = re[0];
			to[CONVOLVE_CHUNK] = re[size];
		}
		convolve_store(a, chunk, to);
		if (!b)
			continue;
		convolve_part(im + k, re + k, im + mirror, re + mirror, -1, to);
		if (k == 0) {
			to[0] = im[0];
			to[CONVOLVE_CHUNK] = im[size];
		}
		convolve_store(b, chunk, to);
	}
}

/* Spectra of one slot each to the pair's two blocks. */
static inline void convolve_inverse(const struct convolve_plans *plans,
				    const struct convolve_shape *shape, int layer,
				    const float *a, const float *b, convolve_pair time)
{
	const int size = shape->size[layer];

	float *restrict re = time[0], *restrict im = time[0] + CONVOLVE_IMAGINARY;

	convolve_pair bins;

	for (int k = 0; k < size; k += CONVOLVE_CHUNK) {
		const float *ar = a + 2 * k, *ai = ar + CONVOLVE_CHUNK;
		const float *br = b + 2 * k, *bi = br + CONVOLVE_CHUNK;
		const int mirror = 2 * size - k;
		for (int i = 0; i < CONVOLVE_CHUNK; i++) {
			re[k + i] = ar[i] - bi[i];
			im[k + i] = ai[i] + br[i];
		}
		for (int i = 0; i < CONVOLVE_CHUNK; i++) {
			re[mirror - i] = ar[i] + bi[i];
			im[mirror - i] = br[i] - ai[i];
		}
	}
	re[0] = a[0];
	im[0] = b[0];
	re[size] = a[CONVOLVE_CHUNK];
	im[size] = b[CONVOLVE_CHUNK];
	float(*z)[2] = (float(*)[2])bins;
	for (int k = 0; k < 2 * size; k++) {
		z[k][0] = re[k];
		z[k][1] = im[k];
	}
	fftwf_execute_dft(plans->inverse[convolve_transforms(shape, layer)], bins,
			  time);
}

/* The spectrum of a partition's taps, with zeros after the last. */
static inline void convolve_partition(const struct convolve_plans *plans,
				      const struct convolve_shape *shape,
				      struct convolve_kernel *kernel, int partition,
				      const float *taps)
{
	const int layer = partition >= shape->slots[0];
	const int size = shape->size[layer];

	convolve_pair time;

	memset(time, 0, 2 * (size_t)size * sizeof(*time));
	for (int i = 0; i < size; i++)
		time[i][0] = taps[i] / (float)(2 * size);
	const struct convolve_place to =
		convolve_place(shape, layer, kernel->spectra[layer],
			       layer ? partition - shape->slots[0] : partition, false);
	convolve_forward(plans, shape, layer, time, &to, NULL);
}

#endif
