/* readings.c - meters and counts from the audio and meter thread: the control thread
 * makes readings per node, and events, of them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/engine/readings.h"

#include "daemon/base/clock.h"
#include "daemon/base/memory.h"

#include "daemon/rack/param.h"

#include <stdlib.h>

static const int64_t tell_every_ns = 1000000000;

void readings_finish(struct engine *engine)
{
	for (int i = 0; i < engine->reading_count; i++)
		free(engine->readings[i].values);
	free(engine->readings);
	engine->readings = NULL;
	engine->reading_count = 0;
}

static bool still_fits(const struct engine *engine)
{
	const struct rack *rack = engine->newest;
	const struct plan *plan = engine_playing(engine);

	if (engine->reading_count != rack->node_count || !plan)
		return false;
	for (int i = 0; i < rack->node_count; i++)
		if (i >= plan->node_count || plan->same[i] != i ||
		    plan->rack->nodes[i].channels != rack->nodes[i].channels ||
		    rack_same(rack, i, plan->rack) != i)
			return false;
	return true;
}

static void map_plan(const struct engine *engine, struct plan *plan)
{
	for (int i = 0; i < plan->node_count; i++) {
		int same = rack_same(plan->rack, i, engine->newest);
		if (same >= 0 && engine->newest->nodes[same].channels !=
					 plan->rack->nodes[i].channels)
			same = -1;
		plan->same[i] = same;
	}
}

void readings_reshape(struct engine *engine)
{
	bool fits = engine->readings && still_fits(engine);

	for (struct plan *plan = engine->plans; plan; plan = plan->next)
		map_plan(engine, plan);
	if (fits)
		return;
	readings_finish(engine);
	engine->reading_count = engine->newest->node_count;
	engine->readings =
		memory_zeroed((size_t)engine->reading_count, sizeof(*engine->readings));
	for (int i = 0; i < engine->reading_count; i++) {
		size_t slots = (size_t)node_meters(&engine->newest->nodes[i]);
		engine->readings[i].values = memory_zeroed(slots, sizeof(float));
	}
}

/* Adds the readings of a node of a plan to those of this tick. */
static void join(struct reading *reading, const struct node *node,
		 const unsigned char *fold, const float *slots)
{
	int count = node_meters(node);
	bool measures = node->module->measure;

	for (int i = 0; i < count; i++) {
		if (measures &&
		    meter_row(node->module, node->channels, i)->flags & METER_MEASURED)
			continue;
		reading->values[i] = reading->fresh
					     ? fold_join((enum fold)fold[i],
							 reading->values[i], slots[i])
					     : slots[i];
	}
	reading->fresh = true;
}

static void tell_guard(struct engine *engine, const struct node *node,
		       const float *hidden)
{
	struct event_log *events = engine->options.events;

	if (hidden[HIDDEN_TRIPPED] > 0)
		event_post(events, EVENT_ERROR, "nonfinite",
			   "%s made a sample that is not a number; it was cleared%s",
			   node->path,
			   hidden[HIDDEN_LATCHED] > 0
				   ? " and stays bypassed until its bypass is set"
				   : "");
	if (hidden[HIDDEN_DROPPED] > 0)
		event_post(events, EVENT_WARNING, "tap",
			   "%s: %.0f pieces were not measured, the machine is too slow",
			   node->path, (double)hidden[HIDDEN_DROPPED]);
}

static void collect_plan(struct engine *engine, struct plan *plan)
{
	const float *slots = folds_take(&plan->meters);

	for (int i = 0; slots && i < plan->node_count; i++) {
		const struct node *node = &plan->rack->nodes[i];
		if (plan->meters_at[i] < 0)
			continue;
		const float *first = slots + plan->meters_at[i];
		tell_guard(engine, node, first + node_meters(node));
		if (plan->same[i] >= 0)
			join(&engine->readings[plan->same[i]], node,
			     plan->meters.fold + plan->meters_at[i], first);
	}
}

