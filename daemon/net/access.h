/* access.h - who may talk to us, and as what. Control thread; sends nothing itself.
 *
 * The source of a datagram is easily forged. A host that is neither this machine nor trusted
 * nor a client of the config must first send back a number that only reaches the true
 * holder of its address; until then nothing is done for it, and it is sent no more bytes
 * than came from it. The number is a keyed hash of the address: a flood of forged senders
 * leaves nothing to remember. Ports don't count: tablets send from one and hear on another,
 * scripts have a new one each time. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_NET_ACCESS_H
#define LATHE_NET_ACCESS_H

#include "daemon/rack/rack.h"

#include <netinet/in.h>

enum {
	ACCESS_PEERS = 128,      /* hosts that have confirmed */
	ACCESS_KEPT_ADMIN = 16,  /* of these places, for admins */
	ACCESS_GUESSES_MAX = 64, /* wrong numbers in a minute; see access.c */
	ACCESS_CREDITS = 256,    /* rows that count the bytes of unconfirmed hosts */
	CHALLENGE_BYTES = 24,    /* "/rack/challenge ,i" */
};

struct access;

struct access *access_create(void);
void access_destroy(struct access *access);

struct verdict {
	bool allowed;   /* the sender is on the allow list */
	bool taken;     /* its datagram is to be carried out */
	bool challenge; /* `number` is to be sent to it */
	bool full;      /* it has confirmed its address, and there is no place for it */
	int number, port; /* where to send the number; 0: the port that it sends from */
};

/* Call for each datagram before anything else is done with it. `now`: monotonic
 * seconds. */
struct verdict access_judge(struct access *access, const struct osc_settings *settings,
			    const struct sockaddr_in *from, const uint8_t *bytes,
			    size_t size, double now);

/* The role of a host: this machine is admin; else that of a client of the config; else
 * that of the narrowest network that holds it; else ROLE_NONE. */
enum role access_role(const struct osc_settings *settings,
		      const struct sockaddr_in *from);

#endif
