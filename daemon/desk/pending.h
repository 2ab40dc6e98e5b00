/* pending.h - values that change at the middle of a fade: choices, switches and what
 * rebuilds. Control thread; counts ticks of 10 ms. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_DESK_PENDING_H
#define LATHE_DESK_PENDING_H

#include "daemon/rack/rack.h"

struct pending;

struct pending *pending_create(void);
void pending_destroy(struct pending *pending);

int pending_count(const struct pending *pending);
/* Makes the change after so many ticks. Replaces one of the same param that waits. */
void pending_add(struct pending *pending, const struct change *change, int ticks);
void pending_drop(struct pending *pending, int node, int param);
/* One tick: the changes that are due, to be made as one; valid until the next call. */
int pending_step(struct pending *pending, struct change **changes);
/* Writes into the rack, a copy, the values that wait. */
void pending_goal(const struct pending *pending, struct rack *rack);
/* Call after a reload. Changes keep waiting whose node and module are still the same; the
 * others are dropped. */
void pending_move(struct pending *pending, const struct rack *from,
		  const struct rack *to);

#endif
