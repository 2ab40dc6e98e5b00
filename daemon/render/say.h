/* say.h - sentences about a song, which its process leaves for the parent to print.
 * lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_SAY_H
#define LATHE_RENDER_SAY_H

#include "daemon/render/song.h"

/* Adds a line to what is said of the song. */
void song_say(struct song *song, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Says why a file failed, and returns the exit status, which is song->status too. */
int song_refuse(struct song *song, const char *of, const char *why);

#endif
