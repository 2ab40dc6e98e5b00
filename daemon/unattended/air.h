/* air.h - raises the alarms about the programme: what sense and failover tell of the inputs,
 * where failover is, silent outputs, true peaks, loudness, xruns. Control thread only. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_UNATTENDED_AIR_H
#define LATHE_UNATTENDED_AIR_H

#include "daemon/desk/desk.h"

/* What counts as long, in seconds, unless a module's own params say it. */
enum {
	AIR_SILENT_SECONDS = 10,    /* an output, while the inputs are not */
	AIR_LOUDNESS_SECONDS = 300, /* off the target */
	AIR_XRUNS = 5,              /* in a minute are no alarm yet */
};

struct air;

/* Follows the desk: looks at each tick. */
struct air *air_create(struct desk *desk);
void air_destroy(struct air *air);
/* What a tick does. `now`: seconds, monotonic. */
void air_look(struct air *air, double now);

#endif
