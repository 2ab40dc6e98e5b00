/* jack.c - our client in JACK: the control thread's side.
 *
 * audio/process.c is the audio thread, callbacks.c what JACK's other threads call,
 * thread.c the JACK thread. Its calls of libjack may hang as long as the server hangs,
 * so the control thread never waits for it: it sends the newest set of ports, and reads
 * atomics and notes.
 *
 *   control --port_set--> JACK thread --register, activate, connect--> libjack
 *   control <--state, counts, notes-- JACK thread, callbacks
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/jack/callbacks.h"
#include "daemon/base/memory.h"
#include "daemon/jack/thread.h"

#include "daemon/base/clock.h"
#include "daemon/base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

enum {
	REOPEN_MS = 5000, /* without a cycle: try with a new client */
	XRUN_MS = 1000,   /* between two events about xruns */
	WAIT_MS = 1000,   /* without a server: say what is waited for */
};

struct jack *jack_create(const char *client, const char *server, bool pretty_names,
			 struct event_log *events)
{
	struct jack *jack = memory_zeroed(1, sizeof(*jack));
	const char *fallback = getenv("JACK_DEFAULT_SERVER");

	if (!jack)
		return NULL;
	jack->server_given = server != NULL;
	if (!server)
		server = fallback ? fallback : "default";
	/* jack2 names the sockets of clients and servers in the same way: a client with
	 * the name of its server would replace the server's socket. */
	snprintf(jack->name, sizeof(jack->name), "%s%s",
		 strcmp(client, server) == 0 ? "lathe-" : "", client);
	snprintf(jack->server, sizeof(jack->server), "%s", server);
	jack->events = events;
	jack->names.off = !pretty_names;
	jack->created_ns = clock_ns();
	jack->posted = set_copy(NULL);
	jack->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	jack->notice = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	jack_set_error_function(log_aside);
	jack_set_info_function(log_aside);
	if (!jack->posted || jack->wake < 0 || jack->notice < 0 ||
	    pthread_create(&jack->thread, NULL, jack_main, jack)) {
		close(jack->wake);
		close(jack->notice);
		set_destroy(jack->posted);
		free(jack);
		return NULL;
	}
	return jack;
}

void jack_destroy(struct jack *jack)
{
	if (!jack)
		return;
	pthread_join(jack->thread, NULL);
	set_destroy(atomic_load(&jack->mailbox));
	set_destroy(jack->posted);
	note_finish(&jack->notes);
	cords_finish(&jack->cords);
	close(jack->wake);
	close(jack->notice);
	free(jack);
}

int jack_fd(const struct jack *jack)
{
	return jack->notice;
}

/* Sends the set to the JACK thread, and keeps a copy as the newest one. */
static void post(struct jack *jack, struct port_set *set)
{
	set->serial = ++jack->serial;
	set->offer = jack->offer;
	set->engine = jack->playing;
	struct port_set *copy = set_copy(set);
	if (set != jack->posted) {
		set_destroy(jack->posted);
		jack->posted = set;
	}
	if (copy)
		set_destroy(atomic_exchange(&jack->mailbox, copy));
	ring(jack->wake);
}

int jack_offer(const struct jack *jack)
{
	return atomic_load(&jack->offers) == jack->offer ? 0 : atomic_load(&jack->rate);
}

void jack_play(struct jack *jack, struct engine *engine)
{
	if (engine != jack->playing) {
		while (jack->posted->count)
			free((void *)jack->posted->ports[--jack->posted->count]
				     .connect);
		jack->ports_pending = false;
	}
	jack->playing = engine;
	jack->offer = atomic_load(&jack->offers);
	post(jack, jack->posted);
}

void jack_ports_wanted(void *context, const struct port *ports, int count)
{
	struct jack *jack = context;
	struct port_set *set = set_copy(jack->posted);

	if (!set)
		return;
	for (int i = 0; i < count; i++)
		set_add(set, &ports[i]);
	jack->ports_pending = true;
	post(jack, set);
}

/* When no build or fade is running: exactly the playing plan's ports. */
static void tick_ports(struct jack *jack)
{
	const struct port *ports;
	struct port_set *set;
	int count;

	if (jack->ports_pending) {
		if (atomic_load(&jack->done) >= jack->serial) {
			jack->ports_pending = false;
			engine_ports_ready(jack->playing);
		}
		return;
	}
	if (engine_busy(jack->playing))
		return;
	count = engine_ports(jack->playing, &ports);
	set = set_copy(NULL);
	for (int i = 0; set && i < count; i++)
		set_add(set, &ports[i]);
	if (set && count && !set_same(set, jack->posted))
		post(jack, set);
	else
		set_destroy(set);
}

