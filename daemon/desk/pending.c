/* pending.c - values that change at the middle of a fade. Control thread. */
#include "daemon/desk/pending.h"

#include <stdlib.h>
#include <string.h>

struct later {
	struct change change;
	int ticks;
};

struct recalls {
	struct later *waiting;
	struct change *due;
	int count, room;
};

struct recalls *recalls_create(void)
{
	return calloc(1, sizeof(struct recalls));
}

void recalls_destroy(struct recalls *recalls)
{
	if (!recalls)
		return;
	free(recalls->waiting);
	free(recalls->due);
	free(recalls);
}

int recall_count(const struct recalls *recalls)
{
	return recalls ? recalls->count : 0;
}

void recall_drop(struct recalls *recalls, int node, int param)
{
	for (int i = 0; recalls && i < recalls->count; i++) {
		const struct change *change = &recalls->waiting[i].change;
		if (change->node == node && change->param == param)
			recalls->waiting[i--] = recalls->waiting[--recalls->count];
	}
}

void recall_later(struct recalls *recalls, const struct change *change, int ticks)
{
	recall_drop(recalls, change->node, change->param);
	if (recalls->count == recalls->room) {
		size_t room = recalls->room ? (size_t)recalls->room * 2 : 64;
		recalls->waiting =
			realloc(recalls->waiting, room * sizeof *recalls->waiting);
		recalls->due = realloc(recalls->due, room * sizeof *recalls->due);
		if (!recalls->waiting || !recalls->due)
			abort();
		recalls->room = (int)room;
	}
	recalls->waiting[recalls->count++] = (struct later) { *change, ticks };
}

int recall_step(struct recalls *recalls, struct change **changes)
{
	int count = 0;
	if (!recalls)
		return 0;
	for (int i = 0; i < recalls->count; i++) {
		struct later *later = &recalls->waiting[i];
		if (--later->ticks > 0)
			continue;
		recalls->due[count++] = later->change;
		recalls->waiting[i--] = recalls->waiting[--recalls->count];
	}
	*changes = recalls->due;
	return count;
}

void recall_exchange(struct recalls *recalls, struct rack *rack)
{
	for (int i = 0; recalls && i < recalls->count; i++) {
		struct change *change = &recalls->waiting[i].change;
		float *value = &rack->nodes[change->node].values[change->param];
		float goal = change->value;
		change->value = *value;
		*value = goal;
	}
}

void recall_move(struct recalls *recalls, const struct rack *from,
		 const struct rack *to)
{
	for (int i = 0; recalls && i < recalls->count; i++) {
		struct change *change = &recalls->waiting[i].change;
		change->node = rack_same(from, change->node, to);
		if (change->node < 0)
			recalls->waiting[i--] = recalls->waiting[--recalls->count];
	}
}
