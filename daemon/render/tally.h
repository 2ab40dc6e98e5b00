/* tally.h - meter readings of a whole run, folded as each meter's row says. Memory is
 * shared with processes that are forked later, so that the parent prints what a child
 * measured. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_TALLY_H
#define LATHE_RENDER_TALLY_H

#include "daemon/rack/rack.h"

#include <stdbool.h>

struct engine;

/* Of one node. */
struct tally_node {
	float *slots; /* [node_meters()] */
	bool *any;    /* whether slots[] was written */
};

struct tally {
	struct tally_node *nodes; /* [rack->node_count] */
	void *shared;             /* NULL: a view of another's memory */
	size_t bytes;
};

/* Empty readings of every node of the rack. */
struct tally tally_create(const struct rack *rack);
/* The same memory, by the node indices of `part`, whose nodes are nodes of `rack`. Nodes
 * that the rack does not have are not recorded. */
struct tally tally_view(const struct tally *of, const struct rack *rack,
			const struct rack *part);
void tally_finish(struct tally *tally);
void tally_clear(struct tally *tally, const struct rack *rack);

/* Folds in what the engine has published. `tail`: only true peaks, whose meters are some
 * frames late. */
void tally_take(struct tally *tally, const struct rack *rack, struct engine *engine,
		bool tail);
/* The reading of a node's meter, dB for linear ones; `otherwise` if there is none. */
double tally_get(const struct tally *tally, const struct rack *rack, int node,
		 const char *meter, double otherwise);

#endif