static void tick_xruns(struct jack *jack, int64_t now)
{
	uint64_t xruns = atomic_load(&jack->xruns), more = xruns - jack->xruns_seen;

	if (!more || now - jack->xrun_ns < XRUN_MS * INT64_C(1000000))
		return;
	event_post(jack->events, EVENT_WARNING, "xrun",
		   "%llu xrun%s (%llu since the start)", (unsigned long long)more,
		   more == 1 ? "" : "s", (unsigned long long)xruns);
	jack->xruns_seen = xruns;
	jack->xrun_ns = now;
}

static void tick_pulse(struct jack *jack, int64_t now)
{
	struct pulse *pulse = &jack->pulse;
	int rate = atomic_load(&jack->rate);
	int64_t second = INT64_C(1000000000);
	int64_t period =
		rate > 0 ? atomic_load(&jack->process.block) * second / rate : 0;

	pulse_feel(pulse, now, atomic_load(&jack->state) == STATE_ACTIVE,
		   atomic_load(&jack->process.ports.cycles), period,
		   atomic_load(&jack->call.since_ns), atomic_load(&jack->absences));
	/* PipeWire's libjack tells nobody when its server is gone. */
	if (pulse->stalled && now - pulse->moved_ns > REOPEN_MS * INT64_C(1000000))
		callbacks_gone(jack, "it ran no cycles for too long");
	if (pulse->hung == jack->hung)
		return;
	jack->hung = pulse->hung;
	if (!jack->hung && pulse->running)
		event_post(jack->events, EVENT_NOTICE, "jack_back",
			   "JACK server '%s' answers again", jack->server);
	else if (jack->hung)
		event_post(jack->events, EVENT_WARNING, "jack_hung",
			   "JACK server '%s' %s%s; waiting for it", jack->server,
			   pulse->late ? "does not answer " : "runs no cycles",
			   pulse->late ? atomic_load(&jack->call.name) : "");
}

/* Tells once, soon after the start, that there is no server. */
static void tick_waiting(struct jack *jack, int64_t now)
{
	if (jack->waiting_told || atomic_load(&jack->offers) ||
	    !atomic_load(&jack->absences) ||
	    now - jack->created_ns < WAIT_MS * INT64_C(1000000))
		return;
	jack->waiting_told = true;
	event_post(
		jack->events, EVENT_NOTICE, "jack_waiting",
		"waiting for JACK server '%s': start jackd -n %s, or name another with "
		"--server; on PipeWire: pw-jack lathed ...",
		jack->server, jack->server);
}

void jack_tick(struct jack *jack, struct status *status)
{
	int64_t now = clock_ns();

	hush(jack->notice);
	note_post(&jack->notes, jack->events);
	tick_pulse(jack, now);
	tick_xruns(jack, now);
	tick_waiting(jack, now);
	if (jack->playing) {
		engine_audio_running(jack->playing, jack->pulse.running);
		tick_ports(jack);
	}
	log_asides();
	snprintf(status->jack, sizeof(status->jack), "%s",
		 jack->hung                   ? "hung"
		 : jack->pulse.running        ? "running"
		 : atomic_load(&jack->offers) ? "lost"
					      : "waiting");
	snprintf(status->server, sizeof(status->server), "%s", jack->server);
	status->block = jack->pulse.running ? atomic_load(&jack->process.block) : 0;
	if (atomic_load(&jack->offers))
		status->rate = atomic_load(&jack->rate);
	status->xruns = atomic_load(&jack->xruns);
	const uint64_t clients = atomic_load(&jack->offers);
	status->reconnects = clients ? clients - 1 : 0;
	for (int i = 0; i < PORTS_MAX; i++)
		status->cables[i] = atomic_load(&jack->cables[i]);
}

bool jack_running(const struct jack *jack)
{
	return jack->pulse.running;
}

void jack_close(struct jack *jack)
{
	atomic_store(&jack->quit, true);
	ring(jack->wake);
}

bool jack_closed(const struct jack *jack)
{
	return atomic_load(&jack->state) == STATE_CLOSED;
}
