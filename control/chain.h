/* chain.h - a walk up a rack's graph: which node before this one is of a kind. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_CHAIN_H
#define LATHE_CHAIN_H

#include <stdbool.h>

enum { CHAIN_NONE = -1, CHAIN_NODES_MAX = 1024 };

/* How to read a graph whose nodes have numbers. */
struct chain {
	void *context;
	/* The number of the node with this path, or CHAIN_NONE. */
	int (*find)(void *context, const char *path);
	/* What it hears, as /rack/graph tells it: "glue radio key:drums". */
	const char *(*from)(void *context, int node);
	bool (*is_wanted)(void *context, int node);
};

/* The nearest node before `node` that is wanted, or CHAIN_NONE. What only a side hears, as a
 * compressor its key, is not before it. */
int chain_before(const struct chain *chain, int node);

#endif
