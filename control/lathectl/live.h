/* live.h - what the rack sends by itself. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_LIVE_H
#define LATHE_LATHECTL_LIVE_H

#include "control/lathectl/session.h"

int command_watch(struct session *session, int argc, char **argv);
int command_events(struct session *session, int argc, char **argv);
int command_monitor(struct session *session, int argc, char **argv);

#endif
