/* playback.c - a rack that plays blocks of audio. lathe-render, in one thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/playback.h"

#include "daemon/base/memory.h"
#include "daemon/engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct playback_inside {
	struct engine *engine;
	struct event_log *events;
	float *buffers[PORTS_MAX]; /* one per port */
	bool is_output[PORTS_MAX];
	int in_slots[PORTS_MAX]; /* the rack's input channels in order */
	int out_slots[CHANNELS_MAX];
};

/* Slot of a port by its name, or -1. */
static int slot_find(const struct port *ports, int count, const char *section,
		     int channel, bool is_output)
{
	char name[sizeof(ports->name)];

	snprintf(name, sizeof(name), "%s_%d", section, channel + 1);
	for (int i = 0; i < count; i++)
		if (ports[i].is_output == is_output && !strcmp(ports[i].name, name))
			return ports[i].slot;
	return -1;
}

/* Gives each port a buffer. */
static bool buffers_open(struct playback *playback, const struct port *ports, int count)
{
	struct playback_inside *in = playback->inside;
	const size_t block = (size_t)playback->options.block;
	const size_t bytes = (block * sizeof(float) + 63) & ~(size_t)63;

	for (int i = 0; i < count; i++) {
		if (ports[i].of_node)
			continue; /* a node without a return plays dry */
		in->buffers[ports[i].slot] = aligned_alloc(64, bytes);
		if (!in->buffers[ports[i].slot])
			return false;
		memset(in->buffers[ports[i].slot], 0, bytes);
		in->is_output[ports[i].slot] = ports[i].is_output;
	}
	return true;
}

static bool ports_open(struct playback *playback)
{
	struct playback_inside *in = playback->inside;
	const struct rack *rack = playback->options.rack;
	const struct node *output = &rack->nodes[playback->options.output];
	const struct port *ports;
	const int count = engine_ports(in->engine, &ports);

	if (!buffers_open(playback, ports, count))
		return false;
	for (int i = 0; i < rack->input_count; i++)
		for (int c = 0; c < rack->inputs[i].channels; c++)
			in->in_slots[playback->width++] =
				slot_find(ports, count, rack->inputs[i].name, c, false);
	playback->channels = output->channels;
	for (int c = 0; c < output->channels; c++) {
		in->out_slots[c] = slot_find(ports, count, output->name, c, true);
		if (in->out_slots[c] < 0)
			return false;
	}
	return true;
}

struct playback *playback_create(const struct playback_options *options)
{
	struct playback *playback = memory_zeroed(1, sizeof(*playback));
	struct playback_inside *in = memory_zeroed(1, sizeof(*in));

	playback->options = *options;
	playback->inside = in;
	in->events = event_log_create();
	in->engine = engine_create(
		&(struct engine_options) { .rate = options->rate,
					   .in_line = true,
					   .counts_strays = true,
					   .events = in->events,
					   .start_frame = options->start_frame });
	engine_rebuild(in->engine, options->rack);
	engine_tick(in->engine);
	if (!ports_open(playback)) {
		playback_destroy(playback);
		return NULL;
	}
	playback->latency = engine_output_latency(in->engine, options->output);
	return playback;
}

void playback_destroy(struct playback *playback)
{
	if (!playback)
		return;
	for (int slot = 0; slot < PORTS_MAX; slot++)
		free(playback->inside->buffers[slot]);
	engine_destroy(playback->inside->engine);
	event_log_destroy(playback->inside->events);
	free(playback->inside);
	free(playback);
}

void playback_run(struct playback *playback, const float *in, int in_width, float *out,
		  int frames, bool tail)
{
	struct playback_inside *inside = playback->inside;
	const struct playback_options *options = &playback->options;

	for (int c = 0; c < playback->width; c++) {
		float *to = inside->in_slots[c] < 0
				    ? NULL
				    : inside->buffers[inside->in_slots[c]];
		for (int i = 0; to && i < frames; i++)
			to[i] = c < in_width ? in[i * in_width + c] : 0;
	}
	rt_run(engine_rt(inside->engine), inside->buffers, inside->is_output, frames);
	engine_tick(inside->engine);
	tally_take(options->tally, options->rack, inside->engine, tail);
	for (int c = 0; out && c < playback->channels; c++) {
		const float *from = inside->buffers[inside->out_slots[c]];
		for (int i = 0; i < frames; i++)
			out[i * playback->channels + c] = from[i];
	}
}

const float *playback_meters(const struct playback *playback, int node)
{
	return engine_meters(playback->inside->engine, node);
}
