/* riding.h - how far levellers moved while they did not know the programme yet.
 * lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_RIDING_H
#define LATHE_RENDER_RIDING_H

#include "daemon/render/playback.h"

struct riding;

/* Seconds after which a leveller knows the programme. */
enum { RIDING_SECONDS = 60 };

/* NULL: the rack has no leveller. */
struct riding *riding_begin(const struct rack *rack, int rate, int64_t latency);
/* Call after each block; `done`: frames played so far. */
void riding_look(struct riding *riding, const struct playback *playback, int64_t done);
/* The most that a leveller's gain has moved in the first minute, dB; ends it. */
double riding_end(struct riding *riding);

#endif
