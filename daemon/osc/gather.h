/* gather.h - sets that take effect as one: those of a turn, or of a bundle. The newest
 * value of a param wins, but each press of a trigger counts. Control thread. */
#ifndef LATHE_OSC_GATHER_H
#define LATHE_OSC_GATHER_H

#include "daemon/engine/engine.h"

struct gather;

/* Place 0..places - 1: as in address.h. */
struct gather *gather_create(int places);
void gather_destroy(struct gather *gather);
void gather_add(struct gather *gather, int place, const struct change *change,
		bool is_trigger);
/* The newest of this place, or NULL. */
const struct change *gather_find(const struct gather *gather, int place);
/* Empties it; returns how many, which hold until the next gather_add(). */
int gather_take(struct gather *gather, struct change **changes);

#endif
