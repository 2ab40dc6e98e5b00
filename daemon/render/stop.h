/* stop.h - Ctrl-C and other signals wait until a run has put its files in order.
 * lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_RENDER_STOP_H
#define LATHE_RENDER_STOP_H

#include <stdbool.h>

/* Holds signals that end the program back, so that no half-written file stays, or lets
 * them through. */
void stop_hold(bool hold);
/* Whether one waits. */
bool stop_asked(void);

#endif
