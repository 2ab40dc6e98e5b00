/* drawing.h - a song's curves as SVG. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_DRAWING_H
#define LATHE_RENDER_DRAWING_H

#include "daemon/render/gauge.h"

#include <stdio.h>

/* Short-term loudness before and after, and true peaks after, in time. `target` LUFS; NAN:
 * none. */
void drawing_loudness(FILE *to, const struct gauge *before, const struct gauge *after,
		      double target);
/* Thirds of an octave before and after. */
void drawing_spectrum(FILE *to, const struct gauge *before, const struct gauge *after);

#endif
