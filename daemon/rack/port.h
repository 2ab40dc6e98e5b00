/* port.h - the JACK ports that a rack asks for, by the slot each one keeps. Plain data: the
 * worker thread makes the list, the control thread gives out the slots, the JACK thread
 * registers the ports. */
#ifndef LATHE_RACK_PORT_H
#define LATHE_RACK_PORT_H

#include <stdbool.h>

enum {
	NAME_BYTES = 33, /* [a-z][a-z0-9_-]{0,31} and its end */
	PORT_NAME_BYTES = NAME_BYTES + sizeof("_return_8"),
	PORTS_MAX = 256, /* slots for port buffers, inputs and outputs together */
};

/* A slot stays with a port's name while plans come and go. */
struct port {
	char name[PORT_NAME_BYTES]; /* "in_1", "stream_2", "comp_return_1" */
	bool is_output;
	bool of_node; /* a send or a return: the rack neither begins nor ends here */
	int slot;
	const char *connect; /* pattern or NULL; lives as long as the plan */
	int latency;         /* frames through the rack to this output, or from this
				     * input to the farthest output */
};

#endif
