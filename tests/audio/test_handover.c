/* test_handover.c - from plan to plan: nothing lost, repeated or shifted. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/rig.h"

/* Frames of the last block whose samples are not the input `latency` frames before. */
static int shifted(struct rig *rig, int latency, int frames)
{
	int differ = 0;

	for (int c = 0; c < 2; c++) {
		const float *out = rig->out[rig_slot(rig, c ? "out_2" : "out_1")];
		for (int i = 0; i < frames; i++) {
			uint64_t frame = rig->frame - (uint64_t)frames + (uint64_t)i;
			if (frame >= (uint64_t)latency)
				differ += out[i] !=
					  rig->signal(frame - (uint64_t)latency, c);
		}
	}
	return differ;
}

/* Swaps plans `times` times under blocks of `block`, changing the rack each time. */
static int swaps(struct rig *rig, int latency, int times, int block,
		 void (*change)(struct rig *rig, int time))
{
	int differ = 0;

	for (int time = 0; time < times; time++) {
		change(rig, time);
		for (int played = 0; played < 3000; played += block) {
			rig_run(rig, block);
			differ += shifted(rig, latency, block);
			rig_tick(rig);
		}
	}
	return differ;
}

static void rebuild(struct rig *rig, int time)
{
	(void)time;
	engine_rebuild(rig->engine, rig->rack);
}

/* Equal latency, kept nodes: bypassed, at rest, delays between. */
static void test_same_latency(void)
{
	static const int blocks[] = { 64, 256, 100, 1 };

	for (size_t b = 0; b < sizeof(blocks) / sizeof(blocks[0]); b++) {
		struct rack *rack = rig_rack();
		int slow = rig_chain(rack, "lag", "slow");
		rack_set(rack, slow, 0, 240);
		rack_set(rack, slow, 1, 1); /* bypass */
		int more = rig_chain(rack, "lag", "more");
		rack_set(rack, more, 0, 77);
		rig_chain(rack, "gain", "rest");
		rig_chain(rack, "poison", "off");
		rack_set(rack, 3, 1, 1);
		rig_output(rack, "out", rig_from(3));
		struct rig *rig = rig_open(rack, 0);
		int differ = swaps(rig, 317, 12, blocks[b], rebuild);
		CHECK(differ == 0, "blocks of %d: %d samples", blocks[b], differ);
		rig_close(rig);
	}
}

static void other_lag(struct rig *rig, int time)
{
	static const float frames[] = { 0, 500, 37, 1, 640, 64 };

	rig_set(rig, "lag", "frames", frames[time % 6]);
}

/* Padded: the node's latency changes, the programme does not move. */
static void test_padded(void)
{
	struct rack *rack = rig_rack();

	rig_chain(rack, "lag", "lag");
	rack_set(rack, rig_chain(rack, "lag", "kept"), 0, 200);
	rig_output(rack, "out", rig_from(1));
	rack->latency = 1000;
	struct rig *rig = rig_open(rack, 0);
	int differ = swaps(rig, 1000, 12, 256, other_lag);
	CHECK(differ == 0, "%d samples", differ);
	CHECK(rig_events(rig, "latency") == 0, "moved");
	rig_close(rig);
}

/* A node comes, and goes: a cold one warms up before it is heard. */
static void test_cold_node(void)
{
	struct rack *rack = rig_rack();

	rig_chain(rack, "gain", "rest");
	rig_output(rack, "out", rig_from(0));
	rack->latency = 1000;
	struct rig *rig = rig_open(rack, 0);
	int differ = swaps(rig, 1000, 1, 64, rebuild);

	struct rack *longer = rig_rack();
	rig_chain(longer, "gain", "rest");
	int lag = rig_chain(longer, "lag", "new");
	rack_set(longer, lag, 0, 900);
	rig_output(longer, "out", rig_from(lag));
	longer->latency = 1000;
	struct rack *shorter = rig->rack;
	for (int i = 0; i < 4; i++) {
		rig->rack = i % 2 ? shorter : longer;
		differ += swaps(rig, 1000, 1, 64, rebuild);
	}
	CHECK(differ == 0, "%d samples", differ);
	rig->rack = shorter;
	rig_close(rig);
	rack_destroy(longer);
}

/* However long the delay is that a new node makes anew. */
static void test_long_padding(void)
{
	enum { FRAMES = 150000, BLOCK = 4096 };
	struct rack *rack = rig_rack(), *other = rig_rack();
	int differ = 0;

	rig_output(rack, "out", rig_from(rig_chain(rack, "gain", "rest")));
	rig_output(other, "out", rig_from(rig_chain(other, "gain", "other")));
	rack->latency = other->latency = FRAMES;
	struct rig *rig = rig_open(rack, 0);
	rig_play(rig, FRAMES + BLOCK, BLOCK);
	engine_rebuild(rig->engine, other);
	for (int played = 0; played < 2 * FRAMES; played += BLOCK) {
		rig_run(rig, BLOCK);
		differ += shifted(rig, FRAMES, BLOCK);
		rig_tick(rig);
	}
	CHECK(differ == 0, "%d samples", differ);
	rig_close(rig);
	rack_destroy(other);
}

