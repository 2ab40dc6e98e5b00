/* report.h - what lathe-render prints of songs: faults, a line of results, the meters.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_REPORT_H
#define LATHE_RENDER_REPORT_H

#include "daemon/render/song.h"

struct target;

/* Prints one line on stderr for each fault, and what else is to be said. */
void report_say(const struct song *song, const struct session *session);
/* Prints the song's line of results on stdout. */
void report_line(const struct song *song);
/* Prints an album's line. */
void report_album(const struct gauge *album, double loudness, double gain, int songs);
/* Prints the meters of one song on stdout, as text or a JSON object. */
void report_song(const struct song *song, const struct session *session);
/* Prints all songs as one JSON object; `album` may be NULL. */
void report_songs(const struct song *songs, int count, const struct session *session,
		  const struct gauge *album, double loudness, double gain);
/* False, and a sentence on stderr, if stdout took less than what was printed. */
bool report_end(void);

#endif
