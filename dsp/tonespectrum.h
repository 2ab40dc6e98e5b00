/* tonespectrum.h - the long-term spectrum of a programme in bands of 1/6 octave.
 *
 *   left + j right -> 4096 frames, Hann -> FFT, a few butterflies a frame -> bands -> mean
 *
 * A window's work is spread over the frames after it: all blocks cost the same. Only
 * some of the windows are used, which is enough for a mean over many seconds. The shape
 * of a window counts, not its level; a window that is silent, or 20 dB below the
 * programme, does not count. At 88.2 kHz and above, frames are averaged first.
 *
 * tonespectrum_init() runs on any thread, the rest on the audio thread.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DSP_TONESPECTRUM_H
#define LATHE_DSP_TONESPECTRUM_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
	TONESPECTRUM_ORDER = 12,
	TONESPECTRUM_FRAMES = 1 << TONESPECTRUM_ORDER,
	TONESPECTRUM_HALF = TONESPECTRUM_FRAMES / 2,
	TONESPECTRUM_BANDS = 60,
	TONESPECTRUM_WORK = 2, /* butterflies for each frame */
	TONESPECTRUM_BUTTERFLIES = TONESPECTRUM_ORDER * TONESPECTRUM_HALF,
};

/* Constant tables. */
struct tonespectrum_tables {
	float window[TONESPECTRUM_FRAMES];
	float cosine[TONESPECTRUM_FRAMES], sine[TONESPECTRUM_FRAMES]; /* at half + j */
	uint16_t place[TONESPECTRUM_FRAMES]; /* bits reversed */
	float edge[TONESPECTRUM_BANDS + 1];  /* in bins */
	float droop[TONESPECTRUM_BANDS];     /* of the averaging, as power */
	int decimation;
	double window_s; /* between two windows */
};

struct tonespectrum {
	float re[TONESPECTRUM_FRAMES], im[TONESPECTRUM_FRAMES];
	int filled, done; /* frames collected, butterflies done */
	int summed;       /* frames of a decimated one */
	float left, right;
	double level;                     /* of the programme, power */
	double share[TONESPECTRUM_BANDS]; /* of the power, each in 1/6 octave */
	double memory;                    /* windows in the mean */
	uint32_t windows;                 /* windows used since the start */
	bool counted;                     /* the newest one */
};

static inline double tonespectrum_hz(double band)
{
	return 20.0 * exp2(band / 6.0);
}

static inline void tonespectrum_init(struct tonespectrum_tables *t, int rate)
{
	t->decimation = rate < 64000 ? 1 : rate < 128000 ? 2 : 4;
	const double slow = (double)rate / t->decimation;
	const int n = TONESPECTRUM_FRAMES;
	for (int i = 0; i < n; i++) {
		unsigned place = 0;
		for (int bit = 0; bit < TONESPECTRUM_ORDER; bit++)
			place |= ((unsigned)i >> bit & 1)
				 << (TONESPECTRUM_ORDER - 1 - bit);
		t->place[i] = (uint16_t)place;
		t->window[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * i / n));
	}
	for (int half = 1; half < n; half *= 2)
		for (int j = 0; j < half; j++) {
			t->cosine[half + j] = (float)cos(M_PI * j / half);
			t->sine[half + j] = (float)-sin(M_PI * j / half);
		}
	for (int b = 0; b <= TONESPECTRUM_BANDS; b++) {
		const double bin = tonespectrum_hz(b - 0.5) * n / slow;
		t->edge[b] = (float)fmin(bin, TONESPECTRUM_HALF - 1);
	}
	for (int b = 0; b < TONESPECTRUM_BANDS; b++) {
		const double w = M_PI * tonespectrum_hz(b) / rate;
		const double box = sin(t->decimation * w) / (t->decimation * sin(w));
		t->droop[b] = (float)(1.0 / fmax(box * box, 0.1));
	}
	t->window_s = (n + (double)TONESPECTRUM_BUTTERFLIES / TONESPECTRUM_WORK) / slow;
}

