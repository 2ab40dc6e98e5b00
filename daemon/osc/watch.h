/* watch.h - clients and their subscriptions. Control thread.
 *
 * A subscription keeps one bit for each param whose value it has not sent yet, and
 * folds its meters until it sends: the latest value is sent, and no peak is missed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_WATCH_H
#define LATHE_OSC_WATCH_H

#include "daemon/desk/desk.h"
#include "daemon/net/outlet.h"
#include "daemon/osc/address.h"

#include <netinet/in.h>

enum {
	CLIENTS_MAX = 64,
	CLIENTS_OF_HOST = 16,   /* at most; this machine's have no such limit */
	CLIENTS_KEPT_HERE = 8,  /* places that only this machine's may take */
	CLIENTS_KEPT_ADMIN = 8, /* and that only admins may take, too */
	SUBSCRIPTIONS_MAX = 16, /* of one client */
	WATCH_RATE_DEFAULT = 20,
	WATCH_RATE_MAX = 50,
};

enum form_bits { FORM_VALUE = 1, FORM_NORM = 2, FORM_TEXT = 4, FORM_ALL = 7 };

struct watched_meter {
	int place;
	bool any, told; /* whether `fold` holds a reading; whether `sent` holds one */
	float fold,
		sent; /* since the last datagram, in the engine's units; the last reading sent */
};

struct subscription {
	char text[PATTERN_BYTES_MAX + 1];
	struct pattern pattern;
	unsigned forms;
	bool blob;     /* "/rack/meters": all meters as bytes */
	bool alarms;   /* "/rack/alarms": the alarms as lines, when they change */
	uint64_t told; /* alarm_lines_hash() of those that were sent; 0: none were */
	bool fixed;    /* from the config: needs no renewal */
	double period, due, expires, refresh;
	uint64_t *matched,
		*dirty; /* [leaves] bits, params only: what matches; what is to be sent */
	int dirty_from; /* where the next datagram starts, so that all get a turn */
	struct watched_meter *meters;
	int meter_count, meter_from;
};

struct touch;

/* A client: an address that datagrams came from, or that the config names. */
struct client {
	bool used, fixed;          /* fixed: one of the config's clients */
	struct sockaddr_in source; /* where its datagrams come from */
	struct sockaddr_in target; /* where its feedback goes */
	double heard;              /* seconds, monotonic */
	struct subscription *subscriptions[SUBSCRIPTIONS_MAX];
	int subscription_count;
	/* Params that it has set lately: see watch_touch(). */
	struct touch *touches;
	int touch_count, touch_room;
	int *touch_at;     /* [leaves] index in `touches` + 1; 0: none */
	double complained; /* start of the second in which its errors are counted */
	int complaints;
};

struct watch {
	struct desk *desk;
	const struct addresses *addresses;
	struct outlet *outlet;
	struct client clients[CLIENTS_MAX];
};

struct watch *watch_create(struct desk *desk, const struct addresses *addresses,
			   struct outlet *outlet);
void watch_destroy(struct watch *watch);

/* The record of this sender; a new one if it has none. NULL when all are in use, or as many
 * by its host as one may have. */
struct client *watch_client(struct watch *watch, const struct sockaddr_in *source,
			    double now);
/* The same for a sender that subscribes: it may take the record of any client without a
 * subscription. `port`: as for watch_subscribe(). NULL: *why says why not. */
struct client *watch_listener(struct watch *watch, const struct sockaddr_in *source,
			      int port, double now, const char **why);
int watch_subscribers(const struct watch *watch);

/* Subscribes, or renews the subscription with the same pattern. `port`: where feedback
 * goes, on the sender's host; 0: the sender's. *found: how many leaves match. False and
 * a sentence: the pattern is wrong, or there is no room. */
bool watch_subscribe(struct watch *watch, struct client *client, const char *pattern,
		     double rate_hz, int port, double now, int *found,
		     const char **why);
/* `pattern` NULL: all of them. False: there was none. */
bool watch_unsubscribe(struct watch *watch, struct client *client, const char *pattern);

/* Call when a value has changed: it is sent to all subscribers but `origin`. */
void watch_changed(struct watch *watch, int place, const struct client *origin);
/* Call when a client has set a param. 200 ms after its last set it is sent the value in
 * force if that differs from `value`, which is as it was sent, in `form`. NAN: the
 * client can't know the value, so it is always sent. */
void watch_touch(struct watch *watch, struct client *client, int place, enum verb form,
		 float value, double now);
/* Call after the tree was replaced: subscriptions stay, and all their values are
 * sent. */
void watch_reshape(struct watch *watch, const struct addresses *addresses);
/* Call after a reload: subscribes the clients of the config, and forgets subscribers
 * that are no longer allowed. */
void watch_regulars(struct watch *watch, double now);
/* Whether the client has set this leaf within the last 200 ms: a gesture goes on. */
bool watch_touched(const struct client *client, int place);
/* Every 10 ms: sends what watch_touch() promises; ends subscriptions that were not
 * renewed. */
void watch_settle(struct watch *watch, double now);
void watch_expire(struct watch *watch, double now);

#endif
