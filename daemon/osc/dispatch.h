/* dispatch.h - carries out messages: gathers sets and applies them as one, answers
 * queries, runs the rack's commands. bundle.h takes the datagrams apart. Control thread.
 *
 * The sets of one turn are applied together (of one param the newest) before anything
 * that could show their effect: a query, a command, a rebuild. A bundle is a change of
 * its own. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_DISPATCH_H
#define LATHE_OSC_DISPATCH_H

#include "daemon/osc/answer.h"
#include "daemon/osc/command.h"
#include "daemon/osc/gather.h"
#include "daemon/osc/later.h"
#include "daemon/osc/osc.h"
#include "daemon/osc/timed.h"

struct dispatch {
	struct desk *desk;
	struct osc_parts parts;
	struct addresses *addresses;
	struct watch *watch;
	struct answers *answers;
	struct timed *timed;
	struct laters *laters;
	struct gather *turn;   /* sets that are not applied yet */
	struct gather *gather; /* where sets go: `turn`, or a bundle's own */
	struct gather *spare;  /* kept for the next bundle, or NULL */
	uint64_t *bits;        /* [leaves] scratch for patterns */
	int shape;             /* counts trees of addresses: a reload makes a new one */
	double turn_end;       /* when the sender's turn ends, monotonic seconds */
	double now;            /* seconds, monotonic */
	const struct command_set *const *sets;
	void **states; /* [sets] */
};

/* `sets`: the commands to run, see command.h; ends with NULL. Answers go out by `outlet`. */
struct dispatch *dispatch_create(struct desk *desk, const struct osc_parts *parts,
				 struct outlet *outlet,
				 const struct command_set *const *sets);
void dispatch_destroy(struct dispatch *dispatch);

/* Whether the next datagram of this sender must wait for an earlier request of its own. A ping
 * never does. */
bool dispatch_holds(const struct dispatch *dispatch, const struct sockaddr_in *from,
		    const uint8_t *bytes, size_t size, double now);
/* Ends a turn: applies the sets that were gathered, sends the answers. */
void dispatch_flush(struct dispatch *dispatch);
/* Every 10 ms: long answers, commands that wait, outcomes that came. */
void dispatch_tick(struct dispatch *dispatch, double now);
/* Some of these are under way, or a bundle waits for its time. */
bool dispatch_busy(const struct dispatch *dispatch);
/* Whether a command waits for the audio; dispatch_look() runs those once more. */
bool dispatch_waits(const struct dispatch *dispatch);
void dispatch_look(struct dispatch *dispatch);
/* A client has its first subscription: it is told what it should know. */
void dispatch_greet(struct dispatch *dispatch, const struct client *client);
/* Call after a reload: the tree of addresses is made again. */
void dispatch_reshape(struct dispatch *dispatch);

/* Whether the rack is locked against this sender; `text` then says who locked it. */
bool dispatch_locked(const struct dispatch *dispatch, const struct sender *sender,
		     char *text, size_t size);

/* In a bundle the sets go first, as one change, then all else, which may show their
 * effect. */
enum pass { PASS_ALL, PASS_SETS, PASS_OTHERS };
/* Carries out one message that passed the gate. */
void dispatch_message(struct dispatch *dispatch, const struct sender *sender,
		      const uint8_t *bytes, size_t size, enum pass pass);
void dispatch_apply(
	struct dispatch *dispatch); /* applies the gathered sets as one change */

#endif
