/* pulse.h - is the JACK server alive? By our own clock: one that hangs calls nobody.
 * Control thread; pure arithmetic. */
#ifndef LATHE_JACK_PULSE_H
#define LATHE_JACK_PULSE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	PULSE_STALL_MS = 500, /* no cycle for so long, and for 8 periods: it hangs */
	PULSE_CALL_MS = 2000, /* a libjack call that takes longer hangs, too */
};

/* All zero: nothing seen yet. */
struct pulse {
	bool active, running, stalled, late;
	uint64_t cycles;
	int64_t moved_ns;
};

/* What is seen now: whether our client is active, its cycles so far, the period, and since
 * when a libjack call is under way (0: none). Times are monotonic ns. */
void pulse_feel(struct pulse *pulse, int64_t now_ns, bool active, uint64_t cycles,
		int64_t period_ns, int64_t call_since_ns);

#endif
