/* many.h - one command on several racks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_MANY_H
#define LATHE_LATHECTL_MANY_H

#include "control/lathectl/session.h"

/* How several racks' answers stand side by side. */
enum shape {
	SHAPE_LINES,  /* as they are, each with its rack's name */
	SHAPE_VALUES, /* a table: the first word, and a column for each rack */
	SHAPE_NAMES,  /* a table: the line, and which racks have it */
	SHAPE_STREAM, /* as they come */
	SHAPE_ONE,    /* the command itself goes to all racks */
};

/* Runs the command on each of the places, at a common time when it `changes` the racks, and
 * prints their answers side by side. Returns the worst exit status. */
int many_run(struct session *session, enum shape shape, bool changes,
	     int (*run)(struct session *session, int argc, char **argv), int argc,
	     char **argv);

#endif
