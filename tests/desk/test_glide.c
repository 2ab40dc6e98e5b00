/* test_glide.c - values on their way: curve, duration, exact end, who may. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/desk/glide.h"

#include "tests/support/fake_desk.h"
#include "tests/support/test.h"

static void test_curve(void)
{
	struct rack *rack = fake_rack(0);
	struct glides *glides = glides_create();
	struct change *changes, target = { 0, 1, 16000.0f, NULL, ROLE_NONE };

	rack_set(rack, 0, 1, 1000.0f);
	glide_start(glides, rack, &target, 2.0);
	float before = 1000.0f;
	int steps = 0;
	for (; glide_count(glides) && steps < 1000; steps++) {
		CHECK(glide_step(glides, rack, &changes) == 1, "one change a step");
		float now = rack_set(rack, 0, 1, changes[0].value);
		CHECK(now > before, "rises");
		/* A log curve: the same ratio at each step. */
		CHECK_NEAR(now / before, pow(16.0, 1.0 / 200.0), 1e-4, "ratio");
		CHECK(changes[0].origin == NULL, "nobody's own");
		before = now;
	}
	CHECK(steps == 200, "%d steps in 2 s", steps);
	CHECK_NEAR(before, 16000, 0, "exact end");
	CHECK(glide_step(glides, rack, &changes) == 0, "over");
	glides_destroy(glides);
	rack_destroy(rack);
}

static void test_many(void)
{
	struct rack *rack = fake_rack(50);
	struct glides *glides = glides_create();
	struct change *changes;

	for (int node = 0; node < 50; node++)
		for (int param = 0; param < 2; param++) {
			struct change target = { node, param, 30.0f, NULL, ROLE_NONE };
			glide_start(glides, rack, &target, 0.1 + 0.01 * node);
		}
	CHECK(glide_count(glides) == 100, "%d glides", glide_count(glides));
	struct change again = { 3, 0, -30.0f, NULL, ROLE_NONE };
	glide_start(glides, rack, &again, 0.2);
	CHECK(glide_count(glides) == 100, "a new one replaces the old");
	glide_end(glides, 4, 0);
	CHECK(glide_count(glides) == 99, "ended");
	for (int i = 0; i < 100; i++) {
		int count = glide_step(glides, rack, &changes);
		for (int c = 0; c < count; c++)
			rack_set(rack, changes[c].node, changes[c].param,
				 changes[c].value);
	}
	CHECK(glide_count(glides) == 0, "all done");
	CHECK_NEAR(rack->nodes[3].values[0], -30, 0, "the newest target");
	CHECK_NEAR(rack->nodes[4].values[0], 0, 0, "the ended one");
	CHECK_NEAR(rack->nodes[49].values[1], 30, 0, "another");
	glides_destroy(glides);
	rack_destroy(rack);
}

static void test_allowed(void)
{
	struct rack *rack = fake_rack(0);
	const bool wanted[] = { true, true, false, false, false, false };
	char error[200];

	for (int i = 0; i < 6; i++) {
		*error = '\0';
		CHECK(glide_allowed(&rack->nodes[0], &fake_params[i], error,
				    sizeof(error)) == wanted[i],
		      "%s", fake_params[i].id);
		CHECK(wanted[i] == !*error, "%s: %s", fake_params[i].id, error);
	}
	rack_destroy(rack);
}

/* Another rack: kept where node and value are the same, dropped where not. */
static void test_move(void)
{
	struct rack *old = fake_rack(3), *new = fake_rack(0);

	node_set_channels(rack_add_node(new, NODE_MODULE, "n2", &fake_module), 2);
	node_set_channels(rack_add_node(new, NODE_MODULE, "n1", &fake_module), 2);
	int place = rack_find(new, "n2");
	struct glides *glides = glides_create();
	struct change *changes;
	for (int node = 0; node < 3; node++) {
		struct change target = { node, 0, 10.0f, NULL, ROLE_NONE };
		glide_start(glides, old, &target, 1.0);
	}
	rack_set(new, rack_find(new, "n1"), 0, 5.0f);
	glide_move(glides, old, new);
	CHECK(glide_count(glides) == 1, "%d go on", glide_count(glides));
	CHECK(glide_step(glides, new, &changes) == 1 && changes[0].node == place,
	      "at its new place");
	glides_destroy(glides);
	rack_destroy(old);
	rack_destroy(new);
}

int main(void)
{
	test_curve();
	test_many();
	test_allowed();
	test_move();
	return test_result();
}
