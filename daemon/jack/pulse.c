/* pulse.c - whether the JACK server is alive. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/jack/pulse.h"

void pulse_feel(struct pulse *pulse, int64_t now_ns, bool active, uint64_t cycles,
		int64_t period_ns, int64_t call_since_ns, uint64_t absences)
{
	int64_t patience = PULSE_STALL_MS * INT64_C(1000000);

	if (8 * period_ns > patience)
		patience = 8 * period_ns;
	if (cycles != pulse->cycles)
		pulse->running = true;
	if (cycles != pulse->cycles || active != pulse->active)
		pulse->moved_ns = now_ns;
	pulse->cycles = cycles;
	pulse->active = active;
	pulse->stalled = active && now_ns - pulse->moved_ns > patience;
	if (!active || pulse->stalled)
		pulse->running = false;
	pulse->late = call_since_ns &&
		      now_ns - call_since_ns > PULSE_CALL_MS * INT64_C(1000000);
	if (pulse->stalled || pulse->late)
		pulse->hung = true;
	else if (pulse->running || absences != pulse->absences)
		pulse->hung = false;
	pulse->absences = absences;
}
