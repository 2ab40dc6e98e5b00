/* songs.h - the songs of a command line: their memory, their outputs' paths, what is done
 * already. lathe-render, before the run. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_SONGS_H
#define LATHE_RENDER_SONGS_H

#include "daemon/render/song.h"

/* One song for each input, in memory that processes share. */
struct song *songs_create(const struct session *session);
void songs_destroy(struct song *songs, int count);
/* Gives every song its output's path. Returns the exit status; not 0: one line on stderr
 * says why. */
int songs_name(struct song *songs, const struct session *session);
/* Marks the songs as skipped whose output is newer than the song and the config. */
void songs_skip(struct song *songs, const struct session *session);
/* Makes the folders of the outputs. */
int songs_folders(const struct song *songs, int count);

#endif
