/* safe.c - safe mode. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/unattended/safe.h"

#include "daemon/base/memory.h"
#include "daemon/recall/reload.h"

#include <stdlib.h>

struct safe {
	struct desk *desk;
	struct reload *reload;
	struct follower follower;
	bool on;
};

static void on_moved(void *context, const struct rack *from, const struct rack *to)
{
	struct safe *safe = context;

	(void)from, (void)to;
	safe->on = false;
	alarm_clear(safe->desk->alarms, ALARM_SAFE, "");
}

bool safe_is_on(const struct safe *safe)
{
	return safe->on;
}

uint64_t safe_leave(struct safe *safe, struct text *result)
{
	if (safe->on)
		return reload_start(safe->reload, NULL, RELOAD_FRESH, result);
	text_add(result, "found no safe mode to leave: the config's rack plays\n");
	return 0;
}

struct safe *safe_create(struct desk *desk, struct reload *reload, bool on, int crashes)
{
	struct safe *safe = memory_zeroed(1, sizeof(*safe));

	*safe = (struct safe) { .desk = desk, .reload = reload, .on = on };
	safe->follower = (struct follower) { .context = safe, .moved = on_moved };
	follow_add(&desk->followers, &safe->follower);
	if (on && crashes)
		alarm_raise(desk->alarms, ALARM_SAFE, "",
			    "safe mode after %d ends by mistake within a minute: the "
			    "inputs go through a limiter to the outputs",
			    crashes);
	else if (on)
		alarm_raise(desk->alarms, ALARM_SAFE, "", NULL);
	return safe;
}

void safe_destroy(struct safe *safe)
{
	if (!safe)
		return;
	follow_drop(&safe->desk->followers, &safe->follower);
	free(safe);
}
