/* test_history.c - steps, gestures, undo, redo, and the state that outlives a restart. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/recall/history.h"

#include "daemon/recall/scene.h"
#include "daemon/recall/state.h"
#include "tests/support/fake_desk.h"
#include "tests/support/scenes.h"
#include "tests/support/test.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char folder[64];
static struct desk desk;
static struct history *history;
static struct scenes *scenes;
static struct state *state;
static int anna, bert; /* clients */
static struct text said;

static void open_desk(void)
{
	desk = (struct desk) { .player = &fake_player,
			       .rack = fake_rack(0),
			       .events = event_log_create() };
	desk.alarms = alarms_create(desk.events);
	snprintf(desk.rack->scenes, sizeof(desk.rack->scenes), "%s/scenes", folder);
	scenes = scenes_create(&desk, -1);
	history = history_create(&desk);
}

/* Lathe ends: what is not saved yet is. */
static void state_close(void)
{
	if (!state)
		return;
	state_flush(state);
	state_settle(state, -1);
	state_destroy(state);
	state = NULL;
}

static void close_desk(void)
{
	state_close();
	scenes_settle(scenes, -1);
	scenes_destroy(scenes);
	history_destroy(history);
	desk_finish(&desk);
	alarms_destroy(desk.alarms);
	event_log_destroy(desk.events);
	rack_destroy(desk.rack);
}

/* What the state says at the start is in `said`. */
static void state_open(void)
{
	struct state_parts parts = { .history = history, .scenes = scenes };
	uint64_t last = 0;
	const struct event *event;

	while ((event = event_next(desk.events, last)))
		last = event->serial;
	state = state_create(&desk, &parts, folder, -1);
	state_settle(state, -1);
	scenes_settle(scenes, -1);
	text_clear(&said);
	while ((event = event_next(desk.events, last))) {
		last = event->serial;
		text_add(&said, "%s\n", event->text);
	}
}

static struct change change_of(const char *path, float value, const void *origin)
{
	struct change change = { .value = value, .origin = origin };

	CHECK(rack_find_param(desk.rack, path, &change.node, &change.param), "%s",
	      path);
	return change;
}

static float value_of(const char *path)
{
	struct change change = change_of(path, 0, NULL);

	return desk.rack->nodes[change.node].values[change.param];
}

/* As desk_apply() does it, at a time of our choice. */
static void set_at(double now, const char *path, float value, const void *origin)
{
	struct change change = change_of(path, value, origin);

	history_note(history, &change, 1, now);
	rack_set(desk.rack, change.node, change.param, value);
}

static void ticks(int count)
{
	for (int i = 0; i < count; i++)
		desk_tick(&desk);
}

static bool undo(double since)
{
	text_clear(&said);
	bool ok = history_undo(history, since, ROLE_NONE, &said);
	scenes_settle(scenes, -1);
	ticks(25);
	return ok;
}

static bool redo(void)
{
	text_clear(&said);
	bool ok = history_redo(history, ROLE_NONE, &said);
	scenes_settle(scenes, -1);
	ticks(25);
	return ok;
}

static int steps(void)
{
	struct text text = { .length = 0 };
	int lines = 0;

	history_tell(history, HISTORY_STEPS, &text);
	for (size_t i = 0; i < text.length; i++)
		lines += text.bytes[i] == '\n';
	text_finish(&text);
	return lines;
}

