/* test_gather.c - sets that are applied as one: the newest of a param, each of a trigger. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/osc/gather.h"

#include "tests/support/test.h"

enum { PLACES = 1000 };

static void add(struct gather *gather, int place, float value, bool is_trigger)
{
	struct change change = { .node = place, .value = value };

	gather_add(gather, place, &change, is_trigger);
}

int main(void)
{
	struct gather *gather = gather_create(PLACES);
	struct change *changes;

	CHECK(gather_take(gather, &changes) == 0, "empty");
	add(gather, 5, 1, false);
	add(gather, 7, 2, false);
	add(gather, 5, 3, false);
	CHECK(gather_find(gather, 5)->value == 3, "the newest");
	CHECK(!gather_find(gather, 6), "another place");
	int count = gather_take(gather, &changes);
	CHECK(count == 2, "%d", count);
	CHECK(changes[0].node == 5 && changes[0].value == 3,
	      "in the order of the first");
	CHECK(changes[1].node == 7 && changes[1].value == 2, "the other place");
	CHECK(!gather_find(gather, 5), "taken");
	add(gather, 9, 1, true);
	add(gather, 9, 1, true);
	CHECK(gather_take(gather, &changes) == 2, "each press of a trigger");
	for (int place = 0; place < PLACES; place++)
		add(gather, place, (float)place, false);
	count = gather_take(gather, &changes);
	CHECK(count == PLACES, "%d", count);
	for (int place = 0; place < PLACES; place++)
		CHECK(changes[place].node == place, "%d", place);
	gather_destroy(gather);
	gather_destroy(NULL);
	return test_result();
}
