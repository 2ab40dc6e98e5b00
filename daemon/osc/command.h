/* command.h - a command of the rack ("/rack/status") is a row of a table. Control
 * thread.
 *
 * Each command_*.c has a table, and commands.c lists the tables. The dispatcher knows
 * no command by name. To add a command, add a row: `make docs` writes docs/osc.md from
 * the rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_COMMAND_H
#define LATHE_OSC_COMMAND_H

#include "daemon/net/packet.h"
#include "daemon/rack/rack.h"

struct client;
struct command;
struct dispatch;
struct sender;

/* A command that a client has sent. */
struct request {
	const struct command *command;
	struct dispatch *dispatch;
	const struct sender *sender;
	const struct message *message;
	void *state; /* what create() of its set returned; NULL: the set has none */
};

struct command {
	const char *path;
	const char
		*arguments; /* for the docs: "s name [f fade]", optional ones in [ ] */
	enum role role;     /* the least that a sender needs */
	/* For the docs: what is done, and what is answered. */
	const char *help;
	void (*run)(const struct request *request);
	/* Sets that came before it in the same turn are applied before it runs, unless this is
	 * true: it does not show their effect. */
	bool is_independent;
};

/* Whether a set waits for something, and for what. */
enum wait {
	WAIT_NONE,
	WAIT_TICK,  /* the next tick, in 10 ms */
	WAIT_AUDIO, /* the audio thread, which may play a change at any time */
};

/* The commands of one file, and what they remember between messages. Functions may be NULL. */
struct command_set {
	const struct command *commands; /* [n], then one whose path is NULL */
	void *(*create)(const struct dispatch *dispatch);
	void (*destroy)(void *state);
	/* Every 10 ms, and as soon as the audio has played something when WAIT_AUDIO. */
	void (*tick)(struct dispatch *dispatch, void *state);
	enum wait (*wait)(const void *state);
	/* Tells a client what it should know when its first subscription begins. */
	void (*greet)(struct dispatch *dispatch, const struct client *client);
};

/* The commands of all sets in turn; NULL after the last. `sets` ends with NULL. */
static inline const struct command *command_at(const struct command_set *const *sets,
					       int index)
{
	for (; *sets; sets++)
		for (const struct command *at = (*sets)->commands; at->path; at++)
			if (index-- == 0)
				return at;
	return NULL;
}

#endif