static void test_gestures(void)
{
	open_desk();
	CHECK(!undo(-1), "nothing yet");
	for (int i = 1; i <= 50; i++)
		set_at(0.1 * i, "eq/gain", (float)i / 10, &anna);
	CHECK(steps() == 1, "one gesture: %d", steps());
	set_at(7.0, "eq/gain", 6, &anna);
	CHECK(steps() == 2, "after a pause another: %d", steps());
	set_at(7.1, "eq/gain", 7, &bert);
	CHECK(steps() == 3, "another hand: %d", steps());
	/* Two fingers on two faders. */
	for (int i = 1; i <= 20; i++) {
		set_at(8.0 + 0.1 * i, "eq/freq", 1000.0f + (float)i, &anna);
		set_at(8.05 + 0.1 * i, "comp/gain", (float)i, &anna);
	}
	CHECK(steps() == 5, "two faders at once: %d", steps());
	set_at(20, "eq/gain", 7, &anna);
	set_at(20, "rack/output/main/mute", 1, &anna);
	set_at(20, "eq/clear", 1, &anna);
	CHECK(steps() == 5, "what is the same, safe or a trigger: %d", steps());
	CHECK(undo(-1) && strstr(said.bytes, "comp/gain: 20.0 dB -> 0.0 dB"), "%s",
	      said.bytes);
	CHECK_NEAR(value_of("comp/gain"), 0, 0, "comp/gain");
	CHECK_NEAR(value_of("eq/freq"), 1020, 0, "the other stays");
	CHECK(undo(-1) && undo(-1), "two more");
	CHECK_NEAR(value_of("eq/gain"), 6, 0, "bert's");
	CHECK(undo(-1), "one more");
	CHECK_NEAR(value_of("eq/gain"), 5, 0, "anna's second");
	CHECK(undo(-1), "the first");
	CHECK_NEAR(value_of("eq/gain"), 0, 0, "as it began");
	CHECK(!undo(-1), "no more");
	CHECK(redo() && redo() && redo(), "forth");
	CHECK_NEAR(value_of("eq/gain"), 7, 0, "again");
	CHECK(redo() && redo() && !redo(), "to the end");
	CHECK_NEAR(value_of("comp/gain"), 20, 0, "comp/gain");
	CHECK_NEAR(value_of("rack/output/main/mute"), 1, 0, "a mute stays");
	undo(-1);
	set_at(30, "eq/type", 1, &anna);
	CHECK(!redo(), "something new ends redo");
	close_desk();
}

/* Undo is a ramp; a set in it stays. */
static void test_ramp(void)
{
	open_desk();
	struct change bundle[2] = { change_of("eq/gain", 10, &anna),
				    change_of("eq/type", 2, &anna) };
	desk_apply(&desk, bundle, 2);
	CHECK(steps() == 1, "a bundle is a step: %d", steps());
	text_clear(&said);
	history_undo(history, -1, ROLE_NONE, &said);
	CHECK(strstr(said.bytes, ", and 1 more"), "%s", said.bytes);
	CHECK_NEAR(value_of("eq/gain"), 10, 0, "not yet");
	ticks(10);
	CHECK_NEAR(value_of("eq/gain"), 5, 0.01, "half way");
	CHECK_NEAR(value_of("eq/type"), 0, 0, "the choice at the middle");
	ticks(10);
	CHECK_NEAR(value_of("eq/gain"), 0, 0, "there");
	struct change target = change_of("eq/gain", -6, &bert);
	char error[200];
	CHECK(desk_ramp(&desk, &target, 0.3, error, sizeof(error)), "%s", error);
	ticks(40);
	CHECK(undo(-1), "a ramp is a step");
	CHECK_NEAR(value_of("eq/gain"), 0, 0, "back");
	close_desk();
}

static void save(const char *name)
{
	text_clear(&said);
	scenes_save(scenes, name, NULL, &said);
}

static void test_scenes(void)
{
	open_desk();
	save("a");
	set_at(1, "eq/gain", 3, &anna);
	save("b");
	text_clear(&said);
	scenes_load(scenes, "a", 0, NULL, &said);
	CHECK_NEAR(value_of("eq/gain"), 0, 0, "a");
	CHECK_TEXT(scene_active(scenes), "a");
	CHECK(undo(-1), "%s", said.bytes);
	CHECK_NEAR(value_of("eq/gain"), 3, 0, "b's");
	CHECK_TEXT(scene_active(scenes), "b");
	CHECK(scene_state(scenes, "b") == SCENE_ACTIVE, "active again");
	CHECK(redo(), "%s", said.bytes);
	CHECK_TEXT(scene_active(scenes), "a");
	int before = steps();
	scenes_load(scenes, "b", 0, NULL, &said);
	CHECK(undo(-1) && steps() == before + 1, "b and back: %d", steps());
	scenes_load(scenes, "a", 0, NULL, &said);
	scenes_load(scenes, "a", 0, NULL, &said);
	CHECK(steps() == before + 1, "what changes nothing is no step: %d", steps());
	CHECK(undo(60), "the last minute");
	CHECK_NEAR(value_of("eq/gain"), 0, 0, "all of it");
	CHECK(!undo(60), "no more");
	close_desk();
}

static void test_bounds(void)
{
	open_desk();
	for (int i = 0; i < 1000; i++)
		set_at(2.0 * i, "eq/gain", (float)(i % 7), &anna);
	CHECK(steps() == HISTORY_STEPS, "%d", steps());
	for (int i = 0; i < HISTORY_STEPS; i++)
		CHECK(undo(-1), "step %d", i);
	CHECK(!undo(-1), "the oldest are gone");
	for (int i = 0; i < 20; i++)
		CHECK(redo(), "step %d", i);
	/* Another rack: what it has not is forgotten. */
	struct rack *old = desk.rack, *new = fake_rack(3);
	set_at(5000, "comp/gain", 3, &anna);
	desk.rack = new;
	follow_moved(desk.followers, old, new);
	rack_destroy(old);
	CHECK(!undo(-1), "nothing of it is left");
	set_at(6000, "n1/gain", 3, &anna);
	CHECK(undo(-1), "but it goes on");
	close_desk();
}

