/* guard.h - what the host does for every node: the delayed dry path, bypass, the
 * non-finite guard, peaks, load, the tap. Made by the worker, run by the audio
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_AUDIO_GUARD_H
#define LATHE_AUDIO_GUARD_H

#include "daemon/audio/fade.h"
#include "daemon/base/tap.h"
#include "daemon/audio/wire.h"

enum {
	GUARD_TRIPS = 3
}; /* in one second: the node stays bypassed until its bypass is set */

struct guard {
	/* The node's memory as init() made it. */
	void *state;
	const void *image;
	size_t bytes;
	size_t restored; /* bytes restored so far; == bytes: all of them */

	struct delay *delay; /* NULL: no latency, the dry signal is the input itself */
	float *dry[CHANNELS_MAX]; /* the delay's output, or silence */
	const float *const *dry_in;
	int rate;

	struct fade wet; /* 1: the module is heard, 0: its dry input */
	bool begun;
	bool dead;      /* never heard: its create() failed */
	int bypass;     /* value index */
	int release;    /* value index: a count of how often bypass was set */
	float released; /* the last count seen */
	bool latched;   /* bypassed, because it tripped too often */
	int hold;       /* frames until it fades back in */
	uint64_t trip_frames[GUARD_TRIPS];
	int trips; /* ever */

	struct tap *tap;
	/* Meter slots: peaks per channel, load, and counts that control turns into
	 * events. */
	float *in_peak, *out_peak, *load;
	float *tripped, *latch, *dropped;
};

/* False while its memory is being restored. NULL (an output): always true. */
static inline bool guard_whole(const struct guard *guard)
{
	return !guard || guard->restored == guard->bytes;
}

/* Call before process(). False: the node must not run this time. `above`: the guard of
 * the step whose output is this input, so that its peaks are used; or NULL. */
bool guard_before(struct guard *guard, struct piece *piece,
		  const struct guard *above) REALTIME;
void guard_after(struct guard *guard, const struct piece *piece, bool audible) REALTIME;
/* Whether the old dry path can be taken over; if not, it starts empty. */
bool guard_fits(const struct guard *guard, const struct guard *old) REALTIME;
/* Takes over the fade, the trips and, if it fits, the dry path. */
void guard_adopt(struct guard *guard, const struct guard *old, uint64_t frame) REALTIME;

#endif
