/* health.c - raises the alarms about the audio as a whole. Control thread only. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/unattended/health.h"

#include "daemon/base/clock.h"
#include "daemon/base/memory.h"
#include "daemon/unattended/lasting.h"

#include <stdlib.h>

/* Shares of a period: an alarm above the first, over again below the second. */
static const float load_high = 0.85f, load_low = 0.80f;

struct health {
	struct desk *desk;
	struct follower follower;
	struct lasting without_audio, loaded;
	double last; /* the last look, seconds; 0: none yet */
};

static void judge(const struct health *health, enum alarm_code code,
		  enum lasting_verdict verdict)
{
	if (verdict == LASTING_RAISE)
		alarm_raise(health->desk->alarms, code, "", NULL);
	else if (verdict == LASTING_CLEAR)
		alarm_clear(health->desk->alarms, code, "");
}

void health_look(struct health *health, double now)
{
	const struct desk *desk = health->desk;
	const bool plays = desk->status.block > 0;
	const float load = plays ? desk->player->load(desk->engine, false) : 0.0f;
	const double dt = health->last > 0.0 ? now - health->last : 0.0;

	health->last = now;
	judge(health, ALARM_NO_AUDIO,
	      lasting_look(&health->without_audio, !plays, dt, HEALTH_SECONDS));
	/* Between the two loads nothing changes. */
	if (load > load_high || load < load_low)
		judge(health, ALARM_LOAD,
		      lasting_look(&health->loaded, load > load_high, dt,
				   HEALTH_SECONDS));
}

static void on_tick(void *context)
{
	health_look(context, clock_seconds());
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
