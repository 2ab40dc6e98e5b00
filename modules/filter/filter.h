/* filter.h - what filter's two files share: where the values are, numbers and state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_FILTER_H
#define LATHE_FILTER_H

#include "dsp/cascade.h"
#include "dsp/crossfade.h"
#include "modules/module.h"

enum {
	FILTER_HIGH_PASS,
	FILTER_HIGH_PASS_FREQ,
	FILTER_LOW_PASS,
	FILTER_LOW_PASS_FREQ,
	FILTER_GUARD,
	FILTER_PARAMS
};
enum { FILTER_GUARD_OFF, FILTER_GUARD_15, FILTER_GUARD_16, FILTER_GUARD_20 };

/* The result of design(); equal serials mean equal numbers. */
struct filter_numbers {
	uint64_t serial;
	struct cascade cascade;
};

/* One setting. A change is a fade from one deck to the other. */
struct filter_deck {
	struct filter_numbers numbers;
	struct cascade_state state[CHANNELS_MAX];
};

struct filter {
	int rate, channels;
	bool started, cell_silent;
	struct crossfade fade;
	int guard_half; /* 0: no guard */
	float *guard;   /* taps from the middle outwards */
	/* Per channel: the guard's input, 2 * guard_half frames of the past first. */
	float *window[CHANNELS_MAX];
	struct filter_deck deck[2];
};

#endif
