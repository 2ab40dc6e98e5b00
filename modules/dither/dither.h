/* dither.h - what dither's two files share: where the values are, and the state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DITHER_H
#define LATHE_DITHER_H

#include "modules/module.h"

enum { DITHER_BITS, DITHER_SHAPE, DITHER_BLACK, DITHER_PARAMS };
enum { DITHER_PLAIN, DITHER_GENTLE, DITHER_STRONG, DITHER_SHAPES };
enum { DITHER_METER_BLACK };
enum { DITHER_ORDER = 16 };

struct dither {
	double shape[DITHER_SHAPES]
		    [DITHER_ORDER]; /* for earlier errors, the newest first */
	int black_frames; /* frames of digital silence until the noise stops */
	int silent_frames;
	double error[CHANNELS_MAX]
		    [DITHER_ORDER]; /* in steps of the word, the newest first */
};

#endif
