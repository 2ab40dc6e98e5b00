/* plans.c - the stages of a plan: wanted, built by the worker, given ports, handed to
 * the audio thread, given back, freed. Control thread, except worker_run(). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/engine/plans.h"

#include "daemon/base/clock.h"
#include "daemon/base/memory.h"
#include "daemon/engine/readings.h"
#include "daemon/engine/slots.h"
#include "daemon/engine/values.h"
#include "daemon/worker/isa.h"

#include <stdlib.h>

enum { WORK_BUILD, WORK_FREE, WORK_OPEN, WORK_CLOSE, WORK_QUIT };

static const int64_t build_every_ns = 100000000; /* at most 10 builds a second */

/* ---- the worker ------------------------------------------------------------------ */

static void work(struct engine *engine, struct letter letter)
{
	switch (letter.what) {
	case WORK_BUILD:
		mail_post(&engine->from_worker, WORK_BUILD,
			  plan_build(&engine->builder, letter.item));
		break;
	case WORK_FREE:
		plan_destroy(&engine->builder, letter.item);
		break;
	case WORK_OPEN:
		spectrum_open(letter.item);
		mail_post(&engine->from_worker, WORK_OPEN, letter.item);
		break;
	default:
		spectrum_destroy(letter.item);
	}
}

static void *worker_run(void *context)
{
	struct engine *engine = context;
	struct letter letter;

	pthread_setname_np(pthread_self(), "lathe-worker");
	while (mail_take(&engine->to_worker, &letter, -1) && letter.what != WORK_QUIT)
		work(engine, letter);
	return NULL;
}

/* Without threads the worker's letters are answered here. */
static void work_in_line(struct engine *engine)
{
	struct letter letter;

	while (engine->options.in_line && mail_take(&engine->to_worker, &letter, 0))
		work(engine, letter);
}

/* ---- plans come and go ----------------------------------------------------------- */

static void publish(struct engine *engine, struct plan *plan)
{
	values_publish(plan, plan->withheld ? plan->withheld - 1 : engine->serial);
}

/* Sends a plan that the audio no longer has to the meter thread, which sends it to the
 * worker to be freed. */
static void retire(struct engine *engine, struct plan *plan)
{
	struct plan **link = &engine->plans;

	while (*link != plan)
		link = &(*link)->next;
	*link = plan->next;
	slots_leave(engine, plan);
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
	values_set_all(plan);
	readings_reshape(engine);
	if (plan->problems.length)
		event_post(engine->options.events, EVENT_WARNING, "node", "%s",
			   plan->problems.bytes);
	slots_take(engine, plan);
	metering_watch(engine->metering, plan);
	engine->staged = plan;
	engine->ports_ready = !engine->options.ports_wanted;
	if (engine->options.ports_wanted)
		engine->options.ports_wanted(engine->options.context, plan->ports,
					     plan->port_count);
}

static void start_build(struct engine *engine)
{
	int64_t now = clock_ns();

	if (!engine->wanted || engine->in_build || engine->staged)
		return;
	if (!engine->options.in_line && now - engine->built_ns < build_every_ns)
		return;
	engine->wanted = false;
	engine->built_ns = now;
	engine->in_build = rack_copy(engine->newest);
	mail_post(&engine->to_worker, WORK_BUILD, engine->in_build);
}

/* Continues a build, from wanted to handed over, as far as is possible without
 * waiting. */
void plans_advance(struct engine *engine)
{
	struct letter letter;
	struct plan *back;

	while ((back = handover_take(&engine->rt.plans_out)))
		retire(engine, back);
	start_build(engine);
	work_in_line(engine);
	while (mail_take(&engine->from_worker, &letter, 0)) {
		if (letter.what == WORK_BUILD)
			stage(engine, letter.item);
		else
			((struct spectrum *)letter.item)->opened = true;
	}
	if (engine->staged && engine->ports_ready)
		hand_over(engine);
	work_in_line(engine);
}

void plans_want(struct engine *engine, const struct rack *rack)
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

void plans_open_spectrum(struct engine *engine, struct spectrum *spectrum)
{
	mail_post(&engine->to_worker, WORK_OPEN, spectrum);
}

void plans_publish(struct engine *engine)
{
	for (struct plan *plan = engine->plans; plan; plan = plan->next)
		publish(engine, plan);
}

void plans_ports_ready(struct engine *engine)
{
	engine->ports_ready = true;
	if (engine->staged)
		hand_over(engine);
}

/* ---- start and finish ------------------------------------------------------------ */

void plans_start(struct engine *engine)
{
	const struct engine_options *options = &engine->options;

	engine->builder.rate = engine->builder.residents.rate = options->rate;
	engine->builder.isa = isa_choose();
	engine->built_ns = clock_ns() - build_every_ns;
	mail_init(&engine->to_worker);
	mail_init(&engine->from_worker);
	engine->metering = metering_create(
		&(struct metering_options) { .in_line = options->in_line,
					     .freed = &engine->to_worker,
					     .freed_what = WORK_FREE,
					     .unseen_what = WORK_CLOSE });
	if (!options->in_line &&
	    pthread_create(&engine->worker, NULL, worker_run, engine) != 0)
		memory_out("the worker thread");
}

void plans_finish(struct engine *engine)
{
	struct letter letter;

	while (engine->plans)
		retire(engine, engine->plans);
	metering_destroy(engine->metering);
	work_in_line(engine);
	if (!engine->options.in_line) {
		mail_post(&engine->to_worker, WORK_QUIT, NULL);
		pthread_join(engine->worker, NULL);
	}
	while (mail_take(&engine->from_worker, &letter, 0))
		if (letter.what == WORK_BUILD)
			plan_destroy(&engine->builder, letter.item);
	arenas_finish(&engine->builder.arenas);
	mail_finish(&engine->to_worker);
	mail_finish(&engine->from_worker);
	free(engine->missed);
}
