/* rack.c - the model: nodes, links, values; created, copied, changed. Control thread
 * only; other threads get copies. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/rack/rack.h"
#include "daemon/base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/rack/param.h"

/* The rack's own table. Its params act on every output: rack_effective(). */
static const struct param rack_params[] = {
	{ .id = "mute",
	  .label = "Mute",
	  .help = "Mutes every output.",
	  .unit = "",
	  .curve = CURVE_TOGGLE,
	  .max = 1,
	  .step = 1,
	  .flags = PARAM_MUTE | PARAM_RECALL_SAFE },
	{ .id = "dim",
	  .label = "Dim",
	  .help = "Dims the outputs that the config marks as monitors.",
	  .unit = "",
	  .curve = CURVE_TOGGLE,
	  .max = 1,
	  .step = 1,
	  .flags = PARAM_DIM | PARAM_RECALL_SAFE },
	{ .id = "bypass",
	  .label = "Bypass",
	  .help = "Every output plays the first input, delayed by that output's "
		  "latency.",
	  .unit = "",
	  .curve = CURVE_TOGGLE,
	  .max = 1,
	  .step = 1,
	  .flags = PARAM_BYPASS | PARAM_RECALL_SAFE },
	{ .id = "compare",
	  .label = "Compare",
	  .help = "What the monitor outputs (without any: the first output) play, all "
		  "at "
		  "one loudness: the output with set a or b of the values, its input, "
		  "or "
		  "what differs.",
	  .unit = "",
	  .curve = CURVE_CHOICE,
	  .max = COMPARE_DELTA,
	  .step = 1,
	  .choices = compare_choices,
	  .flags = PARAM_COMPARE | PARAM_RECALL_SAFE | PARAM_PASSING },
	{ .id = "lock",
	  .label = "Lock",
	  .help = "Only admins and the host that locked the rack change anything.",
	  .unit = "",
	  .curve = CURVE_TOGGLE,
	  .max = 1,
	  .step = 1,
	  .flags = PARAM_LOCK | PARAM_RECALL_SAFE },
};

static const struct module module_rack = {
	.id = "rack",
	.label = "Rack",
	.help = "The rack as a whole.",
	.params = rack_params,
	.param_count = sizeof(rack_params) / sizeof(rack_params[0]),
};

/* ---- memory ---------------------------------------------------------------------- */

/* Ends the process if there is no memory: the model is small and seldom made. */
static void *must(void *memory)
{
	return memory;
}

static void *copy_bytes(const void *from, size_t bytes)
{
	return from ? memcpy(must(memory_zeroed(1, bytes + 1)), from, bytes) : NULL;
}

static char **copy_strings(char *const *from, int count)
{
	if (!from)
		return NULL;
	char **to = must(memory_zeroed((size_t)count + 1, sizeof(*to)));
	for (int i = 0; i < count; i++)
		to[i] = from[i] ? must(memory_string(from[i])) : NULL;
	return to;
}

static void free_strings(char **strings, int count)
{
	for (int i = 0; strings && i < count; i++)
		free(strings[i]);
	free(strings);
}

int node_params(const struct node *node)
{
	return params_total(node->module, node->kind == NODE_MODULE);
}

const char *node_file(const struct node *node, int param)
{
	const struct file *file = node->files[param];

	return file ? strrchr(file->path, '/') + 1 : "";
}

int node_meters(const struct node *node)
{
	return meters_total(node->module, node->channels, node->kind == NODE_MODULE);
}

int node_vectors(const struct node *node)
{
	return vectors_total(node->module);
}

struct rack *rack_create(void)
{
	struct rack *rack = must(memory_zeroed(1, sizeof(*rack)));

	snprintf(rack->name, sizeof(rack->name), "lathe");
	rack->osc = osc_settings_create();
	rack_add_node(rack, NODE_RACK, "rack", &module_rack);
	return rack;
}

struct input *rack_add_input(struct rack *rack, const char *name, int channels)
{
	size_t count = (size_t)rack->input_count + 1;

