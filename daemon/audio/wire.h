/* wire.h - what lies between nodes: sums and delays. Audio thread. */
#ifndef LATHE_AUDIO_WIRE_H
#define LATHE_AUDIO_WIRE_H

#include "modules/module.h"

/* Several sources into one; each is spread over, or cut to, the sum's channels. */
struct sum {
	int count;
	const float *const **in; /* [count][channels] */
};

/* A ring addressed by the frame counter: what was written at frame f lies at f & mask. */
struct delay {
	int frames;
	int channels;
	uint64_t mask;
	float *ring[CHANNELS_MAX];
};

/* Worker. */
struct delay *delay_create(struct arena *arena, int channels, int frames);

/* Audio: as the process() of a step. */
void sum_process(void *state, const struct piece *piece) REALTIME;
void delay_process(void *state, const struct piece *piece) REALTIME;
/* Does another line of the same signal remember enough, and little enough to copy at once? */
bool delay_fits(const struct delay *delay, const struct delay *old) REALTIME;
/* Takes over its last frames, on the grid line `frame`; false: it does not fit. */
bool delay_adopt(struct delay *delay, const struct delay *old, uint64_t frame) REALTIME;

#endif
