/* main.c - lathed: starts everything, runs the control thread's loop, stops
 * everything. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/net/announce.h"
#include "daemon/base/memory.h"
#include "daemon/recall/compare.h"
#include "daemon/desk/lock.h"
#include "daemon/recall/history.h"
#include "daemon/unattended/air.h"
#include "daemon/unattended/connections.h"
#include "daemon/unattended/health.h"
#include "daemon/unattended/inserts.h"
#include "daemon/jack/jack.h"
#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/lathed/check.h"
#include "daemon/lathed/announced.h"
#include "daemon/lathed/crashes.h"
#include "daemon/lathed/opening.h"
#include "daemon/lathed/options.h"
#include "daemon/lathed/print.h"
#include "daemon/lathed/socket.h"
#include "daemon/lathed/systemd.h"
#include "daemon/osc/osc.h"
#include "daemon/recall/reload.h"
#include "daemon/recall/scene.h"
#include "daemon/recall/state.h"
#include "daemon/unattended/safe.h"
#include "daemon/unattended/schedule.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

enum {
	STOP_MS = 2000,     /* to fade out and leave JACK; then it ends in any case */
	RATE_GUESS = 48000, /* until JACK tells its rate */
};
static const int64_t tick_ns = 10000000; /* a tick while something changes */
static const int64_t idle_ns =
	50000000; /* a tick while nothing changes and no message comes */
static const int64_t look_ns = 2000000; /* while a client waits for the audio thread */

enum phase { PHASE_PLAY, PHASE_FADE, PHASE_LEAVE, PHASE_DONE };

struct lathed {
	struct options options;
	struct desk desk;
	struct osc_parts parts;
	struct compare *compare;
	struct health *health;
	struct air *air;
	struct connections *connections;
	struct inserts *inserts;
	struct schedule *schedule;
	struct good *good;   /* the last good config */
	struct state *state; /* or NULL: nothing is saved */
	uint64_t reloading;  /* the ticket of SIGHUP's reload, or 0 */
	int disk_wake;       /* eventfd: a disk has answered */
	struct osc *osc;
	struct crashes crashes;
	bool listens; /* OSC is bound, and its address was told */
	struct jack *jack;
	int signals;
	int engine_rate;
	enum phase phase;
	int64_t stop_ms;   /* monotonic: when it ends in any case */
	int64_t ticked_ns; /* when the last tick was due */
	struct systemd systemd;
	struct announced *announced; /* or NULL: Avahi is told nothing */
	const struct rack *told;     /* what it was told of */
};

/* ---- without JACK ---------------------------------------------------------------- */

/* The option replaces the config's port, but is not stored in the rack, which may be
 * printed. */
static int port_wanted(const struct lathed *lathed)
{
	int port = lathed->options.port;

	return port >= 0 ? port : lathed->desk.rack->osc->port;
}

static int announce(const struct lathed *lathed)
{
	bool good = announce_write(lathed->desk.rack, port_wanted(lathed),
				   lathed->options.avahi);

	return good ? 0 : 1;
}

/* ---- start ----------------------------------------------------------------------- */

/* MCL_FUTURE also locks the stacks of later threads: under a limit they would not
 * start, so it is set only where there is no limit. */
static void memory_lock(void)
{
	struct rlimit limit;
	int flags = MCL_CURRENT;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY)
		flags |= MCL_FUTURE;
	if (mlockall(flags))
		log_line(LOG_NOTICE,
			 "memory is not locked (%s): audio may drop out when memory is "
			 "short; raise LimitMEMLOCK= or the memlock limit",
			 strerror(errno));
}

