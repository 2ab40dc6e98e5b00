/* lasting.h - how long a condition has lasted, and how long it has not: an alarm is raised after
 * the condition's own time, and cleared after HEALTHY_SECONDS without it. Control thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_UNATTENDED_LASTING_H
#define LATHE_UNATTENDED_LASTING_H

#include <stdbool.h>

enum { HEALTHY_SECONDS = 5 };

/* Zeroed: nothing was seen yet. */
struct lasting {
	double bad, good; /* seconds */
};

enum lasting_verdict { LASTING_SHORT, LASTING_RAISE, LASTING_CLEAR };

/* `dt`: seconds since the last look; `seconds`: how long the condition must last. */
static inline enum lasting_verdict lasting_look(struct lasting *lasting, bool is_bad,
						double dt, double seconds)
{
	lasting->bad = is_bad ? lasting->bad + dt : 0.0;
	lasting->good = is_bad ? 0.0 : lasting->good + dt;
	if (is_bad && lasting->bad >= seconds)
		return LASTING_RAISE;
	return lasting->good >= (double)HEALTHY_SECONDS ? LASTING_CLEAR : LASTING_SHORT;
}

#endif
