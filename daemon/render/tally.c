/* tally.c - meter readings of a whole run. lathe-render, in one thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/tally.h"

#include "daemon/base/fold.h"
#include "daemon/base/memory.h"
#include "daemon/engine/engine.h"
#include "daemon/rack/param.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static size_t slots_of(const struct rack *rack, int n)
{
	return (size_t)node_meters(&rack->nodes[n]);
}

/* Memory that child processes share. */
static void *shared_zeroed(size_t bytes)
{
	void *shared = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		memory_out("meter readings");
	return shared;
}

struct tally tally_create(const struct rack *rack)
{
	const size_t count = (size_t)rack->node_count;
	struct tally tally = { .nodes = memory_zeroed(count, sizeof(*tally.nodes)) };
	size_t slots = 0;

	for (int n = 0; n < rack->node_count; n++)
		slots += slots_of(rack, n);
	tally.bytes = slots * sizeof(float) + count * sizeof(bool) + 1;
	tally.shared = shared_zeroed(tally.bytes);
	float *next = tally.shared;
	bool *any = (bool *)(next + slots);
	for (int n = 0; n < rack->node_count; n++) {
		tally.nodes[n] = (struct tally_node) { next, any + n };
		next += slots_of(rack, n);
	}
	return tally;
}

struct tally tally_view(const struct tally *of, const struct rack *rack,
			const struct rack *part)
{
	struct tally view = { .nodes = memory_zeroed((size_t)part->node_count,
						     sizeof(*view.nodes)) };

	for (int n = 0; n < part->node_count; n++) {
		const int from = rack_same(part, n, rack);
		if (from >= 0 && slots_of(rack, from) == slots_of(part, n))
			view.nodes[n] = of->nodes[from];
	}
	return view;
}

void tally_finish(struct tally *tally)
{
	if (tally->shared)
		munmap(tally->shared, tally->bytes);
	free(tally->nodes);
	*tally = (struct tally) { .nodes = NULL };
}

void tally_clear(struct tally *tally, const struct rack *rack)
{
	for (int n = 0; n < rack->node_count; n++)
		if (tally->nodes[n].any)
			*tally->nodes[n].any = false;
}

void tally_take(struct tally *tally, const struct rack *rack, struct engine *engine,
		bool tail)
{
	for (int n = 0; n < rack->node_count; n++) {
		const struct node *node = &rack->nodes[n];
		const float *values = engine_meters(engine, n);
		const struct tally_node *into = &tally->nodes[n];
		if (!values || !into->slots)
			continue;
		for (int slot = 0; slot < node_meters(node); slot++) {
			const struct meter *row =
				meter_row(node->module, node->channels, slot);
			if (tail && strncmp(row->id, "true_peak", 9) != 0)
				continue;
			into->slots[slot] =
				*into->any ? fold_join(row->fold, into->slots[slot],
						       values[slot])
					   : values[slot];
		}
		*into->any = true;
	}
}

double tally_get(const struct tally *tally, const struct rack *rack, int node,
		 const char *meter, double otherwise)
{
	const struct node *of = node < 0 ? NULL : &rack->nodes[node];
	const int slot = of ? meter_find(of->module, of->channels,
					 of->kind == NODE_MODULE, meter)
			    : -1;

	if (slot < 0 || !tally->nodes[node].slots || !*tally->nodes[node].any)
		return otherwise;
	return (double)meter_reading(meter_row(of->module, of->channels, slot),
				     tally->nodes[node].slots[slot]);
}
