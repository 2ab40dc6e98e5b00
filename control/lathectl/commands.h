/* commands.h - the table of commands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_COMMANDS_H
#define LATHE_LATHECTL_COMMANDS_H

#include "control/lathectl/command.h"

extern const struct command commands_all[]; /* the last has no name */

#endif
