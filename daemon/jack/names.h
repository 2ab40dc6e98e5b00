/* names.h - the names that patchbays show for our client and its ports: JACK metadata,
 * which may fail without harm. JACK thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_JACK_NAMES_H
#define LATHE_JACK_NAMES_H

#include "daemon/jack/ports.h"

#include <jack/uuid.h>

enum { PRETTY_BYTES = NAME_BYTES + 40 };

struct names {
	jack_uuid_t client; /* 0: not set */
	struct {
		jack_uuid_t port; /* UUID, which JACK may use again; 0: none */
		char pretty[PRETTY_BYTES];
	} told[PORTS_MAX]; /* by slot */
	bool failed;       /* JACK keeps no metadata here: not tried again */
	bool off;          /* they are not wanted */
};

/* "Lathe main 1 (left)" for channel 1 of 2 of the section "main". */
void names_pretty(const char *port, int channels, char text[PRETTY_BYTES]);

/* Sets the names of new ports of the set, and forgets ports that are gone. */
void names_follow(struct names *names, jack_client_t *client, const struct ports *ports,
		  const struct port_set *set, struct call *call);
/* Call before the client is closed: removes its metadata, because JACK reuses its
 * UUIDs. */
void names_remove(struct names *names, jack_client_t *client, struct call *call);

#endif
