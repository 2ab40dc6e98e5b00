/* multiband.h - the multiband compressor's state, numbers and the places of its params. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_MULTIBAND_H
#define LATHE_MULTIBAND_H

#include "dsp/crossover.h"
#include "dsp/gain.h"
#include "dsp/lowpass.h"
#include "dsp/quadrature.h"
#include "dsp/shelves.h"
#include "modules/module.h"

enum { BANDS_MAX = 5, SPLITS_MAX = BANDS_MAX - 1, LANES_MAX = CROSSOVER_LANES };

enum multiband_param { MULTIBAND_MODE, MULTIBAND_BANDS, MULTIBAND_PARAMS };

enum multiband_row {
	BAND_THRESHOLD,
	BAND_RATIO,
	BAND_KNEE,
	BAND_ATTACK,
	BAND_RELEASE,
	BAND_RANGE,
	BAND_MAKEUP,
	BAND_WIDTH,
	BAND_SOLO,
	BAND_MUTE,
	BAND_OFF,
	BAND_ROWS,
};

/* Where groups begin: one frequency for each split, then the bands. */
enum {
	MULTIBAND_SPLITS = MULTIBAND_PARAMS,
	MULTIBAND_BAND = MULTIBAND_SPLITS + SPLITS_MAX,
	MULTIBAND_VALUES = MULTIBAND_BAND + BANDS_MAX * BAND_ROWS,
};

enum multiband_mode {
	MULTIBAND_TRANSPARENT,
	MULTIBAND_LR4,
	MULTIBAND_LR8,
	MULTIBAND_LINEAR,
};

/* The lowest crossover, Hz; the latency of linear phase follows from it. */
#define MULTIBAND_FREQ_MIN 30

/* What design() makes of the values; per lane, levels in log2 units. */
struct multiband_numbers {
	double attack[LANES_MAX], release[LANES_MAX]; /* share per frame */
	float threshold[LANES_MAX], slope[LANES_MAX], knee[LANES_MAX];
	float range[LANES_MAX];
	float straight[LANES_MAX]; /* gain after the reduction, of the same channel */
	float across[LANES_MAX];   /* of the other channel: width */
	float lift[LANES_MAX];     /* that gain in log2 units, mid and side apart */
	float side_lift[LANES_MAX];
	int bands;
	enum multiband_mode mode;
	bool wide;  /* any width but 100 % */
	bool apart; /* muted or soloed bands: transparent mode plays LR4 bands */
	struct crossover_design crossover;
	struct shelves_design shelves;
	struct lowpass_design lowpass[SPLITS_MAX];
};

/* A complete compressor with its memory. */
struct multiband_voice {
	float values[MULTIBAND_VALUES];
	struct multiband_numbers numbers;
	double reduction[LANES_MAX];
	struct crossover crossover[CHANNELS_MAX];
	struct shelves shelves[CHANNELS_MAX / 2];
	struct quadrature_lanes envelope;
	float power[LANES_MAX]; /* at the last piece's start */
	/* Linear phase only, of two channels each. */
	struct lowpass lowpass[CHANNELS_MAX / 2][SPLITS_MAX];
};

struct multiband_state {
	int rate, channels;
	bool started, changing;
	enum multiband_mode mode;
	int age, warm; /* frames since the change; how many of them are silent */
	int cold;      /* frames until a new plan's filters have settled */
	bool kept;     /* until then carried[] holds the reductions */
	/* The distance of the previous voice from its curve. */
	double carried[LANES_MAX];
	int carried_bands;
	struct quadrature_design quadrature;
	/* Linear phase only: the input, frames late, and its last frames. */
	int delay;
	uint32_t mask;
	lowpass_v *past[CHANNELS_MAX / 2];
	struct multiband_voice *voice, *next; /* heard; taking over while changing */
};

/* Frames that changed filters take to fill. */
static inline int multiband_fill(int rate)
{
	return rate * 12 / 125 / GRID_FRAMES * GRID_FRAMES;
}

/* Frames that a new plan's filters fill before its gains count. */
static inline int multiband_cold(int rate)
{
	return rate / 5 / GRID_FRAMES * GRID_FRAMES;
}

#endif
