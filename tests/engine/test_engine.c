/* test_engine.c - the engine with its threads: audio, meter, worker and control at once. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/rig.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* An audio thread of our own, faster than real time, that checks every frame. */
struct player {
	struct rt *rt;
	pthread_t thread;
	int in[2], out[2]; /* slots */
	int latency;
	uint64_t frame, from; /* wrong samples count from here on */
	long wrong;
	atomic_bool stop;
};

static void nap(long microseconds)
{
	nanosleep(&(struct timespec) { .tv_nsec = microseconds * 1000 }, NULL);
}

static void play_block(struct player *player, int frames)
{
	static float in[2][GRID_FRAMES * 2], out[2][GRID_FRAMES * 2];
	float *ports[PORTS_MAX] = { NULL };
	bool is_output[PORTS_MAX] = { false };

	for (int c = 0; c < 2; c++) {
		ports[player->in[c]] = in[c];
		ports[player->out[c]] = out[c];
		is_output[player->out[c]] = true;
		for (int i = 0; i < frames; i++)
			in[c][i] = rig_ramp(player->frame + (uint64_t)i, c);
	}
	rt_run(player->rt, ports, is_output, frames);
	for (int c = 0; c < 2; c++)
		for (int i = 0; i < frames; i++) {
			uint64_t frame = player->frame + (uint64_t)i;
			if (frame < player->from)
				continue;
			player->wrong += out[c][i] !=
					 rig_ramp(frame - (uint64_t)player->latency, c);
		}
	player->frame += (uint64_t)frames;
}

static void *player_run(void *context)
{
	struct player *player = context;

	for (int i = 0; !player->stop; i++) {
		play_block(player, i % 3 ? 64 : 100);
		nap(100);
	}
	return NULL;
}

static struct rack *long_rack(void)
{
	struct rack *rack = rig_rack();

	rig_chain(rack, "gain", "gain");
	rig_chain(rack, "lag", "lag");
	rig_chain(rack, "probe", "probe");
	rig_output(rack, "out", rig_from(2));
	rack->latency = 500;
	return rack;
}

/* Waits for what must come within some seconds. */
#define WAIT_FOR(engine, condition) \
	for (int waits_ = 0; waits_ < 2000 && !(condition); waits_++) { \
		engine_tick(engine); \
		nap(2000); \
	} \
	CHECK(condition, "did not come")

static void change(struct engine *engine, struct rack *rack, int node, int param,
		   float value)
{
	struct change one = { .node = node, .param = param };

	one.value = rack_set(rack, node, param, value);
	engine_apply(engine, rack, &one, 1);
}

static void find_slots(struct engine *engine, struct player *player)
{
	const struct port *ports;
	int count = engine_ports(engine, &ports), ins = 0, outs = 0;

	for (int i = 0; i < count; i++) {
		if (ports[i].is_output)
			player->out[outs++] = ports[i].slot;
		else
			player->in[ins++] = ports[i].slot;
	}
}

/* Values and plans storm while the audio runs: not one frame is wrong, no number apart from
 * its value, and everything comes to rest. */
static void test_storm(void)
{
	struct event_log *events = event_log_create();
	struct rack *rack = long_rack();
	struct engine *engine = engine_create(
		&(struct engine_options) { .rate = RIG_RATE, .events = events });
	struct player player = { .rt = engine_rt(engine),
				 .latency = 500,
				 .from = 10000 };

	CHECK(engine_meters(engine, 0) == NULL, "meters of nothing");
	engine_rebuild(engine, rack);
	WAIT_FOR(engine, !engine_busy(engine));
	find_slots(engine, &player);
	engine_audio_running(engine, true);
	pthread_create(&player.thread, NULL, player_run, &player);
	WAIT_FOR(engine, engine_played(engine) > 0);

	uint64_t last = 0, serial = 0;
	bool backwards = false;
	for (int i = 0; i < 600; i++) {
		struct change both[2] = { { .node = 0, .param = 0 },
					  { .node = 0, .param = 1 } };
		rack_set(rack, 0, 1, (float)(i % 100)); /* gain stays 1 */
		serial = engine_apply(engine, rack, both, 2);
		if (i % 40 == 0)
			change(engine, rack, 1, 0, (float)(i % 490)); /* a rebuild */
		if (i % 7 == 0) /* mostly what it is already, or will be */
			change(engine, rack, 0, 2, (float)(i / 40 % 10));
		if (i % 97 == 0)
			change(engine, rack, 0, 3, (float)(i & 1)); /* bypass */
		engine_tick(engine);
		backwards |= engine_played(engine) < last;
		last = engine_played(engine);
		nap(2000);
	}
	WAIT_FOR(engine, !engine_busy(engine));
	WAIT_FOR(engine, engine_played(engine) >= serial);
	CHECK(!backwards, "the serial went back");
	const float *meters = engine_meters(engine, 0);
	CHECK(meters && meters[0] == 0, "%g pieces had numbers apart from values",
	      meters ? (double)meters[0] : -1.0);
	WAIT_FOR(engine, engine_meters(engine, 2) && engine_meters(engine, 2)[0] > 0);
	player.stop = true;
	pthread_join(player.thread, NULL);
	CHECK(player.wrong == 0, "%ld samples", player.wrong);
	CHECK(player.frame > 20000, "%llu frames", (unsigned long long)player.frame);
	engine_destroy(engine);
	event_log_destroy(events);
	rack_destroy(rack);
}

struct owner {
	int calls, count;
};

static void ports_wanted(void *context, const struct port *ports, int count)
{
	struct owner *owner = context;

	(void)ports;
	owner->calls++;
	owner->count = count;
}

