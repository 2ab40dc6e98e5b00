/* command_failover.h - which input plays, by hand: /rack/failover. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_COMMAND_FAILOVER_H
#define LATHE_OSC_COMMAND_FAILOVER_H

#include "daemon/osc/command.h"

extern const struct command_set failover_commands;

#endif
