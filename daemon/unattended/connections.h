/* connections.h - raises the alarms about JACK connections: an input or an output that is
 * connected to nobody, or only in part. It connects nothing: what a user pulled stays out.
 * Control thread only. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_UNATTENDED_CONNECTIONS_H
#define LATHE_UNATTENDED_CONNECTIONS_H

#include "daemon/desk/desk.h"

enum { CONNECTIONS_SECONDS = 5 }; /* that a cable is missing before it is an alarm */

struct connections;

/* Follows the desk: looks at each tick. */
struct connections *connections_create(struct desk *desk);
void connections_destroy(struct connections *connections);
/* What a tick does. `now`: seconds, monotonic. */
void connections_look(struct connections *connections, double now);

#endif
