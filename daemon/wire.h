/* wire.h - what lies between nodes: sums and delays. Audio thread. */
#ifndef LATHE_WIRE_H
#define LATHE_WIRE_H

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
/* Takes over the last frames of another line of the same signal, on the grid line `frame`.
 * False: it remembers too little, or too much to copy at once. */
bool delay_adopt(struct delay *delay, const struct delay *old, uint64_t frame) REALTIME;

#endif
