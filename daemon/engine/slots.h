/* slots.h - which slot each port of a plan uses. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_ENGINE_SLOTS_H
#define LATHE_ENGINE_SLOTS_H

#include "daemon/engine/state.h"

/* Assigns each port a slot, and the slot the port's buffer. Call before the plan is
 * handed over. A port without a free slot keeps -1, and an event says so. */
void slots_take(struct engine *engine, struct plan *plan);
/* The plan is gone: slots that no other plan uses become free. */
void slots_leave(struct engine *engine, const struct plan *plan);

#endif
