/* osc_host.h - the host that a test's OSC clients speak to, one in a program. */
#ifndef LATHE_TESTS_OSC_HOST_H
#define LATHE_TESTS_OSC_HOST_H

#include "daemon/compare.h"
#include "daemon/event.h"
#include "daemon/glide.h"
#include "daemon/history.h"
#include "daemon/recall.h"
#include "daemon/scene.h"
#include "tests/fake_host.h"
#include "tests/osc_user.h"

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
