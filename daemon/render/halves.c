/* halves.c - a rack cut in two right before its last limiter. lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/halves.h"

#include "daemon/base/memory.h"
#include "daemon/rack/param.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Two gains, because one goes no further than 36 dB. */
static const char gain_name[] = "render-gain", more_name[] = "render-more",
		  cut_name[] = "render-cut";

static const double gain_most = 36;

static bool is_a(const struct node *node, unsigned role)
{
	return (node->module->flags & MODULE_ROLE) == role;
}

static void set_named(struct rack *rack, int node, const char *param, double value)
{
	const int index = param_find(rack->nodes[node].module, true, param);

	if (index >= 0)
		rack_set(rack, node, index, (float)value);
}

/* Marks a node and all that it takes audio from. */
static void mark(const struct rack *rack, int place, bool *needed)
{
	const struct node *node = &rack->nodes[place];

	if (needed[place])
		return;
	needed[place] = true;
	for (int which = 0; which <= SIDES_MAX; which++)
		for (int i = 0; i < node->source_count[which]; i++)
			if (node->sources[which][i].kind == FROM_NODE)
				mark(rack, node->sources[which][i].index, needed);
}

/* A copy of the rack with only the nodes that `output` needs. */
static struct rack *rack_for(const struct rack *rack, int output, int *place)
{
	struct rack *all = rack_copy(rack);
	bool *needed = memory_zeroed((size_t)rack->node_count, sizeof(*needed));
	int *now = memory_zeroed((size_t)rack->node_count, sizeof(*now));
	struct node *spare = memory_zeroed((size_t)rack->node_count, sizeof(*spare));
	int count = 0, left = 0;

	mark(rack, output, needed);
	for (int i = 0; i < rack->node_count; i++) {
		now[i] = count;
		if (needed[i] || rack->nodes[i].kind == NODE_RACK)
			all->nodes[count++] = all->nodes[i];
		else
			spare[left++] = all->nodes[i];
	}
	/* rack_destroy() frees what lies in `nodes`: the others in a rack of theirs. */
	struct rack *rest = memory_zeroed(1, sizeof(*rest));
	rest->nodes = spare;
	rest->node_count = left;
	rack_destroy(rest);
	all->node_count = count;
	for (int i = 0; i < count; i++)
		for (int which = 0; which <= SIDES_MAX; which++)
			for (int s = 0; s < all->nodes[i].source_count[which]; s++) {
				struct source *source =
					&all->nodes[i].sources[which][s];
				if (source->kind == FROM_NODE)
					source->index = now[source->index];
			}
	*place = now[output];
	free(needed);
	free(now);
	return all;
}

/* The limiter that is the fewest links away from the output, or -1. */
static int last_limiter(const struct rack *rack, int output)
{
	bool *seen = memory_zeroed((size_t)rack->node_count, sizeof(*seen));
	int *queue = memory_zeroed((size_t)rack->node_count, sizeof(*queue));
	int found = -1, head = 0, tail = 0;

	queue[tail++] = output;
	seen[output] = true;
	while (head < tail && found < 0) {
		const struct node *node = &rack->nodes[queue[head++]];
		if (is_a(node, MODULE_LIMITER))
			found = queue[head - 1];
		for (int i = 0; i < node->source_count[0]; i++) {
			const struct source from = node->sources[0][i];
			if (from.kind != FROM_NODE || seen[from.index])
				continue;
			seen[from.index] = true;
			queue[tail++] = from.index;
		}
	}
	free(seen);
	free(queue);
	return found;
}

static void at_rest(struct rack *rack)
{
	for (int i = 0; i < rack->node_count; i++) {
		if (is_a(&rack->nodes[i], MODULE_LEVELLER))
			set_named(rack, i, "hold", 1);
		if (is_a(&rack->nodes[i], MODULE_LIMITER))
			set_named(rack, i, "target", 1e9); /* the top is off */
	}
}

