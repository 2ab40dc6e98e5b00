/* engine.c - the control thread's hand on the audio: builds plans through the worker,
 * publishes values, hands plans over and takes them back. Only rt_run(), elsewhere, is the
 * audio thread's. */
#include "daemon/engine/engine.h"

#include "daemon/base/arena.h"
#include "daemon/base/cycles.h"
#include "daemon/engine/state.h"
#include "daemon/rack/param.h"

#include <stdio.h>
#include <stdlib.h>

enum { WORK_BUILD, WORK_FREE, WORK_QUIT };
enum { SWAP_MS = 20, LEVEL_MS = 50, DIP_MS = 5 };

static const int64_t build_every_ns = 100000000;   /* at most 10 a second */
static const int64_t calibrate_for_ns = 500000000; /* then the clock is known well */

int64_t engine_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int engine_translate(const struct rack *from, int node, const struct rack *in)
{
	return rack_same(from, node, in);
}

struct plan *engine_playing(const struct engine *engine)
{
	for (struct plan *plan = engine->plans; plan; plan = plan->next)
		if (plan->id == engine->report.plan)
			return plan;
	return NULL;
}

/* ---- the worker ----------------------------------------------------------------------- */

static void *worker_run(void *context)
{
	struct engine *engine = context;
	struct letter letter;

	pthread_setname_np(pthread_self(), "lathe-worker");
	while (mail_take(&engine->to_worker, &letter, -1) && letter.what != WORK_QUIT) {
		if (letter.what == WORK_BUILD)
			mail_post(&engine->from_worker, WORK_BUILD,
				  plan_build(&engine->builder, letter.item));
		else
			plan_destroy(&engine->builder, letter.item);
	}
	return NULL;
}

/* In line the worker's letters are answered here. */
static void work_in_line(struct engine *engine)
{
	struct letter letter;

	while (engine->options.in_line && mail_take(&engine->to_worker, &letter, 0)) {
		if (letter.what == WORK_BUILD)
			mail_post(&engine->from_worker, WORK_BUILD,
				  plan_build(&engine->builder, letter.item));
		else
			plan_destroy(&engine->builder, letter.item);
	}
}

/* ---- slots ---------------------------------------------------------------------------- */

static int find_slot(const struct engine *engine, const struct port *port)
{
	int unused = -1;

	for (int i = PORTS_MAX - 1; i >= 0; i--) {
		const struct slot *slot = &engine->slots[i];
		if (slot->plans == 0)
			unused = i;
		else if (slot->is_output == port->is_output &&
			 strcmp(slot->name, port->name) == 0)
			return i;
	}
	return unused;
}

static void take_slots(struct engine *engine, struct plan *plan)
{
	for (int i = 0; i < plan->port_count; i++) {
		struct port *port = &plan->ports[i];
		port->slot = find_slot(engine, port);
		if (port->slot < 0) {
			event_post(engine->options.events, EVENT_ERROR, "ports",
				   "%s: no room, a rack has at most %d ports",
				   port->name, PORTS_MAX);
			continue;
		}
		struct slot *slot = &engine->slots[port->slot];
		snprintf(slot->name, sizeof(slot->name), "%s", port->name);
		slot->is_output = port->is_output;
		slot->plans++;
	}
	plan_bind(plan);
}

static void leave_slots(struct engine *engine, const struct plan *plan)
{
	for (int i = 0; i < plan->port_count; i++)
		if (plan->ports[i].slot >= 0)
			engine->slots[plan->ports[i].slot].plans--;
}

/* ---- plans come and go ------------------------------------------------------------------ */

static void publish(struct engine *engine, struct plan *plan)
{
	plan_publish(plan, plan->withheld ? plan->withheld - 1 : engine->serial);
}

/* A plan that the audio no longer has: by way of the meter thread to the worker. */
static void retire(struct engine *engine, struct plan *plan)
{
	struct plan **link = &engine->plans;

	while (*link != plan)
		link = &(*link)->next;
	*link = plan->next;
	leave_slots(engine, plan);
	metering_forget(engine->metering, plan);
}

static void hand_over(struct engine *engine)
{
	struct plan *plan = engine->staged;

	engine->staged = NULL;
	publish(engine, plan);
	struct plan *unread = handover_put(&engine->rt.plans_in, plan);
	if (unread)
		retire(engine, unread);
}

static void stage(struct engine *engine, struct plan *plan)
{
	struct plan **link = &engine->plans;

	while (*link)
		link = &(*link)->next;
	*link = plan;
	for (int i = 0; i < engine->missed_count; i++) {
		const struct missed *missed = &engine->missed[i];
		plan->rack->nodes[missed->node].values[missed->param] = missed->value;
	}
	plan->withheld = engine->in_build_withheld;
	engine->in_build = NULL;
	engine->in_build_withheld = 0;
	engine->missed_count = 0;
	plan_set_all(plan);
	readings_reshape(engine);
	if (plan->problems.length)
		event_post(engine->options.events, EVENT_WARNING, "node", "%s",
			   plan->problems.bytes);
	take_slots(engine, plan);
	metering_watch(engine->metering, plan);
	engine->staged = plan;
	engine->ports_ready = !engine->options.ports_wanted;
	if (engine->options.ports_wanted)
		engine->options.ports_wanted(engine->options.context, plan->ports,
					     plan->port_count);
}

static void start_build(struct engine *engine)
{
	int64_t now = engine_now_ns();

	if (!engine->wanted || engine->in_build || engine->staged)
		return;
	if (!engine->options.in_line && now - engine->built_ns < build_every_ns)
		return;
	engine->wanted = false;
	engine->built_ns = now;
	engine->in_build = rack_copy(engine->newest);
	mail_post(&engine->to_worker, WORK_BUILD, engine->in_build);
}

