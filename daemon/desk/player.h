/* player.h - what the desk asks of whoever plays the rack: the engine, or a test's own double
 * of it. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DESK_PLAYER_H
#define LATHE_DESK_PLAYER_H

#include "daemon/engine/engine.h"

/* Each function is what engine.h says of the one with its name; `self` is desk->engine. */
struct player {
	void (*rebuild)(struct engine *self, const struct rack *rack);
	uint64_t (*apply)(struct engine *self, const struct rack *rack,
			  const struct change *changes, int count);
	uint64_t (*played)(const struct engine *self);
	bool (*busy)(const struct engine *self);
	void (*tick)(struct engine *self);
	void (*look)(struct engine *self);
	uint64_t (*frame)(const struct engine *self);
	float (*load)(const struct engine *self, bool worst);
	uint64_t (*late)(const struct engine *self);
	const float *(*meters)(const struct engine *self, int node);
	const float *(*spectrum)(struct engine *self, int node, uint64_t *frame);
	int (*output_latency)(const struct engine *self, int node);
	int (*ports)(const struct engine *self, const struct port **ports);
};

extern const struct player player_engine; /* the engine itself */

#endif
