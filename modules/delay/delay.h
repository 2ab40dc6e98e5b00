/* delay.h - what delay's two files share: where the values are, and the handle. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DELAY_H
#define LATHE_DELAY_H

#include "dsp/crossfade.h"
#include "modules/module.h"

enum { DELAY_MS, DELAY_METRES, DELAY_FRAMES, DELAY_PARAMS };
enum { DELAY_METER_FRAMES };

#define DELAY_SECONDS_MAX 10.0
#define DELAY_SOUND_SPEED 343.0 /* m/s, air at 20 degrees */

/* Belongs to the node, not to a plan: a reload keeps ten seconds of programme. */
struct delay_line {
	int rate, channels;
	int mask; /* frames in a channel's ring, less one; a power of two */
	int fade_frames;
	int frames_max;
	bool started;
	int tap[2]; /* how far back each half reads */
	struct crossfade fade;
	uint32_t at; /* where the next frame is written */
	float *ring[CHANNELS_MAX];
};

#endif
