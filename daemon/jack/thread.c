/* thread.c - the JACK thread: it makes every control call of libjack, one at a time.
 * Each may hang as long as the server hangs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/jack/thread.h"

#include "daemon/jack/callbacks.h"

#include <poll.h>
#include <stdio.h>

enum { RETRY_MS = 250, RETRY_SLOWLY_MS = 2000 }; /* between two looks for a server */

static void state_set(struct jack *jack, enum jack_state state)
{
	atomic_store(&jack->state, (int)state);
	ring(jack->notice);
}

/* Reports why there is no client, if the reason is new. A missing server is not
 * reported. */
static void client_refused(struct jack *jack, jack_status_t status)
{
	if (status & JackServerFailed) {
		atomic_fetch_add(&jack->absences, 1);
		status = 0;
	}
	/* libjack says JackServerError, too, when the name is taken. */
	if ((status & (JackNameNotUnique | JackServerError)) && status != jack->refusal)
		note_tell(
			&jack->notes, EVENT_WARNING, "jack_refused",
			"JACK server '%s' takes no client named %s (status 0x%x): is "
			"one there already? End it, or give this one another name with "
			"--name; trying again",
			jack->server, jack->name, (unsigned)status);
	else if (status && status != jack->refusal)
		note_tell(&jack->notes, EVENT_WARNING, "jack_refused",
			  "JACK server '%s' refuses us (status 0x%x%s); trying again",
			  jack->server, (unsigned)status,
			  status & JackVersionError ? ", another protocol version"
						    : "");
	jack->refusal = status;
}

/* Reports a rate that no rack plays at. */
static void refuse_rate(struct jack *jack)
{
	int rate = (int)jack_get_sample_rate(jack->client);
	bool known = jack->off_rate;

	jack->off_rate = rate < RATE_MIN || rate > RATE_MAX;
	if (!jack->off_rate)
		return;
	jack_client_close(jack->client);
	jack->client = NULL;
	if (!known)
		note_tell(&jack->notes, EVENT_WARNING, "jack_refused",
			  "JACK server '%s' runs at %d Hz, would accept %d to %d; "
			  "waiting for another",
			  jack->server, rate, RATE_MIN, RATE_MAX);
}

static void client_open(struct jack *jack)
{
	/* Without the exact name a second lathed would be summed onto the same ports. */
	jack_options_t options = JackNoStartServer | JackUseExactName;
	jack_status_t status = 0;

	if (jack->server_given)
		options |= JackServerName;
	call_begin(&jack->call, "jack_client_open");
	jack->client = jack_client_open(jack->name, options, &status, jack->server);
	if (jack->client)
		refuse_rate(jack);
	else
		jack->off_rate = false;
	if (jack->client) {
		atomic_store(&jack->gone, false);
		atomic_store(&jack->process.freewheel, false);
		atomic_store(&jack->rate, (int)jack_get_sample_rate(jack->client));
		atomic_store(&jack->process.block,
			     (int)jack_get_buffer_size(jack->client));
		callbacks_set(jack, jack->client);
	}
	call_end(&jack->call);
	if (!jack->client) {
		if (!jack->off_rate)
			client_refused(jack, status);
		return;
	}
	jack->patch = patch_create(jack->client);
	jack->refusal = 0;
	atomic_fetch_add(&jack->offers, 1);
	state_set(jack, STATE_OFFERED);
}

/* Tells the control thread what each port is connected to. */
static void cables_look(struct jack *jack)
{
	for (int i = 0; i < PORTS_MAX; i++) {
		const jack_port_t *port =
			jack->client ? atomic_load(&jack->process.ports.slots[i].port)
				     : NULL;

		atomic_store(&jack->cables[i],
			     (unsigned char)(port ? patch_cables(jack->patch, port)
						  : CABLES_UNKNOWN));
	}
}

static void client_close(struct jack *jack)
{
	/* The metadata is gone with the server. */
	if (atomic_load(&jack->gone))
		jack->names = (struct names) { .off = jack->names.off };
	else
		names_remove(&jack->names, jack->client, &jack->call);
	patch_destroy(jack->patch);
	call_begin(&jack->call, "jack_client_close");
	jack_client_close(jack->client);
	call_end(&jack->call);
	atomic_store(&jack->process.wired, false);
	jack->patch = NULL;
	jack->client = NULL;
	ports_clear(&jack->process.ports);
	cables_look(jack);
}

