/* cords.h - users' connections of our ports, kept for the client that follows when one is
 * lost. All of it runs on the JACK thread. */
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
	struct cord_list now; /* as last seen */
	struct cord_list due; /* of the client before, to be plugged again */
};

/* The client is lost: what was seen last is due. */
void cords_lost(struct cords *cords);
/* After each change: plugs what is due on ports that are there now, then sees what is
 * connected that `patch` did not connect. */
void cords_follow(struct cords *cords, jack_client_t *client, const struct ports *ports,
		  const struct patch *patch);
void cords_finish(struct cords *cords);

#endif
