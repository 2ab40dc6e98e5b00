/* answer.h - what is sent to one client: answers, errors, and long answers in parts.
 * Control thread; never waits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_ANSWER_H
#define LATHE_OSC_ANSWER_H

#include "daemon/net/packet.h"
#include "daemon/osc/watch.h"

enum {
	ANSWERS_MAX = 64,         /* long answers that are being sent */
	ANSWERS_OF_HOST_MAX = 16, /* to one host; this machine has no such limit */
};

/* The sender of a message. `client` is NULL when all records are in use. */
struct sender {
	struct sockaddr_in address;
	struct client *client;
	enum role role;
};

struct answers;

struct answers *answers_create(struct desk *desk, struct outlet *outlet);
void answers_destroy(struct answers *answers);
/* Call after the tree of addresses was replaced. Long answers about the old tree end
 * with an error. */
void answers_reshape(struct answers *answers, const struct addresses *addresses,
		     double now);
/* Errors that were not sent, because their client had 100 in that second. */
uint64_t answers_withheld(const struct answers *answers);

/* Short answers share a datagram. It is sent when it is full, when the next answer is
 * for another client, and by answer_send(). */
struct packet *answer_packet(struct answers *answers, const struct sender *sender);
void answer_send(struct answers *answers);
/* One value, in this datagram or the next. */
void answer_value(struct answers *answers, const struct sender *sender, int index,
		  enum verb form);
/* Sends "/rack/error ,sss". A client gets at most 100 a second; more are counted as
 * withheld. */
void answer_error(struct answers *answers, const struct sender *sender,
		  const char *address, const char *code, double now, const char *format,
		  ...) __attribute__((format(printf, 6, 7)));
/* "it takes the role admin; 10.0.0.7 has control" */
void answer_forbidden(const struct sender *sender, enum role needed, char *text,
		      size_t size);
/* Whether another error would be sent to this client now. Ask before a costly
 * explanation. */
bool answer_may_complain(struct answers *answers, const struct sender *sender,
			 double now);

/* Long answers. False: too many are being sent; answer_busy is the text for the
 * error. */
extern const char answer_busy[];
bool answer_describe(struct answers *answers, const struct sender *sender,
		     const struct pattern *pattern);
/* `bits` marks leaves of the tree; they are copied. */
bool answer_values(struct answers *answers, const struct sender *sender,
		   const uint64_t *bits, enum verb form);
/* A long text at `path`: part, parts, text; with `ok` (0 or 1) as a /rack/result. Takes
 * the text over. */
bool answer_text(struct answers *answers, const struct sender *sender, const char *path,
		 int ok, struct text *text);
void answers_tick(struct answers *answers);
/* The number of the newest long answer. answer_goes_on(): whether this client is still
 * being sent a long answer with that number or a lower one. A pong waits until it is
 * not. */
uint64_t answer_newest(const struct answers *answers);
bool answer_goes_on(const struct answers *answers, const struct sockaddr_in *to,
		    uint64_t newest);
bool answers_busy(
	const struct answers *answers); /* whether a long answer is being sent */

#endif
