/* sensesums.h - sums over bins of 10 ms of up to three inputs side by side.
 *
 *   input, channel --lane--> band 300..3000 Hz --> squares
 *                      '---> squares, sides, products of inputs
 *                      '---> boxes of 1/4000 s (a low-pass of about 2 kHz) --> correlation, mean
 *
 * A lane is a channel of an input: the recursion of a filter takes as long for eight as for
 * one. Each lane adds frame after frame, so pieces of any length give the same sums. Audio
 * thread; plain data.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_SENSESUMS_H
#define LATHE_DSP_SENSESUMS_H

#include <math.h>
#include <stdbool.h>

#include "dsp/vec.h"

enum {
	SENSE_INPUTS = 3,
	SENSE_CHANNELS = 8, /* of each */
	SENSE_SIDE = 4,     /* lanes of one channel: an input each, one unused */
	SENSE_LANES = 2 * SENSE_SIDE,
	SENSE_PAIRS = SENSE_CHANNELS / 2,
	SENSE_PIECE = 64,
#if VEC_BYTES >= 32
	SENSE_VECTORS = 1,
#else
	SENSE_VECTORS = 2,
#endif
};

/* Two channels of all inputs: left 0..3, right 4..7. */
typedef float sense_vec __attribute__((vector_size(32 / SENSE_VECTORS)));

/* A section in state-space form, as Simper's SVF makes it: exact for corners far below the
 * rate, in float. https://cytomic.com/files/dsp/SvfLinearTrapOptimised2.pdf */
struct sense_section {
	float a11, a12, b1, a21, a22, b2, c1, c2, d;
};

struct sense_band {
	struct sense_section high, low; /* passes above 300 Hz, below 3 kHz */
};

/* Of one bin and one pair of channels, by lane. */
struct sense_sums {
	float all[SENSE_LANES];     /* squares */
	float side[SENSE_LANES];    /* squares of left - right; lanes 0..3 */
	float between[SENSE_LANES]; /* products of inputs 0 1, 1 2, 2 0 */
	/* Of boxes: squares, left times right. */
	float box_squares[SENSE_LANES], box_products[SENSE_LANES];
};

struct sense_pair {
	float high1[SENSE_LANES], high2[SENSE_LANES];
	float low1[SENSE_LANES], low2[SENSE_LANES];
	float filling[SENSE_LANES]; /* the box under way */
	float band[SENSE_LANES];    /* squares of the band, or of all */
	float box[SENSE_LANES];     /* sums of boxes */
	struct sense_sums sums;
};

/* Control thread. */
static inline struct sense_section sense_section(double corner_hz, int rate, bool high)
{
	const double g = tan(M_PI * fmin(corner_hz, 0.45 * rate) / rate), k = M_SQRT2;
	const double a1 = 1.0 / (1.0 + g * (g + k)), a2 = g * a1, a3 = g * a2;
	struct sense_section s = {
		.a11 = (float)(2.0 * a1 - 1.0),
		.a12 = (float)(-2.0 * a2),
		.b1 = (float)(2.0 * a2),
		.a21 = (float)(2.0 * a2),
		.a22 = (float)(1.0 - 2.0 * a3),
		.b2 = (float)(2.0 * a3),
		.c1 = (float)a2,
		.c2 = (float)(1.0 - a3),
		.d = (float)a3,
	};

	if (high) {
		s.c1 = (float)(-k * a1 - a2);
		s.c2 = (float)(k * a2 - 1.0 + a3);
		s.d = (float)(1.0 - k * a2 - a3);
	}
	return s;
}

static inline struct sense_band sense_band(int rate)
{
	return (struct sense_band) { sense_section(300.0, rate, true),
				     sense_section(3000.0, rate, false) };
}

/* Frames of a box. */
static inline int sense_box_frames(int rate)
{
	return rate / 4000 > 1 ? rate / 4000 : 1;
}

static inline sense_vec sense_load(const float *from)
{
	sense_vec v;
	memcpy(&v, from, sizeof(v));
	return v;
}

static inline void sense_store(float *to, sense_vec v)
{
	memcpy(to, &v, sizeof(v));
}

/* A section's numbers in every lane: the loop reads them whole. */
struct sense_numbers {
	sense_vec a11, a12, b1, a21, a22, b2, c1, c2, d;
};

static inline sense_vec sense_all(float x)
{
	return x - (sense_vec) { 0 };
}

static inline void sense_spread(struct sense_numbers *to,
				const struct sense_section *from)
{
	to->a11 = sense_all(from->a11);
	to->a12 = sense_all(from->a12);
	to->b1 = sense_all(from->b1);
	to->a21 = sense_all(from->a21);
	to->a22 = sense_all(from->a22);
	to->b2 = sense_all(from->b2);
	to->c1 = sense_all(from->c1);
	to->c2 = sense_all(from->c2);
	to->d = sense_all(from->d);
}

