/* names.h - what patchbays show for our client and its ports: JACK metadata, an ornament
 * that may fail. JACK thread. */
#ifndef LATHE_JACK_NAMES_H
#define LATHE_JACK_NAMES_H

#include "daemon/jack/ports.h"

#include <jack/uuid.h>

enum { PRETTY_BYTES = NAME_BYTES + 40 };

struct names {
	jack_uuid_t client; /* 0: not told */
	struct {
		jack_uuid_t port; /* 0: none told. JACK gives it again to others */
		char pretty[PRETTY_BYTES];
	} told[PORTS_MAX]; /* by slot */
	bool failed;       /* JACK keeps no metadata here: not tried again */
	bool off;          /* they are not wanted */
};

/* "Lathe main 1 (left)" for channel 1 of 2 of the section "main". */
void names_pretty(const char *port, int channels, char text[PRETTY_BYTES]);

/* Tells what is not told yet of the set's ports, and forgets those that are gone. */
void names_follow(struct names *names, jack_client_t *client, const struct ports *ports,
		  const struct port_set *set, struct call *call);
/* The client is about to be closed: JACK gives its numbers to others. */
void names_remove(struct names *names, jack_client_t *client, struct call *call);

#endif
