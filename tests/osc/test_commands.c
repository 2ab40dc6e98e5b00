/* test_commands.c - scenes, undo, comparison and meter blobs as a client sees them, over real
 * sockets; and scenes that load by themselves. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config/print.h"
#include "daemon/unattended/schedule.h"
#include "tests/support/osc_desk.h"
#include "tests/support/scenes.h"

static char folder[64];
static struct user user, other;

static void start(int nodes)
{
	desk = (struct desk) { .player = &fake_player, .rack = fake_rack(nodes) };
	snprintf(desk.rack->scenes, sizeof(desk.rack->scenes), "%s/scenes", folder);
	desk.events = event_log_create();
	parts.scenes = scenes_create(&desk, -1);
	parts.history = history_create(&desk);
	compare = compare_create(&desk);
	desk_listen();
	user = user_open(osc);
	other = user_open(osc);
}

static void stop(void)
{
	desk_end();
	close(user.fd);
	close(other.fd);
}

/* The daemon's loop, for so many of its ticks. */
static void ticks(int count)
{
	for (; count > 0; count--) {
		desk_tick(&desk);
		fake_played = fake_serial;
		pump(osc, 0.002);
	}
}

/* Until the disk has what was asked for. */
static void hear_result(void)
{
	for (int i = 0; i < 5000; i++) {
		ticks(1);
		if (user_hear(&user) && heard_at("/rack/result"))
			return;
	}
}

static void check_result(int ok, const char *part)
{
	const struct heard *result = heard_at("/rack/result");

	CHECK(result != NULL, "no result (%s)", part);
	if (!result)
		return;
	CHECK((int)result->number[0] == ok, "%s", result->text[1]);
	CHECK(strstr(result->text[1], part), "\"%s\" without \"%s\"", result->text[1],
	      part);
}

static void test_scenes(void)
{
	start(0);
	user_send(&other, "/rack/subscribe", "s", "/eq/gain");
	user_send(&user, "/eq/gain", "f", 3.0);
	user_send(&user, "/rack/scene/save", "s", "one");
	hear_result();
	check_result(1, "saved one");
	user_hear(&other);
	const struct heard *state = heard_at("/rack/scene/state");
	CHECK(state && (int)state->number[1] == 2, "active");
	user_send(&user, "/eq/gain", "f", 9.0);
	ticks(20);
	user_hear(&other);
	state = heard_at("/rack/scene/state");
	CHECK(state && (int)state->number[1] == 3, "changed");
	user_send(&user, "/rack/scene/load", "sf", "one", 0.1);
	ticks(3);
	user_hear(&user);
	check_result(1, "loaded one");
	CHECK(!heard_at("/rack/scene/done"), "not yet");
	ticks(15);
	user_hear(&user);
	CHECK(heard_at("/rack/scene/done"), "done, to who asked");
	pump(osc, 0.12); /* a subscriber's turn comes 20 times a second */
	user_hear(&other);
	CHECK(heard_at("/rack/scene/done"), "done, to who listens");
	CHECK_HEARD("/eq/gain", 3.0);
	user_send(&user, "/rack/scene/list", "");
	ticks(2);
	user_hear(&user);
	const struct heard *listed = heard_at("/rack/scene/listed");
	CHECK(listed && (int)listed->number[0] == 1, "listed");
	user_send(&user, "/rack/scene/load", "s", "../one");
	ticks(2);
	user_hear(&user);
	check_result(0, "never a path");
	user_send(&user, "/rack/scene/load", "sf", "one", -1.0);
	ticks(2);
	user_hear(&user);
	CHECK_ERROR("bad_argument", "0 to 3600");
	user_send(&user, "/rack/scene/load", "");
	ticks(2);
	user_hear(&user);
	CHECK_ERROR("bad_argument", "name");
	user_send(&user, "/rack/scene/rename", "ss", "one", "two");
	ticks(2);
	user_hear(&other);
	state = heard_at("/rack/scene/state");
	CHECK(state && strcmp(state->text[0], "two") == 0, "renamed");
	user_send(&user, "/rack/scene/delete", "s", "two");
	ticks(2);
	user_hear(&other);
	state = heard_at("/rack/scene/state");
	CHECK(state && (int)state->number[1] == -1, "gone");
	stop();
}

