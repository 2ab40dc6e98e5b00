/* dispatch.h - carries out datagrams: gathers sets and applies them as one, answers
 * queries, runs the rack's commands. Control thread.
 *
 * The sets of one turn are applied together (of one param the newest) before anything
 * that could show their effect: a query, a command, a rebuild. A bundle is a change of
 * its own. */
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

/* `sets`: the commands to run, see command.h; ends with NULL. Answers go out at `fd`. */
struct dispatch *dispatch_create(struct desk *desk, const struct osc_parts *parts,
				 int fd, const struct command_set *const *sets);
void dispatch_destroy(struct dispatch *dispatch);

struct bundle;

/* Carries out one datagram that passed the gate. Times are monotonic seconds. False: it
 * is a bundle, and `end` came before its last message; call again with the same bytes
 * and the same *cut, which must be NULL at first. */
bool dispatch_some(struct dispatch *dispatch, const uint8_t *bytes, size_t size,
		   const struct sockaddr_in *from, double now, double end,
		   struct bundle **cut);
void bundle_destroy(struct bundle *bundle); /* a *cut that is given up; may be NULL */
/* The same without an end of the turn. */
void dispatch_packet(struct dispatch *dispatch, const uint8_t *bytes, size_t size,
		     const struct sockaddr_in *from, double now);
/* Whether the next datagram of this sender must wait for an earlier request of its own. A ping
 * never does. */
bool dispatch_holds(const struct dispatch *dispatch, const struct sockaddr_in *from,
		    const uint8_t *bytes, size_t size, double now);
/* Ends a turn: applies the sets that were gathered, sends the answers. */
void dispatch_flush(struct dispatch *dispatch);
/* Takes a bundle whose time has come; its time tag then says "now". False: there is
 * none. The caller frees *bytes. */
bool dispatch_due(struct dispatch *dispatch, double now, uint8_t **bytes, size_t *size,
		  struct sockaddr_in *from);
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

/* ---- bundle.c and dispatch.c share ------------------------------------------------------- */

/* In a bundle the sets go first, as one change, then all else, which may show their
 * effect. */
enum pass { PASS_ALL, PASS_SETS, PASS_OTHERS };
void dispatch_message(struct dispatch *dispatch, const struct sender *sender,
		      const uint8_t *bytes, size_t size, enum pass pass);
void dispatch_apply(
	struct dispatch *dispatch); /* applies the gathered sets as one change */

#endif
