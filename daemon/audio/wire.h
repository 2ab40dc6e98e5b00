/* wire.h - sums and delays between nodes. Audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_AUDIO_WIRE_H
#define LATHE_AUDIO_WIRE_H

#include "modules/module.h"

/* A sum of several sources; a mono source feeds all channels, extra channels are left
 * out. */
struct sum {
	int count;
	const float *const **in; /* [count][channels] */
};

/* A ring addressed by the frame counter: the sample of frame f is at f & mask. */
struct delay {
	int frames;
	int channels;
	uint64_t mask;
	float *ring[CHANNELS_MAX];
};

/* Worker thread. */
struct delay *delay_create(struct arena *arena, int channels, int frames);

/* Audio thread: the process() of a step. */
void sum_process(void *state, const struct piece *piece) REALTIME;
void delay_process(void *state, const struct piece *piece) REALTIME;
/* Whether another delay of the same signal has enough memory, and is small enough to
 * copy. */
bool delay_fits(const struct delay *delay, const struct delay *old) REALTIME;
/* Takes over its last frames, on the grid line `frame`. False: they do not fit. */
bool delay_adopt(struct delay *delay, const struct delay *old, uint64_t frame) REALTIME;

#endif