static void test_scene_parts(void)
{
	int result = -1, done = -1;

	start(0);
	user_send(&user, "/eq/gain", "f", 3.0);
	user_send(&user, "/rack/scene/save", "s", "one");
	hear_result();
	/* At once: its result comes before its end. */
	user_send(&user, "/rack/scene/load", "sfs", "one", 0.0, "/eq");
	ticks(20);
	user_hear(&user);
	for (int i = 0; i < heard_count; i++) {
		result = strcmp(heard[i].path, "/rack/result") == 0 ? i : result;
		done = strcmp(heard[i].path, "/rack/scene/done") == 0 ? i : done;
	}
	CHECK(result >= 0 && done > result, "result %d, done %d", result, done);
	user_send(&user, "/rack/scene/load", "sfs", "one", 0.0, "/nobody");
	ticks(2);
	user_hear(&user);
	check_result(0, "covers nothing");
	user_send(&user, "/rack/scene/save", "s", "\xff\xfe");
	ticks(2);
	user_hear(&user);
	check_result(0, "UTF-8");
	stop();
}

static void test_undo(void)
{
	start(0);
	user_send(&user, "/eq/gain", "f", 3.0);
	ticks(1);
	user_send(&user, "/rack/undo", "f", 0.0);
	ticks(30);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 3, 0, "a release is no press");
	user_send(&user, "/rack/undo", "f", 1.0);
	ticks(30);
	user_hear(&user);
	check_result(1, "eq/gain: 3.0 dB -> 0.0 dB");
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 0, 0, "undone");
	user_send(&user, "/rack/redo", "");
	ticks(30);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 3, 0, "redone");
	user_send(&user, "/rack/history", "");
	ticks(2);
	user_hear(&user);
	const struct heard *history = heard_at("/rack/history");
	CHECK(history && strstr(history->text[2], "done eq/gain: 0.0 dB -> 3.0 dB"),
	      "%s", history ? history->text[2] : "");
	user_send(&user, "/rack/history", "s", "all");
	ticks(2);
	user_hear(&user);
	CHECK_ERROR("bad_argument", "found \"all\", would accept a number of steps");
	user_send(&user, "/rack/history", "i", -3);
	ticks(2);
	user_hear(&user);
	CHECK_ERROR("bad_argument", "found -3,");
	user_send(&user, "/rack/undo/since", "f", 600.0);
	ticks(30);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 0, 0, "undone since");
	user_hear(&user);
	user_send(&user, "/rack/undo/since", "s", "10m");
	ticks(2);
	user_hear(&user);
	CHECK_ERROR("bad_argument", "seconds");
	user_send(&user, "/rack/undo/since", "s", "soon");
	ticks(2);
	user_hear(&user);
	CHECK_ERROR("bad_argument", "seconds");
	stop();
}

static void test_compare(void)
{
	start(0);
	user_send(&user, "/eq/gain", "f", 3.0);
	user_send(&user, "/rack/compare", "s", "b");
	ticks(1);
	user_send(&user, "/eq/gain", "f", -3.0);
	ticks(1);
	user_send(&user, "/rack/compare", "s", "a");
	ticks(1);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), 3, 0, "a");
	user_send(&user, "/rack/compare", "i", 2);
	ticks(1);
	CHECK_NEAR(fake_value(&desk, "eq", "gain"), -3, 0, "b");
	user_send(&user, "/rack/compare/text", "");
	ticks(1);
	user_hear(&user);
	CHECK(heard_at("/rack/compare/text") &&
		      strcmp(heard_at("/rack/compare/text")->text[0], "b") == 0,
	      "b");
	stop();
}

static uint32_t big(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
	       at[3];
}

