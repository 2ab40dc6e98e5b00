/* command_failover.h - which input plays, by hand: /rack/failover. Control thread. */
#ifndef LATHE_OSC_COMMAND_FAILOVER_H
#define LATHE_OSC_COMMAND_FAILOVER_H

#include "daemon/osc/command.h"

extern const struct command_set failover_commands;

#endif
