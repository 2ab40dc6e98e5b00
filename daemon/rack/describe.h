/* describe.h - the rack's tree in words: one row per param, meter and vector; a vector's row
 * stands for the meters in it. Pure functions of a rack; any thread but audio. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RACK_DESCRIBE_H
#define LATHE_RACK_DESCRIBE_H

#include "daemon/rack/rack.h"
#include "daemon/base/text.h"

/* A param or meter. Strings point into tables or into `path`. */
struct description {
	char path[128];     /* "/eq/band/3/gain" */
	const char *type;   /* "param" "meter"; "b": a vector */
	const char *access; /* "rw" "r" "w" */
	const char *unit, *curve;
	float min, max, def, step;
	char choices[256]; /* "bell|low_shelf|..." or "" */
	const char *label, *help;
	int count;       /* values that it sends: 1, or a vector's */
	int node, index; /* places: value index, or meter slot; a vector's first */
};

/* Calls `each` for every param, meter and vector of the rack, in order. */
void describe_rack(const struct rack *rack,
		   void (*each)(void *context, const struct description *row),
		   void *context);
/* The line that lathed --describe and lathectl describe print, without a newline:
 *
 *   /eq/band/3/gain param rw unit="dB" curve=linear min=-24 max=24 default=0 step=0.1
 *   choices="" label="Gain" help="..." count=1
 *
 * all of it on one line, always these keys in this order; \ stands before " and \. */
void describe_line(const struct description *row, struct text *line);
/* A hash of the tree: it changes when the tree changes. */
uint32_t describe_hash(const struct rack *rack);

#endif
