/* watch.h - who listens to what, how often, until when. Control thread.
 *
 * Each subscription keeps one bit per param that it has not been told of, and folds the
 * meters it watches until it sends: the latest value wins, and no peak is missed. */
#ifndef LATHE_OSC_WATCH_H
#define LATHE_OSC_WATCH_H

#include "daemon/osc/address.h"
#include "daemon/desk/desk.h"

#include <netinet/in.h>

enum {
	CLIENTS_MAX = 32,
	SUBSCRIPTIONS_MAX = 16, /* of one client */
	WATCH_RATE_DEFAULT = 20,
	WATCH_RATE_MAX = 50,
};

enum form_bits { FORM_VALUE = 1, FORM_NORM = 2, FORM_TEXT = 4, FORM_ALL = 7 };

struct watched_meter {
	int place;
	bool any, told;   /* something was read; something was sent */
	float fold, sent; /* in published units; as a reading */
};

struct subscription {
	char text[PATTERN_BYTES_MAX + 1];
	struct pattern pattern;
	unsigned forms;
	bool blob;  /* "/rack/meters": all meters as bytes */
	bool fixed; /* of the config: needs no renewal */
	double period, due, expires, refresh;
	uint64_t *matched, *dirty; /* [places] params only */
	int dirty_from; /* where the next round starts, so that all get a turn */
	struct watched_meter *meters;
	int meter_count, meter_from;
};

struct touch;

/* Somebody who spoke to us. */
struct client {
	bool used, fixed;          /* fixed: one of the config's clients */
	struct sockaddr_in source; /* where its messages come from */
	struct sockaddr_in target; /* where its feedback goes */
	double heard;              /* seconds, monotonic */
	struct subscription *subscriptions[SUBSCRIPTIONS_MAX];
	int subscription_count;
	/* What it set and has not been settled: see watch_touch(). */
	struct touch *touches;
	int touch_count, touch_room;
	int *touch_at;     /* [places] index + 1 in touches */
	double complained; /* start of the second in which its errors are counted */
	int complaints;
	uint64_t unsent;
};

struct watch {
	struct desk *desk;
	const struct addresses *addresses;
	int fd;
	uint64_t unsent;
	struct client clients[CLIENTS_MAX];
};

struct watch *watch_create(struct desk *desk, const struct addresses *addresses,
			   int fd);
void watch_destroy(struct watch *watch);

/* The record of this sender, new if need be; NULL when all are in use. */
struct client *watch_client(struct watch *watch, const struct sockaddr_in *source,
			    double now);
/* The same for one who subscribes: those who did not give way, however lately they spoke. */
struct client *watch_listener(struct watch *watch, const struct sockaddr_in *source,
			      double now);
int watch_subscribers(const struct watch *watch);

/* port 0: the sender's. Renews when the client has the pattern already. False and a
 * sentence when the pattern is broken or there is no room. *found: places that match. */
bool watch_subscribe(struct watch *watch, struct client *client, const char *pattern,
		     double rate_hz, int port, double now, int *found,
		     const char **why);
/* pattern NULL: all. False: there was none. */
bool watch_unsubscribe(struct watch *watch, struct client *client, const char *pattern);

/* A value changed; everyone but `origin` hears of it. */
void watch_changed(struct watch *watch, int place, const struct client *origin);
/* The client sent this; 200 ms after the last touch it is told the value in force if that
 * differs. value: as sent, in the form of the verb; NAN: it can't know the outcome. */
void watch_touch(struct watch *watch, struct client *client, int place, enum verb form,
		 float value, double now);
/* The tree is another one: same subscriptions, all of its values. */
void watch_reshape(struct watch *watch, const struct addresses *addresses);
/* The clients that the config names, after every change of the rack; subscribers who are no
 * longer allowed are forgotten. */
void watch_regulars(struct watch *watch, double now);
/* Whether a touch of this place is not settled yet: a gesture is under way. */
bool watch_touched(const struct client *client, int place);
/* Every 10 ms: what touches leave open is settled; who did not renew is forgotten. */
void watch_settle(struct watch *watch, double now);
void watch_expire(struct watch *watch, double now);

#endif
