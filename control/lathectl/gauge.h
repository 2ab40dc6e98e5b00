/* gauge.h - one meter as lathectl shows it: where it stands, what came, how it reads. */
#ifndef LATHE_LATHECTL_GAUGE_H
#define LATHE_LATHECTL_GAUGE_H

#include "control/lathectl/session.h"

enum { FLOOR_DB = -60 }; /* the bars begin here; a floor below it reads "-inf" */

/* One meter: its place in the rack, and what was seen of it. */
struct gauge {
	char path[PATH_BYTES];   /* "/limit/meter/out/1" */
	char node[64], name[64]; /* "limit", "out/1" */
	char label[48], unit[12];
	char choices[256]; /* "none|pause": the words for 0, 1 ...; else "" */
	double floor;      /* what it reads at rest, at least */
	double now;        /* since the last look, the strongest; a state's last */
	double last, least, most; /* of all that came */
	bool fresh, seen;
	bool bypassed; /* its node: this is what it would do */
};

/* Fills it from a /rack/description. False: that describes no meter. */
bool gauge_read(struct gauge *gauge, const struct message *message);
void gauge_take(struct gauge *gauge, double value);
/* "out" is both "out" and "out/1". */
bool gauge_is(const struct gauge *gauge, const char *name);
/* Every module calls it so, and reads it upwards from 0 dB. */
bool gauge_is_reduction(const struct gauge *gauge);
bool gauge_is_channel(const struct gauge *gauge); /* "out/1", but not "band/1/gr" */
bool gauge_is_host(const struct gauge *gauge);    /* in, out, load */
/* Whether `value` is a level that reads nothing at all. */
bool gauge_at_floor(const struct gauge *gauge, double value);
/* "-14.2" in a unit; "3", "0.53" without one; the word of a meter with choices,
 * with `space` in the place of the table's "_". */
const char *gauge_text(const struct gauge *gauge, double value, char space,
		       char text[32]);

#endif
