/* access.h - who may talk to us, and as what. Control thread; sends nothing itself.
 *
 * The source of a datagram is easily forged. A host that is neither this machine nor trusted
 * nor a client of the config must first send back a number that only reaches the true
 * holder of its address; until then nothing is done for it, and it is sent no more bytes
 * than came from it. The number is a keyed hash of the address: a flood of forged senders
 * leaves nothing to remember. Ports don't count: tablets send from one and hear on another,
 * scripts have a new one each time. */
#ifndef LATHE_NET_ACCESS_H
#define LATHE_NET_ACCESS_H

#include "daemon/rack/rack.h"

#include <netinet/in.h>

enum {
	ACCESS_PEERS = 64,    /* confirmed at a time; the longest silent makes room */
	ACCESS_CREDITS = 256, /* rows of what strangers have sent */
	CHALLENGE_BYTES = 24, /* "/rack/challenge ,i" */
};

struct access;

struct access *access_create(void);
void access_destroy(struct access *access);

struct verdict {
	bool allowed;     /* on the list */
	bool taken;       /* what it sent is to be carried out */
	bool challenge;   /* it is to be sent `number` */
	int number, port; /* on its host; 0: the port that it sends from */
};

/* On each datagram, before anything else is done with it. `now`: seconds, monotonic. */
struct verdict access_judge(struct access *access, const struct osc_settings *settings,
			    const struct sockaddr_in *from, const uint8_t *bytes,
			    size_t size, double now);

/* This machine is admin; then a client of the config, then the narrowest network. */
enum role access_role(const struct osc_settings *settings,
		      const struct sockaddr_in *from);

#endif
