/* cue.h - a CUE sheet of the outputs. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_CUE_H
#define LATHE_RENDER_CUE_H

#include "daemon/render/song.h"

/* The tag of a song, or NULL. */
typedef const char *cue_tag(const struct song *song, const char *name);

/* Writes the sheet: one FILE and TRACK for each song that was written, in order; paths are
 * relative to the sheet's folder where they lie in it. False and a sentence on failure. */
bool cue_write(const char *path, const struct song *songs, int count, cue_tag *tag,
	       char *error, size_t error_size);

#endif
