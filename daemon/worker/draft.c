/* draft.c - the order of a rack's steps: each node comes after its sources, paths of
 * different latency are aligned by delays, several sources summed. Worker thread.
 *
 *   source --- delay --+
 *   source ------------+-- sum -- node
 *   key    --- delay ------------/
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/worker/draft.h"
#include "daemon/base/memory.h"

#include <stdlib.h>
#include <string.h>

struct drafting {
	struct draft *draft;
	const struct rack *rack;
	int rate;
	bool *begun; /* [nodes] */
};

static void *more(void *array, int count, size_t size)
{
	if (count & (count - 1))
		return array;
	array = memory_resize(array, (count ? 2 * (size_t)count : 1) * size, 1);
	return array;
}

static int add_signal(struct draft *draft, struct signal signal)
{
	draft->signals =
		more(draft->signals, draft->signal_count, sizeof(*draft->signals));
	draft->signals[draft->signal_count] = signal;
	return draft->signal_count++;
}

static void add_step(struct draft *draft, struct draft_step step)
{
	draft->steps = more(draft->steps, draft->step_count, sizeof(*draft->steps));
	draft->steps[draft->step_count++] = step;
}

/* The signal delayed by `frames`; equal delays of one signal share a step. */
static int delayed(struct draft *draft, int in, int frames)
{
	if (frames <= 0)
		return in;
	for (int i = 0; i < draft->step_count; i++) {
		const struct draft_step *step = &draft->steps[i];
		if (step->kind == DRAFT_DELAY && step->in[0] == in &&
		    step->frames == frames)
			return step->out;
	}
	struct signal signal = draft->signals[in];
	signal.latency += frames;
	int out = add_signal(draft, signal);
	add_step(draft,
		 (struct draft_step) { .kind = DRAFT_DELAY,
				       .node = -1,
				       .frames = frames,
				       .in = { in },
				       .in_count = 1,
				       .side = { NO_SIGNAL, NO_SIGNAL, NO_SIGNAL },
				       .out = out });
	return out;
}

/* An output's second input is always the rack's first input, for its bypass. */
static int sources_of(const struct drafting *d, const struct node *node, int which,
		      struct source sources[SOURCES_MAX])
{
	int count = node->source_count[which];

	memcpy(sources, node->sources[which], sizeof(node->sources[which]));
	if (node->kind == NODE_OUTPUT && which == 1 && count == 0 &&
	    d->rack->input_count > 0) {
		sources[0] = (struct source) { .kind = FROM_INPUT, .index = 0 };
		count = 1;
	}
	return count;
}

static int signal_of(const struct drafting *d, struct source source)
{
	return source.kind == FROM_INPUT ? source.index : d->draft->out[source.index];
}

/* Latency of the slowest path into a node, sides included. */
static int slowest(const struct drafting *d, const struct node *node)
{
	struct source sources[SOURCES_MAX];
	int latency = 0;

	for (int which = 0; which <= SIDES_MAX; which++) {
		int count = sources_of(d, node, which, sources);
		for (int i = 0; i < count; i++) {
			int signal = signal_of(d, sources[i]);
			if (signal != NO_SIGNAL &&
			    d->draft->signals[signal].latency > latency)
				latency = d->draft->signals[signal].latency;
		}
	}
	return latency;
}

/* One input of a node as one signal, delayed to `latency` frames. */
static int gather(struct drafting *d, const struct node *node, int which, int latency)
{
	struct draft *draft = d->draft;
	struct source sources[SOURCES_MAX];
	struct draft_step sum = { .kind = DRAFT_SUM,
				  .node = -1,
				  .side = { NO_SIGNAL, NO_SIGNAL, NO_SIGNAL } };
	struct signal signal = { .channels = node->channels,
				 .latency = latency,
				 .origin = (int)(node - d->rack->nodes) };
	int count = sources_of(d, node, which, sources);

	for (int i = 0; i < count; i++) {
		int in = signal_of(d, sources[i]);
		if (in == NO_SIGNAL)
			continue;
		in = delayed(draft, in, latency - draft->signals[in].latency);
		signal.inputs |= draft->signals[in].inputs;
		sum.in[sum.in_count++] = in;
	}
	if (sum.in_count <= 1)
		return sum.in_count ? sum.in[0] : NO_SIGNAL;
	sum.out = add_signal(draft, signal);
	add_step(draft, sum);
	return sum.out;
}

