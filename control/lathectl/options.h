/* options.h - the options of the command line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_OPTIONS_H
#define LATHE_LATHECTL_OPTIONS_H

#include <stdbool.h>

enum { EXIT_USAGE = 2 };

struct options {
	const char *host, *port;
	const char *instance; /* of lathed@, or NULL */
	const char *run, *on; /* events: a command, and for which codes; or NULL */
	bool json, fresh, force, summary, help;
	double rate;     /* Hz */
	double seconds;  /* < 0: until stopped */
	double since;    /* undo: seconds to go back; < 0: one step */
	double patience; /* seconds to wait for an answer */
};

struct option_row {
	char letter;                     /* by which options.c knows it */
	const char *name, *value, *help; /* value "": it takes none */
};

extern const struct option_row option_rows[]; /* the last has no name */

/* The row of "--port" or "--port=1", or NULL. */
const struct option_row *option_find(const char *given);
/* Takes the options out of argv[1..] and returns how many words are left, which begin at
 * argv[0]. Stops at --help. Ends the process with EXIT_USAGE after a complaint. */
int options_read(struct options *options, int argc, char **argv);

#endif
