/* sync.h - /rack/ping and /rack/sync: what waits until all before it is answered or played.
 * Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_SYNC_H
#define LATHE_OSC_SYNC_H

#include "daemon/osc/command.h"

enum {
	SYNCS_MAX = 512,       /* that wait, of all clients */
	SYNCS_OF_ONE_MAX = 16, /* of one client, so that others find room */
	SYNC_BYTES_MAX = 512,  /* of the arguments, which are sent back */
};

extern const struct command_set sync_commands;

#endif
