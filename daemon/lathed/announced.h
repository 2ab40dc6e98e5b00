/* announced.h - keeps the service file of Avahi while lathed plays. Control thread; a disk
 * thread writes it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHED_ANNOUNCED_H
#define LATHE_LATHED_ANNOUNCED_H

#include "daemon/base/alarm.h"
#include "daemon/rack/rack.h"

struct announced;

/* `path`: the file. `wake`, `alarms`: as for disk_create(). */
struct announced *announced_create(const char *path, int wake, struct alarms *alarms);
/* Asks for the file of this rack and port; port 0: for no file. NULL: nothing is kept. */
void announced_show(struct announced *announced, const struct rack *rack, int port);
/* Each tick. */
void announced_tick(struct announced *announced);
/* Waits at most `wait_ms` until what was asked is done. */
void announced_settle(struct announced *announced, int wait_ms);
bool announced_waiting(const struct announced *announced);
/* Waits for no disk. NULL: nothing. */
void announced_destroy(struct announced *announced);

#endif
