/* jack.c - our client in JACK: callbacks, and the thread that makes every control call.
 *
 * on_process() is the audio thread: it gathers the ports' buffers, calls rt_run() and does
 * nothing else. The other callbacks run on JACK's own threads: they store an atomic, may
 * write an eventfd, and call nothing of libjack. jack_main() is the JACK thread: any of its
 * calls may hang for as long as the server does, so the control thread never waits for it;
 * it sends the newest set of ports, and reads atomics and notes.
 *
 *   control --port_set--> JACK thread --register, activate, connect--> libjack
 *   control <--state, counts, notes-- JACK thread, callbacks
 */
#include "daemon/jack.h"

#include "daemon/cords.h"
#include "daemon/log.h"
#include "daemon/note.h"
#include "daemon/ports.h"
#include "daemon/pulse.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum {
	RETRY_MS = 250,     /* between two looks for a server */
	CALL_MS_MAX = 2000, /* a libjack call that takes longer is reported */
	STALL_MS = 500, /* no cycle for so long, and for 8 periods: the server hangs */
	ARRIVALS = 256, /* ports that may come while the JACK thread is busy */
	REOPEN_MS = 5000,         /* without a cycle: try with a new client */
	XRUN_MS = 1000,           /* between two events about xruns */
	STACK_BYTES = 128 * 1024, /* of the audio thread, touched before it plays */
};

enum jack_state {
	STATE_WAITING, /* for a server */
	STATE_OFFERED, /* a client is open, and waits for an engine of its rate */
	STATE_ACTIVE,
	STATE_CLOSED,
};

struct jack {
	char name[64], server[64];
	bool server_given;
	pthread_t thread;
	int wake, notice; /* eventfds: to the JACK thread, to the control thread */

	/* Between the JACK thread and the control thread. */
	_Atomic(struct port_set *) mailbox;
	struct notes notes; /* what the JACK thread has to say */
	_Atomic int state, rate, block;
	_Atomic uint64_t offers; /* clients opened so far; `rate` is stored before */
	_Atomic uint64_t done;   /* serial of the newest set that is in place */
	_Atomic bool quit;
	struct call call;

	/* Stored by callbacks. */
	_Atomic uint64_t xruns;
	_Atomic bool gone, rewired, freewheel;
	_Atomic jack_port_id_t arrived[ARRIVALS]; /* a ring of the newest ports */
	_Atomic unsigned arrivals;
	char reason[128]; /* of being gone */

	struct ports ports;
	struct engine *engine; /* of the active client, and its audio */
	struct rt *rt;

	/* JACK thread. */
	jack_client_t *client;
	struct patch *patch;
	struct cords cords;
	_Atomic bool wired;    /* connected, so the rack may start, fading in */
	jack_status_t refusal; /* the last one told */
	unsigned arrivals_seen;

	/* Control thread. */
	struct event_log *events;
	struct engine *playing;
	struct port_set *posted; /* a copy of the newest one */
	uint64_t serial, offer;
	bool ports_pending, hung;
	struct pulse pulse;
	uint64_t xruns_seen;
	int64_t xrun_ns;
};

static void ring(int fd)
{
	/* A full counter wakes as well as one more. */
	ssize_t written = write(fd, &(uint64_t) { 1 }, sizeof(uint64_t));
	(void)written;
}

static void hush(int fd)
{
	uint64_t count;
	ssize_t length = read(fd, &count, sizeof count);
	(void)length;
}

/* ---- JACK's threads ------------------------------------------------------------------ */

/* The audio thread. */
static int on_process(jack_nframes_t frames, void *context)
{
	struct jack *jack = context;
	float *buffers[PORTS_MAX];
	bool is_output[PORTS_MAX];

	ports_gather(&jack->ports, (int)frames, buffers, is_output);
	if (atomic_load_explicit(&jack->freewheel, memory_order_relaxed))
		for (int i = 0; i < 1000 && engine_taps_full(jack->engine); i++)
			nanosleep(&(struct timespec) { .tv_nsec = 1000000 }, NULL);
	if (atomic_load_explicit(&jack->wired, memory_order_relaxed))
		rt_run(jack->rt, buffers, is_output, (int)frames);
	else
		ports_silence(buffers, is_output, (int)frames);
	ports_release(&jack->ports);
	return 0;
}

/* The audio thread, before its first cycle: page faults now rather than later. */
static void on_thread(void *context)
{
	char stack[STACK_BYTES];

	(void)context;
	memset(stack, 0, sizeof stack);
	__asm__ volatile("" : : "r"(stack) : "memory");
}

static void on_shutdown(jack_status_t status, const char *reason, void *context)
{
	struct jack *jack = context;

	(void)status;
	snprintf(jack->reason, sizeof jack->reason, "%s", reason);
	atomic_store(&jack->gone, true);
	ring(jack->wake);
}

