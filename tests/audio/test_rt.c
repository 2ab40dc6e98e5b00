/* test_rt.c - the audio thread's cycle, its guards, taps and meters. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/rig.h"

#include "daemon/base/arena.h"
#include "daemon/engine/state.h"
#include "daemon/base/fold.h"

static float wave(uint64_t frame, int channel)
{
	return sinf((float)(frame % 48000) * 0.01f + (float)channel);
}

static struct rack *busy_rack(void)
{
	struct rack *rack = rig_rack();

	rig_chain(rack, "gain", "gain");
	int lag = rig_chain(rack, "lag", "lag");
	rack_set(rack, lag, 0, 99);
	int probe = rig_chain(rack, "probe", "probe");
	rig_link(rack, probe, 0, rig_input(0));
	rig_output(rack, "out", rig_from(probe));
	return rack;
}

/* The same samples for any block size, values changing at the same frames. */
static void test_blocks(void)
{
	enum { FRAMES = 32768 };
	static const int blocks[] = { 64, 1, 257, 8192 };
	float *first = calloc(FRAMES, sizeof(float));

	for (size_t b = 0; b < sizeof(blocks) / sizeof(blocks[0]); b++) {
		struct rig *rig = rig_open(busy_rack(), 0);
		int differ = 0;
		rig->signal = wave;
		for (int done = 0; done < FRAMES;) {
			/* A change is heard from frame 16384 on, whatever the blocks. */
			int end = done < FRAMES / 2 ? FRAMES / 2 : FRAMES;
			int some = end - done < blocks[b] ? end - done : blocks[b];
			if (done == FRAMES / 2) {
				rig_set(rig, "gain", "gain", 0.3f);
				rig_set(rig, "lag", "bypass", 1);
				rig_set(rig, "rack/output/out", "dim", 1);
			}
			rig_run(rig, some);
			const float *out = rig->out[rig_slot(rig, "out_1")];
			for (int i = 0; i < some; i++) {
				if (b == 0)
					first[done + i] = out[i];
				differ += out[i] != first[done + i];
			}
			done += some;
		}
		CHECK(differ == 0, "blocks of %d: %d differ", blocks[b], differ);
		rig_tick(rig);
		CHECK(rig_meter(rig, "probe", "frames") == (float)FRAMES, "measured %g",
		      (double)rig_meter(rig, "probe", "frames"));
		rig_close(rig);
	}
	free(first);
}

/* Bypass fades, then the output is the delayed input bit for bit; and back. */
static void test_bypass(void)
{
	struct rack *rack = rig_rack();

	rig_chain(rack, "gain", "gain");
	rack_set(rack, 0, 0, 3);
	rig_output(rack, "out", rig_from(0));
	struct rig *rig = rig_open(rack, 0);
	rig->signal = wave;
	rig_play(rig, 640, 64);
	rig_set(rig, "gain", "bypass", 1);
	rig_run(rig, 960);
	const float *out = rig->out[rig_slot(rig, "out_1")];
	int wet = 0, dry = 0;
	for (int i = 0; i < 960; i++)
		wet += fabsf(out[i]) > 1.001f * fabsf(wave(640 + (uint64_t)i, 0));
	rig_run(rig, 640);
	for (int i = 0; i < 640; i++)
		dry += out[i] == wave(1600 + (uint64_t)i, 0);
	CHECK(wet > 900, "faded too fast: %d", wet);
	CHECK(dry == 640, "not the input: %d", dry);
	rig_close(rig);
}

static int bad_samples(struct rig *rig, int frames)
{
	const float *out = rig->out[rig_slot(rig, "out_1")];
	int bad = 0;

	for (int i = 0; i < frames; i++)
		bad += !isfinite(out[i]);
	return bad;
}

