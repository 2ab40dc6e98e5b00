/* schedule.c - loads scenes at times of the local day. Control thread. */
#include "daemon/unattended/schedule.h"
#include "daemon/base/memory.h"

#include "daemon/recall/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LATE_SECONDS = 3600 };

struct schedule {
	struct desk *desk;
	struct scenes *scenes;
	struct follower follower;
	int64_t seen;    /* seconds since 1970; 0: not yet */
	uint64_t ticket; /* of the load under way, or 0 */
	char scene[SCENE_NAME_BYTES];
};

const struct appointment *schedule_at(const struct rack *rack, const struct tm *local)
{
	int second = local->tm_hour * 3600 + local->tm_min * 60 + local->tm_sec;
	const struct appointment *found = NULL;
	for (int i = 0; i < rack->schedule_count; i++) {
		const struct appointment *entry = &rack->schedule[i];
		if (entry->second == second && entry->days >> local->tm_wday & 1)
			found = entry;
	}
	return found;
}

static void complain_due(struct schedule *schedule, const struct text *why)
{
	const char *words = why->length ? why->bytes : "";

	event_post(schedule->desk->events, EVENT_WARNING, "schedule",
		   "scene \"%s\" was due: %.*s", schedule->scene,
		   (int)strcspn(words, "\n"), words);
}

static void keep(struct schedule *schedule, const struct appointment *entry)
{
	struct text why = { .length = 0 };

	snprintf(schedule->scene, sizeof(schedule->scene), "%s", entry->scene);
	schedule->ticket = scene_load(schedule->scenes, entry->scene, entry->fade, NULL,
				      ROLE_NONE, &why);
	if (!schedule->ticket)
		complain_due(schedule, &why);
	text_finish(&why);
}

/* A scene that could not be loaded is told of. */
static void take_outcome(struct schedule *schedule)
{
	struct text why;
	bool good;

	if (!schedule->ticket ||
	    !scene_outcome(schedule->scenes, schedule->ticket, &good, &why))
		return;
	schedule->ticket = 0;
	if (!good)
		complain_due(schedule, &why);
	text_finish(&why);
}

void schedule_look(struct schedule *schedule, int64_t now)
{
	const struct appointment *due = NULL;
	int64_t seen = schedule->seen;

	take_outcome(schedule);
	if (now == seen)
		return;
	schedule->seen = now;
	/* At start, and after the clock was set, nothing that was missed is loaded. */
	if (!seen || now < seen || now - seen > LATE_SECONDS)
		return;
	for (int64_t second = seen + 1; second <= now; second++) {
		time_t moment = (time_t)second;
		struct tm local;
		if (!localtime_r(&moment, &local))
			continue;
		const struct appointment *entry =
			schedule_at(schedule->desk->rack, &local);
		due = entry ? entry : due;
	}
	if (due)
		keep(schedule, due);
}

static void on_tick(void *context)
{
	struct schedule *schedule = context;

	if (schedule->desk->rack->schedule_count)
		schedule_look(schedule, (int64_t)time(NULL));
}

struct schedule *schedule_create(struct desk *desk, struct scenes *scenes)
{
	struct schedule *schedule = memory_zeroed(1, sizeof *schedule);

	schedule->desk = desk;
	schedule->scenes = scenes;
	schedule->follower = (struct follower) { .context = schedule, .tick = on_tick };
	follow_add(&desk->followers, &schedule->follower);
	return schedule;
}

void schedule_destroy(struct schedule *schedule)
{
	if (!schedule)
		return;
	follow_drop(&schedule->desk->followers, &schedule->follower);
	free(schedule);
}
