/* feed.h - what subscribers are sent, and when. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_FEED_H
#define LATHE_OSC_FEED_H

#include "daemon/net/packet.h"
#include "daemon/osc/watch.h"

/* Takes the engine's meters into each subscription and sends what is due. */
void feed_tick(struct watch *watch, double now);
/* When a subscription is due next, monotonic seconds; HUGE_VAL without any. */
double feed_due(const struct watch *watch);
/* Sends an event to every subscriber. */
void feed_event(struct watch *watch, const struct event *event);
/* Sends what the packet holds to every subscriber. */
void feed_all(struct watch *watch, const struct packet *packet);
/* Adds a param's value or a meter's `reading` in one form (VERB_VALUE, VERB_NORM,
 * VERB_TEXT). False: no room. */
bool feed_add(struct packet *packet, const struct rack *rack, const struct leaf *leaf,
	      enum verb form, float reading);
/* The same for a vector, with the newest readings of its meters. */
bool feed_add_vector(struct packet *packet, const struct desk *desk,
		     const struct leaf *leaf);

#endif
