/* listening.h - what the leveller hears of its input, whatever the mode. Audio thread.
 *
 * Each bin of 10 ms brings the loudness of windows that end with it; each 50 ms bring what
 * takes seconds to tell: whether the level lives, sinks, stays or fell at once.
 *
 * Loudness is that of ITU-R BS.1770, in LUFS. Power is counted in integers, summed since
 * the beginning: a window is the difference of two sums, exact however long it runs. What
 * was before the beginning counts as silence.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LEVELLER_LISTENING_H
#define LATHE_LEVELLER_LISTENING_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define BIN_S 0.01
#define LOOK_S 0.05
#define LUFS_FLOOR (-100.0)

enum {
	BINS_EACH_LOOK = 5,
	BINS_MOMENTARY = 40,
	BINS_SHORT_TERM = 300,
	SUMS = 512,         /* a ring of more than 3 s */
	LOOKS = 160,        /* 8 s */
	FLICKER_LOOKS = 40, /* 2 s */
	FALL_LOOKS = 80,    /* 4 s: a fade is told from a phrase in it */
	PLATEAU_LOOKS = 50,
	SECOND_LOOKS = 20,
};

/* Sums of power since the beginning, in units of 2^-42; they may wrap. */
struct sums {
	uint64_t total, ring[SUMS];
};

/* Levels of the last 8 s. Each is written twice, so that any stretch lies in one piece. */
struct looks {
	float at[2 * LOOKS];
};

struct listening {
	uint64_t bins;
	struct sums power;
	double momentary, tenth, bin; /* LUFS of 0.4 s, 0.1 s, and the last bin */
	double one, two;              /* LUFS of 1 s and 2 s */
	struct looks ones, twos;
	/* Mean step between the loudness of successive 50 ms over 2 s, dB: pink noise 0.2
	 * however slowly it breathes, music 0.3 to 4, speech 3 to 9. */
	double flicker;
	double fifty;               /* LUFS of the last 50 ms */
	float steps[FLICKER_LOOKS]; /* below zero: out of silence or into it */
	/* The loudest 2 s of the last 4 s, and whether it lies under the 4 s before. */
	double top;
	bool sinks;
	/* 1 s loudness within 6 LU for 2.5 s, and no lower than it was: no fall any more. */
	double best; /* loudest 1 s of the 2.5 s */
	bool plateau;
	/* Every second of some before lies `drop` LU over all of the last 1.8 s. */
	double wall,
		drop; /* the quietest of those seconds; below zero while it falls on */
	bool stays; /* after such a fall: the last second is as loud as those before */
	bool grows; /* 1 s loudness is well over that of 2 s ago */
};

static inline double bound(double x, double low, double high)
{
	return x < low ? low : x > high ? high : x;
}

static inline double higher(double a, double b)
{
	return a > b ? a : b;
}

static inline double lower(double a, double b)
{
	return a < b ? a : b;
}

static inline double loudness_of(double power)
{
	return power > 1e-10 ? -0.691 + 4.3429448190325182 * log(power) : LUFS_FLOOR;
}

static inline double power_of(double lufs)
{
	return exp((lufs + 0.691) * 0.23025850929940457);
}

/* ---- sums and looks ------------------------------------------------------------------ */

#define SUMS_UNIT 0x1p-42

static inline void sums_add(struct sums *s, uint64_t bins, double power)
{
	s->total += (uint64_t)(power * (1 / SUMS_UNIT));
	s->ring[bins % SUMS] = s->total;
}

/* Mean power of the `count` bins that end with bin `bins`. */
static inline double sums_mean(const struct sums *s, uint64_t bins, uint64_t count)
{
	const uint64_t sum = s->ring[bins % SUMS] - s->ring[(bins - count) % SUMS];

	return (double)sum * SUMS_UNIT / (double)count;
}

static inline void looks_add(struct looks *l, uint64_t look, double level)
{
	l->at[look % LOOKS] = l->at[look % LOOKS + LOOKS] = (float)level;
}

/* The level `ago` looks before the last. */
static inline double looks_ago(const struct looks *l, uint64_t look, uint32_t ago)
{
	return (double)l->at[look % LOOKS + LOOKS - ago];
}

/* Four at a time: a maximum of one chain waits for itself. */
static inline double looks_high(const struct looks *l, uint64_t look, uint32_t ago,
				int count)
{
	const float *from = l->at + look % LOOKS + LOOKS - ago - (count - 1);
	float most[4] = { from[0], from[0], from[0], from[0] };
	int i = 0;

	for (; i + 4 <= count; i += 4)
		for (int k = 0; k < 4; k++)
			most[k] = from[i + k] > most[k] ? from[i + k] : most[k];
	for (; i < count; i++)
		most[0] = from[i] > most[0] ? from[i] : most[0];
	const float a = most[0] > most[1] ? most[0] : most[1];
	const float b = most[2] > most[3] ? most[2] : most[3];
	return (double)(a > b ? a : b);
}