static int signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	/* libjack may write to sockets of a server that is gone. */
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Replaces an engine of a different rate, while no audio runs. */
static bool engine_open(struct lathed *lathed, int rate)
{
	struct desk *desk = &lathed->desk;
	struct engine *old = desk->engine;
	uint64_t frame = old ? engine_frame(old) : 0;
	struct engine_options options = {
		.rate = rate,
		.start_faded = true,
		.start_frame = frame - frame % GRID_FRAMES,
		.start_serial = desk->serial,
		.events = desk->events,
		.ports_wanted = jack_ports_wanted,
		.context = lathed->jack,
	};
	struct engine *engine = engine_create(&options);

	if (!engine)
		return false;
	desk->engine = engine;
	desk->status.rate = rate;
	lathed->engine_rate = rate;
	jack_play(lathed->jack, engine);
	engine_rebuild(engine, desk->rack);
	engine_destroy(old);
	return true;
}

static bool osc_open(struct lathed *lathed)
{
	char error[256];

	lathed->osc = osc_create(&lathed->desk, &lathed->parts, port_wanted(lathed),
				 socket_passed(), error, sizeof(error));
	if (!lathed->osc)
		log_line(LOG_ERROR, "%s", error);
	return lathed->osc != NULL;
}

/* Tells where OSC listens, once it does. */
static void tell_osc(struct lathed *lathed)
{
	if (lathed->listens || !osc_port(lathed->osc))
		return;
	lathed->listens = true;
	lathed->told = NULL;
	socket_log(osc_address(lathed->osc), osc_buffer(lathed->osc));
	socket_tell(osc_address(lathed->osc));
}

/* The state was saved at this time: what came due since is made up for. */
static void make_up(void *context, int64_t saved)
{
	schedule_make_up(context, saved, (int64_t)time(NULL));
}

/* Before the first plan: its values are the ones that were. A disk that does not answer in
 * time holds up nothing: the values come when it does. */
static void state_open(struct lathed *lathed, int wait_ms)
{
	struct desk *desk = &lathed->desk;

	if (!desk->state_folder)
		return;
	struct state_parts parts = { .history = lathed->parts.history,
				     .scenes = lathed->parts.scenes,
				     .lock = lathed->parts.lock,
				     .restored = make_up,
				     .context = lathed->schedule };
	lathed->state =
		state_create(desk, &parts, desk->state_folder, lathed->disk_wake);
	state_settle(lathed->state, wait_ms);
}

/* In the order of desk.h; OSC's comes last, once JACK runs. */
static void followers_create(struct lathed *lathed)
{
	struct desk *desk = &lathed->desk;
	struct osc_parts *parts = &lathed->parts;

	parts->lock = lock_create(desk);
	parts->history = history_create(desk);
	lathed->inserts = inserts_create(desk);
	lathed->health = health_create(desk);
	lathed->air = air_create(desk);
	lathed->connections = connections_create(desk);
	parts->scenes = scenes_create(desk, lathed->disk_wake);
	parts->reload = reload_create(desk, lathed->good, lathed->disk_wake);
	parts->safe = safe_create(desk, parts->reload, lathed->crashes.safe,
				  lathed->crashes.count);
	lathed->schedule = schedule_create(desk, parts->scenes);
	lathed->compare = compare_create(desk);
	/* Safe mode leaves the state as it is, for inspection. */
	if (!lathed->crashes.safe)
		state_open(lathed, STATE_START_MS);
}

/* What the first disk thread needs. Signals are blocked before any thread starts. */
static void prepare(struct lathed *lathed)
{
	struct desk *desk = &lathed->desk;

	lathed->signals = signals_open();
	lathed->disk_wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	desk->config_path = opening_path(&lathed->options);
	desk->state_folder = options_state_folder(&lathed->options);
	desk->player = &player_engine;
	desk->events = event_log_create();
	desk->alarms = alarms_create(desk->events);
	lathed->good = good_create(desk->state_folder, lathed->disk_wake, desk->alarms);
}

