/* playback.h - a rack that plays blocks of audio: the daemon's engine in one thread.
 * lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_PLAYBACK_H
#define LATHE_RENDER_PLAYBACK_H

#include "daemon/rack/rack.h"
#include "daemon/render/tally.h"

#include <stdint.h>

struct playback_options {
	const struct rack *rack; /* stays the caller's */
	struct tally *tally;     /* by the rack's nodes */
	int output;              /* the node that is heard */
	int rate;                /* Hz */
	int block;               /* the most frames of one call */
	uint64_t start_frame;
};

struct playback {
	struct playback_options options;
	int width;       /* channels of all rack inputs, in order */
	int channels;    /* of the output */
	int64_t latency; /* frames from the inputs to the output */
	struct playback_inside *inside;
};

/* NULL: the rack could not be built. */
struct playback *playback_create(const struct playback_options *options);
void playback_destroy(struct playback *playback);
/* Plays interleaved frames: `in` has `in_width` channels, for the rack's first input
 * channels; the others are silent. `out` gets the output's channels; NULL: nobody
 * listens. `tail`: after the end, only true peaks count. */
void playback_run(struct playback *playback, const float *in, int in_width, float *out,
		  int frames, bool tail);
/* What a node's meter reads now, as published; NULL while there is nothing. */
const float *playback_meters(const struct playback *playback, int node);

#endif
