/* deesser.h - what the de-esser's two files share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DEESSER_H
#define LATHE_DEESSER_H

#include "dsp/crossfade.h"
#include "dsp/gain.h"
#include "modules/module.h"

enum deesser_param {
	DEESSER_MODE,
	DEESSER_FREQ,
	DEESSER_WIDTH,
	DEESSER_THRESHOLD,
	DEESSER_RANGE,
	DEESSER_ATTACK,
	DEESSER_RELEASE,
	DEESSER_LISTEN,
	DEESSER_PARAMS,
};

enum deesser_mode { DEESSER_SPLIT, DEESSER_WIDE };
enum { DEESSER_LANES = 2, DEESSER_PAIRS = CHANNELS_MAX / DEESSER_LANES };

/* What design() makes of the values; levels in log2 units. */
struct deesser_numbers {
	uint64_t serial;      /* of the values */
	double a1, a2, a3, k; /* the band-pass, a state-variable filter */
	struct ballistics speed;
	float threshold, range;
	int32_t wide, listen;
};

/* Two band-passes in series; split mode turns down the output of the first. */
struct deesser_filter {
	double memory[2][2][DEESSER_LANES];
};

/* One set of values with its memory. */
struct deesser_half {
	struct deesser_numbers numbers;
	struct deesser_filter filter[DEESSER_PAIRS];
	double band_power, reduction;
};

struct deesser {
	bool warm;
	int rate, channels;
	/* Share of a frame in the mean of 2 ms, of 10 ms, and of the programme, which grows. */
	double quick, middle, share;
	double now_power, programme_power;
	int age; /* frames heard, up to the programme's memory */
	struct crossfade fade;
	struct deesser_half half[2];
};

#endif
