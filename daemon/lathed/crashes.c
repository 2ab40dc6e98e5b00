/* crashes.c - how often lathed ended by mistake. Before any thread starts, and at the end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/lathed/crashes.h"

#include "daemon/base/log.h"
#include "daemon/base/text.h"
#include "daemon/lathed/runtime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { KEPT = 32 /* crashes in the file */ };

static bool is_there(const char *name)
{
	char *path = runtime_path(name);
	const bool there = path && access(path, F_OK) == 0;

	free(path);
	return there;
}

/* Seconds since the machine started, sleep counted. */
static long long now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec;
}

/* The times of the crashes that still count, the newest last; returns how many. */
static int read_times(long long now, long long times[KEPT])
{
	char *path = runtime_path("crashes");
	FILE *file = path ? fopen(path, "re") : NULL;
	long long time;
	int count = 0;

	while (file && count < KEPT && fscanf(file, "%lld", &time) == 1)
		if (time <= now && now - time < CRASHES_SECONDS)
			times[count++] = time;
	if (file)
		fclose(file);
	free(path);
	return count;
}

static void write_times(const long long *times, int count)
{
	struct text text = { 0 };

	for (int i = 0; i < count; i++)
		text_add(&text, "%lld\n", times[i]);
	(void)runtime_write("crashes", text.bytes);
	text_finish(&text);
}

int crashes_pause_ms(int count)
{
	int pause = 0;

	for (int i = 1; i < count && pause < CRASHES_PAUSE_MS; i++)
		pause = pause ? 2 * pause : 250;
	return pause < CRASHES_PAUSE_MS ? pause : CRASHES_PAUSE_MS;
}

static void wait_after(int count)
{
	const int pause_ms = crashes_pause_ms(count);

	if (!pause_ms)
		return;
	log_line(LOG_WARNING, "ended by mistake %d times within a minute: waits %d ms",
		 count, pause_ms);
	nanosleep(&(struct timespec) { pause_ms / 1000, pause_ms % 1000 * 1000000 },
		  NULL);
}

struct crashes crashes_begin(void)
{
	long long times[KEPT], now = now_seconds();
	int count = read_times(now, times);

	const bool crashed = is_there("running");

	if (crashed) {
		if (count == KEPT)
			memmove(times, times + 1, sizeof(*times) * (size_t)--count);
		times[count++] = now;
		write_times(times, count);
	}
	(void)runtime_write("running", "");
	/* It stays in safe mode until somebody leaves it, however long that takes. */
	if (crashed && count >= CRASHES_SAFE)
		(void)runtime_write("safe", "");
	if (crashed)
		wait_after(count);
	return (struct crashes) { .count = count, .safe = is_there("safe") };
}

void crashes_end(void)
{
	runtime_remove("running");
}

void crashes_forget(void)
{
	runtime_remove("crashes");
	runtime_remove("safe");
}
