/* slots.h - which slot each port of a plan uses. Control thread. */
#ifndef LATHE_ENGINE_SLOTS_H
#define LATHE_ENGINE_SLOTS_H

#include "daemon/engine/state.h"

/* Gives each port a slot, and its buffer to the slot: before the plan is handed over. A port
 * that finds no slot keeps -1, and an event says so. */
void slots_take(struct engine *engine, struct plan *plan);
/* The plan is gone: slots that no other plan uses are free. */
void slots_leave(struct engine *engine, const struct plan *plan);

#endif