/* The first call comes on the audio thread itself, so nothing but a store. */
static int on_block(jack_nframes_t frames, void *context)
{
	struct jack *jack = context;

	atomic_store(&jack->block, (int)frames);
	return 0;
}

static int on_rate(jack_nframes_t rate, void *context)
{
	struct jack *jack = context;

	if ((int)rate != atomic_load(&jack->rate))
		on_shutdown(0, "its rate is another", jack);
	return 0;
}

static int on_xrun(void *context)
{
	struct jack *jack = context;

	atomic_fetch_add(&jack->xruns, 1);
	return 0;
}

static void on_freewheel(int starting, void *context)
{
	struct jack *jack = context;

	atomic_store(&jack->freewheel, starting != 0);
}

static void on_port(jack_port_id_t port, int registered, void *context)
{
	struct jack *jack = context;

	if (registered) {
		unsigned arrival = atomic_load(&jack->arrivals);

		atomic_store(&jack->arrived[arrival % ARRIVALS], port);
		atomic_store(&jack->arrivals, arrival + 1);
	}
	atomic_store(&jack->rewired, true);
	ring(jack->wake);
}

static void on_connect(jack_port_id_t a, jack_port_id_t b, int connected, void *context)
{
	struct jack *jack = context;

	(void)a, (void)b, (void)connected;
	atomic_store(&jack->rewired, true);
	ring(jack->wake);
}

/* The one callback whose answer is libjack calls; they do not reach the server. */
static void on_latency(jack_latency_callback_mode_t mode, void *context)
{
	struct jack *jack = context;

	ports_latency(&jack->ports, mode);
}

/* ---- the JACK thread ----------------------------------------------------------------- */

static void state_set(struct jack *jack, enum jack_state state)
{
	atomic_store(&jack->state, (int)state);
	ring(jack->notice);
}

static void client_callbacks(struct jack *jack, jack_client_t *client)
{
	jack_on_info_shutdown(client, on_shutdown, jack);
	jack_set_process_callback(client, on_process, jack);
	jack_set_thread_init_callback(client, on_thread, jack);
	jack_set_buffer_size_callback(client, on_block, jack);
	jack_set_sample_rate_callback(client, on_rate, jack);
	jack_set_xrun_callback(client, on_xrun, jack);
	jack_set_freewheel_callback(client, on_freewheel, jack);
	jack_set_port_registration_callback(client, on_port, jack);
	jack_set_port_connect_callback(client, on_connect, jack);
	jack_set_latency_callback(client, on_latency, jack);
}

/* Tells why there is no client when the reason is a new one; no server is none. */
static void client_refused(struct jack *jack, jack_status_t status)
{
	if (status & JackServerFailed)
		status = 0;
	if (status && status != jack->refusal)
		note_tell(&jack->notes, EVENT_WARNING, "jack_refused",
			  "JACK server '%s' refuses us (status 0x%x%s); trying again",
			  jack->server, (unsigned)status,
			  status & JackVersionError ? ", another protocol version"
						    : "");
	jack->refusal = status;
}

static void client_open(struct jack *jack)
{
	jack_options_t options = JackNoStartServer;
	jack_status_t status = 0;

	if (jack->server_given)
		options |= JackServerName;
	call_begin(&jack->call, "jack_client_open");
	jack->client = jack_client_open(jack->name, options, &status, jack->server);
	if (jack->client) {
		atomic_store(&jack->gone, false);
		atomic_store(&jack->freewheel, false);
		atomic_store(&jack->rate, (int)jack_get_sample_rate(jack->client));
		atomic_store(&jack->block, (int)jack_get_buffer_size(jack->client));
		client_callbacks(jack, jack->client);
	}
	call_end(&jack->call);
	if (!jack->client) {
		client_refused(jack, status);
		return;
	}
	jack->patch = patch_create(jack->client);
	jack->refusal = 0;
	atomic_fetch_add(&jack->offers, 1);
	state_set(jack, STATE_OFFERED);
}

static void client_close(struct jack *jack)
{
	patch_destroy(jack->patch);
	call_begin(&jack->call, "jack_client_close");
	jack_client_close(jack->client);
	call_end(&jack->call);
	atomic_store(&jack->wired, false);
	jack->patch = NULL;
	jack->client = NULL;
	ports_clear(&jack->ports);
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
	jack->rt = engine_rt(engine);
	call_begin(&jack->call, "jack_activate");
	int trouble = jack_activate(jack->client);
	call_end(&jack->call);
	if (trouble) {
		on_shutdown(0, "it did not activate us", jack);
		return;
	}
	note_tell(&jack->notes, EVENT_NOTICE, "jack_found",
		  "JACK server '%s' found: client %s, %d Hz, %d frames", jack->server,
		  jack_get_client_name(jack->client), atomic_load(&jack->rate),
		  atomic_load(&jack->block));
	state_set(jack, STATE_ACTIVE);
}