static inline void tonespectrum_butterflies(struct tonespectrum *s,
					    const struct tonespectrum_tables *t,
					    int count)
{
	while (count > 0 && s->done < TONESPECTRUM_BUTTERFLIES) {
		const int stage = s->done / TONESPECTRUM_HALF;
		const int at = s->done % TONESPECTRUM_HALF, half = 1 << stage;
		const int j = at & (half - 1), rest = half - j;
		const int run = rest < count ? rest : count;
		const int low = ((at >> stage) << (stage + 1)) + j;
		float *re = s->re + low, *im = s->im + low;
		const float *c = t->cosine + half + j, *w = t->sine + half + j;
		for (int k = 0; k < run; k++) {
			const float a = re[half + k], b = im[half + k];
			float x = a * c[k], y = a * w[k];
			x -= b * w[k];
			y += b * c[k];
			re[half + k] = re[k] - x;
			im[half + k] = im[k] - y;
			re[k] += x;
			im[k] += y;
		}
		s->done += run;
		count -= run;
	}
}

/* Both channels' power in a bin, from the transform of left + j right. */
static inline double tonespectrum_bin(const struct tonespectrum *s, int k)
{
	const int m = (TONESPECTRUM_FRAMES - k) & (TONESPECTRUM_FRAMES - 1);
	double p = (double)s->re[k] * (double)s->re[k];

	p += (double)s->im[k] * (double)s->im[k];
	p += (double)s->re[m] * (double)s->re[m];
	p += (double)s->im[m] * (double)s->im[m];
	return p;
}

/* Band powers; bins that lie across an edge count in part. */
static inline double tonespectrum_bands(const struct tonespectrum *s,
					const struct tonespectrum_tables *t,
					double power[TONESPECTRUM_BANDS])
{
	double total = 0;

	for (int b = 0; b < TONESPECTRUM_BANDS; b++) {
		const double from = (double)t->edge[b], to = (double)t->edge[b + 1];
		double sum = 0;
		for (int k = (int)(from + 0.5); k <= (int)(to + 0.5); k++) {
			const double low = from > k - 0.5 ? from : k - 0.5;
			const double high = to < k + 0.5 ? to : k + 0.5;
			if (high > low)
				sum += tonespectrum_bin(s, k) * (high - low);
		}
		power[b] = sum * (double)t->droop[b];
		total += power[b];
	}
	return total;
}

/* The window's share in the mean; `longest` in windows, `silence` as a mean square. */
static inline void tonespectrum_close(struct tonespectrum *s,
				      const struct tonespectrum_tables *t,
				      double longest, double silence, bool hold)
{
	/* Sum over k of both halves, Hann's mean square of 3/8, four squares per bin pair. */
	const double scale =
		1.0 / (0.75 * TONESPECTRUM_FRAMES * (double)TONESPECTRUM_FRAMES);
	double power[TONESPECTRUM_BANDS];
	const double total = tonespectrum_bands(s, t, power);
	const double level = total * scale;

	s->counted = !hold && level > silence && level > 0.01 * s->level;
	s->windows++;
	s->filled = s->done = 0;
	if (level > silence)
		s->level += (level - s->level) * (level > s->level ? 0.5 : 0.05);
	if (!s->counted)
		return;
	s->memory = s->memory + 1 < longest ? s->memory + 1 : longest;
	for (int b = 0; b < TONESPECTRUM_BANDS; b++)
		s->share[b] += (power[b] / total - s->share[b]) / s->memory;
}

/* Takes frames of the programme. True: a window's transform is done; close it then, at
 * a frame that does not depend on how the audio is cut. */
static inline bool tonespectrum_run(struct tonespectrum *s,
				    const struct tonespectrum_tables *t,
				    const float *left, const float *right, int frames)
{
	int i = 0;

	for (; i < frames && s->filled < TONESPECTRUM_FRAMES; i++) {
		const float l = left[i] > -4 ? left[i] : -4;
		const float r = right[i] > -4 ? right[i] : -4;
		s->left += l < 4 ? l : 4;
		s->right += r < 4 ? r : 4;
		if (++s->summed < t->decimation)
			continue;
		const float scale = t->window[s->filled] / (float)t->decimation;
		const int place = t->place[s->filled++];
		s->re[place] = s->left * scale;
		s->im[place] = s->right * scale;
		s->left = s->right = 0;
		s->summed = 0;
	}
	tonespectrum_butterflies(s, t, (frames - i) * TONESPECTRUM_WORK);
	return s->done == TONESPECTRUM_BUTTERFLIES;
}

#endif