static bool start(struct lathed *lathed)
{
	struct desk *desk = &lathed->desk;
	const char *client = lathed->options.client;

	memory_lock();
	desk->status.started_ns = clock_ns();
	if (lathed->options.announce)
		lathed->announced = announced_create(lathed->options.announce,
						     lathed->disk_wake, desk->alarms);
	followers_create(lathed);
	reload_read_files(lathed->parts.reload);
	reload_settle(lathed->parts.reload, FILES_START_MS);
	lathed->jack =
		jack_create(client ? client : desk->rack->name, lathed->options.server,
			    lathed->options.pretty_names, desk->events);
	if (lathed->signals < 0 || lathed->disk_wake < 0 || !desk->config_path ||
	    !desk->events || !lathed->jack || !engine_open(lathed, RATE_GUESS)) {
		log_line(LOG_ERROR, "no memory to start in");
		return false;
	}
	if (!osc_open(lathed))
		return false;
	tell_osc(lathed);
	systemd_ready(&lathed->systemd);
	return true;
}

/* ---- the control thread's loop --------------------------------------------------- */

static void reload_tell(bool done, struct text *result)
{
	systemd_reloaded(done, result->bytes ? result->bytes : "");
	for (char *rest = result->bytes, *line; (line = strsep(&rest, "\n"));)
		if (*line)
			log_line(done ? LOG_INFO : LOG_WARNING, "%s", line);
	text_finish(result);
}

static void reload(struct lathed *lathed)
{
	struct text result = { 0 };

	systemd_reloads();
	lathed->reloading = reload_start(lathed->parts.reload, NULL, false, &result);
	if (!lathed->reloading)
		reload_tell(false, &result);
}

static void tick_reload(struct lathed *lathed)
{
	struct text result;
	bool done;

	if (!lathed->reloading ||
	    !reload_outcome(lathed->parts.reload, lathed->reloading, &done, &result))
		return;
	lathed->reloading = 0;
	reload_tell(done, &result);
}

static void stop(struct lathed *lathed)
{
	if (lathed->phase != PHASE_PLAY)
		return;
	systemd_stops();
	lathed->phase = PHASE_FADE;
	lathed->stop_ms = clock_ms() + STOP_MS;
	engine_fade_out(lathed->desk.engine);
}

static void take_signal(struct lathed *lathed)
{
	struct signalfd_siginfo signal;

	while (read(lathed->signals, &signal, sizeof(signal)) == sizeof(signal)) {
		if (signal.ssi_signo != SIGHUP)
			stop(lathed);
		else if (lathed->phase == PHASE_PLAY)
			reload(lathed);
	}
}

static void tick_stop(struct lathed *lathed)
{
	if (lathed->phase == PHASE_FADE &&
	    (!jack_running(lathed->jack) || engine_silent(lathed->desk.engine))) {
		jack_close(lathed->jack);
		lathed->phase = PHASE_LEAVE;
	}
	if (lathed->phase == PHASE_LEAVE && jack_closed(lathed->jack))
		lathed->phase = PHASE_DONE;
	else if (clock_ms() > lathed->stop_ms) {
		log_line(LOG_WARNING, "JACK does not let this client leave in time: "
				      "ended without leaving");
		crashes_end();
		_exit(0); /* a hung libjack call can't be ended in any other way */
	}
}

/* A reload may have changed what the network is told; not the port, which is bound. */
static void tick_announce(struct lathed *lathed)
{
	const struct rack *rack = lathed->desk.rack;

	announced_tick(lathed->announced);
	good_tick(lathed->good);
	tell_osc(lathed);
	if (rack == lathed->told)
		return;
	lathed->told = rack;
	if (lathed->listens)
		socket_compare(lathed->desk.alarms, osc_address(lathed->osc), rack->osc,
			       port_wanted(lathed));
	announced_show(lathed->announced, rack, osc_port(lathed->osc));
}

/* The state comes once the config's rack plays. */
static void tick_safe(struct lathed *lathed)
{
	if (!lathed->crashes.safe || safe_is_on(lathed->parts.safe))
		return;
	lathed->crashes.safe = false;
	crashes_forget();
	state_open(lathed, 0);
}

