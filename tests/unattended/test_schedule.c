/* test_schedule.c - when appointments come due: across changes of the clocks, and after
 * lathed was down. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/unattended/schedule.h"

#include "daemon/recall/scene.h"
#include "daemon/recall/state.h"
#include "tests/support/fake_desk.h"
#include "tests/support/scenes.h"
#include "tests/support/test.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HOUR = 3600 };

static char folder[64];
static struct desk desk;
static struct scenes *scenes;
static struct schedule *schedule;
static struct text said;

static void add(const char *scene, int second, double fade)
{
	struct rack *rack = desk.rack;
	size_t count = (size_t)rack->schedule_count + 1;

	rack->schedule = realloc(rack->schedule, count * sizeof(*rack->schedule));
	struct appointment *entry = &rack->schedule[rack->schedule_count++];
	*entry = (struct appointment) { .second = second, .days = 0x7f, .fade = fade };
	snprintf(entry->scene, sizeof(entry->scene), "%s", scene);
}

static void open_desk(void)
{
	desk = (struct desk) { .player = &fake_player,
			       .rack = fake_rack(0),
			       .events = event_log_create() };
	desk.alarms = alarms_create(desk.events);
	snprintf(desk.rack->scenes, sizeof(desk.rack->scenes), "%s/scenes", folder);
	scenes = scenes_create(&desk, -1);
	scenes_save(scenes, "a", NULL, &said);
	scenes_save(scenes, "b", NULL, &said);
	schedule = schedule_create(&desk, scenes);
}

static void close_desk(void)
{
	schedule_destroy(schedule);
	scenes_settle(scenes, -1);
	scenes_destroy(scenes);
	desk_finish(&desk);
	alarms_destroy(desk.alarms);
	event_log_destroy(desk.events);
	rack_destroy(desk.rack);
}

/* The names of the scenes loaded so far, each with the fade: "a0 b10 ". */
static const char *loaded(void)
{
	static char names[400];
	const struct event *event = NULL;

	names[0] = '\0';
	while ((event = event_next(desk.events, event ? event->serial : 0))) {
		char name[32];
		int fade;

		if (strcmp(event->code, "scene") == 0 &&
		    sscanf(event->text, "%31[^,], fade %d", name, &fade) == 2)
			snprintf(names + strlen(names), sizeof(names) - strlen(names),
				 "%s%d ", name, fade);
	}
	return names;
}

static bool told(const char *code, const char *part)
{
	const struct event *event = NULL;

	while ((event = event_next(desk.events, event ? event->serial : 0)))
		if (strcmp(event->code, code) == 0 && strstr(event->text, part))
			return true;
	return false;
}

/* A look, and as many more as its loads need. */
static void look(int64_t now)
{
	for (int i = 0; i < 8; i++) {
		schedule_look(schedule, now);
		scenes_settle(scenes, -1);
	}
}

static int64_t utc(const char *text)
{
	struct tm tm = { .tm_sec = 0 };

	strptime(text, "%Y-%m-%d %H:%M:%S", &tm);
	return (int64_t)timegm(&tm);
}

/* The night of a change: a look each `step` seconds, from 23:00 UTC the day before, for 8 h. */
static const char *night(const char *zone, const char *day, int step)
{
	setenv("TZ", zone, 1);
	tzset();
	open_desk();
	add("a", 2 * HOUR + 30 * 60, 0);
	add("b", 2 * HOUR + 45 * 60, 10);
	int64_t start = utc(day) - HOUR;
	for (int64_t now = start; now <= start + 8 * HOUR; now += step)
		look(now);
	return loaded();
}

static void test_clock_changes(void)
{
	static const char zone[] = "STD0DST-1,M3.5.0/2,M10.5.0/3";
	static const char half[] = "STD-10:30DST-11,M10.1.0/2,M4.1.0/2";
	static const char *const nights[][3] = {
		{ zone, "2026-03-29 00:00:00", "2:30 is skipped" },
		{ zone, "2026-10-25 00:00:00", "2:30 is repeated" },
		{ zone, "2026-06-01 00:00:00", "no change" },
		{ "STD5DST,M3.2.0/2,M11.1.0/3", "2026-03-08 05:00:00", "west" },
		{ "STD5DST,M3.2.0/2,M11.1.0/3", "2026-11-01 05:00:00", "west back" },
		{ half, "2026-10-03 14:00:00", "half an hour" },
		{ half, "2026-04-04 13:00:00", "half an hour back" },
	};

	for (size_t i = 0; i < sizeof(nights) / sizeof(nights[0]); i++)
		for (int step = 1; step <= 3599; step += 3598 / 7) {
			const char *names =
				night(nights[i][0], nights[i][1], step == 1 ? 7 : step);
			CHECK(strcmp(names, "a0 b10 ") == 0, "%s, %d s: %s",
			      nights[i][2], step, names);
			close_desk();
		}
}

