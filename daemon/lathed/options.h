/* options.h - lathed's command line, read before any thread starts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHED_OPTIONS_H
#define LATHE_LATHED_OPTIONS_H

#include <stdbool.h>

struct options {
	const char *config;
	const char *server;   /* of JACK, or NULL: its default */
	const char *client;   /* or NULL: the rack's name */
	const char *state;    /* folder of what outlives a restart, or NULL */
	const char *avahi;    /* where to write what Avahi is to announce, or NULL */
	const char *announce; /* the same, while playing */
	int port;             /* of OSC; -1: the config's */
	bool check, describe, graph, socket, verbose, no_state, pretty_names;
	bool strict; /* a bad config is not replaced by the last good one */
	bool force;  /* a config that takes away outputs or limiters is taken */
};

/* Returns -1: start. Otherwise the exit status; everything was printed. */
int options_parse(struct options *options, int argc, char **argv);
/* Where the state is kept, for free(); NULL: nowhere. */
char *options_state_folder(const struct options *options);

#endif