static inline sense_vec sense_filter(const struct sense_numbers *f, sense_vec x,
				     sense_vec *s1, sense_vec *s2)
{
	sense_vec y = f->d * x;
	sense_vec p = f->b1 * x, q = f->b2 * x;
	y = f->c1 * *s1 + y;
	p = f->a12 * *s2 + p;
	q = f->a22 * *s2 + q;
	y = f->c2 * *s2 + y;
	p = f->a11 * *s1 + p;
	q = f->a21 * *s1 + q;
	*s1 = p;
	*s2 = q;
	return y;
}

/* Each lane's next input, round in three. */
static inline sense_vec sense_next(sense_vec x)
{
#if VEC_BYTES >= 32
	return __builtin_shufflevector(x, x, 1, 2, 0, 3, 5, 6, 4, 7);
#else
	return __builtin_shufflevector(x, x, 1, 2, 0, 3);
#endif
}

/* The other channel of each lane. */
static inline void sense_swap(const sense_vec x[SENSE_VECTORS],
			      sense_vec y[SENSE_VECTORS])
{
#if VEC_BYTES >= 32
	y[0] = __builtin_shufflevector(x[0], x[0], 4, 5, 6, 7, 0, 1, 2, 3);
#else
	y[0] = x[1];
	y[1] = x[0];
#endif
}

/* A full box. */
static inline void sense_box(struct sense_pair *p)
{
	struct sense_sums *sums = &p->sums;

	sense_vec filling[SENSE_VECTORS];
	memcpy(filling, p->filling, sizeof(filling));
	memset(p->filling, 0, sizeof(p->filling));
	sense_vec other[SENSE_VECTORS];
	sense_swap(filling, other);
	for (int v = 0; v < SENSE_VECTORS; v++) {
		const int at = v * SENSE_LANES / SENSE_VECTORS;
		sense_store(p->box + at, sense_load(p->box + at) + filling[v]);
		sense_store(sums->box_squares + at,
			    filling[v] * filling[v] +
				    sense_load(sums->box_squares + at));
		sense_store(sums->box_products + at,
			    filling[v] * other[v] +
				    sense_load(sums->box_products + at));
	}
}

/* What a stretch without a full box adds. `speech` is constant where this is called. */
static inline __attribute__((always_inline)) void
sense_stretch(struct sense_pair *p, const struct sense_numbers band[2],
	      float (*x)[SENSE_LANES], int frames, const bool speech)
{
	enum { N = SENSE_VECTORS, STEP = SENSE_LANES / SENSE_VECTORS };
	sense_vec h1[N], h2[N], l1[N], l2[N], filling[N], squares[N], all[N],
		between[N];
	sense_vec side = sense_load(p->sums.side);
	for (int v = 0; v < N; v++) {
		h1[v] = sense_load(p->high1 + v * STEP);
		h2[v] = sense_load(p->high2 + v * STEP);
		l1[v] = sense_load(p->low1 + v * STEP);
		l2[v] = sense_load(p->low2 + v * STEP);
		filling[v] = sense_load(p->filling + v * STEP);
		squares[v] = sense_load(p->band + v * STEP);
		all[v] = sense_load(p->sums.all + v * STEP);
		between[v] = sense_load(p->sums.between + v * STEP);
	}
	for (int n = 0; n < frames; n++) {
		sense_vec in[N], other[N];
		for (int v = 0; v < N; v++) {
			in[v] = sense_load(x[n] + v * STEP);
			filling[v] += in[v];
			all[v] = in[v] * in[v] + all[v];
			between[v] = in[v] * sense_next(in[v]) + between[v];
			if (!speech)
				continue;
			sense_vec y = sense_filter(&band[0], in[v], &h1[v], &h2[v]);
			y = sense_filter(&band[1], y, &l1[v], &l2[v]);
			squares[v] = y * y + squares[v];
		}
		sense_swap(in, other);
		side = (in[0] - other[0]) * (in[0] - other[0]) + side;
	}
	sense_store(p->sums.side, side);
	for (int v = 0; v < N; v++) {
		sense_store(p->high1 + v * STEP, h1[v]);
		sense_store(p->high2 + v * STEP, h2[v]);
		sense_store(p->low1 + v * STEP, l1[v]);
		sense_store(p->low2 + v * STEP, l2[v]);
		sense_store(p->filling + v * STEP, filling[v]);
		sense_store(p->band + v * STEP, speech ? squares[v] : all[v]);
		sense_store(p->sums.all + v * STEP, all[v]);
		sense_store(p->sums.between + v * STEP, between[v]);
	}
}

/* x[frame][lane]. `filled`: frames that the box under way already has, 0..box - 1. */
static inline void sense_walk(struct sense_pair *p, const struct sense_band *band,
			      bool speech, float (*x)[SENSE_LANES], int frames,
			      int filled, int box)
{
	struct sense_numbers numbers[2];

	sense_spread(&numbers[0], &band->high);
	sense_spread(&numbers[1], &band->low);
	for (int done = 0; done < frames;) {
		const int left = box - filled;
		const int n = frames - done < left ? frames - done : left;
		if (speech)
			sense_stretch(p, numbers, x + done, n, true);
		else
			sense_stretch(p, numbers, x + done, n, false);
		done += n;
		filled += n;
		if (filled < box)
			continue;
		sense_box(p);
		filled = 0;
	}
}

#endif
