/* arena.h - the memory of a plan. Worker thread. */
#ifndef LATHE_ARENA_H
#define LATHE_ARENA_H

#include "modules/module.h"

struct arena *arena_create(void);
void arena_destroy(struct arena *arena);
/* Keeps all of it in memory, as far as the system lets us. */
void arena_lock(struct arena *arena);
/* Where the next allocation will lie: two marks bound what was allocated between them. */
void *arena_mark(struct arena *arena);

#endif