	rack->inputs = must(memory_resize(rack->inputs, count, sizeof(*rack->inputs)));
	struct input *input = &rack->inputs[rack->input_count++];
	*input = (struct input) { .channels = channels };
	snprintf(input->name, sizeof(input->name), "%s", name);
	input->connect = must(memory_zeroed(CONNECTS_MAX, sizeof(*input->connect)));
	return input;
}

struct node *rack_add_node(struct rack *rack, enum node_kind kind, const char *name,
			   const struct module *module)
{
	size_t count = (size_t)rack->node_count + 1;
	int place = 0;

	if (!module)
		module = module_of_role(MODULE_OUTPUT);
	assert(module);
	rack->nodes = must(memory_resize(rack->nodes, count, sizeof(*rack->nodes)));
	while (place < rack->node_count && rack->nodes[place].kind <= kind)
		place++;
	struct node *node = &rack->nodes[place];
	memmove(node + 1, node, (size_t)(rack->node_count - place) * sizeof(*node));
	rack->node_count++;
	*node = (struct node) { .kind = kind, .module = module };
	snprintf(node->name, sizeof(node->name), "%s", name);
	snprintf(node->path, sizeof(node->path), "%s%s",
		 kind == NODE_OUTPUT ? "rack/output/" : "", node->name);
	int params = node_params(node);
	node->values = must(memory_zeroed((size_t)params + 1, sizeof(*node->values)));
	for (int i = 0; i < params; i++)
		node->values[i] = param_default(module, i);
	node->loaded = copy_bytes(node->values, (size_t)params * sizeof(*node->values));
	node->files = must(memory_zeroed((size_t)params + 1, sizeof(*node->files)));
	if (kind == NODE_OUTPUT || module->flags & MODULE_PORTS)
		node->connect =
			must(memory_zeroed(CONNECTS_MAX, sizeof(*node->connect)));
	if (module->flags & MODULE_PORTS)
		node->returns =
			must(memory_zeroed(CONNECTS_MAX, sizeof(*node->returns)));
	return node;
}

void node_set_channels(struct node *node, int channels)
{
	assert(channels >= 1 && channels <= CHANNELS_MAX);
	node->channels = channels;
}

static void node_copy(struct node *to, const struct node *from)
{
	int params = node_params(from);
	size_t bytes = (size_t)params * sizeof(*from->values);

	*to = *from;
	to->values = copy_bytes(from->values, bytes);
	to->loaded = copy_bytes(from->loaded, bytes);
	to->files = must(memory_zeroed((size_t)params + 1, sizeof(*to->files)));
	for (int i = 0; i < params; i++)
		to->files[i] = content_hold(from->files[i]);
	to->connect = copy_strings(from->connect, CONNECTS_MAX);
	to->returns = copy_strings(from->returns, CONNECTS_MAX);
}

struct rack *rack_copy(const struct rack *rack)
{
	struct rack *copy = copy_bytes(rack, sizeof(*rack));
	size_t inputs = (size_t)rack->input_count, nodes = (size_t)rack->node_count;

	copy->inputs = copy_bytes(rack->inputs, inputs * sizeof(*rack->inputs));
	for (size_t i = 0; i < inputs; i++)
		copy->inputs[i].connect =
			copy_strings(rack->inputs[i].connect, CONNECTS_MAX);
	copy->nodes = must(memory_zeroed(nodes, sizeof(*copy->nodes)));
	for (size_t i = 0; i < nodes; i++)
		node_copy(&copy->nodes[i], &rack->nodes[i]);
	copy->osc = NULL;
	copy->schedule = NULL;
	copy->schedule_count = 0;
	return copy;
}

struct rack *rack_copy_whole(const struct rack *rack)
{
	struct rack *copy = rack_copy(rack);

	copy->osc = osc_settings_copy(rack->osc);
	copy->schedule_count = rack->schedule_count;
	copy->schedule = copy_bytes(rack->schedule, (size_t)rack->schedule_count *
							    sizeof(*rack->schedule));
	return copy;
}

