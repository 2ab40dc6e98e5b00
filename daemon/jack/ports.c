/* ports.c - our JACK ports, by the engine's slots.
 *
 * JACK's notification thread runs ports_latency(), the JACK thread the rest. The audio
 * thread's use of the ports is in audio/process.c.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/jack/ports.h"
#include "daemon/base/memory.h"

#include "daemon/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	RETIRE_MS_MAX = 200
}; /* longest wait until the audio thread no longer uses a port */

void call_begin(struct call *call, const char *name)
{
	atomic_store(&call->name, name);
	atomic_store(&call->since_ns, clock_ns());
}

void call_end(struct call *call)
{
	atomic_store(&call->since_ns, 0);
}

/* ---- sets ------------------------------------------------------------------------ */

struct port_set *set_copy(const struct port_set *set)
{
	struct port_set *copy = memory_zeroed(1, sizeof(*copy));

	if (!copy || !set)
		return copy;
	*copy = *set;
	for (int i = 0; i < copy->count; i++)
		if (set->ports[i].connect)
			copy->ports[i].connect = memory_string(set->ports[i].connect);
	return copy;
}

void set_destroy(struct port_set *set)
{
	if (!set)
		return;
	for (int i = 0; i < set->count; i++)
		free((void *)set->ports[i].connect);
	free(set);
}

void set_add(struct port_set *set, const struct port *port)
{
	for (int i = set->count - 1; i >= 0; i--) {
		const struct port *other = &set->ports[i];

		if (other->slot == port->slot || strcmp(other->name, port->name) == 0) {
			free((void *)other->connect);
			set->ports[i] = set->ports[--set->count];
		}
	}
	if (set->count == PORTS_MAX)
		return;
	set->ports[set->count] = *port;
	if (port->connect)
		set->ports[set->count].connect = memory_string(port->connect);
	set->count++;
}

static bool port_same(const struct port *a, const struct port *b)
{
	return a->slot == b->slot && a->is_output == b->is_output &&
	       a->of_node == b->of_node && strcmp(a->name, b->name) == 0;
}

/* Whether both mean the same JACK port; latency and pattern may differ. */
static const struct port *set_find(const struct port_set *set, const struct port *port)
{
	for (int i = 0; i < set->count; i++)
		if (port_same(&set->ports[i], port))
			return &set->ports[i];
	return NULL;
}

bool set_same(const struct port_set *a, const struct port_set *b)
{
	if (a->count != b->count)
		return false;
	for (int i = 0; i < a->count; i++) {
		const struct port *one = &a->ports[i], *other = set_find(b, one);

		if (!other || one->latency != other->latency ||
		    strcmp(one->connect ? one->connect : "",
			   other->connect ? other->connect : "") != 0)
			return false;
	}
	return true;
}

/* ---- latency --------------------------------------------------------------------- */

/* The latency range of a port, from all connected ports of the other side: an output
 * adds its latency through the rack, an input the latency to each output. With nothing
 * connected it is the rack's latency alone. The path through outboard gear is part of
 * its node's latency. */
static jack_latency_range_t latency_range(struct ports *ports, struct slot *slot,
					  jack_latency_callback_mode_t mode)
{
	bool is_output = atomic_load(&slot->is_output), any = false;
	unsigned own = (unsigned)atomic_load(&slot->latency);
	jack_latency_range_t range = { own, own };

	for (int i = 0; i < PORTS_MAX; i++) {
		struct slot *other = &ports->slots[i];
		jack_port_t *port = atomic_load(&other->port);
		unsigned way = is_output ? own : (unsigned)atomic_load(&other->latency);
		jack_latency_range_t beyond;

		if (!port || atomic_load(&other->is_output) == is_output ||
		    atomic_load(&other->of_node) || !jack_port_connected(port))
			continue;
		jack_port_get_latency_range(port, mode, &beyond);
		if (!any || beyond.min + way < range.min)
			range.min = beyond.min + way;
		if (!any || beyond.max + way > range.max)
			range.max = beyond.max + way;
		any = true;
	}
	return range;
}

