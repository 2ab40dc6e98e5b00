/* slowfft.h - spectra that are computed a step at a time, so that no piece pays for one.
 *
 *   frames --window--> places in bit-reversed order --64 steps--> powers of 2048 lines
 *
 * 4096 real frames are a transform of 2048 complex ones, even frames real and odd ones
 * imaginary; the last steps take the two apart (Sorensen et al., Real-valued FFT, 1987).
 * While one buffer is filled, a second one is worked on: one step for every 64 frames. Audio
 * thread, but for slowfft_init(): worker. Plain data.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_SLOWFFT_H
#define LATHE_DSP_SLOWFFT_H

#include <math.h>
#include <stdint.h>

#include "dsp/vec.h"

enum {
	SLOWFFT_FRAMES = 4096,
	SLOWFFT_LINES = SLOWFFT_FRAMES / 2, /* line 0 is the mean */
	SLOWFFT_STEPS = 64,
	SLOWFFT_FOURS = 4, /* steps of the first two stages */
	SLOWFFT_PER_STAGE = 4,
	SLOWFFT_STAGES = 9, /* of half 4, 8 .. 1024 */
	SLOWFFT_PARTINGS = 16,
	/* Steps left to whoever reads the powers. */
	SLOWFFT_LEFT = SLOWFFT_STEPS - SLOWFFT_FOURS -
		       SLOWFFT_PER_STAGE * SLOWFFT_STAGES - SLOWFFT_PARTINGS,
};

struct slowfft_tables {
	float window[SLOWFFT_FRAMES]; /* Hann */
	/* exp(-i pi j / half) at [half + j]; half 2048 is for the parting. */
	float cosine[SLOWFFT_LINES * 2], sine[SLOWFFT_LINES * 2];
	uint16_t place[SLOWFFT_LINES]; /* the number's bits in reverse */
};

/* After the last parting re[] holds the powers of the lines. */
struct slowfft {
	float re[SLOWFFT_LINES], im[SLOWFFT_LINES];
};

/* Sum of the powers of noise or tones whose mean square is 1. */
static inline double slowfft_scale(void)
{
	return 0.1875 * SLOWFFT_FRAMES * (double)SLOWFFT_FRAMES;
}

static inline void slowfft_init(struct slowfft_tables *t)
{
	for (int i = 0; i < SLOWFFT_FRAMES; i++)
		t->window[i] =
			(float)(0.5 - 0.5 * cos(2.0 * M_PI * i / SLOWFFT_FRAMES));
	for (int half = 1; half <= SLOWFFT_LINES; half *= 2)
		for (int j = 0; j < half; j++) {
			t->cosine[half + j] = (float)cos(M_PI * j / half);
			t->sine[half + j] = (float)-sin(M_PI * j / half);
		}
	for (unsigned i = 0; i < SLOWFFT_LINES; i++) {
		unsigned place = 0;
		for (unsigned bit = 1; bit < SLOWFFT_LINES; bit *= 2)
			place = place * 2 + (i & bit ? 1 : 0);
		t->place[i] = (uint16_t)place;
	}
}

static inline void slowfft_fill_one(struct slowfft *f, const struct slowfft_tables *t,
				    int i, float x)
{
	float *to = i % 2 ? f->im : f->re;

	to[t->place[i / 2]] = x * t->window[i];
}

/* Frames `at`.. of the 4096. */
static inline void slowfft_fill(struct slowfft *f, const struct slowfft_tables *t,
				int at, const float *x, int frames)
{
	int n = 0;

	if (at % 2 && frames > 0) {
		slowfft_fill_one(f, t, at, x[0]);
		n = 1;
	}
	for (; n + 2 <= frames; n += 2) {
		const int place = t->place[(at + n) / 2];
		f->re[place] = x[n] * t->window[at + n];
		f->im[place] = x[n + 1] * t->window[at + n + 1];
	}
	if (n < frames)
		slowfft_fill_one(f, t, at + n, x[n]);
}

/* Stages of half 1 and 2, which multiply by 1 and -i only. */
static inline void slowfft_fours(struct slowfft *f, int first, int count)
{
	for (int g = first; g < first + count; g++) {
		float *re = f->re + 4 * g, *im = f->im + 4 * g;
		const float ar = re[0] + re[1], ai = im[0] + im[1];
		const float br = re[0] - re[1], bi = im[0] - im[1];
		const float cr = re[2] + re[3], ci = im[2] + im[3];
		const float dr = re[2] - re[3], di = im[2] - im[3];
		re[0] = ar + cr;
		im[0] = ai + ci;
		re[2] = ar - cr;
		im[2] = ai - ci;
		re[1] = br + di;
		im[1] = bi - dr;
		re[3] = br - di;
		im[3] = bi + dr;
	}
}

/* Four floats, for the stage whose groups are shorter than a vector of eight. */
typedef float slowfft_four __attribute__((vector_size(16)));

