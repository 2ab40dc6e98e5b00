/* command_safe.h - leaves safe mode: /rack/safe. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_COMMAND_SAFE_H
#define LATHE_OSC_COMMAND_SAFE_H

#include "daemon/osc/command.h"

extern const struct command_set safe_commands;

#endif