/* NaN from a module: never heard; its input instead; clear; back after 20 ms and a fade. */
static void test_nonfinite(void)
{
	struct rack *rack = rig_rack();

	rig_chain(rack, "poison", "poison");
	rig_output(rack, "out", rig_from(0));
	struct rig *rig = rig_open(rack, 0);
	rig->signal = wave;
	rig_play(rig, 640, 64);
	rig_set(rig, "poison", "now", 1);
	int bad = 0;
	for (int i = 0; i < 15; i++) {
		rig_run(rig, 64);
		bad += bad_samples(rig, 64);
		const float *out = rig->out[rig_slot(rig, "out_1")];
		for (int j = 0; j < 64; j++)
			bad += out[j] != wave(rig->frame - 64 + (uint64_t)j, 0);
		rig_tick(rig);
	}
	CHECK(bad == 0, "%d samples are not the input", bad);
	CHECK(rig_events(rig, "nonfinite") == 1, "%d events",
	      rig_events(rig, "nonfinite"));
	rig_play(rig, 2 * 960 + 64, 64);
	const float *out = rig->out[rig_slot(rig, "out_1")];
	CHECK(out[5] == 2 * wave(rig->frame - 64 + 5, 0), "did not come back");

	/* Twice more within the second: bypassed until its bypass is set. */
	for (int i = 0; i < 2; i++) {
		rig_set(rig, "poison", "now", 1);
		rig_play(rig, 3000, 64);
	}
	rig_play(rig, 48000, 64);
	CHECK(out[5] == wave(rig->frame - 64 + 5, 0), "not latched");
	engine_rebuild(rig->engine, rack);
	rig_play(rig, 9600, 64);
	CHECK(out[5] == wave(rig->frame - 64 + 5, 0), "a new plan forgot the latch");
	rig_set(rig, "poison", "bypass", 0);
	rig_play(rig, 1920, 64);
	CHECK(out[5] == 2 * wave(rig->frame - 64 + 5, 0), "still latched");
	rig_close(rig);
}

static float nasty(uint64_t frame, int channel)
{
	(void)channel;
	switch (frame % 64) {
	case 3:
		return NAN;
	case 7:
		return INFINITY;
	case 9:
		return -3e38f;
	case 10:
		return 1001.0f;
	}
	return 0.5f;
}

/* What is not a number, or louder than any audio, goes no further than the port. */
static void test_nasty_input(void)
{
	struct rig *rig = rig_open(busy_rack(), 0);

	rig->signal = nasty;
	rig_play(rig, 4096, 256);
	CHECK(bad_samples(rig, 256) == 0, "NaN passed");
	CHECK(rig_events(rig, "nonfinite") == 0, "a node was blamed");
	CHECK(rig_events(rig, "no_audio") == 1, "%d events",
	      rig_events(rig, "no_audio"));
	rig_close(rig);

	struct rack *rack = rig_rack();
	rig_chain(rack, "gain", "gain");
	rig_output(rack, "out", rig_from(0));
	rig = rig_open(rack, 0);
	rig->signal = nasty;
	rig_play(rig, 4096, 256);
	const float *out = rig->out[rig_slot(rig, "out_1")];
	int silent = 0, right = 0;
	for (int i = 0; i < 256; i++) {
		silent += out[i] == 0;
		right += out[i] == 0.5f;
	}
	CHECK(silent == 4 * 4 && right == 256 - silent, "%d silent, %d right", silent,
	      right);
	rig_close(rig);
}

/* Slots without a buffer are tolerated; slots that nobody plays are silent. */
static void test_ports(void)
{
	struct rig *rig = rig_open(busy_rack(), 0);
	float *ports[PORTS_MAX] = { NULL };
	bool is_output[PORTS_MAX] = { false };
	float one[64], two[64];
	int out = rig_slot(rig, "out_1"), other = 200;

	for (int i = 0; i < 64; i++)
		one[i] = two[i] = 7;
	ports[out] = one;
	ports[other] = two;
	is_output[out] = is_output[other] = true;
	rt_run(engine_rt(rig->engine), ports, is_output, 64);
	int loud = 0;
	for (int i = 0; i < 64; i++)
		loud += one[i] != 0 || two[i] != 0;
	CHECK(loud == 0, "%d samples left", loud);
	rig_close(rig);
}

/* Peaks are seen by the reader, however seldom it looks. */
static void test_meters(void)
{
	struct rig *rig = rig_open(busy_rack(), 0);

	rig->signal = wave;
	rig_play(rig, 64, 64);
	for (int round = 0; round < 5; round++) {
		int frames = 640 * (round + 1);
		float most = 0;
		for (int i = 0; i < frames; i++)
			most = fmaxf(most, fabsf(wave(rig->frame + (uint64_t)i, 1)));
		for (int i = 0; i < frames; i += 64)
			rig_run(rig, 64);
		rig_tick(rig);
		CHECK(rig_meter(rig, "gain", "in/2") == most, "%g, wanted %g",
		      (double)rig_meter(rig, "gain", "in/2"), (double)most);
		CHECK(rig_meter(rig, "gain", "frames") == (float)frames, "%g",
		      (double)rig_meter(rig, "gain", "frames"));
	}
	rig_close(rig);
}

