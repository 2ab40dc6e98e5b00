/* session.h - one conversation with a rack: options, the client, and what has gone wrong so
 * far. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_SESSION_H
#define LATHE_LATHECTL_SESSION_H

#include "control/client.h"
#include "control/lathectl/hosts.h"
#include "control/lathectl/options.h"

#include <signal.h>
#include <stdio.h>

enum {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1,
	EXIT_NO_ANSWER = 3, /* 2 is EXIT_USAGE */
	PATH_BYTES = 160,
};

struct command;

struct session {
	struct options options;
	const struct command *commands; /* the table; the last has no name */
	struct client client;
	struct places places; /* more than one: each command goes to all of them */
	FILE *input;          /* in place of stdin */
	struct hook *hook;    /* of `events --run`, while it runs */
	double lead;          /* seconds until client.due; 0: changes act at once */
	bool is_child; /* one of many: the parent turns what is on stderr into JSON */
	bool refused;  /* the rack has answered with an error */
	char last_error[PATH_BYTES]; /* the address of the last one that was printed */
};

extern volatile sig_atomic_t stop_asked; /* SIGINT or SIGTERM came */

/* "/eq/gain" from "eq/gain" or "/eq/gain", without "/" at its end. */
void path_normal(const char *given, char path[PATH_BYTES]);
bool is_pattern(const char *path);
/* Prints what went wrong: a line on stderr, with --json an object on stdout. `path`: of the
 * address, without its first slash, or "". */
void session_complain(const struct session *session, const char *path,
		      const char *text);
/* Prints a /rack/error, once for each address. False: the message is something else. */
bool session_error(struct session *session, const struct message *message);
/* Prints that nobody answers; returns EXIT_NO_ANSWER. */
int session_no_answer(const struct session *session);
/* A number that tells a ping's pong from those of earlier pings. */
int session_number(void);
/* Runs the client until the handler returns true. Silence for as long as `patience` is a
 * timeout. */
enum client_end session_listen(struct session *session,
			       bool (*on_message)(void *, const struct message *),
			       void *context);

#endif
