/* command_spectrum.h - /rack/spectrum: what goes into a node and what comes out. Control
 * thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_COMMAND_SPECTRUM_H
#define LATHE_OSC_COMMAND_SPECTRUM_H

#include "daemon/osc/command.h"

extern const struct command_set spectrum_commands;

#endif
