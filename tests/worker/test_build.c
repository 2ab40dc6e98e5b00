/* test_build.c - order, latency and buffers of a plan. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/random.h"
#include "tests/support/rig.h"

/* How many samples of out_1 and out_2 differ from what `wanted` says, after a run. */
static int wrong(struct rig *rig, const char *output, float gain, int latency,
		 int frames)
{
	int differ = 0;

	for (int c = 0; c < 2; c++) {
		char port[40];
		snprintf(port, sizeof(port), "%s_%d", output, c + 1);
		const float *out = rig->out[rig_slot(rig, port)];
		uint64_t first = rig->frame - (uint64_t)frames;
		for (int i = 0; i < frames; i++) {
			uint64_t frame = first + (uint64_t)i;
			if (frame < (uint64_t)latency)
				differ += out[i] != 0;
			else
				differ += out[i] !=
					  gain * rig->signal(frame - (uint64_t)latency,
							     c);
		}
	}
	return differ;
}

static void set_lag(struct rack *rack, int node, int frames)
{
	rack_set(rack, node, 0, (float)frames);
}

/* A node listed before its source still comes after it. */
static void test_order(void)
{
	struct rack *rack = rig_rack();
	int late = rig_node(rack, "gain", "late");
	int early = rig_node(rack, "gain", "early");

	rig_link(rack, late, 0, rig_from(early));
	rig_link(rack, early, 0, rig_input(0));
	rack_set(rack, late, 0, 3);
	rack_set(rack, early, 0, 5);
	rig_output(rack, "out", rig_from(late));
	struct rig *rig = rig_open(rack, 0);
	rig_run(rig, 256);
	CHECK(wrong(rig, "out", 15, 0, 256) == 0, "order of steps");
	rig_close(rig);
}

/* in -> slow (100) --+--> out;  in -> fast (37) --+;  in --+ */
static void test_parallel_paths(void)
{
	struct rack *rack = rig_rack();
	int slow = rig_node(rack, "lag", "slow"), fast = rig_node(rack, "lag", "fast");
	int join = rig_node(rack, "gain", "join");

	set_lag(rack, slow, 100);
	set_lag(rack, fast, 37);
	rig_link(rack, slow, 0, rig_input(0));
	rig_link(rack, fast, 0, rig_input(0));
	rig_link(rack, join, 0, rig_from(slow));
	rig_link(rack, join, 0, rig_from(fast));
	rig_link(rack, join, 0, rig_input(0));
	int out = rig_output(rack, "out", rig_from(join));
	struct rig *rig = rig_open(rack, 0);
	rig_run(rig, 1000);
	CHECK(wrong(rig, "out", 3, 100, 1000) == 0, "three paths in step");
	CHECK(engine_output_latency(rig->engine, out) == 100, "found %d",
	      engine_output_latency(rig->engine, out));
	rig_close(rig);
}

/* The key waits for a slow main path, the main path for a slow key. */
static void test_sides(void)
{
	for (int slow_key = 0; slow_key < 2; slow_key++) {
		struct rack *rack = rig_rack();
		int slow = rig_node(rack, "lag", "slow");
		int keyed = rig_node(rack, "keyed", "keyed");
		set_lag(rack, slow, 333);
		rig_link(rack, slow, 0, rig_input(0));
		rig_link(rack, keyed, slow_key, rig_from(slow));
		rig_link(rack, keyed, !slow_key, rig_input(0));
		rig_output(rack, "out", rig_from(keyed));
		struct rig *rig = rig_open(rack, 0);
		rig->signal = rig_ramp;
		rig_run(rig, 2000);
		const float *out = rig->out[rig_slot(rig, "out_2")];
		int differ = 0;
		for (int i = 333; i < 2000; i++) {
			float x = rig_ramp((uint64_t)i - 333, 1);
			differ += out[i] != x + 1000 * x;
		}
		CHECK(differ == 0, "slow %s: %d frames", slow_key ? "key" : "main",
		      differ);
		rig_close(rig);
	}
}

/* Every side is heard, and each is aligned by itself: side n + 1 comes n * 10 frames late,
 * the main input waits for the slowest. */
static void test_seven_sides(void)
{
	struct rack *rack = rig_rack();
	int lags[SIDES_MAX];
	char name[NAME_BYTES];

	for (int side = 0; side < SIDES_MAX; side++) {
		snprintf(name, sizeof(name), "lag%d", side);
		lags[side] = rig_node(rack, "lag", name);
		set_lag(rack, lags[side], side * 10);
		rig_link(rack, lags[side], 0, rig_input(0));
	}
	int seven = rig_node(rack, "seven", "seven");
	rig_link(rack, seven, 0, rig_input(0));
	for (int side = 0; side < SIDES_MAX; side++)
		rig_link(rack, seven, 1 + side, rig_from(lags[side]));
	rig_output(rack, "out", rig_from(seven));
	struct rig *rig = rig_open(rack, 0);
	rig->signal = rig_ramp;
	rig_run(rig, 2000);
	const float *out = rig->out[rig_slot(rig, "out_2")];
	int late = (SIDES_MAX - 1) * 10, differ = 0;
	for (int i = late; i < 2000; i++) {
		float x = rig_ramp((uint64_t)(i - late), 1);
		float sum = x, weight = 1;
		for (int side = 0; side < SIDES_MAX; side++)
			sum += (weight *= 2) * x;
		differ += fabsf(out[i] - sum) > 1e-4f * fabsf(sum);
	}
	CHECK(differ == 0, "%d frames", differ);
	rig_close(rig);
}

