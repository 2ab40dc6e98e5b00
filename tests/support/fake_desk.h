/* fake_desk.h - a small rack with an engine that only counts, for tests of code that
 * uses the engine: desk.player = &fake_player. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_FAKE_DESK_H
#define LATHE_FAKE_DESK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/desk/desk.h"
#include "daemon/rack/param.h"

static const char *const fake_types[] = { "bell", "low_shelf", "high_shelf", NULL };
static const struct param fake_params[] = {
	{ "gain", "Gain", "Level.", "dB", CURVE_LINEAR, -36, 36, 0, 0, NULL, 0 },
	{ "freq", "Frequency", "Corner.", "Hz", CURVE_LOG, 20, 20000, 1000, 0, NULL,
	  0 },
	{ "swap", "Swap", "Swaps.", "", CURVE_TOGGLE, 0, 1, 0, 0, NULL, 0 },
	{ "type", "Type", "Shape.", "", CURVE_CHOICE, 0, 2, 0, 0, fake_types, 0 },
	{ "clear", "Clear", "Clears.", "", CURVE_TRIGGER, 0, 1, 0, 0, NULL, 0 },
	{ "look", "Look", "Looks.", "ms", CURVE_LINEAR, 0, 10, 5, 0, NULL,
	  PARAM_REBUILD },
};
static const struct param fake_rows[] = {
	{ "gain", "Gain", "Level.", "dB", CURVE_LINEAR, -18, 18, 0, 0, NULL, 0 },
	{ "freq", "Frequency", "Corner.", "Hz", CURVE_LOG, 20, 20000, 500, 0, NULL, 0 },
};
static const struct param_group fake_groups[] = { { "band", "Band", 8, 2, fake_rows,
						    NULL } };
static const struct meter fake_meters[] = {
	{ "peak", "Peak", "Peak.", "dB", -150, 30, FOLD_MAX, 0, NULL, 0, NULL },
};
static const struct renamed fake_renamed[] = { { "level", "gain" },
					       { "meter/top", "peak" },
					       { NULL, NULL } };
static const struct module fake_module = {
	.id = "fake",
	.renamed = fake_renamed,
	.label = "Fake",
	.help = "For tests.",
	.params = fake_params,
	.param_count = 6,
	.groups = fake_groups,
	.group_count = 1,
	.meters = fake_meters,
	.meter_count = 1,
};
static const struct param fake_out_params[] = {
	{ "mute", "Mute", "Mutes.", "", CURVE_TOGGLE, 0, 1, 0, 0, NULL,
	  PARAM_MUTE | PARAM_RECALL_SAFE },
	{ "dim", "Dim", "Dims.", "", CURVE_TOGGLE, 0, 1, 0, 0, NULL,
	  PARAM_DIM | PARAM_RECALL_SAFE },
	{ "bypass", "Bypass", "Bypasses.", "", CURVE_TOGGLE, 0, 1, 0, 0, NULL,
	  PARAM_BYPASS | PARAM_RECALL_SAFE },
};
static const struct module fake_output = {
	.id = "fake_output",
	.label = "Out",
	.help = "For tests.",
	.params = fake_out_params,
	.param_count = 3,
	.meters = fake_meters,
	.meter_count = 1,
};

/* The calls to the fake engine, and what it returns. */
static uint64_t fake_serial, fake_played, fake_frame;
static int fake_applies, fake_last_count, fake_rebuilds;
static bool fake_busy;
static float fake_load = 0.25f;
static float fake_readings[64][64];

/* Nodes "eq" and "comp", the output "main", the rack; or `count` nodes n0, n1, ... */
static inline struct rack *fake_rack(int count)
{
	struct rack *rack = rack_create();

	rack_add_input(rack, "in", 2);
	for (int i = 0; i < count; i++) {
		char name[16];
		snprintf(name, sizeof(name), "n%d", i);
		node_set_channels(rack_add_node(rack, NODE_MODULE, name, &fake_module),
				  2);
	}
	if (!count) {
		node_set_channels(rack_add_node(rack, NODE_MODULE, "eq", &fake_module),
				  2);
		node_set_channels(
			rack_add_node(rack, NODE_MODULE, "comp", &fake_module), 2);
	}
	node_set_channels(rack_add_node(rack, NODE_OUTPUT, "main", &fake_output), 2);
	rack->osc->port = 0;
	return rack;
}

static inline float fake_value(const struct desk *desk, const char *node,
			       const char *param)
{
	int place = rack_find(desk->rack, node);
	const struct node *found = &desk->rack->nodes[place];
	int index = param_find(found->module, found->kind == NODE_MODULE, param);

	return found->values[index];
}

static void fake_engine_rebuild(struct engine *engine, const struct rack *rack)
{
	(void)engine, (void)rack;
	fake_rebuilds++;
}
static uint64_t fake_engine_apply(struct engine *engine, const struct rack *rack,
				  const struct change *changes, int count)
{
	(void)engine, (void)rack, (void)changes;
	fake_applies++;
	fake_last_count = count;
	return ++fake_serial;
}
static uint64_t fake_engine_played(const struct engine *engine)
{
	(void)engine;
	return fake_played;
}
static bool fake_engine_busy(const struct engine *engine)
{
	(void)engine;
	return fake_busy;
}
static void fake_engine_tick(struct engine *engine)
{
	(void)engine;
}
static void fake_engine_look(struct engine *engine)
{
	(void)engine;
}
static uint64_t fake_engine_frame(const struct engine *engine)
{
	(void)engine;
	return fake_frame;
}
static float fake_engine_load(const struct engine *engine, bool worst)
{
	(void)engine;
	return worst ? 2 * fake_load : fake_load;
}
static uint64_t fake_engine_late(const struct engine *engine)
{
	(void)engine;
	return 0;
}
static const float *fake_engine_meters(const struct engine *engine, int node)
{
	(void)engine;
	return fake_readings[node % 64];
}
/* Node i shows i + band / 8 in, and 1 dB less out; nothing before fake_spectra. */
static int fake_spectra, fake_spectrum_asked;
static const float *fake_engine_spectrum(struct engine *engine, int node,
					 uint64_t *frame)
{
	static float levels[242];

	(void)engine;
	fake_spectrum_asked++;
	for (int k = 0; k < 121; k++) {
		levels[k] = (float)node + (float)k / 8.0f - 50.0f;
		levels[121 + k] = levels[k] - 1.0f;
	}
	*frame = (uint64_t)fake_spectra;
	return fake_spectra ? levels : NULL;
}
static int fake_engine_output_latency(const struct engine *engine, int node)
{
	(void)engine, (void)node;
	return 256;
}

static struct port fake_port_list[8];
static int fake_port_count;
static int fake_engine_ports(const struct engine *engine, const struct port **ports)
{
	(void)engine;
	*ports = fake_port_list;
	return fake_port_count;
}

static const struct player fake_player = {
	.rebuild = fake_engine_rebuild,
	.apply = fake_engine_apply,
	.played = fake_engine_played,
	.busy = fake_engine_busy,
	.tick = fake_engine_tick,
	.look = fake_engine_look,
	.frame = fake_engine_frame,
	.load = fake_engine_load,
	.late = fake_engine_late,
	.meters = fake_engine_meters,
	.spectrum = fake_engine_spectrum,
	.output_latency = fake_engine_output_latency,
	.ports = fake_engine_ports,
};

#endif
