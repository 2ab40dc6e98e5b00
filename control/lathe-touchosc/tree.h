/* tree.h - a rack's tree of params and meters, as its description says it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TOUCHOSC_TREE_H
#define LATHE_TOUCHOSC_TREE_H

#include <stdbool.h>
#include <stddef.h>

enum { PATH_BYTES = 160, CHOICES_MAX = 32 };

/* One param, meter or vector. Strings are the tree's. */
struct row {
	char *path, *type, *access, *unit, *curve, *choices, *label, *help;
	double min, max, def, step;
	/* Parts of the path: "/eq/band/3/gain" is node "eq", group "band", member 3, leaf
	 * "gain"; a meter's begin after "meter". No group: "" and 0. */
	char node[PATH_BYTES], group[64], leaf[64];
	int member;
	bool meter, vector; /* else a param */
	int count;          /* values: 1, or those of a vector */
};

/* What a node or output hears, as the rack's graph tells it. */
struct link {
	char *path, *from, *marks;
};

struct tree {
	struct row *rows;
	int count, room;
	struct link *links;
	int link_count;
};

/* Adds a line of lathed --describe. False: it is not one. */
bool tree_add_line(struct tree *tree, const char *line);
/* Adds a /rack/description from its arguments. */
void tree_add(struct tree *tree, const char *const texts[8], const double numbers[5]);
/* Adds a line of lathed --graph. False: it is not one. */
bool tree_add_graph_line(struct tree *tree, const char *line);
/* Adds a /rack/graph/node. */
void tree_link(struct tree *tree, const char *path, const char *from,
	       const char *marks);
void tree_finish(struct tree *tree);

bool row_is(const struct row *row, const char *curve);
/* Whether it is a meter of gain reduction. */
bool row_is_reduction(const struct row *row);
/* Whether its scale is not linear in its unit. */
bool row_is_tapered(const struct row *row);
/* Number of choices; copies choice `index`, with spaces for _, when `text` is given. */
int row_choice(const struct row *row, int index, char *text, size_t size);
/* The range that a meter's bar shows. */
void row_scale(const struct row *row, double *from, double *to);

#endif
