/* warm.h - how the next plan warms up beside the one that is heard. Audio thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_AUDIO_WARM_H
#define LATHE_AUDIO_WARM_H

#include "daemon/audio/plan.h"

/* Call before anything of `next` runs. Returns the frames, whole grid steps, after
 * which it sounds as if it had always run. */
int warm_begin(struct plan *next, struct plan *now) REALTIME;
/* Call on each grid line until then, `left` frames before it: steps that are due take
 * over the state of their old step, and begin to run. */
void warm_line(struct plan *next, int left, uint64_t frame) REALTIME;
/* All steps run: from now on `next` is heard, and nothing is lent. */
void warm_end(struct plan *next) REALTIME;
/* The other plan is gone: each foreign node uses its own handle again. */
void warm_part(struct plan *now) REALTIME;

#endif
