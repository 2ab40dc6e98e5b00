/* sets.c - lathe-render's --set: a value that replaces the config's. Before the run. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/sets.h"

#include "daemon/base/text.h"
#include "daemon/base/hint.h"
#include "daemon/rack/param.h"

#include <stdio.h>
#include <string.h>

static bool refuse(const char *given, const char *why)
{
	fprintf(stderr, "lathe-render: --set %s: %s\n", given, why);
	return false;
}

/* The node with the longest path that `path` begins with; *rest: the part after its
 * slash. */
static int node_find(const struct rack *rack, char *path, const char **rest)
{
	int node = -1;

	for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		const int found = rack_find(rack, path);
		*slash = '/';
		if (found >= 0) {
			node = found;
			*rest = slash + 1;
		}
	}
	return node;
}

static bool no_node(const struct rack *rack, const char *given, char *path)
{
	struct hint hint = { .count = 0 };
	struct text why = { 0 };
	char *slash = strchr(path, '/');

	if (slash)
		*slash = '\0';
	for (int i = 0; i < rack->node_count; i++)
		if (rack->nodes[i].kind == NODE_MODULE)
			hint_add(&hint, rack->nodes[i].path);
	text_add(&why, "no node of this rack is called \"%s\"", path);
	hint_tell(&hint, path, &why);
	refuse(given, why.bytes);
	text_finish(&why);
	return false;
}

static bool no_param(const struct node *node, const char *given, const char *wanted)
{
	enum { PATH = 96 };
	static char paths[HINT_WORDS_MAX][PATH];
	struct hint hint = { .count = 0 };
	struct text why = { 0 };
	const int total = params_total(node->module, node->kind == NODE_MODULE);

	for (int p = 0; p < total && p < HINT_WORDS_MAX; p++) {
		param_path(node->module, p, paths[p], PATH);
		hint_add(&hint, paths[p]);
	}
	text_add(&why, "%s has no param \"%s\"", node->path, wanted);
	hint_tell(&hint, wanted, &why);
	refuse(given, why.bytes);
	text_finish(&why);
	return false;
}

bool set_apply(struct rack *rack, const char *given)
{
	char path[256], error[256];
	const char *from = given + (given[0] == '/'), *rest = "";
	const char *equals = strchr(from, '=');
	float value;

	if (!equals || equals == from || equals - from >= (int)sizeof(path))
		return refuse(given, "NODE/PARAM=VALUE is wanted");
	snprintf(path, sizeof(path), "%.*s", (int)(equals - from), from);
	const int place = node_find(rack, path, &rest);
	if (place < 0)
		return no_node(rack, given, path);
	const struct node *node = &rack->nodes[place];
	const int param = param_find(node->module, node->kind == NODE_MODULE, rest);
	if (param < 0)
		return no_param(node, given, rest);
	const struct param *row = param_row(node->module, param);
	if (!param_parse(row, equals + 1, &value, error, sizeof(error)))
		return refuse(given, error);
	/* A fader may go beyond the range and is clamped; in a command that is a
	 * mistake. */
	if (param_clamp(row, value) != value) {
		char why[300];
		param_accepts(row, error, sizeof(error));
		snprintf(why, sizeof(why), "would accept %s", error);
		return refuse(given, why);
	}
	rack_set(rack, place, param, value);
	return true;
}
