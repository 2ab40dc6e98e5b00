/* tonematch.h - what tonematch's two files share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TONEMATCH_H
#define LATHE_TONEMATCH_H

#include "dsp/cascade.h"
#include "dsp/tonespectrum.h"
#include "modules/module.h"

enum tonematch_param {
	TONEMATCH_CURVE,
	TONEMATCH_FILE,
	TONEMATCH_AMOUNT,
	TONEMATCH_RANGE,
	TONEMATCH_TIME,
	TONEMATCH_SILENCE,
	TONEMATCH_HOLD,
	TONEMATCH_PARAMS,
};

enum { TONEMATCH_BANDS = 8, TONEMATCH_READY = 5 /* curves, the file beside them */ };

enum tonematch_meter {
	TONEMATCH_FROZEN,
	TONEMATCH_OFF,
	TONEMATCH_CORRECTION,
};

/* Computed once for a setup, in the plan's memory. */
struct tonematch_design {
	struct tonespectrum_tables tables;
	struct cascade bells;                             /* at +6 dB, d less 1 */
	float curve[TONEMATCH_READY][TONESPECTRUM_BANDS]; /* dB, any level */
	/* The weight of each band of the spectrum for a bell; each row sums to 1. */
	float view[TONEMATCH_BANDS][TONESPECTRUM_BANDS];
	/* Bells' gains that together make the wanted gains at their middles. */
	double apart[TONEMATCH_BANDS][TONEMATCH_BANDS];
};

struct tonematch {
	const struct tonematch_design *design;
	int rate, channels;
	float *curve; /* of the file; NULL: none */
	struct tonespectrum spectrum;
	struct cascade_state state[CHANNELS_MAX];
	double wanted[TONEMATCH_BANDS]; /* dB of each bell */
	/* Now, dB; the share of the bell that is heard, at this grid line and the next. */
	double gain[TONEMATCH_BANDS];
	double amount[TONEMATCH_BANDS], step[TONEMATCH_BANDS];
	bool moving, silent; /* silent: the grid cell so far */
	float off;           /* dB */
};

static inline double tonematch_hz(int band)
{
	return 60.0 * exp2(band * 1.1);
}

#endif