void ports_latency(struct ports *ports, jack_latency_callback_mode_t mode)
{
	for (int i = 0; i < PORTS_MAX; i++) {
		struct slot *slot = &ports->slots[i];
		jack_port_t *port = atomic_load(&slot->port);
		jack_latency_range_t range;

		if (!port ||
		    atomic_load(&slot->is_output) != (mode == JackCaptureLatency))
			continue;
		range = latency_range(ports, slot, mode);
		jack_port_set_latency_range(port, mode, &range);
	}
}

/* ---- the JACK thread ------------------------------------------------------------- */

/* Waits until the audio thread has begun and ended a cycle, or does not run. */
static void await_cycle(const struct ports *ports)
{
	uint64_t cycles = atomic_load(&ports->cycles) + 2;

	for (int i = 0; i < RETIRE_MS_MAX && atomic_load(&ports->cycles) < cycles; i++)
		nanosleep(&(struct timespec) { .tv_nsec = 1000000 }, NULL);
}

static void ports_retire(struct ports *ports, const struct port_set *set,
			 jack_client_t *client, struct patch *patch, struct call *call,
			 bool audio)
{
	jack_port_t *retired[PORTS_MAX];
	int count = 0;

	for (int i = 0; i < PORTS_MAX; i++) {
		struct slot *slot = &ports->slots[i];
		jack_port_t *port = atomic_load(&slot->port);
		struct port here = { .slot = i,
				     .is_output = atomic_load(&slot->is_output),
				     .of_node = atomic_load(&slot->of_node) };

		if (!port)
			continue;
		snprintf(here.name, sizeof(here.name), "%s",
			 jack_port_short_name(port));
		if (set_find(set, &here))
			continue;
		atomic_store(&slot->port, NULL);
		retired[count++] = port;
	}
	if (count && audio)
		await_cycle(ports);
	for (int i = 0; i < count; i++) {
		patch_forget(patch, retired[i]);
		call_begin(call, "jack_port_unregister");
		jack_port_unregister(client, retired[i]);
		call_end(call);
	}
}

static bool port_register(struct slot *slot, const struct port *port,
			  jack_client_t *client, struct call *call)
{
	unsigned long side = port->is_output ? JackPortIsOutput : JackPortIsInput;
	jack_port_t *made;

	call_begin(call, "jack_port_register");
	made = jack_port_register(client, port->name, JACK_DEFAULT_AUDIO_TYPE, side, 0);
	call_end(call);
	atomic_store(&slot->is_output, port->is_output);
	atomic_store(&slot->of_node, port->of_node);
	atomic_store(&slot->connected, false);
	atomic_store_explicit(&slot->port, made, memory_order_release);
	return made != NULL;
}

bool ports_change(struct ports *ports, const struct port_set *set,
		  jack_client_t *client, struct patch *patch, struct call *call,
		  bool audio, char refused[PORT_NAME_BYTES], bool *moved)
{
	bool all = true;

	*moved = false;
	ports_retire(ports, set, client, patch, call, audio);
	for (int i = 0; i < set->count; i++) {
		const struct port *port = &set->ports[i];
		struct slot *slot = &ports->slots[port->slot];

		if (atomic_exchange(&slot->latency, port->latency) != port->latency)
			*moved = true;
		if (!atomic_load(&slot->port)) {
			*moved = true;
			if (!port_register(slot, port, client, call)) {
				if (all)
					strcpy(refused, port->name);
				all = false;
				continue;
			}
			if (port->slot >= atomic_load(&ports->used))
				atomic_store(&ports->used, port->slot + 1);
		}
		patch_want(patch, atomic_load(&slot->port), port->connect);
	}
	return all;
}

void ports_look(struct ports *ports)
{
	for (int i = 0; i < PORTS_MAX; i++) {
		struct slot *slot = &ports->slots[i];
		jack_port_t *port = atomic_load(&slot->port);

		if (port && atomic_load(&slot->of_node))
			atomic_store(&slot->connected, jack_port_connected(port) > 0);
	}
}

void ports_clear(struct ports *ports)
{
	for (int i = 0; i < PORTS_MAX; i++)
		atomic_store(&ports->slots[i].port, NULL);
}