/* Every slot that the map names comes in its place, in as many blobs as it takes. */
static void test_blobs(void)
{
	static float values[4096];
	uint8_t bytes[2000];
	int seen = 0, lines = 0;
	ssize_t size;

	start(60);
	for (int n = 0; n < 60; n++)
		for (int m = 0; m < 8; m++)
			fake_readings[n][m] = -1.0f - (float)n - 0.1f * (float)m;
	user_send(&user, "/rack/subscribe", "si", "/rack/meters", 50);
	ticks(20);
	while ((size = recv(user.fd, bytes, sizeof(bytes), 0)) > 0) {
		CHECK(size <= 1400, "%zd bytes", size);
		if (memcmp(bytes, "/rack/meters", 13) != 0)
			continue;
		const uint8_t *blob = bytes + 24;
		uint32_t first = big(blob + 4), count = big(blob + 8);
		CHECK(memcmp(bytes + 16, ",b\0", 4) == 0 &&
			      big(bytes + 20) == 20 + 4 * count &&
			      size == (ssize_t)(24 + 20 + 4 * count),
		      "sizes agree");
		CHECK(big(blob) == 0x00010001, "version 1, format 1");
		for (uint32_t i = 0; i < count; i++) {
			uint32_t bits = big(blob + 20 + 4 * i);
			memcpy(&values[first + i], &bits, 4);
			seen = (int)(first + i) >= seen ? (int)(first + i) + 1 : seen;
		}
	}
	user_send(&user, "/rack/meters/map", "");
	ticks(10);
	user_hear(&user);
	for (int h = 0; h < heard_count; h++) {
		if (strcmp(heard[h].path, "/rack/meters/map") != 0)
			continue;
		for (const char *at = heard[h].text[2]; *at; at++)
			lines += *at == '\n';
	}
	CHECK(lines == seen && seen > 320, "%d lines, %d slots", lines, seen);
	/* peak, in/1, in/2, out/1, out/2, load: six a node. */
	CHECK_NEAR(values[0], -1, 0, "the first");
	CHECK_NEAR(values[6 * 59], -60, 0, "of the last node");
	CHECK_NEAR(values[6 * 59 + 5], 0, 1000, "finite");
	stop();
}

static struct schedule *schedule;

static void clock_to(const char *text)
{
	struct tm tm = { .tm_isdst = -1 };

	strptime(text, "%Y-%m-%d %H:%M:%S", &tm);
	schedule_look(schedule, (int64_t)mktime(&tm));
	scenes_settle(parts.scenes, -1);
}

/* A rack's schedule, read, printed and read again. */
static struct rack *schedule_load(void)
{
	char path[128];
	struct complaints complaints = { .count = 0 };
	struct text text = { .length = 0 };

	snprintf(path, sizeof(path), "%s/schedule.conf", folder);
	FILE *file = fopen(path, "w");
	if (!file)
		abort();
	fputs("rack = { empty = true; };\n"
	      "schedule = ( { at = \"06:00\"; days = \"mon-fri\"; scene = \"day\"; },\n"
	      "{ at = \"22:30:15\"; scene = \"late night\"; fade = 10.0; },\n"
	      "{ at = \"06:00\"; days = \"sat,sun\"; scene = \"rest\"; } );\n",
	      file);
	fclose(file);
	struct rack *rack = config_load(path, &complaints);
	CHECK(rack && rack->schedule_count == 3, "%s", complaints.text.bytes);
	config_print(rack, &text);
	CHECK(strstr(text.bytes, "at = \"22:30:15\"") &&
		      strstr(text.bytes, "days = \"mon,tue,wed,thu,fri\"") &&
		      strstr(text.bytes, "\"late night\"; fade = 10.0;"),
	      "%s", text.bytes);
	file = fopen(path, "w");
	fputs(text.bytes, file);
	fclose(file);
	struct rack *again = config_load(path, &complaints);
	CHECK(again && again->schedule_count == 3 &&
		      memcmp(again->schedule, rack->schedule,
			     3 * sizeof(*rack->schedule)) == 0,
	      "loads back: %s", complaints.text.bytes);
	rack_destroy(again);
	file = fopen(path, "w");
	fputs("schedule = ( { at = \"25:00\"; days = \"mon-fry\"; scene = \"a/b\";\n"
	      "fade = -1; },\n { at = \"6:5x\"; }, 3 );\n",
	      file);
	fclose(file);
	CHECK(!config_load(path, &complaints) && complaints.count == 7, "%d: %s",
	      complaints.count, complaints.text.bytes);
	text_finish(&complaints.text);
	text_finish(&text);
	return rack;
}

