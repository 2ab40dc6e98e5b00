/* programme.h - programme, and what can go wrong with it, made of numbers: the same in every
 * run. A stretch of a kind follows another; time is in seconds. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TESTS_PROGRAMME_H
#define LATHE_TESTS_PROGRAMME_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "tests/support/random.h"

enum programme_kind {
	ZEROS,
	SPEECH, /* bursts of harmonics whose pitch moves, and breath; a voice in the middle */
	MUSIC, /* chords that change, wide */
	ROOM,  /* -70 dBFS, unrelated */
	SOFT,  /* music at -55 dBFS */
	LEFT,  /* music, the right channel at zero */
	MONO,  /* speech, both channels the same */
	INVERTED,
	APART,   /* correlation of about -0.6 */
	TONE,    /* 1 kHz, -20 dBFS */
	NOISE,   /* white, steady */
	LOOPED,  /* 1024 frames of music, again and again */
	BIASED,  /* music and a mean of 0.05 */
	CLIPPED, /* music, cut at full scale */
	HUM,     /* 50 Hz, -21 dBFS */
	PILOT,   /* 19 kHz, -20 dBFS */
	PROGRAMME_KINDS,
};

struct stretch {
	double until; /* seconds; the last one goes on for ever */
	enum programme_kind kind;
};

struct programme {
	const struct stretch *stretches;
	uint32_t seed;
	int rate;
	uint64_t frame;
	double phase[4], pitch[4], level;
	float loop[2][1024];
};

static inline void programme_start(struct programme *p, const struct stretch *stretches,
				   uint32_t seed, int rate)
{
	*p = (struct programme) { .stretches = stretches, .seed = seed, .rate = rate };
}

/* Every third of a second another pitch and level. */
static inline void programme_turn(struct programme *p)
{
	for (int k = 0; k < 4; k++)
		p->pitch[k] = 110.0 * exp2(random_noise(&p->seed) + k * 0.8);
	p->level = 0.12 + 0.1 * random_noise(&p->seed);
}

enum { PROGRAMME_WAVE = 4096 };

/* A wave with harmonics, by table: long programmes are made of it. */
static inline double programme_wave(double turns)
{
	static float wave[PROGRAMME_WAVE];
	static bool made;

	for (int i = 0; i < PROGRAMME_WAVE && !made; i++) {
		const double x = 2.0 * M_PI * i / PROGRAMME_WAVE;
		wave[i] = (float)(sin(x) + 0.5 * sin(2 * x) + 0.3 * sin(3 * x) +
				  0.2 * sin(5 * x));
	}
	made = true;
	return (double)wave[(int)(turns * PROGRAMME_WAVE) % PROGRAMME_WAVE];
}

static inline void programme_voices(struct programme *p, double voice[4])
{
	for (int k = 0; k < 4; k++) {
		p->phase[k] += p->pitch[k] / p->rate;
		p->phase[k] -= p->phase[k] >= 1.0;
		voice[k] = programme_wave(p->phase[k]);
	}
}

/* What a kind makes of music (l, r): time, speech, the other part of the music, noises. */
struct programme_parts {
	double t, said, narrow, breath, other;
};

static inline double programme_sine(const struct programme_parts *parts, double hz,
				    double gain)
{
	return gain * sin(2.0 * M_PI * hz * parts->t);
}

static inline void programme_steady(const struct programme *p, enum programme_kind kind,
				    const struct programme_parts *parts, double *l,
				    double *r)
{
	switch (kind) {
	case ZEROS:
		*l = *r = 0.0;
		break;
	case ROOM:
		*l = 3.9e-4 * parts->breath;
		*r = 3.9e-4 * parts->other;
		break;
	case NOISE:
		*l = 0.1 * parts->breath;
		*r = 0.1 * parts->other;
		break;
	case LOOPED:
		*l = (double)p->loop[0][p->frame % 1024];
		*r = (double)p->loop[1][p->frame % 1024];
		break;
	case TONE:
		*l = *r = programme_sine(parts, 1000.0, 0.1);
		break;
	case HUM:
		*l = *r = programme_sine(parts, 50.0, 0.0891);
		break;
	case PILOT:
	default:
		*l = *r = programme_sine(parts, 19000.0, 0.1);
	}
}

static inline void programme_kind(const struct programme *p, enum programme_kind kind,
				  const struct programme_parts *parts, double *l,
				  double *r)
{
	switch (kind) {
	case SPEECH:
		*l = parts->said + 2e-4 * parts->other;
		*r = parts->said - 2e-4 * parts->other;
		break;
	case SOFT:
		*l *= 0.012;
		*r *= 0.012;
		break;
	case LEFT:
		*r = 0.0;
		break;
	case MONO:
		*l = *r = parts->said;
		break;
	case INVERTED:
		*r = -*l;
		break;
	case APART:
		*r = -0.6 * *l + 0.56 * parts->narrow;
		break;
	case BIASED:
		*l += 0.05;
		*r += 0.05;
		break;
	case CLIPPED:
		*l = fmax(-1.0, fmin(1.0, 8.0 * *l));
		*r *= 8.0;
		break;
	case MUSIC:
		break;
	default:
		programme_steady(p, kind, parts, l, r);
	}
}

static inline void programme_frame(struct programme *p, enum programme_kind kind,
				   float frame[2])
{
	const double t = (double)p->frame / p->rate;
	const double breath = random_noise(&p->seed), other = random_noise(&p->seed);
	const double beat = fabs(fmod(3.4 * t, 2.0) - 1.0);
	double voice[4], l, r;

	if (p->frame % (uint64_t)(p->rate / 3) == 0)
		programme_turn(p);
	if (kind != ZEROS)
		programme_voices(p, voice);
	else
		memset(voice, 0, sizeof(voice));
	const double wide = p->level * (voice[0] + 0.6 * voice[1]) + 0.004 * breath;
	const double narrow = p->level * (voice[2] + 0.6 * voice[3]) + 0.004 * other;
	const double said = p->level * beat * (1.4 * voice[1] + 0.1 * breath);
	l = wide + 0.3 * narrow;
	r = 0.3 * wide + narrow;
	const struct programme_parts parts = { t, said, narrow, breath, other };
	programme_kind(p, kind, &parts, &l, &r);
	frame[0] = (float)l;
	frame[1] = (float)r;
	if (kind != LOOPED)
		for (int c = 0; c < 2; c++)
			p->loop[c][p->frame % 1024] = frame[c];
	p->frame++;
}

static inline void programme_fill(struct programme *p, float *left, float *right,
				  int frames)
{
	for (int n = 0; n < frames; n++) {
		float frame[2];
		while (p->stretches->until > 0 &&
		       (double)p->frame >= p->stretches->until * p->rate)
			p->stretches++;
		programme_frame(p, p->stretches->kind, frame);
		left[n] = frame[0];
		right[n] = frame[1];
	}
}

#endif