/* Adds a gain before node `at`, whose index may change. Returns the gain's index. */
static int gain_add(struct rack *rack, const char *name, int *at)
{
	char path[sizeof(rack->nodes->path)];

	strcpy(path, rack->nodes[*at].path);
	struct node *gain = rack_add_node(rack, NODE_MODULE, name, module_find("trim"));
	const int place = (int)(gain - rack->nodes);
	/* Nodes behind the new one have moved up. */
	for (int i = 0; i < rack->node_count; i++)
		for (int which = 0; which <= SIDES_MAX; which++)
			for (int s = 0; s < rack->nodes[i].source_count[which]; s++) {
				struct source *from = &rack->nodes[i].sources[which][s];
				from->index +=
					from->kind == FROM_NODE && from->index >= place;
			}
	*at = rack_find(rack, path);
	struct node *node = &rack->nodes[*at];
	node_set_channels(gain, node->channels);
	gain->source_count[0] = node->source_count[0];
	memcpy(gain->sources[0], node->sources[0], sizeof(gain->sources[0]));
	node->source_count[0] = 1;
	node->sources[0][0] = (struct source) { .kind = FROM_NODE, .index = place };
	return place;
}

/* The part before the gain, with an output of its own. */
static void front_make(struct halves *halves, const struct rack *whole, int gain)
{
	struct rack *front = rack_copy(whole);
	struct node *cut = rack_add_node(front, NODE_OUTPUT, cut_name, NULL);
	const struct node *from = &front->nodes[gain];

	/* Outputs come after the modules, and nothing takes audio from them. */
	node_set_channels(cut, from->channels);
	cut->source_count[0] = from->source_count[0];
	memcpy(cut->sources[0], from->sources[0], sizeof(cut->sources[0]));
	front->latency = 0;
	halves->front =
		rack_for(front, (int)(cut - front->nodes), &halves->front_output);
	rack_destroy(front);
}

/* Whether any node but the gain takes audio from an input of the rack. */
static bool is_open(const struct rack *rack, int gain)
{
	for (int i = 0; i < rack->node_count; i++)
		for (int which = 0; which <= SIDES_MAX && i != gain; which++)
			for (int s = 0; s < rack->nodes[i].source_count[which]; s++)
				if (rack->nodes[i].sources[which][s].kind == FROM_INPUT)
					return true;
	return false;
}

/* The part from the gain on, whose first input is the front's output; NULL when there is
 * more that reaches the output. */
static struct rack *back_make(const struct rack *whole, int gain, int output,
			      int *place)
{
	struct rack *all = rack_copy(whole);
	struct input *input = rack_add_input(all, cut_name, all->nodes[gain].channels);
	const struct input first = all->inputs[0];

	all->inputs[0] = *input;
	*input = first;
	all->nodes[gain].source_count[0] = 1;
	all->nodes[gain].sources[0][0] = (struct source) { .kind = FROM_INPUT };
	all->latency = 0;
	struct rack *back = rack_for(all, output, place);
	rack_destroy(all);
	if (!is_open(back, rack_find(back, gain_name)))
		return back;
	rack_destroy(back);
	return NULL;
}

void halves_make(struct halves *halves, const struct rack *rack, int output)
{
	struct rack *whole = rack_for(rack, output, &output);
	char path[sizeof(rack->nodes->path)], limiter_path[sizeof(path)];
	const int limiter = last_limiter(whole, output);
	int at = limiter < 0 ? output : limiter;

	strcpy(path, whole->nodes[output].path);
	strcpy(limiter_path, whole->nodes[at].path);
	at_rest(whole);
	int last = gain_add(whole, more_name, &at);
	const int gain = gain_add(whole, gain_name, &last);
	output = rack_find(whole, path);
	*halves = (struct halves) { .back_output = output, .limiter = -1 };
	halves->back = back_make(whole, gain, output, &halves->back_output);
	if (halves->back)
		front_make(halves, whole, gain);
	else
		halves->back = rack_copy(whole);
	halves->gain = rack_find(halves->back, gain_name);
	halves->more = rack_find(halves->back, more_name);
	if (limiter >= 0)
		halves->limiter = rack_find(halves->back, limiter_path);
	rack_destroy(whole);
}

void halves_finish(struct halves *halves)
{
	rack_destroy(halves->front);
	rack_destroy(halves->back);
	*halves = (struct halves) { .back = NULL };
}

void halves_set(struct halves *halves, double gain_db, double ceiling_db)
{
	const double first = fmin(fmax(gain_db, -gain_most), gain_most);

	set_named(halves->back, halves->gain, "gain", first);
	set_named(halves->back, halves->more, "gain", gain_db - first);
	if (halves->limiter >= 0)
		set_named(halves->back, halves->limiter, "ceiling", ceiling_db);
}

double halves_ceiling(const struct halves *halves)
{
	if (halves->limiter < 0)
		return 0;
	const struct node *node = &halves->back->nodes[halves->limiter];
	const int param = param_find(node->module, true, "ceiling");

	return (double)node->values[param];
}
