/* lv2.c - hosts one peer's plug-in for the benchmarks. One thread; work that a plug-in
 * schedules is done at once. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/lv2.h"

#include <lilv/lilv.h>
#include <lv2/atom/atom.h>
#include <lv2/buf-size/buf-size.h>
#include <lv2/core/lv2.h>
#include <lv2/options/options.h>
#include <lv2/parameters/parameters.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { URIDS_MAX = 1024, PORTS_MAX_LV2 = 1024, ATOM_BYTES = 65536, BLOCK_MAX = 8192 };

struct lv2_plugin {
	LilvInstance *instance;
	const LV2_Worker_Interface *worker;
	uint32_t port_count;
	float controls[PORTS_MAX_LV2];
	uint8_t *atoms[PORTS_MAX_LV2];
	bool atom_is_output[PORTS_MAX_LV2];
	char *readings[PORTS_MAX_LV2]; /* symbols of the controls that it writes */
	int audio_in[2], audio_out[2];
	int latency_port;
	float *spare; /* silence for further inputs, a bin for further outputs */
	LV2_Worker_Schedule schedule;
	float rate;
	int32_t block, block_min, sequence;
};

static LilvWorld *world;
static char *urids[URIDS_MAX];
static uint32_t urid_count;

static LV2_URID urid_map(LV2_URID_Map_Handle handle, const char *uri)
{
	(void)handle;
	for (uint32_t i = 0; i < urid_count; i++)
		if (!strcmp(urids[i], uri))
			return i + 1;
	if (urid_count == URIDS_MAX)
		return 0;
	urids[urid_count++] = strdup(uri);
	return urid_count;
}

static const char *urid_unmap(LV2_URID_Unmap_Handle handle, LV2_URID urid)
{
	(void)handle;
	return urid >= 1 && urid <= urid_count ? urids[urid - 1] : NULL;
}

static LV2_Worker_Status respond(LV2_Worker_Respond_Handle handle, uint32_t size,
				 const void *data)
{
	struct lv2_plugin *plugin = handle;

	if (!plugin->worker->work_response)
		return LV2_WORKER_ERR_UNKNOWN;
	return plugin->worker->work_response(plugin->instance->lv2_handle, size, data);
}

static LV2_Worker_Status schedule(LV2_Worker_Schedule_Handle handle, uint32_t size,
				  const void *data)
{
	struct lv2_plugin *plugin = handle;

	if (!plugin->worker)
		return LV2_WORKER_ERR_UNKNOWN;
	return plugin->worker->work(plugin->instance->lv2_handle, respond, plugin, size,
				    data);
}

static LilvInstance *instantiate(struct lv2_plugin *plugin, const LilvPlugin *found,
				 int rate)
{
	static LV2_URID_Map map = { NULL, urid_map };
	static LV2_URID_Unmap unmap = { NULL, urid_unmap };
	LV2_URID int_type = urid_map(NULL, LV2_ATOM__Int);
	LV2_URID float_type = urid_map(NULL, LV2_ATOM__Float);
	plugin->block_min = 1;
	plugin->sequence = ATOM_BYTES;
	plugin->rate = (float)rate;
	plugin->schedule = (LV2_Worker_Schedule) { plugin, schedule };
	const LV2_Options_Option options[] = {
		{ LV2_OPTIONS_INSTANCE, 0, urid_map(NULL, LV2_BUF_SIZE__minBlockLength),
		  sizeof(int32_t), int_type, &plugin->block_min },
		{ LV2_OPTIONS_INSTANCE, 0, urid_map(NULL, LV2_BUF_SIZE__maxBlockLength),
		  sizeof(int32_t), int_type, &plugin->block },
		{ LV2_OPTIONS_INSTANCE, 0, urid_map(NULL, LV2_BUF_SIZE__sequenceSize),
		  sizeof(int32_t), int_type, &plugin->sequence },
		{ LV2_OPTIONS_INSTANCE, 0, urid_map(NULL, LV2_PARAMETERS__sampleRate),
		  sizeof(float), float_type, &plugin->rate },
		{ LV2_OPTIONS_INSTANCE, 0, 0, 0, 0, NULL },
	};
	const LV2_Feature features[] = {
		{ LV2_URID__map, &map },
		{ LV2_URID__unmap, &unmap },
		{ LV2_OPTIONS__options, (void *)options },
		{ LV2_WORKER__schedule, &plugin->schedule },
		{ LV2_BUF_SIZE__boundedBlockLength, NULL },
	};
	const LV2_Feature *const list[] = { &features[0], &features[1], &features[2],
					    &features[3], &features[4], NULL };
	return lilv_plugin_instantiate(found, rate, list);
}

