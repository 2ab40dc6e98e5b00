/* pending.h - values that change at the middle of a fade: choices, switches and what
 * rebuilds. Control thread; counts ticks of 10 ms. */
#ifndef LATHE_DESK_PENDING_H
#define LATHE_DESK_PENDING_H

#include "daemon/rack/rack.h"

struct pending;

struct pending *pending_create(void);
void pending_destroy(struct pending *pending);

int pending_count(const struct pending *pending);
/* Replaces a change of the same param that waits. */
void pending_add(struct pending *pending, const struct change *change, int ticks);
void pending_drop(struct pending *pending, int node, int param);
/* One tick: the changes that are due, as one; valid until the next call. */
int pending_step(struct pending *pending, struct change **changes);
/* Exchanges the values in the rack and those that wait. */
void pending_exchange(struct pending *pending, struct rack *rack);
/* The rack is another one: changes wait on where the same node and module are. */
void pending_move(struct pending *pending, const struct rack *from,
		  const struct rack *to);

#endif
