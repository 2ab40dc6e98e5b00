/* warm.h - how the next plan warms up beside the one that is heard. Audio thread. */
#ifndef LATHE_AUDIO_WARM_H
#define LATHE_AUDIO_WARM_H

#include "daemon/audio/plan.h"

/* Nothing of `next` runs yet. Returns after how many frames, whole grid steps, it sounds as if
 * it had always been there. */
int warm_begin(struct plan *next, struct plan *now) REALTIME;
/* On each grid line until then, `left` frames before it: whose time has come takes over from
 * its old self, and runs. */
void warm_line(struct plan *next, int left, uint64_t frame) REALTIME;
/* All have begun: from now on `next` is heard, and nothing is lent. */
void warm_end(struct plan *next) REALTIME;
/* The other plan is gone: each foreign node plays for itself. */
void warm_part(struct plan *now) REALTIME;

#endif
