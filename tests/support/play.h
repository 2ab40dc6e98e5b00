/* play.h - plays a rack in a test: a config's text, the real engine, no threads.
 *
 * Buffers are planar: in[channel][frame]. Everything runs on the calling thread; the
 * same calls give the same samples.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_PLAY_H
#define LATHE_PLAY_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/config/config.h"
#include "daemon/config/contents.h"
#include "daemon/engine/engine.h"
#include "daemon/rack/param.h"

struct play {
	struct rack *rack;
	struct engine *engine;
	struct event_log *events;
	int rate;
	uint64_t frame; /* played since the start */
};

static inline struct play *play_start(const char *config, int rate,
				      uint64_t start_frame, bool in_line)
{
	char path[] = "/tmp/lathe-play-XXXXXX";
	int fd = mkstemp(path);

	const char *end = strstr(config, "nodes") || strstr(config, "rack ")
				  ? ""
				  : "rack = { empty = true; };\n";
	if (fd < 0 || dprintf(fd, "%s\n%s", config, end) < 0) {
		perror(path);
		return NULL;
	}
	close(fd);
	struct complaints complaints = { 0 };
	struct rack *rack = config_load(path, &complaints);
	if (rack)
		contents_read(rack, NULL);
	unlink(path);
	if (!rack) {
		printf("%s", complaints.text.bytes);
		text_finish(&complaints.text);
		return NULL;
	}
	struct play *play = calloc(1, sizeof(*play));
	play->rack = rack;
	play->rate = rate;
	play->events = event_log_create();
	play->engine = engine_create(&(struct engine_options) {
		.rate = rate,
		.in_line = in_line,
		.start_frame = start_frame,
		.events = play->events,
	});
	engine_rebuild(play->engine, rack);
	engine_tick(play->engine);
	return play;
}

/* NULL, and the complaints on stdout, if the config is wrong. */
static inline struct play *play_open(const char *config, int rate, uint64_t start_frame)
{
	return play_start(config, rate, start_frame, true);
}

/* With the engine's own threads; the caller's thread is audio and control. */
static inline struct play *play_open_live(const char *config, int rate)
{
	return play_start(config, rate, 0, false);
}

static inline void play_close(struct play *play)
{
	if (!play)
		return;
	engine_destroy(play->engine);
	event_log_destroy(play->events);
	rack_destroy(play->rack);
	free(play);
}

/* Plays one block; in and out are [channels] in the order of the ports. */
static inline void play_block(struct play *play, float *const *in, float *const *out,
			      int frames)
{
	const struct port *ports;
	int count = engine_ports(play->engine, &ports);
	float *buffers[PORTS_MAX] = { NULL };
	bool is_output[PORTS_MAX] = { false };

	for (int i = 0, ins = 0, outs = 0; i < count; i++) {
		if (ports[i].of_node)
			continue; /* a node's own ports are not connected */
		is_output[ports[i].slot] = ports[i].is_output;
		buffers[ports[i].slot] = ports[i].is_output ? out[outs++] : in[ins++];
	}
	rt_run(engine_rt(play->engine), buffers, is_output, frames);
	play->frame += (uint64_t)frames;
}

/* Plays stereo audio in blocks, and ticks the engine as the control loop would. */
static inline void play_run(struct play *play, float *const in[2], float *const out[2],
			    int frames, int block)
{
	for (int done = 0; done < frames; done += block) {
		int n = frames - done < block ? frames - done : block;
		float *const ins[2] = { in[0] + done, in[1] + done };
		float *const outs[2] = { out[0] + done, out[1] + done };
		play_block(play, ins, outs, n);
		if (done == 0 || done + n >= frames ||
		    (play->frame & 511) < (uint64_t)n)
			engine_tick(play->engine);
	}
}

/* Sets "node/param" now; false if there is no such param. */
static inline bool play_set(struct play *play, const char *address, float value)
{
	char node[128];

	snprintf(node, sizeof(node), "%s", address);
	char *slash = strchr(node, '/');
	if (!slash)
		return false;
	*slash = '\0';
	int place = rack_find(play->rack, node);
	if (place < 0)
		return false;
	int param = param_find(play->rack->nodes[place].module, true, slash + 1);
	if (param < 0)
		return false;
	struct change change = { .node = place, .param = param };
	change.value = rack_set(play->rack, place, param, value);
	engine_apply(play->engine, play->rack, &change, 1);
	engine_tick(play->engine);
	return true;
}

/* Reading of "gr" or "in/1" of a node, in its unit; NAN when there is none. */
static inline float play_meter(const struct play *play, const char *node,
			       const char *path)
{
	int place = rack_find(play->rack, node);

	if (place < 0)
		return NAN;
	const struct node *n = &play->rack->nodes[place];
	bool host = n->kind == NODE_MODULE;
	int slot = meter_find(n->module, n->channels, host, path);
	const float *meters = engine_meters(play->engine, place);
	if (slot < 0 || !meters)
		return NAN;
	return meter_reading(meter_row(n->module, n->channels, slot), meters[slot]);
}

#endif
