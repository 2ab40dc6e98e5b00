/* test_chain.c - walks up graphs: lines, forks, sides, and one that is broken. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/chain.c"

#include "tests/support/test.h"

#include <string.h>

struct row {
	const char *path, *from;
	bool is_wanted;
};

struct graph {
	const struct row *rows;
	int count;
};

static int find(void *context, const char *path)
{
	const struct graph *graph = context;

	for (int i = 0; i < graph->count; i++)
		if (strcmp(graph->rows[i].path, path) == 0)
			return i;
	return CHAIN_NONE;
}

static const char *from(void *context, int node)
{
	return ((const struct graph *)context)->rows[node].from;
}

static bool is_wanted(void *context, int node)
{
	return ((const struct graph *)context)->rows[node].is_wanted;
}

static void check(const struct row *rows, int count, const char *path,
		  const char *wanted)
{
	struct graph graph = { rows, count };
	const struct chain chain = { &graph, find, from, is_wanted };
	const int found = chain_before(&chain, find(&graph, path));

	CHECK(found == CHAIN_NONE ? !wanted
				  : wanted && strcmp(rows[found].path, wanted) == 0,
	      "%s: %s, not %s", path,
	      found == CHAIN_NONE ? "nothing" : rows[found].path,
	      wanted ? wanted : "nothing");
}

int main(void)
{
	static const struct row rows[] = {
		{ "before", "in", true },
		{ "trim", "before", false },
		{ "after", "trim", true },
		{ "key", "in", true },
		{ "comp", "in key:key", false },
		{ "sum", "comp trim", false },
		{ "rack/output/a", "after", false },
		{ "rack/output/b", "trim", false },
		{ "rack/output/c", "comp", false },
		{ "rack/output/d", "sum", false },
		{ "rack/output/e", "", false },
		{ "one", "two", false },
		{ "two", "one", false },
	};
	const int count = sizeof(rows) / sizeof(*rows);

	check(rows, count, "rack/output/a", "after");
	check(rows, count, "rack/output/b", "before");
	check(rows, count, "rack/output/c", NULL);
	check(rows, count, "rack/output/d", "before");
	check(rows, count, "rack/output/e", NULL);
	check(rows, count, "after", "before");
	check(rows, count, "one", NULL);
	return test_result();
}