/* Measured meters keep their last reading until measure() publishes a new one. */
static void collect_measured(struct engine *engine, struct plan *plan)
{
	for (int i = 0; i < plan->node_count; i++) {
		struct resident *resident = plan->residents[i];
		if (!resident || !resident->tap || plan->same[i] < 0)
			continue;
		const float *slots = folds_take(&resident->measured);
		const struct node *node = &plan->rack->nodes[i];
		int count = meters_total(node->module, node->channels, false);
		for (int j = 0; slots && j < count; j++)
			if (meter_row(node->module, node->channels, j)->flags &
			    METER_MEASURED)
				engine->readings[plan->same[i]].values[j] = slots[j];
	}
}

void readings_collect(struct engine *engine)
{
	struct plan *playing = engine_playing(engine);

	for (int i = 0; i < engine->reading_count; i++) {
		engine->readings[i].fresh = false;
		engine->readings[i].playing = false;
	}
	for (struct plan *plan = engine->plans; plan; plan = plan->next)
		collect_plan(engine, plan);
	if (!playing)
		return;
	collect_measured(engine, playing);
	for (int i = 0; i < playing->node_count; i++)
		if (playing->same[i] >= 0 && playing->meters_at[i] >= 0)
			engine->readings[playing->same[i]].playing = true;
}

const float *engine_meters(const struct engine *engine, int node)
{
	if (node < 0 || node >= engine->reading_count ||
	    !engine->readings[node].playing)
		return NULL;
	return engine->readings[node].values;
}

/* ---- events ---------------------------------------------------------------------- */

static void tell_moves(struct engine *engine, uint64_t from, uint64_t to)
{
	const struct plan *old = engine_plan(engine, from),
			  *now = engine_plan(engine, to);

	for (int i = 0; old && now && i < now->node_count; i++) {
		const struct node *node = &now->rack->nodes[i];
		int before = node->kind == NODE_OUTPUT
				     ? rack_same(now->rack, i, old->rack)
				     : -1;
		if (before < 0 || old->latency[before] == now->latency[i])
			continue;
		event_post(
			engine->options.events, EVENT_NOTICE, "latency",
			"%s: the programme moved by %d frames, the latency is %d now",
			node->path, now->latency[i] - old->latency[before],
			now->latency[i]);
	}
}

static void tell_late(struct engine *engine, uint64_t late, int64_t time)
{
	if (!engine->orders.real_time || late == engine->late_told ||
	    time - engine->late_ns < tell_every_ns)
		return;
	event_post(engine->options.events, EVENT_WARNING, "late",
		   "%llu periods took longer than there was time",
		   (unsigned long long)(late - engine->late_told));
	engine->late_told = late;
	engine->late_ns = time;
}

static void tell_strays(struct engine *engine, uint64_t strays, int64_t time)
{
	if (engine->options.counts_strays || strays == engine->strays_told ||
	    time - engine->strays_ns < tell_every_ns)
		return;
	event_post(engine->options.events, EVENT_WARNING, "no_audio",
		   "%llu samples of the inputs were not numbers or above +60 dBFS: "
		   "silence instead",
		   (unsigned long long)(strays - engine->strays_told));
	engine->strays_told = strays;
	engine->strays_ns = time;
}

void readings_tell(struct engine *engine, const struct rt_report *before)
{
	const struct rt_report *now = &engine->report;
	int64_t time = clock_ns();

	if (before->plan && now->plan != before->plan)
		tell_moves(engine, before->plan, now->plan);
	if (now->dips != before->dips)
		event_post(engine->options.events, EVENT_NOTICE, "dip",
			   "no time for two plans at once (load %.0f %%): the output "
			   "dipped for 10 ms",
			   100 * (double)now->load);
	tell_late(engine, now->late, time);
	tell_strays(engine, now->strays, time);
}
