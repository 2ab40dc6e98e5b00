/* slots.c - which slot each port of a plan uses. A port keeps its slot as long as any
 * plan has a port of that name, so that JACK's port stays when the plan is replaced.
 * Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/engine/slots.h"

#include <stdio.h>

static int find_slot(const struct engine *engine, const struct port *port)
{
	int unused = -1;

	for (int i = PORTS_MAX - 1; i >= 0; i--) {
		const struct port_slot *slot = &engine->slots[i];
		if (slot->plans == 0)
			unused = i;
		else if (slot->is_output == port->is_output &&
			 strcmp(slot->name, port->name) == 0)
			return i;
	}
	return unused;
}

/* Connects slots with buffers. Inputs, and each node's returns, are in the ports'
 * order. */
static void bind(struct plan *plan)
{
	int input = 0, loop = 0, channel = 0;

	for (int i = 0; i < plan->port_count; i++) {
		const struct port *port = &plan->ports[i];
		if (port->is_output && port->slot >= 0) {
			plan->output[port->slot] = plan->port_buffers[i];
		} else if (!port->is_output && !port->of_node) {
			plan->input_slots[input++] = port->slot;
		} else if (!port->is_output) {
			plan->loops[loop].slots[channel++] = port->slot;
			if (channel < plan->loops[loop].channels)
				continue;
			channel = 0;
			loop++;
		}
	}
}

void slots_take(struct engine *engine, struct plan *plan)
{
	for (int i = 0; i < plan->port_count; i++) {
		struct port *port = &plan->ports[i];
		port->slot = find_slot(engine, port);
		if (port->slot < 0) {
			event_post(engine->options.events, EVENT_ERROR, "ports",
				   "%s: no room, a rack has at most %d ports",
				   port->name, PORTS_MAX);
			continue;
		}
		struct port_slot *slot = &engine->slots[port->slot];
		snprintf(slot->name, sizeof(slot->name), "%s", port->name);
		slot->is_output = port->is_output;
		slot->plans++;
	}
	bind(plan);
}

void slots_leave(struct engine *engine, const struct plan *plan)
{
	for (int i = 0; i < plan->port_count; i++)
		if (plan->ports[i].slot >= 0)
			engine->slots[plan->ports[i].slot].plans--;
}
