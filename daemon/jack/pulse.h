/* pulse.h - whether the JACK server is alive, judged by our own clock, because a server
 * that hangs reports nothing. Control thread; pure arithmetic. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_JACK_PULSE_H
#define LATHE_JACK_PULSE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	PULSE_STALL_MS =
		500, /* hangs if no cycle comes for this long, and for 8 periods */
	PULSE_CALL_MS = 2000, /* hangs if a libjack call takes longer */
};

/* All zero: nothing seen yet. */
struct pulse {
	bool active, running, stalled, late;
	/* Stalled or late, and since then neither was there a cycle nor was the server found
	 * gone: a server that hangs is not back when our client is closed. */
	bool hung;
	uint64_t cycles, absences;
	int64_t moved_ns;
};

/* What is seen now: whether our client is active, its cycles so far, the period, since when a
 * libjack call is under way (0: none), and how often no server was found. Times are monotonic
 * ns. */
void pulse_feel(struct pulse *pulse, int64_t now_ns, bool active, uint64_t cycles,
		int64_t period_ns, int64_t call_since_ns, uint64_t absences);

#endif
