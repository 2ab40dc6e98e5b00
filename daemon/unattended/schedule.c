/* schedule.c - loads scenes at times of the local day. Control thread.
 *
 * Appointments are compared with the local wall clock, in seconds since 1970 of that clock. The
 * clock may jump ahead or back twice a year; reach() is the furthest that it has shown, and
 * never goes back. An appointment is due when reach() passes it: once when its hour is skipped
 * (at the jump), and once when its hour is repeated (the first time). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/unattended/schedule.h"

#include "daemon/base/memory.h"
#include "daemon/recall/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	LATE_SECONDS = 3600,     /* what is due longer ago is not made up for */
	BACK_SECONDS = 3 * 3600, /* longer than any clock is put back at once */
	DAY_SECONDS = 86400,
	LIST_LOST_SECONDS = 60, /* a list that takes longer is asked for again */
	DUE_MAX = 1024,         /* waiting to be loaded: more than one list holds */
};

struct due {
	int64_t wall; /* when, by the local wall clock */
	struct appointment entry;
	bool missed; /* it was due while lathed did not run */
};

struct schedule {
	struct desk *desk;
	struct scenes *scenes;
	struct follower follower;
	int64_t first,
		seen;    /* the first look and the last, seconds since 1970; 0: none */
	struct due *due; /* in the order of loading */
	int due_count;
	struct due loading;            /* of the ticket */
	uint64_t ticket;               /* of the load under way, or 0 */
	char missed[SCENE_NAME_BYTES]; /* the scene that the alarm is about, or "" */
	int64_t listed;       /* when the folder was asked last, seconds since 1970 */
	uint64_t list_ticket; /* of the list under way, or 0 */
};

/* ---- the wall clock ----------------------------------------------------------------------- */

/* Seconds that the local clock is ahead of UTC. */
static int64_t offset_at(int64_t moment)
{
	time_t when = (time_t)moment;
	struct tm local;

	return localtime_r(&when, &local) ? local.tm_gmtoff : 0;
}

/* The furthest that the wall clock has shown up to the moment. */
static int64_t reach(int64_t moment)
{
	int64_t before = moment - BACK_SECONDS, after = moment;
	int64_t offset = offset_at(moment);

	if (offset_at(before) <= offset)
		return moment + offset;
	/* The clock was put back in between: find the first second of the new time. */
	while (after - before > 1) {
		int64_t middle = before + (after - before) / 2;

		if (offset_at(middle) > offset)
			before = middle;
		else
			after = middle;
	}
	int64_t turn = before + offset_at(before);
	return turn > moment + offset ? turn : moment + offset;
}

/* ---- what is due -------------------------------------------------------------------------- */

static void due_add(struct schedule *schedule, int64_t wall,
		    const struct appointment *entry, bool missed)
{
	int place = schedule->due_count;

	if (place == DUE_MAX)
		return;
	schedule->due =
		memory_resize(schedule->due, (size_t)place + 1, sizeof(*schedule->due));
	while (place > 0 && schedule->due[place - 1].wall > wall) {
		schedule->due[place] = schedule->due[place - 1];
		place--;
	}
	schedule->due[place] =
		(struct due) { .wall = wall, .entry = *entry, .missed = missed };
	schedule->due_count++;
}

/* Adds what came due after the first moment, up to the second. */
static void due_collect(struct schedule *schedule, int64_t from, int64_t to,
			bool missed)
{
	const struct rack *rack = schedule->desk->rack;
	int64_t first = reach(from), last = reach(to);

	for (int64_t day = first / DAY_SECONDS; day <= last / DAY_SECONDS; day++)
		for (int i = 0; i < rack->schedule_count; i++) {
			const struct appointment *entry = &rack->schedule[i];
			int64_t wall = day * DAY_SECONDS + entry->second;
			int weekday =
				(int)((day + 4) % 7); /* 1970 began on a Thursday */

			if (wall > first && wall <= last && entry->days >> weekday & 1)
				due_add(schedule, wall, entry, missed);
		}
}

/* ---- loading ------------------------------------------------------------------------------ */

static void complain_due(struct schedule *schedule, const struct text *why)
{
	const char *words = why->length ? why->bytes : "";
	const struct appointment *entry = &schedule->loading.entry;

	snprintf(schedule->missed, sizeof(schedule->missed), "%s", entry->scene);
	alarm_raise(schedule->desk->alarms, ALARM_SCHEDULE, "",
		    "scene \"%s\" was due at %02d:%02d:%02d and was not loaded",
		    entry->scene, entry->second / 3600, entry->second / 60 % 60,
		    entry->second % 60);
	event_post(schedule->desk->events, EVENT_WARNING, "schedule",
		   "scene \"%s\" was due: %.*s", entry->scene,
		   (int)strcspn(words, "\n"), words);
}

static void load_next(struct schedule *schedule)
{
	struct text why = { .length = 0 };
	struct due *loading = &schedule->loading;
	const struct appointment *entry = &loading->entry;

	*loading = schedule->due[0];
	schedule->due_count--;
	memmove(schedule->due, schedule->due + 1,
		(size_t)schedule->due_count * sizeof(*schedule->due));
	schedule->ticket =
		scene_load(schedule->scenes, entry->scene,
			   loading->missed ? 0.0 : entry->fade, NULL, ROLE_NONE, &why);
	if (!schedule->ticket)
		complain_due(schedule, &why);
	text_finish(&why);
}

