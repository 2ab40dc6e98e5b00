/* halves.h - a rack cut in two right before its last limiter, with a gain in the cut.
 *
 *   in --> front --> (audio is kept) --> gain --> limiter, and what follows --> output
 *
 * So a gain can be tried again and again, and what comes before it runs once. In both
 * halves levellers hold and the limiters' own targets are off. lathe-render.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_HALVES_H
#define LATHE_RENDER_HALVES_H

#include "daemon/rack/rack.h"

struct halves {
	struct rack *front; /* NULL: the back is the whole rack */
	struct rack *back;
	int front_output, back_output; /* nodes */
	int gain, more, limiter;       /* nodes of `back`; limiter -1: there is none */
};

/* Cuts the part of the rack that the output plays; the rack stays as it is. Where audio
 * reaches the output past the limiter, the back is the whole of it. */
void halves_make(struct halves *halves, const struct rack *rack, int output);
void halves_finish(struct halves *halves);
/* The gain in the cut, -72 to 72 dB, and, where there is a limiter, its ceiling. */
void halves_set(struct halves *halves, double gain_db, double ceiling_db);
/* The limiter's ceiling, dBTP; 0 without a limiter. */
double halves_ceiling(const struct halves *halves);

#endif
