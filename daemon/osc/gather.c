/* gather.c - sets that take effect as one. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/gather.h"
#include "daemon/base/memory.h"

#include <stdlib.h>

struct gather {
	struct change *changes;
	int *places; /* [count] the leaf of each change */
	int count, room;
	int at[]; /* [leaves] index in `changes` + 1; 0: none */
};

struct gather *gather_create(int places)
{
	struct gather *gather = memory_zeroed(
		1, sizeof(*gather) + (size_t)places * sizeof(*gather->at));
	return gather;
}

void gather_destroy(struct gather *gather)
{
	if (!gather)
		return;
	free(gather->changes);
	free(gather->places);
	free(gather);
}

static void grow(struct gather *gather)
{
	gather->room = gather->room * 2 + 256;
	size_t room = (size_t)gather->room;
	gather->changes =
		memory_resize(gather->changes, room, sizeof(*gather->changes));
	gather->places = memory_resize(gather->places, room, sizeof(*gather->places));
}

void gather_add(struct gather *gather, int place, const struct change *change,
		bool is_trigger)
{
	int at = gather->at[place];

	if (at && !is_trigger) {
		gather->changes[at - 1] = *change;
		return;
	}
	if (gather->count == gather->room)
		grow(gather);
	gather->places[gather->count] = place;
	gather->changes[gather->count++] = *change;
	gather->at[place] = gather->count;
}

const struct change *gather_find(const struct gather *gather, int place)
{
	int at = gather->at[place];

	return at ? &gather->changes[at - 1] : NULL;
}

int gather_take(struct gather *gather, struct change **changes)
{
	int count = gather->count;

	for (int i = 0; i < count; i++)
		gather->at[gather->places[i]] = 0;
	gather->count = 0;
	*changes = gather->changes;
	return count;
}
