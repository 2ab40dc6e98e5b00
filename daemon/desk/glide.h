/* glide.h - moves values in 100 steps a second along the param's curve. Control thread. It
 * counts ticks, not time: a late tick makes a slower glide. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DESK_GLIDE_H
#define LATHE_DESK_GLIDE_H

#include "daemon/rack/rack.h"

enum { GLIDE_STEPS_PER_SECOND = 100, GLIDE_SECONDS_MAX = 3600 };

struct glides;

struct glides *glides_create(void);
void glides_destroy(struct glides *glides);
int glide_count(const struct glides *glides);

/* Whether a param can glide. False: `error` says why not. */
bool glide_allowed(const struct node *node, const struct param *param, char *error,
		   size_t error_size);
/* Moves the param from its value in the rack to the target's. Replaces its glide. */
void glide_start(struct glides *glides, const struct rack *rack,
		 const struct change *target, double seconds);
void glide_end(struct glides *glides, int node, int param);
/* One step of all glides. The changes are valid until the next call. Returns how many. */
int glide_step(struct glides *glides, const struct rack *rack, struct change **changes);
/* Writes into the rack, a copy, the values that glides lead to. */
void glide_goal(const struct glides *glides, struct rack *rack);
/* Call after a reload. Glides continue on params whose node, module and value are still the
 * same; the others end. */
void glide_move(struct glides *glides, const struct rack *from, const struct rack *to);

#endif
