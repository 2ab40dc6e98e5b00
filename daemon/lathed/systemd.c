/* systemd.c - what systemd is told. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/lathed/systemd.h"

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/base/memory.h"
#include "daemon/lathed/runtime.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

enum { STATUS_MS = 1000 }; /* between two updates of the status line */

void systemd_ready(struct systemd *systemd)
{
	uint64_t watchdog_us;

	if (sd_watchdog_enabled(0, &watchdog_us) > 0)
		systemd->watchdog_ms = (int64_t)(watchdog_us / 2000);
	sd_notify(0, "READY=1");
}

void systemd_reloads(void)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
		   (long long)(clock_ns() / 1000));
}

void systemd_reloaded(bool loaded, const char *text)
{
	char *said = memory_print("%s\n%s%s", loaded ? "loaded" : "refused", text,
				  *text ? "\n" : "");

	if (!runtime_write("reload", said))
		log_line(LOG_WARNING,
			 "$RUNTIME_DIRECTORY/reload: %s: systemctl reload gets no "
			 "answer",
			 strerror(errno));
	free(said);
	sd_notify(0, "READY=1");
}

void systemd_stops(void)
{
	sd_notify(0, "STOPPING=1");
}

void systemd_tick(struct systemd *systemd, const struct desk *desk)
{
	const struct status *status = &desk->status;
	char line[sizeof(systemd->status_line)], alarms[300];
	const int64_t now = clock_ms();

	if (systemd->watchdog_ms && now >= systemd->watchdog_due_ms) {
		sd_notify(0, "WATCHDOG=1");
		systemd->watchdog_due_ms = now + systemd->watchdog_ms;
	}
	if (now < systemd->status_due_ms)
		return;
	systemd->status_due_ms = now + STATUS_MS;
	alarms_text(desk->alarms, alarms, sizeof(alarms));
	snprintf(line, sizeof(line),
		 "JACK server '%s': %s, %d Hz, %d frames, %llu xruns; %d OSC "
		 "clients%s%s",
		 status->server, status->jack, status->rate, status->block,
		 (unsigned long long)status->xruns, status->clients,
		 *alarms ? "; " : "", alarms);
	if (strcmp(line, systemd->status_line) != 0)
		sd_notifyf(0, "STATUS=%s", strcpy(systemd->status_line, line));
}