static inline double looks_low(const struct looks *l, uint64_t look, uint32_t ago,
			       int count)
{
	const float *from = l->at + look % LOOKS + LOOKS - ago - (count - 1);
	float least[4] = { from[0], from[0], from[0], from[0] };
	int i = 0;

	for (; i + 4 <= count; i += 4)
		for (int k = 0; k < 4; k++)
			least[k] = from[i + k] < least[k] ? from[i + k] : least[k];
	for (; i < count; i++)
		least[0] = from[i] < least[0] ? from[i] : least[0];
	const float a = least[0] < least[1] ? least[0] : least[1];
	const float b = least[2] < least[3] ? least[2] : least[3];
	return (double)(a < b ? a : b);
}

/* ---- what takes seconds to tell ------------------------------------------------------ */

static inline void listening_flicker(struct listening *l, uint64_t look, double silence)
{
	enum { STEPS_MIN = 8 };
	const double now = loudness_of(sums_mean(&l->power, l->bins, BINS_EACH_LOOK));
	const bool sound = now > silence && l->fifty > silence;
	const double step = lower(fabs(now - l->fifty), 6.0);
	l->steps[look % FLICKER_LOOKS] = sound ? (float)step : -1.0f;
	l->fifty = now;
	float sum = 0;
	int count = 0;
	for (int i = 0; i < FLICKER_LOOKS; i++) {
		sum += l->steps[i] > 0 ? l->steps[i] : 0;
		count += l->steps[i] >= 0;
	}
	l->flicker = (double)sum / (count > STEPS_MIN ? count : STEPS_MIN);
}

static inline void listening_tops(struct listening *l, uint64_t look)
{
	const double trend = 2.5; /* LU */

	l->top = looks_high(&l->twos, look, 0, FALL_LOOKS);
	l->sinks = l->top < looks_high(&l->twos, look, FALL_LOOKS, FALL_LOOKS) - trend;
}

static inline void listening_plateau(struct listening *l, uint64_t look)
{
	const double range = 6.0; /* LU */
	const double now = looks_ago(&l->ones, look, 0);
	const double worst = looks_low(&l->ones, look, 0, PLATEAU_LOOKS);

	l->best = looks_high(&l->ones, look, 0, PLATEAU_LOOKS);
	l->plateau = now >= looks_ago(&l->ones, look, PLATEAU_LOOKS) &&
		     l->best - worst <= range;
	l->grows = now > looks_ago(&l->ones, look, 2 * SECOND_LOOKS) + 1.5;
}

static inline void listening_fall(struct listening *l, uint64_t look)
{
	enum { AFTER = 16, BEFORE = 56 }; /* looks: 0.8 s and 2.8 s */
	const double now = looks_ago(&l->ones, look, 0);
	const double after = looks_high(&l->ones, look, 0, AFTER);
	l->wall = looks_low(&l->ones, look, 2 * SECOND_LOOKS, BEFORE);
	l->drop = now > after - 1.5 ? l->wall - after : -1.0;
	l->stays = now > after - 2.5;
}

/* A bin of this K-weighted power, summed over the channels. The seldom parts take turns,
 * so that no bin is much dearer than another. */
static inline void listening_add(struct listening *l, double power, double silence)
{
	l->bins++;
	sums_add(&l->power, l->bins, power);
	l->bin = loudness_of(power);
	l->momentary = loudness_of(sums_mean(&l->power, l->bins, BINS_MOMENTARY));
	l->tenth = loudness_of(sums_mean(&l->power, l->bins, 10));
	l->one = loudness_of(sums_mean(&l->power, l->bins, 100));
	l->two = loudness_of(sums_mean(&l->power, l->bins, 200));
	const uint64_t look = l->bins / BINS_EACH_LOOK;
	switch (l->bins % BINS_EACH_LOOK) {
	case 0:
		looks_add(&l->ones, look, l->one);
		looks_add(&l->twos, look, l->two);
		listening_flicker(l, look, silence);
		break;
	case 1:
		listening_tops(l, look);
		break;
	case 2:
		listening_plateau(l, look);
		break;
	case 3:
		listening_fall(l, look);
		break;
	default:
		break;
	}
}

/* As endless silence leaves it. */
static inline void listening_init(struct listening *l)
{
	l->momentary = l->tenth = l->bin = l->one = l->two = LUFS_FLOOR;
	l->fifty = l->top = l->best = l->wall = LUFS_FLOOR;
	l->plateau = l->stays = true;
	for (int i = 0; i < 2 * LOOKS; i++)
		l->ones.at[i] = l->twos.at[i] = (float)LUFS_FLOOR;
	for (int i = 0; i < FLICKER_LOOKS; i++)
		l->steps[i] = -1;
}

#endif