static void client_lost(struct jack *jack)
{
	note_tell(&jack->notes, EVENT_WARNING, "jack_lost",
		  "JACK server '%s' is gone (%s); waiting for it", jack->server,
		  jack->reason);
	state_set(jack, STATE_WAITING);
	cords_lost(&jack->cords);
	client_close(jack);
	atomic_store(&jack->gone, false);
}

static void client_activate(struct jack *jack, struct engine *engine)
{
	jack->engine = engine;
	jack->process.rt = engine_rt(engine);
	call_begin(&jack->call, "jack_activate");
	int trouble = jack_activate(jack->client);
	call_end(&jack->call);
	if (trouble) {
		callbacks_gone(jack, "it did not activate us");
		return;
	}
	pthread_setname_np(jack_client_thread_id(jack->client), "lathe-audio");
	note_tell(&jack->notes, EVENT_NOTICE, "jack_found",
		  "JACK server '%s' found: client %s, %d Hz, %d frames", jack->server,
		  jack_get_client_name(jack->client), atomic_load(&jack->rate),
		  atomic_load(&jack->process.block));
	state_set(jack, STATE_ACTIVE);
}

/* Names that we knew may now belong to other ports. */
static void take_arrivals(struct jack *jack)
{
	unsigned arrivals = atomic_load(&jack->arrivals);

	if (arrivals - jack->arrivals_seen > ARRIVALS)
		patch_arrived(jack->patch, NULL);
	else
		for (unsigned i = jack->arrivals_seen; i != arrivals; i++) {
			jack_port_id_t id = atomic_load(&jack->arrived[i % ARRIVALS]);
			const jack_port_t *port = jack_port_by_id(jack->client, id);

			if (port)
				patch_arrived(jack->patch, jack_port_name(port));
		}
	jack->arrivals_seen = arrivals;
}

static void ports_connect(struct jack *jack)
{
	atomic_store(&jack->rewired, false);
	call_begin(&jack->call, "jack_connect");
	ports_look(&jack->process.ports); /* notice soon that a server is gone */
	take_arrivals(jack);
	patch_scan(jack->patch);
	cords_follow(&jack->cords, jack->client, &jack->process.ports, jack->patch);
	ports_look(&jack->process.ports);
	cables_look(jack);
	call_end(&jack->call);
	atomic_store(&jack->process.wired, true);
}

/* Registers and unregisters ports until JACK has those of the set. */
static void set_apply(struct jack *jack, const struct port_set *set)
{
	bool active = atomic_load(&jack->state) == STATE_ACTIVE, moved;
	char refused[PORT_NAME_BYTES];

	if (!ports_change(&jack->process.ports, set, jack->client, jack->patch,
			  &jack->call, active, refused, &moved))
		note_tell(&jack->notes, EVENT_ERROR, "jack_port",
			  "JACK did not register port %s: are all its ports in use?",
			  refused);
	if (!active)
		client_activate(jack, set->engine);
	ports_connect(jack);
	if (moved) {
		call_begin(&jack->call, "jack_recompute_total_latencies");
		jack_recompute_total_latencies(jack->client);
		call_end(&jack->call);
	}
	names_follow(&jack->names, jack->client, &jack->process.ports, set,
		     &jack->call);
}

void *jack_main(void *context)
{
	struct jack *jack = context;

	pthread_setname_np(pthread_self(), "lathe-jack");
	while (!atomic_load(&jack->quit)) {
		struct pollfd wake = { .fd = jack->wake, .events = POLLIN };
		struct port_set *set;

		if (jack->client && atomic_load(&jack->gone))
			client_lost(jack);
		if (!jack->client)
			client_open(jack);
		set = atomic_exchange(&jack->mailbox, NULL);
		if (set) {
			/* A set for no client, or for an earlier client, needs no
			 * work. */
			if (jack->client && set->offer == atomic_load(&jack->offers))
				set_apply(jack, set);
			atomic_store(&jack->done, set->serial);
			set_destroy(set);
			ring(jack->notice);
		}
		if (jack->client && atomic_load(&jack->rewired))
			ports_connect(jack);
		poll(&wake, 1,
		     jack->client                      ? -1
		     : jack->off_rate || jack->refusal ? RETRY_SLOWLY_MS
						       : RETRY_MS);
		hush(jack->wake);
	}
	if (jack->client)
		client_close(jack);
	state_set(jack, STATE_CLOSED);
	return NULL;
}
