/* arena.h - the memory of a plan. Worker thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_BASE_ARENA_H
#define LATHE_BASE_ARENA_H

#include "modules/module.h"

struct arena *arena_create(void);
void arena_destroy(struct arena *arena);

/* Arenas of destroyed plans, kept for later plans. All zero at first. */
enum { ARENAS_SPARE = 2 };
struct arenas {
	struct arena *spare[ARENAS_SPARE];
	int count;
};

/* Makes the arena empty and zeroed again. */
struct arena *arena_take(struct arenas *arenas);
void arena_leave(struct arenas *arenas, struct arena *arena);
void arenas_finish(struct arenas *arenas);

/* Locks all of it in memory, as far as the system allows. */
void arena_lock(struct arena *arena);
/* Where the next allocation will lie: two marks bound what was allocated between
 * them. */
void *arena_mark(struct arena *arena);

#endif
