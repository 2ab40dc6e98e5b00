/* engine.h - the control thread's side of the audio: has plans built by the worker,
 * publishes values, collects meters, frees old plans.
 *
 *   rack --freeze--> worker: plan_build() --> engine --handover--> rt_run()
 *   changes --design()--> latest ----------------------------------^
 *   meters <-- latest <-- rt_run(), meter thread
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_ENGINE_ENGINE_H
#define LATHE_ENGINE_ENGINE_H

#include "daemon/base/event.h"
#include "daemon/rack/rack.h"
#include "daemon/audio/rt.h"

struct engine;

enum { RATE_MIN = 8000, RATE_MAX = 384000 }; /* Hz: the rates that a rack plays at */

struct engine_options {
	int rate;
	bool in_line;       /* no threads: engine calls build and measure */
	bool counts_strays; /* the caller reports input that is not audio */
	bool start_faded;   /* true: the first plan fades in from silence, in 50 ms */
	uint64_t start_frame;
	uint64_t start_serial; /* serials continue from here, for `/rack/sync` */
	struct event_log *events;
	/* Called when a built plan needs ports; the owner registers them, then calls
	 * engine_ports_ready(). NULL: ports are ready at once. */
	void (*ports_wanted)(void *context, const struct port *ports, int count);
	void *context;
};

struct engine *engine_create(const struct engine_options *options);
/* Call after the audio thread's last cycle. NULL does nothing. */
void engine_destroy(struct engine *engine);
struct rt *engine_rt(struct engine *engine);

/* Builds a plan of the rack: call when its nodes or links (load, reload) or a rebuild
 * param changed. One build runs at a time, then the newest rack is built; at most 10 a
 * second. */
void engine_rebuild(struct engine *engine, const struct rack *rack);
/* Publishes values that were set in the rack by rack_set(). They take effect together
 * on one grid line; if one of them rebuilds, all of them with the new plan. Returns the
 * serial that engine_played() will reach. */
uint64_t engine_apply(struct engine *engine, const struct rack *rack,
		      const struct change *changes, int count);
/* The serial of the snapshot that the audio plays. If no audio runs: the newest
 * serial. */
uint64_t engine_played(const struct engine *engine);
bool engine_busy(
	const struct engine *engine); /* whether a build or a fade is running */
void engine_ports_ready(struct engine *engine);

/* Continues builds, frees plans, reads meters, posts events. Call every 10 ms while
 * engine_busy(). Without threads (inline) it also builds and measures. */
void engine_tick(struct engine *engine);
/* Between two ticks: reads what the audio plays now, for engine_played(). */
void engine_look(struct engine *engine);
/* Tells the engine whether the audio thread runs (cycles advance). */
void engine_audio_running(struct engine *engine, bool running);
/* In freewheel, true: wait before rt_run(). For the thread that calls rt_run(). */
bool engine_taps_full(const struct engine *engine);
/* Without threads (inline), after each rt_run(): measures what the taps hold. */
void engine_drain(struct engine *engine);

uint64_t engine_frame(const struct engine *engine); /* the rack's frame counter */
float engine_load(const struct engine *engine,
		  bool worst);                     /* share of a period, 0..1 */
uint64_t engine_late(const struct engine *engine); /* periods that took too long */
/* The readings of a node (index in the rack last built) since the tick before,
 * combined, as published: [meters_total]. NULL while it is not playing. */
const float *engine_meters(const struct engine *engine, int node);
/* The spectrum of a node's input and output, newest 25 a second, [2 * 121] dBFS (dsp/analyser.h);
 * *frame: where the window ended. NULL until there is one. Asking opens it, a second without
 * asking closes it; at most 8 are open. Builds no plan. */
const float *engine_spectrum(struct engine *engine, int node, uint64_t *frame);
/* The ports of the playing plan. Latencies are those JACK must be told. */
int engine_ports(const struct engine *engine, const struct port **ports);
int engine_output_latency(const struct engine *engine, int node);
/* Fades the output out for a clean stop; engine_silent() tells when it is done. */
void engine_fade_out(struct engine *engine);
bool engine_silent(const struct engine *engine);

#endif
