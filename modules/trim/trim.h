/* trim.h - what trim's two files share: where the values are, and the state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TRIM_H
#define LATHE_TRIM_H

#include "dsp/smooth.h"
#include "modules/module.h"

enum { TRIM_GAIN, TRIM_BALANCE, TRIM_SWAP, TRIM_DC_BLOCK, TRIM_POLARITY };

struct trim {
	int rate;
	bool started;
	/* The gain of each output's own input; of the first two, also the other's. */
	struct smooth own[CHANNELS_MAX], other[2];
	double blocker_rate;     /* of its low-pass, per frame */
	int warm;                /* frames that it has run */
	struct smooth blocker;   /* 0: off, 1: on */
	double dc[CHANNELS_MAX]; /* what the blocker removes */
};

#endif
