/* client.h - one OSC conversation with lathed over UDP; shared by the programs here. */
#ifndef LATHE_CLIENT_H
#define LATHE_CLIENT_H

#include <lo/lo.h>
#include <stdbool.h>
#include <stddef.h>

struct client {
	int fd;
	lo_timetag due; /* when changes take effect; LO_TT_IMMEDIATE: as they come */
	/* What a daemon that doesn't know us yet has not taken: see client_confirm(). */
	unsigned char *kept; /* each behind its size */
	size_t kept_size;
	double sent, heard, confirmed, subscribed; /* client_now() */
	int number;
};

/* One message that came; valid during the call that hands it over. */
struct message {
	const char *path, *types;
	lo_arg **argv;
	int argc;
};

/* Why client_run() came back. */
enum client_end {
	CLIENT_DONE,        /* the handler said so */
	CLIENT_TIMEOUT,     /* the seconds are over */
	CLIENT_GONE,        /* nobody listens there */
	CLIENT_INTERRUPTED, /* by a signal */
};

/* Host and port as names or numbers, IPv4 where there is a choice. False and a sentence on failure. */
bool client_open(struct client *client, const char *host, const char *port, char *error,
		 size_t error_size);
void client_close(struct client *client);
/* `types` as in OSC: i (int), f (double), s (const char *). */
void client_send(struct client *client, const char *path, const char *types, ...);
/* The same for what changes the rack: takes effect when `due`. */
void client_change(struct client *client, const char *path, const char *types, ...);
/* Takes effect as one. Frees the bundle with its messages. */
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

/* Argument as a number (NaN when it is none), or as a string (NULL when it is none). */
double message_number(const struct message *message, int argument);
const char *message_string(const struct message *message, int argument);

#endif
