/* build.h - makes a plan of a rack. Worker thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_WORKER_BUILD_H
#define LATHE_WORKER_BUILD_H

#include "daemon/audio/plan.h"
#include "daemon/base/arena.h"
#include "daemon/worker/resident.h"

/* The worker's state, which lives longer than a plan. */
struct builder {
	int rate;
	enum isa isa;
	uint64_t built;
	struct residents residents;
	struct arenas arenas;
};

/* Takes ownership of the rack. Never fails: a node that create() refuses passes its
 * input. */
struct plan *plan_build(struct builder *builder, struct rack *rack);
void plan_destroy(struct builder *builder, struct plan *plan);

#endif
