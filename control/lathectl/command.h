/* command.h - one command with its words, as on the command line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_COMMAND_H
#define LATHE_LATHECTL_COMMAND_H

#include "control/lathectl/many.h"

struct command {
	const char *name;
	const char *arguments; /* as usage shows them; complete.c knows ADDRESS PATTERN
				  NODE NAME VALUE FILE and a|b */
	const char *help;
	int least, most; /* words after it */
	int (*run)(struct session *session, int argc, char **argv);
	bool changes;       /* on many racks: at a common time */
	enum shape shape;   /* on many racks: of the answers */
	bool shape_of_list; /* only alone or with `list`; else SHAPE_LINES */
};

/* The command whose words these are; NULL after a complaint. */
const struct command *command_find(const struct command *commands, int argc,
				   char **argv);
/* Runs it, on all places. Returns the exit status. */
int command_words(struct session *session, int argc, char **argv);

#endif
