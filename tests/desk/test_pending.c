/* test_pending.c - values that change at the middle of a fade. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/desk/pending.h"

#include "tests/support/fake_desk.h"
#include "tests/support/test.h"

static struct change change_of(int node, int param, float value)
{
	return (struct change) { .node = node, .param = param, .value = value };
}

int main(void)
{
	struct pending *pending = pending_create();
	struct rack *rack = fake_rack(0), *fewer = fake_rack(1);
	struct change one = change_of(0, 3, 1), two = change_of(1, 3, 2), *due;

	CHECK(pending_count(NULL) == 0 && pending_step(NULL, &due) == 0, "none yet");
	pending_add(pending, &one, 2);
	pending_add(pending, &two, 3);
	one.value = 2;
	pending_add(pending, &one, 2);
	CHECK(pending_count(pending) == 2, "the newest replaces an older one");
	pending_goal(pending, rack);
	CHECK_NEAR(rack->nodes[0].values[3], 2, 0, "where it goes");
	CHECK(pending_step(pending, &due) == 0, "not yet");
	CHECK(pending_step(pending, &due) == 1 && due[0].node == 0, "the first");
	CHECK_NEAR(due[0].value, 2, 0, "its newest value");
	CHECK(pending_step(pending, &due) == 1 && due[0].node == 1, "the second");
	CHECK(pending_count(pending) == 0, "all are made");

	pending_add(pending, &one, 2);
	pending_add(pending, &two, 2);
	pending_drop(pending, 1, 3);
	CHECK(pending_count(pending) == 1, "one is dropped");
	pending_move(pending, rack, rack);
	CHECK(pending_count(pending) == 1, "the same rack");
	pending_move(pending, rack, fewer);
	CHECK(pending_count(pending) == 0, "its node is gone");
	pending_destroy(pending);
	rack_destroy(rack);
	rack_destroy(fewer);
	return test_result();
}
