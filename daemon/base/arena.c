/* arena.c - the memory of a plan: one stretch of addresses that grows in place, so that
 * what a node allocates lies in one piece. Worker thread.
 *
 * New memory is expensive beside an audio thread: each page causes a fault that the
 * kernel handles, and returning memory interrupts every processor that runs a thread of
 * this process. So the arena of a destroyed plan is kept for the next plan. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/base/arena.h"

#include "daemon/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Under AddressSanitizer reading a destroyed plan is reported. */
#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(memory, bytes) ((void)(memory), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(memory, bytes) ((void)(memory), (void)(bytes))
#endif

enum { ALIGN = 64, GROW_BYTES = 1 << 16 };
/* A larger spare is returned to the system, because spares stay locked in memory. */
enum { SPARE_BYTES_MAX = 32 << 20 };

/* This struct lies at the start of its own memory. */
struct arena {
	size_t used, opened, reserved;
	size_t stale;  /* up to here memory holds values of an earlier plan */
	size_t locked; /* up to here pages exist */
};

static const size_t empty_bytes = (sizeof(struct arena) + ALIGN - 1) / ALIGN * ALIGN;

static size_t round_up(size_t bytes, size_t to)
{
	return (bytes + to - 1) / to * to;
}

struct arena *arena_create(void)
{
	size_t reserved = (size_t)1 << (sizeof(void *) > 4 ? 34 : 28);
	void *base;

	do {
		base = mmap(NULL, reserved, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		reserved = base == MAP_FAILED ? reserved / 2 : reserved;
	} while (base == MAP_FAILED && reserved > GROW_BYTES);
	if (base == MAP_FAILED || mprotect(base, GROW_BYTES, PROT_READ | PROT_WRITE))
		memory_out("a plan");
	memset(base, 0, GROW_BYTES);
	struct arena *arena = base;
	*arena = (struct arena) { .used = empty_bytes,
				  .opened = GROW_BYTES,
				  .reserved = reserved };
	return arena;
}

void arena_destroy(struct arena *arena)
{
	if (!arena)
		return;
	ASAN_UNPOISON_MEMORY_REGION(arena, arena->opened);
	munmap(arena, arena->reserved);
}

struct arena *arena_take(struct arenas *arenas)
{
	return arenas->count ? arenas->spare[--arenas->count] : arena_create();
}

void arena_leave(struct arenas *arenas, struct arena *arena)
{
	if (arenas->count == ARENAS_SPARE || arena->opened > SPARE_BYTES_MAX) {
		arena_destroy(arena);
		return;
	}
	arena->stale = arena->used > arena->stale ? arena->used : arena->stale;
	arena->used = empty_bytes;
	ASAN_POISON_MEMORY_REGION((unsigned char *)arena + empty_bytes,
				  arena->opened - empty_bytes);
	arenas->spare[arenas->count++] = arena;
}

void arenas_finish(struct arenas *arenas)
{
	while (arenas->count)
		arena_destroy(arenas->spare[--arenas->count]);
}

/* Makes more of the reserved range usable, and touches it so that no page faults
 * later. */
static void grow(struct arena *arena, size_t needed)
{
	unsigned char *end = (unsigned char *)arena + arena->opened;
	size_t more = round_up(needed - arena->opened, GROW_BYTES);

	if (arena->opened + more > arena->reserved ||
	    mprotect(end, more, PROT_READ | PROT_WRITE))
		memory_out("a plan");
	memset(end, 0, more);
	arena->opened += more;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
	void *memory = arena_mark(arena);
	size_t used = arena->used + round_up(bytes, ALIGN);

	if (used > arena->opened)
		grow(arena, used);
	ASAN_UNPOISON_MEMORY_REGION(memory, used - arena->used);
	if (arena->used < arena->stale)
		memset(memory, 0, used - arena->used);
	arena->used = used;
	return memory;
}

void *arena_mark(struct arena *arena)
{
	return (unsigned char *)arena + arena->used;
}

void arena_lock(struct arena *arena)
{
	if (arena->locked == arena->opened)
		return;
	/* Fails under a small RLIMIT_MEMLOCK; then the pages are touched, but not
	 * locked. */
	(void)mlock(arena, arena->opened);
	arena->locked = arena->opened;
}
