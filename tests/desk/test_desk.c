/* test_desk.c - apply, ramp: what a client may ask of the desk. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <unistd.h>

#include "daemon/desk/glide.h"
#include "tests/support/fake_desk.h"
#include "tests/support/test.h"

static int changed_count;
static struct change changed_last;

static void on_changed(void *context, const struct change *changes, int count)
{
	(void)context;
	changed_count += count;
	changed_last = changes[count - 1];
}

static void test_apply(void)
{
	struct follower follower = { .changed = on_changed };
	struct desk desk = { .player = &fake_player,
			     .rack = fake_rack(0),
			     .followers = &follower };
	struct change changes[3] = { { 0, 0, 99.0f, &desk, ROLE_NONE },
				     { 0, 1, 440.0f, &desk, ROLE_NONE },
				     { 1, 2, 1.0f, NULL, ROLE_NONE } };
	uint64_t serial = desk_apply(&desk, changes, 3);

	CHECK(serial == fake_serial && fake_applies == 1 && fake_last_count == 3,
	      "published as one");
	CHECK_NEAR(changes[0].value, 36, 0, "clamped");
	CHECK(changed_count == 3 && changed_last.node == 1, "listeners heard");
	CHECK_NEAR(fake_value(&desk, "eq", "freq"), 440, 0, "stored");

	char error[200];
	struct change target = { 0, 0, -36.0f, NULL, ROLE_NONE };
	CHECK(desk_ramp(&desk, &target, 1.0, error, sizeof(error)), "%s", error);
	for (int i = 0; i < 50; i++)
		desk_tick(&desk);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 0, 0.01, "half way");
	desk_apply(&desk, &(struct change) { 0, 0, 7.0f, NULL, ROLE_NONE }, 1);
	desk_tick(&desk);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 7, 0, "a set ends the ramp");
	CHECK(desk_ramp(&desk, &target, 0.0, error, sizeof(error)), "%s", error);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), -36, 0, "no seconds: at once");
	target.param = 3;
	CHECK(!desk_ramp(&desk, &target, 1.0, error, sizeof(error)), "a choice");
	CHECK(strstr(error, "choice"), "%s", error);
	desk_finish(&desk);
	rack_destroy(desk.rack);
}

int main(void)
{
	test_apply();
	return test_result();
}
