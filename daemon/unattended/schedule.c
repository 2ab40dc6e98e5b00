/* schedule.c - scenes that load by themselves. Control thread. */
#include "daemon/unattended/schedule.h"

#include "daemon/recall/scene.h"

#include <string.h>

enum { LATE_SECONDS = 3600 };

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

static void keep(struct desk *desk, const struct appointment *entry)
{
	struct text result = { .length = 0 };
	if (!scene_load(desk, entry->scene, entry->fade, NULL, &result))
		event_post(desk->events, EVENT_WARNING, "schedule",
			   "scene \"%s\" was due: %.*s", entry->scene,
			   result.bytes ? (int)strcspn(result.bytes, "\n") : 0,
			   result.bytes ? result.bytes : "");
	text_finish(&result);
}

void schedule_tick(struct desk *desk, int64_t now)
{
	const struct appointment *due = NULL;
	int64_t seen = desk->schedule_seen;
	if (now == seen || !desk->scenes)
		return;
	desk->schedule_seen = now;
	/* At start, and when the clock was set, there is nothing to make up for. */
	if (!seen || now < seen || now - seen > LATE_SECONDS)
		return;
	for (int64_t second = seen + 1; second <= now; second++) {
		time_t moment = (time_t)second;
		struct tm local;
		if (!localtime_r(&moment, &local))
			continue;
		const struct appointment *entry = schedule_at(desk->rack, &local);
		due = entry ? entry : due;
	}
	if (due)
		keep(desk, due);
}
