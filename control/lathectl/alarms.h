/* alarms.h - what is wrong with the rack, who has seen it, and what plays meanwhile. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_ALARMS_H
#define LATHE_LATHECTL_ALARMS_H

#include "control/lathectl/session.h"

int command_alarms(struct session *session, int argc, char **argv);
int command_seen(struct session *session, int argc, char **argv);
int command_failover(struct session *session, int argc, char **argv);
int command_safe(struct session *session, int argc, char **argv);

#endif
