/* node.c - a rack's rows, sorted by node. */
#include "control/lathe-touchosc/node.h"

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
