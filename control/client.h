/* client.h - one OSC conversation with lathed over UDP; shared by the programs here. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_CLIENT_H
#define LATHE_CLIENT_H

#include <lo/lo.h>
#include <stdbool.h>
#include <stddef.h>

struct client {
	int fd;
	lo_timetag due; /* when changes take effect; LO_TT_IMMEDIATE: at once */
	/* Messages that a daemon may not have taken, because it does not know this
	 * client yet. */
	unsigned char *kept;      /* each after its size */
	size_t kept_size, resent; /* bytes; sent again after the first challenge */
	double sent, heard, confirmed, subscribed; /* client_now() */
	int number;
};

/* A message that arrived; valid during the call of the handler. */
struct message {
	const char *path, *types;
	lo_arg **argv;
	int argc;
};

/* Why client_run() returned. */
enum client_end {
	CLIENT_DONE,        /* the handler returned true */
	CLIENT_TIMEOUT,     /* the seconds are over */
	CLIENT_GONE,        /* nothing listens there */
	CLIENT_INTERRUPTED, /* a signal came */
};

/* Host and port as names or numbers, IPv4 where there is a choice. False and a sentence on failure. */
bool client_open(struct client *client, const char *host, const char *port, char *error,
		 size_t error_size);
void client_close(struct client *client);
/* Sends a message. `types` as in OSC: i (int), f (double), s (const char *). */
void client_send(struct client *client, const char *path, const char *types, ...);
/* The same for a message that changes the rack: it takes effect at client.due. */
void client_change(struct client *client, const char *path, const char *types, ...);
/* Sends a bundle, which takes effect as one. Frees it with its messages. */
void client_send_bundle(struct client *client, lo_bundle bundle);
/* A daemon on the network asks whoever it doesn't know to send a number back
 * (/rack/challenge, /rack/confirm): client_run() does, and says again what was lost.
 *
 * Hands every message that comes within `seconds` (< 0: no end) to `on_message`, until that
 * returns true. */
enum client_end client_run(struct client *client, double seconds,
			   bool (*on_message)(void *context,
					      const struct message *message),
			   void *context);
double client_now(void); /* seconds, monotonic */

/* An argument as a number (NAN when it is not one), or as a string (NULL when it is not
 * one). */
double message_number(const struct message *message, int argument);
const char *message_string(const struct message *message, int argument);
/* "/meter/gr" of "/limit/meter/gr", or NULL: it is no meter's address. A node may be named meter. */
const char *message_meter(const char *path);
/* "error" "warning" "notice" "info": the word of an event's or alarm's level, 3 to 6. */
const char *level_word(double level);

#endif
