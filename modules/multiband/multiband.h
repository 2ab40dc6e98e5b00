/* multiband.h - the multiband compressor's state, numbers and the places of its params. */
#ifndef LATHE_MULTIBAND_H
#define LATHE_MULTIBAND_H

#include "dsp/crossover.h"
#include "dsp/gain.h"
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

enum multiband_mode { MULTIBAND_TRANSPARENT, MULTIBAND_LR4, MULTIBAND_LR8 };

/* What design() makes of the values; per lane, levels in log2 units. */
struct multiband_numbers {
	double attack[LANES_MAX], release[LANES_MAX]; /* share made in a frame */
	float threshold[LANES_MAX], slope[LANES_MAX], knee[LANES_MAX];
	float range[LANES_MAX];
	float straight[LANES_MAX]; /* gain after the reduction, from the same channel */
	float across[LANES_MAX];   /* from the other one: width */
	float lift[LANES_MAX];     /* that gain in log2 units, mid and side apart */
	float side_lift[LANES_MAX];
	int bands;
	bool transparent;
	bool wide;  /* any width but 100 % */
	bool apart; /* a band is muted or soloed: transparent mode splits after all */
	struct crossover_design crossover;
	struct shelves_design shelves;
};

/* A whole compressor with its memory. */
struct multiband_voice {
	float values[MULTIBAND_VALUES];
	struct multiband_numbers numbers;
	double reduction[LANES_MAX];
	struct crossover crossover[CHANNELS_MAX];
	struct shelves shelves[CHANNELS_MAX / 2];
	struct quadrature_lanes envelope;
};

struct multiband_state {
	int rate, channels;
	bool started, changing;
	int age, warm; /* frames since the change; of them unheard */
	/* Of the heard voice as the other becomes heard: reductions, levels. */
	double carried[LANES_MAX], level[LANES_MAX];
	struct quadrature_design quadrature;
	struct multiband_voice *voice, *next; /* heard; taking over while changing */
};

#endif
