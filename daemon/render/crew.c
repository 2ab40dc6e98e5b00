/* crew.c - the same task for many songs, in several processes at once. Processes and not
 * threads: a song whose file brings a decoder down takes no other song with it.
 * lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/crew.h"

#include "daemon/base/memory.h"
#include "daemon/render/stop.h"
#include "daemon/render/say.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void song_end(struct crew *crew, struct song *song)
{
	atomic_store(&song->runs, false);
	if (crew->done && !stop_asked())
		crew->done(crew, song);
}

static void run_here(struct crew *crew)
{
	for (int i = 0; i < crew->count && !stop_asked(); i++) {
		struct song *song = &crew->songs[i];
		if (song->status)
			continue;
		atomic_store(&song->runs, true);
		crew->task(song, crew->session);
		song_end(crew, song);
	}
}

static pid_t song_start(struct crew *crew, struct song *song)
{
	atomic_store(&song->runs, true);
	const pid_t child = fork();
	if (child == 0) {
		crew->session->progress = NULL; /* the parent draws */
		crew->task(song, crew->session);
		_exit(0);
	}
	if (child < 0) {
		song_say(song, "%s: no process for it: %s", song->in, strerror(errno));
		song->status = EXIT_FILE;
		song_end(crew, song);
	}
	return child;
}

/* Tells all processes to stop. */
static void all_stop(const pid_t *children, int count)
{
	for (int i = 0; i < count; i++)
		if (children[i] > 0)
			kill(children[i], SIGTERM);
}

/* Takes leave of a process that has ended. False: none has. */
static bool child_take(struct crew *crew, pid_t *children)
{
	int how = 0;
	const pid_t child = waitpid(-1, &how, WNOHANG);

	for (int i = 0; child > 0 && i < crew->count; i++) {
		struct song *song = &crew->songs[i];
		if (children[i] != child)
			continue;
		children[i] = 0;
		if (WIFSIGNALED(how) && !stop_asked()) {
			song_say(song, "%s: its process was ended by signal %d (%s)",
				 song->in, WTERMSIG(how), strsignal(WTERMSIG(how)));
			song->status = EXIT_FILE;
		}
		song_end(crew, song);
	}
	return child > 0;
}

static void look_again(struct crew *crew)
{
	const struct timespec moment = { .tv_nsec = 10000000 };

	if (crew->session->progress)
		crew->session->progress(crew->session->progress_context);
	nanosleep(&moment, NULL);
}

static void run_there(struct crew *crew)
{
	pid_t *children = memory_zeroed((size_t)crew->count, sizeof(*children));
	int next = 0, running = 0;
	bool told = false;

	while (running > 0 || (next < crew->count && !stop_asked())) {
		while (next < crew->count && running < crew->jobs && !stop_asked()) {
			if (!crew->songs[next].status) {
				children[next] = song_start(crew, &crew->songs[next]);
				running += children[next] > 0;
			}
			next++;
		}
		if (stop_asked() && !told) {
			told = true;
			all_stop(children, crew->count);
		}
		if (running > 0 && child_take(crew, children))
			running--;
		else
			look_again(crew);
	}
	free(children);
}

void crew_run(struct crew *crew)
{
	fflush(stdout);
	fflush(stderr);
	if (crew->jobs <= 1 || crew->count <= 1)
		run_here(crew);
	else
		run_there(crew);
}
