/* stereo.h - what stereo's two files share: the values' places, numbers, the state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_STEREO_H
#define LATHE_STEREO_H

#include "dsp/cascade.h"
#include "dsp/crossfade.h"
#include "modules/module.h"

enum {
	STEREO_WIDTH,
	STEREO_WIDTH_LOW,
	STEREO_WIDTH_MID,
	STEREO_WIDTH_HIGH,
	STEREO_CROSS_LOW,
	STEREO_CROSS_HIGH,
	STEREO_BASS_MONO,
	STEREO_BASS_FREQ,
	STEREO_BASS_SLOPE,
	STEREO_ROTATION,
	STEREO_BALANCE,
	STEREO_MONO,
	STEREO_PARAMS
};
enum { STEREO_METER_BEFORE, STEREO_METER_AFTER };

struct stereo_numbers {
	uint64_t serial;     /* of the side's sections */
	struct cascade side; /* width of the bands, bass mono */
	double width;        /* of the whole */
	double matrix[2][2]; /* rotation, balance, mono */
};

struct stereo_deck {
	uint64_t serial;
	struct cascade side;
	struct cascade_state state;
};

/* Sums of left^2, right^2 and left times right; of this grid cell and fading ones. */
struct stereo_sums {
	double cell[3], past[3];
};

struct stereo {
	int rate;
	bool started, cell_silent;
	double forget; /* share of past[] that stays after a cell */
	struct crossfade fade;
	struct stereo_deck deck[2];
	struct smooth width, matrix[2][2];
	struct stereo_sums before, after;
};

#endif
