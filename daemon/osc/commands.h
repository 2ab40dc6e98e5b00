/* commands.h - all commands of the rack. Constant data. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_COMMANDS_H
#define LATHE_OSC_COMMANDS_H

#include "daemon/osc/command.h"

extern const struct command_set *const commands_all[]; /* ends with NULL */

#endif
