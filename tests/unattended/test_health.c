/* test_health.c - the alarms about the audio as a whole. */
#include "daemon/unattended/health.h"

#include "tests/support/fake_desk.h"
#include "tests/support/test.h"

static struct desk desk;

static void ticks(int count)
{
	for (; count > 0; count--)
		desk_tick(&desk);
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
	struct health *health = health_create(&desk);

	ticks(HEALTH_TICKS - 1);
	check_alarms("");
	ticks(1);
	check_alarms("no audio runs: JACK does not call the rack");
	desk.status.block = 64;
	ticks(1);
	check_alarms("");

	fake_load = 0.9f;
	ticks(HEALTH_TICKS - 1);
	fake_load = 0.5f;
	ticks(1);
	fake_load = 0.9f;
	ticks(HEALTH_TICKS - 1);
	check_alarms("");
	ticks(1);
	check_alarms("DSP load is over 85 %");
	fake_load = 0.83f;
	ticks(HEALTH_TICKS);
	check_alarms("DSP load is over 85 %");
	fake_load = 0.5f;
	ticks(1);
	check_alarms("");

	health_destroy(health);
	CHECK(!desk.followers, "nobody follows");
	desk_finish(&desk);
	alarms_destroy(desk.alarms);
	event_log_destroy(desk.events);
	rack_destroy(desk.rack);
	return test_result();
}
