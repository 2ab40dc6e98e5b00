/* rig.h - racks made by hand, played without threads, for the engine's tests. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RIG_H
#define LATHE_RIG_H

#include "daemon/engine/engine.h"
#include "daemon/rack/param.h"
#include "tests/support/modules/modules.h"
#include "tests/support/test.h"

enum { RIG_RATE = 48000, RIG_BLOCK_MAX = 8192 };

/* All test modules in one table, so that none is unused in any test. */
static const struct module *const rig_modules[] = {
	&module_lag,     &module_gain,   &module_keyed, &module_seven, &module_counter,
	&module_foreign, &module_poison, &module_hog,   &module_probe
};

static inline const struct module *rig_module(const char *id)
{
	for (size_t i = 0; i < sizeof(rig_modules) / sizeof(rig_modules[0]); i++)
		if (strcmp(rig_modules[i]->id, id) == 0)
			return rig_modules[i];
	abort();
}

/* ---- racks: modules first, then outputs ------------------------------------------ */

static inline struct rack *rig_rack(void)
{
	struct rack *rack = rack_create();

	rack_add_input(rack, "in", 2);
	return rack;
}

static inline void rig_link(struct rack *rack, int node, int which,
			    struct source source)
{
	struct node *to = &rack->nodes[node];

	to->sources[which][to->source_count[which]++] = source;
}

static inline struct source rig_input(int index)
{
	return (struct source) { .kind = FROM_INPUT, .index = index };
}

static inline struct source rig_from(int node)
{
	return (struct source) { .kind = FROM_NODE, .index = node };
}

/* Adds a node without sources. Returns its index, which does not change. */
static inline int rig_node(struct rack *rack, const char *module, const char *name)
{
	struct node *node = rack_add_node(rack, NODE_MODULE, name, rig_module(module));

	node_set_channels(node, 2);
	return (int)(node - rack->nodes);
}

/* Adds a node after the previous module node, or after the input. */
static inline int rig_chain(struct rack *rack, const char *module, const char *name)
{
	int place = rig_node(rack, module, name);

	rig_link(rack, place, 0, place > 0 ? rig_from(place - 1) : rig_input(0));
	return place;
}

static inline int rig_output(struct rack *rack, const char *name, struct source from)
{
	struct node *node = rack_add_node(rack, NODE_OUTPUT, name, NULL);

	node_set_channels(node, 2);
	int place = (int)(node - rack->nodes);
	rig_link(rack, place, 0, from);
	return place;
}

/* ---- playing --------------------------------------------------------------------- */

struct rig {
	struct rack *rack;
	struct engine *engine;
	struct event_log *events;
	uint64_t frame;
	/* The sample of input c at a frame. */
	float (*signal)(uint64_t frame, int channel);
	float in[2][RIG_BLOCK_MAX], out[PORTS_MAX][RIG_BLOCK_MAX];
};

/* Never zero, exact in float, different in the two channels, below +60 dBFS. */
static inline float rig_ramp(uint64_t frame, int channel)
{
	return 0x1p-12f * ((float)(frame % 4000000) + (channel ? 0.5f : 0.25f));
}

static inline struct rig *rig_open(struct rack *rack, uint64_t start)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	rig->rack = rack;
	rig->frame = start;
	rig->signal = rig_ramp;
	rig->events = event_log_create();
	rig->engine = engine_create(&(struct engine_options) { .rate = RIG_RATE,
							       .in_line = true,
							       .start_frame = start,
							       .events = rig->events });
	engine_rebuild(rig->engine, rack);
	return rig;
}

static inline void rig_close(struct rig *rig)
{
	engine_destroy(rig->engine);
	event_log_destroy(rig->events);
	rack_destroy(rig->rack);
	free(rig);
}

static inline int rig_slot(struct rig *rig, const char *port)
{
	const struct port *ports;
	int count = engine_ports(rig->engine, &ports);

	for (int i = 0; i < count; i++)
		if (strcmp(ports[i].name, port) == 0)
			return ports[i].slot;
	return -1;
}

/* Plays one block of at most RIG_BLOCK_MAX: inputs go to the ports "in_*", all other
 * ports are outputs, whose audio is in rig->out[slot] afterwards. */
static inline void rig_run(struct rig *rig, int frames)
{
	float *buffers[PORTS_MAX];
	bool is_output[PORTS_MAX];
	int left = rig_slot(rig, "in_1"), right = rig_slot(rig, "in_2");

	for (int i = 0; i < PORTS_MAX; i++) {
		buffers[i] = i == left    ? rig->in[0]
			     : i == right ? rig->in[1]
					  : rig->out[i];
		is_output[i] = i != left && i != right;
		for (int j = 0; is_output[i] && j < frames; j++)
			rig->out[i][j] = 12345.0f;
	}
	for (int c = 0; c < 2; c++)
		for (int i = 0; i < frames; i++)
			rig->in[c][i] = rig->signal(rig->frame + (uint64_t)i, c);
	rt_run(engine_rt(rig->engine), buffers, is_output, frames);
	engine_drain(rig->engine);
	rig->frame += (uint64_t)frames;
}

static inline void rig_tick(struct rig *rig)
{
	engine_tick(rig->engine);
}

/* Plays blocks of `block` frames with a tick after each. */
static inline void rig_play(struct rig *rig, int frames, int block)
{
	for (; frames > 0; frames -= block) {
		rig_run(rig, frames < block ? frames : block);
		rig_tick(rig);
	}
}

static inline uint64_t rig_set(struct rig *rig, const char *path, const char *param,
			       float value)
{
	struct change change = { .node = rack_find(rig->rack, path) };
	const struct node *node = &rig->rack->nodes[change.node];

	change.param = param_find(node->module, node->kind == NODE_MODULE, param);
	change.value = rack_set(rig->rack, change.node, change.param, value);
	return engine_apply(rig->engine, rig->rack, &change, 1);
}

static inline float rig_meter(struct rig *rig, const char *path, const char *meter)
{
	int place = rack_find(rig->rack, path);
	const struct node *node = &rig->rack->nodes[place];
	const float *slots = engine_meters(rig->engine, place);
	int slot = meter_find(node->module, node->channels, node->kind == NODE_MODULE,
			      meter);

	return slots && slot >= 0 ? slots[slot] : NAN;
}

static inline int rig_events(struct rig *rig, const char *code)
{
	const struct event *event = NULL;
	int count = 0;

	while ((event = event_next(rig->events, event ? event->serial : 0)))
		count += strcmp(event->code, code) == 0;
	return count;
}

#endif
