/* build_ports.c - the list of a plan's JACK ports: those of the rack's inputs and
 * outputs, then those of nodes with ports of their own. Worker thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/worker/build_ports.h"

#include "daemon/base/arena.h"
#include "daemon/base/memory.h"
#include "daemon/rack/rack.h"

#include <stdio.h>
#include <stdlib.h>

static struct port *add_port(struct plan *plan, const char *name, const char *part,
			     int channel, float *buffer)
{
	struct port *port = &plan->ports[plan->port_count];

	*port = (struct port) { .slot = -1 };
	snprintf(port->name, sizeof(port->name), "%s%s_%d", name, part, channel + 1);
	plan->port_buffers[plan->port_count++] = buffer;
	return port;
}

static int farthest(const struct plan *plan, const struct draft *draft, int input)
{
	uint64_t bit = (uint64_t)1 << (input < 63 ? input : 63);
	int latency = 0;

	for (int i = 0; i < plan->rack->node_count; i++) {
		int out = draft->out[i];
		if (plan->rack->nodes[i].kind == NODE_OUTPUT &&
		    (draft->signals[out].inputs & bit) &&
		    draft->signals[out].latency > latency)
			latency = draft->signals[out].latency;
	}
	return latency;
}

static void input_ports(struct plan *plan, const struct draft *draft, int place,
			float *const *buffers)
{
	const struct input *input = &plan->rack->inputs[place];

	for (int c = 0; c < input->channels; c++) {
		struct port *port = add_port(plan, input->name, "", c, buffers[c]);
		port->connect = input->connect ? input->connect[c] : NULL;
		port->latency = farthest(plan, draft, place);
		plan->input_buffers[plan->input_count++] = buffers[c];
	}
}

static void output_ports(struct plan *plan, int place, float *const *buffers)
{
	const struct node *node = &plan->rack->nodes[place];

	for (int c = 0; c < node->channels; c++) {
		struct port *port = add_port(plan, node->name, "", c, buffers[c]);
		port->is_output = true;
		port->connect = node->connect ? node->connect[c] : NULL;
		port->latency = plan->latency[place];
	}
}

/* A send's latency is counted from the rack's inputs, a return's to the rack's
 * outputs. */
static void loop_ports(struct plan *plan, const struct draft *draft,
		       const struct loop *loop)
{
	const struct node *node = &plan->rack->nodes[loop->node];
	int own = draft->latency[loop->node], longest = 0;

	for (int i = 0; i < plan->node_count; i++)
		if (plan->rack->nodes[i].kind == NODE_OUTPUT &&
		    plan->latency[i] > longest)
			longest = plan->latency[i];
	for (int c = 0; c < node->channels; c++) {
		struct port *port =
			add_port(plan, node->name, "_send", c, loop->send[c]);
		port->is_output = port->of_node = true;
		port->connect = node->connect[c];
		port->latency = plan->latency[loop->node] - own;
	}
	for (int c = 0; c < node->channels; c++) {
		struct port *port =
			add_port(plan, node->name, "_return", c, loop->back[c]);
		port->of_node = true;
		port->connect = node->returns[c];
		port->latency = longest - plan->latency[loop->node];
	}
}

void plan_add_ports(struct plan *plan, const struct draft *draft,
		    float *(*buffers)[CHANNELS_MAX])
{
	const struct rack *rack = plan->rack;
	size_t count = 0;

	for (int i = 0; i < rack->input_count; i++)
		count += (size_t)rack->inputs[i].channels;
	plan->input_slots = arena_alloc(plan->arena, sizeof(int) * count);
	plan->input_buffers = arena_alloc(plan->arena, sizeof(float *) * count);
	for (int i = 0; i < rack->node_count; i++)
		if (rack->nodes[i].kind == NODE_OUTPUT)
			count += (size_t)rack->nodes[i].channels;
	for (int i = 0; i < plan->loop_count; i++)
		count += 2 * (size_t)plan->loops[i].channels;
	plan->ports = memory_zeroed(count, sizeof(*plan->ports));
	plan->port_buffers = memory_zeroed(count, sizeof(*plan->port_buffers));
	for (int i = 0; i < rack->input_count; i++)
		input_ports(plan, draft, i, buffers[i]);
	for (int i = 0; i < rack->node_count; i++)
		if (rack->nodes[i].kind == NODE_OUTPUT)
			output_ports(plan, i, buffers[draft->out[i]]);
	for (int i = 0; i < plan->loop_count; i++)
		loop_ports(plan, draft, &plan->loops[i]);
}