/* A trigger is seen at its exact frame by what measures. */
static void test_clear(void)
{
	struct rig *rig = rig_open(busy_rack(), 0);

	rig_run(rig, 6400);
	rig_set(rig, "probe", "clear", 1);
	rig_run(rig, 1000);
	rig_tick(rig);
	CHECK(rig_meter(rig, "probe", "frames") == 1000, "%g",
	      (double)rig_meter(rig, "probe", "frames"));
	rig_close(rig);
}

/* A full tap drops, counts, and goes on afterwards; freewheel would wait. */
static void test_tap(void)
{
	enum { CHANNELS = 2, VALUES = 3 };
	static unsigned char bytes[4096];
	struct tap tap = { .channels = CHANNELS,
			   .value_count = VALUES,
			   .size = sizeof(bytes),
			   .bytes = bytes };
	float left[GRID_FRAMES], right[GRID_FRAMES], values[VALUES] = { 1, 2, 3 };
	float seen[VALUES], audio[CHANNELS * GRID_FRAMES];
	const float *in[] = { left, right };
	struct tap_record record;
	uint64_t frame = 0, next = 0;
	int written = 0, dropped = 0, torn = 0;

	for (int round = 0; round < 300; round++) {
		int frames = 1 + round % GRID_FRAMES;
		for (int i = 0; i < frames; i++) {
			left[i] = (float)(frame + (uint64_t)i);
			right[i] = -left[i];
		}
		if (tap_write(&tap, frame, frames, values, in))
			written++;
		else
			dropped++;
		frame += (uint64_t)frames;
		while (round % 12 == 11 && tap_read(&tap, &record, seen, audio)) {
			torn += record.frame < next || seen[2] != 3;
			for (int j = 0; j < record.frames; j++)
				torn += audio[2 * j] !=
						(float)record.frame + (float)j ||
					audio[2 * j + 1] != -audio[2 * j];
			next = record.frame + (uint64_t)record.frames;
			written--;
		}
	}
	CHECK(dropped > 0 && written == 0, "dropped %d, left %d", dropped, written);
	CHECK(torn == 0, "%d torn", torn);

	struct rig *rig = rig_open(busy_rack(), 0);
	rig_run(rig, 64);
	float *ports[PORTS_MAX] = { NULL };
	bool is_output[PORTS_MAX] = { false };
	bool full = false;
	for (int i = 0; i < 2000; i++) {
		rt_run(engine_rt(rig->engine), ports, is_output, 64);
		full |= engine_taps_full(rig->engine);
		if (full && i < 1000)
			i = 1000; /* go on until it drops */
	}
	rig_tick(rig);
	CHECK(full, "never full");
	CHECK(!engine_taps_full(rig->engine), "still full");
	CHECK(rig_events(rig, "tap") == 1, "%d events", rig_events(rig, "tap"));
	rig_close(rig);
}

/* A plan finds zeros, whoever had its memory before; few and small ones wait for it. */
static void test_arenas(void)
{
	enum { BYTES = 300000, LARGE = 40 << 20 };
	struct arenas arenas = { 0 };

	for (int i = 0; i < 3; i++) {
		struct arena *arena = arena_take(&arenas);
		unsigned char *memory = arena_alloc(arena, BYTES);
		int stale = 0;
		for (int k = 0; k < BYTES; k++)
			stale += memory[k] != 0;
		CHECK(stale == 0, "%d bytes of the plan before", stale);
		memset(memory, 0xa5, BYTES);
		/* What the second one leaves untouched is the first one's still. */
		if (i != 1)
			memset(arena_alloc(arena, BYTES), 0x5a, BYTES);
		arena_leave(&arenas, arena);
		CHECK(arenas.count == 1, "%d", arenas.count);
	}
	struct arena *all[ARENAS_SPARE + 1];
	for (int i = 0; i <= ARENAS_SPARE; i++)
		all[i] = arena_take(&arenas);
	for (int i = 0; i <= ARENAS_SPARE; i++)
		arena_leave(&arenas, all[i]);
	CHECK(arenas.count == ARENAS_SPARE, "%d", arenas.count);
	struct arena *large = arena_take(&arenas);
	arena_alloc(large, LARGE);
	arena_leave(&arenas, large);
	CHECK(arenas.count == ARENAS_SPARE - 1, "%d", arenas.count);
	arenas_finish(&arenas);
	CHECK(arenas.count == 0, "%d", arenas.count);
}

