/* values.c - brings a plan's values, and the numbers designed from them, to the audio
 * thread. Each plan has a master copy; a snapshot gets the parts of it that changed
 * since the snapshot was last used. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/engine/values.h"

#include "daemon/rack/param.h"
#include "daemon/rack/rack.h"

static float *master_values(const struct plan *plan, int node)
{
	return (float *)(plan->master + plan->places[node].at);
}

/* Stores one value in the form that the audio thread plays. */
static void renew(struct plan *plan, int node, int param)
{
	master_values(plan, node)[param] = rack_effective(plan->rack, node, param);
	plan->places[node].stale = true;
}

static void renew_outputs(struct plan *plan)
{
	for (int i = 0; i < plan->rack->node_count; i++)
		if (plan->rack->nodes[i].kind == NODE_OUTPUT)
			for (int p = 0; p < plan->places[i].value_count; p++)
				renew(plan, i, p);
}

void values_set(struct plan *plan, int node, int param, float value)
{
	const struct node *of = &plan->rack->nodes[node];
	const struct place *place = &plan->places[node];

	of->values[param] = value;
	if (of->kind == NODE_RACK) {
		renew_outputs(plan);
		return;
	}
	renew(plan, node, param);
	/* Every set of bypass, even to the same value, ends the guard's latch. */
	if (of->kind == NODE_MODULE && param == params_total(of->module, false))
		master_values(plan, node)[place->value_count] += 1.0f;
}

void values_set_all(struct plan *plan)
{
	for (int i = 0; i < plan->rack->node_count; i++)
		for (int p = 0; p < plan->places[i].value_count; p++)
			renew(plan, i, p);
}

static void design_stale(struct plan *plan)
{
	for (int i = 0; i < plan->rack->node_count; i++) {
		struct place *place = &plan->places[i];
		const struct module *module = plan->rack->nodes[i].module;
		if (!place->stale)
			continue;
		if (module->design) {
			struct setup setup = rack_setup(plan->rack, i, plan->rate);
			module->design(&setup, master_values(plan, i),
				       plan->master + place->numbers_at);
		}
		place->stale = false;
		place->version++;
	}
}

void values_publish(struct plan *plan, uint64_t serial)
{
	struct snapshot *snapshot = &plan->snapshots[plan->latest.back];

	design_stale(plan);
	snapshot->serial = serial;
	for (int i = 0; i < plan->rack->node_count; i++) {
		const struct place *place = &plan->places[i];
		if (snapshot->versions[i] == place->version)
			continue;
		memcpy(snapshot->bytes + place->at, plan->master + place->at,
		       place->bytes);
		snapshot->versions[i] = place->version;
	}
	latest_publish(&plan->latest);
}