static void place_node(struct drafting *d, int index, int latency)
{
	struct draft *draft = d->draft;
	const struct node *node = &d->rack->nodes[index];
	struct draft_step step = { .kind = DRAFT_NODE, .node = index, .in_count = 1 };
	struct signal signal = { .channels = node->channels,
				 .latency = latency + draft->latency[index],
				 .origin = index };

	step.in[0] = gather(d, node, 0, latency);
	if (step.in[0] != NO_SIGNAL)
		signal.inputs = draft->signals[step.in[0]].inputs;
	for (int side = 0; side < SIDES_MAX; side++) {
		step.side[side] = gather(d, node, 1 + side, latency);
		if (step.side[side] != NO_SIGNAL)
			signal.inputs |= draft->signals[step.side[side]].inputs;
	}
	step.out = add_signal(draft, signal);
	add_step(draft, step);
	draft->out[index] = step.out;
}

/* Sources first, in the order of the config. Racks have no cycles; one would be cut. */
static void visit(struct drafting *d, int index)
{
	const struct node *node = &d->rack->nodes[index];

	if (d->begun[index])
		return;
	d->begun[index] = true;
	for (int which = 0; which <= SIDES_MAX; which++)
		for (int i = 0; i < node->source_count[which]; i++)
			if (node->sources[which][i].kind == FROM_NODE)
				visit(d, node->sources[which][i].index);
	place_node(d, index, slowest(d, node));
}

/* Outputs are delayed to the rack's latency and to the other outputs of their group. */
static void place_outputs(struct drafting *d)
{
	const struct rack *rack = d->rack;

	for (int i = 0; i < rack->node_count; i++) {
		const struct node *output = &rack->nodes[i];
		if (output->kind != NODE_OUTPUT)
			continue;
		int latency = slowest(d, output);
		for (int j = 0; j < rack->node_count && output->align[0]; j++) {
			const struct node *other = &rack->nodes[j];
			int theirs = other->kind == NODE_OUTPUT ? slowest(d, other) : 0;
			if (strcmp(other->align, output->align) == 0 &&
			    theirs > latency)
				latency = theirs;
		}
		place_node(d, i, latency > rack->latency ? latency : rack->latency);
	}
}

void draft_init(struct draft *draft, const struct rack *rack, int rate)
{
	size_t nodes = (size_t)rack->node_count;
	struct drafting d = { .draft = draft,
			      .rack = rack,
			      .rate = rate,
			      .begun = memory_zeroed(nodes, sizeof(bool)) };

	*draft = (struct draft) { .latency = memory_zeroed(nodes, sizeof(int)),
				  .out = memory_zeroed(nodes, sizeof(int)) };
	for (int i = 0; i < rack->input_count; i++)
		add_signal(draft, (struct signal) {
					  .channels = rack->inputs[i].channels,
					  .origin = -1 - i,
					  .inputs = (uint64_t)1 << (i < 63 ? i : 63) });
	for (int i = 0; i < rack->node_count; i++) {
		struct setup setup = rack_setup(rack, i, rate);
		const struct module *module = rack->nodes[i].module;
		draft->out[i] = NO_SIGNAL;
		if (rack->nodes[i].kind != NODE_RACK && module->latency)
			draft->latency[i] = module->latency(&setup);
	}
	for (int i = 0; i < rack->node_count; i++)
		if (rack->nodes[i].kind == NODE_MODULE)
			visit(&d, i);
	place_outputs(&d);
	free(d.begun);
}

void draft_finish(struct draft *draft)
{
	free(draft->signals);
	free(draft->steps);
	free(draft->latency);
	free(draft->out);
	*draft = (struct draft) { 0 };
}
