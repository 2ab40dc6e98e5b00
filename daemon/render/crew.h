/* crew.h - the same task for many songs, in several processes at once. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_CREW_H
#define LATHE_RENDER_CREW_H

#include "daemon/render/song.h"

struct crew {
	struct session *session;
	struct song *songs;
	int count, jobs;
	/* What each song's process does; song->status is its result. */
	void (*task)(struct song *song, struct session *session);
	/* In the parent, after a song is done. May be NULL. */
	void (*done)(struct crew *crew, struct song *song);
	void *context;
};

/* Does the task for all songs whose status is 0, the first ones first. With one job, or
 * one song, in this process. Ends early when a signal asks to stop: the processes are told
 * and waited for. */
void crew_run(struct crew *crew);

#endif
