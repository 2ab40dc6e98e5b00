/* pending.c - values that change at the middle of a fade. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/desk/pending.h"
#include "daemon/base/memory.h"

#include <stdlib.h>
#include <string.h>

struct later {
	struct change change;
	int ticks;
};

struct pending {
	struct later *waiting;
	struct change *due;
	int count, room;
};

struct pending *pending_create(void)
{
	return memory_zeroed(1, sizeof(struct pending));
}

void pending_destroy(struct pending *pending)
{
	if (!pending)
		return;
	free(pending->waiting);
	free(pending->due);
	free(pending);
}

int pending_count(const struct pending *pending)
{
	return pending ? pending->count : 0;
}

void pending_drop(struct pending *pending, int node, int param)
{
	for (int i = 0; pending && i < pending->count; i++) {
		const struct change *change = &pending->waiting[i].change;
		if (change->node == node && change->param == param)
			pending->waiting[i--] = pending->waiting[--pending->count];
	}
}

void pending_add(struct pending *pending, const struct change *change, int ticks)
{
	pending_drop(pending, change->node, change->param);
	if (pending->count == pending->room) {
		size_t room = pending->room ? (size_t)pending->room * 2 : 64;
		pending->waiting = memory_resize(pending->waiting, room,
						 sizeof(*pending->waiting));
		pending->due = memory_resize(pending->due, room, sizeof(*pending->due));
		pending->room = (int)room;
	}
	pending->waiting[pending->count++] = (struct later) { *change, ticks };
}

int pending_step(struct pending *pending, struct change **changes)
{
	int count = 0;

	if (!pending)
		return 0;
	for (int i = 0; i < pending->count; i++) {
		struct later *later = &pending->waiting[i];
		if (--later->ticks > 0)
			continue;
		pending->due[count++] = later->change;
		pending->waiting[i--] = pending->waiting[--pending->count];
	}
	*changes = pending->due;
	return count;
}

void pending_goal(const struct pending *pending, struct rack *rack)
{
	for (int i = 0; pending && i < pending->count; i++) {
		const struct change *change = &pending->waiting[i].change;
		rack->nodes[change->node].values[change->param] = change->value;
	}
}

void pending_move(struct pending *pending, const struct rack *from,
		  const struct rack *to)
{
	for (int i = 0; pending && i < pending->count; i++) {
		struct change *change = &pending->waiting[i].change;
		change->node = rack_same(from, change->node, to);
		if (change->node < 0)
			pending->waiting[i--] = pending->waiting[--pending->count];
	}
}
