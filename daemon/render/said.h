/* said.h - what an output says of itself: its file's tags, with what has changed by the
 * rack. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_SAID_H
#define LATHE_RENDER_SAID_H

#include "daemon/render/song.h"
#include "share/soundwriter.h"

/* Whether the tags need the output's loudness: ReplayGain, bext, Opus. */
bool said_measures(const struct song *song);
/* Gives the writer the song's tags: ReplayGain and bext's loudness anew, cue points and time
 * reference at the new rate and start (`cut` frames at the old rate are gone). Says what has
 * no place in that kind of file. */
void said_write(struct song *song, const struct session *session,
		struct soundwriter *writer, int64_t cut);

#endif
