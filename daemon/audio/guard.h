/* guard.h - what the host does for every node: the delayed dry path, bypass, the non-finite
 * guard, peaks, load, the tap. Made by the worker, run by the audio thread. */
#ifndef LATHE_AUDIO_GUARD_H
#define LATHE_AUDIO_GUARD_H

#include "daemon/audio/fade.h"
#include "daemon/base/tap.h"
#include "daemon/audio/wire.h"

enum { GUARD_TRIPS = 3 }; /* in one second: bypassed until told otherwise */

struct guard {
	/* The node's memory as init() left it. */
	void *state;
	const void *image;
	size_t bytes;
	size_t restored; /* bytes so far; == bytes: the node is whole */

	struct delay *delay;      /* NULL: no latency, dry is the input itself */
	float *dry[CHANNELS_MAX]; /* what the delay writes, or silence */
	const float *const *dry_in;
	int rate;

	struct fade wet; /* 1: the module is heard, 0: its dry input */
	bool begun;
	bool dead;      /* never heard: its create() failed */
	int bypass;     /* value index */
	int release;    /* value index: counts the sets of bypass */
	float released; /* as far as it was seen */
	bool latched;   /* tripped too often */
	int hold;       /* frames until it fades back */
	uint64_t trip_frames[GUARD_TRIPS];
	int trips; /* ever */

	struct tap *tap;
	/* Slots: peaks per channel, load, and what the control thread turns into events. */
	float *in_peak, *out_peak, *load;
	float *tripped, *latch, *dropped;
};

/* Its memory is not being put back; NULL (an output) always is whole. */
static inline bool guard_whole(const struct guard *guard)
{
	return !guard || guard->restored == guard->bytes;
}

/* Before process(): false when the node must not run this time. `above`: whose output is this
 * input, so that its peaks are known, or NULL. */
bool guard_before(struct guard *guard, struct piece *piece,
		  const struct guard *above) REALTIME;
void guard_after(struct guard *guard, const struct piece *piece, bool audible) REALTIME;
/* Would the dry path go on, too, or start cold? */
bool guard_fits(const struct guard *guard, const struct guard *old) REALTIME;
/* Takes over the fade, the trips and, where it fits, the dry path. */
void guard_adopt(struct guard *guard, const struct guard *old, uint64_t frame) REALTIME;

#endif