/* Unpadded: the programme moves by the difference inside the fade, and an event says so. */
static void test_moved(void)
{
	struct rack *rack = rig_rack();

	rig_chain(rack, "lag", "lag");
	rig_output(rack, "out", rig_from(0));
	struct rig *rig = rig_open(rack, 0);
	rig_play(rig, 4800, 64);
	rig_set(rig, "lag", "frames", 100);
	rig_play(rig, 4800, 64);
	CHECK(shifted(rig, 100, 64) == 0, "not 100 frames late");
	CHECK(rig_events(rig, "latency") == 1, "%d", rig_events(rig, "latency"));
	rig_close(rig);
}

/* A bundle that holds a rebuild takes effect whole: no frame has one without the other. */
static void test_bundle(void)
{
	struct rack *rack = rig_rack();

	rig_chain(rack, "gain", "gain");
	rig_chain(rack, "lag", "lag");
	rig_output(rack, "out", rig_from(1));
	rack->latency = 200;
	struct rig *rig = rig_open(rack, 0);
	rig_play(rig, 640, 64);
	struct change changes[] = { { .node = 0, .param = 0, .value = 3 },
				    { .node = 1, .param = 0, .value = 50 } };
	for (int i = 0; i < 2; i++)
		rack_set(rack, changes[i].node, changes[i].param, changes[i].value);
	uint64_t serial = engine_apply(rig->engine, rack, changes, 2);
	bool early = false;
	while (engine_played(rig->engine) < serial && rig->frame < 48000) {
		rig_run(rig, 64);
		const float *out = rig->out[rig_slot(rig, "out_1")];
		rig_tick(rig);
		if (engine_played(rig->engine) < serial)
			early |= out[63] != rig_ramp(rig->frame - 1 - 200, 0);
	}
	CHECK(!early, "the gain came before the lag");
	CHECK(engine_played(rig->engine) >= serial, "never played");
	rig_play(rig, 2000, 64);
	const float *out = rig->out[rig_slot(rig, "out_1")];
	CHECK(out[0] == 3 * rig_ramp(rig->frame - 16 - 200, 0), "%g", (double)out[0]);
	rig_close(rig);
}

/* While a rebuild warms up, later changes are heard, and sync still waits for all. */
static void test_value_swap_race(void)
{
	struct rack *rack = rig_rack();

	rig_chain(rack, "gain", "gain");
	rig_chain(rack, "lag", "lag");
	rig_output(rack, "out", rig_from(1));
	rack->latency = 1000;
	struct rig *rig = rig_open(rack, 0);
	rig_play(rig, 6400, 64);
	uint64_t first = rig_set(rig, "lag", "frames", 1);
	uint64_t second = rig_set(rig, "gain", "gain", 7);
	rig_play(rig, 640, 64);
	CHECK(engine_played(rig->engine) < first, "played while it warms up");
	CHECK(rig_meter(rig, "gain", "out/1") == 7 * rig_ramp(rig->frame - 1, 0),
	      "a change waits for another's rebuild");
	rig_play(rig, 4800, 64);
	CHECK(engine_played(rig->engine) >= second, "%llu",
	      (unsigned long long)engine_played(rig->engine));
	const float *out = rig->out[rig_slot(rig, "out_1")];
	CHECK(out[63] == 7 * rig_ramp(rig->frame - 1001, 0), "lost in the swap");
	CHECK(rig_meter(rig, "gain", "torn") == 0, "values without their numbers");
	rig_close(rig);
}

static float one(uint64_t frame, int channel)
{
	(void)frame;
	(void)channel;
	return 1;
}

/* Old and new differ: a raised cosine of 20 ms between them, no more, no less. */
static void test_fade(void)
{
	struct rack *rack = rig_rack();

	rig_chain(rack, "counter", "x");
	rig_output(rack, "out", rig_input(0));
	struct rig *rig = rig_open(rack, 0);
	rig->signal = one;
	rig_play(rig, 640, 64);
	struct rack *silent = rig_rack();
	rig_output(silent, "other", rig_input(0));
	engine_rebuild(rig->engine, silent);
	int out = 0, other = 0, between = 0;
	float last_out = 1, last_other = 0;
	for (int i = 0; i < 40; i++) {
		out = out ? out : rig_slot(rig, "out_1");
		rig_run(rig, 64);
		rig_tick(rig);
		other = rig_slot(rig, "other_1") >= 0 ? rig_slot(rig, "other_1")
						      : other;
		for (int j = 0; j < 64 && other; j++) {
			float down = rig->out[out][j], up = rig->out[other][j];
			between += down > 0 && down < 1;
			CHECK(down <= last_out && up >= last_other &&
				      fabsf(down + up - 1) < 1e-6f,
			      "%g %g", (double)down, (double)up);
			last_out = down;
			last_other = up;
		}
	}
	CHECK(between > 940 && between <= 960, "%d frames", between);
	CHECK(last_out == 0 && last_other == 1, "ends");
	rig_close(rig);
	rack_destroy(silent);
}