void rack_destroy(struct rack *rack)
{
	if (!rack)
		return;
	for (int i = 0; i < rack->input_count; i++)
		free_strings(rack->inputs[i].connect, CONNECTS_MAX);
	for (int i = 0; i < rack->node_count; i++) {
		struct node *node = &rack->nodes[i];

		for (int p = 0; p < node_params(node); p++)
			content_drop(node->files[p]);
		free(node->files);
		free_strings(node->connect, CONNECTS_MAX);
		free_strings(node->returns, CONNECTS_MAX);
		free(node->values);
		free(node->loaded);
	}
	free(rack->inputs);
	free(rack->nodes);
	osc_settings_destroy(rack->osc);
	free(rack->schedule);
	free(rack);
}

/* ---- values ---------------------------------------------------------------------- */

int rack_find(const struct rack *rack, const char *path)
{
	for (int i = 0; i < rack->node_count; i++)
		if (strcmp(rack->nodes[i].path, path) == 0)
			return i;
	for (int i = 0; i < rack->node_count; i++)
		if (strcmp(rack->nodes[i].name, path) == 0)
			return i;
	return -1;
}

bool rack_find_param(const struct rack *rack, const char *path, int *node, int *param)
{
	char now[128];

	for (*node = 0; *node < rack->node_count; ++*node) {
		const struct node *found = &rack->nodes[*node];
		size_t length = strlen(found->path);

		if (strncmp(path, found->path, length) != 0 || path[length] != '/')
			continue;
		*param = param_find(found->module, found->kind == NODE_MODULE,
				    path + length + 1);
		if (*param < 0 &&
		    param_path_now(found->module, path + length + 1, now, sizeof(now)))
			*param = param_find(found->module, found->kind == NODE_MODULE,
					    now);
		if (*param >= 0)
			return true;
	}
	return false;
}

int rack_same(const struct rack *from, int node, const struct rack *to)
{
	const struct node *wanted = &from->nodes[node];
	int place = node;

	if (place >= to->node_count || strcmp(to->nodes[place].path, wanted->path) != 0)
		place = rack_find(to, wanted->path);
	if (place < 0 || to->nodes[place].module != wanted->module)
		return -1;
	return place;
}

float rack_set(struct rack *rack, int node, int param, float value)
{
	const float count_max = 16777216; /* a float cannot count further */
	const struct param *row = param_row(rack->nodes[node].module, param);
	float *now = &rack->nodes[node].values[param];

	if (row->curve == CURVE_TRIGGER) {
		if (value != 0 && !isnan(value))
			*now = *now < count_max ? *now + 1 : 1;
	} else if (!isnan(value)) {
		*now = param_clamp(row, value);
	}
	return *now;
}

bool rack_compares(const struct rack *rack, int node)
{
	int first = -1;

	if (rack->nodes[node].kind != NODE_OUTPUT)
		return false;
	for (int i = 0; i < rack->node_count; i++) {
		if (rack->nodes[i].kind != NODE_OUTPUT)
			continue;
		if (rack->nodes[i].monitor)
			return rack->nodes[node].monitor;
		first = first < 0 ? i : first;
	}
	return node == first;
}

/* An output's own value, joined with the rack's param of the same role. */
float rack_effective(const struct rack *rack, int node, int param)
{
	const struct node *output = &rack->nodes[node];
	const struct node *all = &rack->nodes[rack->node_count - 1];
	float own = output->values[param];

	if (output->kind != NODE_OUTPUT)
		return own;
	unsigned role = param_row(output->module, param)->flags & PARAM_ROLE;
	int over = param_of_role(all->module, role);
	if (over < 0 || (role == PARAM_DIM && !output->monitor) ||
	    (role == PARAM_COMPARE && !rack_compares(rack, node)))
		return own;
	if (role == PARAM_COMPARE)
		return all->values[over] > 0 ? all->values[over] : own;
	return fmaxf(own, all->values[over]);
}

struct setup rack_setup(const struct rack *rack, int node, int rate)
{
	const struct node *from = &rack->nodes[node];
	struct setup setup = {
		.rate = rate,
		.channels = from->channels,
		.values = from->values,
		.files = (const struct file *const *)from->files,
	};

	for (int side = 0; side < SIDES_MAX; side++)
		setup.side_connected[side] = from->source_count[1 + side] > 0;
	return setup;
}
