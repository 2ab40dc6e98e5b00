/* progress.c - bars on a terminal. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/progress.h"

#include "daemon/base/clock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 30, LINES_MOST = 16 };

static void bar(int promille)
{
	for (int i = 0; i < WIDTH; i++)
		fputs(i * 1000 < promille * WIDTH ? "█" : "░", stderr);
	fprintf(stderr, " %3d %%", promille / 10);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void draw_all(struct progress *p, double now)
{
	int64_t sum = 0;
	int done = 0;

	for (int i = 0; i < p->count; i++) {
		const int promille = atomic_load(&p->songs[i].promille);
		const bool over = p->songs[i].written || p->songs[i].skipped ||
				  p->songs[i].status;
		sum += over ? 1000 : promille;
		done += over;
	}
	bar((int)(sum / p->count));
	if (p->count > 1)
		fprintf(stderr, " %d of %d files", done, p->count);
	fprintf(stderr, ", %.0f s\033[K\n", now - p->began);
	p->lines++;
}

void progress_clear(struct progress *p)
{
	if (p->lines)
		fprintf(stderr, "\033[%dA\r\033[J", p->lines);
	p->lines = 0;
}

void progress_draw(void *context)
{
	struct progress *p = context;
	const double now = clock_seconds();

	if (now - p->drawn < 0.1 || !isatty(STDERR_FILENO))
		return;
	p->drawn = now;
	if (p->lines)
		fprintf(stderr, "\033[%dA\r", p->lines);
	p->lines = 0;
	for (int i = 0; p->count > 1 && i < p->count && p->lines < LINES_MOST; i++) {
		if (!atomic_load(&p->songs[i].runs))
			continue;
		bar(atomic_load(&p->songs[i].promille));
		fprintf(stderr, " %.40s\033[K\n", base_name(p->songs[i].in));
		p->lines++;
	}
	draw_all(p, now);
	fputs("\033[J", stderr);
	fflush(stderr);
}
