/* learn.h - the long-term spectrum of a sound file, as a curve that tonematch reads.
 * lathe-render, in one thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_LEARN_H
#define LATHE_RENDER_LEARN_H

#include <stdbool.h>
#include <stddef.h>

/* Reads the sound file `in`, writes lines of "hz dB" to `out`. False and a sentence on
 * failure. */
bool learn_curve(const char *in, const char *out, char *error, size_t error_size);

#endif