static void tick(struct lathed *lathed)
{
	struct desk *desk = &lathed->desk;
	int offered = jack_offer(lathed->jack);

	if (offered && offered == lathed->engine_rate)
		jack_play(lathed->jack, desk->engine);
	else if (offered && !engine_open(lathed, offered))
		log_line(LOG_ERROR, "no memory for an engine of %d Hz", offered);
	jack_tick(lathed->jack, &desk->status);
	event_log_frame(desk->events, jack_running(lathed->jack)
					      ? (int64_t)engine_frame(desk->engine)
					      : -1);
	alarms_tick(desk->alarms, 1e-9 * (double)clock_ns());
	desk_tick(desk);
	tick_reload(lathed);
	tick_safe(lathed);
	osc_tick(lathed->osc);
	systemd_tick(&lathed->systemd, desk);
	tick_announce(lathed);
	if (lathed->phase != PHASE_PLAY)
		tick_stop(lathed);
}

/* When the next tick is due, if nothing happens before. */
static int64_t tick_due(const struct lathed *lathed)
{
	double listeners = osc_due(lathed->osc) * 1e9;
	int64_t soon = lathed->ticked_ns + tick_ns;
	int64_t late = lathed->ticked_ns + idle_ns;

	if (lathed->phase != PHASE_PLAY || jack_offer(lathed->jack) ||
	    desk_busy(&lathed->desk) || listeners < (double)soon)
		return soon;
	return listeners < (double)late ? (int64_t)listeners : late;
}

/* Small delays do not change the rate of ticks; after a long delay there is no
 * burst. */
static void tick_if_due(struct lathed *lathed, int64_t due)
{
	int64_t now = clock_ns();

	if (now < due)
		return;
	lathed->ticked_ns = now - due < tick_ns ? due : now;
	tick(lathed);
}

/* A disk has answered: who asked is told at once, not at the next tick. */
static void look_at_disks(struct lathed *lathed)
{
	uint64_t count;
	ssize_t length = read(lathed->disk_wake, &count, sizeof(count));

	(void)length;
	scenes_settle(lathed->parts.scenes, 0);
	reload_settle(lathed->parts.reload, 0);
	if (lathed->state)
		state_settle(lathed->state, 0);
	announced_settle(lathed->announced, 0);
	good_settle(lathed->good, 0);
	osc_look(lathed->osc);
}

static void run(struct lathed *lathed)
{
	enum { OSC, JACK, SIGNALS, DISK, FDS };
	struct pollfd fds[FDS] = {
		[OSC] = { .fd = osc_fd(lathed->osc), .events = POLLIN },
		[JACK] = { .fd = jack_fd(lathed->jack), .events = POLLIN },
		[SIGNALS] = { .fd = lathed->signals, .events = POLLIN },
		[DISK] = { .fd = lathed->disk_wake, .events = POLLIN },
	};
	bool more = false;

	while (lathed->phase != PHASE_DONE) {
		bool waits = osc_waits(lathed->osc);
		int64_t due = tick_due(lathed), left = more ? 0 : due - clock_ns();

		if (waits && left > look_ns)
			left = look_ns;
		if (left < 0)
			left = 0;
		struct timespec wait = { left / 1000000000, left % 1000000000 };
		int happened = ppoll(fds, FDS, &wait, NULL);
		if (happened < 0 && errno != EINTR)
			break;
		/* A client that asks gets present values: tick before answering. */
		if (happened > 0 && due > lathed->ticked_ns + tick_ns)
			due = lathed->ticked_ns + tick_ns;
		tick_if_due(lathed, due);
		more = more || osc_more(lathed->osc);
		if (happened > 0 && fds[SIGNALS].revents)
			take_signal(lathed);
		if (more || (happened > 0 && fds[OSC].revents))
			more = osc_receive(lathed->osc);
		else if (waits)
			osc_look(lathed->osc);
		if (happened > 0 && fds[JACK].revents)
			jack_tick(lathed->jack, &lathed->desk.status);
		if (happened > 0 && fds[DISK].revents) {
			look_at_disks(lathed);
			more = more || osc_more(lathed->osc);
		}
	}
}

/* ---- stop ------------------------------------------------------------------------ */

