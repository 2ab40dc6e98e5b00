/* answer.h - what one client is told: answers, errors, and long answers a little at a
 * time. Control thread; never waits. */
#ifndef LATHE_OSC_ANSWER_H
#define LATHE_OSC_ANSWER_H

#include "daemon/net/packet.h"
#include "daemon/osc/watch.h"

enum { ANSWERS_MAX = 64 }; /* long ones under way */

/* Who sent the message in hand; client is NULL when all records are in use. */
struct sender {
	struct sockaddr_in address;
	struct client *client;
	enum role role;
};

struct answers;

struct answers *answers_create(struct desk *desk, int fd);
void answers_destroy(struct answers *answers);
/* The tree is another one: what was being said about the old one ends with an error. */
void answers_reshape(struct answers *answers, const struct addresses *addresses,
		     double now);
uint64_t answers_unsent(const struct answers *answers);

/* Short answers gather in one datagram until the sender changes or answer_send(). */
struct packet *answer_packet(struct answers *answers, const struct sender *sender);
void answer_send(struct answers *answers);
/* One message, at once fitted or in the next datagram. */
void answer_value(struct answers *answers, const struct sender *sender, int index,
		  enum verb form);
/* "/rack/error ,sss". At most 100 a second to one client; the rest is counted as unsent. */
void answer_error(struct answers *answers, const struct sender *sender,
		  const char *address, const char *code, double now, const char *format,
		  ...) __attribute__((format(printf, 6, 7)));
/* True while the sender may be told of another error: explaining one costs time. */
bool answer_may_complain(struct answers *answers, const struct sender *sender,
			 double now);

/* Long answers. False: too many are under way. */
bool answer_describe(struct answers *answers, const struct sender *sender,
		     const struct pattern *pattern);
/* `bits` marks places; they are copied. */
bool answer_values(struct answers *answers, const struct sender *sender,
		   const uint64_t *bits, enum verb form);
/* "<path> <head> part parts text"; takes the text over. */
bool answer_text(struct answers *answers, const struct sender *sender, const char *path,
		 int ok, struct text *text);
void answers_tick(struct answers *answers);
/* The newest long answer so far; and whether one to this client, up to that one, is still
 * under way: what says that all was said must wait for it. */
uint64_t answer_newest(const struct answers *answers);
bool answer_goes_on(const struct answers *answers, const struct sockaddr_in *to,
		    uint64_t newest);
bool answers_busy(const struct answers *answers); /* a long one is under way */

#endif
