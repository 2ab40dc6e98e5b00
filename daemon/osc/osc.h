/* osc.h - the rack's ear and mouth on the network. Control thread only.
 *
 *   socket -> lanes (one per sender) -> gate (bytes) -> address -> desk_apply() ...
 *   follower.changed -> watch (who listens) -> socket
 */
#ifndef LATHE_OSC_OSC_H
#define LATHE_OSC_OSC_H

#include "daemon/desk/desk.h"

struct history;
struct lock;
struct osc;
struct scenes;

/* What the rack's commands speak to, beside the desk. NULL, but for the lock: not kept. */
struct osc_parts {
	struct history *history;
	struct lock *lock;
	struct scenes *scenes;
};

/* Binds desk->rack->osc, listens, and follows the desk.
 * `inherited`: a bound UDP socket to use instead (socket activation), or -1.
 * NULL and a sentence when the address can't be bound. */
struct osc *osc_create(struct desk *desk, const struct osc_parts *parts, int inherited,
		       char *error, size_t error_size);
void osc_destroy(struct osc *osc);

/* Poll this for reading. */
int osc_fd(const struct osc *osc);
/* When readable: handles messages for at most a few milliseconds, each sender in turn.
 * True: more is waiting, come back without sleeping (after the other work of the loop). */
bool osc_receive(struct osc *osc);
bool osc_more(const struct osc *osc); /* something is, read already or due by now */
/* After desk_tick(): timed bundles, feedback, meters, paced answers. Keeps
 * desk->status.clients. */
void osc_tick(struct osc *osc);
/* When a tick has something to do next, if nothing arrives: monotonic seconds, 0 for at
 * once; far in the future when nobody listens. */
double osc_due(const struct osc *osc);
/* Somebody waits for the audio to play what was set: osc_look() answers when it does. */
bool osc_waits(const struct osc *osc);
void osc_look(struct osc *osc);

int osc_port(const struct osc *osc);   /* the bound one (useful when 0 was asked for) */
int osc_buffer(const struct osc *osc); /* bytes of receive buffer that were granted */

struct osc_counts {
	uint64_t received; /* datagrams from admitted senders */
	uint64_t refused;  /* from senders who are not on the list */
	uint64_t
		unconfirmed; /* from allowed ones who have not confirmed their address */
	uint64_t malformed;  /* stopped by the gate */
	uint64_t
		missed; /* lost before us: by the kernel's buffer or a sender's full lane */
	uint64_t unsent; /* datagrams that could not be sent without waiting */
};
struct osc_counts osc_counts(const struct osc *osc);

#endif