static void test_missing(void)
{
	open_desk();
	add("gone", HOUR, 0);
	add("a", 2 * HOUR, 0);
	look(utc("2026-06-01 00:59:59"));
	look(utc("2026-06-01 01:00:00"));
	CHECK(alarms_count(desk.alarms) == 1 && told("schedule", "no scene \"gone\""),
	      "%d alarms", alarms_count(desk.alarms));
	look(utc("2026-06-01 01:59:59"));
	look(utc("2026-06-01 02:00:00"));
	CHECK(alarms_count(desk.alarms) == 0, "the next one ends it");
	close_desk();
	open_desk();
	add("gone", HOUR, 0);
	look(utc("2026-06-01 00:59:59"));
	look(utc("2026-06-01 01:00:00"));
	CHECK(alarms_count(desk.alarms) == 1, "missed again");
	scenes_save(scenes, "gone", NULL, &said);
	look(utc("2026-06-01 01:00:05"));
	CHECK(alarms_count(desk.alarms) == 0, "loaded by hand");
	close_desk();
}

static void list(int64_t now)
{
	for (int i = 0; i < 2; i++) {
		schedule_list(schedule, now);
		scenes_settle(scenes, -1);
	}
}

/* Told before it is due. */
static void test_not_saved(void)
{
	const int64_t now = utc("2026-06-01 00:00:00");

	open_desk();
	add("a", HOUR, 0);
	list(now);
	CHECK(alarms_count(desk.alarms) == 0, "it is saved");
	add("later", 2 * HOUR, 0);
	list(now + SCHEDULE_LIST_SECONDS);
	CHECK(told("scene_missing",
		   "scene \"later\" of the schedule is not saved; it is "
		   "due at 02:00:00"),
	      "told");
	scenes_save(scenes, "later", NULL, &said);
	list(now + 2 * SCHEDULE_LIST_SECONDS);
	CHECK(alarms_count(desk.alarms) == 0, "saved");
	close_desk();
}

static void test_down(void)
{
	int64_t six = utc("2026-06-01 06:00:00");

	open_desk();
	add("b", 6 * HOUR, 10);
	add("a", 5 * HOUR + 59 * 60, 10);
	schedule_make_up(schedule, six - HOUR / 2, six);
	look(six);
	look(six + 1);
	CHECK_TEXT(loaded(), "a0 b0 ");
	CHECK(told("schedule", "\"b\" was due at 06:00:00, while"), "an event");
	close_desk();

	open_desk();
	add("a", 6 * HOUR, 10);
	schedule_make_up(schedule, six - HOUR, six + 10);
	schedule_make_up(schedule, six, six + 10);
	schedule_make_up(schedule, six + 100, six + 10);
	look(six + 10);
	CHECK_TEXT(loaded(), "");
	/* A state that comes late: only what was due before the start is made up for. */
	look(six + 24 * HOUR - 11);
	look(six + 24 * HOUR + 1);
	schedule_make_up(schedule, six - 5, six + 24 * HOUR + 2);
	look(six + 24 * HOUR + 2);
	schedule_make_up(schedule, six + 1, six + 24 * HOUR + 2);
	look(six + 24 * HOUR + 2);
	CHECK_TEXT(loaded(), "a10 a0 ");
	close_desk();
}

static int64_t restored_saved;

static void on_restored(void *context, int64_t saved)
{
	(void)context;
	restored_saved = saved;
}

/* What the state says of when it was written; a state without it says nothing. */
static void test_state(void)
{
	struct state_parts parts = { .restored = on_restored };
	int64_t before = (int64_t)time(NULL);

	open_desk();
	add("a", 6 * HOUR, 0);
	struct state *state = state_create(&desk, &parts, folder, -1);
	state_settle(state, -1);
	CHECK(restored_saved == 0, "nothing saved yet");
	state_flush(state);
	state_settle(state, -1);
	state_destroy(state);
	state = state_create(&desk, &parts, folder, -1);
	state_settle(state, -1);
	CHECK(restored_saved >= before && restored_saved <= (int64_t)time(NULL),
	      "saved at %lld", (long long)restored_saved);
	state_settle(state, -1);
	state_destroy(state);

	restored_saved = 0;
	char path[200];
	snprintf(path, sizeof(path), "%s/%s.state", folder, desk.rack->name);
	FILE *file = fopen(path, "w");
	if (!file || fputs("lathe-state 1\nend\n", file) < 0 || fclose(file) != 0)
		abort();
	state = state_create(&desk, &parts, folder, -1);
	state_settle(state, -1);
	CHECK(restored_saved == 0 && told("state", "0 values restored"), "as of 0.1");
	state_settle(state, -1);
	state_destroy(state);
	close_desk();
}

int main(void)
{
	char command[100];

	strcpy(folder, "/tmp/lathe-schedule-XXXXXX");
	if (!mkdtemp(folder))
		abort();
	test_clock_changes();
	setenv("TZ", "UTC", 1);
	tzset();
	test_missing();
	test_not_saved();
	test_down();
	test_state();
	text_finish(&said);
	snprintf(command, sizeof(command), "rm -r '%s'", folder);
	if (system(command) != 0)
		abort();
	return test_result();
}
