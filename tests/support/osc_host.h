/* osc_host.h - the host that a test's OSC clients speak to, one in a program. */
#ifndef LATHE_TESTS_OSC_HOST_H
#define LATHE_TESTS_OSC_HOST_H

#include "daemon/recall/compare.h"
#include "daemon/base/event.h"
#include "daemon/desk/glide.h"
#include "daemon/recall/history.h"
#include "daemon/desk/pending.h"
#include "daemon/recall/scene.h"
#include "tests/support/fake_host.h"
#include "tests/support/osc_user.h"

static struct host host;
static struct osc *osc;

/* `host` is made as the test wants it. */
static inline void host_listen(void)
{
	char error[256];

	osc = osc_create(&host, -1, error, sizeof error);
	CHECK(osc != NULL, "%s", error);
}

/* Whatever of it there is. */
static inline void host_end(void)
{
	osc_destroy(osc);
	scenes_destroy(host.scenes);
	history_destroy(host.history);
	compare_destroy(host.compare);
	glides_destroy(host.glides);
	recalls_destroy(host.recalls);
	event_log_destroy(host.events);
	rack_destroy(host.rack);
	free(host.config_path);
}

#endif
