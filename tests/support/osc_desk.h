/* osc_desk.h - the desk that a test's OSC clients speak to, one in a program. */
#ifndef LATHE_TESTS_OSC_DESK_H
#define LATHE_TESTS_OSC_DESK_H

#include "daemon/recall/compare.h"
#include "daemon/base/event.h"
#include "daemon/desk/glide.h"
#include "daemon/recall/history.h"
#include "daemon/desk/pending.h"
#include "daemon/recall/scene.h"
#include "tests/support/fake_desk.h"
#include "tests/support/osc_user.h"

static struct desk desk;
static struct osc *osc;

/* `desk` is made as the test wants it. */
static inline void desk_listen(void)
{
	char error[256];

	osc = osc_create(&desk, -1, error, sizeof error);
	CHECK(osc != NULL, "%s", error);
}

/* Whatever of it there is. */
static inline void desk_end(void)
{
	osc_destroy(osc);
	scenes_destroy(desk.scenes);
	history_destroy(desk.history);
	compare_destroy(desk.compare);
	glides_destroy(desk.glides);
	pending_destroy(desk.pending);
	event_log_destroy(desk.events);
	rack_destroy(desk.rack);
	free(desk.config_path);
}

#endif
