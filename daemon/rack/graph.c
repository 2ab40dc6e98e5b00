/* graph.c - which node hears which. Pure functions of a rack; any thread but audio. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/rack/graph.h"

#include <stdio.h>
#include <string.h>

int rack_master(const struct rack *rack)
{
	int first = -1;

	for (int i = 0; i < rack->node_count; i++) {
		if (rack->nodes[i].kind != NODE_OUTPUT)
			continue;
		if (rack->nodes[i].master)
			return i;
		first = first < 0 ? i : first;
	}
	return first;
}

static const char *source_name(const struct rack *rack, struct source source)
{
	return source.kind == FROM_INPUT ? rack->inputs[source.index].name
					 : rack->nodes[source.index].path;
}

/* Adds " side:name". False: there is no room. */
static bool from_add(char from[GRAPH_FROM_BYTES], const char *side, const char *name)
{
	static const char rest[] = " ...";
	size_t used = strlen(from);
	size_t wanted = 2 + strlen(name) + (side ? 1 + strlen(side) : 0);

	if (used + wanted + sizeof(rest) > GRAPH_FROM_BYTES) {
		snprintf(from + used, GRAPH_FROM_BYTES - used, "%s", rest);
		return false;
	}
	snprintf(from + used, GRAPH_FROM_BYTES - used, "%s%s%s%s", used ? " " : "",
		 side ? side : "", side ? ":" : "", name);
	return true;
}

static void from_fill(const struct rack *rack, const struct node *node,
		      char from[GRAPH_FROM_BYTES])
{
	from[0] = '\0';
	for (int side = 0; side <= SIDES_MAX; side++)
		for (int i = 0; i < node->source_count[side]; i++)
			if (!from_add(from, side ? node->module->sides[side - 1] : NULL,
				      source_name(rack, node->sources[side][i])))
				return;
}

void graph_rack(const struct rack *rack,
		void (*each)(void *context, const struct graph_row *row), void *context)
{
	const int master = rack_master(rack);
	struct graph_row row = { .module = "input", .label = "Input" };

	for (int i = 0; i < rack->input_count; i++) {
		row.path = rack->inputs[i].name;
		row.channels = rack->inputs[i].channels;
		each(context, &row);
	}
	for (int i = 0; i < rack->node_count; i++) {
		const struct node *node = &rack->nodes[i];

		if (node->kind == NODE_RACK)
			continue;
		row.path = node->path;
		row.module = node->module->id;
		row.label = node->module->label;
		row.channels = node->channels;
		from_fill(rack, node, row.from);
		snprintf(row.marks, sizeof(row.marks), "%s%s%s",
			 i == master ? "master" : "",
			 i == master && node->monitor ? " " : "",
			 node->monitor ? "monitor" : "");
		each(context, &row);
	}
}

void graph_line(const struct graph_row *row, struct text *line)
{
	text_add(line, "%s %s label=\"%s\" from=\"%s\" channels=%d marks=\"%s\"",
		 row->path, row->module, row->label, row->from, row->channels,
		 row->marks);
}
