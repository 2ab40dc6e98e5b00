/* test_pulse.c - a server that starts, plays, hangs, comes back and goes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/jack/pulse.h"
#include "tests/support/test.h"

static const int64_t ms = 1000000;

int main(void)
{
	struct pulse pulse = { 0 };
	int64_t period = 5 * ms;

	pulse_feel(&pulse, 1000 * ms, false, 0, 0, 0, 0);
	CHECK(!pulse.running && !pulse.stalled && !pulse.late, "waiting");
	pulse_feel(&pulse, 5000 * ms, true, 0, period, 0, 0);
	CHECK(!pulse.running && !pulse.stalled, "just active");
	pulse_feel(&pulse, 5010 * ms, true, 2, period, 0, 0);
	CHECK(pulse.running, "plays");
	pulse_feel(&pulse, 5510 * ms, true, 2, period, 0, 0);
	CHECK(pulse.running && !pulse.stalled, "patience");
	pulse_feel(&pulse, 5511 * ms, true, 2, period, 0, 0);
	CHECK(!pulse.running && pulse.stalled, "hangs");
	pulse_feel(&pulse, 5520 * ms, true, 3, period, 0, 0);
	CHECK(pulse.running && !pulse.stalled, "is back");
	pulse_feel(&pulse, 6100 * ms, true, 3, 100 * ms, 0, 0);
	CHECK(pulse.running && !pulse.stalled, "long periods take longer");
	pulse_feel(&pulse, 6110 * ms, false, 3, period, 0, 0);
	CHECK(!pulse.running && !pulse.stalled, "gone, not hung");
	pulse_feel(&pulse, 9000 * ms, false, 3, period, 7000 * ms, 0);
	CHECK(!pulse.late, "a call may take its time");
	pulse_feel(&pulse, 9001 * ms, false, 3, period, 7000 * ms, 0);
	CHECK(pulse.late, "too long");

	/* Stopped with our client active: it hangs until it plays again, or is gone. */
	pulse = (struct pulse) { .active = true, .running = true, .cycles = 3 };
	pulse_feel(&pulse, 5501 * ms, true, 3, period, 0, 1);
	CHECK(pulse.hung, "stopped");
	pulse_feel(&pulse, 5600 * ms, false, 3, period, 5600 * ms, 1);
	CHECK(pulse.hung, "our client is closed meanwhile: no all-clear");
	pulse_feel(&pulse, 9000 * ms, true, 3, period, 0, 1);
	CHECK(pulse.hung, "a new client that has no cycle yet");
	pulse_feel(&pulse, 9005 * ms, true, 4, period, 0, 1);
	CHECK(!pulse.hung && pulse.running, "plays again");
	pulse_feel(&pulse, 9700 * ms, true, 4, period, 0, 1);
	pulse_feel(&pulse, 9800 * ms, false, 4, period, 0, 1);
	CHECK(pulse.hung, "stopped again");
	pulse_feel(&pulse, 9900 * ms, false, 4, period, 0, 2);
	CHECK(!pulse.hung && !pulse.running, "killed: gone, and does not hang");
	return test_result();
}
