/* state.h - the engine's state, shared by the files of this room. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_ENGINE_STATE_H
#define LATHE_ENGINE_STATE_H

#include "daemon/engine/engine.h"
#include "daemon/engine/meter.h"
#include "daemon/engine/spectra.h"
#include "daemon/worker/build.h"

/* A slot of the port buffers, and the port that has it. */
struct port_slot {
	char name[sizeof(((struct port *)0)->name)];
	bool is_output;
	int plans; /* plans that use it; 0: free */
};

/* A change made while a plan was being built, to be applied to that plan. */
struct missed {
	int node, param;
	float value;
};

/* The readings of a node of the newest rack. */
struct reading {
	float *values; /* [meters_total] */
	bool fresh;    /* a reading came since the tick before */
	bool playing;
};

/* A spectrum that is asked for, by the slot of its view. */
enum sight_state { SIGHT_OPENING, SIGHT_OPEN, SIGHT_CLOSING };
struct sight {
	struct spectrum *spectrum; /* NULL: free */
	enum sight_state state;
	bool any;           /* it has shown something */
	int64_t asked_ns;   /* when it was asked for last */
	uint64_t closed_at; /* frame of the report before the slot was emptied */
};

struct engine {
	struct rt rt;
	struct engine_options options;
	struct arena *arena; /* the fades of rt */
	struct rt_orders orders;
	struct rt_report report; /* the last report read */
	bool running;
	uint64_t began_cycles;
	int64_t began_ns;
	bool calibrated;

	/* The worker's state, and the mail to it and from it. */
	struct builder builder;
	struct mail to_worker, from_worker;
	pthread_t worker;
	struct metering *metering;

	/* Builds */
	struct rack *newest; /* a copy of the newest rack, with its present values */
	bool wanted;         /* no plan was built from `newest` yet */
	struct rack *in_build;
	uint64_t in_build_withheld;
	struct missed *missed;
	int missed_count, missed_room;
	int64_t built_ns;
	uint64_t serial;

	struct plan *plans;  /* all plans, the oldest first */
	struct plan *staged; /* the plan that waits for its ports */
	bool ports_ready;
	struct port_slot slots[PORTS_MAX];

	struct sight sights[VIEW_SLOTS];
	struct reading *readings; /* [newest->node_count] */
	int reading_count;
	uint64_t late_told;
	int64_t late_ns;
	uint64_t strays_told;
	int64_t strays_ns;
};

/* The plan with this id, or NULL. */
static inline struct plan *engine_plan(const struct engine *engine, uint64_t id)
{
	struct plan *plan = engine->plans;

	while (plan && plan->id != id)
		plan = plan->next;
	return plan;
}

/* The plan that is heard, or NULL. */
static inline struct plan *engine_playing(const struct engine *engine)
{
	return engine_plan(engine, engine->report.plan);
}

#endif