/* Moves a build from wanted to handed over as far as it goes without waiting. */
static void advance(struct engine *engine)
{
	struct letter letter;
	struct plan *back;

	while ((back = handover_take(&engine->rt.plans_out)))
		retire(engine, back);
	start_build(engine);
	work_in_line(engine);
	if (mail_take(&engine->from_worker, &letter, 0))
		stage(engine, letter.item);
	if (engine->staged && engine->ports_ready)
		hand_over(engine);
	work_in_line(engine);
}

/* The rack's present shape and values are what the next plan is built from. */
static void want_build(struct engine *engine, const struct rack *rack)
{
	rack_destroy(engine->newest);
	engine->newest = rack_copy(rack);
	engine->wanted = true;
	for (struct plan *plan = engine->plans; plan; plan = plan->next)
		if (!plan->withheld)
			plan->withheld = engine->serial;
	if (engine->in_build && !engine->in_build_withheld)
		engine->in_build_withheld = engine->serial;
	readings_reshape(engine);
}

void engine_rebuild(struct engine *engine, const struct rack *rack)
{
	engine->serial++;
	want_build(engine, rack);
	advance(engine);
}

/* ---- values ----------------------------------------------------------------------------- */

static bool needs_rebuild(const struct engine *engine, const struct rack *rack,
			  const struct change *change)
{
	const struct node *node = &rack->nodes[change->node];
	const struct param *row = param_row(node->module, change->param);
	int place = engine_translate(rack, change->node, engine->newest);

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
			realloc(engine->missed,
				(size_t)engine->missed_room * sizeof(*engine->missed));
		if (!engine->missed)
			abort();
	}
	engine->missed[engine->missed_count++] = (struct missed) { node, param, value };
}

/* What a plan was made from stays as it is in it: memory was laid out by it. */
static bool is_made_from(const struct node *node, int param)
{
	const struct param *row = param_row(node->module, param);

	return row->curve == CURVE_FILE || (row->flags & PARAM_REBUILD);
}

/* One change for every plan that there is, and the one in build. */
static void spread_change(struct engine *engine, const struct rack *rack,
			  const struct change *change)
{
	int param = change->param;
	float value = rack->nodes[change->node].values[param];
	int place = engine_translate(rack, change->node, engine->newest);

	if (is_made_from(&rack->nodes[change->node], param))
		return; /* the newest plan, or the one to come, has it already */
	if (place >= 0)
		engine->newest->nodes[place].values[param] = value;
	for (struct plan *plan = engine->plans; plan; plan = plan->next) {
		place = engine_translate(rack, change->node, plan->rack);
		if (place >= 0)
			plan_set(plan, place, param, value);
	}
	if (engine->in_build) {
		place = engine_translate(rack, change->node, engine->in_build);
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
		want_build(engine, rack);
		advance(engine);
		return serial;
	}
	for (int i = 0; i < count; i++)
		spread_change(engine, rack, &changes[i]);
	for (struct plan *plan = engine->plans; plan; plan = plan->next)
		publish(engine, plan);
	return serial;
}

/* ---- the clock and the orders ------------------------------------------------------------ */

static void give_orders(struct engine *engine)
{
	struct rt *rt = &engine->rt;

	rt->orders_buffers[rt->orders_in.back] = engine->orders;
	latest_publish(&rt->orders_in);
}

/* How many cycles a frame lasts, better with every tick. */
static void calibrate(struct engine *engine)
{
	int64_t passed = engine_now_ns() - engine->began_ns;

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
	advance(engine);
}

/* ---- make and end -------------------------------------------------------------------------- */

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
		abort();
	memset(engine, 0, sizeof(*engine));
	engine->options = *options;
	engine->arena = arena_create();
	engine->builder.rate = engine->builder.residents.rate = options->rate;
	engine->builder.isa = engine_isa();
	engine->began_cycles = cycles_now();
	engine->began_ns = engine_now_ns();
	engine->built_ns = engine->began_ns - build_every_ns;
	engine->running = options->in_line;
	engine->serial = options->start_serial;
	engine->orders.real_time = !options->in_line;
	init_rt(engine);
	give_orders(engine);
	arena_lock(engine->arena);
	mail_init(&engine->to_worker);
	mail_init(&engine->from_worker);
	engine->metering = metering_create(
		&(struct metering_options) { .in_line = options->in_line,
					     .freed = &engine->to_worker,
					     .freed_what = WORK_FREE });
	if (!options->in_line &&
	    pthread_create(&engine->worker, NULL, worker_run, engine) != 0)
		abort();
	return engine;
}

/* The audio thread runs no more. */
void engine_destroy(struct engine *engine)
{
	struct letter letter;

	if (!engine)
		return;
	while (engine->plans)
		retire(engine, engine->plans);
	metering_destroy(engine->metering);
	work_in_line(engine);
	if (!engine->options.in_line) {
		mail_post(&engine->to_worker, WORK_QUIT, NULL);
		pthread_join(engine->worker, NULL);
	}
	while (mail_take(&engine->from_worker, &letter, 0))
		plan_destroy(&engine->builder, letter.item);
	arenas_finish(&engine->builder.arenas);
	mail_finish(&engine->to_worker);
	mail_finish(&engine->from_worker);
	readings_finish(engine);
	rack_destroy(engine->newest);
	free(engine->missed);
	arena_destroy(engine->arena);
	free(engine);
}

/* ---- questions ------------------------------------------------------------------------------ */

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
	engine->ports_ready = true;
	if (engine->staged)
		hand_over(engine);
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
	const int block = 8192; /* JACK's longest */

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

/* Before anything plays: the newest plan, which will. */
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
