/* jack.h - the rack's place in JACK: ports, callbacks, and the thread that makes every
 * libjack control call, one at a time. Control thread, except where said. */
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
/* After jack_closed() only. */
void jack_destroy(struct jack *jack);

/* Readable when jack_tick() has something to do at once. */
int jack_fd(const struct jack *jack);
/* Each tick, and when jack_fd() is readable: ports that the engine no longer plays are
 * unregistered, what the JACK thread reports becomes status and events. */
void jack_tick(struct jack *jack, struct status *status);

/* A server was found and waits for an engine of this rate (Hz): answer with jack_play().
 * 0: none waits. */
int jack_offer(const struct jack *jack);
/* The engine to play, from now on: before the server is found it may be of any rate, and
 * again while jack_offer() asks for one. An engine given before must stay until then. */
void jack_play(struct jack *jack, struct engine *engine);

/* engine_options.ports_wanted, with the jack as context: registers what is new, then calls
 * engine_ports_ready(). At once when there is no server. */
void jack_ports_wanted(void *context, const struct port *ports, int count);

bool jack_running(const struct jack *jack); /* cycles advance */
/* Asks the JACK thread to leave; jack_closed() tells when it has, which may be never. */
void jack_close(struct jack *jack);
bool jack_closed(const struct jack *jack);

#endif
