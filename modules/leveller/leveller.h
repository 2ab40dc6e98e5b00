/* leveller.h - what the leveller's two halves share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LEVELLER_H
#define LATHE_LEVELLER_H

#include "dsp/kweight.h"
#include "modules/leveller/ride.h"
#include "modules/module.h"

enum leveller_param {
	LEVELLER_TARGET,
	LEVELLER_MODE,
	LEVELLER_SPEED,
	LEVELLER_BOOST,
	LEVELLER_CUT,
	LEVELLER_SILENCE,
	LEVELLER_HOLD,
	LEVELLER_NEXT,
	LEVELLER_LOOKAHEAD,
	LEVELLER_PARAMS,
};

enum leveller_meter {
	LEVELLER_GAIN,
	LEVELLER_IN,
	LEVELLER_OUT,
	LEVELLER_REASON,
	LEVELLER_METERS,
};

enum {
	LEVELLER_BINS_AHEAD = 40, /* in the longest look-ahead */
	LEVELLER_GAINS = 64,      /* a ring, for the lowest of them */
};

struct leveller {
	bool warm;
	int channels;
	int bin_frames, bin_filled;
	int lookahead; /* frames */
	int ahead;     /* whole bins in it */
	float nexts;   /* triggers seen */
	double weight[CHANNELS_MAX];
	struct kweight filter;
	struct kweight_state state[CHANNELS_MAX / KWEIGHT_LANES];
	double energy[CHANNELS_MAX];
	struct rider rider;
	/* Gains of the newest bins in log2 units; the last three that were applied. */
	float gain[LEVELLER_GAINS], applied[3];
	float in, out; /* short-term, LUFS */
	uint64_t next_frame;
	uint32_t ring_mask;
	float *ring[CHANNELS_MAX]; /* the look-ahead; not part of what adopt() copies */
};

#endif
