/* test_settings.c - what a config says to the control thread alone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/rack/rack.h"

#include <stdlib.h>

#include "tests/support/model_modules.h"
#include "tests/support/test.h"

static bool local(struct osc_settings *settings, const char *listen)
{
	snprintf(settings->listen, sizeof(settings->listen), "%s", listen);
	return osc_is_local(settings);
}

/* A build gets a copy of the rack: without lists that only the network needs. */
static void test_copy(void)
{
	struct rack *rack = rack_create();

	rack->osc->allow = calloc(2, sizeof(*rack->osc->allow));
	rack->osc->allow_count = 2;
	rack->schedule = calloc(1, sizeof(*rack->schedule));
	rack->schedule_count = 1;
	struct rack *copy = rack_copy(rack);
	CHECK(!copy->osc, "the copy has settings of OSC");
	CHECK(!copy->schedule && !copy->schedule_count, "the copy has a schedule");
	rack_destroy(copy);
	CHECK(rack->osc->allow_count == 2 && rack->schedule_count == 1,
	      "the rack keeps them");
	rack_destroy(rack);
}

int main(void)
{
	struct osc_settings *settings = osc_settings_create();

	CHECK_TEXT(settings->listen, "127.0.0.1");
	CHECK(settings->port == 3345, "%d", settings->port);
	CHECK(osc_is_local(settings), "at first only this machine");
	CHECK(local(settings, "127.1.2.3"), "127.1.2.3");
	CHECK(!local(settings, "0.0.0.0"), "all addresses");
	CHECK(!local(settings, "192.168.1.2"), "an address of the network");
	osc_settings_destroy(settings);
	osc_settings_destroy(NULL);
	CHECK(role_of_word("view") == ROLE_VIEW, "view");
	CHECK(role_of_word("admin") == ROLE_ADMIN, "admin");
	CHECK(role_of_word("none") == ROLE_NONE, "none is no role to give");
	CHECK(role_of_word("root") == ROLE_NONE, "root");
	CHECK_TEXT(role_word(ROLE_CONTROL), "control");
	test_copy();
	return test_result();
}
