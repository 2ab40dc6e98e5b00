/* health.c - raises the alarms about the audio as a whole. Control thread only. */
#include "daemon/unattended/health.h"

#include "daemon/base/memory.h"

#include <stdlib.h>

/* Shares of a period: an alarm above the first, over again below the second. */
static const float load_high = 0.85f, load_low = 0.80f;

struct health {
	struct desk *desk;
	struct follower follower;
	int without_audio, loaded; /* ticks in a row */
};

static void look_at_audio(struct health *health)
{
	struct desk *desk = health->desk;

	health->without_audio = desk->status.block ? 0 : health->without_audio + 1;
	if (!health->without_audio)
		alarm_clear(desk->alarms, ALARM_NO_AUDIO, "");
	else if (health->without_audio == HEALTH_TICKS)
		alarm_raise(desk->alarms, ALARM_NO_AUDIO, "", NULL);
}

static void look_at_load(struct health *health)
{
	struct desk *desk = health->desk;
	float load =
		desk->status.block ? desk->player->load(desk->engine, false) : 0.0f;

	health->loaded = load > load_high ? health->loaded + 1 : 0;
	if (health->loaded == HEALTH_TICKS)
		alarm_raise(desk->alarms, ALARM_LOAD, "", NULL);
	else if (load < load_low)
		alarm_clear(desk->alarms, ALARM_LOAD, "");
}

static void on_tick(void *context)
{
	struct health *health = context;

	look_at_audio(health);
	look_at_load(health);
}

struct health *health_create(struct desk *desk)
{
	struct health *health = memory_zeroed(1, sizeof(*health));

	health->desk = desk;
	health->follower = (struct follower) { .context = health, .tick = on_tick };
	follow_add(&desk->followers, &health->follower);
	return health;
}

void health_destroy(struct health *health)
{
	if (!health)
		return;
	follow_drop(&health->desk->followers, &health->follower);
	free(health);
}