static int stop_left_ms(const struct lathed *lathed)
{
	int64_t left = lathed->stop_ms - clock_ms();

	return left > 0 ? (int)left : 0;
}

/* Saves what is not saved yet, while there is time. False: a disk hangs. */
static bool settle_disks(struct lathed *lathed)
{
	const struct osc_parts *parts = &lathed->parts;

	if (lathed->state)
		state_flush(lathed->state);
	scenes_settle(parts->scenes, stop_left_ms(lathed));
	reload_settle(parts->reload, stop_left_ms(lathed));
	if (lathed->state)
		state_settle(lathed->state, stop_left_ms(lathed));
	announced_settle(lathed->announced, stop_left_ms(lathed));
	good_settle(lathed->good, stop_left_ms(lathed));
	return !good_waiting(lathed->good) && !announced_waiting(lathed->announced) &&
	       !scenes_waiting(parts->scenes) && !reload_waiting(parts->reload) &&
	       !(lathed->state && state_waiting(lathed->state));
}

/* Call after JACK's last cycle. The socket is closed first: a thread that the kernel
 * holds in a hung disk keeps alive what is still open. */
static void finish(struct lathed *lathed)
{
	struct desk *desk = &lathed->desk;

	announced_show(lathed->announced, desk->rack, 0);
	socket_tell(NULL);
	osc_destroy(lathed->osc);
	jack_destroy(lathed->jack);
	engine_destroy(desk->engine);
	if (!settle_disks(lathed)) {
		log_line(LOG_WARNING, "a disk does not answer: what it was asked to "
				      "save last is lost");
		crashes_end();
		_exit(0); /* a thread that hangs in the kernel can't be ended */
	}
	announced_destroy(lathed->announced);
	state_destroy(lathed->state);
	compare_destroy(lathed->compare);
	schedule_destroy(lathed->schedule);
	safe_destroy(lathed->parts.safe);
	reload_destroy(lathed->parts.reload);
	good_destroy(lathed->good);
	scenes_destroy(lathed->parts.scenes);
	health_destroy(lathed->health);
	connections_destroy(lathed->connections);
	air_destroy(lathed->air);
	inserts_destroy(lathed->inserts);
	history_destroy(lathed->parts.history);
	lock_destroy(lathed->parts.lock);
	desk_finish(desk);
	alarms_destroy(desk->alarms);
	event_log_destroy(desk->events);
	rack_destroy(desk->rack);
	free(desk->config_path);
	free(desk->state_folder);
	close(lathed->disk_wake);
	close(lathed->signals);
}

/* What is asked of a config without playing it. */
static int show(struct lathed *lathed)
{
	const struct options *options = &lathed->options;
	int status = 0;

	lathed->desk.rack = opening_check(options);
	if (!lathed->desk.rack)
		return STATUS_CONFIG;
	if (options->describe || options->graph)
		status = rack_print(lathed->desk.rack, options) ? 0 : 1;
	if (options->avahi)
		status = announce(lathed);
	if (options->socket)
		status =
			!socket_unit_print(lathed->desk.rack->osc, port_wanted(lathed));
	if (options->check)
		check_schedule(&lathed->desk, options);
	rack_destroy(lathed->desk.rack);
	return status;
}

int main(int argc, char **argv)
{
	struct lathed lathed = { 0 };
	struct options *options = &lathed.options;
	int status = options_parse(options, argc, argv);

	if (status >= 0)
		return status;
	log_open(options->verbose);
	if (options->check || options->describe || options->graph || options->avahi ||
	    options->socket)
		return show(&lathed);
	lathed.crashes = crashes_begin();
	prepare(&lathed);
	lathed.desk.rack = opening_rack(options, lathed.good, lathed.desk.alarms,
					lathed.crashes.safe, &status);
	if (!lathed.desk.rack) {
		crashes_end();
		return status;
	}
	if (!start(&lathed))
		return STATUS_TROUBLE; /* threads may hang in libjack, so nothing is freed */
	run(&lathed);
	finish(&lathed);
	crashes_end();
	return 0;
}
