/* crashes.h - how often lathed ended by mistake, counted in $RUNTIME_DIRECTORY, which systemd
 * keeps over restarts in memory, so that no disk matters. Before any thread starts, and at the
 * end. Every function does nothing when there is no such folder. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHED_CRASHES_H
#define LATHE_LATHED_CRASHES_H

#include <stdbool.h>

enum {
	CRASHES_SAFE = 3,     /* so many within CRASHES_SECONDS: safe mode */
	CRASHES_SECONDS = 60, /* earlier ones are forgotten */
	CRASHES_PAUSE_MS = 10000,
};

struct crashes {
	int count; /* in the last CRASHES_SECONDS */
	bool safe; /* start in safe mode: until crashes_forget() */
};

/* Notes a crash, if the run before did not end in order, and that this one began.
 * Waits as long as crashes_pause_ms() says. */
struct crashes crashes_begin(void);
/* This run ends in order. */
void crashes_end(void);
/* Safe mode was left: what was counted no longer counts. */
void crashes_forget(void);
/* How long a start waits after so many: 0 after the first, then 250 ms, doubled each time, up
 * to CRASHES_PAUSE_MS. */
int crashes_pause_ms(int count);

#endif
