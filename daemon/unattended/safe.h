/* safe.h - safe mode: another rack plays than the config's, until somebody leaves it. Control
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_UNATTENDED_SAFE_H
#define LATHE_UNATTENDED_SAFE_H

#include "daemon/desk/desk.h"

struct reload;
struct safe;

/* Raises ALARM_SAFE if `on`, and follows the desk: any config that is loaded ends it. `crashes`:
 * how many there were, for the alarm. */
struct safe *safe_create(struct desk *desk, struct reload *reload, bool on,
			 int crashes);
void safe_destroy(struct safe *safe);
bool safe_is_on(const struct safe *safe);
/* Loads the config. Returns a ticket for reload_outcome(), or 0: `result` says why not. */
uint64_t safe_leave(struct safe *safe, struct text *result);

#endif
