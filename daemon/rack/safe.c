/* safe.c - the rack of safe mode. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/rack/safe.h"

#include "daemon/base/memory.h"
#include "daemon/rack/param.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Marks the inputs that reach this node. `seen`: nodes that were looked at. */
static void find_inputs(const struct rack *rack, int place, bool *inputs, bool *seen)
{
	const struct node *node = &rack->nodes[place];

	if (seen[place])
		return;
	seen[place] = true;
	for (int i = 0; i < node->source_count[0]; i++) {
		const struct source *source = &node->sources[0][i];

		if (source->kind == FROM_INPUT)
			inputs[source->index] = true;
		else
			find_inputs(rack, source->index, inputs, seen);
	}
}

static void copy_connect(char **to, char *const *from)
{
	for (int i = 0; to && from && i < CONNECTS_MAX; i++)
		to[i] = from[i] ? memory_string(from[i]) : NULL;
}

static void copy_values(struct node *to, const struct node *from)
{
	const size_t bytes = (size_t)node_params(from) * sizeof(*from->values);

	memcpy(to->values, from->values, bytes);
	memcpy(to->loaded, from->loaded, bytes);
}

static void add_limiter(struct rack *safe, const struct rack *rack, int place,
			int count)
{
	bool *inputs = memory_zeroed((size_t)rack->input_count + 1, sizeof(*inputs));
	bool *seen = memory_zeroed((size_t)rack->node_count, sizeof(*seen));
	char name[NAME_BYTES];

	snprintf(name, sizeof(name), count ? "safe-%d" : "safe", count + 1);
	struct node *limiter =
		rack_add_node(safe, NODE_MODULE, name, module_of_role(MODULE_LIMITER));
	node_set_channels(limiter, rack->nodes[place].channels);
	find_inputs(rack, place, inputs, seen);
	for (int i = 0; i < rack->input_count; i++)
		if (inputs[i] && limiter->source_count[0] < SOURCES_MAX)
			limiter->sources[0][limiter->source_count[0]++] =
				(struct source) { FROM_INPUT, i };
	free(inputs);
	free(seen);
}

static void add_output(struct rack *safe, const struct node *node, int limiter)
{
	struct node *output = rack_add_node(safe, NODE_OUTPUT, node->name, NULL);

	node_set_channels(output, node->channels);
	output->sources[0][0] = (struct source) { FROM_NODE, limiter };
	output->source_count[0] = 1;
	output->monitor = node->monitor;
	output->master = node->master;
	copy_connect(output->connect, node->connect);
	copy_values(output, node);
}

struct rack *rack_safe(const struct rack *rack)
{
	struct rack *safe = rack_create();
	int count = 0;

	memcpy(safe->name, rack->name, sizeof(safe->name));
	memcpy(safe->files, rack->files, sizeof(safe->files));
	memcpy(safe->scenes, rack->scenes, sizeof(safe->scenes));
	osc_settings_destroy(safe->osc);
	safe->osc = osc_settings_copy(rack->osc);
	for (int i = 0; i < rack->input_count; i++)
		copy_connect(rack_add_input(safe, rack->inputs[i].name,
					    rack->inputs[i].channels)
				     ->connect,
			     rack->inputs[i].connect);
	/* All limiters first: places of nodes stay as they are then. */
	for (int i = 0; i < rack->node_count; i++)
		if (rack->nodes[i].kind == NODE_OUTPUT)
			add_limiter(safe, rack, i, count++);
	count = 0;
	for (int i = 0; i < rack->node_count; i++)
		if (rack->nodes[i].kind == NODE_OUTPUT)
			add_output(safe, &rack->nodes[i], count++);
	copy_values(&safe->nodes[safe->node_count - 1],
		    &rack->nodes[rack->node_count - 1]);
	return safe;
}
