/* osc.h - the rack on the network: a UDP socket for OSC. Control thread.
 *
 *   socket -> lanes (one per sender) -> gate (bytes) -> address -> desk_apply() ...
 *   follower.changed -> watch (subscriptions) -> socket */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_OSC_H
#define LATHE_OSC_OSC_H

#include "daemon/desk/desk.h"

#include <netinet/in.h>

struct history;
struct lock;
struct reload;
struct safe;
struct osc;
struct scenes;

/* What the rack's commands speak to, beside the desk. All but the lock may be NULL: then
 * there is no such thing. */
struct osc_parts {
	struct history *history;
	struct lock *lock;
	struct reload *reload;
	struct safe *safe;
	struct scenes *scenes;
};

enum { OSC_BIND_SECONDS = 2 }; /* between two tries to bind the address */

/* Listens on the address of desk->rack->osc and on `port` (0: any free one; see osc_port()),
 * and follows the desk. An address that can't be bound raises ALARM_OSC and is tried again by
 * osc_tick(). `inherited`: a bound UDP socket to use instead (socket activation), or -1. NULL
 * and a sentence when the system has no socket. */
struct osc *osc_create(struct desk *desk, const struct osc_parts *parts, int port,
		       int inherited, char *error, size_t error_size);
void osc_destroy(struct osc *osc);

/* The socket, to poll for reading. */
int osc_fd(const struct osc *osc);
/* Call when the socket is readable: carries out messages for a few milliseconds, each
 * sender in turn. True: more are waiting; call again after the loop's other work,
 * without sleeping. */
bool osc_receive(struct osc *osc);
bool osc_more(const struct osc *osc); /* whether datagrams wait in the lanes */
/* Call after desk_tick(): timed bundles, feedback, meters, long answers. Keeps
 * desk->status.clients and the counts beside it. */
void osc_tick(struct osc *osc);
/* When osc_tick() is needed next if nothing arrives: monotonic seconds. 0: at once;
 * HUGE_VAL: nobody listens. */
double osc_due(const struct osc *osc);
/* Whether a client waits for the audio to play a change. If so, call osc_look() often:
 * it answers as soon as the change is played. */
bool osc_waits(const struct osc *osc);
void osc_look(struct osc *osc);

/* The address that is bound. */
const struct sockaddr_in *osc_address(const struct osc *osc);
int osc_port(const struct osc *osc); /* its port */
int osc_buffer(
	const struct osc *osc); /* bytes of receive buffer that the kernel granted */

struct osc_counts {
	uint64_t received; /* datagrams from admitted senders */
	uint64_t refused;  /* from senders that are not allowed */
	uint64_t
		unconfirmed; /* from allowed senders that have not confirmed their address */
	uint64_t malformed; /* refused by the gate */
	uint64_t
		missed; /* lost because the kernel's buffer or the sender's lane was full */
	uint64_t unsent;     /* datagrams that could not be sent, see net/outlet.h */
	uint64_t withheld;   /* errors beyond those that a client may get in a second */
	uint64_t challenges; /* sent */
};
struct osc_counts osc_counts(const struct osc *osc);

#endif
