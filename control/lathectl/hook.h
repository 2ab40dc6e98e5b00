/* hook.h - runs a command for each event: lathectl events --run. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_HOOK_H
#define LATHE_LATHECTL_HOOK_H

#include "control/lathectl/session.h"

enum { HOOK_SECONDS = 10 }; /* that a command may take */

struct hook;

/* Starts the process that runs `command` (by /bin/sh), one at a time; each may take
 * HOOK_SECONDS. `on`: the codes that it is run for, with commas and wildcards; NULL: all.
 * NULL after a complaint. */
struct hook *hook_open(const char *command, const char *on);
/* A /rack/event or, for those that stand already, a /rack/alarm becomes a run. */
void hook_message(struct hook *hook, const struct message *message);
/* Waits for what is still to run. */
void hook_close(struct hook *hook);

#endif
