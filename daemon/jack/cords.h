/* cords.h - remembers users' connections of our ports; when a client is lost, the next
 * one gets them again. JACK thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_JACK_CORDS_H
#define LATHE_JACK_CORDS_H

#include "daemon/jack/patch.h"
#include "daemon/jack/ports.h"

/* A list of (our port's short name, the other port's full name); zeroed: empty. */
struct cord_list {
	struct cord_pair *pairs;
	int count;
};

struct cords {
	struct cord_list now; /* the connections as last seen */
	struct cord_list due; /* of the lost client, to be made again */
};

/* The client is lost: all connections seen last are to be made again. */
void cords_lost(struct cords *cords);
/* Call after each change: makes due connections whose ports exist now, then notes the
 * connections that `patch` did not make. */
void cords_follow(struct cords *cords, jack_client_t *client, const struct ports *ports,
		  const struct patch *patch);
void cords_finish(struct cords *cords);

#endif
