/* chain.c - a walk up a rack's graph. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/chain.h"

#include <stdio.h>
#include <string.h>

enum { PATH_MAX_BYTES = 64 };

struct walk {
	const struct chain *chain;
	bool visited
		[CHAIN_NODES_MAX]; /* each node is looked at once, however paths join */
};

static int walk_from(struct walk *walk, int node)
{
	const struct chain *chain = walk->chain;
	const char *at = chain->from(chain->context, node);

	for (; *at; at += strspn(at, " ")) {
		char name[PATH_MAX_BYTES];
		const int length = (int)strcspn(at, " ");

		snprintf(name, sizeof(name), "%.*s", length, at);
		at += length;
		const int before = chain->find(chain->context, name);
		/* None: an input, or a side ("key:drums"). */
		if (before < 0 || before >= CHAIN_NODES_MAX || walk->visited[before])
			continue;
		walk->visited[before] = true;
		if (chain->is_wanted(chain->context, before))
			return before;
		const int found = walk_from(walk, before);
		if (found != CHAIN_NONE)
			return found;
	}
	return CHAIN_NONE;
}

int chain_before(const struct chain *chain, int node)
{
	struct walk walk = { .chain = chain };

	return walk_from(&walk, node);
}
