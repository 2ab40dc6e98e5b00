/* command_rack.h - the rack as a whole: /rack/describe, /rack/status, /rack/reload, .... Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_COMMAND_RACK_H
#define LATHE_OSC_COMMAND_RACK_H

#include "daemon/osc/command.h"

extern const struct command_set rack_commands;

#endif