static void tell_made_up(struct schedule *schedule)
{
	const struct appointment *entry = &schedule->loading.entry;

	event_post(schedule->desk->events, EVENT_NOTICE, "schedule",
		   "scene \"%s\" was due at %02d:%02d:%02d, while lathed did not run: "
		   "loaded now, without its fade",
		   entry->scene, entry->second / 3600, entry->second / 60 % 60,
		   entry->second % 60);
}

/* A scene that could not be loaded is told of. False: one is under way. */
static bool take_outcome(struct schedule *schedule)
{
	struct text why;
	bool good;

	if (!schedule->ticket)
		return true;
	if (!scene_outcome(schedule->scenes, schedule->ticket, &good, &why))
		return false;
	schedule->ticket = 0;
	if (good)
		alarm_clear(schedule->desk->alarms, ALARM_SCHEDULE, "");
	else
		complain_due(schedule, &why);
	if (good && schedule->loading.missed)
		tell_made_up(schedule);
	text_finish(&why);
	return true;
}

void schedule_look(struct schedule *schedule, int64_t now)
{
	int64_t seen = schedule->seen;

	if (now != seen) {
		schedule->seen = now;
		schedule->first = schedule->first ? schedule->first : now;
		/* After the clock was set, nothing that was missed is loaded. */
		if (seen && now > seen && now - seen <= LATE_SECONDS)
			due_collect(schedule, seen, now, false);
	}
	while (take_outcome(schedule) && schedule->due_count)
		load_next(schedule);
	/* Whoever loads the scene that was missed makes up for it. */
	if (*schedule->missed &&
	    strcmp(schedule->missed, scene_active(schedule->scenes)) == 0) {
		alarm_clear(schedule->desk->alarms, ALARM_SCHEDULE, "");
		schedule->missed[0] = '\0';
	}
}

void schedule_make_up(struct schedule *schedule, int64_t saved, int64_t now)
{
	int64_t until = schedule->first ? schedule->first : now;

	if (!schedule->first)
		schedule->first = schedule->seen = now;
	if (saved > 0 && saved < until && until - saved <= LATE_SECONDS)
		due_collect(schedule, saved, until, true);
}

/* ---- scenes that are not saved --------------------------------------------------------------- */

/* A list that is full may lack any of them. */
static bool is_listed(const char *names, const char *scene)
{
	const size_t length = strlen(scene);
	int count = 0;

	for (const char *line = names; line && *line; count++) {
		if (strncmp(line, scene, length) == 0 && line[length] == '\n')
			return true;
		line = strchr(line, '\n');
		line += line != NULL;
	}
	return count >= SCENES_MAX;
}

/* `names`: a line for each scene that is saved. */
static void judge_list(const struct schedule *schedule, const char *names)
{
	const struct rack *rack = schedule->desk->rack;

	for (int i = 0; i < rack->schedule_count; i++) {
		const struct appointment *entry = &rack->schedule[i];
		if (is_listed(names, entry->scene))
			continue;
		alarm_raise(schedule->desk->alarms, ALARM_SCHEDULE_SCENE, "",
			    "scene \"%s\" of the schedule is not saved; it is due at "
			    "%02d:%02d:%02d",
			    entry->scene, entry->second / 3600, entry->second / 60 % 60,
			    entry->second % 60);
		return;
	}
	alarm_clear(schedule->desk->alarms, ALARM_SCHEDULE_SCENE, "");
}

void schedule_list(struct schedule *schedule, int64_t now)
{
	const int64_t age = now - schedule->listed;
	struct text text = { .length = 0 };
	bool good;

	if (schedule->list_ticket &&
	    scene_outcome(schedule->scenes, schedule->list_ticket, &good, &text)) {
		schedule->list_ticket = 0;
		if (good)
			judge_list(schedule, text.length ? text.bytes : "");
	}
	text_clear(&text);
	/* Outcomes are kept for a while only. */
	if (age < 0 || age >= LIST_LOST_SECONDS ||
	    (!schedule->list_ticket && age >= SCHEDULE_LIST_SECONDS)) {
		schedule->listed = now;
		schedule->list_ticket = scene_list(schedule->scenes, &text);
	}
	text_finish(&text);
}

static void on_tick(void *context)
{
	struct schedule *schedule = context;

	if (schedule->desk->rack->schedule_count)
		schedule_list(schedule, (int64_t)time(NULL));
	if (schedule->desk->rack->schedule_count || schedule->due_count ||
	    schedule->ticket)
		schedule_look(schedule, (int64_t)time(NULL));
}

static bool is_busy(const void *context)
{
	const struct schedule *schedule = context;

	return schedule->due_count > 0 || schedule->ticket;
}

/* Another schedule is judged anew. */
static void on_moved(void *context, const struct rack *from, const struct rack *to)
{
	struct schedule *schedule = context;

	(void)from;
	schedule->listed = 0;
	if (to->schedule_count)
		return;
	alarm_clear(schedule->desk->alarms, ALARM_SCHEDULE, "");
	alarm_clear(schedule->desk->alarms, ALARM_SCHEDULE_SCENE, "");
}

struct schedule *schedule_create(struct desk *desk, struct scenes *scenes)
{
	struct schedule *schedule = memory_zeroed(1, sizeof(*schedule));

	schedule->desk = desk;
	schedule->scenes = scenes;
	schedule->follower = (struct follower) {
		.context = schedule, .moved = on_moved, .tick = on_tick, .busy = is_busy
	};
	follow_add(&desk->followers, &schedule->follower);
	return schedule;
}

void schedule_destroy(struct schedule *schedule)
{
	if (!schedule)
		return;
	follow_drop(&schedule->desk->followers, &schedule->follower);
	free(schedule->due);
	free(schedule);
}
