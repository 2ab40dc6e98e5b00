/* pending.h - values that change at the middle of a fade: choices, switches and what
 * rebuilds. Control thread; counts ticks of 10 ms. */
#ifndef LATHE_DESK_PENDING_H
#define LATHE_DESK_PENDING_H

#include "daemon/rack/rack.h"

struct recalls;

struct recalls *recalls_create(void);
void recalls_destroy(struct recalls *recalls);

int recall_count(const struct recalls *recalls);
/* Replaces a change of the same param that waits. */
void recall_later(struct recalls *recalls, const struct change *change, int ticks);
void recall_drop(struct recalls *recalls, int node, int param);
/* One tick: the changes that are due, as one; valid until the next call. */
int recall_step(struct recalls *recalls, struct change **changes);
/* Exchanges the values in the rack and those that wait. */
void recall_exchange(struct recalls *recalls, struct rack *rack);
/* The rack is another one: changes wait on where the same node and module are. */
void recall_move(struct recalls *recalls, const struct rack *from,
		 const struct rack *to);

#endif
