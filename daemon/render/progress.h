/* progress.h - bars on a terminal: one for each song that runs, one for all.
 * lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_PROGRESS_H
#define LATHE_RENDER_PROGRESS_H

#include "daemon/render/song.h"

struct progress {
	const struct song *songs;
	int count;
	double began, drawn; /* seconds */
	int lines;           /* on the screen now */
};

/* `context`: a struct progress. Draws at most ten times a second, and only on a terminal. */
void progress_draw(void *context);
/* Takes the bars away, so that text can be printed. */
void progress_clear(struct progress *progress);

#endif
