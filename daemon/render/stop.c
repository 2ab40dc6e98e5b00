/* stop.c - Ctrl-C and other signals wait until a run has put its files in order.
 * lathe-render. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/render/stop.h"

#include <signal.h>
#include <stddef.h>

static const int stops[] = { SIGINT, SIGTERM, SIGHUP };
enum { STOPS = sizeof(stops) / sizeof(*stops) };

/* Signals that were ignored at the start, as under nohup, stay ignored. */
void stop_hold(bool hold)
{
	struct sigaction action;
	sigset_t held;

	sigemptyset(&held);
	for (int i = 0; i < STOPS; i++)
		if (sigaction(stops[i], NULL, &action) == 0 &&
		    action.sa_handler != SIG_IGN)
			sigaddset(&held, stops[i]);
	sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &held, NULL);
}

bool stop_asked(void)
{
	sigset_t pending;
	bool asked = false;

	sigpending(&pending);
	for (int i = 0; i < STOPS; i++)
		asked |= sigismember(&pending, stops[i]) > 0;
	return asked;
}
