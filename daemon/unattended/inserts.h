/* inserts.h - outboard gear: sets a node's latency to what a ping measured, and raises alarms
 * about its returns. Control thread only. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_UNATTENDED_INSERTS_H
#define LATHE_UNATTENDED_INSERTS_H

#include "daemon/desk/desk.h"

struct inserts;

/* Follows the desk: looks at the inserts at each tick. */
struct inserts *inserts_create(struct desk *desk);
void inserts_destroy(struct inserts *inserts);

#endif