/* Outputs wait for the rack's padding, for their group, and else for nobody. */
static void test_outputs(void)
{
	struct rack *rack = rig_rack();
	int slow = rig_chain(rack, "lag", "slow");

	set_lag(rack, slow, 200);
	rig_output(rack, "a", rig_from(slow));
	rig_output(rack, "b", rig_input(0));
	int c = rig_output(rack, "c", rig_input(0));
	int a = rack_find(rack, "rack/output/a");
	strcpy(rack->nodes[a].align, "pair");
	strcpy(rack->nodes[c].align, "pair");
	struct rig *rig = rig_open(rack, 0);
	rig_run(rig, 1000);
	CHECK(wrong(rig, "a", 1, 200, 1000) == 0, "a");
	CHECK(wrong(rig, "b", 1, 0, 1000) == 0, "b");
	CHECK(wrong(rig, "c", 1, 200, 1000) == 0, "c");
	rig_set(rig, "rack/output/a", "bypass", 1);
	rig_run(rig, 2000);
	rig_run(rig, 1000);
	CHECK(wrong(rig, "a", 1, 200, 1000) == 0, "a bypassed is as late");
	rig_close(rig);

	rack = rig_rack();
	rack->latency = 500;
	rig_output(rack, "out", rig_input(0));
	rig = rig_open(rack, 0);
	rig_run(rig, 2000);
	CHECK(wrong(rig, "out", 1, 500, 2000) == 0, "padded");
	const struct port *ports;
	int count = engine_ports(rig->engine, &ports);
	for (int i = 0; i < count; i++)
		CHECK(ports[i].latency == 500, "%s: %d", ports[i].name,
		      ports[i].latency);
	rig_close(rig);
}

static unsigned next_random(uint32_t *seed)
{
	return random_bits(seed) >> 8;
}

/* Whatever the graph: every path arrives once, in step. Finds buffers shared too early. */
static void test_random_graphs(void)
{
	uint32_t seed = 1;

	for (int round = 0; round < 150; round++) {
		struct rack *rack = rig_rack();
		int nodes = 2 + (int)(next_random(&seed) % 14), paths[16], latest[16];
		for (int i = 0; i < nodes; i++) {
			char name[16];
			snprintf(name, sizeof(name), "n%d", i);
			int place = rig_node(rack, "lag", name);
			int lag = next_random(&seed) % 2
					  ? (int)(next_random(&seed) % 90)
					  : 0;
			int sources = 1 + (int)(next_random(&seed) % 3);
			set_lag(rack, place, lag);
			paths[i] = latest[i] = 0;
			for (int s = 0; s < sources; s++) {
				int from =
					(int)(next_random(&seed) % (unsigned)(i + 1)) -
					1;
				rig_link(rack, place, 0,
					 from < 0 ? rig_input(0) : rig_from(from));
				paths[i] += from < 0 ? 1 : paths[from];
				if (from >= 0 && latest[from] > latest[i])
					latest[i] = latest[from];
			}
			latest[i] += lag;
		}
		rig_output(rack, "out", rig_from(nodes - 1));
		struct rig *rig = rig_open(rack, 0);
		rig->signal = rig_ramp;
		rig_run(rig, 1600);
		float most = (float)paths[nodes - 1] * 1600.75f;
		if (most < 4e6f)
			CHECK(wrong(rig, "out", (float)paths[nodes - 1],
				    latest[nodes - 1], 1600) == 0,
			      "graph %d of %d nodes", round, nodes);
		rig_close(rig);
	}
}

/* Mono is heard on all channels; an output takes what it is given. */
static void test_mono(void)
{
	struct rack *rack = rack_create();

	rack_add_input(rack, "in", 1);
	int wide = rig_node(rack, "gain", "wide");
	rig_link(rack, wide, 0, rig_input(0));
	rig_output(rack, "out", rig_from(wide));
	struct rig *rig = rig_open(rack, 0);
	rig_run(rig, 100);
	const float *left = rig->out[rig_slot(rig, "out_1")];
	const float *right = rig->out[rig_slot(rig, "out_2")];
	CHECK(left[50] == rig_ramp(50, 0) && right[50] == left[50], "%g %g",
	      (double)left[50], (double)right[50]);
	rig_close(rig);
}

static void test_generator(void)
{
	struct rack *rack = rack_create();
	int counter = rig_node(rack, "counter", "counter");

	rig_output(rack, "out", rig_from(counter));
	struct rig *rig = rig_open(rack, 6400);
	rig_run(rig, 100);
	const float *out = rig->out[rig_slot(rig, "out_1")];
	CHECK(out[0] == 6400 && out[99] == 6499, "%g %g", (double)out[0],
	      (double)out[99]);
	rig_close(rig);
}

int main(void)
{
	test_order();
	test_parallel_paths();
	test_sides();
	test_seven_sides();
	test_outputs();
	test_random_graphs();
	test_mono();
	test_generator();
	return test_result();
}
