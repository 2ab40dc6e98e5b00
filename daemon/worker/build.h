/* build.h - from a rack to a plan. Worker thread. */
#ifndef LATHE_WORKER_BUILD_H
#define LATHE_WORKER_BUILD_H

#include "daemon/audio/plan.h"
#include "daemon/base/arena.h"
#include "daemon/worker/resident.h"

/* Worker's state: what outlives a plan. */
struct builder {
	int rate;
	enum isa isa;
	uint64_t built;
	struct residents residents;
	struct arenas arenas;
};

/* Takes the rack over. Never fails: what create() refuses passes its input. */
struct plan *plan_build(struct builder *builder, struct rack *rack);
void plan_destroy(struct builder *builder, struct plan *plan);

#endif