static void forget(const char *path)
{
	static const char *const endings[] = { "", ".previous", ".broken", ".late" };
	char other[220];

	for (int i = 0; i < 4; i++) {
		snprintf(other, sizeof(other), "%s%s", path, endings[i]);
		unlink(other);
	}
}

static void restart(float new_freq)
{
	close_desk();
	open_desk();
	/* The config says something else of one param. */
	struct change change = change_of("eq/freq", 0, NULL);
	desk.rack->nodes[change.node].values[change.param] = new_freq;
	desk.rack->nodes[change.node].loaded[change.param] = new_freq;
	state_open();
}

static void test_state(void)
{
	char path[200], aside[220];

	open_desk();
	snprintf(path, sizeof(path), "%s/%s.state", folder, desk.rack->name);
	state_open();
	ticks(60);
	CHECK(access(path, F_OK) != 0, "nothing happened, nothing is written");
	struct change change = change_of("eq/gain", 3.3f, &anna);
	desk_apply(&desk, &change, 1);
	change = change_of("eq/freq", 440, &anna);
	desk_apply(&desk, &change, 1);
	change = change_of("rack/output/main/mute", 1, &anna);
	desk_apply(&desk, &change, 1);
	change = change_of("eq/band/8/freq", 123.4567f, &bert);
	desk_apply(&desk, &change, 1);
	save("night");
	undo(-1);
	for (int i = 0; i < 100 && access(path, F_OK) != 0; i++) {
		ticks(1);
		usleep(10000);
	}
	CHECK(access(path, F_OK) == 0, "written within a second");
	restart(1000);
	CHECK_NEAR(value_of("eq/gain"), 3.3f, 0, "to the last bit");
	CHECK_NEAR(value_of("eq/freq"), 440, 0, "the saved one");
	CHECK_NEAR(value_of("rack/output/main/mute"), 1, 0, "mute");
	CHECK_NEAR(value_of("eq/band/8/freq"), 500, 0, "undone before");
	CHECK_TEXT(scene_active(scenes), "night");
	CHECK(scene_state(scenes, "night") == SCENE_CHANGED, "changed since");
	CHECK(redo(), "%s", said.bytes);
	CHECK_NEAR(value_of("eq/band/8/freq"), 123.4567f, 0, "redone after");
	CHECK(undo(-1) && undo(-1), "%s", said.bytes);
	CHECK_NEAR(value_of("eq/freq"), 1000, 0, "undo across the restart");
	redo();
	restart(2000);
	CHECK_NEAR(value_of("eq/freq"), 2000, 0, "what the config says anew");
	CHECK_NEAR(value_of("eq/gain"), 3.3f, 0, "all else stays");
	/* Half a file is no file. */
	close_desk();
	CHECK(truncate(path, 60) == 0, "truncate");
	open_desk();
	state_open();
	CHECK(strstr(said.bytes, "put aside"), "%s", said.bytes);
	CHECK(strstr(said.bytes, "saved before it is taken"), "%s", said.bytes);
	CHECK_NEAR(value_of("eq/gain"), 3.3f, 0, "the one before");
	snprintf(aside, sizeof(aside), "%s.broken", path);
	CHECK(access(aside, F_OK) == 0 && access(path, F_OK) != 0, "aside");
	close_desk();
	forget(path);
}

/* A state of a newer Lathe is kept, whatever stands in it, and saving goes on beside it. */
static void test_newer(void)
{
	static const char newer[] = "lathe-state 12\nvalue eq/gain 3.3 0 new\n";
	char path[200], aside[220], found[sizeof(newer)] = "";

	open_desk();
	snprintf(path, sizeof(path), "%s/%s.state", folder, desk.rack->name);
	FILE *file = fopen(path, "w");
	CHECK(file && fputs(newer, file) >= 0 && fclose(file) == 0, "written");
	state_open();
	CHECK(strstr(said.bytes, "found version 12") &&
		      strstr(said.bytes, "would accept 1"),
	      "%s", said.bytes);
	CHECK_NEAR(value_of("eq/gain"), 0, 0, "the config's");
	struct change change = change_of("eq/gain", 1, &anna);
	desk_apply(&desk, &change, 1);
	close_desk();
	snprintf(aside, sizeof(aside), "%s.version-12", path);
	file = fopen(aside, "r");
	CHECK(file && fread(found, 1, sizeof(newer) - 1, file) == sizeof(newer) - 1,
	      "aside");
	if (file)
		fclose(file);
	CHECK_TEXT(found, newer);
	open_desk();
	state_open();
	CHECK_NEAR(value_of("eq/gain"), 1, 0, "saved beside it");
	close_desk();
	forget(path);
}

