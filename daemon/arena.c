/* arena.c - the memory of a plan: one stretch of addresses that grows in place, so that
 * what a node allocates lies in one piece. Worker thread. */
#include "daemon/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGN = 64, GROW_BYTES = 1 << 16 };

/* Lies at the start of its own memory. */
struct arena {
	size_t used, opened, reserved;
};

static size_t round_up(size_t bytes, size_t to)
{
	return (bytes + to - 1) / to * to;
}

/* Nothing can go on without the memory of a plan, and nobody else can give it. */
static _Noreturn void out_of_memory(void)
{
	fprintf(stderr, "<2>lathe: out of memory while building a plan\n");
	abort();
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
		out_of_memory();
	memset(base, 0, GROW_BYTES);
	struct arena *arena = base;
	*arena = (struct arena) { .used = round_up(sizeof(*arena), ALIGN),
				  .opened = GROW_BYTES,
				  .reserved = reserved };
	return arena;
}

void arena_destroy(struct arena *arena)
{
	if (arena)
		munmap(arena, arena->reserved);
}

/* Opens more of the reserved stretch and touches it, so that no page is missing later. */
static void grow(struct arena *arena, size_t needed)
{
	unsigned char *end = (unsigned char *)arena + arena->opened;
	size_t more = round_up(needed - arena->opened, GROW_BYTES);

	if (arena->opened + more > arena->reserved ||
	    mprotect(end, more, PROT_READ | PROT_WRITE))
		out_of_memory();
	memset(end, 0, more);
	arena->opened += more;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
	void *memory = arena_mark(arena);
	size_t used = arena->used + round_up(bytes, ALIGN);

	if (used > arena->opened)
		grow(arena, used);
	arena->used = used;
	return memory;
}

void *arena_mark(struct arena *arena)
{
	return (unsigned char *)arena + arena->used;
}

void arena_lock(struct arena *arena)
{
	/* Refused under a small RLIMIT_MEMLOCK; then the pages are merely touched. */
	(void)mlock(arena, arena->opened);
}
