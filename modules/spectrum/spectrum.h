/* spectrum.h - where the values and meters of the spectrum are. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SPECTRUM_H
#define LATHE_SPECTRUM_H

#include "dsp/bands.h"
#include "modules/module.h"

enum spectrum_param {
	SPECTRUM_OF,
	SPECTRUM_TIME,
	SPECTRUM_HOLD,
	SPECTRUM_TILT,
	SPECTRUM_SIXTHS,
	SPECTRUM_CLEAR,
	SPECTRUM_PARAMS
};

enum spectrum_of { OF_ALL, OF_MID, OF_SIDE, OF_LEFT, OF_RIGHT };

enum spectrum_time { TIME_35MS, TIME_FAST, TIME_SLOW, TIME_10S, TIME_INFINITE };

/* First slots of the meters. */
enum spectrum_meter {
	SPECTRUM_LEVEL = 0,
	SPECTRUM_PEAK = BANDS_THIRDS,
	SPECTRUM_SIXTH = 2 * BANDS_THIRDS,
	SPECTRUM_SLOTS = 2 * BANDS_THIRDS + BANDS_SIXTHS
};

#define SPECTRUM_FLOOR (-100.0f) /* dBFS; silence, and a band over half the rate */

#endif
