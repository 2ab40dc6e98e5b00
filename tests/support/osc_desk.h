/* osc_desk.h - the desk that a test's OSC clients speak to, one in a program. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_TESTS_OSC_DESK_H
#define LATHE_TESTS_OSC_DESK_H

#include "daemon/recall/compare.h"
#include "daemon/base/event.h"
#include "daemon/desk/lock.h"
#include "daemon/recall/history.h"
#include "daemon/recall/reload.h"
#include "daemon/recall/scene.h"
#include "tests/support/fake_desk.h"
#include "tests/support/osc_user.h"

static struct desk desk;
static struct osc_parts parts;
static struct compare *compare;
static struct osc *osc;

static inline void desk_disks(void)
{
	if (parts.scenes)
		scenes_settle(parts.scenes, -1);
	if (parts.reload)
		reload_settle(parts.reload, -1);
}

/* `desk` is as the test made it. */
static inline void desk_listen(void)
{
	char error[256];

	parts.lock = lock_create(&desk);
	if (desk.config_path)
		parts.reload = reload_create(&desk, NULL, -1);
	pump_disks = desk_disks;
	osc = osc_create(&desk, &parts, 0, -1, error, sizeof(error));
	CHECK(osc != NULL, "%s", error);
}

/* Destroys all parts that exist. */
static inline void desk_end(void)
{
	osc_destroy(osc);
	if (parts.scenes)
		scenes_settle(parts.scenes, -1);
	scenes_destroy(parts.scenes);
	if (parts.reload)
		reload_settle(parts.reload, -1);
	reload_destroy(parts.reload);
	history_destroy(parts.history);
	compare_destroy(compare);
	lock_destroy(parts.lock);
	parts = (struct osc_parts) { .lock = NULL };
	compare = NULL;
	desk_finish(&desk);
	event_log_destroy(desk.events);
	rack_destroy(desk.rack);
	free(desk.config_path);
}

#endif