static void test_schedule(void)
{
	struct text said = { .length = 0 };
	struct rack *rack = schedule_load();

	start(0);
	desk.rack->schedule = rack->schedule;
	desk.rack->schedule_count = rack->schedule_count;
	rack->schedule = NULL;
	rack->schedule_count = 0;
	rack_destroy(rack);
	for (int i = 0; i < 2; i++)
		scenes_save(parts.scenes, i ? "day" : "rest", NULL, &said);
	schedule = schedule_create(&desk, parts.scenes);
	follow_named(desk.followers, "");
	clock_to("2026-03-04 05:00:00"); /* a Wednesday */
	clock_to("2026-03-04 05:59:59");
	CHECK_TEXT(scene_active(parts.scenes), "");
	clock_to("2026-03-04 06:00:01");
	CHECK_TEXT(scene_active(parts.scenes), "day");
	follow_named(desk.followers, "");
	clock_to("2026-03-04 06:00:02");
	CHECK_TEXT(scene_active(parts.scenes), "");
	clock_to("2026-03-04 05:00:00"); /* set back: no second morning is due yet */
	CHECK_TEXT(scene_active(parts.scenes), "");
	clock_to("2026-03-07 05:59:00"); /* a Saturday, days later */
	CHECK_TEXT(scene_active(parts.scenes), "");
	clock_to("2026-03-07 06:10:00");
	CHECK_TEXT(scene_active(parts.scenes), "rest");
	clock_to("2026-03-07 22:30:14");
	clock_to("2026-03-07 22:30:15");
	clock_to("2026-03-07 22:30:16");
	const struct event *event = NULL, *last = NULL;
	while ((event = event_next(desk.events, event ? event->serial : 0)))
		last = event;
	CHECK(last && strcmp(last->code, "schedule") == 0 &&
		      strstr(last->text, "late night"),
	      "a scene that isn't there is told: %s", last ? last->text : "");
	schedule_destroy(schedule);
	text_finish(&said);
	stop();
}

static void test_graph(void)
{
	start(0);
	user_send(&user, "/rack/graph", "");
	pump(osc, 0.02);
	user_hear(&user);
	const struct heard *row = heard_at("/rack/graph/node");
	const struct heard *listed = heard_at("/rack/graph/listed");
	CHECK(row && strcmp(row->types, "ssssis") == 0 && listed &&
		      listed->number[0] == heard_times("/rack/graph/node"),
	      "a row for each, and their number");
	CHECK(row && strncmp(row->text[0], "rack/output/", 12) == 0 &&
		      strcmp(row->text[1], "fake_output") == 0 &&
		      strcmp(row->text[2], "Out") == 0 &&
		      strcmp(row->text[5], "master") == 0,
	      "the last is an output, and the master");
	stop();
}

static void check_text(const char *leaf, int number, const char *wanted)
{
	char path[32];

	snprintf(path, sizeof(path), "/rack/alarms/%s/%d", leaf, number);
	const struct heard *line = heard_at(path);
	CHECK(line && strcmp(line->text[0], wanted) == 0, "%s: %s", path,
	      line ? line->text[0] : "not heard");
}

static void check_line(int number, const char *line, const char *seen)
{
	check_text("line", number, line);
	check_text("seen", number, seen);
}

static double heard_number(const char *path)
{
	const struct heard *message = heard_at(path);

	return message ? message->number[0] : -1.0;
}

/* Hears what the subscription sends until then. */
static void pump_heard(double seconds)
{
	pump(osc, seconds);
	user_hear(&user);
}

