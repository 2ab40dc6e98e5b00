/* gather.h - sets that are applied as one: those of a turn, or of a bundle. Of one
 * param the newest value counts, but each press of a trigger. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_OSC_GATHER_H
#define LATHE_OSC_GATHER_H

#include "daemon/engine/engine.h"

struct gather;

/* `places`: how many leaves the tree of addresses has; a place is a leaf's index. */
struct gather *gather_create(int places);
void gather_destroy(struct gather *gather);
void gather_add(struct gather *gather, int place, const struct change *change,
		bool is_trigger);
/* The newest change of this leaf, or NULL. */
const struct change *gather_find(const struct gather *gather, int place);
/* Empties it. Returns how many changes there were; they stay valid until the next
 * gather_add(). */
int gather_take(struct gather *gather, struct change **changes);

#endif