/* A plan waits for its ports; slots stay with their names while plans come and go. */
static void test_ports(void)
{
	struct event_log *events = event_log_create();
	struct rack *rack = long_rack();
	struct owner owner = { 0 };
	struct engine *engine =
		engine_create(&(struct engine_options) { .rate = RIG_RATE,
							 .in_line = true,
							 .events = events,
							 .ports_wanted = ports_wanted,
							 .context = &owner });
	float *ports[PORTS_MAX] = { NULL };
	bool is_output[PORTS_MAX] = { false };
	const struct port *found;

	engine_rebuild(engine, rack);
	engine_tick(engine);
	CHECK(owner.calls == 1 && owner.count == 4, "%d calls, %d ports", owner.calls,
	      owner.count);
	rt_run(engine_rt(engine), ports, is_output, 64);
	engine_tick(engine);
	CHECK(engine_played(engine) == 0, "played without its ports");
	engine_ports_ready(engine);
	rt_run(engine_rt(engine), ports, is_output, 64);
	engine_tick(engine);
	CHECK(engine_ports(engine, &found) == 4, "ports");
	int slot = found[3].slot;
	CHECK_TEXT(found[3].name, "out_2");

	rig_output(rack, "more", rig_from(0));
	struct node *first = &rack->nodes[3];
	struct node *second = &rack->nodes[4];
	struct node swap = *first;
	*first = *second;
	*second = swap;
	engine_rebuild(engine, rack);
	engine_ports_ready(engine);
	for (int i = 0; i < 100; i++) {
		rt_run(engine_rt(engine), ports, is_output, 64);
		engine_tick(engine);
	}
	CHECK(engine_ports(engine, &found) == 6, "ports");
	CHECK_TEXT(found[5].name, "out_2");
	CHECK(found[5].slot == slot, "slot %d became %d", slot, found[5].slot);
	engine_destroy(engine);
	event_log_destroy(events);
	rack_destroy(rack);
}

/* With no audio everything is taken as played, and the newest plan waits. */
static void test_no_audio(void)
{
	struct event_log *events = event_log_create();
	struct rack *rack = long_rack();
	struct engine *engine = engine_create(
		&(struct engine_options) { .rate = RIG_RATE, .events = events });

	engine_rebuild(engine, rack);
	WAIT_FOR(engine, !engine_busy(engine));
	for (int i = 0; i < 5; i++) {
		change(engine, rack, 1, 0, (float)i + 1);
		WAIT_FOR(engine, !engine_busy(engine));
	}
	struct change none = { .node = 0, .param = 0 };
	uint64_t serial = engine_apply(engine, rack, &none, 1);
	CHECK(engine_played(engine) == serial, "waits for audio that is not there");
	CHECK(engine_silent(engine), "not silent");
	engine_destroy(engine);
	event_log_destroy(events);
	rack_destroy(rack);
}

/* The rack's own mute and dim reach its outputs, in every plan. */
static void test_rack_params(void)
{
	struct rack *rack = rig_rack();

	rig_chain(rack, "gain", "gain");
	rig_output(rack, "out", rig_from(0));
	struct rig *rig = rig_open(rack, 0);
	rig_play(rig, 640, 64);
	rig_set(rig, "rack", "mute", 1);
	rig_play(rig, 4800, 64);
	const float *out = rig->out[rig_slot(rig, "out_1")];
	CHECK(out[7] == 0, "not muted");
	engine_rebuild(rig->engine, rack);
	rig_play(rig, 4800, 64);
	CHECK(out[7] == 0, "a new plan forgot the mute");
	rig_set(rig, "rack", "mute", 0);
	rig_play(rig, 4800, 64);
	CHECK(out[63] == rig_ramp(rig->frame - 1, 0), "still muted");
	rig_close(rig);
}

/* A reload may move nodes: values and meters find them by name. */
static void test_moved_nodes(void)
{
	struct rack *rack = rig_rack();

	rig_chain(rack, "gain", "a");
	rig_chain(rack, "gain", "b");
	rig_output(rack, "out", rig_from(1));
	struct rig *rig = rig_open(rack, 0);
	rig_play(rig, 640, 64);
	struct rack *other = rig_rack();
	rig_chain(other, "gain", "b");
	rig_output(other, "out", rig_from(0));
	engine_rebuild(rig->engine, other);
	rig->rack = other;
	rig_set(rig, "b", "gain", 9);
	rig_play(rig, 64, 64);
	CHECK(rig_meter(rig, "b", "frames") == 64, "no meters while it changes");
	rig_play(rig, 6400, 64);
	const float *out = rig->out[rig_slot(rig, "out_1")];
	CHECK(out[63] == 9 * rig_ramp(rig->frame - 1, 0), "%g", (double)out[63]);
	rig_close(rig);
	rack_destroy(rack);
}

/* Asked twice for what is being built, the plan that still plays knows nothing of it: its
 * memory has another shape. */
static void test_asked_twice(void)
{
	struct rack *rack = rig_rack();

	rig_chain(rack, "gain", "gain");
	rig_chain(rack, "lag", "lag");
	rig_output(rack, "out", rig_from(1));
	struct rig *rig = rig_open(rack, 0);
	rig_play(rig, 640, 64);
	rig_set(rig, "lag", "frames", 1000); /* the next plan warms up for so long */
	rig_set(rig, "gain", "mode", 3);
	rig_set(rig, "gain", "mode", 3);
	rig_play(rig, 128, 64);
	CHECK(rig_meter(rig, "gain", "torn") == 0, "a plan played another's mode");
	rig_close(rig);
}

int main(void)
{
	test_asked_twice();
	test_ports();
	test_no_audio();
	test_rack_params();
	test_moved_nodes();
	test_storm();
	return test_result();
}
