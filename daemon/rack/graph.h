/* graph.h - which node hears which: a row for each input, node and output; and what the rack's
 * master is. Pure functions of a rack; any thread but audio. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RACK_GRAPH_H
#define LATHE_RACK_GRAPH_H

#include "daemon/base/text.h"
#include "daemon/rack/rack.h"

enum { GRAPH_FROM_BYTES = 1000, GRAPH_MARKS_BYTES = 24 };

/* An input, node or output. Strings point into the rack and into tables. */
struct graph_row {
	const char *path;   /* an input's name; "tone"; "rack/output/main" */
	const char *module; /* its id; "input" for an input */
	const char *label;  /* "Equaliser" */
	/* The inputs and nodes whose sum it hears, separated by spaces: "glue radio". What a
	 * side hears begins with the side's name: "glue key:drums". Where there is no room for
	 * all of them it ends in " ...". */
	char from[GRAPH_FROM_BYTES];
	int channels;
	char marks[GRAPH_MARKS_BYTES]; /* of an output: "master" "monitor", or both */
};

/* The index of the master: the output with `master = true`, else the first; -1: the rack has no
 * output. */
int rack_master(const struct rack *rack);
/* Calls `each` for the inputs, nodes and outputs, in the order of the config. */
void graph_rack(const struct rack *rack,
		void (*each)(void *context, const struct graph_row *row),
		void *context);
/* The line that lathed --graph and lathectl graph print, without a newline:
 *
 *   tone eq label="Equaliser" from="input" channels=2 marks="" */
void graph_line(const struct graph_row *row, struct text *line);

#endif
