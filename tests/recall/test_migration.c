/* test_migration.c - what lathed 0.1 wrote (tests/fixtures/lathe-0.1) is read whole by the
 * real modules' tables of today: config, scene, state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/config.h"
#include "daemon/config/scene_file.h"
#include "daemon/rack/param.h"
#include "daemon/recall/history.h"
#include "daemon/recall/state.h"
#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIXTURE "tests/fixtures/lathe-0.1/"

static float value_of(const struct rack *rack, const char *path)
{
	int node, param;

	CHECK(rack_find_param(rack, path, &node, &param), "%s is gone", path);
	return rack->nodes[node].values[param];
}

static void test_state(struct rack *rack)
{
	struct desk desk = { .player = &player_engine,
			     .rack = rack,
			     .events = event_log_create() };
	struct state_parts parts = { .history = history_create(&desk) };
	struct state *state = state_create(&desk, &parts, FIXTURE, -1);
	struct text steps = { 0 };

	state_settle(state, -1);
	const struct event *event = event_next(desk.events, 0);
	CHECK(event && strstr(event->text, "6 values restored, 0 overruled"), "%s",
	      event ? event->text : "nothing");
	CHECK_NEAR(value_of(rack, "level/target"), -20, 0, "target");
	CHECK_NEAR(value_of(rack, "tone/band/3/gain"), -1.5, 0, "a member's gain");
	CHECK_NEAR(value_of(rack, "limit/ceiling"), -2, 0, "ceiling");
	CHECK_NEAR(value_of(rack, "rack/output/air/mute"), 1, 0, "mute");
	history_print(parts.history, &steps);
	CHECK(steps.bytes && strstr(steps.bytes, "change level/hold 0 1\n") &&
		      strstr(steps.bytes, "undone 1\n"),
	      "%s", steps.bytes);
	CHECK(access(FIXTURE "fixture.state", F_OK) == 0, "it stays where it is");
	state_settle(state, -1);
	state_destroy(state);
	history_destroy(parts.history);
	event_log_destroy(desk.events);
	text_finish(&steps);
}

static void test_scene(const struct rack *rack)
{
	struct settings settings = { .count = 0 };
	struct complaints complaints = { .count = 0 };
	struct text notes = { 0 };

	struct config_source source;
	bool read = config_source_read(&source, FIXTURE "evening.scene", &complaints) &&
		    scene_parse(&source, rack, &settings, &notes, &complaints);
	CHECK(read && complaints.count == 0, "%s", complaints.text.bytes);
	CHECK(!notes.length, "left out: %s", notes.bytes);
	CHECK(settings.count == 123, "%d of 123 values", settings.count);
	config_source_finish(&source);
	settings_finish(&settings);
	text_finish(&notes);
	text_finish(&complaints.text);
}

int main(void)
{
	struct complaints complaints = { .count = 0 };
	struct rack *rack = config_load(FIXTURE "rack.conf", &complaints);

	CHECK(rack && complaints.count == 0, "%s", complaints.text.bytes);
	if (rack) {
		test_scene(rack);
		test_state(rack);
	}
	rack_destroy(rack);
	text_finish(&complaints.text);
	return test_result();
}
