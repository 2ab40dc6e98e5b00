/* gauge.h - one meter as lathectl shows it: its place, its values, its text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_LATHECTL_GAUGE_H
#define LATHE_LATHECTL_GAUGE_H

#include "control/lathectl/session.h"

enum { FLOOR_DB = -60 }; /* the bars begin here; a floor below it reads "-inf" */

/* One meter: its place in the rack, and the values that arrived. */
struct gauge {
	char path[PATH_BYTES];   /* "/limit/meter/out/1" */
	char node[64], name[64]; /* "limit", "out/1" */
	char label[48], unit[12];
	char choices[256]; /* "none|pause": the words for 0, 1 ...; else "" */
	double floor;      /* what it reads at rest, at least */
	double now; /* the strongest value since the last look; of a state the last one */
	double last, least, most; /* of all values */
	bool fresh, seen;
	bool bypassed; /* its node is bypassed: the value is what it would do */
};

/* Fills it from a /rack/description. False: it describes no meter. */
bool gauge_read(struct gauge *gauge, const struct message *message);
void gauge_take(struct gauge *gauge, double value);
/* The least and the most begin anew. */
void gauge_reset(struct gauge *gauge);
/* Whether its name is `name` or begins with `name` and a slash. */
bool gauge_is(const struct gauge *gauge, const char *name);
/* Whether it is gain reduction: every module calls it `gr` and counts upwards from 0
 * dB. */
bool gauge_is_reduction(const struct gauge *gauge);
bool gauge_is_channel(const struct gauge *gauge); /* "out/1", but not "band/1/gr" */
bool gauge_is_host(const struct gauge *gauge);    /* in, out, load */
/* Whether `value` is a level at the bottom of its range: silence. */
bool gauge_at_floor(const struct gauge *gauge, double value);
/* "-14.2" in a unit; "3", "0.53" without one; the word of a meter with choices,
 * with `space` in the place of the table's "_". */
const char *gauge_text(const struct gauge *gauge, double value, char space,
		       char text[32]);

#endif