/* Folds: sums count once, peaks are never lost, under any order of reading. */
static void test_folds(void)
{
	static const unsigned char kinds[] = { FOLD_LAST, FOLD_MAX, FOLD_MIN,
					       FOLD_SUM };
	struct arena *arena = arena_create();
	struct folds folds = { 0 };
	float sum = 0, most = -1, least = 1e9f;

	folds_init(&folds, arena, 4, kinds);
	CHECK(folds_take(&folds) == NULL, "something from nothing");
	for (int i = 1; i <= 1000; i++) {
		float x = (float)(i * 7919 % 1009);
		folds_add(&folds, (float[]) { x, x, x, 1 });
		if (i % 3 == 0)
			folds_publish(&folds);
		const float *seen = i % 7 == 0 || i == 1000 ? folds_take(&folds) : NULL;
		if (seen) {
			sum += seen[3];
			most = fmaxf(most, seen[1]);
			least = fminf(least, seen[2]);
		}
	}
	CHECK(sum == 999, "%g", (double)sum); /* the 1000th is not yet published */
	CHECK(most == 1008 && least == 1, "%g %g", (double)most, (double)least);
	arena_destroy(arena);
}

/* A start at a later frame is that frame for everybody. */
static void test_start_frame(void)
{
	struct rig *rig = rig_open(busy_rack(), 64000);

	rig_play(rig, 640, 64);
	CHECK(engine_frame(rig->engine) == 64640, "%llu",
	      (unsigned long long)engine_frame(rig->engine));
	rig_close(rig);
}

/* Fades of the start and the stop. */
static void test_level(void)
{
	struct event_log *events = event_log_create();
	struct rack *rack = rig_rack();

	rig_output(rack, "out", rig_input(0));
	struct rig *rig = rig_open(rack, 0);
	engine_destroy(rig->engine);
	rig->engine = engine_create(&(struct engine_options) { .rate = RIG_RATE,
							       .in_line = true,
							       .start_faded = true,
							       .events = events });
	engine_rebuild(rig->engine, rack);
	rig_run(rig, 4800);
	const float *out = rig->out[rig_slot(rig, "out_1")];
	CHECK(out[0] == 0, "starts at %g", (double)out[0]);
	CHECK_NEAR(out[1200] / rig_ramp(1200, 0), 0.5, 0.02, "half way");
	CHECK(out[2500] == rig_ramp(2500, 0), "%g", (double)out[2500]);
	engine_fade_out(rig->engine);
	rig_run(rig, 4800);
	rig_tick(rig);
	CHECK(out[4799] == 0 && engine_silent(rig->engine), "not silent");
	rig_close(rig);
	event_log_destroy(events);
}

/* Load is the node's share of the time there is. Without time for two plans: a dip. */
static void test_hog(void)
{
	struct rack *rack = rig_rack();

	rig_chain(rack, "hog", "hog");
	rig_output(rack, "out", rig_from(0));
	struct rig *rig = rig_open(rack, 0);
	rig->engine->orders.real_time = true;
	rig_run(rig, 64);
	for (int i = 0; i < 100 && rig->engine->orders.cycles_per_frame == 0; i++) {
		nanosleep(&(struct timespec) { .tv_nsec = 3000000 }, NULL);
		rig_tick(rig);
	}
	double period = rig->engine->orders.cycles_per_frame * 64;
	rig_set(rig, "hog", "kilocycles", (float)(0.6 * period / 1000));
	rig_play(rig, 48000, 64);
	float load = rig_meter(rig, "hog", "load");
	CHECK(load >= 55, "%g", (double)load);
	engine_rebuild(rig->engine, rack);
	rig_play(rig, 4800, 64);
	CHECK(rig_events(rig, "dip") == 1, "%d dips", rig_events(rig, "dip"));
	const float *out = rig->out[rig_slot(rig, "out_1")];
	CHECK(out[63] == rig_ramp(rig->frame - 1, 0), "does not play again");
	rig_close(rig);
}

int main(void)
{
	test_blocks();
	test_bypass();
	test_nonfinite();
	test_nasty_input();
	test_ports();
	test_meters();
	test_clear();
	test_tap();
	test_arenas();
	test_folds();
	test_start_frame();
	test_level();
	test_hog();
	return test_result();
}
