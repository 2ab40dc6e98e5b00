/* test_air.c - the alarms about the programme: what raises each, and what ends it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/unattended/air.h"

#include "daemon/base/alarm.h"
#include "daemon/unattended/lasting.h"
#include "modules/failover/failover.h"
#include "modules/loudness/loudness.h"
#include "modules/output/output.h"
#include "modules/sense/sense.h"
#include "tests/support/fake_desk.h"
#include "tests/support/test.h"

static struct desk desk;
static struct air *air;
static double now = 100.0;
static int guard, choice, meter, out;

static void pass(double seconds)
{
	for (int i = 0; i < (int)(seconds * 20.0 + 0.5); i++) {
		fake_frame += 2400;
		air_look(air, now += 0.05);
	}
}

static void check_alarms(const char *what, const char *wanted)
{
	char text[400];

	alarms_text(desk.alarms, text, sizeof(text));
	CHECK(strcmp(text, wanted) == 0, "%s: \"%s\", wanted \"%s\"", what, text,
	      wanted);
}

static const char *code_of(int index)
{
	const struct alarm *alarm = alarms_at(desk.alarms, index);

	return alarm ? alarm_kind(alarm->code)->code : "";
}

static int add(const char *name, const char *module)
{
	struct node *node =
		rack_add_node(desk.rack, NODE_MODULE, name, module_find(module));

	node_set_channels(node, 2);
	node->source_count[0] = 1;
	node->sources[0][0] = (struct source) { FROM_INPUT, 0 };
	return rack_find(desk.rack, name);
}

/* Every fault of an input has an alarm, which comes and goes with the state. */
static void test_states(void)
{
	for (int state = SENSE_QUIET; state < SENSE_STATES; state++) {
		char wanted[64];
		snprintf(wanted, sizeof(wanted), "input_%s", sense_states[state]);
		fake_readings[guard][SENSE_STATE] = (float)state;
		pass(0.05);
		CHECK_TEXT(code_of(0), wanted);
		CHECK(alarms_count(desk.alarms) == 1, "%s: %d alarms", wanted,
		      alarms_count(desk.alarms));
	}
	fake_readings[guard][SENSE_STATE] = SENSE_ALIVE;
	pass(0.05);
	check_alarms("alive", "");
}

static void test_failover(void)
{
	float *readings = fake_readings[choice];

	readings[FAILOVER_STATE] = SENSE_ZEROS;
	readings[FAILOVER_STATE + 2] = SENSE_ZEROS;
	readings[FAILOVER_SOURCE] = FAILOVER_SECOND;
	pass(0.05);
	check_alarms(
		"failover",
		"air: main, third: exact zeros: a cable, an encoder or a client is "
		"gone; air: main is silent (zeros) for 10.0 s: second plays");
	readings[FAILOVER_STATE] = readings[FAILOVER_STATE + 2] = SENSE_ALIVE;
	pass(0.05);
	check_alarms("main lives, second still plays",
		     "air: main is silent (zeros) for 10.0 s: second plays");
	readings[FAILOVER_SOURCE] = FAILOVER_MAIN;
	pass(0.05);
	check_alarms("failback", "");
	desk.rack->nodes[choice].values[FAILOVER_HOLD] = 1 + FAILOVER_FILE;
	readings[FAILOVER_SOURCE] = FAILOVER_FILE;
	pass(0.05);
	check_alarms("held",
		     "air: the file plays, by hand; air: the file is held by hand");
	desk.rack->nodes[choice].values[FAILOVER_HOLD] = 0;
	readings[FAILOVER_SOURCE] = FAILOVER_MAIN;
	pass(0.05);
	check_alarms("not held", "");
}

/* Two failovers within a minute make four events: they are never held back. */
static void test_events(void)
{
	const struct event *event;
	uint64_t serial = 0, last = 0;
	int edges = 0;

	while ((event = event_next(desk.events, last)))
		serial = last = event->serial;
	for (int i = 0; i < 4; i++) {
		fake_readings[choice][FAILOVER_STATE] =
			i % 2 ? SENSE_ALIVE : SENSE_STATE_TONE;
		fake_readings[choice][FAILOVER_SOURCE] =
			i % 2 ? FAILOVER_MAIN : FAILOVER_THIRD;
		pass(0.05);
		alarms_tick(desk.alarms, now);
	}
	while ((event = event_next(desk.events, serial))) {
		serial = event->serial;
		edges += strcmp(event->code, "failover") == 0;
	}
	CHECK(edges == 4, "%d events", edges);
	check_alarms("back", "");
}

