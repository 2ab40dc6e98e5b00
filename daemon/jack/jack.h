/* jack.h - the rack's JACK client: ports, callbacks, and the thread that makes every
 * libjack control call, one at a time. Control thread, except where a function says
 * otherwise. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_JACK_JACK_H
#define LATHE_JACK_JACK_H

#include "daemon/engine/engine.h"
#include "daemon/engine/status.h"

struct jack;

/* `pretty_names`: patchbays are told the names and order of our ports. libjack keeps them in a
 * store that all clients of a user share; a call that hangs there stops connecting, reloads of
 * ports and the way back after a restart of the server.
 *
 * Starts the JACK thread, which looks for the server until it appears and again whenever
 * it goes. server NULL: JACK's default. NULL when there is no memory or thread. */
struct jack *jack_create(const char *client, const char *server, bool pretty_names,
			 struct event_log *events);
/* Call only after jack_closed() is true. */
void jack_destroy(struct jack *jack);

/* A file descriptor that is readable when jack_tick() has something to do. */
int jack_fd(const struct jack *jack);
/* Call on each tick, and when jack_fd() is readable: unregisters ports that the engine
 * no longer plays, and makes status and events of what the JACK thread reports. */
void jack_tick(struct jack *jack, struct status *status);

/* The rate (Hz) of a server that was found and needs an engine: answer with
 * jack_play(). 0: none needs one. */
int jack_offer(const struct jack *jack);
/* Sets the engine to play. Call before a server is found, with an engine of any rate,
 * and again when jack_offer() asks for one; until then the earlier engine must
 * exist. */
void jack_play(struct jack *jack, struct engine *engine);

/* For engine_options.ports_wanted, with the struct jack as context: registers new
 * ports, then calls engine_ports_ready(); without a server it calls that at once. */
void jack_ports_wanted(void *context, const struct port *ports, int count);

bool jack_running(const struct jack *jack); /* cycles advance */
/* Asks the JACK thread to leave JACK. jack_closed() tells when it has; it may never. */
void jack_close(struct jack *jack);
bool jack_closed(const struct jack *jack);

#endif
