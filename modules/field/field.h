/* field.h - where the values and meters of the stereo field are. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_FIELD_H
#define LATHE_FIELD_H

#include "dsp/bands.h"
#include "modules/module.h"

enum field_param { FIELD_TIME, FIELD_CLEAR, FIELD_PARAMS };

enum field_time { TIME_35MS, TIME_FAST, TIME_SLOW, TIME_10S, TIME_INFINITE };

enum { FIELD_POINTS = 128, FIELD_PICTURES = 25 /* a second */ };

/* First slots of the meters. */
enum field_meter {
	FIELD_MID = 0,
	FIELD_SIDE = BANDS_THIRDS,
	FIELD_CORRELATION = 2 * BANDS_THIRDS,
	FIELD_MONO_LOSS = 3 * BANDS_THIRDS,
	FIELD_GAIN = 4 * BANDS_THIRDS,
	FIELD_POINT,
	FIELD_SLOTS = FIELD_POINT + 2 * FIELD_POINTS
};

#define FIELD_FLOOR (-100.0f) /* dB; silence, and nothing left in mono */
#define FIELD_GAIN_MAX 60.0f  /* dB */

#endif
