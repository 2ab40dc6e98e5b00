/* command_undo.h - steps back and forth: /rack/undo, /rack/redo, /rack/history. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_COMMAND_UNDO_H
#define LATHE_OSC_COMMAND_UNDO_H

#include "daemon/osc/command.h"

extern const struct command_set undo_commands;

#endif
