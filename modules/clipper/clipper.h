/* clipper.h - what clipper's two files share: where the values are, and the state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_CLIPPER_H
#define LATHE_CLIPPER_H

#include "dsp/crossfade.h"
#include "dsp/oversample.h"
#include "modules/module.h"

enum { CLIPPER_GAIN, CLIPPER_CEILING, CLIPPER_KNEE, CLIPPER_PARAMS };
enum { CLIPPER_METER_GR, CLIPPER_METER_CLIPPED };
enum { CLIPPER_DELAY = 128, CLIPPER_STAGES = 3 /* of oversampling, at 48 kHz */ };

/* The result of design(): the curve bends between `start` and start + width. */
struct clipper_numbers {
	float gain, ceiling;
	double start, width;
};

struct clipper_channel {
	struct oversample oversample;
};

/* One complete setting; there are two, to fade from one to the other. */
struct clipper_half {
	struct clipper_numbers numbers;
	struct clipper_channel channel[CHANNELS_MAX];
};

struct clipper {
	struct oversample_design design;
	int fade_frames;
	bool started;
	struct crossfade fade;
	struct clipper_half half[2];
	float dry[CHANNELS_MAX][CLIPPER_DELAY];
};

#endif
