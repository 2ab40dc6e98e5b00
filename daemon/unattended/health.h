/* health.h - raises the alarms about the audio as a whole: none runs, or it takes too much
 * of a period. Control thread only. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_UNATTENDED_HEALTH_H
#define LATHE_UNATTENDED_HEALTH_H

#include "daemon/desk/desk.h"

enum { HEALTH_SECONDS = 1 }; /* that a trouble lasts before it is an alarm */

struct health;

/* Follows the desk: looks at each tick. */
struct health *health_create(struct desk *desk);
void health_destroy(struct health *health);
/* What a tick does. `now`: seconds, monotonic. */
void health_look(struct health *health, double now);

#endif
