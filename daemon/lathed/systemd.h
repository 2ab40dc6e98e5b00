/* systemd.h - what systemd is told: ready, alive, and a line about how it goes. Does nothing
 * without it. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHED_SYSTEMD_H
#define LATHE_LATHED_SYSTEMD_H

#include "daemon/desk/desk.h"

struct systemd {
	int64_t watchdog_ms, watchdog_due_ms; /* watchdog_ms 0: none */
	int64_t status_due_ms;
	char status_line[480];
};

void systemd_ready(struct systemd *systemd);
/* A reload begins; systemd_reloaded() ends it, whatever became of it, and writes `text` to the
 * file `reload` of $RUNTIME_DIRECTORY, after a line "loaded" or "refused": ExecReload= waits for
 * it. */
void systemd_reloads(void);
void systemd_reloaded(bool loaded, const char *text);
void systemd_stops(void);
/* Each tick. */
void systemd_tick(struct systemd *systemd, const struct desk *desk);

#endif
