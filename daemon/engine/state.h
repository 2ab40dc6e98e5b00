/* state.h - what engine.c and readings.c share. Control thread. */
#ifndef LATHE_ENGINE_STATE_H
#define LATHE_ENGINE_STATE_H

#include "daemon/engine/meter.h"
#include "daemon/worker/build.h"

struct slot {
	char name[sizeof(((struct port *)0)->name)];
	bool is_output;
	int plans; /* that use it; 0: free */
};

/* A change that a plan in build must still hear of. */
struct missed {
	int node, param;
	float value;
};

/* What a node of the newest rack reads. */
struct reading {
	float *values; /* [meters_total] */
	bool fresh;    /* something came since the tick before */
	bool playing;
};

struct engine {
	struct rt rt;
	struct engine_options options;
	struct arena *arena; /* the fades of rt */
	struct rt_orders orders;
	struct rt_report report; /* as last read */
	bool running;
	uint64_t began_cycles;
	int64_t began_ns;
	bool calibrated;

	/* The worker's, and the way there and back. */
	struct builder builder;
	struct mail to_worker, from_worker;
	pthread_t worker;
	struct metering *metering;

	/* Builds */
	struct rack *newest; /* the newest rack, with the values it has now */
	bool wanted;         /* newest has another shape than any plan */
	struct rack *in_build;
	uint64_t in_build_withheld;
	struct missed *missed;
	int missed_count, missed_room;
	int64_t built_ns;
	uint64_t serial;

	struct plan *plans;  /* all that the worker gave, oldest first */
	struct plan *staged; /* waits for its ports */
	bool ports_ready;
	struct slot slots[PORTS_MAX];

	struct reading *readings; /* [newest->node_count] */
	int reading_count;
	uint64_t late_told;
	int64_t late_ns;
	uint64_t strays_told;
	int64_t strays_ns;
};

int64_t engine_now_ns(void);
struct plan *engine_playing(const struct engine *engine);
/* Place of a node of `from` in `in`, or -1. */
int engine_translate(const struct rack *from, int node, const struct rack *in);

/* readings.c */
void readings_reshape(struct engine *engine); /* the newest rack is another */
void readings_finish(struct engine *engine);
void readings_collect(struct engine *engine);
/* Turns what the report says beyond the one before into events. */
void readings_tell(struct engine *engine, const struct rt_report *before);

#endif