/* `count` butterflies of one stage from the `first` one on, within one group of `half`. */
#define SLOWFFT_BUTTERFLIES(name, vector) \
	static inline void name(struct slowfft *f, const struct slowfft_tables *t, \
				int half, int base, int first, int count) \
	{ \
		const float *c = t->cosine + half + first, \
			    *s = t->sine + half + first; \
		float *re = f->re + base + first, *im = f->im + base + first; \
		for (int j = 0; j < count; \
		     j += (int)(sizeof(vector) / sizeof(float))) { \
			vector ar, ai, br, bi, vc, vs; \
			memcpy(&ar, re + j, sizeof(ar)); \
			memcpy(&ai, im + j, sizeof(ai)); \
			memcpy(&br, re + half + j, sizeof(br)); \
			memcpy(&bi, im + half + j, sizeof(bi)); \
			memcpy(&vc, c + j, sizeof(vc)); \
			memcpy(&vs, s + j, sizeof(vs)); \
			vector tr = br * vc, ti = br * vs; \
			tr = tr - bi * vs; \
			ti = ti + bi * vc; \
			br = ar - tr; \
			bi = ai - ti; \
			ar = ar + tr; \
			ai = ai + ti; \
			memcpy(re + half + j, &br, sizeof(br)); \
			memcpy(im + half + j, &bi, sizeof(bi)); \
			memcpy(re + j, &ar, sizeof(ar)); \
			memcpy(im + j, &ai, sizeof(ai)); \
		} \
	}
SLOWFFT_BUTTERFLIES(slowfft_fours_of, slowfft_four)
SLOWFFT_BUTTERFLIES(slowfft_vectors_of, vf)

static inline void slowfft_butterflies(struct slowfft *f,
				       const struct slowfft_tables *t, int half,
				       int base, int first, int count)
{
	if (half < VEC_FLOATS)
		slowfft_fours_of(f, t, half, base, first, count);
	else
		slowfft_vectors_of(f, t, half, base, first, count);
}

/* A quarter of the stage's 1024 butterflies. */
static inline void slowfft_stage(struct slowfft *f, const struct slowfft_tables *t,
				 int half, int part)
{
	enum { COUNT = SLOWFFT_LINES / 2 / SLOWFFT_PER_STAGE };
	const int from = part * COUNT;
	if (half >= COUNT) {
		slowfft_butterflies(f, t, half, from / half * 2 * half, from % half,
				    COUNT);
		return;
	}
	for (int done = from; done < from + COUNT; done += half)
		slowfft_butterflies(f, t, half, done * 2, 0, half);
}

/* Lines k and 2048 - k, for k = first.. at most 1024, become powers. */
static inline void slowfft_part(struct slowfft *f, const struct slowfft_tables *t,
				int first, int count)
{
	const float *c = t->cosine + SLOWFFT_LINES, *s = t->sine + SLOWFFT_LINES;
	float low[SLOWFFT_LINES / 2 / SLOWFFT_PARTINGS];
	float high[SLOWFFT_LINES / 2 / SLOWFFT_PARTINGS];

	for (int i = 0; i < count; i++) {
		const int k = first + i, m = SLOWFFT_LINES - k;
		const float er = f->re[k] + f->re[m], ei = f->im[k] - f->im[m];
		const float or = f->im[k] + f->im[m], oi = f->re[m] - f->re[k];
		const float pr = or *c[k], pi = or *s[k];
		const float tr = pr - oi * s[k];
		const float ti = pi + oi * c[k];
		const float lr = er + tr, li = ei + ti, hr = er - tr, hi = ei - ti;
		low[i] = 0.25f * (lr * lr + li * li);
		high[i] = 0.25f * (hr * hr + hi * hi);
	}
	for (int i = 0; i < count; i++) {
		f->re[first + i] = low[i];
		f->re[SLOWFFT_LINES - first - i] = high[i];
	}
}

/* Step 0.. of the work; what is left is SLOWFFT_LEFT steps. A mean leaks into two lines
 * beside line 0: all three are cleared. */
static inline void slowfft_step(struct slowfft *f, const struct slowfft_tables *t,
				int step)
{
	enum {
		GROUPS = SLOWFFT_LINES / 4 / SLOWFFT_FOURS,
		PAIRS = SLOWFFT_LINES / 2 / SLOWFFT_PARTINGS,
		MIDDLE = SLOWFFT_PER_STAGE * SLOWFFT_STAGES,
	};
	if (step < SLOWFFT_FOURS) {
		slowfft_fours(f, step * GROUPS, GROUPS);
		return;
	}
	step -= SLOWFFT_FOURS;
	if (step < MIDDLE) {
		slowfft_stage(f, t, 4 << step / SLOWFFT_PER_STAGE,
			      step % SLOWFFT_PER_STAGE);
		return;
	}
	step -= MIDDLE;
	if (step < SLOWFFT_PARTINGS)
		slowfft_part(f, t, 1 + step * PAIRS, PAIRS);
	if (step == SLOWFFT_PARTINGS - 1)
		f->re[0] = f->re[1] = f->re[2] = 0.0f;
}

#endif
