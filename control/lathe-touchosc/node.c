/* node.c - a rack's rows, sorted by node. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "control/lathe-touchosc/node.h"

#include "control/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct node *node_of(struct rack *rack, const char *name)
{
	bool output = strncmp(name, "rack/output/", 12) == 0;
	struct node **nodes = output ? rack->outputs : rack->nodes;
	int *count = output ? &rack->output_count : &rack->node_count;

	if (strcmp(name, "rack") == 0 && rack->rack)
		return rack->rack;
	for (int i = 0; i < *count && strcmp(name, "rack") != 0; i++)
		if (strcmp(nodes[i]->name, name) == 0)
			return nodes[i];
	if (*count == NODES_MAX)
		return NULL;
	struct node *node = calloc(1, sizeof(*node));
	if (!node)
		abort();
	snprintf(node->name, sizeof(node->name), "%s", name);
	if (strcmp(name, "rack") == 0)
		return rack->rack = node;
	return nodes[(*count)++] = node;
}

static struct node *node_find(const struct rack *rack, const char *path)
{
	for (int i = 0; i < rack->node_count; i++)
		if (strcmp(rack->nodes[i]->name, path) == 0)
			return rack->nodes[i];
	for (int i = 0; i < rack->output_count; i++)
		if (strcmp(rack->outputs[i]->name, path) == 0)
			return rack->outputs[i];
	return NULL;
}

static int place_find(void *context, const char *path)
{
	const struct rack *rack = context;

	for (int i = 0; i < rack->node_count; i++)
		if (strcmp(rack->nodes[i]->name, path) == 0)
			return i;
	return CHAIN_NONE;
}

/* The numbers of the outputs follow those of the nodes. */
static const char *place_from(void *context, int place)
{
	const struct rack *rack = context;
	const struct node *node = place < rack->node_count
					  ? rack->nodes[place]
					  : rack->outputs[place - rack->node_count];

	return node->from ? node->from : "";
}

static bool measures_loudness(void *context, int place)
{
	const struct rack *rack = context;
	const struct node *node = rack->nodes[place];

	return node_meter(node, "short_term") && node_meter(node, "integrated");
}

/* For a walk that sees all of the chain: nothing is wanted. */
static bool mark(void *context, int place)
{
	((const struct rack *)context)->nodes[place]->in_chain = true;
	return false;
}

/* Without a graph: the first output, and the last node that measures loudness. */
static void master_find(struct rack *rack, const struct tree *tree)
{
	struct chain chain = { rack, place_find, place_from, mark };
	int master = 0;

	for (int i = 0; i < tree->link_count; i++) {
		const struct link *link = &tree->links[i];
		struct node *node = node_find(rack, link->path);
		if (node)
			node->from = link->from;
		for (int k = 0;
		     node && strstr(link->marks, "master") && k < rack->output_count;
		     k++)
			if (rack->outputs[k] == node)
				master = k;
	}
	if (rack->output_count)
		rack->master = rack->outputs[master];
	for (int i = rack->node_count - 1; i >= 0 && !tree->link_count; i--)
		if (!rack->loudness && measures_loudness(rack, i))
			rack->loudness = rack->nodes[i];
	for (int i = 0; i < rack->node_count; i++)
		rack->nodes[i]->in_chain = !tree->link_count;
	if (!tree->link_count || !rack->master)
		return;
	chain_before(&chain, rack->node_count + master);
	chain.is_wanted = measures_loudness;
	const int found = chain_before(&chain, rack->node_count + master);
	rack->loudness = found == CHAIN_NONE ? NULL : rack->nodes[found];
}

void rack_read(struct rack *rack, const struct tree *tree)
{
	for (int i = 0; i < tree->count; i++) {
		const struct row *row = &tree->rows[i];
		struct node *node = node_of(rack, row->node);
		if (node && row->meter && node->meter_count < NODE_ROWS_MAX)
			node->meters[node->meter_count++] = row;
		else if (node && row->vector && node->vector_count < NODE_VECTORS_MAX)
			node->vectors[node->vector_count++] = row;
		else if (node && !row->meter && !row->vector &&
			 node->param_count < NODE_ROWS_MAX)
			node->params[node->param_count++] = row;
	}
	master_find(rack, tree);
}

void rack_finish(struct rack *rack)
{
	for (int i = 0; i < rack->node_count; i++)
		free(rack->nodes[i]);
	for (int i = 0; i < rack->output_count; i++)
		free(rack->outputs[i]);
	free(rack->rack);
}

static const struct row *row_find(const struct row *const *rows, int count,
				  const char *leaf)
{
	for (int i = 0; i < count; i++)
		if (!rows[i]->group[0] && strcmp(rows[i]->leaf, leaf) == 0)
			return rows[i];
	return NULL;
}

const struct row *node_meter(const struct node *node, const char *leaf)
{
	return row_find(node->meters, node->meter_count, leaf);
}

const struct row *node_param(const struct node *node, const char *leaf)
{
	return row_find(node->params, node->param_count, leaf);
}

void row_name(const struct node *node, const struct row *row, char *name, size_t size)
{
	const struct row *const *rows = row->meter ? node->meters : node->params;
	int count = row->meter ? node->meter_count : node->param_count, twins = 0;

	for (int i = 0; i < count; i++)
		twins += strcmp(rows[i]->group, row->group) == 0 &&
			 strcmp(rows[i]->leaf, row->leaf) == 0;
	if (row->member && twins > 1)
		snprintf(name, size, "%s %d", row->label, row->member);
	else
		snprintf(name, size, "%s", row->label);
}