/* Other ports may bear names that we knew. */
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
	take_arrivals(jack);
	patch_scan(jack->patch);
	cords_follow(&jack->cords, jack->client, &jack->ports, jack->patch);
	call_end(&jack->call);
	atomic_store(&jack->wired, true);
}

/* Makes our ports in JACK those of the set. */
static void set_apply(struct jack *jack, const struct port_set *set)
{
	bool active = atomic_load(&jack->state) == STATE_ACTIVE, moved;
	char refused[NAME_BYTES + 4];

	if (!ports_change(&jack->ports, set, jack->client, jack->patch, &jack->call,
			  active, refused, &moved))
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
}

static void *jack_main(void *context)
{
	struct jack *jack = context;

	while (!atomic_load(&jack->quit)) {
		struct pollfd wake = { .fd = jack->wake, .events = POLLIN };
		struct port_set *set;

		if (jack->client && atomic_load(&jack->gone))
			client_lost(jack);
		if (!jack->client)
			client_open(jack);
		set = atomic_exchange(&jack->mailbox, NULL);
		if (set) {
			/* A set for no client, or an earlier one, is in place as it is. */
			if (jack->client && set->offer == atomic_load(&jack->offers))
				set_apply(jack, set);
			atomic_store(&jack->done, set->serial);
			set_destroy(set);
			ring(jack->notice);
		}
		if (jack->client && atomic_load(&jack->rewired))
			ports_connect(jack);
		poll(&wake, 1, jack->client ? -1 : RETRY_MS);
		hush(jack->wake);
	}
	if (jack->client)
		client_close(jack);
	state_set(jack, STATE_CLOSED);
	return NULL;
}

/* ---- the control thread -------------------------------------------------------------- */

struct jack *jack_create(const char *client, const char *server,
			 struct event_log *events)
{
	struct jack *jack = calloc(1, sizeof *jack);
	const char *fallback = getenv("JACK_DEFAULT_SERVER");

	if (!jack)
		return NULL;
	jack->server_given = server != NULL;
	if (!server)
		server = fallback ? fallback : "default";
	/* jack2 makes a socket for each client and server, by name alone: a client called as
	 * its server would take the server's away from everybody. */
	snprintf(jack->name, sizeof jack->name, "%s%s",
		 strcmp(client, server) == 0 ? "lathe-" : "", client);
	snprintf(jack->server, sizeof jack->server, "%s", server);
	jack->events = events;
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

/* Sends the set, and keeps it as the newest one. */
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

/* When no build or fade is under way, exactly the playing plan's ports. */
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
	int64_t period = rate > 0 ? atomic_load(&jack->block) * second / rate : 0;
	bool hung;

	pulse_feel(pulse, now, atomic_load(&jack->state) == STATE_ACTIVE,
		   atomic_load(&jack->ports.cycles), period,
		   atomic_load(&jack->call.since_ns));
	hung = pulse->stalled || pulse->late;
	/* PipeWire's libjack tells nobody when its server is gone. */
	if (pulse->stalled && now - pulse->moved_ns > REOPEN_MS * INT64_C(1000000))
		on_shutdown(0, "it ran no cycles for too long", jack);
	if (hung == jack->hung)
		return;
	jack->hung = hung;
	if (!hung)
		event_post(jack->events, EVENT_NOTICE, "jack_back",
			   "JACK server '%s' answers again", jack->server);
	else
		event_post(jack->events, EVENT_WARNING, "jack_hung",
			   "JACK server '%s' %s%s; waiting for it", jack->server,
			   pulse->late ? "does not answer " : "runs no cycles",
			   pulse->late ? atomic_load(&jack->call.name) : "");
}

void jack_tick(struct jack *jack, struct host_status *status)
{
	int64_t now = clock_ns();

	hush(jack->notice);
	note_post(&jack->notes, jack->events);
	tick_pulse(jack, now);
	tick_xruns(jack, now);
	if (jack->playing) {
		engine_audio_running(jack->playing, jack->pulse.running);
		tick_ports(jack);
	}
	log_asides();
	snprintf(status->jack, sizeof status->jack, "%s",
		 jack->hung                   ? "hung"
		 : jack->pulse.running        ? "running"
		 : atomic_load(&jack->offers) ? "lost"
					      : "waiting");
	snprintf(status->server, sizeof status->server, "%s", jack->server);
	status->block = jack->pulse.running ? atomic_load(&jack->block) : 0;
	if (atomic_load(&jack->offers))
		status->rate = atomic_load(&jack->rate);
	status->xruns = atomic_load(&jack->xruns);
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
