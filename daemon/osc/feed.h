/* feed.h - what subscribers are sent, and when. Control thread. */
#ifndef LATHE_OSC_FEED_H
#define LATHE_OSC_FEED_H

#include "daemon/net/packet.h"
#include "daemon/osc/watch.h"

/* Folds the engine's meters into each subscription, sends what is due. */
void feed_tick(struct watch *watch, double now);
/* When a subscription is due next, monotonic seconds; HUGE_VAL without any. */
double feed_due(const struct watch *watch);
/* Sends an event to every subscriber. */
void feed_event(struct watch *watch, const struct event *event);
/* Sends what the packet holds to every subscriber. */
void feed_all(struct watch *watch, const struct packet *packet);
/* Adds a place in one form (VERB_VALUE, _NORM, _TEXT); false: no room. `reading` is for
 * meters. */
bool feed_add(struct packet *packet, const struct rack *rack, const struct place *place,
	      enum verb form, float reading);

#endif
