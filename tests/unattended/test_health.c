/* test_health.c - the alarms about the audio as a whole. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/unattended/health.h"
#include "daemon/unattended/lasting.h"

#include "tests/support/fake_desk.h"
#include "tests/support/test.h"

static struct desk desk;

static struct health *health;
static double now = 100.0;

static void pass(double seconds)
{
	for (int i = 0; i < (int)(seconds * 20.0 + 0.5); i++)
		health_look(health, now += 0.05);
}

static void check_alarms(const char *wanted)
{
	char text[200];

	alarms_text(desk.alarms, text, sizeof(text));
	CHECK_TEXT(text, wanted);
}

int main(void)
{
	desk = (struct desk) { .player = &fake_player,
			       .rack = fake_rack(0),
			       .events = event_log_create() };
	desk.alarms = alarms_create(desk.events);
	health = health_create(&desk);

	pass(0.05 + HEALTH_SECONDS - 0.1);
	check_alarms("");
	pass(0.2);
	check_alarms("no audio runs: JACK does not call the rack");
	desk.status.block = 64;
	pass(HEALTHY_SECONDS - 0.1);
	check_alarms("no audio runs: JACK does not call the rack");
	pass(0.2);
	check_alarms("");

	fake_load = 0.9f;
	pass(HEALTH_SECONDS - 0.1);
	fake_load = 0.5f;
	pass(0.05);
	fake_load = 0.9f;
	pass(HEALTH_SECONDS - 0.1);
	check_alarms("");
	pass(0.2);
	check_alarms("DSP load is over 85 %");
	fake_load = 0.83f;
	pass(2 * HEALTHY_SECONDS);
	check_alarms("DSP load is over 85 %");
	fake_load = 0.5f;
	pass(HEALTHY_SECONDS - 0.1);
	check_alarms("DSP load is over 85 %");
	pass(0.2);
	check_alarms("");

	health_destroy(health);
	CHECK(!desk.followers, "nobody follows");
	desk_finish(&desk);
	alarms_destroy(desk.alarms);
	event_log_destroy(desk.events);
	rack_destroy(desk.rack);
	return test_result();
}