/* One bit that fell over; a FIFO in the file's place. */
static void test_spoilt(void)
{
	char path[200];

	open_desk();
	snprintf(path, sizeof(path), "%s/%s.state", folder, desk.rack->name);
	state_open();
	struct change change = change_of("eq/gain", 3.3f, &anna);
	desk_apply(&desk, &change, 1);
	close_desk();
	FILE *file = fopen(path, "r+");
	CHECK(file && fseek(file, 29, SEEK_SET) == 0, "written");
	int byte = file ? fgetc(file) : 0;
	if (file) {
		fseek(file, 29, SEEK_SET);
		fputc(byte ^ 1, file);
		fclose(file);
	}
	open_desk();
	state_open();
	CHECK(strstr(said.bytes, "put aside"), "%s", said.bytes);
	CHECK_NEAR(value_of("eq/gain"), 0, 0, "the config's");
	state_close();
	CHECK(mkfifo(path, 0600) == 0, "a FIFO");
	alarm(10);
	state_open();
	alarm(0);
	CHECK(strstr(said.bytes, "can't be read"), "%s", said.bytes);
	CHECK(strstr(said.bytes, "nothing is saved over it"), "%s", said.bytes);
	change = change_of("eq/gain", 5, &anna);
	desk_apply(&desk, &change, 1);
	close_desk();
	struct stat status;
	CHECK(stat(path, &status) == 0 && S_ISFIFO(status.st_mode), "it stays");
	forget(path);
}

/* The disk answers when the rack plays already. */
static void test_late(void)
{
	struct state_parts parts = { .history = history, .scenes = scenes };
	char path[200];

	open_desk();
	state_open();
	struct change change = change_of("eq/gain", 3.3f, &anna);
	desk_apply(&desk, &change, 1);
	snprintf(path, sizeof(path), "%s/%s.state", folder, desk.rack->name);
	close_desk();
	open_desk();
	parts = (struct state_parts) { .history = history, .scenes = scenes };
	state = state_create(&desk, &parts, folder, -1);
	/* Somebody was faster than the disk. */
	change = change_of("eq/gain", -2, &anna);
	desk_apply(&desk, &change, 1);
	state_settle(state, -1);
	state_settle(state, -1);
	CHECK_NEAR(value_of("eq/gain"), -2, 0, "what was set stays");
	char late[220];
	snprintf(late, sizeof(late), "%s.late", path);
	CHECK(access(late, F_OK) == 0, "the saved one is kept");
	close_desk();
	open_desk();
	state_open();
	CHECK_NEAR(value_of("eq/gain"), -2, 0, "and saved");
	close_desk();
	forget(path);
}

/* A disk that is full, a folder that isn't there: said once, tried again. */
static void test_trouble(void)
{
	struct state_parts parts = { .history = history, .scenes = scenes };
	char nowhere[200];
	int errors = 0;

	open_desk();
	snprintf(nowhere, sizeof(nowhere), "%s/no/such", folder);
	parts = (struct state_parts) { .history = history, .scenes = scenes };
	state = state_create(&desk, &parts, nowhere, -1);
	state_settle(state, -1);
	struct change change = change_of("eq/gain", 3.3f, &anna);
	desk_apply(&desk, &change, 1);
	for (int i = 0; i < 1200; i++) {
		ticks(1);
		usleep(i < 20 ? 1000 : 0);
	}
	CHECK(alarms_count(desk.alarms) == 1, "an alarm");
	const struct event *event = NULL;
	while ((event = event_next(desk.events, event ? event->serial : 0)))
		errors += event->level == EVENT_ERROR && !strcmp(event->code, "state");
	CHECK(errors == 1, "%d events", errors);
	close_desk();
}

int main(void)
{
	char command[100];

	snprintf(folder, sizeof(folder), "/tmp/lathe-test-history-XXXXXX");
	if (!mkdtemp(folder))
		abort();
	test_gestures();
	test_ramp();
	test_scenes();
	test_bounds();
	test_state();
	test_newer();
	test_spoilt();
	test_late();
	test_trouble();
	text_finish(&said);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	if (system(command) != 0)
		printf("%s is left\n", folder);
	return test_result();
}
