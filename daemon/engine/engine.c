/* engine.c - the control thread's side of the audio: has plans built by the worker,
 * publishes values, gives the audio thread its orders. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/engine/engine.h"

#include "daemon/base/arena.h"
#include "daemon/base/clock.h"
#include "daemon/base/cycles.h"
#include "daemon/base/memory.h"
#include "daemon/engine/plans.h"
#include "daemon/engine/readings.h"
#include "daemon/engine/state.h"
#include "daemon/engine/values.h"
#include "daemon/rack/param.h"

#include <stdlib.h>

enum { SWAP_MS = 20, LEVEL_MS = 50, DIP_MS = 5 };

static const int64_t calibrate_for_ns =
	500000000; /* then the rate of the cycle counter is known well */

void engine_rebuild(struct engine *engine, const struct rack *rack)
{
	engine->serial++;
	plans_want(engine, rack);
	plans_advance(engine);
}

/* ---- values ---------------------------------------------------------------------- */

static bool needs_rebuild(const struct engine *engine, const struct rack *rack,
			  const struct change *change)
{
	const struct node *node = &rack->nodes[change->node];
	const struct param *row = param_row(node->module, change->param);
	int place = rack_same(rack, change->node, engine->newest);

	if (row->curve == CURVE_FILE)
		return true;
	return (row->flags & PARAM_REBUILD) &&
	       (place < 0 || engine->newest->nodes[place].values[change->param] !=
				     node->values[change->param]);
}

static void note_missed(struct engine *engine, int node, int param, float value)
{
	if (engine->missed_count == engine->missed_room) {
		engine->missed_room =
			engine->missed_room ? 2 * engine->missed_room : 64;
		engine->missed =
			memory_resize(engine->missed, (size_t)engine->missed_room,
				      sizeof(*engine->missed));
	}
	engine->missed[engine->missed_count++] = (struct missed) { node, param, value };
}

/* Whether the plan's memory depends on the param, so that only a new plan can change
 * it. */
static bool is_made_from(const struct node *node, int param)
{
	const struct param *row = param_row(node->module, param);

	return row->curve == CURVE_FILE || (row->flags & PARAM_REBUILD);
}

/* Gives one change to every plan, and notes it for the plan in build. */
static void spread_change(struct engine *engine, const struct rack *rack,
			  const struct change *change)
{
	int param = change->param;
	float value = rack->nodes[change->node].values[param];
	int place = rack_same(rack, change->node, engine->newest);

	if (is_made_from(&rack->nodes[change->node], param))
		return; /* the newest or coming plan was built with it */
	if (place >= 0)
		engine->newest->nodes[place].values[param] = value;
	for (struct plan *plan = engine->plans; plan; plan = plan->next) {
		place = rack_same(rack, change->node, plan->rack);
		if (place >= 0)
			values_set(plan, place, param, value);
	}
	if (engine->in_build) {
		place = rack_same(rack, change->node, engine->in_build);
		if (place >= 0)
			note_missed(engine, place, param, value);
	}
}

uint64_t engine_apply(struct engine *engine, const struct rack *rack,
		      const struct change *changes, int count)
{
	bool rebuild = false;
	uint64_t serial = ++engine->serial;

	if (!engine->newest)
		return serial;
	for (int i = 0; i < count; i++)
		rebuild |= needs_rebuild(engine, rack, &changes[i]);
	if (rebuild) {
		plans_want(engine, rack);
		plans_advance(engine);
		return serial;
	}
	for (int i = 0; i < count; i++)
		spread_change(engine, rack, &changes[i]);
	plans_publish(engine);
	return serial;
}

/* ---- the clock and the orders ---------------------------------------------------- */

static void give_orders(struct engine *engine)
{
	struct rt *rt = &engine->rt;

	rt->orders_buffers[rt->orders_in.back] = engine->orders;
	latest_publish(&rt->orders_in);
}

/* Measures how many cycles a frame takes, more exactly with every tick. */
static void calibrate(struct engine *engine)
{
	int64_t passed = clock_ns() - engine->began_ns;

	if (engine->calibrated || passed < 1000000)
		return;
	double cycles = (double)(cycles_now() - engine->began_cycles);
	engine->orders.cycles_per_frame =
		cycles / ((double)passed * 1e-9) / engine->options.rate;
	engine->calibrated = passed > calibrate_for_ns;
	give_orders(engine);
}

void engine_look(struct engine *engine)
{
	struct rt_report before = engine->report;
	struct rt *rt = &engine->rt;

	if (!latest_take(&rt->reports_out))
		return;
	engine->report = rt->reports_buffers[rt->reports_out.front];
	event_log_frame(engine->options.events, (int64_t)engine->report.frame);
	readings_tell(engine, &before);
}

