/* command_listen.h - who is told what: /rack/subscribe, /rack/unsubscribe, /rack/confirm. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_COMMAND_LISTEN_H
#define LATHE_OSC_COMMAND_LISTEN_H

#include "daemon/osc/command.h"

extern const struct command_set listen_commands;

#endif