static void test_alarm_lines(void)
{
	start(0);
	desk.alarms = alarms_create(desk.events);
	alarm_raise(desk.alarms, ALARM_FAILOVER_HOLD, "air", NULL);
	alarm_raise(desk.alarms, ALARM_NO_AUDIO, "", NULL);
	user_send(&user, "/rack/subscribe", "sf", "/rack/alarms", 50.0);
	pump_heard(0.1);
	check_line(1, "!! no audio runs: JACK does not call the rack",
		   "seen by nobody");
	check_line(2, "air: a source is held by hand", "seen by nobody");
	check_line(3, "", "");
	CHECK(heard_number("/rack/alarms/count") == 2.0 &&
		      heard_number("/rack/alarms/level") == 3.0 &&
		      heard_times("/rack/alarms/count") == 1,
	      "count and level, once");
	pump_heard(0.1);
	CHECK(!heard_at("/rack/alarms/count"), "nothing while nothing changes");
	user_send(&other, "/rack/alarm/seen", "f", 0.0);
	pump_heard(0.1);
	CHECK(!heard_at("/rack/alarms/count"), "a button's release");
	user_send(&other, "/rack/alarm/seen", "f", 1.0);
	pump_heard(0.1);
	check_line(2, "air: a source is held by hand", "seen by 127.0.0.1");
	alarm_clear(desk.alarms, ALARM_NO_AUDIO, "");
	pump_heard(0.1);
	CHECK(heard_number("/rack/alarms/level") == 1.0, "a notice is left");
	for (int code = ALARM_INPUT_ZEROS; code < ALARM_INPUT_ZEROS + 4; code++)
		alarm_raise(desk.alarms, (enum alarm_code)code, "in", NULL);
	pump_heard(0.1);
	check_line(4, "and 2 more", "");
	CHECK(heard_number("/rack/alarms/level") == 2.0, "warnings");
	user_send(&user, "/rack/unsubscribe", "");
	user_send(&user, "/rack/subscribe", "sf", "/rack/alarms", 50.0);
	pump_heard(0.1);
	CHECK(heard_number("/rack/alarms/count") == 5.0, "anew after a sleep");
	alarms_destroy(desk.alarms);
	desk.alarms = NULL;
	stop();
}

static void test_alarms(void)
{
	start(0);
	desk.alarms = alarms_create(desk.events);
	alarm_raise(desk.alarms, ALARM_NO_AUDIO, "", NULL);
	alarm_raise(desk.alarms, ALARM_INSERT, "eq", "a return is %s", "silent");
	user_send(&user, "/rack/alarms", "");
	pump(osc, 0.02);
	user_hear(&user);
	const struct heard *alarm = heard_at("/rack/alarm");
	const struct heard *listed = heard_at("/rack/alarms/listed");
	CHECK(heard_times("/rack/alarm") == 2 && listed && listed->number[0] == 2.0,
	      "two stand");
	CHECK(alarm && strcmp(alarm->types, "ssiddsss") == 0 &&
		      strcmp(alarm->text[0], "insert") == 0 &&
		      strcmp(alarm->text[1], "eq") == 0 && alarm->number[2] == 4.0 &&
		      alarm->number[3] > 1e9 && alarm->number[4] == 0.0 &&
		      strcmp(alarm->text[5], "a return is silent") == 0 &&
		      !alarm->text[6][0] && alarm->text[7][0],
	      "code, node, level, since, seen, text, who, what to do");
	user_send(&other, "/rack/alarm/seen", "ss", "insert", "eq");
	user_send(&user, "/rack/alarm/seen", "ss", "insert", "comp");
	pump(osc, 0.02);
	user_hear(&user);
	check_result(0, "would accept");
	user_hear(&other);
	check_result(1, "seen: insert of eq");
	user_send(&user, "/rack/alarms", "");
	user_send(&user, "/rack/status", "");
	pump(osc, 0.02);
	user_hear(&user);
	alarm = heard_at("/rack/alarm");
	CHECK(alarm && alarm->number[4] >= alarm->number[3] &&
		      strcmp(alarm->text[6], "127.0.0.1") == 0,
	      "everybody reads who has seen it");
	user_send(&user, "/rack/alarm/seen", "sss", "a", "b", "c");
	pump(osc, 0.02);
	user_hear(&user);
	CHECK(heard_at("/rack/error") != NULL, "three words are too many");
	alarms_destroy(desk.alarms);
	desk.alarms = NULL;
	stop();
}

int main(void)
{
	char command[100];

	snprintf(folder, sizeof(folder), "/tmp/lathe-test-remote-XXXXXX");
	if (!mkdtemp(folder))
		abort();
	test_scenes();
	test_scene_parts();
	test_undo();
	test_compare();
	test_blobs();
	test_graph();
	test_alarms();
	test_alarm_lines();
	test_schedule();
	free(heard);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	if (system(command) != 0)
		printf("%s is left\n", folder);
	return test_result();
}
