/* test_pulse.c - a server that starts, plays, hangs, comes back and goes. */
#include "daemon/jack/pulse.h"
#include "tests/support/test.h"

static const int64_t ms = 1000000;

int main(void)
{
	struct pulse pulse = { 0 };
	int64_t period = 5 * ms;

	pulse_feel(&pulse, 1000 * ms, false, 0, 0, 0);
	CHECK(!pulse.running && !pulse.stalled && !pulse.late, "waiting");
	pulse_feel(&pulse, 5000 * ms, true, 0, period, 0);
	CHECK(!pulse.running && !pulse.stalled, "just active");
	pulse_feel(&pulse, 5010 * ms, true, 2, period, 0);
	CHECK(pulse.running, "plays");
	pulse_feel(&pulse, 5510 * ms, true, 2, period, 0);
	CHECK(pulse.running && !pulse.stalled, "patience");
	pulse_feel(&pulse, 5511 * ms, true, 2, period, 0);
	CHECK(!pulse.running && pulse.stalled, "hangs");
	pulse_feel(&pulse, 5520 * ms, true, 3, period, 0);
	CHECK(pulse.running && !pulse.stalled, "is back");
	pulse_feel(&pulse, 6100 * ms, true, 3, 100 * ms, 0);
	CHECK(pulse.running && !pulse.stalled, "long periods take longer");
	pulse_feel(&pulse, 6110 * ms, false, 3, period, 0);
	CHECK(!pulse.running && !pulse.stalled, "gone, not hung");
	pulse_feel(&pulse, 9000 * ms, false, 3, period, 7000 * ms);
	CHECK(!pulse.late, "a call may take its time");
	pulse_feel(&pulse, 9001 * ms, false, 3, period, 7000 * ms);
	CHECK(pulse.late, "too long");
	return test_result();
}
