/* saturator.h - what saturator's two files share: where the values are, and the state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_SATURATOR_H
#define LATHE_SATURATOR_H

#include "dsp/crossfade.h"
#include "dsp/oversample.h"
#include "modules/module.h"
#include "modules/saturator/match.h"

enum {
	SATURATOR_CURVE,
	SATURATOR_DRIVE,
	SATURATOR_BALANCE,
	SATURATOR_TONE,
	SATURATOR_RANGE,
	SATURATOR_LOW,
	SATURATOR_HIGH,
	SATURATOR_MIX,
	SATURATOR_LEVEL,
	SATURATOR_MATCH,
	SATURATOR_PARAMS,
};

enum { SATURATOR_TAPE, SATURATOR_TUBE };
enum { SATURATOR_FULL, SATURATOR_RANGE_LOW, SATURATOR_RANGE_MID, SATURATOR_RANGE_HIGH };
enum { SATURATOR_METER_MATCH, SATURATOR_METER_HARMONICS };

enum {
	SATURATOR_DELAY = 128,
	SATURATOR_FILTERS = 2,
	SATURATOR_STAGES = 2, /* of oversampling, at 48 kHz */
};

/* b0 + b1/z (+ b2/z^2) over 1 + a1/z (+ a2/z^2). */
struct saturator_shelf {
	double b0, b1, a1;
};

struct saturator_filter {
	double b0, b1, b2, a1, a2;
};

/* f(x) = scale (P(slope x + offset) - P(offset)), see saturator.c */
struct saturator_curve {
	float slope, offset, scale;
};

/* The result of design(). */
struct saturator_numbers {
	bool driven; /* or nothing is added */
	bool lopsided, match, emphasised;
	struct saturator_curve curve;
	float wet, level;
	int filters; /* 0: full range */
	struct saturator_shelf emphasis, inverse;
	struct saturator_filter filter[SATURATOR_FILTERS];
};

/* One channel of one half. */
struct saturator_channel {
	struct oversample oversample;
	double emphasis, inverse, blocker;
	double blocked; /* frames that the blocker has seen */
	double filter[SATURATOR_FILTERS][2];
};

/* One complete setting; there are two, to fade from one to the other. */
struct saturator_half {
	struct saturator_numbers numbers;
	struct saturator_channel channel[CHANNELS_MAX];
};

struct saturator {
	struct oversample_design design;
	double blocker_rate; /* per frame */
	int fade_frames, settle_frames;
	bool started, cell_silent;
	struct crossfade fade;
	struct saturator_half half[2];
	float dry[CHANNELS_MAX][SATURATOR_DELAY];
	struct match match;
};

#endif