static void connect_ports(struct lv2_plugin *plugin, const LilvPlugin *found)
{
	LilvNode *audio = lilv_new_uri(world, LV2_CORE__AudioPort);
	LilvNode *control = lilv_new_uri(world, LV2_CORE__ControlPort);
	LilvNode *atom = lilv_new_uri(world, LV2_ATOM__AtomPort);
	LilvNode *output = lilv_new_uri(world, LV2_CORE__OutputPort);
	int ins = 0, outs = 0;
	lilv_plugin_get_port_ranges_float(found, NULL, NULL, plugin->controls);
	for (uint32_t i = 0; i < plugin->port_count; i++) {
		const LilvPort *port = lilv_plugin_get_port_by_index(found, i);
		bool is_output = lilv_port_is_a(found, port, output);
		if (isnan(plugin->controls[i]))
			plugin->controls[i] = 0;
		void *place = NULL;
		if (lilv_port_is_a(found, port, control)) {
			place = &plugin->controls[i];
			if (is_output)
				plugin->readings[i] = strdup(lilv_node_as_string(
					lilv_port_get_symbol(found, port)));
		} else if (lilv_port_is_a(found, port, atom)) {
			plugin->atoms[i] = calloc(1, ATOM_BYTES);
			plugin->atom_is_output[i] = is_output;
			place = plugin->atoms[i];
		} else if (lilv_port_is_a(found, port, audio)) {
			place = plugin->spare + (is_output ? BLOCK_MAX : 0);
			if (is_output && outs < 2)
				plugin->audio_out[outs++] = (int)i;
			if (!is_output && ins < 2)
				plugin->audio_in[ins++] = (int)i;
		}
		lilv_instance_connect_port(plugin->instance, i, place);
	}
	lilv_node_free(audio);
	lilv_node_free(control);
	lilv_node_free(atom);
	lilv_node_free(output);
}

static void apply_settings(struct lv2_plugin *plugin, const LilvPlugin *found,
			   const char *settings)
{
	char *copy = strdup(settings), *rest = copy;

	for (char *word = strtok_r(copy, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest)) {
		char *value = strchr(word, '=');
		if (!value)
			continue;
		*value++ = '\0';
		LilvNode *symbol = lilv_new_string(world, word);
		const LilvPort *port = lilv_plugin_get_port_by_symbol(found, symbol);
		lilv_node_free(symbol);
		if (port)
			plugin->controls[lilv_port_get_index(found, port)] =
				strtof(value, NULL);
		else
			fprintf(stderr, "bench: no port \"%s\"\n", word);
	}
	free(copy);
}

static const LilvPlugin *find_plugin(const char *uri)
{
	if (!world) {
		world = lilv_world_new();
		lilv_world_load_all(world);
	}
	LilvNode *node = lilv_new_uri(world, uri);
	const LilvPlugin *found =
		lilv_plugins_get_by_uri(lilv_world_get_all_plugins(world), node);
	lilv_node_free(node);
	return found;
}

struct lv2_plugin *lv2_open(const char *uri, const char *settings, int rate, int block)
{
	const LilvPlugin *found = find_plugin(uri);
	if (!found || lilv_plugin_get_num_ports(found) > PORTS_MAX_LV2)
		return NULL;
	struct lv2_plugin *plugin = calloc(1, sizeof(*plugin));
	plugin->block = block;
	plugin->port_count = lilv_plugin_get_num_ports(found);
	plugin->spare = calloc(2 * BLOCK_MAX, sizeof(float));
	for (int c = 0; c < 2; c++)
		plugin->audio_in[c] = plugin->audio_out[c] = -1;
	plugin->instance = instantiate(plugin, found, rate);
	if (!plugin->instance) {
		free(plugin->spare);
		free(plugin);
		return NULL;
	}
	plugin->worker = lilv_instance_get_extension_data(plugin->instance,
							  LV2_WORKER__interface);
	plugin->latency_port = lilv_plugin_has_latency(found)
				       ? (int)lilv_plugin_get_latency_port_index(found)
				       : -1;
	connect_ports(plugin, found);
	apply_settings(plugin, found, settings);
	lilv_instance_activate(plugin->instance);
	return plugin;
}

bool lv2_reading(const struct lv2_plugin *plugin, int nth, const char **symbol,
		 float *value)
{
	for (uint32_t i = 0; i < plugin->port_count; i++) {
		if (!plugin->readings[i] || nth-- > 0)
			continue;
		*symbol = plugin->readings[i];
		*value = plugin->controls[i];
		return true;
	}
	return false;
}

void lv2_close(struct lv2_plugin *plugin)
{
	if (!plugin)
		return;
	lilv_instance_deactivate(plugin->instance);
	lilv_instance_free(plugin->instance);
	for (uint32_t i = 0; i < plugin->port_count; i++)
		free(plugin->atoms[i]);
	free(plugin->spare);
	free(plugin);
}

static void reset_atoms(struct lv2_plugin *plugin)
{
	for (uint32_t i = 0; i < plugin->port_count; i++) {
		if (!plugin->atoms[i])
			continue;
		LV2_Atom_Sequence *sequence = (LV2_Atom_Sequence *)plugin->atoms[i];
		sequence->atom.type = urid_map(NULL, LV2_ATOM__Sequence);
		sequence->atom.size =
			plugin->atom_is_output[i]
				? ATOM_BYTES - (uint32_t)sizeof(LV2_Atom)
				: (uint32_t)sizeof(LV2_Atom_Sequence_Body);
		sequence->body = (LV2_Atom_Sequence_Body) { 0 };
	}
}

void lv2_run(struct lv2_plugin *plugin, float *const in[2], float *const out[2],
	     int frames)
{
	for (int c = 0; c < 2; c++) {
		if (plugin->audio_in[c] >= 0)
			lilv_instance_connect_port(
				plugin->instance, (uint32_t)plugin->audio_in[c], in[c]);
		if (plugin->audio_out[c] >= 0)
			lilv_instance_connect_port(plugin->instance,
						   (uint32_t)plugin->audio_out[c],
						   out[c]);
	}
	reset_atoms(plugin);
	lilv_instance_run(plugin->instance, (uint32_t)frames);
	if (plugin->worker && plugin->worker->end_run)
		plugin->worker->end_run(plugin->instance->lv2_handle);
}

int lv2_latency(const struct lv2_plugin *plugin)
{
	return plugin->latency_port < 0 ? 0
					: (int)plugin->controls[plugin->latency_port];
}