static void test_loudness(void)
{
	float *readings = fake_readings[meter];

	readings[LOUDNESS_SHORT_TERM] = -20;
	readings[LOUDNESS_INTEGRATED] = -20;
	pass(AIR_LOUDNESS_SECONDS - 1);
	check_alarms("off for less than long", "");
	pass(2);
	CHECK_TEXT(code_of(0), "loudness");
	readings[LOUDNESS_INTEGRATED] = -23.5f;
	pass(HEALTHY_SECONDS - 1);
	CHECK_TEXT(code_of(0), "loudness");
	pass(2);
	check_alarms("on target", "");
	readings[LOUDNESS_TRUE_PEAK + 1] = 0.95f;
	pass(0.05);
	CHECK_TEXT(code_of(0), "true_peak");
	readings[LOUDNESS_TRUE_PEAK + 1] = 0.5f;
	pass(HEALTHY_SECONDS + 1);
	check_alarms("below", "");
}

static void test_output(void)
{
	const int slot = meter_find(module_find("sense"), 2, true, "in/1");

	fake_readings[guard][slot] = 0.3f;
	pass(AIR_SILENT_SECONDS - 1);
	check_alarms("silent for less than long", "");
	pass(2);
	CHECK_TEXT(code_of(0), "output_silent");
	fake_readings[out][0] = 0.2f;
	pass(HEALTHY_SECONDS + 1);
	check_alarms("it plays", "");
	fake_readings[out][0] = 0.0f;
	desk.rack->nodes[out].values[OUTPUT_MUTE] = 1;
	pass(AIR_SILENT_SECONDS + 1);
	check_alarms("muted", "");
	desk.rack->nodes[out].values[OUTPUT_MUTE] = 0;
	fake_readings[guard][slot] = 0.0f;
	pass(AIR_SILENT_SECONDS + 1);
	check_alarms("nothing plays", "");
}

static void test_xruns(void)
{
	desk.status.xruns += AIR_XRUNS;
	pass(1);
	check_alarms("some xruns", "");
	desk.status.xruns += 500;
	pass(1);
	CHECK_TEXT(code_of(0), "xruns");
	pass(58);
	CHECK_TEXT(code_of(0), "xruns");
	pass(2);
	check_alarms("no xruns any more", "");
}

int main(void)
{
	desk = (struct desk) { .player = &fake_player,
			       .rack = rack_create(),
			       .events = event_log_create(),
			       .status = { .rate = 48000, .block = 64 } };
	desk.alarms = alarms_create(desk.events);
	rack_add_input(desk.rack, "in", 2);
	guard = add("guard", "sense");
	choice = add("air", "failover");
	meter = add("loud", "loudness");
	node_set_channels(
		rack_add_node(desk.rack, NODE_OUTPUT, "main", module_find("output")),
		2);
	out = rack_find(desk.rack, "rack/output/main");
	desk.rack->nodes[out].source_count[0] = 1;
	desk.rack->nodes[out].sources[0][0] = (struct source) { FROM_NODE, meter };
	fake_readings[guard][SENSE_STATE] = SENSE_ALIVE;
	fake_readings[choice][FAILOVER_STATE] = SENSE_ALIVE;
	fake_readings[meter][LOUDNESS_SHORT_TERM] = LOUDNESS_FLOOR;
	air = air_create(&desk);
	pass(30);
	check_alarms("at first", "");
	test_states();
	test_failover();
	test_events();
	test_loudness();
	test_output();
	test_xruns();
	air_destroy(air);
	CHECK(!desk.followers, "nobody follows");
	desk_finish(&desk);
	alarms_destroy(desk.alarms);
	event_log_destroy(desk.events);
	rack_destroy(desk.rack);
	return test_result();
}
