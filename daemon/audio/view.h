/* view.h - a look at one node's audio, in and out, while somebody wants it. The control thread
 * puts a view into a slot of the audio thread and takes it out again; no plan is built for it.
 *
 * A view in a slot belongs to the audio thread, which writes its tap, and to the meter
 * thread, which reads it. It may be freed once a report of the audio thread has come that
 * was sent after the slot was emptied.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_AUDIO_VIEW_H
#define LATHE_AUDIO_VIEW_H

#include "daemon/base/tap.h"

enum { VIEW_SLOTS = 8, VIEW_CHANNELS = 2 /* of a node's, at most */ };

struct view {
	uint32_t identity; /* of the node, in every plan */
	int channels;      /* of in, and of out */
	struct tap tap;    /* in, then out; no values */
};

struct views {
	_Atomic(struct view *) slots[VIEW_SLOTS];
};

/* Audio. The views that there are. */
static inline int views_load(struct views *views, struct view *found[VIEW_SLOTS])
{
	int count = 0;

	for (int i = 0; i < VIEW_SLOTS; i++) {
		struct view *view =
			atomic_load_explicit(&views->slots[i], memory_order_acquire);
		if (view)
			found[count++] = view;
	}
	return count;
}

/* Audio. A piece of the node that is viewed; dry: its input, as late as its output. What finds
 * no room is lost: a view may have gaps. */
static inline void view_write(struct view *view, const struct piece *piece,
			      const float *const *dry)
{
	const float *audio[2 * VIEW_CHANNELS];

	for (int c = 0; c < view->channels; c++) {
		audio[c] = dry[c];
		audio[view->channels + c] = piece->out[c];
	}
	tap_write(&view->tap, piece->frame, piece->frames, piece->values, audio);
}

#endif
