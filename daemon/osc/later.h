/* later.h - requests whose outcome comes later, because a disk is asked first. Control thread.
 *
 * What a client sends after such a request must not overtake it: as long as the disk answers
 * quickly, the client's lane and its bundle wait for the outcome. A disk that hangs holds them
 * up for a tenth of a second only. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_LATER_H
#define LATHE_OSC_LATER_H

#include "daemon/base/text.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	LATER_MAX = 64,         /* requests under way */
	LATER_OF_HOST_MAX = 16, /* of one host; this machine has no such limit */
};

struct dispatch;
struct laters;
struct sender;

/* How the outcome is asked for, and what is then sent. */
struct later {
	/* False: not known yet. Else the text becomes the caller's. */
	bool (*outcome)(void *of, uint64_t ticket, bool *good, struct text *result);
	void *of;
	uint64_t ticket;
	/* Takes the text over. */
	void (*answer)(struct dispatch *dispatch, const struct sender *sender,
		       bool good, struct text *result);
};

struct laters *laters_create(void);
void laters_destroy(struct laters *laters);
/* Whether no further request of this host is taken. */
bool laters_full(const struct laters *laters, const struct sockaddr_in *from);
void laters_add(struct laters *laters, const struct sockaddr_in *to,
		const struct later *later, double now);
/* Answers what is known by now. */
void laters_tick(struct laters *laters, struct dispatch *dispatch);
int laters_count(const struct laters *laters);
/* Whether this client's next message must wait. Times are monotonic seconds. */
bool laters_hold(const struct laters *laters, const struct sockaddr_in *from,
		 double now);
/* The number of the newest request, for laters_wait(). */
uint64_t laters_newest(const struct laters *laters);
/* Whether a request of this client, `number` or older, has no outcome yet. */
bool laters_wait(const struct laters *laters, const struct sockaddr_in *from,
		 uint64_t number);

#endif
