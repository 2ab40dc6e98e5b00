/* engine.h - the control thread's hand on the audio: builds plans through the worker,
 * publishes values, collects meters, reclaims old plans.
 *
 *   rack --freeze--> worker: plan_build() --> engine --handover--> rt_run()
 *   changes --design()--> latest ----------------------------------^
 *   meters <-- latest <-- rt_run(), meter thread
 */
#ifndef LATHE_ENGINE_ENGINE_H
#define LATHE_ENGINE_ENGINE_H

#include "daemon/base/event.h"
#include "daemon/rack/rack.h"
#include "daemon/audio/rt.h"

struct engine;

enum { RATE_MIN = 8000, RATE_MAX = 384000 }; /* Hz, that a rack plays at */

struct engine_options {
	int rate;
	bool in_line; /* no threads: builds and measures run inside engine calls (render, tests) */
	bool counts_strays; /* the caller itself tells of input that is no audio */
	bool start_faded;   /* 50 ms fade-in from silence at the first plan */
	uint64_t start_frame;
	uint64_t
		start_serial; /* who waits for a serial of the engine before hears of it */
	struct event_log *events;
	/* Called when a built plan needs ports; the owner registers them and calls
	 * engine_ports_ready(). NULL: ports are ready at once. */
	void (*ports_wanted)(void *context, const struct port *ports, int count);
	void *context;
};

struct engine *engine_create(const struct engine_options *options);
/* After the audio thread's last cycle. NULL: nothing. */
void engine_destroy(struct engine *engine);
struct rt *engine_rt(struct engine *engine);

/* The rack has another shape (load, reload), or a rebuild param changed: build a plan of it.
 * Coalesces: one build in flight, the newest rack next, at most 10 a second. */
void engine_rebuild(struct engine *engine, const struct rack *rack);
/* These values changed in the rack (already rack_set): they take effect together on one grid
 * line; when one is a rebuild, all of them with the new plan. Returns the serial that
 * engine_played() will reach. */
uint64_t engine_apply(struct engine *engine, const struct rack *rack,
		      const struct change *changes, int count);
/* Serial of the newest snapshot that the audio plays. With no audio running: the newest. */
uint64_t engine_played(const struct engine *engine);
bool engine_busy(const struct engine *engine); /* a build or a fade is under way */
void engine_ports_ready(struct engine *engine);

/* Moves builds along, reclaims plans, reads meters, posts events: every 10 ms while
 * engine_busy(). In line mode it also builds and measures. */
void engine_tick(struct engine *engine);
/* Between two ticks: what the audio plays by now. */
void engine_look(struct engine *engine);
/* The audio thread is known to run (cycles advance) or not; freewheel waits for taps. */
void engine_audio_running(struct engine *engine, bool running);
/* Freewheel: wait before rt_run(). For the thread that calls rt_run(). */
bool engine_taps_full(const struct engine *engine);
/* In line mode, after each rt_run(): measures what the taps hold. */
void engine_drain(struct engine *engine);

uint64_t engine_frame(const struct engine *engine); /* the rack's frame counter */
float engine_load(const struct engine *engine,
		  bool worst);                     /* share of a period, 0..1 */
uint64_t engine_late(const struct engine *engine); /* our own deadline misses */
/* What node `node` (place in the rack last built) read at this tick: published units folded
 * since the tick before, [meters_total]. NULL while it is not playing. */
const float *engine_meters(const struct engine *engine, int node);
/* The spectrum of a node's input and output, newest 25 a second, [2 * 121] dBFS (dsp/analyser.h);
 * *frame: where the window ended. NULL until there is one. Asking opens it, a second without
 * asking closes it; at most 8 are open. Builds no plan. */
const float *engine_spectrum(struct engine *engine, int node, uint64_t *frame);
/* The ports of the playing plan. Latencies are those JACK must be told. */
int engine_ports(const struct engine *engine, const struct port **ports);
int engine_output_latency(const struct engine *engine, int node);
/* Output fade for a clean stop; engine_silent() when it is done. */
void engine_fade_out(struct engine *engine);
bool engine_silent(const struct engine *engine);

#endif