/* The foreign handle runs in one plan at a time, and misses no frame. */
static void test_foreign(void)
{
	struct rack *rack = rig_rack();

	rig_chain(rack, "foreign", "plugin");
	int lag = rig_chain(rack, "lag", "lag");
	rig_output(rack, "out", rig_from(lag));
	rack->latency = 300;
	foreign_made = foreign_alive = foreign_gaps = 0;
	struct rig *rig = rig_open(rack, 0);
	rig_play(rig, 640, 64);
	int wrong = 0;
	for (int time = 0; time < 6; time++) {
		rig_set(rig, "lag", "frames", time % 2 ? 0 : 200);
		for (int i = 0; i < 60; i++) {
			rig_run(rig, 64);
			const float *out = rig->out[rig_slot(rig, "out_1")];
			for (int j = 0; j < 64; j++)
				wrong += out[j] != (float)(rig->frame - 64 +
							   (uint64_t)j - 300 + 1);
			rig_tick(rig);
		}
	}
	CHECK(wrong == 0, "%d frames", wrong);
	CHECK(foreign_made == 1 && foreign_gaps == 0, "made %d, gaps %d", foreign_made,
	      foreign_gaps);
	rig_close(rig);
	CHECK(foreign_alive == 0, "%d handles left", foreign_alive);
}

/* Once kept by a plan, then in none: it plays until it has faded out. */
static void test_foreign_leaves(void)
{
	struct rack *rack = rig_rack(), *without = rig_rack();

	rig_chain(rack, "foreign", "plugin");
	rig_output(rack, "out", rig_from(rig_chain(rack, "lag", "lag")));
	rig_output(without, "out", rig_input(0));
	foreign_alive = foreign_gaps = 0;
	struct rig *rig = rig_open(rack, 0);
	rig_play(rig, 640, 64);
	rig_set(rig, "lag", "frames", 64);
	rig_play(rig, 6400, 64);
	uint64_t from = rig->frame;
	engine_rebuild(rig->engine, without);
	rig_play(rig, 6400, 64);
	CHECK(foreign_until >= from + 960 && foreign_until < from + 6400,
	      "%d frames of the fade", (int)(foreign_until - from));
	CHECK(foreign_gaps == 0 && foreign_alive == 0, "%d gaps, %d left", foreign_gaps,
	      foreign_alive);
	rig_close(rig);
	rack_destroy(without);
}

/* What can't be made passes its input, and an event says why. */
static void test_foreign_refused(void)
{
	struct rack *rack = rig_rack();

	rig_chain(rack, "foreign", "plugin");
	rig_output(rack, "out", rig_from(0));
	foreign_refuse = true;
	struct rig *rig = rig_open(rack, 0);
	foreign_refuse = false;
	rig_run(rig, 256);
	CHECK(shifted(rig, 0, 256) == 0, "does not pass");
	CHECK(rig_events(rig, "node") == 1, "no event");
	rig_close(rig);
}

/* A newer plan replaces one that the audio has not taken yet. */
static void test_newest_wins(void)
{
	struct rack *rack = rig_rack();

	rig_chain(rack, "gain", "gain");
	rig_output(rack, "out", rig_from(0));
	struct rig *rig = rig_open(rack, 0);
	rig_play(rig, 640, 64);
	for (int i = 1; i <= 5; i++) {
		rig_set(rig, "gain", "gain", (float)i);
		rig_set(rig, "gain", "mode", (float)i);
	}
	CHECK(engine_busy(rig->engine), "not busy");
	rig_play(rig, 6400, 64);
	const float *out = rig->out[rig_slot(rig, "out_1")];
	CHECK(out[0] == 5 * rig_ramp(rig->frame - 64, 0), "not the newest");
	CHECK(!engine_busy(rig->engine), "still busy");
	rig_close(rig);
}

int main(void)
{
	test_same_latency();
	test_padded();
	test_cold_node();
	test_long_padding();
	test_moved();
	test_bundle();
	test_value_swap_race();
	test_fade();
	test_foreign();
	test_foreign_leaves();
	test_foreign_refused();
	test_newest_wins();
	return test_result();
}
