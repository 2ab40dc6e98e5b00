/* node.h - a rack's rows, sorted by node. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TOUCHOSC_NODE_H
#define LATHE_TOUCHOSC_NODE_H

#include "control/lathe-touchosc/tree.h"

enum { NODES_MAX = 128, NODE_ROWS_MAX = 640, NODE_VECTORS_MAX = 16 };

/* The rows of one node, in the order of its tables. */
struct node {
	char name[PATH_BYTES];
	const struct row *params[NODE_ROWS_MAX], *meters[NODE_ROWS_MAX];
	const struct row *vectors[NODE_VECTORS_MAX];
	int param_count, meter_count, vector_count;
	const char *from; /* what it hears; the tree's */
	bool in_chain;    /* the master hears it */
};

/* The nodes of the chain, the outputs, and the rack itself. */
struct rack {
	struct node *nodes[NODES_MAX], *outputs[NODES_MAX], *rack;
	int node_count, output_count;
	/* The output that the overview shows, and the loudness meter in its chain; or NULL. */
	const struct node *master, *loudness;
	const char *const *scenes;
	int scene_count;
};

void rack_read(struct rack *rack, const struct tree *tree);
void rack_finish(struct rack *rack);
const struct row *node_meter(const struct node *node, const char *leaf);
const struct row *node_param(const struct node *node, const char *leaf);
/* "Gain 2" of a row that repeats, else its label. */
void row_name(const struct node *node, const struct row *row, char *name, size_t size);

#endif