void engine_tick(struct engine *engine)
{
	calibrate(engine);
	engine_drain(engine);
	engine_look(engine);
	readings_collect(engine);
	spectra_tick(engine);
	plans_advance(engine);
}

/* ---- create and destroy ---------------------------------------------------------- */

static void init_rt(struct engine *engine)
{
	const struct engine_options *options = &engine->options;
	struct rt *rt = &engine->rt;

	rt->frame = options->start_frame;
	fade_init(&rt->swap, engine->arena, fade_frames(options->rate, SWAP_MS));
	fade_init(&rt->level, engine->arena, fade_frames(options->rate, LEVEL_MS));
	fade_init(&rt->dip, engine->arena, fade_frames(options->rate, DIP_MS));
	rt->level.at = options->start_faded ? 0 : rt->level.length;
	rt->dip.at = rt->dip.length;
	latest_init(&rt->orders_in);
	latest_init(&rt->reports_out);
	engine->report.frame = options->start_frame;
}

struct engine *engine_create(const struct engine_options *options)
{
	struct engine *engine = aligned_alloc(64, (sizeof(*engine) + 63) / 64 * 64);

	if (!engine)
		memory_out("the engine");
	memset(engine, 0, sizeof(*engine));
	engine->options = *options;
	engine->arena = arena_create();
	engine->began_cycles = cycles_now();
	engine->began_ns = clock_ns();
	engine->running = options->in_line;
	engine->serial = options->start_serial;
	engine->orders.real_time = !options->in_line;
	init_rt(engine);
	give_orders(engine);
	arena_lock(engine->arena);
	plans_start(engine);
	return engine;
}

void engine_destroy(struct engine *engine)
{
	if (!engine)
		return;
	plans_finish(engine);
	spectra_finish(engine);
	readings_finish(engine);
	rack_destroy(engine->newest);
	arena_destroy(engine->arena);
	free(engine);
}

/* ---- questions ------------------------------------------------------------------- */

struct rt *engine_rt(struct engine *engine)
{
	return &engine->rt;
}

uint64_t engine_played(const struct engine *engine)
{
	return engine->running ? engine->report.serial : engine->serial;
}

bool engine_busy(const struct engine *engine)
{
	if (engine->wanted || engine->in_build || engine->staged)
		return true;
	if (!engine->running)
		return false;
	return !handover_empty(&engine->rt.plans_in) ||
	       (engine->plans &&
		(engine->plans->next || engine->plans->id != engine->report.plan ||
		 engine->report.phase != RT_STEADY));
}

void engine_ports_ready(struct engine *engine)
{
	plans_ports_ready(engine);
}

void engine_audio_running(struct engine *engine, bool running)
{
	engine->running = running;
	if (!running)
		event_log_frame(engine->options.events, -1);
}

bool engine_taps_full(const struct engine *engine)
{
	const struct plan *plan = engine->rt.now;
	const int block = 8192; /* JACK's longest period */

	for (int i = 0; plan && i < plan->step_count; i++) {
		const struct guard *guard = plan->steps[i].guard;
		if (guard && guard->tap &&
		    tap_room(guard->tap) < (size_t)(block / GRID_FRAMES + 1) *
						   tap_bytes(guard->tap, GRID_FRAMES))
			return true;
	}
	return false;
}

void engine_drain(struct engine *engine)
{
	if (engine->options.in_line)
		metering_drain(engine->metering);
}

uint64_t engine_frame(const struct engine *engine)
{
	return engine->report.frame;
}

float engine_load(const struct engine *engine, bool worst)
{
	return worst ? engine->report.worst : engine->report.load;
}

uint64_t engine_late(const struct engine *engine)
{
	return engine->report.late;
}

/* The playing plan; before anything plays, the newest one. */
static const struct plan *playing_or_next(const struct engine *engine)
{
	const struct plan *plan = engine_playing(engine);

	for (const struct plan *p = plan ? NULL : engine->plans; p; p = p->next)
		plan = p;
	return plan;
}

int engine_ports(const struct engine *engine, const struct port **ports)
{
	const struct plan *plan = playing_or_next(engine);

	*ports = plan ? plan->ports : NULL;
	return plan ? plan->port_count : 0;
}

int engine_output_latency(const struct engine *engine, int node)
{
	const struct plan *plan = playing_or_next(engine);

	for (int i = 0; plan && i < plan->node_count; i++)
		if (plan->same[i] == node)
			return plan->latency[i];
	return 0;
}

void engine_fade_out(struct engine *engine)
{
	engine->orders.fade_out = true;
	give_orders(engine);
}

bool engine_silent(const struct engine *engine)
{
	return !engine->running || engine->report.silent;
}
