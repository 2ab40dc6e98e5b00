/* port.h - the JACK ports that a rack needs, and the slot of each. Plain data: the
 * worker thread makes the list, the control thread assigns the slots, the JACK thread
 * registers the ports. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RACK_PORT_H
#define LATHE_RACK_PORT_H

#include <stdbool.h>

enum {
	NAME_BYTES = 33, /* [a-z][a-z0-9_-]{0,31} and a NUL */
	PORT_NAME_BYTES = NAME_BYTES + sizeof("_return_8"),
	PORTS_MAX = 256, /* slots for port buffers, inputs and outputs together */
};

/* A port's name keeps its slot when the plan is replaced. */
struct port {
	char name[PORT_NAME_BYTES]; /* "in_1", "stream_2", "comp_return_1" */
	bool is_output;
	bool of_node; /* a send or return of a node, not a port of the rack itself */
	int slot;
	const char *connect; /* pattern or NULL; valid as long as the plan */
	int latency;         /* frames through the rack to this output, or from this
				     * input to the farthest output */
};

#endif
